//! Axes of one's own: from one set of texts to another ("cheap" to "expensive").

use crate::product::dot;
use crate::vectors::MIN_NORM;
use crate::{AnalysisError, Vectors};

/// A direction from the middle of one set of vectors to the middle of another.
///
/// Coordinates along it are −1 at the first middle, 1 at the second and 0 half way. Two axes need
/// not be at right angles: [`Axis::cosine`] says how alike they are.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    /// Half way between the middles, `[d]`.
    origin: Vec<f64>,
    /// From the first middle to the second, over half the square of its length; `[d]`.
    direction: Vec<f32>,
}

impl Axis {
    /// The axis from the middle of `from` to the middle of `to`.
    ///
    /// # Errors
    /// [`AnalysisError::EmptySet`] when either has no vectors (the TensorFlow Projector lets a
    /// random direction in there), [`AnalysisError::SameMiddle`] when both have the same middle, or
    /// when the dimensions differ.
    pub fn between(from: &Vectors, to: &Vectors) -> Result<Self, AnalysisError> {
        from.check_dimensions(to.dimensions())?;
        for (set, vectors) in [("start", from), ("end", to)] {
            if vectors.is_empty() {
                return Err(AnalysisError::EmptySet { set });
            }
        }
        let (start, end) = (from.mean(), to.mean());
        let difference: Vec<f64> = end.iter().zip(&start).map(|(b, a)| b - a).collect();
        let square: f64 = difference.iter().map(|x| x * x).sum();
        let size: f64 = start.iter().chain(&end).map(|x| x * x).sum();
        // Nearer than what counts as zero for vectors: what is over it would not fit into numbers.
        let least = f64::from(MIN_NORM).powi(2);
        if square <= (1e-12 * size).max(least) {
            return Err(AnalysisError::SameMiddle);
        }
        Ok(Self {
            origin: start.iter().zip(&end).map(|(a, b)| (a + b) / 2.0).collect(),
            direction: difference
                .iter()
                .map(|x| (2.0 * x / square) as f32)
                .collect(),
        })
    }

    /// Coordinate of each vector, `[n]`.
    ///
    /// # Errors
    /// [`AnalysisError::WrongDimensions`].
    pub fn coordinates(&self, vectors: &Vectors) -> Result<Vec<f32>, AnalysisError> {
        vectors.check_dimensions(self.origin.len())?;
        let mut centred = vec![0f32; self.origin.len()];
        let coordinate = |row: &[f32]| {
            for ((c, &x), &o) in centred.iter_mut().zip(row).zip(&self.origin) {
                *c = (f64::from(x) - o) as f32;
            }
            dot(&centred, &self.direction)
        };
        Ok(vectors.rows().map(coordinate).collect())
    }

    /// Cosine of the angle between two axes: near ±1 they show the same.
    ///
    /// # Errors
    /// [`AnalysisError::WrongDimensions`].
    pub fn cosine(&self, other: &Self) -> Result<f32, AnalysisError> {
        if self.direction.len() != other.direction.len() {
            return Err(AnalysisError::WrongDimensions {
                expected: self.direction.len(),
                found: other.direction.len(),
            });
        }
        // Not as of vectors of texts: a direction is as short as its axis is long, and the other
        // way round, beyond the limits that those have. In f64 no square leaves the range of f32.
        let product = |a: &Self, b: &Self| -> f64 {
            let pairs = a.direction.iter().zip(&b.direction);
            pairs.map(|(x, y)| f64::from(*x) * f64::from(*y)).sum()
        };
        let norm = (product(self, self) * product(other, other)).sqrt();
        Ok((product(self, other) / norm).clamp(-1.0, 1.0) as f32)
    }
}

/// Coordinates of all vectors along several axes, `[n, axes]`, row-major: a map to draw.
///
/// # Errors
/// [`AnalysisError::WrongDimensions`].
pub fn project_onto_axes(vectors: &Vectors, axes: &[Axis]) -> Result<Vec<f32>, AnalysisError> {
    let mut map = vec![0.0; vectors.len() * axes.len()];
    for (at, axis) in axes.iter().enumerate() {
        for (i, x) in axis.coordinates(vectors)?.into_iter().enumerate() {
            map[i * axes.len() + at] = x;
        }
    }
    Ok(map)
}
