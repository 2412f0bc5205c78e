//! Rounding weights to int8 so that the fastest kernels may use them.

use super::Step;
use crate::ShapeError;

/// What the positive weights of four neighbours, or the negative ones, may sum to: 127 · 258
/// just fits an i16.
const SMALL: i32 = 258;

/// Whether the four products that `DotKernel::Pairs` sums in 16 bits fit them, whatever the
/// activations: products with the weights i, i + 1, i + 4, i + 5 of each eight, for i = 0 and 2.
pub(crate) fn are_small(steps: &[Step]) -> bool {
    steps.iter().all(|[first, second]| {
        let (first, second) = (first.as_flattened(), second.as_flattened());
        (0..32).step_by(2).all(|i| {
            let four = [first[i], first[i + 1], second[i], second[i + 1]].map(i32::from);
            let positive: i32 = four.iter().map(|&w| w.max(0)).sum();
            let negative: i32 = four.iter().map(|&w| (-w).max(0)).sum();
            positive.max(negative) <= SMALL
        })
    })
}

/// The smallest scale for one output channel's weights, `[inputs]`, with which they round to
/// −127..=127 and are small enough for `DotKernel::Pairs`.
///
/// Mostly it is `max |w| / 127`; in channels with several large weights of one sign close
/// together, some percent more. Zero for no or only zero weights.
pub fn weight_scale(weights: &[f32]) -> f32 {
    let largest = weights.iter().fold(0.0f32, |most, w| most.max(w.abs()));
    let mut scale = largest / 127.0;
    for eight in weights.chunks(8) {
        for i in [0, 2] {
            let four = [i, i + 1, i + 4, i + 5].map(|i| eight.get(i).copied().unwrap_or(0.0));
            let positive: f32 = four.iter().map(|w| w.max(0.0)).sum();
            let negative: f32 = four.iter().map(|w| (-w).max(0.0)).sum();
            // Each of the four may round up by a half.
            scale = scale.max(positive.max(negative) / (SMALL - 2) as f32);
        }
    }
    scale
}

/// Rounds `weights`, `[outputs, inputs]`, row-major, to the nearest int8 with one
/// [`weight_scale`] per output channel; returns the integers and the scales.
///
/// Error of a weight: at most half its channel's scale.
///
/// # Errors
/// If there are none, or not `outputs` rows of `inputs`.
pub fn quantize_weights(
    weights: &[f32],
    outputs: usize,
    inputs: usize,
) -> Result<(Vec<i8>, Vec<f32>), ShapeError> {
    if inputs == 0 || outputs == 0 {
        return Err(ShapeError::Empty);
    }
    ShapeError::check("weights", inputs.saturating_mul(outputs), weights.len())?;
    let mut integers = Vec::with_capacity(weights.len());
    let mut scales = Vec::with_capacity(outputs);
    for row in weights.chunks_exact(inputs) {
        let scale = weight_scale(row);
        let inverse = if scale > 0.0 { 1.0 / scale } else { 0.0 };
        // A cast of a float saturates, and makes 0 of NaN.
        integers.extend(row.iter().map(|w| (w * inverse).round() as i8));
        scales.push(scale);
    }
    Ok((integers, scales))
}
