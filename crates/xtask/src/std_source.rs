//! The standard library for wasm32 from its source, for machines where rustup has no network.
//!
//! The source comes as Debian's package `rust-src`, from the mirror that the machine uses anyway.
//! It is downloaded and unpacked, never installed; apt works on lists and a cache of our own.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::wasm_std::{self, Compiler, TARGET};
use crate::{command, files, project};

/// Suites that carry `rust-src` in current versions, the likeliest first.
const SUITES: &[&str] = &["trixie-backports", "forky", "sid"];

/// Builds the library and puts it where rustup would.
pub fn install(compiler: &Compiler) -> Result<()> {
    let work = project::tools().join("std");
    files::make_folder(&work)?;
    let _link = link_source(compiler, &work)?;

    let package = work.join("empty");
    let manifest = "[package]\nname = \"empty\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\n\
        # Not a member of the workspace around it.\n[workspace]\n";
    files::write_if_changed(&package.join("Cargo.toml"), manifest.as_bytes())?;
    files::write_if_changed(&package.join("src/lib.rs"), b"")?;
    let target = work.join("target");
    // What an earlier try left could be of another compiler.
    files::remove(&target)?;
    let mut build = command::cargo();
    build
        .current_dir(&package)
        .env("CARGO_TARGET_DIR", &target)
        .env("RUSTC_BOOTSTRAP", "1")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        // Without the bitcode, fat link-time optimisation of the worker fails.
        .env("RUSTFLAGS", "-Cembed-bitcode=yes")
        .args(["build", "--release", "--target", TARGET])
        .arg("-Zbuild-std=std,panic_abort,proc_macro");
    command::quiet("wasm-std", &mut build)?;
    let built = target.join(TARGET).join("release/deps");
    wasm_std::replace_libraries(&built, compiler)?;
    // 400 MB that nothing needs any more.
    files::remove(&target)?;
    files::remove(&work.join("source"))
}

/// A link in the sysroot that goes away with the build.
struct Link(Option<PathBuf>);

impl Drop for Link {
    fn drop(&mut self) {
        if let Some(link) = &self.0 {
            // A link that stays behind is replaced by the next run.
            let _ = fs::remove_file(link);
        }
    }
}

/// Makes the source appear where cargo looks for it. The component `rust-src`, when it is
/// installed, is taken as it is.
fn link_source(compiler: &Compiler, work: &Path) -> Result<Link> {
    let place = compiler.sysroot.join("lib/rustlib/src/rust");
    let is_link = fs::symlink_metadata(&place).is_ok_and(|metadata| metadata.is_symlink());
    if place.join("library/std/Cargo.toml").is_file() && !is_link {
        return Ok(Link(None));
    }
    let source = work.join("source");
    let tree = source
        .join("usr/src")
        .join(format!("rustc-{}", compiler.version));
    if !tree.join("library/std/Cargo.toml").is_file() {
        let package = download(compiler, work)?;
        let partial = work.join("source.partial");
        files::remove(&partial)?;
        let mut unpack = command::program("dpkg");
        unpack.arg("-x").arg(&package).arg(&partial);
        command::quiet("unpack-rust-src", &mut unpack)?;
        files::remove(&source)?;
        fs::rename(&partial, &source).with_context(|| files::cannot("write", &source))?;
        files::remove(&package)?;
    }
    if !tree.join("library/std/Cargo.toml").is_file() {
        bail!("the package rust-src doesn't hold {}", files::shown(&tree));
    }
    files::make_parent(&place)?;
    files::remove(&place)?;
    symlink(&tree, &place).with_context(|| files::cannot("write", &place))?;
    Ok(Link(Some(place)))
}

#[cfg(unix)]
fn symlink(to: &Path, at: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(to, at)
}

#[cfg(not(unix))]
fn symlink(_: &Path, _: &Path) -> std::io::Result<()> {
    Err(std::io::ErrorKind::Unsupported.into())
}

/// Downloads the package of the compiler's version.
fn download(compiler: &Compiler, work: &Path) -> Result<PathBuf> {
    let version = &compiler.version;
    let other_ways = "`rustup target add wasm32-unknown-unknown` on a machine with network adds \
        the library too";
    for tool in ["apt-get", "dpkg"] {
        if command::find(tool).is_none() {
            bail!("rustup can't add the wasm32 library and there is no {tool}; {other_ways}");
        }
    }
    let mirror = mirror().with_context(|| {
        format!("this machine's apt sources name no mirror of Debian; {other_ways}")
    })?;
    let folder = work.join("apt");
    files::remove(&folder)?;
    for part in ["lists/partial", "cache/archives/partial", "package"] {
        files::make_folder(&folder.join(part))?;
    }
    let package = folder.join("package");
    for suite in SUITES {
        let sources = folder.join("suite.sources");
        files::write(&sources, mirror.sources(suite).as_bytes())?;
        let fetched = command::quiet("apt-update", apt(&folder).arg("update")).and_then(|()| {
            let wanted = format!("rust-src={version}*");
            let mut download = apt(&folder);
            download.current_dir(&package).args(["download", &wanted]);
            command::quiet("apt-download", &mut download)
        });
        let found = files::all_under(&package)?;
        if let (Ok(()), Some(file)) = (fetched, found.into_iter().next()) {
            return Ok(file);
        }
    }
    bail!(
        "the Debian mirror has no package rust-src {version} in {}; {other_ways}",
        SUITES.join(", ")
    )
}

/// apt-get on files of our own.
fn apt(folder: &Path) -> std::process::Command {
    let option = |name: &str, path: &str| format!("{name}={}", folder.join(path).display());
    let mut command = command::program("apt-get");
    command
        .arg("-o")
        .arg(option("Dir::Etc::sourcelist", "suite.sources"))
        .args(["-o", "Dir::Etc::sourceparts=-", "-o"])
        .arg(option("Dir::State::lists", "lists"))
        .arg("-o")
        .arg(option("Dir::Cache", "cache"))
        .args(["-o", "Acquire::Languages=none"])
        // Downloads go to a folder that apt's own user can't enter.
        .args(["-o", "APT::Sandbox::User=root"]);
    command
}

/// A mirror of Debian, as the machine's own sources name it.
#[derive(Debug, PartialEq, Eq)]
struct Mirror {
    uri: String,
    signed_by: Option<String>,
}

impl Mirror {
    /// A sources file for one suite of it.
    fn sources(&self, suite: &str) -> String {
        let signed_by = match &self.signed_by {
            Some(key) => format!("Signed-By: {key}\n"),
            None => String::new(),
        };
        let uri = &self.uri;
        format!("Types: deb\nURIs: {uri}\nSuites: {suite}\nComponents: main\n{signed_by}")
    }
}

/// The mirror in the machine's apt sources.
fn mirror() -> Option<Mirror> {
    let mut sources = files::all_under(Path::new("/etc/apt/sources.list.d")).unwrap_or_default();
    sources.insert(0, "/etc/apt/sources.list".into());
    sources.iter().find_map(|path| {
        let text = fs::read_to_string(path).ok()?;
        match path.extension()?.to_str()? {
            "sources" => from_stanzas(&text),
            "list" => from_lines(&text),
            _ => None,
        }
    })
}

/// In the format of `.sources`: stanzas of fields.
fn from_stanzas(text: &str) -> Option<Mirror> {
    let text: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    text.split(|line| line.trim().is_empty())
        .find_map(|stanza| {
            let field = |name: &str| {
                let mut fields = stanza.iter().filter_map(|line| line.split_once(':'));
                let found = fields.find(|(field, _)| field.eq_ignore_ascii_case(name));
                found.map(|(_, value)| value.trim())
            };
            let uri = field("URIs")?.split_whitespace().next()?;
            let key = field("Signed-By").filter(|key| key.starts_with('/'));
            is_debian(uri).then(|| Mirror {
                uri: uri.into(),
                signed_by: key.map(Into::into),
            })
        })
}

/// In the one-line format: `deb [options] URI suite components`.
fn from_lines(text: &str) -> Option<Mirror> {
    text.lines().find_map(|line| {
        let rest = line.trim().strip_prefix("deb ")?.trim();
        let (options, rest) = match rest.strip_prefix('[') {
            Some(rest) => rest.split_once(']')?,
            None => ("", rest),
        };
        let uri = rest.split_whitespace().next()?;
        let mut options = options.split_whitespace();
        let key = options.find_map(|option| option.strip_prefix("signed-by="));
        is_debian(uri).then(|| Mirror {
            uri: uri.into(),
            signed_by: key.map(Into::into),
        })
    })
}

/// Whether an archive is Debian's main one (or a mirror of it), not its security archive or
/// somebody else's.
fn is_debian(uri: &str) -> bool {
    uri.trim_end_matches('/').ends_with("/debian")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_mirror_in_either_format() {
        let mirror = |key: Option<&str>| {
            Some(Mirror {
                uri: "http://mirror.test/debian".into(),
                signed_by: key.map(Into::into),
            })
        };
        let stanzas = "Types: deb\nURIs: http://mirror.test/debian-security\nSuites: x\n\n\
            Types: deb\n# URIs: http://old.test/debian\nURIs: http://mirror.test/debian\n\
            Suites: bookworm\nSigned-By: /keys/debian.gpg\n";
        assert_eq!(from_stanzas(stanzas), mirror(Some("/keys/debian.gpg")));
        assert_eq!(
            from_stanzas("URIs: http://mirror.test/debian\nSigned-By:\n -----BEGIN\n"),
            mirror(None)
        );
        assert_eq!(
            from_stanzas("Types: deb\nURIs: http://other.test/node\n"),
            None
        );
        let lines = "# deb http://old.test/debian x main\n\
            deb http://other.test/node x main\n\
            deb [arch=amd64 signed-by=/keys/debian.gpg] http://mirror.test/debian bookworm main\n";
        assert_eq!(from_lines(lines), mirror(Some("/keys/debian.gpg")));
        assert_eq!(
            from_lines("deb http://mirror.test/debian bookworm main"),
            mirror(None)
        );
        assert_eq!(from_lines(""), None);
    }

    #[test]
    fn a_sources_file_names_the_suite_and_the_key() {
        let mirror = Mirror {
            uri: "http://mirror.test/debian".into(),
            signed_by: Some("/keys/debian.gpg".into()),
        };
        let text = mirror.sources("sid");
        assert!(
            text.contains("\nSuites: sid\n") && text.contains("\nSigned-By: /keys/debian.gpg\n")
        );
    }
}
