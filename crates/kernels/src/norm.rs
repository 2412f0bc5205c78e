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

    /// Normalises one row in the twin `L`.
    #[inline(always)]
    pub(crate) fn row_with<L: Lanes>(&self, row: &mut [f32]) {
        let count = row.len() as f32;
        let mean = L::splat(L::sum(fold::<L>(row, 0.0, 0.0, L::add)) / count);
        map::<L>(row, |x| x.map(|x| L::sub(x, mean)));
        let squares = fold_map::<L>(row, 0.0, 0.0, |sum, x| L::mul_add(x, x, sum), L::add);
        let scale = L::splat(1.0 / (L::sum(squares) / count + self.epsilon).sqrt());
        map3::<L>(row, &self.gamma, &self.beta, |x, gamma, beta| {
            L::mul_add(L::mul(x, scale), gamma, beta)
        });
    }
}
