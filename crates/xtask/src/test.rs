//! `cargo xtask test`: everything that must hold before a change lands.

use anyhow::{Result, bail};
use lexopt::{Arg, Parser};

use crate::report::{self, Outcome};
use crate::{browser, command, digest, files, project, setup, site, wasm_std};

/// Crates that also compile to WebAssembly, where parts of them exist only.
const WASM_CRATES: &[&str] = &[
    "semblance-analysis",
    "semblance-app",
    "semblance-client",
    "semblance-encoder",
    "semblance-kernels",
    "semblance-protocol",
    "semblance-scatter",
    "semblance-worker",
    "semblance-workspace",
];

/// Sets up and runs every check, the cheap ones first.
pub fn run(arguments: &mut Parser) -> Result<()> {
    let mut in_browser = true;
    while let Some(argument) = arguments.next()? {
        match argument {
            Arg::Long("no-browser") => in_browser = false,
            other => return Err(other.unexpected().into()),
        }
    }
    let lock = project::lock()?;
    report::step("format", || {
        command::loud(command::cargo().args(["fmt", "--all", "--check"]))?;
        Ok(Outcome::Done)
    })?;
    setup::ensure()?;
    if in_browser {
        report::step("Chromium and its driver", browser::ensure)?;
        report::step("packages of the browser tests", ensure_packages)?;
    }
    report::step("lints, native", || {
        clippy(&["--workspace", "--all-targets"], None)
    })?;
    report::step("lints, wasm32", || {
        let crates = WASM_CRATES.iter().flat_map(|name| ["--package", name]);
        let mut arguments: Vec<&str> = crates.collect();
        arguments.extend(["--target", wasm_std::TARGET]);
        clippy(&arguments, None)
    })?;
    report::step("lints, wasm32 with relaxed SIMD", || {
        let arguments = [
            "--package",
            "semblance-kernels",
            "--target",
            wasm_std::TARGET,
        ];
        clippy(&arguments, Some("-Ctarget-feature=+simd128,+relaxed-simd"))
    })?;
    report::step("documentation", || {
        let mut doc = command::cargo();
        doc.args(["doc", "--workspace", "--no-deps"]);
        command::loud(doc.env("RUSTDOCFLAGS", "-Dwarnings"))?;
        Ok(Outcome::Done)
    })?;

    let mut count = Count::default();
    let native = run_tests(
        "tests, native",
        &["--workspace", "--exclude", BROWSER_TESTS],
        &mut count,
    );
    let mut browser = Ok(());
    if in_browser {
        site::build()?;
        // The tests may take a while and touch nothing that others build.
        drop(lock);
        browser = run_tests("tests, browser", &["--package", BROWSER_TESTS], &mut count);
    }
    report::table();
    println!("\n{} passed, {} failed", count.passed, count.failed);
    native.and(browser)
}

/// The package of the tests that drive a browser.
const BROWSER_TESTS: &str = "semblance-tests";

fn clippy(arguments: &[&str], rustflags: Option<&str>) -> Result<Outcome> {
    let mut clippy = command::cargo();
    clippy
        .arg("clippy")
        .args(arguments)
        .args(["--", "-Dwarnings"]);
    if let Some(flags) = rustflags {
        clippy.env("CARGO_ENCODED_RUSTFLAGS", flags);
    }
    command::loud(&mut clippy)?;
    Ok(Outcome::Done)
}

/// Runs tests to the last and counts them; a step that failed shows in the table all the same.
fn run_tests(step: &str, arguments: &[&str], count: &mut Count) -> Result<()> {
    let mut result = Ok(());
    report::noted(step, || {
        let mut command = command::cargo();
        command
            .args(["test", "--no-fail-fast"])
            .args(arguments)
            .env("SEMBLANCE_SOURCE_MODEL", project::source_model())
            .env("SEMBLANCE_MODEL", project::shipped_model())
            .env("SEMBLANCE_DIST", project::dist());
        if let Some(browser) = browser::find() {
            command
                .env("SEMBLANCE_CHROMIUM", browser.chromium)
                .env("SEMBLANCE_CHROMEDRIVER", browser.driver);
        }
        let before = *count;
        result = command::watched(&mut command, |line| count.read(line));
        let (passed, failed) = (count.passed - before.passed, count.failed - before.failed);
        if result.is_ok() && passed == 0 {
            bail!("no test ran");
        }
        Ok((Outcome::Done, format!("{passed} passed, {failed} failed")))
    })?;
    result
}

/// Tests that ran.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Count {
    passed: u64,
    failed: u64,
}

impl Count {
    /// Adds what one line of a test run's output tells.
    fn read(&mut self, line: &str) {
        let Some(result) = line.trim().strip_prefix("test result: ") else {
            return;
        };
        let number = |what: &str| {
            let mut parts = result.split([';', '.']);
            let part = parts.find_map(|part| part.trim().strip_suffix(what));
            part.and_then(|number| number.trim().parse().ok())
                .unwrap_or(0)
        };
        self.passed += number("passed");
        self.failed += number("failed");
    }
}

/// The browser tests' packages from the npm registry, as the lock file names them.
fn ensure_packages() -> Result<Outcome> {
    let folder = project::root().join("tests");
    let locked = digest::of_file(&folder.join("package-lock.json"))?;
    let stamp = folder.join("node_modules/.locked");
    if std::fs::read_to_string(&stamp).is_ok_and(|present| present == locked) {
        return Ok(Outcome::There);
    }
    if command::find("npm").is_none() {
        bail!("the browser tests need npm: install Node.js 20 or later");
    }
    let mut install = command::program("npm");
    install
        .current_dir(&folder)
        .args(["ci", "--no-audit", "--no-fund"]);
    command::quiet("npm", &mut install)?;
    files::write(&stamp, locked.as_bytes())?;
    Ok(Outcome::Done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_what_the_test_harness_prints() {
        let mut count = Count::default();
        for line in [
            "running 3 tests",
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; \
             finished in 0.00s",
            "test result: FAILED. 12 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out",
            "test a::passed ... ok",
        ] {
            count.read(line);
        }
        assert_eq!((count.passed, count.failed), (15, 2));
    }

    #[test]
    fn wasm_crates_exist() {
        for name in WASM_CRATES {
            let folder = name.trim_start_matches("semblance-");
            let manifest = project::root()
                .join("crates")
                .join(folder)
                .join("Cargo.toml");
            assert!(manifest.is_file(), "{name}");
        }
    }
}
