//! The split of a vector into what each word brings: it adds up, and is what its rule says.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests fail as tests do"
)]

mod common;

use common::{Fixture, Random, SmallModel, dot, load, shipped_model, source_model};
use semblance_encoder::{
    BertConfig, Encoder, MOST_WORDS, Precision, Split, TextTokenizer, weights, without,
};
use serde_json::json;

/// Words, phrases, none, unknown ones, and more than the small models read.
fn texts() -> Vec<String> {
    let texts = ["", " \t", "a", "the cat, running", "😀", "[SEP] a 字字 😀!"];
    let mut texts: Vec<_> = texts.map(str::to_owned).into();
    texts.extend(["the b. ".repeat(11), "a text, the b ".repeat(40)]);
    texts
}

fn close(found: &[f32], expected: &[f32], most: f32, what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (x, y) in found.iter().zip(expected) {
        assert!((x - y).abs() <= most, "{what}: {x} instead of {y}");
    }
}

/// The sum of what the words bring.
fn sum(split: &Split) -> Vec<f32> {
    let mut sum = vec![0.0f64; split.dimensions];
    for vector in split.vectors.chunks_exact(split.dimensions) {
        sum.iter_mut()
            .zip(vector)
            .for_each(|(sum, x)| *sum += f64::from(*x));
    }
    sum.iter().map(|x| *x as f32).collect()
}

/// Holds when splits sum to vectors and tables to scores, and a table of texts that are exchanged
/// is transposed.
fn add_up(encoder: &mut Encoder, texts: &[String], most: f64) {
    let vectors = encoder.embed(texts).unwrap();
    let splits: Vec<_> = texts.iter().map(|t| encoder.split(t).unwrap()).collect();
    for (i, split) in splits.iter().enumerate() {
        let what = format!("{:?}", texts[i]);
        assert!((1..=MOST_WORDS).contains(&split.words.len()), "{what}");
        assert_eq!(split.truncated, vectors.truncated[i], "{what}");
        close(&sum(split), vectors.vector(i).unwrap(), most as f32, &what);
    }
    for (i, a) in splits.iter().enumerate() {
        for (j, b) in splits.iter().enumerate() {
            let (table, other) = (a.table(b).unwrap(), b.table(a).unwrap());
            let score = dot(vectors.vector(i).unwrap(), vectors.vector(j).unwrap());
            let found: f64 = table.iter().map(|x| f64::from(*x)).sum();
            let what = format!("{:?} and {:?}", texts[i], texts[j]);
            assert!(
                (found - score).abs() <= most,
                "{what}: {found}, not {score}"
            );
            let (rows, columns) = (a.words.len(), b.words.len());
            for (place, value) in table.iter().enumerate() {
                let (row, column) = (place / columns, place % columns);
                assert_eq!(*value, other[column * rows + row], "{what}");
            }
        }
    }
}

#[test]
fn splits_of_small_models_add_up() {
    for (hidden, heads, layers, inner) in [(8, 2, 1, 16), (33, 3, 2, 65), (64, 4, 0, 8)] {
        for activation in ["gelu", "gelu_new", "relu"] {
            for pooling in ["mean", "cls"] {
                let mut model = SmallModel::new(hidden, heads, layers, inner);
                model.config["hidden_act"] = json!(activation);
                model.metadata = Some([("pooling".to_owned(), pooling.to_owned())].into());
                let mut exact = model.load(Precision::Exact).unwrap();
                add_up(&mut exact, &texts(), 2e-6);
                add_up(&mut model.load(Precision::Fast).unwrap(), &texts(), 1e-5);
            }
        }
    }
}

#[test]
fn words_are_where_they_stand() {
    let encoder = SmallModel::new(8, 2, 1, 16).load(Precision::Exact).unwrap();
    let words = |text: &str| -> Vec<String> {
        let split = encoder.split(text).unwrap();
        let words = split.words.iter();
        words
            .map(|word| text[word.start..word.end].to_owned())
            .collect()
    };
    let cases: &[(&str, &[&str])] = &[
        ("", &[""]),
        (" \n", &[" \n"]),
        ("the  cat", &["the", "cat"]),
        ("don't!", &["don", "'", "t", "!"]),
        ("É字字 e\u{301}a", &["É", "字", "字", "e\u{301}a"]),
        ("a [SEP] 😀😀 b", &["a", "[SEP]", "😀😀", "b"]),
    ];
    for (text, expected) in cases {
        assert_eq!(words(text), *expected, "{text:?}");
    }
    // Of the last word the model reads 18 letters.
    let text = format!("{}{} and on", "a ".repeat(20), "b".repeat(30));
    let split = encoder.split(&text).unwrap();
    let last = split.words.last().unwrap();
    assert!(split.truncated);
    assert_eq!((last.start, last.end, last.tokens), (40, 70, 18));
    let tokens: usize = split.words.iter().map(|word| word.tokens).sum();
    assert_eq!(tokens, 38);
}

/// However many words there are, and each in one phrase.
#[test]
fn long_texts_are_split_into_phrases() {
    let mut model = SmallModel::new(8, 2, 1, 16);
    model.config["max_position_embeddings"] = json!(256);
    let (shape, positions) = model
        .tensors
        .get_mut("embeddings.position_embeddings.weight")
        .unwrap();
    shape[0] = 256;
    positions.resize(256 * 8, 0.1);
    let encoder = model.load(Precision::Exact).unwrap();
    for (words, phrases) in [(23, 23), (25, 24), (61, 24), (121, 19), (255, 9), (401, 9)] {
        let text = "the, ".repeat(words / 2) + "b";
        let split = encoder.split(&text).unwrap();
        assert_eq!(split.words.len(), phrases, "{words}");
        for pair in split.words.windows(2) {
            assert!(pair[0].end <= pair[1].start && pair[0].tokens > 0);
            let mark = text[pair[1].start..].starts_with(',');
            assert!(!mark || words < 60, "{words}");
        }
    }
}

/// What is left of a text has the tokens that it had.
#[test]
fn a_word_left_out_takes_nothing_with_it() {
    let model = SmallModel::new(8, 2, 1, 16);
    let encoder = model.load(Precision::Exact).unwrap();
    let json = model.tokenizer.to_string();
    let tokenizer = TextTokenizer::new(json.as_bytes(), 40, 64).unwrap();
    for text in ["don't 字a😀, the", "running[SEP]e\u{301}!", "a", "the-b-c"] {
        let all = tokenizer.tokenize(text).unwrap().ids;
        let mut at = 1;
        for word in encoder.split(text).unwrap().words {
            let mut expected = all.clone();
            expected.drain(at..at + word.tokens);
            at += word.tokens;
            let left = without(text, &word).unwrap();
            assert_eq!(tokenizer.tokenize(&left).unwrap().ids, expected, "{left:?}");
        }
        let outside = semblance_encoder::Word {
            start: 1,
            end: 99,
            tokens: 1,
        };
        assert_eq!(without(text, &outside), None);
    }
}

#[test]
fn splits_of_two_models_have_no_table() {
    let split = |hidden| {
        let model = SmallModel::new(hidden, 2, 1, 16);
        model.load(Precision::Exact).unwrap().split("a").unwrap()
    };
    assert_eq!(split(8).table(&split(6)), None);
}

#[test]
fn progress_rises_to_one() {
    let encoder = SmallModel::new(8, 2, 3, 16).load(Precision::Fast).unwrap();
    let text = "the cat ".repeat(30);
    let mut splitting = encoder.begin_split(&text).unwrap();
    let mut before = 0.0;
    loop {
        let progress = encoder.split_progress(&splitting);
        assert!((before..=1.0).contains(&progress));
        before = progress;
        if encoder.proceed_split(&mut splitting).unwrap().is_some() {
            break;
        }
    }
    assert_eq!(before, 1.0);
}

fn sentences() -> Vec<String> {
    let fixture = Fixture::read();
    let mut texts: Vec<_> = fixture.texts.into_iter().step_by(9).take(12).collect();
    texts.extend(["", "I love 🍕", "guitar"].map(str::to_owned));
    texts.push("The committee met on Tuesday, and nothing came of it. ".repeat(40));
    texts
}

#[test]
fn splits_of_original_weights_add_up() {
    let mut encoder = load(&source_model(), Precision::Exact);
    add_up(&mut encoder, &sentences(), 1e-6);
}

#[test]
fn splits_of_shipped_weights_add_up() {
    let mut encoder = load(&shipped_model(), Precision::Fast);
    add_up(&mut encoder, &sentences(), 1e-5);
}

#[test]
fn fast_and_exact_splits_are_alike() {
    let models = [
        (source_model(), Precision::Exact),
        (shipped_model(), Precision::Fast),
    ];
    let text = "A man is playing a guitar, and nobody listens.";
    let splits = models.map(|(folder, precision)| load(&folder, precision).split(text).unwrap());
    for split in &splits {
        println!("{:.3} of the vector is shared out", split.rest);
        assert!(split.rest < 0.7, "{}", split.rest);
    }
    let table = |split: &Split| split.table(split).unwrap();
    close(
        &table(&splits[0]),
        &table(&splits[1]),
        0.02,
        "fast and exact",
    );
}

/// The model with the layers' weights drawn anew, as large as they were.
fn with_random_layers() -> Encoder {
    let read = |name: &str| std::fs::read(source_model().join(name)).unwrap();
    let config = String::from_utf8(read("config.json")).unwrap();
    let parsed = BertConfig::from_json(config.as_bytes()).unwrap();
    let bytes = read("model.safetensors");
    let source = weights::Weights::parse(&bytes).unwrap();
    let mut model = SmallModel::new(8, 2, 1, 16);
    let mut random = Random(5);
    model.tensors = weights::shapes(&parsed)
        .map(|(name, shape)| {
            let mut values = source.floats(&name, &shape).unwrap();
            if name.starts_with("encoder") && shape.len() == 2 {
                let squares: f32 = values.iter().map(|x| x * x).sum();
                let size = (3.0 * squares / values.len() as f32).sqrt();
                values.iter_mut().for_each(|x| *x = size * random.next());
            }
            (name, (shape, values))
        })
        .collect();
    model.config = serde_json::from_str(&config).unwrap();
    model.tokenizer = serde_json::from_slice(&read("tokenizer.json")).unwrap();
    model.load(Precision::Exact).unwrap()
}

/// A picture that came of the words alone, whatever the model has learnt, would explain nothing
/// (Adebayo et al., arXiv 1810.03292).
#[test]
fn random_weights_give_another_picture() {
    let pairs = [
        ("A man is playing a guitar.", "A woman plays the flute."),
        (
            "The price of oil fell sharply.",
            "Crude became cheaper today.",
        ),
        (
            "Children play football outside.",
            "Kids kick a ball in the park.",
        ),
    ];
    let tables = |encoder: &Encoder| -> Vec<f32> {
        let split = |text: &str| encoder.split(text).unwrap();
        let table = |(a, b): &(&str, &str)| split(a).table(&split(b)).unwrap();
        pairs.iter().flat_map(table).collect()
    };
    let trained = tables(&load(&source_model(), Precision::Exact));
    let random = tables(&with_random_layers());
    let found = correlation(&trained, &random);
    println!("correlation of the tables {found:.3}");
    assert!(found.abs() < 0.5, "{found}");
}

/// Pearson's correlation.
fn correlation(a: &[f32], b: &[f32]) -> f64 {
    let centered = |x: &[f32]| -> Vec<f64> {
        let mean = x.iter().map(|x| f64::from(*x)).sum::<f64>() / x.len() as f64;
        x.iter().map(|x| f64::from(*x) - mean).collect()
    };
    let (a, b) = (centered(a), centered(b));
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
    dot(&a, &b) / (dot(&a, &a) * dot(&b, &b)).sqrt()
}
