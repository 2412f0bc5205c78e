//! Tokenizers, put together from the library's parts and our own.
//!
//! `tokenizers::Tokenizer` can be any of a dozen kinds, and brings them all along, with regular
//! expressions and Unicode tables that these never use: half of the worker's download. Parts of it
//! are public: strings that remember where their characters came from, BERT's normalizer and
//! pre-tokenizer, the post-processors that add special tokens. Models are our own, since the
//! library's keep a vocabulary in hash maps. Tests hold the result to the whole library's.
//!
//! text → added tokens that are written out → normalizer → pre-tokenizer (words) → model (pieces) →
//! special tokens around it. To add a kind of tokenizer: a model in a file of its own and its
//! variant of [`Model`], or a step in `normalizer.rs` or `pre_tokenizer.rs`.

mod added;
mod normalizer;
mod pre_tokenizer;
mod precompiled;
mod special;
mod text;
mod unigram;
mod vocabulary;
mod word_piece;

use serde::Deserialize;
use serde::de::Error as _;
use serde_json::Value;
use tokenizers::{Encoding, OffsetType, PreTokenizedString};

use added::AddedToken;
use normalizer::Normalizer;
use pre_tokenizer::PreTokenizer;
pub use text::{TextTokenizer, TextTokens, Token};
use unigram::Unigram;
use vocabulary::Vocabulary;
use word_piece::WordPiece;

/// First byte and end of what a token stands for.
type Place = (usize, usize);

/// The parts of a `tokenizer.json` that are used.
#[derive(Deserialize)]
struct File {
    #[serde(default)]
    added_tokens: Vec<AddedToken>,
    #[serde(default)]
    normalizer: Value,
    #[serde(default)]
    pre_tokenizer: Value,
    #[serde(default)]
    post_processor: Value,
    model: ModelFile,
}

/// The fields of all kinds of models.
#[derive(Deserialize)]
struct ModelFile {
    #[serde(default, rename = "type")]
    kind: Option<String>,
    vocab: Vocabulary,
    /// Of Unigram.
    #[serde(default)]
    unk_id: Option<u32>,
    #[serde(default)]
    byte_fallback: bool,
    /// Of WordPiece.
    #[serde(default)]
    unk_token: Option<String>,
    #[serde(default)]
    continuing_subword_prefix: Option<String>,
    #[serde(default)]
    max_input_chars_per_word: Option<usize>,
}

/// From a word to pieces of the vocabulary.
enum Model {
    WordPiece(WordPiece),
    Unigram(Unigram),
}

impl Model {
    fn new(file: ModelFile) -> serde_json::Result<Self> {
        match file.kind.as_deref() {
            None | Some("WordPiece") => WordPiece::new(file).map(Self::WordPiece),
            Some("Unigram") => Unigram::new(file).map(Self::Unigram),
            Some(other) => Err(broken(format!(
                "a model of the type {other} is not supported: WordPiece and Unigram are"
            ))),
        }
    }

    fn tokenize(&self, word: &str) -> tokenizers::Result<Vec<tokenizers::Token>> {
        match self {
            Self::WordPiece(model) => model.tokenize(word),
            Self::Unigram(model) => Ok(model.tokenize(word)),
        }
    }

    fn vocabulary(&self) -> &Vocabulary {
        match self {
            Self::WordPiece(model) => &model.vocabulary,
            Self::Unigram(model) => &model.vocabulary,
        }
    }

    /// Stands for what the vocabulary can't spell.
    fn unknown(&self) -> Option<u32> {
        match self {
            Self::WordPiece(model) => model.unknown,
            Self::Unigram(model) => Some(model.unknown),
        }
    }
}

/// A tokenizer, without truncation and padding.
struct Tokenizer {
    normalizer: Normalizer,
    pre_tokenizer: PreTokenizer,
    model: Model,
    /// Looked for in the text as it is; longer ones before those that they begin with.
    raw: Vec<AddedToken>,
    /// Looked for in the normalised text, and written as that has it.
    normalized: Vec<AddedToken>,
    before: Vec<u32>,
    after: Vec<u32>,
}

impl Tokenizer {
    /// Reads a `tokenizer.json`.
    fn from_json(json: &[u8]) -> serde_json::Result<Self> {
        let file: File = serde_json::from_slice(json)?;
        let model = Model::new(file.model)?;
        let normalizer = Normalizer::new(&file.normalizer)?;
        let pre_tokenizer = PreTokenizer::new(&file.pre_tokenizer)?;
        let (raw, normalized) = added::sort(file.added_tokens, &normalizer)?;
        let (before, after) = special::special(file.post_processor)?;
        Ok(Self {
            normalizer,
            pre_tokenizer,
            model,
            raw,
            normalized,
            before,
            after,
        })
    }

    fn added(&self) -> impl Iterator<Item = &AddedToken> {
        self.raw.iter().chain(&self.normalized)
    }

    /// The largest token id there is, special tokens included.
    fn largest_id(&self) -> Option<u32> {
        let special = self.before.iter().chain(&self.after).copied();
        let others = special.chain(self.added().map(|token| token.id));
        others.chain(self.model.vocabulary().largest_id()).max()
    }

    /// The special tokens that come before and after every text.
    fn special(&self) -> (&[u32], &[u32]) {
        (&self.before, &self.after)
    }

    /// The token of what the vocabulary lacks, if there is one.
    fn unknown(&self) -> Option<u32> {
        self.model.unknown()
    }

    /// How a token is written in the vocabulary: with `##` where it goes on with a word, with `▁`
    /// where a space is before it. Empty if there is no such token.
    fn piece(&self, id: u32) -> String {
        let added = || self.added().find(|token| token.id == id);
        let piece = self.model.vocabulary().piece(id);
        let piece = piece.or_else(|| added().map(|token| &token.content[..]));
        piece.unwrap_or_default().to_owned()
    }

    /// The tokens of a text, without the special ones around it.
    fn tokenize(&self, text: &str) -> tokenizers::Result<Encoding> {
        self.words(text)?.into_encoding(None, 0, OffsetType::None)
    }

    /// The same tokens, and the bytes of the text that each stands for.
    fn locate(&self, text: &str) -> tokenizers::Result<Encoding> {
        self.words(text)?.into_encoding(None, 0, OffsetType::Byte)
    }

    /// Whether a token that stands at `start` to `end` goes on with the word of the one before it.
    fn goes_on(&self, piece: &str, text: &str, before: &Token, (start, end): Place) -> bool {
        if let Model::WordPiece(model) = &self.model {
            return piece.starts_with(&model.prefix);
        }
        // Nothing tells but the text. Letters side by side are a word; a space belongs to the word
        // before it, or to the first one.
        let in_word = |c: char| c.is_alphanumeric() && !pre_tokenizer::is_ideograph(c);
        let last = text[..before.end].chars().next_back();
        let next = text[start..].chars().next();
        let letters = last.is_some_and(in_word) && next.is_some_and(in_word);
        let first_space = before.start == before.end && !before.goes_on;
        start == end || start < before.end || (start == before.end && (letters || first_space))
    }

    /// Whether a text can be cut before `c`, which follows `before`, without changing its tokens.
    fn ends_before(&self, before: char, c: char) -> bool {
        self.pre_tokenizer.ends_before(before, c)
    }

    /// Whether a text without any place to cut is one token, however long.
    fn long_words_are_unknown(&self) -> bool {
        self.pre_tokenizer.long_words_are_unknown()
    }

    fn words(&self, text: &str) -> tokenizers::Result<PreTokenizedString> {
        let mut words = PreTokenizedString::from(text);
        words.split(|_, part| added::cut(&self.raw, &part))?;
        words.split(|_, mut part| {
            self.normalizer.normalize(&mut part)?;
            added::cut(&self.normalized, &part)
        })?;
        self.pre_tokenizer.split(&mut words)?;
        words.tokenize(|word| self.model.tokenize(word.get()))?;
        Ok(words)
    }
}

/// An error that says what is wrong with a tokenizer's file.
fn broken(what: impl std::fmt::Display) -> serde_json::Error {
    serde_json::Error::custom(what)
}

#[cfg(test)]
mod tests;
