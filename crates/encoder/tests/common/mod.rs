//! What the tests of this crate share: the real models, the fixture, and small random models.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests fail as tests do"
)]
#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use safetensors::{Dtype, tensor::TensorView};
use semblance_encoder::weights::{self, Source};
use semblance_encoder::{BertConfig, Encoder, EncoderError, Folder, ModelFiles, Precision, Prompt};
use serde_json::{Value, json};

/// Folder with the original f32 model.
pub fn source_model() -> PathBuf {
    model("SEMBLANCE_SOURCE_MODEL", "the original f32 model")
}

/// Folder with the int8 model that `semblance-convert` made.
pub fn shipped_model() -> PathBuf {
    model("SEMBLANCE_MODEL", "the model that semblance-convert made")
}

fn model(variable: &str, what: &str) -> PathBuf {
    let Some(folder) = std::env::var_os(variable) else {
        panic!("run `cargo xtask test`, or set {variable} to the folder with {what}");
    };
    let folder = PathBuf::from(folder);
    let weights = folder.join("model.safetensors");
    assert!(
        weights.exists(),
        "{variable}: no file {}",
        weights.display()
    );
    folder
}

/// Loads the model in a folder.
pub fn load(folder: &Path, precision: Precision) -> Encoder {
    let read = |name: &str| std::fs::read(folder.join(name)).unwrap();
    let files = ModelFiles {
        weights: read("model.safetensors"),
        tokenizer: &read("tokenizer.json"),
        config: &read("config.json"),
    };
    Encoder::load(files, precision).unwrap()
}

/// The parity fixture; `tests/parity/reference.py` says how it is made.
pub struct Fixture {
    pub texts: Vec<String>,
    pub tokens: Vec<u32>,
    pub max_tokens: u32,
    pub dimensions: usize,
    pub source_sha256: String,
    /// `[texts, dimensions]`, row-major.
    pub vectors: Vec<f32>,
}

impl Fixture {
    pub fn read() -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/parity");
        let read = |name: &str| std::fs::read(folder.join(name)).unwrap();
        let json = |name: &str| serde_json::from_slice::<Value>(&read(name)).unwrap();
        let (texts, expected) = (json("texts.json"), json("expected.json"));
        let text = |entry: &Value| {
            let times = entry
                .get("repeat")
                .map_or(1, |times| times.as_u64().unwrap());
            entry["text"].as_str().unwrap().repeat(times as usize)
        };
        let tokens = expected["tokens"].as_array().unwrap().iter();
        Self {
            texts: texts.as_array().unwrap().iter().map(text).collect(),
            tokens: tokens.map(|count| count.as_u64().unwrap() as u32).collect(),
            max_tokens: expected["max_tokens"].as_u64().unwrap() as u32,
            dimensions: expected["dimensions"].as_u64().unwrap() as usize,
            source_sha256: expected["source_sha256"].as_str().unwrap().to_owned(),
            vectors: read("expected.f32")
                .as_chunks::<4>()
                .0
                .iter()
                .map(|bytes| f32::from_le_bytes(*bytes))
                .collect(),
        }
    }
}

/// Pieces of [`tokenizer`].
pub const VOCABULARY: usize = 64;

/// The files of a small model with random weights.
pub struct SmallModel {
    pub config: Value,
    pub tokenizer: Value,
    /// Shape and values by name.
    pub tensors: BTreeMap<String, (Vec<usize>, Vec<f32>)>,
    pub metadata: Option<std::collections::HashMap<String, String>>,
}

impl SmallModel {
    pub fn new(hidden: usize, heads: usize, layers: usize, inner: usize) -> Self {
        Self::of(json!({
            "vocab_size": VOCABULARY, "hidden_size": hidden, "num_hidden_layers": layers,
            "num_attention_heads": heads, "intermediate_size": inner, "hidden_act": "gelu",
            "max_position_embeddings": 40, "type_vocab_size": 2, "layer_norm_eps": 1e-12,
        }))
    }

    /// A model of a config, whose tensors have BERT's names.
    pub fn of(config: Value) -> Self {
        let parsed = BertConfig::from_json(config.to_string().as_bytes()).unwrap();
        let seed = parsed.hidden_size * 31 + parsed.intermediate_size;
        let (mut random, mut tensors) = (Random(seed as u64), BTreeMap::new());
        for (name, shape) in weights::shapes(&parsed) {
            let around = if name.ends_with("LayerNorm.weight") {
                1.0
            } else {
                0.0
            };
            let size = shape.iter().product();
            // Spread so that a linear layer keeps the size of what goes through it.
            let spread = if shape.len() == 2 && name.starts_with("encoder.layer") {
                1.7 / (shape[1] as f32).sqrt()
            } else {
                0.5
            };
            let values = (0..size).map(|_| around + spread * random.next()).collect();
            tensors.insert(name, (shape, values));
        }
        Self {
            config,
            tokenizer: tokenizer(),
            tensors,
            metadata: None,
        }
    }

    pub fn weights(&self) -> Vec<u8> {
        let bytes: BTreeMap<_, Vec<u8>> = self
            .tensors
            .iter()
            .map(|(name, (_, values))| {
                (name, values.iter().flat_map(|x| x.to_le_bytes()).collect())
            })
            .collect();
        let views = self.tensors.iter().map(|(name, (shape, _))| {
            (
                name,
                TensorView::new(Dtype::F32, shape.clone(), &bytes[name]).unwrap(),
            )
        });
        safetensors::serialize(views, self.metadata.clone()).unwrap()
    }

    pub fn load(&self, precision: Precision) -> Result<Encoder, EncoderError> {
        self.load_with(self.weights(), precision)
    }

    pub fn load_with(
        &self,
        weights: Vec<u8>,
        precision: Precision,
    ) -> Result<Encoder, EncoderError> {
        let (tokenizer, config) = (self.tokenizer.to_string(), self.config.to_string());
        let files = ModelFiles {
            weights,
            tokenizer: tokenizer.as_bytes(),
            config: config.as_bytes(),
        };
        Encoder::load(files, precision)
    }

    /// Writes the model as a folder.
    pub fn save(&self, folder: &Path) {
        std::fs::create_dir_all(folder).unwrap();
        std::fs::write(folder.join("model.safetensors"), self.weights()).unwrap();
        std::fs::write(folder.join("tokenizer.json"), self.tokenizer.to_string()).unwrap();
        std::fs::write(folder.join("config.json"), self.config.to_string()).unwrap();
    }
}

/// Files of a folder, by path.
pub type Files = BTreeMap<String, Vec<u8>>;

/// A folder in the layout of sentence-transformers.
pub fn folder(model: &SmallModel) -> Files {
    let json = |value: Value| value.to_string().into_bytes();
    let module = |at: usize, path: &str, kind: &str| {
        json!({"idx": at, "name": at.to_string(), "path": path,
            "type": format!("sentence_transformers.models.{kind}")})
    };
    [
        ("config.json", json(model.config.clone())),
        ("tokenizer.json", json(model.tokenizer.clone())),
        ("model.safetensors", model.weights()),
        (
            "modules.json",
            json(json!([
                module(0, "", "Transformer"),
                module(1, "1_Pooling", "Pooling"),
                module(2, "2_Normalize", "Normalize")
            ])),
        ),
        (
            "1_Pooling/config.json",
            json(json!({"word_embedding_dimension": 8,
            "pooling_mode_cls_token": false, "pooling_mode_mean_tokens": true,
            "pooling_mode_max_tokens": false})),
        ),
        (
            "sentence_bert_config.json",
            json(json!({"max_seq_length": 20, "do_lower_case": false})),
        ),
        (
            "config_sentence_transformers.json",
            json(json!({"prompts": {"query": "the: ",
            "passage": ""}, "default_prompt_name": null})),
        ),
        ("README.md", b"what it is".to_vec()),
    ]
    .map(|(name, bytes)| (name.to_owned(), bytes))
    .into()
}

/// Loads the model in a folder's files.
pub fn load_folder(
    files: &Files,
    prompt: &Prompt,
    precision: Precision,
) -> Result<Encoder, EncoderError> {
    let files = files
        .iter()
        .map(|(name, bytes)| (name.clone(), Box::new(&bytes[..]) as Box<dyn Source>));
    Folder::new(files)?.load(prompt, precision)
}

/// The folder with another value of a field.
pub fn set(files: &mut Files, file: &str, field: &str, value: Value) {
    let mut json: Value = serde_json::from_slice(&files[file]).unwrap();
    json[field] = value;
    files.insert(file.to_owned(), json.to_string().into_bytes());
}

/// A BERT tokenizer whose words are the letters and a few syllables, with the misleading
/// truncation and padding that the MiniLM files carry.
pub fn tokenizer() -> Value {
    let special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];
    let letters = ('a'..='z').flat_map(|c| [c.to_string(), format!("##{c}")]);
    let others = [".", ",", "!", "?", "the", "##ing", "字"].map(str::to_owned);
    let words = special
        .iter()
        .map(|word| (*word).to_owned())
        .chain(letters)
        .chain(others);
    let vocabulary: serde_json::Map<_, _> = words
        .enumerate()
        .map(|(id, word)| (word, json!(id)))
        .collect();
    let added = |(id, word): (usize, &&str)| {
        json!({"id": id, "content": word, "special": true, "single_word": false,
            "lstrip": false, "rstrip": false, "normalized": false})
    };
    let added: Vec<_> = special.iter().enumerate().map(added).collect();
    json!({
        "version": "1.0",
        "truncation": {"max_length": 8, "strategy": "LongestFirst", "stride": 0},
        "padding": {"strategy": {"Fixed": 8}, "direction": "Right", "pad_to_multiple_of": null,
            "pad_id": 0, "pad_type_id": 0, "pad_token": "[PAD]"},
        "added_tokens": added,
        "normalizer": {"type": "BertNormalizer", "clean_text": true,
            "handle_chinese_chars": true, "strip_accents": null, "lowercase": true},
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": {"type": "TemplateProcessing",
            "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}},
                {"Sequence": {"id": "A", "type_id": 0}},
                {"SpecialToken": {"id": "[SEP]", "type_id": 0}}],
            "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
            "special_tokens": {
                "[CLS]": {"id": "[CLS]", "ids": [2], "tokens": ["[CLS]"]},
                "[SEP]": {"id": "[SEP]", "ids": [3], "tokens": ["[SEP]"]}}},
        "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true},
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
            "max_input_chars_per_word": 100, "vocab": vocabulary},
    })
}

/// A small generator of the same numbers everywhere (xorshift64*).
pub struct Random(pub u64);

impl Random {
    /// Uniform in −1..1.
    pub fn next(&mut self) -> f32 {
        (self.bits() >> 40) as f32 / (1u64 << 23) as f32 - 1.0
    }

    /// Uniform in 0..limit.
    pub fn below(&mut self, limit: usize) -> usize {
        (self.bits() >> 33) as usize % limit
    }

    fn bits(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0 = self.0.max(1);
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }
}

/// Product of two vectors; the cosine similarity of unit vectors.
pub fn dot(a: &[f32], b: &[f32]) -> f64 {
    let products = a.iter().zip(b).map(|(x, y)| f64::from(*x) * f64::from(*y));
    products.sum()
}
