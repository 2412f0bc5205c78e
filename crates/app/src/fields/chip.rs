//! Which texts are shown, and the way back to all.

use super::Source;
use super::legend::{OfTable, called};
use crate::stage::map::{MapAction, use_map_store};
use crate::state::marks::{Mark, use_marks};
use crate::state::use_store;
use crate::ui::button::{named, tool};
use crate::ui::icon::Icon;
use yew::prelude::*;

/// The chip, while some texts are not shown.
#[component]
pub fn Chip(props: &OfTable) -> Html {
    let (store, map, marks) = (use_store(), use_map_store(), use_marks());
    let results = store.results.clone();
    let filter = map.fields.choice.filter.clone();
    let table = &props.of.0;
    let Some((filter, field)) = filter
        .as_ref()
        .and_then(|filter| Some((filter, table.filtering(filter)?)))
    else {
        return html! {};
    };
    let shown = table.shown(filter, &results);
    let kept = shown.iter().filter(|&&shown| shown).count();
    let called = called(field, filter);
    let select = {
        let (results, dispatch) = (results.clone(), marks.dispatcher());
        Callback::from(move |_: MouseEvent| {
            let texts = results.texts.iter().zip(shown.iter());
            let shown = texts.filter(|(_, shown)| **shown);
            let lines = shown.map(|(text, _)| text.line).collect();
            dispatch.dispatch(Mark::Select(lines));
        })
    };
    let leave = {
        let dispatch = map.dispatcher();
        Callback::from(move |_: MouseEvent| {
            dispatch.dispatch(MapAction::Field(Box::new(|choice| choice.filter = None)));
        })
    };
    html! {
        <div class="chip" role="group" aria-label="Filter">
            <span class="words" title={called.to_string()}>{ called.to_string() }</span>
            <output>{ format!("· {kept} of {}", results.texts.len()) }</output>
            { named("quiet", "Select", "Select the texts that are shown", select) }
            { tool(Icon::Remove, "Show all texts", "Show all texts", None, leave) }
        </div>
    }
}
