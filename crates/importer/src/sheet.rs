//! The table that is saved: texts and what was found about them, between the columns that they came
//! with.

use crate::desk::{Tables, Taken};
use crate::refused;
use semblance_import::{
    Column, ImportError,
    write::{CsvOptions, csv, html, tsv, xlsx},
};
use semblance_protocol::{Cells, Failure, Sheet, SheetColumn, SheetFormat};
use serde_json::Value;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// What the column of the texts is called where they came without a name.
const TEXT: &str = "Text";

/// A file's bytes and its media type.
pub(crate) type File = (Vec<u8>, &'static str);

/// The table of all texts.
pub(crate) fn write(sheet: &Sheet, taken: &Tables) -> Result<File, Failure> {
    let columns = columns(sheet, taken).map_err(|error| refused(error.to_string()))?;
    written_as(sheet, columns)
}

/// A list whose rows need not be texts.
pub(crate) fn write_list(sheet: &Sheet) -> Result<File, Failure> {
    let column = |found: &SheetColumn| {
        let mut column = Column::new(&*found.name);
        for row in 0..rows(&found.cells) {
            column.push(&cell(&found.cells, row, sheet))?;
        }
        Ok(column)
    };
    let columns: Result<Vec<Column>, ImportError> = sheet.columns.iter().map(column).collect();
    written_as(sheet, columns.map_err(|error| refused(error.to_string()))?)
}

fn rows(cells: &Cells) -> usize {
    match cells {
        Cells::Words(words) => words.len(),
        Cells::Texts(rows) => rows.len(),
        Cells::Sets(sets) => sets.iter().flatten().count(),
        Cells::Numbers(numbers) | Cells::Places(numbers) => numbers.len(),
    }
}

fn written_as(sheet: &Sheet, columns: Vec<Column>) -> Result<File, Failure> {
    let numbers = sheet
        .columns
        .iter()
        .map(|column| !matches!(column.cells, Cells::Words(_) | Cells::Texts(_)));
    match sheet.format {
        SheetFormat::Csv => {
            let options = CsvOptions {
                byte_order_mark: true,
                guard_formulas: true,
            };
            Ok((csv(&columns, options).into_bytes(), "text/csv"))
        }
        SheetFormat::Xlsx => {
            let bytes = xlsx(&columns).map_err(|error| refused(error.to_string()))?;
            let mime = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
            Ok((bytes, mime))
        }
        SheetFormat::Tsv => Ok((
            tsv(&columns, true).into_bytes(),
            "text/tab-separated-values",
        )),
        SheetFormat::Html => Ok((html(&columns).into_bytes(), "text/html")),
        SheetFormat::Json => {
            let words = columns.len() - sheet.columns.len();
            let is_number: Vec<bool> = std::iter::repeat_n(false, words).chain(numbers).collect();
            Ok((json(&columns, &is_number).into_bytes(), "application/json"))
        }
    }
}

/// A list of objects. Empty cells are left out of them.
fn json(columns: &[Column], is_number: &[bool]) -> String {
    let rows = columns.first().map_or(0, Column::len);
    let row = |row: usize| {
        let cells = columns.iter().zip(is_number);
        let entries = cells.filter_map(|(column, &is_number)| {
            let cell = column.get(row);
            let value = match cell {
                "" => return None,
                cell if is_number => cell.to_owned(),
                cell => Value::from(cell).to_string(),
            };
            Some(format!("{}: {value}", Value::from(column.name.as_str())))
        });
        format!("  {{{}}}", entries.collect::<Vec<_>>().join(", "))
    };
    format!(
        "[\n{}\n]\n",
        (0..rows).map(row).collect::<Vec<_>>().join(",\n")
    )
}

/// All columns: those of the tables that texts are from in their order, columns of the same name as
/// one, and behind them what was found. The texts are as they are now, edited perhaps.
fn columns(sheet: &Sheet, taken: &Tables) -> Result<Vec<Column>, ImportError> {
    let used: BTreeSet<u32> = sheet
        .sources
        .iter()
        .flatten()
        .map(|source| source.0)
        .collect();
    let used: Vec<&Taken> = used.iter().filter_map(|table| taken.get(table)).collect();
    let mut names: Vec<&str> = Vec::new();
    for name in used.iter().flat_map(|table| &table.columns) {
        if !names.contains(&name.name.as_str()) {
            names.push(&name.name);
        }
    }
    let of_texts = used.iter().find_map(|table| table.name_of_texts());
    if of_texts.is_none() {
        names.push(TEXT);
    }
    let mut columns = Vec::new();
    for name in &names {
        let mut column = Column::new(*name);
        for (text, source) in sheet.texts.iter().zip(&sheet.sources) {
            let source = source.and_then(|(table, row)| {
                let table = taken.get(&table)?;
                Some((table, row as usize))
            });
            let of_texts = source
                .and_then(|(table, _)| table.name_of_texts())
                .or(of_texts);
            column.push(match source {
                _ if of_texts.unwrap_or(TEXT) == *name => text,
                Some((table, row)) => table.cell(name, row),
                None => "",
            })?;
        }
        columns.push(column);
    }
    for found in &sheet.columns {
        let mut column = Column::new(free(&found.name, &names));
        for row in 0..sheet.texts.len() {
            column.push(&cell(&found.cells, row, sheet))?;
        }
        columns.push(column);
    }
    Ok(columns)
}

/// What was found about the text of a row, as it is written.
fn cell<'a>(cells: &'a Cells, row: usize, sheet: &'a Sheet) -> Cow<'a, str> {
    let cell: Option<Cow<str>> = match cells {
        Cells::Words(words) => words.get(row).map(|word| word.as_str().into()),
        Cells::Texts(rows) => {
            let text = rows.get(row).and_then(|&row| sheet.texts.get(row as usize));
            text.map(|text| text.as_str().into())
        }
        Cells::Sets(sets) => {
            let holds = |set: &Vec<u32>| set.iter().any(|&member| member as usize == row);
            let set = sets.iter().position(holds);
            set.map(|set| (set + 1).to_string().into())
        }
        Cells::Numbers(numbers) => numbers.get(row).map(|&number| written(number).into()),
        Cells::Places(places) => {
            let place = places.get(row).filter(|place| place.is_finite());
            place.map(|place| place.to_string().into())
        }
    };
    cell.unwrap_or_default()
}

impl Taken {
    fn name_of_texts(&self) -> Option<&str> {
        self.columns
            .get(self.texts)
            .map(|column| column.name.as_str())
    }

    fn cell(&self, name: &str, row: usize) -> &str {
        let column = self.columns.iter().find(|column| column.name == name);
        column.map_or("", |column| column.get(row))
    }
}

/// A name that no column has yet.
fn free(name: &str, names: &[&str]) -> String {
    let mut free = name.to_owned();
    let mut number = 2;
    while names.contains(&free.as_str()) {
        free = format!("{name} {number}");
        number += 1;
    }
    free
}

/// A number with up to four decimals; nothing for NaN.
fn written(number: f32) -> String {
    if number.is_nan() {
        return String::new();
    }
    let written = format!("{number:.4}");
    let short = written.trim_end_matches('0').trim_end_matches('.');
    match short {
        "-0" => "0".to_owned(),
        short => short.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::Desk;
    use semblance_protocol::FieldKind;

    fn desk(files: &[(&str, u32)]) -> Desk {
        let mut desk = Desk::default();
        for (table, (text, column)) in (0..).zip(files) {
            let bytes = text.as_bytes().to_vec();
            desk.read(bytes, "a.csv".to_owned(), String::new()).unwrap();
            let all: Vec<(u32, FieldKind)> = (0..9).map(|at| (at, FieldKind::Text)).collect();
            desk.take(*column, table, &all).unwrap();
        }
        desk
    }

    fn sheet(texts: &[&str], sources: &[Option<(u32, u32)>]) -> Sheet {
        Sheet {
            texts: texts.iter().map(ToString::to_string).collect(),
            sources: sources.to_vec(),
            columns: vec![
                SheetColumn {
                    name: "Group".to_owned(),
                    cells: Cells::Words(texts.iter().map(|_| "=A".to_owned()).collect()),
                },
                SheetColumn {
                    name: "Score".to_owned(),
                    cells: Cells::Numbers(
                        vec![0.5, f32::NAN, -0.000_01, 1.0][..texts.len()].to_vec(),
                    ),
                },
            ],
            ..Sheet::default()
        }
    }

    fn lines(sheet: &Sheet, desk: &Desk) -> Vec<String> {
        let (bytes, mime) = write(sheet, desk.taken()).unwrap();
        assert_eq!(mime, "text/csv");
        let text = String::from_utf8(bytes).unwrap();
        let text = text.strip_prefix('\u{feff}').unwrap();
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn the_columns_that_texts_came_with_come_back() {
        let desk = desk(&[("id,answer,team\n7,Good food,HR\n8,,IT\n9,Bad food,IT\n", 1)]);
        let sheet = sheet(
            &["Bad food!", "Good food", "A new text"],
            &[Some((0, 2)), Some((0, 0)), None],
        );
        assert_eq!(
            lines(&sheet, &desk),
            [
                "id,answer,team,Group,Score",
                "9,Bad food!,IT,'=A,0.5",
                "7,Good food,HR,'=A,",
                ",A new text,,'=A,0",
            ]
        );
    }

    #[test]
    fn tables_are_joined_by_the_names_of_their_columns() {
        let desk = desk(&[
            ("id,text\n1,One day\n2,Two days\n", 1),
            ("comment,id,Group\nGood day,5,x\nBad day,6,y\n", 0),
        ]);
        let sheet = sheet(&["One day", "Bad day"], &[Some((0, 0)), Some((1, 1))]);
        assert_eq!(
            lines(&sheet, &desk),
            [
                "id,text,comment,Group,Group 2,Score",
                "1,One day,,,'=A,0.5",
                "6,,Bad day,y,'=A,",
            ]
        );
    }

    #[test]
    fn texts_that_came_from_nowhere_have_a_column() {
        let sheet = sheet(&["a, b"], &[None]);
        assert_eq!(
            lines(&sheet, &Desk::default()),
            ["Text,Group,Score", "\"a, b\",'=A,0.5"]
        );
    }

    #[test]
    fn tables_that_no_text_is_from_are_left_out() {
        // The first was replaced; the worker that knew the fourth is no more.
        let desk = desk(&[("id,text\n1,One day\n", 1), ("no,comment\n5,Good day\n", 1)]);
        let replaced = sheet(&["Good day", "Lost"], &[Some((1, 0)), Some((3, 0))]);
        assert_eq!(
            lines(&replaced, &desk),
            ["no,comment,Group,Score", "5,Good day,'=A,0.5", ",Lost,'=A,"]
        );
        let undone = sheet(&["One day"], &[Some((0, 0))]);
        assert_eq!(
            lines(&undone, &desk),
            ["id,text,Group,Score", "1,One day,'=A,0.5"]
        );
    }

    #[test]
    fn json_has_numbers_as_numbers_and_nothing_for_nothing() {
        let desk = desk(&[("id,text\n1,One \"day\n,Two days\n", 1)]);
        let mut sheet = sheet(&["One \"day", "Two days"], &[Some((0, 0)), Some((0, 1))]);
        sheet.format = SheetFormat::Json;
        sheet.columns.push(SheetColumn {
            name: "Map x".to_owned(),
            cells: Cells::Places(vec![0.1, 1e-7]),
        });
        let (bytes, _) = write(&sheet, desk.taken()).unwrap();
        let found: Value = serde_json::from_slice(&bytes).unwrap();
        let expected = serde_json::json!([
            { "id": "1", "text": "One \"day", "Group": "=A", "Score": 0.5, "Map x": 0.1 },
            { "text": "Two days", "Group": "=A", "Map x": 1e-7 },
        ]);
        assert_eq!(found, expected);
    }

    #[test]
    fn texts_and_sets_are_told_by_their_rows() {
        let mut sheet = sheet(&["A", "B", "C"], &[None, None, None]);
        sheet.columns = [
            ("Nearest", Cells::Texts(vec![2, 9, 0])),
            ("Duplicates", Cells::Sets(vec![vec![1], vec![0, 2]])),
        ]
        .map(|(name, cells)| SheetColumn {
            name: name.to_owned(),
            cells,
        })
        .to_vec();
        assert_eq!(
            lines(&sheet, &Desk::default()),
            ["Text,Nearest,Duplicates", "A,C,2", "B,,1", "C,A,2"]
        );
    }

    #[test]
    fn the_rows_of_a_list_need_not_be_texts() {
        let mut list = sheet(&["=A", "B, b"], &[]);
        list.columns = [
            ("Score", Cells::Numbers(vec![0.987_68, -0.25, 1.0])),
            ("Text", Cells::Texts(vec![0, 1, 0])),
            ("Other text", Cells::Texts(vec![1, 0, 7])),
        ]
        .map(|(name, cells)| SheetColumn {
            name: name.to_owned(),
            cells,
        })
        .to_vec();
        let (bytes, _) = write_list(&list).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        let lines: Vec<&str> = text.trim_start_matches('\u{feff}').lines().collect();
        let expected = [
            "Score,Text,Other text",
            "0.9877,'=A,\"B, b\"",
            "-0.25,\"B, b\",'=A",
            "1,'=A,",
        ];
        assert_eq!(lines, expected);
        list.format = SheetFormat::Html;
        let (bytes, mime) = write_list(&list).unwrap();
        assert_eq!(mime, "text/html");
        assert!(String::from_utf8(bytes).unwrap().contains("<td>-0.25</td>"));
    }

    #[test]
    fn a_spreadsheet_can_be_read_again() {
        let desk = desk(&[("id,answer\n7,Good food\n", 1)]);
        let sheet = Sheet {
            format: SheetFormat::Xlsx,
            ..sheet(&["Good food"], &[Some((0, 0))])
        };
        let (bytes, _) = write(&sheet, desk.taken()).unwrap();
        let mut again = Desk::default();
        let table = again
            .read(bytes, "a.xlsx".to_owned(), String::new())
            .unwrap();
        let names: Vec<&str> = table
            .columns
            .iter()
            .map(|column| column.name.as_str())
            .collect();
        assert_eq!(names, ["id", "answer", "Group", "Score"]);
        assert_eq!(table.columns[0].first, ["7"]);
    }
}
