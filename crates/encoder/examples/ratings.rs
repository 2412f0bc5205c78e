//! How people rate pairs of texts that a model gives a score: the table in
//! `crates/client/src/ratings.rs`, and how well it holds.
//!
//! ```sh
//! cargo run --release -p semblance-encoder --example ratings -- exact MODEL TRAIN DEV
//! ```
//! TRAIN and DEV are `sts-train.csv` and `sts-dev.csv` of the STS benchmark; MODEL is a folder with
//! `model.safetensors`, `tokenizer.json` and `config.json`. The fit is isotonic (Barlow et al.,
//! *Statistical Inference under Order Restrictions*, 1972): of all rising curves the one nearest to
//! the ratings of the train split. Its bounds are the sixths of the ratings at both ends among the
//! pairs of about the same score, so that two of three pairs fall between; they rise too.

use std::error::Error;
use std::io::Write;
use std::path::Path;

use semblance_encoder::{Encoder, ModelFiles, Precision};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Scores of the table, from 0 on, this far apart.
const STEP: f64 = 0.05;
const STEPS: usize = 21;
/// Pairs to either side of a score among which the sixths are counted.
const AROUND: usize = 150;
/// Ratings go from 0 to this.
const BEST: f64 = 5.0;

/// A score and the mean rating of people.
type Rated = (f64, f64);

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [precision, folder, train, dev] = &arguments[..] else {
        return Err("give `exact` or `fast`, a model's folder, and two files of pairs".into());
    };
    let mut encoder = load(precision, Path::new(folder))?;
    let train = rated(&mut encoder, &std::fs::read_to_string(train)?)?;
    let dev = rated(&mut encoder, &std::fs::read_to_string(dev)?)?;
    let mean = isotonic(&train.iter().map(|pair| pair.1).collect::<Vec<_>>());
    let [low, high] = [1.0 / 6.0, 5.0 / 6.0].map(|share| isotonic(&quantiles(&train, share)));
    let table: Vec<[f64; 3]> = (0..STEPS)
        .map(|step| [&mean, &low, &high].map(|curve| at(&train, curve, step as f64 * STEP)))
        .collect();
    let mut out = std::io::stdout().lock();
    for row in &table {
        writeln!(out, "    [{:.2}, {:.2}, {:.2}],", row[0], row[1], row[2])?;
    }
    for (name, pairs) in [("train", &train), ("dev", &dev)] {
        let error = calibration(pairs, &table);
        let within = pairs.iter().filter(|(score, rating)| {
            let [_, low, high] = read(&table, *score);
            (low..=high).contains(rating)
        });
        let within = within.count() as f64 / pairs.len() as f64;
        writeln!(
            out,
            "{name}: {} pairs, calibration error {error:.4} of the scale, {within:.3} within the bounds",
            pairs.len()
        )?;
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

/// The pairs of a file with their scores, by score. Ratings stand in column 5, texts in 6 and 7.
fn rated(encoder: &mut Encoder, file: &str) -> Outcome<Vec<Rated>> {
    let mut pairs = Vec::new();
    for line in file.lines() {
        let mut cells = line.split('\t').skip(4);
        let (Some(rating), Some(a), Some(b)) = (cells.next(), cells.next(), cells.next()) else {
            continue;
        };
        let vectors = encoder.embed(&[a, b])?;
        let (a, b) = vectors.vectors.split_at(vectors.dimensions);
        let products = a.iter().zip(b).map(|(x, y)| f64::from(*x) * f64::from(*y));
        pairs.push((products.sum(), rating.parse()?));
    }
    pairs.sort_by(|x: &Rated, y| x.0.total_cmp(&y.0));
    Ok(pairs)
}

/// The rising sequence nearest to `values` by squares: neighbours that fall are pooled.
fn isotonic(values: &[f64]) -> Vec<f64> {
    let mut pools: Vec<(f64, usize)> = Vec::new();
    for &value in values {
        pools.push((value, 1));
        while let [.., (before, many), (after, more)] = pools[..]
            && before >= after
        {
            pools.truncate(pools.len() - 2);
            let count = many + more;
            let sum = before * many as f64 + after * more as f64;
            pools.push((sum / count as f64, count));
        }
    }
    let spread = |&(value, count): &(f64, usize)| std::iter::repeat_n(value, count);
    pools.iter().flat_map(spread).collect()
}

/// At each pair, the rating below which this share of the pairs around it are.
fn quantiles(pairs: &[Rated], share: f64) -> Vec<f64> {
    let each = (0..pairs.len()).map(|at| {
        let around = at.saturating_sub(AROUND)..(at + AROUND + 1).min(pairs.len());
        let mut ratings: Vec<_> = pairs[around].iter().map(|pair| pair.1).collect();
        ratings.sort_by(f64::total_cmp);
        ratings[((ratings.len() - 1) as f64 * share).round() as usize]
    });
    each.collect()
}

/// The mean of a curve over the pairs of about this score.
fn at(pairs: &[Rated], curve: &[f64], score: f64) -> f64 {
    let near = |half: f64| {
        let from = pairs.partition_point(|pair| pair.0 < score - half);
        let to = pairs.partition_point(|pair| pair.0 <= score + half);
        from..to
    };
    let mut half = STEP / 2.0;
    while near(half).len() < 10 && half < 1.0 {
        half *= 1.5;
    }
    let near = near(half);
    curve[near.clone()].iter().sum::<f64>() / near.len().max(1) as f64
}

/// A row of the table between two of its scores.
fn read(table: &[[f64; 3]], score: f64) -> [f64; 3] {
    let place = (score / STEP).clamp(0.0, (STEPS - 1) as f64);
    let below = (place as usize).min(STEPS - 2);
    let part = place - below as f64;
    std::array::from_fn(|of| table[below][of] * (1.0 - part) + table[below + 1][of] * part)
}

/// The mean distance between what is said and what people said, over ten equal parts of the pairs,
/// as a share of the scale.
fn calibration(pairs: &[Rated], table: &[[f64; 3]]) -> f64 {
    let size = pairs.len().div_ceil(10);
    let apart = pairs.chunks(size).map(|part| {
        let said: f64 = part.iter().map(|pair| read(table, pair.0)[0]).sum();
        let rated: f64 = part.iter().map(|pair| pair.1).sum();
        (said - rated).abs() / BEST
    });
    apart.sum::<f64>() / pairs.len() as f64
}
