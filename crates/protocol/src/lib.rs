//! The messages between the page and its workers, as plain typed data.
//!
//! A message is an [`Envelope`]: the number of the request it belongs to, and a [`Request`]
//! (page to worker) or a [`Response`] (worker to page). On the wire it is a small binary header
//! (postcard) and at most one payload beside it: vectors, scores and coordinates travel as a
//! transferred `Float32Array`, a file as a `Blob` (or its bytes, see `client/src/carried.rs`), a
//! whole document as a string; none is ever copied into the header.
//! [`wire`] turns the one into the other.
//!
//! One request has one final response; before it, any number of [`Response::Progress`] with the
//! same number may arrive. Requests to one worker are answered in the order they were sent, but for
//! those that take long ([`Request::Split`], [`Request::Project`], [`Request::Faithfulness`],
//! [`Request::Outliers`], [`Request::NearestOfEach`], [`Request::Overview`],
//! [`Request::Duplicates`]) or touch files ([`Request::Pack`], [`Request::Recall`]): others are
//! answered meanwhile.

mod failure;
mod import;
mod map;
mod request;
mod response;
pub mod wire;
pub mod worker;

pub use failure::{Failure, FailureKind};
pub use import::{
    Cells, Import, PREVIEW_CELL, PREVIEW_ROWS, ReadOptions, Sheet, SheetColumn, SheetFormat, Table,
    TableColumn, TableEncoding, TableShape, VectorsFormat, Whole,
};
pub use map::{
    Assignment, AxisEnds, Cluster, Faithfulness, MapProgress, Method, Metric, Projection, Steer,
};
pub use request::{Load, ModelFile, Precision, Request};
pub use response::{Loaded, ModelInfo, Neighbour, Pair, Progress, Response, Token, Word};

use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// Names one text's vector in the analysis worker. Equal texts share it.
pub type VectorId = u32;

/// Numbers the requests of one page to one worker.
pub type RequestId = u32;

/// The version of what the engine computes: raised whenever a text gets another vector, be it by a
/// bit. Vectors that were kept under another version are not used.
pub const ARITHMETIC: u32 = 1;

/// Points beyond which the full similarity matrix is not made (it would be `n × n` f32).
pub const SIMILARITY_LIMIT: usize = 2_000;

/// Tokens of one text that are listed, at most; special ones included.
pub const TOKENS_LIMIT: usize = 2_000;

/// Points beyond which not all pairs are compared.
pub const PAIRS_LIMIT: usize = 20_000;

/// A message with the number of the request it belongs to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Envelope<T> {
    /// The request that this message makes or answers.
    pub request: RequestId,
    /// What is asked or answered.
    pub message: T,
}

/// A header that is not a message of this build.
#[derive(Debug, thiserror::Error)]
#[error("a message between the page and its worker could not be read")]
pub struct MalformedMessage;

/// The header bytes of a message.
///
/// # Errors
/// When the message cannot be serialised (out of memory).
pub fn encode<T: Serialize>(envelope: &Envelope<T>) -> Result<Vec<u8>, MalformedMessage> {
    postcard::to_allocvec(envelope).map_err(|_| MalformedMessage)
}

/// The message in header bytes.
///
/// # Errors
/// When the bytes are not a message of this build.
pub fn decode<T: DeserializeOwned>(header: &[u8]) -> Result<Envelope<T>, MalformedMessage> {
    postcard::from_bytes(header).map_err(|_| MalformedMessage)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round_trip<T>(message: T)
    where
        T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug,
    {
        let envelope = Envelope {
            request: 7,
            message,
        };
        let bytes = encode(&envelope).unwrap();
        assert_eq!(decode::<T>(&bytes).unwrap(), envelope);
    }

    #[test]
    fn messages_survive_the_trip() {
        round_trip(Request::Embed {
            texts: vec![String::new(), "a\0b".into(), "👩‍👩‍👧 שלום 你好".into()],
        });
        round_trip(Request::Block {
            rows: vec![0, u32::MAX],
            columns: vec![],
        });
        round_trip(Response::Neighbours(vec![Neighbour {
            point: 3,
            score: -0.25,
        }]));
        round_trip(Response::Tokens(vec![Token {
            piece: "[UNK]".into(),
            id: 100,
            start: 7,
            end: 11,
            unknown: true,
            special: false,
            cut: true,
        }]));
        round_trip(Response::Split {
            words: vec![Word {
                start: 0,
                end: 9,
                tokens: 2,
            }],
            length: 1.5,
            truncated: false,
        });
        round_trip(Request::Duplicates { threshold: 0.85 });
        round_trip(Response::Duplicates(vec![vec![0, 7], vec![]]));
        round_trip(Response::Valley(Some(0.75)));
        round_trip(Response::Failed(Failure {
            kind: FailureKind::CutOff,
            message: "cut off".into(),
        }));
    }

    #[test]
    fn a_broken_header_is_refused() {
        let bytes = encode(&Envelope {
            request: 1,
            message: Request::Embed {
                texts: vec!["hello".into()],
            },
        })
        .unwrap();
        assert!(decode::<Request>(&bytes[..bytes.len() - 1]).is_err());
        assert!(decode::<Request>(&[]).is_err());
        assert!(decode::<Request>(&[0, 255, 255, 255, 255, 255]).is_err());
    }
}
