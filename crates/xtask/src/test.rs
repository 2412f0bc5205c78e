//! `cargo xtask test`: everything that must hold before a change lands.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};
use lexopt::{Arg, Parser};

use crate::report::{self, Outcome};
use crate::{browser, command, kit, npm, project, setup, site, wasm_std};

/// Crates that also compile to WebAssembly, where parts of them exist only.
const WASM_CRATES: &[&str] = &[
    "semblance-analysis",
    "semblance-app",
    "semblance-client",
    "semblance-encoder",
    "semblance-import",
    "semblance-importer",
    "semblance-kernels",
    "semblance-library",
    "semblance-protocol",
    "semblance-scatter",
    "semblance-worker",
    "semblance-workspace",
];

/// Sets up and runs every check, the cheap ones first. A check that fails doesn't keep the others
/// from running; what set-up can't do does.
pub fn run(arguments: &mut Parser) -> Result<()> {
    let mut in_browser = true;
    while let Some(argument) = arguments.next()? {
        match argument {
            Arg::Long("no-browser") => in_browser = false,
            other => return Err(other.unexpected().into()),
        }
    }
    let lock = project::lock()?;
    setup::ensure()?;
    if in_browser {
        report::step("browsers", browser::ensure)?;
        report::step("Firefox's driver", browser::ensure_geckodriver)?;
        report::step("packages of the browser tests", || {
            npm::ensure(&project::root().join("tests"))
        })?;
    }

    let mut failed = Vec::new();
    let mut check = |name: &'static str, work: &mut dyn FnMut() -> Result<String>| {
        let checked = report::noted(name, || work().map(|note| (Outcome::Done, note)));
        if let Err(error) = checked {
            report::failure(&error);
            failed.push(name);
        }
    };
    check("format", &mut || {
        loud(command::cargo().args(["fmt", "--all", "--check"]))
    });
    check("lints, native", &mut || {
        clippy(&["--workspace", "--all-targets"], None)
    });
    check("lints, wasm32", &mut || {
        let crates = WASM_CRATES.iter().flat_map(|name| ["--package", name]);
        let mut arguments: Vec<&str> = crates.collect();
        arguments.extend(["--target", wasm_std::TARGET]);
        clippy(&arguments, None)
    });
    check("lints, wasm32 with relaxed SIMD", &mut || {
        let arguments = [
            "--package",
            "semblance-kernels",
            "--target",
            wasm_std::TARGET,
        ];
        clippy(&arguments, Some("-Ctarget-feature=+simd128,+relaxed-simd"))
    });
    check("documentation", &mut || {
        let mut doc = command::cargo();
        doc.args(["doc", "--workspace", "--no-deps"]);
        loud(doc.env("RUSTDOCFLAGS", "-Dwarnings"))
    });
    let mut count = Count::default();
    check("tests, native", &mut || {
        run_tests(&["--workspace", "--exclude", BROWSER_TESTS], &mut count)
    });
    if in_browser {
        site::build()?;
        kit::ensure()?;
        // The tests may take a while and touch nothing that others build.
        drop(lock);
        check("kernels in wasm, simd128", &mut || {
            check_kernels("-Ctarget-feature=+simd128")
        });
        check("kernels in wasm, relaxed SIMD", &mut || {
            check_kernels("-Ctarget-feature=+simd128,+relaxed-simd")
        });
        check("tests, browser", &mut || {
            run_tests(&["--package", BROWSER_TESTS], &mut count)
        });
    }
    report::table();
    println!("\n{} passed, {} failed", count.passed, count.failed);
    if !failed.is_empty() {
        bail!("failed: {}", failed.join("; "));
    }
    Ok(())
}

fn loud(command: &mut Command) -> Result<String> {
    command::loud(command)?;
    Ok(String::new())
}

/// The package of the tests that drive a browser.
const BROWSER_TESTS: &str = "semblance-tests";

fn clippy(arguments: &[&str], rustflags: Option<&str>) -> Result<String> {
    let mut clippy = command::cargo();
    clippy
        .arg("clippy")
        .args(arguments)
        .args(["--", "-Dwarnings"]);
    if let Some(flags) = rustflags {
        clippy.env("CARGO_ENCODED_RUSTFLAGS", flags);
    }
    loud(&mut clippy)
}

/// Holds the kernels' wasm twin for these flags to the reference, in Chromium: Node's relaxed dot
/// product has been seen to be wrong where browsers' are right.
fn check_kernels(rustflags: &str) -> Result<String> {
    let module = kernels(rustflags)?;
    let mut run = command::program("node");
    run.arg(project::root().join("crates/kernels/harness/run.mjs"))
        .arg("checks")
        .arg(module);
    if let Some(browser) = browser::CHROMIUM.find() {
        run.env("CHROMIUM", browser);
    }
    loud(&mut run)
}

/// Builds the module that checks and times the kernels, and returns its path.
pub fn kernels(rustflags: &str) -> Result<PathBuf> {
    // A folder of its own: other flags must not make the workers compile again.
    let target = project::target().join("kernel-checks");
    let mut build = command::cargo();
    build
        .args(["build", "--quiet", "--release", "--package"])
        .args(["semblance-kernels", "--features", "checks"])
        .args(["--example", "wasm_harness", "--target", wasm_std::TARGET])
        .env("CARGO_ENCODED_RUSTFLAGS", rustflags)
        .env("CARGO_TARGET_DIR", &target);
    command::loud(&mut build)?;
    Ok(target
        .join(wasm_std::TARGET)
        .join("release/examples/wasm_harness.wasm"))
}

/// Runs tests to the last, counts them, and says how many there were.
fn run_tests(arguments: &[&str], count: &mut Count) -> Result<String> {
    let mut command = command::cargo();
    command
        .args(["test", "--no-fail-fast"])
        .args(arguments)
        .env("SEMBLANCE_SOURCE_MODEL", project::source_model())
        .env("SEMBLANCE_MODEL", project::shipped_model())
        .env("SEMBLANCE_DIST", project::dist());
    browser::tell(&mut command);
    let before = *count;
    let result = command::watched(&mut command, |line| count.read(line));
    let (passed, failed) = (count.passed - before.passed, count.failed - before.failed);
    if result.is_ok() && passed == 0 {
        bail!("no test ran");
    }
    result.with_context(|| format!("{passed} tests passed, {failed} failed"))?;
    Ok(format!("{passed} passed"))
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
