//! Files that somebody made to do harm: bombs, and claims to be more than they are.

use std::io::{Cursor, Write};

use fastrand::Rng;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::{ImportError, Options, Source, read};

/// An archive with these parts.
pub fn archive_of(parts: &[(&str, &[u8])]) -> Vec<u8> {
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
