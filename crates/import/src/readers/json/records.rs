//! Values to rows.

use std::collections::HashMap;

use serde_json::value::RawValue;

use super::malformed;
use super::value::{self, Remark, Shape, cell, items, members};
use crate::draft::Draft;
use crate::error::ImportError;
use crate::note::NoteKind;

/// Puts one value after the other into a table; the keys of objects are its columns.
#[derive(Default)]
pub struct Records {
    columns: HashMap<String, usize>,
    /// The row, counted from 1, in which each column was filled last.
    last: Vec<usize>,
}

impl Records {
    /// The place of a column, which is added if it isn't there.
    pub fn column(&mut self, name: &str, draft: &mut Draft) -> Result<usize, ImportError> {
        if let Some(&place) = self.columns.get(name) {
            return Ok(place);
        }
        let place = draft.add_column(name)?;
        self.columns.insert(name.to_owned(), place);
        Ok(place)
    }

    /// Puts a value into the present row.
    pub fn set(
        &mut self,
        name: &str,
        value: &RawValue,
        draft: &mut Draft,
    ) -> Result<(), ImportError> {
        let place = self.column(name, draft)?;
        self.put(place, value, draft)
    }

    fn put(
        &mut self,
        place: usize,
        value: &RawValue,
        draft: &mut Draft,
    ) -> Result<(), ImportError> {
        let row = draft.rows() + 1;
        if self.last.len() <= place {
            self.last.resize(place + 1, 0);
        }
        if let Some(last) = self.last.get_mut(place) {
            if *last == row {
                // The same key twice in one object.
                draft.notes.at(NoteKind::BesideTable, row);
                return Ok(());
            }
            *last = row;
        }
        let (cell, remark) = cell(value);
        match remark {
            Remark::None => {}
            Remark::Nested => draft.notes.at(NoteKind::Nested, row),
            Remark::Halves(count) => draft.notes.add(NoteKind::HalfCharacter, count),
        }
        draft.set(place, &cell)
    }

    /// A whole row: the members of an object, the cells of a list, or the one value there is.
    pub fn take(&mut self, item: &RawValue, draft: &mut Draft) -> Result<(), ImportError> {
        match Shape::of(item) {
            Shape::Object => {
                for (name, value) in members(item).map_err(malformed)? {
                    // Each row of an embedding service's answer says that it is one.
                    if name == "object" && value.get() == "\"embedding\"" {
                        continue;
                    }
                    self.set(&name, value, draft)?;
                }
                draft.end_row();
            }
            Shape::List if !value::is_numbers(item) => {
                for (place, value) in items(item).map_err(malformed)?.into_iter().enumerate() {
                    while draft.width() <= place {
                        draft.add_column("")?;
                    }
                    self.put(place, value, draft)?;
                }
                draft.end_row();
            }
            Shape::List => {
                self.set("vector", item, draft)?;
                draft.end_row();
            }
            Shape::Other => {
                self.set("text", item, draft)?;
                draft.end_row();
            }
        }
        Ok(())
    }
}
