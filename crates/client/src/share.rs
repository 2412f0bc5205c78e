//! One long text, shared out among workers that have nothing else to do.

use crate::{chunks::cost, link::Link};
use js_sys::Array;
use semblance_protocol::{Request, wire::Payload};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use web_sys::MessageChannel;

/// Tokens of a part, at least: with fewer, handing rows over costs more than it saves.
const TOKENS: usize = 32;

/// Most parts of a text.
const PARTS: usize = 4;

/// Longest text that is shared, in bytes. Of longer ones most of the time goes into cutting them
/// into tokens, which each worker does for itself.
const BYTES: usize = 64 * 1024;

/// How many workers may share these texts: more than one only for a single long one.
pub(crate) fn parts(texts: &[Rc<str>]) -> usize {
    match texts {
        [text] if text.len() <= BYTES => (cost(text) / TOKENS).clamp(1, PARTS),
        _ => 1,
    }
}

/// Asks `others` to take part in embedding a text, and returns what the worker is to be asked that
/// answers for all of them. None if the browser gives no channels.
pub(crate) fn share(text: &str, others: &[Rc<Link>]) -> Option<(Request, Payload)> {
    let mut ports: Vec<Array> = Vec::new();
    for _ in 0..=others.len() {
        let one = Array::new();
        for other in &ports {
            let channel = MessageChannel::new().ok()?;
            // Each has its ports in the order of the others.
            one.push(&channel.port1());
            other.push(&channel.port2());
        }
        ports.push(one);
    }
    let ask = |part: usize| {
        let request = Request::Share {
            text: text.to_owned(),
            part: part as u32,
        };
        (request, Payload::Ports(ports[part].clone()))
    };
    for (link, part) in others.iter().zip(1..) {
        let (request, payload) = ask(part);
        // Nothing comes of it. Still, a worker that has died must be found to have.
        let reply = link.request(request, payload, None);
        spawn_local(async {
            let _ = reply.await;
        });
    }
    Some(ask(0))
}

#[cfg(test)]
mod tests {
    use super::parts;

    #[test]
    fn long_texts_are_shared_and_no_others() {
        assert!(parts(&["x".repeat(900).into(), "x".into()]) < 2);
        let parts = |bytes| parts(&["x".repeat(bytes).into()]);
        assert!(parts(0) < 2 && parts(240) < 2);
        assert_eq!(parts(248), 2);
        assert_eq!(parts(1_024), 4);
        assert_eq!(parts(60_000), 4);
        assert_eq!(parts(5_000_000), 1);
    }
}
