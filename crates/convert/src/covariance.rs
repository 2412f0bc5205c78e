//! How the channels of activations vary together.

use semblance_kernels::{MatmulWorkspace, matmul_transposed};

use crate::parallel::by_rows;

/// Tokens whose products are summed in f32 before they are added up in f64.
const TOKENS: usize = 512;
/// Rows of the result that are computed together.
const ROWS: usize = 64;

/// Activations `[tokens, channels]`, row-major, and the mean of each channel.
pub(crate) struct Centred<'a> {
    x: &'a [f32],
    /// `[channels]`.
    pub(crate) means: Vec<f64>,
}

impl<'a> Centred<'a> {
    pub(crate) fn new(x: &'a [f32], channels: usize) -> Self {
        let mut means = vec![0.0; channels];
        for token in x.chunks_exact(channels) {
            let channels = means.iter_mut().zip(token);
            channels.for_each(|(mean, x)| *mean += f64::from(*x));
        }
        let tokens = (x.len() / channels).max(1) as f64;
        means.iter_mut().for_each(|mean| *mean /= tokens);
        Self { x, means }
    }

    fn channels(&self) -> usize {
        self.means.len()
    }

    /// The tokens from number `first` on, at most [`TOKENS`], less the means: `[channels, tokens]`,
    /// row-major.
    fn transposed(&self, first: usize) -> Vec<f32> {
        let channels = self.channels();
        let x = &self.x[first * channels..];
        let tokens = (x.len() / channels).min(TOKENS);
        let mut out = vec![0.0; channels * tokens];
        by_rows(&mut out, tokens, |first, out| {
            for (row, out) in out.chunks_exact_mut(tokens).enumerate() {
                let (channel, mean) = (first + row, self.means[first + row]);
                let values = x[channel..].iter().step_by(channels);
                for (out, x) in out.iter_mut().zip(values) {
                    *out = (f64::from(*x) - mean) as f32;
                }
            }
        });
        out
    }

    /// `Σ (x − mean of x) · (y − mean of y)` over the tokens, `[channels of self, channels of y]`,
    /// row-major.
    pub(crate) fn products(&self, y: &Centred<'_>) -> Vec<f64> {
        self.products_from(y, |_| 0)
    }

    /// [`products`](Self::products) with itself.
    pub(crate) fn squares(&self) -> Vec<f64> {
        let n = self.channels();
        // The matrix is symmetric: each block of rows begins at the diagonal.
        let mut sums = self.products_from(self, |row| row);
        for i in 0..n {
            (0..i).for_each(|j| sums[i * n + j] = sums[j * n + i]);
        }
        sums
    }

    /// The products of each row of the result from column `start(row)` on; `start` is called for
    /// the first row of a block.
    fn products_from(&self, y: &Centred<'_>, start: impl Fn(usize) -> usize + Sync) -> Vec<f64> {
        let (rows, columns) = (self.channels(), y.channels());
        let mut sums = vec![0.0; rows * columns];
        let tokens = self.x.len() / rows;
        for first in (0..tokens).step_by(TOKENS) {
            let (x, y) = (self.transposed(first), y.transposed(first));
            let tokens = x.len() / rows;
            by_rows(&mut sums, columns, |first, sums| {
                let mut workspace = MatmulWorkspace::default();
                let mut part = vec![0.0; ROWS * columns];
                for (block, sums) in sums.chunks_mut(ROWS * columns).enumerate() {
                    let (row, count) = (first + block * ROWS, sums.len() / columns);
                    let (start, width) = (start(row), columns - start(row));
                    let (x, y) = (&x[row * tokens..][..count * tokens], &y[start * tokens..]);
                    let part = &mut part[..count * width];
                    matmul_transposed(x, y, (count, width, tokens), part, &mut workspace);
                    for (sums, part) in sums.chunks_mut(columns).zip(part.chunks(width)) {
                        let sums = sums[start..].iter_mut().zip(part);
                        sums.for_each(|(sum, part)| *sum += f64::from(*part));
                    }
                }
            });
        }
        sums
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_those_of_the_definition() {
        let noise = |i: usize| ((i * 7919) % 1009) as f32 / 504.5 - 0.3;
        for (tokens, n, m) in [(1, 1, 1), (3, 5, 2), (600, 9, 70)] {
            let x: Vec<_> = (0..tokens * n).map(noise).collect();
            let y: Vec<_> = (0..tokens * m).map(|i| noise(i * 3 + 1)).collect();
            let (a, b) = (Centred::new(&x, n), Centred::new(&y, m));
            let products = a.products(&b);
            let (squares, same) = (b.squares(), b.products(&b));
            let differences = squares.iter().zip(&same).map(|(x, y)| (x - y).abs());
            assert!(differences.fold(0.0, f64::max) < 1e-5 * tokens as f64);
            for i in 0..n {
                for j in 0..m {
                    let terms = (0..tokens).map(|t| {
                        let x = f64::from(x[t * n + i]) - a.means[i];
                        x * (f64::from(y[t * m + j]) - b.means[j])
                    });
                    let expected: f64 = terms.sum();
                    let error = (products[i * m + j] - expected).abs();
                    assert!(error < 1e-5 * tokens as f64, "{i}, {j}: {error}");
                }
            }
        }
    }
}
