//! What the page asks of a worker.

use crate::{Import, Metric, Projection, Steer, VectorId};
use serde::{Deserialize, Serialize};

/// A request from the page. The first group goes to encoding workers, the second to the analysis
/// worker, the last one to the worker that reads files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// Get a model ready. Payload: its [files](Load::files) one after another in a `Blob`, where
    /// somebody has them already.
    /// Answered by [`Response::Loaded`](crate::Response::Loaded).
    Load(Load),
    /// Get a model ready from a person's own files. Payload: the files one after another in a
    /// `Blob`. Answered by [`Response::Loaded`](crate::Response::Loaded).
    Open(Open),
    /// Embed texts. Answered by [`Response::Embedded`](crate::Response::Embedded).
    Embed {
        /// The texts, any length, in any order.
        texts: Vec<String>,
    },
    /// Embed one text together with other encoding workers. Payload: a `MessagePort` to each of the
    /// others, in their order. Answered by [`Response::Embedded`](crate::Response::Embedded) by the
    /// worker with part 0, by the others with [`Response::Done`](crate::Response::Done). Where rows
    /// of another don't come, part 0 embeds the text alone, and others answer
    /// [`FailureKind::Cancelled`](crate::FailureKind::Cancelled).
    Share {
        /// The text, any length.
        text: String,
        /// Which part of its tokens this worker takes, from 0.
        part: u32,
    },
    /// The tokens of a text, up to [`TOKENS_LIMIT`](crate::TOKENS_LIMIT) of them, those that the
    /// model does not read included. Answered by [`Response::Tokens`](crate::Response::Tokens).
    Tokens {
        /// The text, any length.
        text: String,
    },

    /// Split a text's vector into what each of its words brings. Answered by
    /// [`Response::Split`](crate::Response::Split), with
    /// [`Progress::Splitting`](crate::Progress::Splitting) before it.
    Split {
        /// The text, any length.
        text: String,
        /// What [`Request::GiveUp`] knows it by; no other under way has it.
        job: u32,
    },
    /// Give up a split, which soon fails as
    /// [`FailureKind::Cancelled`](crate::FailureKind::Cancelled), unless it is done. Answered by
    /// [`Response::Done`](crate::Response::Done) either way.
    GiveUp {
        /// Which split.
        job: u32,
    },

    /// Keep vectors. Payload: `[ids, dimensions]` f32, row-major.
    Store {
        /// One name for each row of the payload.
        vectors: Vec<VectorId>,
        /// Components of one vector.
        dimensions: u32,
    },
    /// Drop vectors that no text uses any more.
    Forget {
        /// Names of the vectors to drop; unknown ones are passed over.
        vectors: Vec<VectorId>,
    },
    /// The vectors themselves. Answered by [`Response::Block`](crate::Response::Block),
    /// `[vectors, dimensions]`.
    Vectors {
        /// Their names.
        vectors: Vec<VectorId>,
    },
    /// Make a file of vectors, to be kept. Answered by [`Response::File`](crate::Response::File).
    Pack {
        /// What made the vectors: nothing else makes the same, bit for bit.
        identity: String,
        /// The texts.
        texts: Vec<String>,
        /// Four numbers for each text: its vector, its tokens, whether it was truncated, and how
        /// many of the tokens are unknown.
        numbers: Vec<u32>,
    },
    /// Store the vectors of texts that are in a file. Payload: one or more files of
    /// [`Request::Pack`], one after another in a `Blob`. Answered by
    /// [`Response::Recalled`](crate::Response::Recalled).
    Recall {
        /// What has to have made the vectors.
        identity: String,
        /// The texts.
        texts: Vec<String>,
        /// The vector of the first text; the others follow.
        first: VectorId,
    },
    /// Say which vectors the document has, in order. All requests below speak of these points by
    /// their index.
    Points {
        /// The vector of each point; a vector may stand at several points.
        vectors: Vec<VectorId>,
    },
    /// All pairwise cosine similarities, up to [`SIMILARITY_LIMIT`](crate::SIMILARITY_LIMIT)
    /// points.
    Similarity,
    /// Cosine similarities of some points with others.
    Block {
        /// Points of the rows.
        rows: Vec<u32>,
        /// Points of the columns.
        columns: Vec<u32>,
    },
    /// All pairwise cosine similarities of vectors that need not be points, up to
    /// [`SIMILARITY_LIMIT`](crate::SIMILARITY_LIMIT) of them. Answered by
    /// [`Response::Block`](crate::Response::Block), `[vectors, vectors]`.
    Compare {
        /// The vectors, in the order of rows and columns.
        vectors: Vec<VectorId>,
    },
    /// The most similar pairs, of up to [`PAIRS_LIMIT`](crate::PAIRS_LIMIT) points.
    Pairs {
        /// How many at most.
        count: u32,
    },
    /// The nearest neighbours of a point, in the original space.
    Neighbours {
        /// The point.
        point: u32,
        /// How many at most.
        count: u32,
        /// What "near" means.
        metric: Metric,
    },
    /// The points nearest to a vector that need not be a point, by cosine similarity. Answered by
    /// [`Response::Neighbours`](crate::Response::Neighbours).
    Nearest {
        /// The vector.
        vector: VectorId,
        /// How many at most.
        count: u32,
    },

    /// Make a map of the points; one that is being made is given up. Answered by
    /// [`Response::Projected`](crate::Response::Projected), with frames before it.
    Project(Projection),
    /// How the map that is being made should go on.
    Steer(Steer),
    /// Compare the latest map with the original space; or, where a payload comes along, the places
    /// of the present points in it, `[points, dimensions]` f32, row-major: a map on which more was
    /// placed.
    Faithfulness {
        /// Neighbours of each point to compare, at most.
        k: u32,
        /// Which coordinates are drawn: the chosen components of a PCA.
        shown: Vec<u32>,
        /// Dimensions of the payload, where there is one.
        drawn: Option<u32>,
    },
    /// Places on the latest map for vectors that are not on it; those on it stay where they are.
    Place {
        /// The vectors to place.
        vectors: Vec<VectorId>,
    },
    /// Part the points into clusters.
    Clusters {
        /// How many; by default what suits the number of points.
        count: Option<u32>,
        /// What each point says, for names; cluster names are empty where this is.
        texts: Vec<String>,
    },
    /// Give every point to the group whose examples it is most like.
    Groups {
        /// The examples of each group.
        examples: Vec<Vec<VectorId>>,
    },
    /// The points farthest from their neighbours. Answered by
    /// [`Response::Neighbours`](crate::Response::Neighbours) with mean distances (one less the
    /// cosine) as scores.
    Outliers {
        /// How many at most.
        count: u32,
    },
    /// The nearest of each point by cosine similarity. Answered by
    /// [`Response::Block`](crate::Response::Block): of each point `count` times the index of
    /// another and the score, nearest first; fewer times where there are fewer points.
    NearestOfEach {
        /// How many of each, at most.
        count: u32,
    },
    /// The nearest of each point by cosine similarity, and how odd each is. Given up when the
    /// points change. Answered by [`Response::Overview`](crate::Response::Overview).
    Overview,
    /// The sets of points that are linked by pairs (single linkage). The first takes as long as
    /// neighbours do, others about the same points no time, unless they go below 0.6 for the first
    /// time. Exact up to [`PAIRS_LIMIT`](crate::PAIRS_LIMIT) different vectors; above, pairs are
    /// those of each vector with its ten nearest. Given up when the points change. Answered by
    /// [`Response::Duplicates`](crate::Response::Duplicates).
    Duplicates {
        /// Least cosine similarity of a pair that links, -1 to 1.
        threshold: f32,
    },
    /// How much memory the worker holds. Answered by
    /// [`Response::Memory`](crate::Response::Memory).
    Memory,
    /// Where scores of two kinds part: payload: the scores, f32, in any order. Answered by
    /// [`Response::Valley`](crate::Response::Valley).
    Valley,

    /// Something about a file.
    Import(Import),
}

/// Which model to get ready, and how.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Load {
    /// Absolute URL that the files' paths are relative to. The worker itself may come from a
    /// `Blob` and have no address of its own.
    pub base: String,
    /// Name of the model, for messages.
    pub name: String,
    /// Weights as safetensors.
    pub weights: ModelFile,
    /// The tokenizer's `tokenizer.json`.
    pub tokenizer: ModelFile,
    /// The architecture's `config.json`.
    pub config: ModelFile,
    /// Arithmetic to use.
    pub precision: Precision,
}

impl Load {
    /// The model's files, in the order in which they follow one another where they are handed over
    /// as one.
    pub fn files(&self) -> [&ModelFile; 3] {
        [&self.weights, &self.tokenizer, &self.config]
    }
}

/// A model in a person's own files, in the layout of the Hugging Face hub.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Open {
    /// Path and length in bytes of each file, in the order in which they follow one another.
    pub files: Vec<(String, u64)>,
    /// What is put before every text.
    pub prompt: Prompt,
    /// Arithmetic to use.
    pub precision: Precision,
}

/// What is put before every text that a model reads.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Prompt {
    /// What the model's files say: a default prompt, or nothing.
    #[default]
    Default,
    /// The one that the files have under this name, such as `query`.
    Named(String),
    /// These words.
    Text(String),
}

/// A file of a model, named by its content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelFile {
    /// Path relative to [`Load::base`].
    pub path: String,
    /// Length in bytes.
    pub bytes: u64,
    /// SHA-256 of the content, as 64 hexadecimal digits.
    pub sha256: String,
}

/// Arithmetic of the encoder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Precision {
    /// 8-bit integer weights: small and quick.
    #[default]
    Fast,
    /// 32-bit floating point throughout: equal to the reference implementation.
    Exact,
}
