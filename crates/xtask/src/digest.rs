//! SHA-256 of files, as lower-case hex.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::files;

/// Of bytes.
pub fn of_bytes(bytes: &[u8]) -> String {
    hex(Sha256::digest(bytes))
}

/// Of a file, read in pieces.
pub fn of_file(path: &Path) -> Result<String> {
    let mut file = File::open(path).with_context(|| files::cannot("read", path))?;
    let mut hasher = Sha256::new();
    let mut piece = vec![0; 1 << 20];
    loop {
        let read = file
            .read(&mut piece)
            .with_context(|| files::cannot("read", path))?;
        if read == 0 {
            return Ok(hex(hasher.finalize()));
        }
        hasher.update(&piece[..read]);
    }
}

/// Of a list of files with their paths below `root`, so that moving or renaming one counts.
pub fn of_files<'a>(root: &Path, paths: impl IntoIterator<Item = &'a Path>) -> Result<String> {
    let mut hasher = Sha256::new();
    for path in paths {
        let name = path.strip_prefix(root).unwrap_or(path);
        hasher.update(name.to_string_lossy().as_bytes());
        hasher.update([0]);
        hasher.update(of_file(path)?.as_bytes());
    }
    Ok(hex(hasher.finalize()))
}

/// Copies `from` to `to` and returns the digest of what went through.
pub fn copying(from: &mut impl Read, to: &mut impl Write) -> Result<String> {
    let mut hasher = Sha256::new();
    let mut piece = vec![0; 1 << 20];
    loop {
        let read = from.read(&mut piece)?;
        if read == 0 {
            return Ok(hex(hasher.finalize()));
        }
        hasher.update(&piece[..read]);
        to.write_all(&piece[..read])?;
    }
}

fn hex(digest: impl AsRef<[u8]>) -> String {
    use std::fmt::Write;
    let mut text = String::new();
    for byte in digest.as_ref() {
        // Writing to a string can't fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_standard_and_with_itself() {
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(of_bytes(b"abc"), abc);
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("abc");
        std::fs::write(&file, "abc").expect("written");
        assert_eq!(of_file(&file).expect("read"), abc);
        let mut copy = Vec::new();
        assert_eq!(copying(&mut &b"abc"[..], &mut copy).expect("copied"), abc);
        assert_eq!(copy, b"abc");
    }
}
