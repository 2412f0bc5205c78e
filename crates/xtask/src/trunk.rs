//! Trunk, which builds the page and reloads it on change.

use anyhow::Result;

use crate::report::{self, Outcome};
use crate::{command, files, project};

/// The version that is installed; any 0.21 that is there already will do.
const VERSION: &str = "0.21.14";

/// Makes sure that there is a Trunk on PATH.
pub fn ensure() -> Result<Outcome> {
    if works() {
        return Ok(Outcome::There);
    }
    report::begin("installing Trunk from source (2 to 4 minutes)");
    let target = project::tools().join("build/trunk");
    let mut install = command::cargo();
    install
        .args(["install", "--locked", &format!("trunk@{VERSION}")])
        // Its downloads and its update check need TLS, which takes a third of the compile time;
        // all that Trunk would download here is there already.
        .arg("--no-default-features")
        // A folder of its own outlives an interruption, and the next run goes on from there.
        .env("CARGO_TARGET_DIR", &target)
        // Trunk starts other programs and copies files: optimising it costs more than it gains.
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0")
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
        .env("CARGO_PROFILE_RELEASE_STRIP", "true")
        .env_remove("RUSTFLAGS");
    if command::find("trunk").is_some() {
        // Another version, which somebody wants for something else.
        install.arg("--root").arg(project::tools());
        println!("  beside the other version of Trunk, in .tools/bin");
    }
    command::quiet("trunk", &mut install)?;
    files::remove(&target)?;
    anyhow::ensure!(
        works(),
        "Trunk was installed, but `trunk` on PATH is not it: put cargo's bin folder on PATH"
    );
    Ok(Outcome::Done)
}

fn works() -> bool {
    let version = command::output(command::program("trunk").arg("--version"));
    version.is_some_and(|version| is_wanted(&version))
}

fn is_wanted(version: &str) -> bool {
    version.starts_with("trunk 0.21.")
}

#[cfg(test)]
mod tests {
    #[test]
    fn takes_any_patch_of_the_version() {
        assert!(super::is_wanted("trunk 0.21.14"));
        assert!(super::is_wanted("trunk 0.21.15"));
        assert!(!super::is_wanted("trunk 0.22.0-beta.1"));
        assert!(!super::is_wanted(""));
    }
}
