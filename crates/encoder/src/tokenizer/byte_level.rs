//! GPT-2's way to cut a text into words and to write its bytes as characters, which RoBERTa took
//! over.
//!
//! The library cuts by the regular expression
//! `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`; an engine for
//! these would be half of the worker's download.

use tokenizers::{NormalizedString, Offsets, pattern::Pattern};
use unicode_normalization_alignments::char::is_combining_mark;

/// Endings that are words of their own.
const ENDINGS: [&str; 7] = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d"];

/// The words of a text.
pub(super) struct Words;

impl Pattern for &Words {
    fn find_matches(&self, inside: &str) -> tokenizers::Result<Vec<(Offsets, bool)>> {
        if inside.is_empty() {
            return Ok(vec![((0, 0), false)]);
        }
        let mut start = 0;
        let words = std::iter::from_fn(|| {
            let length = word(inside.get(start..).filter(|rest| !rest.is_empty())?);
            start += length;
            Some(((start - length, start), true))
        });
        Ok(words.collect())
    }
}

#[derive(PartialEq)]
enum Kind {
    Space,
    Letter,
    Number,
    Other,
}

fn kind(c: char) -> Kind {
    // Of what Unicode calls alphabetic all but these are letters; what is numeric is of kind N.
    let circled = matches!(c, '\u{24B6}'..='\u{24E9}' | '\u{1F130}'..='\u{1F149}'
        | '\u{1F150}'..='\u{1F169}' | '\u{1F170}'..='\u{1F189}');
    if c.is_whitespace() {
        Kind::Space
    } else if c.is_numeric() {
        Kind::Number
    } else if c.is_alphabetic() && !circled && !is_combining_mark(c) {
        Kind::Letter
    } else {
        Kind::Other
    }
}

/// Length in bytes of the word that a text begins with.
fn word(text: &str) -> usize {
    if let Some(ending) = ENDINGS.iter().find(|ending| text.starts_with(**ending)) {
        return ending.len();
    }
    let space = usize::from(text.starts_with(' '));
    let rest = &text[space..];
    if let Some(first) = rest.chars().next().map(kind)
        && first != Kind::Space
    {
        let end = rest.find(|c| kind(c) != first);
        return space + end.unwrap_or(rest.len());
    }
    // White space: the last of it belongs to the word that follows, unless it is alone.
    let end = text.find(|c: char| !c.is_whitespace());
    let Some(end) = end else {
        return text.len();
    };
    let last = text[..end].chars().next_back().map_or(0, char::len_utf8);
    if last < end { end - last } else { end }
}

/// The character that stands for a byte: itself if it can be seen, else one from U+0100 on.
pub(super) fn written(byte: u8) -> char {
    let code = u32::from(byte);
    let code = match code {
        0..=32 => 0x100 + code,
        127..=160 => 0x100 + code - 127 + 33,
        173 => 0x100 + 67,
        _ => code,
    };
    char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// Writes the bytes of a text as characters.
pub(super) fn write_bytes(text: &mut NormalizedString) {
    let bytes = text.get().char_indices().flat_map(|(start, c)| {
        let bytes = text.get().as_bytes()[start..start + c.len_utf8()].iter();
        bytes
            .enumerate()
            .map(|(at, byte)| (written(*byte), isize::from(at > 0)))
    });
    let bytes: Vec<_> = bytes.collect();
    text.transform(bytes, 0);
}

/// The text of a piece whose characters stand for bytes.
pub(super) fn read_bytes(piece: &str) -> String {
    let byte = |c: char| (0..=u8::MAX).find(|byte| written(*byte) == c);
    let bytes: Option<Vec<u8>> = piece.chars().map(byte).collect();
    match bytes {
        Some(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        None => piece.to_owned(),
    }
}
