//! An exact split of a text's vector into what each of its words brings.

mod splitting;
mod words;

pub use splitting::Splitting;
pub use words::{MOST_WORDS, Word};

use crate::{Encoder, EncoderError};

/// A text's vector as a sum of vectors of its words.
#[derive(Debug, Clone, PartialEq)]
pub struct Split {
    /// The words, in the order of the text; phrases where it has more than [`MOST_WORDS`] words.
    pub words: Vec<Word>,
    /// What each word brings: `[words, dimensions]`, row-major, f32. The rows sum to the text's
    /// vector, which has length 1.
    pub vectors: Vec<f32>,
    /// Length of a row of `vectors`.
    pub dimensions: usize,
    /// Length of the text's vector before it was scaled to 1.
    pub length: f32,
    /// Length of what is of no word and was shared out among them, where the text's vector has
    /// length 1: about a half for MiniLM, and much alike for all texts.
    pub rest: f32,
    /// Whether the text goes on after what the model reads.
    pub truncated: bool,
}

impl Split {
    /// What each pair of words brings to the score of two texts: `[words of a, words of b]`,
    /// row-major; it sums to their cosine similarity. `None` if they are not of one model.
    #[must_use]
    pub fn table(&self, other: &Self) -> Option<Vec<f32>> {
        if self.dimensions != other.dimensions {
            return None;
        }
        let rows = |split: &Self| -> Vec<Vec<f64>> {
            let rows = split.vectors.chunks_exact(split.dimensions.max(1));
            rows.map(|row| row.iter().map(|x| f64::from(*x)).collect())
                .collect()
        };
        let (a, b) = (rows(self), rows(other));
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>() as f32;
        Some(a.iter().flat_map(|a| b.iter().map(|b| dot(a, b))).collect())
    }
}

/// A text without one of its words: a space stands in the place of the word, so that what is left
/// has the tokens that it had. What the model did not read before, for it was too long, may move
/// up.
///
/// `None` if the text has no such bytes.
#[must_use]
pub fn without(text: &str, word: &Word) -> Option<String> {
    let (before, after) = (text.get(..word.start)?, text.get(word.end..)?);
    (word.start <= word.end).then(|| [before, after].join(" "))
}

impl Encoder {
    /// Splits a text at once. See [`Splitting`] for what is done, and for doing it step by step.
    ///
    /// # Errors
    /// [`EncoderError::Tokenise`], and [`EncoderError::NotFiniteVector`] if the text has none.
    pub fn split(&self, text: &str) -> Result<Split, EncoderError> {
        let mut splitting = self.begin_split(text)?;
        loop {
            if let Some(split) = self.proceed_split(&mut splitting)? {
                return Ok(split);
            }
        }
    }
}
