//! The map as a file, and handing files to the person.

use semblance_scatter::Scatter;
use wasm_bindgen::JsCast;
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

/// Hands a file to the person.
pub fn save(name: &str, blob: &Blob) -> Option<()> {
    let url = Url::create_object_url_with_blob(blob).ok()?;
    let document = gloo::utils::document();
    let link: HtmlAnchorElement = document.create_element("a").ok()?.dyn_into().ok()?;
    link.set_href(&url);
    link.set_download(name);
    link.click();
    // The browser has the file by its address until the next turn; then it may go.
    gloo::timers::callback::Timeout::new(10_000, move || _ = Url::revoke_object_url(&url)).forget();
    Some(())
}

/// A file of text.
pub fn text_file(text: &str, kind: &str) -> Option<Blob> {
    let parts = js_sys::Array::of1(&text.into());
    let options = BlobPropertyBag::new();
    options.set_type(kind);
    Blob::new_with_str_sequence_and_options(&parts, &options).ok()
}

/// The picture with two pixels for each of the page's.
pub async fn save_png(map: &Scatter) -> Option<()> {
    let blob = map.to_png(2.0).await.ok()?;
    save("semblance-map.png", &blob)
}

/// The picture as a drawing with real text.
pub fn save_svg(map: &Scatter) -> Option<()> {
    save(
        "semblance-map.svg",
        &text_file(&map.to_svg(), "image/svg+xml")?,
    )
}
