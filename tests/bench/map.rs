//! `bench map`: maps of the same vectors by ours and by others.

use anyhow::Result;
use serde::Deserialize;
use serde_json::json;

use crate::Request;
use crate::stage::Stage;
use crate::statistics::{median, range};
use crate::table::{Table, figure};

/// What is done, on how many vectors, and in how many rounds at most.
const WORKS: &[(&str, usize, u32)] = &[
    ("UMAP", 5_000, 3),
    ("UMAP", 15_000, 2),
    ("neighbours", 15_000, 3),
    ("PCA", 100_000, 3),
    ("UMAP", 100_000, 1),
];

#[derive(Deserialize)]
struct Prepared {
    vectors: usize,
    contenders: Vec<String>,
}

/// What came of one run; what a contender does not tell is left out.
#[derive(Clone, Deserialize)]
struct Found {
    /// Milliseconds, of which the search for neighbours and the start took their part.
    total: f64,
    neighbours: Option<f64>,
    start: Option<f64>,
    /// Milliseconds of the longest step.
    longest: Option<f64>,
    frames: Option<u32>,
    /// Bytes.
    memory: Option<f64>,
    trustworthiness: Option<f64>,
    kept: Option<f64>,
    recall: Option<f64>,
}

/// Runs the suite.
pub async fn run(request: &Request) -> Result<()> {
    let stage = Stage::open(&request.folder).await?;
    println!("… embedding the sentences of the STS benchmark");
    let options = json!({ "only": request.only });
    let prepared: Prepared = stage.step("map", "prepare", options).await?;
    println!("{} sentences; beyond them, sums of two", prepared.vectors);
    for &(work, n, most) in WORKS {
        println!("… {work}, {n} × 384");
        let mut found: Vec<Vec<Found>> = vec![Vec::new(); prepared.contenders.len()];
        for round in 0..request.rounds.min(most) {
            for (contender, runs) in prepared.contenders.iter().zip(&mut found) {
                let options = json!({
                    "contender": contender, "work": work, "n": n, "judge": round == 0,
                });
                let run: Option<Found> = stage.step("map", "run", options).await?;
                runs.extend(run);
                if n > 50_000 {
                    let options = json!({ "contender": contender });
                    stage.step::<()>("map", "end", options).await?;
                }
            }
        }
        table(work, n, &prepared.contenders, &found).print();
    }
    stage.close().await?;
    println!(
        "\nMilliseconds in one thread: the median, and from the least to the greatest. Maps are \
         judged by 15 neighbours."
    );
    Ok(())
}

fn table(work: &str, n: usize, contenders: &[String], found: &[Vec<Found>]) -> Table {
    let mut table = Table::new(&[
        &format!("{work}, {n} × 384"),
        "ms",
        "range",
        "neighbours",
        "start",
        "frames",
        "longest step",
        "MB",
        "trust",
        "kept",
        "recall",
    ]);
    for (contender, runs) in contenders.iter().zip(found) {
        let Some(first) = runs.first() else {
            continue;
        };
        let times: Vec<f64> = runs.iter().map(|run| run.total).collect();
        let (least, greatest) = range(&times);
        let maybe = |value: Option<f64>| value.map_or_else(String::new, figure);
        let share = |value: Option<f64>| value.map_or_else(String::new, |x| format!("{x:.4}"));
        table.row(vec![
            contender.clone(),
            figure(median(&times)),
            format!("{}–{}", figure(least), figure(greatest)),
            maybe(first.neighbours),
            maybe(first.start),
            first.frames.map_or_else(String::new, |x| x.to_string()),
            maybe(first.longest),
            maybe(first.memory.map(|bytes| bytes / 1e6)),
            share(first.trustworthiness),
            share(first.kept),
            share(first.recall),
        ]);
    }
    table
}
