//! The exact search: every pair once, in blocks.
//!
//! A block's values say which pairs may be neighbours within their error; those are scored by the
//! metric before anything depends on them. A vector's list therefore is what scoring all others
//! would give, ties included.

use super::products::{BLOCK, Block, Products};
use super::{BUDGET, Near, WORK_PER_PAIR};
use crate::Vectors;
use crate::metric::Metric;
use wide::f32x4;

/// Values compared at once.
const STRIDE: usize = 8;

/// Groups of them in a block.
const GROUPS: usize = BLOCK / STRIDE;

/// Rows of blocks after which the share of pairs that were scored again says something.
pub(crate) const WARM: usize = 8;

/// Share of the pairs above which finer values are cheaper.
pub(crate) const TOO_COARSE: f32 = 0.1;

#[derive(Debug, Clone)]
pub(super) struct Exact {
    metric: Metric,
    k: usize,
    n: usize,
    products: Products,
    block: Block,
    lists: Vec<Vec<Near>>,
    /// Of each vector, the value that a neighbour must reach.
    floors: Vec<f32>,
    /// Where the next block begins.
    top: usize,
    left: usize,
    /// Pairs of this row of blocks that were scored.
    scored: usize,
}

impl Exact {
    pub(super) fn new(vectors: &Vectors, k: usize, metric: Metric) -> Self {
        let n = vectors.len();
        Self {
            metric,
            k,
            n,
            products: Products::new(vectors, metric),
            block: Block::default(),
            lists: vec![Vec::with_capacity(k + 1); n],
            floors: vec![f32::NEG_INFINITY; n],
            top: if k == 0 { n } else { 0 },
            left: 0,
            scored: 0,
        }
    }

    pub(super) fn step(&mut self, vectors: &Vectors) -> bool {
        let (n, pair) = (self.n, vectors.dimensions() + WORK_PER_PAIR);
        let mut spent = 0;
        while self.top < n && spent < BUDGET {
            let rows = self.top..(self.top + BLOCK).min(n);
            let columns = self.left..(self.left + BLOCK).min(n);
            spent += rows.len() * columns.len() * pair;
            let (top, left) = (rows.start, columns.start);
            self.products.run(vectors, rows, columns, &mut self.block);
            self.offer(vectors, top, left);
            self.left += BLOCK;
            if self.left >= n {
                self.end_row(vectors);
            }
        }
        self.top < n
    }

    pub(super) fn progress(&self) -> f32 {
        if self.top >= self.n {
            return 1.0;
        }
        // What is left of the triangle of pairs.
        let n = self.n as f32;
        let rows = (self.n - self.top) as f32 / n;
        let begun = (self.left - self.top) as f32 * BLOCK as f32 / (n * n);
        1.0 - (rows * rows - 2.0 * begun).max(0.0)
    }

    /// The list of each vector.
    pub(super) fn into_lists(self) -> impl ExactSizeIterator<Item = Vec<Near>> {
        self.lists.into_iter()
    }

    fn end_row(&mut self, vectors: &Vectors) {
        let pairs = BLOCK * (self.n - self.top);
        let coarse = self.scored as f32 > TOO_COARSE * pairs as f32;
        if coarse && self.top >= WARM * BLOCK && self.products.are_coarse() {
            self.products.sharpen(vectors);
        }
        self.scored = 0;
        self.top = (self.top + BLOCK).min(self.n);
        self.left = self.top;
    }

    /// Offers each pair of the block to both its vectors; pairs on or below the diagonal to none.
    fn offer(&mut self, vectors: &Vectors, top: usize, left: usize) {
        let block = std::mem::take(&mut self.block);
        let width = block.column_slack.len();
        let mut columns = Columns::new(left, &block.column_slack, &self.floors);
        for (row, values) in block.values.chunks_exact(width).enumerate() {
            let (i, slack) = (top + row, block.row_slack[row]);
            let mut floor = self.floors[i] - slack;
            columns.first = (i + 1).saturating_sub(left);
            let (groups, rest) = values.as_chunks::<STRIDE>();
            let before = columns.first / STRIDE;
            for (group, values) in groups.iter().enumerate().skip(before) {
                let least = columns.group_least[group];
                let threshold = if floor < least { floor } else { least };
                let [a, b, c, d, e, f, g, h] = *values;
                let most = f32x4::new([a, b, c, d]).fast_max(f32x4::new([e, f, g, h]));
                if most.simd_ge(f32x4::splat(threshold)).any() {
                    self.look(vectors, i, floor, (group, values), &mut columns);
                    floor = self.floors[i] - slack;
                }
            }
            if !rest.is_empty() {
                self.look(vectors, i, floor, (groups.len(), rest), &mut columns);
            }
        }
        self.block = block;
    }

    /// Looks at the values of vector `i` and a group of columns, and scores the pairs that reach
    /// what either vector's list asks for.
    #[inline(never)]
    fn look(
        &mut self,
        vectors: &Vectors,
        i: usize,
        floor: f32,
        (group, values): (usize, &[f32]),
        columns: &mut Columns,
    ) {
        let mut hits = [0u32; STRIDE];
        let mut count = 0;
        for (j, &value) in (group * STRIDE..).zip(values) {
            if j >= columns.first && (value >= floor || value >= columns.least[j]) {
                hits[count] = (columns.left + j) as u32;
                count += 1;
            }
        }
        self.score(vectors, i, &hits[..count]);
        for &j in &hits[..count] {
            let column = j as usize - columns.left;
            columns.least[column] = self.floors[j as usize] - columns.slack[column];
        }
        columns.update(group);
    }

    /// Scores some pairs, at most [`STRIDE`], and puts each in the lists of both its vectors.
    fn score(&mut self, vectors: &Vectors, i: usize, others: &[u32]) {
        self.scored += others.len();
        let mut scores = [0f32; STRIDE];
        let (fours, rest) = others.as_chunks::<4>();
        for (four, scores) in fours.iter().zip(scores.chunks_exact_mut(4)) {
            scores.copy_from_slice(&self.metric.scores(vectors, i, *four));
        }
        let whole = others.len() - rest.len();
        for (&other, score) in rest.iter().zip(&mut scores[whole..]) {
            [*score] = self.metric.scores(vectors, i, [other]);
        }
        for (&j, &score) in others.iter().zip(&scores) {
            self.put(i, j, score);
            self.put(j as usize, i as u32, score);
        }
    }

    fn put(&mut self, i: usize, index: u32, score: f32) {
        let (metric, k, list) = (self.metric, self.k, &mut self.lists[i]);
        Near { index, score }.insert(list, k, metric);
        if let Some(last) = list.get(k.wrapping_sub(1)) {
            // Others come by rising index: none comes before what is as near as can be.
            let nearest = match metric {
                Metric::Cosine => last.score >= 1.0,
                Metric::Euclidean => last.score <= 0.0,
                Metric::Dot => false,
            };
            self.floors[i] = if nearest {
                f32::INFINITY
            } else {
                self.products.value_of(last.score)
            };
        }
    }
}

/// What the values of a block's columns must reach.
struct Columns<'a> {
    /// The vector of the first column.
    left: usize,
    /// The first column to look at.
    first: usize,
    slack: &'a [f32],
    least: [f32; BLOCK],
    /// The least of each group of columns.
    group_least: [f32; GROUPS],
}

impl<'a> Columns<'a> {
    fn new(left: usize, slack: &'a [f32], floors: &[f32]) -> Self {
        let mut columns = Self {
            left,
            first: 0,
            slack,
            least: [f32::INFINITY; BLOCK],
            group_least: [f32::INFINITY; GROUPS],
        };
        for (j, slack) in slack.iter().enumerate() {
            columns.least[j] = floors[left + j] - slack;
        }
        (0..GROUPS).for_each(|group| columns.update(group));
        columns
    }

    fn update(&mut self, group: usize) {
        let members = &self.least[group * STRIDE..(group + 1) * STRIDE];
        let least = |a, &b| if b < a { b } else { a };
        self.group_least[group] = members.iter().fold(f32::INFINITY, least);
    }
}
