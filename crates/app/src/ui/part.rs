//! Parts of the program that are fetched when they are first needed.
//!
//! What only a part draws is not in the program that everybody waits for: our `wasm-bindgen` finds
//! the pairs of functions that `part!` declares by their names, and takes apart what can be reached
//! through one of them alone (`crates/bindgen/src/parts.rs`). `www/boot.js` fetches the parts.

use super::button::words;
use super::hooks::{use_change, use_value};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// The pair of functions of a part: `call` is the one that calls the other, once that is there.
macro_rules! pair {
    ($part:literal, $given:ident: $Given:ty, $Out:ty, $body:block) => {
        #[cfg(target_family = "wasm")]
        #[link(wasm_import_module = "semblance_parts")]
        #[allow(improper_ctypes)]
        // SAFETY: it is replaced by the function below, which has the same signature.
        unsafe extern "C" {
            #[link_name = concat!("__wasm_split_00", $part, "00_import_00000000000000000000000000000000")]
            safe fn call($given: $Given) -> $Out;
        }
        #[cfg_attr(target_family = "wasm", unsafe(export_name = concat!("__wasm_split_00", $part, "00_export_00000000000000000000000000000000")))]
        #[allow(improper_ctypes_definitions)]
        extern "C" fn part($given: $Given) -> $Out $body

        #[cfg(not(target_family = "wasm"))]
        use part as call;
    };
}
pub(crate) use pair;

/// Makes a function that draws something by code of a part, as soon as that is there.
///
/// `part!("name", fn draw(props: Props) -> Html { … })`: the name is that of the file, in lower
/// case; no two calls have the same.
macro_rules! part {
    ($part:literal, $(#[$doc:meta])* $visibility:vis fn $name:ident($props:ident: $Props:ty) -> Html $body:block) => {
        $(#[$doc])*
        ///
        /// `leave` is what giving it up does when it does not come, if it can be given up.
        $visibility fn $name($props: $Props, leave: Option<$crate::ui::part::Leave>) -> ::yew::Html {
            $crate::ui::part::pair!($part, $props: $Props, ::yew::Html, $body);
            $crate::ui::part::drawn($part, move || call($props.clone()), leave)
        }
    };
}
pub(crate) use part;

/// Makes an async function of code of a part that draws nothing. It waits for the code, and returns
/// `None` if that could not be fetched.
///
/// `part_of_code!("name", fn name(given: Given) -> Out { … })`, as [`part!`].
macro_rules! part_of_code {
    ($part:literal, $(#[$doc:meta])* $visibility:vis fn $name:ident($given:ident: $Given:ty) -> $Out:ty $body:block) => {
        $(#[$doc])*
        $visibility async fn $name($given: $Given) -> Option<$Out> {
            $crate::ui::part::pair!($part, $given: $Given, $Out, $body);
            $crate::ui::part::fetched($part).await.then(|| call($given))
        }
    };
}
pub(crate) use part_of_code;

/// What giving a part up does.
pub type Leave = Callback<MouseEvent>;

/// What a part draws, as soon as it is there.
pub fn drawn(name: &'static str, draw: impl Fn() -> Html + 'static, leave: Option<Leave>) -> Html {
    let draw: Rc<dyn Fn() -> Html> = Rc::new(draw);
    html! { <Part {name} {draw} {leave} /> }
}

#[derive(Properties)]
struct PartProps {
    name: &'static str,
    /// May be called when the part is there.
    draw: Rc<dyn Fn() -> Html>,
    leave: Option<Leave>,
}

impl PartialEq for PartProps {
    fn eq(&self, _: &Self) -> bool {
        // What it draws is for Yew to compare.
        false
    }
}

/// How far a part is.
#[derive(Clone, Copy, PartialEq)]
enum Fetched {
    Coming,
    There,
    /// It was asked for this many times, and never came.
    Failed(u32),
}

thread_local! {
    static THERE: RefCell<Vec<&'static str>> = const { RefCell::new(Vec::new()) };
}

#[wasm_bindgen]
extern "C" {
    /// Resolves when the code of a part can be called (`www/boot.js`).
    #[wasm_bindgen(js_name = semblancePart, catch)]
    async fn fetch_part(name: &str) -> Result<(), JsValue>;
}

/// Waits for the code of a part. Whether it came.
pub async fn fetched(name: &'static str) -> bool {
    if THERE.with_borrow(|there| there.contains(&name)) {
        return true;
    }
    let came = fetch_part(name).await.is_ok();
    if came {
        THERE.with_borrow_mut(|there| there.push(name));
    }
    came
}

#[component]
fn Part(props: &PartProps) -> Html {
    let name = props.name;
    let there = THERE.with_borrow(|there| there.contains(&name));
    let fetched = use_value(if there {
        Fetched::There
    } else {
        Fetched::Coming
    });
    let tries = use_value(0);
    {
        let fetched = fetched.setter();
        use_change(*tries, move |&tries| {
            if !there {
                spawn_local(async move {
                    fetched.set(match self::fetched(name).await {
                        true => Fetched::There,
                        false => Fetched::Failed(tries + 1),
                    });
                });
            }
        });
    }
    match *fetched {
        Fetched::There => (props.draw)(),
        Fetched::Coming => html! {},
        Fetched::Failed(next) => {
            let again = Callback::from(move |_| tries.set(next));
            let leave = props.leave.clone();
            html! {
                <p class="problem part-missing" role="alert">
                    { "A part of this page could not be loaded. Check the connection; if that does not help, reload the page. " }
                    { words("quiet", "Try again", again) }
                    { for leave.map(|leave| words("quiet", "Dismiss", leave)) }
                </p>
            }
        }
    }
}
