//! Rows of cells to a table: its first rows tell whether there is a header and how many columns.

use crate::draft::Draft;
use crate::error::ImportError;
use crate::guess;
use crate::limits::SAMPLE_ROWS;
use crate::note::NoteKind;

/// Takes rows one after the other.
pub struct Grid {
    /// What the person chose.
    header: Option<bool>,
    /// Whether a row with too few cells is worth a word. In spreadsheets it isn't: empty cells at
    /// the end of a row are not stored.
    says_short: bool,
    /// The first rows with their places, until enough is known.
    first: Vec<(usize, Vec<String>)>,
    /// Cells that a row should have, once that is known.
    width: Option<usize>,
}

impl Grid {
    pub fn new(header: Option<bool>, says_short: bool) -> Grid {
        Grid {
            header,
            says_short,
            first: Vec::new(),
            width: None,
        }
    }

    /// Takes the row of this line, from 1; false where no more are wanted.
    pub fn row<'a>(
        &mut self,
        line: usize,
        cells: impl Iterator<Item = &'a str> + Clone,
        draft: &mut Draft,
    ) -> Result<bool, ImportError> {
        if let Some(width) = self.width {
            return self.put(line, width, cells, draft);
        }
        self.first.push((line, cells.map(str::to_owned).collect()));
        if self.first.len() < SAMPLE_ROWS {
            return Ok(true);
        }
        self.begin(draft)
    }

    /// Ends the table.
    pub fn finish(mut self, draft: &mut Draft) -> Result<(), ImportError> {
        if self.width.is_none() {
            self.begin(draft)?;
        }
        Ok(())
    }

    /// Makes the columns, and puts the rows into them that have been held back.
    fn begin(&mut self, draft: &mut Draft) -> Result<bool, ImportError> {
        let first = std::mem::take(&mut self.first);
        let rows = first.iter().map(|(_, row)| row.iter().map(String::as_str));
        let rows: Vec<Vec<&str>> = rows.map(Iterator::collect).collect();
        let filled = |row: &&Vec<&str>| row.iter().any(|cell| !cell.trim().is_empty());
        // Sheets often begin with empty rows.
        let top = rows.iter().position(|row| filled(&row)).unwrap_or(0);
        let table = rows.get(top..).unwrap_or_default();
        let header = self.header.unwrap_or_else(|| guess::header(table));
        draft.header = Some(header);
        let names = table.first().filter(|_| header);
        for name in names.into_iter().flatten() {
            draft.add_column(name)?;
        }
        let usual = || most_frequent(table.iter().filter(filled).map(Vec::len));
        let width = names.map(Vec::len).or_else(usual).unwrap_or(1);
        while draft.width() < width {
            draft.add_column("")?;
        }
        self.width = Some(width);
        for (place, (line, row)) in first.iter().enumerate() {
            let is_header = header && place == top;
            if !is_header && !self.put(*line, width, row.iter().map(String::as_str), draft)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn put<'a>(
        &self,
        line: usize,
        width: usize,
        cells: impl Iterator<Item = &'a str> + Clone,
        draft: &mut Draft,
    ) -> Result<bool, ImportError> {
        let (mut count, mut filled) = (0, 0);
        for cell in cells.clone() {
            count += 1;
            if !cell.trim().is_empty() {
                filled = count;
            }
        }
        if filled == 0 {
            draft.notes.at(NoteKind::EmptyRow, line);
            return Ok(true);
        }
        if !draft.wants_more() {
            return Ok(false);
        }
        if count < width && self.says_short {
            draft.notes.at(NoteKind::ShortRow, line);
        } else if filled > width {
            draft.notes.at(NoteKind::LongRow, line);
        }
        draft.push_row(cells)?;
        Ok(true)
    }
}

/// The most frequent of some numbers; of equally frequent ones the largest.
fn most_frequent(numbers: impl Iterator<Item = usize>) -> Option<usize> {
    let mut counts = std::collections::HashMap::new();
    for number in numbers {
        *counts.entry(number).or_insert(0_usize) += 1;
    }
    let most = counts
        .into_iter()
        .max_by_key(|&(number, count)| (count, number));
    most.map(|(number, _)| number)
}
