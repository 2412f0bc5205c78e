//! The search for the `k` nearest neighbours of every vector: all pairs, or the promising ones.

mod descent;
mod exact;
mod forest;
pub(crate) mod products;
mod ranker;

use descent::Descent;
use exact::Exact;
pub(crate) use exact::{TOO_COARSE, WARM};
pub(crate) use ranker::Ranker;

use crate::metric::Metric;
use crate::{AnalysisError, NeighborGraph, Vectors};

/// Most neighbours that are kept of each vector.
pub const MAX_NEIGHBORS: usize = 1_000;

/// Most vectors whose neighbours [`NeighborSearch::by_size`] finds exactly.
pub const EXACT_LIMIT: usize = 20_000;

/// Multiply-adds of a step: 5 to 30 ms in a browser.
pub(crate) const BUDGET: usize = 1 << 28;

/// What a pair costs beside its product, in multiply-adds.
pub(crate) const WORK_PER_PAIR: usize = 24;

/// The search for all neighbours in steps, so that a worker can report how far it is and hear that
/// it should stop.
#[derive(Debug, Clone)]
pub struct NeighborSearch {
    metric: Metric,
    k: usize,
    way: Way,
}

#[derive(Debug, Clone)]
enum Way {
    Exact(Box<Exact>),
    Descent(Box<Descent>),
}

impl NeighborSearch {
    /// Begins an exact search for the `k` nearest neighbours of each vector: what
    /// [`nearest`](crate::nearest) finds for each, ties included. It compares every pair.
    ///
    /// # Errors
    /// [`AnalysisError::TooMany`] when `k` is beyond [`MAX_NEIGHBORS`].
    pub fn new(vectors: &Vectors, k: usize, metric: Metric) -> Result<Self, AnalysisError> {
        let k = check(vectors, k)?;
        let way = Way::Exact(Box::new(Exact::new(vectors, k, metric)));
        Ok(Self { metric, k, way })
    }

    /// Begins an approximate search, whose work grows little faster than the number of vectors:
    /// nearest-neighbour descent (Dong, Moses & Li 2011, "Efficient k-nearest neighbor graph
    /// construction for generic similarity measures") from a forest of random projection trees
    /// (Dasgupta & Freund 2008), both as in PyNNDescent. The scores are exact; what may be missing
    /// are neighbours, see [`NeighborGraph::recall_sample`]. The same seed gives the same graph.
    ///
    /// # Errors
    /// As [`NeighborSearch::new`].
    pub fn approximate(
        vectors: &Vectors,
        k: usize,
        metric: Metric,
        seed: u64,
    ) -> Result<Self, AnalysisError> {
        let k = check(vectors, k)?;
        let way = Way::Descent(Box::new(Descent::new(vectors, k, metric, seed)));
        Ok(Self { metric, k, way })
    }

    /// Begins an exact search up to [`EXACT_LIMIT`] vectors, and an approximate one above.
    ///
    /// # Errors
    /// As [`NeighborSearch::new`].
    pub fn by_size(
        vectors: &Vectors,
        k: usize,
        metric: Metric,
        seed: u64,
    ) -> Result<Self, AnalysisError> {
        if vectors.len() <= EXACT_LIMIT {
            Self::new(vectors, k, metric)
        } else {
            Self::approximate(vectors, k, metric, seed)
        }
    }

    /// Neighbours of each vector that are sought.
    pub fn k(&self) -> usize {
        self.k
    }

    /// Whether the search compares every pair.
    pub fn is_exact(&self) -> bool {
        matches!(self.way, Way::Exact(_))
    }

    /// Works for some 5 to 30 ms; false when all is done. `vectors` must be those the search began
    /// with.
    pub fn step(&mut self, vectors: &Vectors) -> bool {
        match &mut self.way {
            Way::Exact(search) => search.step(vectors),
            Way::Descent(search) => search.step(vectors),
        }
    }

    /// Share of the work done, 0 to 1; an estimate where the search is approximate.
    pub fn progress(&self) -> f32 {
        match &self.way {
            Way::Exact(search) => search.progress(),
            Way::Descent(search) => search.progress(),
        }
    }

    /// The neighbours; does first what is left to do.
    pub fn finish(mut self, vectors: &Vectors) -> NeighborGraph {
        while self.step(vectors) {}
        let (metric, k) = (self.metric, self.k);
        match self.way {
            Way::Exact(search) => NeighborGraph::from_lists(metric, k, search.into_lists()),
            Way::Descent(search) => NeighborGraph::from_lists(metric, k, search.into_lists()),
        }
    }
}

/// `k`, or as many as there are others.
fn check(vectors: &Vectors, k: usize) -> Result<usize, AnalysisError> {
    if k > MAX_NEIGHBORS {
        return Err(AnalysisError::TooMany {
            what: "a neighbour list",
            rows: k,
            limit: MAX_NEIGHBORS,
        });
    }
    Ok(k.min(vectors.len().saturating_sub(1)))
}

/// A neighbour, and the metric's value for it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Near {
    pub(crate) index: u32,
    pub(crate) score: f32,
}

impl Near {
    /// Puts it in its place in a list of the `k` nearest, equally near ones by index.
    #[inline]
    fn insert(self, list: &mut Vec<Self>, k: usize, metric: Metric) {
        let before = |other: &Self| {
            let order = metric.nearer_first(other.score, self.score);
            order.then(other.index.cmp(&self.index)).is_lt()
        };
        if list.len() == k && list.last().is_none_or(before) {
            return;
        }
        // From the end: most come late in the list.
        let after = list.iter().rev().take_while(|other| !before(other));
        let at = list.len() - after.count();
        list.insert(at, self);
        list.truncate(k);
    }
}
