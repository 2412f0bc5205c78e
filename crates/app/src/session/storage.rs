//! What the browser keeps of settings. Storage may be forbidden, full or gone at any time; the page
//! works without it.

use semblance_workspace::Settings;

const SETTINGS: &str = "semblance:settings";

/// Settings as they were left, or the defaults.
pub fn settings() -> Settings {
    local()
        .and_then(|s| s.get_item(SETTINGS).ok().flatten())
        .map_or_else(Settings::default, |line| Settings::parse(&line))
}

/// Keeps what has changed of the settings since `before`, if that is possible. The rest stays as it
/// is stored: another tab may have changed it.
pub fn keep_settings(before: Settings, now: Settings) {
    if let Some(storage) = local() {
        let kept = settings().with_changes(before, now);
        // Forbidden or full: the settings last until the page is left.
        _ = storage.set_item(SETTINGS, &kept.to_line());
    }
}

fn local() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok().flatten()
}
