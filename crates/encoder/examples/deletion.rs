//! Deletion curves: how fast a score falls when the words of one text are struck out, those first
//! to which a method gives most credit.
//!
//! ```sh
//! cargo run --release -p semblance-encoder --example deletion -- exact MODEL sts-train.csv 200
//! ```
//! MODEL is a folder with `model.safetensors`, `tokenizer.json` and `config.json`; the pairs are
//! every so many of the STS benchmark's file, so that there are as many as asked for. The area is
//! the mean fall of the score over all steps but the last, at which nothing is left.

use std::error::Error;
use std::io::Write;
use std::path::Path;

use semblance_encoder::{Encoder, ModelFiles, Precision, Split, Word, without};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Ways to say what each word of a text brings to its score with another.
#[derive(Clone, Copy, Debug)]
enum Method {
    Split,
    LastLayer,
    LeftOut,
    /// Mean over random orders of striking out: the yardstick.
    Shapley,
    Random,
}

const METHODS: [Method; 5] = [
    Method::Split,
    Method::LastLayer,
    Method::LeftOut,
    Method::Shapley,
    Method::Random,
];

/// Orders that Shapley's mean is taken over.
const ORDERS: usize = 20;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [precision, folder, pairs, count] = &arguments[..] else {
        return Err(
            "give `exact` or `fast`, a model's folder, a file of pairs, and how many".into(),
        );
    };
    let mut encoder = load(precision, Path::new(folder))?;
    let pairs = read_pairs(&std::fs::read_to_string(pairs)?, count.parse()?);
    let mut random = Random(1);
    // Of each method, the sums of falls: over all steps, and at the first.
    let mut falls = [[0.0; 2]; METHODS.len()];
    let mut texts = 0.0;
    for (a, b) in &pairs {
        for (text, other) in [(a, b), (b, a)] {
            let split = encoder.split(text)?;
            if split.words.len() < 2 {
                continue;
            }
            texts += 1.0;
            let other = encoder.embed(&[other])?.vectors;
            for (method, sums) in METHODS.iter().zip(&mut falls) {
                let credit = credit(*method, &mut encoder, text, &split, &other, &mut random)?;
                let order = by_credit(&credit);
                let scores = struck(&mut encoder, text, &split.words, &order, &other)?;
                let steps = &scores[1..scores.len() - 1];
                let fall = |score: &f64| scores[0] - score;
                sums[0] += steps.iter().map(fall).sum::<f64>() / steps.len() as f64;
                sums[1] += steps.first().map_or(0.0, fall);
            }
        }
    }
    let mut out = std::io::stdout().lock();
    writeln!(out, "{} pairs, {texts} texts", pairs.len())?;
    for (method, [all, first]) in METHODS.iter().zip(falls) {
        let (all, first) = (all / texts, first / texts);
        writeln!(out, "{method:?}: area {all:.4}, after one word {first:.4}")?;
    }
    Ok(())
}

fn load(precision: &str, folder: &Path) -> Outcome<Encoder> {
    let read = |name: &str| std::fs::read(folder.join(name));
    let files = ModelFiles {
        weights: read("model.safetensors")?,
        tokenizer: &read("tokenizer.json")?,
        config: &read("config.json")?,
    };
    let precision = match precision {
        "exact" => Precision::Exact,
        _ => Precision::Fast,
    };
    Ok(Encoder::load(files, precision)?)
}

/// The sentences in columns 6 and 7.
fn read_pairs(file: &str, count: usize) -> Vec<(String, String)> {
    let pair = |line: &str| {
        let mut cells = line.split('\t').skip(5);
        Some((cells.next()?.to_owned(), cells.next()?.to_owned()))
    };
    let all: Vec<_> = file.lines().filter_map(pair).collect();
    let step = (all.len() / count.max(1)).max(1);
    all.into_iter().step_by(step).take(count).collect()
}

/// What each word brings to the score with a text whose vector is `other`.
fn credit(
    method: Method,
    encoder: &mut Encoder,
    text: &str,
    split: &Split,
    other: &[f32],
    random: &mut Random,
) -> Outcome<Vec<f64>> {
    let scores = |split: &Split| -> Vec<f64> {
        let rows = split.vectors.chunks_exact(split.dimensions);
        rows.map(|row| dot(row, other)).collect()
    };
    Ok(match method {
        Method::Split => scores(split),
        Method::LastLayer => scores(&encoder.last_layer_shares(text)?),
        Method::LeftOut => {
            let left = split.words.iter().map(|word| without(text, word));
            let left: Vec<_> = left.map(Option::unwrap_or_default).collect();
            let left = encoder.embed(&left)?;
            let rows = left.vectors.chunks_exact(left.dimensions);
            rows.map(|row| -dot(row, other)).collect()
        }
        Method::Shapley => {
            let mut sums = vec![0.0; split.words.len()];
            for _ in 0..ORDERS {
                let order = random.order(split.words.len());
                let scores = struck(encoder, text, &split.words, &order, other)?;
                for (word, pair) in order.iter().zip(scores.windows(2)) {
                    sums[*word] += pair[0] - pair[1];
                }
            }
            sums
        }
        Method::Random => split.words.iter().map(|_| random.next()).collect(),
    })
}

/// The scores of a text with another while its words are struck out in an order, from none to all.
fn struck(
    encoder: &mut Encoder,
    text: &str,
    words: &[Word],
    order: &[usize],
    other: &[f32],
) -> Outcome<Vec<f64>> {
    let strike = |count: usize| {
        // From the last on, so that the places of those before stay what they are.
        let mut gone: Vec<_> = order[..count].iter().map(|word| &words[*word]).collect();
        gone.sort_by_key(|word| std::cmp::Reverse(word.start));
        let left = |text: String, word: &Word| without(&text, word).unwrap_or_default();
        gone.into_iter().fold(text.to_owned(), left)
    };
    let texts: Vec<_> = (0..=order.len()).map(strike).collect();
    let embeddings = encoder.embed(&texts)?;
    let rows = embeddings.vectors.chunks_exact(embeddings.dimensions);
    Ok(rows.map(|row| dot(row, other)).collect())
}

fn by_credit(credit: &[f64]) -> Vec<usize> {
    let mut order: Vec<_> = (0..credit.len()).collect();
    order.sort_by(|a, b| credit[*b].total_cmp(&credit[*a]));
    order
}

fn dot(a: &[f32], b: &[f32]) -> f64 {
    let products = a.iter().zip(b).map(|(x, y)| f64::from(*x) * f64::from(*y));
    products.sum()
}

/// xorshift64*.
struct Random(u64);

impl Random {
    /// Uniform in 0..1.
    fn next(&mut self) -> f64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11) as f64 / (1u64 << 53) as f64
    }

    fn order(&mut self, count: usize) -> Vec<usize> {
        let keys: Vec<_> = (0..count).map(|_| self.next()).collect();
        by_credit(&keys)
    }
}
