//! Ways to say how near two vectors are.

use std::cmp::Ordering;

use crate::Vectors;
use crate::product::{dot, dots};
use crate::similarity::score;

/// What "near" means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Metric {
    /// Cosine similarity, −1 to 1; higher is nearer.
    #[default]
    Cosine,
    /// Euclidean distance, from 0; lower is nearer.
    Euclidean,
    /// Dot product; higher is nearer.
    Dot,
}

impl Metric {
    /// Value of the metric for vector `i` of `a` and vector `j` of `b`, of the same dimensions.
    pub(crate) fn score(self, a: &Vectors, i: usize, b: &Vectors, j: usize) -> f32 {
        let (x, y) = (a.row(i), b.row(j));
        match self {
            Self::Cosine => score(a, i, b, j, dot(x, y)),
            Self::Euclidean => euclidean(x, y),
            Self::Dot => dot(x, y),
        }
    }

    /// Values of the metric for vector `i` and some others of the same: those that
    /// [`Metric::score`] gives, bit for bit.
    pub(crate) fn scores<const N: usize>(
        self,
        vectors: &Vectors,
        i: usize,
        others: [u32; N],
    ) -> [f32; N] {
        let (row, rows) = (vectors.row(i), others.map(|j| vectors.row(j as usize)));
        match self {
            Self::Euclidean => rows.map(|other| euclidean(row, other)),
            Self::Dot => dots(row, rows),
            Self::Cosine => {
                let dots = dots(row, rows);
                std::array::from_fn(|at| score(vectors, i, vectors, others[at] as usize, dots[at]))
            }
        }
    }

    /// Orders two values of the metric, the nearer first.
    pub fn nearer_first(self, a: f32, b: f32) -> Ordering {
        match self {
            Self::Euclidean => a.total_cmp(&b),
            Self::Cosine | Self::Dot => b.total_cmp(&a),
        }
    }
}

/// Euclidean distance, from differences rather than norms: exact for near-duplicates.
pub(crate) fn euclidean(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0f32; 4];
    let (a4, b4) = (a.as_chunks::<4>(), b.as_chunks::<4>());
    for (x, y) in a4.0.iter().zip(b4.0) {
        for lane in 0..4 {
            let difference = x[lane] - y[lane];
            sums[lane] += difference * difference;
        }
    }
    for (lane, (x, y)) in a4.1.iter().zip(b4.1).enumerate() {
        let difference = x - y;
        sums[lane] += difference * difference;
    }
    ((sums[0] + sums[2]) + (sums[1] + sums[3])).sqrt()
}
