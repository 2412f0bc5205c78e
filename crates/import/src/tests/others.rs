//! Files that other programs wrote. `data/` was made by openpyxl, pandas and NumPy.

use crate::{ColumnKind, Imported, NoteKind, Options, Source, read, sniff};

fn open(name: &str, bytes: &[u8]) -> Imported {
    // By content alone, and by name.
    let by_content = read(&Source::of(bytes), &Options::default()).unwrap();
    let by_name = read(&Source::named(bytes, name), &Options::default()).unwrap();
    assert_eq!(by_content, by_name);
    by_name
}

fn column<'a>(table: &'a Imported, name: &str) -> Vec<&'a str> {
    let column = table.column(name).unwrap_or_else(|| panic!("{name}"));
    column.cells().collect()
}

#[test]
fn a_workbook_of_openpyxl() {
    let table = open("x.xlsx", include_bytes!("data/openpyxl.xlsx"));
    assert_eq!(table.parts, ["Answers", "Other", "Hidden"]);
    assert_eq!(
        (table.part.as_deref(), table.header),
        (Some("Answers"), Some(true))
    );
    assert_eq!(column(&table, "id"), ["1003", "1004", "1005", ""]);
    assert_eq!(
        column(&table, "answer")[..3],
        [
            "The open-plan office, it is \"loud\".",
            "Two\nlines",
            "日本語 A & <tag>"
        ]
    );
    assert_eq!(
        column(&table, "when")[..3],
        ["2021-03-12 10:03:00", "2021-03-13", "09:05:00"]
    );
    assert_eq!(
        column(&table, "score")[..3],
        ["0.1", "0.3333333333333333", "12345678901"]
    );
    assert_eq!(column(&table, "ok")[..3], ["true", "false", ""]);
    assert_eq!(column(&table, "Column 6"), ["", "", "", "far out"]);
    assert_eq!(table.texts, Some(1));
    for kind in [NoteKind::LongRow, NoteKind::NoResult, NoteKind::OtherPart] {
        assert!(table.notes.iter().any(|note| note.kind == kind), "{kind:?}");
    }
}

#[test]
fn another_sheet_can_be_chosen() {
    let bytes = include_bytes!("data/openpyxl.xlsx");
    let options = Options {
        part: Some("Other".into()),
        ..Options::default()
    };
    let table = read(&Source::of(bytes), &options).unwrap();
    assert_eq!(
        (column(&table, "a"), column(&table, "b")),
        (vec!["1"], vec!["2"])
    );
    let options = Options {
        part: Some("Nowhere".into()),
        ..Options::default()
    };
    let error = read(&Source::of(bytes), &options).unwrap_err();
    assert!(error.to_string().contains("no sheet “Nowhere”"));
}

#[test]
fn a_sheet_of_pandas_in_open_document() {
    let table = open("x.ods", include_bytes!("data/pandas.ods"));
    assert_eq!(table.parts, ["Answers"]);
    assert_eq!(column(&table, "id"), ["1003", "1004"]);
    assert_eq!(
        column(&table, "answer")[0],
        "The open-plan office, it is \"loud\"."
    );
    assert_eq!(column(&table, "when"), ["2021-03-12", "2021-03-12"]);
    assert_eq!(table.column("when").unwrap().kind, ColumnKind::Date);
    assert_eq!(column(&table, "score"), ["0.1", "2.5"]);
}

#[test]
fn text_of_pandas() {
    let table = open("x.csv", include_bytes!("data/pandas.csv"));
    assert_eq!(column(&table, "answer")[1], "Two  spaces\nand lines");
    let table = open("x.json", include_bytes!("data/pandas.json"));
    assert_eq!(column(&table, "answer")[1], "Two  spaces\nand lines");
    assert_eq!(column(&table, "score"), ["0.1", "2.5"]);
}

#[test]
fn arrays_of_numpy() {
    let vectors = open("x.npy", include_bytes!("data/float64.npy"))
        .vectors
        .unwrap();
    assert_eq!(
        (vectors.dimensions, vectors.values),
        (2, vec![1.5, -2.0, 3.0, 4.0, 5.0, 6.0])
    );
    let table = open("x.npz", include_bytes!("data/pair.npz"));
    assert_eq!(
        table.vectors.as_ref().unwrap().values,
        [1.5, -2.0, 3.0, 4.0]
    );
    assert_eq!(
        (column(&table, "texts"), column(&table, "n")),
        (vec!["cat", "日本"], vec!["7", "8"])
    );
    assert_eq!(
        (table.texts, table.notes[0].kind),
        (Some(0), NoteKind::OtherPart)
    );
}

#[test]
fn a_spreadsheet_is_one_whatever_its_name() {
    let bytes = include_bytes!("data/openpyxl.xlsx");
    let format = sniff(&Source::named(bytes, "answers.txt")).unwrap();
    assert_eq!(format.id(), "xlsx");
}

#[test]
fn text_is_no_spreadsheet_whatever_its_name() {
    for name in ["answers.xlsx", "answers.xls", "answers.ods", "answers.npy"] {
        let bytes = b"id\tanswer\n1\tToo loud.\n2\tToo cold.\n";
        let format = sniff(&Source::named(bytes, name)).unwrap();
        assert_eq!(format.id(), "csv", "{name}");
    }
}

#[test]
fn half_a_spreadsheet_is_refused_with_advice() {
    let bytes = include_bytes!("data/openpyxl.xlsx");
    let error = read(
        &Source::named(&bytes[..3_000], "x.xlsx"),
        &Options::default(),
    )
    .unwrap_err();
    assert!(error.to_string().contains("cut off"), "{error}");
    assert!(error.to_string().contains("once more"), "{error}");
}
