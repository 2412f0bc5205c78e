//! Scales for the input channels of a linear layer, so that little is lost when inputs are
//! quantised to 255 steps over each token's own range.
//!
//! With a scale `s` per channel, `x · W = (x · s) · (W / s)`. The idea is SmoothQuant's (arXiv
//! 2211.10438): channels with large values are scaled down, so that they don't set the step for
//! all others. Instead of its fixed formula, the scales are found by minimising the expected
//! squared error of the output over calibration inputs:
//!
//! - steps of a token are `range(x · s) / 255`, whose error each weight passes on:
//!   `mean(range²) · Σ (W / s)²`;
//! - steps of an output channel's weights are a larger share of `max|W / s|` (the kernels have room
//!   for some 50 on either side of 0), whose error each input passes on: `Σ max² · Σ mean(x²) s²`,
//!   less what fitted rounding makes good again.
//!
//! Only `+ − × ÷ √` are used, so the result is the same on every machine.

/// How much more the weights' squared error counts than that of tokens with as many steps: about 26
/// times for the width of the steps, of which a quarter is left after fitted rounding. Of 1, 3, 6 and
/// 12 it gave the best scores on the STS benchmark's dev split.
const LEFT: f64 = 6.0;
/// Steps of the descent and their largest size, as a share of a scale.
const STEPS: usize = 150;
const RATE: f64 = 0.03;
/// Tokens that the range is taken over; spread over all of them where there are more.
const TOKENS: usize = 1500;

/// Scales for `x`, `[tokens, inputs]`, that goes through `weights`, `[outputs, inputs]`, both
/// row-major. The result, `[inputs]`, is positive.
pub(crate) fn input_scales(x: &[f32], weights: &[f32], inputs: usize) -> Vec<f32> {
    let error = ExpectedError::new(x, weights, inputs);
    let mut scales = vec![1.0; inputs];
    let mut best = (f64::INFINITY, scales.clone());
    // Adam (arXiv 1412.6980) on the logarithms of the scales.
    let (mut mean, mut square) = (vec![0.0; inputs], vec![0.0; inputs]);
    let (mut mean_left, mut square_left) = (1.0, 1.0);
    let mut slope = vec![0.0; inputs];
    for _ in 0..STEPS {
        let value = error.at(&scales, &mut slope);
        if value < best.0 {
            best = (value, scales.clone());
        }
        mean_left *= 0.9;
        square_left *= 0.999;
        for channel in 0..inputs {
            // The slope of the error's logarithm, which has no unit.
            let g = slope[channel] / value.max(f64::MIN_POSITIVE);
            mean[channel] = 0.9 * mean[channel] + 0.1 * g;
            square[channel] = 0.999 * square[channel] + 0.001 * g * g;
            let root = (square[channel] / (1.0 - square_left)).sqrt() + 1e-8;
            let step = RATE * (mean[channel] / (1.0 - mean_left)) / root;
            scales[channel] *= 1.0 - step.clamp(-0.2, 0.2);
        }
    }
    best.1.into_iter().map(|scale| scale as f32).collect()
}

/// The expected squared error of a layer's output as a function of the scales.
struct ExpectedError {
    /// Some of the inputs, `[tokens, inputs]`.
    x: Vec<f32>,
    /// `[outputs, inputs]`.
    weights: Vec<f32>,
    /// Mean square of each input channel.
    x_squares: Vec<f64>,
    /// Sum of squares of each input channel's weights.
    weight_squares: Vec<f64>,
}

impl ExpectedError {
    fn new(x: &[f32], weights: &[f32], inputs: usize) -> Self {
        let tokens = x.len() / inputs;
        let every = tokens.div_ceil(TOKENS).max(1);
        let some = x.chunks_exact(inputs).step_by(every).flatten();
        let squares = |rows: &[f32]| {
            let mut sums = vec![0.0; inputs];
            for row in rows.chunks_exact(inputs) {
                sums.iter_mut()
                    .zip(row)
                    .for_each(|(sum, x)| *sum += f64::from(x * x));
            }
            sums
        };
        Self {
            x: some.copied().collect(),
            weights: weights.to_vec(),
            x_squares: squares(x)
                .iter()
                .map(|sum| sum / tokens.max(1) as f64)
                .collect(),
            weight_squares: squares(weights),
        }
    }

    /// The error, up to a constant factor; `slope` becomes its derivative by the logarithm of each
    /// scale.
    fn at(&self, scales: &[f64], slope: &mut [f64]) -> f64 {
        let inputs = scales.len();
        let factors: Vec<f32> = scales.iter().map(|scale| *scale as f32).collect();
        let inverses: Vec<f32> = scales.iter().map(|scale| (1.0 / scale) as f32).collect();

        let tokens = (self.x.len() / inputs).max(1) as f64;
        let mut range = 0.0;
        let mut by_range = vec![0.0; inputs];
        for row in self.x.chunks_exact(inputs) {
            let (mut low, mut high) = ((0, f32::INFINITY), (0, f32::NEG_INFINITY));
            for (channel, (x, factor)) in row.iter().zip(&factors).enumerate() {
                let x = x * factor;
                if x < low.1 {
                    low = (channel, x);
                }
                if x > high.1 {
                    high = (channel, x);
                }
            }
            let width = f64::from(high.1) - f64::from(low.1);
            range += width * width / tokens;
            by_range[high.0] += 2.0 * width * f64::from(high.1) / tokens;
            by_range[low.0] -= 2.0 * width * f64::from(low.1) / tokens;
        }

        let mut largest = 0.0;
        let mut by_largest = vec![0.0; inputs];
        for row in self.weights.chunks_exact(inputs) {
            let (mut at, mut most) = (0, 0.0f32);
            for (channel, (w, inverse)) in row.iter().zip(&inverses).enumerate() {
                let w = (w * inverse).abs();
                if w > most {
                    (at, most) = (channel, w);
                }
            }
            let square = f64::from(most) * f64::from(most);
            largest += square;
            by_largest[at] -= 2.0 * square;
        }

        let weights = |c: usize| self.weight_squares[c] / (scales[c] * scales[c]);
        let x = |c: usize| self.x_squares[c] * scales[c] * scales[c];
        let all_weights: f64 = (0..inputs).map(weights).sum();
        let all_x: f64 = (0..inputs).map(x).sum();
        for (c, slope) in slope.iter_mut().enumerate() {
            *slope = all_weights * by_range[c] - range * 2.0 * weights(c)
                + LEFT * (all_x * by_largest[c] + largest * 2.0 * x(c));
        }
        range * all_weights + LEFT * largest * all_x
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Inputs with one channel far larger than the others, as BERT's layer norms give.
    fn example() -> (Vec<f32>, Vec<f32>) {
        let noise = |i: usize| ((i * 7919) % 1009) as f32 / 504.5 - 1.0;
        let x = (0..40 * 16).map(|i| noise(i) * if i % 16 == 5 { 30.0 } else { 1.0 });
        let weights = (0..12 * 16).map(|i| noise(i * 31 + 7));
        (x.collect(), weights.collect())
    }

    #[test]
    fn an_outlier_is_scaled_down() {
        let (x, weights) = example();
        let scales = input_scales(&x, &weights, 16);
        let others = scales.iter().enumerate().filter(|(c, _)| *c != 5);
        let least = others
            .map(|(_, scale)| *scale)
            .fold(f32::INFINITY, f32::min);
        assert!(scales[5] < least / 3.0, "{scales:?}");
        let error = ExpectedError::new(&x, &weights, 16);
        let at = |scales: &[f32]| {
            let scales: Vec<_> = scales.iter().map(|s| f64::from(*s)).collect();
            error.at(&scales, &mut [0.0; 16])
        };
        assert!(at(&scales) < at(&[1.0; 16]) / 2.0);
    }

    #[test]
    fn slopes_are_derivatives() {
        let (x, weights) = example();
        let error = ExpectedError::new(&x, &weights, 16);
        let scales: Vec<_> = (0..16).map(|c| 0.5 + f64::from(c) * 0.07).collect();
        let mut slope = [0.0; 16];
        let value = error.at(&scales, &mut slope);
        for c in 0..16 {
            let near = |times: f64| {
                let mut near = scales.clone();
                near[c] *= times;
                error.at(&near, &mut [0.0; 16])
            };
            let change = (near(1.001) - near(0.999)) / 0.002;
            let bound = 0.02 * change.abs() + 2e-3 * value;
            assert!(
                (change - slope[c]).abs() < bound,
                "{c}: {change} {}",
                slope[c]
            );
        }
    }

    #[test]
    fn nothing_to_fit_to_gives_scales_all_the_same() {
        for (x, weights) in [
            (vec![0.0; 8], vec![1.0; 8]),
            (vec![1.0; 8], vec![0.0; 8]),
            (vec![], vec![1.0; 8]),
        ] {
            let scales = input_scales(&x, &weights, 4);
            assert!(
                scales.iter().all(|s| s.is_finite() && *s > 0.0),
                "{scales:?}"
            );
        }
    }
}
