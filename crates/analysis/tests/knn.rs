//! All neighbours, against one search for each.

#![allow(clippy::unwrap_used, reason = "Helpers of tests are tests too.")]

use semblance_analysis::*;

fn random(n: usize, d: usize, seed: u64) -> Vec<f32> {
    let mut random = fastrand::Rng::with_seed(seed);
    (0..n * d).map(|_| random.f32() - 0.5).collect()
}

fn unit(mut data: Vec<f32>, d: usize) -> Vec<f32> {
    for row in data.chunks_exact_mut(d) {
        let norm = row.iter().map(|x| x * x).sum::<f32>().sqrt();
        row.iter_mut().for_each(|x| *x /= norm);
    }
    data
}

#[test]
fn equals_a_search_for_each_vector() {
    for (n, d, k) in [
        (2, 3, 5),
        (3, 4, 2),
        (95, 9, 15),
        (96, 8, 15),
        (97, 384, 15),
        (400, 31, 3),
        (250, 2, 249),
    ] {
        for metric in [Metric::Cosine, Metric::Euclidean, Metric::Dot] {
            for data in [random(n, d, 1), unit(random(n, d, 2), d)] {
                let vectors = Vectors::from_flat(data, d).unwrap();
                let graph = NeighborGraph::exact(&vectors, k, metric).unwrap();
                assert_eq!((graph.len(), graph.k()), (n, k.min(n - 1)));
                for i in 0..n {
                    let expected = nearest(&vectors, i, graph.k(), metric).unwrap();
                    let found: Vec<Neighbor> = graph
                        .of(i)
                        .iter()
                        .zip(graph.scores_of(i))
                        .map(|(&index, &score)| Neighbor {
                            index: index as usize,
                            score,
                        })
                        .collect();
                    assert_eq!(found, expected, "{n}×{d}, k = {k}, {metric:?}, of {i}");
                }
            }
        }
    }
}

#[test]
fn few_equal_zero_and_outlying_vectors() {
    for n in [0, 1] {
        let graph = NeighborGraph::exact(
            &Vectors::from_flat(vec![1.0; n * 3], 3).unwrap(),
            15,
            Metric::Cosine,
        );
        assert_eq!(graph.unwrap().indices(), [0u32; 0]);
    }
    for value in [0.0, 0.5] {
        let equal = Vectors::from_flat(vec![value; 300 * 4], 4).unwrap();
        for metric in [Metric::Cosine, Metric::Euclidean, Metric::Dot] {
            let graph = NeighborGraph::exact(&equal, 15, metric).unwrap();
            for i in 0..300 {
                assert!(!graph.of(i).contains(&(i as u32)));
                assert_eq!(graph.of(i).len(), 15);
            }
        }
    }
    let mut vectors = Vectors::from_flat(random(200, 16, 3), 16).unwrap();
    vectors.replace(11, &[1e6; 16]).unwrap();
    for metric in [Metric::Cosine, Metric::Euclidean, Metric::Dot] {
        let graph = NeighborGraph::exact(&vectors, 5, metric).unwrap();
        for i in 0..200 {
            let expected: Vec<u32> = nearest(&vectors, i, 5, metric)
                .unwrap()
                .iter()
                .map(|neighbor| neighbor.index as u32)
                .collect();
            assert_eq!(graph.of(i), expected);
        }
    }
    assert!(matches!(
        NeighborGraph::exact(&vectors, MAX_NEIGHBORS + 1, Metric::Cosine),
        Err(AnalysisError::TooMany { .. })
    ));
}

#[test]
fn steps_report_progress_and_recall_is_counted() {
    let vectors = Vectors::from_flat(random(500, 8, 4), 8).unwrap();
    let mut search = NeighborSearch::new(&vectors, 10, Metric::Cosine).unwrap();
    let mut before = search.progress();
    assert_eq!(before, 0.0);
    while search.step(&vectors) {
        assert!(search.progress() > before);
        before = search.progress();
    }
    assert_eq!(search.progress(), 1.0);
    let graph = search.finish(&vectors);
    let exact = NeighborGraph::exact(&vectors, 10, Metric::Cosine).unwrap();
    assert_eq!(graph, exact);
    assert_eq!(graph.recall(&exact), 1.0);
    assert_eq!(graph.truncated(4).recall(&exact), 1.0);
    let other = NeighborGraph::exact(&vectors, 10, Metric::Euclidean).unwrap();
    let recall = other.recall(&exact);
    assert!(recall > 0.1 && recall < 1.0);
}

/// `n` vectors around random centres, 40 to each.
fn clustered(n: usize, d: usize, seed: u64) -> Vectors {
    let (centres, noise) = (random(n / 40 + 1, d, seed), random(n, d, seed + 1));
    let row = |i: usize| (0..d).map(move |j| (i, j));
    let value = |(i, j): (usize, usize)| centres[i % (n / 40 + 1) * d + j] + noise[i * d + j];
    Vectors::from_flat((0..n).flat_map(row).map(value).collect(), d).unwrap()
}

fn approximate(vectors: &Vectors, k: usize, metric: Metric, seed: u64) -> NeighborGraph {
    let search = NeighborSearch::approximate(vectors, k, metric, seed).unwrap();
    assert!(!search.is_exact());
    search.finish(vectors)
}

/// What holds for every graph: lists of others, each once, nearest first, with their true scores.
fn check_lists(graph: &NeighborGraph, vectors: &Vectors, k: usize, metric: Metric) {
    let n = vectors.len();
    assert_eq!((graph.len(), graph.k()), (n, k.min(n.saturating_sub(1))));
    for i in 0..n {
        let list = graph.of(i);
        for (at, &j) in list.iter().enumerate() {
            assert!(j as usize != i && (j as usize) < n);
            assert!(!list[..at].contains(&j));
        }
        let scores = graph.scores_of(i);
        assert!(
            scores
                .windows(2)
                .all(|pair| metric.nearer_first(pair[0], pair[1]).is_le())
        );
        let exact = nearest(vectors, i, n, metric).unwrap();
        for (&j, &score) in list.iter().zip(scores) {
            let expected = exact.iter().find(|near| near.index == j as usize);
            assert_eq!(Some(score), expected.map(|near| near.score));
        }
    }
}

#[test]
fn an_approximate_search_finds_most() {
    let vectors = clustered(3_000, 48, 8);
    for metric in [Metric::Cosine, Metric::Euclidean, Metric::Dot] {
        let exact = NeighborGraph::exact(&vectors, 15, metric).unwrap();
        let found = approximate(&vectors, 15, metric, 1);
        let recall = found.recall(&exact);
        assert!(recall > 0.95, "{metric:?}: {recall}");
        assert_eq!(found.recall_sample(&vectors, 3_000), recall);
        assert!((found.recall_sample(&vectors, 300) - recall).abs() < 0.05);
        assert_eq!(exact.recall_sample(&vectors, 50), 1.0);
    }
    // Nothing to go by: every direction is as good as any other.
    let vectors = Vectors::from_flat(unit(random(2_000, 24, 9), 24), 24).unwrap();
    let recall = approximate(&vectors, 15, Metric::Cosine, 1).recall_sample(&vectors, 500);
    assert!(recall > 0.9, "{recall}");
}

#[test]
fn an_approximate_search_depends_on_its_seed_alone() {
    let vectors = clustered(1_500, 16, 3);
    let found = approximate(&vectors, 10, Metric::Cosine, 7);
    let mut search = NeighborSearch::approximate(&vectors, 10, Metric::Cosine, 7).unwrap();
    let mut before = search.progress();
    assert_eq!(before, 0.0);
    while search.step(&vectors) {
        assert!(search.progress() >= before && search.progress() < 1.0);
        before = search.progress();
    }
    assert_eq!(search.progress(), 1.0);
    assert_eq!(search.finish(&vectors), found);
}

#[test]
fn an_approximate_search_takes_any_vectors() {
    for n in [0, 1, 2, 3, 5, 97, 200] {
        let vectors = Vectors::from_flat(random(n, 5, 2), 5).unwrap();
        for metric in [Metric::Cosine, Metric::Euclidean, Metric::Dot] {
            for k in [0, 1, 15] {
                let graph = approximate(&vectors, k, metric, 1);
                check_lists(&graph, &vectors, k, metric);
            }
        }
    }
    for value in [0.0, 0.5] {
        let equal = Vectors::from_flat(vec![value; 700 * 4], 4).unwrap();
        check_lists(
            &approximate(&equal, 9, Metric::Cosine, 1),
            &equal,
            9,
            Metric::Cosine,
        );
    }
    let mut vectors = clustered(600, 8, 5);
    vectors.replace(11, &[1e6; 8]).unwrap();
    for metric in [Metric::Cosine, Metric::Euclidean, Metric::Dot] {
        let graph = approximate(&vectors, 9, metric, 1);
        check_lists(&graph, &vectors, 9, metric);
        let recall = graph.recall_sample(&vectors, 600);
        assert!(recall > 0.9, "{metric:?}: {recall}");
    }
    // More neighbours than leaves have members at first.
    check_lists(
        &approximate(&vectors, 400, Metric::Cosine, 1),
        &vectors,
        400,
        Metric::Cosine,
    );
    assert!(matches!(
        NeighborSearch::approximate(&vectors, MAX_NEIGHBORS + 1, Metric::Cosine, 1),
        Err(AnalysisError::TooMany { .. })
    ));
}

#[test]
fn the_size_chooses_the_search() {
    let vectors = Vectors::from_flat(vec![0.5; EXACT_LIMIT], 1).unwrap();
    let search =
        |vectors: &Vectors| NeighborSearch::by_size(vectors, 2, Metric::Cosine, 1).unwrap();
    assert!(search(&vectors).is_exact());
    let more = Vectors::from_flat(vec![0.5; EXACT_LIMIT + 1], 1).unwrap();
    assert!(!search(&more).is_exact());
}

#[test]
fn near_duplicates_by_the_hundred_are_told_apart() {
    // Closer than 8 bits can tell, and than 16.
    for spread in [1e-2, 1e-4, 1e-6] {
        let mut random = fastrand::Rng::with_seed(6);
        let base = [0.3f32, -0.2, 0.7, 0.1, 0.05, -0.6];
        let data = (0..1_200 * 6).map(|at| base[at % 6] + spread * (random.f32() - 0.5));
        let vectors = Vectors::from_flat(data.collect(), 6).unwrap();
        for metric in [Metric::Cosine, Metric::Euclidean] {
            let graph = NeighborGraph::exact(&vectors, 7, metric).unwrap();
            for i in (0..1_200).step_by(37) {
                let expected: Vec<u32> = nearest(&vectors, i, 7, metric)
                    .unwrap()
                    .iter()
                    .map(|near| near.index as u32)
                    .collect();
                assert_eq!(graph.of(i), expected, "{spread} {metric:?} of {i}");
            }
        }
    }
}
