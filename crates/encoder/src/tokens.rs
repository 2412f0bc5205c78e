//! From a text to the tokens that the model reads.

use crate::EncoderError;
use crate::word_piece::BertTokenizer;

/// Longest piece of a text that is tokenised at once, in bytes. A tokenizer keeps tens of bytes
/// for each byte of a piece.
const PIECE: usize = 16 * 1024;

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
    /// How the vocabulary writes it, `##` before what goes on with a word.
    pub piece: String,
    /// Its number in the vocabulary.
    pub id: u32,
    /// First byte of the text that it stands for, at a character's start. A letter that is read as
    /// several has them all at the same place.
    pub start: usize,
    /// End of these bytes. Special tokens around the text stand for none.
    pub end: usize,
    /// Whether it is the unknown token: what it stands for is not in the vocabulary.
    pub unknown: bool,
    /// Whether it was put around the text, such as `[CLS]`. One that is written out in the text is
    /// part of it.
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
/// Texts of more than 16 KiB are read in pieces, cut where the tokenizer cuts anyway: at white
/// space, beside a CJK ideograph, before ASCII punctuation. So their tokens, and their number, are
/// the same as if they were read at once, with one exception: of a run of more than 16 KiB without
/// any such place the first 16 KiB are read. (For BERT's tokenizers such a run is one `[UNK]`
/// either way.)
pub struct TextTokenizer {
    tokenizer: BertTokenizer,
    max_tokens: usize,
}

impl TextTokenizer {
    /// Reads a `tokenizer.json` of the BERT family: WordPiece with BERT's normalizer and
    /// pre-tokenizer. Its own truncation and padding are not used: the files of the MiniLM family
    /// carry 128 for both, a leftover of training.
    ///
    /// # Errors
    /// [`EncoderError::BrokenTokenizer`] if it can't be read, is of another kind or leaves no room
    /// for a text, [`EncoderError::TokenizerMismatch`] if it has tokens beyond `vocabulary`.
    pub fn new(json: &[u8], max_tokens: usize, vocabulary: usize) -> Result<Self, EncoderError> {
        let tokenizer = BertTokenizer::from_json(json)
            .map_err(|error| EncoderError::BrokenTokenizer(error.to_string()))?;
        if let Some(token) = tokenizer.largest_id()
            && token as usize >= vocabulary
        {
            return Err(EncoderError::TokenizerMismatch { token, vocabulary });
        }
        let tokenizer = Self {
            tokenizer,
            max_tokens,
        };
        let special = tokenizer.special();
        if special >= max_tokens {
            return Err(EncoderError::BrokenTokenizer(format!(
                "{special} special tokens leave no room within {max_tokens}"
            )));
        }
        Ok(tokenizer)
    }

    /// How many special tokens every text gets.
    fn special(&self) -> usize {
        let (before, after) = self.tokenizer.special();
        before.len() + after.len()
    }

    /// The tokens of a text.
    ///
    /// # Errors
    /// Whatever the tokenizer says; BERT's never refuses a text.
    pub fn tokenize(&self, text: &str) -> tokenizers::Result<TextTokens> {
        let room = self.max_tokens - self.special();
        let (before, after) = self.tokenizer.special();
        let mut ids = before.to_vec();
        let mut total = self.special();
        for (_, piece) in pieces(text) {
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
    /// Whatever the tokenizer says; BERT's never refuses a text.
    pub fn list(&self, text: &str, most: usize) -> tokenizers::Result<Vec<Token>> {
        let room = self.max_tokens - self.special();
        let most = most.saturating_sub(self.special());
        let (before, after) = self.tokenizer.special();
        let special = |id: u32, at: usize| Token {
            piece: self.tokenizer.piece(id),
            id,
            start: at,
            end: at,
            unknown: false,
            special: true,
            cut: false,
        };
        let mut list: Vec<_> = before.iter().map(|id| special(*id, 0)).collect();
        let mut listed = 0;
        for (from, piece) in pieces(text) {
            if listed >= most {
                break;
            }
            let tokens = self.tokenizer.locate(piece)?;
            let places = tokens.get_ids().iter().zip(tokens.get_offsets());
            for (&id, &(start, end)) in places.take(most - listed) {
                list.push(Token {
                    piece: self.tokenizer.piece(id),
                    id,
                    start: from + start,
                    end: from + end,
                    unknown: self.is_unknown(id),
                    special: false,
                    cut: listed >= room,
                });
                listed += 1;
            }
        }
        list.extend(after.iter().map(|id| special(*id, text.len())));
        Ok(list)
    }
}

/// Cuts a text into pieces of about [`PIECE`] bytes at places where tokens end anyway. Each comes
/// with the place of its first byte.
fn pieces(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let from = text.len() - rest.len();
        if rest.len() <= PIECE {
            return Some((from, std::mem::take(&mut rest)));
        }
        let boundary = |at: &usize| rest.is_char_boundary(*at);
        let limit = (0..=PIECE).rev().find(boundary).unwrap_or(PIECE);
        let (piece, after) = match last_cut(&rest[..limit]) {
            Some(at) => rest.split_at(at),
            None => {
                // No place in sight: skip the rest of the run.
                let next = first_cut(&rest[limit..]).map_or(rest.len(), |at| limit + at);
                (&rest[..limit], &rest[next..])
            }
        };
        rest = after;
        Some((from, piece))
    })
}

/// Last place after the start at which `text` can be cut.
fn last_cut(text: &str) -> Option<usize> {
    let cut = |(at, c): (usize, char)| (at > 0 && cuts_before(c)).then_some(at);
    text.char_indices().rev().find_map(cut)
}

/// First place at which `text` can be cut.
fn first_cut(text: &str) -> Option<usize> {
    text.char_indices()
        .find(|(_, c)| cuts_before(*c))
        .map(|(at, _)| at)
}

/// Whether a token always ends before this character. Control characters don't count, since they
/// are dropped, nor `]`, which may end a special token.
fn cuts_before(c: char) -> bool {
    let white = matches!(c, '\t' | '\n' | '\r') || (c.is_whitespace() && !c.is_control());
    let ideograph = matches!(c, '\u{4E00}'..='\u{9FFF}' | '\u{3400}'..='\u{4DBF}'
        | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{2A6DF}');
    white || ideograph || (c.is_ascii_punctuation() && c != ']')
}
