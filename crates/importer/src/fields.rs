//! Fields: the columns of the tables that were taken, as values by which texts are coloured,
//! filtered, grouped and sorted. Columns of the same name are one field.

use crate::desk::{Tables, Taken};
use crate::refused;
use semblance_import::{Column, ColumnKind, DayOrder, moment, number};
use semblance_protocol::{Failure, FieldKind};
use serde_json::{Value, json};
use std::cmp::Ordering;
use std::collections::{BTreeSet, HashMap};

/// Different values up to which a column can be taken for categories.
pub(crate) const MOST_CATEGORIES: usize = 200;

/// The values of a field, row by row, table by table.
#[derive(Debug, PartialEq)]
pub(crate) enum Values {
    /// Numbers, days, or places in the list of categories; NaN where there is none.
    Numbers(Vec<f64>),
    /// Words, one to a line.
    Words(String),
}

/// What there is to know of the fields that these tables have together, as JSON: the number of rows
/// of each table, and of each field its name, its kind and its categories.
pub(crate) fn fields(taken: &Tables, numbers: &[u32]) -> Result<String, Failure> {
    let tables = tables(taken, numbers)?;
    let rows: Vec<usize> = tables.iter().map(|table| rows_of(table)).collect();
    let fields = names(&tables).into_iter().filter_map(|name| {
        let kind = kind(&tables, name);
        let categories = match kind {
            FieldKind::Empty => return None,
            FieldKind::Category => categories(&tables, name),
            _ => Vec::new(),
        };
        let place = FieldKind::ALL.iter().position(|&one| one == kind);
        Some(json!([name, place, categories]))
    });
    Ok(json!([rows, fields.collect::<Vec<Value>>()]).to_string())
}

/// The values of a field of these tables.
pub(crate) fn values(taken: &Tables, numbers: &[u32], name: &str) -> Result<Values, Failure> {
    let tables = tables(taken, numbers)?;
    let cells = || cells(&tables, name);
    Ok(match kind(&tables, name) {
        FieldKind::Number => Values::Numbers(
            cells()
                .map(|cell| number(cell).unwrap_or(f64::NAN))
                .collect(),
        ),
        FieldKind::Date => {
            let order = DayOrder::of(cells());
            let days = cells().map(|cell| moment(cell, order).unwrap_or(f64::NAN));
            Values::Numbers(days.collect())
        }
        FieldKind::Category => {
            let categories = categories(&tables, name);
            let places: HashMap<&str, usize> = categories.into_iter().zip(0..).collect();
            let place = |cell: &str| places.get(cell.trim()).map_or(f64::NAN, |&at| at as f64);
            Values::Numbers(cells().map(place).collect())
        }
        FieldKind::Text | FieldKind::Empty => Values::Words(lines(cells())),
    })
}

/// The cells of a row that say something, as JSON: name and cell of each.
pub(crate) fn row(taken: &Tables, number: u32, row: u32) -> Result<String, Failure> {
    let tables = tables(taken, &[number])?;
    let cell = |name: &str| {
        let table = tables.first()?;
        let cell = column(table, name)?.get(row as usize).trim();
        (!cell.is_empty()).then(|| json!([name, cell]))
    };
    let cells = names(&tables).into_iter().filter_map(cell);
    Ok(Value::from(cells.collect::<Vec<Value>>()).to_string())
}

/// Whether a column has few enough different values for categories.
pub(crate) fn has_few_values(column: &Column) -> bool {
    let mut values = BTreeSet::new();
    column.cells().all(|cell| {
        values.insert(cell.trim());
        values.len() <= MOST_CATEGORIES
    })
}

fn tables<'a>(taken: &'a Tables, numbers: &[u32]) -> Result<Vec<&'a Taken>, Failure> {
    let found = numbers.iter().map(|number| taken.get(number));
    let found: Option<Vec<&Taken>> = found.collect();
    found.ok_or_else(|| refused("There is no such table."))
}

fn rows_of(table: &Taken) -> usize {
    table.columns.first().map_or(0, Column::len)
}

/// The names of all columns but those of the texts, in the order of the tables.
fn names<'a>(tables: &[&'a Taken]) -> Vec<&'a str> {
    let mut names: Vec<&str> = Vec::new();
    for table in tables {
        for (at, column) in table.columns.iter().enumerate() {
            if at != table.texts && !names.contains(&column.name.as_str()) {
                names.push(&column.name);
            }
        }
    }
    names
}

/// The column of a table that is a field of this name.
fn column<'a>(table: &'a Taken, name: &str) -> Option<&'a Column> {
    let mut columns = table.columns.iter().enumerate();
    let found = columns.find(|(at, column)| *at != table.texts && column.name == name);
    found.map(|(_, column)| column)
}

/// The cells of a field in all rows of all tables; empty where a table does not have it.
fn cells<'a>(tables: &[&'a Taken], name: &str) -> impl Iterator<Item = &'a str> {
    let of = |table: &&'a Taken| {
        let column = column(table, name);
        (0..rows_of(table)).map(move |row| column.map_or("", |column| column.get(row)))
    };
    let all: Vec<_> = tables.iter().map(of).collect();
    all.into_iter().flatten()
}

/// What a field is: what its columns are, or where these differ, what all their cells look like.
fn kind(tables: &[&Taken], name: &str) -> FieldKind {
    let columns = tables.iter().filter_map(|table| column(table, name));
    let mut kinds = columns
        .map(|column| column.kind)
        .filter(|&kind| kind != ColumnKind::Empty);
    let first = kinds.next().unwrap_or_default();
    match kinds.all(|kind| kind == first) {
        true => field_kind(first),
        false => field_kind(ColumnKind::of(cells(tables, name))),
    }
}

/// The different values of a field: in the order of numbers where all are, of the alphabet
/// otherwise.
fn categories<'a>(tables: &[&'a Taken], name: &str) -> Vec<&'a str> {
    let values: BTreeSet<&str> = cells(tables, name).map(str::trim).collect();
    let mut values: Vec<&str> = values
        .into_iter()
        .filter(|value| !value.is_empty())
        .collect();
    if values.iter().all(|value| number(value).is_some()) {
        let order = |a: &&str, b: &&str| number(a).partial_cmp(&number(b));
        values.sort_by(|a, b| order(a, b).unwrap_or(Ordering::Equal));
    } else {
        values.sort_by_cached_key(|value| value.to_lowercase());
    }
    values
}

/// Cells, one to a line: white space in them is folded.
fn lines<'a>(cells: impl Iterator<Item = &'a str>) -> String {
    let mut text = String::new();
    for (at, cell) in cells.enumerate() {
        if at > 0 {
            text.push('\n');
        }
        for (at, word) in cell.split_whitespace().enumerate() {
            if at > 0 {
                text.push(' ');
            }
            text.push_str(word);
        }
    }
    text
}

/// What a column looks like, in the words of the page.
pub(crate) fn field_kind(kind: ColumnKind) -> FieldKind {
    match kind {
        ColumnKind::Empty => FieldKind::Empty,
        ColumnKind::Number => FieldKind::Number,
        ColumnKind::Date => FieldKind::Date,
        ColumnKind::Category => FieldKind::Category,
        ColumnKind::Text => FieldKind::Text,
    }
}

/// The same the other way round.
pub(crate) fn column_kind(kind: FieldKind) -> ColumnKind {
    match kind {
        FieldKind::Empty => ColumnKind::Empty,
        FieldKind::Number => ColumnKind::Number,
        FieldKind::Date => ColumnKind::Date,
        FieldKind::Category => ColumnKind::Category,
        FieldKind::Text => ColumnKind::Text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::Desk;

    /// Tables of these files, whose texts are in the column of this place.
    fn desk(files: &[(&str, u32)]) -> Desk {
        let mut desk = Desk::default();
        for (number, &(file, texts)) in (0..).zip(files) {
            let bytes = file.as_bytes().to_vec();
            let table = desk.read(bytes, "a.csv".to_owned(), String::new()).unwrap();
            let kinds = (0..).zip(table.columns.iter().map(|column| column.kind));
            let along: Vec<(u32, FieldKind)> = kinds.collect();
            desk.take(texts, number, &along).unwrap();
        }
        desk
    }

    const FIRST: &str = "id,answer,team,age,joined\n\
        1,One,IT,34,2021-03-12\n2,Two,HR,,12/31/2020\n3,Three,,9,\n4,Four,IT,51,2021-03-13\n";

    #[test]
    fn fields_are_told_with_their_kinds_and_categories() {
        let desk = desk(&[(FIRST, 1)]);
        assert_eq!(
            fields(desk.taken(), &[0]).unwrap(),
            r#"[[4],[["id",1,[]],["team",4,[]],["age",1,[]],["joined",2,[]]]]"#
        );
        assert!(fields(desk.taken(), &[0, 1]).is_err(), "no such table");
    }

    #[test]
    fn values_stand_row_by_row() {
        let desk = desk(&[(FIRST, 1)]);
        let of = |name: &str| match values(desk.taken(), &[0], name).unwrap() {
            Values::Numbers(numbers) => {
                let there = numbers
                    .iter()
                    .map(|number| (!number.is_nan()).then_some(*number));
                there.collect::<Vec<Option<f64>>>()
            }
            Values::Words(_) => Vec::new(),
        };
        assert_eq!(of("age"), [Some(34.0), None, Some(9.0), Some(51.0)]);
        assert_eq!(
            of("joined"),
            [Some(18_698.0), Some(18_627.0), None, Some(18_699.0)]
        );
        let words = values(desk.taken(), &[0], "team").unwrap();
        assert_eq!(words, Values::Words("IT\nHR\n\nIT".to_owned()));
        let cells = row(desk.taken(), 0, 1).unwrap();
        assert_eq!(
            cells,
            r#"[["id","2"],["team","HR"],["joined","12/31/2020"]]"#
        );
    }

    #[test]
    fn a_field_of_several_tables_is_one() {
        let second = "id,answer,shift,team\n\
            1,Good day,early,Sales\n2,Bad day,late,IT\n3,No day,early,IT\n4,My day,late,Sales\n";
        let first = "answer,team\nOne,IT\nTwo,HR\nThree,HR\nFour,IT\n";
        let desk = desk(&[(first, 0), (second, 1)]);
        assert_eq!(
            fields(desk.taken(), &[0, 1]).unwrap(),
            r#"[[4,4],[["team",3,["HR","IT","Sales"]],["id",1,[]],["shift",3,["early","late"]]]]"#
        );
        let places = values(desk.taken(), &[0, 1], "team").unwrap();
        let expected = [1.0, 0.0, 0.0, 1.0, 2.0, 1.0, 1.0, 2.0];
        assert_eq!(places, Values::Numbers(expected.to_vec()));
    }

    #[test]
    fn categories_that_are_numbers_are_in_their_order() {
        let mut desk = Desk::default();
        let file = b"answer,grade\nOne,10\nTwo,9\nThree,10\n".to_vec();
        desk.read(file, "a.csv".to_owned(), String::new()).unwrap();
        desk.take(0, 0, &[(1, FieldKind::Category)]).unwrap();
        let told = fields(desk.taken(), &[0]).unwrap();
        assert_eq!(told, r#"[[3],[["grade",3,["9","10"]]]]"#);
    }
}
