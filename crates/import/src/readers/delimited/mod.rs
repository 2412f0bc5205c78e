//! Tables in text: CSV, with semicolons, with tabs; cells copied from a spreadsheet.

mod scan;
mod sniff;

use csv::{Reader as CsvReader, ReaderBuilder, StringRecord};

use crate::draft::Draft;
use crate::error::ImportError;
use crate::grid::Grid;
use crate::note::NoteKind;
use crate::registry::{Evidence, Input, Reader};
use crate::source::Sample;
use scan::{Extent, Scan};

pub const READER: Reader = Reader {
    id: "csv",
    label: "a table in text (CSV, TSV)",
    extensions: &["csv", "tsv", "tab"],
    media_types: &["text/csv", "text/tab-separated-values"],
    evidence: |sample: &Sample| match sniff::delimiter_of_unnamed(&sample.text) {
        Some(_) => Evidence::Weak,
        None => Evidence::Absent,
    },
    read,
};

/// Stands for “no delimiter”: a character that no table has.
const NONE: u8 = 0x1f;

fn read(input: &Input, draft: &mut Draft) -> Result<(), ImportError> {
    let text = input.text(draft)?;
    let (named, text, skipped) = sniff::delimiter_line(&text);
    if skipped > 0 {
        draft.notes.at(NoteKind::DelimiterLine, 1);
    }
    let delimiter = match input.options.delimiter {
        Some(delimiter) => checked(delimiter)?,
        None => named.or_else(|| sniff::delimiter(text)).unwrap_or(NONE),
    };
    draft.delimiter = (delimiter != NONE).then_some(char::from(delimiter));
    let scan = Scan::of(text, delimiter, Extent::All);
    let quoted = scan.is_quoted(delimiter);
    if quoted {
        for &line in &scan.odd_lines {
            draft.notes.at(NoteKind::OddQuotes, line + skipped);
        }
        let more = scan.odd_quotes - scan.odd_lines.len().min(scan.odd_quotes);
        draft.notes.add(NoteKind::OddQuotes, more);
    }
    let open = scan.open.filter(|_| quoted);
    let mut rows = Rows::new(text, delimiter, quoted);
    rows.end = open.map(|(start, _)| start as u64);
    rows.line = skipped;
    let mut grid = Grid::new(input.options.header, true);
    take(&mut rows, &mut grid, draft)?;
    if let Some((start, line)) = open {
        // After a quote that is never closed everything would be one cell.
        draft.notes.at(NoteKind::OpenQuote, line + skipped);
        let mut rows = Rows::new(text.get(start..).unwrap_or_default(), delimiter, false);
        rows.line = skipped + line - 1;
        take(&mut rows, &mut grid, draft)?;
    }
    grid.finish(draft)
}

/// A delimiter that a person chose.
fn checked(delimiter: char) -> Result<u8, ImportError> {
    u8::try_from(delimiter)
        .ok()
        .filter(|byte| byte.is_ascii() && !matches!(byte, b'"' | b'\n' | b'\r'))
        .ok_or_else(|| ImportError::BadDelimiter(delimiter.into()))
}

/// Rows of a part of the file.
struct Rows<'a> {
    reader: CsvReader<&'a [u8]>,
    /// Byte at which to stop.
    end: Option<u64>,
    /// Lines of the file before this part.
    line: usize,
    record: StringRecord,
}

impl<'a> Rows<'a> {
    fn new(text: &'a str, delimiter: u8, quoted: bool) -> Rows<'a> {
        let reader = ReaderBuilder::new()
            .delimiter(delimiter)
            .quoting(quoted)
            .flexible(true)
            .has_headers(false)
            .from_reader(text.as_bytes());
        Rows {
            reader,
            end: None,
            line: 0,
            record: StringRecord::new(),
        }
    }

    /// Reads the next row; its line in the file, or none at the end.
    fn next(&mut self) -> Result<Option<usize>, ImportError> {
        let read = self.reader.read_record(&mut self.record);
        let read = read.map_err(|error| {
            ImportError::malformed(READER.label, error, "Read it as plain text instead.")
        })?;
        let Some(position) = self.record.position().filter(|_| read) else {
            return Ok(None);
        };
        if self.end.is_some_and(|end| position.byte() >= end) {
            return Ok(None);
        }
        let line = usize::try_from(position.line()).unwrap_or(usize::MAX);
        Ok(Some(self.line.saturating_add(line)))
    }
}

/// Takes all rows of a part.
fn take(rows: &mut Rows, grid: &mut Grid, draft: &mut Draft) -> Result<(), ImportError> {
    while let Some(line) = rows.next()? {
        if !grid.row(line, rows.record.iter(), draft)? {
            break;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
