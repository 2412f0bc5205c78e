//! WebKitGTK, the nearest to Safari that runs here: how it is started.

use anyhow::Result;
use serde_json::json;
use thirtyfour::Capabilities;

/// What the environment of driver and browser must say.
pub(super) fn environment() -> Vec<(&'static str, std::ffi::OsString)> {
    // Containers run the tests as root, where the sandbox can't work.
    vec![("WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS", "1".into())]
}

/// What the small browser that comes with WebKitGTK is asked for.
pub(super) fn capabilities() -> Result<Capabilities> {
    let options = json!({ "args": ["--automation", "--geometry=1440x900"] });
    let mut capabilities = Capabilities::new();
    capabilities.set("browserName", "MiniBrowser")?;
    capabilities.set("webkitgtk:browserOptions", options)?;
    Ok(capabilities)
}
