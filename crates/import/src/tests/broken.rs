//! Files that are broken: each is read or refused, and nothing else happens.

use std::io::Cursor;

use fastrand::Rng;

use super::claims::archive_of;
use crate::{Format, Options, Source, Split, read, sniff, write};

/// A file of each kind.
fn seeds() -> Vec<(&'static str, Vec<u8>)> {
    let csv = "id,text,n\n1,\"a, \"\"b\"\"\nc\",2\n2,d,3\n3,\"e\",4\n";
    let chat = "[10:03] Ben: hi\n12/03/21, 10:04 - Ana: ho\n- item\n\n1. x\n";
    let json = r#"{"a":[{"t":"x\ud83d","v":[1,2.5]},{"t":null,"o":{"k":[true]}}],"b":["y"]}"#;
    let html = "<table><tr><th colspan=2>a&amp;<th>b</tr><tr><td rowspan=3>1<td>2<br>3</table><p>x";
    let markdown = "---\na: b\n---\n# T\n\n- a\n  - b\n\n> q\n\n|a|b|\n|-|-|\n|1|2|\n\n```\ncode\n```\n<b>x</b>";
    let columns = [
        crate::Column::of("x", ["1", "2"]),
        crate::Column::of("t", ["a", "b"]),
    ];
    let columns: Vec<_> = columns.into_iter().map(Result::unwrap).collect();
    let utf16: Vec<u8> = csv.encode_utf16().flat_map(u16::to_le_bytes).collect();
    vec![
        ("x.csv", csv.into()),
        ("x.tsv", csv.replace(',', "\t").into()),
        (
            "x.csv",
            [b"sep=;\r\n".as_slice(), csv.replace(',', ";").as_bytes()].concat(),
        ),
        ("x.txt", utf16),
        ("x.txt", chat.into()),
        ("x.json", json.into()),
        (
            "x.json",
            r#"{"a":{"0":"x","1":"y"},"b":{"0":1,"1":2}}"#.into(),
        ),
        (
            "x.jsonl",
            "{\"a\":1}\n{\"a\":\"\\ud83d\\u0041\"}\n[1,2]\n".into(),
        ),
        ("x.html", html.into()),
        ("x.md", markdown.into()),
        ("x.xlsx", write::xlsx(&columns).unwrap()),
        ("x.xlsx", include_bytes!("data/openpyxl.xlsx").to_vec()),
        ("x.ods", include_bytes!("data/pandas.ods").to_vec()),
        ("x.npy", include_bytes!("data/float64.npy").to_vec()),
        ("x.npz", include_bytes!("data/pair.npz").to_vec()),
    ]
}

fn mutate(bytes: &mut Vec<u8>, rng: &mut Rng) {
    const PIECES: [&[u8]; 22] = [
        b"\"",
        b"\n",
        b"\r",
        b",",
        b"\t",
        b"\0",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"[",
        b"{",
        b"</",
        b"<table>",
        b"&#",
        b"\\u",
        b"\\ud800",
        b"99999999999999999999",
        b"-",
        b"|",
        b"PK\x03\x04",
        b"\x1b$B",
        b"\x80",
        b"number-rows-repeated=\"1048576\"",
    ];
    for _ in 0..rng.usize(1..6) {
        let place = rng.usize(..=bytes.len());
        match rng.u8(..6) {
            0 => bytes.truncate(place),
            1 => {
                let piece = PIECES[rng.usize(..PIECES.len())];
                bytes.splice(place..place, piece.iter().copied());
            }
            2 if place < bytes.len() => bytes[place] = rng.u8(..),
            3 if place < bytes.len() => bytes[place] ^= 1 << rng.u8(..8),
            4 => {
                let end = (place + rng.usize(..20)).min(bytes.len());
                let again = bytes[place..end].repeat(rng.usize(1..5));
                bytes.splice(place..place, again);
            }
            _ => {
                let end = (place + rng.usize(..10)).min(bytes.len());
                bytes.drain(place..end);
            }
        }
    }
}

fn odd_options(rng: &mut Rng) -> Options {
    let formats: Vec<Format> = Format::all().collect();
    let encodings = crate::encodings();
    let mut sometimes = |one_in: u8| rng.u8(..one_in) == 0;
    let (format, encoding, split) = (sometimes(4), sometimes(4), sometimes(2));
    let (header, transcript, vectors) = (sometimes(3), sometimes(2), sometimes(4));
    let (delimiter, rows) = (sometimes(5), sometimes(5));
    Options {
        format: format.then(|| formats[rng.usize(..formats.len())]),
        encoding: encoding.then(|| encodings[rng.usize(..encodings.len())].name.to_owned()),
        delimiter: delimiter.then(|| char::from(rng.u8(..))),
        header: header.then(|| rng.bool()),
        split: split.then(|| [Split::Lines, Split::Paragraphs][rng.usize(..2)]),
        transcript,
        vectors: vectors.then(|| rng.bool()),
        part: None,
        rows: rows.then(|| rng.usize(..4)),
    }
}

/// Reads, and checks what must be true of everything that is read.
fn check(name: &str, bytes: &[u8], options: &Options) {
    let source = Source::named(bytes, name);
    let _ = sniff(&source);
    match read(&source, options) {
        Ok(table) => {
            let most = options.rows.unwrap_or(usize::MAX);
            assert!(table.rows > 0 && table.rows <= most, "{options:?}");
            assert!(
                table
                    .columns
                    .iter()
                    .all(|column| column.len() == table.rows)
            );
            if let Some(vectors) = &table.vectors {
                assert_eq!(vectors.len(), table.rows);
                assert_eq!(vectors.values.len(), table.rows * vectors.dimensions);
                assert!(vectors.values.iter().all(|value| value.is_finite()));
            }
            assert!(table.texts.is_none_or(|place| place < table.columns.len()));
            let mut names: Vec<&str> = table.columns.iter().map(|column| &*column.name).collect();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), table.columns.len());
        }
        Err(error) => {
            let message = error.to_string();
            assert!(message.ends_with('.') && message.len() < 1_000, "{message}");
        }
    }
}

/// How many broken files are read; `IMPORT_FUZZ` in the environment asks for more.
fn rounds() -> usize {
    let asked = std::env::var("IMPORT_FUZZ").ok();
    asked.and_then(|count| count.parse().ok()).unwrap_or(300)
}

#[test]
fn broken_files_of_every_format_are_read_or_refused() {
    let mut rng = Rng::with_seed(12);
    for (name, seed) in seeds() {
        check(name, &seed, &Options::default());
        for _ in 0..rounds() {
            let mut bytes = seed.clone();
            mutate(&mut bytes, &mut rng);
            check(name, &bytes, &Options::default());
            check(name, &bytes, &odd_options(&mut rng));
        }
    }
}

#[test]
fn broken_parts_within_sound_archives_are_read_or_refused() {
    let mut rng = Rng::with_seed(13);
    for (name, seed) in seeds() {
        let Ok(mut archive) = zip::ZipArchive::new(Cursor::new(&seed)) else {
            continue;
        };
        let parts: Vec<(String, Vec<u8>)> = (0..archive.len())
            .map(|place| {
                let mut member = archive.by_index(place).unwrap();
                let mut bytes = Vec::new();
                std::io::Read::read_to_end(&mut member, &mut bytes).unwrap();
                (member.name().unwrap().into_owned(), bytes)
            })
            .collect();
        for _ in 0..rounds() {
            let mut parts = parts.clone();
            let place = rng.usize(..parts.len());
            mutate(&mut parts[place].1, &mut rng);
            let parts: Vec<(&str, &[u8])> = parts
                .iter()
                .map(|(name, bytes)| (&**name, &**bytes))
                .collect();
            check(name, &archive_of(&parts), &Options::default());
        }
    }
}

#[test]
fn noise_is_read_or_refused() {
    let mut rng = Rng::with_seed(14);
    for _ in 0..rounds() * 3 {
        let length = rng.usize(..400);
        let few: Vec<u8> = (0..5).map(|_| rng.u8(..)).collect();
        let mut byte = |few: bool, some: &[u8]| {
            if few {
                some[rng.usize(..some.len())]
            } else {
                rng.u8(..)
            }
        };
        let narrow = byte(false, &few) % 2 == 0;
        let bytes: Vec<u8> = (0..length).map(|_| byte(narrow, &few)).collect();
        check("", &bytes, &Options::default());
        check("", &bytes, &odd_options(&mut rng));
    }
}
