//! Linear layers, in int8 or f32, with the form in which they want their input.

use std::ops::Range;

use semblance_kernels::{LinearF32, LinearInt8, Precision, Quantized, quantize_weights};

use super::misfit;
use crate::EncoderError;
use crate::weights::{INPUT_SCALE, INPUT_STEPS, Part, WEIGHT_SCALE};

/// What the linear layers compute in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arithmetic {
    /// int8 weights and activations of 8 or 14 bits; weights that are floats are rounded.
    Int8,
    /// f32; weights that are int8 are written out.
    F32,
}

/// How a layer wants its input quantised.
#[derive(Clone)]
pub(super) struct InputForm {
    precision: Precision,
    /// What each channel is multiplied by before; the weights are divided by it.
    multiplier: Option<Vec<f32>>,
}

impl InputForm {
    pub(super) fn quantize(&self, x: &[f32], features: usize, out: &mut Quantized) {
        out.quantize(x, features, self.precision, self.multiplier());
    }

    pub(super) fn multiplier(&self) -> Option<&[f32]> {
        self.multiplier.as_deref()
    }

    pub(super) fn precision(&self) -> Precision {
        self.precision
    }
}

/// A packed linear layer `y = x · Wᵀ + b`.
pub(super) enum Linear {
    Int8(LinearInt8, InputForm),
    F32(LinearF32),
}

impl Linear {
    /// Packs one layer, or several with the same input side by side: their outputs follow one
    /// another. Each is given by its place in the file and its number of outputs.
    pub(super) fn load(
        parts: &[(Part<'_>, usize)],
        inputs: usize,
        arithmetic: Arithmetic,
    ) -> Result<Self, EncoderError> {
        let outputs = parts.iter().map(|(_, outputs)| outputs).sum();
        let mut bias = Vec::with_capacity(outputs);
        for (part, outputs) in parts {
            bias.extend(part.floats("bias", &[*outputs])?);
        }
        match arithmetic {
            Arithmetic::F32 => {
                let weights = floats(parts, inputs)?;
                let packed = LinearF32::new(&weights, Some(&bias), outputs, inputs);
                packed.map(Self::F32).map_err(misfit)
            }
            Arithmetic::Int8 => {
                let stored = parts.iter().all(|(part, _)| part.contains(WEIGHT_SCALE));
                let (weights, scales, form) = if stored {
                    int8(parts, inputs)?
                } else {
                    let weights = floats(parts, inputs)?;
                    let (weights, scales) =
                        quantize_weights(&weights, outputs, inputs).map_err(misfit)?;
                    (
                        weights,
                        scales,
                        InputForm {
                            precision: Precision::Narrow,
                            multiplier: None,
                        },
                    )
                };
                let packed = LinearInt8::new(&weights, &scales, Some(&bias), outputs, inputs);
                packed
                    .map(|packed| Self::Int8(packed, form))
                    .map_err(misfit)
            }
        }
    }
}

impl Linear {
    /// The layer that gives some of the outputs alone.
    pub(super) fn part(&self, outputs: Range<usize>) -> candle_core::Result<Self> {
        let part = match self {
            Self::F32(layer) => layer.part(outputs).map(Self::F32),
            Self::Int8(layer, form) => layer
                .part(outputs)
                .map(|layer| Self::Int8(layer, form.clone())),
        };
        part.map_err(candle_core::Error::wrap)
    }

    /// `out = x · Wᵀ`, without the bias, `[rows, features]`, row-major, as near to exact as the
    /// layer can: int8 weights as they are, what goes in at 14 bits.
    pub(super) fn product(&self, x: &[f32], out: &mut [f32], input: &mut Quantized) {
        let bias = match self {
            Self::F32(layer) => {
                layer.forward(x, out);
                layer.bias()
            }
            Self::Int8(layer, form) => {
                input.quantize(x, layer.inputs(), Precision::Wide, form.multiplier());
                layer.forward(input, out);
                layer.bias()
            }
        };
        for row in out.chunks_exact_mut(bias.len()) {
            row.iter_mut().zip(bias).for_each(|(y, bias)| *y -= bias);
        }
    }
}

/// `[outputs, inputs]`, row-major.
fn floats(parts: &[(Part<'_>, usize)], inputs: usize) -> Result<Vec<f32>, EncoderError> {
    let mut weights = Vec::new();
    for (part, outputs) in parts {
        weights.extend(part.floats("weight", &[*outputs, inputs])?);
    }
    Ok(weights)
}

/// Integers `[outputs, inputs]`, row-major, scales `[outputs]`, and the form of the input, which
/// is the same for all parts.
fn int8(
    parts: &[(Part<'_>, usize)],
    inputs: usize,
) -> Result<(Vec<i8>, Vec<f32>, InputForm), EncoderError> {
    let (mut weights, mut scales) = (Vec::new(), Vec::new());
    for (part, outputs) in parts {
        let rows = part.rounded_rows("weight", [*outputs, inputs])?;
        weights.extend(rows.values);
        scales.extend(rows.scales);
    }
    let form = parts.first().map(|(part, _)| input_form(part, inputs));
    let form = form.transpose()?.unwrap_or(InputForm {
        precision: Precision::Narrow,
        multiplier: None,
    });
    Ok((weights, scales, form))
}

/// What the file says about the input of a layer.
fn input_form(part: &Part<'_>, inputs: usize) -> Result<InputForm, EncoderError> {
    let multiplier = match part.contains(INPUT_SCALE) {
        true => Some(part.floats(INPUT_SCALE, &[inputs])?),
        false => None,
    };
    let wide = part.contains(INPUT_STEPS)
        && part
            .floats(INPUT_STEPS, &[1])?
            .iter()
            .any(|steps| *steps > 255.0);
    Ok(InputForm {
        precision: if wide {
            Precision::Wide
        } else {
            Precision::Narrow
        },
        multiplier,
    })
}
