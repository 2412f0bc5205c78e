//! Models from folders: what is taken from which file, and what is refused with the file named.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests fail as tests do"
)]

mod common;

use std::collections::BTreeMap;

use common::{Files, Random, SmallModel, folder, load_folder, set};
use safetensors::{Dtype, tensor::TensorView};
use semblance_encoder::{Encoder, EncoderError, Pooling, Precision, Prompt};
use serde_json::{Value, json};

fn small() -> SmallModel {
    SmallModel::new(8, 2, 2, 12)
}

fn load(files: &Files) -> Result<Encoder, EncoderError> {
    load_folder(files, &Prompt::Default, Precision::Exact)
}

fn message(files: &Files) -> String {
    match load(files) {
        Ok(_) => "it loads".to_owned(),
        Err(error) => error.to_string(),
    }
}

fn vectors(files: &Files) -> Vec<f32> {
    load(files)
        .unwrap()
        .embed(&["The cat", "running"])
        .unwrap()
        .vectors
}

#[test]
fn a_folder_gives_the_model_of_its_files() {
    let model = small();
    let mut files = folder(&model);
    let mut encoder = load(&files).unwrap();
    let info = encoder.info().clone();
    // Not the 8 of the tokenizer's truncation.
    assert_eq!(
        (info.max_tokens, info.pooling, info.dimensions),
        (20, Pooling::Mean, 8)
    );
    assert_eq!((&info.prompt[..], info.revision.len()), ("", 64));
    let mut plain = model.load(Precision::Exact).unwrap();
    let texts = ["The cat", "a b c d e f g h i j k l m"];
    assert_eq!(encoder.embed(&texts).unwrap(), plain.embed(&texts).unwrap());
    // In a folder of its own, as a browser hands it over.
    let below = files
        .iter()
        .map(|(name, bytes)| (format!("tiny/{name}"), bytes.clone()));
    let below: Files = below.collect();
    let encoder = load(&below).unwrap();
    assert_eq!(encoder.info().name, "tiny");
    assert_eq!(encoder.info().revision, info.revision);
    // Without what is beside the model: the mean, and all positions.
    for name in [
        "modules.json",
        "1_Pooling/config.json",
        "sentence_bert_config.json",
    ] {
        files.remove(name);
    }
    let bare = load(&files).unwrap().info().clone();
    assert_eq!((bare.max_tokens, bare.pooling), (40, Pooling::Mean));
    set(&mut files, "config.json", "_name_or_path", json!("a/b"));
    files.insert(
        "tokenizer_config.json".into(),
        br#"{"model_max_length": 1e30}"#.to_vec(),
    );
    let bare = load(&files).unwrap().info().clone();
    assert_eq!((&bare.name[..], bare.max_tokens), ("a/b", 40));
    files.insert(
        "tokenizer_config.json".into(),
        br#"{"model_max_length": 16}"#.to_vec(),
    );
    assert_eq!(load(&files).unwrap().info().max_tokens, 16);
}

#[test]
fn the_first_layout_of_sentence_transformers_is_read() {
    let mut files = folder(&small());
    let expected = vectors(&files);
    let modules = json!([{"path": "0_Transformer", "type": "sentence_transformers.models.Transformer"},
        {"path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}]);
    files.insert("modules.json".into(), modules.to_string().into_bytes());
    for name in [
        "config.json",
        "tokenizer.json",
        "model.safetensors",
        "sentence_bert_config.json",
    ] {
        let bytes = files.remove(name).unwrap();
        files.insert(format!("0_Transformer/{name}"), bytes);
    }
    assert_eq!(vectors(&files), expected);
}

#[test]
fn ways_to_pool_are_taken_from_the_folder() {
    let mode = |mode: &str| {
        let mut files = folder(&small());
        let pooling = json!({ (format!("pooling_mode_{mode}")): true });
        files.insert(
            "1_Pooling/config.json".into(),
            pooling.to_string().into_bytes(),
        );
        load(&files).unwrap().info().pooling
    };
    assert_eq!(mode("cls_token"), Pooling::Cls);
    assert_eq!(mode("max_tokens"), Pooling::Max);
    assert_eq!(mode("lasttoken"), Pooling::Last);
    assert_eq!(mode("mean_sqrt_len_tokens"), Pooling::Mean);
}

#[test]
fn prompts_make_other_vectors() {
    let mut files = folder(&small());
    let named = |files: &Files, prompt: Prompt| {
        let mut encoder = load_folder(files, &prompt, Precision::Exact).unwrap();
        let prompt = encoder.info().prompt.clone();
        (prompt, encoder.embed(&["cat"]).unwrap().vectors)
    };
    let query = named(&files, Prompt::Named("query".into()));
    assert_eq!(query.0, "the: ");
    assert_eq!(named(&files, Prompt::Text("the: ".into())), query);
    let plain = named(&files, Prompt::Default);
    assert_eq!(plain, named(&files, Prompt::Named("passage".into())));
    assert_ne!(plain.1, query.1);
    set(
        &mut files,
        "config_sentence_transformers.json",
        "default_prompt_name",
        json!("query"),
    );
    assert_eq!(named(&files, Prompt::Default), query);
    let other = Prompt::Named("other".into());
    let error = load_folder(&files, &other, Precision::Fast)
        .err()
        .unwrap()
        .to_string();
    assert!(
        error.contains("no prompt \"other\"; it has: passage, query"),
        "{error}"
    );
}

/// The weights in another type of numbers.
fn stored(model: &SmallModel, dtype: Dtype, write: impl Fn(f32) -> Vec<u8>) -> Vec<u8> {
    let bytes: BTreeMap<_, Vec<u8>> = model
        .tensors
        .iter()
        .map(|(name, (_, values))| (name, values.iter().flat_map(|x| write(*x)).collect()))
        .collect();
    let views = model.tensors.iter().map(|(name, (shape, _))| {
        (
            name,
            TensorView::new(dtype, shape.clone(), &bytes[name]).unwrap(),
        )
    });
    safetensors::serialize(views, None).unwrap()
}

#[test]
fn half_floats_are_read_as_they_are() {
    let mut model = small();
    // Numbers that all types have exactly.
    for (_, values) in model.tensors.values_mut() {
        values
            .iter_mut()
            .for_each(|x| *x = half::bf16::from_f32(*x).to_f32());
        values
            .iter_mut()
            .for_each(|x| *x = half::f16::from_f32(*x).to_f32());
        values
            .iter_mut()
            .for_each(|x| *x = half::bf16::from_f32(*x).to_f32());
    }
    let mut files = folder(&model);
    let expected = vectors(&files);
    let mut revisions = vec![load(&files).unwrap().info().revision.clone()];
    let f16 = stored(&model, Dtype::F16, |x| {
        half::f16::from_f32(x).to_le_bytes().to_vec()
    });
    let bf16 = stored(&model, Dtype::BF16, |x| {
        half::bf16::from_f32(x).to_le_bytes().to_vec()
    });
    let f64 = stored(&model, Dtype::F64, |x| f64::from(x).to_le_bytes().to_vec());
    for weights in [f16, bf16, f64] {
        files.insert("model.safetensors".into(), weights);
        let found = vectors(&files);
        let error = found
            .iter()
            .zip(&expected)
            .map(|(x, y)| (x - y).abs())
            .fold(0.0, f32::max);
        // The smallest numbers of f16 are rounded.
        assert!(error < 1e-5, "{error}");
        revisions.push(load(&files).unwrap().info().revision.clone());
    }
    revisions.sort();
    revisions.dedup();
    assert_eq!(revisions.len(), 4);
    files.insert(
        "model.safetensors".into(),
        stored(&model, Dtype::I32, |x| x.to_le_bytes().to_vec()),
    );
    assert!(
        message(&files).contains("is stored as I32"),
        "{}",
        message(&files)
    );
}

#[test]
fn weights_in_several_files_are_one_model() {
    let model = small();
    let mut files = folder(&model);
    let (expected, whole) = (vectors(&files), load(&files).unwrap().info().clone());
    files.remove("model.safetensors");
    let mut map = serde_json::Map::new();
    let mut parts = [small(), small(), small()];
    parts.iter_mut().for_each(|part| part.tensors.clear());
    for (at, (name, tensor)) in model.tensors.iter().enumerate() {
        map.insert(
            name.clone(),
            json!(format!("model-0000{}-of-00003.safetensors", at % 3 + 1)),
        );
        parts[at % 3].tensors.insert(name.clone(), tensor.clone());
    }
    for (at, part) in parts.iter().enumerate() {
        files.insert(
            format!("model-0000{}-of-00003.safetensors", at + 1),
            part.weights(),
        );
    }
    let index = json!({"metadata": {"total_size": 1}, "weight_map": map});
    files.insert(
        "model.safetensors.index.json".into(),
        index.to_string().into_bytes(),
    );
    assert_eq!(vectors(&files), expected);
    assert_eq!(*load(&files).unwrap().info(), whole);
    // Two that have the same, and one that is not there.
    let second = "model-00002-of-00003.safetensors".to_owned();
    let bytes = files.insert(second.clone(), parts[0].weights()).unwrap();
    assert!(
        message(&files).contains("is in two files"),
        "{}",
        message(&files)
    );
    files.insert(second.clone(), bytes[..bytes.len() - 1].to_vec());
    assert!(message(&files).contains("cut off"), "{}", message(&files));
    files.remove(&second);
    assert!(message(&files).starts_with(&second), "{}", message(&files));
}

#[test]
fn tokenizers_of_older_folders_are_read() {
    let model = small();
    let mut files = folder(&model);
    let texts = ["The cat, running! 字", "[MASK] zzz😀", "É"];
    let expected = load(&files).unwrap().embed(&texts).unwrap();
    files.remove("tokenizer.json");
    let vocabulary = model.tokenizer["model"]["vocab"].as_object().unwrap();
    let mut words: Vec<_> = vocabulary.iter().collect();
    words.sort_by_key(|(_, id)| id.as_u64());
    let words: Vec<_> = words.into_iter().map(|(word, _)| &word[..]).collect();
    files.insert("vocab.txt".into(), words.join("\n").into_bytes());
    assert_eq!(load(&files).unwrap().embed(&texts).unwrap(), expected);
    files.insert(
        "tokenizer_config.json".into(),
        br#"{"do_lower_case": false}"#.to_vec(),
    );
    let cased = load(&files).unwrap().embed(&texts).unwrap();
    assert!(cased.unknown[0] > expected.unknown[0]);
    // sentence-transformers' own small letters.
    set(
        &mut files,
        "sentence_bert_config.json",
        "do_lower_case",
        json!(true),
    );
    assert_eq!(
        load(&files).unwrap().embed(&texts[..1]).unwrap().unknown,
        [0]
    );
    files.insert("vocab.txt".into(), b"a\nb".to_vec());
    assert!(
        message(&files).contains("vocab.txt: it has no [CLS]"),
        "{}",
        message(&files)
    );
    files.remove("vocab.txt");
    assert!(
        message(&files).starts_with("tokenizer.json: it is not among"),
        "{}",
        message(&files)
    );
    // RoBERTa's two files.
    let pieces = [
        "<s>", "<pad>", "</s>", "<unk>", "t", "h", "e", "Ġ", "th", "the", "Ġthe",
    ];
    let ids = pieces
        .iter()
        .enumerate()
        .map(|(id, piece)| ((*piece).to_owned(), json!(id)));
    let ids: serde_json::Map<_, _> = ids.collect();
    files.insert("vocab.json".into(), json!(ids).to_string().into_bytes());
    files.insert(
        "merges.txt".into(),
        "#version: 0.2\nt h\nth e\nĠ the\n".into(),
    );
    let tokens = load(&files).unwrap().tokens("the the", 100).unwrap();
    let tokens: Vec<_> = tokens.iter().map(|token| token.id).collect();
    assert_eq!(tokens, [0, 9, 10, 2]);
}

#[test]
fn what_is_not_understood_is_named() {
    type Change = fn(&mut Files);
    let cases: [(Change, &str); 18] = [
        (
            |f| drop(f.remove("config.json")),
            "config.json: it is not among the files",
        ),
        (
            |f| drop(f.insert("config.json".into(), b"{".to_vec())),
            "config can't be read",
        ),
        (
            |f| set(f, "config.json", "model_type", json!("t5")),
            "model type t5",
        ),
        (
            |f| set(f, "config.json", "hidden_size", json!("8")),
            "expected usize",
        ),
        (
            |f| drop(f.insert("modules.json".into(), b"{}".to_vec())),
            "modules.json: it is not a list",
        ),
        (
            |f| drop(f.insert("modules.json".into(), b"[{}]".to_vec())),
            "modules.json: a module has no type",
        ),
        (
            |f| {
                let dense = json!([{"type": "a.Transformer"}, {"type": "a.Pooling",
                    "path": "1_Pooling"}, {"type": "a.Dense"}]);
                f.insert("modules.json".into(), dense.to_string().into_bytes());
            },
            "modules.json: its module 3 is Dense",
        ),
        (
            |f| {
                drop(f.insert(
                    "modules.json".into(),
                    br#"[{"type": "CLIPModel"}]"#.to_vec(),
                ))
            },
            "its module 1 is CLIPModel",
        ),
        (
            |f| drop(f.remove("1_Pooling/config.json")),
            "1_Pooling/config.json: modules.json names it",
        ),
        (
            |f| {
                set(
                    f,
                    "1_Pooling/config.json",
                    "pooling_mode_max_tokens",
                    json!(true),
                )
            },
            "1_Pooling/config.json: pooling_mode max_tokens with mean_tokens",
        ),
        (
            |f| {
                set(
                    f,
                    "1_Pooling/config.json",
                    "pooling_mode_mean_tokens",
                    json!(false),
                )
            },
            "no pooling_mode that is true",
        ),
        (
            |f| {
                set(
                    f,
                    "1_Pooling/config.json",
                    "pooling_mode_mean_tokens",
                    json!("yes"),
                )
            },
            "neither true nor false",
        ),
        (
            |f| {
                set(
                    f,
                    "1_Pooling/config.json",
                    "word_embedding_dimension",
                    json!(384),
                )
            },
            "word_embedding_dimension is 384, the model has 8",
        ),
        (
            |f| set(f, "sentence_bert_config.json", "max_seq_length", json!(-1)),
            "sentence_bert_config.json: max_seq_length",
        ),
        (
            |f| {
                set(
                    f,
                    "config_sentence_transformers.json",
                    "prompts",
                    json!({"query": 3}),
                )
            },
            "config_sentence_transformers.json: prompts",
        ),
        (
            |f| {
                set(
                    f,
                    "config_sentence_transformers.json",
                    "default_prompt_name",
                    json!("x"),
                )
            },
            "it has no prompt \"x\"",
        ),
        (
            |f| {
                let weights = f.remove("model.safetensors").unwrap();
                f.insert("pytorch_model.bin".into(), weights);
            },
            "model.safetensors: it is not among the files, and pytorch_model.bin is not read",
        ),
        (
            |f| {
                drop(f.insert(
                    "tokenizer.json".into(),
                    b"{\"model\": {\"type\": \"X\", \"vocab\": {}}}".to_vec(),
                ))
            },
            "of the type X",
        ),
    ];
    for (change, says) in cases {
        let mut files = folder(&small());
        change(&mut files);
        if says.contains("default_prompt_name") || says.starts_with("config_sentence") {
            set(
                &mut files,
                "config_sentence_transformers.json",
                "default_prompt_name",
                json!("query"),
            );
        }
        let message = message(&files);
        assert!(message.contains(says), "{message:?} instead of {says:?}");
    }
}

/// Headers that lie about the tensors behind them.
#[test]
fn lies_in_the_header_are_named() {
    let with_header = |change: fn(&mut Value)| {
        let mut files = folder(&small());
        let whole = files["model.safetensors"].clone();
        let end = 8 + u64::from_le_bytes(*whole.first_chunk().unwrap()) as usize;
        let mut header: Value = serde_json::from_slice(&whole[8..end]).unwrap();
        change(&mut header);
        let header = header.to_string().into_bytes();
        let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
        bytes.extend(header);
        bytes.extend(&whole[end..]);
        files.insert("model.safetensors".into(), bytes);
        message(&files)
    };
    const NAME: &str = "embeddings.LayerNorm.bias";
    type Lie = fn(&mut Value);
    let cases: [(Lie, &str); 9] = [
        (
            |h| h[NAME]["data_offsets"] = json!([0, 1u64 << 40]),
            "tensor \"embeddings.LayerNorm.bias\"",
        ),
        (
            |h| h[NAME]["data_offsets"] = json!([5, 1]),
            "do not fit the shape",
        ),
        (
            |h| h[NAME]["data_offsets"] = json!([-5, 1]),
            "embeddings.LayerNorm.bias",
        ),
        (
            |h| h[NAME]["shape"] = json!([1u64 << 40, 1u64 << 40]),
            "embeddings.LayerNorm.bias",
        ),
        (
            |h| h[NAME]["shape"] = json!([9]),
            "do not fit the shape [9]",
        ),
        (|h| h[NAME]["dtype"] = json!("F128"), "F128"),
        (|h| h[NAME] = json!(3), "embeddings.LayerNorm.bias"),
        (
            |h| h["extra"] = json!({"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}),
            "the one before ends",
        ),
        (|h| h["__metadata__"] = json!({"a": 3}), "__metadata__"),
    ];
    for (change, says) in cases {
        let message = with_header(change);
        assert!(message.contains(says), "{message:?} instead of {says:?}");
        assert!(message.contains("model.safetensors"), "{message:?}");
    }
}

/// Whatever becomes of the bytes: no panic, and no model of numbers that are none.
#[test]
fn broken_folders_do_no_harm() {
    let mut random = Random(17);
    let sound = folder(&small());
    let names: Vec<_> = sound.keys().cloned().collect();
    let rounds = std::env::var("FOLDER_FUZZ").map_or(400, |rounds| rounds.parse().unwrap());
    for round in 0..rounds {
        let mut files = sound.clone();
        let bytes = files.get_mut(&names[random.below(names.len())]).unwrap();
        match round % 4 {
            0 => bytes.truncate(random.below(bytes.len() + 1)),
            1 => bytes.clear(),
            _ => {
                // Mostly in the beginning, where headers are.
                let within = bytes.len().min(if round % 8 == 2 { 64 } else { 100_000 });
                for _ in 0..=random.below(6) {
                    bytes[random.below(within)] = random.below(256) as u8;
                }
            }
        }
        let precision = [Precision::Fast, Precision::Exact][round % 2];
        if let Ok(mut encoder) = load_folder(&files, &Prompt::Default, precision)
            && let Ok(found) = encoder.embed(&["the cat", "zzz 字"])
        {
            assert!(found.vectors.iter().all(|x| x.is_finite()));
        }
    }
}
