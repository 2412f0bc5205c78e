//! One text, embedded together with other encoding workers: rows go to and fro on ports.

use crate::encoding::{Encoding, embedded, refused};
use gloo_timers::callback::Timeout;
use js_sys::{Array, Float32Array};
use semblance_encoder::{Embeddings, Turn};
use semblance_protocol::{Failure, FailureKind, RequestId, Response, wire::Payload, worker};
use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    future::poll_fn,
    rc::Rc,
    task::{Poll, Waker},
};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{MessageEvent, MessagePort};

/// A worker that sends nothing for so long has died, or has more to do than to share a text.
const SILENCE_MS: u32 = 2_000;

/// What the other workers have sent and this one not yet used.
#[derive(Default)]
struct Inbox {
    /// By sender, in the order of the ports. One may be a turn ahead of another.
    letters: RefCell<Vec<VecDeque<Float32Array>>>,
    given_up: Cell<bool>,
    waiting: RefCell<Option<Waker>>,
}

impl Inbox {
    fn wake(&self) {
        if let Some(waiting) = self.waiting.take() {
            waiting.wake();
        }
    }

    fn put(&self, sender: usize, letter: Float32Array) {
        self.letters.borrow_mut()[sender].push_back(letter);
        self.wake();
    }

    /// The next letter of each sender, once all are there; none if one of them keeps silent.
    async fn take(self: &Rc<Self>) -> Option<Vec<Float32Array>> {
        let inbox = Rc::clone(self);
        let _timeout = Timeout::new(SILENCE_MS, move || {
            inbox.given_up.set(true);
            inbox.wake();
        });
        poll_fn(|context| {
            let mut letters = self.letters.borrow_mut();
            if !letters.iter().any(VecDeque::is_empty) {
                let letters = letters.iter_mut().filter_map(VecDeque::pop_front);
                return Poll::Ready(Some(letters.collect()));
            }
            if self.given_up.get() {
                return Poll::Ready(None);
            }
            *self.waiting.borrow_mut() = Some(context.waker().clone());
            Poll::Pending
        })
        .await
    }
}

/// A port to another worker. Closes it when dropped.
struct Peer {
    port: MessagePort,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
}

impl Peer {
    fn new(port: MessagePort, sender: usize, inbox: &Rc<Inbox>) -> Self {
        let inbox = Rc::clone(inbox);
        let on_message = Closure::<dyn FnMut(_)>::new(move |event: MessageEvent| {
            inbox.put(sender, event.data().unchecked_into());
        });
        // This starts the port, too.
        port.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        Self {
            port,
            _on_message: on_message,
        }
    }

    fn send(&self, rows: &[f32]) -> Result<(), Failure> {
        let rows = Float32Array::from(rows);
        self.port
            .post_message_with_transferable(&rows, &Array::of1(&rows.buffer()))
            .map_err(|error| Failure::new(FailureKind::BadRequest, format!("{error:?}")))
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.port.set_onmessage(None);
        self.port.close();
    }
}

/// Embeds a text, of which this worker takes part `part` and those at the `ports` the others, and
/// answers the request.
pub(crate) async fn embed(
    request: RequestId,
    encoding: &RefCell<Encoding>,
    text: String,
    part: usize,
    ports: &Array,
) {
    let inbox = Rc::new(Inbox::default());
    let peers: Vec<_> = (ports.iter().enumerate())
        .map(|(sender, port)| Peer::new(port.unchecked_into(), sender, &inbox))
        .collect();
    (inbox.letters.borrow_mut()).resize(peers.len(), VecDeque::new());
    match run(encoding, &text, part, &peers, &inbox).await {
        Ok(Some(Outcome::Vector(embeddings))) => worker::answer(request, Ok(embedded(embeddings))),
        Ok(Some(Outcome::Last(rows))) => {
            // The answer first: when the text has its vector, all who shared it are free again.
            worker::answer(request, Ok((Response::Done, Payload::None)));
            // The first of the others is the one with part 0. Should it not get them, it does
            // without.
            let _ = peers.first().map(|peer| peer.send(&rows));
        }
        Ok(None) if part == 0 => {
            let answer = encoding.borrow_mut().embed(&[text]);
            worker::answer(request, answer);
        }
        Ok(None) => {
            let reason = "The other workers keep silent.";
            worker::answer(request, Err(Failure::new(FailureKind::Cancelled, reason)));
        }
        Err(failure) => worker::answer(request, Err(failure)),
    }
}

/// What a part comes to.
enum Outcome {
    /// The text's vector.
    Vector(Embeddings),
    /// The last rows, for part 0.
    Last(Vec<f32>),
}

/// Runs a part to its end; none if another worker keeps silent.
async fn run(
    encoding: &RefCell<Encoding>,
    text: &str,
    part: usize,
    peers: &[Peer],
    inbox: &Rc<Inbox>,
) -> Result<Option<Outcome>, Failure> {
    let share = (encoding.borrow().encoder()?).share(text, part, peers.len() + 1);
    let mut share = share.map_err(refused)?;
    loop {
        let turn = encoding.borrow().encoder()?.proceed(&mut share);
        match turn.map_err(refused)? {
            Turn::Exchange(rows) => peers.iter().try_for_each(|peer| peer.send(&rows))?,
            Turn::Await => {}
            Turn::Last(rows) => return Ok(Some(Outcome::Last(rows))),
            Turn::Done(embeddings) => return Ok(Some(Outcome::Vector(embeddings))),
        }
        let Some(letters) = inbox.take().await else {
            return Ok(None);
        };
        for (sender, rows) in letters.into_iter().enumerate() {
            // The ports leave out this worker itself.
            let from = sender + usize::from(sender >= part);
            share.take(from, &rows.to_vec()).map_err(refused)?;
        }
    }
}
