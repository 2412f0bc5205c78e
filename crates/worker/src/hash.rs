//! SHA-256 of a file.

use js_sys::{Reflect, Uint8Array};
use sha2::{Digest, Sha256};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Crypto;

/// The SHA-256 of `bytes`, as 64 hexadecimal digits.
///
/// The browser's own is several times as quick, but a page from a plain `http:` address in a
/// class's network does not have it.
pub(crate) async fn sha256(bytes: &Uint8Array) -> String {
    match by_browser(bytes).await {
        Some(digest) => hex(&digest),
        None => hex(&Sha256::digest(bytes.to_vec())),
    }
}

async fn by_browser(bytes: &Uint8Array) -> Option<Vec<u8>> {
    let crypto = Reflect::get(&js_sys::global(), &"crypto".into()).ok()?;
    let subtle = Reflect::get(&crypto, &"subtle".into()).ok()?;
    if subtle.is_undefined() {
        return None;
    }
    let digest = crypto
        .unchecked_into::<Crypto>()
        .subtle()
        .digest_with_str_and_js_u8_array("SHA-256", bytes)
        .ok()?;
    let digest: JsValue = JsFuture::from(digest).await.ok()?;
    Some(Uint8Array::new(&digest).to_vec())
}

fn hex(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
