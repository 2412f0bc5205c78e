//! Candle's own BERT in f32, with the mean over the tokens that are no padding, as a wasm module
//! for the benchmarks.

use candle_core::{DType, Device, Result as CandleResult, Tensor};
use candle_nn::VarBuilder;
use candle_transformers::models::bert::{BertModel, Config};
use tokenizers::{PaddingParams, Tokenizer, TruncationParams};
use wasm_bindgen::prelude::wasm_bindgen;

/// Tokens that the model can read.
const MAX_TOKENS: usize = 512;

/// A loaded model.
#[wasm_bindgen]
pub struct Model {
    bert: BertModel,
    tokenizer: Tokenizer,
}

#[wasm_bindgen]
impl Model {
    /// Reads the files of a model.
    ///
    /// # Errors
    /// A file is broken.
    #[wasm_bindgen(constructor)]
    pub fn new(weights: Vec<u8>, tokenizer: &[u8], config: &[u8]) -> Result<Self, String> {
        let mut tokenizer = Tokenizer::from_bytes(tokenizer).map_err(|error| error.to_string())?;
        let truncation = TruncationParams {
            max_length: MAX_TOKENS,
            ..TruncationParams::default()
        };
        tokenizer
            .with_truncation(Some(truncation))
            .map_err(|error| error.to_string())?;
        tokenizer.with_padding(Some(PaddingParams::default()));
        let config: Config = serde_json::from_slice(config).map_err(|error| error.to_string())?;
        let weights = VarBuilder::from_buffered_safetensors(weights, DType::F32, &Device::Cpu);
        let bert = weights
            .and_then(|weights| BertModel::load(weights, &config))
            .map_err(|error| error.to_string())?;
        Ok(Self { bert, tokenizer })
    }

    /// Tokens read of each text.
    ///
    /// # Errors
    /// The tokenizer refuses a text.
    pub fn count(&self, texts: Vec<String>) -> Result<Vec<u32>, String> {
        let count = |text: String| {
            let encoding = self.tokenizer.encode(text, true);
            encoding.map(|encoding| encoding.len() as u32)
        };
        let counts: tokenizers::Result<Vec<u32>> = texts.into_iter().map(count).collect();
        counts.map_err(|error| error.to_string())
    }

    /// Unit vectors, row by row, of texts that are padded to the longest.
    ///
    /// # Errors
    /// The tokenizer refuses a text, or Candle an operation.
    pub fn embed(&self, texts: Vec<String>) -> Result<Vec<f32>, String> {
        let encodings = self.tokenizer.encode_batch(texts, true);
        let encodings = encodings.map_err(|error| error.to_string())?;
        let (mut ids, mut mask) = (Vec::new(), Vec::new());
        for encoding in &encodings {
            ids.extend_from_slice(encoding.get_ids());
            mask.extend_from_slice(encoding.get_attention_mask());
        }
        self.forward(ids, mask, encodings.len())
            .map_err(|error| error.to_string())
    }
}

impl Model {
    fn forward(&self, ids: Vec<u32>, mask: Vec<u32>, rows: usize) -> CandleResult<Vec<f32>> {
        let shape = (rows, ids.len() / rows);
        let ids = Tensor::from_vec(ids, shape, &Device::Cpu)?;
        let mask = Tensor::from_vec(mask, shape, &Device::Cpu)?;
        let hidden = self.bert.forward(&ids, &ids.zeros_like()?, Some(&mask))?;
        let mask = mask.to_dtype(DType::F32)?.unsqueeze(2)?;
        let sum = hidden.broadcast_mul(&mask)?.sum(1)?;
        let mean = sum.broadcast_div(&mask.sum(1)?)?;
        let norm = mean.sqr()?.sum_keepdim(1)?.sqrt()?;
        mean.broadcast_div(&norm)?.flatten_all()?.to_vec1()
    }
}
