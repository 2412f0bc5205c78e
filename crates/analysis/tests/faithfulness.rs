//! Trustworthiness and continuity against their definition; neighbours on a map.

#![allow(clippy::unwrap_used, reason = "Helpers of tests are tests too.")]

use semblance_analysis::*;

fn random(n: usize, d: usize, seed: u64) -> Vectors {
    let mut random = fastrand::Rng::with_seed(seed);
    Vectors::from_flat((0..n * d).map(|_| random.f32() - 0.5).collect(), d).unwrap()
}

/// Rank of every other vector as seen from each, from 1.
fn ranks(vectors: &Vectors, metric: Metric) -> Vec<Vec<usize>> {
    let n = vectors.len();
    (0..n)
        .map(|i| {
            let mut ranks = vec![0; n];
            for (at, neighbor) in nearest(vectors, i, n, metric).unwrap().iter().enumerate() {
                ranks[neighbor.index] = at + 1;
            }
            ranks
        })
        .collect()
}

/// `1 − 2/(nk(2n−3k−1)) Σᵢ Σ_{j: from(i,j) > k ≥ to(i,j)} (from(i,j) − k)`.
fn by_definition(from: &[Vec<usize>], to: &[Vec<usize>], k: usize) -> f64 {
    let n = from.len();
    let mut penalty = 0;
    for i in 0..n {
        for j in (0..n).filter(|&j| j != i) {
            if to[i][j] <= k && from[i][j] > k {
                penalty += from[i][j] - k;
            }
        }
    }
    1.0 - 2.0 * penalty as f64 / (n * k * (2 * n - 3 * k - 1)) as f64
}

#[test]
fn figures_follow_their_definition() {
    for (n, k, metric) in [
        (40, 5, Metric::Cosine),
        (33, 16, Metric::Euclidean),
        (101, 7, Metric::Dot),
        (5, 2, Metric::Cosine),
    ] {
        let original = random(n, 6, 1);
        let map = Vectors::from_flat(Pca::fit(&original, 2).coordinates().to_vec(), 2).unwrap();
        let truth = NeighborGraph::exact(&original, k, metric).unwrap();
        let found = faithfulness(&original, &truth, &map, k).unwrap();
        let (high, low) = (ranks(&original, metric), ranks(&map, Metric::Euclidean));
        assert!((found.trustworthiness - by_definition(&high, &low, k)).abs() < 1e-6);
        assert!((found.continuity - by_definition(&low, &high, k)).abs() < 1e-6);
        let kept = (0..n * n).filter(|at| at / n != at % n);
        let kept = kept
            .filter(|at| high[at / n][at % n] <= k && low[at / n][at % n] <= k)
            .count();
        assert!((found.preservation - kept as f64 / (n * k) as f64).abs() < 1e-6);
        assert_eq!((found.ranked, found.k), (n, k));
    }
}

#[test]
fn a_true_map_is_perfect_and_a_random_one_is_not() {
    let plane = random(300, 2, 2);
    let truth = NeighborGraph::exact(&plane, 15, Metric::Euclidean).unwrap();
    let same = faithfulness(&plane, &truth, &plane, 15).unwrap();
    assert_eq!(
        (same.trustworthiness, same.continuity, same.preservation),
        (1.0, 1.0, 1.0)
    );
    assert!(same.point_trustworthiness.iter().all(|&x| x == 1.0));
    let other = random(300, 2, 0x9e37_79b9_7f4a_7c15);
    let wrong = faithfulness(&plane, &truth, &other, 15).unwrap();
    let figures = [wrong.trustworthiness, wrong.continuity, wrong.preservation];
    assert!(
        figures[0] < 0.6 && figures[1] < 0.6 && figures[2] < 0.15,
        "{figures:?}"
    );
}

#[test]
fn few_points_and_equal_ones() {
    for n in [0, 1, 2, 3, 4] {
        let original = random(n, 3, 4);
        let map = Vectors::from_flat(vec![0.0; n * 2], 2).unwrap();
        let truth = NeighborGraph::exact(&original, 15, Metric::Cosine).unwrap();
        let found = faithfulness(&original, &truth, &map, 15).unwrap();
        assert!((0.0..=1.0).contains(&found.trustworthiness), "{found:?}");
        assert_eq!(found.point_preservation.len(), n);
    }
    let original = random(5, 3, 4);
    let truth = NeighborGraph::exact(&original, 1, Metric::Cosine).unwrap();
    assert!(matches!(
        faithfulness(&original, &truth, &random(4, 2, 1), 1),
        Err(AnalysisError::Mismatch {
            expected: 5,
            found: 4,
            ..
        })
    ));
    assert!(matches!(
        faithfulness(&original, &truth, &random(5, 2, 1), 2),
        Err(AnalysisError::Mismatch {
            what: "true neighbours",
            expected: 2,
            found: 1
        })
    ));
}

#[test]
fn a_sample_of_many_points_comes_close_to_all() {
    // Above the limit a sample is ranked; a part below it is ranked in full.
    let n = RANK_LIMIT + 100;
    let original = random(n, 3, 5);
    let map = Vectors::from_flat(
        original.rows().flat_map(|row| row[..2].to_vec()).collect(),
        2,
    )
    .unwrap();
    let truth = NeighborGraph::exact(&original, 5, Metric::Euclidean).unwrap();
    let found = faithfulness(&original, &truth, &map, 5).unwrap();
    assert_eq!(found.ranked, SAMPLE);
    assert_eq!(
        found
            .point_trustworthiness
            .iter()
            .filter(|x| !x.is_nan())
            .count(),
        SAMPLE
    );
    assert!(found.point_preservation.iter().all(|x| !x.is_nan()));
    assert!(
        found.trustworthiness > 0.7 && found.trustworthiness < 0.95,
        "{}",
        found.trustworthiness
    );
}

#[test]
fn map_neighbors_equal_a_search_for_each() {
    for (n, d, k) in [
        (0, 2, 3),
        (1, 2, 3),
        (2, 2, 3),
        (13, 2, 4),
        (500, 2, 15),
        (500, 3, 15),
    ] {
        let map = random(n, d, 6);
        let graph = map_neighbors(&map, k).unwrap();
        for i in 0..n {
            let expected: Vec<u32> = nearest(&map, i, k, Metric::Euclidean)
                .unwrap()
                .iter()
                .map(|x| x.index as u32)
                .collect();
            assert_eq!(graph.of(i), expected);
        }
    }
    // Equal points, and points on a grid with many ties.
    for side in [1.0, 10.0] {
        let points =
            (0..400).flat_map(|i| [(i as f32 % side).floor(), (i as f32 / 40.0).floor() % side]);
        let map = Vectors::from_flat(points.collect(), 2).unwrap();
        let graph = map_neighbors(&map, 6).unwrap();
        for i in 0..400 {
            let expected: Vec<u32> = nearest(&map, i, 6, Metric::Euclidean)
                .unwrap()
                .iter()
                .map(|x| x.index as u32)
                .collect();
            assert_eq!(graph.of(i), expected);
        }
    }
}
