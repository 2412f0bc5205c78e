//! Chromium, Firefox and WebKit with their drivers, for the tests.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};

use crate::report::{self, Outcome};
use crate::{command, files, project};

/// A program that the tests run.
pub struct Program {
    /// The variable that names it, for a person and for the tests.
    variable: &'static str,
    /// What it may be called on PATH.
    names: &'static [&'static str],
}

impl Program {
    /// Where it is: what the variable says, else on PATH.
    pub fn find(&self) -> Option<PathBuf> {
        match std::env::var_os(self.variable) {
            Some(path) => Some(PathBuf::from(path)).filter(|path| path.is_file()),
            None => self.names.iter().find_map(|name| command::find(name)),
        }
    }
}

/// Chromium itself.
pub const CHROMIUM: Program = Program {
    variable: "SEMBLANCE_CHROMIUM",
    names: &[
        "chromium",
        "chromium-browser",
        "google-chrome",
        "google-chrome-stable",
    ],
};

/// Its WebDriver server, of the same version.
const CHROMEDRIVER: Program = Program {
    variable: "SEMBLANCE_CHROMEDRIVER",
    names: &["chromedriver"],
};

const FIREFOX: Program = Program {
    variable: "SEMBLANCE_FIREFOX",
    names: &["firefox-esr", "firefox"],
};

/// Firefox's WebDriver server, of any version.
const GECKODRIVER: Program = Program {
    variable: "SEMBLANCE_GECKODRIVER",
    names: &["geckodriver"],
};

/// Tells a command where the programs are.
pub fn tell(command: &mut Command) {
    let programs = [
        CHROMIUM,
        CHROMEDRIVER,
        FIREFOX,
        GECKODRIVER,
        WEBKITDRIVER,
        XVFB_RUN,
    ];
    for program in programs {
        if let Some(path) = program.find() {
            command.env(program.variable, path);
        }
    }
}

/// The WebDriver server of WebKitGTK and its small browser.
const WEBKITDRIVER: Program = Program {
    variable: "SEMBLANCE_WEBKITDRIVER",
    names: &["WebKitWebDriver"],
};

/// What gives a program a screen where there is none: that browser must have one.
const XVFB_RUN: Program = Program {
    variable: "SEMBLANCE_XVFB_RUN",
    names: &["xvfb-run"],
};

/// The version of geckodriver that is installed where there is none.
const GECKODRIVER_VERSION: &str = "0.37.1";

/// Makes sure that the browsers and Chromium's driver are there, by Debian's packages where that is
/// allowed.
pub fn ensure() -> Result<Outcome> {
    let missing = || {
        let packages = [
            (CHROMIUM, "chromium"),
            (CHROMEDRIVER, "chromium-driver"),
            (FIREFOX, "firefox-esr"),
            (WEBKITDRIVER, "webkit2gtk-driver"),
            (XVFB_RUN, "xvfb xauth"),
        ];
        let missing = packages.into_iter().filter(|(it, _)| it.find().is_none());
        missing.map(|(_, package)| package).collect::<Vec<_>>()
    };
    let packages = missing();
    if packages.is_empty() {
        return Ok(Outcome::There);
    }
    let all = packages.join(" ");
    let advice = format!(
        "install what is missing (Debian: `apt-get install {all}`), name the programs in the \
        variables that `cargo xtask --help` lists, or leave the browser tests out with --no-browser"
    );
    let root = command::output(command::program("id").arg("-u")).is_some_and(|id| id == "0");
    if !root || command::find("apt-get").is_none() {
        bail!("the browser tests need Chromium, Firefox and WebKitGTK: {advice}");
    }
    report::begin(&format!("installing {all} by apt"));
    // Finishes what an interrupted installation left half done; apt refuses to work before.
    let mut finish = command::program("dpkg");
    command::quiet("dpkg", finish.args(["--configure", "-a"]))?;
    let mut update = command::program("apt-get");
    command::quiet("apt-update", update.arg("update"))?;
    let mut install = command::program("apt-get");
    install
        .env("DEBIAN_FRONTEND", "noninteractive")
        .args(["install", "--yes", "--no-install-recommends"])
        .args(all.split(' '));
    command::quiet("apt-install", &mut install)?;
    match missing().is_empty() {
        true => Ok(Outcome::Done),
        false => bail!("apt installed {all}, but not all of it is on PATH: {advice}"),
    }
}

/// Makes sure that Firefox's driver is there; Debian has no package of it.
pub fn ensure_geckodriver() -> Result<Outcome> {
    if GECKODRIVER.find().is_some() {
        return Ok(Outcome::There);
    }
    report::begin("installing geckodriver from source (1 to 3 minutes)");
    let target = project::tools().join("build/geckodriver");
    let mut install = command::cargo();
    install
        .args(["install", "--locked", "--debug"])
        .arg(format!("geckodriver@{GECKODRIVER_VERSION}"))
        .arg("--root")
        .arg(project::tools())
        // A folder of its own outlives an interruption, and the next run goes on from there.
        .env("CARGO_TARGET_DIR", &target)
        .env("CARGO_PROFILE_DEV_DEBUG", "false")
        .env_remove("RUSTFLAGS");
    command::quiet("geckodriver", &mut install)?;
    files::remove(&target)?;
    match GECKODRIVER.find() {
        Some(_) => Ok(Outcome::Done),
        None => bail!(
            "geckodriver was installed, but is not in .tools/bin: name one in SEMBLANCE_GECKODRIVER"
        ),
    }
}
