//! Rounding weights so that the output of a layer changes as little as it can.
//!
//! GPTQ ("GPTQ: Accurate Post-Training Quantization for Generative Pre-trained Transformers",
//! arXiv 2210.17323): the weights of an output channel are rounded one after the other, and what
//! the rounding of one does to the output, over calibration inputs, is made good by those that
//! are not rounded yet. Largest inputs first.

use semblance_encoder::int8::Int8Rows;
use semblance_kernels::weight_scale;

/// What is added to the diagonal of the inputs' products, as a share of its mean, so that the
/// fit does not lean on what the few calibration texts happen to have in common.
const DAMPING: f64 = 0.02;

/// How the error of rounding one weight spreads over the later ones.
pub(crate) struct Spread {
    /// Inputs in the order in which their weights are rounded.
    order: Vec<usize>,
    /// `[inputs, inputs]`, upper triangular, rows and columns in that order: `U` with
    /// `H⁻¹ = Uᵀ · U` for the products `H = Xᵀ · X` of the inputs.
    upper: Vec<f64>,
}

impl Spread {
    /// From calibration inputs `x`, `[tokens, inputs]`, row-major, each channel times its scale.
    pub(crate) fn new(x: &[f32], scales: &[f32]) -> Self {
        let n = scales.len();
        let mut products = products(x, scales);
        let mean = (0..n).map(|c| products[c * n + c]).sum::<f64>() / n as f64;
        // An input that is always 0 must not make the matrix singular.
        let damping = if mean > 0.0 { DAMPING * mean } else { 1.0 };
        (0..n).for_each(|c| products[c * n + c] += damping);
        let mut order: Vec<_> = (0..n).collect();
        order.sort_by(|a, b| products[b * n + b].total_cmp(&products[a * n + a]));
        let ordered = |i: usize, j: usize| products[order[i] * n + order[j]];
        let upper = inverse_factor(n, ordered);
        Self { order, upper }
    }

    /// Rounds `weights`, `[outputs, inputs]`, row-major, already divided by the scales.
    pub(crate) fn round(&self, weights: &[f32]) -> Int8Rows {
        let n = self.order.len();
        let mut rows = Int8Rows {
            values: Vec::with_capacity(weights.len()),
            scales: Vec::with_capacity(weights.len() / n),
        };
        for row in weights.chunks_exact(n) {
            let mut scale = match weight_scale(row) {
                scale if scale.is_normal() => scale,
                _ => 1.0,
            };
            let mut values = self.round_row(row, scale);
            // What later weights make good may carry them beyond what the fastest kernels take.
            while !fits(&values) {
                scale *= 1.01;
                values = self.round_row(row, scale);
            }
            rows.values.extend(values);
            rows.scales.push(scale);
        }
        rows
    }

    fn round_row(&self, row: &[f32], scale: f32) -> Vec<i8> {
        let n = self.order.len();
        let mut left: Vec<f64> = self.order.iter().map(|c| f64::from(row[*c])).collect();
        let scale = f64::from(scale);
        let mut values = vec![0; n];
        for (i, upper) in self.upper.chunks_exact(n).enumerate() {
            let value = (left[i] / scale).round().clamp(-127.0, 127.0);
            values[self.order[i]] = value as i8;
            let error = (left[i] - value * scale) / upper[i];
            let later = left[i..].iter_mut().zip(&upper[i..]);
            later.for_each(|(w, u)| *w -= error * u);
        }
        values
    }
}

/// Whether the scale that the kernels would choose for these integers is 1, give or take the
/// rounding that they leave room for.
fn fits(values: &[i8]) -> bool {
    let values: Vec<_> = values.iter().map(|value| f32::from(*value)).collect();
    weight_scale(&values) <= 258.0 / 256.0
}

/// `Xᵀ · X` in f64, `[inputs, inputs]`.
fn products(x: &[f32], scales: &[f32]) -> Vec<f64> {
    let n = scales.len();
    let mut products = vec![0.0; n * n];
    // Sums of a few tokens in f32, so that the inner loop is short and quick.
    for tokens in x.chunks(16 * n) {
        let columns: Vec<[f32; 16]> = (0..n)
            .map(|c| {
                let mut column = [0.0; 16];
                let values = tokens[c..].iter().step_by(n);
                column
                    .iter_mut()
                    .zip(values)
                    .for_each(|(to, x)| *to = x * scales[c]);
                column
            })
            .collect();
        for (i, row) in products.chunks_exact_mut(n).enumerate() {
            let a = &columns[i];
            for (b, sum) in columns.iter().zip(row).skip(i) {
                let mut parts = [0.0; 4];
                for k in 0..16 {
                    parts[k % 4] += a[k] * b[k];
                }
                *sum += f64::from(parts[0] + parts[1] + parts[2] + parts[3]);
            }
        }
    }
    for i in 0..n {
        (0..i).for_each(|j| products[i * n + j] = products[j * n + i]);
    }
    products
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
    for (i, row) in u.chunks_exact_mut(n).enumerate() {
        let mut rest = vec![0.0; n];
        rest[i] = 1.0;
        for j in i..n {
            let value = rest[j] / r[j * n + j];
            row[j] = value;
            let line = rest[j..].iter_mut().zip(&r[j * n + j..(j + 1) * n]);
            line.for_each(|(rest, r)| *rest -= value * r);
        }
    }
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

    fn noise(i: usize) -> f32 {
        ((i * 7919) % 1009) as f32 / 504.5 - 1.0
    }

    #[test]
    fn the_factor_belongs_to_the_inverse() {
        for n in [1, 2, 7, 20] {
            let x: Vec<_> = (0..n * (n + 3)).map(noise).collect();
            let mut a = products(&x, &vec![1.0; n]);
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

    /// Over inputs like those it was fitted to, the output is nearer than after plain rounding.
    #[test]
    fn fitted_rounding_beats_plain_rounding() {
        let (n, outputs) = (24, 10);
        // Inputs that lean on six hidden causes.
        let causes = |i: usize| noise(i * 3 + 1);
        let x: Vec<_> = (0..200 * n)
            .map(|i| {
                let (token, c) = (i / n, i % n);
                let sum: f32 = (0..6)
                    .map(|k| causes(token * 6 + k) * noise(c * 6 + k + 17))
                    .sum();
                sum + 0.1 * noise(i * 5 + 2)
            })
            .collect();
        let weights: Vec<_> = (0..outputs * n).map(|i| noise(i * 13 + 5)).collect();
        let scales = vec![1.0; n];
        let fitted = Spread::new(&x, &scales).round(&weights);
        let plain = int8::quantize_rows(&weights, n);
        let error = |rows: &Int8Rows| -> f64 {
            let rounded = int8::dequantize_rows(&rows.values, &rows.scales);
            let mut sum = 0.0;
            for token in x.chunks_exact(n) {
                for (w, v) in weights.chunks_exact(n).zip(rounded.chunks_exact(n)) {
                    let y: f32 = (0..n).map(|c| token[c] * (w[c] - v[c])).sum();
                    sum += f64::from(y * y);
                }
            }
            sum
        };
        assert!(
            error(&fitted) < 0.7 * error(&plain),
            "{} {}",
            error(&fitted),
            error(&plain)
        );
        for row in fitted.values.chunks_exact(n) {
            assert!(fits(row));
        }
    }

    #[test]
    fn no_inputs_to_fit_to_is_plain_rounding() {
        let weights: Vec<_> = (0..32).map(noise).collect();
        let rows = Spread::new(&[0.0; 16], &[1.0; 8]).round(&weights);
        let back = int8::dequantize_rows(&rows.values, &rows.scales);
        for (i, (w, v)) in weights.iter().zip(&back).enumerate() {
            assert!((w - v).abs() <= rows.scales[i / 8] * 0.5001);
        }
        assert_eq!(
            Spread::new(&[1.0; 8], &[1.0; 8]).round(&[0.0; 8]).values,
            [0; 8]
        );
    }
}
