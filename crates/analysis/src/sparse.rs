//! A symmetric weighted graph, made from the nearest neighbours of every point.

use crate::NeighborGraph;

/// A symmetric graph without loops, in compressed rows.
#[derive(Debug, Clone, Default)]
pub(crate) struct SparseGraph {
    /// `[n + 1]`: where each row begins.
    pub(crate) rows: Vec<usize>,
    /// The other vertex of each edge, ascending in each row.
    pub(crate) columns: Vec<u32>,
    /// Weight of each edge, above 0.
    pub(crate) weights: Vec<f32>,
}

impl SparseGraph {
    /// Joins what each two points make of each other: `weights`, `[n, k]`, of the neighbours, 0
    /// where a point is no neighbour, combined by a symmetric function.
    pub(crate) fn symmetric(
        neighbors: &NeighborGraph,
        weights: &[f32],
        combine: impl Fn(f32, f32) -> f32,
    ) -> Self {
        let (n, k) = (neighbors.len(), neighbors.k());
        let mut outgoing: Vec<Vec<(u32, f32)>> = Vec::with_capacity(n);
        let mut incoming: Vec<Vec<(u32, f32)>> = vec![Vec::new(); n];
        for i in 0..n {
            let weights = weights[i * k..(i + 1) * k].iter().copied();
            let mut edges: Vec<(u32, f32)> = neighbors.of(i).iter().copied().zip(weights).collect();
            edges.sort_unstable_by_key(|edge| edge.0);
            for &(j, weight) in &edges {
                incoming[j as usize].push((i as u32, weight));
            }
            outgoing.push(edges);
        }
        let mut graph = Self {
            rows: vec![0],
            ..Self::default()
        };
        for (out, back) in outgoing.iter().zip(&incoming) {
            let (mut out, mut back) = (out.iter().peekable(), back.iter().peekable());
            loop {
                let next = out
                    .peek()
                    .map(|e| e.0)
                    .into_iter()
                    .chain(back.peek().map(|e| e.0))
                    .min();
                let Some(column) = next else { break };
                let a = out.next_if(|e| e.0 == column).map_or(0.0, |e| e.1);
                let b = back.next_if(|e| e.0 == column).map_or(0.0, |e| e.1);
                let weight = combine(a, b);
                if weight > 0.0 {
                    graph.columns.push(column);
                    graph.weights.push(weight);
                }
            }
            graph.rows.push(graph.columns.len());
        }
        graph
    }

    /// Leaves out the edges lighter than `least`.
    pub(crate) fn prune(&mut self, least: f32) {
        let mut kept = Self {
            rows: vec![0],
            ..Self::default()
        };
        for row in self.rows.windows(2) {
            for at in row[0]..row[1] {
                if self.weights[at] >= least {
                    kept.columns.push(self.columns[at]);
                    kept.weights.push(self.weights[at]);
                }
            }
            kept.rows.push(kept.columns.len());
        }
        *self = kept;
    }

    pub(crate) fn heaviest(&self) -> f32 {
        self.weights.iter().copied().fold(0.0, f32::max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Metric, Vectors};

    #[test]
    fn the_graph_is_symmetric_and_has_no_loops() {
        let mut random = fastrand::Rng::with_seed(1);
        let vectors =
            Vectors::from_flat((0..600).map(|_| random.f32() - 0.5).collect(), 6).unwrap();
        let neighbors = NeighborGraph::exact(&vectors, 7, Metric::Cosine).unwrap();
        let weights: Vec<f32> = (0..700).map(|i| 0.1 + (i % 7) as f32 / 10.0).collect();
        let mut graph = SparseGraph::symmetric(&neighbors, &weights, |a, b| a + b - a * b);
        let weight = |graph: &SparseGraph, i: usize, j: usize| {
            let row = graph.rows[i]..graph.rows[i + 1];
            graph.columns[row.clone()]
                .binary_search(&(j as u32))
                .ok()
                .map(|at| graph.weights[row.start + at])
        };
        let mut edges = 0;
        for i in 0..100 {
            assert_eq!(weight(&graph, i, i), None);
            for j in 0..100 {
                assert_eq!(weight(&graph, i, j), weight(&graph, j, i));
                let sees = |i: usize, j: usize| neighbors.of(i).contains(&(j as u32));
                assert_eq!(weight(&graph, i, j).is_some(), sees(i, j) || sees(j, i));
                edges += usize::from(weight(&graph, i, j).is_some());
            }
        }
        assert_eq!(edges, graph.columns.len());
        graph.prune(0.5);
        assert!(graph.columns.len() < edges && graph.rows.len() == 101);
        assert!(graph.weights.iter().all(|&w| w >= 0.5));
    }
}
