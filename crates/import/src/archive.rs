//! Zip archives, which spreadsheets and `.npz` files are: their members, unpacked only as far as a
//! document may go.

use std::io::{self, BufRead, BufReader, Cursor, Read};

use zip::ZipArchive;
use zip::result::ZipError;

use crate::error::{ImportError, clipped};

/// Bytes that a member may unpack to, and all that are kept in memory together. A sheet of a
/// million rows and ten columns has about half.
const MOST: u64 = 1 << 30;

/// How many times its packed size a member may unpack to, beyond the first megabytes. Deflate
/// reaches 1,032 on zeros; sheets of equal rows have been seen at 60.
const RATIO: u64 = 200;

/// Bytes that a member may have whatever its ratio.
const SMALL: u64 = 8 << 20;

/// Members that are counted; no document has as many.
const MEMBERS: usize = 100_000;

/// An archive in memory.
pub struct Archive<'a> {
    zip: ZipArchive<Cursor<&'a [u8]>>,
    /// For messages: “a spreadsheet”.
    format: &'static str,
    /// Bytes to which members may still be unpacked in memory.
    left: u64,
}

/// Whether bytes begin like an archive.
pub fn is_archive(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04")
}

impl<'a> Archive<'a> {
    /// Reads the list of members; `format` is what it should be, for messages.
    pub fn open(bytes: &'a [u8], format: &'static str) -> Result<Archive<'a>, ImportError> {
        let zip = ZipArchive::new(Cursor::new(bytes)).map_err(|error| broken(format, &error))?;
        if zip.len() > MEMBERS {
            return Err(ImportError::TooLarge {
                what: format!("it has more than {MEMBERS} parts"),
            });
        }
        Ok(Archive {
            zip,
            format,
            left: MOST,
        })
    }

    /// Names of all members.
    pub fn names(&self) -> Vec<String> {
        let names = self.zip.file_names();
        names
            .filter_map(|name| Some(name.ok()?.into_owned()))
            .collect()
    }

    /// Whether there is a member of this name.
    pub fn has(&self, name: &str) -> bool {
        self.zip.index_for_name(name).is_some()
    }

    /// A member as a stream; none where there isn't one of this name.
    pub fn member(&mut self, name: &str) -> Result<Option<impl BufRead + '_>, ImportError> {
        let (format, left) = (self.format, self.left);
        let file = match self.zip.by_name(name) {
            Ok(file) => file,
            Err(ZipError::FileNotFound) => return Ok(None),
            Err(error) => return Err(broken(format, &error)),
        };
        let most = file.compressed_size().saturating_mul(RATIO).max(SMALL);
        Ok(Some(BufReader::new(Limited {
            inner: file,
            left: most.min(left),
        })))
    }

    /// All bytes of a member; none where there isn't one of this name.
    pub fn bytes(&mut self, name: &str) -> Result<Option<Vec<u8>>, ImportError> {
        let format = self.format;
        let Some(mut member) = self.member(name)? else {
            return Ok(None);
        };
        // What the archive says about its length may be a lie, so nothing is set aside for it.
        let mut bytes = Vec::new();
        let read = member.read_to_end(&mut bytes);
        read.map_err(|error| failure(&error, name, format))?;
        drop(member);
        self.left = self.left.saturating_sub(bytes.len() as u64);
        Ok(Some(bytes))
    }
}

/// The error behind one that came up while a member was read.
pub fn failure(error: &io::Error, member: &str, format: &'static str) -> ImportError {
    if error.get_ref().is_some_and(|inner| inner.is::<Overrun>()) {
        return ImportError::ZipBomb {
            member: clipped(member.to_owned()),
        };
    }
    ImportError::malformed(
        format,
        format!("its part {member} is damaged ({error})"),
        "Save or download it once more.",
    )
}

fn broken(format: &'static str, error: &ZipError) -> ImportError {
    ImportError::malformed(
        format,
        format!("the archive is damaged or cut off ({error})"),
        "Save or download it once more.",
    )
}

/// A stream that fails where it gets longer than it may.
struct Limited<R> {
    inner: R,
    left: u64,
}

/// A member is longer than it may be.
#[derive(Debug, thiserror::Error)]
#[error("it unpacks to more than a document does")]
struct Overrun;

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.left = self
            .left
            .checked_sub(read as u64)
            .ok_or_else(|| io::Error::other(Overrun))?;
        Ok(read)
    }
}

/// Refuses archives that hold other things than tables.
pub fn refuse(bytes: &[u8]) -> Result<(), ImportError> {
    if !is_archive(bytes) {
        return Ok(());
    }
    let archive = Archive::open(bytes, "an archive")?;
    let refused = |what, advice| Err(ImportError::Refused { what, advice });
    let copy = "Open it, copy its text, and paste that.";
    if archive.has("word/document.xml") {
        return refused("a Word document", copy);
    }
    if archive.has("ppt/presentation.xml") {
        return refused("a presentation", copy);
    }
    if archive.has("xl/workbook.bin") {
        return refused(
            "a binary spreadsheet (.xlsb)",
            "Save it as .xlsx, and open that.",
        );
    }
    if archive.has("META-INF/container.xml") {
        return refused("an electronic book", copy);
    }
    if archive.has("content.xml") {
        return refused("a document that is no spreadsheet", copy);
    }
    refused("an archive (.zip)", "Unpack it, and open the files in it.")
}
