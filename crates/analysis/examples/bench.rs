//! Work for `bench.mjs`, which times it under Node: `[n, 384]` vectors in clusters, made from a
//! seed. Host and wasm share nothing but numbers.

#![allow(unsafe_code, reason = "Exported names are what the host calls.")]

use std::cell::RefCell;
use std::hint::black_box;

use semblance_analysis::*;

thread_local! {
    static VECTORS: RefCell<Option<Vectors>> = const { RefCell::new(None) };
}

/// Makes `n` vectors of `d` dimensions around `n / 100` centres; returns how many there are.
#[unsafe(no_mangle)]
pub extern "C" fn make(n: usize, d: usize) -> usize {
    let mut random = fastrand::Rng::with_seed(7);
    let centres: Vec<f32> = (0..(n / 100).max(1) * d)
        .map(|_| random.f32() - 0.5)
        .collect();
    let mut data = Vec::with_capacity(n * d);
    for _ in 0..n {
        let centre = random.usize(..centres.len() / d) * d;
        let start = data.len();
        data.extend(
            centres[centre..centre + d]
                .iter()
                .map(|c| c + (random.f32() - 0.5) * 1.5),
        );
        let norm = data[start..]
            .iter()
            .map(|x: &f32| x * x)
            .sum::<f32>()
            .sqrt();
        data[start..].iter_mut().for_each(|x| *x /= norm);
    }
    let vectors = Vectors::from_flat(data, d).ok();
    let made = vectors.as_ref().map_or(0, Vectors::len);
    VECTORS.with(|slot| *slot.borrow_mut() = vectors);
    made
}

/// Takes the kernel that is best on processors without a byte dot product.
#[unsafe(no_mangle)]
pub extern "C" fn pairs() {
    semblance_kernels::set_dot_kernel(semblance_kernels::DotKernel::Pairs);
}

/// Runs one case over the vectors; returns a number that depends on the result.
#[unsafe(no_mangle)]
pub extern "C" fn run(case: u32) -> f64 {
    VECTORS.with(|slot| {
        slot.borrow()
            .as_ref()
            .map_or(f64::NAN, |vectors| black_box(work(case, vectors)))
    })
}

fn work(case: u32, vectors: &Vectors) -> f64 {
    match case {
        0 => cosine_matrix(vectors).map_or(f64::NAN, |m| f64::from(m[1])),
        1 => top_pairs(vectors, 1_000).len() as f64,
        2 => similarity_order(vectors).map_or(f64::NAN, |order| order[0] as f64),
        3 => Pca::fit(vectors, 10).variance_shares()[0],
        4 => nearest(vectors, 0, 100, Metric::Cosine).map_or(f64::NAN, |n| f64::from(n[0].score)),
        5 => neighbors(vectors, Metric::Cosine),
        6 => neighbors(vectors, Metric::Euclidean),
        7 => umap(vectors),
        8 => tsne(vectors),
        9 => approximate(vectors).map_or(f64::NAN, |graph| f64::from(graph.scores()[0])),
        10 => approximate(vectors).map_or(f64::NAN, |graph| graph.recall_sample(vectors, 100)),
        11 => umap_from(vectors, Start::Spectral),
        _ => f64::NAN,
    }
}

fn neighbors(vectors: &Vectors, metric: Metric) -> f64 {
    NeighborGraph::exact(vectors, 15, metric).map_or(f64::NAN, |graph| f64::from(graph.scores()[0]))
}

fn approximate(vectors: &Vectors) -> Result<NeighborGraph, AnalysisError> {
    Ok(NeighborSearch::approximate(vectors, 15, Metric::Cosine, 42)?.finish(vectors))
}

fn umap(vectors: &Vectors) -> f64 {
    umap_from(vectors, Start::Pca)
}

fn umap_from(vectors: &Vectors, start: Start) -> f64 {
    let Ok(search) = NeighborSearch::by_size(vectors, 14, Metric::Cosine, 42) else {
        return f64::NAN;
    };
    let options = UmapOptions {
        start,
        ..UmapOptions::default()
    };
    Umap::new(vectors, &search.finish(vectors), &options).map_or(f64::NAN, run_layout)
}

fn tsne(vectors: &Vectors) -> f64 {
    let options = TsneOptions::default();
    let Ok(neighbors) =
        NeighborGraph::exact(vectors, options.neighbors_of(vectors.len()), Metric::Cosine)
    else {
        return f64::NAN;
    };
    Tsne::new(vectors, &neighbors, &options).map_or(f64::NAN, run_layout)
}

fn run_layout(mut layout: impl Layout) -> f64 {
    while layout.step(50) {}
    f64::from(layout.coordinates()[0])
}
