//! Which vectors are equal: what costs much is done for one of each, and copied to the others.

use std::collections::HashMap;

use crate::knn::Near;
use crate::{AnalysisError, NeighborGraph, Vectors};

/// The different ones among some vectors, numbered by where each occurs first. Vectors are equal
/// when they are bit for bit.
#[derive(Debug, Clone, PartialEq)]
pub struct Distinct {
    /// Where each different vector occurs first, rising.
    firsts: Vec<usize>,
    /// The different vector that each vector is a copy of, `[n]`.
    numbers: Vec<u32>,
}

impl Distinct {
    /// Finds the different ones among `vectors`.
    pub fn of(vectors: &Vectors) -> Self {
        let mut found = Self {
            firsts: Vec::new(),
            numbers: Vec::with_capacity(vectors.len()),
        };
        // By hash; several different vectors may share one.
        let mut known: HashMap<u64, Vec<u32>> = HashMap::with_capacity(vectors.len());
        for i in 0..vectors.len() {
            let alike = known.entry(vectors.hash(i)).or_default();
            let same = |&&number: &&u32| vectors.same_as(found.firsts[number as usize], vectors, i);
            let number = alike.iter().find(same).copied().unwrap_or_else(|| {
                let number = found.firsts.len() as u32;
                found.firsts.push(i);
                alike.push(number);
                number
            });
            found.numbers.push(number);
        }
        found
    }

    /// Count of different vectors.
    pub fn len(&self) -> usize {
        self.firsts.len()
    }

    /// Whether there are no vectors.
    pub fn is_empty(&self) -> bool {
        self.firsts.is_empty()
    }

    /// Whether no two vectors are equal.
    pub fn all_differ(&self) -> bool {
        self.firsts.len() == self.numbers.len()
    }

    /// Where each different vector occurs first, rising: the rows for [`Vectors::select`].
    pub fn firsts(&self) -> &[usize] {
        &self.firsts
    }

    /// The different vector, below [`Distinct::len`], that each vector is a copy of, `[n]`.
    pub fn numbers(&self) -> &[u32] {
        &self.numbers
    }

    /// Gives every vector the row of the different vector that it is a copy of: from
    /// `[len, width]` to `[n, width]`.
    ///
    /// # Errors
    /// [`AnalysisError::Mismatch`] when there are not as many rows as different vectors.
    pub fn copied(&self, rows: &[f32], width: usize) -> Result<Vec<f32>, AnalysisError> {
        if rows.len() != self.len() * width {
            return Err(AnalysisError::Mismatch {
                what: "rows to copy",
                expected: self.len(),
                found: rows.len() / width.max(1),
            });
        }
        let mut copies = Vec::with_capacity(self.numbers.len() * width);
        for &number in &self.numbers {
            copies.extend_from_slice(&rows[number as usize * width..][..width]);
        }
        Ok(copies)
    }

    /// The graph of all `vectors` from that of the different ones among them: what a search among
    /// all with the same `k` finds, ties included (where that of the different ones is exact), and
    /// `k` of each where there are so many others, though there may be fewer different ones.
    ///
    /// # Errors
    /// [`AnalysisError::Mismatch`] when `vectors` are not those this is of, or `graph` is not one
    /// of as many different vectors with `k` neighbours of each.
    pub fn graph_of_all(
        &self,
        vectors: &Vectors,
        graph: &NeighborGraph,
        k: usize,
    ) -> Result<NeighborGraph, AnalysisError> {
        let n = self.numbers.len();
        let needed = k.min(self.len().saturating_sub(1));
        for (what, expected, found) in [
            ("vectors", n, vectors.len()),
            ("neighbour lists", self.len(), graph.len()),
            ("neighbours of each", needed, graph.k().min(needed)),
        ] {
            if found != expected {
                return Err(AnalysisError::Mismatch {
                    what,
                    expected,
                    found,
                });
            }
        }
        let k = k.min(n.saturating_sub(1));
        // Of many copies only the first can be among the neighbours of any: the point itself may
        // be one of them.
        let mut copies: Vec<Vec<u32>> = vec![Vec::new(); self.len()];
        for (i, &number) in self.numbers.iter().enumerate() {
            let copies = &mut copies[number as usize];
            if copies.len() <= k {
                copies.push(i as u32);
            }
        }
        let metric = graph.metric();
        let nearest = |number: usize| {
            let first = self.firsts[number];
            // A vector that stands alone scores with no copy.
            let own = (copies[number].len() > 1)
                .then(|| metric.score(vectors, first, vectors, first))
                .map(|score| (number, score));
            let others = graph.of(number).iter().zip(graph.scores_of(number));
            let others = others.map(|(&other, &score)| (other as usize, score));
            let mut list: Vec<Near> = own
                .into_iter()
                .chain(others)
                .flat_map(|(number, score)| {
                    copies[number]
                        .iter()
                        .map(move |&index| Near { index, score })
                })
                .collect();
            list.sort_unstable_by(|a, b| {
                metric
                    .nearer_first(a.score, b.score)
                    .then(a.index.cmp(&b.index))
            });
            list.truncate(k + 1);
            list
        };
        let lists: Vec<Vec<Near>> = (0..self.len()).map(nearest).collect();
        let lists = self.numbers.iter().enumerate().map(|(i, &number)| {
            let list = &lists[number as usize];
            let others = list.iter().filter(|near| near.index as usize != i);
            others.take(k).copied().collect()
        });
        Ok(NeighborGraph::from_lists(metric, k, lists))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Metric;

    /// 120 vectors of few values, so that many are equal and many others equally near.
    fn crowded(seed: u64) -> Vectors {
        let mut random = fastrand::Rng::with_seed(seed);
        let values = (0..360).map(|_| random.u8(0..3) as f32 - 1.0);
        Vectors::from_flat(values.collect(), 3).unwrap()
    }

    #[test]
    fn different_vectors_are_numbered_by_first_occurrence() {
        let data = vec![1.0, 0.0, 2.0, 0.0, 1.0, 0.0, -0.0, 3.0, 2.0, 0.0];
        let distinct = Distinct::of(&Vectors::from_flat(data, 2).unwrap());
        assert_eq!(distinct.firsts(), [0, 1, 3]);
        assert_eq!(distinct.numbers(), [0, 1, 0, 2, 1]);
        assert!(!distinct.all_differ() && distinct.len() == 3);
        assert_eq!(
            distinct.copied(&[1.0, 2.0, 3.0], 1).unwrap(),
            [1.0, 2.0, 1.0, 3.0, 2.0]
        );
        assert!(distinct.copied(&[1.0, 2.0, 3.0], 2).is_err());
        let none = Distinct::of(&Vectors::new(2).unwrap());
        assert!(none.is_empty() && none.all_differ());
    }

    #[test]
    fn the_graph_of_all_is_what_a_search_among_all_finds() {
        for (seed, metric) in [
            (1, Metric::Cosine),
            (2, Metric::Euclidean),
            (3, Metric::Dot),
        ] {
            let vectors = crowded(seed);
            let distinct = Distinct::of(&vectors);
            assert!(distinct.len() < 28);
            let few = vectors.select(distinct.firsts()).unwrap();
            for k in [0, 1, 2, 5, 9, 40, 200] {
                let graph = NeighborGraph::exact(&few, k, metric).unwrap();
                let found = distinct.graph_of_all(&vectors, &graph, k).unwrap();
                let expected = NeighborGraph::exact(&vectors, k, metric).unwrap();
                assert_eq!(found, expected, "{metric:?}, {k}");
            }
            let short = NeighborGraph::exact(&few, 2, metric).unwrap();
            assert!(distinct.graph_of_all(&vectors, &short, 3).is_err());
            assert!(distinct.graph_of_all(&few, &short, 2).is_err());
        }
    }
}
