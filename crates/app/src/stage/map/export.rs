//! The map as a file, and handing files to the person.

use crate::ui::part::part_of_code;
use semblance_scatter::Scatter;
use std::pin::Pin;
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

/// How the map is saved as a file.
#[derive(Clone, Copy)]
pub enum Picture {
    /// With two pixels for each of the page's.
    Png,
    /// As a drawing with real text.
    Svg,
}

type Saving = Pin<Box<dyn Future<Output = Option<()>>>>;

part_of_code!(
    "picture",
    fn saving(asked: (Scatter, Picture)) -> Saving {
        let (map, picture) = asked;
        Box::pin(async move {
            match picture {
                Picture::Png => save("semblance-map.png", &map.to_png(2.0).await.ok()?),
                Picture::Svg => {
                    let drawing = text_file(&map.to_svg(), "image/svg+xml")?;
                    save("semblance-map.svg", &drawing)
                }
            }
        })
    }
);

/// Hands the map to the person as a file; says what went wrong.
pub async fn save_map(map: Scatter, picture: Picture) -> Result<(), &'static str> {
    match saving((map, picture)).await {
        Some(saving) => saving.await.ok_or(
            "The browser could not make a picture of the map, or does not let files be saved here.",
        ),
        None => Err(
            "The code that makes pictures could not be loaded. Check the connection and try again.",
        ),
    }
}
