//! What was read.

use serde::{Deserialize, Serialize};

use crate::column::Column;
use crate::encoding::TextEncoding;
use crate::format::Format;
use crate::note::Note;
use crate::options::Split;
use crate::vectors::Vectors;

/// A file as a table: everything that the preview shows, and all rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Imported {
    /// The format that it was read as.
    pub format: Format,
    /// The encoding, for formats that are text.
    pub encoding: Option<TextEncoding>,
    /// The character between cells, for tables in text.
    pub delimiter: Option<char>,
    /// Whether the first row was taken as names of the columns; none where the format has no such
    /// row.
    pub header: Option<bool>,
    /// All columns, each with `rows` cells.
    pub columns: Vec<Column>,
    /// Number of rows.
    pub rows: usize,
    /// The column that holds the texts, as a place in `columns`: the one with the longest words.
    /// None where there are only numbers.
    pub texts: Option<usize>,
    /// Vectors that came along, one for each row.
    pub vectors: Option<Vectors>,
    /// How a plain text is built, to offer other ways to take it.
    pub shape: Option<TextShape>,
    /// Names of the sheets, tables or arrays in the file; empty where a file holds only one.
    pub parts: Vec<String>,
    /// Which of the parts was read.
    pub part: Option<String>,
    /// What was left out, filled in or is odd; what is missing comes first.
    pub notes: Vec<Note>,
}

impl Imported {
    /// The texts in the guessed column; empty where there is none.
    pub fn text_cells(&self) -> impl Iterator<Item = &str> {
        let column = self.texts.and_then(|column| self.columns.get(column));
        column.into_iter().flat_map(Column::cells)
    }

    /// The column of this name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }
}

/// How a plain text is built.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TextShape {
    /// Lines that say something.
    pub lines: usize,
    /// Blocks of such lines with empty lines between them.
    pub paragraphs: usize,
    /// Whether the lines look broken at a fixed width, so that a sentence goes on in the next.
    pub wrapped: bool,
    /// What was taken for a text.
    pub split: Split,
    /// Lines that begin with a name or time, as in the record of a chat; none unless most do.
    pub messages: usize,
    /// Lines that begin with a bullet or a number.
    pub list_items: usize,
}
