//! Tables of HTML, with cells that span several rows or columns.

use crate::error::ImportError;
use crate::limits::{MAX_COLUMNS, may_fill};

/// A table in the making.
#[derive(Default)]
pub struct Table {
    rows: Vec<Vec<String>>,
    /// For each column the last row, from 1, into which a cell from above reaches.
    until: Vec<usize>,
    /// Columns that the last cell covers beside its own.
    to_the_right: usize,
    /// Whether a cell is open, the last of the last row.
    is_open: bool,
    cells: usize,
    /// Places that cells of above or of the left cover.
    covered: usize,
    /// Cells of the first row.
    first: usize,
    /// Those of them that are heads of columns.
    heads: usize,
}

impl Table {
    /// Cells that the file has.
    pub fn cells(&self) -> usize {
        self.cells
    }

    pub fn rows(&self) -> impl Iterator<Item = &Vec<String>> {
        self.rows.iter().filter(|row| !row.is_empty())
    }

    /// Whether the first row consists of heads.
    pub fn has_header(&self) -> bool {
        self.heads > 0 && self.heads == self.first
    }

    /// The cell that is open.
    pub fn cell(&mut self) -> Option<&mut String> {
        let last = self.rows.last_mut().and_then(|row| row.last_mut());
        last.filter(|_| self.is_open)
    }

    pub fn begin_row(&mut self) {
        self.end_cell();
        // Empty rows don't count: browsers send one that is never filled.
        if self.rows.last().is_none_or(|row| !row.is_empty()) {
            self.rows.push(Vec::new());
        }
        self.to_the_right = 0;
    }

    /// Begins a cell, a head of a column perhaps, that spans some columns and rows.
    pub fn begin_cell(
        &mut self,
        head: bool,
        (columns, rows): (Option<usize>, Option<usize>),
    ) -> Result<(), ImportError> {
        self.end_cell();
        if self.rows.is_empty() {
            self.rows.push(Vec::new());
        }
        let line = self.rows.len();
        let Some(row) = self.rows.last_mut() else {
            return Ok(());
        };
        let mut start = row.len() + self.to_the_right;
        while self.until.get(start).is_some_and(|&until| until >= line) {
            start += 1;
        }
        let columns = columns.unwrap_or(1).clamp(1, 1_000);
        let rows = rows.unwrap_or(1).clamp(1, 65_534);
        if start + columns > MAX_COLUMNS {
            return Err(ImportError::TooManyColumns {
                line,
                limit: MAX_COLUMNS,
            });
        }
        self.covered += start - row.len();
        self.cells += 1;
        if !may_fill(self.covered, self.cells) {
            return Err(ImportError::TooUneven { line });
        }
        row.resize(start + 1, String::new());
        if self.until.len() < start + columns {
            self.until.resize(start + columns, 0);
        }
        for until in self.until.iter_mut().skip(start).take(columns) {
            *until = line + rows - 1;
        }
        self.to_the_right = columns - 1;
        if line == 1 {
            self.first += 1;
            self.heads += usize::from(head);
        }
        self.is_open = true;
        Ok(())
    }

    pub fn end_cell(&mut self) {
        self.is_open = false;
    }
}
