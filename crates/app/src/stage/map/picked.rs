//! What can be done with the selected points, and how hidden ones come back.

use super::store::{MapAction, MapStore};
use crate::state::marks::{Mark, MarkStore};
use crate::ui::button::words;
use semblance_scatter::Scatter;
use semblance_workspace::LineId;
use std::collections::HashSet;
use yew::prelude::*;

/// The bar over the map while something is selected or hidden.
pub fn picked(store: &MapStore, marks: &MarkStore, map: Option<&Scatter>) -> Html {
    let Some(drawn) = &store.drawn else {
        return html! {};
    };
    let results = &drawn.results;
    let selected: Vec<LineId> = (marks.0.selected().iter().copied())
        .filter(|&line| results.point(line).is_some())
        .collect();
    let hidden = match store.hidden.is_empty() {
        true => 0,
        false => (results.texts.iter())
            .filter(|text| store.hidden.contains(&text.line))
            .count(),
    };
    if selected.is_empty() && hidden == 0 {
        return html! {};
    }
    let hide = |lines: HashSet<LineId>| {
        let dispatch = store.dispatcher();
        let lines = std::cell::RefCell::new(Some(lines));
        Callback::from(move |_: MouseEvent| {
            if let Some(lines) = lines.take() {
                dispatch.dispatch(MapAction::Hide(lines));
            }
        })
    };
    let isolate = || {
        let chosen: HashSet<LineId> = selected.iter().copied().collect();
        let others = results.texts.iter().map(|text| text.line);
        hide(others.filter(|line| !chosen.contains(line)).collect())
    };
    let conceal = || hide(store.hidden.iter().chain(&selected).copied().collect());
    let look = {
        let (map, results) = (map.cloned(), results.clone());
        let selected = selected.clone();
        Callback::from(move |_: MouseEvent| {
            let points: Vec<u32> = selected.iter().filter_map(|&l| results.point(l)).collect();
            if let Some(map) = &map {
                map.fit_to(&points);
            }
        })
    };
    let clear = {
        let dispatch = marks.dispatcher();
        Callback::from(move |_: MouseEvent| dispatch.dispatch(Mark::Clear))
    };
    let undo = {
        let dispatch = store.dispatcher();
        Callback::from(move |_: MouseEvent| dispatch.dispatch(MapAction::Unhide))
    };
    html! {
        <div class="picked" role="group" aria-label="Selected and hidden points">
            if !selected.is_empty() {
                <span>{ format!("{} selected", selected.len()) }</span>
                { words("quiet", "Isolate", isolate()) }
                { words("quiet", "Hide", conceal()) }
                { words("quiet", "Zoom to", look) }
                { words("quiet", "Clear", clear) }
            }
            if hidden > 0 {
                <span>{ format!("{hidden} hidden") }</span>
                { words("quiet", "Show all", hide(HashSet::new())) }
            }
            if !store.hidden_before.is_empty() {
                { words("quiet", "Undo hiding", undo) }
            }
        </div>
    }
}
