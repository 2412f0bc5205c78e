//! `bench encoder`: engines against each other on the same texts.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};
use serde::Deserialize;
use serde_json::json;

use crate::Request;
use crate::stage::Stage;
use crate::statistics::{median, range};
use crate::table::{Table, figure};

/// Lowest cosine to the reference that an int8 engine's vector may have; f32 engines agree to 1e-4.
const INT8_COSINE: f64 = 0.97;
const F32_COSINE: f64 = 0.9999;

/// Multiply-adds that a token costs in the linear layers of all-MiniLM-L6-v2: six layers of
/// 384 × (4 × 384 + 2 × 1536).
const MULTIPLY_ADDS: f64 = 6.0 * 384.0 * (4.0 * 384.0 + 2.0 * 1536.0);

#[derive(Deserialize)]
struct Prepared {
    engines: Vec<String>,
    works: BTreeMap<String, Size>,
}

#[derive(Clone, Copy, Deserialize)]
struct Size {
    texts: u32,
    tokens: u32,
}

#[derive(Deserialize)]
struct Agreement {
    reference: String,
    texts: u32,
    engines: Vec<Agrees>,
}

#[derive(Deserialize)]
struct Agrees {
    engine: String,
    exact: bool,
    lowest: f64,
    differs: Option<String>,
}

#[derive(Deserialize)]
struct Timed {
    contender: String,
    times: Vec<f64>,
}

/// Runs the suite.
pub async fn run(request: &Request) -> Result<()> {
    let stage = Stage::open(&request.folder).await?;
    println!("… loading the engines");
    let options = json!({ "only": request.only });
    let prepared: Prepared = stage.step("encoder", "prepare", options).await?;
    agree(&stage).await?;

    let mut works: Vec<_> = prepared.works.into_iter().collect();
    works.retain(|(name, _)| {
        request.works.is_empty() || request.works.iter().any(|part| name.contains(part))
    });
    works.sort_by_key(|(_, size)| (size.tokens, size.texts));
    let mut all = Vec::new();
    for (work, size) in &works {
        // The long ones vary little, and there are many of them.
        let rounds = if size.tokens > 5_000 {
            request.rounds.div_ceil(3)
        } else {
            request.rounds
        };
        println!("… {work}: {} tokens, {rounds} rounds", size.tokens);
        let options = json!({ "work": work, "rounds": rounds });
        let timed: Vec<Timed> = stage.step("encoder", "time", options).await?;
        table(work, *size, &timed).print();
        all.push((work.as_str(), *size, timed));
    }
    summary("median ms", median, &prepared.engines, &all).print();
    // On a machine with other work to do, the best run says more.
    let best = |times: &[f64]| range(times).0;
    summary("best ms", best, &prepared.engines, &all).print();
    for (name, peak) in &request.peaks {
        share(name, *peak, &all).print();
    }
    stage.close().await
}

/// Makes sure that the engines do the same work, and prints how alike their vectors are.
async fn agree(stage: &Stage) -> Result<()> {
    let found: Agreement = stage.step("encoder", "agree", json!({})).await?;
    println!(
        "\nLowest cosine to the vectors of “{}”, {} texts:",
        found.reference, found.texts
    );
    let mut table = Table::new(&["engine", "lowest cosine"]);
    for engine in &found.engines {
        table.row(vec![engine.engine.clone(), format!("{:.6}", engine.lowest)]);
    }
    table.print();
    for engine in &found.engines {
        ensure!(
            engine.differs.is_none(),
            "{} reads other tokens than {} of {:?}",
            engine.engine,
            found.reference,
            engine.differs
        );
        let least = if engine.exact {
            F32_COSINE
        } else {
            INT8_COSINE
        };
        ensure!(
            engine.lowest >= least,
            "{} computes something else: {}",
            engine.engine,
            engine.lowest
        );
    }
    Ok(())
}

/// What an engine's times are compared with: the peer of its precision, with as many threads.
fn peer(engine: &str) -> Option<&'static str> {
    let two = engine.contains("2 workers");
    if engine.starts_with("fast") {
        Some(if two {
            "Transformers.js q8, 2 threads"
        } else {
            "Transformers.js q8, 1 thread"
        })
    } else if engine.starts_with("exact") {
        Some(if two {
            "Transformers.js f32, 2 threads"
        } else {
            "Transformers.js f32, 1 thread"
        })
    } else {
        None
    }
}

/// What many times of one work come to.
type Statistic = fn(&[f64]) -> f64;

fn value(statistic: Statistic, timed: &[Timed], engine: &str) -> Option<f64> {
    let found = timed.iter().find(|timed| timed.contender == engine)?;
    Some(statistic(&found.times))
}

/// How many times as fast as its peer an engine is.
fn ratio(statistic: Statistic, timed: &[Timed], engine: &str) -> Option<f64> {
    let own = value(statistic, timed, engine)?;
    Some(value(statistic, timed, peer(engine)?)? / own)
}

fn times(ratio: Option<f64>) -> String {
    ratio.map_or_else(String::new, |ratio| format!("{ratio:.2}×"))
}

fn table(work: &str, size: Size, timed: &[Timed]) -> Table {
    let mut table = Table::new(&[work, "median ms", "min–max", "tokens/s", "against its peer"]);
    for one in timed {
        let (low, high) = range(&one.times);
        let middle = median(&one.times);
        table.row(vec![
            one.contender.clone(),
            figure(middle),
            format!("{}–{}", figure(low), figure(high)),
            format!("{:.0}", f64::from(size.tokens) / middle * 1000.0),
            times(ratio(median, timed, &one.contender)),
        ]);
    }
    table
}

/// Everything by one statistic, with the ratio to the peer.
fn summary(
    name: &str,
    statistic: Statistic,
    engines: &[String],
    all: &[(&str, Size, Vec<Timed>)],
) -> Table {
    let works = all.iter().map(|(work, ..)| *work);
    let columns: Vec<&str> = std::iter::once(name).chain(works).collect();
    let mut table = Table::new(&columns);
    for engine in engines {
        let mut row = vec![engine.clone()];
        for (_, _, timed) in all {
            let value = value(statistic, timed, engine).map_or_else(String::new, figure);
            let ratio = times(ratio(statistic, timed, engine));
            row.push(format!("{value} {ratio}").trim_end().to_owned());
        }
        table.row(row);
    }
    table
}

/// The share of a peak that our engines reach, by the fastest run and the multiply-adds of the
/// linear layers alone.
fn share(name: &str, peak: f64, all: &[(&str, Size, Vec<Timed>)]) -> Table {
    let works = all.iter().map(|(work, ..)| *work);
    let head = format!("share of {name}: {peak:.1} GMAC/s");
    let columns: Vec<&str> = std::iter::once(head.as_str()).chain(works).collect();
    let mut table = Table::new(&columns);
    let exact = name.contains("f32");
    for engine in ["fast, 1 worker", "exact, 1 worker"] {
        if engine.starts_with("exact") != exact {
            continue;
        }
        let mut row = vec![engine.to_owned()];
        for (_, size, timed) in all {
            let found = timed.iter().find(|timed| timed.contender == engine);
            row.push(found.map_or_else(String::new, |timed| {
                let seconds = range(&timed.times).0 / 1000.0;
                let reached = f64::from(size.tokens) * MULTIPLY_ADDS / seconds / 1e9;
                format!("{:.0} %", reached / peak * 100.0)
            }));
        }
        table.row(row);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn engines_meet_the_peer_of_their_precision_and_threads() {
        assert_eq!(
            peer("fast, 2 workers, plain SIMD"),
            Some("Transformers.js q8, 2 threads")
        );
        assert_eq!(
            peer("exact, 1 worker"),
            Some("Transformers.js f32, 1 thread")
        );
        assert_eq!(peer("Candle BERT f32, 1 thread"), None);
        let timed = |contender: &str, times: &[f64]| Timed {
            contender: contender.into(),
            times: times.to_vec(),
        };
        let both = [
            timed("fast, 1 worker", &[1.0, 9.0, 2.0]),
            timed("Transformers.js q8, 1 thread", &[6.0]),
        ];
        assert_eq!(ratio(median, &both, "fast, 1 worker"), Some(3.0));
        assert_eq!(ratio(median, &both[..1], "fast, 1 worker"), None);
    }
}
