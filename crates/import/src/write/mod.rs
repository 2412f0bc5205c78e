//! Tables and vectors out: files that spreadsheets and other programs open.

mod delimited;

pub use delimited::{CsvOptions, csv, tsv};
