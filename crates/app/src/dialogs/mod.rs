//! The dialogs whose words stand in `index.html`: the keys, and what there is to know about the
//! page.

mod picker;
mod self_test;

use crate::session::engine::Driver;
use crate::state::Engine;
use crate::ui::hooks::use_change;
use crate::ui::part::part;
use picker::Picker;
use self_test::{Test, Tested};
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::HtmlDialogElement;
use yew::prelude::*;

pub use self_test::Door;

/// What is shown of the models.
#[derive(Clone)]
pub enum Shown {
    /// Whether the model computes here what it should.
    Test(Tested),
    /// All that the site offers.
    Picker(Rc<Driver>),
}

part!(
    "models",
    /// Both measure, so that they are one part: what two of them need would be in the program.
    pub fn models(shown: Shown) -> Html {
        match shown {
            Shown::Test(Tested { driver, engine }) => html! { <Test {driver} {engine} /> },
            Shown::Picker(driver) => html! { <Picker {driver} /> },
        }
    }
);

/// The dialog with the keys.
pub const KEYS: &str = "keys";
/// The dialog with what there is to know about the page.
pub const ABOUT: &str = "about";

/// Opens a dialog; nothing where the browser has none.
pub fn open(dialog: &str) {
    let dialog = gloo::utils::document().get_element_by_id(dialog);
    let dialog = dialog.and_then(|dialog| dialog.dyn_into::<HtmlDialogElement>().ok());
    if let Some(dialog) = dialog.filter(|dialog| !dialog.open()) {
        // Fails only for a dialog that is open already.
        _ = dialog.show_modal();
    }
}

/// Says in the dialog about the page what the model is.
#[hook]
pub fn use_about(engine: &Engine) {
    use_change(engine.clone(), |engine| {
        let model = match engine {
            Engine::Ready(model) => format!(
                "{}: {} numbers for each text, texts of up to {} tokens, licence {}.",
                model.name, model.dimensions, model.max_tokens, model.licence
            ),
            Engine::Starting(_) => "The model is being loaded.".to_owned(),
            Engine::Failed => "The model could not be loaded.".to_owned(),
        };
        let version = concat!(
            "Semblance ",
            env!("CARGO_PKG_VERSION"),
            ", under the MIT or the Apache 2.0 licence, as you prefer."
        );
        for (id, words) in [("about-model", model.as_str()), ("about-version", version)] {
            if let Some(paragraph) = gloo::utils::document().get_element_by_id(id) {
                paragraph.set_text_content(Some(words));
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use semblance_scatter::KEYBOARD_HELP;

    #[test]
    fn the_keys_of_the_map_are_listed() {
        let page = include_str!("../../../../index.html");
        for key in KEYBOARD_HELP {
            let listed = format!("<dt>{}</dt><dd>{}</dd>", key.keys, key.does);
            assert!(page.contains(&listed), "{listed}");
        }
    }
}
