//! Parts that are many or large, and that most changes around them leave as they are.

use crate::ui::hooks::Watched;
use std::rc::Rc;
use yew::prelude::*;
use yew::virtual_dom::Key;

/// What `draw` makes of `seen`, drawn again only when that is something else. The `key` tells it
/// from others beside it.
pub fn still<T: PartialEq + 'static>(key: impl Into<Key>, seen: T, draw: fn(&T) -> Html) -> Html {
    let seen = Rc::new(seen);
    let watched = Watched(seen.clone());
    let draw: Rc<dyn Fn() -> Html> = Rc::new(move || draw(&seen));
    html! { <Still key={key.into()} seen={watched} {draw} /> }
}

#[derive(Properties)]
struct StillProps {
    seen: Watched,
    draw: Rc<dyn Fn() -> Html>,
}

impl PartialEq for StillProps {
    fn eq(&self, other: &Self) -> bool {
        self.seen == other.seen
    }
}

#[component]
fn Still(props: &StillProps) -> Html {
    (props.draw)()
}
