//! The dialog that shows how a file will be read.

use super::along::{Along, along, columns};
use super::files::{Incoming, LARGEST};
use super::preview::{notes, preview, settings, summary};
use crate::class::{self, Class};
use crate::session::asking::{Asked, use_answer};
use crate::session::keep::{keep, latest};
use crate::state::{Action, Message, Shared, State, use_store};
use crate::ui::button::words;
use crate::ui::hooks::{use_change, use_value};
use js_sys::{Float32Array, Uint8Array};
use semblance_client::{Importer, ReadOptions, Table, Whole};
use semblance_scatter::fixed;
use semblance_workspace::Document;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlDialogElement;
use yew::prelude::*;

#[derive(Properties)]
pub struct OpeningProps {
    /// The worker that reads files.
    pub importer: Rc<Importer>,
}

impl PartialEq for OpeningProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.importer, &other.importer)
    }
}

/// What is to be read, and how.
type Question = (Shared<Incoming>, ReadOptions);

/// What a file came to: a text that needs no questions, a lesson, or a table to look at first.
enum Read {
    Plain(String),
    Lesson(String),
    Table(Table),
    /// A whole workspace, and its vectors.
    Whole(Whole, Float32Array),
}

/// The dialog, while a file waits.
#[component]
pub fn Opening(props: &OpeningProps) -> Html {
    let store = use_store();
    let importer = props.importer.clone();
    let first = store.incoming.first().cloned();
    let options = use_value(ReadOptions::default());
    let column = use_value(None::<usize>);
    let problem = use_value(None::<AttrValue>);
    let chosen = use_value(Along::new());
    {
        let (options, column, problem) = (options.setter(), column.setter(), problem.setter());
        use_change(first.clone(), move |_| {
            options.set(ReadOptions::default());
            column.set(None);
            problem.set(None);
        });
    }
    let question = first.clone().map(|first| (first, (*options).clone()));
    let answer = {
        let importer = importer.clone();
        use_answer(question, 0, |(file, options): Question| async move {
            Some(read(&importer, &file, options).await)
        })
    };
    use_plain(&store, answer.found.clone());
    {
        // Read in another way, a file may have other columns.
        let chosen = chosen.setter();
        use_change(answer.found.clone(), move |_| chosen.set(Along::new()));
    }
    let found = answer.found.as_ref().map(|found| &found.0.1);
    let failed = match &answer.asked {
        Asked::Problem(why) => Some(why.clone()),
        _ => (*problem).clone(),
    };
    let table = match found {
        Some(Read::Table(table)) => Some(table),
        _ => None,
    };
    let dialog = use_node_ref();
    let asks = first.is_some() && (failed.is_some() || table.is_some());
    {
        let dialog = dialog.clone();
        use_change(asks, move |&asks| {
            if let Some(dialog) = dialog.cast::<HtmlDialogElement>().filter(|_| asks) {
                // Fails only for a dialog that is open already.
                _ = dialog.show_modal();
            }
        });
    }
    let Some(first) = first.filter(|_| asks) else {
        return html! {};
    };
    let leave = {
        let dispatch = store.dispatcher();
        Callback::from(move |()| dispatch.dispatch(Action::Opened))
    };
    let oncancel = {
        let leave = leave.clone();
        Callback::from(move |event: Event| {
            event.prevent_default();
            leave.emit(());
        })
    };
    let cancel = leave.reform(|_: MouseEvent| ());
    let name = match first.name.as_str() {
        "" => "What was pasted".to_owned(),
        name => format!("“{name}”"),
    };
    let why = failed.map(|why| html! { <p class="problem" role="alert">{ why }</p> });
    let body = match table {
        None => {
            html! { <>{ why }<div class="opening-acts">{ words("push", "Close", cancel) }</div></> }
        }
        Some(table) => {
            let at = column
                .or(table.texts.map(|at| at as usize))
                .unwrap_or_default();
            let pick = column.setter();
            let pick = Callback::from(move |at: usize| pick.set(Some(at)));
            let take = |replace: bool| {
                let (dispatch, importer) = (store.dispatcher(), importer.clone());
                let (leave, problem) = (leave.clone(), problem.setter());
                let along = along(table, at, &chosen);
                Callback::from(move |_: MouseEvent| {
                    let (dispatch, importer) = (dispatch.clone(), importer.clone());
                    let (leave, problem) = (leave.clone(), problem.clone());
                    let along = along.clone();
                    spawn_local(async move {
                        match importer.take(at, along).await {
                            Ok(taken) => {
                                dispatch.dispatch(Action::Take(taken, replace));
                                leave.emit(());
                            }
                            Err(error) => problem.set(Some(error.told().into())),
                        }
                    });
                })
            };
            let own = store.sample.is_none() && !store.document.is_blank();
            html! {
                <>
                    <p>{ summary(table, at) }</p>
                    { settings(table, &options, (at, pick)) }
                    { why }
                    { preview(table, at) }
                    { columns(table, at, &chosen) }
                    { notes(table) }
                    <div class="opening-acts">
                        if own {
                            { words("push", "Add to the texts", take(false)) }
                            { words("push", "Replace the texts", take(true)) }
                        } else {
                            { words("push", "Take the texts", take(true)) }
                        }
                        { words("quiet", "Cancel", cancel) }
                    </div>
                </>
            }
        }
    };
    html! {
        <dialog class="opening" ref={dialog} aria-labelledby="opening-title" {oncancel}>
            <div class="dialog-body">
                <h2 id="opening-title">{ name }</h2>
                { body }
            </div>
        </dialog>
    }
}

/// Takes a text that needs no questions, or begins a lesson.
#[hook]
fn use_plain(store: &UseReducerHandle<State>, found: Option<Shared<(Question, Read)>>) {
    let state = store.clone();
    use_change(found, move |found| {
        match found.as_ref().map(|found| &found.0.1) {
            Some(Read::Lesson(lesson)) => {
                class::give(lesson.clone());
                state.dispatch(Action::Class(Some(Class::Teacher)));
                state.dispatch(Action::Opened);
            }
            Some(Read::Plain(text)) => {
                let replace = state.sample.is_some() || state.document.is_blank();
                state.dispatch(match replace {
                    true => Action::Replace(text.clone()),
                    false => Action::Append(text.clone()),
                });
                state.dispatch(Action::Opened);
            }
            _ => {}
        }
        if let Some(Read::Whole(whole, vectors)) = found.as_ref().map(|found| &found.0.1) {
            restore(&state, whole, vectors);
            state.dispatch(Action::Opened);
        }
    });
}

/// Shows a whole workspace in the place of what is there.
fn restore(state: &UseReducerHandle<State>, whole: &Whole, vectors: &Float32Array) {
    let client = latest().and_then(|latest| latest.driver.client());
    if let Some(client) = client.filter(|_| vectors.length() > 0) {
        let texts = Document::new(&whole.lines).texts();
        let texts: Vec<Rc<str>> = texts.into_iter().map(|text| text.text).collect();
        let same = client.identity().is_ok_and(|ours| ours == whole.identity);
        if !same || !client.store_vectors(&texts, &whole.numbers, vectors.clone()) {
            let text = "The vectors in this file were made by another model, or on another kind of device: its texts are embedded again.".into();
            let message = Message { text, remedy: None };
            state.dispatch(Action::Notice(Some(message)));
        }
    }
    let record = Uint8Array::from(whole.record.as_slice());
    let kept = keep().filter(|_| !whole.record.is_empty());
    if !kept.is_some_and(|keep| keep.bring_back(&record)) {
        state.dispatch(Action::Replace(whole.lines.clone()));
    }
}

async fn read(importer: &Importer, file: &Incoming, options: ReadOptions) -> Result<Read, Asked> {
    let problem = |text: String| Asked::Problem(text.into());
    let size = file.blob.size();
    if size > LARGEST {
        return Err(problem(format!(
            "It has {} MB. Files of up to 256 MB can be opened; split it and open a part.",
            fixed(size / 1e6, 0)
        )));
    }
    if file.name.to_ascii_lowercase().ends_with(".semblance") {
        let whole = importer.read_whole(&file.blob).await;
        let (whole, vectors) = whole.map_err(|error| problem(error.told()))?;
        return Ok(Read::Whole(whole, vectors));
    }
    let table = if options == ReadOptions::default() {
        if let Some(lesson) = file.lesson().await {
            return Ok(Read::Lesson(lesson));
        }
        if let Some(text) = file.plain().await {
            return Ok(Read::Plain(text));
        }
        importer.read(&file.blob, &file.name, &file.mime).await
    } else {
        importer.reread(options).await
    };
    Ok(Read::Table(table.map_err(|error| problem(error.told()))?))
}
