//! Sets of texts that say the same: what is linked by pairs above a threshold, whatever the
//! threshold (single linkage).
//!
//! Of all pairs only those of a spanning forest matter, the most similar first (Gower & Ross 1969):
//! at any threshold they link what all pairs link. So however many pairs there are, what is kept is
//! fewer than the vectors, and another threshold costs no search.

use wide::f32x4;

use crate::knn::products::{BLOCK, Block, Products};
use crate::knn::{BUDGET, TOO_COARSE, WARM, WORK_PER_PAIR};
use crate::metric::Metric;
use crate::{AnalysisError, Distinct, NeighborGraph, ScoredPair, Vectors};

/// Distance of the thresholds by which pairs that link nothing new are told early. Texts about one
/// thing score within few hundredths of one another: wider steps would tell none of their pairs.
const STEP: f32 = 0.01;

/// Values compared at once.
const STRIDE: usize = 8;

/// What scoring a pair costs in f32, in units of its product in 8-bit integers.
const SCORING: usize = 10;

/// Pairs beyond twice the vectors that are gathered before the forest is made of them.
const GATHERED: usize = 1 << 16;

/// The pairs that link different vectors from some cosine similarity on.
#[derive(Debug, Clone, PartialEq)]
pub struct Links {
    /// Count of vectors.
    n: usize,
    floor: f32,
    /// A forest, most similar first.
    pairs: Vec<ScoredPair>,
}

impl Links {
    /// The links among neighbours, of those with a score of at least `floor`: all there are as long
    /// as no vector has more such neighbours than `graph` has, and otherwise most. The graph must
    /// be one by cosine similarity.
    pub fn among_neighbors(graph: &NeighborGraph, floor: f32) -> Self {
        debug_assert_eq!(graph.metric(), Metric::Cosine);
        let mut pairs = Vec::new();
        for i in 0..graph.len() {
            let near = graph.of(i).iter().zip(graph.scores_of(i));
            let near = near.take_while(|&(_, &score)| score >= floor);
            pairs.extend(near.map(|(&j, &score)| ScoredPair {
                first: i.min(j as usize),
                second: i.max(j as usize),
                score,
            }));
        }
        let n = graph.len();
        reduce(&mut pairs, n);
        Self { n, floor, pairs }
    }

    /// The cosine similarity from which on pairs are known, −1 to 1.
    pub fn floor(&self) -> f32 {
        self.floor
    }

    /// The sets of points that are linked by pairs with a cosine similarity of at least
    /// `threshold`, each with two points or more, rising; the largest set first, equal ones by
    /// their first point. The vectors of the links are the different ones of `points`; equal points
    /// belong together at any threshold.
    ///
    /// # Errors
    /// [`AnalysisError::BadOption`] when the threshold is below [`Links::floor`] or beyond 1,
    /// [`AnalysisError::Mismatch`] when there are not as many different points as vectors.
    pub fn sets(&self, points: &Distinct, threshold: f32) -> Result<Vec<Vec<u32>>, AnalysisError> {
        if !(self.floor..=1.0).contains(&threshold) {
            return Err(AnalysisError::BadOption {
                option: "the threshold",
                allowed: "a cosine similarity from which on pairs were sought",
                value: f64::from(threshold),
            });
        }
        if points.len() != self.n {
            return Err(AnalysisError::Mismatch {
                what: "different points",
                expected: self.n,
                found: points.len(),
            });
        }
        let mut parts = Parts::new(self.n);
        for pair in (self.pairs.iter()).take_while(|pair| pair.score >= threshold) {
            parts.join(pair.first, pair.second);
        }
        let mut sets: Vec<Vec<u32>> = vec![Vec::new(); self.n];
        for (i, &number) in points.numbers().iter().enumerate() {
            sets[parts.of(number as usize)].push(i as u32);
        }
        sets.retain(|set| set.len() > 1);
        sets.sort_unstable_by_key(|set| (std::cmp::Reverse(set.len()), set.first().copied()));
        Ok(sets)
    }
}

/// The exact search for [`Links`] in steps: it compares every pair, most of them in 8-bit integers,
/// and scores again in f32 those that may link something.
#[derive(Debug, Clone)]
pub struct LinkSearch {
    n: usize,
    floor: f32,
    products: Products,
    block: Block,
    pairs: Vec<ScoredPair>,
    /// What is linked at `floor` and every [`STEP`] above it.
    levels: Vec<Parts>,
    /// Where the next block begins.
    top: usize,
    left: usize,
    /// Pairs of this row of blocks that were scored.
    scored: usize,
}

impl LinkSearch {
    /// Begins a search for pairs with a cosine similarity of at least `floor`, −1 to 1. Equal
    /// vectors should be left out first, see [`Distinct`].
    ///
    /// # Errors
    /// [`AnalysisError::BadOption`] when `floor` is out of its range.
    pub fn new(vectors: &Vectors, floor: f32) -> Result<Self, AnalysisError> {
        if !(-1.0..=1.0).contains(&floor) {
            return Err(AnalysisError::BadOption {
                option: "the least similarity",
                allowed: "-1 to 1",
                value: f64::from(floor),
            });
        }
        let n = vectors.len();
        let levels = ((1.0 - floor) / STEP) as usize + 1;
        Ok(Self {
            n,
            floor,
            products: Products::new(vectors, Metric::Cosine),
            block: Block::default(),
            pairs: Vec::new(),
            levels: vec![Parts::new(n); levels],
            top: 0,
            left: 0,
            scored: 0,
        })
    }

    /// The cosine similarity from which on pairs are sought, −1 to 1.
    pub fn floor(&self) -> f32 {
        self.floor
    }

    /// Works for some 5 to 30 ms; false when all is done. `vectors` must be those the search began
    /// with.
    pub fn step(&mut self, vectors: &Vectors) -> bool {
        let (n, pair) = (self.n, vectors.dimensions() + WORK_PER_PAIR);
        let mut spent = 0;
        while self.top < n && spent < BUDGET {
            let rows = self.top..(self.top + BLOCK).min(n);
            let columns = self.left..(self.left + BLOCK).min(n);
            spent += rows.len() * columns.len() * pair;
            let (top, left) = (rows.start, columns.start);
            self.products.run(vectors, rows, columns, &mut self.block);
            let before = self.scored;
            self.look(vectors, top, left);
            spent += (self.scored - before) * pair * SCORING;
            self.left += BLOCK;
            if self.left >= n {
                // Too many pairs may link something only because their values are rough.
                let many = TOO_COARSE * (BLOCK * (n - top)) as f32;
                if self.scored as f32 > many && top >= WARM * BLOCK {
                    self.products.sharpen(vectors);
                }
                self.scored = 0;
                self.top = (self.top + BLOCK).min(n);
                self.left = self.top;
            }
            if self.pairs.len() > 2 * n + GATHERED {
                reduce(&mut self.pairs, n);
            }
        }
        self.top < n
    }

    /// Share of the work done, 0 to 1.
    pub fn progress(&self) -> f32 {
        // What is left of the triangle of pairs is a triangle too.
        let left = (self.n - self.top) as f32 / self.n.max(1) as f32;
        1.0 - left * left
    }

    /// The links; does first what is left to do.
    pub fn finish(mut self, vectors: &Vectors) -> Links {
        while self.step(vectors) {}
        reduce(&mut self.pairs, self.n);
        Links {
            n: self.n,
            floor: self.floor,
            pairs: self.pairs,
        }
    }

    /// Looks for pairs above the diagonal whose values reach the floor.
    fn look(&mut self, vectors: &Vectors, top: usize, left: usize) {
        let block = std::mem::take(&mut self.block);
        let width = block.column_slack.len();
        for (row, values) in block.values.chunks_exact(width).enumerate() {
            let (i, slack) = (top + row, block.row_slack[row]);
            let least = self.floor - slack;
            let first = (i + 1).saturating_sub(left);
            let before = (first / STRIDE).min(values.len() / STRIDE);
            for (group, values) in values.chunks(STRIDE).enumerate().skip(before) {
                if let [a, b, c, d, e, f, g, h] = *values {
                    let most = f32x4::new([a, b, c, d]).fast_max(f32x4::new([e, f, g, h]));
                    if !most.simd_ge(f32x4::splat(least)).any() {
                        continue;
                    }
                }
                for (column, &value) in (group * STRIDE..).zip(values) {
                    if column >= first && value >= least {
                        self.offer(vectors, i, left + column, value + slack);
                    }
                }
            }
        }
        self.block = block;
    }

    /// Takes a pair in whose score is at most `most`, if it links something.
    fn offer(&mut self, vectors: &Vectors, first: usize, second: usize, most: f32) {
        if self.are_linked(first, second, most) {
            return;
        }
        self.scored += 1;
        let [score] = Metric::Cosine.scores(vectors, first, [second as u32]);
        if score < self.floor || self.are_linked(first, second, score) {
            return;
        }
        self.pairs.push(ScoredPair {
            first,
            second,
            score,
        });
        let floor = self.floor;
        for (at, level) in self.levels.iter_mut().enumerate() {
            if threshold(floor, at) > score {
                break;
            }
            level.join(first, second);
        }
    }

    /// Whether pairs that all score at least `score` link two vectors already: then a pair of these
    /// two that scores no more links nothing new at any threshold.
    fn are_linked(&mut self, first: usize, second: usize, score: f32) -> bool {
        let mut at = ((score - self.floor) / STEP).max(0.0) as usize;
        while at < self.levels.len() && threshold(self.floor, at) < score {
            at += 1;
        }
        (self.levels.get_mut(at)).is_some_and(|level| level.of(first) == level.of(second))
    }
}

/// The threshold of a level.
fn threshold(floor: f32, level: usize) -> f32 {
    floor + level as f32 * STEP
}

/// Leaves of some pairs those that link anything when they are taken most similar first.
fn reduce(pairs: &mut Vec<ScoredPair>, n: usize) {
    pairs.sort_unstable_by(|a, b| {
        b.score
            .total_cmp(&a.score)
            .then((a.first, a.second).cmp(&(b.first, b.second)))
    });
    let mut parts = Parts::new(n);
    pairs.retain(|pair| parts.join(pair.first, pair.second));
}

/// Disjoint sets.
#[derive(Debug, Clone)]
struct Parts {
    /// On the way from each member to the one that stands for its set.
    up: Vec<u32>,
}

impl Parts {
    fn new(n: usize) -> Self {
        Self {
            up: (0..n as u32).collect(),
        }
    }

    /// The member that stands for the set of another: its first.
    fn of(&mut self, mut member: usize) -> usize {
        while self.up[member] as usize != member {
            self.up[member] = self.up[self.up[member] as usize];
            member = self.up[member] as usize;
        }
        member
    }

    /// Makes one set of those of two members; false if it is one already.
    fn join(&mut self, a: usize, b: usize) -> bool {
        let (a, b) = (self.of(a), self.of(b));
        self.up[a.max(b)] = a.min(b) as u32;
        a != b
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cosine;

    /// Vectors around some directions, some of them equal.
    fn grouped(n: usize, groups: usize, d: usize, noise: f32) -> Vectors {
        let mut random = fastrand::Rng::with_seed(3);
        let centers: Vec<f32> = (0..groups * d).map(|_| random.f32() - 0.5).collect();
        let mut vectors = Vectors::new(d).unwrap();
        for i in 0..n {
            let center = &centers[random.usize(0..groups) * d..][..d];
            let noisy = center.iter().map(|x| x + noise * (random.f32() - 0.5));
            let row: Vec<f32> = if i % 7 == 6 {
                vectors.row(random.usize(0..i)).to_vec()
            } else {
                noisy.collect()
            };
            vectors.push(&row).unwrap();
        }
        vectors
    }

    fn links(vectors: &Vectors, floor: f32) -> (Distinct, Links) {
        let distinct = Distinct::of(vectors);
        let different = vectors.select(distinct.firsts()).unwrap();
        let search = LinkSearch::new(&different, floor).unwrap();
        (distinct, search.finish(&different))
    }

    /// By following all pairs from point to point.
    fn plain_sets(vectors: &Vectors, threshold: f32) -> Vec<Vec<u32>> {
        let n = vectors.len();
        let mut seen = vec![false; n];
        let mut sets = Vec::new();
        for start in 0..n {
            let (mut set, mut open) = (Vec::new(), vec![start]);
            while let Some(i) = open.pop() {
                if std::mem::replace(&mut seen[i], true) {
                    continue;
                }
                set.push(i as u32);
                open.extend(
                    (0..n).filter(|&j| !seen[j] && cosine(vectors, i, j).unwrap() >= threshold),
                );
            }
            set.sort_unstable();
            if set.len() > 1 {
                sets.push(set);
            }
        }
        sets.sort_by_key(|set| std::cmp::Reverse(set.len()));
        sets
    }

    #[test]
    fn sets_are_what_all_pairs_link() {
        for (n, groups, noise) in [
            (300, 20, 0.5),
            (300, 6, 1.2),
            (150, 150, 0.1),
            (260, 1, 0.9),
        ] {
            let vectors = grouped(n, groups, 24, noise);
            let (points, links) = links(&vectors, 0.6);
            for threshold in [0.6, 0.65, 0.7003, 0.8, 0.85, 0.9, 0.97, 0.999, 1.0] {
                let found = links.sets(&points, threshold).unwrap();
                assert_eq!(found, plain_sets(&vectors, threshold), "{n}, {threshold}");
            }
            assert!(links.pairs.len() < points.len());
        }
    }

    #[test]
    fn many_equal_points_are_one_set() {
        let rows: Vec<[f32; 2]> = (0..30_000)
            .map(|i| if i == 5 { [0.0, 1.0] } else { [1.0, 0.0] })
            .collect();
        let vectors = Vectors::from_flat(rows.as_flattened().to_vec(), 2).unwrap();
        let (points, links) = links(&vectors, 0.6);
        let sets = links.sets(&points, 1.0).unwrap();
        assert_eq!((sets.len(), sets[0].len()), (1, 29_999));
        assert_eq!(sets[0][..6], [0, 1, 2, 3, 4, 6]);
    }

    #[test]
    fn many_pairs_are_gathered_and_made_few() {
        // Nearly all pairs reach the floor.
        let vectors = grouped(1_200, 1, 16, 0.6);
        let (points, links) = links(&vectors, -1.0);
        assert_eq!(links.pairs.len(), points.len() - 1);
        assert_eq!(links.sets(&points, -1.0).unwrap().len(), 1);
        for threshold in [0.5, 0.93] {
            assert_eq!(
                links.sets(&points, threshold).unwrap(),
                plain_sets(&vectors, threshold)
            );
        }
    }

    #[test]
    fn enough_neighbors_give_the_same_links() {
        let vectors = grouped(300, 40, 24, 0.5);
        let (points, exact) = links(&vectors, 0.6);
        let different = vectors.select(points.firsts()).unwrap();
        let graph = NeighborGraph::exact(&different, 30, Metric::Cosine).unwrap();
        let found = Links::among_neighbors(&graph, 0.6);
        for threshold in [0.6, 0.8, 0.95] {
            let sets = found.sets(&points, threshold).unwrap();
            assert_eq!(sets, exact.sets(&points, threshold).unwrap());
            assert!(!sets.is_empty());
        }
    }

    #[test]
    fn few_points_and_bad_thresholds() {
        for n in 0..3 {
            let vectors = Vectors::from_flat([1.0, 0.0].repeat(n), 2).unwrap();
            let (points, links) = links(&vectors, 0.6);
            let sets = links.sets(&points, 0.9).unwrap();
            assert_eq!(sets.len(), usize::from(n == 2));
            assert_eq!(links.floor(), 0.6);
            for threshold in [0.5, 1.1, f32::NAN] {
                assert!(matches!(
                    links.sets(&points, threshold),
                    Err(AnalysisError::BadOption { .. })
                ));
            }
        }
        let (two, _) = links(
            &Vectors::from_flat(vec![1.0, 0.0, 0.0, 1.0], 2).unwrap(),
            0.6,
        );
        let (_, one) = links(&Vectors::from_flat(vec![1.0, 0.0], 2).unwrap(), 0.6);
        assert!(matches!(
            one.sets(&two, 0.9),
            Err(AnalysisError::Mismatch { .. })
        ));
        let vectors = Vectors::new(2).unwrap();
        assert!(LinkSearch::new(&vectors, f32::NAN).is_err());
        assert!(LinkSearch::new(&vectors, 0.6).unwrap().progress() <= 1.0);
    }
}
