//! The workers: WebAssembly, and the script that starts it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, anyhow};

use crate::bindgen::Script;
use crate::wasm_std::TARGET;
use crate::{command, digest, files, project};

/// A build of the worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variant {
    /// For every browser since Safari 16.4.
    Simd,
    /// With relaxed SIMD: faster, and invalid where the browser lacks it.
    Relaxed,
}

impl Variant {
    /// Its name in file names and in `assets.json`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Simd => "simd",
            Self::Relaxed => "relaxed",
        }
    }

    fn rustflags(self) -> &'static str {
        match self {
            // Exactly the flags of `.cargo/config.toml`, so that plain cargo shares the build.
            Self::Simd => "-Ctarget-feature=+simd128",
            Self::Relaxed => "-Ctarget-feature=+simd128,+relaxed-simd",
        }
    }

    /// Where cargo builds it: the relaxed twin has a folder of its own, so that both can be
    /// built at once.
    fn target(self) -> PathBuf {
        match self {
            Self::Simd => project::target(),
            Self::Relaxed => project::target().join("relaxed"),
        }
    }
}

/// The variants to build: both, or what `SEMBLANCE_VARIANTS` says.
pub fn variants() -> Result<Vec<Variant>> {
    match std::env::var("SEMBLANCE_VARIANTS") {
        Err(_) => Ok(vec![Variant::Simd, Variant::Relaxed]),
        Ok(names) => chosen(&names),
    }
}

fn chosen(names: &str) -> Result<Vec<Variant>> {
    let mut variants = Vec::new();
    for name in names.split(',').map(str::trim) {
        let known = [Variant::Simd, Variant::Relaxed];
        let variant = known.into_iter().find(|variant| variant.name() == name);
        variants.push(variant.with_context(|| {
            format!("SEMBLANCE_VARIANTS is {names:?}; it can be simd, or simd,relaxed")
        })?);
    }
    anyhow::ensure!(
        variants.contains(&Variant::Simd),
        "SEMBLANCE_VARIANTS must hold simd, which every browser can run"
    );
    Ok(variants)
}

/// A build of the engine's worker.
pub struct Built {
    /// Which build it is.
    pub variant: Variant,
    /// Its files.
    pub worker: Worker,
}

/// The files of a worker, whose names carry a hash of both.
pub struct Worker {
    /// Name and content of the classic worker's script.
    pub script: (String, Vec<u8>),
    /// Name and content of the WebAssembly module.
    pub module: (String, Vec<u8>),
}

/// Builds the variants, at the same time when there are two.
pub fn build(variants: &[Variant]) -> Result<Vec<Built>> {
    std::thread::scope(|scope| {
        let builds: Vec<_> = variants
            .iter()
            .map(|&variant| scope.spawn(move || build_one(variant)))
            .collect();
        let mut built = Vec::new();
        for build in builds {
            let result = build
                .join()
                .map_err(|_| anyhow!("the build of the worker panicked"))?;
            built.push(result?);
        }
        Ok(built)
    })
}

fn build_one(variant: Variant) -> Result<Built> {
    let name = variant.name();
    command::quiet(&format!("worker-{name}"), &mut cargo(variant))?;
    let compiled = variant
        .target()
        .join(TARGET)
        .join("worker/semblance_worker.wasm");
    let worker = laid_out(&format!("worker-{name}"), "worker", &compiled)?;
    Ok(Built { variant, worker })
}

/// Builds the worker that reads files: small rather than fast, for it is fetched on first use.
pub fn build_importer() -> Result<Worker> {
    let mut cargo = command::cargo();
    cargo
        .args(["build", "--package", "semblance-importer", "--lib"])
        .args(["--profile", "page", "--target", TARGET]);
    command::quiet("importer", &mut cargo)?;
    let compiled = project::target()
        .join(TARGET)
        .join("page/semblance_importer.wasm");
    laid_out("importer", "importer", &compiled)
}

/// The files of a worker called `name` from what cargo compiled.
fn laid_out(name: &str, stem: &str, compiled: &Path) -> Result<Worker> {
    let bootstrap = project::root().join("crates/worker/bootstrap.js");
    let out = crate::bindgen::run(&format!("bindgen-{name}"), stem, Script::Classic, compiled)?;
    let read = |path: PathBuf| fs::read(&path).with_context(|| files::cannot("read", &path));
    let module = read(out.join(format!("{stem}_bg.wasm")))?;
    let mut script = read(out.join(format!("{stem}.js")))?;
    script.push(b'\n');
    script.extend(read(bootstrap)?);
    let both = digest::of_bytes(&script) + &digest::of_bytes(&module);
    let hash = &digest::of_bytes(both.as_bytes())[..8];
    Ok(Worker {
        script: (format!("{name}-{hash}.js"), script),
        module: (format!("{name}-{hash}.wasm"), module),
    })
}

fn cargo(variant: Variant) -> Command {
    let mut command = command::cargo();
    command
        .args(["build", "--package", "semblance-worker", "--lib"])
        .args(["--profile", "worker", "--target", TARGET])
        .env("CARGO_TARGET_DIR", variant.target())
        // Beats RUSTFLAGS and the configuration: a module with other features than its name says
        // would not load.
        .env("CARGO_ENCODED_RUSTFLAGS", variant.rustflags());
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn builds_both_or_what_is_asked_for() {
        let both = [Variant::Simd, Variant::Relaxed];
        assert_eq!(chosen("simd").expect("known"), [Variant::Simd]);
        assert_eq!(chosen("simd, relaxed").expect("known"), both);
        assert!(chosen("relaxed").is_err());
        let text = chosen("simd,fast").expect_err("unknown").to_string();
        assert!(text.contains("simd,fast"), "{text}");
    }

    #[test]
    fn plain_cargo_builds_with_the_flags_of_the_plain_variant() {
        let path = project::root().join(".cargo/config.toml");
        let config = fs::read_to_string(path).expect("the configuration");
        let flags = format!("rustflags = [\"{}\"]", Variant::Simd.rustflags());
        assert!(config.contains(&flags), "{flags}");
    }
}
