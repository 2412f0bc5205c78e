//! Families other than BERT against reference implementations, on small random models: Candle's,
//! and that of transformers (`tests/parity/families.py`), since Candle has no MPNet.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests fail as tests do"
)]

mod common;

use candle_core::{DType, Device, Tensor};
use candle_nn::VarBuilder;
use candle_transformers::models::{distilbert, xlm_roberta};
use common::{SmallModel, VOCABULARY, dot};
use semblance_encoder::{Precision, TextTokenizer, Turn};
use serde_json::{Value, json};

/// (hidden, heads, layers, inner)
const SHAPES: [(usize, usize, usize, usize); 3] = [(8, 2, 1, 16), (33, 3, 2, 65), (48, 4, 3, 31)];

/// Rows of the position tables.
const POSITIONS: usize = 202;

/// How many tokens all of these models can read: two rows are before the first one's.
const LIMIT: usize = POSITIONS - 2;

fn roberta(kind: &str, (hidden, heads, layers, inner): (usize, usize, usize, usize)) -> SmallModel {
    SmallModel::of(json!({
        "model_type": kind, "vocab_size": VOCABULARY, "hidden_size": hidden,
        "num_hidden_layers": layers, "num_attention_heads": heads, "intermediate_size": inner,
        "hidden_act": "gelu", "max_position_embeddings": POSITIONS, "type_vocab_size": 1,
        "layer_norm_eps": 1e-5, "pad_token_id": 1, "bos_token_id": 0, "eos_token_id": 2,
    }))
}

fn distilbert((hidden, heads, layers, inner): (usize, usize, usize, usize)) -> SmallModel {
    let model = SmallModel::of(json!({
        "model_type": "distilbert", "vocab_size": VOCABULARY, "dim": hidden, "n_layers": layers,
        "n_heads": heads, "hidden_dim": inner, "activation": "gelu",
        "max_position_embeddings": POSITIONS, "pad_token_id": 0, "initializer_range": 0.02,
    }));
    renamed(
        model,
        &[
            ("encoder.layer", "transformer.layer"),
            ("attention.self.query", "attention.q_lin"),
            ("attention.self.key", "attention.k_lin"),
            ("attention.self.value", "attention.v_lin"),
            ("attention.output.dense", "attention.out_lin"),
            ("attention.output.LayerNorm", "sa_layer_norm"),
            ("intermediate.dense", "ffn.lin1"),
            (".output.dense", ".ffn.lin2"),
            (".output.LayerNorm", ".output_layer_norm"),
        ],
    )
}

fn mpnet((hidden, heads, layers, inner): (usize, usize, usize, usize)) -> SmallModel {
    let model = SmallModel::of(json!({
        "model_type": "mpnet", "vocab_size": VOCABULARY, "hidden_size": hidden,
        "num_hidden_layers": layers, "num_attention_heads": heads, "intermediate_size": inner,
        "hidden_act": "gelu", "max_position_embeddings": POSITIONS, "layer_norm_eps": 1e-5,
        "pad_token_id": 1, "relative_attention_num_buckets": 32,
    }));
    renamed(
        model,
        &[
            ("attention.self.query", "attention.attn.q"),
            ("attention.self.key", "attention.attn.k"),
            ("attention.self.value", "attention.attn.v"),
            ("attention.output.dense", "attention.attn.o"),
            ("attention.output.LayerNorm", "attention.LayerNorm"),
        ],
    )
}

/// A model with other names of its tensors.
fn renamed(mut model: SmallModel, names: &[(&str, &str)]) -> SmallModel {
    let rename = |name: String| {
        names
            .iter()
            .fold(name, |name, (from, to)| name.replace(from, to))
    };
    let tensors = std::mem::take(&mut model.tensors).into_iter();
    model.tensors = tensors
        .map(|(name, tensor)| (rename(name), tensor))
        .collect();
    model
}

/// Short ones, and some of more tokens than the farthest distance that is told apart.
fn texts() -> Vec<String> {
    let mut texts: Vec<_> = ["", "a", "the cat, running!", "字 z z z"]
        .map(String::from)
        .into();
    texts
        .extend([20, 70, 128, 150, 300].map(|count| "a dog runs in the park. ".repeat(count / 12)));
    texts
}

fn ids(model: &SmallModel, limit: usize, text: &str) -> Vec<u32> {
    let json = model.tokenizer.to_string();
    let tokenizer = TextTokenizer::new(json.as_bytes(), limit, VOCABULARY).unwrap();
    tokenizer.tokenize(text).unwrap().ids
}

/// Mean of the rows, at length 1.
fn pooled(hidden: &Tensor) -> Vec<f32> {
    let mean = hidden.to_dtype(DType::F64).unwrap().mean(1).unwrap();
    let mean = mean.squeeze(0).unwrap().to_vec1::<f64>().unwrap();
    let length = mean.iter().map(|x| x * x).sum::<f64>().sqrt().max(1e-12);
    mean.iter().map(|x| (x / length) as f32).collect()
}

/// Holds a model to what a reference gives, exactly and in int8.
fn check(mut model: SmallModel, limit: usize, reference: impl Fn(&[u32]) -> Vec<f32>) {
    model.metadata = Some([("max_tokens".to_owned(), limit.to_string())].into());
    let texts = texts();
    let mut exact = model.load(Precision::Exact).unwrap();
    assert_eq!(exact.info().max_tokens, limit);
    let exact = exact.embed(&texts).unwrap();
    let fast = model.load(Precision::Fast).unwrap().embed(&texts).unwrap();
    for (at, text) in texts.iter().enumerate() {
        let expected = reference(&ids(&model, limit, text));
        let pairs = expected.iter().zip(exact.vector(at).unwrap());
        let error = pairs.map(|(x, y)| (x - y).abs()).fold(0.0, f32::max);
        assert!(error < 1e-5, "{} text {at}: {error}", model.config);
        let score = dot(&expected, fast.vector(at).unwrap());
        assert!(score > 0.99, "{} text {at}: {score}", model.config);
    }
}

#[test]
fn roberta_agrees_with_candle() {
    for kind in ["roberta", "xlm-roberta", "camembert"] {
        for shape in SHAPES {
            let model = roberta(kind, shape);
            let mut config = model.config.clone();
            config["hidden_dropout_prob"] = json!(0.0);
            config["attention_probs_dropout_prob"] = json!(0.0);
            config["position_embedding_type"] = json!("absolute");
            let config: xlm_roberta::Config = serde_json::from_value(config).unwrap();
            let weights = model.weights();
            let weights = VarBuilder::from_buffered_safetensors(weights, DType::F32, &Device::Cpu);
            let oracle = xlm_roberta::XLMRobertaModel::new(&config, weights.unwrap()).unwrap();
            check(model, LIMIT, |ids| {
                // For Candle, what has padding's id is padding, and has its position.
                assert!(!ids.contains(&1));
                let ids = Tensor::new(ids, &Device::Cpu)
                    .unwrap()
                    .unsqueeze(0)
                    .unwrap();
                let (ones, zeros) = (ids.ones_like().unwrap(), ids.zeros_like().unwrap());
                let hidden = oracle.forward(&ids, &ones, &zeros, None, None, None);
                pooled(&hidden.unwrap())
            });
        }
    }
}

/// Candle's `gelu` is an approximation, so the other activation.
#[test]
fn distilbert_agrees_with_candle() {
    for shape in SHAPES {
        let mut model = distilbert(shape);
        model.config["activation"] = json!("relu");
        let config: distilbert::Config = serde_json::from_value(model.config.clone()).unwrap();
        let weights = model.weights();
        let weights = VarBuilder::from_buffered_safetensors(weights, DType::F32, &Device::Cpu);
        let oracle = distilbert::DistilBertModel::load(weights.unwrap(), &config).unwrap();
        check(model, POSITIONS, |ids| {
            let mask = Tensor::zeros((ids.len(), ids.len()), DType::U8, &Device::Cpu).unwrap();
            let ids = Tensor::new(ids, &Device::Cpu)
                .unwrap()
                .unsqueeze(0)
                .unwrap();
            pooled(&oracle.forward(&ids, &mask).unwrap())
        });
    }
}

/// Holds models to the fixture of `tests/parity/families.py`: of each shape and text the vector.
fn check_fixture(family: &str, model: fn((usize, usize, usize, usize)) -> SmallModel) {
    let fixture = include_str!("../../../tests/parity/families.json");
    let fixture: Value = serde_json::from_str(fixture).unwrap();
    let read = |value: &Value| serde_json::from_value::<Vec<Vec<f32>>>(value.clone()).unwrap();
    let all_ids: Vec<Vec<u32>> = serde_json::from_value(fixture["ids"].clone()).unwrap();
    for (at, shape) in SHAPES.into_iter().enumerate() {
        let expected = read(&fixture[family][at]);
        check(model(shape), LIMIT, |ids| {
            let text = all_ids.iter().position(|other| other == ids).unwrap();
            expected[text].clone()
        });
    }
}

#[test]
fn families_agree_with_transformers() {
    check_fixture("roberta", |shape| roberta("roberta", shape));
    check_fixture("distilbert", distilbert);
    check_fixture("mpnet", mpnet);
}

/// What the script beside the fixture reads: the ids of the texts.
#[test]
fn the_fixture_is_of_these_texts() {
    let fixture = include_str!("../../../tests/parity/families.json");
    let fixture: Value = serde_json::from_str(fixture).unwrap();
    let model = mpnet(SHAPES[0]);
    let ids: Vec<_> = texts()
        .iter()
        .map(|text| ids(&model, LIMIT, text))
        .collect();
    let ids = json!(ids);
    let same = ids == fixture["ids"];
    assert!(
        same,
        "write these into families.json, and run the script: {ids}"
    );
}

/// However many encoders share a text, and however its vector is split.
#[test]
fn distances_are_those_of_the_whole_text() {
    let mut model = mpnet(SHAPES[2]);
    model.metadata = Some([("max_tokens".to_owned(), "200".to_owned())].into());
    let text = texts().pop().unwrap();
    for precision in [Precision::Fast, Precision::Exact] {
        let mut encoder = model.load(precision).unwrap();
        let whole = encoder.embed(&[&text]).unwrap();
        let mut shares: Vec<_> = (0..3)
            .map(|part| encoder.share(&text, part, 3).unwrap())
            .collect();
        let shared = loop {
            let turns: Vec<_> = shares
                .iter_mut()
                .map(|s| encoder.proceed(s).unwrap())
                .collect();
            if let Turn::Done(shared) = &turns[0] {
                break shared.clone();
            }
            for (from, turn) in turns.iter().enumerate() {
                let (Turn::Exchange(rows) | Turn::Last(rows)) = turn else {
                    continue;
                };
                let all = matches!(turn, Turn::Exchange(_));
                for to in (0..3).filter(|to| *to != from && (all || *to == 0)) {
                    shares[to].take(from, rows).unwrap();
                }
            }
            if matches!(turns[0], Turn::Await) {
                let Turn::Done(shared) = encoder.proceed(&mut shares[0]).unwrap() else {
                    panic!()
                };
                break shared;
            }
        };
        assert_eq!(shared, whole);
        let split = encoder.split("a dog runs in the park").unwrap();
        let vector = encoder.embed(&["a dog runs in the park"]).unwrap();
        for (column, x) in vector.vectors.iter().enumerate() {
            let rows = split.vectors.chunks_exact(split.dimensions);
            let sum: f32 = rows.map(|row| row[column]).sum();
            assert!((sum - x).abs() < 1e-5);
        }
    }
}

/// Without biases and special tokens nothing is of no word, if the layers are held as they are.
#[test]
fn streams_of_words_know_distances() {
    let mut model = mpnet(SHAPES[2]);
    model.tokenizer["post_processor"] = Value::Null;
    for (name, (_, values)) in &mut model.tensors {
        if name.ends_with(".bias") {
            values.fill(0.0);
        }
    }
    let encoder = model.load(Precision::Exact).unwrap();
    let split = encoder.split("a dog runs in the park").unwrap();
    assert!(split.rest < 1e-4, "{}", split.rest);
}

#[test]
fn checkpoints_of_other_tasks_are_read() {
    let embed = |model: &SmallModel| {
        let texts = ["the cat"];
        model.load(Precision::Exact).unwrap().embed(&texts).unwrap()
    };
    for (model, prefix, tied) in [
        (
            roberta("roberta", SHAPES[0]),
            "roberta.",
            "lm_head.decoder.weight",
        ),
        (
            distilbert(SHAPES[0]),
            "distilbert.",
            "vocab_projector.weight",
        ),
        (mpnet(SHAPES[0]), "mpnet.", "lm_head.decoder.weight"),
        (
            SmallModel::new(8, 2, 1, 16),
            "bert.",
            "cls.predictions.decoder.weight",
        ),
    ] {
        let plain = embed(&model);
        let mut other = model;
        let tensors = std::mem::take(&mut other.tensors).into_iter();
        other.tensors = tensors
            .map(|(name, tensor)| (format!("{prefix}{name}"), tensor))
            .collect();
        // A head that is not read, and a pooler is not missed.
        other
            .tensors
            .insert("classifier.weight".to_owned(), (vec![2, 2], vec![0.0; 4]));
        assert_eq!(embed(&other), plain, "{prefix}");
        // Only once, under the name of what is tied to it.
        let table = format!("{prefix}embeddings.word_embeddings.weight");
        let table = other.tensors.remove(&table).unwrap();
        other.tensors.insert(tied.to_owned(), table);
        assert_eq!(embed(&other), plain, "{tied}");
    }
}

#[test]
fn what_a_family_lacks_is_named_as_it_names_it() {
    let mut model = distilbert(SHAPES[0]);
    model.tensors.remove("transformer.layer.0.ffn.lin1.bias");
    let error = model.load(Precision::Fast).err().unwrap().to_string();
    assert!(
        error.contains("transformer.layer.0.ffn.lin1.bias"),
        "{error}"
    );
    let mut model = mpnet(SHAPES[0]);
    model
        .tensors
        .remove("encoder.relative_attention_bias.weight");
    let error = model.load(Precision::Fast).err().unwrap().to_string();
    assert!(error.contains("relative_attention_bias"), "{error}");
    let mut model = roberta("roberta", SHAPES[0]);
    model.config["max_position_embeddings"] = json!(4);
    let error = model.load(Precision::Fast).err().unwrap().to_string();
    assert!(
        error.contains("max_position_embeddings is below 5"),
        "{error}"
    );
}
