//! Files that people bring, as tables: bytes in, texts, fields and vectors out. And back, in
//! [`mod@write`].
//!
//! [`sniff`] tells the format of a file, [`read`] reads it as [`Options`] say. Both are pure: no
//! browser, no clock, no files. What is guessed can be overridden, and the result says what the
//! guess was; what is left out or filled in is noted ([`Note`]).
//!
//! Files come from anywhere. A reader takes time linear in their length and memory of a few times
//! it; what claims to be more than it is, is refused ([`ImportError`]).
//!
//! Start reading at `registry.rs`, which has all formats.

mod archive;
mod binary;
mod column;
mod draft;
mod encoding;
mod error;
mod format;
mod grid;
mod guess;
mod imported;
mod kind;
mod limits;
mod moment;
mod note;
mod options;
mod readers;
mod registry;
mod source;
#[cfg(test)]
mod tests;
mod vectors;
pub mod write;
mod xml;

pub use archive::{Archive, is_archive};
pub use column::Column;
pub use encoding::{EncodingChoice, TextEncoding, encodings};
pub use error::ImportError;
pub use format::Format;
pub use imported::{Imported, TextShape};
pub use kind::{ColumnKind, number};
pub use moment::{DayOrder, moment};
pub use note::{Note, NoteKind};
pub use options::{Options, Split};
pub use source::Source;
pub use vectors::{Vectors, pair};

/// The format of a file: by its first bytes, then by its name, then by what it looks like. Plain
/// text is what is left.
///
/// # Errors
///
/// For what can't be read: an empty file, a picture, bytes that are no text.
pub fn sniff(source: &Source) -> Result<Format, ImportError> {
    registry::sniff(source, None)
}

/// Reads a file.
///
/// # Errors
///
/// Every [`ImportError`]. Nothing else can happen, whatever the bytes.
pub fn read(source: &Source, options: &Options) -> Result<Imported, ImportError> {
    let format = match options.format {
        Some(format) => format,
        None => registry::sniff(source, options.encoding.as_deref())?,
    };
    let Some(reader) = format.reader() else {
        return Err(ImportError::UnknownFormat(format.id().to_owned()));
    };
    let input = registry::Input {
        source: *source,
        options,
    };
    let mut draft = draft::Draft::new(options);
    (reader.read)(&input, &mut draft)?;
    draft.finish(format, options)
}
