use crate::{ImportError, Imported, NoteKind, Options, Source, read};

fn open(text: &str) -> Imported {
    read(&Source::of(text.as_bytes()), &Options::default()).unwrap()
}

fn cells<'a>(table: &'a Imported, name: &str) -> Vec<&'a str> {
    table
        .column(name)
        .map(|column| column.cells().collect())
        .unwrap_or_default()
}

#[test]
fn every_way_to_write_a_table() {
    for text in [
        r#"["A cat", "A \"dog\""]"#,
        r#"[{"text": "A cat"}, {"text": "A \"dog\""}]"#,
        r#"{"text": ["A cat", "A \"dog\""]}"#,
        r#"{"text": {"0": "A cat", "1": "A \"dog\""}}"#,
        r#"[["text", "n"], ["A cat", 1], ["A \"dog\"", 2]]"#,
        r#"{"count": 2, "rows": [{"text": "A cat"}, {"text": "A \"dog\""}]}"#,
        r#"{"a": {"text": "A cat"}, "b": {"text": "A \"dog\""}}"#,
    ] {
        let table = open(text);
        assert_eq!(table.format.id(), "json", "{text}");
        assert_eq!(cells(&table, "text"), ["A cat", "A \"dog\""], "{text}");
    }
}

#[test]
fn values_stay_as_they_are_written() {
    let table = open(
        r#"[{"id": 12345678901234567890123, "b": true, "n": null, "x": 1.50, "l": ["a"]}, {"text": "hi"}]"#,
    );
    let row: Vec<&str> = table.columns.iter().map(|column| column.get(0)).collect();
    assert_eq!(
        row,
        ["12345678901234567890123", "true", "", "1.50", "[\"a\"]", ""]
    );
    assert_eq!(table.notes[0].kind, NoteKind::Nested);
}

#[test]
fn an_embedding_service_answers() {
    let table = open(
        r#"{"object": "list", "model": "m", "data": [
            {"object": "embedding", "index": 0, "embedding": [0.25, -1e-2]},
            {"object": "embedding", "index": 1, "embedding": [1, 2]}],
            "usage": {"total_tokens": 5}}"#,
    );
    let vectors = table.vectors.unwrap();
    assert_eq!(
        (vectors.dimensions, vectors.values),
        (2, vec![0.25, -0.01, 1.0, 2.0])
    );
    assert_eq!(
        (table.part.as_deref(), table.rows, table.texts),
        (Some("data"), 2, None)
    );
}

#[test]
fn lists_of_numbers_are_vectors() {
    assert_eq!(
        open("[[1, 2.5], [3, 4]]").vectors.unwrap().values,
        [1.0, 2.5, 3.0, 4.0]
    );
}

#[test]
fn half_characters_are_said() {
    let table = open(r#"["a \ud83d b", "\ud83d\ude02 \\ud83d", "\udc00\\"]"#);
    assert_eq!(
        cells(&table, "text"),
        ["a \u{fffd} b", "😂 \\ud83d", "\u{fffd}\\"]
    );
    assert_eq!(
        (table.notes[0].kind, table.notes[0].count),
        (NoteKind::HalfCharacter, 2)
    );
}

#[test]
fn a_part_is_chosen_by_name() {
    let text = r#"{"cats": ["a", "b"], "dogs": [{"text": "c"}]}"#;
    let table = open(text);
    assert_eq!(
        (table.parts.len(), table.part.as_deref()),
        (2, Some("cats"))
    );
    let part = |name: &str| Options {
        part: Some(name.into()),
        ..Options::default()
    };
    let table = read(&Source::of(text.as_bytes()), &part("dogs")).unwrap();
    assert_eq!(cells(&table, "text"), ["c"]);
    let error = read(&Source::of(text.as_bytes()), &part("owls")).unwrap_err();
    assert_eq!(error, ImportError::UnknownSheet("owls".into()));
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    let error = read(
        &Source::named(b"[\"a\",\n \"b\"", "x.json"),
        &Options::default(),
    )
    .unwrap_err();
    assert!(error.to_string().contains("line 2 column 4"), "{error}");
    let chat = "[10:03] Ben: hi\n[10:04] Ana: hi\n";
    assert_eq!(open(chat).format.id(), "text");
}

#[test]
fn depth_costs_nothing() {
    let deep = format!("[{}{}]", "[".repeat(200_000), "]".repeat(200_000));
    let table = open(&deep);
    assert_eq!(table.rows, 1);
    let open_end = format!("[{}", "{\"a\":".repeat(200_000));
    assert!(
        read(
            &Source::named(open_end.as_bytes(), "x.json"),
            &Options::default()
        )
        .is_err()
    );
}
