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

use std::collections::HashMap;

use candle_core::{DType, Device, Shape, Tensor};
use candle_nn::{VarBuilder, var_builder::SimpleBackend};
use safetensors::{Dtype, SafeTensors};

use crate::{BertConfig, EncoderError, int8};

/// Last part of the name of the scales of an int8 matrix, `[rows]`.
pub const WEIGHT_SCALE: &str = "weight_scale";
/// Last part of the name of what a linear layer's input is multiplied by, `[columns]`.
pub const INPUT_SCALE: &str = "input_scale";
/// Last part of the name of how many steps a linear layer wants of its input, `[1]`.
pub const INPUT_STEPS: &str = "input_steps";

/// The bytes of a weights file, looked into but not yet decoded.
pub struct Weights<'a> {
    tensors: SafeTensors<'a>,
    metadata: HashMap<String, String>,
    /// `bert.` where the file puts the model under that name, as classifier checkpoints do.
    prefix: &'static str,
}

impl<'a> Weights<'a> {
    /// Reads the header of a safetensors file.
    ///
    /// # Errors
    /// [`EncoderError::CutOffWeights`] if the file is shorter than its header says,
    /// [`EncoderError::BrokenWeights`] if it is no safetensors file at all.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, EncoderError> {
        let broken =
            |error: safetensors::SafeTensorError| EncoderError::BrokenWeights(error.to_string());
        if let Some(expected) = expected_length(bytes)
            && (bytes.len() as u64) < expected
        {
            let found = bytes.len() as u64;
            return Err(EncoderError::CutOffWeights { expected, found });
        }
        let (_, header) = SafeTensors::read_metadata(bytes).map_err(broken)?;
        let metadata = header.metadata().clone().unwrap_or_default();
        let tensors = SafeTensors::deserialize(bytes).map_err(broken)?;
        let with_prefix = tensors.tensor("bert.embeddings.word_embeddings.weight");
        let prefix = if with_prefix.is_ok() { "bert." } else { "" };
        Ok(Self {
            tensors,
            metadata,
            prefix,
        })
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
        shapes(config).try_for_each(|(name, shape)| {
            let view = self.view(&name, &shape)?;
            if view.dtype() != Dtype::I8 {
                return self.check_finite(&name, &shape);
            }
            // Integers are finite; writing a whole table out as floats would cost a worker four
            // times its size in memory.
            self.check_finite(&format!("{name}_scale"), &shape[..1])?;
            let input_scale = input_scale(&name);
            if self.contains(&input_scale) {
                self.check_finite(&input_scale, &shape[1..])?;
            }
            Ok(())
        })
    }

    fn check_finite(&self, name: &str, shape: &[usize]) -> Result<(), EncoderError> {
        let values = self.floats(name, shape)?;
        if values.iter().all(|x| x.is_finite()) {
            Ok(())
        } else {
            Err(EncoderError::NotFiniteWeight(name.to_owned()))
        }
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
        let view = self.view(name, shape)?;
        decode(view.dtype(), view.data()).ok_or_else(|| EncoderError::WrongType {
            name: name.to_owned(),
            found: format!("{:?}", view.dtype()),
        })
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
        let view = self.view(name, shape)?;
        if view.dtype() != Dtype::I8 {
            return Ok(None);
        }
        let scales = self.floats(&format!("{name}_scale"), &shape[..1])?;
        let values = view.data().iter().map(|byte| byte.cast_signed()).collect();
        Ok(Some(int8::Int8Rows { values, scales }))
    }

    /// Whether a tensor is in the file.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// The weights as a Candle builder that decodes each tensor when the model asks for it.
    #[must_use]
    pub fn var_builder(self) -> VarBuilder<'a> {
        VarBuilder::from_backend(Box::new(self), DType::F32, Device::Cpu)
    }

    fn find(&self, name: &str) -> Option<safetensors::tensor::TensorView<'a>> {
        let find = |name: &str| self.tensors.tensor(&format!("{}{name}", self.prefix)).ok();
        find(name).or_else(|| {
            // Checkpoints that came from TensorFlow name the two vectors of a layer norm so.
            let stem = name.strip_suffix(".weight").map(|stem| (stem, "gamma"));
            let stem = stem.or_else(|| name.strip_suffix(".bias").map(|stem| (stem, "beta")));
            stem.filter(|(stem, _)| stem.ends_with("LayerNorm"))
                .and_then(|(stem, last)| find(&format!("{stem}.{last}")))
        })
    }

    fn view(
        &self,
        name: &str,
        shape: &[usize],
    ) -> Result<safetensors::tensor::TensorView<'a>, EncoderError> {
        let view = self
            .find(name)
            .ok_or_else(|| EncoderError::MissingTensor(name.to_owned()))?;
        if view.shape() == shape {
            Ok(view)
        } else {
            Err(EncoderError::WrongShape {
                name: name.to_owned(),
                expected: shape.to_vec(),
                found: view.shape().to_vec(),
            })
        }
    }
}

impl SimpleBackend for Weights<'_> {
    fn get(
        &self,
        shape: Shape,
        name: &str,
        _: candle_nn::Init,
        dtype: DType,
        device: &Device,
    ) -> candle_core::Result<Tensor> {
        if dtype == DType::U8 {
            // Candle has no type for int8; whoever asks for bytes casts them.
            let view = self
                .view(name, shape.dims())
                .map_err(candle_core::Error::wrap)?;
            return Tensor::from_raw_buffer(view.data(), DType::U8, shape.dims(), device);
        }
        if dtype != DType::F32 {
            // All of Candle's conversions would be code that nothing uses.
            candle_core::bail!("weights are read as f32, not {dtype:?}");
        }
        let values = self
            .floats(name, shape.dims())
            .map_err(candle_core::Error::wrap)?;
        Tensor::from_vec(values, shape, device)
    }

    fn get_unchecked(
        &self,
        name: &str,
        dtype: DType,
        device: &Device,
    ) -> candle_core::Result<Tensor> {
        let missing = || candle_core::Error::wrap(EncoderError::MissingTensor(name.to_owned()));
        let shape = self.find(name).ok_or_else(missing)?.shape().to_vec();
        self.get(
            shape.into(),
            name,
            candle_nn::Init::Const(0.0),
            dtype,
            device,
        )
    }

    fn contains_tensor(&self, name: &str) -> bool {
        self.contains(name)
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

/// Names and shapes of all tensors of a BERT model without its pooler, in the order of the layers.
pub fn shapes(config: &BertConfig) -> impl Iterator<Item = (String, Vec<usize>)> {
    let (hidden, inner) = (config.hidden_size, config.intermediate_size);
    let tables = [
        ("word_embeddings", config.vocab_size),
        ("position_embeddings", config.max_position_embeddings),
        ("token_type_embeddings", config.type_vocab_size),
    ]
    .map(|(name, rows)| (format!("embeddings.{name}.weight"), vec![rows, hidden]));
    let norm = move |of: &str| {
        ["weight", "bias"].map(|part| (format!("{of}.LayerNorm.{part}"), vec![hidden]))
    };
    // One layer at a time: a broken config may claim any number of them.
    let layers = (0..config.num_hidden_layers).flat_map(move |index| {
        let layer = format!("encoder.layer.{index}");
        let linear = linear_layers(hidden, inner).map(|(name, output, input)| {
            [
                (format!("{layer}.{name}.weight"), vec![output, input]),
                (format!("{layer}.{name}.bias"), vec![output]),
            ]
        });
        let norms = ["attention.output", "output"].map(|of| norm(&format!("{layer}.{of}")));
        linear
            .into_iter()
            .flatten()
            .chain(norms.into_iter().flatten())
    });
    let all = tables.into_iter().chain(norm("embeddings")).chain(layers);
    all.take(if config.is_static() { 1 } else { usize::MAX })
}

/// Name, output and input width of the six linear layers of a transformer layer.
#[must_use]
pub fn linear_layers(hidden: usize, inner: usize) -> [(&'static str, usize, usize); 6] {
    [
        ("attention.self.query", hidden, hidden),
        ("attention.self.key", hidden, hidden),
        ("attention.self.value", hidden, hidden),
        ("attention.output.dense", hidden, hidden),
        ("intermediate.dense", inner, hidden),
        ("output.dense", hidden, inner),
    ]
}

/// Length of a safetensors file by its header, as far as that can be read: 8 bytes of header
/// length, the header, and the tensors up to the last one's end.
fn expected_length(bytes: &[u8]) -> Option<u64> {
    let (length, rest) = bytes.split_first_chunk::<8>()?;
    let header = u64::from_le_bytes(*length);
    // The format's own limit for a header; above it this is some other kind of file.
    if header > 100_000_000 {
        return None;
    }
    let Some(json) = rest.get(..usize::try_from(header).ok()?) else {
        return Some(8 + header);
    };
    let tensors: HashMap<String, serde_json::Value> = serde_json::from_slice(json).ok()?;
    let ends = tensors.values().filter_map(|tensor| {
        let offsets = tensor.get("data_offsets")?;
        offsets.get(1)?.as_u64()
    });
    Some(8 + header + ends.max().unwrap_or(0))
}
