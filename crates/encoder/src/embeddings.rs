//! The result of embedding a list of texts.

/// Vectors of a list of texts, and how long the texts were.
#[derive(Debug, Clone, PartialEq)]
pub struct Embeddings {
    /// `[texts, dimensions]`, row-major, f32; every row has length 1.
    pub vectors: Vec<f32>,
    /// Length of a row of `vectors`.
    pub dimensions: usize,
    /// Tokens of each whole text, `[CLS]` and `[SEP]` included, before truncation.
    pub tokens: Vec<u32>,
    /// Whether a text was longer than the model reads, so that its end has no part in its vector.
    pub truncated: Vec<bool>,
    /// How many of the tokens that the model read of a text are the unknown token, which stands for
    /// every word that the vocabulary can't spell: texts that differ in such words alone have the
    /// same vector.
    pub unknown: Vec<u32>,
}

impl Embeddings {
    /// Number of texts.
    #[must_use]
    pub fn len(&self) -> usize {
        self.tokens.len()
    }

    /// Whether there are no texts.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tokens.is_empty()
    }

    /// Vector of text `index`, if there is one.
    #[must_use]
    pub fn vector(&self, index: usize) -> Option<&[f32]> {
        self.vectors.chunks_exact(self.dimensions).nth(index)
    }
}
