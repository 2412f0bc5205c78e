//! What is written is read back as it was, over odd texts.

use fastrand::Rng;

use crate::write::{CsvOptions, csv, tsv, xlsx};
use crate::{Column, Format, Options, Source, read};

const PIECES: [&str; 24] = [
    "a",
    "word",
    " ",
    ",",
    ";",
    "\t",
    "\"",
    "\"\"",
    "\n",
    "\r\n",
    "\r",
    "'",
    "=",
    "\0",
    "😂",
    "日本",
    "עברית",
    "e\u{301}",
    "é",
    "\u{200f}",
    "_x0041_",
    "&amp;",
    "<b>",
    "\u{feff}",
];

fn cell(rng: &mut Rng) -> String {
    (0..rng.usize(..6))
        .map(|_| PIECES[rng.usize(..PIECES.len())])
        .collect()
}

/// A table whose rows all say something.
fn table(rng: &mut Rng) -> Vec<Column> {
    let (width, rows) = (rng.usize(1..5), rng.usize(1..8));
    let column = |number: usize| {
        let cells: Vec<String> = (0..rows)
            .map(|_| cell(rng) + if number == 0 { "x" } else { "" })
            .collect();
        Column::of(format!("column {number}"), cells.iter().map(String::as_str)).unwrap()
    };
    (0..width).map(column).collect()
}

fn back(bytes: &[u8], format: &str, delimiter: Option<char>) -> Vec<Column> {
    let options = Options {
        format: Some(Format::of(format).unwrap()),
        encoding: delimiter.map(|_| "UTF-8".to_owned()),
        delimiter,
        header: Some(true),
        vectors: Some(false),
        ..Options::default()
    };
    read(&Source::of(bytes), &options).unwrap().columns
}

#[test]
fn csv_and_tsv() {
    let mut rng = Rng::with_seed(4180);
    for _ in 0..2_000 {
        let columns = table(&mut rng);
        let options = CsvOptions {
            byte_order_mark: rng.bool(),
            guard_formulas: false,
        };
        assert_eq!(
            back(csv(&columns, options).as_bytes(), "csv", Some(',')),
            columns
        );
        assert_eq!(
            back(tsv(&columns, false).as_bytes(), "csv", Some('\t')),
            columns
        );
    }
}

#[test]
fn spreadsheets() {
    let mut rng = Rng::with_seed(4181);
    for _ in 0..300 {
        let columns = table(&mut rng);
        let read = back(&xlsx(&columns).unwrap(), "xlsx", None);
        // A line end of two characters is one in a spreadsheet.
        for (read, written) in read.iter().zip(&columns) {
            let written: Vec<String> = written
                .cells()
                .map(|cell| cell.replace("\r\n", "\n"))
                .collect();
            assert_eq!(read.cells().collect::<Vec<_>>(), written);
        }
        assert_eq!(read.len(), columns.len());
    }
}

#[test]
fn a_cell_of_a_megabyte() {
    let long = "日本, \"x\"\n".repeat(80_000);
    let columns = [Column::of("x", [long.as_str(), "y"]).unwrap()];
    assert_eq!(
        back(
            csv(&columns, CsvOptions::default()).as_bytes(),
            "csv",
            Some(',')
        ),
        columns
    );
}

#[test]
fn messages_between_workers() {
    let table = read(&Source::of(b"id,text\n1,a b\n2,c d\n"), &Options::default()).unwrap();
    let json = serde_json::to_string(&table).unwrap();
    assert_eq!(
        serde_json::from_str::<crate::Imported>(&json).unwrap(),
        table
    );
    let options: Options = serde_json::from_str(r#"{"format": "csv", "header": false}"#).unwrap();
    assert_eq!(options.format, Some(table.format));
    assert!(serde_json::from_str::<Options>(r#"{"format": "doc"}"#).is_err());
}
