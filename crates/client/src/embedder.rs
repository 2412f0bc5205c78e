//! Texts in, vectors out: the pool alone, without an analysis worker.

use crate::{
    Cancel, ClientError, ClientOptions, EmbedProgress, Event, ModelInfo, Stage, Token,
    pool::{Encoded, Pool},
};
use js_sys::Float32Array;
use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    rc::Rc,
};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = Float32Array)]
    type Floats;

    // Bound here since js-sys has none that reports a refusal.
    #[wasm_bindgen(constructor, js_class = "Float32Array", catch)]
    fn new(length: f64) -> Result<Floats, JsValue>;
}

/// Vectors of texts, in the order of the texts.
#[derive(Debug)]
pub struct Embeddings {
    /// `[texts, dimensions]`, row-major, each row of unit length.
    pub vectors: Float32Array,
    /// Components of a vector.
    pub dimensions: usize,
    /// Tokens of each whole text, special tokens included, before truncation.
    pub tokens: Vec<u32>,
    /// Whether the model read only the beginning of each text.
    pub truncated: Vec<bool>,
}

/// The engine, ready to embed.
pub struct Embedder {
    pool: Rc<Pool>,
    model: ModelInfo,
    from_cache: bool,
    closed: Cell<bool>,
}

impl Embedder {
    /// Starts the engine and gets the model ready. Returns when the first encoding worker is; the
    /// others join by themselves. A start that is dropped ends its worker and its download.
    ///
    /// # Errors
    /// When the browser lacks WebAssembly SIMD, there is no such model, or a file cannot be
    /// fetched, is cut off, is not the one it should be, or does not make a model. Starting again
    /// is possible at once.
    pub async fn start(
        options: ClientOptions,
        events: Rc<dyn Fn(Event)>,
    ) -> Result<Self, ClientError> {
        events(Event::Loading {
            stage: Stage::Engine,
            loaded: 0.0,
            total: 0.0,
        });
        let (engine, load) = options.find().await?;
        let (pool, loaded) = Pool::start(engine, load, options.workers(), events).await?;
        Ok(Self {
            pool,
            model: loaded.model,
            from_cache: loaded.from_cache,
            closed: Cell::new(false),
        })
    }

    /// The model, as its own file describes it.
    pub fn model(&self) -> &ModelInfo {
        &self.model
    }

    /// Whether the weights came from the browser's cache.
    pub fn from_cache(&self) -> bool {
        self.from_cache
    }

    /// Encoding workers that are ready.
    pub fn workers(&self) -> usize {
        self.pool.ready()
    }

    /// Embeds texts; equal ones once. `progress` counts different texts.
    ///
    /// # Errors
    /// [`ClientError::Cancelled`] after `cancel`, [`ClientError::Closed`] after [`Self::close`],
    /// [`ClientError::WorkerDied`] when a worker and its replacement died over the same texts, and
    /// [`ClientError::TooMany`] when the browser has no room for the vectors, or they have more
    /// components than can be counted.
    pub async fn embed(
        &self,
        texts: &[Rc<str>],
        cancel: &Cancel,
        progress: &dyn Fn(EmbedProgress),
    ) -> Result<Embeddings, ClientError> {
        let pool = self.pool()?;
        let mut rows: HashMap<Rc<str>, Vec<usize>> = HashMap::new();
        let mut different = Vec::new();
        for (row, text) in texts.iter().enumerate() {
            let places = rows.entry(text.clone()).or_default();
            if places.is_empty() {
                different.push(text.clone());
            }
            places.push(row);
        }
        let dimensions = self.model.dimensions as usize;
        let total = different.len();
        let done = Cell::new(0);
        let embeddings = RefCell::new(Embeddings {
            vectors: floats(texts.len(), dimensions)?,
            dimensions,
            tokens: vec![0; texts.len()],
            truncated: vec![false; texts.len()],
        });
        let finished = |encoded: Encoded| {
            let mut all = embeddings.borrow_mut();
            for (from, text) in encoded.texts.iter().enumerate() {
                let start = (from * dimensions) as u32;
                let vector = encoded.vectors.subarray(start, start + dimensions as u32);
                for &to in rows.get(text).into_iter().flatten() {
                    all.vectors.set(&vector, (to * dimensions) as u32);
                    all.tokens[to] = encoded.tokens[from];
                    all.truncated[to] = encoded.truncated[from];
                }
            }
            drop(all);
            done.set(done.get() + encoded.texts.len());
            progress(EmbedProgress {
                done: done.get(),
                total,
            });
        };
        pool.embed(different, cancel, &finished).await?;
        Ok(embeddings.into_inner())
    }

    /// The tokens of a text in its order, as of [`Client::tokens`](crate::Client::tokens).
    ///
    /// # Errors
    /// [`ClientError::Closed`] after [`Self::close`], [`ClientError::WorkerDied`] when a worker and
    /// its replacement died over it.
    pub async fn tokens(&self, text: &str) -> Result<Vec<Token>, ClientError> {
        self.pool.tokens(text).await
    }

    /// The encoding workers.
    pub(crate) fn pool(&self) -> Result<&Rc<Pool>, ClientError> {
        match self.closed.get() {
            true => Err(ClientError::Closed),
            false => Ok(&self.pool),
        }
    }

    /// Stops all workers. Requests that are under way fail, and so do later ones.
    pub fn close(&self) {
        self.closed.set(true);
        self.pool.close();
    }
}

impl Drop for Embedder {
    fn drop(&mut self) {
        self.close();
    }
}

/// An array of `rows × columns` zeros.
fn floats(rows: usize, columns: usize) -> Result<Float32Array, ClientError> {
    // In 32 bits, which 11 million texts go beyond.
    let length = rows.checked_mul(columns).ok_or(ClientError::TooMany)?;
    match Floats::new(length as f64) {
        Ok(floats) => Ok(floats.unchecked_into()),
        Err(_) => Err(ClientError::TooMany),
    }
}
