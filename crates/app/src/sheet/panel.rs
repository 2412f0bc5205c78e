//! The panel of the texts: sample sets, files, undo, and the editor.

use crate::find::panel::use_search;
use crate::inspector::panel::DriverProps;
use crate::session::samples::{SAMPLES, Sample};
use crate::sheet::editor::use_editor;
use crate::state::{Action, Message, State, Store, use_store};
use crate::ui::hooks::use_value;
use semblance_scatter::fixed;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{File, FileList};
use yew::prelude::*;

/// Files above this many bytes are refused: the page would need several times as much memory.
const LARGEST_FILE: f64 = 64e6;

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
                read_files(event.data_transfer().and_then(|data| data.files()), &store);
            }
        })
    };

    let hint = store.sample.and_then(|index| SAMPLES.get(index)).map_or_else(
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
            <p class="hint" id="texts-hint">{ hint }</p>
        </section>
    }
}

/// What to do with an empty page.
fn start(store: &Store) -> Html {
    let card = |(index, sample): (usize, &Sample)| {
        let (dispatch, text) = (store.dispatcher(), sample.text);
        let onclick =
            Callback::from(move |_: MouseEvent| dispatch.dispatch(Action::Sample(index, text)));
        html! {
            <button type="button" class="start-card" {onclick}><strong>{ sample.name }</strong><span>{ sample.question }</span></button>
        }
    };
    html! {
        <div class="invite">
            <p>{ "Type or paste texts, one per line, or try:" }</p>
            { for SAMPLES.iter().enumerate().filter(|(_, sample)| !sample.question.is_empty()).map(card) }
        </div>
    }
}

fn carries_files(event: &DragEvent) -> bool {
    let types = event.data_transfer().map(|data| data.types());
    types.is_some_and(|types| types.includes(&"Files".into(), 0))
}

/// Reads files one after another and puts their lines at the end; in place of a sample.
pub fn read_files(files: Option<FileList>, store: &UseReducerHandle<State>) {
    let Some(files) = files else { return };
    let files: Vec<File> = (0..files.length())
        .filter_map(|index| files.get(index))
        .collect();
    let dispatch = store.dispatcher();
    let mut replace = store.sample.is_some() || store.document.is_blank();
    spawn_local(async move {
        for file in files {
            match read(&file).await {
                Ok(text) if replace => dispatch.dispatch(Action::Replace(text)),
                Ok(text) => dispatch.dispatch(Action::Append(text)),
                Err(text) => {
                    let message = Message {
                        text: text.into(),
                        remedy: None,
                    };
                    dispatch.dispatch(Action::Alert(Some(message)));
                    continue;
                }
            }
            replace = false;
        }
    });
}

/// The text of a file without its last line end, or why there is none.
async fn read(file: &File) -> Result<String, String> {
    let name = file.name();
    if file.size() > LARGEST_FILE {
        let megabytes = fixed(file.size() / 1e6, 0);
        return Err(format!(
            "“{name}” has {megabytes} MB. Files of up to 64 MB can be opened; split it and open a part."
        ));
    }
    let unread =
        format!("“{name}” could not be read. Open it again, or copy its text and paste it.");
    let text = JsFuture::from(file.text())
        .await
        .map_err(|_| unread.clone())?;
    let text = text.as_string().ok_or(unread)?;
    // Text in an encoding other than UTF-8 leaves replacement characters, a picture NULs as well.
    if text.contains('\0') {
        return Err(format!(
            "“{name}” is not a text file. Save it as plain text (UTF-8) and open that."
        ));
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let text = text.strip_suffix('\n').unwrap_or(text);
    Ok(text.strip_suffix('\r').unwrap_or(text).to_owned())
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
