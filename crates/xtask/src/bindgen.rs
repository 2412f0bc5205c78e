//! `wasm-bindgen` of the version in Cargo.lock.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::report::{self, Outcome};
use crate::{command, digest, files, project};

/// Makes sure that `wasm-bindgen` on PATH has the version of the crate.
pub fn ensure() -> Result<Outcome> {
    let version = version()?;
    if works(&version) {
        return Ok(Outcome::There);
    }
    report::begin("compiling wasm-bindgen (a minute)");
    let mut build = command::cargo();
    build.args(["build", "--package", "semblance-bindgen"]);
    command::quiet("wasm-bindgen", &mut build)?;
    let name = format!("wasm-bindgen{}", std::env::consts::EXE_SUFFIX);
    files::copy(
        &project::target().join("debug").join(&name),
        &home().join(name),
    )?;
    ensure!(
        works(&version),
        "wasm-bindgen {version} was installed in {}, but another one comes first on PATH",
        home().display()
    );
    Ok(Outcome::Done)
}

/// What kind of script goes with a module.
#[derive(Debug, Clone, Copy)]
pub enum Script {
    /// One that a classic worker can start from a Blob even on a page opened as a file, where a
    /// module worker can't.
    Classic,
    /// An ES module.
    Module,
}

/// Makes a script and a module of what cargo compiled, and returns their folder. `name` is that of
/// the folder and the log, `stem` that of the files.
pub fn run(name: &str, stem: &str, script: Script, compiled: &Path) -> Result<PathBuf> {
    let out = project::target().join("bindgen").join(name);
    let target = match script {
        Script::Classic => "no-modules",
        Script::Module => "web",
    };
    // It takes a few seconds; the stamp says what the last output was made of.
    // Names are of no use to those who visit the page, and a seventh of the worker.
    let leave_out = ["--remove-name-section", "--remove-producers-section"];
    let compiled_as = digest::of_file(compiled)?;
    let made_of = format!(
        "{compiled_as}\n{}\n{target}\n{}",
        version()?,
        leave_out.join(" ")
    );
    let stamp = out.join("stamp");
    if fs::read_to_string(&stamp).is_ok_and(|present| present == made_of) {
        return Ok(out);
    }
    files::remove(&out)?;
    files::make_folder(&out)?;
    let mut bindgen = command::program("wasm-bindgen");
    bindgen
        .args(["--target", target, "--no-typescript", "--out-name", stem])
        .args(leave_out)
        .arg("--out-dir")
        .arg(&out)
        .arg(compiled);
    if let Script::Classic = script {
        // Whoever starts it says where the module is.
        bindgen.arg("--omit-default-module-path");
    }
    command::quiet(name, &mut bindgen)?;
    files::write(&stamp, made_of.as_bytes())?;
    Ok(out)
}

/// The version of the crate in the lock file.
pub fn version() -> Result<String> {
    let path = project::root().join("Cargo.lock");
    let lock = fs::read_to_string(&path).with_context(|| files::cannot("read", &path))?;
    locked(&lock, "wasm-bindgen").context("Cargo.lock doesn't name wasm-bindgen")
}

/// The version of a package in a lock file.
fn locked(lock: &str, package: &str) -> Option<String> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name);
    let version = lines.nth(1)?.strip_prefix("version = \"")?;
    Some(version.trim_end_matches('"').to_owned())
}

fn works(version: &str) -> bool {
    let present = command::output(command::program("wasm-bindgen").arg("--version"));
    let help = command::output(command::program("wasm-bindgen").arg("--help"));
    present.is_some_and(|present| present == format!("wasm-bindgen {version}"))
        // Others of the same version don't take parts out of a program.
        && help.is_some_and(|help| help.contains("parts/"))
}

/// Where the command goes: beside cargo, where plain `trunk serve` finds it, unless somebody has
/// another version there or that folder isn't on PATH.
fn home() -> PathBuf {
    let cargo_home = match std::env::var_os("CARGO_HOME") {
        Some(folder) => Some(PathBuf::from(folder)),
        None => std::env::home_dir().map(|home| home.join(".cargo")),
    };
    let path = std::env::var_os("PATH").unwrap_or_default();
    cargo_home
        .map(|folder| folder.join("bin"))
        .filter(|folder| std::env::split_paths(&path).any(|other| other == *folder))
        .filter(|folder| !folder.join("wasm-bindgen").exists())
        .filter(|_| command::find("wasm-bindgen").is_none())
        .unwrap_or_else(project::tools_bin)
}

#[cfg(test)]
mod tests {
    #[test]
    fn reads_the_version_of_exactly_that_package() {
        let lock = "[[package]]\nname = \"wasm-bindgen-shared\"\nversion = \"9.9.9\"\n\n\
            [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
        assert_eq!(
            super::locked(lock, "wasm-bindgen").as_deref(),
            Some("0.2.130")
        );
        assert_eq!(super::locked(lock, "bindgen"), None);
        assert_eq!(super::version().expect("a version").split('.').count(), 3);
    }
}
