//! How hidden points come back.

use super::store::{MapAction, MapStore};
use crate::ui::button::words;
use std::collections::HashSet;
use yew::prelude::*;

/// The bar over the map while something is hidden.
pub fn hidden(store: &MapStore) -> Html {
    let Some(drawn) = &store.drawn else {
        return html! {};
    };
    let count = match store.hidden.is_empty() {
        true => 0,
        false => (drawn.results.texts.iter())
            .filter(|text| store.hidden.contains(&text.line))
            .count(),
    };
    if count == 0 && store.hidden_before.is_empty() {
        return html! {};
    }
    let act = |action: fn() -> MapAction| {
        let dispatch = store.dispatcher();
        Callback::from(move |_: MouseEvent| dispatch.dispatch(action()))
    };
    html! {
        <div class="picked" role="group" aria-label="Hidden points">
            if count > 0 {
                <span>{ format!("{count} hidden") }</span>
                { words("quiet", "Show all", act(|| MapAction::Hide(HashSet::new()))) }
            }
            if !store.hidden_before.is_empty() {
                { words("quiet", "Undo hiding", act(|| MapAction::Unhide)) }
            }
        </div>
    }
}
