//! Spreadsheets of LibreOffice (.ods). Cells and rows may say that they are repeated: empty ones
//! cost nothing, and others are counted.

use std::io::BufRead;

use crate::archive::{Archive, is_archive};
use crate::draft::Draft;
use crate::error::ImportError;
use crate::grid::Grid;
use crate::limits::MAX_COLUMNS;
use crate::note::NoteKind;
use crate::registry::{Evidence, Input, Reader};
use crate::source::Sample;
use crate::xml::{Step, Tag, Xml};

pub const READER: Reader = Reader {
    id: "ods",
    label: "a spreadsheet (.ods)",
    extensions: &["ods"],
    media_types: &["application/vnd.oasis.opendocument.spreadsheet"],
    evidence,
    read,
};

/// The part with all sheets.
const CONTENT: &str = "content.xml";

/// Cells that may come from repetition.
const MOST_REPEATED: usize = 4 << 20;

fn evidence(sample: &Sample) -> Evidence {
    // The type stands in a first part that is not compressed.
    let head = sample.bytes.get(..200).unwrap_or(sample.bytes);
    let kind = b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet";
    match is_archive(sample.bytes) && head.windows(kind.len()).any(|part| part == kind) {
        true => Evidence::Conclusive,
        false => Evidence::Against,
    }
}

fn read(input: &Input, draft: &mut Draft) -> Result<(), ImportError> {
    let mut archive = Archive::open(input.source.bytes, READER.label)?;
    let Some(member) = archive.member(CONTENT)? else {
        return Err(ImportError::malformed(
            READER.label,
            "it has no content",
            "Open it in its program, save it as .ods or CSV, and open that.",
        ));
    };
    let mut xml = Xml::new(member, CONTENT, READER.label);
    let part = input.options.part.as_deref();
    let mut sheets = Vec::new();
    let mut repeated = 0;
    loop {
        match xml.step()? {
            Step::Open(tag) if tag.name() == "table" => {
                let name = tag.attribute("name").unwrap_or_default();
                sheets.push(name.clone());
                // The one that was asked for, or the first that has rows.
                if draft.rows() > 0 || part.is_some_and(|part| part != name) {
                    skip(&mut xml, "table")?;
                    continue;
                }
                draft.clear();
                let mut sheet = Sheet {
                    xml: &mut xml,
                    draft,
                    grid: Grid::new(input.options.header, false),
                    repeated: &mut repeated,
                    line: 0,
                };
                sheet.read()?;
                sheet.grid.finish(draft)?;
                draft.part = Some(name);
            }
            Step::End => break,
            _ => {}
        }
    }
    if let (Some(part), None) = (part, &draft.part) {
        return Err(ImportError::UnknownSheet(part.to_owned()));
    }
    draft
        .notes
        .add(NoteKind::OtherPart, sheets.len().saturating_sub(1));
    draft.parts = sheets;
    Ok(())
}

/// Passes over the rest of an element that is open, and others of its name in it.
fn skip<R: BufRead>(xml: &mut Xml<R>, name: &str) -> Result<(), ImportError> {
    let mut depth = 1;
    while depth > 0 {
        match xml.step()? {
            Step::Open(tag) if tag.name() == name => depth += 1,
            Step::Close(closed) if closed == name => depth -= 1,
            Step::End => return Ok(()),
            _ => {}
        }
    }
    Ok(())
}

struct Sheet<'a, R> {
    xml: &'a mut Xml<R>,
    draft: &'a mut Draft,
    grid: Grid,
    /// Cells that came from repetition so far.
    repeated: &'a mut usize,
    line: usize,
}

impl<R: BufRead> Sheet<'_, R> {
    fn read(&mut self) -> Result<(), ImportError> {
        let mut wants = true;
        loop {
            match self.xml.step()? {
                Step::Open(tag) if tag.name() == "table-row" => {
                    let times = tag.number("number-rows-repeated").unwrap_or(1).max(1);
                    let row = self.row()?;
                    if wants {
                        wants = self.put(&row, times)?;
                    }
                }
                Step::Close(name) if name == "table" => return Ok(()),
                Step::End => return Ok(()),
                _ => {}
            }
        }
    }

    /// Puts a row into the table, several times; false where no more are wanted.
    fn put(&mut self, row: &[String], times: usize) -> Result<bool, ImportError> {
        let first = self.line + 1;
        self.line = self.line.saturating_add(times);
        // Sheets end with a million empty rows.
        if row.iter().all(String::is_empty) {
            return Ok(true);
        }
        self.count(row.len().saturating_mul(times - 1))?;
        for line in first..first.saturating_add(times) {
            if !self
                .grid
                .row(line, row.iter().map(String::as_str), self.draft)?
            {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn count(&mut self, cells: usize) -> Result<(), ImportError> {
        *self.repeated = self.repeated.saturating_add(cells);
        if *self.repeated > MOST_REPEATED {
            return Err(ImportError::TooLarge {
                what: format!("it repeats the same cells more than {MOST_REPEATED} times"),
            });
        }
        Ok(())
    }

    /// The cells of a row, to the last that isn't empty.
    fn row(&mut self) -> Result<Vec<String>, ImportError> {
        let mut row = Vec::new();
        let mut column = 0_usize;
        loop {
            match self.xml.step()? {
                Step::Open(tag) if matches!(tag.name(), "table-cell" | "covered-table-cell") => {
                    let times = tag.number("number-columns-repeated").unwrap_or(1).max(1);
                    let value = value(&tag);
                    let name = tag.name().to_owned();
                    let text = self.cell(&name)?;
                    let text = value.unwrap_or(text);
                    let end = column.saturating_add(times);
                    if !text.is_empty() {
                        if end > MAX_COLUMNS {
                            return Err(ImportError::TooManyColumns {
                                line: self.line + 1,
                                limit: MAX_COLUMNS,
                            });
                        }
                        self.count(times - 1)?;
                        row.resize(column, String::new());
                        row.resize(end, text);
                    }
                    column = end;
                }
                Step::Close(name) if name == "table-row" => return Ok(row),
                Step::End => return Ok(row),
                _ => {}
            }
        }
    }

    /// The paragraphs of a cell, without its comments.
    fn cell(&mut self, name: &str) -> Result<String, ImportError> {
        let mut text = String::new();
        let mut paragraphs = 0;
        let mut inside = 0_usize;
        loop {
            match self.xml.step()? {
                Step::Open(tag) => match tag.name() {
                    "annotation" => skip(self.xml, "annotation")?,
                    "p" | "h" => {
                        if paragraphs > 0 {
                            text.push('\n');
                        }
                        paragraphs += 1;
                        inside += 1;
                    }
                    "s" => {
                        let spaces = tag.number("c").unwrap_or(1).min(1_000);
                        text.push_str(&" ".repeat(spaces));
                    }
                    "tab" => text.push('\t'),
                    "line-break" => text.push('\n'),
                    _ => {}
                },
                Step::Text(more) if inside > 0 => text.push_str(&more),
                Step::Close(closed) if closed == name => return Ok(text),
                Step::Close(closed) if matches!(&*closed, "p" | "h") => {
                    inside = inside.saturating_sub(1);
                }
                Step::End => return Ok(text),
                _ => {}
            }
        }
    }
}

/// The value of a cell, where what is shown may be rounded or in the manner of a country.
fn value(tag: &Tag) -> Option<String> {
    match tag.attribute("value-type")?.as_str() {
        "float" | "percentage" | "currency" => tag.attribute("value"),
        "date" => Some(tag.attribute("date-value")?.replace('T', " ")),
        "boolean" => tag.attribute("boolean-value"),
        _ => None,
    }
}
