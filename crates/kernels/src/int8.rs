//! Matrix product of quantised activations and int8 weights packed once.

// Loops over bytes are not in all builds' twins.
#[cfg_attr(not(any(test, feature = "checks")), allow(dead_code))]
mod tile;
mod weights;

use std::ops::Range;

use crate::ShapeError;
use crate::finish::{self, Add, Finish, GeluNear, Set};
use crate::lanes::{Native, Reading};
use crate::math::{load8, padded};
use crate::norm::LayerNorm;
use crate::quantized::{Precision, Quantized};
pub use tile::{DotKernel, dot_kernel, set_dot_kernel};
#[cfg(any(test, feature = "checks"))]
pub(crate) use tile::{Rows, byte_eights, byte_fours};
pub(crate) use tile::{Sums, Tiles};
pub use weights::{WeightRoom, quantize_weights, weight_scale, weights_fit};

/// Rows that go through one layer and what follows it while they are hot in the cache.
const BLOCK: usize = 32;

/// Eight weights each of eight output channels, as the tiles read them: weights 0–3 and 4–7 of
/// the eight, of each the channels 0–3 and 4–7, of each four weights side by side per channel.
pub(crate) type Step = [[[i8; 16]; 2]; 2];

/// The steps of a panel over so many inputs: those of whole rows of activations.
fn depth(inputs: usize) -> usize {
    2 * inputs.div_ceil(16)
}

/// A linear layer, `y = x · Wᵀ + b`, with int8 weights, one scale per output channel.
///
/// Products are summed exactly in 32-bit integers: y differs from that of the same integers in
/// exact arithmetic by at most 4e-7 · (|scaled sum| + |offset part| + |b|). A row's result
/// depends on that row alone, bit for bit.
#[derive(Clone, Debug)]
pub struct LinearInt8 {
    inputs: usize,
    outputs: usize,
    /// `[outputs / 8, inputs / 8]`, the first rounded up, the second to an even number.
    steps: Vec<Step>,
    /// Of each channel, filled up to whole panels.
    scales: Vec<f32>,
    /// What a row's offset is multiplied by: scale · sum of weights.
    sums: Vec<f32>,
    /// What bytes that are read as signed leave out of a sum: 128 · sum of weights.
    left_out: Vec<i32>,
    bias: Vec<f32>,
}

impl LinearInt8 {
    /// Packs `weights`, `[outputs, inputs]`, row-major; the real weights are
    /// `scales[output] · weights[output, input]`. Both `scales` and `bias` are `[outputs]`.
    ///
    /// Weights of a channel that don't fit the kernels ([`weights_fit`]) are rounded once more,
    /// with a larger scale. Those of [`quantize_weights`] fit.
    ///
    /// # Errors
    /// If a length does not fit, or the layer has no inputs or outputs, or more than 131,072
    /// inputs (sums would not fit 32 bits).
    pub fn new(
        weights: &[i8],
        scales: &[f32],
        bias: Option<&[f32]>,
        outputs: usize,
        inputs: usize,
    ) -> Result<Self, ShapeError> {
        if inputs == 0 || outputs == 0 {
            return Err(ShapeError::Empty);
        }
        if inputs > 1 << 17 {
            return Err(ShapeError::TooManyInputs { inputs });
        }
        let size = inputs.saturating_mul(outputs);
        ShapeError::check("int8 weights", size, weights.len())?;
        ShapeError::check("scales", outputs, scales.len())?;
        let depth = depth(inputs);
        let panels = outputs.div_ceil(8);
        let mut steps: Vec<Step> = vec![[[[0; 16]; 2]; 2]; panels * depth];
        let (mut sums, mut left_out) = (vec![0.0; panels * 8], vec![0; panels * 8]);
        let mut scales = scales.to_vec();
        for (output, row) in weights.chunks_exact(inputs).enumerate() {
            let row = &*weights::made_to_fit(row, &mut scales[output]);
            let panel = &mut steps[output / 8 * depth..][..depth];
            for (step, weights) in panel.iter_mut().zip(row.chunks(8)) {
                for (i, &weight) in weights.iter().enumerate() {
                    step[i / 4][output % 8 / 4][output % 4 * 4 + i % 4] = weight;
                }
            }
            let sum: i32 = row.iter().map(|&w| i32::from(w)).sum();
            sums[output] = sum as f32 * scales[output];
            left_out[output] = 128 * sum;
        }
        let filled = |x: &[f32]| {
            let mut x = x.to_vec();
            x.resize(panels * 8, 0.0);
            x
        };
        let bias = match bias {
            Some(bias) => {
                ShapeError::check("bias", outputs, bias.len())?;
                filled(bias)
            }
            None => vec![0.0; panels * 8],
        };
        Ok(Self {
            inputs,
            outputs,
            steps,
            scales: filled(&scales),
            sums,
            left_out,
            bias,
        })
    }

    /// The packed weights.
    #[cfg(any(test, feature = "checks"))]
    pub(crate) fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The features of a row that goes in.
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// The features of a row that comes out.
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// What is added to every row that comes out: `[outputs]`.
    pub fn bias(&self) -> &[f32] {
        &self.bias[..self.outputs]
    }

    /// The layer that gives some of the outputs alone, each as this one does, bit for bit.
    ///
    /// # Errors
    /// If there are none.
    ///
    /// # Panics
    /// If there are no such outputs.
    pub fn part(&self, outputs: Range<usize>) -> Result<Self, ShapeError> {
        let depth = depth(self.inputs);
        let weight = |output: usize, input: usize| {
            let step = &self.steps[output / 8 * depth + input / 8];
            step[input % 8 / 4][output % 8 / 4][output % 4 * 4 + input % 4]
        };
        let inputs = 0..self.inputs;
        let row = |output| inputs.clone().map(move |input| weight(output, input));
        let weights: Vec<_> = outputs.clone().flat_map(row).collect();
        let (scales, bias) = (&self.scales[outputs.clone()], &self.bias[outputs.clone()]);
        Self::new(&weights, scales, Some(bias), outputs.len(), self.inputs)
    }

    /// `out = x · Wᵀ + b`, `[tokens, outputs]`, row-major.
    ///
    /// # Panics
    /// If `x` has not [`inputs`](Self::inputs) features, or `out` is not `[x.rows(), outputs]`.
    pub fn forward(&self, x: &Quantized, out: &mut [f32]) {
        self.check(x, out);
        self.rows::<Native, Set>(x, 0..x.rows(), out, self.outputs);
    }

    /// `out = gelu(x · Wᵀ + b)`, `[tokens, outputs]`, row-major, with a GELU that is within
    /// 9e-5 + 2e-6 · |x| of the exact one: a hundredth of what 8 bits leave of it.
    ///
    /// # Panics
    /// As [`forward`](Self::forward).
    pub fn forward_gelu(&self, x: &Quantized, out: &mut [f32]) {
        self.check(x, out);
        self.rows::<Native, GeluNear>(x, 0..x.rows(), out, self.outputs);
    }

    /// `hidden = hidden + x · Wᵀ + b`, `[tokens, outputs]`, row-major.
    ///
    /// # Panics
    /// As [`forward`](Self::forward).
    pub fn forward_add(&self, x: &Quantized, hidden: &mut [f32]) {
        self.check(x, hidden);
        self.rows::<Native, Add>(x, 0..x.rows(), hidden, self.outputs);
    }

    /// [`forward`](Self::forward), quantised for the next layer block by block.
    ///
    /// `scratch` is only memory, grown where it is too small.
    ///
    /// # Panics
    /// If `x` has not [`inputs`](Self::inputs) features.
    pub fn forward_quantize(
        &self,
        x: &Quantized,
        next: &mut Quantized,
        precision: Precision,
        multiplier: Option<&[f32]>,
        scratch: &mut Vec<f32>,
    ) {
        self.forward_next::<Native, Set>(x, next, precision, multiplier, scratch);
    }

    /// [`forward_gelu`](Self::forward_gelu), quantised for the next layer block by block.
    ///
    /// `scratch` is only memory, grown where it is too small.
    ///
    /// # Panics
    /// If `x` has not [`inputs`](Self::inputs) features.
    pub fn forward_gelu_quantize(
        &self,
        x: &Quantized,
        next: &mut Quantized,
        precision: Precision,
        multiplier: Option<&[f32]>,
        scratch: &mut Vec<f32>,
    ) {
        self.forward_next::<Native, GeluNear>(x, next, precision, multiplier, scratch);
    }

    /// `hidden = norm(hidden + x · Wᵀ + b)`, `[tokens, outputs]`, row-major; quantised into
    /// `next` for the next layer, where that is given, as [`Quantized::quantize`] would.
    ///
    /// # Panics
    /// As [`forward`](Self::forward), or if the norm has not [`outputs`](Self::outputs) features.
    pub fn forward_add_norm(
        &self,
        x: &Quantized,
        hidden: &mut [f32],
        norm: &LayerNorm,
        mut next: Option<(&mut Quantized, Precision, Option<&[f32]>)>,
    ) {
        self.check(x, hidden);
        assert_eq!(norm.features(), self.outputs, "features of the layer norm");
        if let Some((next, precision, _)) = &mut next {
            next.reset::<Native>(x.rows(), self.outputs, *precision);
        }
        for start in (0..x.rows()).step_by(BLOCK) {
            let range = start..x.rows().min(start + BLOCK);
            let hidden = &mut hidden[start * self.outputs..][..range.len() * self.outputs];
            self.rows::<Native, Add>(x, range.clone(), hidden, self.outputs);
            norm.apply(hidden);
            if let Some((next, _, multiplier)) = &mut next {
                next.rows_with::<Native>(range, hidden, self.outputs, *multiplier);
            }
        }
    }

    fn check(&self, x: &Quantized, out: &[f32]) {
        assert_eq!(x.features(), self.inputs, "features of the activations");
        assert_eq!(out.len(), x.rows() * self.outputs, "length of the output");
    }

    fn forward_next<L: Tiles, F: Finish>(
        &self,
        x: &Quantized,
        next: &mut Quantized,
        precision: Precision,
        multiplier: Option<&[f32]>,
        scratch: &mut Vec<f32>,
    ) {
        assert_eq!(x.features(), self.inputs, "features of the activations");
        next.reset::<L>(x.rows(), self.outputs, precision);
        let stride = padded(self.outputs);
        let needed = BLOCK.min(x.rows()) * stride;
        if scratch.len() < needed {
            scratch.resize(needed, 0.0);
        }
        for start in (0..x.rows()).step_by(BLOCK) {
            let range = start..x.rows().min(start + BLOCK);
            let block = &mut scratch[..range.len() * stride];
            self.rows::<L, F>(x, range.clone(), block, stride);
            next.rows_with::<L>(range, block, stride, multiplier);
        }
    }

    /// The rows `range` of `x` into `out`, where each row begins `stride` values after the one
    /// before, in the twin `L`.
    pub(crate) fn rows<L: Tiles, F: Finish>(
        &self,
        x: &Quantized,
        range: Range<usize>,
        out: &mut [f32],
        stride: usize,
    ) {
        let depth = depth(self.inputs);
        let kernel = tile::choose::<L>(x);
        let mut sums = [[[L::zero(); 2]; BLOCK]; 2];
        let blocks = out.chunks_mut(BLOCK * stride);
        for (start, out) in range.step_by(BLOCK).zip(blocks) {
            let rows = out.len() / stride;
            // Two panels at a time: their 16 columns of a row of the output are a cache line.
            for (pair, steps) in self.steps.chunks(2 * depth).enumerate() {
                for (half, steps) in steps.chunks_exact(depth).enumerate() {
                    tile::sums::<L>(kernel, steps, x, start, &mut sums[half][..rows]);
                }
                for (half, sums) in sums.iter().enumerate().take(steps.len() / depth) {
                    let panel = 2 * pair + half;
                    self.finish::<L, F>(&sums[..rows], x, start, panel, (&mut *out, stride));
                }
            }
        }
    }

    /// From the integer sums of one panel to its columns of the rows from `row` on.
    #[inline(never)]
    fn finish<L: Tiles, F: Finish>(
        &self,
        sums: &[Sums<L>],
        x: &Quantized,
        row: usize,
        panel: usize,
        (out, stride): (&mut [f32], usize),
    ) {
        let (first, columns) = (panel * 8, (self.outputs - panel * 8).min(8));
        let channels = |of: &[f32]| load8::<L>(&of.as_chunks::<8>().0[panel]);
        let (scales, totals) = (channels(&self.scales), channels(&self.sums));
        let bias = channels(&self.bias);
        let left_out = match x.reading() {
            Some(Reading::Signed) => {
                let panel = &self.left_out.as_chunks::<8>().0[panel];
                let halves = panel.as_chunks::<4>().0;
                [0, 1].map(|half| L::load_ints(&halves[half]))
            }
            _ => [L::zero(); 2],
        };
        let tokens = x.scales[row..].iter().zip(&x.offsets[row..]);
        let rows = out.chunks_exact_mut(stride);
        for ((sums, (scale, offset)), out) in sums.iter().zip(tokens).zip(rows) {
            let (scale, offset) = (L::splat(*scale), L::splat(*offset));
            let y = [0, 1].map(|half| {
                let sum = L::add_ints(sums[half], left_out[half]);
                let scaled = L::mul(L::from_int(sum), scale);
                let offset = L::mul(offset, totals[half]);
                let scaled = L::mul_add(scaled, scales[half], offset);
                L::add(scaled, bias[half])
            });
            finish::store::<L, F>(y, &mut out[first..first + columns]);
        }
    }
}
