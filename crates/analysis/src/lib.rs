//! Similarity, nearest neighbours and projections of embeddings.
//!
//! Everything starts from [`Vectors`]: `[n, dimensions]`, row-major, f32, checked once on the way
//! in (NaN, infinities and wrong lengths are refused with an [`AnalysisError`] that says where).
//! What comes after is plain arithmetic on one thread, deterministic, and takes any count of
//! vectors, none included.
//!
//! | question | call |
//! | --- | --- |
//! | scores of every two texts, `[n, n]` | [`cosine_matrix`] |
//! | scores of the visible cells, `[rows, columns]` | [`cosine_block`] |
//! | scores of other texts with these | [`cosine_between`] |
//! | what is nearest to a text, or to a search | [`nearest`], [`nearest_to`] |
//! | the nearest of every text | [`NeighborGraph`], in steps [`NeighborSearch`] |
//! | the most similar pairs | [`top_pairs`], in steps [`PairSearch`] |
//! | an order in which similar texts sit together | [`similarity_order`] |
//! | principal components, coordinates, variance | [`Pca`] |
//! | coordinates along axes of one's own | [`Axis`], [`project_onto_axes`] |
//! | clusters, and words that name them | [`Clusters`], [`cluster_words`] |
//! | groups by example, texts that belong nowhere | [`assign_to_groups`], [`outliers`] |
//! | each text's nearest, and how odd it is | [`standings`] |
//! | sets of texts that say the same | [`Links`], in steps [`LinkSearch`] |
//! | which vectors are equal | [`Distinct`] |
//! | where scores of two kinds part | [`valley`] |
//! | neighbours on a map, and how far it can be trusted | [`map_neighbors`], [`faithfulness`], in steps [`FaithfulnessCheck`] |
//! | places for more texts on a finished map | [`Pca::transform`], [`project_onto_axes`], [`Umap::place`], [`place_among`] |
//! | a map that shows neighbourhoods, found step by step | [`Umap`], [`Tsne`], each a [`Layout`] |

mod axes;
mod clusters;
mod distinct;
mod error;
mod faithfulness;
mod graph;
mod groups;
mod knn;
mod layout;
mod links;
mod metric;
mod pca;
mod place;
mod plane;
mod product;
mod seriation;
mod similarity;
mod sparse;
mod spectral;
mod tsne;
mod umap;
mod units;
mod valley;
mod vectors;
mod words;

pub use axes::{Axis, project_onto_axes};
pub use clusters::Clusters;
pub use distinct::Distinct;
pub use error::AnalysisError;
pub use faithfulness::{Faithfulness, FaithfulnessCheck, RANK_LIMIT, SAMPLE, faithfulness};
pub use graph::NeighborGraph;
pub use groups::{Assignment, Standing, assign_to_groups, outliers, standings};
pub use knn::{EXACT_LIMIT, MAX_NEIGHBORS, NeighborSearch};
pub use layout::{Layout, Start};
pub use links::{LinkSearch, Links};
pub use metric::Metric;
pub use pca::{MAX_COMPONENTS, Pca};
pub use place::place_among;
pub use plane::map_neighbors;
/// Picks the fastest integer kernel for the machine; to be called once in each worker. Results
/// don't depend on it.
pub use semblance_kernels::tune;
pub use seriation::{OPTIMAL_LIMIT, ORDER_LIMIT, similarity_order};
pub use similarity::{
    MATRIX_LIMIT, Neighbor, PairSearch, ScoredPair, cosine, cosine_between, cosine_block,
    cosine_matrix, nearest, nearest_to, top_pairs,
};
pub use tsne::{Tsne, TsneOptions};
pub use umap::{Umap, UmapOptions};
pub use valley::valley;
pub use vectors::{MAX_COMPONENT, MIN_NORM, Vectors};
pub use words::cluster_words;
