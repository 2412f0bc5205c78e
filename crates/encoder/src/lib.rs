//! The sentence-embedding model: files in, vectors out.
//!
//! An [`Encoder`] is made from three files (weights, tokenizer, config) and turns texts into unit
//! vectors whose dot product is their cosine similarity:
//!
//! text → tokens (at most [`ModelInfo::max_tokens`]) → BERT → mean over the tokens → length 1.
//!
//! A text's vector depends on that text, the model and the [`Precision`] alone: never on the other
//! texts of the call. Bit for bit.
//!
//! The crate knows nothing of browsers; it runs natively and on `wasm32-unknown-unknown`.

mod bert;
mod config;
mod embeddings;
mod encoder;
mod error;
mod info;
pub mod int8;
mod pooling;
mod share;
mod split;
mod tokenizer;
pub mod weights;

pub use config::{Activation, BertConfig};
pub use embeddings::Embeddings;
pub use encoder::{Encoder, ModelFiles, Precision};
pub use error::EncoderError;
pub use info::{FORMAT_VERSION, ModelInfo, Pooling, metadata};
/// Picks the fastest integer kernel for the machine; to be called once in each worker. Results
/// don't depend on it.
pub use semblance_kernels::tune;
pub use share::{Share, Turn};
pub use split::{MOST_WORDS, Split, Splitting, Word, without};
pub use tokenizer::{TextTokenizer, TextTokens, Token};
