//! The map as a file: picture or coordinates.

use super::store::Drawn;
use semblance_scatter::{Scatter, shortest};
use std::fmt::Write;
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

/// Names of the coordinates that are drawn.
const NAMES: [&str; 3] = ["x", "y", "z"];

/// The coordinates that are drawn, one row a text, with a row of names: `x y [z] text`.
pub fn tsv(drawn: &Drawn) -> String {
    let shown = drawn.layout.shown(drawn.dimensions);
    let mut file = NAMES[..shown.len()].join("\t") + "\ttext\n";
    for (text, row) in rows(drawn) {
        for &axis in &shown {
            // Writing to a string can't fail.
            _ = write!(file, "{}\t", place(row, axis));
        }
        file.extend(text.chars().map(|c| if c.is_control() { ' ' } else { c }));
        file.push('\n');
    }
    file
}

/// The same as JSON: `[{"x": …, "y": …, "text": …}, …]`.
pub fn json(drawn: &Drawn) -> String {
    let shown = drawn.layout.shown(drawn.dimensions);
    let mut file = String::from("[");
    for (at, (text, row)) in rows(drawn).enumerate() {
        file.push_str(if at == 0 { "\n  {" } else { ",\n  {" });
        for (name, &axis) in NAMES.iter().zip(&shown) {
            _ = write!(file, "\"{name}\": {}, ", place(row, axis));
        }
        let quoted = js_sys::JSON::stringify(&text.into()).ok();
        let quoted = quoted.and_then(|text| text.as_string());
        file.push_str("\"text\": ");
        file.push_str(quoted.as_deref().unwrap_or("\"\""));
        file.push('}');
    }
    file.push_str("\n]\n");
    file
}

fn place(row: &[f32], axis: usize) -> String {
    shortest(row.get(axis).copied().unwrap_or(0.0))
}

fn rows(drawn: &Drawn) -> impl Iterator<Item = (&str, &[f32])> {
    let rows = drawn.coordinates.chunks_exact(drawn.dimensions.max(1));
    let texts = drawn.results.texts.iter();
    texts.map(|text| &*text.text).zip(rows)
}

/// Saves the coordinates as tab-separated values.
pub fn save_tsv(drawn: &Drawn) -> Option<()> {
    save(
        "semblance-map.tsv",
        &text_file(&tsv(drawn), "text/tab-separated-values")?,
    )
}

/// Saves the coordinates as JSON.
pub fn save_json(drawn: &Drawn) -> Option<()> {
    save(
        "semblance-map.json",
        &text_file(&json(drawn), "application/json")?,
    )
}
