//! Sending the words of a text through the model side by side.

use super::words::Words;
use super::{Split, Word};
use crate::bert::{Bert, Fixed, PartsMemory, Rows};
use crate::{Encoder, EncoderError, Pooling, Token, pooling};

/// Rows that go through the rest of a layer in one step.
const STEP: usize = 192;

/// Tokens beyond the model's limit that are looked at for the end of a word. Words of more than 100
/// letters are one token.
const BEYOND: usize = 128;

/// A text on its way to its [`Split`], step by step, so that others can be served in between, and
/// the work given up.
///
/// Each word has a stream of its own, which starts with the embeddings of the word's tokens and
/// passes through all layers. In these the attention weights, the statistics of the layer norms
/// and the slopes of the activation, `f(x) / x`, are held at what they are for the whole text.
/// Everything else is linear, so the streams sum to what the model computes, less what comes of the
/// special tokens around the text, of the biases, and of rounding. This rest is shared out among
/// the words in the end, in proportion to their tokens.
///
/// With int8 weights, streams meet the weights as they are, at 14 bits instead of 8; what the
/// coarser steps of the model itself have done is in the rest.
///
/// After "DecompX: Explaining Transformers Decisions by Propagating Token Decomposition"
/// (Modarressi et al., ACL 2023, arXiv 2306.02873), with another rule for the biases.
pub struct Splitting {
    rows: Rows,
    words: Vec<Word>,
    /// Whether the text goes on after what the model reads.
    truncated: bool,
    /// The streams: `[tokens, words, hidden]`.
    parts: Vec<f32>,
    memory: PartsMemory,
    layer: usize,
    under_way: Option<UnderWay>,
}

/// A layer in which attention has been done.
struct UnderWay {
    fixed: Fixed,
    /// What attention gathered of the streams.
    context: Vec<f32>,
    /// Tokens that have left the layer.
    done: usize,
}

impl Splitting {
    fn new(model: &Bert, text: &str, tokens: &[Token]) -> Result<Self, EncoderError> {
        let Words { words, owners } = Words::new(tokens, text);
        let read = tokens.iter().filter(|token| !token.cut);
        let ids: Vec<_> = read.map(|token| token.id).collect();
        let mut rows = model.rows()?;
        rows.batch.push(&ids);
        model.embed(&mut rows)?;
        let width = words.len() * rows.size();
        let mut parts = vec![0.0; ids.len() * width];
        rows.read(|hidden| spread(hidden, &owners, width, &mut parts))?;
        Ok(Self {
            truncated: tokens.len() > ids.len(),
            rows,
            words,
            parts,
            memory: PartsMemory::default(),
            layer: 0,
            under_way: None,
        })
    }

    fn tokens(&self) -> usize {
        self.rows.batch.ids.len()
    }

    /// Runs the model's own layer, and attention over the streams.
    fn begin_layer(&mut self, model: &Bert) -> Result<(), EncoderError> {
        let fixed = model.run_fixed(self.layer, &mut self.rows)?;
        let parts = (&self.parts[..], self.words.len());
        let context = model.mix_parts(self.layer, &fixed, parts, &mut self.memory)?;
        self.under_way = Some(UnderWay {
            fixed,
            context,
            done: 0,
        });
        Ok(())
    }

    fn step(&mut self, model: &Bert) -> Result<(), EncoderError> {
        let (all, count) = (self.tokens(), self.words.len());
        let Some(layer) = &mut self.under_way else {
            return self.begin_layer(model);
        };
        let tokens = layer.done..all.min(layer.done + (STEP / count).max(1));
        let width = count * self.rows.size();
        let rows = tokens.start * width..tokens.end * width;
        model.finish_parts(
            self.layer,
            &layer.fixed,
            (tokens.start, count),
            &layer.context[rows.clone()],
            &mut self.parts[rows],
            &mut self.memory,
        );
        layer.done = tokens.end;
        if layer.done == all {
            self.under_way = None;
            self.layer += 1;
        }
        Ok(())
    }

    fn finish(&mut self, pooling: Pooling) -> Result<Split, EncoderError> {
        let size = self.rows.size();
        let (chosen, whole) = self.rows.read(|hidden| {
            // Whose values are the largest is held, too.
            let chosen = pooling::largest(pooling, hidden, size);
            let whole = pooling::mean(pooling, chosen.as_deref(), hidden, size);
            (chosen, whole)
        })?;
        let width = self.words.len() * size;
        let mut vectors = pooling::mean(pooling, chosen.as_deref(), &self.parts, width);
        let rest = share_rest(&whole, &mut vectors, &self.words);
        let (length, rest) = (norm(&whole), norm(&rest));
        if !length.is_finite() {
            return Err(EncoderError::NotFiniteVector { index: 0 });
        }
        let scaled = |x: &f64| (x / pooling::bounded(length)) as f32;
        Ok(Split {
            words: std::mem::take(&mut self.words),
            vectors: vectors.iter().map(scaled).collect(),
            dimensions: size,
            length: length as f32,
            rest: (rest / pooling::bounded(length)) as f32,
            truncated: self.truncated,
        })
    }
}

/// Puts each token's row, `[tokens, hidden]`, into the stream of its word; the special ones belong
/// to none.
fn spread(hidden: &[f32], owners: &[Option<usize>], width: usize, parts: &mut [f32]) {
    let size = hidden.len() / owners.len().max(1);
    let tokens = parts.chunks_exact_mut(width).zip(owners);
    for ((token, owner), row) in tokens.zip(hidden.chunks_exact(size)) {
        if let Some(word) = owner {
            token[word * size..][..size].copy_from_slice(row);
        }
    }
}

/// Shares out what `vectors`, `[words, dimensions]`, lack of the whole vector, and returns it.
fn share_rest(whole: &[f64], vectors: &mut [f64], words: &[Word]) -> Vec<f64> {
    let mut rest = whole.to_vec();
    for vector in vectors.chunks_exact(whole.len()) {
        rest.iter_mut().zip(vector).for_each(|(rest, x)| *rest -= x);
    }
    let tokens: usize = words.iter().map(|word| word.tokens).sum();
    for (word, vector) in words.iter().zip(vectors.chunks_exact_mut(whole.len())) {
        // A text without words has one stream, which stands for all of it.
        let share = match tokens {
            0 => 1.0,
            _ => word.tokens as f64 / tokens as f64,
        };
        vector
            .iter_mut()
            .zip(&rest)
            .for_each(|(x, rest)| *x += share * rest);
    }
    rest
}

fn norm(vector: &[f64]) -> f64 {
    vector.iter().map(|x| x * x).sum::<f64>().sqrt()
}

impl Encoder {
    /// Begins to split a text.
    ///
    /// # Errors
    /// [`EncoderError::Tokenise`] if the tokenizer refuses the text.
    pub fn begin_split(&self, text: &str) -> Result<Splitting, EncoderError> {
        let tokens = self.tokens(text, self.info().max_tokens + BEYOND)?;
        Splitting::new(self.model(), text, &tokens)
    }

    /// Takes one step of a few hundredths of a second; the last one gives the split.
    ///
    /// # Errors
    /// [`EncoderError::NotFiniteVector`] if the text has no finite vector.
    pub fn proceed_split(&self, splitting: &mut Splitting) -> Result<Option<Split>, EncoderError> {
        if splitting.layer == self.model().layers() {
            return splitting.finish(self.info().pooling).map(Some);
        }
        splitting.step(self.model()).map(|()| None)
    }

    /// How far a split has come, 0 to 1.
    #[must_use]
    pub fn split_progress(&self, splitting: &Splitting) -> f32 {
        let tokens = splitting.tokens().max(1);
        let done = (splitting.under_way.as_ref()).map_or(0, |layer| layer.done);
        let all = (self.model().layers() * tokens).max(1);
        (splitting.layer * tokens + done) as f32 / all as f32
    }

    /// The plain way to credit words, to compare a [`Split`] with: each has what the last layer
    /// has at its tokens, the special ones' shared out. That layer has mixed all words into each.
    ///
    /// # Errors
    /// As [`Encoder::split`].
    pub fn last_layer_shares(&self, text: &str) -> Result<Split, EncoderError> {
        let tokens = self.tokens(text, self.info().max_tokens + BEYOND)?;
        let mut splitting = Splitting::new(self.model(), text, &tokens)?;
        self.model().forward(&mut splitting.rows)?;
        let owners = Words::new(&tokens, text).owners;
        let width = splitting.words.len() * splitting.rows.size();
        splitting.parts.fill(0.0);
        let Splitting { rows, parts, .. } = &mut splitting;
        rows.read(|hidden| spread(hidden, &owners, width, parts))?;
        splitting.finish(self.info().pooling)
    }
}
