//! Names of formats.

use serde::{Deserialize, Deserializer, Serialize};

use crate::error::ImportError;
use crate::registry::{self, Reader};

/// A format that can be read; one of [`Format::all`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct Format(&'static str);

impl Format {
    /// All formats, in the order in which they are offered.
    pub fn all() -> impl Iterator<Item = Format> {
        registry::READERS.iter().map(|reader| reader.format())
    }

    /// The format with this [`id`](Format::id).
    ///
    /// # Errors
    ///
    /// [`ImportError::UnknownFormat`] where there is none.
    pub fn of(id: &str) -> Result<Format, ImportError> {
        Format::all()
            .find(|format| format.0 == id)
            .ok_or_else(|| ImportError::UnknownFormat(id.to_owned()))
    }

    /// Its name in settings and messages between workers: `csv`.
    pub fn id(self) -> &'static str {
        self.0
    }

    /// Its name for people, with an article: “a spreadsheet (.xlsx)”.
    pub fn label(self) -> &'static str {
        self.reader().map_or("a file", |reader| reader.label)
    }

    /// Endings of file names, in lower case and without the dot.
    pub fn extensions(self) -> &'static [&'static str] {
        self.reader().map_or(&[], |reader| reader.extensions)
    }

    pub(crate) fn reader(self) -> Option<&'static Reader> {
        registry::READERS
            .iter()
            .copied()
            .find(|reader| reader.id == self.0)
    }
}

impl Reader {
    /// The format that it reads.
    pub(crate) const fn format(&self) -> Format {
        Format(self.id)
    }
}

impl<'de> Deserialize<'de> for Format {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Format, D::Error> {
        let id = String::deserialize(deserializer)?;
        Format::of(&id).map_err(serde::de::Error::custom)
    }
}
