//! The `k` nearest neighbours of every vector.
//!
//! Candidates come from blocked products, each pair once; those within the error of the product of
//! the `k`-th best are scored again by [`Metric`], so the lists are exact: the same as
//! [`nearest`](crate::nearest) gives for each vector, but for ties closer than that error among
//! hundreds of near-duplicates.

use crate::metric::Metric;
use crate::product::product;
use crate::units::Units;
use crate::{AnalysisError, Neighbor, Vectors};

/// Rows of a block of products.
const BLOCK: usize = 96;

/// Norms this near 1 let the products of unit vectors stand for those of the vectors.
const UNIT_TOLERANCE: f32 = 1e-4;

/// Most neighbours that are kept of each vector.
pub const MAX_NEIGHBORS: usize = 1_000;

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
    /// [`AnalysisError::TooMany`] when `k` is beyond [`MAX_NEIGHBORS`].
    pub fn exact(vectors: &Vectors, k: usize, metric: Metric) -> Result<Self, AnalysisError> {
        let mut search = NeighborSearch::new(vectors, k, metric)?;
        while search.step(vectors) {}
        Ok(search.finish(vectors))
    }

    pub(crate) fn from_lists(metric: Metric, k: usize, lists: Vec<Vec<Neighbor>>) -> Self {
        let n = lists.len();
        let mut graph = Self {
            metric,
            n,
            k,
            indices: Vec::with_capacity(n * k),
            scores: Vec::with_capacity(n * k),
        };
        for list in &lists {
            debug_assert_eq!(list.len(), k);
            graph
                .indices
                .extend(list.iter().map(|neighbor| neighbor.index as u32));
            graph
                .scores
                .extend(list.iter().map(|neighbor| neighbor.score));
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
}

/// How candidates are found.
#[derive(Debug, Clone)]
enum Products {
    /// From unit vectors in 16 bits; values are in units of 32,767².
    Units(Units),
    /// In f32; the values are dot products, or half the negative squared distance.
    Floats,
}

impl Products {
    fn new(vectors: &Vectors, metric: Metric) -> Self {
        let unit = vectors
            .norms()
            .iter()
            .all(|norm| (norm - 1.0).abs() <= UNIT_TOLERANCE);
        if metric == Metric::Cosine || unit {
            Self::Units(Units::new(vectors))
        } else {
            Self::Floats
        }
    }
}

/// Values by which all vectors can be ranked from some of them; higher is nearer. They carry the
/// error of the products.
#[derive(Debug)]
pub(crate) struct Ranker<'a> {
    vectors: &'a Vectors,
    metric: Metric,
    products: Products,
}

impl<'a> Ranker<'a> {
    pub(crate) fn new(vectors: &'a Vectors, metric: Metric) -> Self {
        Self {
            vectors,
            metric,
            products: Products::new(vectors, metric),
        }
    }

    /// `[rows, n]`.
    pub(crate) fn values(&self, rows: &[usize]) -> Vec<f32> {
        let (n, d) = (self.vectors.len(), self.vectors.dimensions());
        let mut values = vec![0f32; rows.len() * n];
        match &self.products {
            Products::Units(units) => {
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
            }
            Products::Floats => {
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
            }
        }
        values
    }
}

/// The search for all neighbours in steps, so that a worker can report how far it is and hear that
/// it should stop.
#[derive(Debug, Clone)]
pub struct NeighborSearch {
    metric: Metric,
    k: usize,
    n: usize,
    products: Products,
    candidates: Vec<Candidates>,
    block: usize,
    blocks: usize,
}

impl NeighborSearch {
    /// Begins a search for the `k` nearest neighbours of each vector.
    ///
    /// # Errors
    /// [`AnalysisError::TooMany`] when `k` is beyond [`MAX_NEIGHBORS`].
    pub fn new(vectors: &Vectors, k: usize, metric: Metric) -> Result<Self, AnalysisError> {
        if k > MAX_NEIGHBORS {
            return Err(AnalysisError::TooMany {
                what: "a neighbour list",
                rows: k,
                limit: MAX_NEIGHBORS,
            });
        }
        let n = vectors.len();
        let k = k.min(n.saturating_sub(1));
        let unit = vectors
            .norms()
            .iter()
            .all(|norm| (norm - 1.0).abs() <= UNIT_TOLERANCE);
        let products = if metric == Metric::Cosine || unit {
            Products::Units(Units::new(vectors))
        } else {
            Products::Floats
        };
        let blocks = if k == 0 { 0 } else { n.div_ceil(BLOCK) };
        let margin = |i: usize| match &products {
            // Two errors: that of the candidate and that of the k-th best. Lengths that are only
            // nearly 1 shift both.
            Products::Units(units) => {
                let shift = if metric == Metric::Cosine {
                    0.0
                } else {
                    2.0 * UNIT_TOLERANCE
                };
                2.0 * (units.error() + shift) * Units::scale()
            }
            Products::Floats => {
                let norm = vectors.norm(i);
                (vectors.dimensions() as f32 / 4.0 + 8.0) * f32::EPSILON * norm * norm.max(1e-30)
            }
        };
        let candidates = (0..n).map(|i| Candidates::new(k, margin(i))).collect();
        Ok(Self {
            metric,
            k,
            n,
            products,
            candidates,
            block: 0,
            blocks,
        })
    }

    /// Compares the next 96 vectors with all that follow them; false when all is done. `vectors`
    /// must be those the search began with.
    pub fn step(&mut self, vectors: &Vectors) -> bool {
        if self.block >= self.blocks {
            return false;
        }
        let top = self.block * BLOCK;
        match &self.products {
            Products::Units(units) => step_units(units, top, &mut self.candidates),
            Products::Floats => step_floats(vectors, self.metric, top, &mut self.candidates),
        }
        self.block += 1;
        self.block < self.blocks
    }

    /// Share of the work done, 0 to 1.
    pub fn progress(&self) -> f32 {
        let left = (self.blocks - self.block) as f32 / self.blocks.max(1) as f32;
        1.0 - left * left
    }

    /// Scores the candidates and sorts them. Call it when [`NeighborSearch::step`] has returned
    /// false; what was not compared before that is not found.
    pub fn finish(mut self, vectors: &Vectors) -> NeighborGraph {
        while self.step(vectors) {}
        let (metric, k) = (self.metric, self.k);
        let lists = self.candidates.into_iter().enumerate();
        let lists = lists.map(|(i, mut candidates)| {
            candidates.prune();
            score_list(
                vectors,
                i,
                candidates.items.iter().map(|item| item.index),
                k,
                metric,
            )
        });
        let lists: Vec<_> = lists.collect();
        debug_assert_eq!(lists.len(), self.n);
        NeighborGraph::from_lists(metric, k, lists)
    }
}

/// The `k` nearest of some candidates for vector `i`, by the metric, ties by index.
pub(crate) fn score_list(
    vectors: &Vectors,
    i: usize,
    candidates: impl Iterator<Item = u32>,
    k: usize,
    metric: Metric,
) -> Vec<Neighbor> {
    let score = |index: u32| metric.score(vectors, i, vectors, index as usize);
    let mut list: Vec<Neighbor> = candidates
        .map(|index| Neighbor {
            index: index as usize,
            score: score(index),
        })
        .collect();
    list.sort_unstable_by(|a, b| {
        metric
            .nearer_first(a.score, b.score)
            .then(a.index.cmp(&b.index))
    });
    list.truncate(k);
    list
}

fn step_units(units: &Units, top: usize, candidates: &mut [Candidates]) {
    let n = units.len();
    let bottom = (top + BLOCK).min(n);
    let mut dots = vec![0i32; BLOCK * BLOCK];
    let mut values = vec![0f32; BLOCK * BLOCK];
    for left in (top..n).step_by(BLOCK) {
        let right = (left + BLOCK).min(n);
        let size = (bottom - top) * (right - left);
        units.product(
            units.rows(top..bottom),
            units.rows(left..right),
            &mut dots[..size],
        );
        values
            .iter_mut()
            .zip(&dots[..size])
            .for_each(|(value, &dot)| *value = dot as f32);
        offer(&values[..size], top, left, right - left, candidates);
    }
}

fn step_floats(vectors: &Vectors, metric: Metric, top: usize, candidates: &mut [Candidates]) {
    let (n, d) = (vectors.len(), vectors.dimensions());
    let bottom = (top + BLOCK).min(n);
    let mut values = vec![0f32; BLOCK * BLOCK];
    let rows = |from: usize, to: usize| &vectors.as_flat()[from * d..to * d];
    for left in (top..n).step_by(BLOCK) {
        let width = (left + BLOCK).min(n) - left;
        let values = &mut values[..(bottom - top) * width];
        product(rows(top, bottom), rows(left, left + width), d, values);
        if metric == Metric::Euclidean {
            for (row, &a) in values.chunks_exact_mut(width).zip(&vectors.norms()[top..]) {
                row.iter_mut()
                    .zip(&vectors.norms()[left..])
                    .for_each(|(x, &b)| *x -= 0.5 * (a * a + b * b));
            }
        }
        offer(values, top, left, width, candidates);
    }
}

/// Offers each pair of a block, whose rows begin at `top` and columns at `left`, to both its
/// vectors; pairs on or below the diagonal to none.
fn offer(values: &[f32], top: usize, left: usize, width: usize, candidates: &mut [Candidates]) {
    // Values are compared eight at a time; those that pass are few.
    const STRIDE: usize = 8;
    let mut floors: Vec<f32> = candidates[left..left + width]
        .iter()
        .map(|c| c.floor)
        .collect();
    for (i, row) in values
        .chunks_exact(width)
        .enumerate()
        .map(|(i, row)| (top + i, row))
    {
        let mut floor = candidates[i].floor;
        for start in (0..width).step_by(STRIDE) {
            let end = (start + STRIDE).min(width);
            let passes = |(&x, &other): (&f32, &f32)| (x >= floor) | (x >= other);
            let some = row[start..end].iter().zip(&floors[start..end]).map(passes);
            if !some.fold(false, |any, passes| any | passes) {
                continue;
            }
            for j in start.max((i + 1).saturating_sub(left))..end {
                let value = row[j];
                if value >= floor {
                    floor = candidates[i].push((left + j) as u32, value);
                }
                if value >= floors[j] {
                    floors[j] = candidates[left + j].push(i as u32, value);
                }
            }
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Candidate {
    value: f32,
    index: u32,
}

/// The best candidates of one vector so far, and some more.
#[derive(Debug, Clone)]
struct Candidates {
    items: Vec<Candidate>,
    k: usize,
    /// How far below the `k`-th best a value may be and still belong to a better vector.
    margin: f32,
    /// Nothing below this is worth offering.
    floor: f32,
}

impl Candidates {
    fn new(k: usize, margin: f32) -> Self {
        Self {
            items: Vec::new(),
            k,
            margin,
            floor: f32::NEG_INFINITY,
        }
    }

    /// Takes a candidate and returns the floor.
    fn push(&mut self, index: u32, value: f32) -> f32 {
        self.items.push(Candidate { value, index });
        if self.items.len() >= 3 * self.k + 48 {
            self.prune();
        }
        self.floor
    }

    fn prune(&mut self) {
        if self.items.len() <= self.k {
            return;
        }
        let order =
            |a: &Candidate, b: &Candidate| b.value.total_cmp(&a.value).then(a.index.cmp(&b.index));
        let (_, last, _) = self.items.select_nth_unstable_by(self.k - 1, order);
        self.floor = last.value - self.margin;
        let floor = self.floor;
        self.items.retain(|item| item.value >= floor);
        // Near-duplicates by the hundred: the best by value and index will do.
        let most = 2 * self.k + 32;
        if self.items.len() > most {
            self.items.select_nth_unstable_by(most, order);
            self.items.truncate(most);
        }
    }
}
