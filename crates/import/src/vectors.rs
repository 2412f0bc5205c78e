//! Vectors made elsewhere: found among the columns of a table, and put beside the table that
//! belongs to them.

use serde::{Deserialize, Serialize};

use crate::column::Column;
use crate::error::ImportError;
use crate::imported::Imported;
use crate::kind::{ColumnKind, number};
use crate::note::{NoteKind, Notes};
use crate::options::Options;

/// A vector for each row, all of one length.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Vectors {
    /// Numbers of each vector; at least 1.
    pub dimensions: usize,
    /// All vectors, one after the other; every number is finite.
    pub values: Vec<f32>,
}

impl Vectors {
    /// Number of vectors.
    pub fn len(&self) -> usize {
        self.values.len().checked_div(self.dimensions).unwrap_or(0)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The vectors, each of `dimensions` numbers.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[f32]> {
        self.values.chunks_exact(self.dimensions.max(1))
    }

    /// Adds one; false, and nothing is added, where it has another length or a number that is
    /// none.
    pub(crate) fn push(&mut self, vector: &[f32]) -> bool {
        if self.values.is_empty() {
            self.dimensions = vector.len();
        }
        let fits = vector.len() == self.dimensions
            && !vector.is_empty()
            && vector.iter().all(|value| value.is_finite());
        if fits {
            self.values.extend_from_slice(vector);
        }
        fits
    }
}

/// Columns of numbers side by side that are taken for a vector although there are others.
const LEAST_RUN: usize = 32;

/// Takes the columns that hold vectors out of a table and makes vectors of them.
pub fn take(
    columns: &mut Vec<Column>,
    header: Option<bool>,
    options: &Options,
    notes: &mut Notes,
) -> Result<Option<Vectors>, ImportError> {
    let wanted = options.vectors;
    if wanted == Some(false) {
        return Ok(None);
    }
    if let Some(found) = written_out(columns, notes) {
        return Ok(Some(found));
    }
    let run = match wanted {
        Some(_) => longest_run(columns),
        None => unasked(columns, header),
    };
    let taken = run.clone().and_then(|run| gathered(columns, run));
    if let (Some(vectors), Some(run)) = (taken, run) {
        columns.drain(run);
        return Ok(Some(vectors));
    }
    match wanted {
        Some(_) => Err(ImportError::NoVectors(
            "no columns hold a number in each row".into(),
        )),
        None => Ok(None),
    }
}

/// A column each of whose cells is a list of numbers: `[0.1, 0.2]`.
fn written_out(columns: &mut Vec<Column>, notes: &mut Notes) -> Option<Vectors> {
    let place = columns.iter().position(|column| {
        let first = column.cells().next().and_then(list);
        first.is_some_and(|first| first.len() > 1)
    })?;
    let column = columns.get(place)?;
    let mut vectors = Vectors::default();
    for (row, cell) in column.cells().enumerate() {
        if !list(cell).is_some_and(|vector| vectors.push(&vector)) {
            notes.at(NoteKind::OddVector, row + 1);
            return None;
        }
    }
    columns.remove(place);
    Some(vectors)
}

/// The numbers of a cell like `[0.1, 0.2]` or `[0.1 0.2]`.
pub(crate) fn list(cell: &str) -> Option<Vec<f32>> {
    let inner = cell.trim().strip_prefix('[')?.strip_suffix(']')?;
    let parts = inner.split([',', ' ', '\n', '\t', '\r']);
    let parts = parts.filter(|part| !part.is_empty());
    parts.map(|part| part.parse().ok()).collect()
}

/// The columns that can be nothing but vectors: all there are, if none has a name; otherwise many
/// side by side, most of them with fractions.
fn unasked(columns: &[Column], header: Option<bool>) -> Option<std::ops::Range<usize>> {
    let run = longest_run(columns)?;
    let all = run.len() == columns.len() && run.len() > 1 && header != Some(true);
    let fractions = || {
        let has_fraction =
            |column: &&Column| column.cells().take(100).any(|cell| cell.contains('.'));
        let columns = columns.get(run.clone()).unwrap_or_default();
        columns.iter().filter(has_fraction).count() * 2 > run.len()
    };
    (all || (run.len() >= LEAST_RUN && fractions())).then_some(run)
}

/// The most columns side by side that hold numbers.
fn longest_run(columns: &[Column]) -> Option<std::ops::Range<usize>> {
    let mut longest = 0..0;
    let mut start = 0;
    for (place, column) in columns.iter().enumerate() {
        if column.kind != ColumnKind::Number {
            start = place + 1;
        } else if place + 1 - start > longest.len() {
            longest = start..place + 1;
        }
    }
    (!longest.is_empty()).then_some(longest)
}

/// Rows of numbers from columns; none where one is missing or too large for an `f32`.
fn gathered(columns: &[Column], run: std::ops::Range<usize>) -> Option<Vectors> {
    let columns = columns.get(run)?;
    let rows = columns.first()?.len();
    let mut values = Vec::with_capacity(rows * columns.len());
    for row in 0..rows {
        for column in columns {
            // An f64 rounded to f32 may differ in the last bit from the number read as f32.
            let cell = column.get(row).trim();
            let value: f32 = match cell.parse() {
                Ok(value) => value,
                Err(_) => number(cell)? as f32,
            };
            values.push(Some(value).filter(|value| value.is_finite())?);
        }
    }
    Some(Vectors {
        dimensions: columns.len(),
        values,
    })
}

/// Puts vectors of one file beside the rows of another, as the Projector's `vectors.tsv` and
/// `metadata.tsv` belong together. If there is exactly one row too many or too few, the first row
/// was taken for names or the names for a row; that is set right.
///
/// # Errors
///
/// [`ImportError::NoVectors`] if the first has none, [`ImportError::PairMismatch`] if their numbers
/// differ.
pub fn pair(vectors: Imported, mut rows: Imported) -> Result<Imported, ImportError> {
    let found = vectors
        .vectors
        .ok_or_else(|| ImportError::NoVectors("its columns aren't all numbers".into()))?;
    if rows.header == Some(true) && rows.rows + 1 == found.len() {
        for (place, column) in rows.columns.iter_mut().enumerate() {
            let name = std::mem::replace(&mut column.name, format!("Column {}", place + 1));
            column.push_front(&name)?;
            column.kind = ColumnKind::of(column.cells());
        }
        rows.header = Some(false);
        rows.rows += 1;
    } else if rows.header != Some(true) && rows.rows == found.len() + 1 {
        for column in &mut rows.columns {
            let name = column.pop_front();
            if !name.trim().is_empty() {
                column.name = name;
            }
            column.kind = ColumnKind::of(column.cells());
        }
        rows.header = Some(true);
        rows.rows -= 1;
    }
    if rows.rows != found.len() {
        return Err(ImportError::PairMismatch {
            vectors: found.len(),
            rows: rows.rows,
        });
    }
    rows.texts = crate::guess::texts(&rows.columns);
    rows.vectors = Some(found);
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Source, read};

    fn open(text: &str) -> Imported {
        read(
            &Source::named(text.as_bytes(), "x.tsv"),
            &Options::default(),
        )
        .unwrap()
    }

    #[test]
    fn numbers_only_are_vectors() {
        let read = open("0.1\t0.2\t-3e-1\n1\t2\t3\n");
        let vectors = read.vectors.unwrap();
        assert_eq!((vectors.dimensions, vectors.len()), (3, 2));
        assert_eq!(vectors.values, [0.1, 0.2, -0.3, 1.0, 2.0, 3.0]);
        assert_eq!((read.columns.len(), read.rows), (0, 2));
    }

    #[test]
    fn numbers_with_names_are_fields() {
        assert!(open("height\twidth\n1.5\t2\n3\t4\n").vectors.is_none());
    }

    #[test]
    fn a_column_of_lists_is_vectors() {
        let read = open("text\tembedding\nA cat\t[0.5, 1]\nA dog\t[2 -3.5]\n");
        assert_eq!(read.vectors.unwrap().values, [0.5, 1.0, 2.0, -3.5]);
        assert_eq!(read.texts, Some(0));
    }

    #[test]
    fn lists_of_several_lengths_stay_cells() {
        let read = open("text\tembedding\nA cat\t[0.5, 1]\nA dog\t[2]\n");
        assert!(read.vectors.is_none());
        assert_eq!(read.notes[0].kind, NoteKind::OddVector);
    }

    #[test]
    fn many_columns_of_fractions_beside_a_text_are_vectors() {
        let row: Vec<String> = (0..40).map(|n| format!("{}.5", n)).collect();
        let text = format!("A cat\t{0}\nA dog\t{0}\n", row.join("\t"));
        let read = open(&text);
        assert_eq!(read.vectors.unwrap().dimensions, 40);
        assert_eq!(read.columns.len(), 1);
    }

    #[test]
    fn a_pair_finds_out_about_the_header() {
        let vectors = open("1.5\t2\n3\t4\n5\t6\n");
        let with = pair(
            vectors.clone(),
            open("Word\tYear\ncat\t1\ndog\t2\nowl\t3\n"),
        )
        .unwrap();
        assert_eq!((with.rows, with.columns[0].name.as_str()), (3, "Word"));
        // Names are taken for a row, and a row for names.
        let with = pair(vectors.clone(), open("Thing\ncat\ndog\nowl\n")).unwrap();
        assert_eq!((with.rows, with.columns[0].name.as_str()), (3, "Thing"));
        let without = pair(vectors.clone(), open("text\ncat\ndog\n")).unwrap();
        assert_eq!((without.rows, without.columns[0].get(0)), (3, "text"));
        let error = pair(vectors, open("cat\ndog\nowl\nhen\nemu\n")).unwrap_err();
        assert_eq!(
            error,
            ImportError::PairMismatch {
                vectors: 3,
                rows: 5
            }
        );
    }
}
