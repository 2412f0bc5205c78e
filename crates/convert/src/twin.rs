//! A static twin: a model that is a table of words, made to say nearly what a transformer says.
//!
//! A text's vector is the mean of its tokens' rows. The rows begin as what the transformer makes of
//! each token by itself, weighed by how rare the token is, so that a mean leans on the words that
//! tell texts apart ("A Simple but Tough-to-Beat Baseline for Sentence Embeddings", Arora et al.,
//! ICLR 2017; Model2Vec, 2024). Then they are moved, as little as it takes, to where the means of
//! sentences come near the vectors that the transformer has for these: a ridge regression, solved
//! by conjugate gradients. No rating is looked at. Last, the directions in which texts differ least
//! are left out.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use semblance_encoder::{
    BertConfig, Encoder, EncoderError, FORMAT_VERSION, ModelFiles, Precision, TextTokenizer, int8,
    metadata,
};
use serde_json::json;

use crate::ConvertError;
use crate::parallel::by_rows;
use crate::write::{Output, write};

/// Components of a row that are kept.
const WIDTH: usize = 256;
/// Probability of a token, by its place in the vocabulary, at which its weight is a half.
const RARE: f64 = 1e-4;
/// What moving a row costs, against what it gains. Of 0.003 to 1 it gave the best scores on the STS
/// benchmark's dev split.
const RIDGE: f64 = 0.03;
/// Steps of the descent; more change nothing.
const STEPS: usize = 40;
/// Longest text in tokens: memory for a text grows with it, and nothing else does.
const MAX_TOKENS: usize = 8192;

/// Makes the static twin of the model in folder `source` (`name` is what it will be called) and
/// writes it into folder `out`, which is made if it isn't there. `texts` are sentences of the kind
/// that it is for.
///
/// # Errors
/// A [`ConvertError`] that names the file or tensor at fault.
pub fn twin(source: &Path, out: &Path, texts: &[String], name: &str) -> Result<(), ConvertError> {
    let read = |name: &str| {
        let path = source.join(name);
        std::fs::read(&path).map_err(|source| ConvertError::Read { path, source })
    };
    let (weights, tokenizer) = (read("model.safetensors")?, read("tokenizer.json")?);
    let config = BertConfig::from_json(&read("config.json")?)?;
    let whole_config = read("config.json")?;
    let load = || {
        let files = ModelFiles {
            weights: weights.clone(),
            tokenizer: &tokenizer,
            config: &whole_config,
        };
        Encoder::load(files, Precision::Fast)
    };
    let encoder = load()?;
    let reader = TextTokenizer::new(&tokenizer, encoder.info().max_tokens, config.vocab_size)?;
    let ids = |text: &str| {
        let tokens = reader.tokenize(text).map(|tokens| tokens.ids);
        tokens.map_err(|error| ConvertError::Package(format!("a text can't be read: {error}")))
    };

    let around = ids("")?;
    let [before, after] = around[..] else {
        let how = "only models that put one token before a text and one after it have a twin";
        return Err(ConvertError::Package(how.to_owned()));
    };
    let vocabulary = config.vocab_size;
    let alone: Vec<_> = (0..vocabulary as u32)
        .map(|id| [before, id, after])
        .collect();
    let mut table = Table {
        width: encoder.info().dimensions,
        values: shared_out(&load, &alone, |encoder, lists| encoder.embed_ids(lists))?,
    };
    let mut sentences = Vec::new();
    for text in texts {
        let ids = ids(text)?;
        sentences.push(ids[1..ids.len() - 1].to_vec());
    }
    let mut wanted = Table {
        width: table.width,
        values: shared_out(&load, texts, |encoder, texts| {
            encoder.embed(texts).map(|embeddings| embeddings.vectors)
        })?,
    };

    let counts = counts(&sentences, vocabulary);
    table.centre();
    weigh(&mut table, &counts, sentences.len());
    wanted.centre();
    fit(&mut table, &sentences, &wanted);
    let shares = counts
        .iter()
        .map(|count| (count + 0.5) / sentences.len().max(1) as f64);
    let mut table = table.narrowed(WIDTH, &shares.collect::<Vec<_>>());
    // What stands around every text says nothing of it.
    for id in around {
        table.row_mut(id as usize).fill(0.0);
    }

    let width = table.width;
    let said = [
        (metadata::MODEL, name.to_owned()),
        (
            metadata::SOURCE_SHA256,
            encoder.info().source_sha256.clone(),
        ),
        (metadata::LICENSE, encoder.info().license.clone()),
        (metadata::DIMENSIONS, width.to_string()),
        (metadata::MAX_TOKENS, MAX_TOKENS.to_string()),
        (metadata::POOLING, "mean".to_owned()),
        (metadata::FORMAT_VERSION, FORMAT_VERSION.to_string()),
    ];
    let said: HashMap<_, _> = said.map(|(key, value)| (key.to_owned(), value)).into();
    let mut output = Output::new(said);
    let rows = int8::quantize_rows(&table.values, width);
    output.add_int8("embeddings.word_embeddings.weight", rows, width);
    let config = json!({
        "model_type": "static",
        "vocab_size": vocabulary,
        "hidden_size": width,
        "num_hidden_layers": 0,
        "num_attention_heads": 1,
        "intermediate_size": 1,
        "hidden_act": "relu",
        "max_position_embeddings": MAX_TOKENS,
        "type_vocab_size": 1,
        "layer_norm_eps": 0.0,
    });
    std::fs::create_dir_all(out).map_err(|source| ConvertError::Write {
        path: out.to_owned(),
        source,
    })?;
    write(out, "tokenizer.json", &tokenizer)?;
    write(out, "config.json", format!("{config:#}\n").as_bytes())?;
    write(out, "model.safetensors", &output.to_bytes()?)
}

/// Embeds items by an encoder for each thread of the machine; vectors are the same as by a single one.
fn shared_out<T: Sync>(
    load: &(impl Fn() -> Result<Encoder, EncoderError> + Sync),
    items: &[T],
    embed: impl Fn(&mut Encoder, &[T]) -> Result<Vec<f32>, EncoderError> + Sync,
) -> Result<Vec<f32>, EncoderError> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let part = items.len().div_ceil(threads).max(1);
    let mut results: Vec<_> = items.chunks(part).map(|_| Ok(Vec::new())).collect();
    std::thread::scope(|scope| {
        for (items, result) in items.chunks(part).zip(&mut results) {
            let embed = &embed;
            scope
                .spawn(move || *result = load().and_then(|mut encoder| embed(&mut encoder, items)));
        }
    });
    let parts = results.into_iter().collect::<Result<Vec<_>, _>>()?;
    Ok(parts.concat())
}

/// Rows of the same width.
struct Table {
    width: usize,
    /// Row-major.
    values: Vec<f32>,
}

impl Table {
    fn row(&self, row: usize) -> &[f32] {
        &self.values[row * self.width..][..self.width]
    }

    fn row_mut(&mut self, row: usize) -> &mut [f32] {
        &mut self.values[row * self.width..][..self.width]
    }

    /// Takes the mean row from all rows.
    fn centre(&mut self) {
        let rows = (self.values.len() / self.width).max(1) as f64;
        let mut mean = vec![0.0; self.width];
        for row in self.values.chunks_exact(self.width) {
            let both = mean.iter_mut().zip(row);
            both.for_each(|(mean, x)| *mean += f64::from(*x) / rows);
        }
        for row in self.values.chunks_exact_mut(self.width) {
            let both = row.iter_mut().zip(&mean);
            both.for_each(|(x, mean)| *x = (f64::from(*x) - mean) as f32);
        }
    }

    /// The same rows in the `width` directions in which they, each counted by its share, are
    /// longest.
    fn narrowed(&self, width: usize, shares: &[f64]) -> Self {
        let all = self.width;
        let width = width.min(all);
        let mut products = vec![0.0; all * all];
        for (row, share) in self.values.chunks_exact(all).zip(shares) {
            for (a, line) in row.iter().zip(products.chunks_exact_mut(all)) {
                let a = f64::from(*a) * share;
                line.iter_mut()
                    .zip(row)
                    .for_each(|(sum, b)| *sum += a * f64::from(*b));
            }
        }
        let directions = longest_directions(products, all, width);
        let mut values = vec![0.0; self.values.len() / all * width];
        by_rows(&mut values, width, |first, out| {
            for (row, out) in (first..).zip(out.chunks_exact_mut(width)) {
                for (x, direction) in out.iter_mut().zip(directions.chunks_exact(all)) {
                    let products = self.row(row).iter().zip(direction);
                    *x = products.map(|(a, b)| f64::from(*a) * b).sum::<f64>() as f32;
                }
            }
        });
        Self { width, values }
    }
}

/// In how many of the sentences each token is.
fn counts(sentences: &[Vec<u32>], vocabulary: usize) -> Vec<f64> {
    let mut counts = vec![0.0; vocabulary];
    for ids in sentences {
        for id in ids.iter().collect::<BTreeSet<_>>() {
            counts[*id as usize] += 1.0;
        }
    }
    counts
}

/// Weighs each row by how rare its token is, in the vocabulary's order (Zipf's law) and in the
/// sentences.
fn weigh(table: &mut Table, counts: &[f64], sentences: usize) {
    let place = |at: usize| 1.0 / (at as f64 + 2.0);
    let all: f64 = (0..counts.len()).map(place).sum();
    let whole = sentences as f64 + 1.0;
    for (at, count) in counts.iter().enumerate() {
        let probability = place(at) / all;
        let weight = RARE / (RARE + probability) * (whole / (count + 1.0)).ln();
        table
            .row_mut(at)
            .iter_mut()
            .for_each(|x| *x = (f64::from(*x) * weight) as f32);
    }
}

/// Moves the rows so that the means of sentences come near what is `wanted` of these.
fn fit(table: &mut Table, sentences: &[Vec<u32>], wanted: &Table) {
    let width = table.width;
    // Only rows of tokens that occur can move: `[tokens, width]` all of what follows.
    let used: Vec<u32> = sentences
        .iter()
        .flatten()
        .copied()
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    let places: HashMap<u32, usize> = used.iter().enumerate().map(|(at, id)| (*id, at)).collect();
    let sentences: Vec<Vec<usize>> = sentences
        .iter()
        .map(|ids| ids.iter().map(|id| places[id]).collect())
        .collect();
    let mut within = vec![Vec::new(); used.len()];
    for (at, places) in sentences.iter().enumerate() {
        places.iter().for_each(|place| within[*place].push(at));
    }
    let means = |rows: &[f32]| {
        let mut means = vec![0.0; sentences.len() * width];
        by_rows(&mut means, width, |first, out| {
            for (places, out) in sentences[first..].iter().zip(out.chunks_exact_mut(width)) {
                for place in places {
                    add(
                        out,
                        &rows[place * width..][..width],
                        1.0 / places.len() as f32,
                    );
                }
            }
        });
        means
    };
    // The other way about: what the sentences of each token miss.
    let gathered = |missing: &[f32]| {
        let mut rows = vec![0.0; used.len() * width];
        by_rows(&mut rows, width, |first, out| {
            for (within, out) in within[first..].iter().zip(out.chunks_exact_mut(width)) {
                for at in within {
                    let share = 1.0 / sentences[*at].len() as f32;
                    add(out, &missing[at * width..][..width], share);
                }
            }
        });
        rows
    };

    let mut rows: Vec<f32> = used
        .iter()
        .flat_map(|id| table.row(*id as usize))
        .copied()
        .collect();
    let begun = means(&rows);
    // The transformer's vectors have length 1; the means have whatever the weights gave them.
    let scale = dot(&begun, &wanted.values) / dot(&begun, &begun).max(f64::MIN_POSITIVE);
    let scaled = |x: &f32| (f64::from(*x) * scale) as f32;
    table.values.iter_mut().for_each(|x| *x = scaled(x));
    rows.iter_mut().for_each(|x| *x = scaled(x));
    let missing: Vec<f32> = wanted
        .values
        .iter()
        .zip(&begun)
        .map(|(w, x)| w - scaled(x))
        .collect();
    let mut left = gathered(&missing);
    let mut step = left.clone();
    let mut size = dot(&left, &left);
    for _ in 0..STEPS {
        let mut turned = gathered(&means(&step));
        add(&mut turned, &step, RIDGE as f32);
        let along = dot(&step, &turned);
        if along <= 0.0 {
            break;
        }
        let far = (size / along) as f32;
        add(&mut rows, &step, far);
        add(&mut left, &turned, -far);
        let now = dot(&left, &left);
        let keep = (now / size) as f32;
        size = now;
        step.iter_mut()
            .zip(&left)
            .for_each(|(step, left)| *step = left + keep * *step);
    }
    for (id, row) in used.iter().zip(rows.chunks_exact(width)) {
        table.row_mut(*id as usize).copy_from_slice(row);
    }
}

/// `to += times · from`.
fn add(to: &mut [f32], from: &[f32], times: f32) {
    to.iter_mut()
        .zip(from)
        .for_each(|(to, from)| *to += times * from);
}

fn dot(a: &[f32], b: &[f32]) -> f64 {
    a.iter()
        .zip(b)
        .map(|(a, b)| f64::from(*a) * f64::from(*b))
        .sum()
}

/// The eigenvectors of a symmetric matrix, `[n, n]`, with the largest eigenvalues, `[count, n]`, by
/// Jacobi's rotations.
fn longest_directions(mut matrix: Vec<f64>, n: usize, count: usize) -> Vec<f64> {
    let mut vectors = vec![0.0; n * n];
    (0..n).for_each(|i| vectors[i * n + i] = 1.0);
    let whole: f64 = matrix.iter().map(|x| x * x).sum();
    for _ in 0..30 {
        let off = (0..n).flat_map(|i| (0..i).map(move |j| i * n + j));
        let off: f64 = off.map(|at| matrix[at] * matrix[at]).sum();
        if off <= 1e-20 * whole {
            break;
        }
        for p in 0..n {
            for q in p + 1..n {
                rotate(&mut matrix, &mut vectors, n, (p, q));
            }
        }
    }
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|a, b| matrix[b * n + b].total_cmp(&matrix[a * n + a]));
    order.truncate(count);
    order
        .into_iter()
        .flat_map(|i| vectors[i * n..][..n].to_vec())
        .collect()
}

/// Turns rows and columns `p` and `q` so that what they have in common becomes 0. `vectors` has an
/// eigenvector in each row.
fn rotate(matrix: &mut [f64], vectors: &mut [f64], n: usize, (p, q): (usize, usize)) {
    let common = matrix[p * n + q];
    if common == 0.0 {
        return;
    }
    let ratio = (matrix[q * n + q] - matrix[p * n + p]) / (2.0 * common);
    let tangent = ratio.signum() / (ratio.abs() + (ratio * ratio + 1.0).sqrt());
    let cosine = 1.0 / (tangent * tangent + 1.0).sqrt();
    let sine = tangent * cosine;
    let turn = |of: &mut [f64], a: usize, b: usize| {
        let (x, y) = (of[a], of[b]);
        of[a] = cosine * x - sine * y;
        of[b] = sine * x + cosine * y;
    };
    for k in 0..n {
        turn(matrix, k * n + p, k * n + q);
    }
    for k in 0..n {
        turn(matrix, p * n + k, q * n + k);
        turn(vectors, p * n + k, q * n + k);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(i: usize) -> f32 {
        ((i * 7919) % 1009) as f32 / 504.5 - 1.0
    }

    #[test]
    fn directions_are_eigenvectors() {
        let n = 9;
        let mut matrix = vec![0.0; n * n];
        for i in 0..n {
            for j in 0..=i {
                let value = f64::from(noise(i * n + j)) + if i == j { i as f64 } else { 0.0 };
                (matrix[i * n + j], matrix[j * n + i]) = (value, value);
            }
        }
        let found = longest_directions(matrix.clone(), n, 3);
        let mut before = f64::INFINITY;
        for vector in found.chunks_exact(n) {
            let product = |row: &[f64]| row.iter().zip(vector).map(|(a, b)| a * b).sum::<f64>();
            let times: Vec<f64> = matrix.chunks_exact(n).map(product).collect();
            let value = product(&times);
            assert!(
                times
                    .iter()
                    .zip(vector)
                    .all(|(a, b)| (a - value * b).abs() < 1e-8)
            );
            assert!((product(vector) - 1.0).abs() < 1e-10 && value < before);
            before = value;
        }
    }

    /// Rows that sentences were made of are found again, where there are sentences enough.
    #[test]
    fn means_come_near_what_is_wanted() {
        let (tokens, width) = (20, 5);
        let truth: Vec<f32> = (0..tokens * width).map(|i| noise(i * 31 + 7)).collect();
        let sentences: Vec<Vec<u32>> = (0..200)
            .map(|s| {
                (0..1 + s % 4)
                    .map(|t| ((s * 13 + t * 7) % 19) as u32)
                    .collect()
            })
            .collect();
        let mean = |table: &[f32], ids: &Vec<u32>| {
            let mut mean = vec![0.0; width];
            ids.iter().for_each(|id| {
                add(
                    &mut mean,
                    &table[*id as usize * width..][..width],
                    1.0 / ids.len() as f32,
                );
            });
            mean
        };
        let wanted: Vec<f32> = sentences.iter().flat_map(|ids| mean(&truth, ids)).collect();
        let begun: Vec<f32> = truth
            .iter()
            .enumerate()
            .map(|(i, x)| x + 0.5 * noise(i))
            .collect();
        let mut table = Table {
            width,
            values: begun.clone(),
        };
        fit(
            &mut table,
            &sentences,
            &Table {
                width,
                values: wanted.clone(),
            },
        );
        let error = |table: &[f32]| {
            let means: Vec<f32> = sentences.iter().flat_map(|ids| mean(table, ids)).collect();
            let pairs = means.iter().zip(&wanted);
            pairs.map(|(a, b)| f64::from(a - b).powi(2)).sum::<f64>()
        };
        let [before, after] = [&begun, &table.values].map(|table| error(table));
        assert!(after < 0.01 * before, "{before} {after}");
    }

    #[test]
    fn rare_tokens_weigh_more() {
        let sentences = [vec![3, 4], vec![3, 5, 5], vec![3]];
        let counts = counts(&sentences, 7);
        assert_eq!(counts, [0.0, 0.0, 0.0, 3.0, 1.0, 1.0, 0.0]);
        let mut table = Table {
            width: 1,
            values: vec![1.0; 7],
        };
        weigh(&mut table, &counts, 3);
        assert!(table.values[3] == 0.0 && table.values[4] < table.values[5]);
        assert!(table.values[5] < table.values[6]);
    }
}
