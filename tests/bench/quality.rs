//! `bench quality`: how true each engine's scores are.

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::json;

use crate::Request;
use crate::stage::Stage;
use crate::statistics::spearman;
use crate::table::Table;

/// The engine whose scores count as right: the other implementation, in f32.
const REFERENCE: &str = "Transformers.js f32, 1 thread";

#[derive(Deserialize)]
struct Prepared {
    engines: Vec<String>,
    ratings: Vec<f64>,
}

/// Runs the suite.
pub async fn run(request: &Request) -> Result<()> {
    let stage = Stage::open(&request.folder).await?;
    let mut only = request.only.clone();
    if !only.is_empty() {
        only.push(REFERENCE.to_owned());
    }
    let prepared: Prepared = stage
        .step("quality", "prepare", json!({ "only": only }))
        .await?;
    let mut scores = Vec::new();
    for engine in &prepared.engines {
        println!("… {engine}");
        let options = json!({ "engine": engine });
        let found: Vec<f64> = stage.step("quality", "scores", options).await?;
        scores.push((engine.as_str(), found));
    }
    stage.close().await?;
    let reference = scores.iter().find(|(engine, _)| *engine == REFERENCE);
    let (_, reference) = reference.context("the reference did not run")?;

    let ratings = &prepared.ratings;
    let pairs = format!("{} pairs of STS-B dev", ratings.len());
    let mut table = Table::new(&[&pairs, "Spearman", "mean error", "max error"]);
    for (engine, found) in &scores {
        let errors = found.iter().zip(reference).map(|(a, b)| (a - b).abs());
        let mean = errors.clone().sum::<f64>() / found.len() as f64;
        let max = errors.fold(0.0, f64::max);
        table.row(vec![
            (*engine).to_owned(),
            format!("{:.4}", spearman(found, ratings)),
            format!("{mean:.6}"),
            format!("{max:.6}"),
        ]);
    }
    table.print();
    println!("\nErrors of a score are against “{REFERENCE}”.");
    Ok(())
}
