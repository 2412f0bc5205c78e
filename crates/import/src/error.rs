//! Why a file can't be taken, in sentences for the person who brought it.

use thiserror::Error;

/// Why nothing could be read. Each message says what happened and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ImportError {
    /// There are no bytes, or nothing but white space.
    #[error("There is nothing in it. Check that it is the right file, and that it was saved.")]
    Empty,
    /// The file is of a kind that holds no texts, or none that can be read yet.
    #[error("This is {what}, whatever its name says. {advice}")]
    Refused {
        /// What it is, with its article: “a PNG picture”.
        what: &'static str,
        /// What to do instead, a whole sentence.
        advice: &'static str,
    },
    /// The bytes are no text in any encoding.
    #[error(
        "This doesn't look like text in any encoding. Save it as a text file, a CSV file or a \
         spreadsheet, and open that."
    )]
    NotText,
    /// The encoding that was asked for does not exist.
    #[error("There is no encoding “{0}”. Choose one from the list.")]
    UnknownEncoding(String),
    /// The format that was asked for does not exist.
    #[error("There is no format “{0}”. Choose one from the list.")]
    UnknownFormat(String),
    /// The delimiter that was asked for can't be one.
    #[error(
        "“{0}” can't separate columns. Choose a comma, a semicolon, a tab or another single \
         character."
    )]
    BadDelimiter(String),
    /// The file is not what its format demands.
    #[error("This can't be read as {format}: {reason}. {advice}")]
    Malformed {
        /// The format's label with its article: “a JSON file”.
        format: &'static str,
        /// What is wrong and where; no full stop.
        reason: String,
        /// What to do about it, a whole sentence.
        advice: &'static str,
    },
    /// The sheet that was asked for is not in the file.
    #[error("There is no sheet “{0}” in this file. Choose one from the list.")]
    UnknownSheet(String),
    /// The format was recognised, and there is no row in it.
    #[error("There are no rows in this {0}. Check that it is the right file or sheet.")]
    NoRows(&'static str),
    /// More columns than any spreadsheet has.
    #[error(
        "Line {line} has more than {limit} columns. This may not be a table, or its cells may be \
         separated by another character."
    )]
    TooManyColumns {
        /// Line or row where it happens, from 1.
        line: usize,
        /// Columns that are read at most.
        limit: usize,
    },
    /// Rows differ so much in length that filling them up would take all memory.
    #[error(
        "The rows are too uneven to be one table: up to line {line}, most are far shorter than \
         the longest. Check the separator between columns, or read it as plain text."
    )]
    TooUneven {
        /// Line or row where it was noticed, from 1.
        line: usize,
    },
    /// One column, or the whole file, is larger than can be held.
    #[error("This is too large: {what}. Split it, and open the parts one by one.")]
    TooLarge {
        /// What is too large, and the limit.
        what: String,
    },
    /// An archive that unpacks to far more than any document does.
    #[error(
        "A part of this file, {member}, unpacks to far more than documents do, so it isn't opened. \
         If you trust it, open it in its program, save it as CSV, and open that."
    )]
    ZipBomb {
        /// Name of the part inside the archive.
        member: String,
    },
    /// Two files that belong together don't.
    #[error(
        "There are {vectors} vectors and {rows} rows. One line is needed for each vector: check \
         that both files are of the same export."
    )]
    PairMismatch {
        /// Vectors in the one file.
        vectors: usize,
        /// Rows in the other.
        rows: usize,
    },
    /// A file that should hold vectors holds none.
    #[error("There are no vectors in this file: {0}. Open it as a table instead.")]
    NoVectors(String),
}

impl ImportError {
    /// [`ImportError::Malformed`] with a reason that may come from anywhere: parsers quote what
    /// they stumble over, however long it is.
    pub(crate) fn malformed(
        format: &'static str,
        reason: impl ToString,
        advice: &'static str,
    ) -> ImportError {
        ImportError::Malformed {
            format,
            reason: clipped(reason.to_string()),
            advice,
        }
    }
}

/// Cuts what a message quotes from a file to a length that can be shown.
pub(crate) fn clipped(mut quote: String) -> String {
    const LONGEST: usize = 200;
    if let Some((end, _)) = quote.char_indices().nth(LONGEST) {
        quote.truncate(end);
        quote.push('…');
    }
    quote
}
