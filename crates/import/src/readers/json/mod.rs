//! JSON: lists of texts, of objects, of rows, of vectors; objects of columns; what an embedding
//! service answers. Values are taken as they are written, so that long numbers stay exact.

mod records;
mod value;

use serde_json::value::RawValue;

use crate::draft::Draft;
use crate::error::ImportError;
use crate::guess;
use crate::limits::SAMPLE_ROWS;
use crate::note::NoteKind;
use crate::registry::{Evidence, Input, Reader};
use crate::source::Sample;

pub use records::Records;
use value::{Members, Shape, cell, items, members};

pub const READER: Reader = Reader {
    id: "json",
    label: "a JSON file",
    extensions: &["json"],
    media_types: &["application/json"],
    evidence,
    read,
};

fn evidence(sample: &Sample) -> Evidence {
    let start = sample.start();
    if !start.starts_with(['[', '{']) {
        return Evidence::Absent;
    }
    match serde_json::from_str::<&RawValue>(start) {
        Ok(_) => Evidence::Weak,
        // It is cut off, and right as far as it goes.
        Err(error) if error.is_eof() && !sample.whole => Evidence::Weak,
        Err(_) => Evidence::Absent,
    }
}

fn read(input: &Input, draft: &mut Draft) -> Result<(), ImportError> {
    let text = input.text(draft)?;
    let root: &RawValue = serde_json::from_str(text.trim()).map_err(malformed)?;
    match Shape::of(root) {
        Shape::List => list(&items(root).map_err(malformed)?, draft),
        Shape::Object => object(members(root).map_err(malformed)?, input, draft),
        Shape::Other => Err(ImportError::malformed(
            READER.label,
            "it holds a single value, not a list or an object",
            "Read it as plain text instead.",
        )),
    }
}

/// An error of the parser, which names line and column.
pub fn malformed(error: serde_json::Error) -> ImportError {
    ImportError::malformed(
        READER.label,
        error,
        "Correct it there, or read it as plain text.",
    )
}

fn list(items: &[&RawValue], draft: &mut Draft) -> Result<(), ImportError> {
    // Rows of cells, the first perhaps their names; vectors are rows without any.
    let rows = items.iter().take(SAMPLE_ROWS);
    let rows = rows.map(|item| row(item)).collect::<Option<Vec<_>>>();
    let header = rows.is_some_and(|rows| {
        let rows: Vec<Vec<&str>> = rows
            .iter()
            .map(|row| row.iter().map(String::as_str).collect())
            .collect();
        guess::header(&rows)
    });
    let mut records = Records::default();
    let mut items = items.iter();
    if header {
        draft.header = Some(true);
        for name in items
            .next()
            .and_then(|first| row(first))
            .unwrap_or_default()
        {
            records.column(&name, draft)?;
        }
    }
    for item in items {
        if !draft.wants_more() {
            break;
        }
        records.take(item, draft)?;
    }
    Ok(())
}

/// Cells of a list that is a row and no vector.
fn row(item: &RawValue) -> Option<Vec<String>> {
    let is_row = Shape::of(item) == Shape::List && !value::is_numbers(item);
    let cells = items(item).ok().filter(|_| is_row)?;
    Some(cells.into_iter().map(|item| cell(item).0).collect())
}

fn object(members: Members, input: &Input, draft: &mut Draft) -> Result<(), ImportError> {
    if let Some(columns) = value::columns(&members) {
        return by_column(&columns, draft);
    }
    // Tables beside each other: lists under names.
    let mut lists: Vec<(&str, Vec<&RawValue>)> = Vec::new();
    for (name, value) in &members {
        if Shape::of(value) == Shape::List && !value::is_numbers(value) {
            lists.push((name, items(value).map_err(malformed)?));
        }
    }
    if lists.is_empty() {
        return by_key(&members, draft);
    }
    draft.parts = lists.iter().map(|(name, _)| (*name).to_owned()).collect();
    let wanted = match &input.options.part {
        Some(part) => lists.iter().position(|(name, _)| name == part),
        None => (0..lists.len())
            .rev()
            .max_by_key(|&place| lists[place].1.len()),
    };
    let Some((name, items)) = wanted.and_then(|place| lists.get(place)) else {
        return Err(ImportError::UnknownSheet(
            input.options.part.clone().unwrap_or_default(),
        ));
    };
    draft.part = Some((*name).to_owned());
    draft.notes.add(NoteKind::OtherPart, lists.len() - 1);
    draft
        .notes
        .add(NoteKind::BesideTable, members.len() - lists.len());
    list(items, draft)
}

/// An object of lists of one length, each a column.
fn by_column(columns: &[(&str, Vec<&RawValue>)], draft: &mut Draft) -> Result<(), ImportError> {
    let mut records = Records::default();
    for (name, _) in columns {
        records.column(name, draft)?;
    }
    let rows = columns.iter().map(|(_, cells)| cells.len()).max();
    for row in 0..rows.unwrap_or(0) {
        if !draft.wants_more() {
            break;
        }
        for (name, cells) in columns {
            if let Some(value) = cells.get(row) {
                records.set(name, value, draft)?;
            }
        }
        draft.end_row();
    }
    Ok(())
}

/// An object of objects, each a row under its key; or one row.
fn by_key(members: &Members, draft: &mut Draft) -> Result<(), ImportError> {
    let mut records = Records::default();
    let rows = members
        .iter()
        .all(|(_, value)| Shape::of(value) == Shape::Object);
    if !rows {
        let texts = members
            .iter()
            .all(|(_, value)| value.get().starts_with('"'));
        // Many texts under their keys are rows; a few are the fields of one.
        if !texts || members.len() < 8 {
            if !draft.wants_more() {
                return Ok(());
            }
            for (name, value) in members {
                records.set(name, value, draft)?;
            }
            draft.end_row();
            return Ok(());
        }
    }
    let key = records.column("key", draft)?;
    for (name, value) in members {
        if !draft.wants_more() {
            break;
        }
        draft.set(key, name)?;
        records.take(value, draft)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
