//! What was left out, filled in or is worth a look: nothing is lost without a word.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Something about the rows of a file that a person should know before it is taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// What it is.
    pub kind: NoteKind,
    /// How often it happened.
    pub count: usize,
    /// Lines or rows of the file where it happened first, from 1; at most [`Note::PLACES`], and
    /// none where it has no place.
    pub places: Vec<usize>,
}

/// What a [`Note`] is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum NoteKind {
    /// Left out: a line without a character to read.
    EmptyLine,
    /// Left out: a row all of whose cells are empty.
    EmptyRow,
    /// Left out: a line that is no JSON, among others that are.
    BrokenLine,
    /// Left out: code in Markdown.
    Code,
    /// Left out: HTML in Markdown.
    Markup,
    /// Left out: the settings at the top of a Markdown file.
    FrontMatter,
    /// Left out: the line `sep=;`, which names the delimiter.
    DelimiterLine,
    /// Left out: other sheets, tables or arrays of the same file.
    OtherPart,
    /// Left out: values that stand beside the table in a JSON file.
    BesideTable,
    /// Filled: a row with fewer cells than there are columns.
    ShortRow,
    /// Kept in columns of their own: more cells than there are columns.
    LongRow,
    /// Perhaps left out: quotes that don't enclose the whole cell.
    OddQuotes,
    /// Read without quotes: all that follows a quote that is never closed.
    OpenQuote,
    /// Replaced by `�`: bytes that make no sense in the encoding.
    Unreadable,
    /// Replaced by `�`: half of a character in a JSON file.
    HalfCharacter,
    /// Kept as the JSON they are: lists and objects in a cell.
    Nested,
    /// Empty: cells of a spreadsheet with a formula whose result the file doesn't have.
    NoResult,
    /// Kept: cells of a spreadsheet that show an error.
    ErrorCell,
    /// Kept: characters that can't be seen.
    ControlCharacter,
    /// Not read: a vector with another number of dimensions.
    OddVector,
    /// Not read further: as many rows as were asked for.
    MoreRows,
}

impl NoteKind {
    /// Whether something that is in the file is missing from the result.
    pub fn is_loss(self) -> bool {
        use NoteKind::*;
        match self {
            EmptyLine | EmptyRow | BrokenLine | Code | Markup | FrontMatter | DelimiterLine
            | OtherPart | BesideTable | Unreadable | HalfCharacter | NoResult | OddQuotes
            | OddVector | MoreRows => true,
            ShortRow | LongRow | OpenQuote | Nested | ErrorCell | ControlCharacter => false,
        }
    }

    /// Words for one and for several; `#` stands for their number.
    fn words(self) -> (&'static str, &'static str) {
        use NoteKind::*;
        match self {
            EmptyLine => ("1 empty line is left out", "# empty lines are left out"),
            EmptyRow => ("1 empty row is left out", "# empty rows are left out"),
            BrokenLine => (
                "1 line is not JSON and is left out",
                "# lines are not JSON and are left out",
            ),
            Code => (
                "1 block of code is left out",
                "# blocks of code are left out",
            ),
            Markup => (
                "1 piece of HTML is left out",
                "# pieces of HTML are left out",
            ),
            FrontMatter => (
                "the settings at the top are left out",
                "the settings at the top are left out",
            ),
            DelimiterLine => (
                "the line that names the delimiter is left out",
                "the lines that name the delimiter are left out",
            ),
            OtherPart => (
                "1 other table of this file is not read",
                "# other tables of this file are not read",
            ),
            BesideTable => (
                "1 value beside the table is left out",
                "# values beside the table are left out",
            ),
            ShortRow => (
                "1 row has fewer cells than columns; the rest stays empty",
                "# rows have fewer cells than columns; the rest stays empty",
            ),
            LongRow => (
                "1 row has more cells than columns; they get columns of their own",
                "# rows have more cells than columns; they get columns of their own",
            ),
            OddQuotes => (
                "1 cell has a quote in an odd place, which may be missing now",
                "# cells have quotes in odd places, which may be missing now",
            ),
            OpenQuote => (
                "a quote is never closed; what follows is read without quotes",
                "# quotes are never closed; what follows is read without quotes",
            ),
            Unreadable => (
                "1 character can't be read in this encoding; � stands for it",
                "# characters can't be read in this encoding; � stands for each",
            ),
            HalfCharacter => (
                "1 character is cut in half; � stands for it",
                "# characters are cut in half; � stands for each",
            ),
            Nested => (
                "1 cell holds a list or an object and is kept as JSON",
                "# cells hold lists or objects and are kept as JSON",
            ),
            NoResult => (
                "1 cell has a formula without its result and is empty",
                "# cells have formulas without their results and are empty",
            ),
            ErrorCell => ("1 cell shows an error", "# cells show an error"),
            ControlCharacter => (
                "1 character can't be seen and is kept",
                "# characters can't be seen and are kept",
            ),
            OddVector => (
                "1 row has a vector of another length; none of them is read as one",
                "# rows have vectors of other lengths; none of them is read as one",
            ),
            MoreRows => ("there are more rows", "there are more rows"),
        }
    }
}

impl Note {
    /// Places that a note names at most.
    pub const PLACES: usize = 5;
}

impl fmt::Display for Note {
    /// “3 empty rows are left out (4, 9, 12)”; the numbers are lines or rows.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (one, several) = self.kind.words();
        if self.count == 1 {
            f.write_str(one)?;
        } else {
            f.write_str(&several.replace('#', &self.count.to_string()))?;
        }
        if self.places.is_empty() {
            return Ok(());
        }
        let places: Vec<String> = self.places.iter().map(usize::to_string).collect();
        let more = if self.count > self.places.len() {
            ", …"
        } else {
            ""
        };
        write!(f, " ({}{more})", places.join(", "))
    }
}

/// Notes in the making.
#[derive(Debug, Default)]
pub(crate) struct Notes(Vec<Note>);

impl Notes {
    /// Notes something that has no place.
    pub fn add(&mut self, kind: NoteKind, count: usize) {
        if count > 0 {
            self.entry(kind).count += count;
        }
    }

    /// Notes something about a line or row, from 1.
    pub fn at(&mut self, kind: NoteKind, place: usize) {
        let note = self.entry(kind);
        note.count += 1;
        if note.places.len() < Note::PLACES {
            note.places.push(place);
        }
    }

    fn entry(&mut self, kind: NoteKind) -> &mut Note {
        let place = self.0.iter().position(|note| note.kind == kind);
        let place = place.unwrap_or_else(|| {
            self.0.push(Note {
                kind,
                count: 0,
                places: Vec::new(),
            });
            self.0.len() - 1
        });
        &mut self.0[place]
    }

    /// All notes: what is missing first.
    pub fn finish(mut self) -> Vec<Note> {
        self.0.sort_by_key(|note| !note.kind.is_loss());
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_read_as_sentences() {
        let mut notes = Notes::default();
        notes.at(NoteKind::ShortRow, 7);
        for row in 1..=7 {
            notes.at(NoteKind::EmptyRow, row);
        }
        notes.add(NoteKind::Unreadable, 0);
        let notes: Vec<String> = notes.finish().iter().map(Note::to_string).collect();
        assert_eq!(
            notes,
            [
                "7 empty rows are left out (1, 2, 3, 4, 5, …)",
                "1 row has fewer cells than columns; the rest stays empty (7)",
            ]
        );
    }
}
