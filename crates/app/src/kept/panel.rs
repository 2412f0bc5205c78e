//! The dialog that shows what is kept on this device.

use crate::session::keep::keep;
use crate::stage::map::export::save;
use crate::state::{Action, use_store};
use crate::ui::button::{named, words};
use crate::ui::hooks::{use_change, use_value};
use js_sys::{Array, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Blob, HtmlDialogElement};
use yew::prelude::*;

// `www/keep.js`; what fails does so with a sentence.
#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = semblanceKeep, catch)]
    fn stored() -> Result<Promise, JsValue>;
    #[wasm_bindgen(js_namespace = semblanceKeep, catch)]
    fn forget() -> Result<Promise, JsValue>;
    #[wasm_bindgen(js_namespace = semblanceKeep, catch)]
    fn drop_aside(key: &str) -> Result<Promise, JsValue>;
    #[wasm_bindgen(js_namespace = semblanceKeep, catch)]
    fn get_aside(key: &str) -> Result<Promise, JsValue>;
}

/// What is kept.
#[derive(Clone, PartialEq, Default)]
struct Stored {
    /// How much, and since when.
    said: String,
    /// Whether there is something to forget.
    any: bool,
    /// Records that were put aside: key, and size and date in words.
    aside: Vec<(String, String)>,
}

impl Stored {
    fn of(found: &Array) -> Stored {
        let word = |at: u32| found.get(at).as_string().unwrap_or_default();
        let aside: Array = found.get(1).unchecked_into();
        Stored {
            said: word(0),
            any: found.get(2).is_truthy(),
            aside: aside
                .iter()
                .map(|entry| {
                    let entry: Array = entry.unchecked_into();
                    let word = |at| entry.get(at).as_string().unwrap_or_default();
                    (word(0), word(1))
                })
                .collect(),
        }
    }
}

/// What a promise comes to. There is none without `keep.js`.
async fn waited(promise: Result<Promise, JsValue>) -> Result<JsValue, JsValue> {
    let missing = "A part of this page is missing, so nothing is kept. Reload the page.";
    JsFuture::from(promise.map_err(|_| missing)?).await
}

/// What is done in the dialog.
#[derive(Clone)]
enum Act {
    Forget,
    /// Keep nothing from now on, or what there is.
    Nothing(bool),
    Save(String),
    BringBack(String),
    Drop(String),
}

async fn carried_out(act: Act) -> Result<&'static str, JsValue> {
    let Some(keeper) = keep() else {
        return Ok("Nothing is kept: a part of the page is missing. Reload it.");
    };
    Ok(match act {
        Act::Forget => {
            waited(forget()).await?;
            keeper.forgotten();
            "Forgotten. The texts that are open are kept again once you change something."
        }
        Act::Nothing(true) => {
            waited(forget()).await?;
            keeper.forgotten();
            "From now on your texts last until this page is closed or reloaded."
        }
        Act::Nothing(false) => {
            keeper.keep_again();
            ""
        }
        Act::Save(key) => {
            let bytes = Array::of1(&waited(get_aside(&key)).await?);
            let file = Blob::new_with_u8_array_sequence(&bytes)?;
            match save("semblance-put-aside.bin", &file) {
                Some(()) => "Saved. Any text editor shows the texts that are in it.",
                None => "The browser does not let files be saved here.",
            }
        }
        Act::BringBack(key) => match keeper.bring_back(&waited(get_aside(&key)).await?) {
            true => "Brought back.",
            false => "It can’t be read by this version of the page.",
        },
        Act::Drop(key) => {
            waited(drop_aside(&key)).await?;
            "Forgotten."
        }
    })
}

/// The dialog.
#[component]
pub fn Panel() -> Html {
    let store = use_store();
    let nothing = store.settings.keep_nothing;
    let stored = use_value(Stored::default());
    let said = use_value(AttrValue::default());
    let dialog = use_node_ref();
    {
        let dialog = dialog.clone();
        use_change((), move |()| {
            if let Some(dialog) = dialog.cast::<HtmlDialogElement>() {
                // Fails only for a dialog that is open already.
                _ = dialog.show_modal();
            }
        });
    }
    let look = {
        let (stored, said) = (stored.setter(), said.setter());
        move || {
            let (stored, said) = (stored.clone(), said.clone());
            spawn_local(async move {
                match waited(self::stored()).await {
                    Ok(found) => stored.set(Stored::of(&found.unchecked_into())),
                    Err(why) => said.set(why.as_string().unwrap_or_default().into()),
                }
            });
        }
    };
    {
        let look = look.clone();
        use_change((), move |()| look());
    }
    let act = {
        let (dispatch, said) = (store.dispatcher(), said.setter());
        Callback::from(move |act: Act| {
            if let Act::Nothing(nothing) = act {
                dispatch.dispatch(Action::KeepNothing(nothing));
            }
            let (said, look) = (said.clone(), look.clone());
            spawn_local(async move {
                said.set(match carried_out(act).await {
                    Ok(done) => done.into(),
                    Err(why) => why.as_string().unwrap_or_default().into(),
                });
                look();
            });
        })
    };
    let press = |what: Act| act.reform(move |_: MouseEvent| what.clone());
    let aside = |(key, what): &(String, String)| {
        let button = |say: &'static str, act: fn(String) -> Act| {
            named(
                "quiet",
                say,
                format!("{say}: {what}"),
                press(act(key.clone())),
            )
        };
        html! {
            <li><span>{ what }</span>{ button("Save as a file", Act::Save) }{ button("Bring back", Act::BringBack) }{ button("Forget", Act::Drop) }</li>
        }
    };
    let onchange = act.reform(move |_: Event| Act::Nothing(!nothing));
    let leave = {
        let dispatch = store.dispatcher();
        Callback::from(move |()| dispatch.dispatch(Action::ShowKept(false)))
    };
    let oncancel = {
        let leave = leave.clone();
        Callback::from(move |event: Event| {
            event.prevent_default();
            leave.emit(());
        })
    };
    html! {
        <dialog class="opening kept" ref={dialog} aria-labelledby="kept-title" {oncancel}>
            <div class="dialog-body">
                <h2 id="kept-title">{ "What is kept on this device" }</h2>
                <p>{ &stored.said }</p>
                if !stored.aside.is_empty() {
                    <p>{ "Put aside, because it could not be read when the page opened:" }</p>
                    <ul class="kept-aside" aria-label="Put aside">{ for stored.aside.iter().map(aside) }</ul>
                }
                <label class="check"><input type="checkbox" checked={nothing} {onchange} /><span>{ "Keep nothing: for a device that others use" }</span></label>
                <p class="hint" aria-live="polite">{ (*said).clone() }</p>
                <div class="opening-acts">
                    if stored.any {
                        { words("push", "Forget all of it", press(Act::Forget)) }
                    }
                    { words("push", "Close", leave.reform(|_: MouseEvent| ())) }
                </div>
            </div>
        </dialog>
    }
}
