//! Stochastic gradient descent along the edges of the graph (McInnes et al. 2018, algorithm 5).

use wide::f32x4;

use super::power::power;
use crate::layout::Random;
use crate::sparse::SparseGraph;

/// Pushes for each pull.
const NEGATIVES: f32 = 5.0;

/// Longest move of a coordinate by one force, before the learning rate.
const CLIP: f32 = 4.0;

/// Forces worked out at once: a pull, then pushes. Where the reference works out one after the
/// other, these all see the point where it was before the pull; that keeps a vector unit busy
/// instead of waiting for each result, at nearly twice the speed.
const LANES: usize = 8;

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
    Fixed(&'a [f32]),
}

/// One pass of descent over all edges.
pub(super) struct Pass {
    /// `a` and `b` of the curve of memberships.
    pub(super) curve: (f32, f32),
    /// The learning rate.
    pub(super) rate: f32,
    /// The iteration.
    pub(super) now: f32,
}

impl Pass {
    /// Moves the `heads`, `[n, D]`.
    pub(super) fn run<const D: usize>(
        &self,
        edges: &mut Edges,
        heads: &mut [f32],
        tails: Tails,
        random: &mut Random,
    ) {
        let heads = heads.as_chunks_mut::<D>().0;
        for head in 0..heads.len() {
            let mut point = heads[head];
            for at in edges.rows[head]..edges.rows[head + 1] {
                if edges.next[at] > self.now {
                    continue;
                }
                edges.next[at] += edges.every[at];
                let pace = edges.every[at] / NEGATIVES;
                let due = ((self.now - edges.next_push[at]) / pace) as usize;
                let pushes = due.min(LANES - 1);
                edges.next_push[at] += pushes as f32 * pace;

                let tail = edges.tails[at] as usize;
                let mut others = [[0f32; LANES]; D];
                {
                    let tails = match tails {
                        Tails::Own => &*heads,
                        Tails::Fixed(tails) => tails.as_chunks::<D>().0,
                    };
                    let mut put = |lane: usize, other: &[f32; D]| {
                        others
                            .iter_mut()
                            .zip(other)
                            .for_each(|(axis, &x)| axis[lane] = x);
                    };
                    put(0, &tails[tail]);
                    for lane in 1..LANES {
                        // A point that meets itself, here and in unused lanes, is pushed nowhere.
                        put(
                            lane,
                            if lane <= pushes {
                                &tails[random.below(tails.len())]
                            } else {
                                &point
                            },
                        );
                    }
                }
                let moves = self.moves(&point, &others);
                for axis in 0..D {
                    point[axis] += moves[axis].iter().sum::<f32>();
                    if let Tails::Own = tails {
                        heads[tail][axis] -= moves[axis][0];
                    }
                }
            }
            heads[head] = point;
        }
    }

    /// How a point moves by the pull of the first of the others and the pushes of the rest.
    #[inline(always)]
    fn moves<const D: usize>(
        &self,
        point: &[f32; D],
        others: &[[f32; LANES]; D],
    ) -> [[f32; LANES]; D] {
        let (a, b) = self.curve;
        let mut moves = [[0f32; LANES]; D];
        for half in 0..LANES / 4 {
            let offsets: [f32x4; D] = std::array::from_fn(|axis| {
                let others = others[axis].as_chunks::<4>().0[half];
                f32x4::splat(point[axis]) - f32x4::new(others)
            });
            let squares = offsets
                .iter()
                .fold(f32x4::splat(0.0), |sum, &x| sum + x * x);
            // At the same place there is no force, as the offset is 0; but no 0 / 0 either.
            let squares = squares.fast_max(f32x4::splat(1e-20));
            let raised = power(squares, b);
            // The first lane of all is the pull, the others are pushes.
            let (above, below) = if half == 0 {
                let pull = f32x4::new([-2.0 * a * b, 0.0, 0.0, 0.0]);
                let push = f32x4::new([0.0, 2.0 * b, 2.0 * b, 2.0 * b]);
                (
                    pull * raised + push,
                    squares + f32x4::new([0.0, 0.001, 0.001, 0.001]),
                )
            } else {
                (f32x4::splat(2.0 * b), squares + 0.001)
            };
            let forces = above / (below * (raised * a + 1.0));
            for (moves, offset) in moves.iter_mut().zip(offsets) {
                let clipped = (forces * offset)
                    .fast_max(f32x4::splat(-CLIP))
                    .fast_min(f32x4::splat(CLIP));
                moves.as_chunks_mut::<4>().0[half] = (clipped * self.rate).to_array();
            }
        }
        moves
    }
}
