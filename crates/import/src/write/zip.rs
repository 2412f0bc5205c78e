//! Several files as one archive.

use std::io::{Cursor, Write};

use thiserror::Error;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// Why files could not be put into an archive.
#[derive(Debug, Error)]
#[error("The archive could not be written: {0}. Save fewer texts at a time.")]
pub struct ZipError(String);

/// A zip archive of files with these names.
///
/// # Errors
///
/// A file has more than 4 GB.
pub fn zip(files: &[(&str, &[u8])]) -> Result<Vec<u8>, ZipError> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        // Vectors are as good as noise: packing them takes long and saves a tenth.
        let method = match name.ends_with(".npy") {
            true => CompressionMethod::Stored,
            false => CompressionMethod::Deflated,
        };
        let options = SimpleFileOptions::default().compression_method(method);
        zip.start_file(*name, options)
            .map_err(|error| ZipError(error.to_string()))?;
        zip.write_all(content)
            .map_err(|error| ZipError(error.to_string()))?;
    }
    let zip = zip.finish().map_err(|error| ZipError(error.to_string()))?;
    Ok(zip.into_inner())
}
