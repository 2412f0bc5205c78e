//! From a text to the tokens that the model reads.

use std::borrow::Cow;

use super::{Place, Tokenizer};
use crate::EncoderError;

/// Longest piece of a text that is tokenised at once, in bytes. A tokenizer keeps tens of bytes
/// for each byte of a piece.
const PIECE: usize = 16 * 1024;

/// Longest piece where there is no place to cut.
const LONGEST_PIECE: usize = 8 * PIECE;

/// The tokens of one text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextTokens {
    /// Token ids with the special ones, at most as many as the model reads.
    pub ids: Vec<u32>,
    /// Number of tokens of the whole text, special ones included.
    pub total: u32,
    /// How many of `ids` are the unknown token: words that the vocabulary can't spell, all of which
    /// the model reads alike. Special tokens around the text don't count.
    pub unknown: u32,
}

impl TextTokens {
    /// Whether the text has more tokens than the model reads.
    #[must_use]
    pub fn truncated(&self) -> bool {
        self.total as usize > self.ids.len()
    }
}

/// One token, and where it stands in its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// How the vocabulary writes it: WordPiece with `##` before what goes on with a word, others
    /// with `▁` for a space.
    pub piece: String,
    /// Its number in the vocabulary.
    pub id: u32,
    /// First byte of the text that it stands for, at a character's start. A letter that is read as
    /// several has them all at the same place.
    pub start: usize,
    /// End of these bytes. Special tokens around the text stand for none, nor does a
    /// space.
    pub end: usize,
    /// Whether it goes on with the word of the token before it.
    pub goes_on: bool,
    /// Whether it is the unknown token: what it stands for is not in the vocabulary.
    pub unknown: bool,
    /// Whether it was put around the text, such as `[CLS]` or the tokens of the prompt. One that is
    /// written out in the text is part of it.
    pub special: bool,
    /// Whether it is beyond the model's limit and not read.
    pub cut: bool,
}

/// A tokenizer with the model's limit.
///
/// Whatever a text holds, it has tokens: an empty text, white space or control characters (NUL
/// among them) alone give `[CLS] [SEP]`; what the vocabulary lacks gives `[UNK]`. Words that spell
/// a special token, such as `[SEP]`, are read as that token, as the reference does.
///
/// Texts of more than 16 KiB are read in pieces, cut where the tokenizer cuts anyway: BERT's at
/// white space, beside a CJK ideograph, before ASCII punctuation; others before a space. So their
/// tokens, and their number, are the same as if they were read at once, with one exception: of a
/// run of more than 16 KiB without any such place BERT's tokenizers read the first 16 KiB (it is
/// one `[UNK]` either way); others cut such a run after 128 KiB, and their number of tokens may
/// be off by one for each cut.
pub struct TextTokenizer {
    tokenizer: Tokenizer,
    max_tokens: usize,
    prompt: String,
}

impl TextTokenizer {
    /// Reads a `tokenizer.json`: WordPiece with BERT's normalizer and pre-tokenizer, Unigram
    /// with SentencePiece's, or BPE, of bytes too. Its own truncation and padding are not used: the
    /// files of the MiniLM family carry 128 for both, a leftover of training.
    ///
    /// # Errors
    /// [`EncoderError::BrokenTokenizer`] if it can't be read, is of another kind or leaves no room
    /// for a text, [`EncoderError::TokenizerMismatch`] if it has tokens beyond `vocabulary`.
    pub fn new(json: &[u8], max_tokens: usize, vocabulary: usize) -> Result<Self, EncoderError> {
        let tokenizer = Tokenizer::from_json(json)
            .map_err(|error| EncoderError::BrokenTokenizer(error.to_string()))?;
        if let Some(token) = tokenizer.largest_id()
            && token as usize >= vocabulary
        {
            return Err(EncoderError::TokenizerMismatch { token, vocabulary });
        }
        let tokenizer = Self {
            tokenizer,
            max_tokens,
            prompt: String::new(),
        };
        let special = tokenizer.special();
        if special >= max_tokens {
            return Err(EncoderError::BrokenTokenizer(format!(
                "{special} special tokens leave no room within {max_tokens}"
            )));
        }
        Ok(tokenizer)
    }

    /// The same with a prompt, such as `query: `, which is put before every text. Its tokens count
    /// towards the limit.
    #[must_use]
    pub fn with_prompt(self, prompt: String) -> Self {
        Self { prompt, ..self }
    }

    /// The same for a model that reads small letters alone.
    #[must_use]
    pub(crate) fn lowercased(mut self) -> Self {
        self.tokenizer.lowercase();
        self
    }

    /// The text as it is read.
    fn prompted<'a>(&self, text: &'a str) -> Cow<'a, str> {
        if self.prompt.is_empty() {
            Cow::Borrowed(text)
        } else {
            Cow::Owned([&self.prompt, text].concat())
        }
    }

    /// How many special tokens every text gets.
    fn special(&self) -> usize {
        let (before, after) = self.tokenizer.special();
        before.len() + after.len()
    }

    /// The tokens of a text.
    ///
    /// # Errors
    /// Whatever the tokenizer says; none of those that are read refuses a text.
    pub fn tokenize(&self, text: &str) -> tokenizers::Result<TextTokens> {
        let room = self.max_tokens - self.special();
        let (before, after) = self.tokenizer.special();
        let mut ids = before.to_vec();
        let mut total = self.special();
        for (_, piece) in self.pieces(&self.prompted(text)) {
            let tokens = self.tokenizer.tokenize(piece)?;
            total += tokens.len();
            let left = (before.len() + room) - ids.len();
            ids.extend(tokens.get_ids().iter().take(left));
        }
        let own = ids.iter().skip(before.len());
        let unknown = own.filter(|id| self.is_unknown(**id)).count();
        ids.extend(after);
        Ok(TextTokens {
            ids,
            total: u32::try_from(total).unwrap_or(u32::MAX),
            unknown: u32::try_from(unknown).unwrap_or(u32::MAX),
        })
    }

    fn is_unknown(&self, id: u32) -> bool {
        self.tokenizer.unknown() == Some(id)
    }

    /// The tokens of a text in its order, the special ones around it first and last: those that are
    /// not cut are what the model reads. Of a text that has more than `most` tokens the first ones
    /// are listed, and the special ones all the same.
    ///
    /// # Errors
    /// Whatever the tokenizer says; none of those that are read refuses a text.
    pub fn list(&self, text: &str, most: usize) -> tokenizers::Result<Vec<Token>> {
        let room = self.max_tokens - self.special();
        let most = most.saturating_sub(self.special());
        let (before, after) = self.tokenizer.special();
        let special = |id: u32, at: usize| Token {
            piece: self.tokenizer.piece(id),
            id,
            start: at,
            end: at,
            goes_on: false,
            unknown: false,
            special: true,
            cut: false,
        };
        let mut list: Vec<_> = before.iter().map(|id| special(*id, 0)).collect();
        let mut listed = 0;
        let (whole, prompt) = (self.prompted(text), self.prompt.len());
        for (from, piece) in self.pieces(&whole) {
            if listed >= most {
                break;
            }
            let tokens = self.tokenizer.locate(piece)?;
            let places = tokens.get_ids().iter().zip(tokens.get_offsets());
            for (&id, &(start, end)) in places.take(most - listed) {
                let written = self.tokenizer.piece(id);
                let (start, end) = self.place(&whole, &written, (from + start, from + end));
                // A space at the end of the prompt may be part of the text's first token.
                let in_prompt = start < prompt && end <= prompt;
                let (start, end) = (start.saturating_sub(prompt), end.saturating_sub(prompt));
                let before = list.last().filter(|token| !token.special && !in_prompt);
                list.push(Token {
                    goes_on: before.is_some_and(|before| {
                        let place = (start, end);
                        self.tokenizer.goes_on(&written, text, before, place)
                    }),
                    piece: written,
                    id,
                    start,
                    end,
                    unknown: self.is_unknown(id) && !in_prompt,
                    special: in_prompt,
                    cut: listed >= room,
                });
                listed += 1;
            }
        }
        list.extend(after.iter().map(|id| special(*id, text.len())));
        Ok(list)
    }

    /// What a token stands for, without the white space before it; nothing if that is all. The
    /// space that is put before a text has the place of what follows, which is not its own.
    fn place(&self, text: &str, piece: &str, (start, end): Place) -> Place {
        let own = text.get(start..end).unwrap_or_default();
        match own.trim_start().len() {
            0 => (end, end),
            _ if piece == "▁" => (start, start),
            own => (end - own, end),
        }
    }

    /// Cuts a text into pieces of about [`PIECE`] bytes at places where tokens end anyway. Each
    /// comes with the place of its first byte.
    fn pieces<'a>(&'a self, text: &'a str) -> impl Iterator<Item = (usize, &'a str)> {
        let mut rest = text;
        let until = |rest: &str, limit: usize| {
            let boundary = |at: &usize| rest.is_char_boundary(*at);
            (0..=limit).rev().find(boundary).unwrap_or(limit)
        };
        std::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            let from = text.len() - rest.len();
            if rest.len() <= PIECE {
                return Some((from, std::mem::take(&mut rest)));
            }
            let limit = until(rest, PIECE);
            let piece;
            if let Some(at) = self.cuts(&rest[..limit]).last() {
                (piece, rest) = rest.split_at(at);
            } else if self.tokenizer.long_words_are_unknown() {
                // No place in sight: skip the rest of the run.
                let next = self.cuts(rest).find(|at| *at >= limit);
                (piece, rest) = (&rest[..limit], &rest[next.unwrap_or(rest.len())..]);
            } else {
                let longest = until(rest, LONGEST_PIECE.min(rest.len()));
                let next = self.cuts(&rest[..longest]).next();
                (piece, rest) = rest.split_at(next.unwrap_or(longest));
            }
            Some((from, piece))
        })
    }

    /// The places after the start at which a text can be cut.
    fn cuts<'a>(&'a self, text: &'a str) -> impl Iterator<Item = usize> + 'a {
        let pairs = text.char_indices().zip(text.char_indices().skip(1));
        pairs.filter_map(|((_, before), (at, c))| {
            self.tokenizer.ends_before(before, c).then_some(at)
        })
    }
}
