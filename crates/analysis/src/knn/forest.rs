//! Random projection trees (Dasgupta & Freund 2008): neighbours often share a leaf.

use std::ops::Range;

use crate::layout::Random;
use crate::units::Units;

/// Part of a node's vectors that its smaller branch has at least; else it is cut in the middle, so
/// that no data makes a tree deep.
const SMALLEST: usize = 32;

/// A tree that is grown branch by branch, and forgotten as it goes.
#[derive(Debug, Clone)]
pub(super) struct Tree {
    /// The vectors, those of a node side by side.
    order: Vec<u32>,
    /// Nodes whose leaves are still to come.
    nodes: Vec<Range<usize>>,
}

impl Tree {
    pub(super) fn new(n: usize) -> Self {
        Self {
            order: (0..n as u32).collect(),
            nodes: std::iter::once(0..n).collect(),
        }
    }

    /// The next leaf, of at most `size` vectors, and how many dot products it took to find; `None`
    /// when there are no more.
    pub(super) fn next_leaf(
        &mut self,
        size: usize,
        units: &Units,
        random: &mut Random,
    ) -> Option<(&[u32], usize)> {
        let mut node = self.nodes.pop()?;
        let mut work = 0;
        while node.len() > size {
            let middle = split(&mut self.order[node.clone()], units, random) + node.start;
            work += 2 * node.len();
            self.nodes.push(middle..node.end);
            node.end = middle;
        }
        Some((&self.order[node], work))
    }

    /// Share of the vectors whose leaves were there, 0 to 1.
    pub(super) fn done(&self) -> f32 {
        let left: usize = self.nodes.iter().map(ExactSizeIterator::len).sum();
        1.0 - left as f32 / self.order.len().max(1) as f32
    }

    /// The vectors in the order of the leaves.
    pub(super) fn into_order(self) -> Vec<u32> {
        self.order
    }
}

/// Parts some vectors by which of two of them, drawn at random, each is nearer to; returns how many
/// are in the first part.
fn split(order: &mut [u32], units: &Units, random: &mut Random) -> usize {
    let first = random.below(order.len());
    let second = random.below(order.len() - 1);
    let second = second + usize::from(second >= first);
    let ends = [order[first] as usize, order[second] as usize];
    let (mut low, mut high) = (0, order.len());
    while low < high {
        let [a, b] = units.dots(order[low] as usize, ends);
        let goes_left = match a.cmp(&b) {
            std::cmp::Ordering::Greater => true,
            std::cmp::Ordering::Less => false,
            std::cmp::Ordering::Equal => random.below(2) == 0,
        };
        if goes_left {
            low += 1;
        } else {
            high -= 1;
            order.swap(low, high);
        }
    }
    if low.min(order.len() - low) * SMALLEST < order.len() {
        order.len() / 2
    } else {
        low
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Vectors;

    #[test]
    fn every_vector_is_in_one_leaf_whatever_the_data() {
        let mut random = fastrand::Rng::with_seed(1);
        let mut outlier: Vec<f32> = (0..4_000).map(|_| random.f32() - 0.5).collect();
        outlier[..4].fill(1e6);
        for data in [outlier, vec![0.25; 4_000], vec![0.0; 4_000]] {
            let units = Units::new(&Vectors::from_flat(data, 4).unwrap());
            let mut tree = Tree::new(1_000);
            let mut random = Random::new(3);
            let mut found = Vec::new();
            while let Some((leaf, _)) = tree.next_leaf(50, &units, &mut random) {
                assert!((1..=50).contains(&leaf.len()));
                found.extend_from_slice(leaf);
            }
            assert_eq!(tree.into_order(), found);
            found.sort_unstable();
            assert!(found.into_iter().eq(0..1_000));
        }
    }
}
