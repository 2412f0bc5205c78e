//! Groups by example, and texts that belong nowhere.

use crate::metric::Metric;
use crate::{AnalysisError, Neighbor, NeighborGraph, Vectors, cosine_between};

/// The group a text was given to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Assignment {
    /// Index of the group.
    pub group: usize,
    /// Cosine similarity with the middle of the group's examples.
    pub score: f32,
    /// How much higher that is than the similarity with the next best group; none where there is
    /// only one. A text between two groups has a margin near 0.
    pub margin: Option<f32>,
}

/// Gives every text to the group whose examples it is most like: the one with the nearest middle,
/// by cosine similarity; the first of equally near ones.
///
/// # Errors
/// [`AnalysisError::EmptySet`] when there are no groups, or one has no examples; or when the
/// dimensions differ.
pub fn assign_to_groups(
    vectors: &Vectors,
    groups: &[Vectors],
) -> Result<Vec<Assignment>, AnalysisError> {
    if groups.is_empty() {
        return Err(AnalysisError::EmptySet {
            set: "list of groups",
        });
    }
    let mut middles = Vectors::new(vectors.dimensions())?;
    for examples in groups {
        if examples.is_empty() {
            return Err(AnalysisError::EmptySet {
                set: "group of examples",
            });
        }
        let middle: Vec<f32> = examples.mean().iter().map(|&x| x as f32).collect();
        middles.push(&middle)?;
    }
    let scores = cosine_between(vectors, &middles)?;
    let assign = |row: &[f32]| {
        let mut best = Assignment {
            group: 0,
            score: row[0],
            margin: None,
        };
        for (group, &score) in row.iter().enumerate().skip(1) {
            if score > best.score {
                best = Assignment {
                    group,
                    score,
                    margin: Some(score - best.score),
                };
            } else {
                let margin = best.score - score;
                best.margin = Some(best.margin.map_or(margin, |least| least.min(margin)));
            }
        }
        best
    };
    Ok(scores.chunks_exact(groups.len()).map(assign).collect())
}

/// The `count` texts farthest from their neighbours, farthest first: the score is the mean distance
/// to the neighbours in `graph` (one less the cosine; the Euclidean distance; for dot products what
/// they fall short of the greatest in the graph).
pub fn outliers(graph: &NeighborGraph, count: usize) -> Vec<Neighbor> {
    if graph.k() == 0 {
        return Vec::new();
    }
    let mut found: Vec<Neighbor> = (mean_distances(graph).into_iter().enumerate())
        .map(|(index, score)| Neighbor { index, score })
        .collect();
    found.sort_unstable_by(|a, b| b.score.total_cmp(&a.score).then(a.index.cmp(&b.index)));
    found.truncate(count);
    found
}

/// How each text stands among the others.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Standing {
    /// The text nearest to it, the first of equally near ones, and the metric's value for it; none
    /// where there is no other text.
    pub nearest: Option<Neighbor>,
    /// Mean distance to its neighbours, as in [`outliers`]; NaN where there is no other text.
    pub oddness: f32,
}

/// How each text stands among the others: its nearest one, and its mean distance to the neighbours
/// in `graph`, `[n]`.
pub fn standings(graph: &NeighborGraph) -> Vec<Standing> {
    let standing = |(i, oddness): (usize, f32)| Standing {
        nearest: (graph.of(i).first())
            .zip(graph.scores_of(i).first())
            .map(|(&index, &score)| Neighbor {
                index: index as usize,
                score,
            }),
        oddness,
    };
    (mean_distances(graph).into_iter().enumerate())
        .map(standing)
        .collect()
}

/// Mean distance of each text to its neighbours, `[n]`; NaN where it has none.
fn mean_distances(graph: &NeighborGraph) -> Vec<f32> {
    let greatest = graph
        .scores()
        .iter()
        .copied()
        .fold(f32::NEG_INFINITY, f32::max);
    let distance = |&score: &f32| match graph.metric() {
        Metric::Cosine => 1.0 - score,
        Metric::Euclidean => score,
        Metric::Dot => greatest - score,
    };
    let mean = |i: usize| graph.scores_of(i).iter().map(distance).sum::<f32>() / graph.k() as f32;
    (0..graph.len()).map(mean).collect()
}
