//! The worker's end of the wire: what every worker does with its answers and with a panic.

use crate::{
    Envelope, Failure, FailureKind, RequestId, Response,
    wire::{Payload, pack},
};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

#[wasm_bindgen]
extern "C" {
    // That of a dedicated worker. A window's takes other arguments.
    #[wasm_bindgen(js_name = postMessage, catch)]
    fn post_message(message: &JsValue, transfer: &JsValue) -> Result<(), JsValue>;
}

/// What a request comes to: a response and what travels beside it.
pub type Answer = Result<(Response, Payload), Failure>;

/// Has panics tell the page that the worker must be replaced: the instance cannot be trusted after
/// one.
pub fn report_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let message = format!("it ran into a fault of its own: {panic}");
        let failure = Failure::new(FailureKind::Died, message);
        send(0, Response::Failed(failure), Payload::None);
    }));
}

/// Sends the final answer to a request.
pub fn answer(request: RequestId, answer: Answer) {
    match answer {
        Ok((response, payload)) => send(request, response, payload),
        Err(failure) => send(request, Response::Failed(failure), Payload::None),
    }
}

/// Sends a message about a request.
pub fn send(request: RequestId, message: Response, payload: Payload) {
    let envelope = Envelope { request, message };
    // Neither can fail for the messages of this crate; and there is nobody to tell but the page.
    if let Ok(parcel) = pack(&envelope, payload) {
        let _ = post_message(&parcel.value, &parcel.transfer);
    }
}

/// The message that came, or `None` for one that is not of this build, of which the page is told.
pub fn received<T: serde::de::DeserializeOwned>(data: &JsValue) -> Option<(Envelope<T>, Payload)> {
    match crate::wire::unpack(data) {
        Ok(message) => Some(message),
        Err(error) => {
            let failure = Failure::new(FailureKind::Died, error.to_string());
            send(0, Response::Failed(failure), Payload::None);
            None
        }
    }
}
