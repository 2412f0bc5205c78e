//! The original model, as a folder.

use std::collections::HashMap;
use std::path::Path;

use semblance_encoder::{BertConfig, FORMAT_VERSION, ModelInfo, metadata, weights::Weights};
use sha2::{Digest, Sha256};

use crate::ConvertError;

/// The files of a model folder.
pub(crate) struct Source {
    pub(crate) weights: Vec<u8>,
    pub(crate) weights_sha256: String,
    pub(crate) config: BertConfig,
    /// Files that go into the output folder as they are, by name; the tokenizer first.
    pub(crate) copied: Vec<(&'static str, Vec<u8>)>,
    info: ModelInfo,
    license: String,
}

impl Source {
    pub(crate) fn read(folder: &Path) -> Result<Self, ConvertError> {
        let read = |name: &str| {
            let path = folder.join(name);
            std::fs::read(&path).map_err(|source| ConvertError::Read { path, source })
        };
        // Texts that are not there are not an error.
        let text = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap_or_default();

        let weights = read("model.safetensors")?;
        let mut copied = vec![
            ("tokenizer.json", read("tokenizer.json")?),
            ("config.json", read("config.json")?),
        ];
        let config = BertConfig::from_json(&copied[1].1)?;
        for name in ["LICENSE", "NOTICE"] {
            if folder.join(name).exists() {
                copied.push((name, read(name)?));
            }
        }

        let mut described = Weights::parse(&weights)?.metadata().clone();
        let beside = [
            (
                metadata::MAX_TOKENS,
                max_tokens(&text("sentence_bert_config.json")),
            ),
            (metadata::POOLING, pooling(&text("1_Pooling/config.json"))),
            (
                metadata::PROMPT,
                prompt(&text("config_sentence_transformers.json")),
            ),
            (
                metadata::MODEL,
                model_name(&text("NOTICE"), &text("README.md")),
            ),
        ];
        for (key, value) in beside {
            if let Some(value) = value {
                described.entry(key.to_owned()).or_insert(value);
            }
        }
        let license = license(&text("NOTICE"), &text("LICENSE"));
        Ok(Self {
            info: ModelInfo::new(&config, &described)?,
            weights_sha256: hex(&Sha256::digest(&weights)),
            license,
            weights,
            config,
            copied,
        })
    }

    pub(crate) fn model_name(&self) -> String {
        self.info.name.clone()
    }

    /// `tokenizer.json`.
    pub(crate) fn tokenizer(&self) -> &[u8] {
        self.copied.first().map_or(&[], |(_, bytes)| bytes)
    }

    /// Longest text in tokens.
    pub(crate) fn max_tokens(&self) -> usize {
        self.info.max_tokens
    }

    /// The `__metadata__` of the int8 weights.
    pub(crate) fn metadata(&self) -> HashMap<String, String> {
        let pooling = self.info.pooling.name();
        [
            (metadata::MODEL, self.info.name.clone()),
            (metadata::SOURCE_SHA256, self.weights_sha256.clone()),
            (metadata::LICENSE, self.license.clone()),
            (metadata::DIMENSIONS, self.info.dimensions.to_string()),
            (metadata::MAX_TOKENS, self.info.max_tokens.to_string()),
            (metadata::POOLING, pooling.to_owned()),
            (metadata::PROMPT, self.info.prompt.clone()),
            (metadata::FORMAT_VERSION, FORMAT_VERSION.to_string()),
        ]
        .map(|(key, value)| (key.to_owned(), value))
        .into_iter()
        .filter(|(key, value)| key != metadata::PROMPT || !value.is_empty())
        .collect()
    }
}

/// The limit that sentence-transformers keeps beside the model.
fn max_tokens(json: &str) -> Option<String> {
    let value: serde_json::Value = serde_json::from_str(json).ok()?;
    Some(value.get("max_seq_length")?.as_u64()?.to_string())
}

/// The prompt that sentence-transformers puts before every text.
fn prompt(json: &str) -> Option<String> {
    let value: serde_json::Value = serde_json::from_str(json).ok()?;
    let name = value.get("default_prompt_name")?.as_str()?;
    Some(value.get("prompts")?.get(name)?.as_str()?.to_owned())
}

/// The pooling that sentence-transformers keeps beside the model.
fn pooling(json: &str) -> Option<String> {
    let value: serde_json::Value = serde_json::from_str(json).ok()?;
    let modes = value.as_object()?.iter();
    let mut on = modes
        .filter(|(key, value)| key.starts_with("pooling_mode_") && value.as_bool() == Some(true));
    let (mode, _) = on.next()?;
    let mode = mode.trim_start_matches("pooling_mode_");
    Some(match mode {
        "mean_tokens" => "mean".to_owned(),
        "cls_token" => "cls".to_owned(),
        // Kept by its own name, which the encoder then refuses with.
        other => other.to_owned(),
    })
}

/// The published name: a `Model:` line in the notice, else the heading of the model card. The
/// config often names what the model was trained from instead.
fn model_name(notice: &str, card: &str) -> Option<String> {
    let line = |text: &str, start: &str| {
        let name = text
            .lines()
            .find_map(|line| line.strip_prefix(start))?
            .trim();
        (!name.is_empty()).then(|| name.to_owned())
    };
    line(notice, "Model:").or_else(|| line(card, "# "))
}

/// SPDX identifier: a `License:` line in the notice, else by the wording of the licence.
fn license(notice: &str, license: &str) -> String {
    let line = notice
        .lines()
        .find_map(|line| line.strip_prefix("License:"));
    let known = [("Apache License", "Apache-2.0"), ("MIT License", "MIT")];
    let by_wording = || known.iter().find(|(words, _)| license.contains(words));
    match line.map(str::trim) {
        Some(id) if !id.is_empty() => id.to_owned(),
        _ => by_wording().map_or_else(String::new, |(_, id)| (*id).to_owned()),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_lies_beside_a_model() {
        assert_eq!(
            max_tokens("{\"max_seq_length\": 384}").as_deref(),
            Some("384")
        );
        assert_eq!(max_tokens("{"), None);
        let cases = [
            (
                "{\"pooling_mode_cls_token\": false, \"pooling_mode_mean_tokens\": true}",
                "mean",
            ),
            ("{\"pooling_mode_cls_token\": true}", "cls"),
            ("{\"pooling_mode_max_tokens\": true}", "max_tokens"),
        ];
        for (json, expected) in cases {
            assert_eq!(pooling(json).as_deref(), Some(expected), "{json}");
        }
        assert_eq!(pooling(""), None);
        let prompts = r#"{"prompts": {"a": "x: "}, "default_prompt_name": "a"}"#;
        assert_eq!(prompt(prompts).as_deref(), Some("x: "));
        assert_eq!(prompt(r#"{"prompts": {"a": "x: "}}"#), None);
        assert_eq!(model_name("x\nModel: a/b\n", "# c").as_deref(), Some("a/b"));
        assert_eq!(model_name("", "---\n# c\n").as_deref(), Some("c"));
        assert_eq!(model_name("", ""), None);
        assert_eq!(license("License: Apache-2.0", "MIT License"), "Apache-2.0");
        assert_eq!(license("", "MIT License\n\nCopyright"), "MIT");
        assert_eq!(license("", ""), "");
    }
}
