//! What a person may choose before a file is taken.

use serde::{Deserialize, Serialize};

use crate::format::Format;

/// How to read a file. What is `None` is guessed, and the result says what the guess was.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Options {
    /// The format.
    pub format: Option<Format>,
    /// Name of the encoding, one of [`crate::encodings`]. Not for formats that fix theirs.
    pub encoding: Option<String>,
    /// The character between the cells of a row: one ASCII character, but no quote or line end.
    pub delimiter: Option<char>,
    /// Whether the first row of a table names its columns.
    pub header: Option<bool>,
    /// What of a plain text is one text.
    pub split: Option<Split>,
    /// Whether to take names, times, bullets and numbers off the beginnings of lines: names and
    /// times become columns.
    pub transcript: bool,
    /// Whether numbers are vectors. Otherwise they are fields.
    pub vectors: Option<bool>,
    /// Name of the sheet, table or array to read, one of [`crate::Imported::parts`].
    pub part: Option<String>,
    /// Rows to read at most, for a preview.
    pub rows: Option<usize>,
}

/// What of a plain text is one text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Split {
    /// Each line.
    #[default]
    Lines,
    /// What stands between empty lines, its lines joined.
    Paragraphs,
    /// Each sentence, with the number of its paragraph beside it.
    Sentences,
    /// Some sentences together, about as much as a model reads, with the number of the paragraph
    /// that they begin in; the last sentence of one is the first of the next.
    Passages,
}
