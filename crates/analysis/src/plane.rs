//! Neighbours on a map: points of two or three dimensions, in a k-d tree (Bentley 1975).

use crate::knn::Near;
use crate::metric::{Metric, euclidean};
use crate::{AnalysisError, MAX_NEIGHBORS, Neighbor, NeighborGraph, Vectors};

/// Points in a leaf of the tree: searched one by one.
const LEAF: usize = 12;

/// The exact `k` nearest neighbours of every point of a map, by Euclidean distance, equally near
/// ones by index.
///
/// # Errors
/// [`AnalysisError::TooMany`] when `k` is beyond [`MAX_NEIGHBORS`].
pub fn map_neighbors(map: &Vectors, k: usize) -> Result<NeighborGraph, AnalysisError> {
    if k > MAX_NEIGHBORS {
        return Err(AnalysisError::TooMany {
            what: "a neighbour list",
            rows: k,
            limit: MAX_NEIGHBORS,
        });
    }
    let k = k.min(map.len().saturating_sub(1));
    let tree = Tree::new(map);
    let lists = (0..map.len()).map(|i| {
        let near = |neighbor: Neighbor| Near {
            index: neighbor.index as u32,
            score: neighbor.score,
        };
        let list = tree.nearest(map.row(i), Some(i), k);
        list.into_iter().map(near).collect()
    });
    Ok(NeighborGraph::from_lists(Metric::Euclidean, k, lists))
}

/// A k-d tree in an array: the middle of every range is its fork, split on the axis in which the
/// range is widest.
pub(crate) struct Tree<'a> {
    map: &'a Vectors,
    order: Vec<usize>,
    axes: Vec<u8>,
}

impl<'a> Tree<'a> {
    pub(crate) fn new(map: &'a Vectors) -> Self {
        let mut order: Vec<usize> = (0..map.len()).collect();
        let mut axes = vec![0; map.len()];
        split(map, &mut order, &mut axes);
        Self { map, order, axes }
    }

    /// The `k` points nearest to `point`, but for `skip`, nearest first.
    pub(crate) fn nearest(&self, point: &[f32], skip: Option<usize>, k: usize) -> Vec<Neighbor> {
        let mut found = Vec::with_capacity(k + 1);
        if k > 0 {
            self.search(point, skip, k, 0..self.order.len(), &mut found);
        }
        found
    }

    fn search(
        &self,
        point: &[f32],
        skip: Option<usize>,
        k: usize,
        range: std::ops::Range<usize>,
        found: &mut Vec<Neighbor>,
    ) {
        if range.len() <= LEAF {
            for &index in &self.order[range] {
                self.offer(point, skip, k, index, found);
            }
            return;
        }
        let middle = range.start + range.len() / 2;
        let axis = usize::from(self.axes[middle]);
        let offset = point[axis] - self.map.row(self.order[middle])[axis];
        let (below, above) = (range.start..middle, middle + 1..range.end);
        let (near, far) = if offset < 0.0 {
            (below, above)
        } else {
            (above, below)
        };
        self.search(point, skip, k, near, found);
        self.offer(point, skip, k, self.order[middle], found);
        // Points just as far beyond the fork may come first by index.
        if found.len() < k || offset.abs() <= found[k - 1].score {
            self.search(point, skip, k, far, found);
        }
    }

    fn offer(
        &self,
        point: &[f32],
        skip: Option<usize>,
        k: usize,
        index: usize,
        found: &mut Vec<Neighbor>,
    ) {
        let score = euclidean(point, self.map.row(index));
        let before = |other: &Neighbor| (other.score, other.index) < (score, index);
        if skip == Some(index) || (found.len() == k && before(&found[k - 1])) {
            return;
        }
        let at = found.partition_point(before);
        found.insert(at, Neighbor { index, score });
        found.truncate(k);
    }
}

fn split(map: &Vectors, order: &mut [usize], axes: &mut [u8]) {
    if order.len() <= LEAF {
        return;
    }
    let width = |axis: usize| {
        let values = order.iter().map(|&i| map.row(i)[axis]);
        let (low, high) = values.fold((f32::MAX, f32::MIN), |(low, high), x| {
            (low.min(x), high.max(x))
        });
        high - low
    };
    let axis = (0..map.dimensions())
        .max_by(|&a, &b| width(a).total_cmp(&width(b)))
        .unwrap_or(0);
    let middle = order.len() / 2;
    order.select_nth_unstable_by(middle, |&a, &b| {
        map.row(a)[axis]
            .total_cmp(&map.row(b)[axis])
            .then(a.cmp(&b))
    });
    axes[middle] = axis as u8;
    let (below, rest) = order.split_at_mut(middle);
    let (axes_below, axes_rest) = axes.split_at_mut(middle);
    split(map, below, axes_below);
    split(map, &mut rest[1..], &mut axes_rest[1..]);
}
