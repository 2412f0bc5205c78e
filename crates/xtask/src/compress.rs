//! Compressed copies beside files, for hosts that send them.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result, anyhow};
use brotli::CompressorWriter;
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::files;

/// Smaller files aren't worth a copy.
const WORTH_IT: u64 = 10_000;

/// From this size on speed counts more than the last per cent.
pub const LARGE: usize = 8_000_000;

/// Sizes of a file and of its copies, in bytes.
pub struct Sizes {
    /// The file.
    pub path: PathBuf,
    /// Uncompressed.
    pub raw: u64,
    /// By gzip; `None` where no copy was made.
    pub gzip: Option<u64>,
    /// By Brotli; `None` where no copy was made.
    pub brotli: Option<u64>,
}

/// Writes `.gz` and `.br` beside each of the files that gains by it, on all cores.
pub fn all(paths: Vec<PathBuf>) -> Result<Vec<Sizes>> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::new());
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..workers)
            .map(|_| {
                scope.spawn(|| {
                    while let Some(path) = paths.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let sizes = one(path)?;
                        let mut done = done.lock().map_err(|_| anyhow!("another file failed"))?;
                        done.push(sizes);
                    }
                    anyhow::Ok(())
                })
            })
            .collect();
        for worker in workers {
            worker
                .join()
                .map_err(|_| anyhow!("compressing panicked"))??;
        }
        anyhow::Ok(())
    })?;
    let mut sizes = done
        .into_inner()
        .map_err(|_| anyhow!("compressing panicked"))?;
    sizes.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(sizes)
}

fn one(path: &Path) -> Result<Sizes> {
    let raw = fs::metadata(path)
        .with_context(|| files::cannot("read", path))?
        .len();
    let mut sizes = Sizes {
        path: path.to_owned(),
        raw,
        gzip: None,
        brotli: None,
    };
    if raw < WORTH_IT {
        return Ok(sizes);
    }
    let bytes = fs::read(path).with_context(|| files::cannot("read", path))?;
    sizes.gzip = copy(path, "gz", &bytes, &gzip(&bytes)?)?;
    sizes.brotli = copy(path, "br", &bytes, &brotli(&bytes)?)?;
    Ok(sizes)
}

/// Writes a copy that saves at least a twentieth.
fn copy(path: &Path, extension: &str, raw: &[u8], compressed: &[u8]) -> Result<Option<u64>> {
    if compressed.len() > raw.len() - raw.len() / 20 {
        return Ok(None);
    }
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(extension);
    files::write(Path::new(&name), compressed)?;
    Ok(Some(compressed.len() as u64))
}

/// As small as gzip gets: Zopfli takes seconds and saves some 4 % of what every visit fetches from
/// a host that does not know Brotli. Weights hardly gain by it, and would take minutes.
pub fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    if bytes.len() < LARGE {
        let mut compressed = Vec::new();
        zopfli::compress(
            zopfli::Options::default(),
            zopfli::Format::Gzip,
            bytes,
            &mut compressed,
        )?;
        return Ok(compressed);
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(6));
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}

fn brotli(bytes: &[u8]) -> Result<Vec<u8>> {
    // Quality 11 reads about 1 MB a second; 5 is quick and nearly as good on weights.
    let quality = if bytes.len() < LARGE { 11 } else { 5 };
    let mut writer = CompressorWriter::new(Vec::new(), 1 << 16, quality, 24);
    writer.write_all(bytes)?;
    Ok(writer.into_inner())
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn copies_unpack_to_the_original_and_only_worthy_files_get_them() {
        let folder = tempfile::tempdir().expect("a folder");
        let text = "the same words again and again ".repeat(2_000);
        let mut state = 1_u64;
        let noise: Vec<u8> = (0..50_000)
            .map(|_| {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1);
                (state >> 56) as u8
            })
            .collect();
        let paths = ["noise", "small", "text"].map(|name| folder.path().join(name));
        files::write(&paths[0], &noise).expect("written");
        files::write(&paths[1], b"small").expect("written");
        files::write(&paths[2], text.as_bytes()).expect("written");

        let sizes = all(paths.to_vec()).expect("compressed");
        let copies: Vec<_> = sizes
            .iter()
            .map(|s| (s.gzip.is_some(), s.brotli.is_some()))
            .collect();
        assert_eq!(copies, [(false, false), (false, false), (true, true)]);

        let mut unpacked = String::new();
        let file = fs::File::open(folder.path().join("text.gz")).expect("open");
        flate2::read::GzDecoder::new(file)
            .read_to_string(&mut unpacked)
            .expect("gzip");
        assert_eq!(unpacked, text);
        unpacked.clear();
        let file = fs::File::open(folder.path().join("text.br")).expect("open");
        brotli::Decompressor::new(file, 4096)
            .read_to_string(&mut unpacked)
            .expect("Brotli");
        assert_eq!(unpacked, text);
    }
}
