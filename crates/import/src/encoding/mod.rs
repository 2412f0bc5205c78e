//! Bytes to text. Decoding is strict: an encoding counts only if every byte makes sense in it, and
//! the result says which one was taken, whether that was a guess, and what else would fit.

mod candidates;
mod guess;
mod utf16;

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use serde::{Deserialize, Serialize};

pub use candidates::{EncodingChoice, encodings};

use crate::error::ImportError;

/// The encoding that a text was read in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextEncoding {
    /// Its name in the Encoding Standard: `UTF-8`, `windows-1252`, `Shift_JIS`.
    pub name: String,
    /// Whether nothing says so but the bytes themselves.
    pub guessed: bool,
    /// Whether the file begins with a byte order mark.
    pub byte_order_mark: bool,
    /// Places that can't be read in it; `�` stands there.
    pub unreadable: usize,
    /// Other encodings in which every byte makes sense, the likelier first. Empty where the file
    /// leaves no doubt.
    pub also_fit: Vec<String>,
}

impl TextEncoding {
    fn certain(encoding: &'static Encoding, byte_order_mark: bool) -> TextEncoding {
        TextEncoding {
            name: encoding.name().to_owned(),
            byte_order_mark,
            ..TextEncoding::default()
        }
    }
}

/// Text of the bytes, in the encoding of this name, or in the one that fits best.
///
/// # Errors
///
/// [`ImportError::UnknownEncoding`] for a name that doesn't exist; [`ImportError::Refused`] for
/// UTF-32. An encoding that doesn't fit is no error: [`TextEncoding::unreadable`] counts.
pub fn decode<'a>(
    bytes: &'a [u8],
    name: Option<&str>,
) -> Result<(Cow<'a, str>, TextEncoding), ImportError> {
    let marked = Encoding::for_bom(bytes);
    if let Some(name) = name {
        let encoding = Encoding::for_label(name.as_bytes())
            .ok_or_else(|| ImportError::UnknownEncoding(name.to_owned()))?;
        let mark = marked.filter(|(found, _)| *found == encoding);
        let rest = after(bytes, mark.map_or(0, |(_, length)| length));
        return Ok(in_any_case(
            rest,
            TextEncoding::certain(encoding, mark.is_some()),
            encoding,
        ));
    }
    if bytes.starts_with(&[0xff, 0xfe, 0, 0]) || bytes.starts_with(&[0, 0, 0xfe, 0xff]) {
        return Err(ImportError::Refused {
            what: "text in UTF-32",
            advice: "Save it in UTF-8, and open that.",
        });
    }
    if let Some((encoding, length)) = marked {
        let rest = after(bytes, length);
        return Ok(in_any_case(
            rest,
            TextEncoding::certain(encoding, true),
            encoding,
        ));
    }
    let guess = guess::guess(bytes);
    let found = TextEncoding {
        guessed: guess.in_doubt,
        also_fit: guess.also_fit,
        ..TextEncoding::certain(guess.encoding, false)
    };
    Ok(in_any_case(bytes, found, guess.encoding))
}

/// Decodes, and counts what could not be.
fn in_any_case<'a>(
    bytes: &'a [u8],
    mut found: TextEncoding,
    encoding: &'static Encoding,
) -> (Cow<'a, str>, TextEncoding) {
    if let Some(text) = encoding.decode_without_bom_handling_and_without_replacement(bytes) {
        if encoding.is_single_byte() {
            found.unreadable = text.chars().filter(|&c| is_c1(c)).count();
        }
        return (text, found);
    }
    let (text, _) = encoding.decode_without_bom_handling(bytes);
    found.unreadable = text.matches('\u{fffd}').count();
    (text, found)
}

/// Whether every byte makes sense in the encoding: it is decoded without error, and to no control
/// character of the second set, to which the standard maps what an encoding leaves undefined.
fn fits(bytes: &[u8], encoding: &'static Encoding) -> bool {
    encoding
        .decode_without_bom_handling_and_without_replacement(bytes)
        .is_some_and(|text| encoding == UTF_8 || is_utf16(encoding) || !text.chars().any(is_c1))
}

fn is_utf16(encoding: &'static Encoding) -> bool {
    encoding == UTF_16LE || encoding == UTF_16BE
}

fn is_c1(c: char) -> bool {
    ('\u{80}'..='\u{9f}').contains(&c)
}

fn after(bytes: &[u8], length: usize) -> &[u8] {
    bytes.get(length..).unwrap_or_default()
}

/// Whether it is something to read: of a hundred characters at most two are control characters or
/// could not be decoded.
pub(crate) fn is_text(text: &str) -> bool {
    let (mut strange, mut all) = (0_usize, 0_usize);
    for c in text.chars().take(crate::limits::SAMPLE) {
        all += 1;
        let control = c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\x0c' | '\u{85}');
        strange += usize::from(control || c == '\u{fffd}');
    }
    strange * 50 <= all
}

#[cfg(test)]
mod tests;
