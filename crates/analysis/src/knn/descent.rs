//! The approximate search: lists of neighbours that get better by asking neighbours for theirs.
//!
//! Candidates are compared in 16 bits ([`Units`]), whole blocks of them at a time: the members of a
//! leaf of a random tree with one another, then, again and again, the neighbours of each vector.
//! When that changes little any more, what is in the lists is scored by the metric.

mod candidates;
mod lists;

use candidates::Candidates;
use lists::{Lists, NONE};

use super::forest::Tree;
use super::{BUDGET, Near, WORK_PER_PAIR};
use crate::Vectors;
use crate::layout::Random;
use crate::metric::Metric;
use crate::units::{Chunk, Units};

/// Vectors of a leaf of a tree, at most; more where longer lists are asked for.
const LEAF: usize = 96;

/// Trees that the lists start from.
const TREES: usize = 8;

/// Neighbours that are kept of each vector during the search, at least: short lists get stuck.
const SHORTEST: usize = 12;

/// New and old candidates of a vector in a round, at most each.
const CANDIDATES: usize = 20;

/// The search ends when a round changes less than this share of the lists' entries.
const SETTLED: f32 = 0.002;

/// Rounds, at most.
const ROUNDS: usize = 12;

/// Longest vectors that all are compared with where the dot product counts: these are near to
/// most, and too many think so to be asked for their neighbours.
const HUBS: usize = 256;

/// Rows of a product.
const ROWS: usize = 24;

/// Vectors worked on between two looks at the budget.
const CHUNK: usize = 64;

#[derive(Debug, Clone)]
pub(super) struct Descent {
    metric: Metric,
    n: usize,
    k: usize,
    /// Vectors of a leaf, at most.
    leaf: usize,
    units: Units,
    norms: Vec<f32>,
    lists: Lists,
    random: Random,
    phase: Phase,
    tree: usize,
    /// The order of the first tree: what is near each other in it shares the cache.
    order: Vec<u32>,
    longest: Vec<u32>,
    round: usize,
    changes: usize,
    candidates: Candidates,
    scratch: Scratch,
    found: Vec<Vec<Near>>,
}

#[derive(Debug, Clone)]
enum Phase {
    Begin,
    Forest(Tree),
    /// Comparing all with the longest, up to a vector.
    Hubs(usize),
    /// Collecting the candidates of a round, up to a vector.
    Collect(usize),
    /// Comparing them, up to a place in the order.
    Join(usize),
    Score,
}

impl Descent {
    pub(super) fn new(vectors: &Vectors, k: usize, metric: Metric, seed: u64) -> Self {
        let n = vectors.len();
        let length = k.max(SHORTEST).min(n.saturating_sub(1));
        let lists = if k == 0 { 0 } else { n };
        Self {
            metric,
            n,
            k,
            leaf: LEAF.max(2 * k),
            units: Units::begin(vectors),
            norms: vectors.norms().to_vec(),
            lists: Lists::new(lists, length),
            random: Random::new(seed),
            phase: if k == 0 { Phase::Score } else { Phase::Begin },
            tree: 0,
            order: Vec::new(),
            longest: Vec::new(),
            round: 0,
            changes: 0,
            candidates: Candidates::new(length.clamp(1, CANDIDATES)),
            scratch: Scratch::default(),
            found: Vec::with_capacity(n),
        }
    }

    pub(super) fn step(&mut self, vectors: &Vectors) -> bool {
        let mut spent = 0;
        while spent < BUDGET && self.found.len() < self.n {
            spent += match std::mem::replace(&mut self.phase, Phase::Score) {
                Phase::Begin => self.begin(vectors),
                Phase::Forest(tree) => self.grow(tree),
                Phase::Hubs(first) => self.hubs(first),
                Phase::Collect(first) => self.collect(first),
                Phase::Join(first) => self.join(first),
                Phase::Score => self.score(vectors),
            };
        }
        self.found.len() < self.n
    }

    pub(super) fn progress(&self) -> f32 {
        let n = self.n.max(1) as f32;
        match &self.phase {
            Phase::Begin => 0.05 * self.units.len() as f32 / n,
            Phase::Forest(tree) => 0.05 + 0.35 * (self.tree as f32 + tree.done()) / TREES as f32,
            Phase::Hubs(_) => 0.4,
            // Each round has less to do than the one before.
            Phase::Collect(_) => 0.95 - 0.55 * 0.6f32.powi(self.round as i32),
            Phase::Join(first) => {
                let left = 0.6f32.powi(self.round as i32) * (1.0 - 0.4 * *first as f32 / n);
                0.95 - 0.55 * left
            }
            Phase::Score if self.n == 0 => 1.0,
            Phase::Score => 0.95 + 0.05 * self.found.len() as f32 / n,
        }
    }

    /// The list of each vector.
    pub(super) fn into_lists(self) -> impl ExactSizeIterator<Item = Vec<Near>> {
        self.found.into_iter()
    }

    fn begin(&mut self, vectors: &Vectors) -> usize {
        let count = (BUDGET / 16).div_ceil(vectors.dimensions());
        self.phase = if self.units.go_on(vectors, count) {
            Phase::Forest(Tree::new(self.n))
        } else {
            Phase::Begin
        };
        BUDGET / 4
    }

    /// Compares the members of the next leaf.
    fn grow(&mut self, mut tree: Tree) -> usize {
        let Some((leaf, dots)) = tree.next_leaf(self.leaf, &self.units, &mut self.random) else {
            self.tree += 1;
            if self.order.is_empty() {
                self.order = tree.into_order();
            }
            let whole = self.n <= self.leaf;
            self.phase = if whole {
                Phase::Score
            } else if self.tree < TREES {
                Phase::Forest(Tree::new(self.n))
            } else if self.metric == Metric::Dot {
                Phase::Hubs(0)
            } else {
                Phase::Collect(0)
            };
            return self.n;
        };
        self.scratch.take(leaf, &self.units);
        let pairs = self.compare(self.scratch.rows.len());
        self.phase = Phase::Forest(tree);
        (dots + pairs) * self.pair()
    }

    /// Compares the next vectors with the longest.
    fn hubs(&mut self, first: usize) -> usize {
        if first == 0 {
            let norms = &self.norms;
            self.longest = (0..self.n as u32).collect();
            self.longest.sort_by(|&a, &b| {
                let order = norms[b as usize].total_cmp(&norms[a as usize]);
                order.then(a.cmp(&b))
            });
            self.longest.truncate(HUBS);
        }
        let end = (first + CHUNK).min(self.n);
        let rows: Vec<u32> = (first as u32..end as u32).collect();
        self.scratch.take(&rows, &self.units);
        self.scratch.add(&self.longest, &self.units);
        let pairs = self.compare(rows.len());
        self.phase = if end < self.n {
            Phase::Hubs(end)
        } else {
            Phase::Collect(0)
        };
        pairs * self.pair()
    }

    /// What the comparison of two vectors costs.
    fn pair(&self) -> usize {
        self.scratch.width * size_of::<Chunk>() / size_of::<i16>() + WORK_PER_PAIR
    }

    /// Compares the first `new` vectors at hand with all that come after each; returns how many
    /// pairs those are.
    fn compare(&mut self, new: usize) -> usize {
        let Self {
            units,
            lists,
            scratch,
            norms,
            metric,
            ..
        } = self;
        let width = scratch.width;
        for first in (0..new).step_by(ROWS) {
            let end = (first + ROWS).min(new);
            let columns = scratch.rows.len() - first;
            let dots = &mut scratch.dots[..(end - first) * columns];
            let (rows, all) = (first * width..end * width, first * width..);
            units.product(&scratch.chunks[rows], &scratch.chunks[all], dots);
            for (row, dots) in (first..end).zip(dots.chunks_exact(columns)) {
                let i = scratch.rows[row];
                let others = scratch.rows[row + 1..].iter().zip(&dots[row + 1 - first..]);
                for (&j, &dot) in others {
                    let value = match metric {
                        Metric::Cosine => dot as f32,
                        // The scale first: with it the largest norms' product is beyond f32.
                        Metric::Dot => {
                            dot as f32 / Units::scale() * (norms[i as usize] * norms[j as usize])
                        }
                        Metric::Euclidean => {
                            let (a, b) = (norms[i as usize], norms[j as usize]);
                            a * b * (dot as f32 / Units::scale()) - 0.5 * (a * a + b * b)
                        }
                    };
                    if i != j {
                        self.changes += usize::from(lists.offer(i, j, value));
                        self.changes += usize::from(lists.offer(j, i, value));
                    }
                }
            }
        }
        new * scratch.rows.len() - new * new / 2
    }

    /// Puts the neighbours of the next vectors among one another's candidates.
    fn collect(&mut self, first: usize) -> usize {
        if first == 0 {
            self.candidates.clear(self.n);
        }
        let end = (first + CHUNK).min(self.n);
        for i in first..end {
            for slot in self.lists.of(i) {
                let j = slot.index();
                if j != NONE {
                    let fresh = slot.is_fresh();
                    self.candidates.offer(i as u32, j, fresh, &mut self.random);
                    self.candidates.offer(j, i as u32, fresh, &mut self.random);
                }
            }
        }
        self.phase = if end < self.n {
            Phase::Collect(end)
        } else {
            self.changes = 0;
            Phase::Join(0)
        };
        CHUNK * self.lists.length * 64
    }

    /// Compares the candidates of the next vectors: the new ones with one another and the old ones.
    fn join(&mut self, first: usize) -> usize {
        let end = (first + CHUNK).min(self.n);
        let mut pairs = 0;
        for at in first..end {
            let i = self.order[at] as usize;
            let (new, old) = self.candidates.of(i);
            for slot in self.lists.of_mut(i) {
                if slot.is_fresh() && new.contains(&slot.index()) {
                    slot.age();
                }
            }
            if new.is_empty() {
                continue;
            }
            let count = new.len();
            self.scratch.take(new, &self.units);
            self.scratch.add(old, &self.units);
            pairs += self.compare(count);
        }
        self.phase = if end < self.n {
            Phase::Join(end)
        } else {
            self.round += 1;
            let settled = (self.changes as f32) < SETTLED * (self.n * self.lists.length) as f32;
            if settled || self.round >= ROUNDS {
                Phase::Score
            } else {
                Phase::Collect(0)
            }
        };
        pairs * self.pair() + CHUNK * 256
    }

    /// Scores the lists of the next vectors.
    fn score(&mut self, vectors: &Vectors) -> usize {
        let first = self.found.len();
        let end = (first + CHUNK).min(self.n);
        for i in first..end {
            let mut list = Vec::with_capacity(self.k + 1);
            if self.k > 0 {
                for slot in self.lists.of(i).iter().filter(|slot| slot.index() != NONE) {
                    let index = slot.index();
                    let [score] = self.metric.scores(vectors, i, [index]);
                    Near { index, score }.insert(&mut list, self.k, self.metric);
                }
                fill(vectors, i, self.k, self.metric, &mut list);
            }
            self.found.push(list);
        }
        self.phase = Phase::Score;
        CHUNK * self.lists.length * (vectors.dimensions() * 4 + WORK_PER_PAIR)
    }
}

/// Vectors to be compared, copied to where the processor reads them in one go.
#[derive(Debug, Clone, Default)]
struct Scratch {
    rows: Vec<u32>,
    chunks: Vec<Chunk>,
    width: usize,
    dots: Vec<i32>,
}

impl Scratch {
    fn take(&mut self, rows: &[u32], units: &Units) {
        self.rows.clear();
        self.chunks.clear();
        self.width = units.width();
        self.add(rows, units);
    }

    fn add(&mut self, rows: &[u32], units: &Units) {
        for &row in rows {
            self.chunks
                .extend_from_slice(units.rows(row as usize..row as usize + 1));
        }
        self.rows.extend_from_slice(rows);
        let dots = ROWS * self.rows.len();
        if self.dots.len() < dots {
            self.dots.resize(dots, 0);
        }
    }
}

/// Makes up for what is missing in a list with whatever vectors come next.
fn fill(vectors: &Vectors, i: usize, k: usize, metric: Metric, list: &mut Vec<Near>) {
    let n = vectors.len();
    let others = (1..n).map(|step| ((i + step) % n) as u32);
    for index in others {
        if list.len() >= k {
            break;
        }
        if list.iter().all(|near| near.index != index) {
            let [score] = metric.scores(vectors, i, [index]);
            Near { index, score }.insert(list, k, metric);
        }
    }
}
