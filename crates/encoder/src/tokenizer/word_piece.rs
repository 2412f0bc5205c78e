//! WordPiece: each word is the longest piece that it begins with, then the longest that goes on.

use tokenizers::Token;

use super::vocabulary::{Trie, Vocabulary};
use super::{ModelFile, broken};

/// Longest word in characters where the file doesn't say.
const LONGEST_WORD: usize = 100;

/// The model of BERT's tokenizers.
pub(super) struct WordPiece {
    pub(super) vocabulary: Vocabulary,
    trie: Trie,
    /// Where pieces that go on with a word begin in the trie; none if there is none.
    going_on: Option<u32>,
    /// Longer words are unknown.
    longest_word: usize,
    pub(super) unknown: Option<u32>,
    /// How pieces that go on with a word begin.
    pub(super) prefix: String,
}

impl WordPiece {
    pub(super) fn new(file: ModelFile) -> serde_json::Result<Self> {
        let vocabulary = file.vocab;
        if !vocabulary.scores.is_empty() {
            return Err(broken("WordPiece needs a vocabulary with ids, not scores"));
        }
        let trie = vocabulary.trie();
        let prefix = file.continuing_subword_prefix;
        let prefix = prefix.unwrap_or_else(|| "##".to_owned());
        let unknown = file.unk_token.unwrap_or_else(|| "[UNK]".to_owned());
        Ok(Self {
            going_on: trie.walk(Trie::ROOT, prefix.as_bytes()),
            longest_word: file.max_input_chars_per_word.unwrap_or(LONGEST_WORD),
            unknown: trie.id(&unknown),
            trie,
            vocabulary,
            prefix,
        })
    }

    pub(super) fn tokenize(&self, word: &str) -> tokenizers::Result<Vec<Token>> {
        let short = word.chars().nth(self.longest_word).is_none();
        if short && let Some(tokens) = self.spell(word) {
            return Ok(tokens);
        }
        let unknown = self.unknown;
        let unknown = unknown.ok_or("the vocabulary has no token for what it can't spell")?;
        Ok(vec![Token::new(unknown, String::new(), (0, word.len()))])
    }

    fn spell(&self, word: &str) -> Option<Vec<Token>> {
        let mut tokens = Vec::new();
        let mut start = 0;
        while start < word.len() {
            let from = if start == 0 {
                Trie::ROOT
            } else {
                self.going_on?
            };
            let pieces = self.trie.prefixes(from, &word.as_bytes()[start..]);
            let (length, id) = pieces.last()?;
            tokens.push(Token::new(id, String::new(), (start, start + length)));
            start += length;
        }
        Some(tokens)
    }
}
