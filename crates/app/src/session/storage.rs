//! What the browser keeps: settings for good, texts for as long as the tab lives. Storage may be
//! forbidden, full or gone at any time; the page works without it.

use semblance_workspace::Settings;
use serde::{Serialize, de::DeserializeOwned};

const SETTINGS: &str = "semblance:settings";
const TEXTS: &str = "semblance:texts";
const SAMPLE: &str = "semblance:sample";
const BOOKMARKS: &str = "semblance:bookmarks";
/// Texts above this many bytes are not kept: browsers give about 5 million characters.
const LARGEST: usize = 2_000_000;

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

/// What was in the editor before a reload.
pub enum Kept {
    /// A sample set, by its name.
    Sample(String),
    /// The person's own texts.
    Texts(String),
}

/// What the last page in this tab kept.
pub fn kept() -> Option<Kept> {
    let storage = session()?;
    let get = |key| storage.get_item(key).ok().flatten();
    get(TEXTS)
        .map(Kept::Texts)
        .or_else(|| get(SAMPLE).map(Kept::Sample))
}

/// Keeps the texts for a reload. False when there is no room for them; what was kept before is
/// gone then, since an old state that comes back would look like loss.
pub fn keep_texts(text: &str) -> bool {
    let Some(storage) = session() else {
        return false;
    };
    _ = storage.remove_item(SAMPLE);
    let fits = text.len() <= LARGEST && storage.set_item(TEXTS, text).is_ok();
    if !fits {
        _ = storage.remove_item(TEXTS);
    }
    fits
}

/// Keeps the name of the sample set that is shown.
pub fn keep_sample(name: &str) {
    if let Some(storage) = session() {
        _ = storage.remove_item(TEXTS);
        _ = storage.set_item(SAMPLE, name);
    }
}

/// Views of the map that were kept; none when there are none that can be read.
pub fn bookmarks<T: DeserializeOwned>() -> Option<T> {
    let hex = session()?.get_item(BOOKMARKS).ok().flatten()?;
    let digit = |at: usize| {
        hex.get(at..at + 2)
            .and_then(|d| u8::from_str_radix(d, 16).ok())
    };
    let bytes: Option<Vec<u8>> = (0..hex.len()).step_by(2).map(digit).collect();
    postcard::from_bytes(&bytes?).ok()
}

/// Keeps views of the map for a reload, if that is possible.
pub fn keep_bookmarks<T: Serialize>(bookmarks: &T) {
    let bytes = postcard::to_allocvec(bookmarks);
    if let (Some(storage), Ok(bytes)) = (session(), bytes) {
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        // Forbidden or full: they last until the page is left.
        _ = storage.set_item(BOOKMARKS, &hex);
    }
}

fn local() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok().flatten()
}

fn session() -> Option<web_sys::Storage> {
    web_sys::window()?.session_storage().ok().flatten()
}
