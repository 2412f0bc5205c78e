//! Messages to the page.

use crate::Answer;
use semblance_protocol::{
    Envelope, RequestId, Response,
    wire::{Payload, pack},
};
use wasm_bindgen::JsCast;
use web_sys::DedicatedWorkerGlobalScope;

/// Sends the final answer to a request.
pub(crate) fn answer(request: RequestId, answer: Answer) {
    match answer {
        Ok((response, payload)) => send(request, response, payload),
        Err(failure) => send(request, Response::Failed(failure), Payload::None),
    }
}

/// Sends a message about a request.
pub(crate) fn send(request: RequestId, message: Response, payload: Payload) {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    let envelope = Envelope { request, message };
    // Neither can fail for the messages of this crate; and there is nobody to tell but the page.
    if let Ok(parcel) = pack(&envelope, payload) {
        let _ = scope.post_message_with_transfer(&parcel.value, &parcel.transfer);
    }
}
