//! The real model against the reference: `tests/parity` holds texts and what PyTorch made of them.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests fail as tests do"
)]

mod common;

use common::{Fixture, dot, load, shipped_model, source_model};
use semblance_encoder::{Embeddings, Encoder, Precision};

/// Embeds each text of the fixture in one call, in several, and each alone, and makes sure that
/// all agree bit for bit and that the token counts are the reference's.
fn embed(encoder: &mut Encoder, fixture: &Fixture) -> Embeddings {
    let texts = &fixture.texts;
    let together = encoder.embed(texts).unwrap();
    assert_eq!(together.tokens, fixture.tokens);
    for (i, count) in fixture.tokens.iter().enumerate() {
        assert_eq!(
            together.truncated[i],
            *count > fixture.max_tokens,
            "{count} tokens"
        );
    }
    let bits = |x: &[f32]| x.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
    for batch in [1, 7] {
        for (start, texts) in texts.chunks(batch).enumerate() {
            let some = encoder.embed(texts).unwrap();
            for (i, text) in texts.iter().enumerate() {
                let (a, b) = (some.vector(i), together.vector(start * batch + i));
                assert_eq!(
                    bits(a.unwrap()),
                    bits(b.unwrap()),
                    "in batches of {batch}: {:?}",
                    text
                );
            }
        }
    }
    for i in 0..together.len() {
        let length: f64 = together
            .vector(i)
            .unwrap()
            .iter()
            .map(|x| f64::from(*x).powi(2))
            .sum();
        assert!((length - 1.0).abs() < 1e-6);
    }
    together
}

/// Error of a score over all pairs of texts: mean and largest.
fn score_error(ours: &[f32], reference: &[f32], dimensions: usize) -> (f64, f64) {
    let (mut sum, mut largest, mut pairs) = (0.0, 0.0f64, 0);
    let rows: Vec<_> = ours
        .chunks_exact(dimensions)
        .zip(reference.chunks_exact(dimensions))
        .collect();
    for (i, (a, x)) in rows.iter().enumerate() {
        for (b, y) in &rows[..i] {
            let error = (dot(a, b) - dot(x, y)).abs();
            sum += error;
            largest = largest.max(error);
            pairs += 1;
        }
    }
    (sum / f64::from(pairs), largest)
}

#[test]
fn original_weights_give_the_reference_vectors() {
    let fixture = Fixture::read();
    let mut encoder = load(&source_model(), Precision::Exact);
    assert_eq!(encoder.info().dimensions, fixture.dimensions);
    assert_eq!(encoder.info().max_tokens, fixture.max_tokens as usize);
    let ours = embed(&mut encoder, &fixture);
    let mut largest = 0.0f32;
    for (i, row) in fixture.vectors.chunks_exact(fixture.dimensions).enumerate() {
        for (x, y) in ours.vector(i).unwrap().iter().zip(row) {
            let error = (x - y).abs();
            assert!(error < 1e-5, "{:?}: {x} instead of {y}", fixture.texts[i]);
            largest = largest.max(error);
        }
    }
    println!("f32: largest error of a component {largest:.1e}");
}

#[test]
fn shipped_weights_give_scores_near_the_reference() {
    let fixture = Fixture::read();
    let mut encoder = load(&shipped_model(), Precision::Fast);
    let info = encoder.info().clone();
    assert_eq!(info.source_sha256, fixture.source_sha256);
    assert_eq!(info.name, "sentence-transformers/all-MiniLM-L6-v2");
    assert_eq!(info.license, "Apache-2.0");
    assert_eq!(info.max_tokens, fixture.max_tokens as usize);
    let ours = embed(&mut encoder, &fixture);
    let (mean, largest) = score_error(&ours.vectors, &fixture.vectors, fixture.dimensions);
    println!("int8: error of a score, mean {mean:.4}, largest {largest:.4}");
    assert!(
        mean < MEAN && largest < LARGEST,
        "mean {mean}, largest {largest}"
    );
}

/// Two emoji that are no words of the vocabulary look the same to the model; that this is told is
/// what keeps their score of 1 from being believed.
#[test]
fn words_that_the_model_does_not_know_are_told() {
    let mut encoder = load(&shipped_model(), Precision::Fast);
    let texts = ["I love 🍕", "I love 🚗", "I love pizza"];
    let found = encoder.embed(&texts).unwrap();
    assert_eq!(found.unknown, [1, 1, 0]);
    assert_eq!(found.vector(0), found.vector(1));
    assert_ne!(found.vector(0), found.vector(2));
    let tokens = encoder.tokens(texts[0], 2_000).unwrap();
    let unknown = tokens.iter().find(|token| token.unknown).unwrap();
    assert_eq!(&texts[0][unknown.start..unknown.end], "🍕");
    assert_eq!(unknown.piece, "[UNK]");
}

/// What is measured, and a little room.
const MEAN: f64 = 0.0052;
const LARGEST: f64 = 0.031;
