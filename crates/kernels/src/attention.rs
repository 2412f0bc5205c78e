//! Scaled dot-product attention of one text.

use std::ops::Range;

use crate::finish::{self, Set};
use crate::float::Panels;
use crate::lanes::{Lanes, Native};
use crate::math::{exp, exp_near, map2};
use crate::vector::exponentials;

/// Queries whose scores are computed together.
const QUERIES: usize = 16;

/// How the query, key and value of each token lie in its row of the fused buffer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AttentionShape {
    /// Attention heads; `hidden` is `heads · head_size`.
    pub heads: usize,
    /// Features of one head.
    pub head_size: usize,
    /// What scores are multiplied by before the softmax: mostly `1 / √head_size`.
    pub scale: f32,
}

impl AttentionShape {
    /// The usual one, with a scale of `1 / √head_size`.
    pub fn new(heads: usize, head_size: usize) -> Self {
        let scale = 1.0 / (head_size as f32).sqrt();
        Self {
            heads,
            head_size,
            scale,
        }
    }
}

/// What scores gain by how far the key is from the query.
#[derive(Clone, Copy, Debug)]
pub struct DistanceBias<'a> {
    /// `[heads, 2 · reach − 1]`; key − query + reach − 1 is the place of a distance.
    pub values: &'a [f32],
    /// The longest text in tokens.
    pub reach: usize,
}

impl DistanceBias<'_> {
    /// What the scores of a query with the keys of a text gain: `[tokens]`.
    pub fn row(&self, head: usize, query: usize, tokens: usize) -> &[f32] {
        let start = head * (2 * self.reach - 1) + self.reach - 1 - query;
        &self.values[start..][..tokens]
    }
}

/// Memory for [`attention`], kept from one use to the next: some `tokens · (2 · head_size + 16)`
/// floats.
#[derive(Clone, Debug, Default)]
pub struct AttentionWorkspace {
    keys: Panels,
    values: Panels,
    scores: Vec<f32>,
}

/// `softmax(Q · Kᵀ · scale + bias) · V` of one text, head by head, for the tokens `queries`.
///
/// `qkv` is `[tokens, 3 · hidden]`, row-major, each row the token's query, key and value, all
/// heads of each side by side; `out` is `[queries, hidden]`; `bias` is what some models have. Every
/// token attends to every other: a batch is one call for each text. What a token
/// gets does not depend on which other queries the call has, bit for bit; queries outside the
/// range are not read.
///
/// Error of a value: below 1e-5 of the largest |V| of its head for up to 512 tokens with scores
/// of magnitude up to 20.
///
/// # Panics
/// If a length does not fit the shape, or there are no such queries.
pub fn attention(
    qkv: &[f32],
    queries: Range<usize>,
    shape: AttentionShape,
    bias: Option<DistanceBias<'_>>,
    out: &mut [f32],
    workspace: &mut AttentionWorkspace,
) {
    attention_with::<Native, false>(qkv, queries, shape, bias, out, workspace);
}

/// [`attention`] for values that are quantised afterwards: in a softmax whose shares have a relative
/// error of up to 2e-4.
///
/// # Panics
/// As [`attention`].
pub fn attention_near(
    qkv: &[f32],
    queries: Range<usize>,
    shape: AttentionShape,
    bias: Option<DistanceBias<'_>>,
    out: &mut [f32],
    workspace: &mut AttentionWorkspace,
) {
    attention_with::<Native, true>(qkv, queries, shape, bias, out, workspace);
}

/// [`attention`] or [`attention_near`] in the twin `L`.
#[inline(always)]
pub(crate) fn attention_with<L: Lanes, const NEAR: bool>(
    qkv: &[f32],
    queries: Range<usize>,
    shape: AttentionShape,
    bias: Option<DistanceBias<'_>>,
    out: &mut [f32],
    workspace: &mut AttentionWorkspace,
) {
    let AttentionShape {
        heads,
        head_size,
        scale,
    } = shape;
    let hidden = heads * head_size;
    let stride = 3 * hidden;
    assert!(
        hidden > 0 && qkv.len().is_multiple_of(stride),
        "rows cut short"
    );
    let tokens = qkv.len() / stride;
    assert!(queries.end <= tokens, "queries beyond the text");
    assert_eq!(out.len(), queries.len() * hidden, "length of the output");
    if let Some(bias) = bias {
        let length = heads * (2 * bias.reach).saturating_sub(1);
        assert_eq!(bias.values.len(), length, "length of the bias");
        assert!(tokens <= bias.reach, "a text beyond the bias");
    }
    if queries.is_empty() {
        return;
    }
    let AttentionWorkspace {
        keys,
        values,
        scores,
    } = workspace;
    scores.resize(QUERIES * tokens, 0.0);
    for head in 0..heads {
        let query = head * head_size;
        keys.pack_columns::<L>(&qkv[hidden + query..], tokens, head_size, stride);
        values.pack_rows(&qkv[2 * hidden + query..], head_size, tokens, stride);
        for start in queries.clone().step_by(QUERIES) {
            let rows = QUERIES.min(queries.end - start);
            let of = (&qkv[start * stride + query..], stride);
            keys.product::<L>(of, rows, head_size, |row, panel, y| {
                let width = 8.min(tokens - panel * 8);
                let y = y.map(|y| L::mul(y, L::splat(scale)));
                let scores = &mut scores[row * tokens + panel * 8..][..width];
                finish::store::<L, Set>(y, scores);
            });
            let mut shares = [0.0; QUERIES];
            for (row, scores) in scores.chunks_exact_mut(tokens).take(rows).enumerate() {
                if let Some(bias) = bias {
                    map2::<L>(scores, bias.row(head, start + row, tokens), L::add);
                }
                let total = match NEAR {
                    true => exponentials::<L>(scores, exp_near::<L>),
                    false => exponentials::<L>(scores, exp::<L>),
                };
                shares[row] = 1.0 / total;
            }
            values.product::<L>((scores, tokens), rows, tokens, |row, panel, y| {
                let y = y.map(|y| L::mul(y, L::splat(shares[row])));
                let width = 8.min(head_size - panel * 8);
                let row = start - queries.start + row;
                let out = &mut out[row * hidden + query + panel * 8..][..width];
                finish::store::<L, Set>(y, out);
            });
        }
    }
}
