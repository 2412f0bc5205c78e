//! Scores, neighbours, pairs and orders, against definitions.

#![allow(clippy::unwrap_used, reason = "Helpers of tests are tests too.")]

use semblance_analysis::*;

fn random(n: usize, d: usize, seed: u64) -> Vectors {
    let mut random = fastrand::Rng::with_seed(seed);
    Vectors::from_flat((0..n * d).map(|_| random.f32() - 0.5).collect(), d).unwrap()
}

fn exact_cosine(a: &[f32], b: &[f32]) -> f64 {
    let dot = |a: &[f32], b: &[f32]| {
        a.iter()
            .zip(b)
            .map(|(&x, &y)| f64::from(x) * f64::from(y))
            .sum::<f64>()
    };
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}

#[test]
fn refuses_bad_vectors() {
    let cases = [
        (
            vec![1.0, f32::NAN],
            2,
            "vector 0 is not finite: its component 1 is NaN",
        ),
        (
            vec![1.0, 2.0, f32::INFINITY, 0.0],
            2,
            "vector 1 is not finite: its component 0 is inf",
        ),
        (
            vec![0.0, -2e15],
            1,
            "vector 1 is too large: its component 0 is -2000000000000000, the limit is ±1e15",
        ),
        (
            vec![1.0, 2.0, 3.0],
            2,
            "3 numbers do not divide into vectors of 2 dimensions",
        ),
        (vec![], 0, "vectors must have at least one dimension"),
    ];
    for (data, dimensions, message) in cases {
        let error = Vectors::from_flat(data, dimensions).unwrap_err();
        assert_eq!(error.to_string(), message);
    }
}

#[test]
fn a_refused_change_changes_nothing() {
    let mut vectors = random(3, 4, 1);
    let before = vectors.clone();
    assert!(matches!(
        vectors.push(&[1.0]),
        Err(AnalysisError::WrongDimensions {
            expected: 4,
            found: 1
        })
    ));
    assert!(matches!(
        vectors.push(&[0.0, 0.0, f32::NAN, 0.0]),
        Err(AnalysisError::NotFinite { row: 3, .. })
    ));
    assert!(matches!(
        vectors.replace(3, &[0.0; 4]),
        Err(AnalysisError::NoSuchRow { row: 3, rows: 3 })
    ));
    assert!(matches!(
        vectors.replace(1, &[f32::NEG_INFINITY; 4]),
        Err(AnalysisError::NotFinite { row: 1, .. })
    ));
    assert!(matches!(
        vectors.select(&[0, 7]),
        Err(AnalysisError::NoSuchRow { row: 7, .. })
    ));
    assert_eq!(vectors, before);
    vectors.replace(1, before.row(2)).unwrap();
    assert_eq!(cosine(&vectors, 1, 2).unwrap(), 1.0);
    assert_eq!(vectors.push(&[3.0, 4.0, 0.0, 0.0]).unwrap(), 3);
    assert_eq!(vectors.norm(3), 5.0);
}

#[test]
fn matrix_equals_the_definition_and_every_other_way_to_ask() {
    for (n, d) in [
        (0, 3),
        (1, 1),
        (2, 5),
        (3, 384),
        (63, 7),
        (64, 8),
        (65, 33),
        (200, 16),
    ] {
        let mut vectors = random(n, d, n as u64);
        if n > 60 {
            let copy = vectors.row(2).to_vec();
            vectors.replace(n - 1, &copy).unwrap();
            vectors.replace(5, &vec![0.0; d]).unwrap();
        }
        let matrix = cosine_matrix(&vectors).unwrap();
        let all: Vec<usize> = (0..n).collect();
        assert_eq!(matrix.len(), n * n);
        assert_eq!(matrix, cosine_block(&vectors, &all, &all).unwrap());
        for i in 0..n {
            assert_eq!(matrix[i * n + i], 1.0);
            for j in 0..n {
                let score = matrix[i * n + j];
                assert_eq!(score.to_bits(), matrix[j * n + i].to_bits());
                assert_eq!(score, cosine(&vectors, i, j).unwrap());
                let exact = exact_cosine(vectors.row(i), vectors.row(j));
                if exact.is_finite() {
                    assert!(
                        (f64::from(score) - exact).abs() < 1e-6,
                        "{score} for {exact}"
                    );
                } else {
                    assert_eq!(score, if i == j { 1.0 } else { 0.0 });
                }
            }
        }
        if n > 60 {
            assert_eq!(matrix[2 * n + n - 1], 1.0);
        }
    }
}

#[test]
fn scores_of_opposite_huge_and_tiny_vectors() {
    let vectors = Vectors::from_flat(
        vec![1e15, 1e15, -1e15, -1e15, 1e-10, 1e-10, 1e-30, 0.0, 0.0, 0.0],
        2,
    )
    .unwrap();
    for (a, b, score) in [
        (0, 1, -1.0),
        (0, 2, 1.0),
        (0, 3, 0.0),
        (3, 3, 1.0),
        (3, 4, 0.0),
        (4, 4, 1.0),
    ] {
        assert!(
            (cosine(&vectors, a, b).unwrap() - score).abs() < 1e-6,
            "{a}, {b}"
        );
    }
    assert!(cosine(&vectors, 0, 5).is_err());
    assert!(cosine_block(&vectors, &[0], &[9]).is_err());
}

#[test]
fn neighbors_come_nearest_first_and_leave_the_text_itself_out() {
    let vectors =
        Vectors::from_flat(vec![1.0, 0.0, 2.0, 0.0, 0.0, 3.0, 1.0, 1.0, 1.0, 0.0], 2).unwrap();
    let indices = |metric, count| -> Vec<usize> {
        nearest(&vectors, 0, count, metric)
            .unwrap()
            .iter()
            .map(|neighbor| neighbor.index)
            .collect()
    };
    // Both 1 and 4 point the same way: equal scores, by index.
    assert_eq!(indices(Metric::Cosine, 9), [1, 4, 3, 2]);
    assert_eq!(indices(Metric::Euclidean, 9), [4, 1, 3, 2]);
    assert_eq!(indices(Metric::Dot, 9), [1, 3, 4, 2]);
    assert_eq!(indices(Metric::Dot, 2), [1, 3]);
    assert_eq!(indices(Metric::Dot, 0), []);
    assert_eq!(
        nearest(&vectors, 0, 1, Metric::Cosine).unwrap()[0].score,
        1.0
    );
    assert!(nearest(&vectors, 5, 1, Metric::Cosine).is_err());
    let found = nearest_to(&vectors, &[0.0, 1.0], 1, Metric::Euclidean).unwrap();
    assert_eq!(
        found,
        [Neighbor {
            index: 3,
            score: 1.0
        }]
    );
    assert!(nearest_to(&vectors, &[0.0], 1, Metric::Cosine).is_err());
    assert!(nearest_to(&vectors, &[0.0, f32::NAN], 1, Metric::Cosine).is_err());
    assert_eq!(
        nearest_to(&Vectors::new(2).unwrap(), &[0.0, 1.0], 5, Metric::Cosine).unwrap(),
        []
    );
}

#[test]
fn top_pairs_are_the_first_of_all_pairs_sorted() {
    for (n, d) in [(0, 2), (1, 2), (2, 2), (150, 4), (190, 2)] {
        let mut vectors = random(n, d, 9);
        if n > 100 {
            // Ties: three equal vectors.
            let copy = vectors.row(3).to_vec();
            vectors.replace(70, &copy).unwrap();
            vectors.replace(140, &copy).unwrap();
        }
        let matrix = cosine_matrix(&vectors).unwrap();
        let mut all: Vec<ScoredPair> = (0..n)
            .flat_map(|first| (first + 1..n).map(move |second| (first, second)))
            .map(|(first, second)| ScoredPair {
                first,
                second,
                score: matrix[first * n + second],
            })
            .collect();
        all.sort_by(|a, b| {
            b.score
                .total_cmp(&a.score)
                .then((a.first, a.second).cmp(&(b.first, b.second)))
        });
        for limit in [0, 1, 2, 100, 5_000, usize::MAX] {
            let found = top_pairs(&vectors, limit);
            assert_eq!(
                found,
                all[..limit.min(all.len())],
                "n = {n}, limit = {limit}"
            );
        }
    }
}

#[test]
fn pair_search_reports_progress_and_keeps_what_it_has() {
    let vectors = random(300, 3, 2);
    let mut search = PairSearch::new(&vectors, 10);
    assert_eq!(search.progress(), 0.0);
    assert!(search.step(&vectors));
    let halfway = search.progress();
    assert!(halfway > 0.0 && halfway < 1.0);
    assert_eq!(search.clone().finish().len(), 10);
    while search.step(&vectors) {}
    assert_eq!(search.progress(), 1.0);
    assert_eq!(search.finish(), top_pairs(&vectors, 10));
}

fn length_of(order: &[usize], matrix: &[f32]) -> f32 {
    order
        .windows(2)
        .map(|pair| 1.0 - matrix[pair[0] * order.len() + pair[1]])
        .sum()
}

#[test]
fn order_is_a_permutation_that_brings_groups_together() {
    for n in [0, 1, 2, 3, 4, 60, 501] {
        // Three groups, dealt out in turn.
        let noise = random(n, 3, 4);
        let data = (0..n).flat_map(|i| {
            let noise = &noise;
            (0..3).map(move |k| noise.row(i)[k] * 0.2 + if i % 3 == k { 1.0 } else { 0.0 })
        });
        let vectors = Vectors::from_flat(data.collect(), 3).unwrap();
        let order = similarity_order(&vectors).unwrap();
        let mut sorted = order.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, (0..n).collect::<Vec<_>>());
        assert_eq!(order, similarity_order(&vectors).unwrap());
        assert!(order.first() <= order.last());
        let changes = order
            .windows(2)
            .filter(|pair| pair[0] % 3 != pair[1] % 3)
            .count();
        assert_eq!(changes, n.min(3).saturating_sub(1), "{order:?}");
    }
}

#[test]
fn leaf_order_is_optimal_for_its_tree() {
    // Points on an arc: the best order of any tree of neighbours is the order along the arc.
    let angles = [0.9f32, 0.1, 0.5, 0.0, 1.3, 0.25, 1.1, 0.7];
    let vectors =
        Vectors::from_flat(angles.iter().flat_map(|a| [a.cos(), a.sin()]).collect(), 2).unwrap();
    let mut expected: Vec<usize> = (0..angles.len()).collect();
    expected.sort_by(|&a, &b| angles[a].total_cmp(&angles[b]));
    assert_eq!(similarity_order(&vectors).unwrap(), expected);

    // On random vectors no turn of a single fork may shorten the way; compare with the plain order.
    for seed in 0..5 {
        let vectors = random(40, 6, seed);
        let matrix = cosine_matrix(&vectors).unwrap();
        let best = length_of(&similarity_order(&vectors).unwrap(), &matrix);
        let plain: Vec<usize> = (0..40).collect();
        assert!(best < 0.8 * length_of(&plain, &matrix));
    }
}

#[test]
fn order_of_equal_and_zero_vectors() {
    let equal = Vectors::from_flat([1.0, 2.0].repeat(6), 2).unwrap();
    assert_eq!(similarity_order(&equal).unwrap().len(), 6);
    let zero = Vectors::from_flat(vec![0.0; 12], 2).unwrap();
    assert_eq!(similarity_order(&zero).unwrap().len(), 6);
    let many = Vectors::from_flat(vec![1.0; ORDER_LIMIT + 1], 1).unwrap();
    assert!(matches!(
        similarity_order(&many),
        Err(AnalysisError::TooMany { .. })
    ));
}
