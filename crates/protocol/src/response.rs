//! What a worker answers.

use crate::{Assignment, Cluster, Failure, Faithfulness, MapProgress, Table, Whole};
use serde::{Deserialize, Serialize};

/// An answer from a worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Response {
    /// How far a request has come; its final answer follows.
    Progress(Progress),
    /// The model is ready. Payload: its files one after another in a `Blob`, for the other workers.
    Loaded(Loaded),
    /// Texts were embedded. Payload: `[texts, dimensions]` f32, row-major, unit length.
    Embedded {
        /// Tokens of each whole text, special tokens included, before truncation.
        tokens: Vec<u32>,
        /// Whether the model read only the beginning of the text.
        truncated: Vec<bool>,
        /// How many of the tokens that the model read of each text are the unknown token; special
        /// tokens around the text don't count.
        unknown: Vec<u32>,
    },
    /// Tokens of a text in its order, the special ones around it first and last.
    Tokens(Vec<Token>),
    /// A text was split. Payload: what each of its words brings, `[words, dimensions]` f32,
    /// row-major; the rows sum to the text's vector of unit length.
    Split {
        /// The words in the order of the text, at least one; phrases in a long text.
        words: Vec<Word>,
        /// Length of the text's vector before it was scaled to 1.
        length: f32,
        /// Whether the model read only the beginning of the text.
        truncated: bool,
    },
    /// Vectors were found and stored.
    Recalled {
        /// How many texts each file had that could be used, until all were found.
        segments: Vec<u32>,
        /// Five numbers for each text that was found: its index among those asked for, the file it
        /// was in, its tokens, whether it was truncated, and how many of the tokens are unknown.
        found: Vec<u32>,
    },
    /// The request was carried out and there is nothing to say about it.
    Done,
    /// Payload: `[n, n]` f32 cosine similarities, row-major.
    Similarity {
        /// The points in an order in which similar texts sit together.
        order: Vec<u32>,
    },
    /// Payload: `[rows, columns]` f32 cosine similarities, row-major.
    Block,
    /// Pairs of points, in the order asked for.
    Pairs(Vec<Pair>),
    /// Neighbours of a point, nearest first.
    Neighbours(Vec<Neighbour>),
    /// A map is done. Payload: `[n, dimensions]` f32 coordinates, row-major.
    Projected {
        /// Coordinates of each point: components of a PCA, axes, or dimensions of the map.
        dimensions: u32,
        /// Of a PCA, each component's share of the variance, 0 to 1.
        variance: Vec<f32>,
        /// Iterations that were done.
        iterations: u32,
        /// Of axes, the cosine of the angle between the first two: near ±1 they show the same.
        angle: Option<f32>,
    },
    /// Payload: `[n, 3]` f32, row-major: trustworthiness, continuity and preservation at each
    /// point, 0 to 1; NaN where a point was not ranked.
    Faithfulness(Faithfulness),
    /// Payload: `[vectors, dimensions]` f32 coordinates, row-major.
    Placed,
    /// Clusters, the largest first.
    Clusters {
        /// The clusters.
        clusters: Vec<Cluster>,
        /// The cluster of each point.
        assignments: Vec<u32>,
    },
    /// The group of each point.
    Groups(Vec<Assignment>),
    /// Payload: `[n, 3]` f32, row-major: of each point the index of the nearest other one, the
    /// cosine similarity with it, −1 to 1, and the oddness, 0 to 2: one less the mean cosine
    /// similarity with the ten nearest. All three are NaN where there is no other point.
    Overview,
    /// Sets of two points or more, each rising; the largest first, equal ones by their first point.
    Duplicates(Vec<Vec<u32>>),
    /// Bytes of memory that the worker holds.
    Memory(u64),
    /// The middle of the clearest valley among the scores; none where there is no clear one.
    Valley(Option<f32>),
    /// A file was read.
    Table(Table),
    /// A table is kept. Payload: its texts, one to a line, as a string.
    Taken {
        /// The row of each text, from 0.
        rows: Vec<u32>,
    },
    /// Payload: a file as a `Blob`.
    File,
    /// Fields of tables. Payload: JSON, as the request says.
    Fields,
    /// The values of a field. Payload: numbers and dates (days since the beginning of 1970) as a
    /// `Float64Array` in which NaN is missing, categories likewise by their places in the list of
    /// them, texts as a string, one to a line.
    Values,
    /// A workspace was read from a file. Payload: its vectors, `[texts, dimensions]` f32,
    /// row-major, if it has some.
    Whole(Whole),
    /// The request failed.
    Failed(Failure),
}

/// How far a long request has come.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Progress {
    /// Weights arrive, in bytes.
    Downloading {
        /// Bytes so far.
        loaded: u64,
        /// Bytes in all.
        total: u64,
    },
    /// Weights are there and the model is being built.
    Preparing,
    /// A map is being made or compared.
    Map(MapProgress),
    /// A text is being split, 0 to 1.
    Splitting(f32),
}

/// A model that is ready.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Loaded {
    /// What the model's own metadata says.
    pub model: ModelInfo,
    /// Whether the weights came from the browser's cache.
    pub from_cache: bool,
    /// Why the weights could not be kept for the next visit, if they could not.
    pub not_kept: Option<String>,
}

/// A model, as its own file describes it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ModelInfo {
    /// Name, as on the model's card.
    pub name: String,
    /// Components of a vector.
    pub dimensions: u32,
    /// Tokens that the model reads of a text, special tokens included.
    pub max_tokens: u32,
    /// Licence of the weights (SPDX).
    pub licence: String,
    /// Pooling of token vectors into one.
    pub pooling: String,
    /// SHA-256 of the original weights.
    pub source_sha256: String,
    /// What is put before every text, such as `query: `; empty for most models.
    pub prompt: String,
    /// A hash of what vectors depend on, prompt and precision aside: vectors are of one space only
    /// if all three are the same.
    pub revision: String,
    /// Bytes of the weights' file.
    pub bytes: u64,
}

/// One token, and where it stands in its text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// How the vocabulary writes it: `##` before what goes on with a word, or `▁` for a space.
    pub piece: String,
    /// Its number in the vocabulary.
    pub id: u32,
    /// First byte of the text (UTF-8) that it stands for, at a character's start. A letter that is
    /// read as several has them all at the same place.
    pub start: u32,
    /// End of these bytes. Special tokens around the text stand for none.
    pub end: u32,
    /// Whether it is the unknown token: what it stands for is not in the vocabulary.
    pub unknown: bool,
    /// Whether it was put around the text, such as `[CLS]`. One that is written out in the text is
    /// part of it.
    pub special: bool,
    /// Whether it is beyond the model's limit and not read.
    pub cut: bool,
}

/// A word of a text, or some side by side, and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Word {
    /// First byte of the text (UTF-8) that belongs to it, at a character's start.
    pub start: u32,
    /// End of these bytes.
    pub end: u32,
    /// How many of its tokens the model reads; 0 where the model reads no word of the text, which
    /// then counts as one.
    pub tokens: u32,
}

/// Two points and their cosine similarity.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pair {
    /// The earlier point.
    pub a: u32,
    /// The later point.
    pub b: u32,
    /// Cosine similarity, -1 to 1.
    pub score: f32,
}

/// A neighbour of a point.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Neighbour {
    /// The neighbour.
    pub point: u32,
    /// Cosine similarity to it, -1 to 1; or what the request says.
    pub score: f32,
}
