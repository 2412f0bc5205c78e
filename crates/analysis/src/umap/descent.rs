//! Stochastic gradient descent along the edges of the graph (McInnes et al. 2018, algorithm 5).

use wide::f32x4;

use super::forces::{Forces, Table};
use crate::layout::Random;
use crate::sparse::SparseGraph;

/// Pushes for each pull. umap-learn has 5 by default, from approximate neighbours; with two more,
/// maps keep more of the true ones. On 5,000 sentences of the STS benchmark and as many headlines,
/// by 15 neighbours and from waves: trustworthiness 0.945 and 0.873 with 5, 0.953 and 0.888 with 7;
/// umap-learn's 0.947 and 0.881.
const NEGATIVES: f32 = 7.0;

/// Longest move of a coordinate by one force, before the learning rate.
const CLIP: f32 = 4.0;

/// Most pushes that go with one pull.
const MOST_PUSHES: usize = 12;

/// The pulls along the edges of a graph, each at its own pace.
#[derive(Debug, Clone, Default)]
pub(super) struct Edges {
    /// `[heads + 1]`: where the edges of each head begin.
    rows: Vec<usize>,
    tails: Vec<u32>,
    /// Iterations between two pulls, from 1.
    every: Vec<f32>,
    /// When the next pull, and the next push, is due.
    next: Vec<f32>,
    next_push: Vec<f32>,
}

impl Edges {
    pub(super) fn new(mut graph: SparseGraph, iterations: usize) -> Self {
        let heaviest = graph.heaviest();
        graph.prune(heaviest / iterations.max(1) as f32);
        let every: Vec<f32> = graph
            .weights
            .iter()
            .map(|weight| heaviest / weight)
            .collect();
        Self {
            rows: graph.rows,
            tails: graph.columns,
            next: every.clone(),
            next_push: every.iter().map(|every| every / NEGATIVES).collect(),
            every,
        }
    }
}

/// What the heads are pulled to and pushed from.
pub(super) enum Tails<'a> {
    /// One another: both ends of a pull move.
    Own,
    /// Points that stay.
    Fixed(&'a [Point]),
}

/// A point of a map, with zeros for the dimensions that it has not: one load for any map.
pub(super) type Point = [f32; 4];

/// Points from coordinates, `[n, dimensions]`.
pub(super) fn points(coordinates: &[f32], dimensions: usize) -> Vec<Point> {
    let rows = coordinates.chunks_exact(dimensions);
    rows.map(|row| {
        let mut point = [0.0; 4];
        point[..dimensions].copy_from_slice(row);
        point
    })
    .collect()
}

/// The coordinates of points, into `[n, dimensions]`.
pub(super) fn coordinates(points: &[Point], dimensions: usize, out: &mut [f32]) {
    for (row, point) in out.chunks_exact_mut(dimensions).zip(points) {
        row.copy_from_slice(&point[..dimensions]);
    }
}

/// One pass of descent over all edges.
pub(super) struct Pass<'a> {
    pub(super) forces: &'a Forces,
    /// The learning rate.
    pub(super) rate: f32,
    /// The iteration.
    pub(super) now: f32,
}

impl Pass<'_> {
    /// Moves the `heads`. Where the reference works out the forces on a point one after the other,
    /// those of an edge all see the point where it was before; so none waits for another.
    pub(super) fn run(
        &self,
        edges: &mut Edges,
        heads: &mut [Point],
        tails: &Tails,
        random: &mut Random,
    ) {
        for head in 0..heads.len() {
            let mut point = f32x4::new(heads[head]);
            for at in edges.rows[head]..edges.rows[head + 1] {
                if edges.next[at] > self.now {
                    continue;
                }
                edges.next[at] += edges.every[at];
                let pace = edges.every[at] / NEGATIVES;
                let due = ((self.now - edges.next_push[at]) / pace) as usize;
                let pushes = due.min(MOST_PUSHES);
                edges.next_push[at] += pushes as f32 * pace;

                let tail = edges.tails[at] as usize;
                let others = match tails {
                    Tails::Own => &*heads,
                    Tails::Fixed(tails) => tails,
                };
                let pull = force(&self.forces.pull, point, others[tail]) * self.rate;
                let mut push = f32x4::splat(0.0);
                for _ in 0..pushes {
                    let other = random.below(others.len());
                    if matches!(tails, Tails::Own) && other == head {
                        continue;
                    }
                    push += force(&self.forces.push, point, others[other]);
                }
                point = point + pull + push * self.rate;
                if let Tails::Own = tails {
                    heads[tail] = (f32x4::new(heads[tail]) - pull).to_array();
                }
            }
            heads[head] = point.to_array();
        }
    }
}

/// The force on a point by another.
#[inline(always)]
fn force(table: &Table, point: f32x4, other: Point) -> f32x4 {
    let offset = point - f32x4::new(other);
    let [x, y, z, _] = (offset * offset).to_array();
    // At the same place there is no force, as the offset is 0.
    (offset * table.at(x + y + z))
        .fast_max(f32x4::splat(-CLIP))
        .fast_min(f32x4::splat(CLIP))
}
