//! Byte-pair encoding: of the pairs side by side, again and again the one is merged that was
//! learned first (Sennrich et al., arXiv 1508.07909).

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use serde::Deserialize;
use serde::de::{Deserializer, Error as _};
use tokenizers::Token;

use super::vocabulary::{Trie, Vocabulary};
use super::{ModelFile, broken};

/// A BPE model.
pub(super) struct Bpe {
    pub(super) vocabulary: Vocabulary,
    trie: Trie,
    /// Of each pair of pieces its rank, the first learned first, and what it makes.
    merges: HashMap<(u32, u32), (u32, u32)>,
    pub(super) unknown: Option<u32>,
    /// Whether unknown characters side by side are one token.
    fuse_unknown: bool,
    /// The pieces of single bytes, which spell what no other piece does; if all are there.
    bytes: Option<Vec<u32>>,
    /// Whether a word that is a piece is not put together from its parts.
    whole_words: bool,
}

/// Two pieces that are merged: `"a b"`, or `["a", "b"]`.
#[derive(Debug)]
pub(super) struct Merge(String, String);

impl<'de> Deserialize<'de> for Merge {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Line(String),
            Pair(String, String),
        }
        match Written::deserialize(deserializer)? {
            Written::Pair(a, b) => Ok(Self(a, b)),
            Written::Line(line) => match line.split_once(' ') {
                Some((a, b)) if !b.contains(' ') => Ok(Self(a.to_owned(), b.to_owned())),
                _ => Err(D::Error::custom(format!(
                    "{line:?} is not two pieces to merge"
                ))),
            },
        }
    }
}

/// A piece of a word that is being put together.
struct Part {
    id: u32,
    /// Its bytes in the word.
    start: usize,
    end: usize,
    /// The parts beside it.
    before: Option<usize>,
    after: Option<usize>,
}

impl Bpe {
    pub(super) fn new(file: ModelFile) -> serde_json::Result<Self> {
        let affix = [&file.continuing_subword_prefix, &file.end_of_word_suffix];
        if affix
            .iter()
            .any(|affix| affix.as_ref().is_some_and(|affix| !affix.is_empty()))
        {
            return Err(broken(
                "a BPE model that marks parts of words is not supported",
            ));
        }
        let vocabulary = file.vocab;
        if !vocabulary.scores.is_empty() {
            return Err(broken("BPE needs a vocabulary with ids, not scores"));
        }
        let trie = vocabulary.trie();
        let mut merges = HashMap::with_capacity(file.merges.len());
        for (rank, Merge(a, b)) in (0..).zip(&file.merges) {
            let id = |piece: &str| {
                let id = trie.id(piece);
                id.ok_or_else(|| broken(format!("the merges have {piece:?}, the vocabulary not")))
            };
            // Where a pair is there twice the last counts, as in the library.
            merges.insert((id(a)?, id(b)?), (rank, id(&[&a[..], b].concat())?));
        }
        let byte = |byte: u8| trie.id(&format!("<0x{byte:02X}>"));
        let bytes = file
            .byte_fallback
            .then(|| (0..=u8::MAX).map(byte).collect());
        Ok(Self {
            unknown: file.unk_token.and_then(|piece| trie.id(&piece)),
            fuse_unknown: file.fuse_unk,
            bytes: bytes.flatten(),
            whole_words: file.ignore_merges,
            trie,
            merges,
            vocabulary,
        })
    }

    pub(super) fn tokenize(&self, word: &str) -> Vec<Token> {
        let token = |id, start, end| Token::new(id, String::new(), (start, end));
        if self.whole_words
            && let Some(id) = self.trie.id(word)
        {
            return vec![token(id, 0, word.len())];
        }
        let parts = self.merge(self.letters(word));
        let mut at = (!parts.is_empty()).then_some(0);
        let mut tokens = Vec::new();
        while let Some(part) = at.and_then(|at| parts.get(at)) {
            tokens.push(token(part.id, part.start, part.end));
            at = part.after;
        }
        tokens
    }

    /// A piece for each character, or for each of its bytes; unknown ones left out if there is no
    /// token for them, as in the library.
    fn letters(&self, word: &str) -> Vec<Part> {
        let mut parts: Vec<Part> = Vec::new();
        let mut fused = false;
        for (start, c) in word.char_indices() {
            let end = start + c.len_utf8();
            let known = self.trie.id(&word[start..end]);
            let part = |id| Part {
                id,
                start,
                end,
                before: None,
                after: None,
            };
            match (known, &self.bytes, self.unknown) {
                (Some(id), ..) => parts.push(part(id)),
                (None, Some(bytes), _) => {
                    let bytes = word[start..end]
                        .bytes()
                        .map(|byte| bytes[usize::from(byte)]);
                    parts.extend(bytes.map(part));
                }
                (None, None, Some(id)) => {
                    match parts.last_mut().filter(|_| fused) {
                        Some(last) => last.end = end,
                        None => parts.push(part(id)),
                    }
                    fused = self.fuse_unknown;
                    continue;
                }
                (None, None, None) => {}
            }
            fused = false;
        }
        let count = parts.len();
        for (at, part) in parts.iter_mut().enumerate() {
            part.before = at.checked_sub(1);
            part.after = (at + 1 < count).then_some(at + 1);
        }
        parts
    }

    /// Merges pairs until none is left that was learned. What remains is linked from part 0 on.
    fn merge(&self, mut parts: Vec<Part>) -> Vec<Part> {
        // Pairs by rank and place; with what they make, by which one is told that is no more.
        let mut waiting = BinaryHeap::new();
        let offer = |parts: &[Part], left: usize, waiting: &mut BinaryHeap<_>| {
            let right = parts[left].after.map(|right| parts[right].id);
            let pair = right.and_then(|right| self.merges.get(&(parts[left].id, right)));
            if let Some((rank, makes)) = pair {
                waiting.push(Reverse((*rank, left, *makes)));
            }
        };
        for left in 0..parts.len() {
            offer(&parts, left, &mut waiting);
        }
        while let Some(Reverse((rank, left, makes))) = waiting.pop() {
            let Some(right) = parts[left].after else {
                continue;
            };
            let pair = (parts[left].id, parts[right].id);
            if self.merges.get(&pair) != Some(&(rank, makes)) {
                continue;
            }
            let (end, after) = (parts[right].end, parts[right].after);
            // What is gone is the left one of no pair.
            parts[right].after = None;
            let merged = &mut parts[left];
            (merged.id, merged.end, merged.after) = (makes, end, after);
            let before = merged.before;
            if let Some(after) = after {
                parts[after].before = Some(left);
                offer(&parts, left, &mut waiting);
            }
            if let Some(before) = before {
                offer(&parts, before, &mut waiting);
            }
        }
        parts
    }
}
