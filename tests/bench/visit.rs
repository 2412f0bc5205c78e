//! `bench load`: what a visitor waits and pays for with each engine, in a browser of its own.

use std::collections::HashSet;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;

use crate::Request;
use crate::stage::Stage;
use crate::statistics::median;
use crate::table::{Table, figure};

/// The engines that differ in this.
const ENGINES: &[&str] = &[
    "Transformers.js q8, 1 thread",
    "Transformers.js f32, 1 thread",
    "Candle BERT f32, 1 thread",
    "fast, 1 worker",
    "exact, 1 worker",
];

/// Visits of each engine, of which the median counts.
const VISITS: usize = 3;

/// Runs the suite.
pub async fn run(request: &Request) -> Result<()> {
    let mut table = Table::new(&[
        "engine",
        "cold ms",
        "cached ms",
        "bytes",
        "gzip",
        "wasm memory MB",
        "process peak MB",
    ]);
    let chosen = |engine: &&&str| {
        request.only.is_empty()
            || request
                .only
                .iter()
                .any(|part| engine.contains(part.as_str()))
    };
    for engine in ENGINES.iter().filter(chosen) {
        println!("… {engine}");
        table.row(visits(engine, &request.folder).await?);
    }
    table.print();
    println!(
        "\nUntil the first vector, served by this machine. Memory after 1,000 mixed texts: of the \
         WebAssembly, and the most that the page's process had in RAM."
    );
    Ok(())
}

/// A row of the table.
async fn visits(engine: &str, folder: &Path) -> Result<Vec<String>> {
    let options = json!({ "engine": engine });
    let (mut cold, mut cached) = (Vec::new(), Vec::new());
    let mut rest = Vec::new();
    for visit in 0..VISITS {
        let stage = Stage::open(folder).await?;
        stage.server().forget_received();
        cold.push(stage.step("visit", "first", options.clone()).await?);
        let transferred = transferred(&stage, folder)?;
        stage.reload().await?;
        cached.push(stage.step("visit", "first", options.clone()).await?);
        if visit == 0 {
            let memory: Vec<f64> = stage.step("visit", "memory", json!({})).await?;
            ensure!(!memory.is_empty(), "no worker told its memory");
            let peak = stage.browser().peak_memory()? as f64;
            let megabytes = |bytes: f64| figure(bytes / 1e6);
            rest = vec![
                transferred.0.to_string(),
                transferred.1.to_string(),
                megabytes(memory.into_iter().sum()),
                megabytes(peak),
            ];
        }
        stage.close().await?;
    }
    let mut row = vec![
        engine.to_owned(),
        figure(median(&cold)),
        figure(median(&cached)),
    ];
    row.extend(rest);
    Ok(row)
}

/// Bytes of the files that were asked for, as they are and as a host that compresses would send
/// them.
fn transferred(stage: &Stage, folder: &Path) -> Result<(u64, u64)> {
    let received = stage.server().received();
    let paths: HashSet<&str> = received
        .iter()
        .filter(|received| received.status == 200 && !received.path.starts_with("/page/"))
        .map(|received| received.path.trim_start_matches('/'))
        .collect();
    let (mut raw, mut gzip) = (0, 0);
    for path in paths {
        let path = folder.join(path);
        let bytes = std::fs::read(&path).with_context(|| path.display().to_string())?;
        let mut encoder = GzEncoder::new(Vec::new(), Compression::new(6));
        encoder.write_all(&bytes)?;
        raw += bytes.len() as u64;
        gzip += (encoder.finish()?.len() as u64).min(bytes.len() as u64);
    }
    Ok((raw, gzip))
}
