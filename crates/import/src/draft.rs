//! A table in the making.

use crate::column::Column;
use crate::encoding::TextEncoding;
use crate::error::ImportError;
use crate::format::Format;
use crate::guess;
use crate::imported::{Imported, TextShape};
use crate::kind::ColumnKind;
use crate::limits::{MAX_COLUMNS, may_fill};
use crate::note::{NoteKind, Notes};
use crate::options::Options;
use crate::vectors::{self, Vectors};

/// What a reader fills.
#[derive(Default)]
pub struct Draft {
    /// What was left out, filled in or is odd.
    pub notes: Notes,
    /// The encoding of the text.
    pub encoding: Option<TextEncoding>,
    /// The character between cells.
    pub delimiter: Option<char>,
    /// Whether the first row was taken as names.
    pub header: Option<bool>,
    /// How a plain text is built.
    pub shape: Option<TextShape>,
    /// Names of the tables in the file.
    pub parts: Vec<String>,
    /// Which of them is read.
    pub part: Option<String>,
    /// Name of the column of the texts, where the format leaves no doubt.
    pub texts: Option<&'static str>,
    /// Vectors that the reader itself came upon.
    pub vectors: Option<Vectors>,
    columns: Vec<Column>,
    rows: usize,
    most: usize,
    cells: usize,
    filled: usize,
}

impl Draft {
    pub(crate) fn new(options: &Options) -> Draft {
        Draft {
            most: options.rows.unwrap_or(usize::MAX),
            ..Draft::default()
        }
    }

    /// Forgets the table: there was nothing in it.
    pub fn clear(&mut self) {
        self.columns.clear();
        self.header = None;
    }

    /// Rows so far.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Columns so far.
    pub fn width(&self) -> usize {
        self.columns.len()
    }

    /// Whether there is room for one more row; if not, it is noted that there are more.
    pub fn wants_more(&mut self) -> bool {
        let wants = self.rows < self.most;
        if !wants {
            self.notes.add(NoteKind::MoreRows, 1);
        }
        wants
    }

    /// Adds a column and returns its number. An empty name stands for “Column 3”.
    pub fn add_column(&mut self, name: &str) -> Result<usize, ImportError> {
        if self.columns.len() >= MAX_COLUMNS {
            return Err(ImportError::TooManyColumns {
                line: self.rows + 1,
                limit: MAX_COLUMNS,
            });
        }
        self.columns.push(Column::new(name.trim()));
        Ok(self.columns.len() - 1)
    }

    /// Puts a cell into a column of the present row; of two for one place the latter is appended.
    pub fn set(&mut self, column: usize, cell: &str) -> Result<(), ImportError> {
        self.cells += 1;
        let Some(column) = self.columns.get_mut(column) else {
            return Ok(());
        };
        // An empty cell is as good as none, and costs nothing.
        if cell.is_empty() {
            return Ok(());
        }
        if column.len() > self.rows {
            return column.extend_last(cell);
        }
        self.filled += self.rows - column.len();
        column.fill(self.rows);
        if !may_fill(self.filled, self.cells) {
            return Err(ImportError::TooUneven {
                line: self.rows + 1,
            });
        }
        column.push(cell)
    }

    /// Ends the present row.
    pub fn end_row(&mut self) {
        self.rows += 1;
    }

    /// A row whose cells stand in the columns' order; columns are added as needed.
    pub fn push_row<'a>(
        &mut self,
        cells: impl IntoIterator<Item = &'a str>,
    ) -> Result<(), ImportError> {
        for (number, cell) in cells.into_iter().enumerate() {
            if number >= self.width() && !cell.is_empty() {
                while self.width() <= number {
                    self.add_column("")?;
                }
            }
            self.set(number, cell)?;
        }
        self.end_row();
        Ok(())
    }

    /// Everything guessed that can only be told once all is read.
    pub(crate) fn finish(
        mut self,
        format: Format,
        options: &Options,
    ) -> Result<Imported, ImportError> {
        let short = self
            .columns
            .iter()
            .map(|column| self.rows - column.len().min(self.rows));
        self.filled += short.sum::<usize>();
        if !may_fill(self.filled, self.cells) {
            return Err(ImportError::TooUneven { line: self.rows });
        }
        for column in &mut self.columns {
            column.fill(self.rows);
            column.kind = ColumnKind::of(column.cells());
        }
        name(&mut self.columns);
        let vectors = match self.vectors {
            Some(vectors) => Some(vectors),
            None => vectors::take(&mut self.columns, self.header, options, &mut self.notes)?,
        };
        if self.rows == 0 {
            return Err(ImportError::NoRows(format.label()));
        }
        let named = |column: &Column| Some(column.name.as_str()) == self.texts;
        let known = self.columns.iter().position(named);
        let texts = known.or_else(|| guess::texts(&self.columns));
        Ok(Imported {
            format,
            encoding: self.encoding,
            delimiter: self.delimiter,
            header: self.header,
            columns: self.columns,
            rows: self.rows,
            texts,
            vectors,
            shape: self.shape,
            parts: self.parts,
            part: self.part,
            notes: self.notes.finish(),
        })
    }
}

/// Gives each column a name of its own, and drops those that have neither name nor cells.
fn name(columns: &mut Vec<Column>) {
    let mut taken = std::collections::HashSet::new();
    for (number, column) in columns.iter_mut().enumerate() {
        let wanted = if column.name.is_empty() {
            format!("Column {}", number + 1)
        } else {
            column.name.clone()
        };
        let nameless = column.name.is_empty();
        let mut name = wanted.clone();
        let mut count = 1;
        while !taken.insert(name.clone()) {
            count += 1;
            name = format!("{wanted} ({count})");
        }
        column.name = if nameless && column.kind == ColumnKind::Empty {
            String::new()
        } else {
            name
        };
    }
    columns.retain(|column| !column.name.is_empty());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finish(draft: Draft) -> Imported {
        let format = Format::all().next().unwrap();
        draft.finish(format, &Options::default()).unwrap()
    }

    #[test]
    fn columns_get_names_of_their_own_and_empty_ones_go() {
        let mut draft = Draft::new(&Options::default());
        for header in ["a", "", "a", "", "Column 2"] {
            draft.add_column(header).unwrap();
        }
        draft.push_row(["1", "2", "3", "", "5", "six"]).unwrap();
        draft.push_row(["1"]).unwrap();
        let table = finish(draft);
        let names: Vec<_> = table.columns.iter().map(|column| &*column.name).collect();
        assert_eq!(
            names,
            ["a", "Column 2", "a (2)", "Column 2 (2)", "Column 6"]
        );
        assert!(table.columns.iter().all(|column| column.len() == 2));
    }

    #[test]
    fn one_long_row_among_many_short_ones_is_refused_in_time() {
        let mut draft = Draft::new(&Options::default());
        let long = vec!["x"; MAX_COLUMNS];
        draft.push_row(long.iter().copied()).unwrap();
        let mut result = Ok(());
        for _ in 0..1_000_000 {
            draft.push_row(["a"]).unwrap();
        }
        if result.is_ok() {
            result = draft.push_row(long.iter().copied());
        }
        assert!(
            matches!(result, Err(ImportError::TooUneven { .. })),
            "{result:?}"
        );
    }

    #[test]
    fn columns_have_a_limit() {
        let mut draft = Draft::new(&Options::default());
        let row = vec!["x"; MAX_COLUMNS + 1];
        let error = draft.push_row(row).unwrap_err();
        assert!(matches!(error, ImportError::TooManyColumns { .. }));
    }
}
