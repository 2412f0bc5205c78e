//! Laying out and writing the result.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use safetensors::{Dtype, SafeTensorError, tensor::TensorView};
use semblance_encoder::int8::Int8Rows;

use crate::{ConvertError, source::Source};

/// Tensors on their way into a safetensors file.
pub(crate) struct Output {
    metadata: HashMap<String, String>,
    tensors: BTreeMap<String, (Dtype, Vec<usize>, Vec<u8>)>,
}

impl Output {
    pub(crate) fn new(metadata: HashMap<String, String>) -> Self {
        Self {
            metadata,
            tensors: BTreeMap::new(),
        }
    }

    /// Adds a vector.
    pub(crate) fn add_f32(&mut self, name: &str, values: &[f32]) {
        self.add_floats(name, vec![values.len()], values);
    }

    /// Adds floats of any shape.
    pub(crate) fn add_floats(&mut self, name: &str, shape: Vec<usize>, values: &[f32]) {
        let bytes = values.iter().flat_map(|x| x.to_le_bytes()).collect();
        let tensor = (Dtype::F32, shape, bytes);
        self.tensors.insert(name.to_owned(), tensor);
    }

    /// Adds an int8 matrix and its scales.
    pub(crate) fn add_int8(&mut self, name: &str, rows: Int8Rows, columns: usize) {
        let shape = vec![rows.scales.len(), columns];
        let bytes = rows.values.iter().map(|q| q.cast_unsigned()).collect();
        self.tensors
            .insert(name.to_owned(), (Dtype::I8, shape, bytes));
        self.add_f32(&format!("{name}_scale"), &rows.scales);
    }

    /// The file. Tensors stand in it by descending alignment, then by name.
    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>, SafeTensorError> {
        let views = self
            .tensors
            .iter()
            .map(|(name, (dtype, shape, bytes))| {
                Ok((name, TensorView::new(*dtype, shape.clone(), bytes)?))
            })
            .collect::<Result<Vec<_>, SafeTensorError>>()?;
        let bytes = safetensors::serialize(views, Some(self.metadata.clone()))?;
        Ok(sort_metadata(bytes))
    }
}

/// Puts the metadata of a header in order of its keys: the library writes them in the order of a
/// hash map, which differs from run to run. The length stays the same, so no offset moves.
fn sort_metadata(mut file: Vec<u8>) -> Vec<u8> {
    let sorted = || -> Option<(usize, Vec<u8>)> {
        let (length, rest) = file.split_first_chunk::<8>()?;
        let header = rest.get(..usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
        let text = std::str::from_utf8(header).ok()?;
        let key = "{\"__metadata__\":";
        let start = key.len();
        let mut values = serde_json::Deserializer::from_str(text.strip_prefix(key)?).into_iter();
        let entries: BTreeMap<String, String> = values.next()?.ok()?;
        let end = start + values.byte_offset();
        let sorted = serde_json::to_vec(&entries).ok()?;
        (sorted.len() == end - start).then_some((8 + start, sorted))
    };
    if let Some((start, bytes)) = sorted() {
        file[start..start + bytes.len()].copy_from_slice(&bytes);
    }
    file
}

/// Writes the output folder; returns the names of its files.
pub(crate) fn folder(
    out: &Path,
    source: &Source,
    weights: &[u8],
) -> Result<Vec<String>, ConvertError> {
    std::fs::create_dir_all(out).map_err(|source| ConvertError::Write {
        path: out.to_owned(),
        source,
    })?;
    let copied = source
        .copied
        .iter()
        .map(|(name, bytes)| (*name, &bytes[..]));
    let mut names = Vec::new();
    for (name, bytes) in copied.chain([("model.safetensors", weights)]) {
        write(out, name, bytes)?;
        names.push(name.to_owned());
    }
    Ok(names)
}

/// Writes a file under a temporary name, then renames it, so that it is never there in part.
pub(crate) fn write(out: &Path, name: &str, bytes: &[u8]) -> Result<(), ConvertError> {
    let path = out.join(name);
    let partial = out.join(format!("{name}.partial"));
    std::fs::write(&partial, bytes)
        .and_then(|()| std::fs::rename(&partial, &path))
        .map_err(|source| ConvertError::Write { path, source })
}
