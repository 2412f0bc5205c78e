//! The weighted graph of neighbourhoods (McInnes et al. 2018, section 3.1 and algorithms 2 and 3).

use crate::NeighborGraph;
use crate::metric::Metric;
use crate::sparse::SparseGraph;

/// How far a bandwidth may fall below the mean distance.
const MIN_BANDWIDTH: f64 = 1e-3;

/// Most steps in search of a bandwidth.
const STEPS: usize = 320;

/// Distances of a list of neighbours, from the values of the metric. Dot products are turned round
/// below the greatest of all; only differences matter.
pub(super) fn distances(metric: Metric, scores: &[f32], greatest: f32) -> Vec<f64> {
    let distance = |&score: &f32| match metric {
        Metric::Cosine => f64::from(1.0 - score),
        Metric::Euclidean => f64::from(score),
        Metric::Dot => f64::from(greatest) - f64::from(score),
    };
    scores.iter().map(distance).collect()
}

/// Memberships of the neighbours of one point: `exp(−(d − ρ) / σ)` with ρ the distance of the
/// nearest that is not at the same place, and σ such that the memberships sum to `log₂ k`, the
/// point itself counted in `k`. `floor` is the mean of all distances, for points without any of
/// their own.
pub(super) fn memberships(distances: &[f64], floor: f64) -> Vec<f32> {
    let nearest = distances
        .iter()
        .copied()
        .filter(|&d| d > 0.0)
        .fold(f64::INFINITY, f64::min);
    let rho = if nearest.is_finite() { nearest } else { 0.0 };
    let target = (distances.len() as f64 + 1.0).log2();
    let sum = |sigma: f64| -> f64 {
        distances
            .iter()
            .map(|d| {
                if *d > rho {
                    (-(d - rho) / sigma).exp()
                } else {
                    1.0
                }
            })
            .sum()
    };
    let mean = if rho > 0.0 {
        distances.iter().sum::<f64>() / (distances.len() as f64 + 1.0)
    } else {
        floor
    };
    // Bisection in powers of two until an upper end is known. More steps than texts' distances
    // need: dot products of long or short vectors are many powers of two away from the first guess.
    let (mut low, mut high, mut sigma) = (0.0, f64::INFINITY, 1.0);
    for _ in 0..STEPS {
        let found = sum(sigma);
        // Below the least bandwidth it makes no difference where.
        if (found - target).abs() < 1e-5 || high < MIN_BANDWIDTH * mean {
            break;
        }
        if found > target {
            high = sigma;
            sigma = (low + high) / 2.0;
        } else {
            low = sigma;
            sigma = if high.is_finite() {
                (low + high) / 2.0
            } else {
                sigma * 2.0
            };
        }
    }
    let sigma = sigma.max(MIN_BANDWIDTH * mean);
    let membership = |d: &f64| {
        if *d <= rho || sigma == 0.0 {
            1.0
        } else {
            (-(d - rho) / sigma).exp() as f32
        }
    };
    distances.iter().map(membership).collect()
}

/// The fuzzy union `a + b − ab` of what each two points make of each other.
pub(super) fn graph(neighbors: &NeighborGraph) -> SparseGraph {
    let (n, k) = (neighbors.len(), neighbors.k());
    let greatest = neighbors
        .scores()
        .iter()
        .copied()
        .fold(f32::NEG_INFINITY, f32::max);
    let all = distances(neighbors.metric(), neighbors.scores(), greatest);
    let floor = all.iter().sum::<f64>() / (n * (k + 1)).max(1) as f64;
    let weights: Vec<f32> = (0..n)
        .flat_map(|i| memberships(&all[i * k..(i + 1) * k], floor))
        .collect();
    SparseGraph::symmetric(neighbors, &weights, |a, b| a + b - a * b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memberships_sum_to_the_logarithm() {
        let distances: Vec<f64> = (1..15).map(|i| 0.1 + f64::from(i).sqrt()).collect();
        let found = memberships(&distances, 1.0);
        assert_eq!(found[0], 1.0);
        let sum: f64 = found.iter().map(|&w| f64::from(w)).sum();
        assert!((sum - 15f64.log2()).abs() < 1e-4, "{sum}");
        assert!(found.windows(2).all(|pair| pair[0] > pair[1]));
    }

    #[test]
    fn points_at_the_same_place_belong_fully() {
        for distances in [vec![0.0; 14], vec![0.0, 0.0, 0.3], vec![0.2], vec![]] {
            let found = memberships(&distances, 0.1);
            assert!(found.iter().all(|&w| w == 1.0), "{found:?}");
        }
    }
}
