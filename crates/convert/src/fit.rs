//! Rounding weights so that the output of a layer changes as little as it can.
//!
//! GPTQ ("GPTQ: Accurate Post-Training Quantization for Generative Pre-trained Transformers",
//! arXiv 2210.17323): the weights of an output channel are rounded one after the other, and what
//! the rounding of one does to the output, over calibration inputs, is made good by those that
//! are not rounded yet. Largest inputs first.
//!
//! Two things are added to it. The inputs are those that the layer will see, quantised and with the
//! errors of all layers before it; what these have done to its output is made good as far as the
//! inputs can tell (a ridge regression), before weights are rounded. And the bias takes up the mean
//! of every error, so that only how inputs vary counts for the rounding.

use semblance_encoder::int8::Int8Rows;
use semblance_kernels::{ShapeError, WeightRoom, weight_scale};

use crate::covariance::Centred;
use crate::parallel::by_rows;

/// Scales that are tried for an output channel, as parts of the one with which all of its weights
/// fit the kernels: less than that rounds most weights more finely, and some not fully.
const TRIED: [f32; 6] = [1.0, 0.9, 0.8, 0.7, 0.6, 0.5];

/// How often rounded weights are gone through again.
const PASSES: usize = 4;

/// What is added to the diagonal of the inputs' products, as a share of its mean, so that the
/// fit does not lean on what the calibration texts happen to have in common.
const DAMPING: f64 = 0.2;

/// What calibration texts tell about a linear layer.
pub(crate) struct Fit {
    /// Mean of each input.
    inputs: Vec<f64>,
    /// Mean of what each output misses.
    outputs: Vec<f64>,
    /// Inputs in the order in which their weights are rounded.
    order: Vec<usize>,
    /// `[inputs, inputs]`, upper triangular, rows and columns in that order: `U` with
    /// `H⁻¹ = Uᵀ · U` for the products `H` of the inputs less their means.
    upper: Vec<f64>,
    /// `[inputs, inputs]`: the products `H` themselves, in the layer's own order.
    products: Vec<f64>,
    /// Products of what each output misses with the inputs, `[outputs, inputs]`.
    cross: Vec<f64>,
}

/// A rounded linear layer.
pub(crate) struct Layer {
    pub(crate) rows: Int8Rows,
    pub(crate) bias: Vec<f32>,
}

/// One output channel of it.
#[derive(Clone, Default)]
struct Channel {
    values: Vec<i8>,
    scale: f32,
    bias: f32,
}

/// Rounds `weights`, `[outputs, inputs]`, row-major, each to the nearest that the kernels have room
/// for; the `bias`, `[outputs]`, takes up what that does to inputs of these means.
pub(crate) fn nearest(weights: &[f32], bias: &[f32], means: &[f64]) -> Result<Layer, ShapeError> {
    let (outputs, inputs) = (bias.len(), means.len());
    let (values, scales) = semblance_kernels::quantize_weights(weights, outputs, inputs)?;
    let whole = weights.chunks_exact(inputs);
    let rounded = values.chunks_exact(inputs).zip(&scales);
    let rows = whole.zip(rounded).zip(bias);
    let bias = rows.map(|((whole, (rounded, scale)), bias)| {
        let pairs = whole.iter().zip(rounded).zip(means);
        let missing =
            pairs.map(|((w, q), mean)| (f64::from(*w) - f64::from(*q) * f64::from(*scale)) * mean);
        (f64::from(*bias) + missing.sum::<f64>()) as f32
    });
    Ok(Layer {
        bias: bias.collect(),
        rows: Int8Rows { values, scales },
    })
}

impl Fit {
    /// `x` is what goes into the layer for calibration texts, `[tokens, inputs]`; `missing`,
    /// `[tokens, outputs]`, is what should come out for it, less what does with the weights that
    /// are going to be rounded. Both are row-major.
    pub(crate) fn new(x: &[f32], missing: &[f32], inputs: usize, outputs: usize) -> Self {
        let (x, missing) = (Centred::new(x, inputs), Centred::new(missing, outputs));
        let n = inputs;
        let mut products = x.squares();
        let mean = (0..n).map(|c| products[c * n + c]).sum::<f64>() / n as f64;
        // An input that is always the same must not make the matrix singular.
        let damping = if mean > 0.0 { DAMPING * mean } else { 1.0 };
        (0..n).for_each(|c| products[c * n + c] += damping);
        let mut order: Vec<_> = (0..n).collect();
        order.sort_by(|a, b| products[b * n + b].total_cmp(&products[a * n + a]));
        let ordered = |i: usize, j: usize| products[order[i] * n + order[j]];
        let upper = inverse_factor(n, ordered);
        Self {
            cross: missing.products(&x),
            inputs: x.means,
            outputs: missing.means,
            order,
            upper,
            products,
        }
    }

    /// Rounds `weights`, `[outputs, inputs]`, row-major, and moves the `bias`, `[outputs]`.
    pub(crate) fn round(&self, weights: &[f32], bias: &[f32]) -> Layer {
        let n = self.order.len();
        let mut channels = vec![Channel::default(); bias.len()];
        by_rows(&mut channels, 1, |first, channels| {
            for (output, channel) in (first..).zip(channels) {
                let weights = &weights[output * n..][..n];
                *channel = self.channel(output, weights, bias[output]);
            }
        });
        Layer {
            bias: channels.iter().map(|channel| channel.bias).collect(),
            rows: Int8Rows {
                scales: channels.iter().map(|channel| channel.scale).collect(),
                values: channels.into_iter().flat_map(|one| one.values).collect(),
            },
        }
    }

    fn channel(&self, output: usize, weights: &[f32], bias: f32) -> Channel {
        let better = self.correct(output, weights);
        let whole = match weight_scale(&better) {
            scale if scale.is_normal() => scale,
            _ => 1.0,
        };
        let tried = TRIED.map(|part| {
            let scale = part * whole;
            (scale, self.round_row(&better, scale))
        });
        let least = |a: &(f32, Rounded), b: &(f32, Rounded)| a.1.error.total_cmp(&b.1.error);
        let (scale, Rounded { values, .. }) = tried.into_iter().min_by(least).unwrap_or_default();
        let (values, scale) = self.improve(&better, values, scale);
        let mut bias = f64::from(bias) + self.outputs[output];
        for ((weight, value), mean) in weights.iter().zip(&values).zip(&self.inputs) {
            bias += (f64::from(*weight) - f64::from(*value) * f64::from(scale)) * mean;
        }
        Channel {
            values,
            scale,
            bias: bias as f32,
        }
    }

    /// The weights with which the inputs give the most of what one output misses.
    fn correct(&self, output: usize, weights: &[f32]) -> Vec<f32> {
        let n = self.order.len();
        let cross = &self.cross[output * n..][..n];
        let cross: Vec<_> = self.order.iter().map(|c| cross[*c]).collect();
        // H⁻¹ · cross = Uᵀ · (U · cross).
        let mut change = vec![0.0; n];
        for (i, upper) in self.upper.chunks_exact(n).enumerate() {
            let part = dot(&upper[i..], &cross[i..]);
            let later = change[i..].iter_mut().zip(&upper[i..]);
            later.for_each(|(change, u)| *change += part * u);
        }
        let mut better = weights.to_vec();
        for (c, change) in self.order.iter().zip(change) {
            better[*c] = (f64::from(better[*c]) + change) as f32;
        }
        better
    }

    /// Rounds the weights of one output to what the kernels have room for.
    fn round_row(&self, row: &[f32], scale: f32) -> Rounded {
        let n = self.order.len();
        let mut left: Vec<f64> = self.order.iter().map(|c| f64::from(row[*c])).collect();
        let scale = f64::from(scale);
        let mut room = WeightRoom::new(n);
        let mut rounded = Rounded {
            values: vec![0; n],
            error: 0.0,
        };
        for (i, upper) in self.upper.chunks_exact(n).enumerate() {
            let input = self.order[i];
            let (smallest, largest) = room.range(input);
            let value = (left[i] / scale).round() as i32;
            let value = value.clamp(smallest, largest);
            room.take(input, value);
            rounded.values[input] = value as i8;
            let error = (left[i] - f64::from(value) * scale) / upper[i];
            rounded.error += error * error;
            let later = left[i..].iter_mut().zip(&upper[i..]);
            later.for_each(|(w, u)| *w -= error * u);
        }
        rounded
    }

    /// Goes through rounded weights again, all others being what they are by now, and fits the
    /// scale to them: coordinate descent on the squared error that they were rounded by.
    fn improve(&self, row: &[f32], mut values: Vec<i8>, scale: f32) -> (Vec<i8>, f32) {
        let n = self.order.len();
        let products = |i: usize| &self.products[i * n..][..n];
        let wanted: Vec<_> = row.iter().map(|w| f64::from(*w)).collect();
        let mut room = WeightRoom::new(n);
        for (input, value) in values.iter().enumerate() {
            room.take(input, (*value).into());
        }
        // H · w, and H · (w − scale · values).
        let whole: Vec<_> = (0..n).map(|i| dot(products(i), &wanted)).collect();
        let integers: Vec<_> = values.iter().map(|value| f64::from(*value)).collect();
        let mut scale = f64::from(scale);
        let rest = |i: usize| whole[i] - scale * dot(products(i), &integers);
        let mut missing: Vec<_> = (0..n).map(rest).collect();
        for _ in 0..PASSES {
            for &i in &self.order {
                let before = i32::from(values[i]);
                let steps = missing[i] / (products(i)[i] * scale);
                room.give_back(i, before);
                let (smallest, largest) = room.range(i);
                let after = (before + steps.round() as i32).clamp(smallest, largest);
                room.take(i, after);
                if after != before {
                    values[i] = after as i8;
                    let change = f64::from(after - before) * scale;
                    let all = missing.iter_mut().zip(products(i));
                    all.for_each(|(missing, h)| *missing -= change * h);
                }
            }
            // The best scale for these integers q is qᵀHw / qᵀHq.
            let (mut with_whole, mut with_own) = (0.0, 0.0);
            for i in 0..n {
                let value = f64::from(values[i]);
                with_whole += value * whole[i];
                with_own += value * (whole[i] - missing[i]) / scale;
            }
            let better = f64::from((with_whole / with_own) as f32);
            if better.is_normal() && better > 0.0 {
                let times = better / scale;
                let all = missing.iter_mut().zip(&whole);
                all.for_each(|(missing, whole)| *missing = whole - (whole - *missing) * times);
                scale = better;
            }
        }
        (values, scale as f32)
    }
}

/// The weights of one output, rounded.
#[derive(Default)]
struct Rounded {
    values: Vec<i8>,
    /// The squared error of the output over the calibration inputs.
    error: f64,
}

/// The upper triangular `U` with `A⁻¹ = Uᵀ · U`, `[n, n]`, for a symmetric positive definite `A`.
///
/// `A = R · Rᵀ` with `R = U⁻¹`, upper triangular: Cholesky's factor, begun at the last row.
fn inverse_factor(n: usize, a: impl Fn(usize, usize) -> f64) -> Vec<f64> {
    // R[i, j] = (A[i, j] − Σ over k > j of R[i, k] · R[j, k]) / R[j, j]: rows only, from the end.
    let mut r = vec![0.0; n * n];
    for i in (0..n).rev() {
        for j in (i..n).rev() {
            let (head, tail) = r.split_at(j.max(i + 1) * n);
            let row_i = &head[i * n..(i + 1) * n];
            let dot = if j == i {
                row_i[i + 1..].iter().map(|x| x * x).sum::<f64>()
            } else {
                dot(&row_i[j + 1..], &tail[j + 1..n])
            };
            let left = a(i, j) - dot;
            r[i * n + j] = if j == i {
                // Rounding could leave nothing where the matrix is almost singular.
                left.max(1e-12 * a(i, i).max(f64::MIN_POSITIVE)).sqrt()
            } else {
                left / r[j * n + j]
            };
        }
    }
    // U · R = 1, row by row from the diagonal on.
    let mut u = vec![0.0; n * n];
    by_rows(&mut u, n, |first, u| {
        for (i, row) in (first..).zip(u.chunks_exact_mut(n)) {
            let mut rest = vec![0.0; n];
            rest[i] = 1.0;
            for j in i..n {
                let value = rest[j] / r[j * n + j];
                row[j] = value;
                let line = rest[j..].iter_mut().zip(&r[j * n + j..(j + 1) * n]);
                line.for_each(|(rest, r)| *rest -= value * r);
            }
        }
    });
    u
}

/// A product of two vectors in eight sums, which compilers can run side by side.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let (a, a_rest) = a.as_chunks::<8>();
    let (b, b_rest) = b.as_chunks::<8>();
    let mut sums = [0.0; 8];
    for (a, b) in a.iter().zip(b) {
        (0..8).for_each(|i| sums[i] += a[i] * b[i]);
    }
    let rest: f64 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f64>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use semblance_encoder::int8;
    use semblance_kernels::{quantize_weights, weights_fit};

    fn noise(i: usize) -> f32 {
        ((i * 7919) % 1009) as f32 / 504.5 - 1.0
    }

    #[test]
    fn the_factor_belongs_to_the_inverse() {
        for n in [1, 2, 7, 20] {
            let x: Vec<_> = (0..n * (n + 3)).map(noise).collect();
            let x = Centred::new(&x, n);
            let mut a = x.squares();
            (0..n).for_each(|i| a[i * n + i] += 0.5);
            let u = inverse_factor(n, |i, j| a[i * n + j]);
            for i in 0..n {
                for j in 0..n {
                    // A · (Uᵀ · U) is the identity.
                    let inverse =
                        |k: usize| (0..n).map(|m| u[m * n + k] * u[m * n + j]).sum::<f64>();
                    let product: f64 = (0..n).map(|k| a[i * n + k] * inverse(k)).sum();
                    let expected = if i == j { 1.0 } else { 0.0 };
                    assert!(
                        (product - expected).abs() < 1e-9,
                        "{n}: {i}, {j}: {product}"
                    );
                }
            }
        }
    }

    const INPUTS: usize = 24;
    const OUTPUTS: usize = 10;

    /// Inputs that lean on six hidden causes, `[200, INPUTS]`, with means other than 0.
    fn inputs() -> Vec<f32> {
        let value = |i: usize| {
            let (token, c) = (i / INPUTS, i % INPUTS);
            let causes = (0..6).map(|k| noise((token * 6 + k) * 3 + 1) * noise(c * 6 + k + 17));
            causes.sum::<f32>() + 0.1 * noise(i * 5 + 2) + noise(c)
        };
        (0..200 * INPUTS).map(value).collect()
    }

    fn forward(x: &[f32], weights: &[f32], bias: &[f32]) -> Vec<f32> {
        let outputs = |x: &[f32]| {
            let rows = weights.chunks_exact(INPUTS).zip(bias);
            let sums = rows.map(|(w, b)| b + w.iter().zip(x).map(|(w, x)| w * x).sum::<f32>());
            sums.collect::<Vec<_>>()
        };
        x.chunks_exact(INPUTS).flat_map(outputs).collect()
    }

    fn squared_error(layer: &Layer, x: &[f32], wanted: &[f32]) -> f64 {
        let weights = int8::dequantize_rows(&layer.rows.values, &layer.rows.scales);
        let y = forward(x, &weights, &layer.bias);
        let differences = y
            .iter()
            .zip(wanted)
            .map(|(y, wanted)| f64::from(y - wanted));
        differences.map(|x| x * x).sum()
    }

    /// Over inputs like those it was fitted to, the output is nearer than after plain rounding.
    #[test]
    fn fitted_rounding_beats_plain_rounding() {
        let x = inputs();
        let weights: Vec<_> = (0..OUTPUTS * INPUTS).map(|i| noise(i * 13 + 5)).collect();
        let bias: Vec<_> = (0..OUTPUTS).map(|i| noise(i * 3)).collect();
        let wanted = forward(&x, &weights, &bias);
        let fit = Fit::new(&x, &vec![0.0; wanted.len()], INPUTS, OUTPUTS);
        let fitted = fit.round(&weights, &bias);
        for row in fitted.rows.values.chunks_exact(INPUTS) {
            assert!(weights_fit(row));
        }
        let (values, scales) = quantize_weights(&weights, OUTPUTS, INPUTS).unwrap();
        let rows = Int8Rows { values, scales };
        let plain = Layer { rows, bias };
        let [fitted, plain] = [&fitted, &plain].map(|layer| squared_error(layer, &x, &wanted));
        assert!(fitted < 0.7 * plain, "{fitted} {plain}");
    }

    /// What layers before have spoilt is made good as far as the inputs tell of it.
    #[test]
    fn errors_of_earlier_layers_are_made_good() {
        let x = inputs();
        let weights: Vec<_> = (0..OUTPUTS * INPUTS).map(|i| noise(i * 13 + 5)).collect();
        let bias = vec![0.0; OUTPUTS];
        // As if the layer should see larger inputs than it does, and moved ones.
        let larger: Vec<_> = x.iter().map(|x| 1.1 * x + 0.3).collect();
        let wanted = forward(&larger, &weights, &bias);
        let got = forward(&x, &weights, &bias);
        let missing: Vec<_> = wanted.iter().zip(&got).map(|(w, g)| w - g).collect();
        let blind = Fit::new(&x, &vec![0.0; got.len()], INPUTS, OUTPUTS);
        let fit = Fit::new(&x, &missing, INPUTS, OUTPUTS);
        let errors = [blind, fit].map(|fit| {
            let layer = fit.round(&weights, &bias);
            squared_error(&layer, &x, &wanted)
        });
        assert!(errors[1] < 0.02 * errors[0], "{errors:?}");
    }

    #[test]
    fn no_inputs_to_fit_to_is_plain_rounding() {
        let weights: Vec<_> = (0..32).map(noise).collect();
        let fit = |x: &[f32]| Fit::new(x, &vec![0.0; x.len() / 2], 8, 4);
        let layer = fit(&[0.0; 16]).round(&weights, &[1.0; 4]);
        let back = int8::dequantize_rows(&layer.rows.values, &layer.rows.scales);
        for (i, (w, v)) in weights.iter().zip(&back).enumerate() {
            assert!((w - v).abs() <= layer.rows.scales[i / 8] * 0.5001);
        }
        assert_eq!(layer.bias, [1.0; 4]);
        let zeros = fit(&[1.0; 8]).round(&[0.0; 32], &[0.5; 4]);
        assert_eq!(zeros.rows.values, [0; 32]);
        assert_eq!(zeros.bias, [0.5; 4]);
    }
}
