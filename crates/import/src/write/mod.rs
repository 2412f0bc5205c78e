//! Tables and vectors out: files that spreadsheets and other programs open.

mod delimited;
mod npy;

pub use delimited::{CsvOptions, csv, tsv};
pub use npy::npy;
