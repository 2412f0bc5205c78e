//! The readers. To add a format: a file with its `READER` in `readers/`, its line in [`READERS`],
//! and its tests.

use std::borrow::Cow;

use crate::draft::Draft;
use crate::encoding;
use crate::error::ImportError;
use crate::format::Format;
use crate::note::NoteKind;
use crate::options::Options;
use crate::readers::{delimited, html, json, json_lines, markdown, npy, ods, plain, xlsx};
use crate::source::{Sample, Source};
use crate::{archive, binary};

/// What makes up a format.
pub struct Reader {
    /// See [`Format::id`].
    pub id: &'static str,
    /// See [`Format::label`].
    pub label: &'static str,
    /// See [`Format::extensions`].
    pub extensions: &'static [&'static str],
    /// Media types that mean this format.
    pub media_types: &'static [&'static str],
    /// Tells from the beginning of a file whether it has this format.
    pub evidence: fn(&Sample) -> Evidence,
    /// Reads all of a file.
    pub read: fn(&Input, &mut Draft) -> Result<(), ImportError>,
}

/// How strongly the beginning of a file speaks for a format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Evidence {
    /// It can't be, whatever its name.
    Against,
    /// Nothing speaks for it. A file with the right name is read all the same.
    Absent,
    /// It could be, and no name says otherwise.
    Weak,
    /// It can't be anything else, whatever its name.
    Conclusive,
}

/// All readers; of two with the same evidence the first is taken.
pub static READERS: &[&Reader] = &[
    &xlsx::READER,
    &ods::READER,
    &npy::NPY,
    &npy::NPZ,
    &json::READER,
    &json_lines::READER,
    &html::READER,
    &markdown::READER,
    &delimited::READER,
    &plain::READER,
];

/// What a reader gets.
pub struct Input<'a> {
    /// The file.
    pub source: Source<'a>,
    /// What the person chose.
    pub options: &'a Options,
}

impl<'a> Input<'a> {
    /// The file as text. Notes the encoding and what could not be decoded.
    pub fn text(&self, draft: &mut Draft) -> Result<Cow<'a, str>, ImportError> {
        let (text, found) = encoding::decode(self.source.bytes, self.options.encoding.as_deref())?;
        draft.notes.add(NoteKind::Unreadable, found.unreadable);
        let hidden = |c: &char| c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\x0c');
        let hidden = text.chars().filter(hidden).count();
        draft.notes.add(
            NoteKind::ControlCharacter,
            hidden.saturating_sub(found.unreadable),
        );
        draft.encoding = Some(found);
        Ok(text)
    }
}

/// The format of a file.
pub fn sniff(source: &Source, encoding: Option<&str>) -> Result<Format, ImportError> {
    if source.bytes.is_empty() {
        return Err(ImportError::Empty);
    }
    binary::refuse(source.bytes)?;
    let sample = Sample::of(source.bytes, encoding)?;
    let (extension, media_type) = (source.extension(), source.media_type());
    let rank = |reader: &Reader| {
        let evidence = (reader.evidence)(&sample);
        let named = reader.extensions.contains(&extension.as_str())
            || reader.media_types.contains(&media_type.as_str());
        match evidence {
            Evidence::Conclusive => 3,
            Evidence::Against => 0,
            _ if named => 2,
            Evidence::Weak => 1,
            Evidence::Absent => 0,
        }
    };
    let mut best = (0, plain::READER.format());
    for reader in READERS {
        let rank = rank(reader);
        if rank > best.0 {
            best = (rank, reader.format());
        }
    }
    if best.0 < 3 {
        archive::refuse(source.bytes)?;
    }
    if best.0 < 3 && sample.start().is_empty() {
        let blank = sample.whole && source.bytes.iter().all(u8::is_ascii_whitespace);
        return Err(if blank {
            ImportError::Empty
        } else {
            ImportError::NotText
        });
    }
    Ok(best.1)
}
