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
