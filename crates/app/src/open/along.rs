//! Which columns of a table come along with its texts, and what their values are taken for.

use crate::ui::field::Select;
use crate::ui::hooks::Value;
use semblance_client::{FieldKind, Table, TableColumn};
use yew::prelude::*;

/// What a person has chosen otherwise than it was guessed: of some columns, what they are taken
/// for, or that they stay behind.
pub type Along = Vec<(usize, Option<FieldKind>)>;

/// The columns that come along with the texts in column `at`. Those without a value do, too: they
/// are written back when the texts are saved.
pub fn along(table: &Table, at: usize, chosen: &Along) -> Vec<(u32, FieldKind)> {
    let others = (0..table.columns.len()).filter(|&column| column != at);
    let kept = others.filter_map(|column| Some((column as u32, kind(table, column, chosen)?)));
    kept.collect()
}

/// What a column is taken for, if it comes along.
fn kind(table: &Table, at: usize, chosen: &Along) -> Option<FieldKind> {
    let own = chosen.iter().find(|(column, _)| *column == at);
    match own {
        Some((_, kind)) => *kind,
        None => table.columns.get(at).map(|column| column.kind),
    }
}

/// What kinds are called.
pub fn name(kind: FieldKind) -> &'static str {
    match kind {
        FieldKind::Empty => "Empty",
        FieldKind::Number => "Numbers",
        FieldKind::Date => "Dates",
        FieldKind::Category => "Categories",
        FieldKind::Text => "Text",
    }
}

/// What a column can be taken for: what it looks like, categories where it has few values, text.
fn offered(column: &TableColumn) -> Vec<FieldKind> {
    let mut kinds = vec![column.kind];
    for (kind, fits) in [(FieldKind::Category, column.few), (FieldKind::Text, true)] {
        if fits && column.kind != FieldKind::Empty && !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    kinds
}

/// The choice of the columns.
pub fn columns(table: &Table, at: usize, chosen: &Value<Along>) -> Html {
    if table.columns.len() < 2 {
        return html! {};
    }
    let choose = |column: usize| {
        let chosen = chosen.clone();
        move |kind: Option<FieldKind>| {
            let mut next = (*chosen).clone();
            next.retain(|(other, _)| *other != column);
            next.push((column, kind));
            chosen.set(next);
        }
    };
    let entry = |(column, of): (usize, &TableColumn)| {
        let taken = kind(table, column, chosen);
        let tick = {
            let (choose, guessed) = (choose(column), of.kind);
            let next = taken.is_none().then_some(guessed);
            Callback::from(move |_: Event| choose(next))
        };
        let kinds = offered(of);
        let at = taken.and_then(|taken| kinds.iter().position(|&kind| kind == taken));
        let options: Vec<AttrValue> = kinds.iter().map(|&kind| name(kind).into()).collect();
        let choose = choose(column);
        let choose = Callback::from(move |at: usize| choose(kinds.get(at).copied()));
        html! {
            <li>
                <label class="check"><input type="checkbox" checked={taken.is_some()} onchange={tick} /><bdi class="words">{ of.name.clone() }</bdi></label>
                if let Some(chosen) = at {
                    <Select label={format!("Values of {}", of.name)} {options} {chosen} {choose} />
                }
            </li>
        }
    };
    let others = table.columns.iter().enumerate();
    let others = others.filter(|&(column, _)| column != at);
    html! {
        <fieldset class="along">
            <legend>{ "Columns that come along" }</legend>
            <ul>{ for others.map(entry) }</ul>
        </fieldset>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_come_along_as_they_look_unless_a_person_says_otherwise() {
        let column = |kind, few| TableColumn {
            kind,
            few,
            ..TableColumn::default()
        };
        let table = Table {
            columns: vec![
                column(FieldKind::Number, true),
                column(FieldKind::Text, false),
                column(FieldKind::Date, false),
            ],
            ..Table::default()
        };
        let guessed = along(&table, 1, &Vec::new());
        assert_eq!(guessed, [(0, FieldKind::Number), (2, FieldKind::Date)]);
        let chosen = vec![(0, Some(FieldKind::Category)), (2, None)];
        assert_eq!(along(&table, 1, &chosen), [(0, FieldKind::Category)]);
        let kinds = offered(&table.columns[0]);
        assert_eq!(
            kinds,
            [FieldKind::Number, FieldKind::Category, FieldKind::Text]
        );
        assert_eq!(
            offered(&table.columns[2]),
            [FieldKind::Date, FieldKind::Text]
        );
    }
}
