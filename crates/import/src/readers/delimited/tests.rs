use crate::{ImportError, Imported, NoteKind, Options, Source, read};

fn open(text: &str, name: &str) -> Imported {
    read(&Source::named(text.as_bytes(), name), &Options::default()).unwrap()
}

fn rows(table: &Imported) -> Vec<Vec<&str>> {
    let row = |row| table.columns.iter().map(|column| column.get(row)).collect();
    (0..table.rows).map(row).collect()
}

fn names(table: &Imported) -> Vec<&str> {
    table.columns.iter().map(|column| &*column.name).collect()
}

#[test]
fn answers_of_a_survey_are_recognised_without_a_name() {
    let text = "id,answer,department\n\
        1003,\"the open-plan office, it is loud\",Sales\n\
        1004,\"two\nlines and \"\"quotes\"\"\",HR\n\
        1005,fine,Sales\n";
    let table = open(text, "");
    assert_eq!(
        (table.format.id(), table.delimiter, table.header),
        ("csv", Some(','), Some(true))
    );
    assert_eq!(names(&table), ["id", "answer", "department"]);
    assert_eq!(rows(&table)[1], ["1004", "two\nlines and \"quotes\"", "HR"]);
    assert_eq!(table.texts, Some(1));
    assert!(table.notes.is_empty());
}

#[test]
fn sentences_with_commas_and_quotes_stay_lines() {
    for text in [
        "Hello, world\nBye, moon\nOh, well\n",
        "\"Hello,\" she said.\n\"No,\" he said.\n\"Why,\" they said.\n",
        "red,green\nblue,black\nwhite,grey\n",
        "I came, I saw, I won\nYou came, you saw, you lost\nWe came, we saw, we left\n",
        "To be; not to be\nTo eat; not to eat\nTo go; not to go\n",
        "\tindented\n\tindented too\n",
        "one line\twith a tab",
        "in 1990, it rained\nin 1991, it snowed\nin 1992, it hailed\n",
    ] {
        let table = open(text, "notes.txt");
        assert_eq!(table.format.id(), "text", "{text}");
        assert_eq!(table.rows, text.lines().count());
    }
}

#[test]
fn every_delimiter() {
    for (text, delimiter) in [
        ("name;year\nKätzchen;1,5\nHund;2,5\n", ';'),
        ("name\tyear\nKätzchen\t1990\nHund\t1991\n", '\t'),
        ("name|year\nKätzchen|1990\nHund|1991\n", '|'),
        ("name,year\nKätzchen,1990\nHund,1991\n", ','),
    ] {
        for name in ["x.csv", ""] {
            let table = open(text, name);
            assert_eq!(table.delimiter, Some(delimiter), "{text}");
            assert_eq!(names(&table), ["name", "year"]);
            assert_eq!((table.rows, table.columns[0].get(0)), (2, "Kätzchen"));
        }
    }
    let table = open("sep=^\na^b\n1^2\n", "");
    assert_eq!(
        (table.delimiter, names(&table)),
        (Some('^'), vec!["a", "b"])
    );
    assert_eq!(table.notes[0].kind, NoteKind::DelimiterLine);
}

#[test]
fn a_file_with_one_column_is_a_table_too() {
    let table = open("text\nA cat, asleep.\nA dog\n\"a, b\"\n", "x.csv");
    assert_eq!((table.delimiter, table.header), (None, Some(true)));
    assert_eq!(rows(&table), [["A cat, asleep."], ["A dog"], ["a, b"]]);
}

#[test]
fn ragged_rows_are_said_and_not_lost() {
    let table = open("id,text\n1,a\n2\n,,\n3,b,more,,\n4,c\n", "x.csv");
    assert_eq!(names(&table), ["id", "text", "Column 3"]);
    assert_eq!(rows(&table)[1], ["2", "", ""]);
    assert_eq!(rows(&table)[2], ["3", "b", "more"]);
    let notes: Vec<String> = table.notes.iter().map(|note| note.to_string()).collect();
    assert_eq!(
        notes,
        [
            "1 empty row is left out (4)",
            "1 row has fewer cells than columns; the rest stays empty (3)",
            "1 row has more cells than columns; they get columns of their own (5)",
        ]
    );
}

#[test]
fn line_ends_of_all_kinds_and_a_byte_order_mark() {
    for end in ["\n", "\r\n", "\r"] {
        let text = format!("\u{feff}id,text{end}1,a{end}{end}2,\"b{end}c\"{end}");
        let table = open(&text, "x.csv");
        assert_eq!(names(&table), ["id", "text"]);
        assert_eq!(rows(&table), [["1", "a"], ["2", &format!("b{end}c")]]);
    }
}

#[test]
fn a_quote_that_is_never_closed_does_not_swallow_the_rest() {
    let text = "id,text,n\n1,\"a\",1\n2,\"b,2\n3,c,3\n4,\"d\",4\n5,e,5\n";
    let table = open(text, "x.csv");
    // The quote is closed by the next one, where a row can't end: that is odd, and said.
    assert!(
        table
            .notes
            .iter()
            .any(|note| note.kind == NoteKind::OddQuotes)
    );
    let table = open("id,text\n1,\"a\"\n2,\"b\n3,c\n4,d\n", "x.csv");
    assert_eq!(
        rows(&table),
        [["1", "a"], ["2", "\"b"], ["3", "c"], ["4", "d"]]
    );
    assert_eq!(
        table.notes[0].to_string(),
        "a quote is never closed; what follows is read without quotes (3)"
    );
}

#[test]
fn tabs_without_quoting_keep_their_quotes() {
    let table = open("\"Hello\" she said\t1\nBye\t2\n\"Oh\t3\n", "metadata.tsv");
    assert_eq!(
        rows(&table),
        [["\"Hello\" she said", "1"], ["Bye", "2"], ["\"Oh", "3"]]
    );
    let table = open("\"a\ttab\"\t1\n\"two\nlines\"\t2\n", "");
    assert_eq!(rows(&table), [["a\ttab", "1"], ["two\nlines", "2"]]);
}

#[test]
fn choices_override_guesses() {
    let text = "id,text\n1,a;b\n2,c;d\n";
    let options = Options {
        header: Some(false),
        delimiter: Some(';'),
        rows: Some(2),
        ..Options::default()
    };
    let table = read(&Source::named(text.as_bytes(), "x.csv"), &options).unwrap();
    assert_eq!(rows(&table), [["id,text", ""], ["1,a", "b"]]);
    assert!(
        table
            .notes
            .iter()
            .any(|note| note.kind == NoteKind::MoreRows)
    );
    let options = Options {
        delimiter: Some('"'),
        ..Options::default()
    };
    let error = read(&Source::named(text.as_bytes(), "x.csv"), &options).unwrap_err();
    assert_eq!(error, ImportError::BadDelimiter("\"".into()));
}
