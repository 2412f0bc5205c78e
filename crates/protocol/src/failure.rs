//! What can go wrong in a worker, as the page sees it.

use serde::{Deserialize, Serialize};

/// A request that did not succeed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// What sort of failure, for deciding what to do about it.
    pub kind: FailureKind,
    /// What happened, in one sentence for a person.
    pub message: String,
}

/// The sorts of failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FailureKind {
    /// A file could not be fetched.
    Network,
    /// A file ended early.
    CutOff,
    /// A file is not the one that was asked for.
    WrongHash,
    /// The model's files could not be understood.
    BadModel,
    /// The request itself makes no sense.
    BadRequest,
    /// It was given up, by request or because another took its place.
    Cancelled,
    /// The worker has stopped and must be replaced.
    Died,
}

impl Failure {
    /// A failure of this kind, described by `message`.
    pub fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
        }
    }
}
