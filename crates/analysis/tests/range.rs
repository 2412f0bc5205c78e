//! Vectors far larger and far smaller than a model's: what does not depend on length must not, and
//! nothing may leave the range of numbers on the way.

#![allow(clippy::unwrap_used, reason = "Helpers of tests are tests too.")]

use semblance_analysis::*;

const METRICS: [Metric; 3] = [Metric::Cosine, Metric::Euclidean, Metric::Dot];

/// From nearly the smallest that has a direction to nearly the largest that is accepted. Powers of
/// two, which round nothing.
const SCALES: [i32; 4] = [-45, -30, 30, 49];

/// Vectors of components from −1 to 1, times a power of two.
fn random(n: usize, d: usize, exponent: i32) -> Vectors {
    let mut random = fastrand::Rng::with_seed(5);
    let scale = 2f32.powi(exponent);
    let data = (0..n * d).map(|_| (2.0 * random.f32() - 1.0) * scale);
    Vectors::from_flat(data.collect(), d).unwrap()
}

#[test]
fn scores_and_neighbours_do_not_depend_on_length() {
    let (n, d, k) = (300, 24, 10);
    let plain = random(n, d, 0);
    let approximate = |vectors: &Vectors, metric| {
        let mut search = NeighborSearch::approximate(vectors, k, metric, 1).unwrap();
        while search.step(vectors) {}
        search.finish(vectors)
    };
    for exponent in SCALES {
        let vectors = random(n, d, exponent);
        let same = |a: &[f32], b: &[f32]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-6);
        assert!(
            same(
                &cosine_matrix(&vectors).unwrap(),
                &cosine_matrix(&plain).unwrap()
            ),
            "2^{exponent}"
        );
        let between = cosine_between(&vectors, &plain).unwrap();
        assert!(
            same(&between, &cosine_matrix(&plain).unwrap()),
            "2^{exponent}"
        );
        for metric in METRICS {
            let what = format!("2^{exponent}, {metric:?}");
            let exact = NeighborGraph::exact(&vectors, k, metric).unwrap();
            let truth = NeighborGraph::exact(&plain, k, metric).unwrap();
            assert_eq!(exact.indices(), truth.indices(), "{what}");
            let found = approximate(&vectors, metric);
            let sought = truth.indices().chunks_exact(k);
            let hits: usize = sought
                .zip(found.indices().chunks_exact(k))
                .map(|(truth, found)| truth.iter().filter(|i| found.contains(i)).count())
                .sum();
            assert!(hits >= n * k * 98 / 100, "{what}: {hits} of {}", n * k);
            assert!(exact.scores_of(0).iter().all(|x| x.is_finite()), "{what}");
        }
    }
}

#[test]
fn maps_and_clusters_do_not_depend_on_length() {
    let (n, d) = (120, 24);
    let plain = random(n, d, 0);
    let (whole, clusters) = (Pca::fit(&plain, 2), Clusters::fit(&plain, 4, 1).unwrap());
    for exponent in SCALES {
        let vectors = random(n, d, exponent);
        let pca = Pca::fit(&vectors, 2);
        let scale = 2f32.powi(exponent);
        for (a, b) in pca.coordinates().iter().zip(whole.coordinates()) {
            assert!((a / scale - b).abs() < 1e-4, "2^{exponent}: {a} for {b}");
        }
        let found = Clusters::fit(&vectors, 4, 1).unwrap();
        assert_eq!(found.assignments, clusters.assignments, "2^{exponent}");
        for metric in METRICS {
            let expected = trust(&plain, metric);
            let found = trust(&vectors, metric);
            for (found, expected) in found.iter().zip(expected) {
                // A layout's own randomness: a sum that is rounded otherwise leads it elsewhere.
                let what = format!("2^{exponent}, {metric:?}: {found} for {expected}");
                assert!((found - expected).abs() < 0.05, "{what}");
            }
        }
    }
}

/// Trustworthiness of the maps that UMAP and t-SNE make of vectors.
fn trust(vectors: &Vectors, metric: Metric) -> [f64; 2] {
    let graph = NeighborGraph::exact(vectors, 40, metric).unwrap();
    let options = TsneOptions {
        perplexity: Some(10.0),
        ..TsneOptions::default()
    };
    let umap = Umap::new(vectors, &graph, &UmapOptions::default()).unwrap();
    let tsne = Tsne::new(vectors, &graph, &options).unwrap();
    let layouts: [Box<dyn Layout>; 2] = [Box::new(umap), Box::new(tsne)];
    layouts.map(|mut layout| {
        while layout.step(50) {}
        let map = Vectors::from_flat(layout.coordinates().to_vec(), 2).unwrap();
        faithfulness(vectors, &graph, &map, 10)
            .unwrap()
            .trustworthiness
    })
}

#[test]
fn axes_do_not_depend_on_length() {
    let plain = random(4, 24, 0);
    let axes = |vectors: &Vectors| {
        let ends = [0, 1, 2, 3].map(|i| vectors.select(&[i]).unwrap());
        let first = Axis::between(&ends[0], &ends[1]).unwrap();
        let second = Axis::between(&ends[2], &ends[3]).unwrap();
        let places = project_onto_axes(vectors, &[first.clone(), second.clone()]).unwrap();
        (
            places,
            first.cosine(&second).unwrap(),
            first.cosine(&first).unwrap(),
        )
    };
    let (places, angle, itself) = axes(&plain);
    assert!(itself == 1.0 && angle.abs() > 1e-3, "{angle}");
    for exponent in SCALES {
        let (found, cosine, itself) = axes(&random(4, 24, exponent));
        assert!(
            (cosine - angle).abs() < 1e-6,
            "2^{exponent}: {cosine} for {angle}"
        );
        assert_eq!(itself, 1.0, "2^{exponent}");
        for (a, b) in found.iter().zip(&places) {
            assert!((a - b).abs() < 1e-4, "2^{exponent}: {a} for {b}");
        }
    }
    // What counts as zero has no middle to tell from another.
    let (from, to) = (vec![0.0; 3], vec![1e-30, 0.0, 0.0]);
    let [from, to] = [from, to].map(|data| Vectors::from_flat(data, 3).unwrap());
    assert_eq!(Axis::between(&from, &to), Err(AnalysisError::SameMiddle));
    let flat = Axis::between(
        &Vectors::from_flat(vec![0.0; 2], 2).unwrap(),
        &Vectors::from_flat(vec![1.0; 2], 2).unwrap(),
    );
    let solid = Axis::between(&plain.select(&[0]).unwrap(), &plain.select(&[1]).unwrap());
    assert!(matches!(
        flat.unwrap().cosine(&solid.unwrap()),
        Err(AnalysisError::WrongDimensions { .. })
    ));
}
