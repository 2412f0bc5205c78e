//! UMAP and t-SNE: odd and little data, determinism, options, and whether groups stay groups.

#![allow(clippy::unwrap_used, reason = "Helpers of tests are tests too.")]

use semblance_analysis::*;

fn random(n: usize, d: usize, seed: u64) -> Vectors {
    let mut random = fastrand::Rng::with_seed(seed);
    Vectors::from_flat((0..n * d).map(|_| random.f32() - 0.5).collect(), d).unwrap()
}

/// `n` vectors dealt out in turn to `groups` groups around random centres.
fn grouped(n: usize, groups: usize, d: usize) -> Vectors {
    let (centres, noise) = (random(groups, d, 11), random(n, d, 7_777_777));
    let row = |i: usize| (0..d).map(move |j| (i, j));
    let value = |(i, j): (usize, usize)| centres.row(i % groups)[j] + 0.4 * noise.row(i)[j];
    Vectors::from_flat((0..n).flat_map(row).map(value).collect(), d).unwrap()
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Method {
    Umap,
    Tsne,
    UmapFromWaves,
    TsneFromWaves,
}

const METHODS: [Method; 4] = [
    Method::Umap,
    Method::Tsne,
    Method::UmapFromWaves,
    Method::TsneFromWaves,
];

fn layout(
    method: Method,
    vectors: &Vectors,
    metric: Metric,
    dimensions: usize,
    seed: u64,
) -> Box<dyn Layout> {
    let start = match method {
        Method::Umap | Method::Tsne => Start::Pca,
        Method::UmapFromWaves | Method::TsneFromWaves => Start::Spectral,
    };
    let options = UmapOptions {
        dimensions,
        seed,
        start: start.clone(),
        ..UmapOptions::default()
    };
    let others = TsneOptions {
        dimensions,
        seed,
        iterations: 500,
        start,
        ..TsneOptions::default()
    };
    let k = 14.max(others.neighbors_of(vectors.len()));
    let neighbors = NeighborGraph::exact(vectors, k, metric).unwrap();
    match method {
        Method::Umap | Method::UmapFromWaves => {
            Box::new(Umap::new(vectors, &neighbors, &options).unwrap())
        }
        Method::Tsne | Method::TsneFromWaves => {
            Box::new(Tsne::new(vectors, &neighbors, &others).unwrap())
        }
    }
}

fn run(mut layout: Box<dyn Layout>) -> Vec<f32> {
    while layout.step(50) {}
    layout.coordinates().to_vec()
}

#[test]
fn any_number_of_any_vectors_gives_finite_coordinates() {
    let mut outlier = random(40, 5, 1);
    outlier.replace(9, &[1e6; 5]).unwrap();
    let mut duplicates = random(60, 4, 2);
    for i in 0..30 {
        let first = duplicates.row(0).to_vec();
        duplicates.replace(i, &first).unwrap();
    }
    let mut cases = vec![
        outlier,
        duplicates,
        Vectors::from_flat(vec![0.0; 50], 5).unwrap(),
    ];
    cases.extend([0, 1, 2, 3, 4, 5, 6, 12].map(|n| random(n, 5, 3)));
    cases.extend([2, 3, 30].map(|n| Vectors::from_flat([0.3, -0.1].repeat(n), 2).unwrap()));
    for vectors in &cases {
        for method in METHODS {
            for metric in [Metric::Cosine, Metric::Euclidean, Metric::Dot] {
                for dimensions in [2, 3] {
                    let map = run(layout(method, vectors, metric, dimensions, 1));
                    let what =
                        format!("{method:?} {metric:?} of {}, {dimensions}-D", vectors.len());
                    assert_eq!(map.len(), vectors.len() * dimensions, "{what}");
                    assert!(map.iter().all(|x| x.is_finite()), "{what}: {map:?}");
                }
            }
        }
    }
}

#[test]
fn few_texts_are_drawn_by_pca_and_equal_ones_in_one_place() {
    for method in METHODS {
        for n in [1, 2, 3, 4] {
            let vectors = random(n, 6, 4);
            let map = layout(method, &vectors, Metric::Cosine, 2, 1);
            assert_eq!(map.iterations(), 0);
            assert_eq!(run(map), Pca::fit(&vectors, 2).coordinates());
        }
        let equal = Vectors::from_flat([0.1, 0.7, -0.3].repeat(20), 3).unwrap();
        assert_eq!(run(layout(method, &equal, Metric::Cosine, 2, 1)), [0.0; 40]);
    }
}

#[test]
fn the_same_seed_gives_the_same_map_however_it_is_stepped() {
    let vectors = grouped(80, 4, 8);
    for method in METHODS {
        let map = run(layout(method, &vectors, Metric::Cosine, 2, 5));
        let mut other = layout(method, &vectors, Metric::Cosine, 2, 5);
        let mut steps = 0;
        while other.step(7) {
            steps += 7;
            assert_eq!(other.iteration(), steps);
        }
        assert_eq!(other.iteration(), other.iterations());
        assert!(!other.step(1));
        assert_eq!(map, other.coordinates());
        assert_ne!(map, run(layout(method, &vectors, Metric::Cosine, 2, 6)));
    }
}

#[test]
fn a_start_on_waves_shows_what_hangs_together() {
    // A closed path, which principal components can't unroll: it lies on a sphere in 16-D.
    let n = 400;
    let point = |i: usize| {
        let turn = i as f32 / n as f32 * std::f32::consts::TAU;
        (1..=8).flat_map(move |wave| {
            let angle = turn * wave as f32;
            [angle.cos(), angle.sin()]
        })
    };
    let vectors = Vectors::from_flat((0..n).flat_map(point).collect(), 16).unwrap();
    let neighbors = NeighborGraph::exact(&vectors, 14, Metric::Cosine).unwrap();
    let options = UmapOptions {
        start: Start::Spectral,
        ..UmapOptions::default()
    };
    let umap = Umap::new(&vectors, &neighbors, &options).unwrap();
    // Before the first step: each point next to the one before it, all the way round.
    let place = |i: usize| &umap.coordinates()[i % n * 2..][..2];
    let far = |a: &[f32], b: &[f32]| (a[0] - b[0]).hypot(a[1] - b[1]);
    for i in 0..n {
        assert!(far(place(i), place(i + 1)) < 0.3, "{i}");
        assert!(far(place(i), place(i + n / 2)) > 5.0, "{i}");
    }
}

#[test]
fn groups_stay_groups() {
    let vectors = grouped(300, 5, 16);
    let truth = NeighborGraph::exact(&vectors, 10, Metric::Cosine).unwrap();
    for method in METHODS {
        for dimensions in [2, 3] {
            let map = run(layout(method, &vectors, Metric::Cosine, dimensions, 1));
            let map = Vectors::from_flat(map, dimensions).unwrap();
            let drawn = map_neighbors(&map, 10).unwrap();
            let strangers = (0..300)
                .flat_map(|i| drawn.of(i).iter().map(move |&j| (i, j as usize)))
                .filter(|(i, j)| i % 5 != j % 5);
            assert_eq!(strangers.count(), 0, "{method:?}");
            let found = faithfulness(&vectors, &truth, &map, 10).unwrap();
            assert!(
                found.trustworthiness > 0.9,
                "{method:?}: {}",
                found.trustworthiness
            );
            let pca = Vectors::from_flat(
                Pca::fit(&vectors, dimensions).coordinates().to_vec(),
                dimensions,
            )
            .unwrap();
            assert!(
                found.preservation
                    > faithfulness(&vectors, &truth, &pca, 10)
                        .unwrap()
                        .preservation
            );
        }
    }
}

#[test]
fn new_texts_are_placed_among_their_like_and_move_nobody() {
    let vectors = grouped(200, 4, 12);
    let neighbors = NeighborGraph::exact(&vectors, 14, Metric::Cosine).unwrap();
    let mut umap = Umap::new(&vectors, &neighbors, &UmapOptions::default()).unwrap();
    while umap.step(100) {}
    let before = umap.coordinates().to_vec();
    assert_eq!(umap.place(&vectors, &vectors).unwrap(), before);
    // The originals again, a little off: every one must land near its own group.
    let off = vectors.as_flat().iter().map(|x| x + 0.001).collect();
    let off = Vectors::from_flat(off, 12).unwrap();
    let placed = umap.place(&vectors, &off).unwrap();
    assert_eq!(umap.coordinates(), before);
    let map = Vectors::from_flat(before, 2).unwrap();
    for (i, point) in placed.chunks_exact(2).enumerate() {
        let nearest = nearest_to(&map, point, 3, Metric::Euclidean).unwrap();
        assert!(
            nearest.iter().all(|neighbor| neighbor.index % 4 == i % 4),
            "{i}: {nearest:?}"
        );
    }
    assert!(
        umap.place(&vectors, &Vectors::new(12).unwrap())
            .unwrap()
            .is_empty()
    );
    assert_eq!(umap.place(&vectors, &off).unwrap(), placed);
    // Equal ones lie at one place: on an original, and by themselves.
    let mut new = vectors.select(&[7]).unwrap();
    let other: Vec<f32> = vectors.row(3).iter().map(|x| x + 0.01).collect();
    new.push(&other).unwrap();
    new.push(&other).unwrap();
    let placed = umap.place(&vectors, &new).unwrap();
    assert_eq!(placed[..2], umap.coordinates()[14..16]);
    assert_eq!(placed[2..4], placed[4..]);
    assert_ne!(placed[2..4], umap.coordinates()[6..8]);
    assert!(matches!(
        umap.place(&vectors, &random(1, 3, 1)),
        Err(AnalysisError::WrongDimensions { .. })
    ));
    assert!(matches!(
        umap.place(&random(9, 12, 1), &vectors),
        Err(AnalysisError::Mismatch { .. })
    ));
}

#[test]
fn a_map_goes_on_from_another() {
    let vectors = grouped(60, 3, 6);
    let neighbors = NeighborGraph::exact(&vectors, 59, Metric::Cosine).unwrap();
    let start = Start::Given((0..120).map(|i| i as f32).collect());
    let umap = Umap::new(
        &vectors,
        &neighbors,
        &UmapOptions {
            start: start.clone(),
            ..UmapOptions::default()
        },
    );
    let tsne = Tsne::new(
        &vectors,
        &neighbors,
        &TsneOptions {
            start,
            ..TsneOptions::default()
        },
    );
    assert_eq!(umap.unwrap().coordinates(), tsne.unwrap().coordinates());
}

#[test]
fn bad_options_are_refused_by_name() {
    let vectors = random(50, 3, 1);
    let neighbors = NeighborGraph::exact(&vectors, 49, Metric::Cosine).unwrap();
    let umap = |change: fn(&mut UmapOptions)| {
        let mut options = UmapOptions::default();
        change(&mut options);
        Umap::new(&vectors, &neighbors, &options)
            .unwrap_err()
            .to_string()
    };
    let tsne = |change: fn(&mut TsneOptions)| {
        let mut options = TsneOptions::default();
        change(&mut options);
        Tsne::new(&vectors, &neighbors, &options)
            .unwrap_err()
            .to_string()
    };
    for (message, expected) in [
        (
            umap(|o| o.dimensions = 4),
            "dimensions of a map must be 2 or 3, not 4",
        ),
        (
            umap(|o| o.min_distance = f32::NAN),
            "the minimum distance must be 0 to 0.99, not NaN",
        ),
        (
            umap(|o| o.min_distance = 1.5),
            "the minimum distance must be 0 to 0.99, not 1.5",
        ),
        (
            umap(|o| o.neighbors = 1),
            "the number of neighbours must be at least 2, not 1",
        ),
        (
            umap(|o| o.start = Start::Given(vec![0.0; 4])),
            "2 points to start from where 50 are needed",
        ),
        (
            umap(|o| o.start = Start::Given(vec![f32::NAN; 100])),
            "vector 0 is not finite: its component 0 is NaN",
        ),
        (
            tsne(|o| o.dimensions = 1),
            "dimensions of a map must be 2 or 3, not 1",
        ),
        (
            tsne(|o| o.perplexity = Some(0.0)),
            "the perplexity must be 2 to 100, not 0",
        ),
        (
            tsne(|o| o.perplexity = Some(f32::NAN)),
            "the perplexity must be 2 to 100, not NaN",
        ),
        (
            tsne(|o| o.exaggeration = 0.5),
            "the exaggeration must be 1 to 100, not 0.5",
        ),
        (
            tsne(|o| o.learning_rate = Some(-1.0)),
            "the learning rate must be 0.001 to 1,000,000, not -1",
        ),
        (tsne(|o| o.theta = 2.0), "theta must be 0 to 1, not 2"),
    ] {
        assert_eq!(message, expected);
    }
    let few = NeighborGraph::exact(&vectors, 5, Metric::Cosine).unwrap();
    assert!(matches!(
        Tsne::new(&vectors, &few, &TsneOptions::default()),
        Err(AnalysisError::Mismatch { .. })
    ));
    let other = NeighborGraph::exact(&random(49, 3, 1), 15, Metric::Cosine).unwrap();
    assert!(matches!(
        Umap::new(&vectors, &other, &UmapOptions::default()),
        Err(AnalysisError::Mismatch { .. })
    ));
}

#[test]
fn equal_texts_lie_at_one_place() {
    let few = grouped(90, 3, 8);
    // Every text three times, far apart from one another.
    let rows: Vec<usize> = (0..270).map(|i| i % 90).collect();
    let vectors = few.select(&rows).unwrap();
    let distinct = Distinct::of(&vectors);
    let different = vectors.select(distinct.firsts()).unwrap();
    for method in METHODS {
        let map = run(layout(method, &different, Metric::Cosine, 2, 1));
        let all = distinct.copied(&map, 2).unwrap();
        assert_eq!(all[..180], all[180..360]);
        assert_eq!(all[..180], all[360..]);
        // Copies change nothing for the others.
        assert_eq!(all[..180], run(layout(method, &few, Metric::Cosine, 2, 1)));
    }
}
