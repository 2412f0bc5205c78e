//! The panel of the texts: sample sets, files, undo, and the editor.

use crate::fields::Piece;
use crate::find::panel::use_search;
use crate::inspector::panel::DriverProps;
use crate::open::files::Incoming;
use crate::open::open;
use crate::session::samples::{Sample, samples};
use crate::sheet::editor::use_editor;
use crate::stage::map::use_map_store;
use crate::state::{Action, Store, use_store};
use crate::ui::hooks::use_value;
use wasm_bindgen::JsCast;
use web_sys::FileList;
use yew::prelude::*;

/// The panel of the texts.
#[component]
pub fn Texts(props: &DriverProps) -> Html {
    let store = use_store();
    let dropping = use_value(false);
    let editor = use_editor(&props.driver, &props.grouping);
    let find = use_search(&props.driver);

    let ondragover = {
        let dropping = dropping.setter();
        Callback::from(move |event: DragEvent| {
            if carries_files(&event) {
                event.prevent_default();
                dropping.set(true);
            }
        })
    };
    let ondragleave = {
        let dropping = dropping.setter();
        Callback::from(move |_: DragEvent| dropping.set(false))
    };
    let ondrop = {
        let (store, dropping) = (store.clone(), dropping.setter());
        Callback::from(move |event: DragEvent| {
            if carries_files(&event) {
                event.prevent_default();
                dropping.set(false);
                open_files(event.data_transfer().and_then(|data| data.files()), &store);
            }
        })
    };

    let fields = use_map_store().fields.clone();
    let filtered = fields.choice.filter.is_some() && fields.source.is_some();
    let meaning = store.units.meaning();
    let hint = store.sample.and_then(|index| samples().get(index).cloned()).map_or_else(
        || html! { <>{ "One text per line. An empty line begins a new group, with a colour of its own." }</> },
        |sample| html! { <><strong>{ "Look for: " }</strong>{ sample.look_for }</> },
    );
    html! {
        <section class={classes!("texts", dropping.then_some("dropping"))} id="texts" tabindex="-1" aria-labelledby="texts-title"
            {ondragover} {ondragleave} {ondrop}>
            <h2 class="unseen" id="texts-title">{ "Texts and scores" }</h2>
            { find }
            { editor }
            if store.document.is_blank() {
                { start(&store) }
            }
            if filtered {
                { fields.draw(Piece::Chip) }
            }
            <p class={classes!("hint", filtered.then_some("unseen"))} id="texts-hint">
                if let Some(meaning) = meaning { <strong>{ "Scores: " }</strong>{ meaning } } else { { hint } }
            </p>
        </section>
    }
}

/// What to do with an empty page.
fn start(store: &Store) -> Html {
    let card = |(index, sample): (usize, &Sample)| {
        let (dispatch, text) = (store.dispatcher(), sample.text.clone());
        let onclick = Callback::from(move |_: MouseEvent| {
            dispatch.dispatch(Action::Sample(index, text.clone()))
        });
        html! {
            <button type="button" class="start-card" {onclick}><strong>{ sample.name.clone() }</strong><span>{ sample.question.clone() }</span></button>
        }
    };
    html! {
        <div class="invite">
            <p>{ "Type or paste texts, one per line, or try:" }</p>
            { for samples().iter().enumerate().filter(|(_, sample)| !sample.question.is_empty()).map(card) }
        </div>
    }
}

fn carries_files(event: &DragEvent) -> bool {
    let types = event.data_transfer().map(|data| data.types());
    types.is_some_and(|types| types.includes(&"Files".into(), 0))
}

/// Opens files one after another.
pub fn open_files(files: Option<FileList>, store: &Store) {
    let files = files.into_iter().flat_map(|files| {
        let count = files.length();
        (0..count).filter_map(move |index| files.get(index))
    });
    let incoming = files.map(|file| Incoming {
        name: file.name(),
        mime: file.type_(),
        blob: file.into(),
    });
    open(store, incoming.collect());
}

/// Whether dragging files over the page is kept from opening them in its place.
pub fn keep_page_on_drop() -> [gloo::events::EventListener; 2] {
    let document = gloo::utils::document();
    let options = gloo::events::EventListenerOptions::enable_prevent_default();
    ["dragover", "drop"].map(|name| {
        gloo::events::EventListener::new_with_options(&document, name, options, |event| {
            if event.dyn_ref::<DragEvent>().is_some_and(carries_files) {
                event.prevent_default();
            }
        })
    })
}
