//! Chromium and its driver, for the tests.

use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::command;
use crate::report::{self, Outcome};

/// The two programs.
pub struct Browser {
    /// The browser itself.
    pub chromium: PathBuf,
    /// Its WebDriver server, of the same version.
    pub driver: PathBuf,
}

/// Finds the programs: by `SEMBLANCE_CHROMIUM` and `SEMBLANCE_CHROMEDRIVER`, else on PATH.
pub fn find() -> Option<Browser> {
    let named = |variable: &str, names: &[&str]| match std::env::var_os(variable) {
        Some(path) => Some(PathBuf::from(path)).filter(|path| path.is_file()),
        None => names.iter().find_map(|name| command::find(name)),
    };
    let browsers = [
        "chromium",
        "chromium-browser",
        "google-chrome",
        "google-chrome-stable",
    ];
    Some(Browser {
        chromium: named("SEMBLANCE_CHROMIUM", &browsers)?,
        driver: named("SEMBLANCE_CHROMEDRIVER", &["chromedriver"])?,
    })
}

/// Makes sure that both are there, by Debian's packages where that is allowed.
pub fn ensure() -> Result<Outcome> {
    if find().is_some() {
        return Ok(Outcome::There);
    }
    let advice = "install Chromium and its driver (Debian: `apt-get install chromium \
        chromium-driver`), name them in SEMBLANCE_CHROMIUM and SEMBLANCE_CHROMEDRIVER, or leave \
        the browser tests out with --no-browser";
    let root = command::output(command::program("id").arg("-u")).is_some_and(|id| id == "0");
    if !root || command::find("apt-get").is_none() {
        bail!("the browser tests need Chromium: {advice}");
    }
    report::begin("installing Chromium and its driver by apt");
    // Finishes what an interrupted installation left half done; apt refuses to work before.
    let mut finish = command::program("dpkg");
    command::quiet("dpkg", finish.args(["--configure", "-a"]))?;
    let mut update = command::program("apt-get");
    command::quiet("apt-update", update.arg("update"))?;
    let mut install = command::program("apt-get");
    install
        .env("DEBIAN_FRONTEND", "noninteractive")
        .args(["install", "--yes", "--no-install-recommends"])
        .args(["chromium", "chromium-driver"]);
    command::quiet("apt-install", &mut install)?;
    match find() {
        Some(_) => Ok(Outcome::Done),
        None => bail!("apt installed Chromium, but it isn't on PATH: {advice}"),
    }
}
