//! The encoder: from texts to unit vectors.

use crate::bert::{Arithmetic, Bert, Rows};
use crate::share::{Share, Turn};
use crate::weights::Weights;
use crate::{BertConfig, Embeddings, EncoderError, ModelInfo, TextTokenizer, Token, pooling};

/// Tokens that run through the model together. More don't make it faster: the weights of a layer
/// are read once for each batch, and by then that is a small part of the work.
const BATCH: usize = 512;

/// The files that make a model.
pub struct ModelFiles<'a> {
    /// `model.safetensors`. By value, so that its memory can be freed before the model runs.
    pub weights: Vec<u8>,
    /// `tokenizer.json`.
    pub tokenizer: &'a [u8],
    /// `config.json`.
    pub config: &'a [u8],
}

/// How exactly the model computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// int8 weights and activations. Weights that are floats are rounded when they are loaded.
    Fast,
    /// In f32 throughout. As exact as the weights: with f32 weights, every component is within
    /// 1e-5 of the reference.
    Exact,
}

/// A loaded model.
pub struct Encoder {
    info: ModelInfo,
    tokenizer: TextTokenizer,
    model: Bert,
    rows: Rows,
    /// Tokens that there are embeddings for.
    vocabulary: usize,
}

impl Encoder {
    /// Reads a model.
    ///
    /// # Errors
    /// An [`EncoderError`] that says which file is at fault and how.
    pub fn load(files: ModelFiles<'_>, precision: Precision) -> Result<Self, EncoderError> {
        let config = BertConfig::from_json(files.config)?;
        let weights = Weights::parse(&files.weights)?.of(config.family);
        let info = ModelInfo::new(&config, weights.metadata())?;
        weights.check(&config)?;
        let tokenizer = TextTokenizer::new(files.tokenizer, info.max_tokens, config.vocab_size)?;
        Self::assemble(&config, &weights, tokenizer, info, precision)
    }

    /// Puts a model together from parts that were checked.
    pub(crate) fn assemble(
        config: &BertConfig,
        weights: &Weights<'_>,
        tokenizer: TextTokenizer,
        info: ModelInfo,
        precision: Precision,
    ) -> Result<Self, EncoderError> {
        let tokenizer = tokenizer.with_prompt(info.prompt.clone());
        let arithmetic = match precision {
            Precision::Fast => Arithmetic::Int8,
            Precision::Exact => Arithmetic::F32,
        };
        let model = Bert::load(weights, config, info.max_tokens, arithmetic)?;
        Ok(Self {
            info,
            tokenizer,
            rows: model.rows()?,
            model,
            vocabulary: config.vocab_size,
        })
    }

    /// What is known about the model.
    #[must_use]
    pub fn info(&self) -> &ModelInfo {
        &self.info
    }

    pub(crate) fn model(&self) -> &Bert {
        &self.model
    }

    /// Number of tokens of a whole text, special ones included, before truncation.
    ///
    /// # Errors
    /// [`EncoderError::Tokenise`] if the tokenizer refuses the text.
    pub fn count_tokens(&self, text: &str) -> Result<u32, EncoderError> {
        let tokens = self.tokenizer.tokenize(text);
        tokens.map(|tokens| tokens.total).map_err(refused(0))
    }

    /// The tokens of a text, `most` at most, those that the model does not read included.
    ///
    /// # Errors
    /// [`EncoderError::Tokenise`] if the tokenizer refuses the text.
    pub fn tokens(&self, text: &str, most: usize) -> Result<Vec<Token>, EncoderError> {
        self.tokenizer.list(text, most).map_err(refused(0))
    }

    /// Embeds texts. The vector of a text is the same, bit for bit, in whatever list it stands.
    ///
    /// # Errors
    /// [`EncoderError::Tokenise`] and [`EncoderError::NotFiniteVector`] name the text at fault.
    pub fn embed<S: AsRef<str>>(&mut self, texts: &[S]) -> Result<Embeddings, EncoderError> {
        let dimensions = self.info.dimensions;
        let mut all = Embeddings {
            vectors: vec![0.0; texts.len() * dimensions],
            dimensions,
            tokens: Vec::with_capacity(texts.len()),
            truncated: Vec::with_capacity(texts.len()),
            unknown: Vec::with_capacity(texts.len()),
        };
        let mut done = 0;
        self.rows.batch.clear();
        for (index, text) in texts.iter().enumerate() {
            let tokens = self.tokenizer.tokenize(text.as_ref());
            let tokens = tokens.map_err(refused(index))?;
            let waiting = self.rows.batch.ids.len();
            if waiting > 0 && waiting + tokens.ids.len() > BATCH {
                self.run(done, &mut all.vectors[done * dimensions..])?;
                done = index;
            }
            self.rows.batch.push(&tokens.ids);
            all.tokens.push(tokens.total);
            all.truncated.push(tokens.truncated());
            all.unknown.push(tokens.unknown);
        }
        self.run(done, &mut all.vectors[done * dimensions..])?;
        Ok(all)
    }

    /// Embeds lists of tokens as they are, special ones and all: what a single entry of the
    /// vocabulary means to the model, which no text may spell. One after the other,
    /// `[lists, dimensions]`.
    ///
    /// # Errors
    /// [`EncoderError::NotFiniteVector`] names the list at fault;
    /// [`EncoderError::TokenizerMismatch`] a token that the model has no embedding for.
    pub fn embed_ids<I: AsRef<[u32]>>(&mut self, lists: &[I]) -> Result<Vec<f32>, EncoderError> {
        let (dimensions, vocabulary) = (self.info.dimensions, self.vocabulary);
        let mut vectors = vec![0.0; lists.len() * dimensions];
        self.rows.batch.clear();
        let mut done = 0;
        for (index, ids) in lists.iter().enumerate() {
            let ids = ids.as_ref();
            let ids = &ids[..ids.len().min(self.info.max_tokens)];
            if let Some(&token) = ids.iter().find(|id| **id as usize >= vocabulary) {
                return Err(EncoderError::TokenizerMismatch { token, vocabulary });
            }
            let waiting = self.rows.batch.ids.len();
            if waiting > 0 && waiting + ids.len() > BATCH {
                self.run(done, &mut vectors[done * dimensions..])?;
                done = index;
            }
            self.rows.batch.push(ids);
        }
        self.run(done, &mut vectors[done * dimensions..])?;
        Ok(vectors)
    }

    /// Runs the batch, whose first text is text `first` of the call, and empties it; `vectors`
    /// begins with the row of that text.
    fn run(&mut self, first: usize, vectors: &mut [f32]) -> Result<(), EncoderError> {
        let (pooling, dimensions) = (self.info.pooling, self.info.dimensions);
        self.model.forward(&mut self.rows)?;
        let lengths = &self.rows.batch.lengths;
        let not_finite = self.rows.read(|mut hidden| {
            let rows = vectors.chunks_exact_mut(dimensions);
            lengths.iter().zip(rows).position(|(tokens, row)| {
                let (text, rest) = hidden.split_at(tokens * dimensions);
                hidden = rest;
                !pooling::pool(pooling, text, row)
            })
        })?;
        self.rows.batch.clear();
        match not_finite {
            None => Ok(()),
            Some(at) => Err(EncoderError::NotFiniteVector { index: first + at }),
        }
    }

    /// Takes part `part` of `parts` of a text whose other parts other encoders take, which have the
    /// same model. The vector that comes of it is that of [`embed`](Self::embed), bit for bit.
    ///
    /// # Errors
    /// [`EncoderError::Tokenise`] if the tokenizer refuses the text.
    ///
    /// # Panics
    /// If there is no such part.
    pub fn share(&self, text: &str, part: usize, parts: usize) -> Result<Share, EncoderError> {
        let tokens = self.tokenizer.tokenize(text).map_err(refused(0))?;
        Share::new(&self.model, tokens, part, parts)
    }

    /// Runs a share until it needs what the other parts have, or has the vector.
    ///
    /// # Errors
    /// [`EncoderError::NotFiniteVector`], and [`EncoderError::OtherParts`] if not all of them have
    /// handed over their rows.
    pub fn proceed(&self, share: &mut Share) -> Result<Turn, EncoderError> {
        share.proceed(&self.model, self.info.pooling)
    }
}

fn refused(index: usize) -> impl FnOnce(tokenizers::Error) -> EncoderError {
    move |error| EncoderError::Tokenise {
        index,
        reason: error.to_string(),
    }
}
