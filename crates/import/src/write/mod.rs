//! Tables and vectors out: files that spreadsheets and other programs open.

mod delimited;
mod html;
mod npy;
mod xlsx;
mod zip;

pub use delimited::{CsvOptions, csv, tsv};
pub use html::html;
pub use npy::npy;
pub use xlsx::{XlsxError, xlsx};
pub use zip::{ZipError, zip};
