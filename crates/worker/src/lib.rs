//! The wasm binary inside each Web Worker: a request comes in, the encoder or the analysis does
//! the work, progress and results go out. No numerics here.
//!
//! The same binary serves as an encoding worker and as the analysis worker; which one it is shows
//! in what it is asked.

mod analysis;
mod encoding;
mod files;
mod hash;
mod kept;
mod map;
mod open;
mod pace;
mod questions;
mod share;
mod space;
mod split;

use analysis::Analysis;
use encoding::Encoding;
use semblance_protocol::{Progress, Request, Response, wire::Payload, worker};
use std::{cell::RefCell, rc::Rc};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::spawn_local;

thread_local! {
    static ENCODING: Rc<RefCell<Encoding>> = Rc::default();
    static ANALYSIS: Rc<RefCell<Analysis>> = Rc::default();
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
        Request::Load(load) => {
            let encoding = ENCODING.with(Rc::clone);
            spawn_local(async move {
                let answer = encoding::load(&encoding, &load, payload.into_value(), |progress| {
                    worker::send(id, Response::Progress(progress), Payload::None);
                })
                .await;
                worker::answer(id, answer);
            });
        }
        Request::Open(files) => {
            worker::send(id, Response::Progress(Progress::Preparing), Payload::None);
            let answer = ENCODING.with(|encoding| {
                let mut encoding = encoding.borrow_mut();
                open::open(&mut encoding, &files, payload.into_value())
            });
            worker::answer(id, answer);
        }
        Request::Embed { texts } => {
            let answer = ENCODING.with(|encoding| match encoding.try_borrow_mut() {
                Ok(mut encoding) => encoding.embed(&texts),
                Err(_) => Err(encoding::not_loaded()),
            });
            worker::answer(id, answer);
        }
        Request::Share { text, part } => {
            let encoding = ENCODING.with(Rc::clone);
            let ports = payload.into_ports();
            spawn_local(async move {
                share::embed(id, &encoding, text, part as usize, &ports).await;
            });
        }
        Request::Tokens { text } => {
            let answer = ENCODING.with(|encoding| match encoding.try_borrow() {
                Ok(encoding) => encoding.tokens(&text),
                Err(_) => Err(encoding::not_loaded()),
            });
            worker::answer(id, answer);
        }
        Request::Split { text, job } => {
            let encoding = ENCODING.with(Rc::clone);
            spawn_local(async move {
                let answer = split::answer(&encoding, &text, job, |done| {
                    let progress = Response::Progress(Progress::Splitting(done));
                    worker::send(id, progress, Payload::None);
                })
                .await;
                worker::answer(id, answer);
            });
        }
        Request::Memory => {
            worker::answer(id, Ok((Response::Memory(memory()), Payload::None)));
        }
        Request::GiveUp { job } => {
            split::give_up(job);
            worker::answer(id, Ok((Response::Done, Payload::None)));
        }
        request @ (Request::Project(_)
        | Request::Faithfulness { .. }
        | Request::Outliers { .. }
        | Request::Overview
        | Request::NearestOfEach { .. }
        | Request::Duplicates { .. }) => {
            let analysis = ANALYSIS.with(Rc::clone);
            spawn_local(async move {
                let answer = map::answer(&analysis, request, payload, id).await;
                worker::answer(id, answer);
            });
        }
        Request::Pack {
            identity,
            texts,
            numbers,
        } => {
            let analysis = ANALYSIS.with(Rc::clone);
            spawn_local(async move {
                let answer = kept::pack(&analysis, &identity, &texts, &numbers).await;
                worker::answer(id, answer);
            });
        }
        Request::Recall {
            identity,
            texts,
            first,
        } => {
            let analysis = ANALYSIS.with(Rc::clone);
            spawn_local(async move {
                let answer = kept::recall(&analysis, &identity, &texts, first, payload).await;
                worker::answer(id, answer);
            });
        }
        request => {
            let answer = ANALYSIS.with(|analysis| analysis.borrow_mut().answer(request, payload));
            worker::answer(id, answer);
        }
    }
}

/// Bytes of memory that this worker holds; none outside WebAssembly.
fn memory() -> u64 {
    #[cfg(target_family = "wasm")]
    let pages = core::arch::wasm32::memory_size::<0>() as u64;
    #[cfg(not(target_family = "wasm"))]
    let pages = 0;
    pages * 65_536
}
