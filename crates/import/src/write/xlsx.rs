//! Spreadsheets of Excel: one sheet with a header, numbers as numbers, all else as text.

use std::fmt::Write as _;
use std::io::{Cursor, Write};

use quick_xml::escape::partial_escape;
use thiserror::Error;
use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::column::Column;
use crate::kind::{ColumnKind, number};

/// Why a table can't be a spreadsheet.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum XlsxError {
    /// Excel's own limits.
    #[error(
        "A sheet holds at most {MOST_ROWS} rows and {MOST_COLUMNS} columns, and this table has \
         {rows} and {columns}. Save it as CSV."
    )]
    TooLarge {
        /// Rows with the header.
        rows: usize,
        /// Columns.
        columns: usize,
    },
    /// The archive could not be written.
    #[error("The spreadsheet could not be written: {0}. Save it as CSV.")]
    Archive(#[from] ZipError),
    /// The same, from a part of it.
    #[error("The spreadsheet could not be written: {0}. Save it as CSV.")]
    Part(#[from] std::io::Error),
}

/// Rows of a sheet.
const MOST_ROWS: usize = 1_048_576;

/// Columns of a sheet.
const MOST_COLUMNS: usize = 16_384;

/// Characters (of UTF-16) of a cell; Excel calls a file with longer ones broken.
const LONGEST_CELL: usize = 32_767;

const TYPES: &str = include_str!("xlsx/content_types.xml");

const RELATIONS: &str = include_str!("xlsx/relations.xml");

const WORKBOOK: &str = include_str!("xlsx/workbook.xml");

const WORKBOOK_RELATIONS: &str = include_str!("xlsx/workbook_relations.xml");

/// A workbook with one sheet. Cells are text, so that none is run as a formula; what has more than
/// 32,767 characters is cut off there, since Excel opens nothing longer.
///
/// # Errors
///
/// [`XlsxError::TooLarge`] beyond the limits of a sheet.
pub fn xlsx(columns: &[Column]) -> Result<Vec<u8>, XlsxError> {
    let rows = columns.iter().map(Column::len).max().unwrap_or(0) + 1;
    if rows > MOST_ROWS || columns.len() > MOST_COLUMNS {
        return Err(XlsxError::TooLarge {
            rows,
            columns: columns.len(),
        });
    }
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, content) in [
        ("[Content_Types].xml", TYPES),
        ("_rels/.rels", RELATIONS),
        ("xl/workbook.xml", WORKBOOK),
        ("xl/_rels/workbook.xml.rels", WORKBOOK_RELATIONS),
    ] {
        zip.start_file(name, options)?;
        zip.write_all(content.as_bytes())?;
    }
    zip.start_file("xl/worksheets/sheet1.xml", options)?;
    zip.write_all(
        b"<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<worksheet \
          xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>",
    )?;
    let mut row = String::from("<row>");
    for column in columns {
        text(&mut row, &column.name);
    }
    for number in 0..rows - 1 {
        row.push_str("</row>");
        zip.write_all(row.as_bytes())?;
        row.clear();
        row.push_str("<row>");
        for column in columns {
            cell(&mut row, column, number);
        }
    }
    row.push_str("</row></sheetData></worksheet>");
    zip.write_all(row.as_bytes())?;
    Ok(zip.finish()?.into_inner())
}

fn cell(row: &mut String, column: &Column, place: usize) {
    let cell = column.get(place);
    let value = match column.kind {
        ColumnKind::Number => number(cell),
        _ => None,
    };
    // Spreadsheets keep 15 digits; an identifier of more is a text.
    let digits = cell.bytes().filter(u8::is_ascii_digit).count();
    match value.filter(|_| digits <= 15) {
        Some(value) => {
            // Writing to a string doesn't fail.
            let _ = write!(row, "<c><v>{value}</v></c>");
        }
        None => text(row, cell),
    }
}

fn text(row: &mut String, cell: &str) {
    if cell.is_empty() {
        row.push_str("<c/>");
        return;
    }
    row.push_str("<c t=\"inlineStr\"><is><t xml:space=\"preserve\">");
    let mut clean = String::with_capacity(cell.len());
    let mut length = 0;
    for (place, c) in cell.char_indices() {
        length += c.len_utf16();
        if length > LONGEST_CELL {
            break;
        }
        // XML has no other control characters, and Excel an escape for them, which a text that
        // looks like one must not become.
        let escape = cell.get(place..).is_some_and(looks_escaped);
        match c {
            '\0'..='\x08' | '\x0b' | '\x0c' | '\r' | '\x0e'..='\x1f' | '\u{fffe}' | '\u{ffff}' => {
                let _ = write!(clean, "_x{:04X}_", u32::from(c));
            }
            '_' if escape => clean.push_str("_x005F_"),
            _ => clean.push(c),
        }
    }
    row.push_str(&partial_escape(clean));
    row.push_str("</t></is></c>");
}

fn looks_escaped(text: &str) -> bool {
    let code = text.strip_prefix("_x").and_then(|rest| rest.get(..5));
    code.and_then(|code| code.strip_suffix('_'))
        .is_some_and(|code| code.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Options, Source, read};

    fn round(columns: &[Column]) -> Vec<Column> {
        let bytes = xlsx(columns).unwrap();
        let options = Options {
            header: Some(true),
            ..Options::default()
        };
        read(&Source::of(&bytes), &options).unwrap().columns
    }

    #[test]
    fn what_we_write_we_read() {
        let columns = [
            Column::of("id", ["1", "2.5", "-3"]).unwrap(),
            Column::of("text", ["=1+1", " <a> & \"b\"\n", "\0 _x0041_ 日本 😂\r"]).unwrap(),
            Column::of("long", ["12345678901234567890", "7", "8"]).unwrap(),
        ];
        assert_eq!(round(&columns), columns);
    }

    #[test]
    fn long_cells_are_cut_within_what_excel_opens() {
        let long = "😂".repeat(20_000);
        let columns = [Column::of("x", [long.as_str()]).unwrap()];
        assert_eq!(round(&columns)[0].get(0).encode_utf16().count(), 32_766);
    }

    #[test]
    fn a_table_beyond_a_sheet_is_refused() {
        let columns = vec![Column::new("x"); MOST_COLUMNS + 1];
        assert!(matches!(xlsx(&columns), Err(XlsxError::TooLarge { .. })));
    }
}
