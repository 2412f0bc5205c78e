//! A safetensors file, of which only the header is in memory.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use safetensors::Dtype;
use serde::Deserialize;
use serde_json::Value;

use crate::EncoderError;

/// The format's own limit for a header in bytes; above it this is some other kind of file.
const LONGEST_HEADER: u64 = 100_000_000;

/// The bytes of a file, wherever they are.
pub trait Source {
    /// How many there are.
    fn length(&self) -> u64;

    /// Some of them.
    ///
    /// # Errors
    /// A sentence, if they can't be read.
    fn read(&self, range: Range<u64>) -> Result<Cow<'_, [u8]>, String>;
}

impl Source for [u8] {
    fn length(&self) -> u64 {
        self.len() as u64
    }

    fn read(&self, range: Range<u64>) -> Result<Cow<'_, [u8]>, String> {
        let place = |at: u64| usize::try_from(at).ok();
        let range = place(range.start).zip(place(range.end));
        let bytes = range.and_then(|(start, end)| self.get(start..end));
        let bytes = bytes.ok_or("there are fewer bytes than there should be")?;
        Ok(Cow::Borrowed(bytes))
    }
}

impl Source for &[u8] {
    fn length(&self) -> u64 {
        (**self).length()
    }

    fn read(&self, range: Range<u64>) -> Result<Cow<'_, [u8]>, String> {
        (**self).read(range)
    }
}

impl Source for Vec<u8> {
    fn length(&self) -> u64 {
        self[..].length()
    }

    fn read(&self, range: Range<u64>) -> Result<Cow<'_, [u8]>, String> {
        self[..].read(range)
    }
}

/// What the header says about a tensor.
#[derive(Debug)]
pub(super) struct Tensor {
    pub(super) dtype: Dtype,
    pub(super) shape: Vec<usize>,
    /// Its first byte in the file.
    start: u64,
}

/// A tensor as the header has it.
#[derive(Deserialize)]
struct Entry {
    dtype: Dtype,
    shape: Vec<usize>,
    data_offsets: (u64, u64),
}

/// A file whose header was found to be true of it.
pub(super) struct File<'a> {
    name: String,
    source: Box<dyn Source + 'a>,
    pub(super) tensors: HashMap<String, Tensor>,
    pub(super) metadata: HashMap<String, String>,
}

impl<'a> File<'a> {
    /// Reads the header: 8 bytes of its length, itself in JSON; the tensors follow side by side.
    pub(super) fn read(name: String, source: Box<dyn Source + 'a>) -> Result<Self, EncoderError> {
        let length = source.length();
        let file = Self {
            name,
            source,
            tensors: HashMap::new(),
            metadata: HashMap::new(),
        };
        let first = file.part(0..length.min(8))?.first_chunk().copied();
        let Some(header) = first.map(u64::from_le_bytes) else {
            return Err(file.broken("it has fewer than 8 bytes"));
        };
        if header > LONGEST_HEADER {
            return Err(file.broken("it does not begin with the length of a header"));
        }
        let start = 8 + header;
        if start > length {
            return Err(EncoderError::CutOffWeights {
                expected: start,
                found: length,
            });
        }
        let entries = serde_json::from_slice(&file.part(8..start)?);
        let mut entries: HashMap<String, Value> = entries
            .map_err(|error| file.broken(format!("its header is not as it should be: {error}")))?;
        let metadata = entries.remove("__metadata__").map(HashMap::deserialize);
        let metadata = metadata.transpose();
        let metadata = metadata.map_err(|error| file.broken(format!("__metadata__: {error}")))?;
        let mut parts = Vec::new();
        let mut tensors = HashMap::new();
        for (name, entry) in entries {
            let of = |what: String| file.broken(format!("tensor \"{name}\": {what}"));
            let Entry {
                dtype,
                shape,
                data_offsets: (from, to),
            } = Entry::deserialize(entry).map_err(|error| of(error.to_string()))?;
            let bits = shape.iter().try_fold(dtype.bitsize() as u64, |size, side| {
                size.checked_mul(*side as u64)
            });
            if to.checked_sub(from).and_then(|bytes| bytes.checked_mul(8)) != bits || bits.is_none()
            {
                return Err(of(format!(
                    "data_offsets {from} to {to} do not fit the shape {shape:?} in {dtype:?}"
                )));
            }
            parts.push((from, to, name.clone()));
            let tensor = Tensor {
                dtype,
                shape,
                start: start.saturating_add(from),
            };
            tensors.insert(name, tensor);
        }
        // Side by side and nothing else: so no tensor shares bytes with another.
        parts.sort_unstable();
        let mut end = 0;
        for (from, to, name) in parts {
            if from != end {
                return Err(file.broken(format!(
                    "tensor \"{name}\": data_offsets begin at {from}, the one before ends at {end}"
                )));
            }
            end = to;
        }
        let expected = start.saturating_add(end);
        match length.cmp(&expected) {
            std::cmp::Ordering::Less => Err(EncoderError::CutOffWeights {
                expected,
                found: length,
            }),
            std::cmp::Ordering::Greater => Err(file.broken(format!(
                "it goes on for {} bytes after its last tensor",
                length - expected
            ))),
            std::cmp::Ordering::Equal => Ok(Self {
                tensors,
                metadata: metadata.unwrap_or_default(),
                ..file
            }),
        }
    }

    /// The bytes of some of a tensor's numbers.
    pub(super) fn bytes(
        &self,
        tensor: &Tensor,
        numbers: Range<usize>,
    ) -> Result<Cow<'_, [u8]>, EncoderError> {
        let size = tensor.dtype.bitsize() as u64 / 8;
        let at = |number: usize| tensor.start + number as u64 * size;
        self.part(at(numbers.start)..at(numbers.end))
    }

    fn part(&self, range: Range<u64>) -> Result<Cow<'_, [u8]>, EncoderError> {
        let expected = range.end - range.start;
        let bytes = self
            .source
            .read(range)
            .map_err(|error| self.broken(error))?;
        if bytes.len() as u64 == expected {
            Ok(bytes)
        } else {
            Err(self.broken("it could not be read to its end"))
        }
    }

    fn broken(&self, what: impl std::fmt::Display) -> EncoderError {
        let name = &self.name;
        EncoderError::BrokenWeights(match &name[..] {
            "" => what.to_string(),
            name => format!("{name}: {what}"),
        })
    }
}
