//! What a weights file says about itself, in the metadata of its header.

use std::collections::HashMap;

use crate::{BertConfig, EncoderError};

/// Version of the int8 weights format that this build writes, and the newest that it reads.
pub const FORMAT_VERSION: u32 = 1;

/// Limit in tokens where the weights name none: that of the sentence-transformers MiniLM models.
/// The limit in `tokenizer.json` is not asked, since those files carry 128, a leftover of training.
const DEFAULT_MAX_TOKENS: usize = 256;

/// Keys of the `__metadata__` entry of the weights.
pub mod metadata {
    /// Name of the model, such as `sentence-transformers/all-MiniLM-L6-v2`.
    pub const MODEL: &str = "model";
    /// SHA-256 of the f32 file that the weights were made from, in hexadecimal.
    pub const SOURCE_SHA256: &str = "source_sha256";
    /// SPDX identifier of the licence of the weights.
    pub const LICENSE: &str = "license";
    /// Length of a text's vector.
    pub const DIMENSIONS: &str = "dimensions";
    /// Limit in tokens, special tokens included.
    pub const MAX_TOKENS: &str = "max_tokens";
    /// How token vectors become one: `mean` or `cls`.
    pub const POOLING: &str = "pooling";
    /// What is put before every text, such as `query: `.
    pub const PROMPT: &str = "prompt";
    /// [`super::FORMAT_VERSION`] of the file.
    pub const FORMAT_VERSION: &str = "format_version";
}

/// How the vectors of a text's tokens become the vector of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pooling {
    /// The mean over all tokens of the text, special ones included.
    Mean,
    /// The vector of the first token, `[CLS]`.
    Cls,
}

/// What is known about a loaded model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelInfo {
    /// Name, such as `sentence-transformers/all-MiniLM-L6-v2`; empty if neither file says.
    pub name: String,
    /// Length of a text's vector.
    pub dimensions: usize,
    /// Longest text in tokens, special tokens included; what is beyond is not read.
    pub max_tokens: usize,
    /// How the vectors of the tokens become one.
    pub pooling: Pooling,
    /// What is put before every text, such as `query: `; empty for most models. It makes other
    /// vectors, which must not be compared with those of another prompt.
    pub prompt: String,
    /// SPDX identifier of the licence of the weights; empty if the file doesn't say.
    pub license: String,
    /// SHA-256 of the f32 file that the weights were made from; empty if the file doesn't say.
    pub source_sha256: String,
}

impl ModelInfo {
    /// Reads what the header of the weights says, with defaults from the config.
    ///
    /// # Errors
    /// If the metadata names a newer format, another width or an unknown pooling.
    pub fn new(
        config: &BertConfig,
        metadata: &HashMap<String, String>,
    ) -> Result<Self, EncoderError> {
        let get = |key: &str| metadata.get(key).map(String::as_str);
        let number = |key: &str| -> Result<Option<usize>, EncoderError> {
            get(key)
                .map(|text| {
                    text.parse().map_err(|_| {
                        EncoderError::BrokenWeights(format!("{key} in the metadata is \"{text}\""))
                    })
                })
                .transpose()
        };
        if let Some(found) = number(metadata::FORMAT_VERSION)?
            && found > FORMAT_VERSION as usize
        {
            return Err(EncoderError::NewerFormat {
                found: u32::try_from(found).unwrap_or(u32::MAX),
                known: FORMAT_VERSION,
            });
        }
        if let Some(dimensions) = number(metadata::DIMENSIONS)?
            && dimensions != config.hidden_size
        {
            return Err(EncoderError::BrokenConfig(format!(
                "hidden_size is {}, the weights are for {dimensions} dimensions",
                config.hidden_size
            )));
        }
        let pooling = match get(metadata::POOLING) {
            None | Some("mean") => Pooling::Mean,
            Some("cls") => Pooling::Cls,
            Some(other) => {
                return Err(EncoderError::UnsupportedModel(format!("pooling {other}")));
            }
        };
        let max_tokens = number(metadata::MAX_TOKENS)?
            .unwrap_or(DEFAULT_MAX_TOKENS)
            .clamp(3, config.max_position_embeddings);
        let name = get(metadata::MODEL).map(str::to_owned);
        Ok(Self {
            name: name.or_else(|| config.name.clone()).unwrap_or_default(),
            dimensions: config.hidden_size,
            max_tokens,
            pooling,
            prompt: get(metadata::PROMPT).unwrap_or_default().to_owned(),
            license: get(metadata::LICENSE).unwrap_or_default().to_owned(),
            source_sha256: get(metadata::SOURCE_SHA256).unwrap_or_default().to_owned(),
        })
    }
}
