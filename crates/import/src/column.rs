//! Columns of a table, stored so that ten million cells don't mean ten million allocations.

use serde::{Deserialize, Serialize};

use crate::error::ImportError;
use crate::kind::ColumnKind;

/// One column: a name and a cell for each row. A cell that is missing is an empty one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// What the header calls it, or `Column 3`; unique within a table.
    pub name: String,
    /// What the cells look like.
    pub kind: ColumnKind,
    /// All cells, one after the other.
    text: String,
    /// Where each cell ends in `text`, in bytes.
    ends: Vec<u32>,
}

impl Column {
    /// A column without cells.
    pub fn new(name: impl Into<String>) -> Column {
        Column {
            name: name.into(),
            ..Column::default()
        }
    }

    /// A column with these cells, its kind guessed.
    ///
    /// # Errors
    ///
    /// [`ImportError::TooLarge`] where they have more than 4 GB together.
    pub fn of<'a>(
        name: impl Into<String>,
        cells: impl IntoIterator<Item = &'a str>,
    ) -> Result<Column, ImportError> {
        let mut column = Column::new(name);
        for cell in cells {
            column.push(cell)?;
        }
        column.kind = ColumnKind::of(column.cells());
        Ok(column)
    }

    /// Number of cells, which is that of the table's rows.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are no cells.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The cell of this row, from 0; empty where it is missing.
    pub fn get(&self, row: usize) -> &str {
        let Some(&end) = self.ends.get(row) else {
            return "";
        };
        let start = row.checked_sub(1).and_then(|before| self.ends.get(before));
        let start = start.copied().unwrap_or(0);
        self.text
            .get(start as usize..end as usize)
            .unwrap_or_default()
    }

    /// All cells from the first row to the last.
    pub fn cells(&self) -> impl ExactSizeIterator<Item = &str> + Clone {
        (0..self.len()).map(|row| self.get(row))
    }

    /// Adds a cell.
    ///
    /// # Errors
    ///
    /// [`ImportError::TooLarge`] where the column would have more than 4 GB.
    pub fn push(&mut self, cell: &str) -> Result<(), ImportError> {
        let end = u32::try_from(self.text.len() + cell.len());
        let end = end.map_err(|_| ImportError::TooLarge {
            what: format!("the column “{}” has more than 4 GB", self.name),
        })?;
        self.text.push_str(cell);
        self.ends.push(end);
        Ok(())
    }

    /// Appends to the last cell.
    pub(crate) fn extend_last(&mut self, more: &str) -> Result<(), ImportError> {
        // Its text stays, so that what is pushed next is its continuation.
        self.ends.pop();
        self.push(more)
    }

    /// Adds empty cells until there are this many.
    pub(crate) fn fill(&mut self, rows: usize) {
        let end = self.ends.last().copied().unwrap_or(0);
        if self.ends.len() < rows {
            self.ends.resize(rows, end);
        }
    }

    /// Puts a cell before all others.
    pub(crate) fn push_front(&mut self, cell: &str) -> Result<(), ImportError> {
        let mut column = Column::new(std::mem::take(&mut self.name));
        column.kind = self.kind;
        column.push(cell)?;
        for cell in self.cells() {
            column.push(cell)?;
        }
        *self = column;
        Ok(())
    }

    /// Takes the first cell away and returns it.
    pub(crate) fn pop_front(&mut self) -> String {
        let first = self.get(0).to_owned();
        if !self.ends.is_empty() {
            self.ends.remove(0);
            self.text.drain(..first.len());
            let shift = u32::try_from(first.len()).unwrap_or(0);
            for end in &mut self.ends {
                *end = end.saturating_sub(shift);
            }
        }
        first
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_come_back_as_they_went_in() {
        let cells = ["", "a", "two words", "", "日本", "\n"];
        let column = Column::of("x", cells).unwrap();
        assert_eq!(column.cells().collect::<Vec<_>>(), cells);
        assert_eq!((column.len(), column.get(99)), (6, ""));
    }

    #[test]
    fn a_first_cell_is_put_in_and_taken_out() {
        let mut column = Column::of("x", ["a", "b"]).unwrap();
        column.push_front("héad").unwrap();
        assert_eq!(column.cells().collect::<Vec<_>>(), ["héad", "a", "b"]);
        assert_eq!(column.pop_front(), "héad");
        assert_eq!(column.cells().collect::<Vec<_>>(), ["a", "b"]);
    }

    #[test]
    fn the_last_cell_grows() {
        let mut column = Column::of("x", ["a", "b"]).unwrap();
        column.extend_last(" c").unwrap();
        column.fill(4);
        assert_eq!(column.cells().collect::<Vec<_>>(), ["a", "b c", "", ""]);
    }
}
