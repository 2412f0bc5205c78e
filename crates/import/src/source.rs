//! What is known of a file before it is read.

use std::borrow::Cow;

use crate::encoding;
use crate::error::ImportError;
use crate::limits::SAMPLE;

/// A file, a part of the clipboard or typed text: bytes, and what others say about them.
#[derive(Debug, Clone, Copy, Default)]
pub struct Source<'a> {
    /// The content.
    pub bytes: &'a [u8],
    /// File name, or only `.csv`; empty where there is none.
    pub name: &'a str,
    /// Media type as the browser tells it (`text/html` from the clipboard); empty where unknown.
    pub mime: &'a str,
}

impl<'a> Source<'a> {
    /// Bytes of which nothing else is known.
    pub fn of(bytes: &'a [u8]) -> Source<'a> {
        Source {
            bytes,
            ..Source::default()
        }
    }

    /// A file with its name.
    pub fn named(bytes: &'a [u8], name: &'a str) -> Source<'a> {
        Source {
            bytes,
            name,
            mime: "",
        }
    }

    /// What stands after the last dot of the name, in lower case; empty where there is none.
    pub fn extension(&self) -> String {
        let extension = self.name.rsplit_once('.').map_or("", |(_, end)| end);
        extension.to_ascii_lowercase()
    }

    /// The media type without its parameters, in lower case.
    pub fn media_type(&self) -> String {
        let mime = self.mime.split(';').next().unwrap_or_default();
        mime.trim().to_ascii_lowercase()
    }
}

/// The beginning of a file, for readers to tell whether it is theirs.
pub struct Sample<'a> {
    /// All bytes.
    pub bytes: &'a [u8],
    /// The beginning as text, in whole lines where there is more than one; empty where the bytes
    /// are none.
    pub text: Cow<'a, str>,
    /// Whether `text` is the whole file.
    pub whole: bool,
}

impl<'a> Sample<'a> {
    pub(crate) fn of(bytes: &'a [u8], encoding: Option<&str>) -> Result<Sample<'a>, ImportError> {
        let whole = bytes.len() <= SAMPLE;
        let head = bytes.get(..SAMPLE).unwrap_or(bytes);
        let (mut text, _) = encoding::decode(head, encoding)?;
        if !whole {
            // The last line is cut off, perhaps within a character.
            let end = text.rfind(['\n', '\r']).unwrap_or(text.len());
            match &mut text {
                Cow::Borrowed(text) => *text = text.get(..end).unwrap_or(text),
                Cow::Owned(text) => text.truncate(end),
            }
        }
        if !encoding::is_text(&text) {
            text = Cow::Borrowed("");
        }
        Ok(Sample { bytes, text, whole })
    }

    /// The text without white space at its beginning.
    pub fn start(&self) -> &str {
        self.text.trim_start()
    }
}
