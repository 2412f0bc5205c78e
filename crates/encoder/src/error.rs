//! What can go wrong between files and vectors.

use thiserror::Error;

/// Why a model could not be loaded or a text not embedded.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum EncoderError {
    /// The weights end before the length that their own header gives.
    #[error("the weights are cut off: {found} of {expected} bytes are there")]
    CutOffWeights {
        /// Length in bytes according to the header.
        expected: u64,
        /// Length in bytes of what was given.
        found: u64,
    },
    /// The weights are not a safetensors file.
    #[error("the weights are not a readable safetensors file: {0}")]
    BrokenWeights(String),
    /// The weights are written in a newer format than this build knows.
    #[error("the weights have format version {found}, this build reads up to {known}")]
    NewerFormat {
        /// Version that the file names.
        found: u32,
        /// Newest version that is understood.
        known: u32,
    },
    /// A tensor that the config asks for is not in the weights.
    #[error("the weights have no tensor \"{0}\"")]
    MissingTensor(String),
    /// A tensor has another shape than the config says.
    #[error("tensor \"{name}\" has shape {found:?}, the config asks for {expected:?}")]
    WrongShape {
        /// Name of the tensor.
        name: String,
        /// Shape by the config.
        expected: Vec<usize>,
        /// Shape in the file.
        found: Vec<usize>,
    },
    /// A tensor is stored in a number type that is not read here.
    #[error("tensor \"{name}\" is stored as {found}, which is not supported")]
    WrongType {
        /// Name of the tensor.
        name: String,
        /// Number type in the file.
        found: String,
    },
    /// The weights hold a number that is infinite or not a number.
    #[error("tensor \"{0}\" holds a number that is not finite")]
    NotFiniteWeight(String),
    /// A file of a model's folder is missing, or says what is not understood.
    #[error("{file}: {problem}")]
    Folder {
        /// Its path in the folder.
        file: String,
        /// What is wrong with it, or what it asks for that is not there.
        problem: String,
    },
    /// The config is not JSON, or lacks a field.
    #[error("the model's config can't be read: {0}")]
    BrokenConfig(String),
    /// The config describes a model that is not of a supported kind.
    #[error("this kind of model is not supported: {0}")]
    UnsupportedModel(String),
    /// The tokenizer can't be read.
    #[error("the tokenizer can't be read: {0}")]
    BrokenTokenizer(String),
    /// The tokenizer can produce tokens for which the model has no embedding.
    #[error("the tokenizer belongs to another model: token {token}, vocabulary of {vocabulary}")]
    TokenizerMismatch {
        /// First token beyond the vocabulary.
        token: u32,
        /// Rows of the word embedding table.
        vocabulary: usize,
    },
    /// The tokenizer refused a text.
    #[error("text {index} can't be tokenised: {reason}")]
    Tokenise {
        /// Place of the text in the call, from 0.
        index: usize,
        /// What the tokenizer said.
        reason: String,
    },
    /// The model computed something that is not a number.
    #[error("text {index} has no finite vector")]
    NotFiniteVector {
        /// Place of the text in the call, from 0.
        index: usize,
    },
    /// The parts of a text do not fit together.
    #[error("the other parts of the text are not as they should be")]
    OtherParts,
    /// Candle reported an error.
    #[error("the model failed: {0}")]
    Compute(#[from] candle_core::Error),
}
