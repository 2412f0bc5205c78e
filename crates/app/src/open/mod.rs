//! Files and pasted tables on their way into the sheet: how they will be read is shown before they
//! are taken.

pub mod along;
pub mod files;
mod panel;
mod preview;

use crate::state::{Action, Shared, State};
use crate::ui::part::part;
use files::Incoming;
use panel::Opening;
use semblance_client::Importer;
use std::rc::Rc;
use yew::prelude::*;

part!(
    "opening",
    /// The dialog that shows how a file will be read.
    pub fn dialog(importer: Rc<Importer>) -> Html {
        html! { <Opening {importer} /> }
    }
);

/// Files that were chosen or dropped, or what was pasted, as the next to be opened.
pub fn open(store: &UseReducerHandle<State>, files: Vec<Incoming>) {
    let files = files.into_iter().map(|file| Shared(Rc::new(file)));
    store.dispatch(Action::Open(files.collect()));
}
