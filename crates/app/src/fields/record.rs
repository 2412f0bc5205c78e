//! What a text has in each field.

use super::table::Of;
use crate::session::asking::{Asked, use_answer};
use semblance_workspace::LineId;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct RecordProps {
    pub of: Of,
    pub line: LineId,
}

/// The cells of the row that a text came from.
#[component]
pub fn Record(props: &RecordProps) -> Html {
    let table = props.of.0.clone();
    let source = table.sources.get(&props.line).copied();
    let found = use_answer(source, 0, |(number, row): (u32, u32)| async move {
        let cells = table.importer.row(number, row).await;
        Some(cells.map_err(|error| Asked::Problem(error.told().into())))
    });
    let Some(found) = found.found.filter(|found| Some(found.0.0) == source) else {
        return html! {};
    };
    let entry = |(name, value): &(String, String)| {
        html! { <div><dt><bdi>{ name.clone() }</bdi></dt><dd dir="auto">{ value.clone() }</dd></div> }
    };
    html! { <dl class="record" aria-label="Columns of this text">{ for found.0.1.iter().map(entry) }</dl> }
}
