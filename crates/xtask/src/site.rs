//! The finished site: what Trunk makes of the page, the generated files and `www/`.

use anyhow::Result;

use crate::report::{self, Outcome};
use crate::{assets, command, wasm_std};

/// Builds the site in release mode into `dist/`. The tools and the model must be there.
pub fn build() -> Result<()> {
    assets::ensure()?;
    report::step("page", || {
        // Trunk calls cargo twice, the second time for its messages; this first one goes to a
        // log with the rest of the output.
        let mut page = command::cargo();
        page.args(["build", "--package", "semblance-app", "--profile", "page"])
            .args(["--target", wasm_std::TARGET]);
        command::quiet("page", &mut page)?;
        Ok(Outcome::Done)
    })?;
    report::step("site", || {
        let mut trunk = command::program("trunk");
        trunk.args(["build", "--release"]).env(assets::READY, "1");
        command::quiet("trunk-build", &mut trunk)?;
        Ok(Outcome::Done)
    })
}
