//! The keys, and what there is to know about the page.

use crate::state::Engine;
use semblance_scatter::KEYBOARD_HELP;
use web_sys::HtmlDialogElement;
use yew::prelude::*;

/// Keys outside the map.
const KEYS: &[(&str, &[(&str, &str)])] = &[
    (
        "Everywhere",
        &[
            ("Ctrl + Z", "Undo"),
            ("Ctrl + Shift + Z, Ctrl + Y", "Redo"),
            ("H", "Hide scores, or show them"),
            (
                "P",
                "Present one thing at a time; 1, 2, 3: texts, map, pair",
            ),
            (
                "F6",
                "Go to the next part of the page: texts, map, inspector",
            ),
            (
                "Escape",
                "Leave full screen or presenting; clear the selection",
            ),
            ("?", "Show these keys (outside the text box)"),
        ],
    ),
    (
        "Texts",
        &[
            ("Alt + ↑, Alt + ↓", "Move the line up or down"),
            ("Alt + Enter", "Select the text of the caret's line"),
            ("↑, ↓ on a number", "Go to another text"),
            ("Enter on a number", "Select the text"),
            ("Delete on a number", "Remove the text"),
        ],
    ),
    (
        "Scores",
        &[
            ("Arrow keys", "Go from cell to cell"),
            (
                "Home, End",
                "First or last cell of the row; with Ctrl, of the table",
            ),
            ("Enter, Space", "Select both texts of the cell"),
        ],
    ),
];

/// The dialogs, closed: the list of keys, and what there is to know about the page.
pub fn dialogs(list: &NodeRef, page: &NodeRef, engine: &Engine) -> Html {
    html! {
        <>
            { keys(list) }
            { about(page, engine) }
        </>
    }
}

/// Opens a dialog; nothing where the browser has none.
pub fn open(dialog: &NodeRef) {
    if let Some(dialog) = dialog
        .cast::<HtmlDialogElement>()
        .filter(|dialog| !dialog.open())
    {
        // Fails only for a dialog that is open already.
        _ = dialog.show_modal();
    }
}

fn frame(dialog: &NodeRef, id: &'static str, title: &str, body: Html) -> Html {
    // A click beside the dialog closes it, as its close button and Escape do.
    let beside = {
        let node = dialog.clone();
        Callback::from(move |event: MouseEvent| {
            let dialog = node.cast::<HtmlDialogElement>();
            if let Some(dialog) =
                dialog.filter(|dialog| event.target().as_ref() == Some(dialog.as_ref()))
            {
                dialog.close();
            }
        })
    };
    html! {
        <dialog ref={dialog.clone()} aria-labelledby={id} onclick={beside}>
            <div class="dialog-body">
                <form method="dialog"><button class="tool" aria-label="Close" title="Close">{ crate::ui::icon::icon(crate::ui::icon::Icon::Remove) }</button></form>
                <h2 {id}>{ title.to_owned() }</h2>
                { body }
            </div>
        </dialog>
    }
}

/// The keys.
fn keys(dialog: &NodeRef) -> Html {
    let list = |title: &str, keys: &mut dyn Iterator<Item = (&'static str, &'static str)>| {
        html! {
            <section>
                <h3>{ title.to_owned() }</h3>
                <dl class="keys">{ for keys.map(|(keys, does)| html! { <div><dt>{ keys }</dt><dd>{ does }</dd></div> }) }</dl>
            </section>
        }
    };
    let body = html! {
        <div class="key-lists">
            { for KEYS.iter().map(|(title, keys)| list(title, &mut keys.iter().copied())) }
            { list("Map", &mut KEYBOARD_HELP.iter().map(|help| (help.keys, help.does))) }
        </div>
    };
    frame(dialog, "keys-title", "Keys", body)
}

/// What the page does and does not do with texts, and what it is made of.
fn about(dialog: &NodeRef, engine: &Engine) -> Html {
    let model = match engine {
        Engine::Ready(model) => html! {
            <p>{ format!("{}: {} numbers for each text, texts of up to {} tokens, licence {}.",
                model.name, model.dimensions, model.max_tokens, model.licence) }</p>
        },
        Engine::Starting(_) => html! { <p>{ "The model is being loaded." }</p> },
        Engine::Failed => html! { <p>{ "The model could not be loaded." }</p> },
    };
    let body = html! {
        <>
            <h3>{ "Privacy" }</h3>
            <p>{ "What you type never leaves this device. The model runs here, in your browser; the page sends your texts to nobody, and its content security policy forbids it to reach any other server. The line at the top counts requests to elsewhere; it should always say 0." }</p>
            <p>{ "For a reload of this tab, the browser keeps your texts until the tab is closed. Your choice of theme, type size, order and precision is kept for your next visit." }</p>
            <h3>{ "What the numbers mean" }</h3>
            <p>{ "A language model reads each text and gives it an embedding: a direction in a space of many dimensions. The score of two texts is the cosine similarity of their embeddings: 1 when the directions agree, around 0 when they have nothing to do with each other. It measures what texts are about more than whether they say the same; negations are often close." }</p>
            <p>{ "A map has two or three dimensions, an embedding hundreds: every map leaves something out. PCA shows the directions in which your texts differ most; t-SNE and UMAP keep neighbours together and bend the rest; axes run from texts to others that you choose. The line below the map says how many of the true neighbours it keeps, so trust the scores before the map." }</p>
            <h3>{ "The model" }</h3>
            { model }
            <h3>{ "Licence" }</h3>
            <p>{ format!("Semblance {}, under the MIT or the Apache 2.0 licence, as you prefer.", env!("CARGO_PKG_VERSION")) }</p>
        </>
    };
    frame(dialog, "about-title", "About Semblance", body)
}
