//! Packages from the npm registry, as a lock file names them.

use std::path::Path;

use anyhow::{Result, bail};

use crate::report::Outcome;
use crate::{command, digest, files};

/// Makes sure that the packages of `folder/package-lock.json` are in `folder/node_modules`. Their
/// install scripts don't run.
pub fn ensure(folder: &Path) -> Result<Outcome> {
    let locked = digest::of_file(&folder.join("package-lock.json"))?;
    let stamp = folder.join("node_modules/.locked");
    if std::fs::read_to_string(&stamp).is_ok_and(|present| present == locked) {
        return Ok(Outcome::There);
    }
    if command::find("npm").is_none() {
        bail!("the browser tests and the benchmarks need npm: install Node.js 20 or later");
    }
    let mut install = command::program("npm");
    install
        .current_dir(folder)
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
    command::quiet("npm", &mut install)?;
    files::write(&stamp, locked.as_bytes())?;
    Ok(Outcome::Done)
}
