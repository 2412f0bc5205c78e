//! The wasm binary of the worker that reads files. It is fetched when a person opens the first file
//! that needs it, so that those who only type don't download the readers.
//!
//! A `Desk` holds the one file that is being looked at; this module only carries its answers.

mod desk;

use desk::Desk;
use js_sys::Uint8Array;
use semblance_protocol::{
    Failure, FailureKind, Import, Request, Response,
    wire::Payload,
    worker::{self, Answer},
};
use std::cell::RefCell;
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::Blob;

thread_local! {
    static DESK: RefCell<Desk> = RefCell::default();
}

/// Runs once, when the module starts.
#[wasm_bindgen(start)]
fn start() {
    worker::report_panics();
}

/// Takes a message from the page.
#[wasm_bindgen]
pub fn receive(data: &JsValue) {
    let Some((envelope, payload)) = worker::received::<Request>(data) else {
        return;
    };
    let id = envelope.request;
    match envelope.message {
        Request::Import(Import::Read { name, mime }) => spawn_local(async move {
            let answer = match bytes(payload).await {
                Ok(bytes) => with_desk(|desk| Ok(table(desk.read(bytes, name, mime)?))),
                Err(failure) => Err(failure),
            };
            worker::answer(id, answer);
        }),
        Request::Import(Import::Reread(options)) => {
            worker::answer(id, with_desk(|desk| Ok(table(desk.reread(&options)?))));
        }
        Request::Import(Import::Texts { column }) => {
            worker::answer(
                id,
                with_desk(|desk| {
                    let texts = desk.texts(column as usize)?;
                    Ok((Response::Texts, Payload::Value(texts.into())))
                }),
            );
        }
        _ => worker::answer(id, Err(refused("This worker only reads files."))),
    }
}

fn with_desk(work: impl FnOnce(&mut Desk) -> Answer) -> Answer {
    DESK.with_borrow_mut(work)
}

fn table(table: semblance_protocol::Table) -> (Response, Payload) {
    (Response::Table(table), Payload::None)
}

/// The content of the file that came along.
async fn bytes(payload: Payload) -> Result<Vec<u8>, Failure> {
    let unread = || refused("It could not be read. Open it again, or copy its text and paste it.");
    let blob: Blob = payload
        .into_value()
        .and_then(|value| value.dyn_into().ok())
        .ok_or_else(unread)?;
    let buffer = JsFuture::from(blob.array_buffer())
        .await
        .map_err(|_| unread())?;
    Ok(Uint8Array::new(&buffer).to_vec())
}

fn refused(message: impl Into<String>) -> Failure {
    Failure::new(FailureKind::BadRequest, message)
}
