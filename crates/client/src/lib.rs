//! The page's side of the workers.
//!
//! A [`Client`] owns one analysis worker, which keeps all vectors, and a pool of encoding workers,
//! which make them. It finds the engine and the model through `assets.json` beside the page,
//! compiles the engine once, shares it with every worker, and remembers which texts have vectors
//! already, so that a text is embedded once however often it comes back. An [`Embedder`] is the
//! pool alone, for those who want the vectors themselves. An [`Importer`] reads files in a worker
//! of its own.
//!
//! Workers start from a `Blob`: that way they inherit the page's content security policy (a worker
//! with an address of its own would not), and work from a page that has no server at all.

mod assets;
mod cancel;
mod carried;
mod chunks;
mod client;
mod embedder;
mod engine;
mod error;
mod explain;
mod importer;
mod kept;
mod known;
mod link;
mod maps;
mod options;
mod pool;
mod rated;
mod ratings;
mod reference;
mod selftest;
mod share;

pub use assets::{Offer, offers};
pub use cancel::Cancel;
pub use client::{Client, Similarity};
pub use embedder::{Embedder, Embeddings};
pub use error::{ClientError, Notice};
pub use explain::{Explanation, without};
pub use importer::{FieldInfo, FieldList, FieldValues, Importer, Taken};
pub use kept::Recalled;
pub use known::Embedded;
pub use maps::{Clusters, Map, MapEvent, Overview, PointFaithfulness, Trust};
pub use options::{ClientOptions, ModelFolder};
pub use pool::EmbedProgress;
pub use ratings::{Rating, Ratings, floor_of_model};
pub use selftest::SelfTest;
pub use semblance_protocol::{
    Assignment, AxisEnds, Cells, Cluster, FailureKind, Faithfulness, FieldKind, Method, Metric,
    ModelInfo, Neighbour, PAIRS_LIMIT, Pair, Precision, Projection, Prompt, ReadOptions,
    SIMILARITY_LIMIT, Sheet, SheetColumn, SheetFormat, Steer, TOKENS_LIMIT, Table, TableColumn,
    TextSplit, Token, VectorId, VectorsFormat, Whole, Word,
};

/// What happens while a client starts and works, beside its answers.
#[derive(Clone, Debug)]
pub enum Event {
    /// Something long is under way before the first text can be embedded.
    Loading {
        /// What is under way.
        stage: Stage,
        /// Bytes so far.
        loaded: f64,
        /// Bytes in all; 0 where that is not known.
        total: f64,
    },
    /// Something a person should know, though the work goes on.
    Notice(Notice),
}

/// The stages of starting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The engine's code is fetched and compiled.
    Engine,
    /// The model's weights are fetched.
    Model,
    /// The model is built from its weights.
    Preparing,
}
