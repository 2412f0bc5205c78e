//! What can go wrong when weights are converted.

use std::path::PathBuf;

use semblance_encoder::EncoderError;
use thiserror::Error;

/// Why a model could not be converted.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ConvertError {
    /// A file could not be read.
    #[error("can't read {path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file could not be written.
    #[error("can't write {path}: {source}")]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The output folder is the source folder: the original would be overwritten.
    #[error("the output folder is the source folder; give another one")]
    SameFolder,
    /// A file out of a package is not what it should be.
    #[error("{0}")]
    Package(String),
    /// The model is not one that the encoder can run.
    #[error(transparent)]
    Model(#[from] EncoderError),
    /// The weights are int8 already.
    #[error("tensor \"{0}\" is int8 already; start from the original weights")]
    AlreadyConverted(String),
    /// A layer of the model has no weights, or too many.
    #[error("can't run the model: {0}")]
    Shape(#[from] semblance_kernels::ShapeError),
    /// The weights could not be laid out as safetensors.
    #[error("can't lay out the weights: {0}")]
    Layout(#[from] safetensors::SafeTensorError),
}
