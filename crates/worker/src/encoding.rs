//! The encoding worker: a model, and texts for it.

use crate::files;
use js_sys::{Date, Uint8Array};
use semblance_encoder::{Embeddings, Encoder, EncoderError, ModelFiles, Pooling};
use semblance_protocol::{
    Failure, FailureKind, Load, Loaded, ModelInfo, Precision, Progress, Response, TOKENS_LIMIT,
    Token, wire::Payload, worker::Answer,
};
use std::{cell::RefCell, rc::Rc};
use wasm_bindgen::JsValue;

/// What an encoding worker has.
#[derive(Default)]
pub(crate) struct Encoding {
    encoder: Option<Encoder>,
}

impl Encoding {
    /// Embeds texts.
    pub(crate) fn embed(&mut self, texts: &[String]) -> Answer {
        let encoder = self.encoder.as_mut().ok_or_else(not_loaded)?;
        encoder.embed(texts).map(embedded).map_err(refused)
    }

    /// Lists the tokens of a text.
    pub(crate) fn tokens(&self, text: &str) -> Answer {
        let tokens = self.encoder()?.tokens(text, TOKENS_LIMIT);
        let tokens = tokens.map_err(refused)?.into_iter().map(listed).collect();
        Ok((Response::Tokens(tokens), Payload::None))
    }

    /// The model, once there is one.
    pub(crate) fn encoder(&self) -> Result<&Encoder, Failure> {
        self.encoder.as_ref().ok_or_else(not_loaded)
    }
}

/// The answer with these vectors.
pub(crate) fn embedded(embeddings: Embeddings) -> (Response, Payload) {
    let payload = Payload::from_slice(&embeddings.vectors);
    let response = Response::Embedded {
        tokens: embeddings.tokens,
        truncated: embeddings.truncated,
        unknown: embeddings.unknown,
    };
    (response, payload)
}

/// A token as it travels.
fn listed(token: semblance_encoder::Token) -> Token {
    Token {
        piece: token.piece,
        id: token.id,
        // Texts are shorter than 4 GiB: wasm has no room for more.
        start: token.start as u32,
        end: token.end as u32,
        unknown: token.unknown,
        special: token.special,
        cut: token.cut,
    }
}

/// The answer to texts that the model can't embed.
pub(crate) fn refused(error: EncoderError) -> Failure {
    Failure::new(FailureKind::BadRequest, error.to_string())
}

/// Gets a model ready: its files from the `Blob` that has them one after another, the cache or the
/// network, checked.
pub(crate) async fn load(
    encoding: &Rc<RefCell<Encoding>>,
    load: &Load,
    there: Option<JsValue>,
    progress: impl Fn(Progress),
) -> Answer {
    let get = |file, quiet: bool| {
        let progress = &progress;
        async move {
            files::get(&load.base, file, |loaded, total| {
                if !quiet {
                    progress(Progress::Downloading { loaded, total });
                }
            })
            .await
        }
    };
    let [weights, tokenizer, config] = match there {
        Some(whole) => files::parted(whole, load.files()).await?,
        None => {
            // The small files first: should they be missing, nobody waits for the large one.
            let tokenizer = get(&load.tokenizer, true).await?;
            let config = get(&load.config, true).await?;
            [get(&load.weights, false).await?, tokenizer, config]
        }
    };
    progress(Progress::Preparing);
    let together = files::joined([&weights, &tokenizer, &config])?;
    let encoder = build(load, weights.bytes, &tokenizer.bytes, &config.bytes)?;
    // Once in a worker's life: some 16 ms for what this processor does best.
    semblance_encoder::tune(Date::now);
    let info = encoder.info();
    let model = ModelInfo {
        name: if info.name.is_empty() {
            load.name.clone()
        } else {
            info.name.clone()
        },
        dimensions: info.dimensions as u32,
        max_tokens: info.max_tokens as u32,
        licence: info.license.clone(),
        pooling: match info.pooling {
            Pooling::Mean => "mean",
            Pooling::Cls => "cls",
        }
        .to_owned(),
        source_sha256: info.source_sha256.clone(),
        bytes: load.weights.bytes,
    };
    encoding.borrow_mut().encoder = Some(encoder);
    Ok((
        Response::Loaded(Loaded {
            model,
            from_cache: weights.from_cache,
            not_kept: weights.not_kept,
        }),
        Payload::Value(together),
    ))
}

fn build(
    load: &Load,
    weights: Uint8Array,
    tokenizer: &Uint8Array,
    config: &Uint8Array,
) -> Result<Encoder, Failure> {
    let files = ModelFiles {
        weights: weights.to_vec(),
        tokenizer: &tokenizer.to_vec(),
        config: &config.to_vec(),
    };
    // The browser's copy must not live beside the model's.
    drop(weights);
    let precision = match load.precision {
        Precision::Fast => semblance_encoder::Precision::Fast,
        Precision::Exact => semblance_encoder::Precision::Exact,
    };
    Encoder::load(files, precision).map_err(|error| {
        Failure::new(
            FailureKind::BadModel,
            format!("The model {} could not be used: {error}.", load.name),
        )
    })
}

/// The answer to texts that come before a model.
pub(crate) fn not_loaded() -> Failure {
    Failure::new(FailureKind::BadRequest, "No model is loaded yet.")
}
