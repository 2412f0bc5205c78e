//! Files that are broken, or that somebody made to do harm: each is read or refused, and nothing
//! else happens.

use std::io::{Cursor, Write};
use std::time::{Duration, Instant};

use fastrand::Rng;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::{Format, ImportError, Options, Source, Split, read, sniff, write};

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

fn archive_of(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, content) in parts {
        // The type of an open document must not be compressed.
        let method = match *name {
            "mimetype" => CompressionMethod::Stored,
            _ => CompressionMethod::Deflated,
        };
        zip.start_file(*name, options.compression_method(method))
            .unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn workbook(sheet: &str, strings: &str) -> Vec<u8> {
    let rels = r#"<Relationships><Relationship Id="r1" Type="x/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#;
    archive_of(&[
        (
            "xl/workbook.xml",
            br#"<workbook><sheets><sheet name="S" r:id="r1"/></sheets></workbook>"#,
        ),
        ("xl/_rels/workbook.xml.rels", rels.as_bytes()),
        ("xl/sharedStrings.xml", strings.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ])
}

fn refused(bytes: &[u8]) -> ImportError {
    read(&Source::of(bytes), &Options::default()).unwrap_err()
}

#[test]
fn a_bomb_is_not_unpacked() {
    let bomb = " ".repeat(60 << 20);
    let error = refused(&workbook(
        "<worksheet/>",
        &format!("<sst><si><t>{bomb}</t></si></sst>"),
    ));
    assert!(matches!(error, ImportError::ZipBomb { .. }), "{error}");
    assert!(error.to_string().contains("xl/sharedStrings.xml"));
    let error = refused(&workbook(&format!("<worksheet>{bomb}</worksheet>"), ""));
    assert!(matches!(error, ImportError::ZipBomb { .. }), "{error}");
}

#[test]
fn cells_at_the_far_corner_cost_nothing() {
    let sheet = r#"<worksheet><dimension ref="A1:XFD1048576"/><sheetData><row r="1"><c r="A1"><v>1</v></c></row>
        <row r="1048576"><c r="XFD1048576" t="str"><v>far</v></c></row></sheetData></worksheet>"#;
    let table = read(&Source::of(&workbook(sheet, "")), &Options::default()).unwrap();
    assert_eq!((table.rows, table.columns.len()), (2, 2));
    let sheet =
        r#"<worksheet><sheetData><row><c r="XFE1"><v>1</v></c></row></sheetData></worksheet>"#;
    assert!(matches!(
        refused(&workbook(sheet, "")),
        ImportError::TooManyColumns { .. }
    ));
}

fn open_document(rows: &str) -> Vec<u8> {
    let content = format!(
        "<office:spreadsheet><table:table table:name='S'>{rows}</table:table></office:spreadsheet>"
    );
    let kind = b"application/vnd.oasis.opendocument.spreadsheet";
    archive_of(&[("mimetype", kind), ("content.xml", content.as_bytes())])
}

#[test]
fn repetition_is_counted() {
    let empty = "<table:table-row table:number-rows-repeated='1048576'>\
        <table:table-cell table:number-columns-repeated='16384'/></table:table-row>";
    let one = "<table:table-row><table:table-cell><text:p>a</text:p></table:table-cell></table:table-row>";
    let table = read(
        &Source::of(&open_document(&format!("{empty}{one}{empty}"))),
        &Options::default(),
    )
    .unwrap();
    assert_eq!((table.rows, table.columns[0].get(0)), (1, "a"));
    let full = empty.replace("/></table", "><text:p>x</text:p></table:table-cell></table");
    assert!(matches!(
        refused(&open_document(&full)),
        ImportError::TooLarge { .. }
    ));
    let wide = full.replace("16384", "99999");
    assert!(matches!(
        refused(&open_document(&wide)),
        ImportError::TooManyColumns { .. }
    ));
}

#[test]
fn what_is_no_table_is_refused_by_name() {
    for (part, what) in [
        ("word/document.xml", "a Word document"),
        ("photo.jpg", "an archive"),
        ("ppt/presentation.xml", "a presentation"),
    ] {
        let error = refused(&archive_of(&[(part, b"x")]));
        assert!(error.to_string().contains(what), "{error}");
    }
    assert_eq!(refused(b""), ImportError::Empty);
    assert_eq!(refused(b" \n\t\n"), ImportError::Empty);
    assert_eq!(refused(&[0; 1_000]), ImportError::NotText);
    let mut rng = Rng::with_seed(1);
    let noise: Vec<u8> = (0..5_000).map(|_| rng.u8(..)).collect();
    assert_eq!(refused(&noise), ImportError::NotText);
}

/// The time that a file of a size takes, the better of two.
fn time(make: &dyn Fn(usize) -> (&'static str, Vec<u8>), size: usize) -> Duration {
    let (name, bytes) = make(size);
    let once = || {
        let start = Instant::now();
        let _ = read(&Source::named(&bytes, name), &Options::default());
        start.elapsed()
    };
    once().min(once())
}

#[test]
fn eight_times_the_file_takes_about_eight_times_as_long() {
    type Make = fn(usize) -> (&'static str, Vec<u8>);
    let makes: [Make; 13] = [
        |n| ("lines.txt", "one line of text\n".repeat(n).into()),
        |n| ("empty.txt", "\n".repeat(n * 16).into()),
        |n| ("chat.txt", "[10:03] Ben: hi there\n".repeat(n).into()),
        |n| ("latin.txt", b"caf\xe9 cr\xe8me\n".repeat(n)),
        |n| ("escape.txt", "\x1b$B".repeat(n).into()),
        |n| ("x.csv", "1,\"a, b\",c\n".repeat(n).into()),
        |n| ("quotes.csv", "\"".repeat(n * 16).into()),
        |n| ("open.csv", "a,\"b\n".repeat(n).into()),
        |n| ("odd.csv", "\"a\"b,c\n".repeat(n).into()),
        |n| {
            (
                "deep.json",
                ["[".repeat(n * 8), "]".repeat(n * 8)].concat().into(),
            )
        },
        |n| {
            (
                "x.json",
                format!("[{}1]", "{\"a\":\"b\",\"c\":1},".repeat(n)).into(),
            )
        },
        |n| {
            (
                "x.html",
                "<table><tr><td>a&amp;<td rowspan=9>b".repeat(n / 2).into(),
            )
        },
        |n| ("x.md", "* a\n> [b](c) *d **e `f\n".repeat(n / 2).into()),
    ];
    for make in makes {
        let name = make(2).0;
        let (small, large) = (time(&make, 20_000), time(&make, 160_000));
        // Machines that are busy are given room; a square would be 64 times.
        assert!(
            large < small * 24 + Duration::from_millis(50),
            "{name}: {small:?}, then {large:?}"
        );
    }
}
