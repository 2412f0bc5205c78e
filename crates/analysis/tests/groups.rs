//! Axes, clusters and their words, groups by example, outliers.

#![allow(clippy::unwrap_used, reason = "Helpers of tests are tests too.")]

use semblance_analysis::*;

fn vectors(rows: &[[f32; 3]]) -> Vectors {
    Vectors::from_flat(rows.as_flattened().to_vec(), 3).unwrap()
}

fn near(found: &[f32], expected: &[f32]) {
    assert_eq!(found.len(), expected.len());
    assert!(
        found
            .iter()
            .zip(expected)
            .all(|(a, b)| (a - b).abs() < 1e-5),
        "{found:?} for {expected:?}"
    );
}

#[test]
fn an_axis_runs_from_minus_one_to_one() {
    let from = vectors(&[[1.0, 0.0, 5.0], [3.0, 0.0, 5.0]]);
    let to = vectors(&[[2.0, 4.0, 5.0]]);
    let axis = Axis::between(&from, &to).unwrap();
    let texts = vectors(&[
        [2.0, 0.0, 5.0],
        [2.0, 4.0, 5.0],
        [9.0, 2.0, -7.0],
        [0.0, 8.0, 0.0],
    ]);
    near(&axis.coordinates(&texts).unwrap(), &[-1.0, 1.0, 0.0, 3.0]);
    let other = Axis::between(&vectors(&[[0.0; 3]]), &vectors(&[[0.0, 0.0, 2.0]])).unwrap();
    near(
        &project_onto_axes(&texts, &[axis.clone(), other.clone()]).unwrap()[..4],
        &[-1.0, 4.0, 1.0, 4.0],
    );
    assert_eq!(axis.cosine(&other).unwrap(), 0.0);
    assert_eq!(axis.cosine(&axis).unwrap(), 1.0);
}

#[test]
fn an_axis_needs_two_ends() {
    let none = Vectors::new(3).unwrap();
    let one = vectors(&[[1.0, 2.0, 3.0]]);
    for (from, to, message) in [
        (
            &none,
            &one,
            "the start is empty: it needs at least one text",
        ),
        (&one, &none, "the end is empty: it needs at least one text"),
        (
            &one,
            &one,
            "the start and the end of the axis have the same middle: there is no direction between them",
        ),
    ] {
        assert_eq!(Axis::between(from, to).unwrap_err().to_string(), message);
    }
    let axis = Axis::between(&one, &vectors(&[[0.0; 3]])).unwrap();
    let flat = Vectors::from_flat(vec![1.0, 2.0], 2).unwrap();
    assert!(matches!(
        axis.coordinates(&flat),
        Err(AnalysisError::WrongDimensions { .. })
    ));
    assert!(matches!(
        Axis::between(&one, &flat),
        Err(AnalysisError::WrongDimensions { .. })
    ));
    assert!(axis.coordinates(&none).unwrap().is_empty());
}

#[test]
fn clusters_find_groups_largest_first() {
    // 60 texts of three directions, in shares of 30, 20 and 10.
    let direction = |i: usize| match i % 6 {
        0..3 => 0,
        3 | 4 => 1,
        _ => 2,
    };
    let mut random = fastrand::Rng::with_seed(5);
    let rows: Vec<[f32; 3]> = (0..60)
        .map(|i| {
            std::array::from_fn(|k| random.f32() * 0.2 + if k == direction(i) { 3.0 } else { 0.0 })
        })
        .collect();
    let texts = vectors(&rows);
    for seed in 0..5 {
        let clusters = Clusters::fit(&texts, 3, seed).unwrap();
        assert_eq!(clusters.sizes, [30, 20, 10]);
        assert_eq!(
            clusters.assignments,
            (0..60).map(direction).collect::<Vec<_>>()
        );
        assert!(clusters.cohesion.iter().all(|&x| x > 0.99 && x <= 1.0));
        assert_eq!(clusters, Clusters::fit(&texts, 3, seed).unwrap());
    }
}

#[test]
fn clusters_of_few_equal_and_zero_texts() {
    for n in [0, 1, 2, 3] {
        let rows: Vec<[f32; 3]> = (0..n).map(|i| [1.0, i as f32, 0.0]).collect();
        let clusters = Clusters::fit(&vectors(&rows), 5, 1).unwrap();
        assert_eq!(clusters.sizes, vec![1; n]);
        assert_eq!(clusters.assignments.len(), n);
    }
    assert_eq!(
        Clusters::fit(&vectors(&[[0.3, 0.1, 0.2]; 9]), 4, 1)
            .unwrap()
            .sizes,
        [9]
    );
    let zeros = Clusters::fit(&vectors(&[[0.0; 3]; 4]), 2, 1).unwrap();
    assert_eq!(zeros.assignments.len(), 4);
    assert!(matches!(
        Clusters::fit(&vectors(&[[1.0; 3]]), 0, 1),
        Err(AnalysisError::BadOption { .. })
    ));
    assert_eq!(
        [0, 1, 2, 50, 1_000_000].map(Clusters::suggested_count),
        [1, 1, 1, 5, 30]
    );
}

#[test]
fn clusters_are_named_by_telling_words() {
    let texts = [
        "A man plays the guitar",
        "the guitar is played by a man",
        "Guitar music, the best",
        "A dog runs in the snow",
        "the dog is in a field",
        "Snow on the dog",
    ];
    let words = cluster_words(&texts, &[0, 0, 0, 1, 1, 1], 2, 2);
    assert_eq!(words[0], ["guitar", "man"]);
    assert_eq!(words[1], ["dog", "snow"]);
    let empty: [&str; 0] = [];
    assert_eq!(cluster_words(&empty, &[], 2, 3), [empty, empty]);
    // A text of no cluster, and one without words.
    assert_eq!(
        cluster_words(&["red", "…", "blue"], &[0, 0, 7], 1, 3),
        [["red"]]
    );
}

#[test]
fn groups_by_example_come_with_a_margin() {
    let groups = [
        vectors(&[[1.0, 0.0, 0.0], [3.0, 0.0, 0.0]]),
        vectors(&[[0.0, 1.0, 0.0]]),
        vectors(&[[0.0, 0.0, 9.0]]),
    ];
    let texts = vectors(&[[5.0, 0.0, 0.0], [0.0, 0.6, 0.8], [1.0, 1.0, 0.0]]);
    let found = assign_to_groups(&texts, &groups).unwrap();
    let margins: Vec<f32> = found.iter().map(|a| a.margin.unwrap()).collect();
    assert_eq!(found.iter().map(|a| a.group).collect::<Vec<_>>(), [0, 2, 0]);
    near(&margins, &[1.0, 0.2, 0.0]);
    near(&[found[0].score, found[1].score], &[1.0, 0.8]);
    assert_eq!(
        assign_to_groups(&texts, &groups[..1]).unwrap()[1].margin,
        None
    );
    assert!(matches!(
        assign_to_groups(&texts, &[]),
        Err(AnalysisError::EmptySet { .. })
    ));
    let empty = [groups[0].clone(), Vectors::new(3).unwrap()];
    assert!(matches!(
        assign_to_groups(&texts, &empty),
        Err(AnalysisError::EmptySet { .. })
    ));
}

#[test]
fn outliers_are_farthest_from_their_neighbors() {
    let mut rows = vec![
        [1.0, 0.0, 0.0],
        [1.0, 0.1, 0.0],
        [1.0, 0.0, 0.1],
        [1.0, 0.1, 0.1],
    ];
    rows.push([-1.0, 0.0, 0.0]);
    let texts = vectors(&rows);
    for metric in [Metric::Cosine, Metric::Euclidean, Metric::Dot] {
        let graph = NeighborGraph::exact(&texts, 2, metric).unwrap();
        let found = outliers(&graph, 2);
        assert_eq!((found.len(), found[0].index), (2, 4), "{metric:?}");
        assert!(found[0].score > found[1].score);
    }
    let none = NeighborGraph::exact(&vectors(&[[1.0; 3]]), 2, Metric::Cosine).unwrap();
    assert!(outliers(&none, 3).is_empty());
}

#[test]
fn every_text_has_a_nearest_one_and_an_oddness() {
    let texts = vectors(&[
        [1.0, 0.0, 0.0],
        [0.0, 1.0, 0.0],
        [2.0, 0.0, 0.0],
        [1.0, 0.0, 0.0],
    ]);
    let graph = NeighborGraph::exact(&texts, 2, Metric::Cosine).unwrap();
    let found = standings(&graph);
    let nearest: Vec<usize> = found.iter().map(|s| s.nearest.unwrap().index).collect();
    assert_eq!(nearest, [2, 0, 0, 0]);
    assert_eq!(found[0].nearest.unwrap().score, 1.0);
    let oddness: Vec<f32> = found.iter().map(|s| s.oddness).collect();
    near(&oddness, &[0.0, 1.0, 0.0, 0.0]);
    // The same as those of outliers.
    for outlier in outliers(&graph, 4) {
        assert_eq!(outlier.score, oddness[outlier.index]);
    }
    let one = NeighborGraph::exact(&vectors(&[[1.0; 3]]), 10, Metric::Cosine).unwrap();
    let alone = standings(&one);
    assert!(alone.len() == 1 && alone[0].nearest.is_none() && alone[0].oddness.is_nan());
    let none = NeighborGraph::exact(&Vectors::new(3).unwrap(), 10, Metric::Cosine).unwrap();
    assert!(standings(&none).is_empty());
}
