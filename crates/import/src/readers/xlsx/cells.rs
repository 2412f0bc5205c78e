//! The cells of a sheet.

use super::styles::NumberFormat;
use super::workbook::Sheet;
use super::{READER, dates, part, unescaped};
use crate::archive::Archive;
use crate::column::Column;
use crate::draft::Draft;
use crate::error::ImportError;
use crate::grid::Grid;
use crate::limits::MAX_COLUMNS;
use crate::note::NoteKind;
use crate::xml::{Step, Tag, Xml};

/// What the cells of all sheets refer to.
pub struct Book {
    /// Texts by their numbers.
    pub strings: Column,
    /// How the styles show numbers.
    pub formats: Vec<NumberFormat>,
    /// See [`super::workbook::Workbook::from_1904`].
    pub from_1904: bool,
}

/// The cell that is being read.
#[derive(Default)]
struct Cell {
    column: usize,
    /// The attribute `t`: what the value is.
    kind: String,
    style: usize,
    value: String,
    formula: bool,
}

/// Reads all rows of a sheet.
pub fn read(
    archive: &mut Archive,
    sheet: &Sheet,
    book: &Book,
    grid: &mut Grid,
    draft: &mut Draft,
) -> Result<(), ImportError> {
    let Some(mut xml) = part!(archive, &sheet.part) else {
        return Ok(());
    };
    let mut row: Vec<String> = Vec::new();
    let mut number = 0;
    let mut cell = Cell::default();
    let (mut takes, mut in_reading) = (false, false);
    loop {
        match xml.step()? {
            Step::Open(tag) => match tag.name() {
                "row" => {
                    row.clear();
                    cell.column = 0;
                    number = tag.number("r").unwrap_or(number + 1);
                }
                "c" => cell.begin(&tag, number)?,
                "v" | "t" => takes = true,
                "f" => cell.formula = true,
                "rPh" => in_reading = true,
                _ => {}
            },
            Step::Text(text) if takes && !in_reading => cell.value.push_str(&text),
            Step::Text(_) => {}
            Step::Close(name) => match &*name {
                "v" | "t" => takes = false,
                "rPh" => in_reading = false,
                "c" => {
                    let text = cell.text(book, number, draft);
                    if !text.is_empty() {
                        row.resize(row.len().max(cell.column + 1), String::new());
                        if let Some(place) = row.get_mut(cell.column) {
                            *place = text;
                        }
                    }
                    cell.column += 1;
                }
                "row" if !grid.row(number, row.iter().map(String::as_str), draft)? => {
                    return Ok(());
                }
                "sheetData" => return Ok(()),
                _ => {}
            },
            Step::End => return Ok(()),
        }
    }
}

impl Cell {
    fn begin(&mut self, tag: &Tag, row: usize) -> Result<(), ImportError> {
        if let Some(column) = tag.attribute("r").and_then(|place| column(&place)) {
            self.column = column;
        }
        if self.column >= MAX_COLUMNS {
            return Err(ImportError::TooManyColumns {
                line: row,
                limit: MAX_COLUMNS,
            });
        }
        self.kind = tag.attribute("t").unwrap_or_default();
        self.style = tag.number("s").unwrap_or(0);
        self.value.clear();
        self.formula = false;
        Ok(())
    }

    /// What a person sees in the cell, but numbers in full and dates as `2021-03-12`.
    fn text(&self, book: &Book, row: usize, draft: &mut Draft) -> String {
        let value = self.value.as_str();
        if self.formula && value.is_empty() && self.kind != "str" {
            draft.notes.at(NoteKind::NoResult, row);
        }
        match self.kind.as_str() {
            "s" => {
                let place = value.trim().parse().unwrap_or(usize::MAX);
                book.strings.get(place).to_owned()
            }
            "str" | "inlineStr" => unescaped(value),
            "b" => if value.trim() == "1" { "true" } else { "false" }.to_owned(),
            "e" => {
                draft.notes.at(NoteKind::ErrorCell, row);
                value.to_owned()
            }
            "d" => value.to_owned(),
            _ => self.number(book),
        }
    }

    fn number(&self, book: &Book) -> String {
        let value = self.value.trim();
        let Ok(number) = value.parse::<f64>() else {
            return value.to_owned();
        };
        let format = book.formats.get(self.style).copied().unwrap_or_default();
        let date = match format {
            NumberFormat::Date => dates::written(number, book.from_1904),
            NumberFormat::Number => None,
        };
        match date {
            Some(date) => date,
            // 17 digits are written where fewer make the same number.
            None if value.len() > 15 && number.is_finite() => number.to_string(),
            None => value.to_owned(),
        }
    }
}

/// The column of `AB12`, from 0.
fn column(place: &str) -> Option<usize> {
    let mut column = 0_usize;
    for letter in place.bytes().take_while(u8::is_ascii_alphabetic) {
        let digit = usize::from(letter.to_ascii_uppercase() - b'A') + 1;
        column = column.checked_mul(26)?.checked_add(digit)?;
    }
    column.checked_sub(1)
}

#[cfg(test)]
mod tests {
    use super::column;

    #[test]
    fn columns_have_letters() {
        for (place, expected) in [("A1", 0), ("Z9", 25), ("AA1", 26), ("XFD1", 16_383)] {
            assert_eq!(column(place), Some(expected));
        }
        assert_eq!(column("12"), None);
        assert_eq!(column(&"Z".repeat(60)), None);
    }
}
