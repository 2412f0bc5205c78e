//! Rounding weights to int8 so that the kernels may use them.

use std::borrow::Cow;

use crate::ShapeError;

/// What the positive weights of a sum of 16 bits, or the negative ones, may sum to: 255 · 128 just
/// fits an i16.
const MOST: i32 = 128;

/// The weights of one output channel that meet in a sum of 16 bits (`DotKernel::Eights`): which of
/// its sums a weight belongs to.
fn sum_of(input: usize) -> usize {
    input / 16 * 2 + input % 4 / 2
}

/// The room for the weights of one output channel in the sums of 16 bits that the kernels make of
/// eight of them each.
#[derive(Clone, Debug)]
pub struct WeightRoom {
    /// For each sum, what positive weights may still take of it, and negative ones.
    left: Vec<[i32; 2]>,
}

impl WeightRoom {
    /// All the room for `inputs` weights.
    pub fn new(inputs: usize) -> Self {
        Self {
            left: vec![[MOST; 2]; sum_of(inputs + 15) + 1],
        }
    }

    /// The weights, in −127..=127, that there is room for at `input`: the smallest and the largest.
    ///
    /// # Panics
    /// If there is no such input.
    pub fn range(&self, input: usize) -> (i32, i32) {
        let [positive, negative] = self.left[sum_of(input)];
        (-negative.clamp(0, 127), positive.clamp(0, 127))
    }

    /// Takes the room that a weight needs.
    ///
    /// # Panics
    /// If there is no such input.
    pub fn take(&mut self, input: usize, weight: i32) {
        let [positive, negative] = &mut self.left[sum_of(input)];
        *positive -= weight.max(0);
        *negative -= (-weight).max(0);
    }

    /// Gives back the room of a weight that was taken.
    ///
    /// # Panics
    /// If there is no such input.
    pub fn give_back(&mut self, input: usize, weight: i32) {
        let [positive, negative] = &mut self.left[sum_of(input)];
        *positive += weight.max(0);
        *negative += (-weight).max(0);
    }

    /// Whether there was room for all that was taken.
    pub fn suffices(&self) -> bool {
        self.left.as_flattened().iter().all(|left| *left >= 0)
    }
}

/// Whether the weights of one output channel, `[inputs]`, fit the kernels.
pub fn weights_fit(weights: &[i8]) -> bool {
    let mut room = WeightRoom::new(weights.len());
    for (input, weight) in weights.iter().enumerate() {
        room.take(input, (*weight).into());
    }
    room.suffices()
}

/// The smallest scale for one output channel's weights, `[inputs]`, with which they round to
/// −127..=127 and are sure to fit ([`weights_fit`]). Zero for no or only zero weights.
///
/// It is `max |w| / 127` where a single weight stands out, and more, up to 8 times as much, where
/// large ones of one sign meet. For BERT's weights it is 2 to 3 times as much.
pub fn weight_scale(weights: &[f32]) -> f32 {
    let largest = weights.iter().fold(0.0f32, |most, w| most.max(w.abs()));
    let mut scale = largest / 127.0;
    for sixteen in weights.chunks(16) {
        let mut sums = [[0.0f32; 2]; 2];
        for (input, weight) in sixteen.iter().enumerate() {
            let [positive, negative] = &mut sums[sum_of(input)];
            *positive += weight.max(0.0);
            *negative += (-weight).max(0.0);
        }
        // Each of the eight may round up by a half.
        let room = (MOST - 4) as f32;
        scale = sums
            .as_flattened()
            .iter()
            .fold(scale, |most, sum| most.max(sum / room));
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
        integers.extend(rounded(row, scale));
        scales.push(scale);
    }
    Ok((integers, scales))
}

/// The weights of one output channel as they are, or, where they don't fit, rounded once more
/// after their scale has grown.
pub(super) fn made_to_fit<'a>(weights: &'a [i8], scale: &mut f32) -> Cow<'a, [i8]> {
    if weights_fit(weights) {
        return Cow::Borrowed(weights);
    }
    let floats: Vec<_> = weights.iter().map(|&w| f32::from(w)).collect();
    let times = weight_scale(&floats);
    *scale *= times;
    Cow::Owned(rounded(&floats, times).collect())
}

fn rounded(weights: &[f32], scale: f32) -> impl Iterator<Item = i8> {
    let inverse = if scale > 0.0 { 1.0 / scale } else { 0.0 };
    // A cast of a float saturates, and makes 0 of NaN.
    weights.iter().map(move |w| (w * inverse).round() as i8)
}
