//! A list of texts, each a button that selects it.

use crate::sheet::textbox::reveal;
use crate::stage::matrix::clip;
use crate::state::marking::{line_at, use_marking};
use crate::state::marks::{Mark, use_marks};
use crate::state::results::Results;
use crate::state::{Shared, use_store};
use crate::ui::heat;
use crate::ui::still::still;
use semblance_scatter::decimal;
use semblance_workspace::LineId;
use std::rc::Rc;
use web_sys::{EventTarget, HtmlElement};
use yew::prelude::*;

/// Texts listed at most; more are counted.
pub const LISTED: usize = 100;

/// A text in a list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Entry {
    /// The text, by its index in the results.
    pub point: u32,
    /// A number in front of it.
    pub score: Option<f32>,
    /// A bar below it: how much of it is full, 0 to 1.
    pub bar: Option<f32>,
    /// Words below it.
    pub note: Option<AttrValue>,
}

#[derive(Properties, PartialEq)]
pub struct EntriesProps {
    pub results: Shared<Results>,
    pub entries: Rc<Vec<Entry>>,
    /// What they are, for those who can't see where they stand.
    pub label: AttrValue,
    /// Texts that are not listed.
    #[prop_or_default]
    pub more: usize,
}

/// The list. What is hovered or focused is marked in every view, a press selects it.
#[component]
pub fn Entries(props: &EntriesProps) -> Html {
    let (marks, store) = (use_marks(), use_store());
    let list = use_node_ref();
    use_marking(list.clone(), (props.results.clone(), props.entries.clone()));
    let hover = {
        let dispatch = marks.dispatcher();
        move |target: Option<EventTarget>| dispatch.dispatch(Mark::Hover(line_at(target), None))
    };
    let leave = hover.clone();
    let onmouseleave = Callback::from(move |_: MouseEvent| leave(None));
    let leave = hover.clone();
    let onfocusout = Callback::from(move |_: FocusEvent| leave(None));
    let focus = hover.clone();
    let onfocusin = Callback::from(move |event: FocusEvent| focus(event.target()));
    let onmouseover = Callback::from(move |event: MouseEvent| hover(event.target()));
    let dispatch = marks.dispatcher();
    let onclick = Callback::from(move |event: MouseEvent| {
        if let Some(line) = line_at(event.target()) {
            dispatch.dispatch(Mark::Select(vec![line]));
            // What is under the pointer may be another text in a moment.
            dispatch.dispatch(Mark::Hover(None, None));
            let lines = store.document.lines();
            show(line, lines.iter().position(|other| other.id == line));
        }
    });
    html! {
        <>
            <ol class="entries" aria-label={props.label.clone()} ref={list} {onclick} {onmouseover} {onmouseleave} {onfocusin} {onfocusout}>
                { still("items", (props.results.clone(), props.entries.clone()), items) }
            </ol>
            if props.more > 0 {
                <p class="explore-note">{ format!("and {} more", props.more) }</p>
            }
        </>
    }
}

/// The texts alone, so that a mark does not render them again. They have no keys: whoever walks
/// from neighbour to neighbour by keyboard stays at the same place in the list.
fn items((results, entries): &(Shared<Results>, Rc<Vec<Entry>>)) -> Html {
    let item = |entry: &Entry| {
        let line = results.line(entry.point).map(|line| line.0.to_string());
        let bar = entry.bar.map(|bar| decimal(bar.clamp(0.0, 1.0) * 100.0, 2));
        html! {
            <li>
                <button type="button" class={classes!("entry", entry.score.is_some().then_some("scored"))} data-line={line}>
                    if let Some(score) = entry.score {
                        <span class="score-plain" title={heat::full(score)}>{ heat::short(score) }</span>
                    }
                    <bdi class="words">{ clip(results.text(entry.point)) }</bdi>
                    if let Some(width) = bar {
                        <svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
                            <rect class="bar-track" width="100" height="4" /><rect class="bar-fill" {width} height="4" />
                        </svg>
                    }
                    if let Some(note) = &entry.note {
                        <span class="entry-note">{ note }</span>
                    }
                </button>
            </li>
        }
    };
    html! { <>{ for entries.iter().map(item) }</> }
}

/// Scrolls the list of texts, and nothing else, to a line.
fn show(line: LineId, index: Option<usize>) {
    let document = gloo::utils::document();
    let find = |selector: &str| {
        let found = document.query_selector(selector).ok().flatten();
        found.and_then(|element| wasm_bindgen::JsCast::dyn_into::<HtmlElement>(element).ok())
    };
    let Some(editor) = find(".editor") else {
        return;
    };
    let row = find(&format!(".editor .row[data-line=\"{}\"]", line.0));
    match (row, index) {
        (Some(row), _) => {
            let (row, around) = (
                row.get_bounding_client_rect(),
                editor.get_bounding_client_rect(),
            );
            if row.top() < around.top() || row.bottom() > around.bottom() {
                let middle = row.top() - around.top() - around.height() / 2.0;
                editor.set_scroll_top(editor.scroll_top() + middle as i32);
            }
        }
        // Of many lines, only those in view have rows.
        (None, Some(index)) => reveal(&editor, index),
        (None, None) => {}
    }
}
