//! What page and worker say about maps.

use crate::VectorId;
use serde::{Deserialize, Serialize};

/// A map to make of the document's points.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Projection {
    /// How points find their places.
    pub method: Method,
    /// Dimensions of the map: 2 or 3. PCA gives as many components as were asked for, whatever is
    /// said here.
    pub dimensions: u32,
    /// What "near" means, for the methods that go by neighbours.
    pub metric: Metric,
    /// Whether the mean of all vectors is taken from each before neighbours are sought ("sphereize"
    /// in the TensorFlow Projector). PCA always centres.
    pub centred: bool,
}

/// The ways to make a map.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Method {
    /// Principal components.
    Pca {
        /// How many components at most.
        components: u32,
    },
    /// t-distributed stochastic neighbour embedding.
    Tsne {
        /// How many neighbours count, softly; by default 30, less for few points.
        perplexity: Option<f32>,
        /// Length of the steps; by default what suits the number of points.
        learning_rate: Option<f32>,
        /// Factor of the pulls in the first 250 iterations.
        exaggeration: f32,
        /// Iterations in all.
        iterations: u32,
        /// The same seed gives the same map.
        seed: u64,
    },
    /// Uniform manifold approximation and projection.
    Umap {
        /// Neighbours that make a neighbourhood, the point itself counted in; by default what suits
        /// the number of points.
        neighbours: Option<u32>,
        /// How near points may come on the map, 0 to 0.99.
        min_distance: f32,
        /// Iterations in all; by default what suits the number of points.
        iterations: Option<u32>,
        /// Whether points start on the slowest waves of their neighbourhoods (as in umap-learn)
        /// rather than on their principal components.
        spectral: bool,
        /// The same seed gives the same map.
        seed: u64,
    },
    /// Axes from one set of texts to another; for the dimensions beyond them, principal components.
    Axes(Vec<AxisEnds>),
}

/// The two ends of an axis: the middle of each set of vectors.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AxisEnds {
    /// Where the axis comes from: −1.
    pub from: Vec<VectorId>,
    /// Where it goes to: 1.
    pub to: Vec<VectorId>,
}

/// What "near" means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Metric {
    /// Cosine similarity; higher is nearer.
    #[default]
    Cosine,
    /// Euclidean distance; lower is nearer.
    Euclidean,
    /// Dot product; higher is nearer.
    Dot,
}

/// How a map that is being made should go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Steer {
    /// Wait.
    Pause,
    /// Go on after a pause.
    Resume,
    /// The map as it is now is the final one.
    Finish,
    /// Give up: the request fails with [`FailureKind::Cancelled`](crate::FailureKind::Cancelled).
    Cancel,
    /// The last frame has been taken in; another may come.
    Shown,
}

/// The stages of making a map.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum MapProgress {
    /// The nearest neighbours of every point are sought.
    Neighbours {
        /// Share of the work done, 0 to 1.
        done: f32,
    },
    /// Points move. Payload: where they are now, `[n, dimensions]` f32, row-major.
    Frame {
        /// Iterations done.
        iteration: u32,
        /// Iterations in all.
        iterations: u32,
    },
    /// The map is compared with the original space.
    Comparing {
        /// Share of the work done, 0 to 1.
        done: f32,
    },
}

/// How far a map can be trusted, as a whole; the payload beside it has the points.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Faithfulness {
    /// Neighbours of each point that were compared.
    pub k: u32,
    /// How few strangers the map puts among the neighbours, 0 to 1 (Venna & Kaski 2001).
    pub trustworthiness: f64,
    /// How few true neighbours it puts elsewhere, 0 to 1 (the same).
    pub continuity: f64,
    /// Mean share of the true neighbours that are neighbours on the map, 0 to 1.
    pub preservation: f64,
    /// Points the first two rest on: all, or a sample.
    pub ranked: u32,
}

/// A cluster of points.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cluster {
    /// Its most telling words, the most telling first; there may be none.
    pub words: Vec<String>,
    /// The point nearest to its middle.
    pub center: u32,
    /// Points in it.
    pub size: u32,
    /// Mean cosine similarity of its points with its middle.
    pub cohesion: f32,
}

/// The group by example that a point is most like.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Assignment {
    /// Index of the group.
    pub group: u32,
    /// Cosine similarity with the middle of the group's examples.
    pub score: f32,
    /// How much higher that is than with the next best group; none where there is only one.
    pub margin: Option<f32>,
}
