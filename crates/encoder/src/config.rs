//! The model's `config.json`, checked.

use serde::Deserialize;

use crate::EncoderError;

/// Activation of the feed-forward layers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Activation {
    /// GELU by the error function: `x · Φ(x)`.
    #[serde(rename = "gelu")]
    Gelu,
    /// GELU by its tanh approximation.
    #[serde(rename = "gelu_new", alias = "gelu_pytorch_tanh")]
    GeluTanh,
    /// `max(x, 0)`.
    #[serde(rename = "relu")]
    Relu,
}

/// The shape of a BERT-family model, as its `config.json` gives it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct BertConfig {
    /// Name or path under which the model was saved, if the file says.
    #[serde(default, rename = "_name_or_path")]
    pub name: Option<String>,
    /// Family: `bert`, or `static` for a model that is its table of words and nothing else.
    #[serde(default)]
    pub model_type: Option<String>,
    /// Rows of the word embedding table.
    pub vocab_size: usize,
    /// Width of a token's vector.
    pub hidden_size: usize,
    /// Number of layers.
    pub num_hidden_layers: usize,
    /// Attention heads in each layer; divides `hidden_size`.
    pub num_attention_heads: usize,
    /// Width between the two feed-forward layers.
    pub intermediate_size: usize,
    /// Activation between the two feed-forward layers.
    pub hidden_act: Activation,
    /// Rows of the position table: the longest input in tokens.
    pub max_position_embeddings: usize,
    /// Rows of the token type table; only row 0 is used.
    pub type_vocab_size: usize,
    /// Added to the variance in layer norms.
    pub layer_norm_eps: f64,
    /// How positions enter; only `absolute` is read.
    #[serde(default)]
    pub position_embedding_type: Option<String>,
}

/// The family of models without layers.
const STATIC: &str = "static";

impl BertConfig {
    /// Reads and checks a `config.json`.
    ///
    /// # Errors
    /// [`EncoderError::BrokenConfig`] if it isn't JSON, lacks a field or contradicts itself;
    /// [`EncoderError::UnsupportedModel`] if it describes another family.
    pub fn from_json(bytes: &[u8]) -> Result<Self, EncoderError> {
        let value: serde_json::Value = serde_json::from_slice(bytes)
            .map_err(|error| EncoderError::BrokenConfig(error.to_string()))?;
        // The family first: another family's config lacks BERT's fields, and saying that one of
        // them is missing would mislead.
        match value.get("model_type").and_then(|kind| kind.as_str()) {
            None | Some("bert" | STATIC) => {}
            Some(other) => {
                return Err(EncoderError::UnsupportedModel(format!(
                    "model type {other}"
                )));
            }
        }
        let config: Self = serde_json::from_value(value)
            .map_err(|error| EncoderError::BrokenConfig(error.to_string()))?;
        config.check()?;
        Ok(config)
    }

    /// Whether a text's vector is the mean of its words' rows.
    #[must_use]
    pub fn is_static(&self) -> bool {
        self.model_type.as_deref() == Some(STATIC)
    }

    fn check(&self) -> Result<(), EncoderError> {
        if let Some(kind) = &self.position_embedding_type
            && kind != "absolute"
        {
            let what = format!("position embedding {kind}");
            return Err(EncoderError::UnsupportedModel(what));
        }
        let sizes = [
            ("vocab_size", self.vocab_size),
            ("hidden_size", self.hidden_size),
            ("num_attention_heads", self.num_attention_heads),
            ("intermediate_size", self.intermediate_size),
            ("type_vocab_size", self.type_vocab_size),
        ];
        if let Some((name, _)) = sizes.iter().find(|(_, size)| *size == 0) {
            return Err(EncoderError::BrokenConfig(format!("{name} is 0")));
        }
        if !self.hidden_size.is_multiple_of(self.num_attention_heads) {
            return Err(EncoderError::BrokenConfig(format!(
                "hidden_size {} can't be split into {} heads",
                self.hidden_size, self.num_attention_heads
            )));
        }
        // Room for the two special tokens and at least one of the text.
        if self.max_position_embeddings < 3 {
            return Err(EncoderError::BrokenConfig(
                "max_position_embeddings is below 3".to_owned(),
            ));
        }
        if !(self.layer_norm_eps.is_finite() && self.layer_norm_eps >= 0.0) {
            return Err(EncoderError::BrokenConfig(
                "layer_norm_eps is not a small positive number".to_owned(),
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = r#"{"vocab_size": 10, "hidden_size": 6, "num_hidden_layers": 1,
        "num_attention_heads": 2, "intermediate_size": 7, "hidden_act": "gelu",
        "max_position_embeddings": 8, "type_vocab_size": 2, "layer_norm_eps": 1e-12}"#;

    #[test]
    fn reads_a_config_without_optional_fields() {
        let config = BertConfig::from_json(SMALL.as_bytes()).unwrap();
        assert_eq!((config.hidden_size, config.num_attention_heads), (6, 2));
        assert_eq!(config.hidden_act, Activation::Gelu);
    }

    #[test]
    fn a_static_model_is_a_table_alone() {
        let json = r#"{"model_type": "static", "vocab_size": 10, "hidden_size": 6,
            "max_position_embeddings": 99, "num_hidden_layers": 0, "num_attention_heads": 1,
            "intermediate_size": 1, "hidden_act": "relu", "type_vocab_size": 1,
            "layer_norm_eps": 0}"#;
        let config = BertConfig::from_json(json.as_bytes()).unwrap();
        assert!(config.is_static() && config.num_hidden_layers == 0);
        assert!(!BertConfig::from_json(SMALL.as_bytes()).unwrap().is_static());
    }

    #[test]
    fn refuses_what_it_cannot_run() {
        // (what is replaced, by what, what the message must say)
        let cases = [
            (
                "\"hidden_size\": 6",
                "\"hidden_size\": 7",
                "split into 2 heads",
            ),
            (
                "\"hidden_size\": 6",
                "\"hidden_size\": 0",
                "hidden_size is 0",
            ),
            ("\"hidden_size\": 6", "\"hidden_size\": -6", "can't be read"),
            ("\"hidden_size\": 6, ", "", "hidden_size"),
            ("\"gelu\"", "\"swish\"", "swish"),
            ("embeddings\": 8", "embeddings\": 2", "below 3"),
            ("1e-12", "-1", "layer_norm_eps"),
            ("{", "{\"model_type\": \"mpnet\",", "model type mpnet"),
            (
                "{",
                "{\"position_embedding_type\": \"relative_key\",",
                "relative_key",
            ),
            ("{", "", "can't be read"),
        ];
        for (from, to, says) in cases {
            let error = BertConfig::from_json(SMALL.replacen(from, to, 1).as_bytes())
                .expect_err(&format!("{from} → {to}"));
            let message = error.to_string();
            assert!(message.contains(says), "{from} → {to}: {message}");
        }
    }
}
