//! Arrays of NumPy: `.npy`, and several of them in `.npz`.

mod array;

use std::collections::HashMap;

use array::{Array, Element, MAGIC, wrong};

use crate::archive::{Archive, is_archive};
use crate::draft::Draft;
use crate::error::ImportError;
use crate::note::NoteKind;
use crate::registry::{Evidence, Input, Reader};
use crate::source::Sample;
use crate::vectors::Vectors;

pub const NPY: Reader = Reader {
    id: "npy",
    label: "an array of NumPy (.npy)",
    extensions: &["npy"],
    media_types: &[],
    evidence: |sample: &Sample| match sample.bytes.starts_with(MAGIC) {
        true => Evidence::Conclusive,
        false => Evidence::Against,
    },
    read: |input, draft| {
        let array = Array::parse(input.source.bytes)?;
        take(&[("array", array)], None, draft)
    },
};

pub const NPZ: Reader = Reader {
    id: "npz",
    label: "arrays of NumPy (.npz)",
    extensions: &["npz"],
    media_types: &[],
    evidence: |sample: &Sample| match is_archive(sample.bytes) && has_arrays(sample.bytes) {
        true => Evidence::Conclusive,
        false => Evidence::Against,
    },
    read: read_npz,
};

fn has_arrays(bytes: &[u8]) -> bool {
    Archive::open(bytes, NPZ.label)
        .is_ok_and(|archive| archive.names().iter().any(|name| name.ends_with(".npy")))
}

fn read_npz(input: &Input, draft: &mut Draft) -> Result<(), ImportError> {
    let mut archive = Archive::open(input.source.bytes, NPZ.label)?;
    let mut names = archive.names();
    names.retain(|name| name.ends_with(".npy"));
    let mut files = HashMap::new();
    for name in &names {
        if let Some(bytes) = archive.bytes(name)? {
            files.insert(name.as_str(), bytes);
        }
    }
    let mut arrays = Vec::new();
    for name in &names {
        let label = name.trim_end_matches(".npy");
        match files.get(name.as_str()).map(|bytes| Array::parse(bytes)) {
            Some(Ok(array)) => arrays.push((label, array)),
            // One array that can't be read doesn't spoil the others.
            Some(Err(_)) => draft.notes.add(NoteKind::OtherPart, 1),
            None => {}
        }
    }
    take(&arrays, input.options.part.as_deref(), draft)
}

/// Takes the largest array of numbers in rows as vectors, and lists of the same length as columns.
fn take(
    arrays: &[(&str, Array)],
    part: Option<&str>,
    draft: &mut Draft,
) -> Result<(), ImportError> {
    let wide = |array: &Array| is_number(array.element) && array.shape.len() > 1;
    let tables = arrays.iter().filter(|(_, array)| wide(array));
    let vectors = match part {
        Some(part) => tables.clone().find(|(name, _)| *name == part),
        None => tables.clone().max_by_key(|(_, array)| array.data.len()),
    };
    if let (Some(part), None) = (part, vectors) {
        return Err(ImportError::UnknownSheet(part.to_owned()));
    }
    let lists = || arrays.iter().filter(|(_, array)| array.shape.len() == 1);
    let longest = lists().map(|(_, array)| array.dimensions().0).max();
    let rows = vectors.map(|(_, array)| array.dimensions().0).or(longest);
    let rows = rows.ok_or_else(|| wrong("there is no list or table in it"))?;
    let columns: Vec<&(&str, Array)> = lists()
        .filter(|(_, array)| array.dimensions().0 == rows)
        .collect();
    let others = arrays.len() - columns.len() - usize::from(vectors.is_some());
    draft.notes.add(NoteKind::OtherPart, others);
    if tables.clone().count() > 1 {
        draft.parts = tables.map(|(name, _)| (*name).to_owned()).collect();
        draft.part = vectors.map(|(name, _)| (*name).to_owned());
    }
    for (name, _) in &columns {
        draft.add_column(name)?;
    }
    let width = vectors.map_or(0, |(_, array)| array.dimensions().1);
    if vectors.is_some() && width == 0 {
        return Err(wrong("its rows are empty"));
    }
    let mut all = Vectors::default();
    let mut vector = Vec::new();
    for row in 0..rows {
        if !draft.wants_more() {
            break;
        }
        if let Some((name, array)) = vectors {
            vector.clear();
            vector.extend((0..width).map(|column| array.number(row, column) as f32));
            if !all.push(&vector) {
                return Err(wrong(&format!(
                    "row {} of {name} has a number that isn't one, or is too large",
                    row + 1
                )));
            }
        }
        for (column, (_, array)) in columns.iter().enumerate() {
            draft.set(column, &cell(array, row))?;
        }
        draft.end_row();
    }
    draft.vectors = (!all.is_empty()).then_some(all);
    Ok(())
}

fn cell(array: &Array, row: usize) -> String {
    match array.element {
        Element::Unicode | Element::Bytes => array.text(row),
        Element::Signed | Element::Unsigned => array.integer(row),
        Element::Float => {
            let value = array.number(row, 0);
            match array.size {
                _ if !value.is_finite() => String::new(),
                8 => value.to_string(),
                // The shortest digits that make the same f32 again.
                _ => (value as f32).to_string(),
            }
        }
    }
}

fn is_number(element: Element) -> bool {
    !matches!(element, Element::Unicode | Element::Bytes)
}

#[cfg(test)]
mod tests;
