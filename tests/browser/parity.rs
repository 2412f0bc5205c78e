//! The scores that a person sees are those of the original model, as near as int8 weights allow.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use semblance_tests::{Fault, Page, Site, visit};
use serde_json::Value;

/// Largest error of a score against f32 that the shipped weights may have: what was measured, and
/// a third of it again for weights that are rounded another way.
const MAX_ERROR: f32 = 0.026;

/// Mean error over all pairs.
const MAX_MEAN: f32 = 0.0043;

/// Largest error of a score in exact arithmetic.
const EXACT_ERROR: f32 = 2e-6;

/// Texts and vectors of the reference, those that fit a line and the table.
fn reference() -> Result<Vec<(String, Vec<f32>)>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("parity");
    let texts: Value = serde_json::from_slice(&std::fs::read(folder.join("texts.json"))?)?;
    let texts = texts.as_array().context("texts.json is no list")?;
    let bytes = std::fs::read(folder.join("expected.f32"))?;
    let floats: Vec<f32> = bytes
        .as_chunks()
        .0
        .iter()
        .map(|bytes| f32::from_le_bytes(*bytes))
        .collect();
    let dimensions = floats.len() / texts.len();
    let pairs = texts.iter().zip(floats.chunks_exact(dimensions));
    Ok(pairs
        .filter_map(|(entry, vector)| {
            let repeat = entry["repeat"].as_u64().unwrap_or(1) as usize;
            let text = entry["text"].as_str()?.repeat(repeat);
            let plain = text.trim() == text && !text.is_empty();
            let line = !text.contains(['\n', '\r', '\0']);
            (plain && line).then(|| (text, vector.to_vec()))
        })
        .take(60)
        .collect())
}

/// Pastes the texts of the reference and returns the mean and the largest error of their scores.
async fn errors(page: &Page) -> Result<(f32, f32)> {
    let reference = reference()?;
    ensure!(reference.len() >= 50, "the fixture is too small");
    let texts: Vec<&str> = reference.iter().map(|(text, _)| text.as_str()).collect();
    page.paste(&texts.join("\n")).await?;
    let scores = page.scores_of(&texts).await?;
    let (mut worst, mut sum, mut count) = (0.0_f32, 0.0, 0);
    for (i, (text, a)) in reference.iter().enumerate() {
        ensure!(scores[i][i] == 1.0, "a text scores exactly 1 with itself");
        for (j, (other, b)) in reference.iter().enumerate().skip(i + 1) {
            ensure!(scores[i][j] == scores[j][i], "scores are symmetric");
            if text == other {
                ensure!(scores[i][j] == 1.0, "equal texts score exactly 1");
            }
            let expected: f32 = a.iter().zip(b).map(|(a, b)| a * b).sum();
            let error = (scores[i][j] - expected).abs();
            worst = worst.max(error);
            sum += error;
            count += 1;
        }
    }
    let mean = sum / count as f32;
    Ok((mean, worst))
}

#[tokio::test]
async fn scores_are_those_of_the_original_model() -> Result<()> {
    visit(Site::root(), async |page| {
        page.open_with_scores().await?;
        let (mean, worst) = errors(page).await?;
        println!("error of a score: mean {mean:.5}, max {worst:.5}");
        ensure!(
            worst <= MAX_ERROR && mean <= MAX_MEAN,
            "mean {mean}, max {worst}"
        );
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn exact_scores_are_those_of_the_original_model_and_texts_stay() -> Result<()> {
    let exact = "document.querySelector('[role=status]')?.title.includes(', exact')";
    visit(Site::root(), async |page| {
        page.open_with_scores().await?;
        page.paste("my own text\nanother one").await?;
        page.scores_of(&["my own text", "another one"]).await?;
        page.choose_model("all-MiniLM-L6-v2", "Exact").await?;
        page.wait_for("the exact model", exact).await?;
        page.scores_of(&["my own text", "another one"]).await?;
        let (mean, worst) = errors(page).await?;
        println!("error of an exact score: mean {mean:e}, max {worst:e}");
        ensure!(worst <= EXACT_ERROR, "a score is off by {worst}");

        // The choice outlasts the page, and can be taken back.
        page.open().await?;
        page.wait_for("the exact model after a reload", exact)
            .await?;
        page.choose_model("all-MiniLM-L6-v2", "Fast").await?;
        page.wait_for(
            "the fast model",
            &format!("document.querySelector('[role=status]')?.title && !({exact})"),
        )
        .await?;
        // Scores of the same texts could be the exact ones still.
        page.paste("something else\nin between").await?;
        page.scores_of(&["something else", "in between"]).await?;
        let (_, worst) = errors(page).await?;
        ensure!(worst > EXACT_ERROR, "int8 can't be as exact: {worst}");
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn without_the_large_weights_the_fast_model_goes_on() -> Result<()> {
    visit(Site::root(), async |page| {
        page.open_with_scores().await?;
        let missing = Fault::Status(404);
        page.server()
            .plan_fault("model-f32.safetensors", missing, None);
        page.choose_model("all-MiniLM-L6-v2", "Exact").await?;
        let alert = page.alert().await?;
        ensure!(alert.contains("404"), "{alert}");
        // Scores are there, new texts get theirs, and nothing of the failed choice is kept.
        let texts = ["still at work", "with the fast model"];
        page.paste(&texts.join("\n")).await?;
        page.scores_of(&texts).await?;
        page.open_with_scores().await?;
        let kept = page
            .run(
                "return localStorage.getItem('semblance:settings');",
                Vec::new(),
            )
            .await?;
        ensure!(
            kept.as_str()
                .is_some_and(|kept| kept.contains("precision=fast")),
            "{kept}"
        );
        // A choice that was kept while the weights were there.
        page.run(
            "localStorage.setItem('semblance:settings', 'precision=exact');",
            Vec::new(),
        )
        .await?;
        page.open_with_scores().await
    })
    .await
}
