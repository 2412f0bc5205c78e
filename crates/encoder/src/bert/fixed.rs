//! A layer held as it is for one text: all that is left of it is linear, and parts of its input
//! can go through it side by side.
//!
//! What is held are the attention weights, the statistics of the layer norms and the slopes of the
//! activation, `f(x) / x`. Parts that sum to the layer's input come out as parts that sum to its
//! output, less what biases brought and what rounding did.

use semblance_kernels::{LayerNorm, MatmulWorkspace, Quantized, matmul_transposed, softmax};

use super::feed_forward::{FeedForward, activate};
use super::linear::Linear;
use super::memory::{Memory, room};
use super::self_attention::SelfAttention;
use super::{Bert, Rows};
use crate::{Activation, EncoderError};

/// What is held of a layer.
pub(crate) struct Fixed {
    /// Share that each token (second dimension) takes of every other (third):
    /// `[heads, tokens, tokens]`.
    attention: Vec<f32>,
    /// Of the activation: `[tokens, intermediate]`.
    slopes: Vec<f32>,
    /// What the two layer norms scale each token by.
    scales: [Vec<f32>; 2],
}

/// Memory for parts on their way, kept from one use to the next.
#[derive(Default)]
pub(crate) struct PartsMemory {
    input: Quantized,
    inner: Vec<f32>,
    outer: Vec<f32>,
    columns: Vec<f32>,
    mixed: Vec<f32>,
    matmul: MatmulWorkspace,
}

impl Bert {
    /// Runs a layer over the one text of a batch, as a batch runs, and says what of it to hold.
    pub(crate) fn run_fixed(&self, layer: usize, rows: &mut Rows) -> Result<Fixed, EncoderError> {
        let (attention, feed_forward) = &self.layers[layer];
        let before = rows.read(<[f32]>::to_vec)?;
        self.project(layer, rows)?;
        let weights = attention.weights(rows.fused(), before.len() / self.size);
        rows.run(attention)?;
        let between = rows.read(<[f32]>::to_vec)?;
        let memory = rows.memory.get_mut();
        let first = spread(&attention.norm, attention.before_norm(before, memory));
        rows.run(feed_forward)?;
        let memory = rows.memory.get_mut();
        let slopes = feed_forward.slopes(&between, memory);
        let second = feed_forward.before_norm(between, memory);
        Ok(Fixed {
            attention: weights,
            slopes,
            scales: [first, spread(&feed_forward.norm, second)],
        })
    }

    /// What attention gathers of the parts: `parts` and the result are `[tokens, count, hidden]`.
    pub(crate) fn mix_parts(
        &self,
        layer: usize,
        fixed: &Fixed,
        (parts, count): (&[f32], usize),
        memory: &mut PartsMemory,
    ) -> Result<Vec<f32>, EncoderError> {
        let (attention, _) = &self.layers[layer];
        let mut values = vec![0.0; parts.len()];
        attention
            .value()?
            .product(parts, &mut values, &mut memory.input);
        let heads = attention.shape.heads;
        let (width, tokens) = (self.size / heads, parts.len() / (self.size * count));
        let columns = room(&mut memory.columns, count * width * tokens);
        let mixed = room(&mut memory.mixed, tokens * count * width);
        let mut context = vec![0.0; parts.len()];
        for head in 0..heads {
            let at = |row: usize| row * self.size + head * width;
            for row in 0..tokens * count {
                let (token, part) = (row / count, row % count);
                for (i, value) in values[at(row)..][..width].iter().enumerate() {
                    columns[(part * width + i) * tokens + token] = *value;
                }
            }
            let weights = &fixed.attention[head * tokens * tokens..][..tokens * tokens];
            let sizes = (tokens, count * width, tokens);
            matmul_transposed(weights, columns, sizes, mixed, &mut memory.matmul);
            for (row, mixed) in mixed.chunks_exact(width).enumerate() {
                context[at(row)..][..width].copy_from_slice(mixed);
            }
        }
        Ok(context)
    }

    /// Takes the parts of some tokens, from `first` on, through what follows in the layer;
    /// `context` is what attention has gathered of them, `[tokens, count, hidden]` both.
    pub(crate) fn finish_parts(
        &self,
        layer: usize,
        fixed: &Fixed,
        (first, count): (usize, usize),
        context: &[f32],
        parts: &mut [f32],
        memory: &mut PartsMemory,
    ) {
        let (attention, feed_forward) = &self.layers[layer];
        let (width, input) = (feed_forward.inner, &mut memory.input);
        let outer = room(&mut memory.outer, parts.len());
        let inner = room(&mut memory.inner, parts.len() / self.size * width);
        attention.output.product(context, outer, input);
        semblance_kernels::add(parts, outer);
        normalize(&attention.norm, &fixed.scales[0][first..], parts, count);
        feed_forward.up.product(parts, inner, input);
        let slopes = fixed.slopes[first * width..].chunks_exact(width);
        for (token, slopes) in inner.chunks_exact_mut(count * width).zip(slopes) {
            for part in token.chunks_exact_mut(width) {
                part.iter_mut()
                    .zip(slopes)
                    .for_each(|(x, slope)| *x *= slope);
            }
        }
        feed_forward.down.product(inner, outer, input);
        semblance_kernels::add(parts, outer);
        normalize(&feed_forward.norm, &fixed.scales[1][first..], parts, count);
    }
}

/// What a norm scales each row of `x` by.
fn spread(norm: &LayerNorm, x: Vec<f32>) -> Vec<f32> {
    let rows = x.chunks_exact(norm.features());
    rows.map(|row| norm.scale(row)).collect()
}

/// Normalises parts, `[tokens, count, hidden]`, with what their tokens are scaled by.
fn normalize(norm: &LayerNorm, scales: &[f32], parts: &mut [f32], count: usize) {
    let size = norm.features();
    for (token, scale) in parts.chunks_exact_mut(count * size).zip(scales) {
        for part in token.chunks_exact_mut(size) {
            norm.apply_part(part, *scale);
        }
    }
}

impl SelfAttention {
    /// The attention weights, `[heads, tokens, tokens]`, of what [`Bert::project`] has made.
    fn weights(&self, fused: &[f32], tokens: usize) -> Vec<f32> {
        let shape = self.shape;
        let (width, size) = (shape.head_size, shape.heads * shape.head_size);
        let column = |start: usize| -> Vec<f32> {
            let rows = fused.chunks_exact(3 * size).take(tokens);
            rows.flat_map(|row| &row[start..start + width])
                .copied()
                .collect()
        };
        let mut weights = vec![0.0; shape.heads * tokens * tokens];
        let mut memory = MatmulWorkspace::default();
        for (head, weights) in weights.chunks_exact_mut(tokens * tokens).enumerate() {
            let (queries, keys) = (column(head * width), column(size + head * width));
            let sizes = (tokens, tokens, width);
            matmul_transposed(&queries, &keys, sizes, weights, &mut memory);
            for (query, row) in weights.chunks_exact_mut(tokens).enumerate() {
                row.iter_mut().for_each(|x| *x *= shape.scale);
                if let Some(relative) = &self.relative {
                    semblance_kernels::add(row, relative.bias().row(head, query, tokens));
                }
                softmax(row);
            }
        }
        weights
    }

    /// What the layer norm got, from what the step began with and has left in memory.
    fn before_norm(&self, mut hidden: Vec<f32>, memory: &Memory) -> Vec<f32> {
        match &self.output {
            Linear::Int8(layer, _) => layer.forward_add(&memory.input, &mut hidden),
            Linear::F32(layer) => layer.forward_add(&memory.context[..hidden.len()], &mut hidden),
        }
        hidden
    }
}

impl FeedForward {
    /// The slopes of the activation, `[tokens, intermediate]`; `hidden` is what the step began
    /// with.
    fn slopes(&self, hidden: &[f32], memory: &mut Memory) -> Vec<f32> {
        let size = self.norm.features();
        let mut slopes = vec![0.0; hidden.len() / size * self.inner];
        match &self.up {
            Linear::Int8(up, form) => {
                form.quantize(hidden, size, &mut memory.input);
                up.forward(&memory.input, &mut slopes);
            }
            Linear::F32(up) => up.forward(hidden, &mut slopes),
        }
        to_slopes(self.activation, &mut slopes);
        slopes
    }

    /// What the layer norm got, from what the step began with and has left in memory.
    fn before_norm(&self, mut hidden: Vec<f32>, memory: &mut Memory) -> Vec<f32> {
        let inner = hidden.len() / self.norm.features() * self.inner;
        match (&self.up, &self.down) {
            (_, Linear::Int8(down, _)) => down.forward_add(&memory.inner_input, &mut hidden),
            (Linear::F32(up), Linear::F32(down)) => {
                let between = room(&mut memory.inner, inner);
                up.forward(&hidden, between);
                activate(self.activation, between);
                down.forward_add(between, &mut hidden);
            }
            _ => {}
        }
        hidden
    }
}

/// Replaces each value by the slope of the activation there, `f(x) / x`.
fn to_slopes(activation: Activation, x: &mut [f32]) {
    let mut y = x.to_vec();
    activate(activation, &mut y);
    // Nothing is lost beside zero: all of them are x times what is asked for.
    let at_zero = match activation {
        Activation::Gelu | Activation::GeluTanh => 0.5,
        Activation::Relu => 0.0,
    };
    for (x, y) in x.iter_mut().zip(&y) {
        *x = if x.abs() < f32::MIN_POSITIVE {
            at_zero
        } else {
            y / *x
        };
    }
}
