//! A whole workspace as one file, `.semblance`: a zip archive of plain files, as
//! `docs/formats.md` has it.
//!
//! Whoever changes the form raises [`VERSION`] and goes on reading the one before.

use crate::desk::{Tables, Taken};
use crate::refused;
use crate::vectors::vectors;
use semblance_import::{
    Archive, Column, ImportError, Options, Source, is_archive, read as read_file,
    write::{npy, zip},
};
use semblance_protocol::{Failure, Whole};
use serde_json::{Value, json};

/// The version of the form.
const VERSION: u64 = 1;
/// The member that says what the others are.
const MANIFEST: &str = "semblance.json";
const TEXTS: &str = "texts.txt";
const RECORD: &str = "workspace.bin";
const VECTORS: &str = "vectors.npy";
/// What it is, for messages.
const LABEL: &str = "a workspace (.semblance)";
/// Numbers of each text.
const NUMBERS: [&str; 3] = ["tokens", "truncated", "unknown"];

/// The file's bytes. `values` are the vectors; none where some are missing.
pub(crate) fn write(whole: &Whole, values: Vec<f32>, taken: &Tables) -> Result<Vec<u8>, Failure> {
    let tables: Vec<(String, u32, &Taken)> = (whole.tables.iter())
        .filter_map(|number| Some((format!("tables/{number}.json"), *number, taken.get(number)?)))
        .collect();
    let contents: Vec<String> = tables.iter().map(|it| table(it.2).to_string()).collect();
    let listed = tables
        .iter()
        .map(|(file, number, _)| json!({ "file": file, "number": number }));
    let mut manifest = json!({
        "format": "semblance",
        "version": VERSION,
        "tables": listed.collect::<Vec<_>>(),
    });
    let mut array = Vec::new();
    if !values.is_empty() {
        array = npy(&vectors(whole.numbers.len() / NUMBERS.len(), values)?);
        manifest["vectors"] = json!({ "model": whole.model, "made_by": whole.identity });
        for (at, name) in NUMBERS.into_iter().enumerate() {
            let numbers = whole.numbers.iter().skip(at).step_by(NUMBERS.len());
            manifest["vectors"][name] = numbers.copied().collect();
        }
    }
    let manifest = format!("{manifest}\n");
    let mut files: Vec<(&str, &[u8])> = vec![
        (MANIFEST, manifest.as_bytes()),
        (TEXTS, whole.lines.as_bytes()),
        (RECORD, &whole.record),
    ];
    let contents = contents.iter().map(String::as_bytes);
    files.extend(tables.iter().map(|it| &*it.0).zip(contents));
    if !array.is_empty() {
        files.push((VECTORS, &array));
    }
    zip(&files).map_err(|error| refused(error.to_string()))
}

/// What is in a file: the workspace, its vectors, and its tables, which become `taken`.
pub(crate) fn read(bytes: &[u8], taken: &mut Tables) -> Result<(Whole, Vec<f32>), Failure> {
    if !is_archive(bytes) {
        return Err(malformed("it is no archive"));
    }
    let mut archive = Archive::open(bytes, LABEL).map_err(told)?;
    let manifest = archive.bytes(MANIFEST).map_err(told)?;
    let manifest = manifest.ok_or_else(|| malformed("semblance.json is missing"))?;
    let manifest: Value =
        serde_json::from_slice(&manifest).map_err(|_| malformed("semblance.json is damaged"))?;
    let version = manifest["version"].as_u64();
    match version.filter(|_| manifest["format"] == "semblance") {
        None => return Err(malformed("semblance.json is of something else")),
        Some(version) if version > VERSION => {
            return Err(refused(
                "A newer version of this page has written this file. Close all tabs of this page, open it again to get that version, and open the file there.",
            ));
        }
        Some(_) => {}
    }
    let lines = archive.bytes(TEXTS).map_err(told)?;
    let lines = lines.ok_or_else(|| malformed("texts.txt is missing"))?;
    let lines = String::from_utf8(lines).map_err(|_| malformed("texts.txt is not UTF-8"))?;
    let record = archive.bytes(RECORD).map_err(told)?.unwrap_or_default();
    // Nothing is taken before all can be read.
    let mut tables = Vec::new();
    for entry in manifest["tables"].as_array().into_iter().flatten() {
        let number = entry["number"]
            .as_u64()
            .and_then(|it| u32::try_from(it).ok());
        let found = number.zip(entry["file"].as_str());
        let (number, file) = found.ok_or_else(|| malformed("a table has no name"))?;
        let table = archive.bytes(file).map_err(told)?;
        let table = table.ok_or_else(|| malformed("a table is missing"))?;
        tables.push((number, taken_of(&table)?));
    }
    let array = archive.bytes(VECTORS).map_err(told)?;
    let (mut numbers, mut values) = (Vec::new(), Vec::new());
    let about = &manifest["vectors"];
    if let Some(array) = array {
        (numbers, values) = vectors_of(about, &array)?;
    }
    let word = |name: &str| about[name].as_str().unwrap_or_default().to_owned();
    let whole = Whole {
        lines,
        record,
        tables: tables.iter().map(|it| it.0).collect(),
        identity: word("made_by"),
        model: word("model"),
        numbers,
    };
    taken.extend(tables);
    Ok((whole, values))
}

/// The numbers of each text, and its vector.
fn vectors_of(about: &Value, array: &[u8]) -> Result<(Vec<u32>, Vec<f32>), Failure> {
    let source = Source {
        bytes: array,
        name: VECTORS,
        mime: "",
    };
    let options = Options {
        vectors: Some(true),
        ..Options::default()
    };
    let vectors = read_file(&source, &options).map_err(told)?.vectors;
    let vectors = vectors.ok_or_else(|| malformed("vectors.npy holds no vectors"))?;
    let count = vectors.len();
    let mut numbers = vec![0; NUMBERS.len() * count];
    for (at, name) in NUMBERS.into_iter().enumerate() {
        let listed = about[name].as_array().filter(|it| it.len() == count);
        let listed = listed.ok_or_else(|| malformed("vectors.npy has another length"))?;
        let places = numbers.iter_mut().skip(at).step_by(NUMBERS.len());
        for (place, number) in places.zip(listed) {
            let number = number.as_u64().and_then(|it| u32::try_from(it).ok());
            *place = number.ok_or_else(|| malformed("semblance.json is damaged"))?;
        }
    }
    Ok((numbers, vectors.values))
}

fn table(taken: &Taken) -> Value {
    let column = |column: &Column| json!({ "name": column.name, "cells": column.cells().collect::<Vec<_>>() });
    json!({
        "texts": taken.texts,
        "columns": taken.columns.iter().map(column).collect::<Vec<_>>(),
    })
}

fn taken_of(bytes: &[u8]) -> Result<Taken, Failure> {
    let damaged = || malformed("a table is damaged");
    let table: Value = serde_json::from_slice(bytes).map_err(|_| damaged())?;
    let texts = table["texts"].as_u64().ok_or_else(damaged)?;
    let mut columns = Vec::new();
    for column in table["columns"].as_array().ok_or_else(damaged)? {
        let name = column["name"].as_str().ok_or_else(damaged)?;
        let cells = column["cells"].as_array().ok_or_else(damaged)?;
        let cells: Option<Vec<&str>> = cells.iter().map(Value::as_str).collect();
        columns.push(Column::of(name, cells.ok_or_else(damaged)?).map_err(told)?);
    }
    let texts = usize::try_from(texts).map_err(|_| damaged())?;
    Ok(Taken { columns, texts })
}

fn told(error: ImportError) -> Failure {
    refused(error.to_string())
}

fn malformed(reason: &str) -> Failure {
    refused(format!(
        "This can't be read as {LABEL}: {reason}. Save or download it once more."
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::Desk;

    const ODD: [&str; 7] = [
        "",
        "nul \0 and \"quotes\", commas",
        "👩‍👩‍👧 🎉",
        "שלום\u{202e}",
        "e\u{301} and é",
        "\u{feff}\u{2028}",
        "=1+1",
    ];

    fn whole() -> (Whole, Vec<f32>, Tables) {
        let mut tables = Tables::new();
        let cells = ["two\r\nlines", "", "\0", "007"];
        let columns = vec![
            Column::of("", cells).unwrap(),
            Column::of("e\u{301}", ["", "", "", ""]).unwrap(),
        ];
        tables.insert(7, Taken { columns, texts: 1 });
        tables.insert(
            8,
            Taken {
                columns: Vec::new(),
                texts: 0,
            },
        );
        let whole = Whole {
            lines: ODD.join("\n"),
            record: (0..=255).collect(),
            tables: vec![7],
            identity: "fast relaxed 1".to_owned(),
            model: "a model".to_owned(),
            numbers: (0..18).collect(),
        };
        let values = (0..12)
            .map(|at| f32::from_bits(0x3f12_3456 + 99 * at))
            .collect();
        (whole, values, tables)
    }

    fn refusal(bytes: &[u8]) -> String {
        let mut taken = Tables::new();
        let message = read(bytes, &mut taken).unwrap_err().message;
        assert!(taken.is_empty(), "nothing is taken of what is refused");
        message
    }

    fn with_manifest(manifest: &str) -> Vec<u8> {
        zip(&[(MANIFEST, manifest.as_bytes()), (TEXTS, b"one")]).unwrap()
    }

    #[test]
    fn a_workspace_comes_back_as_it_was() {
        let (whole, values, tables) = whole();
        let bytes = write(&whole, values.clone(), &tables).unwrap();
        let mut taken = Tables::new();
        let (back, vectors) = read(&bytes, &mut taken).unwrap();
        assert_eq!(back, whole);
        let bits = |values: &[f32]| values.iter().map(|it| it.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&vectors), bits(&values));
        assert!(taken.keys().eq(&[7]), "only what is of use");
        assert_eq!(
            (&taken[&7].columns, taken[&7].texts),
            (&tables[&7].columns, 1)
        );
        // Not all texts have vectors yet.
        let bytes = write(&whole, Vec::new(), &tables).unwrap();
        let (back, vectors) = read(&bytes, &mut taken).unwrap();
        assert!(vectors.is_empty() && back.numbers.is_empty());
    }

    #[test]
    fn random_texts_come_back_as_they_were() {
        let mut seed = 1_u32;
        let mut random = move |below: u32| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 8) % below
        };
        for _ in 0..200 {
            let mut text = || -> String {
                let length = random(40);
                let character = |_| char::from_u32(random(0x11_0000)).unwrap_or('\r');
                (0..length).map(character).collect()
            };
            let cells = [text(), text(), text()];
            let columns = vec![Column::of(text(), cells.iter().map(String::as_str)).unwrap()];
            let tables = Tables::from([(9, Taken { columns, texts: 0 })]);
            let whole = Whole {
                lines: text(),
                tables: vec![9],
                ..Whole::default()
            };
            let mut taken = Tables::new();
            let bytes = write(&whole, Vec::new(), &tables).unwrap();
            assert_eq!(read(&bytes, &mut taken).unwrap().0, whole);
            assert_eq!(taken[&9].columns, tables[&9].columns);
        }
    }

    #[test]
    fn what_is_cut_off_or_damaged_is_refused() {
        let (whole, values, tables) = whole();
        let bytes = write(&whole, values, &tables).unwrap();
        for end in (0..bytes.len()).step_by(7) {
            assert!(refusal(&bytes[..end]).ends_with('.'), "{end}");
        }
        for at in 0..bytes.len() {
            let mut bytes = bytes.clone();
            bytes[at] ^= 16;
            // A date or a comment may differ; what is read is right or refused.
            if let Ok((back, _)) = read(&bytes, &mut Tables::new()) {
                assert_eq!(back.lines, whole.lines, "{at}");
            }
        }
    }

    #[test]
    fn newer_versions_and_other_archives_are_refused_with_the_reason() {
        let newer = with_manifest(r#"{"format":"semblance","version":2}"#);
        assert!(refusal(&newer).contains("newer version"));
        assert!(refusal(&with_manifest("{}")).contains("something else"));
        assert!(refusal(&with_manifest("[[[")).contains("damaged"));
        assert!(refusal(&zip(&[("a.txt", b"x")]).unwrap()).contains("semblance.json is missing"));
        assert!(refusal(b"one\ntwo").contains("no archive"));
        let deep = "[".repeat(1_000_000);
        assert!(refusal(&with_manifest(&deep)).contains("damaged"));
        let lies = r#"{"format":"semblance","version":1,"tables":[{"number":1,"file":"a.json"}]}"#;
        assert!(refusal(&with_manifest(lies)).contains("a table is missing"));
    }

    #[test]
    fn bombs_are_refused() {
        let zeros = vec![b' '; 64 << 20];
        let manifest: &[u8] = br#"{"format":"semblance","version":1}"#;
        let bomb = zip(&[(MANIFEST, manifest), (TEXTS, &zeros)]).unwrap();
        assert!(bomb.len() < 1 << 20);
        assert!(refusal(&bomb).contains("unpacks to far more"));
    }

    #[test]
    fn lines_alone_are_enough() {
        let bytes = with_manifest(r#"{"format":"semblance","version":1}"#);
        let (whole, vectors) = read(&bytes, &mut Tables::new()).unwrap();
        assert_eq!(whole.lines, "one");
        assert!(whole.record.is_empty() && vectors.is_empty());
    }

    #[test]
    fn a_file_can_be_read_again_by_its_desk() {
        let (whole, values, tables) = whole();
        let bytes = write(&whole, values, &tables).unwrap();
        let mut desk = Desk::default();
        desk.read_whole(&bytes).unwrap();
        assert!(desk.packed(7).is_ok());
    }
}
