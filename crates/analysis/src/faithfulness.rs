//! How far a map can be trusted: which neighbours it keeps, invents and tears apart.
//!
//! - **Trustworthiness** (Venna & Kaski 2001): 1 where all `k` neighbours on the map are among the
//!   `k` nearest in the original space, less for each that is not, by how far down the original
//!   ranking it stands.
//! - **Continuity** (the same): the like for original neighbours that the map puts elsewhere.
//! - **Preservation**: the share of the `k` true neighbours that are among the `k` nearest on the
//!   map.
//!
//! Each has a value per point, 0 to 1, and the whole map's is their mean. The penalties are scaled
//! by `2 / (k (2n − 3k − 1))`, as in the paper, so that the worst map scores 0.

use crate::knn::Ranker;
use crate::metric::euclidean;
use crate::plane::map_neighbors;
use crate::{AnalysisError, NeighborGraph, Vectors};

/// Most points that are all ranked; above, [`SAMPLE`] of them are.
pub const RANK_LIMIT: usize = 20_000;

/// Points that are ranked of more than [`RANK_LIMIT`].
pub const SAMPLE: usize = 2_000;

/// Points ranked in one step.
const BLOCK: usize = 32;

/// How far a map can be trusted, as a whole and at each point.
#[derive(Debug, Clone, PartialEq)]
pub struct Faithfulness {
    /// Neighbours that were compared: what was asked for, at most `(n − 1) / 2`.
    pub k: usize,
    /// Trustworthiness of the map, 0 to 1; 1 where there are too few points to be wrong.
    pub trustworthiness: f64,
    /// Continuity of the map, 0 to 1.
    pub continuity: f64,
    /// Mean share of the true neighbours that the map keeps, 0 to 1.
    pub preservation: f64,
    /// Trustworthiness at each point, `[n]`; NaN where it was not ranked.
    pub point_trustworthiness: Vec<f32>,
    /// Continuity at each point, `[n]`; NaN where it was not ranked.
    pub point_continuity: Vec<f32>,
    /// Share of its true neighbours that the map keeps at each point, `[n]`.
    pub point_preservation: Vec<f32>,
    /// How many points the first two figures rest on: all, or a sample of [`SAMPLE`].
    pub ranked: usize,
}

/// The measurement of a map in steps.
#[derive(Debug)]
pub struct FaithfulnessCheck<'a> {
    original: &'a Vectors,
    map: &'a Vectors,
    truth: NeighborGraph,
    drawn: NeighborGraph,
    ranker: Ranker<'a>,
    /// Points to rank.
    sample: Vec<usize>,
    next: usize,
    result: Faithfulness,
}

impl<'a> FaithfulnessCheck<'a> {
    /// Begins to compare a map, `[n, 2]` or `[n, 3]`, with the space it was made from. `truth` has
    /// the neighbours in that space, at least `k` of each; its metric is the one that ranks.
    ///
    /// # Errors
    /// [`AnalysisError::Mismatch`] when the three are not of the same number of points, or `truth`
    /// has fewer neighbours than are compared.
    pub fn new(
        original: &'a Vectors,
        truth: &NeighborGraph,
        map: &'a Vectors,
        k: usize,
    ) -> Result<Self, AnalysisError> {
        let n = original.len();
        for (what, found) in [
            ("points of the map", map.len()),
            ("neighbour lists", truth.len()),
        ] {
            if found != n {
                return Err(AnalysisError::Mismatch {
                    what,
                    expected: n,
                    found,
                });
            }
        }
        let k = k.min(n.saturating_sub(1) / 2);
        if truth.k() < k {
            return Err(AnalysisError::Mismatch {
                what: "true neighbours",
                expected: k,
                found: truth.k(),
            });
        }
        let truth = truth.truncated(k);
        let drawn = map_neighbors(map, k)?;
        let share = |i: usize| {
            let kept = truth
                .of(i)
                .iter()
                .filter(|index| drawn.of(i).contains(index))
                .count();
            if k == 0 { 1.0 } else { kept as f32 / k as f32 }
        };
        let point_preservation: Vec<f32> = (0..n).map(share).collect();
        let sample = if n <= RANK_LIMIT {
            (0..n).collect()
        } else {
            let mut sample: Vec<usize> = (0..n).collect();
            fastrand::Rng::with_seed(0).shuffle(&mut sample);
            sample.truncate(SAMPLE);
            sample.sort_unstable();
            sample
        };
        let result = Faithfulness {
            k,
            trustworthiness: 1.0,
            continuity: 1.0,
            preservation: mean(&point_preservation),
            point_trustworthiness: vec![if k == 0 { 1.0 } else { f32::NAN }; n],
            point_continuity: vec![if k == 0 { 1.0 } else { f32::NAN }; n],
            point_preservation,
            ranked: sample.len(),
        };
        let ranker = Ranker::new(original, truth.metric());
        Ok(Self {
            original,
            map,
            truth,
            drawn,
            ranker,
            sample,
            next: 0,
            result,
        })
    }

    /// Ranks the next points; false when all is done.
    pub fn step(&mut self) -> bool {
        let k = self.result.k;
        if k == 0 {
            return false;
        }
        let n = self.original.len();
        let block = self.next..(self.next + BLOCK).min(self.sample.len());
        let rows = &self.sample[block.clone()];
        let values = self.ranker.values(rows);
        let scale = 2.0 / (k * (2 * n - 3 * k - 1)) as f64;
        let mut distances = vec![0f32; n];
        for (&i, values) in rows.iter().zip(values.chunks_exact(n)) {
            let intruders = self
                .drawn
                .of(i)
                .iter()
                .filter(|j| !self.truth.of(i).contains(j));
            let penalty: usize = intruders
                .map(|&j| rank(values, i, j as usize).max(k + 1) - k)
                .sum();
            self.result.point_trustworthiness[i] = (1.0 - scale * penalty as f64) as f32;

            let point = self.map.row(i);
            distances
                .iter_mut()
                .zip(self.map.rows())
                .for_each(|(x, other)| *x = -euclidean(point, other));
            let missing = self
                .truth
                .of(i)
                .iter()
                .filter(|j| !self.drawn.of(i).contains(j));
            let penalty: usize = missing
                .map(|&j| rank(&distances, i, j as usize).max(k + 1) - k)
                .sum();
            self.result.point_continuity[i] = (1.0 - scale * penalty as f64) as f32;
        }
        self.next = block.end;
        self.next < self.sample.len()
    }

    /// Share of the work done, 0 to 1.
    pub fn progress(&self) -> f32 {
        if self.result.k == 0 {
            1.0
        } else {
            self.next as f32 / self.sample.len().max(1) as f32
        }
    }

    /// The result; the figures for the whole map are means over what was ranked so far.
    pub fn finish(mut self) -> Faithfulness {
        if self.result.k > 0 {
            self.result.ranked = self.next;
            self.result.trustworthiness = mean(&self.result.point_trustworthiness);
            self.result.continuity = mean(&self.result.point_continuity);
        }
        self.result
    }
}

/// Measures a map in one go; see [`FaithfulnessCheck`].
///
/// # Errors
/// As [`FaithfulnessCheck::new`].
pub fn faithfulness(
    original: &Vectors,
    truth: &NeighborGraph,
    map: &Vectors,
    k: usize,
) -> Result<Faithfulness, AnalysisError> {
    let mut check = FaithfulnessCheck::new(original, truth, map, k)?;
    while check.step() {}
    Ok(check.finish())
}

/// Rank of `j` among all but `i` by falling value, from 1; equal values by index.
fn rank(values: &[f32], i: usize, j: usize) -> usize {
    let value = values[j];
    let count = |values: &[f32], ties: bool| -> u32 {
        values
            .iter()
            .map(|&x| u32::from((x > value) | (ties & (x == value))))
            .sum()
    };
    let before = count(&values[..j], true) + count(&values[j..], false);
    let itself = values[i] > value || (values[i] == value && i < j);
    before as usize + 1 - usize::from(itself)
}

/// Mean of the values that are numbers; 1 where there are none.
fn mean(values: &[f32]) -> f64 {
    let numbers = values.iter().filter(|x| !x.is_nan());
    let (sum, count) = numbers.fold((0.0, 0), |(sum, count), &x| (sum + f64::from(x), count + 1));
    if count == 0 {
        1.0
    } else {
        sum / f64::from(count)
    }
}
