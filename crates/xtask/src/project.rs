//! Where things are.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use anyhow::{Context, Result};

use crate::files;

/// Variables that change what the commands do, for `--help`.
pub const ENVIRONMENT: &[(&str, &str)] = &[
    (
        "SEMBLANCE_VARIANTS",
        "simd: build one worker only, for quick development",
    ),
    ("SEMBLANCE_CHROMIUM", "a browser of the tests"),
    ("SEMBLANCE_CHROMEDRIVER", "its driver"),
    ("SEMBLANCE_FIREFOX", "another"),
    ("SEMBLANCE_GECKODRIVER", "its driver"),
    (
        "SEMBLANCE_WEBKITDRIVER",
        "the driver of WebKitGTK, whose browser comes with it",
    ),
    ("SEMBLANCE_XVFB_RUN", "what gives that browser a screen"),
    (
        "SEMBLANCE_STD",
        "source: build the wasm32 standard library, don't ask rustup",
    ),
];

static ROOT: LazyLock<PathBuf> = LazyLock::new(|| {
    // Cargo says where this crate lies when it runs us; the path from the build would be wrong
    // where several checkouts share a target folder. The root is two folders above.
    let here = std::env::var_os("CARGO_MANIFEST_DIR");
    let here = here.map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    here.ancestors().nth(2).unwrap_or(&here).to_owned()
});

/// The workspace.
pub fn root() -> &'static Path {
    &ROOT
}

/// What set-up fetched or built; unlike `target/` it survives `cargo clean`.
pub fn tools() -> PathBuf {
    root().join(".tools")
}

/// Commands that set-up installed for this workspace alone.
pub fn tools_bin() -> PathBuf {
    tools().join("bin")
}

/// Where cargo puts what it builds.
pub fn target() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => root().join(folder),
        None => root().join("target"),
    }
}

/// The generated part of the site, which Trunk copies: workers, models, `assets.json`.
///
/// `index.html` names this folder, so it stays put wherever cargo builds.
pub fn site() -> PathBuf {
    root().join("target/site")
}

/// The finished site.
pub fn dist() -> PathBuf {
    root().join("dist")
}

/// The page as one file.
pub fn kit() -> PathBuf {
    root().join("kit/semblance.html")
}

/// The original files of the model, f32.
pub fn source_model() -> PathBuf {
    tools().join("model/source")
}

/// The files of the model that ship, int8.
pub fn shipped_model() -> PathBuf {
    tools().join("model").join(MODEL)
}

/// Name of the model, also of its folder in the site.
pub const MODEL: &str = "all-MiniLM-L6-v2";

/// Held while shared folders are being filled; ends with the command, however it ends.
pub struct Lock(#[expect(dead_code, reason = "the open file is the lock")] File);

/// Waits until no other command of this workspace sets up or builds.
pub fn lock() -> Result<Lock> {
    let path = tools().join("lock");
    files::make_parent(&path)?;
    let file = File::create(&path).with_context(|| files::cannot("write", &path))?;
    if file.try_lock().is_err() {
        println!("… waiting for another `cargo xtask` of this workspace");
        file.lock().with_context(|| files::cannot("lock", &path))?;
    }
    Ok(Lock(file))
}
