//! The nearest neighbours of every vector, as a graph.

use crate::knn::Near;
use crate::metric::Metric;
use crate::similarity::nearest;
use crate::{AnalysisError, NeighborSearch, Vectors};

/// For each of `n` vectors its `k` nearest others, nearest first; fewer than asked for where there
/// are not so many.
#[derive(Debug, Clone, PartialEq)]
pub struct NeighborGraph {
    metric: Metric,
    n: usize,
    k: usize,
    indices: Vec<u32>,
    scores: Vec<f32>,
}

impl NeighborGraph {
    /// The exact neighbours of every vector. [`NeighborSearch`] does the same in steps.
    ///
    /// # Errors
    /// [`AnalysisError::TooMany`] when `k` is beyond [`MAX_NEIGHBORS`](crate::MAX_NEIGHBORS).
    pub fn exact(vectors: &Vectors, k: usize, metric: Metric) -> Result<Self, AnalysisError> {
        let mut search = NeighborSearch::new(vectors, k, metric)?;
        while search.step(vectors) {}
        Ok(search.finish(vectors))
    }

    /// A graph from lists of `k` each, nearest first.
    pub(crate) fn from_lists(
        metric: Metric,
        k: usize,
        lists: impl ExactSizeIterator<Item = Vec<Near>>,
    ) -> Self {
        let n = lists.len();
        let mut graph = Self {
            metric,
            n,
            k,
            indices: Vec::with_capacity(n * k),
            scores: Vec::with_capacity(n * k),
        };
        for list in lists {
            debug_assert_eq!(list.len(), k);
            graph.indices.extend(list.iter().map(|near| near.index));
            graph.scores.extend(list.iter().map(|near| near.score));
        }
        graph
    }

    /// Count of vectors.
    pub fn len(&self) -> usize {
        self.n
    }

    /// Whether there are no vectors.
    pub fn is_empty(&self) -> bool {
        self.n == 0
    }

    /// Neighbours of each vector: what was asked for, at most `n − 1`.
    pub fn k(&self) -> usize {
        self.k
    }

    /// What "near" meant.
    pub fn metric(&self) -> Metric {
        self.metric
    }

    /// All neighbours, `[n, k]`, row-major.
    pub fn indices(&self) -> &[u32] {
        &self.indices
    }

    /// The metric's value for each of [`NeighborGraph::indices`], `[n, k]`.
    pub fn scores(&self) -> &[f32] {
        &self.scores
    }

    /// Neighbours of vector `i`, nearest first.
    ///
    /// # Panics
    /// When there is no such vector.
    pub fn of(&self, i: usize) -> &[u32] {
        &self.indices[i * self.k..(i + 1) * self.k]
    }

    /// The metric's value for each neighbour of vector `i`.
    ///
    /// # Panics
    /// When there is no such vector.
    pub fn scores_of(&self, i: usize) -> &[f32] {
        &self.scores[i * self.k..(i + 1) * self.k]
    }

    /// The graph with at most `k` neighbours of each.
    pub fn truncated(&self, k: usize) -> Self {
        let k = k.min(self.k);
        let cut = |i: usize| i * self.k..i * self.k + k;
        Self {
            metric: self.metric,
            n: self.n,
            k,
            indices: (0..self.n)
                .flat_map(|i| self.indices[cut(i)].iter().copied())
                .collect(),
            scores: (0..self.n)
                .flat_map(|i| self.scores[cut(i)].iter().copied())
                .collect(),
        }
    }

    /// Share of the neighbours in `exact` that this graph has too, 0 to 1; 1 when there are none.
    pub fn recall(&self, exact: &Self) -> f64 {
        let k = self.k.min(exact.k);
        let n = self.n.min(exact.n);
        let kept = |i: usize| {
            exact.of(i)[..k]
                .iter()
                .filter(|index| self.of(i)[..k].contains(index))
                .count()
        };
        if n * k == 0 {
            1.0
        } else {
            (0..n).map(kept).sum::<usize>() as f64 / (n * k) as f64
        }
    }

    /// [`NeighborGraph::recall`] of some `sample` vectors, evenly spread, against the exact
    /// neighbours of these among `vectors`, which the graph must be of. Each takes a pass over
    /// all vectors.
    pub fn recall_sample(&self, vectors: &Vectors, sample: usize) -> f64 {
        let n = self.n.min(vectors.len());
        let sample = sample.min(n);
        let (mut kept, mut all) = (0, 0);
        for at in 0..sample {
            let i = at * n / sample;
            let exact = nearest(vectors, i, self.k, self.metric).unwrap_or_default();
            all += exact.len();
            let found = self.of(i);
            kept += exact
                .iter()
                .filter(|near| found.contains(&(near.index as u32)))
                .count();
        }
        if all == 0 {
            1.0
        } else {
            kept as f64 / all as f64
        }
    }
}
