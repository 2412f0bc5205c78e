//! The wasm binary of the worker that reads files. It is fetched when a person opens the first file
//! that needs it, so that those who only type don't download the readers.
//!
//! A `Desk` holds the file that is being looked at, and the tables that were taken: their columns
//! go into what is saved. This module only carries its answers.

mod desk;
mod sheet;
mod vectors;
mod whole;

use desk::Desk;
use js_sys::{Array, Uint8Array};
use semblance_protocol::{
    Failure, FailureKind, Import, Request, Response,
    wire::Payload,
    worker::{self, Answer},
};
use std::cell::RefCell;
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Blob, BlobPropertyBag};

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
        Request::Import(Import::Take { column, table }) => {
            let take = |desk: &mut Desk| {
                let (texts, rows) = desk.take(column as usize, table)?;
                Ok((Response::Taken { rows }, Payload::Value(texts.into())))
            };
            worker::answer(id, with_desk(take));
        }
        Request::Import(Import::Pack { table }) => {
            let pack = |desk: &mut Desk| {
                let bytes = desk.packed(table)?;
                Ok((Response::File, Payload::Value(file(&bytes, "")?)))
            };
            worker::answer(id, with_desk(pack));
        }
        Request::Import(Import::Unpack { table }) => spawn_local(async move {
            let answer = match bytes(payload).await {
                Ok(bytes) => with_desk(|desk| {
                    desk.unpack(&bytes, table)?;
                    Ok((Response::Done, Payload::None))
                }),
                Err(failure) => Err(failure),
            };
            worker::answer(id, answer);
        }),
        Request::Import(Import::Write(sheet)) => {
            let write = |desk: &mut Desk| {
                let (bytes, mime) = sheet::write(&sheet, desk.taken())?;
                Ok((Response::File, Payload::Value(file(&bytes, mime)?)))
            };
            worker::answer(id, with_desk(write));
        }
        Request::Import(Import::WriteList(sheet)) => {
            let (bytes, mime) = match sheet::write_list(&sheet) {
                Ok(file) => file,
                Err(failure) => return worker::answer(id, Err(failure)),
            };
            worker::answer(id, file(&bytes, mime).map(as_file));
        }
        Request::Import(Import::WriteVectors {
            format,
            texts,
            groups,
        }) => {
            let written = vectors::write(format, &texts, &groups, floats(payload));
            let written = written.and_then(|(bytes, mime)| file(&bytes, mime));
            worker::answer(id, written.map(as_file));
        }
        Request::Import(Import::WriteWhole(whole)) => {
            let write = |desk: &mut Desk| {
                let bytes = whole::write(&whole, floats(payload), desk.taken())?;
                Ok(as_file(file(&bytes, "application/zip")?))
            };
            worker::answer(id, with_desk(write));
        }
        Request::Import(Import::ReadWhole) => spawn_local(async move {
            let answer = match bytes(payload).await {
                Ok(bytes) => with_desk(|desk| {
                    let (whole, values) = desk.read_whole(&bytes)?;
                    Ok((Response::Whole(whole), Payload::from_slice(&values)))
                }),
                Err(failure) => Err(failure),
            };
            worker::answer(id, answer);
        }),
        _ => worker::answer(id, Err(refused("This worker only reads files."))),
    }
}

fn with_desk(work: impl FnOnce(&mut Desk) -> Answer) -> Answer {
    DESK.with_borrow_mut(work)
}

fn table(table: semblance_protocol::Table) -> (Response, Payload) {
    (Response::Table(table), Payload::None)
}

fn as_file(file: JsValue) -> (Response, Payload) {
    (Response::File, Payload::Value(file))
}

/// The numbers that came along, if some did.
fn floats(payload: Payload) -> Vec<f32> {
    let floats = payload.into_floats();
    floats.map(|floats| floats.to_vec()).unwrap_or_default()
}

/// The content of the file that came along.
async fn bytes(payload: Payload) -> Result<Vec<u8>, Failure> {
    let unread = || refused("It could not be read. Open it again, or copy its text and paste it.");
    let file = payload.into_value().ok_or_else(unread)?;
    let buffer = match file.dyn_into::<Blob>() {
        Ok(blob) => JsFuture::from(blob.array_buffer())
            .await
            .map_err(|_| unread())?,
        // The bytes themselves, where a `Blob` of the page can't be read here.
        Err(buffer) => buffer,
    };
    Ok(Uint8Array::new(&buffer).to_vec())
}

/// A file of these bytes.
fn file(bytes: &[u8], mime: &str) -> Result<JsValue, Failure> {
    let options = BlobPropertyBag::new();
    options.set_type(mime);
    let parts = Array::of1(&Uint8Array::from(bytes));
    Blob::new_with_u8_array_sequence_and_options(&parts, &options)
        .map(JsValue::from)
        .map_err(|_| refused("There is no room for the file. Save fewer texts at a time."))
}

fn refused(message: impl Into<String>) -> Failure {
    Failure::new(FailureKind::BadRequest, message)
}
