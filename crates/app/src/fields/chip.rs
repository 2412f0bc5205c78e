//! Which texts are shown, and the way back to all.

use super::legend::{OfTable, called};
use super::table::Table;
use super::{Filter, Source};
use crate::stage::map::{MapAction, use_map_store};
use crate::state::marks::{Mark, use_marks};
use crate::state::use_store;
use crate::ui::button::{named, tool};
use crate::ui::icon::Icon;
use semblance_workspace::LineId;
use yew::prelude::*;

/// The chip, while some texts are not shown.
#[component]
pub fn Chip(props: &OfTable) -> Html {
    let (store, map, marks) = (use_store(), use_map_store(), use_marks());
    let results = store.results.clone();
    let filter = map.fields.choice.filter.clone();
    let seen = (props.of.clone(), results.clone(), filter.clone());
    let kept = use_memo(seen, |(of, results, filter)| {
        filter.as_ref().map(|filter| of.0.kept(filter, results))
    });
    let (Some(filter), Some(kept)) = (filter, *kept) else {
        return html! {};
    };
    let field = props.of.0.field(&filter.field);
    let Some(field) = field.filter(|field| field.values.is_some()) else {
        return html! {};
    };
    let called = called(field, &filter);
    let select = {
        let (of, results, dispatch) = (props.of.clone(), results.clone(), marks.dispatcher());
        let filter = filter.clone();
        Callback::from(move |_: MouseEvent| {
            let lines = shown(&of.0, &filter, results.texts.iter().map(|text| text.line));
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
            <output>{ format!("{kept} of {}", results.texts.len()) }</output>
            { named("quiet", "Select", "Select the texts that are shown", select) }
            { tool(Icon::Remove, "Show all texts", "Show all texts", None, leave) }
        </div>
    }
}

fn shown(table: &Table, filter: &Filter, lines: impl Iterator<Item = LineId>) -> Vec<LineId> {
    lines.filter(|&line| table.keeps(filter, line)).collect()
}
