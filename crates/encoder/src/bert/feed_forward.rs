//! The second half of a layer: two linear layers with an activation between, residual and norm.

use semblance_kernels::LayerNorm;

use super::linear::{Arithmetic, Linear};
use super::memory::{Memory, room};
use super::{Batch, Step, layer_norm};
use crate::weights::Part;
use crate::{Activation, BertConfig, EncoderError};

/// `hidden = norm(hidden + down(activation(up(hidden))))`.
pub(super) struct FeedForward {
    pub(super) up: Linear,
    pub(super) down: Linear,
    pub(super) norm: LayerNorm,
    pub(super) activation: Activation,
    pub(super) inner: usize,
}

impl FeedForward {
    pub(super) fn load(
        layer: &Part<'_>,
        config: &BertConfig,
        arithmetic: Arithmetic,
    ) -> Result<Self, EncoderError> {
        let (size, inner) = (config.hidden_size, config.intermediate_size);
        let up = layer.part("intermediate.dense");
        let output = layer.part("output");
        Ok(Self {
            up: Linear::load(&[(up, inner)], size, arithmetic)?,
            down: Linear::load(&[(output.part("dense"), size)], inner, arithmetic)?,
            norm: layer_norm(&output, config)?,
            activation: config.hidden_act,
            inner,
        })
    }
}

impl Step for FeedForward {
    fn name(&self) -> &'static str {
        "feed-forward"
    }

    fn run(&self, hidden: &mut [f32], _: &Batch, memory: &mut Memory) -> candle_core::Result<()> {
        let size = self.norm.features();
        let inner = hidden.len() / size * self.inner;
        match (&self.up, &self.down) {
            (Linear::Int8(up, form), Linear::Int8(down, next)) => {
                form.quantize(hidden, size, &mut memory.input);
                let (x, y) = (&memory.input, &mut memory.inner_input);
                if self.activation == Activation::Gelu {
                    let (precision, multiplier) = (next.precision(), next.multiplier());
                    up.forward_gelu_quantize(x, y, precision, multiplier, &mut memory.scratch);
                } else {
                    let between = room(&mut memory.inner, inner);
                    up.forward(x, between);
                    activate(self.activation, between);
                    next.quantize(between, self.inner, y);
                }
                down.forward_add_norm(y, hidden, &self.norm, None);
            }
            (Linear::F32(up), Linear::F32(down)) => {
                if self.activation == Activation::Gelu {
                    up.feed_forward(down, &self.norm, hidden, &mut memory.scratch);
                } else {
                    let between = room(&mut memory.inner, inner);
                    up.forward(hidden, between);
                    activate(self.activation, between);
                    down.forward_add_norm(between, hidden, &self.norm);
                }
            }
            // A model is loaded in one arithmetic.
            _ => candle_core::bail!("layers in two arithmetics"),
        }
        Ok(())
    }
}

/// Activations that few models have, without a kernel of their own.
pub(super) fn activate(activation: Activation, x: &mut [f32]) {
    match activation {
        Activation::Gelu => semblance_kernels::gelu(x),
        Activation::Relu => x.iter_mut().for_each(|x| *x = x.max(0.0)),
        Activation::GeluTanh => x.iter_mut().for_each(|x| {
            // Hendrycks and Gimpel, arXiv 1606.08415.
            let inner = (2.0 / std::f32::consts::PI).sqrt() * (*x + 0.044_715 * x.powi(3));
            *x *= 0.5 * (1.0 + inner.tanh());
        }),
    }
}
