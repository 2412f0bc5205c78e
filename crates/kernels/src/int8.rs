//! Matrix product of quantised activations and int8 weights packed once.

// Loops over bytes are not in all builds' twins.
#[cfg_attr(not(any(test, feature = "checks")), allow(dead_code))]
mod tile;
mod weights;

use std::ops::Range;

use crate::ShapeError;
use crate::finish::{self, Add, Finish, Gelu, Set};
use crate::lanes::Native;
use crate::math::load8;
use crate::norm::LayerNorm;
use crate::quantized::{Precision, Quantized};
#[cfg(any(test, feature = "checks"))]
pub(crate) use tile::Rows;
pub use tile::{DotKernel, dot_kernel, set_dot_kernel};
pub(crate) use tile::{Sums, Tiles};
pub use weights::{quantize_weights, weight_scale};

/// Rows that go through one layer and what follows it while they are hot in the cache.
const BLOCK: usize = 32;

/// Eight weights each of eight output channels, as the tiles read them: weights 0–3 and 4–7 of
/// the eight, of each the channels 0–3 and 4–7, of each four weights side by side per channel.
pub(crate) type Step = [[[i8; 16]; 2]; 2];

/// A linear layer, `y = x · Wᵀ + b`, with int8 weights, one scale per output channel.
///
/// Products are summed exactly in 32-bit integers: y differs from that of the same integers in
/// exact arithmetic by at most 4e-7 · (|scaled sum| + |offset part| + |b|). A row's result
/// depends on that row alone, bit for bit.
#[derive(Clone, Debug)]
pub struct LinearInt8 {
    inputs: usize,
    outputs: usize,
    /// `[outputs / 8, inputs / 8]`, both rounded up.
    steps: Vec<Step>,
    /// For each panel of 8 channels whether four products of neighbours fit an i16.
    small: Vec<bool>,
    /// Of each channel, filled up to whole panels.
    scales: Vec<f32>,
    /// What a row's offset is multiplied by: scale · sum of weights.
    sums: Vec<f32>,
    bias: Vec<f32>,
}

impl LinearInt8 {
    /// Packs `weights`, `[outputs, inputs]`, row-major; the real weights are
    /// `scales[output] · weights[output, input]`. Both `scales` and `bias` are `[outputs]`.
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
        let depth = inputs.div_ceil(8);
        let panels = outputs.div_ceil(8);
        let mut steps: Vec<Step> = vec![[[[0; 16]; 2]; 2]; panels * depth];
        let mut sums = vec![0.0; panels * 8];
        for (output, row) in weights.chunks_exact(inputs).enumerate() {
            let panel = &mut steps[output / 8 * depth..][..depth];
            for (step, weights) in panel.iter_mut().zip(row.chunks(8)) {
                for (i, &weight) in weights.iter().enumerate() {
                    step[i / 4][output % 8 / 4][output % 4 * 4 + i % 4] = weight;
                }
            }
            let sum: i32 = row.iter().map(|&w| i32::from(w)).sum();
            sums[output] = sum as f32 * scales[output];
        }
        let small = steps.chunks_exact(depth).map(weights::are_small).collect();
        let padded = |x: &[f32]| {
            let mut x = x.to_vec();
            x.resize(panels * 8, 0.0);
            x
        };
        let bias = match bias {
            Some(bias) => {
                ShapeError::check("bias", outputs, bias.len())?;
                padded(bias)
            }
            None => vec![0.0; panels * 8],
        };
        Ok(Self {
            inputs,
            outputs,
            steps,
            small,
            scales: padded(scales),
            sums,
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

    /// The share of weights that the fast path for machines without a byte dot product may use:
    /// 1 when [`quantize_weights`] made them.
    pub fn small_share(&self) -> f32 {
        let small = self.small.iter().filter(|&&small| small).count();
        small as f32 / self.small.len() as f32
    }

    /// `out = x · Wᵀ + b`, `[tokens, outputs]`, row-major.
    ///
    /// # Panics
    /// If `x` has not [`inputs`](Self::inputs) features, or `out` is not `[x.rows(), outputs]`.
    pub fn forward(&self, x: &Quantized, out: &mut [f32]) {
        self.check(x, out);
        self.rows::<Native, Set>(x, 0..x.rows(), out);
    }

    /// `out = gelu(x · Wᵀ + b)`, `[tokens, outputs]`, row-major.
    ///
    /// # Panics
    /// As [`forward`](Self::forward).
    pub fn forward_gelu(&self, x: &Quantized, out: &mut [f32]) {
        self.check(x, out);
        self.rows::<Native, Gelu>(x, 0..x.rows(), out);
    }

    /// `hidden = hidden + x · Wᵀ + b`, `[tokens, outputs]`, row-major.
    ///
    /// # Panics
    /// As [`forward`](Self::forward).
    pub fn forward_add(&self, x: &Quantized, hidden: &mut [f32]) {
        self.check(x, hidden);
        self.rows::<Native, Add>(x, 0..x.rows(), hidden);
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
        self.forward_next::<Native, Gelu>(x, next, precision, multiplier, scratch);
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
            self.rows::<Native, Add>(x, range.clone(), hidden);
            norm.apply(hidden);
            if let Some((next, _, multiplier)) = &mut next {
                next.rows_with::<Native>(range, hidden, *multiplier);
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
        let needed = BLOCK.min(x.rows()) * self.outputs;
        if scratch.len() < needed {
            scratch.resize(needed, 0.0);
        }
        for start in (0..x.rows()).step_by(BLOCK) {
            let range = start..x.rows().min(start + BLOCK);
            let block = &mut scratch[..range.len() * self.outputs];
            self.rows::<L, F>(x, range.clone(), block);
            next.rows_with::<L>(range, block, multiplier);
        }
    }

    /// The rows `range` of `x` into `out`, `[range.len(), outputs]`, in the twin `L`.
    pub(crate) fn rows<L: Tiles, F: Finish>(
        &self,
        x: &Quantized,
        range: Range<usize>,
        out: &mut [f32],
    ) {
        let depth = self.inputs.div_ceil(8);
        let kernel = tile::choose::<L>(x);
        let mut sums = [[[L::zero(); 2]; BLOCK]; 2];
        let blocks = out.chunks_mut(BLOCK * self.outputs);
        for (start, out) in range.step_by(BLOCK).zip(blocks) {
            let rows = out.len() / self.outputs;
            // Two panels at a time: their 16 columns of a row of the output are a cache line.
            for (pair, steps) in self.steps.chunks(2 * depth).enumerate() {
                for (half, steps) in steps.chunks_exact(depth).enumerate() {
                    let kernel = kernel.unless_large(self.small[2 * pair + half]);
                    tile::sums::<L>(kernel, steps, x, start, &mut sums[half][..rows]);
                }
                for (half, sums) in sums.iter().enumerate().take(steps.len() / depth) {
                    self.finish::<L, F>(&sums[..rows], x, start, 2 * pair + half, out);
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
        out: &mut [f32],
    ) {
        let (first, columns) = (panel * 8, (self.outputs - panel * 8).min(8));
        let channels = |of: &[f32]| load8::<L>(&of.as_chunks::<8>().0[panel]);
        let (scales, totals) = (channels(&self.scales), channels(&self.sums));
        let bias = channels(&self.bias);
        let tokens = x.scales[row..].iter().zip(&x.offsets[row..]);
        let rows = out.chunks_exact_mut(self.outputs);
        for ((sums, (scale, offset)), out) in sums.iter().zip(tokens).zip(rows) {
            let (scale, offset) = (L::splat(*scale), L::splat(*offset));
            let y = [0, 1].map(|half| {
                let scaled = L::mul(L::from_int(sums[half]), scale);
                let offset = L::mul(offset, totals[half]);
                let scaled = L::mul_add(scaled, scales[half], offset);
                L::add(scaled, bias[half])
            });
            finish::store::<L, F>(y, &mut out[first..first + columns]);
        }
    }
}
