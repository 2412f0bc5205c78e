//! An order of texts in which similar ones sit together, for the heat map.
//!
//! Average-linkage clustering on cosine distance (Sokal & Michener 1958; nearest-neighbour chains,
//! crate `kodama`) gives a tree; what is left to choose is which branch of each fork comes first.
//! Up to [`OPTIMAL_LIMIT`] texts that is done exactly, by optimal leaf ordering (Bar-Joseph,
//! Gifford & Jaakkola 2001: the sum of distances between neighbours is the least that the tree
//! allows); beyond, each fork is turned so that its inner ends are as near as can be (Gruvaeus &
//! Wainer 1972).

use kodama::{Method, Step, linkage};

use crate::similarity::cosine_matrix;
use crate::{AnalysisError, Vectors};

/// Most texts that are ordered optimally (cubic time: 0.1 s at 500).
pub const OPTIMAL_LIMIT: usize = 500;

/// Most texts that are ordered at all.
pub const ORDER_LIMIT: usize = 5_000;

/// An order of the vectors (a permutation of `0..n`) in which similar ones sit together. The same
/// vectors give the same order; of an order and its reverse, the one whose first text has the
/// lower index.
///
/// # Errors
/// [`AnalysisError::TooMany`] beyond [`ORDER_LIMIT`] vectors.
pub fn similarity_order(vectors: &Vectors) -> Result<Vec<usize>, AnalysisError> {
    let n = vectors.len();
    if n > ORDER_LIMIT {
        return Err(AnalysisError::TooMany {
            what: "ordering by similarity",
            rows: n,
            limit: ORDER_LIMIT,
        });
    }
    if n < 3 {
        return Ok((0..n).collect());
    }
    let mut distances = cosine_matrix(vectors)?;
    distances.iter_mut().for_each(|score| *score = 1.0 - *score);
    let mut condensed: Vec<f32> = (0..n)
        .flat_map(|i| distances[i * n + i + 1..(i + 1) * n].iter().copied())
        .collect();
    let dendrogram = linkage(&mut condensed, n, Method::Average);
    let tree = Tree {
        n,
        distances,
        forks: forks(dendrogram.steps()),
    };
    let mut order = if n <= OPTIMAL_LIMIT {
        tree.optimal_order()
    } else {
        tree.turned_order()
    };
    if order.first() > order.last() {
        order.reverse();
    }
    Ok(order)
}

/// The two branches of each fork, by cluster number as in SciPy: below `n` a leaf, from `n` on the
/// fork of that number less `n`. The branch that holds the lower number comes first.
fn forks(steps: &[Step<f32>]) -> Vec<[usize; 2]> {
    steps
        .iter()
        .map(|s| [s.cluster1.min(s.cluster2), s.cluster1.max(s.cluster2)])
        .collect()
}

struct Tree {
    n: usize,
    /// `[n, n]`.
    distances: Vec<f32>,
    forks: Vec<[usize; 2]>,
}

impl Tree {
    fn distance(&self, a: usize, b: usize) -> f32 {
        self.distances[a * self.n + b]
    }

    /// Leaves of every cluster, in the order of its branches.
    fn leaves(&self) -> Vec<Vec<usize>> {
        let mut leaves: Vec<Vec<usize>> = (0..self.n).map(|leaf| vec![leaf]).collect();
        for &[left, right] in &self.forks {
            leaves.push([leaves[left].as_slice(), &leaves[right]].concat());
        }
        leaves
    }

    /// Leaves that can stand at the far end of `cluster` when `near` stands at the other.
    fn far_ends<'a>(&self, cluster: usize, near: usize, leaves: &'a [Vec<usize>]) -> &'a [usize] {
        match cluster.checked_sub(self.n) {
            None => &leaves[cluster],
            Some(fork) => {
                let [left, right] = self.forks[fork];
                if leaves[left].contains(&near) {
                    &leaves[right]
                } else {
                    &leaves[left]
                }
            }
        }
    }

    fn optimal_order(&self) -> Vec<usize> {
        let n = self.n;
        let leaves = self.leaves();
        // Least length of the cluster in which u and w part, with u at one end and w at the other.
        let mut cost = vec![0f32; n * n];
        for &[left, right] in &self.forks {
            // Least length from u through the left branch and on to k, the right one's inner end.
            let mut to_inner = vec![0f32; leaves[right].len()];
            for &u in &leaves[left] {
                let ends = self.far_ends(left, u, &leaves);
                for (slot, &k) in to_inner.iter_mut().zip(&leaves[right]) {
                    *slot = ends
                        .iter()
                        .map(|&m| cost[u * n + m] + self.distance(m, k))
                        .fold(f32::INFINITY, f32::min);
                }
                for &w in &leaves[right] {
                    let inner = self.far_ends(right, w, &leaves);
                    // The far ends are a run of the leaves in this order.
                    let start = leaves[right]
                        .iter()
                        .position(|&k| k == inner[0])
                        .unwrap_or(0);
                    let best = inner
                        .iter()
                        .zip(&to_inner[start..])
                        .map(|(&k, &so_far)| so_far + cost[k * n + w])
                        .fold(f32::INFINITY, f32::min);
                    cost[u * n + w] = best;
                    cost[w * n + u] = best;
                }
            }
        }
        let mut order = Vec::with_capacity(n);
        let root = n + self.forks.len() - 1;
        let [left, right] = self.forks[self.forks.len() - 1];
        let ends = leaves[left]
            .iter()
            .flat_map(|&u| leaves[right].iter().map(move |&w| (u, w)));
        let best = ends.min_by(|a, b| cost[a.0 * n + a.1].total_cmp(&cost[b.0 * n + b.1]));
        // Clusters still to be laid out, with the leaves at their ends.
        let mut open: Vec<(usize, usize, usize)> =
            best.map(|(u, w)| (root, u, w)).into_iter().collect();
        while let Some((cluster, u, w)) = open.pop() {
            let Some(fork) = cluster.checked_sub(n) else {
                order.push(cluster);
                continue;
            };
            let [mut left, mut right] = self.forks[fork];
            if !leaves[left].contains(&u) {
                (left, right) = (right, left);
            }
            let mut best = (f32::INFINITY, u, w);
            for &m in self.far_ends(left, u, &leaves) {
                for &k in self.far_ends(right, w, &leaves) {
                    let length = cost[u * n + m] + self.distance(m, k) + cost[k * n + w];
                    if length < best.0 {
                        best = (length, m, k);
                    }
                }
            }
            open.push((right, best.2, w));
            open.push((left, u, best.1));
        }
        order
    }

    fn turned_order(&self) -> Vec<usize> {
        let mut runs: Vec<Vec<usize>> = (0..self.n).map(|leaf| vec![leaf]).collect();
        for &[left, right] in &self.forks {
            let (mut a, mut b) = (
                std::mem::take(&mut runs[left]),
                std::mem::take(&mut runs[right]),
            );
            let ends = |run: &[usize]| (run[0], run[run.len() - 1]);
            let ((a0, a1), (b0, b1)) = (ends(&a), ends(&b));
            // (Length of the joint, turn a, turn b); the first of equals wins.
            let options = [
                (self.distance(a1, b0), false, false),
                (self.distance(a1, b1), false, true),
                (self.distance(a0, b0), true, false),
                (self.distance(a0, b1), true, true),
            ];
            if let Some(&(_, turn_a, turn_b)) = options.iter().min_by(|x, y| x.0.total_cmp(&y.0)) {
                if turn_a {
                    a.reverse();
                }
                if turn_b {
                    b.reverse();
                }
            }
            a.append(&mut b);
            runs.push(a);
        }
        runs.pop().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All orders that turning the forks of a cluster allows.
    fn orders(tree: &Tree, cluster: usize) -> Vec<Vec<usize>> {
        let Some(fork) = cluster.checked_sub(tree.n) else {
            return vec![vec![cluster]];
        };
        let [left, right] = tree.forks[fork].map(|branch| orders(tree, branch));
        left.iter()
            .flat_map(|a| {
                right
                    .iter()
                    .flat_map(move |b| [[&a[..], b].concat(), [&b[..], a].concat()])
            })
            .collect()
    }

    #[test]
    fn leaf_order_is_the_best_of_all_that_the_tree_allows() {
        for seed in 0..20 {
            let mut random = fastrand::Rng::with_seed(seed);
            let n = 2 + seed as usize % 7;
            let mut distances = vec![0f32; n * n];
            for i in 0..n {
                for j in 0..i {
                    distances[i * n + j] = random.f32();
                    distances[j * n + i] = distances[i * n + j];
                }
            }
            let mut open: Vec<usize> = (0..n).collect();
            let mut forks = Vec::new();
            while open.len() > 1 {
                let a = open.swap_remove(random.usize(..open.len()));
                let b = open.swap_remove(random.usize(..open.len()));
                open.push(n + forks.len());
                forks.push([a.min(b), a.max(b)]);
            }
            let tree = Tree {
                n,
                distances,
                forks,
            };
            let length = |order: &[usize]| {
                order
                    .windows(2)
                    .map(|pair| tree.distance(pair[0], pair[1]))
                    .sum::<f32>()
            };
            let best = orders(&tree, 2 * n - 2)
                .iter()
                .map(|order| length(order))
                .fold(f32::INFINITY, f32::min);
            let found = tree.optimal_order();
            assert!(
                (length(&found) - best).abs() < 1e-5,
                "seed {seed}: {} for {best}",
                length(&found)
            );
            let mut turned = tree.turned_order();
            assert!(length(&turned) >= best - 1e-5);
            turned.sort_unstable();
            assert_eq!(turned, (0..n).collect::<Vec<_>>());
        }
    }
}
