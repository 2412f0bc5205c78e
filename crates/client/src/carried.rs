//! Files on their way to a worker.

use js_sys::Reflect;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Blob;

/// A file as any worker can read it: as it is, or its bytes.
///
/// A page that was opened as a file has no origin, and then WebKit lets no worker read a `Blob`,
/// not even its own. A file that can't be read goes on its way as it is, and the worker says so.
pub(crate) async fn carried(file: JsValue) -> JsValue {
    let origin = Reflect::get(&js_sys::global(), &"origin".into());
    let opened_as_file = origin.is_ok_and(|origin| origin == "null");
    match file.dyn_ref::<Blob>() {
        Some(blob) if opened_as_file => JsFuture::from(blob.array_buffer()).await.unwrap_or(file),
        _ => file,
    }
}
