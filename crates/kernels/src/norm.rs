//! Layer normalisation.

use crate::ShapeError;
use crate::lanes::{Lanes, Native};
use crate::math::{fold, fold_map, map, map3};

/// Layer normalisation over the last dimension: `(x − mean) / √(variance + ε) · γ + β`, the
/// variance being that of the population.
///
/// Mean first, then the variance of the differences, so that no digits cancel: absolute error
/// below 1e-6 · |γ| · (1 + |normalised x|) for up to 4,096 features whose mean is not
/// far larger than their spread.
#[derive(Clone, Debug)]
pub struct LayerNorm {
    gamma: Vec<f32>,
    beta: Vec<f32>,
    epsilon: f32,
}

impl LayerNorm {
    /// `gamma` and `beta`: `[features]`; `epsilon` as in the model's configuration.
    ///
    /// # Errors
    /// If they are empty or not equally long.
    pub fn new(gamma: Vec<f32>, beta: Vec<f32>, epsilon: f32) -> Result<Self, ShapeError> {
        if gamma.is_empty() {
            return Err(ShapeError::Empty);
        }
        ShapeError::check("layer norm β", gamma.len(), beta.len())?;
        Ok(Self {
            gamma,
            beta,
            epsilon,
        })
    }

    /// The length of the rows that it normalises.
    pub fn features(&self) -> usize {
        self.gamma.len()
    }

    /// Normalises every row of `x`, `[tokens, features]`, row-major, in place.
    ///
    /// # Panics
    /// If `x` is not a whole number of rows.
    pub fn apply(&self, x: &mut [f32]) {
        assert!(x.len().is_multiple_of(self.features()), "rows cut short");
        for row in x.chunks_exact_mut(self.features()) {
            self.row_with::<Native>(row);
        }
    }

    /// What [`apply`](Self::apply) multiplies a row's differences from their mean by, before γ:
    /// `1 / √(variance + ε)`.
    ///
    /// # Panics
    /// If the row has not [`features`](Self::features) values.
    pub fn scale(&self, row: &[f32]) -> f32 {
        assert_eq!(row.len(), self.features(), "length of the row");
        let count = row.len() as f64;
        let mean = row.iter().map(|&x| f64::from(x)).sum::<f64>() / count;
        let squares = row.iter().map(|&x| (f64::from(x) - mean).powi(2));
        let variance = squares.sum::<f64>() / count;
        (1.0 / (variance + f64::from(self.epsilon)).sqrt()) as f32
    }

    /// What becomes of a part of a row when the statistics of the whole row are held:
    /// `(part − its mean) · scale · γ`, in place. What becomes of parts that sum to a row sums to
    /// what becomes of the row, less β.
    ///
    /// # Panics
    /// If the part has not [`features`](Self::features) values.
    pub fn apply_part(&self, part: &mut [f32], scale: f32) {
        assert_eq!(part.len(), self.features(), "length of the part");
        let mean = sum::<Native>(part) / part.len() as f32;
        for (x, gamma) in part.iter_mut().zip(&self.gamma) {
            *x = (*x - mean) * scale * gamma;
        }
    }

    /// Normalises one row in the twin `L`.
    #[inline(always)]
    pub(crate) fn row_with<L: Lanes>(&self, row: &mut [f32]) {
        let count = row.len() as f32;
        let mean = L::splat(sum::<L>(row) / count);
        map::<L>(row, |x| x.map(|x| L::sub(x, mean)));
        let squares = fold_map::<L>(row, 0.0, 0.0, |sum, x| L::mul_add(x, x, sum), L::add);
        let scale = L::splat(1.0 / (L::sum(squares) / count + self.epsilon).sqrt());
        map3::<L>(row, &self.gamma, &self.beta, |x, gamma, beta| {
            L::mul_add(L::mul(x, scale), gamma, beta)
        });
    }
}

/// The sum of a row.
#[inline(always)]
fn sum<L: Lanes>(row: &[f32]) -> f32 {
    L::sum(fold::<L>(row, 0.0, 0.0, L::add))
}

#[cfg(test)]
mod tests {
    use super::LayerNorm;

    #[test]
    fn parts_sum_to_the_whole() {
        for features in [1, 7, 64] {
            let values = |seed: usize| (0..features).map(move |i| ((i * seed) % 11) as f32 - 4.0);
            let beta: Vec<f32> = values(5).collect();
            let norm = LayerNorm::new(values(3).collect(), beta.clone(), 1e-3).unwrap();
            let mut parts = [7, 8, 9].map(|seed| values(seed).collect::<Vec<_>>());
            let sum = |parts: &[Vec<f32>; 3]| -> Vec<f32> {
                let sum = |i: usize| parts.iter().map(|part| part[i]).sum();
                (0..features).map(sum).collect()
            };
            let mut whole = sum(&parts);
            let scale = norm.scale(&whole);
            norm.apply(&mut whole);
            for part in &mut parts {
                norm.apply_part(part, scale);
            }
            for ((found, beta), expected) in sum(&parts).iter().zip(&beta).zip(&whole) {
                assert!((found + beta - expected).abs() < 1e-4, "{features}");
            }
        }
    }
}
