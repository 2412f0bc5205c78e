//! The model's `config.json`, checked.

use serde::Deserialize;
use serde_json::Value;

use crate::EncoderError;
use crate::families::Family;

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
    /// Family: `bert`, `roberta`, `xlm-roberta`, `camembert`, `distilbert`, `mpnet`, or `static`
    /// for a model that is its table of words and nothing else. None is BERT.
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
    /// Rows of the position table; see [`positions`](Self::positions) for how many can be used.
    pub max_position_embeddings: usize,
    /// Rows of the token type table, of which only row 0 is used; 0 where there is none.
    pub type_vocab_size: usize,
    /// The token that fills up short texts, whose position some families begin after.
    #[serde(default)]
    pub pad_token_id: Option<usize>,
    /// How many distances between tokens are told apart, in a model whose attention knows them.
    #[serde(default)]
    pub relative_attention_num_buckets: Option<usize>,
    /// Whether a token is kept from what comes after it; only models that don't are read.
    #[serde(default)]
    pub is_decoder: bool,
    /// Added to the variance in layer norms.
    pub layer_norm_eps: f64,
    /// How positions enter; only `absolute` is read.
    #[serde(default)]
    pub position_embedding_type: Option<String>,
    #[serde(skip, default = "Family::default")]
    pub(crate) family: &'static Family,
}

impl BertConfig {
    /// Reads and checks a `config.json`.
    ///
    /// # Errors
    /// [`EncoderError::BrokenConfig`] if it isn't JSON, lacks a field or contradicts itself;
    /// [`EncoderError::UnsupportedModel`] if it describes another family.
    pub fn from_json(bytes: &[u8]) -> Result<Self, EncoderError> {
        let mut value: Value = serde_json::from_slice(bytes)
            .map_err(|error| EncoderError::BrokenConfig(error.to_string()))?;
        // The family first: another family's config lacks BERT's fields, and saying that one of
        // them is missing would mislead.
        let kind = value.get("model_type").and_then(Value::as_str);
        let family = Family::of(kind).ok_or_else(|| {
            let kind = kind.unwrap_or_default();
            let all = Family::all();
            EncoderError::UnsupportedModel(format!("model type {kind} (these are: {all})"))
        })?;
        if let Value::Object(fields) = &mut value {
            for (theirs, ours) in family.fields {
                if let Some(value) = fields.remove(*theirs) {
                    fields.insert((*ours).to_owned(), value);
                }
            }
            for (ours, value) in family.defaults {
                let whole = value.fract() == 0.0;
                let value = match whole {
                    true => Value::from(*value as u64),
                    false => Value::from(*value),
                };
                fields.entry(*ours).or_insert(value);
            }
        }
        let mut config: Self = serde_json::from_value(value)
            .map_err(|error| EncoderError::BrokenConfig(error.to_string()))?;
        config.family = family;
        config.check()?;
        Ok(config)
    }

    /// Whether a text's vector is the mean of its words' rows.
    #[must_use]
    pub fn is_static(&self) -> bool {
        self.model_type.as_deref() == Some("static")
    }

    /// The row of the position table for the first token.
    #[must_use]
    pub fn first_position(&self) -> usize {
        match self.family.positions_after_padding {
            true => self.pad_token_id.unwrap_or(1).saturating_add(1),
            false => 0,
        }
    }

    /// The longest input in tokens.
    #[must_use]
    pub fn positions(&self) -> usize {
        self.max_position_embeddings
            .saturating_sub(self.first_position())
    }

    /// Shape of the table of what scores gain by distance, where there is one.
    pub(crate) fn relative_shape(&self) -> Option<Vec<usize>> {
        let buckets = self.relative_attention_num_buckets?;
        Some(vec![buckets, self.num_attention_heads])
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
            (
                "type_vocab_size",
                self.type_vocab_size
                    .max(usize::from(!self.family.token_types)),
            ),
            (
                "relative_attention_num_buckets",
                // A half of them for each side, half of these for the nearest.
                self.relative_attention_num_buckets.unwrap_or(4) / 4,
            ),
        ];
        if self.is_decoder {
            let what = "is_decoder is true".to_owned();
            return Err(EncoderError::UnsupportedModel(what));
        }
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
        if self.positions() < 3 {
            return Err(EncoderError::BrokenConfig(format!(
                "max_position_embeddings is below {}",
                3 + self.first_position()
            )));
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
            ("{", "{\"model_type\": \"t5\",", "model type t5"),
            ("{", "{\"is_decoder\": true,", "is_decoder"),
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
