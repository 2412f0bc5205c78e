//! What is shown of a file before it is taken, and what can be chosen about it.

use crate::session::asking::texts;
use crate::ui::field::Select;
use crate::ui::hooks::Value;
use semblance_client::{ReadOptions, Table, TextSplit};
use yew::prelude::*;

/// Columns shown of a table, and remarks on it.
const COLUMNS: usize = 6;
const NOTES: usize = 4;

/// What it was read as, and how many texts it has.
pub fn summary(table: &Table, at: usize) -> String {
    let column = table.columns.get(at);
    let empty = column.map_or(0, |column| column.empty);
    let count = texts(table.rows.saturating_sub(empty) as usize);
    let left_out = match empty {
        0 => String::new(),
        1 => "; 1 row has none and is left out".to_owned(),
        empty => format!("; {empty} rows have none and are left out"),
    };
    let guess = table.encoding.as_ref().filter(|encoding| encoding.guessed);
    let guess = guess.map_or(String::new(), |encoding| {
        format!(
            " Nothing says how its letters are encoded; {} fits.",
            encoding.name
        )
    });
    format!("Read as {}: {count}{left_out}.{guess}", table.format)
}

/// What a choice changes, given the place of what was chosen.
type Change = dyn Fn(&mut ReadOptions, usize);

/// What can be chosen: the column of the texts, and how the file is read.
pub fn settings(
    table: &Table,
    options: &Value<ReadOptions>,
    (at, pick): (usize, Callback<usize>),
) -> Html {
    let change = |change: Box<Change>| {
        let options = options.clone();
        Callback::from(move |at: usize| {
            let mut changed = (*options).clone();
            change(&mut changed, at);
            options.set(changed);
        })
    };
    let mut rows = Vec::new();
    if table.columns.len() > 1 {
        let names = table.columns.iter().map(|column| column.name.as_str());
        rows.push(select("Texts", names, at, pick));
    }
    if table.parts.len() > 1 {
        let parts = table.parts.clone();
        let chosen = parts
            .iter()
            .position(|part| table.part.as_ref() == Some(part));
        let names = table.parts.iter().map(String::as_str);
        let choose = change(Box::new(move |options, at| {
            options.part = parts.get(at).cloned()
        }));
        rows.push(select("Sheet", names, chosen.unwrap_or_default(), choose));
    }
    if let Some(shape) = table.shape {
        let choose = change(Box::new(|options, at| {
            options.split = TextSplit::ALL.get(at).copied();
        }));
        let names = [
            format!("a line ({})", shape.lines),
            format!("a paragraph ({})", shape.paragraphs),
            "a sentence".to_owned(),
            "a passage of some sentences, overlapping".to_owned(),
        ];
        let names = names.iter().map(String::as_str);
        let chosen = TextSplit::ALL.iter().position(|it| *it == shape.split);
        rows.push(select(
            "A text is",
            names,
            chosen.unwrap_or_default(),
            choose,
        ));
    }
    if let Some(encoding) = &table.encoding {
        let choices = encoding.choices.clone();
        let names = choices
            .iter()
            .map(|(name, used_for)| format!("{name}: {used_for}"));
        let names: Vec<String> = names.collect();
        let choose = change(Box::new(move |options, at| {
            options.encoding = choices.get(at).map(|(name, _)| name.clone());
        }));
        rows.push(select(
            "Encoding",
            names.iter().map(String::as_str),
            0,
            choose,
        ));
    }
    if let Some(header) = table.header {
        let choose = change(Box::new(move |options, _| options.header = Some(!header)));
        rows.push(tick("The first row names the columns", header, choose));
    }
    if let Some(shape) = table.shape.filter(|shape| shape.marked > 0) {
        let words = format!(
            "Leave out names, times and bullets ({} lines)",
            shape.marked
        );
        let choose = change(Box::new(|options, _| {
            options.transcript = !options.transcript
        }));
        rows.push(tick(words, options.transcript, choose));
    }
    html! { <div class="opening-settings">{ for rows }</div> }
}

fn select<'a>(
    label: &'static str,
    names: impl Iterator<Item = &'a str>,
    chosen: usize,
    choose: Callback<usize>,
) -> Html {
    let options: Vec<AttrValue> = names.map(|name| AttrValue::from(name.to_owned())).collect();
    html! { <label class="pick"><span>{ label }</span><Select {label} {options} {chosen} {choose} /></label> }
}

fn tick(words: impl Into<AttrValue>, checked: bool, choose: Callback<usize>) -> Html {
    let onchange = choose.reform(|_: Event| 0);
    html! { <label class="check"><input type="checkbox" {checked} {onchange} /><span>{ words.into() }</span></label> }
}

/// The first rows, as they will be read; the column of the texts stands out.
pub fn preview(table: &Table, at: usize) -> Html {
    let shown = || {
        let columns = table.columns.iter().enumerate();
        columns.filter(|&(column, _)| column < COLUMNS || column == at)
    };
    let class = |column: usize| (column == at).then_some("taken");
    let rows = shown().map(|(_, column)| column.first.len()).max();
    let row = |row: usize| {
        let cells = shown().map(|(at, column)| {
            let cell = column.first.get(row).cloned().unwrap_or_default();
            html! { <td class={class(at)} dir="auto">{ cell }</td> }
        });
        html! { <tr>{ for cells }</tr> }
    };
    let head = shown().map(|(at, column)| {
        html! { <th scope="col" class={class(at)}>{ column.name.clone() }</th> }
    });
    html! {
        <div class="opening-table" tabindex="0" role="region" aria-label="The first rows">
            <table>
                <thead><tr>{ for head }</tr></thead>
                <tbody>{ for (0..rows.unwrap_or_default()).map(row) }</tbody>
            </table>
        </div>
    }
}

/// What was left out or is odd.
pub fn notes(table: &Table) -> Html {
    if table.notes.is_empty() {
        return html! {};
    }
    let notes = table.notes.iter().take(NOTES);
    html! { <ul class="opening-notes">{ for notes.map(|note| html! { <li>{ note.clone() }</li> }) }</ul> }
}
