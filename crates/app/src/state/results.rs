//! What the engine said about one state of the document. The views draw this and nothing else,
//! so that a score and the text it belongs to never come from two different moments.

use semblance_client::{Embedded, Pair, Similarity};
use semblance_scatter::ordered;
use semblance_workspace::{LineId, Text};
use std::collections::HashMap;

/// Up to this many texts every score is a cell with its number.
pub const TABLE_LIMIT: usize = 60;
/// Up to this many texts all scores are held in the page and drawn as a picture.
pub const MATRIX_LIMIT: usize = 2_000;

/// Scores and places of some texts. A *point* is a text's index in `texts`.
#[derive(Default)]
pub struct Results {
    /// The texts, in the order of the editor.
    pub texts: Vec<Text>,
    /// Token counts and truncation, one for each text.
    pub embedded: Vec<Embedded>,
    /// Texts of the document, of which `texts` may be the first part only.
    pub total: usize,
    /// All scores, up to [`MATRIX_LIMIT`] texts.
    pub similarity: Option<Similarity>,
    /// The most alike pairs, best first; empty above [`semblance_client::PAIRS_LIMIT`] texts.
    pub most: Vec<Pair>,
    /// The least alike pairs, worst first; empty above [`MATRIX_LIMIT`] texts.
    pub least: Vec<Pair>,
    points: HashMap<LineId, u32>,
}

impl Results {
    /// Results for `texts` out of `total`.
    pub fn new(texts: Vec<Text>, embedded: Vec<Embedded>, total: usize) -> Self {
        let points = texts
            .iter()
            .zip(0..)
            .map(|(text, point)| (text.line, point))
            .collect();
        Results {
            texts,
            embedded,
            total,
            points,
            ..Results::default()
        }
    }

    /// The point of a line, when it is among these texts.
    pub fn point(&self, line: LineId) -> Option<u32> {
        self.points.get(&line).copied()
    }

    /// The line of a point.
    pub fn line(&self, point: u32) -> Option<LineId> {
        self.texts.get(point as usize).map(|text| text.line)
    }

    /// What a point says; empty for a point that is not there.
    pub fn text(&self, point: u32) -> &str {
        self.texts.get(point as usize).map_or("", |text| &text.text)
    }

    /// Cosine similarity of two points, where all scores are held.
    pub fn score(&self, a: u32, b: u32) -> Option<f32> {
        let n = self.texts.len();
        let similarity = self.similarity.as_ref()?;
        similarity.scores.get(a as usize * n + b as usize).copied()
    }

    /// What is known of these texts by `of`, for the texts of `other`: those that it does not share
    /// have none.
    pub fn carried<T>(&self, other: &Results, of: impl Fn(usize) -> Option<T>) -> Vec<Option<T>> {
        let point = |text: &Text| of(self.point(text.line)? as usize);
        other.texts.iter().map(point).collect()
    }

    /// How many groups the texts fall into.
    pub fn groups(&self) -> u32 {
        self.texts.last().map_or(0, |text| text.group + 1)
    }
}

/// The `count` pairs of lowest score, lowest first, from all scores `[n, n]`.
pub fn least_alike(scores: &[f32], n: usize, count: usize) -> Vec<Pair> {
    let mut found: Vec<u128> = Vec::with_capacity(count * 2);
    let mut bound = u32::MAX;
    for a in 0..n {
        for b in a + 1..n {
            let at = a * n + b;
            let Some(&score) = scores.get(at) else {
                continue;
            };
            let score = ordered(score);
            if score >= bound {
                continue;
            }
            found.push(u128::from(score) << 64 | at as u128);
            // Twice as many as wanted: sort, and keep the lower half.
            if found.len() == count * 2 {
                found.sort_unstable();
                found.truncate(count);
                bound = found.last().map_or(bound, |last| (last >> 64) as u32);
            }
        }
    }
    found.sort_unstable();
    found.truncate(count);
    let pair = |key: u128| {
        let at = key as u64 as usize;
        Pair {
            a: (at / n) as u32,
            b: (at % n) as u32,
            score: scores[at],
        }
    };
    found.into_iter().map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn least_alike_pairs_of_a_table() {
        let n = 9;
        let score =
            |a: usize, b: usize| ((a * b * 7919 + (a + b) * 104_729) % 1000) as f32 / 1000.0;
        let scores: Vec<f32> = (0..n * n).map(|i| score(i / n, i % n)).collect();
        let mut all: Vec<f32> = (0..n)
            .flat_map(|a| (a + 1..n).map(move |b| score(a, b)))
            .collect();
        all.sort_by(f32::total_cmp);
        for count in [1, 5, 36, 100] {
            let found: Vec<f32> = least_alike(&scores, n, count)
                .iter()
                .map(|p| p.score)
                .collect();
            assert_eq!(found, all[..count.min(all.len())], "{count}");
        }
        assert!(least_alike(&[], 0, 5).is_empty());
        assert!(least_alike(&[1.0], 1, 5).is_empty());
    }
}
