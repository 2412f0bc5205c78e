//! The standard library for `wasm32-unknown-unknown`, which rustup adds where it can reach its
//! server, and which is built from source where it can't.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::report::{self, Outcome};
use crate::{command, files, project, std_source};

/// The target of everything that runs in the browser.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// The compiler that cargo uses here.
pub struct Compiler {
    /// `1.95.0`.
    pub version: String,
    /// Folder with its libraries.
    pub sysroot: PathBuf,
}

impl Compiler {
    /// Asks `rustc` about itself.
    pub fn present() -> Result<Self> {
        let verbose = command::output(command::program("rustc").arg("-vV"));
        let verbose = verbose.context("can't run `rustc`: install Rust by rustup (rustup.rs)")?;
        let release = verbose
            .lines()
            .find_map(|line| line.strip_prefix("release: "));
        let sysroot = command::output(command::program("rustc").args(["--print", "sysroot"]));
        Ok(Self {
            version: release.context("rustc doesn't tell its version")?.into(),
            sysroot: sysroot.context("rustc doesn't tell its sysroot")?.into(),
        })
    }

    /// Where the libraries of the target belong.
    pub fn target_folder(&self) -> PathBuf {
        self.sysroot.join("lib/rustlib").join(TARGET)
    }
}

/// Makes sure that programs for the target compile and link.
pub fn ensure() -> Result<Outcome> {
    if works()? {
        return Ok(Outcome::There);
    }
    let compiler = Compiler::present()?;
    let from_source = std::env::var("SEMBLANCE_STD").is_ok_and(|value| value == "source");
    if !from_source && from_rustup(&compiler)? && works()? {
        return Ok(Outcome::Done);
    }
    report::begin("building the wasm32 standard library from source (half a minute)");
    std_source::install(&compiler)?;
    if !works()? {
        bail!(
            "the wasm32 standard library was built, but rustc can't use it; \
             remove {} and try again",
            compiler.target_folder().display()
        );
    }
    Ok(Outcome::Done)
}

/// Whether a small program that needs `std` builds with link-time optimisation, which finds
/// missing files and missing bitcode alike.
fn works() -> Result<bool> {
    let folder = project::tools().join("std/check");
    files::make_folder(&folder)?;
    let source = folder.join("check.rs");
    let program = "#[unsafe(no_mangle)]\n\
        pub extern \"C\" fn check(n: usize) -> usize { vec![n; n].iter().sum() }\n";
    files::write_if_changed(&source, program.as_bytes())?;
    let status = command::program("rustc")
        .args(["--edition=2024", "--crate-type=cdylib", "-Clto=fat"])
        .args(["--target", TARGET, "-o"])
        .arg(folder.join("check.wasm"))
        .arg(&source)
        .output()
        .context("can't run `rustc`: install Rust by rustup (rustup.rs)")?;
    Ok(status.status.success())
}

/// Tries `rustup target add`; false where that can't work here.
fn from_rustup(compiler: &Compiler) -> Result<bool> {
    // Only a toolchain that rustup installed can have targets added by it.
    let managed = compiler.sysroot.join("lib/rustlib/components").is_file();
    if !managed || command::find("rustup").is_none() {
        return Ok(false);
    }
    let installed = compiler
        .sysroot
        .join("lib/rustlib")
        .join(format!("manifest-rust-std-{TARGET}"))
        .is_file();
    if installed {
        // It is listed and doesn't work: half of it must be missing.
        let _ = command::quiet(
            "rustup-remove",
            rustup(&["target", "remove", TARGET]).as_mut(),
        );
    }
    report::begin("rustup target add wasm32-unknown-unknown");
    if let Err(error) = command::quiet("rustup", rustup(&["target", "add", TARGET]).as_mut()) {
        let reason = format!("{error:#}");
        let reason = reason.lines().last().unwrap_or_default().trim();
        println!("  rustup can't ({reason}); building it from source instead");
        return Ok(false);
    }
    Ok(true)
}

fn rustup(arguments: &[&str]) -> Box<Command> {
    let mut command = command::program("rustup");
    // Where its server can't be reached, a few tries are enough to know.
    command.args(arguments).env("RUSTUP_MAX_RETRIES", "1");
    Box::new(command)
}

/// Removes what an interrupted build left in the target's folder, so that new libraries don't
/// lie beside old ones: rustc would not know which to take.
pub fn replace_libraries(built: &Path, compiler: &Compiler) -> Result<()> {
    let folder = compiler.target_folder();
    let partial = folder.join("lib.partial");
    files::remove(&partial)?;
    files::make_folder(&partial)?;
    for library in files::all_under(built)? {
        let name = library.file_name().unwrap_or_default();
        // The crate that pulled the library in is not part of it.
        let wanted = library
            .extension()
            .is_some_and(|extension| extension == "rlib")
            && !name.to_string_lossy().starts_with("libempty");
        if wanted {
            std::fs::copy(&library, partial.join(name))
                .with_context(|| files::cannot("copy", &library))?;
        }
    }
    let lib = folder.join("lib");
    files::remove(&lib)?;
    std::fs::rename(&partial, &lib).with_context(|| files::cannot("write", &lib))
}
