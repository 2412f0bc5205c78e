//! Our BERT against Candle's own, on small random models of many shapes.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests fail as tests do"
)]

mod common;

use candle_core::{DType, Device, Tensor};
use candle_nn::VarBuilder;
use candle_transformers::models::bert;
use common::{Random, SmallModel, dot};
use semblance_encoder::{Embeddings, Encoder, Precision, TextTokenizer, Turn};
use serde_json::json;
use std::collections::VecDeque;

/// (hidden, heads, layers, inner)
const SHAPES: [(usize, usize, usize, usize); 8] = [
    (8, 2, 1, 16),
    (6, 3, 2, 7),
    (1, 1, 1, 1),
    (33, 3, 2, 65),
    (40, 5, 3, 31),
    (31, 1, 1, 130),
    (64, 4, 0, 8),
    (96, 12, 4, 100),
];

fn texts() -> Vec<String> {
    let mut random = Random(3);
    let mut texts: Vec<_> = (0..30)
        .map(|length| {
            let letters = (0..length).map(|_| char::from(b'a' + random.below(26) as u8));
            letters.flat_map(|c| [c, ' ']).collect::<String>()
        })
        .collect();
    texts.extend(["".to_owned(), "the ".repeat(60), "running, 字!".to_owned()]);
    texts
}

/// Candle's model on the same weights, one text at a time, pooled and normalised.
fn candle(model: &SmallModel, weights: &[u8], texts: &[String]) -> Vec<Vec<f32>> {
    let config: bert::Config = {
        let mut value = model.config.clone();
        value["hidden_dropout_prob"] = json!(0.0);
        value["initializer_range"] = json!(0.02);
        value["pad_token_id"] = json!(0);
        if value["hidden_act"] == "gelu_new" {
            value["hidden_act"] = json!("geluapproximate");
        }
        serde_json::from_value(value).unwrap()
    };
    let weights = VarBuilder::from_slice_safetensors(weights, DType::F32, &Device::Cpu).unwrap();
    let oracle = bert::BertModel::load(weights, &config).unwrap();
    let tokenizer = TextTokenizer::new(
        model.tokenizer.to_string().as_bytes(),
        config.max_position_embeddings,
        config.vocab_size,
    )
    .unwrap();
    let embed = |text: &String| {
        let ids = tokenizer.tokenize(text).unwrap().ids;
        let ids = Tensor::new(&ids[..], &Device::Cpu)
            .unwrap()
            .unsqueeze(0)
            .unwrap();
        let hidden = oracle
            .forward(&ids, &ids.zeros_like().unwrap(), None)
            .unwrap();
        let mean = hidden.to_dtype(DType::F64).unwrap().mean(1).unwrap();
        let mean = mean.squeeze(0).unwrap().to_vec1::<f64>().unwrap();
        let length = mean.iter().map(|x| x * x).sum::<f64>().sqrt().max(1e-12);
        mean.iter().map(|x| (x / length) as f32).collect()
    };
    texts.iter().map(embed).collect()
}

fn largest_error(ours: &Embeddings, oracle: &[Vec<f32>]) -> f32 {
    let rows = oracle.iter().enumerate();
    let errors = rows.flat_map(|(i, row)| {
        row.iter()
            .zip(ours.vector(i).unwrap())
            .map(|(x, y)| (x - y).abs())
    });
    errors.fold(0.0, f32::max)
}

#[test]
fn exact_arithmetic_agrees_with_candle() {
    let texts = texts();
    for (hidden, heads, layers, inner) in SHAPES {
        for activation in ["gelu", "gelu_new", "relu"] {
            let mut model = SmallModel::new(hidden, heads, layers, inner);
            model.config["hidden_act"] = json!(activation);
            let ours = model.load(Precision::Exact).unwrap().embed(&texts).unwrap();
            let error = largest_error(&ours, &candle(&model, &model.weights(), &texts));
            assert!(
                error < 1e-5,
                "{hidden} {heads} {layers} {inner} {activation}: {error}"
            );
        }
    }
}

/// Rounding weights and activations changes vectors a little, and never more than that.
#[test]
fn fast_arithmetic_stays_near_candle() {
    let texts = texts();
    for (hidden, heads, layers, inner) in SHAPES {
        for activation in ["gelu", "gelu_new", "relu"] {
            let mut model = SmallModel::new(hidden, heads, layers, inner);
            model.config["hidden_act"] = json!(activation);
            let ours = model.load(Precision::Fast).unwrap().embed(&texts).unwrap();
            let oracle = candle(&model, &model.weights(), &texts);
            for (i, row) in oracle.iter().enumerate() {
                // Of a single feature the layer norm leaves nothing but its bias.
                let score = dot(row, ours.vector(i).unwrap());
                assert!(
                    score > 0.995,
                    "{hidden} {heads} {layers} {inner} {activation}, text {i}: {score}"
                );
            }
        }
    }
}

/// Whatever stands beside a text, in whatever order, and whatever was embedded before.
#[test]
fn a_text_has_one_vector() {
    let texts = texts();
    let mut random = Random(11);
    for precision in [Precision::Fast, Precision::Exact] {
        for (hidden, heads, layers, inner) in SHAPES {
            let model = SmallModel::new(hidden, heads, layers, inner);
            let mut encoder = model.load(precision).unwrap();
            let alone: Vec<_> = texts
                .iter()
                .map(|text| encoder.embed(&[text]).unwrap())
                .collect();
            for _ in 0..3 {
                let order: Vec<_> = (0..50).map(|_| random.below(texts.len())).collect();
                let batch: Vec<_> = order.iter().map(|i| &texts[*i]).collect();
                let together = encoder.embed(&batch).unwrap();
                for (row, i) in order.iter().enumerate() {
                    let bits = |x: &[f32]| x.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
                    let (a, b) = (alone[*i].vector(0).unwrap(), together.vector(row).unwrap());
                    assert_eq!(bits(a), bits(b), "{precision:?} {hidden}: {:?}", texts[*i]);
                }
            }
        }
    }
}

/// However many encoders share a text, in whatever order they come to run.
#[test]
fn a_shared_text_has_the_same_vector() {
    let mut random = Random(5);
    let texts = ["", "a", "running the text", &"a text the b ".repeat(14)];
    for precision in [Precision::Fast, Precision::Exact] {
        for (hidden, heads, layers, inner) in SHAPES {
            let model = SmallModel::new(hidden, heads, layers, inner);
            let mut encoder = model.load(precision).unwrap();
            for text in texts {
                let whole = encoder.embed(&[text]).unwrap();
                for parts in 1..=5 {
                    let shared = share(&mut encoder, text, parts, &mut random);
                    assert_eq!(shared, whole, "{precision:?} {hidden}: {text:?} in {parts}");
                }
            }
        }
    }
}

/// What `parts` encoders, which are one here, make of a text; it embeds other texts meanwhile.
fn share(encoder: &mut Encoder, text: &str, parts: usize, random: &mut Random) -> Embeddings {
    let share = |part| encoder.share(text, part, parts).unwrap();
    let mut shares: Vec<_> = (0..parts).map(share).collect();
    // What each part has been handed by each other and not taken yet.
    let mut letters = vec![vec![VecDeque::<Vec<f32>>::new(); parts]; parts];
    let mut started = vec![false; parts];
    let mut done = vec![false; parts];
    loop {
        let part = random.below(parts);
        let others: Vec<_> = (0..parts).filter(|&other| other != part).collect();
        let ready = others.iter().all(|&from| !letters[part][from].is_empty());
        if done[part] || (started[part] && !ready) {
            continue;
        }
        if std::mem::replace(&mut started[part], true) {
            for &from in &others {
                let rows = letters[part][from].pop_front().unwrap();
                shares[part].take(from, &rows).unwrap();
            }
        }
        encoder.embed(&["another text"]).unwrap();
        match encoder.proceed(&mut shares[part]).unwrap() {
            Turn::Exchange(rows) => {
                for to in others {
                    letters[to][part].push_back(rows.clone());
                }
            }
            Turn::Last(rows) => {
                letters[0][part].push_back(rows);
                done[part] = true;
            }
            Turn::Await => assert_eq!(part, 0),
            Turn::Done(embeddings) => return embeddings,
        }
    }
}

#[test]
fn parts_that_do_not_fit_are_refused() {
    let encoder = SmallModel::new(8, 2, 1, 16).load(Precision::Fast).unwrap();
    let mut share = encoder.share("running the text", 0, 2).unwrap();
    let Turn::Exchange(rows) = encoder.proceed(&mut share).unwrap() else {
        panic!("it is done before it has heard of the other part");
    };
    assert!(encoder.proceed(&mut share).is_err());
    for from in [0, 2] {
        assert!(share.take(from, &rows).is_err(), "there is no part {from}");
    }
    assert!(share.take(1, &rows[1..]).is_err());
}

#[test]
fn no_texts_give_no_vectors() {
    let mut encoder = SmallModel::new(8, 2, 1, 16).load(Precision::Fast).unwrap();
    let none = encoder.embed::<&str>(&[]).unwrap();
    assert!(none.is_empty() && none.vectors.is_empty());
    assert_eq!(none.vector(0), None);
}
