//! What is hovered and selected, for all views. It is kept apart from the rest of the state
//! because it changes with every move of the pointer.

use crate::state::Shared;
use crate::state::results::Results;
use semblance_scatter::SelectionMode;
use semblance_workspace::{Focus, LineId};
use std::rc::Rc;
use yew::prelude::*;

/// One change of what is marked.
pub enum Mark {
    /// The pointer is over a line, or over a pair.
    Hover(Option<LineId>, Option<LineId>),
    /// A click: this line alone, or none if it was alone.
    Click(LineId),
    /// These lines.
    Select(Vec<LineId>),
    /// A click with a modifier key: this line too, or not any more.
    Toggle(LineId),
    /// Points picked on the map, and how they combine with what is selected.
    Combine(Vec<LineId>, SelectionMode),
    /// Lines that are not in the results are forgotten.
    Keep(Shared<Results>),
    Clear,
}

/// [`Focus`] as a reducer.
#[derive(Clone, Default, PartialEq)]
pub struct Marks(pub Focus);

impl Reducible for Marks {
    type Action = Mark;

    fn reduce(self: Rc<Self>, mark: Mark) -> Rc<Self> {
        let mut focus = self.0.clone();
        match mark {
            Mark::Hover(line, other) => focus.hover(line, other),
            Mark::Click(line) => focus.click(line),
            Mark::Select(lines) => focus.select(&lines),
            Mark::Toggle(line) => focus.toggle(line),
            Mark::Combine(lines, SelectionMode::Replace) => focus.select(&lines),
            Mark::Combine(lines, SelectionMode::Add) => {
                focus.select(&[focus.selected(), &lines].concat());
            }
            Mark::Combine(lines, SelectionMode::Toggle) => {
                lines.into_iter().for_each(|line| focus.toggle(line));
            }
            Mark::Keep(results) => focus.retain(|line| results.point(line).is_some()),
            Mark::Clear => drop(focus.clear()),
        }
        if focus == self.0 {
            self
        } else {
            Rc::new(Marks(focus))
        }
    }
}

/// What is marked, for the components that show it.
pub type MarkStore = UseReducerHandle<Marks>;

/// The marks of a component inside [`crate::app::App`].
#[hook]
pub fn use_marks() -> MarkStore {
    #[expect(
        clippy::expect_used,
        reason = "App provides it; without it there is no page"
    )]
    use_context::<MarkStore>().expect("inside App")
}
