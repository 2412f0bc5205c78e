//! What is kept on this device: the code that keeps it, and the dialog that shows it. Both are
//! parts.

mod keeper;
mod panel;
mod vectors;

use crate::session::keep::Keep;
use crate::ui::part::{part, part_of_code};
use keeper::Keeper;
pub use keeper::record;
use panel::Panel;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use yew::prelude::*;

part_of_code!(
    "keep",
    /// What keeps the workspace, given what `www/keep.js` has found.
    pub fn keeper(begun: JsValue) -> Rc<dyn Keep> {
        Keeper::new(begun)
    }
);

part!(
    "kept",
    /// The dialog that shows what is kept.
    pub fn dialog(_nothing: ()) -> Html {
        html! { <Panel /> }
    }
);
