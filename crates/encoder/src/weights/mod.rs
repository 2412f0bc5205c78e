//! A safetensors file of a BERT-family model, whether f32, f16, bf16 or int8.
//!
//! An int8 tensor `x.weight` has the shape `[rows, columns]` and stands for
//! `weight[row, column] · weight_scale[row] · input_scale[column]`. Beside it lie
//! - `x.weight_scale`, f32, `[rows]`: see [`crate::int8`];
//! - `x.input_scale`, f32, `[columns]`, where a linear layer has one: its input is multiplied by
//!   it before it is quantised, so that channels with large values don't spoil the others
//!   (SmoothQuant, arXiv 2211.10438);
//! - `x.input_steps`, f32, `[1]`, where a linear layer wants more than 8 bits of its input: the
//!   number of steps from the smallest to the largest value.
//!
//! Everything else is read as floats.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use safetensors::Dtype;

use crate::families::Family;
use crate::{BertConfig, EncoderError, int8};

mod file;
mod shapes;

pub use file::Source;
use file::{File, Tensor};
pub(crate) use shapes::RELATIVE_BIAS;
pub use shapes::{linear_layers, shapes};

/// Last part of the name of the scales of an int8 matrix, `[rows]`.
pub const WEIGHT_SCALE: &str = "weight_scale";
/// Last part of the name of what a linear layer's input is multiplied by, `[columns]`.
pub const INPUT_SCALE: &str = "input_scale";
/// Last part of the name of how many steps a linear layer wants of its input, `[1]`.
pub const INPUT_STEPS: &str = "input_steps";

/// How many numbers are decoded at once where they are not needed side by side.
const CHUNK: usize = 1 << 20;

/// The tensor by which the name of the model within a checkpoint is found.
const POSITIONS: &str = "embeddings.position_embeddings.weight";

/// Where a checkpoint keeps the word embeddings if it only has them as the weights of its last
/// layer, which are tied to them.
const TIED: [&str; 3] = [
    "cls.predictions.decoder.weight",
    "lm_head.decoder.weight",
    "vocab_projector.weight",
];

/// The weights of a model in one file or several, looked into but not yet decoded.
pub struct Weights<'a> {
    files: Vec<File<'a>>,
    metadata: HashMap<String, String>,
    /// What comes before the names of the model's tensors, such as `bert.` in classifiers.
    prefix: String,
    family: &'static Family,
}

/// A tensor in its file.
struct Found<'w> {
    file: &'w File<'w>,
    tensor: &'w Tensor,
}

impl<'a> Weights<'a> {
    /// Reads the header of a safetensors file.
    ///
    /// # Errors
    /// [`EncoderError::CutOffWeights`] if the file is shorter than its header says,
    /// [`EncoderError::BrokenWeights`] if it is no safetensors file at all.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, EncoderError> {
        Self::read(vec![(String::new(), Box::new(bytes) as Box<dyn Source>)])
    }

    /// Reads the headers of safetensors files, each with its name, whose tensors make one model.
    ///
    /// # Errors
    /// As [`parse`](Self::parse), and if a tensor is in two files.
    pub fn read(files: Vec<(String, Box<dyn Source + 'a>)>) -> Result<Self, EncoderError> {
        let files = files
            .into_iter()
            .map(|(name, source)| File::read(name, source));
        let files: Vec<_> = files.collect::<Result<_, _>>()?;
        let mut metadata = HashMap::new();
        let mut prefix = None::<&str>;
        for (at, file) in files.iter().enumerate() {
            metadata.extend(file.metadata.clone());
            for name in file.tensors.keys() {
                if files[..at]
                    .iter()
                    .any(|other| other.tensors.contains_key(name))
                {
                    return Err(EncoderError::BrokenWeights(format!(
                        "tensor \"{name}\" is in two files"
                    )));
                }
                let before = name.strip_suffix(POSITIONS);
                let shorter = |other: &&str| prefix.is_none_or(|prefix| other.len() < prefix.len());
                prefix = before.filter(shorter).or(prefix);
            }
        }
        Ok(Self {
            metadata,
            prefix: prefix.unwrap_or_default().to_owned(),
            files,
            family: Family::default(),
        })
    }

    /// The same, with the names that tensors have in a family.
    #[must_use]
    pub fn of(self, family: &'static Family) -> Self {
        Self { family, ..self }
    }

    /// The `__metadata__` entry of the header.
    #[must_use]
    pub fn metadata(&self) -> &HashMap<String, String> {
        &self.metadata
    }

    /// Makes sure that every tensor that `config` asks for is there, in the right shape and a
    /// readable type, and finite.
    ///
    /// # Errors
    /// The first tensor that isn't so, as the [`EncoderError`] for its case.
    pub fn check(&self, config: &BertConfig) -> Result<(), EncoderError> {
        self.check_showing(config, &mut |_| ())
    }

    /// The same, and shows the bytes of all these tensors, in their order, to `see`.
    pub(crate) fn check_showing(
        &self,
        config: &BertConfig,
        see: &mut dyn FnMut(&[u8]),
    ) -> Result<(), EncoderError> {
        // Shapes first: it is soon said that a model is another one.
        shapes(config).try_for_each(|(name, shape)| self.find_shaped(&name, &shape).map(drop))?;
        shapes(config).try_for_each(|(name, shape)| self.check_finite(&name, &shape, see))
    }

    fn check_finite(
        &self,
        name: &str,
        shape: &[usize],
        see: &mut dyn FnMut(&[u8]),
    ) -> Result<(), EncoderError> {
        let found = self.find_shaped(name, shape)?;
        let size: usize = shape.iter().product();
        if found.tensor.dtype == Dtype::I8 {
            // Integers are finite.
            for start in (0..size).step_by(CHUNK) {
                see(&found.bytes(start..size.min(start + CHUNK))?);
            }
            self.check_finite(&format!("{name}_scale"), &shape[..1], see)?;
            let input_scale = input_scale(name);
            return match self.contains(&input_scale) {
                true => self.check_finite(&input_scale, &shape[1..], see),
                false => Ok(()),
            };
        }
        for start in (0..size).step_by(CHUNK) {
            let bytes = found.bytes(start..size.min(start + CHUNK))?;
            see(&bytes);
            let values = decode(found.tensor.dtype, &bytes).unwrap_or_default();
            if !values.iter().all(|x| x.is_finite()) {
                return Err(EncoderError::NotFiniteWeight(name.to_owned()));
            }
        }
        Ok(())
    }

    /// The values of a tensor as f32, row-major, de-quantised if they are stored as int8.
    ///
    /// # Errors
    /// If the tensor is missing, has another shape, or a type that is not read.
    pub fn floats(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, EncoderError> {
        if let Some(rows) = self.int8_rows(name, shape)? {
            let mut values = int8::dequantize_rows(&rows.values, &rows.scales);
            let input_scale = input_scale(name);
            if self.contains(&input_scale) {
                let scales = self.floats(&input_scale, &shape[1..])?;
                for row in values.chunks_exact_mut(scales.len().max(1)) {
                    row.iter_mut()
                        .zip(&scales)
                        .for_each(|(w, scale)| *w *= scale);
                }
            }
            return Ok(values);
        }
        let found = self.find_shaped(name, shape)?;
        let size = shape.iter().product();
        let mut values = Vec::with_capacity(size);
        for start in (0..size).step_by(CHUNK) {
            values.extend(found.decode(name, start..size.min(start + CHUNK))?);
        }
        Ok(values)
    }

    /// The values of a matrix as int8, rounded if they are stored as floats; a part at a time, so
    /// that the floats of a large table are never all in memory.
    ///
    /// # Errors
    /// As [`floats`](Self::floats).
    pub(crate) fn rounded_rows(
        &self,
        name: &str,
        [rows, columns]: [usize; 2],
    ) -> Result<int8::Int8Rows, EncoderError> {
        if let Some(stored) = self.int8_rows(name, &[rows, columns])? {
            return Ok(stored);
        }
        let found = self.find_shaped(name, &[rows, columns])?;
        let mut all = int8::Int8Rows {
            values: Vec::with_capacity(rows * columns),
            scales: Vec::with_capacity(rows),
        };
        let step = (CHUNK / columns).max(1);
        for start in (0..rows).step_by(step) {
            let end = rows.min(start + step);
            let part = found.decode(name, start * columns..end * columns)?;
            let part = int8::quantize_rows(&part, columns);
            all.values.extend(part.values);
            all.scales.extend(part.scales);
        }
        Ok(all)
    }

    /// The values of a tensor that is stored as int8; `None` if it is stored as floats.
    ///
    /// # Errors
    /// If the tensor or its scales are missing or have another shape.
    pub fn int8_rows(
        &self,
        name: &str,
        shape: &[usize],
    ) -> Result<Option<int8::Int8Rows>, EncoderError> {
        let found = self.find_shaped(name, shape)?;
        if found.tensor.dtype != Dtype::I8 {
            return Ok(None);
        }
        let scales = self.floats(&format!("{name}_scale"), &shape[..1])?;
        let bytes = found.bytes(0..shape.iter().product())?;
        let values = bytes.iter().map(|byte| byte.cast_signed()).collect();
        Ok(Some(int8::Int8Rows { values, scales }))
    }

    /// Whether a tensor is in the file.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// A part of the model, whose tensors' names begin so.
    pub(crate) fn part(&self, name: &str) -> Part<'_> {
        Part {
            weights: self,
            path: name.to_owned(),
        }
    }

    /// Looks for a tensor by BERT's name, by the family's, and by those of older checkpoints.
    fn find(&self, name: &str) -> Option<Found<'_>> {
        let exact = |name: &str| {
            let mut files = self.files.iter();
            files.find_map(|file| {
                let tensor = file.tensors.get(name)?;
                Some(Found { file, tensor })
            })
        };
        let find = |name: &str| exact(&format!("{}{name}", self.prefix));
        let gamma_beta = |name: &str| {
            // Checkpoints that came from TensorFlow name the two vectors of a layer norm so.
            let stem = name.strip_suffix(".weight").map(|stem| (stem, "gamma"));
            let stem = stem.or_else(|| name.strip_suffix(".bias").map(|stem| (stem, "beta")));
            stem.filter(|(stem, _)| stem.ends_with("LayerNorm"))
                .and_then(|(stem, last)| find(&format!("{stem}.{last}")))
        };
        let tied = || {
            let is_table = name == "embeddings.word_embeddings.weight";
            TIED.iter()
                .filter(|_| is_table)
                .find_map(|name| exact(name))
        };
        let theirs = self.family.tensor(name);
        find(name)
            .or_else(|| gamma_beta(name))
            .or_else(|| find(&theirs))
            .or_else(tied)
    }

    fn find_shaped(&self, name: &str, shape: &[usize]) -> Result<Found<'_>, EncoderError> {
        let found = self
            .find(name)
            .ok_or_else(|| EncoderError::MissingTensor(self.family.tensor(name).into_owned()))?;
        let tensor = found.tensor;
        if tensor.shape != shape {
            return Err(EncoderError::WrongShape {
                name: name.to_owned(),
                expected: shape.to_vec(),
                found: tensor.shape.clone(),
            });
        }
        match tensor.dtype {
            Dtype::F32 | Dtype::F16 | Dtype::BF16 | Dtype::F64 | Dtype::I8 => Ok(found),
            other => Err(EncoderError::WrongType {
                name: name.to_owned(),
                found: format!("{other:?}"),
            }),
        }
    }
}

impl Found<'_> {
    /// The bytes of some of the tensor's numbers.
    fn bytes(&self, numbers: Range<usize>) -> Result<Cow<'_, [u8]>, EncoderError> {
        self.file.bytes(self.tensor, numbers)
    }

    /// Some of the tensor's numbers as f32.
    fn decode(&self, name: &str, numbers: Range<usize>) -> Result<Vec<f32>, EncoderError> {
        let dtype = self.tensor.dtype;
        decode(dtype, &self.bytes(numbers)?).ok_or_else(|| EncoderError::WrongType {
            name: name.to_owned(),
            found: format!("{dtype:?}"),
        })
    }
}

/// A part of a model's weights: a layer, or a step of it.
pub(crate) struct Part<'w> {
    weights: &'w Weights<'w>,
    path: String,
}

impl Part<'_> {
    /// A part of this part.
    pub(crate) fn part(&self, name: &str) -> Self {
        Self {
            weights: self.weights,
            path: self.name(name),
        }
    }

    fn name(&self, name: &str) -> String {
        format!("{}.{name}", self.path)
    }

    /// See [`Weights::floats`].
    pub(crate) fn floats(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, EncoderError> {
        self.weights.floats(&self.name(name), shape)
    }

    /// See [`Weights::int8_rows`].
    pub(crate) fn int8_rows(
        &self,
        name: &str,
        shape: &[usize],
    ) -> Result<Option<int8::Int8Rows>, EncoderError> {
        self.weights.int8_rows(&self.name(name), shape)
    }

    /// See [`Weights::rounded_rows`].
    pub(crate) fn rounded_rows(
        &self,
        name: &str,
        shape: [usize; 2],
    ) -> Result<int8::Int8Rows, EncoderError> {
        self.weights.rounded_rows(&self.name(name), shape)
    }

    /// Whether there is such a tensor.
    pub(crate) fn contains(&self, name: &str) -> bool {
        self.weights.contains(&self.name(name))
    }
}

/// Little-endian floats as f32; `None` for types that are no floats.
fn decode(dtype: Dtype, bytes: &[u8]) -> Option<Vec<f32>> {
    fn each<const N: usize>(bytes: &[u8], f: impl Fn([u8; N]) -> f32) -> Vec<f32> {
        bytes.as_chunks().0.iter().map(|x| f(*x)).collect()
    }
    Some(match dtype {
        Dtype::F32 => each(bytes, f32::from_le_bytes),
        Dtype::F16 => each(bytes, |x| half::f16::from_le_bytes(x).to_f32()),
        Dtype::BF16 => each(bytes, |x| half::bf16::from_le_bytes(x).to_f32()),
        Dtype::F64 => each(bytes, |x| f64::from_le_bytes(x) as f32),
        _ => return None,
    })
}

/// Name of the input scales of the layer whose weights are called `name`.
fn input_scale(name: &str) -> String {
    let layer = name.strip_suffix("weight").unwrap_or(name);
    format!("{layer}{INPUT_SCALE}")
}
