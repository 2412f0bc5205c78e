//! Files that hold no texts, or none that can be read yet, told by their first bytes.

use crate::error::ImportError;

struct Kind {
    magic: &'static [u8],
    /// Where the magic stands, in bytes from the beginning.
    offset: usize,
    what: &'static str,
    advice: &'static str,
}

const fn kind(magic: &'static [u8], what: &'static str, advice: &'static str) -> Kind {
    Kind {
        magic,
        offset: 0,
        what,
        advice,
    }
}

const PICTURE: &str = "Texts can't be read off pictures; type them, or copy them from where they \
     come from.";
const SOUND: &str = "Bring what is said in it as text.";
const UNPACK: &str = "Unpack it, and open the files in it.";
const PROGRAM: &str = "Choose a file that holds texts.";
const TABLES: &str = "It can't be read yet; save it as CSV, and open that.";
const OLD_OFFICE: &str = "Open it in its program, save it as .xlsx, .csv or plain text, and open \
     that.";

static KINDS: &[Kind] = &[
    kind(b"\x89PNG\r\n", "a PNG picture", PICTURE),
    kind(b"\xff\xd8\xff", "a JPEG picture", PICTURE),
    kind(b"GIF87a", "a GIF picture", PICTURE),
    kind(b"GIF89a", "a GIF picture", PICTURE),
    kind(b"II*\0", "a TIFF picture", PICTURE),
    kind(b"MM\0*", "a TIFF picture", PICTURE),
    kind(b"\0\0\x01\0", "an icon", PICTURE),
    Kind {
        offset: 8,
        ..kind(b"WEBP", "a WebP picture", PICTURE)
    },
    Kind {
        offset: 8,
        ..kind(b"WAVE", "a sound recording", SOUND)
    },
    Kind {
        offset: 8,
        ..kind(b"AVI ", "a film", SOUND)
    },
    Kind {
        offset: 4,
        ..kind(b"ftypheic", "a HEIC picture", PICTURE)
    },
    Kind {
        offset: 4,
        ..kind(b"ftypavif", "an AVIF picture", PICTURE)
    },
    Kind {
        offset: 4,
        ..kind(b"ftyp", "a film or sound recording", SOUND)
    },
    kind(b"\x1aE\xdf\xa3", "a film", SOUND),
    kind(b"ID3", "a sound recording", SOUND),
    kind(b"OggS", "a sound recording", SOUND),
    kind(b"fLaC", "a sound recording", SOUND),
    kind(
        b"%PDF-",
        "a PDF document",
        "It can't be read yet; open it, copy its text, and paste that.",
    ),
    kind(b"{\\rtf", "a document in RTF", OLD_OFFICE),
    kind(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "a file of an older Office",
        OLD_OFFICE,
    ),
    kind(b"\x1f\x8b", "a compressed file (gzip)", UNPACK),
    kind(b"BZh", "a compressed file (bzip2)", UNPACK),
    kind(b"\xfd7zXZ\0", "a compressed file (xz)", UNPACK),
    kind(b"\x28\xb5\x2f\xfd", "a compressed file (zstd)", UNPACK),
    kind(b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", UNPACK),
    kind(b"Rar!\x1a\x07", "a RAR archive", UNPACK),
    kind(b"PK\x05\x06", "an empty archive", UNPACK),
    Kind {
        offset: 257,
        ..kind(b"ustar", "a tar archive", UNPACK)
    },
    kind(b"PAR1", "a Parquet file", TABLES),
    kind(b"ARROW1", "an Arrow file", TABLES),
    kind(b"FEA1", "a Feather file", TABLES),
    kind(b"SQLite format 3\0", "a database (SQLite)", TABLES),
    kind(b"\x89HDF\r\n", "an HDF5 file", TABLES),
    kind(b"\x7fELF", "a program", PROGRAM),
    kind(b"\0asm", "a program (WebAssembly)", PROGRAM),
    kind(b"\xcf\xfa\xed\xfe", "a program", PROGRAM),
    kind(b"wOFF", "a font", PROGRAM),
    kind(b"wOF2", "a font", PROGRAM),
    kind(b"\0\x01\0\0\0", "a font", PROGRAM),
];

/// Refuses what can be told by its first bytes and can't be read.
pub fn refuse(bytes: &[u8]) -> Result<(), ImportError> {
    let found = KINDS.iter().find(|kind| {
        let here = bytes.get(kind.offset..).unwrap_or_default();
        here.starts_with(kind.magic)
    });
    // Texts may begin with letters that are somebody's magic: those have other than text in them.
    let found = found.filter(|kind| !is_words(kind.magic) || has_odd_bytes(bytes));
    match found {
        Some(kind) => Err(ImportError::Refused {
            what: kind.what,
            advice: kind.advice,
        }),
        None => Ok(()),
    }
}

fn is_words(magic: &[u8]) -> bool {
    magic
        .iter()
        .all(|byte| byte.is_ascii_alphanumeric() || *byte == b' ')
}

fn has_odd_bytes(bytes: &[u8]) -> bool {
    let odd = |byte: &u8| *byte < b'\t' || (0x0e..0x1b).contains(byte);
    bytes.iter().take(4_096).any(odd)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_refused_with_a_sentence_whatever_its_name() {
        let error = refuse(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR").unwrap_err();
        assert_eq!(
            error.to_string(),
            "This is a PNG picture, whatever its name says. Texts can't be read off pictures; type \
             them, or copy them from where they come from."
        );
        assert!(refuse(b"RIFF\x10\0\0\0WEBPVP8 ").is_err());
        assert!(refuse(b"\0\0\0\x18ftypmp42").is_err());
    }

    #[test]
    fn words_are_not_taken_for_magic() {
        for text in [
            "ID3 is what songs are tagged with.",
            "BZh",
            "PAR1 for the course",
            "GIF89a",
        ] {
            assert!(refuse(text.as_bytes()).is_ok(), "{text}");
        }
        assert!(refuse(b"PAR1\x15\x04\x15\x00").is_err());
    }
}
