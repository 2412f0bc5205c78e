//! A model from a folder in the layout of the Hugging Face hub and of sentence-transformers.
//!
//! | file | what is taken from it |
//! | --- | --- |
//! | `config.json` | family and shape |
//! | `model.safetensors`, or those that `model.safetensors.index.json` names | weights: f32, f16, bf16, f64, int8 |
//! | `tokenizer.json`, or `vocab.txt` with `tokenizer_config.json`, or `vocab.json` with `merges.txt` | tokenizer |
//! | `modules.json` | which of the following there are |
//! | `1_Pooling/config.json` | how tokens become a text's vector; the mean without it |
//! | `sentence_bert_config.json` | limit in tokens |
//! | `config_sentence_transformers.json` | prompts |
//!
//! The truncation in `tokenizer.json` is not used. `2_Normalize` changes nothing: vectors have
//! length 1 either way.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::weights::{Source, Weights};
use crate::{BertConfig, Encoder, EncoderError, ModelInfo, Pooling, Precision, TextTokenizer};

/// Longest file of JSON, in bytes. Tokenizers of 250,000 pieces have 17 MB.
const LONGEST_JSON: u64 = 1 << 28;

/// What is put before every text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Prompt {
    /// What the folder says: its default prompt, or nothing.
    #[default]
    Default,
    /// The one that the folder has under this name, such as `query`.
    Named(String),
    /// These words.
    Text(String),
}

/// Files of a model, by their paths.
pub struct Folder<'a> {
    files: BTreeMap<String, Box<dyn Source + 'a>>,
    /// Where `modules.json` is, or else `config.json`: empty, or with a slash at the end.
    root: String,
    /// Where the model itself is.
    transformer: String,
    /// What says how tokens become one vector.
    pooling: String,
}

impl<'a> Folder<'a> {
    /// Looks for a model among files, which may lie in a folder of their own.
    ///
    /// # Errors
    /// [`EncoderError::Folder`] if there is none, or with parts that are not supported.
    pub fn new(
        files: impl IntoIterator<Item = (String, Box<dyn Source + 'a>)>,
    ) -> Result<Self, EncoderError> {
        let files = files.into_iter();
        let files = files.map(|(path, source)| (path.replace('\\', "/"), source));
        let files: BTreeMap<_, _> = files.collect();
        // Of several the one that is least deep.
        let folder_of = |name: &str| {
            let folders = files.keys().filter_map(|path| path.strip_suffix(name));
            let folders = folders.filter(|folder| folder.is_empty() || folder.ends_with('/'));
            folders
                .min_by_key(|folder| folder.matches('/').count())
                .map(str::to_owned)
        };
        let root = folder_of("modules.json").or_else(|| folder_of("config.json"));
        let root = root.ok_or_else(|| wrong("config.json", "it is not among the files"))?;
        let mut folder = Self {
            transformer: root.clone(),
            pooling: format!("{root}1_Pooling/config.json"),
            files,
            root,
        };
        folder.read_modules()?;
        Ok(folder)
    }

    /// Goes by `modules.json`, if there is one.
    fn read_modules(&mut self) -> Result<(), EncoderError> {
        const FILE: &str = "modules.json";
        let path = format!("{}{FILE}", self.root);
        let Some(modules) = self.json(&path)? else {
            return Ok(());
        };
        let modules = modules
            .as_array()
            .ok_or_else(|| wrong(&path, "it is not a list"))?;
        for (at, module) in modules.iter().enumerate() {
            let field = |name: &str| module.get(name).and_then(Value::as_str);
            let kind = field("type").ok_or_else(|| wrong(&path, "a module has no type"))?;
            match (at, kind.rsplit('.').next().unwrap_or(kind)) {
                (0, "Transformer") => {
                    let below = field("path").unwrap_or_default().trim_matches('/');
                    if !below.is_empty() {
                        self.transformer = format!("{}{below}/", self.root);
                    }
                }
                (1, "Pooling") => {
                    let below = field("path").unwrap_or_default().trim_matches('/');
                    self.pooling = format!("{}{below}/config.json", self.root);
                    if !self.files.contains_key(&self.pooling) {
                        let problem = format!("{path} names it, and it is not there");
                        return Err(wrong(&self.pooling, problem));
                    }
                }
                (2, "Normalize") => {}
                (_, other) => {
                    let place = at + 1;
                    let problem = format!("its module {place} is {other}, which is not supported");
                    return Err(wrong(&path, problem));
                }
            }
        }
        Ok(())
    }

    /// The prompts that the folder has, by name.
    ///
    /// # Errors
    /// [`EncoderError::Folder`] if the file that has them can't be read.
    pub fn prompts(&self) -> Result<BTreeMap<String, String>, EncoderError> {
        let path = self.beside("config_sentence_transformers.json");
        let file = self.json(&path)?.unwrap_or_default();
        let Some(prompts) = file.get("prompts").filter(|prompts| !prompts.is_null()) else {
            return Ok(BTreeMap::new());
        };
        let prompts = serde_json::from_value(prompts.clone());
        prompts.map_err(|error| wrong(&path, format!("prompts: {error}")))
    }

    /// Reads the model. Weights that are floats are rounded a layer at a time for
    /// [`Precision::Fast`].
    ///
    /// # Errors
    /// An [`EncoderError`] that says which file, field or tensor is not as it should be.
    pub fn load(self, prompt: &Prompt, precision: Precision) -> Result<Encoder, EncoderError> {
        let mut hash = Sha256::new();
        let path = self.path("config.json");
        let bytes = self.read(&path, LONGEST_JSON)?;
        let bytes = bytes.ok_or_else(|| wrong(&path, "it is not among the files"))?;
        let config = BertConfig::from_json(&bytes)?;
        hash.update(&bytes);
        let tokenizer_json = self.tokenizer()?;
        hash.update(&tokenizer_json);
        let (max_tokens, lowercase) = self.limit(&config)?;
        let pooling = self.pooling(&config)?;
        let prompt = self.prompt(prompt)?;
        let described = format!("{max_tokens} {lowercase} {}", pooling.name());
        hash.update(described.as_bytes());
        let tokenizer = TextTokenizer::new(&tokenizer_json, max_tokens, config.vocab_size)?;
        drop(tokenizer_json);
        let tokenizer = match lowercase {
            true => tokenizer.lowercased(),
            false => tokenizer,
        };
        let name = config.name.clone().filter(|name| !name.is_empty());
        let name = name.unwrap_or_else(|| self.root.trim_end_matches('/').to_owned());
        let weights = self.weights()?.of(config.family);
        weights.check_showing(&config, &mut |bytes| hash.update(bytes))?;
        let metadata = weights.metadata();
        let mut info = ModelInfo::new(&config, metadata)?;
        info.name = metadata
            .get(crate::metadata::MODEL)
            .cloned()
            .unwrap_or(name);
        (info.max_tokens, info.pooling, info.prompt) = (max_tokens, pooling, prompt);
        info.revision = hash
            .finalize()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        Encoder::assemble(&config, &weights, tokenizer, info, precision)
    }

    fn path(&self, name: &str) -> String {
        format!("{}{name}", self.transformer)
    }

    fn beside(&self, name: &str) -> String {
        format!("{}{name}", self.root)
    }

    /// A whole file, if there is one.
    fn read(&self, path: &str, longest: u64) -> Result<Option<Vec<u8>>, EncoderError> {
        let Some(source) = self.files.get(path) else {
            return Ok(None);
        };
        let length = source.length();
        if length > longest {
            let problem = format!("it has {length} bytes, {longest} are the most");
            return Err(wrong(path, problem));
        }
        let bytes = source
            .read(0..length)
            .map_err(|problem| wrong(path, problem))?;
        Ok(Some(bytes.into_owned()))
    }

    fn json(&self, path: &str) -> Result<Option<Value>, EncoderError> {
        let bytes = self.read(path, LONGEST_JSON)?;
        let value = bytes.map(|bytes| serde_json::from_slice(&bytes));
        value
            .transpose()
            .map_err(|error| wrong(path, error.to_string()))
    }

    /// How the vectors of tokens become one.
    fn pooling(&self, config: &BertConfig) -> Result<Pooling, EncoderError> {
        let path = self.pooling.clone();
        let Some(file) = self.json(&path)? else {
            return Ok(Pooling::Mean);
        };
        let width = file
            .get("word_embedding_dimension")
            .filter(|width| !width.is_null());
        if let Some(width) = width
            && width.as_u64() != Some(config.hidden_size as u64)
        {
            let size = config.hidden_size;
            let problem = format!("word_embedding_dimension is {width}, the model has {size}");
            return Err(wrong(&path, problem));
        }
        let fields = file
            .as_object()
            .ok_or_else(|| wrong(&path, "it is not an object"))?;
        let mut modes = BTreeSet::new();
        for (name, value) in fields {
            if let Some(mode) = name.strip_prefix("pooling_mode_") {
                let on = value
                    .as_bool()
                    .ok_or_else(|| wrong(&path, format!("{name} is neither true nor false")))?;
                modes.extend(on.then_some(mode));
            }
        }
        modes.extend(file.get("pooling_mode").and_then(Value::as_str));
        let modes: Vec<_> = modes.into_iter().collect();
        match modes[..] {
            // The second only has another length.
            ["mean_tokens" | "mean" | "mean_sqrt_len_tokens"] => Ok(Pooling::Mean),
            ["cls_token" | "cls"] => Ok(Pooling::Cls),
            ["max_tokens" | "max"] => Ok(Pooling::Max),
            ["lasttoken"] => Ok(Pooling::Last),
            [] => Err(wrong(&path, "it has no pooling_mode that is true")),
            ref others => {
                let problem = format!("pooling_mode {} is not supported", others.join(" with "));
                Err(wrong(&path, problem))
            }
        }
    }

    /// The limit in tokens, and whether texts are written in small letters.
    fn limit(&self, config: &BertConfig) -> Result<(usize, bool), EncoderError> {
        let positions = config.positions();
        let path = self.path("sentence_bert_config.json");
        let (path, file) = match self.json(&path)? {
            Some(file) => (path, file),
            None => {
                let beside = self.beside("sentence_bert_config.json");
                let file = self.json(&beside)?.unwrap_or_default();
                (beside, file)
            }
        };
        let lowercase = file
            .get("do_lower_case")
            .and_then(Value::as_bool)
            .unwrap_or(false);
        if let Some(limit) = file.get("max_seq_length").filter(|limit| !limit.is_null()) {
            let limit = limit.as_u64().and_then(|limit| usize::try_from(limit).ok());
            let limit = limit.filter(|limit| *limit >= 3).ok_or_else(|| {
                wrong(&path, "max_seq_length is not a number of tokens from 3 on")
            })?;
            return Ok((limit.min(positions), lowercase));
        }
        // Many have 10³⁰ here, which stands for no limit.
        let file = self
            .json(&self.path("tokenizer_config.json"))?
            .unwrap_or_default();
        let limit = file.get("model_max_length").and_then(Value::as_u64);
        let limit = limit.and_then(|limit| usize::try_from(limit).ok());
        let limit = limit.filter(|limit| *limit >= 3).unwrap_or(positions);
        Ok((limit.min(positions), lowercase))
    }

    fn prompt(&self, prompt: &Prompt) -> Result<String, EncoderError> {
        let path = self.beside("config_sentence_transformers.json");
        let name = match prompt {
            Prompt::Text(text) => return Ok(text.clone()),
            Prompt::Named(name) => name.clone(),
            Prompt::Default => {
                let file = self.json(&path)?.unwrap_or_default();
                match file.get("default_prompt_name").and_then(Value::as_str) {
                    Some(name) => name.to_owned(),
                    None => return Ok(String::new()),
                }
            }
        };
        let prompts = self.prompts()?;
        prompts.get(&name).cloned().ok_or_else(|| {
            let names: Vec<_> = prompts.keys().map(String::as_str).collect();
            let there = names.join(", ");
            wrong(
                &path,
                format!("it has no prompt \"{name}\"; it has: {there}"),
            )
        })
    }

    /// The weights, in one file or several.
    fn weights(self) -> Result<Weights<'a>, EncoderError> {
        let single = self.path("model.safetensors");
        let index_path = self.path("model.safetensors.index.json");
        let names = if self.files.contains_key(&single) {
            vec![single]
        } else if let Some(index) = self.json(&index_path)? {
            let map = index.get("weight_map").and_then(Value::as_object);
            let map = map.ok_or_else(|| wrong(&index_path, "it has no weight_map"))?;
            let names: Option<BTreeSet<&str>> = map.values().map(Value::as_str).collect();
            let names = names.ok_or_else(|| wrong(&index_path, "weight_map has no file names"))?;
            names.into_iter().map(|name| self.path(name)).collect()
        } else {
            let other = [
                "pytorch_model.bin",
                "onnx/model.onnx",
                "model.onnx",
                "tf_model.h5",
            ];
            let other = other.map(|name| self.path(name));
            let other = other.iter().find(|name| self.files.contains_key(*name));
            let problem = match other {
                Some(other) => format!("it is not among the files, and {other} is not read"),
                None => "it is not among the files".to_owned(),
            };
            return Err(wrong(&single, problem));
        };
        let mut files = self.files;
        let files: Result<Vec<_>, _> = names
            .into_iter()
            .map(|name| match files.remove(&name) {
                Some(source) => Ok((name, source)),
                None => Err(wrong(
                    &name,
                    "the index of the weights names it, and it is not there",
                )),
            })
            .collect();
        Weights::read(files?)
    }

    /// `tokenizer.json`, or one that is made of what older folders have in its place.
    fn tokenizer(&self) -> Result<Vec<u8>, EncoderError> {
        let whole = self.path("tokenizer.json");
        if let Some(bytes) = self.read(&whole, LONGEST_JSON)? {
            return Ok(bytes);
        }
        let options_path = self.path("tokenizer_config.json");
        let options = self.json(&options_path)?.unwrap_or_default();
        let words = self.path("vocab.txt");
        let made = if let Some(bytes) = self.read(&words, LONGEST_JSON)? {
            word_piece(&String::from_utf8_lossy(&bytes), &options)
                .map_err(|problem| wrong(&words, problem))?
        } else if let Some(vocabulary) = self.json(&self.path("vocab.json"))?
            && let Some(merges) = self.read(&self.path("merges.txt"), LONGEST_JSON)?
        {
            byte_pairs(vocabulary, &String::from_utf8_lossy(&merges), &options)
                .map_err(|problem| wrong(&self.path("vocab.json"), problem))?
        } else {
            let problem = "it is not among the files, nor is vocab.txt, nor vocab.json with \
                           merges.txt";
            return Err(wrong(&whole, problem));
        };
        Ok(made.to_string().into_bytes())
    }
}

/// BERT's tokenizer of a list of pieces, one to a line.
fn word_piece(lines: &str, options: &Value) -> Result<Value, String> {
    let option = |name: &str| options.get(name).cloned().unwrap_or_default();
    let pieces = lines.lines().enumerate();
    let pieces = pieces.map(|(id, piece)| (piece.trim_end_matches('\r').to_owned(), json!(id)));
    let vocabulary: serde_json::Map<_, _> = pieces.collect();
    let special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];
    let added = special
        .iter()
        .filter_map(|piece| Some((*piece, vocabulary.get(*piece)?)));
    let added: Vec<_> = added.map(|(piece, id)| added_token(piece, id)).collect();
    let id = |piece: &str| {
        let id = vocabulary.get(piece).cloned();
        id.ok_or_else(|| format!("it has no {piece}"))
    };
    let (first, last, _) = (id("[CLS]")?, id("[SEP]")?, id("[UNK]")?);
    Ok(json!({
        "added_tokens": added,
        "normalizer": {"type": "BertNormalizer", "clean_text": true,
            "handle_chinese_chars": option("tokenize_chinese_chars").as_bool().unwrap_or(true),
            "strip_accents": option("strip_accents"),
            "lowercase": option("do_lower_case").as_bool().unwrap_or(true)},
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": {"type": "BertProcessing", "cls": ["[CLS]", first], "sep": ["[SEP]", last]},
        "model": {"type": "WordPiece", "vocab": vocabulary, "unk_token": "[UNK]"},
    }))
}

/// RoBERTa's tokenizer of pieces with their ids, and of merges, one to a line.
fn byte_pairs(vocabulary: Value, merges: &str, options: &Value) -> Result<Value, String> {
    let merges: Vec<_> = merges
        .lines()
        .filter(|line| !line.starts_with("#version"))
        .collect();
    let merges: Vec<_> = merges.into_iter().filter(|line| !line.is_empty()).collect();
    let special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"];
    let added = special
        .iter()
        .filter_map(|piece| Some((*piece, vocabulary.get(*piece)?)));
    let mut added: Vec<_> = added.map(|(piece, id)| added_token(piece, id)).collect();
    for token in added
        .iter_mut()
        .filter(|token| token["content"] == "<mask>")
    {
        token["lstrip"] = json!(true);
    }
    let id = |piece: &str| {
        let id = vocabulary.get(piece).cloned();
        id.ok_or_else(|| format!("it has no {piece}"))
    };
    let (first, last) = (id("<s>")?, id("</s>")?);
    let space = options
        .get("add_prefix_space")
        .and_then(Value::as_bool)
        .unwrap_or(false);
    Ok(json!({
        "added_tokens": added,
        "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": space, "trim_offsets": true},
        "post_processor": {"type": "RobertaProcessing", "cls": ["<s>", first],
            "sep": ["</s>", last], "trim_offsets": true, "add_prefix_space": space},
        "model": {"type": "BPE", "vocab": vocabulary, "merges": merges},
    }))
}

fn added_token(piece: &str, id: &Value) -> Value {
    json!({"id": id, "content": piece, "single_word": false, "lstrip": false, "rstrip": false,
        "normalized": false, "special": true})
}

fn wrong(file: &str, problem: impl Into<String>) -> EncoderError {
    EncoderError::Folder {
        file: file.to_owned(),
        problem: problem.into(),
    }
}
