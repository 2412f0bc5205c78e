//! The link to the workspace as it is now.

use super::qr::code;
use crate::session::keep::latest;
use crate::session::samples::samples;
use crate::session::save::Saving;
use crate::ui::button::words;
use crate::ui::hooks::{use_change, use_value};
use js_sys::{Promise, Uint8Array};
use semblance_workspace::Record;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// Characters of a link above which none is made: browsers and programs refuse such links.
const LONGEST: usize = 64_000;
/// Characters above which a link is likely to be cut off on its way.
const LONG: usize = 8_000;
/// Characters above which a QR code has too many squares to be scanned from a screen.
const SCANNED: usize = 1_200;

#[wasm_bindgen]
extern "C" {
    /// The page's address with some bytes (`www/link.js`).
    #[wasm_bindgen(js_name = semblanceLink, catch)]
    fn link(bytes: Uint8Array) -> Result<Promise, JsValue>;
    #[wasm_bindgen(js_namespace = ["navigator", "clipboard"], js_name = writeText, catch)]
    async fn copy(text: &str) -> Result<JsValue, JsValue>;
}

/// How far the link is.
#[derive(Clone, PartialEq)]
enum Link {
    Coming,
    There(AttrValue),
    /// There is none, for this reason.
    Missing(&'static str),
}

/// The workspace as a record. What its texts came from stays here: a link has no room for columns.
fn record(Saving { store, map, .. }: &Saving) -> Vec<u8> {
    let sample = store.sample.and_then(|at| samples().get(at).cloned());
    let sample = sample.map(|sample| sample.name).unwrap_or_default();
    let document = &store.document;
    Record::write(&sample, document.lines(), &[], &map.to_kept(document)).0
}

async fn made() -> Link {
    let Some(saving) = latest() else {
        return Link::Missing("The page is not ready yet.");
    };
    if saving.store.document.is_blank() {
        return Link::Missing("There are no texts yet to share.");
    }
    let bytes = Uint8Array::from(record(&saving).as_slice());
    let missing = Link::Missing("A part of this page is missing. Reload it to share a link.");
    let Ok(promise) = link(bytes) else {
        return missing;
    };
    match JsFuture::from(promise).await {
        Ok(link) => match link.as_string() {
            Some(link) if link.len() <= LONGEST => Link::There(link.into()),
            _ => Link::Missing(
                "These texts are too long for a link. Save them as a table, and share that file.",
            ),
        },
        Err(_) => missing,
    }
}

#[component]
pub fn Panel() -> Html {
    let found = use_value(Link::Coming);
    let said = use_value("");
    let input = use_node_ref();
    {
        let set = found.setter();
        use_change((), move |()| {
            spawn_local(async move { set.set(made().await) });
        });
    }
    let link = match &*found {
        Link::Coming => {
            return html! { <p class="menu-note" role="status">{ "Making the link…" }</p> };
        }
        Link::Missing(why) => return html! { <p class="menu-note" role="alert">{ *why }</p> },
        Link::There(link) => link.clone(),
    };
    let onclick = {
        let (link, said, input) = (link.clone(), said.setter(), input.clone());
        Callback::from(move |_: MouseEvent| {
            let (link, said, input) = (link.clone(), said.clone(), input.clone());
            spawn_local(async move {
                said.set(match copy(&link).await {
                    Ok(_) => "Copied.",
                    Err(_) => {
                        if let Some(input) = input.cast::<HtmlInputElement>() {
                            input.select();
                        }
                        "The browser lets nothing be copied here: copy the marked link by hand."
                    }
                });
            });
        })
    };
    let long = (link.len() > LONG).then(|| {
        let thousands = link.len() / 1_000;
        html! { <p class="menu-note">{ format!("It has some {thousands},000 characters. Mail and chat programs may cut it off: try it, or share a file.") }</p> }
    });
    html! {
        <div class="share">
            <p class="menu-note">{ "Whoever opens this link sees these texts, groups and map. They are in the link itself, after the #: that part is sent to no server." }</p>
            <input type="text" readonly=true aria-label="Link" value={link.clone()} ref={input} />
            <div class="share-row">{ words("push", "Copy link", onclick) }<span role="status">{ *said }</span></div>
            { for long }
            if link.starts_with("file:") {
                <p class="menu-note">{ "This page is a file: the link works where that file lies at the same place. Put it on a web server to share links with others." }</p>
            }
            if link.len() <= SCANNED { { code(&link, "QR code of the link") } }
        </div>
    }
}
