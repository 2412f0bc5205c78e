//! Lists on the clipboard, as cells: as HTML, which spreadsheets prefer, and as text with tabs.

use gloo::events::{EventListener, EventListenerOptions};
use js_sys::{Array, Object, Reflect};
use semblance_client::{ClientError, Sheet, SheetFormat};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, ClipboardEvent};

use crate::session::save::Saving;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = ClipboardItem)]
    type Item;
    #[wasm_bindgen(constructor, js_class = "ClipboardItem", catch)]
    fn new(forms: &Object) -> Result<Item, JsValue>;
    #[wasm_bindgen(js_namespace = ["navigator", "clipboard"], js_name = write, catch)]
    async fn write(items: &Array) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = document, js_name = execCommand, catch)]
    fn exec_command(name: &str) -> Result<bool, JsValue>;
}

/// Puts a table or a list on the clipboard. Whether the browser let it.
pub async fn copy(saving: &Saving, sheet: Sheet, is_list: bool) -> Result<bool, ClientError> {
    let form = async |format| {
        let sheet = Sheet {
            format,
            ..sheet.clone()
        };
        match is_list {
            true => saving.importer.write_list(sheet).await,
            false => saving.importer.write(sheet).await,
        }
    };
    let text = as_text(&form(SheetFormat::Tsv).await?).await;
    let html = as_text(&form(SheetFormat::Html).await?).await;
    Ok(written(&text, &html).await.is_ok() || by_event(&text, &html))
}

async fn as_text(file: &Blob) -> String {
    let text = JsFuture::from(file.text()).await;
    text.ok()
        .and_then(|text| text.as_string())
        .unwrap_or_default()
}

async fn written(text: &str, html: &str) -> Result<(), JsValue> {
    let forms = Object::new();
    for (kind, content) in [("text/plain", text), ("text/html", html)] {
        let options = web_sys::BlobPropertyBag::new();
        options.set_type(kind);
        let parts = Array::of1(&content.into());
        let blob = Blob::new_with_str_sequence_and_options(&parts, &options)?;
        Reflect::set(&forms, &kind.into(), &blob)?;
    }
    write(&Array::of1(&Item::new(&forms)?.into()))
        .await
        .map(drop)
}

/// The way for pages without the newer one: those from plain `http:` addresses have none.
fn by_event(text: &str, html: &str) -> bool {
    let (text, html) = (text.to_owned(), html.to_owned());
    let done = Rc::new(Cell::new(false));
    let options = EventListenerOptions::enable_prevent_default();
    let told = done.clone();
    let document = gloo::utils::document();
    let listener = EventListener::new_with_options(&document, "copy", options, move |event| {
        let data = event.dyn_ref::<ClipboardEvent>();
        if let Some(data) = data.and_then(ClipboardEvent::clipboard_data) {
            let both = data.set_data("text/plain", &text).is_ok()
                && data.set_data("text/html", &html).is_ok();
            told.set(both);
            event.prevent_default();
        }
    });
    let copied = exec_command("copy").unwrap_or_default();
    drop(listener);
    copied && done.get()
}
