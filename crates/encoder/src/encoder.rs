//! The encoder: from texts to unit vectors.

use candle_core::{Device, Tensor};
use candle_transformers::models::bert::BertModel;

use crate::weights::Weights;
use crate::{BertConfig, Embeddings, EncoderError, ModelInfo, TextTokenizer, pooling};

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
    /// As fast as the machine can; meant for int8 weights.
    Fast,
    /// In f32 throughout. As exact as the weights: with f32 weights, every component is within
    /// 1e-5 of the reference.
    Exact,
}

/// A loaded model.
pub struct Encoder {
    info: ModelInfo,
    tokenizer: TextTokenizer,
    model: BertModel,
}

impl Encoder {
    /// Reads a model.
    ///
    /// # Errors
    /// An [`EncoderError`] that says which file is at fault and how.
    pub fn load(files: ModelFiles<'_>, precision: Precision) -> Result<Self, EncoderError> {
        // Both precisions run in f32 on Candle's own model so far.
        let (Precision::Fast | Precision::Exact) = precision;
        let config = BertConfig::from_json(files.config)?;
        let weights = Weights::parse(&files.weights)?;
        let info = ModelInfo::new(&config, weights.metadata())?;
        weights.check(&config)?;
        let tokenizer = TextTokenizer::new(files.tokenizer, info.max_tokens, config.vocab_size)?;
        let model = BertModel::load(weights.var_builder(), &config.to_candle())?;
        Ok(Self {
            info,
            tokenizer,
            model,
        })
    }

    /// What is known about the model.
    #[must_use]
    pub fn info(&self) -> &ModelInfo {
        &self.info
    }

    /// Number of tokens of a whole text, special ones included, before truncation.
    ///
    /// # Errors
    /// [`EncoderError::Tokenise`] if the tokenizer refuses the text.
    pub fn count_tokens(&self, text: &str) -> Result<u32, EncoderError> {
        let tokens = self.tokenizer.tokenize(text);
        tokens.map(|tokens| tokens.total).map_err(refused(0))
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
        };
        let rows = all.vectors.chunks_exact_mut(dimensions);
        for (index, (text, row)) in texts.iter().zip(rows).enumerate() {
            let tokens = self
                .tokenizer
                .tokenize(text.as_ref())
                .map_err(refused(index))?;
            let hidden = self.forward(&tokens.ids)?;
            if !pooling::pool(self.info.pooling, &hidden, row) {
                return Err(EncoderError::NotFiniteVector { index });
            }
            all.tokens.push(tokens.total);
            all.truncated.push(tokens.truncated());
        }
        Ok(all)
    }

    /// Last hidden state of a text: `[tokens, hidden]`, row-major, f32. One text at a time, so
    /// that no other text has a part in it.
    fn forward(&self, ids: &[u32]) -> Result<Vec<f32>, EncoderError> {
        let ids = Tensor::new(ids, &Device::Cpu)?.unsqueeze(0)?;
        let types = ids.zeros_like()?;
        let hidden = self.model.forward(&ids, &types, None)?;
        Ok(hidden.flatten_all()?.to_vec1()?)
    }
}

fn refused(index: usize) -> impl FnOnce(tokenizers::Error) -> EncoderError {
    move |error| EncoderError::Tokenise {
        index,
        reason: error.to_string(),
    }
}
