//! What can go wrong, and what to do about it.

use semblance_protocol::{Failure, FailureKind};

/// A request that did not succeed. `Display` says what happened, [`Self::advice`] what to do.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ClientError {
    /// The browser lacks something that the engine is built on.
    #[error("This browser cannot run the model: {0}.")]
    Unsupported(String),
    /// A file of the page could not be fetched or read.
    #[error("{what} could not be loaded: {detail}.")]
    Fetch {
        /// The file, by its role.
        what: String,
        /// What the browser said.
        detail: String,
    },
    /// The server has no such file, or something else at its address.
    #[error("{what} is not at {address}: {detail}.")]
    NotThere {
        /// The file, by its role.
        what: String,
        /// Where it was looked for.
        address: String,
        /// What was there.
        detail: String,
    },
    /// The list of files has no model of that name.
    #[error("There is no model “{0}” here.")]
    UnknownModel(String),
    /// The list of files has the fast weights alone.
    #[error(
        "Exact arithmetic takes weights of 91 MB, which are not part of this copy of Semblance."
    )]
    NoExact,
    /// A worker refused a request.
    #[error("{0}")]
    Failed(#[from] Failure),
    /// A worker stopped, and its replacement stopped too.
    #[error("The worker that runs the model stopped: {0}.")]
    WorkerDied(String),
    /// The worker that reads files stopped.
    #[error("The worker that reads files stopped: {0}.")]
    ReaderDied(String),
    /// The worker that keeps the vectors stopped; they must be made again.
    #[error("The worker that keeps the vectors stopped: {0}.")]
    VectorsLost(String),
    /// The browser has no room for so many vectors at once.
    #[error("There is no room for the vectors of so many texts.")]
    TooMany,
    /// The request was cancelled.
    #[error("Stopped.")]
    Cancelled,
    /// The client was closed.
    #[error("The model was closed.")]
    Closed,
}

impl ClientError {
    /// What happened and what a person can do about it.
    pub fn told(&self) -> String {
        format!("{self} {}", self.advice())
    }

    /// What a person can do about it, in one sentence.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::Unsupported(_) => {
                "Use a browser from 2024 or later: Chrome or Edge 123, Firefox 120, Safari 17.5."
            }
            Self::Fetch { .. } => "Check the connection, then try again.",
            Self::NotThere { .. } => {
                "The connection works; the files are elsewhere, or not all of them were published."
            }
            Self::NoExact => "Go on with the fast model.",
            Self::UnknownModel(_) => "Ask for a model that assets.json lists.",
            Self::Failed(failure) => match failure.kind {
                FailureKind::Network | FailureKind::CutOff => {
                    "Check the connection, then try again."
                }
                FailureKind::WrongHash => {
                    "Try again; if it stays so, the site's copy of the model is damaged."
                }
                FailureKind::BadModel => {
                    "The model's files do not fit this page; whoever runs the site must publish it again."
                }
                FailureKind::BadRequest => "Your texts are kept.",
                FailureKind::Cancelled => "What was done so far is kept.",
                FailureKind::Died => "Try again; your texts are kept.",
            },
            Self::WorkerDied(_) => {
                "Try again; if it stays so, close other tabs, since the device may be out of memory."
            }
            Self::ReaderDied(_) => {
                "The file may be too large for this device; split it, and open the parts."
            }
            Self::VectorsLost(_) => "Your texts are kept; they are embedded again.",
            Self::TooMany => "Embed fewer texts at a time.",
            Self::Cancelled => "What was done so far is kept.",
            Self::Closed => "Reload the page to open it again.",
        }
    }

    /// Whether the same request may succeed when it is made again.
    pub fn can_retry(&self) -> bool {
        match self {
            Self::Unsupported(_)
            | Self::UnknownModel(_)
            | Self::NoExact
            | Self::TooMany
            | Self::Closed => false,
            Self::Failed(failure) => failure.kind != FailureKind::BadRequest,
            Self::Fetch { .. }
            | Self::NotThere { .. }
            | Self::WorkerDied(_)
            | Self::ReaderDied(_)
            | Self::VectorsLost(_)
            | Self::Cancelled => true,
        }
    }
}

/// Something a person should know, though the work goes on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Notice {
    /// The weights could not be kept for the next visit.
    #[error("The model could not be kept for the next visit ({0}); it works now all the same.")]
    NotKept(String),
    /// A worker stopped and another took its place.
    #[error("A worker stopped ({0}) and was replaced; its texts are done again.")]
    WorkerReplaced(String),
}
