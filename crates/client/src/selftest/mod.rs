//! Whether the model computes here what it should, and how fast.
//!
//! Two dozen texts are embedded now and here, and their scores compared with those of the original
//! model in PyTorch (`tests/parity/reference.py`). A browser, a processor or a kernel that computes
//! something else gives itself away.

use crate::{
    Cancel, Client, ClientError, Embedder,
    pool::{Encoded, Pool},
};
use js_sys::Date;
use semblance_protocol::{ModelInfo, Precision};
use std::{cell::RefCell, collections::HashMap, rc::Rc};

/// The texts, one to a line.
const TEXTS: &str = include_str!("texts.txt");
/// The scores of their pairs: of the first with all that follow, of the second with all that
/// follow, and so on; little-endian f32.
const SCORES: &[u8] = include_bytes!("scores.f32");
/// The model whose scores these are.
const MODEL: &str = "all-MiniLM-L6-v2";

/// A score may be off by this much in fast arithmetic: over 1,500 pairs of the STS benchmark the
/// largest error is 0.017 (`docs/benchmarks.md`).
const FAST: f32 = 0.02;
/// The same in exact arithmetic, whose vectors agree to 1e-5 a component.
const EXACT: f32 = 1e-4;

/// Times that one text is embedded by itself.
const ALONE: usize = 20;
/// Times that all texts are embedded at once, each time with other words before them.
const TOGETHER: usize = 12;

/// How this device does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SelfTest {
    /// Texts that were compared, each with each.
    pub texts: usize,
    /// The largest difference of a score from that of the original model; none for a model that
    /// there are no scores of.
    pub difference: Option<f32>,
    /// What that may be at most with this arithmetic.
    pub allowed: f32,
    /// Milliseconds for "Hello World" by itself, asked and answered.
    pub milliseconds: f64,
    /// Tokens a second, of texts of some 16 tokens, by all workers.
    pub tokens_per_second: f64,
    /// Bytes of memory that the encoding workers hold.
    pub memory: u64,
}

impl SelfTest {
    /// Whether the scores are those that they should be.
    pub fn passed(&self) -> bool {
        // What is no number has not passed.
        self.difference
            .is_none_or(|difference| difference <= self.allowed)
    }
}

impl Client {
    /// Embeds two dozen texts, compares their scores with those of the original model, and
    /// measures how fast that goes: some seconds on slow devices.
    ///
    /// # Errors
    /// As of [`Client::embed`].
    pub async fn self_test(&self, cancel: &Cancel) -> Result<SelfTest, ClientError> {
        self_test(self.pool()?, self.model(), cancel).await
    }
}

impl Embedder {
    /// As of [`Client::self_test`].
    ///
    /// # Errors
    /// As of [`Embedder::embed`].
    pub async fn self_test(&self, cancel: &Cancel) -> Result<SelfTest, ClientError> {
        self_test(self.pool()?, self.model(), cancel).await
    }
}

async fn self_test(
    pool: &Rc<Pool>,
    model: &ModelInfo,
    cancel: &Cancel,
) -> Result<SelfTest, ClientError> {
    let texts: Vec<Rc<str>> = TEXTS.lines().map(Rc::from).collect();
    let (vectors, _) = embed(pool, &texts, cancel).await?;
    let compared = model.name.rsplit('/').next() == Some(MODEL);
    let difference = compared.then(|| largest_difference(&vectors));

    let alone: Vec<Rc<str>> = texts.iter().take(1).cloned().collect();
    let begun = Date::now();
    for _ in 0..ALONE {
        embed(pool, &alone, cancel).await?;
    }
    let milliseconds = (Date::now() - begun) / ALONE as f64;

    let numbered = |number: usize| {
        texts
            .iter()
            .map(move |text| format!("{number} {text}").into())
    };
    let many: Vec<Rc<str>> = (0..TOGETHER).flat_map(numbered).collect();
    let begun = Date::now();
    let (_, tokens) = embed(pool, &many, cancel).await?;
    // A clock of whole milliseconds may say that none went by.
    let seconds = (Date::now() - begun).max(1.0) / 1000.0;
    Ok(SelfTest {
        texts: texts.len(),
        difference,
        allowed: match pool.precision() {
            Precision::Fast => FAST,
            Precision::Exact => EXACT,
        },
        milliseconds,
        tokens_per_second: tokens as f64 / seconds,
        memory: pool.memory().await?,
    })
}

/// The vectors of the texts, and how many tokens these have. Nothing is taken from earlier.
async fn embed(
    pool: &Rc<Pool>,
    texts: &[Rc<str>],
    cancel: &Cancel,
) -> Result<(Vec<Vec<f32>>, u64), ClientError> {
    let found = RefCell::new(HashMap::new());
    let finished = |encoded: Encoded| {
        let all = encoded.vectors.to_vec();
        let rows = all.chunks_exact((all.len() / encoded.texts.len().max(1)).max(1));
        for ((text, row), tokens) in encoded.texts.iter().zip(rows).zip(encoded.tokens) {
            found
                .borrow_mut()
                .insert(text.clone(), (row.to_vec(), tokens));
        }
    };
    pool.embed(texts.to_vec(), cancel, &finished).await?;
    let found = found.into_inner();
    let tokens = found.values().map(|(_, tokens)| u64::from(*tokens)).sum();
    let of = |text: &Rc<str>| found.get(text).map_or(Vec::new(), |(row, _)| row.clone());
    Ok((texts.iter().map(of).collect(), tokens))
}

/// The largest difference between the scores of these vectors and those that they should have; no
/// number where one is none.
fn largest_difference(vectors: &[Vec<f32>]) -> f32 {
    let scores = SCORES
        .as_chunks()
        .0
        .iter()
        .map(|bytes| f32::from_le_bytes(*bytes));
    let product = |a: &[f32], b: &[f32]| {
        let products = a.iter().zip(b).map(|(x, y)| f64::from(*x) * f64::from(*y));
        products.sum::<f64>() as f32
    };
    let pairs = vectors.iter().enumerate().flat_map(|(at, a)| {
        let later = vectors.get(at + 1..).unwrap_or_default();
        later.iter().map(move |b| product(a, b))
    });
    let differences = pairs.zip(scores).map(|(here, there)| (here - there).abs());
    // `max` would pass over what is no number.
    differences.fold(0.0, |most: f32, one| match most.is_nan() || one <= most {
        true => most,
        false => one,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The scores are those of the fixture that PyTorch wrote.
    #[test]
    fn the_scores_are_those_of_the_original_model() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/parity");
        let all = std::fs::read_to_string(folder.join("texts.json")).unwrap();
        let all: serde_json::Value = serde_json::from_str(&all).unwrap();
        let bytes = std::fs::read(folder.join("expected.f32")).unwrap();
        let floats = bytes.as_chunks().0.iter();
        let floats: Vec<f32> = floats.map(|bytes| f32::from_le_bytes(*bytes)).collect();
        let row = |text: &str| {
            let entries = all.as_array().unwrap().iter();
            let at = entries.enumerate().find(|(_, entry)| entry["text"] == text);
            let (at, _) = at.expect("a text of the fixture");
            floats[at * 384..][..384].to_vec()
        };
        let mut vectors: Vec<Vec<f32>> = TEXTS.lines().map(row).collect();
        assert_eq!((vectors.len(), SCORES.len()), (24, 24 * 23 / 2 * 4));
        assert!(largest_difference(&vectors) < 1e-6);
        // What computes something else gives itself away.
        vectors.swap(3, 4);
        assert!(largest_difference(&vectors) > FAST);
        vectors[7][0] = f32::NAN;
        assert!(largest_difference(&vectors).is_nan());
    }

    #[test]
    fn what_is_no_number_has_not_passed() {
        let mut test = SelfTest {
            texts: 24,
            difference: Some(0.011),
            allowed: FAST,
            milliseconds: 3.0,
            tokens_per_second: 20_000.0,
            memory: 1 << 26,
        };
        assert!(test.passed());
        test.difference = Some(f32::NAN);
        assert!(!test.passed());
        test.difference = Some(0.021);
        assert!(!test.passed());
        test.difference = None;
        assert!(test.passed(), "there is nothing to compare with");
    }
}
