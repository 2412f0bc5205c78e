//! Whole folders, converted and loaded again.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests fail as tests do"
)]

#[path = "../../encoder/tests/common/mod.rs"]
mod common;

use std::path::{Path, PathBuf};

use common::{SmallModel, dot, load};
use semblance_convert::{ConvertError, Fitting, convert};
use semblance_encoder::{EncoderError, Precision};
use serde_json::json;

/// An empty folder of this test's own.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

const TEXTS: [&str; 5] = [
    "",
    "the cat",
    "running, the end",
    "字",
    "a b c d e f g h i j k l m n",
];

#[test]
fn converted_models_give_nearly_the_same_vectors() {
    for (hidden, heads, layers, inner, fitting) in [
        (24, 2, 2, 40, Fitting::Full),
        (33, 3, 1, 65, Fitting::Full),
        (64, 4, 3, 128, Fitting::Full),
        (8, 2, 0, 8, Fitting::Full),
        (24, 2, 2, 40, Fitting::Quick),
        (33, 3, 1, 65, Fitting::Quick),
        (8, 2, 0, 8, Fitting::Quick),
    ] {
        let source = folder(&format!("near-{hidden}-{fitting:?}-source"));
        let out = folder(&format!("near-{hidden}-{fitting:?}-out"));
        SmallModel::new(hidden, heads, layers, inner).save(&source);
        let report = convert(&source, &out, &[], fitting).unwrap();
        assert!(report.files.iter().any(|name| name == "model.safetensors"));
        let reference = load(&source, Precision::Exact).embed(&TEXTS).unwrap();
        for precision in [Precision::Exact, Precision::Fast] {
            let mut encoder = load(&out, precision);
            assert_eq!(encoder.info().source_sha256, report.source_sha256);
            let ours = encoder.embed(&TEXTS).unwrap();
            for (i, text) in TEXTS.iter().enumerate() {
                let score = dot(ours.vector(i).unwrap(), reference.vector(i).unwrap());
                assert!(score > 0.998, "{precision:?} {hidden}, {text:?}: {score}");
            }
        }
    }
}

#[test]
fn the_same_model_gives_the_same_bytes() {
    let source = folder("same-source");
    SmallModel::new(24, 2, 2, 40).save(&source);
    let bytes = ["same-1", "same-2"].map(|name| {
        let out = folder(name);
        convert(&source, &out, &[], Fitting::Full).unwrap();
        std::fs::read(out.join("model.safetensors")).unwrap()
    });
    assert!(bytes[0] == bytes[1]);
}

#[test]
fn what_lies_beside_the_model_is_kept() {
    let source = folder("beside-source");
    let out = folder("beside-out").join("new/folder");
    SmallModel::new(8, 2, 1, 16).save(&source);
    std::fs::write(source.join("LICENSE"), "MIT License\n").unwrap();
    std::fs::write(source.join("NOTICE"), "Model: a/b\n").unwrap();
    std::fs::create_dir(source.join("1_Pooling")).unwrap();
    let pooling = json!({"pooling_mode_cls_token": true}).to_string();
    std::fs::write(source.join("1_Pooling/config.json"), pooling).unwrap();
    std::fs::write(
        source.join("sentence_bert_config.json"),
        "{\"max_seq_length\": 12}",
    )
    .unwrap();
    assert_eq!(
        convert(&source, &out, &[], Fitting::Full).unwrap().model,
        "a/b"
    );
    assert_eq!(
        std::fs::read_to_string(out.join("LICENSE")).unwrap(),
        "MIT License\n"
    );
    let info = load(&out, Precision::Fast).info().clone();
    assert_eq!(
        (&info.name[..], &info.license[..], info.max_tokens),
        ("a/b", "MIT", 12)
    );
    assert_eq!(info.pooling, semblance_encoder::Pooling::Cls);
    let mut names: Vec<_> = std::fs::read_dir(&out)
        .unwrap()
        .map(|f| f.unwrap().file_name())
        .collect();
    names.sort();
    assert_eq!(
        names,
        [
            "LICENSE",
            "NOTICE",
            "config.json",
            "model.safetensors",
            "tokenizer.json"
        ]
    );
}

#[test]
fn what_cannot_be_converted_says_why_and_writes_nothing() {
    let source = folder("refused-source");
    let out = folder("refused-out");
    assert!(matches!(
        convert(&source, &out, &[], Fitting::Full),
        Err(ConvertError::Read { .. })
    ));
    let model = SmallModel::new(8, 2, 1, 16);
    model.save(&source);
    assert!(matches!(
        convert(&source, &source, &[], Fitting::Full),
        Err(ConvertError::SameFolder)
    ));
    let file = source.join("config.json");
    assert!(matches!(
        convert(&source, &file, &[], Fitting::Full),
        Err(ConvertError::Write { .. })
    ));

    let weights = model.weights();
    std::fs::write(
        source.join("model.safetensors"),
        &weights[..weights.len() - 5],
    )
    .unwrap();
    let cut = convert(&source, &out, &[], Fitting::Full);
    assert!(matches!(
        cut,
        Err(ConvertError::Model(EncoderError::CutOffWeights { .. }))
    ));
    std::fs::write(source.join("model.safetensors"), &weights).unwrap();
    assert_eq!(std::fs::read_dir(&out).unwrap().count(), 0);

    convert(&source, &out, &[], Fitting::Full).unwrap();
    let again = convert(&out, &folder("refused-again"), &[], Fitting::Full);
    assert!(
        matches!(again, Err(ConvertError::AlreadyConverted(_))),
        "{again:?}"
    );
}
