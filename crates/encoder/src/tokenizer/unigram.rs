//! Unigram, SentencePiece's usual model: of all ways to spell a text the most probable.
//!
//! Kudo, "Subword Regularization" (arXiv 1804.10959), without sampling. Sums run in f64 and ties go
//! to what was found first, as in the library, so that the tokens are its own.

use tokenizers::Token;

use super::vocabulary::{Trie, Vocabulary};
use super::{ModelFile, broken};

/// How much less probable than the least probable piece a character is that no piece spells.
const UNKNOWN_PENALTY: f64 = 10.0;

/// A Unigram model.
pub(super) struct Unigram {
    pub(super) vocabulary: Vocabulary,
    trie: Trie,
    pub(super) unknown: u32,
    unknown_score: f64,
    /// The pieces of single bytes, which spell what no other piece does; if all are there.
    bytes: Option<Vec<u32>>,
}

/// The best way to spell a text up to some byte.
#[derive(Clone, Copy)]
struct Best {
    score: f64,
    /// The last piece, and where it begins; none if nothing ends here.
    last: Option<(u32, usize)>,
}

impl Unigram {
    pub(super) fn new(file: ModelFile) -> serde_json::Result<Self> {
        let vocabulary = file.vocab;
        let scores = &vocabulary.scores;
        if scores.is_empty() {
            return Err(broken("Unigram needs a vocabulary with scores"));
        }
        let unknown = file.unk_id;
        let unknown = unknown.ok_or_else(|| broken("the Unigram model has no unk_id"))?;
        if unknown as usize >= vocabulary.len() {
            return Err(broken("unk_id is beyond the Unigram model's vocabulary"));
        }
        let least = scores.iter().fold(f64::INFINITY, |least, x| least.min(*x));
        let trie = vocabulary.trie();
        let byte = |byte: u8| trie.id(&format!("<0x{byte:02X}>"));
        let bytes = file
            .byte_fallback
            .then(|| (0..=u8::MAX).map(byte).collect());
        Ok(Self {
            bytes: bytes.flatten(),
            unknown,
            unknown_score: least - UNKNOWN_PENALTY,
            trie,
            vocabulary,
        })
    }

    pub(super) fn tokenize(&self, text: &str) -> Vec<Token> {
        let mut tokens: Vec<Token> = Vec::new();
        let mut push = |id: u32, start: usize, end: usize| {
            tokens.push(Token::new(id, String::new(), (start, end)));
        };
        // Characters side by side that no piece spells are one token.
        let mut unknown: Option<(usize, usize)> = None;
        for (id, start, end) in self.best(text) {
            if id == self.unknown {
                unknown = Some((unknown.map_or(start, |(first, _)| first), end));
                continue;
            }
            if let Some((start, end)) = unknown.take() {
                self.push_unknown(text, (start, end), &mut push);
            }
            push(id, start, end);
        }
        if let Some(range) = unknown {
            self.push_unknown(text, range, &mut push);
        }
        tokens
    }

    fn push_unknown(
        &self,
        text: &str,
        (start, end): (usize, usize),
        push: &mut impl FnMut(u32, usize, usize),
    ) {
        let written = &text[start..end];
        match (self.trie.id(written), &self.bytes) {
            (Some(id), _) => push(id, start, end),
            (None, Some(bytes)) => {
                for byte in written.bytes() {
                    push(bytes[usize::from(byte)], start, end);
                }
            }
            (None, None) => push(self.unknown, start, end),
        }
    }

    /// The pieces of the most probable spelling (Viterbi), with where each begins and ends.
    fn best(&self, text: &str) -> Vec<(u32, usize, usize)> {
        let none = Best {
            score: 0.0,
            last: None,
        };
        let mut best = vec![none; text.len() + 1];
        for (start, c) in text.char_indices() {
            let before = best[start].score;
            let mut offer = |id: u32, end: usize, score: f64| {
                let best: &mut Best = &mut best[end];
                if best.last.is_none() || score > best.score {
                    *best = Best {
                        score,
                        last: Some((id, start)),
                    };
                }
            };
            let mut spelled = false;
            for (length, id) in self.trie.prefixes(Trie::ROOT, &text.as_bytes()[start..]) {
                let score = self.vocabulary.scores[id as usize];
                offer(id, start + length, score + before);
                spelled |= length == c.len_utf8();
            }
            if !spelled {
                let end = start + c.len_utf8();
                offer(self.unknown, end, self.unknown_score + before);
            }
        }
        let mut pieces = Vec::new();
        let mut end = text.len();
        while let Some((id, start)) = best[end].last {
            pieces.push((id, start, end));
            end = start;
        }
        pieces.reverse();
        pieces
    }
}
