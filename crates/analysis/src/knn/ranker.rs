//! Ranking all vectors by how near they are to some of them.

use crate::Vectors;
use crate::metric::Metric;
use crate::product::product;
use crate::units::Units;

/// Columns that are worked out at once.
const BLOCK: usize = 96;

/// Values by which all vectors can be ranked from some of them; higher is nearer. They carry the
/// error of the products: 6e-4 at most for cosines, typically 1e-5.
#[derive(Debug)]
pub(crate) struct Ranker<'a> {
    vectors: &'a Vectors,
    metric: Metric,
    units: Option<Units>,
}

impl<'a> Ranker<'a> {
    pub(crate) fn new(vectors: &'a Vectors, metric: Metric) -> Self {
        let near_unit = |norm: &f32| (norm - 1.0).abs() <= 1e-4;
        let units = metric == Metric::Cosine || vectors.norms().iter().all(near_unit);
        Self {
            vectors,
            metric,
            units: units.then(|| Units::new(vectors)),
        }
    }

    /// `[rows, n]`.
    pub(crate) fn values(&self, rows: &[usize]) -> Vec<f32> {
        let (n, d) = (self.vectors.len(), self.vectors.dimensions());
        let mut values = vec![0f32; rows.len() * n];
        if let Some(units) = &self.units {
            let chosen: Vec<_> = rows
                .iter()
                .flat_map(|&i| units.rows(i..i + 1))
                .copied()
                .collect();
            let mut dots = vec![0i32; rows.len() * BLOCK];
            for left in (0..n).step_by(BLOCK) {
                let width = (left + BLOCK).min(n) - left;
                let dots = &mut dots[..rows.len() * width];
                units.product(&chosen, units.rows(left..left + width), dots);
                for (row, dots) in values.chunks_exact_mut(n).zip(dots.chunks_exact(width)) {
                    row[left..]
                        .iter_mut()
                        .zip(dots)
                        .for_each(|(value, &dot)| *value = dot as f32);
                }
            }
            return values;
        }
        let chosen: Vec<f32> = rows
            .iter()
            .flat_map(|&i| self.vectors.row(i))
            .copied()
            .collect();
        product(&chosen, self.vectors.as_flat(), d, &mut values);
        if self.metric == Metric::Euclidean {
            for row in values.chunks_exact_mut(n) {
                row.iter_mut()
                    .zip(self.vectors.norms())
                    .for_each(|(x, &b)| *x -= 0.5 * b * b);
            }
        }
        values
    }
}
