//! Tables and vectors out: files that spreadsheets and other programs open.

mod delimited;
mod npy;
mod xlsx;

pub use delimited::{CsvOptions, csv, tsv};
pub use npy::npy;
pub use xlsx::{XlsxError, xlsx};
