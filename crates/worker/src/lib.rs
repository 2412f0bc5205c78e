//! The wasm binary inside each Web Worker: a request comes in, the encoder or the analysis does
//! the work, progress and results go out. No numerics here.
//!
//! The same binary serves as an encoding worker and as the analysis worker; which one it is shows
//! in what it is asked.

mod analysis;
mod encoding;
mod files;
mod hash;
mod map;
mod outbox;
mod pace;
mod questions;
mod share;
mod space;

use analysis::Analysis;
use encoding::Encoding;
use semblance_protocol::{Failure, FailureKind, Request, Response, wire::Payload, wire::unpack};
use std::{cell::RefCell, rc::Rc};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::spawn_local;

thread_local! {
    static ENCODING: Rc<RefCell<Encoding>> = Rc::default();
    static ANALYSIS: Rc<RefCell<Analysis>> = Rc::default();
}

/// What a request comes to: a response and what travels beside it.
type Answer = Result<(Response, Payload), Failure>;

/// Runs once, when the module starts.
#[wasm_bindgen(start)]
fn start() {
    std::panic::set_hook(Box::new(|panic| {
        // The instance cannot be trusted after a panic: the page must replace the worker.
        let message = format!("it ran into a fault of its own: {panic}");
        outbox::send(
            0,
            Response::Failed(Failure::new(FailureKind::Died, message)),
            Payload::None,
        );
    }));
}

/// Takes a message from the page.
#[wasm_bindgen]
pub fn receive(data: &JsValue) {
    let (envelope, payload) = match unpack::<Request>(data) {
        Ok(message) => message,
        Err(error) => {
            let failure = Failure::new(FailureKind::Died, error.to_string());
            return outbox::send(0, Response::Failed(failure), Payload::None);
        }
    };
    let id = envelope.request;
    match envelope.message {
        Request::Load(load) => {
            let encoding = ENCODING.with(Rc::clone);
            spawn_local(async move {
                let answer = encoding::load(&encoding, &load, payload.into_blob(), |progress| {
                    outbox::send(id, Response::Progress(progress), Payload::None);
                })
                .await;
                outbox::answer(id, answer);
            });
        }
        Request::Embed { texts } => {
            let answer = ENCODING.with(|encoding| match encoding.try_borrow_mut() {
                Ok(mut encoding) => encoding.embed(&texts),
                Err(_) => Err(encoding::not_loaded()),
            });
            outbox::answer(id, answer);
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
            outbox::answer(id, answer);
        }
        request @ (Request::Project(_)
        | Request::Faithfulness { .. }
        | Request::Outliers { .. }
        | Request::Overview
        | Request::Duplicates { .. }) => {
            let analysis = ANALYSIS.with(Rc::clone);
            spawn_local(async move {
                let answer = map::answer(&analysis, request, payload, id).await;
                outbox::answer(id, answer);
            });
        }
        request => {
            let answer = ANALYSIS.with(|analysis| analysis.borrow_mut().answer(request, payload));
            outbox::answer(id, answer);
        }
    }
}
