//! Cosine similarity: the whole matrix, parts of it, nearest texts, most similar pairs.
//!
//! A score is in `[-1, 1]`; vectors that are equal bit for bit score exactly 1, and a vector too
//! short to have a direction ([`MIN_NORM`](crate::MIN_NORM)) scores 0 with all that differ from it.
//! The same two vectors get the same score, bit for bit, from every function here.

use std::cmp::Ordering;

use crate::metric::Metric;
use crate::product::{dot, product};
use crate::vectors::MIN_NORM;
use crate::{AnalysisError, Vectors};

/// Most vectors of which [`cosine_matrix`] makes a matrix (256 MB).
pub const MATRIX_LIMIT: usize = 8_000;

/// Rows of a block of scores: both operands of 64 × 384 stay in a second-level cache.
pub(crate) const BLOCK: usize = 64;

/// A vector near another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Neighbor {
    /// Index of the vector.
    pub index: usize,
    /// The metric's value: a similarity (higher is nearer) or a distance (lower is nearer), see
    /// [`Metric`].
    pub score: f32,
}

/// Two vectors and their cosine similarity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScoredPair {
    /// The lower index.
    pub first: usize,
    /// The higher index.
    pub second: usize,
    /// Cosine similarity.
    pub score: f32,
}

/// Cosine similarity of the vectors `a` and `b`.
///
/// # Errors
/// [`AnalysisError::NoSuchRow`].
pub fn cosine(vectors: &Vectors, a: usize, b: usize) -> Result<f32, AnalysisError> {
    vectors.check_index(a)?;
    vectors.check_index(b)?;
    Ok(score(
        vectors,
        a,
        vectors,
        b,
        dot(vectors.row(a), vectors.row(b)),
    ))
}

/// Cosine similarity of every two vectors, `[n, n]`, row-major, symmetric.
///
/// # Errors
/// [`AnalysisError::TooMany`] beyond [`MATRIX_LIMIT`] vectors.
pub fn cosine_matrix(vectors: &Vectors) -> Result<Vec<f32>, AnalysisError> {
    let n = vectors.len();
    if n > MATRIX_LIMIT {
        return Err(AnalysisError::TooMany {
            what: "a score matrix",
            rows: n,
            limit: MATRIX_LIMIT,
        });
    }
    let mut matrix = vec![0.0; n * n];
    for_upper_blocks(vectors, 0..n.div_ceil(BLOCK), |i, j, score| {
        matrix[i * n + j] = score;
        matrix[j * n + i] = score;
    });
    Ok(matrix)
}

/// Cosine similarity of some vectors with some others, `[rows.len(), columns.len()]`, row-major:
/// the cells of the matrix that are in view.
///
/// # Errors
/// [`AnalysisError::NoSuchRow`].
pub fn cosine_block(
    vectors: &Vectors,
    rows: &[usize],
    columns: &[usize],
) -> Result<Vec<f32>, AnalysisError> {
    cosine_between(&vectors.select(rows)?, &vectors.select(columns)?)
}

/// Cosine similarity of each of `queries` with each of `vectors`, `[queries, vectors]`, row-major.
///
/// # Errors
/// [`AnalysisError::WrongDimensions`].
pub fn cosine_between(queries: &Vectors, vectors: &Vectors) -> Result<Vec<f32>, AnalysisError> {
    vectors.check_dimensions(queries.dimensions())?;
    let (n, d) = (vectors.len(), vectors.dimensions());
    let mut scores = vec![0.0; queries.len() * n];
    let mut block = vec![0.0; BLOCK * BLOCK];
    for top in (0..queries.len()).step_by(BLOCK) {
        let height = BLOCK.min(queries.len() - top);
        for left in (0..n).step_by(BLOCK) {
            let width = BLOCK.min(n - left);
            let block = &mut block[..height * width];
            let a = &queries.as_flat()[top * d..(top + height) * d];
            product(
                a,
                &vectors.as_flat()[left * d..(left + width) * d],
                d,
                block,
            );
            for (i, row) in block.chunks_exact(width).enumerate() {
                for (j, &dot) in row.iter().enumerate() {
                    scores[(top + i) * n + left + j] =
                        score(queries, top + i, vectors, left + j, dot);
                }
            }
        }
    }
    Ok(scores)
}

/// The `count` vectors nearest to the vector `index`, itself left out, nearest first; equally near
/// ones by index. Exact.
///
/// # Errors
/// [`AnalysisError::NoSuchRow`].
pub fn nearest(
    vectors: &Vectors,
    index: usize,
    count: usize,
    metric: Metric,
) -> Result<Vec<Neighbor>, AnalysisError> {
    vectors.check_index(index)?;
    Ok(rank(vectors, vectors, index, Some(index), count, metric))
}

/// The `count` vectors nearest to a vector from elsewhere (a search by meaning), nearest first.
///
/// # Errors
/// When the query's dimensions differ or a component is refused.
pub fn nearest_to(
    vectors: &Vectors,
    query: &[f32],
    count: usize,
    metric: Metric,
) -> Result<Vec<Neighbor>, AnalysisError> {
    vectors.check_dimensions(query.len())?;
    let query = Vectors::from_flat(query.to_vec(), vectors.dimensions())?;
    Ok(rank(vectors, &query, 0, None, count, metric))
}

fn rank(
    vectors: &Vectors,
    queries: &Vectors,
    query: usize,
    skip: Option<usize>,
    count: usize,
    metric: Metric,
) -> Vec<Neighbor> {
    let mut found: Vec<Neighbor> = (0..vectors.len())
        .filter(|&index| Some(index) != skip)
        .map(|index| Neighbor {
            index,
            score: metric.score(queries, query, vectors, index),
        })
        .collect();
    let order = |a: &Neighbor, b: &Neighbor| {
        metric
            .nearer_first(a.score, b.score)
            .then(a.index.cmp(&b.index))
    };
    if count < found.len() {
        found.select_nth_unstable_by(count, order);
        found.truncate(count);
    }
    found.sort_unstable_by(order);
    found
}

/// The `limit` most similar pairs, most similar first; equal ones by index.
///
/// Takes `n²/2` products: a second or so per 5,000 vectors of 384 dimensions. [`PairSearch`] does
/// the same in steps.
pub fn top_pairs(vectors: &Vectors, limit: usize) -> Vec<ScoredPair> {
    let mut search = PairSearch::new(vectors, limit);
    while search.step(vectors) {}
    search.finish()
}

/// The search for the most similar pairs in steps, so that a worker can report how far it is and
/// hear that it should stop.
#[derive(Debug, Clone)]
pub struct PairSearch {
    limit: usize,
    pairs: Vec<ScoredPair>,
    /// No pair below this can be among the `limit` best.
    floor: f32,
    block: usize,
    blocks: usize,
}

impl PairSearch {
    /// Begins a search for the `limit` most similar pairs.
    pub fn new(vectors: &Vectors, limit: usize) -> Self {
        let blocks = if limit == 0 {
            0
        } else {
            vectors.len().div_ceil(BLOCK)
        };
        Self {
            limit,
            pairs: Vec::new(),
            floor: f32::NEG_INFINITY,
            block: 0,
            blocks,
        }
    }

    /// Compares the next 64 vectors with all that follow them; false when all is done. `vectors`
    /// must be those the search began with.
    pub fn step(&mut self, vectors: &Vectors) -> bool {
        if self.block < self.blocks {
            for_upper_blocks(
                vectors,
                self.block..self.block + 1,
                |first, second, score| {
                    if first != second && score >= self.floor {
                        self.pairs.push(ScoredPair {
                            first,
                            second,
                            score,
                        });
                        if self.pairs.len() >= self.limit.saturating_mul(2).max(4096) {
                            self.prune();
                        }
                    }
                },
            );
            self.block += 1;
        }
        self.block < self.blocks
    }

    /// Share of the work done, 0 to 1.
    pub fn progress(&self) -> f32 {
        // What is left of the upper triangle is a triangle too.
        let left = (self.blocks - self.block) as f32 / self.blocks.max(1) as f32;
        1.0 - left * left
    }

    /// The best pairs of what was compared so far, most similar first.
    pub fn finish(mut self) -> Vec<ScoredPair> {
        self.prune();
        self.pairs.sort_unstable_by(better_first);
        self.pairs
    }

    fn prune(&mut self) {
        if self.pairs.len() > self.limit {
            let (_, last, _) = self.pairs.select_nth_unstable_by(self.limit, better_first);
            self.floor = last.score;
            self.pairs.truncate(self.limit);
        }
    }
}

fn better_first(a: &ScoredPair, b: &ScoredPair) -> Ordering {
    b.score
        .total_cmp(&a.score)
        .then((a.first, a.second).cmp(&(b.first, b.second)))
}

/// Calls `visit(i, j, score)` for every `j ≥ i` with `i` in the given blocks of [`BLOCK`] rows.
fn for_upper_blocks(
    vectors: &Vectors,
    blocks: std::ops::Range<usize>,
    mut visit: impl FnMut(usize, usize, f32),
) {
    let (n, d) = (vectors.len(), vectors.dimensions());
    let rows = |start: usize| &vectors.as_flat()[start * d..(start + BLOCK).min(n) * d];
    let mut dots = vec![0.0; BLOCK * BLOCK];
    for top in blocks.map(|block| block * BLOCK) {
        for left in (top..n).step_by(BLOCK) {
            let (a, b) = (rows(top), rows(left));
            let width = b.len() / d;
            let dots = &mut dots[..a.len() / d * width];
            product(a, b, d, dots);
            for (i, row) in dots.chunks_exact(width).enumerate() {
                // In the diagonal block only what lies on or above the diagonal.
                let start = (top + i).saturating_sub(left).min(width);
                for (j, &dot) in row.iter().enumerate().skip(start) {
                    visit(
                        top + i,
                        left + j,
                        score(vectors, top + i, vectors, left + j, dot),
                    );
                }
            }
        }
    }
}

/// The cosine similarity of two vectors whose dot product is known.
pub(crate) fn score(a: &Vectors, i: usize, b: &Vectors, j: usize, dot: f32) -> f32 {
    let (norm_a, norm_b) = (a.norm(i), b.norm(j));
    let cosine = if norm_a < MIN_NORM || norm_b < MIN_NORM {
        0.0
    } else {
        (dot / (norm_a * norm_b)).clamp(-1.0, 1.0)
    };
    // Rounding leaves equal vectors a little off 1; only those near 1 are worth comparing.
    if (cosine > 0.9999 || cosine == 0.0) && a.same_as(i, b, j) {
        1.0
    } else {
        cosine
    }
}
