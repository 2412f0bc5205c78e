//! UMAP: a map that keeps neighbourhoods (McInnes, Healy & Melville 2018, "UMAP: Uniform Manifold
//! Approximation and Projection for Dimension Reduction"; umap-learn is the reference for what the
//! paper leaves open).

mod curve;
mod descent;
mod forces;
mod fuzzy;
mod power;

use descent::{Edges, Pass, Point, Tails};
use forces::Forces;

use crate::layout::{
    Layout, Place, Random, Start, TOO_FEW, check_map_dimensions, check_option, check_start,
};
use crate::similarity::nearest_to;
use crate::sparse::SparseGraph;
use crate::{AnalysisError, Distinct, NeighborGraph, Vectors};

/// Side of the square or cube that a map starts in.
const EXTENT: f32 = 10.0;

/// Options of [`Umap`].
#[derive(Debug, Clone, PartialEq)]
pub struct UmapOptions {
    /// Neighbours that make a neighbourhood, the text itself counted in as in umap-learn; from 2.
    /// At most what the neighbour graph has, and one more.
    pub neighbors: usize,
    /// How near points may come on the map, 0 to 0.99: small values make dense clumps.
    pub min_distance: f32,
    /// Dimensions of the map: 2 or 3.
    pub dimensions: usize,
    /// Iterations; by default 500 up to 10,000 texts and 200 above.
    pub iterations: Option<usize>,
    /// The same seed gives the same map.
    pub seed: u64,
    /// Where the points start.
    pub start: Start,
}

impl Default for UmapOptions {
    fn default() -> Self {
        Self {
            neighbors: 15,
            min_distance: 0.1,
            dimensions: 2,
            iterations: None,
            seed: 42,
            start: Start::Pca,
        }
    }
}

impl UmapOptions {
    /// Neighbours that suit `n` texts: 15 as in umap-learn, and a third of the texts where there
    /// are fewer than 45; with nearly all texts for neighbours there is no neighbourhood to keep.
    pub fn suggested_neighbors(n: usize) -> usize {
        (n / 3).clamp(3, 15)
    }
}

/// A UMAP layout, run step by step.
#[derive(Debug, Clone)]
pub struct Umap {
    dimensions: usize,
    neighbors: usize,
    forces: Forces,
    points: Vec<Point>,
    coordinates: Vec<f32>,
    edges: Edges,
    iteration: usize,
    iterations: usize,
    random: Random,
    seed: u64,
    graph: NeighborGraph,
}

impl Umap {
    /// Prepares a layout of `vectors` from their neighbours.
    ///
    /// Up to four texts, and texts that are all equal, stay where PCA puts them: there is nothing
    /// left to do.
    ///
    /// # Errors
    /// When an option is out of its range, or the vectors, the neighbours and the start are not of
    /// the same number.
    pub fn new(
        vectors: &Vectors,
        neighbors: &NeighborGraph,
        options: &UmapOptions,
    ) -> Result<Self, AnalysisError> {
        let n = vectors.len();
        let dimensions = options.dimensions;
        check_map_dimensions(dimensions)?;
        check_option(
            "the minimum distance",
            f64::from(options.min_distance),
            0.0..=0.99,
            "0 to 0.99",
        )?;
        check_option(
            "the number of neighbours",
            options.neighbors as f64,
            2.0..=f64::MAX,
            "at least 2",
        )?;
        if neighbors.len() != n {
            return Err(AnalysisError::Mismatch {
                what: "neighbour lists",
                expected: n,
                found: neighbors.len(),
            });
        }
        let mut random = Random::new(options.seed);
        let mut iterations = options
            .iterations
            .unwrap_or(if n <= 10_000 { 500 } else { 200 });
        let graph = neighbors.truncated(options.neighbors - 1);
        let fuzzy = fuzzy::graph(&graph);
        let coordinates = match &options.start {
            Start::Given(start) => {
                check_start(start, n, dimensions)?;
                start.clone()
            }
            Start::Pca | Start::Spectral => {
                let place = Place::new(vectors, dimensions, &options.start, &fuzzy);
                let mut coordinates = place.coordinates;
                if n <= TOO_FEW || place.deviation == 0.0 {
                    iterations = 0;
                } else {
                    spread(&mut coordinates, dimensions, &mut random);
                }
                coordinates
            }
        };
        let edges = Edges::new(fuzzy, iterations);
        let (a, b) = curve::fit(f64::from(options.min_distance));
        Ok(Self {
            dimensions,
            neighbors: options.neighbors,
            forces: Forces::new(a as f32, b as f32),
            points: descent::points(&coordinates, dimensions),
            coordinates,
            edges,
            iteration: 0,
            iterations,
            random,
            seed: options.seed,
            graph,
        })
    }

    /// Places new texts on the map as it is, without moving the others: `[new, dimensions]`.
    /// `originals` are the vectors that the map shows. Each new text starts in the middle of its
    /// neighbours on the map and settles among them; it sees the originals, not the other new ones.
    /// One that equals an original lies where that lies, and new ones that are equal lie at one
    /// place.
    ///
    /// # Errors
    /// When the dimensions differ, or `originals` are not as many as the map shows.
    pub fn place(&self, originals: &Vectors, new: &Vectors) -> Result<Vec<f32>, AnalysisError> {
        originals.check_dimensions(new.dimensions())?;
        let (n, d) = (originals.len(), self.dimensions);
        if n * d != self.coordinates.len() {
            let expected = self.coordinates.len() / d;
            return Err(AnalysisError::Mismatch {
                what: "original vectors",
                expected,
                found: n,
            });
        }
        let distinct = Distinct::of(new);
        if !distinct.all_differ() {
            let placed = self.place(originals, &new.select(distinct.firsts())?)?;
            return distinct.copied(&placed, d);
        }
        let metric = self.graph.metric();
        let greatest = self
            .graph
            .scores()
            .iter()
            .copied()
            .fold(f32::NEG_INFINITY, f32::max);
        let mut graph = SparseGraph {
            rows: vec![0],
            ..SparseGraph::default()
        };
        let mut placed = Vec::with_capacity(new.len() * d);
        let mut twins = Vec::new();
        for (i, row) in new.rows().enumerate() {
            let near = nearest_to(originals, row, self.neighbors, metric)?;
            let twin = near.iter().find(|n| originals.same_as(n.index, new, i));
            twins.extend(twin.map(|twin| (i, twin.index)));
            let scores: Vec<f32> = near.iter().map(|neighbor| neighbor.score).collect();
            let greatest = scores.iter().copied().fold(greatest, f32::max);
            let distances = fuzzy::distances(metric, &scores, greatest);
            let floor = distances.iter().sum::<f64>() / distances.len().max(1) as f64;
            let weights = fuzzy::memberships(&distances, floor);
            let sum: f32 = weights.iter().sum();
            for axis in 0..d {
                let along = |(neighbor, weight): (&crate::Neighbor, &f32)| {
                    weight * self.coordinates[neighbor.index * d + axis]
                };
                let middle = near.iter().zip(&weights).map(along).sum::<f32>() / sum;
                placed.push(if sum > 0.0 { middle } else { 0.0 });
            }
            for (neighbor, &weight) in near
                .iter()
                .zip(&weights)
                .filter(|(_, weight)| **weight > 0.0)
            {
                graph.columns.push(neighbor.index as u32);
                graph.weights.push(weight);
            }
            graph.rows.push(graph.columns.len());
        }
        if self.iterations > 0 {
            // As umap-learn: a third of the iterations at a quarter of the rate.
            let iterations = if n <= 10_000 { 100 } else { 30 };
            let mut edges = Edges::new(graph, iterations);
            let mut random = Random::new(self.seed);
            let mut points = descent::points(&placed, d);
            for iteration in 0..iterations {
                let pass = Pass {
                    forces: &self.forces,
                    rate: 0.25 * (1.0 - iteration as f32 / iterations as f32),
                    now: iteration as f32,
                };
                let tails = Tails::Fixed(&self.points);
                pass.run(&mut edges, &mut points, &tails, &mut random);
            }
            descent::coordinates(&points, d, &mut placed);
        }
        for (i, twin) in twins {
            let place = &self.coordinates[twin * d..(twin + 1) * d];
            placed[i * d..(i + 1) * d].copy_from_slice(place);
        }
        Ok(placed)
    }
}

impl Layout for Umap {
    fn step(&mut self, iterations: usize) -> bool {
        let last = self
            .iterations
            .min(self.iteration.saturating_add(iterations));
        while self.iteration < last {
            let pass = Pass {
                forces: &self.forces,
                rate: 1.0 - self.iteration as f32 / self.iterations as f32,
                now: self.iteration as f32,
            };
            let (edges, random) = (&mut self.edges, &mut self.random);
            pass.run(edges, &mut self.points, &Tails::Own, random);
            self.iteration += 1;
        }
        descent::coordinates(&self.points, self.dimensions, &mut self.coordinates);
        self.iteration < self.iterations
    }

    fn coordinates(&self) -> &[f32] {
        &self.coordinates
    }

    fn dimensions(&self) -> usize {
        self.dimensions
    }

    fn iteration(&self) -> usize {
        self.iteration
    }

    fn iterations(&self) -> usize {
        self.iterations
    }
}

/// Scales every axis to 0 to [`EXTENT`], with a little noise so that equal texts can part.
fn spread(coordinates: &mut [f32], dimensions: usize, random: &mut Random) {
    let largest = coordinates.iter().fold(0f32, |most, x| most.max(x.abs()));
    for x in coordinates.iter_mut() {
        *x = *x * (EXTENT / largest) + random.signed() * 1e-4;
    }
    for axis in 0..dimensions {
        let values = coordinates.iter().skip(axis).step_by(dimensions);
        let (low, high) = values.fold((f32::MAX, f32::MIN), |(low, high), &x| {
            (low.min(x), high.max(x))
        });
        if high > low {
            coordinates
                .iter_mut()
                .skip(axis)
                .step_by(dimensions)
                .for_each(|x| *x = EXTENT * (*x - low) / (high - low));
        }
    }
}
