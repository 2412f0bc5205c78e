//! One text, shared out among several encoders: each takes some of its tokens through the model.
//!
//! Only attention looks beyond a token. Before it, in each layer, every part hands the keys and
//! values of its tokens to all others; at the end it hands its last hidden states to part 0, which
//! has the vector. (Sequence parallelism, as in arXiv 2105.13120, without its ring.)

use std::ops::Range;

use crate::bert::{Bert, Rows};
use crate::{Embeddings, EncoderError, Pooling, TextTokens, pooling};

/// Parts begin at whole multiples of it: matrix products take as many rows at a time.
const TILE: usize = 4;

/// What comes next in a [`Share`].
#[derive(Debug, Clone, PartialEq)]
pub enum Turn {
    /// Hand these rows to every other part, and [`take`](Share::take) the rows of each.
    Exchange(Vec<f32>),
    /// Hand these rows to part 0: there is nothing left to do.
    Last(Vec<f32>),
    /// Take the last rows of each other part. For part 0 alone.
    Await,
    /// This is the text's vector. For part 0 alone.
    Done(Embeddings),
}

/// How far a part has come.
#[derive(Clone, Copy, PartialEq)]
enum Stage {
    /// Nothing has run.
    Start,
    /// Keys and values of this layer are on their way.
    Layer(usize),
    /// The last hidden states are on their way.
    Last,
}

/// One part of a text. Its memory is its own, so that others may be embedded meanwhile.
pub struct Share {
    rows: Rows,
    stage: Stage,
    part: usize,
    /// The tokens of each part.
    bounds: Vec<Range<usize>>,
    /// Whether each part's rows are there.
    taken: Vec<bool>,
    /// Last hidden states of all tokens, `[tokens, hidden]`, in part 0.
    last: Vec<f32>,
    total: u32,
    truncated: bool,
    unknown: u32,
}

impl Share {
    pub(crate) fn new(
        model: &Bert,
        tokens: TextTokens,
        part: usize,
        parts: usize,
    ) -> Result<Self, EncoderError> {
        let count = tokens.ids.len();
        let bound = |part: usize| (count * part / parts).next_multiple_of(TILE).min(count);
        let bounds: Vec<_> = (0..parts).map(|i| bound(i)..bound(i + 1)).collect();
        let own = bounds[part].clone();
        let mut rows = model.rows()?;
        rows.batch.push(&tokens.ids[own.clone()]);
        rows.batch.before = own.start;
        rows.batch.after = count - own.end;
        Ok(Self {
            rows,
            stage: Stage::Start,
            part,
            taken: vec![true; parts],
            bounds,
            last: Vec::new(),
            total: tokens.total,
            truncated: tokens.truncated(),
            unknown: tokens.unknown,
        })
    }

    /// Takes what part `from` hands over, the rows of its [`Turn::Exchange`] or [`Turn::Last`].
    ///
    /// # Errors
    /// [`EncoderError::OtherParts`] if there is no such part, it has handed over its rows before, or
    /// they are not as many as they should be.
    pub fn take(&mut self, from: usize, rows: &[f32]) -> Result<(), EncoderError> {
        let size = self.rows.size();
        let (Some(bounds), Some(false)) = (self.bounds.get(from), self.taken.get(from)) else {
            return Err(EncoderError::OtherParts);
        };
        let width = match self.stage {
            Stage::Last if self.part > 0 => return Err(EncoderError::OtherParts),
            Stage::Last => size,
            Stage::Start | Stage::Layer(_) => 2 * size,
        };
        if rows.len() != bounds.len() * width {
            return Err(EncoderError::OtherParts);
        }
        if self.stage == Stage::Last {
            self.last[bounds.start * size..bounds.end * size].copy_from_slice(rows);
        } else {
            let fused = self.rows.fused().chunks_exact_mut(3 * size);
            let rows = rows.chunks_exact(2 * size);
            for (to, from) in fused.skip(bounds.start).zip(rows) {
                to[size..].copy_from_slice(from);
            }
        }
        self.taken[from] = true;
        Ok(())
    }

    pub(crate) fn proceed(&mut self, model: &Bert, pooling: Pooling) -> Result<Turn, EncoderError> {
        if self.taken.contains(&false) {
            return Err(EncoderError::OtherParts);
        }
        let next = match self.stage {
            Stage::Start => {
                model.embed(&mut self.rows)?;
                0
            }
            Stage::Layer(layer) => {
                model.attend(layer, &mut self.rows)?;
                layer + 1
            }
            Stage::Last => return self.finish(pooling),
        };
        // A single part waits for nobody.
        self.taken.fill(false);
        self.taken[self.part] = true;
        let size = self.rows.size();
        let own = self.bounds[self.part].clone();
        if next < model.layers() {
            model.project(next, &mut self.rows)?;
            self.stage = Stage::Layer(next);
            let fused = &self.rows.fused()[3 * size * own.start..3 * size * own.end];
            let rows = fused.chunks_exact(3 * size);
            return Ok(Turn::Exchange(
                rows.flat_map(|row| &row[size..]).copied().collect(),
            ));
        }
        self.stage = Stage::Last;
        let rows = self.rows.read(<[f32]>::to_vec)?;
        if self.part > 0 {
            return Ok(Turn::Last(rows));
        }
        self.last = rows;
        let all = self.bounds.last().map_or(0, |last| last.end);
        self.last.resize(all * size, 0.0);
        Ok(Turn::Await)
    }

    fn finish(&self, pooling: Pooling) -> Result<Turn, EncoderError> {
        let dimensions = self.rows.size();
        let mut vectors = vec![0.0; dimensions];
        if !pooling::pool(pooling, &self.last, &mut vectors) {
            return Err(EncoderError::NotFiniteVector { index: 0 });
        }
        Ok(Turn::Done(Embeddings {
            vectors,
            dimensions,
            tokens: vec![self.total],
            truncated: vec![self.truncated],
            unknown: vec![self.unknown],
        }))
    }
}
