//! Everything the build needs that is not in the repository.

use anyhow::{Result, anyhow};
use lexopt::Parser;

use crate::{bindgen, model, project, report, trunk, wasm_std};

/// `cargo xtask setup`.
pub fn run(arguments: &mut Parser) -> Result<()> {
    crate::no_options(arguments)?;
    let _lock = project::lock()?;
    ensure()?;
    report::table();
    Ok(())
}

/// Makes sure that all of it is there.
///
/// Compiling Trunk waits for nothing and nothing waits for it, so it goes on beside the rest:
/// downloads and the last, single-threaded part of a compilation leave a core free.
pub fn ensure() -> Result<()> {
    std::thread::scope(|scope| {
        let trunk = scope.spawn(|| report::step("Trunk", trunk::ensure));
        let rest = report::step("wasm32 standard library", wasm_std::ensure)
            .and_then(|()| report::step("wasm-bindgen", bindgen::ensure))
            .and_then(|()| model::ensure());
        let trunk = trunk
            .join()
            .map_err(|_| anyhow!("the installation of Trunk panicked"))?;
        rest.and(trunk)
    })
}
