//! Broken, cut-off and mismatched files each give an error that says what is wrong.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests fail as tests do"
)]

mod common;

use common::SmallModel;
use semblance_encoder::{EncoderError, ModelFiles, Pooling, Precision};
use serde_json::json;

const WORD: &str = "embeddings.word_embeddings.weight";

fn small() -> SmallModel {
    SmallModel::new(8, 2, 1, 12)
}

/// The message of the error that loading gives.
fn message(model: &SmallModel) -> String {
    match model.load(Precision::Fast) {
        Ok(_) => "it loads".to_owned(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn a_sound_model_loads_and_says_what_it_is() {
    let mut model = small();
    let encoder = model.load(Precision::Fast).unwrap();
    assert_eq!(encoder.info().dimensions, 8);
    // Never more than there are positions.
    assert_eq!(encoder.info().max_tokens, 40);
    assert_eq!(encoder.info().pooling, Pooling::Mean);
    let pairs = [
        ("max_tokens", "20"),
        ("pooling", "cls"),
        ("model", "a/b"),
        ("license", "MIT"),
        ("prompt", "the ing: "),
    ];
    let pairs = pairs.map(|(key, value)| (key.to_owned(), value.to_owned()));
    model.metadata = Some(pairs.into());
    let info = model.load(Precision::Fast).unwrap().info().clone();
    assert_eq!((info.max_tokens, info.pooling), (20, Pooling::Cls));
    assert_eq!((&info.name[..], &info.license[..]), ("a/b", "MIT"));
    assert_eq!(info.prompt, "the ing: ");
    let mut prompted = model.load(Precision::Exact).unwrap();
    let prompted = prompted.embed(&["cat"]).unwrap();
    model.metadata.as_mut().unwrap().remove("prompt");
    let mut plain = model.load(Precision::Exact).unwrap();
    assert_eq!(prompted, plain.embed(&["the ing: cat"]).unwrap());
    assert_ne!(prompted.vectors, plain.embed(&["cat"]).unwrap().vectors);
}

#[test]
fn weights_cut_off_anywhere_are_noticed() {
    let model = small();
    let whole = model.weights();
    let header = 8 + u64::from_le_bytes(*whole.first_chunk().unwrap()) as usize;
    for length in [
        9,
        header - 1,
        header,
        header + 1,
        whole.len() / 2,
        whole.len() - 1,
    ] {
        match model.load_with(whole[..length].to_vec(), Precision::Fast) {
            Err(EncoderError::CutOffWeights { found, expected }) => {
                assert_eq!(found, length as u64);
                assert!(expected > found && expected <= whole.len() as u64);
            }
            other => panic!("{length} bytes: {:?}", other.err()),
        }
    }
    for bytes in [
        &b""[..],
        b"abc",
        b"<!doctype html><title>404</title>",
        &[0; 64],
        &[255; 64],
    ] {
        match model.load_with(bytes.to_vec(), Precision::Fast) {
            Err(EncoderError::BrokenWeights(_)) => {}
            other => panic!("{bytes:?}: {:?}", other.err()),
        }
    }
    let mut longer = whole;
    longer.push(0);
    assert!(model.load_with(longer, Precision::Fast).is_err());
}

#[test]
fn wrong_tensors_are_named() {
    type Change = fn(&mut SmallModel);
    let cases: [(Change, &str); 8] = [
        (
            |m| drop(m.tensors.remove(WORD)),
            "no tensor \"embeddings.word_embeddings.weight\"",
        ),
        (
            |m| drop(m.tensors.remove("encoder.layer.0.output.dense.bias")),
            "output.dense.bias",
        ),
        (|m| m.config["hidden_size"] = json!(10), "has shape"),
        (
            |m| m.config["num_hidden_layers"] = json!(1_000_000_000_000u64),
            "encoder.layer.1.",
        ),
        (
            |m| m.config["vocab_size"] = json!(99),
            "[64, 8], the config asks for [99, 8]",
        ),
        (
            |m| m.tensors.get_mut(WORD).unwrap().1[3] = f32::NAN,
            "not finite",
        ),
        (
            |m| m.metadata = Some([("format_version".into(), "9".into())].into()),
            "version 9",
        ),
        (
            |m| m.metadata = Some([("dimensions".into(), "16".into())].into()),
            "16 dimensions",
        ),
    ];
    for (change, says) in cases {
        let mut model = small();
        change(&mut model);
        let message = message(&model);
        assert!(message.contains(says), "{message:?} instead of {says:?}");
    }
}

#[test]
fn names_of_older_checkpoints_are_read() {
    let mut model = small();
    let plain = model
        .load(Precision::Exact)
        .unwrap()
        .embed(&["the cat"])
        .unwrap();
    model.tensors = std::mem::take(&mut model.tensors)
        .into_iter()
        .map(|(name, tensor)| {
            let name = name.replace("LayerNorm.weight", "LayerNorm.gamma");
            (
                format!("bert.{}", name.replace("LayerNorm.bias", "LayerNorm.beta")),
                tensor,
            )
        })
        .collect();
    let renamed = model
        .load(Precision::Exact)
        .unwrap()
        .embed(&["the cat"])
        .unwrap();
    assert_eq!(plain, renamed);
}

#[test]
fn wrong_tokenizers_are_refused() {
    let mut model = small();
    model.tokenizer["model"]["vocab"]["extra"] = json!(64);
    assert!(
        message(&model).contains("belongs to another model"),
        "{}",
        message(&model)
    );
    let mut model = small();
    model.tokenizer["post_processor"]["special_tokens"]["[SEP]"]["ids"] = json!([99]);
    assert!(
        message(&model).contains("belongs to another model"),
        "{}",
        message(&model)
    );
    let good = small();
    let config = good.config.to_string();
    for tokenizer in [
        "",
        "{}",
        "null",
        "<!doctype html>",
        "{\"version\": \"1.0\"}",
    ] {
        let files = ModelFiles {
            weights: good.weights(),
            tokenizer: tokenizer.as_bytes(),
            config: config.as_bytes(),
        };
        match semblance_encoder::Encoder::load(files, Precision::Fast) {
            Err(EncoderError::BrokenTokenizer(_)) => {}
            other => panic!("{tokenizer:?}: {:?}", other.err()),
        }
    }
}
