//! Work for those who time it: `bench.mjs` under Node, and `cargo xtask bench map` in a browser.
//! Host and wasm share nothing but numbers and memory.

#![allow(unsafe_code, reason = "Exported names are what the host calls.")]

use std::cell::RefCell;
use std::hint::black_box;

use semblance_analysis::*;

/// What the host is at work on.
#[derive(Default)]
struct Bench {
    /// `[n, dimensions]`, for the host to fill.
    input: Vec<f32>,
    dimensions: usize,
    vectors: Option<Vectors>,
    search: Option<NeighborSearch>,
    graph: Option<NeighborGraph>,
    umap: Option<Umap>,
    /// Trustworthiness and preservation of the map that was judged last.
    judged: [f64; 2],
}

thread_local! {
    static BENCH: RefCell<Bench> = RefCell::default();
}

fn with<T>(work: impl FnOnce(&mut Bench) -> T) -> T {
    BENCH.with_borrow_mut(work)
}

/// Takes the kernel that is best on processors without a byte dot product.
#[unsafe(no_mangle)]
pub extern "C" fn pairs() {
    semblance_kernels::set_dot_kernel(semblance_kernels::DotKernel::Eights);
}

/// Memory for `count` numbers of vectors with `d` dimensions, or of a map to be judged.
#[unsafe(no_mangle)]
pub extern "C" fn input(count: usize, d: usize) -> *mut f32 {
    with(|bench| {
        bench.dimensions = d;
        bench.input = vec![0.0; count];
        bench.input.as_mut_ptr()
    })
}

/// Takes the input as the vectors to work on; returns how many they are.
#[unsafe(no_mangle)]
pub extern "C" fn take() -> usize {
    with(|bench| {
        let input = std::mem::take(&mut bench.input);
        bench.vectors = Vectors::from_flat(input, bench.dimensions).ok();
        bench.vectors.as_ref().map_or(0, Vectors::len)
    })
}

/// Begins a search for `k` neighbours of each: exact, or whatever suits their number.
#[unsafe(no_mangle)]
pub extern "C" fn search(k: usize, exact: bool) {
    with(|bench| {
        let Some(vectors) = &bench.vectors else {
            return;
        };
        let search = if exact {
            NeighborSearch::new(vectors, k, Metric::Cosine)
        } else {
            NeighborSearch::by_size(vectors, k, Metric::Cosine, 42)
        };
        bench.search = search.ok();
    });
}

/// The next step of the search; false when it is over.
#[unsafe(no_mangle)]
pub extern "C" fn search_step() -> bool {
    with(|bench| match (&mut bench.search, &bench.vectors) {
        (Some(search), Some(vectors)) => {
            if search.step(vectors) {
                return true;
            }
            bench.graph = bench.search.take().map(|search| search.finish(vectors));
            false
        }
        _ => false,
    })
}

/// Recall of the search, over a sample.
#[unsafe(no_mangle)]
pub extern "C" fn recall(sample: usize) -> f64 {
    with(|bench| match (&bench.graph, &bench.vectors) {
        (Some(graph), Some(vectors)) => graph.recall_sample(vectors, sample),
        _ => f64::NAN,
    })
}

/// Begins a map with the usual options from the neighbours found.
#[unsafe(no_mangle)]
pub extern "C" fn umap(seed: u32, waves: bool) {
    with(|bench| {
        let options = UmapOptions {
            seed: u64::from(seed),
            start: if waves { Start::Spectral } else { Start::Pca },
            ..UmapOptions::default()
        };
        let begin = |(vectors, graph)| Umap::new(vectors, graph, &options).ok();
        bench.umap = bench
            .vectors
            .as_ref()
            .zip(bench.graph.as_ref())
            .and_then(begin);
    });
}

/// The next iterations; false when the map is finished.
#[unsafe(no_mangle)]
pub extern "C" fn umap_step(iterations: usize) -> bool {
    with(|bench| {
        bench
            .umap
            .as_mut()
            .is_some_and(|umap| umap.step(iterations))
    })
}

/// Where the points are, `[n, 2]`.
#[unsafe(no_mangle)]
pub extern "C" fn coordinates() -> *const f32 {
    with(|bench| {
        let coordinates = bench.umap.as_ref().map_or(&[][..], Layout::coordinates);
        coordinates.as_ptr()
    })
}

/// Judges the map in the input, `[n, 2]`, by `k` neighbours; returns its trustworthiness.
#[unsafe(no_mangle)]
pub extern "C" fn judge(k: usize) -> f64 {
    with(|bench| {
        bench.judged = [f64::NAN; 2];
        let map = Vectors::from_flat(std::mem::take(&mut bench.input), 2);
        if let (Ok(map), Some(vectors)) = (map, &bench.vectors)
            && let Ok(search) = NeighborSearch::by_size(vectors, k, Metric::Cosine, 42)
            && let Ok(found) = faithfulness(vectors, &search.finish(vectors), &map, k)
        {
            bench.judged = [found.trustworthiness, found.preservation];
        }
        bench.judged[0]
    })
}

/// The share of neighbours kept by the map that was judged last.
#[unsafe(no_mangle)]
pub extern "C" fn kept() -> f64 {
    with(|bench| bench.judged[1])
}

/// Two principal components; returns the share of variance of the first.
#[unsafe(no_mangle)]
pub extern "C" fn pca() -> f64 {
    with(|bench| {
        bench
            .vectors
            .as_ref()
            .map_or(f64::NAN, |v| Pca::fit(v, 2).variance_shares()[0])
    })
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
    with(|bench| {
        (bench.input, bench.dimensions) = (data, d);
    });
    take()
}

/// Runs one case over the vectors; returns a number that depends on the result.
#[unsafe(no_mangle)]
pub extern "C" fn run(case: u32) -> f64 {
    with(|bench| {
        let vectors = bench.vectors.as_ref();
        vectors.map_or(f64::NAN, |vectors| black_box(work(case, vectors)))
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
        7 => map(vectors, Start::Pca),
        8 => tsne(vectors),
        9 => approximate(vectors).map_or(f64::NAN, |graph| f64::from(graph.scores()[0])),
        11 => map(vectors, Start::Spectral),
        _ => f64::NAN,
    }
}

fn neighbors(vectors: &Vectors, metric: Metric) -> f64 {
    NeighborGraph::exact(vectors, 15, metric).map_or(f64::NAN, |graph| f64::from(graph.scores()[0]))
}

fn approximate(vectors: &Vectors) -> Result<NeighborGraph, AnalysisError> {
    Ok(NeighborSearch::approximate(vectors, 15, Metric::Cosine, 42)?.finish(vectors))
}

fn map(vectors: &Vectors, start: Start) -> f64 {
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
