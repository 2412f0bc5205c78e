//! t-SNE: a map that keeps near neighbours near (van der Maaten & Hinton 2008), with the pushes of
//! a tree (van der Maaten 2014), affinities of `3 · perplexity` neighbours, and a start on the
//! principal components (Kobak & Berens 2019). Memory is linear in the number of texts.

mod repulsion;

use repulsion::Repulsion;

use crate::layout::{
    Layout, Place, Random, Start, TOO_FEW, check_map_dimensions, check_option, check_start,
};
use crate::metric::Metric;
use crate::sparse::SparseGraph;
use crate::{AnalysisError, NeighborGraph, Vectors};

/// Iterations with exaggerated pulls, and with little momentum.
const EARLY: usize = 250;

/// Spread of the start along its first axis (standard deviation).
const START_SPREAD: f32 = 1e-4;

/// Options of [`Tsne`].
#[derive(Debug, Clone, PartialEq)]
pub struct TsneOptions {
    /// How many neighbours count, softly: 2 to 100, and at most a third of the other texts. 30 by
    /// default, less where there are not so many texts.
    pub perplexity: Option<f32>,
    /// Length of the steps; by default `n / exaggeration / 4`, at least 50.
    pub learning_rate: Option<f32>,
    /// Factor of the pulls in the first 250 iterations, 1 to 100.
    pub exaggeration: f32,
    /// Iterations in all.
    pub iterations: usize,
    /// Dimensions of the map: 2 or 3.
    pub dimensions: usize,
    /// How far a group of points must be, in units of its size, to act as one: 0 (exact) to 1.
    pub theta: f32,
    /// The same seed gives the same map.
    pub seed: u64,
    /// Where the points start.
    pub start: Start,
}

impl Default for TsneOptions {
    fn default() -> Self {
        Self {
            perplexity: None,
            learning_rate: None,
            exaggeration: 12.0,
            iterations: 1_000,
            dimensions: 2,
            theta: 0.5,
            seed: 42,
            start: Start::Pca,
        }
    }
}

impl TsneOptions {
    /// The perplexity that `n` texts get: what was asked for or 30, at most a third of the other
    /// texts, at least 1.
    pub fn perplexity_of(&self, n: usize) -> f32 {
        self.perplexity
            .unwrap_or(30.0)
            .min(n.saturating_sub(1) as f32 / 3.0)
            .max(1.0)
    }

    /// Neighbours of each text that `n` texts need: three times the perplexity.
    pub fn neighbors_of(&self, n: usize) -> usize {
        (3.0 * self.perplexity_of(n)).ceil() as usize
    }
}

/// A t-SNE layout, run step by step.
#[derive(Debug, Clone)]
pub struct Tsne {
    perplexity: f32,
    exaggeration: f32,
    learning_rate: f32,
    theta: f32,
    affinities: SparseGraph,
    map: Map,
    iteration: usize,
    iterations: usize,
}

#[derive(Debug, Clone)]
enum Map {
    Plane(State<2>),
    Space(State<3>),
}

impl Tsne {
    /// Prepares a layout of `vectors` from their neighbours, [`TsneOptions::neighbors_of`] of each.
    ///
    /// Up to four texts, and texts that are all equal, stay where PCA puts them.
    ///
    /// # Errors
    /// When an option is out of its range, the vectors, the neighbours and the start are not of the
    /// same number, or there are too few neighbours.
    pub fn new(
        vectors: &Vectors,
        neighbors: &NeighborGraph,
        options: &TsneOptions,
    ) -> Result<Self, AnalysisError> {
        let n = vectors.len();
        check_map_dimensions(options.dimensions)?;
        let perplexity = f64::from(options.perplexity.unwrap_or(30.0));
        check_option("the perplexity", perplexity, 2.0..=100.0, "2 to 100")?;
        check_option(
            "the exaggeration",
            f64::from(options.exaggeration),
            1.0..=100.0,
            "1 to 100",
        )?;
        check_option("theta", f64::from(options.theta), 0.0..=1.0, "0 to 1")?;
        let rate = (n as f32 / options.exaggeration / 4.0).max(50.0);
        let learning_rate = options.learning_rate.unwrap_or(rate);
        check_option(
            "the learning rate",
            f64::from(learning_rate),
            1e-3..=1e6,
            "0.001 to 1,000,000",
        )?;
        if neighbors.len() != n {
            return Err(AnalysisError::Mismatch {
                what: "neighbour lists",
                expected: n,
                found: neighbors.len(),
            });
        }
        let needed = options.neighbors_of(n).min(n.saturating_sub(1));
        if neighbors.k() < needed {
            let found = neighbors.k();
            return Err(AnalysisError::Mismatch {
                what: "neighbours of each",
                expected: needed,
                found,
            });
        }
        let mut iterations = options.iterations;
        let perplexity = options.perplexity_of(n);
        let affinities = affinities(&neighbors.truncated(needed), perplexity);
        let start = match &options.start {
            Start::Given(start) => {
                check_start(start, n, options.dimensions)?;
                start.clone()
            }
            Start::Pca | Start::Spectral => {
                let place = Place::new(vectors, options.dimensions, &options.start, &affinities);
                let mut start = place.coordinates;
                if n <= TOO_FEW || place.deviation == 0.0 {
                    iterations = 0;
                } else {
                    // A little noise lets equal texts part.
                    let mut random = Random::new(options.seed);
                    for x in &mut start {
                        *x = (*x / place.deviation + 0.01 * random.signed()) * START_SPREAD;
                    }
                }
                start
            }
        };
        let map = if options.dimensions == 2 {
            Map::Plane(State::new(&start))
        } else {
            Map::Space(State::new(&start))
        };
        Ok(Self {
            perplexity,
            exaggeration: options.exaggeration,
            learning_rate,
            theta: options.theta,
            affinities,
            map,
            iteration: 0,
            iterations,
        })
    }

    /// The perplexity in use, which few texts may have lowered.
    pub fn perplexity(&self) -> f32 {
        self.perplexity
    }
}

impl Layout for Tsne {
    fn step(&mut self, iterations: usize) -> bool {
        let last = self
            .iterations
            .min(self.iteration.saturating_add(iterations));
        while self.iteration < last {
            let early = self.iteration < EARLY;
            let descent = Descent {
                affinities: &self.affinities,
                exaggeration: if early { self.exaggeration } else { 1.0 },
                momentum: if early { 0.5 } else { 0.8 },
                learning_rate: self.learning_rate,
                theta: self.theta,
            };
            match &mut self.map {
                Map::Plane(state) => descent.run(state),
                Map::Space(state) => descent.run(state),
            }
            self.iteration += 1;
        }
        self.iteration < self.iterations
    }

    fn coordinates(&self) -> &[f32] {
        match &self.map {
            Map::Plane(state) => state.points.as_flattened(),
            Map::Space(state) => state.points.as_flattened(),
        }
    }

    fn dimensions(&self) -> usize {
        match &self.map {
            Map::Plane(_) => 2,
            Map::Space(_) => 3,
        }
    }

    fn iteration(&self) -> usize {
        self.iteration
    }

    fn iterations(&self) -> usize {
        self.iterations
    }
}

/// Joint probabilities `(p(j|i) + p(i|j)) / 2n` of neighbours.
fn affinities(neighbors: &NeighborGraph, perplexity: f32) -> SparseGraph {
    let (n, k) = (neighbors.len(), neighbors.k());
    let greatest = neighbors
        .scores()
        .iter()
        .copied()
        .fold(f32::NEG_INFINITY, f32::max);
    let mut weights = Vec::with_capacity(n * k);
    for i in 0..n {
        // Squared distances; those of unit vectors are twice what is missing from the cosine.
        let distance = |&score: &f32| match neighbors.metric() {
            Metric::Cosine => 2.0 * (1.0 - f64::from(score)),
            Metric::Euclidean => f64::from(score) * f64::from(score),
            Metric::Dot => 2.0 * (f64::from(greatest) - f64::from(score)),
        };
        let distances: Vec<f64> = neighbors.scores_of(i).iter().map(distance).collect();
        weights.extend(conditional(&distances, f64::from(perplexity)));
    }
    SparseGraph::symmetric(neighbors, &weights, |a, b| (a + b) / (2 * n) as f32)
}

/// Probabilities `exp(−β d)` over the neighbours of one point, with β such that their perplexity is
/// as asked, by bisection.
fn conditional(distances: &[f64], perplexity: f64) -> Vec<f32> {
    let nearest = distances.iter().copied().fold(f64::INFINITY, f64::min);
    let farthest = distances.iter().copied().fold(0.0, f64::max);
    let weights = |beta: f64| -> Vec<f64> {
        distances
            .iter()
            .map(|d| (-(d - nearest) * beta).exp())
            .collect()
    };
    let (mut low, mut high) = (0.0, f64::INFINITY);
    // The scale of the data is a fair first guess.
    let mut beta = if farthest > nearest {
        1.0 / (farthest - nearest)
    } else {
        1.0
    };
    for _ in 0..100 {
        let found = weights(beta);
        let sum: f64 = found.iter().sum();
        let mean: f64 = found
            .iter()
            .zip(distances)
            .map(|(w, d)| w * (d - nearest))
            .sum::<f64>()
            / sum;
        let entropy = sum.ln() + beta * mean;
        let excess = entropy - perplexity.ln();
        if excess.abs() < 1e-5 {
            break;
        }
        if excess > 0.0 {
            low = beta;
            beta = if high.is_finite() {
                (low + high) / 2.0
            } else {
                beta * 2.0
            };
        } else {
            high = beta;
            beta = (low + high) / 2.0;
        }
    }
    let found = weights(beta);
    let sum: f64 = found.iter().sum();
    found.iter().map(|w| (w / sum) as f32).collect()
}

/// Points on their way.
#[derive(Debug, Clone)]
struct State<const D: usize> {
    points: Vec<[f32; D]>,
    velocities: Vec<[f32; D]>,
    /// Jacobs' gains: larger steps where the direction holds.
    gains: Vec<[f32; D]>,
    pushes: Vec<[f32; D]>,
    repulsion: Repulsion<D>,
}

impl<const D: usize> State<D> {
    fn new(start: &[f32]) -> Self {
        let points = start.as_chunks::<D>().0.to_vec();
        let n = points.len();
        Self {
            points,
            velocities: vec![[0.0; D]; n],
            gains: vec![[1.0; D]; n],
            pushes: vec![[0.0; D]; n],
            repulsion: Repulsion::default(),
        }
    }
}

struct Descent<'a> {
    affinities: &'a SparseGraph,
    exaggeration: f32,
    momentum: f32,
    learning_rate: f32,
    theta: f32,
}

impl Descent<'_> {
    fn run<const D: usize>(&self, state: &mut State<D>) {
        let total = state
            .repulsion
            .run(&state.points, self.theta, &mut state.pushes);
        let norm = (1.0 / total.max(f64::MIN_POSITIVE)) as f32;
        for i in 0..state.points.len() {
            let point = state.points[i];
            let mut pull = [0f32; D];
            for at in self.affinities.rows[i]..self.affinities.rows[i + 1] {
                let other = state.points[self.affinities.columns[at] as usize];
                let offset: [f32; D] = std::array::from_fn(|axis| point[axis] - other[axis]);
                let square: f32 = offset.iter().map(|x| x * x).sum();
                let weight = self.affinities.weights[at] / (1.0 + square);
                for (pull, offset) in pull.iter_mut().zip(&offset) {
                    *pull += weight * offset;
                }
            }
            for (axis, pull) in pull.iter().enumerate() {
                let gradient = 4.0 * (self.exaggeration * pull - norm * state.pushes[i][axis]);
                let velocity = &mut state.velocities[i][axis];
                let gain = &mut state.gains[i][axis];
                *gain = if gradient * *velocity < 0.0 {
                    *gain + 0.2
                } else {
                    (*gain * 0.8).max(0.01)
                };
                *velocity = self.momentum * *velocity - self.learning_rate * *gain * gradient;
            }
        }
        // All move at once, and stay around the origin.
        let mut mean = [0f64; D];
        for (point, velocity) in state.points.iter_mut().zip(&state.velocities) {
            for axis in 0..D {
                point[axis] += velocity[axis];
                mean[axis] += f64::from(point[axis]);
            }
        }
        let mean = mean.map(|sum| (sum / state.points.len().max(1) as f64) as f32);
        for point in &mut state.points {
            for axis in 0..D {
                point[axis] -= mean[axis];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_have_the_perplexity() {
        for scale in [1e-6, 1.0, 1e12] {
            let distances: Vec<f64> = (1..90).map(|i| f64::from(i).powf(1.3) * scale).collect();
            let found = conditional(&distances, 30.0);
            let entropy: f64 = found
                .iter()
                .map(|&p| f64::from(p))
                .map(|p| if p > 0.0 { -p * p.ln() } else { 0.0 })
                .sum();
            assert!((entropy.exp() - 30.0).abs() < 0.01, "{}", entropy.exp());
            assert!((found.iter().sum::<f32>() - 1.0).abs() < 1e-5);
        }
        assert_eq!(conditional(&[0.0; 4], 2.0), [0.25; 4]);
        assert_eq!(conditional(&[], 2.0), [0f32; 0]);
    }
}
