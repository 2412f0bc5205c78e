//! One worker: requests out, answers in, and knowing when it has died.

use crate::{ClientError, engine::describe};
use futures_channel::oneshot;
use futures_util::future::{Either, select};
use gloo_timers::future::TimeoutFuture;
use semblance_protocol::{
    Envelope, Failure, FailureKind, Progress, Request, RequestId, Response,
    wire::{Payload, pack, unpack},
};
use std::{
    cell::{Cell, RefCell},
    pin::pin,
    rc::Rc,
};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{ErrorEvent, MessageEvent, Worker};

/// The final answer to a request.
pub(crate) type Reply = Result<(Response, Payload), Failure>;

/// Hears how far a request has come, with the numbers that came along.
pub(crate) type OnProgress = Rc<dyn Fn(Progress, Payload)>;

/// A worker that says nothing for so long is taken for dead. The longest honest request, a text of
/// megabytes on a slow phone, takes a tenth of it.
const SILENCE_MS: u32 = 120_000;

struct Pending {
    reply: oneshot::Sender<Reply>,
    progress: Option<OnProgress>,
}

#[derive(Default)]
struct Mailbox {
    /// What was asked and not answered; never much at a time.
    pending: RefCell<Vec<(RequestId, Pending)>>,
    next: Cell<RequestId>,
    death: RefCell<Option<String>>,
}

impl Mailbox {
    /// Marks the worker dead and fails everything that waits for it.
    fn die(&self, reason: &str) {
        self.death
            .borrow_mut()
            .get_or_insert_with(|| reason.to_owned());
        for (_, pending) in self.pending.take() {
            // The one who asked may have gone; then nobody is left to tell.
            let _ = pending
                .reply
                .send(Err(Failure::new(FailureKind::Died, reason)));
        }
    }

    fn receive(&self, event: &MessageEvent) {
        let (envelope, payload) = match unpack::<Response>(&event.data()) {
            Ok(message) => message,
            Err(error) => return self.die(&error.to_string()),
        };
        match envelope.message {
            Response::Progress(progress) => {
                let hear = self
                    .pending
                    .borrow()
                    .iter()
                    .find(|(request, _)| *request == envelope.request)
                    .and_then(|(_, pending)| pending.progress.clone());
                if let Some(hear) = hear {
                    hear(progress, payload);
                }
            }
            Response::Failed(failure) if failure.kind == FailureKind::Died => {
                self.die(&failure.message);
            }
            message => {
                let mut pending = self.pending.borrow_mut();
                let at = (pending.iter()).position(|(request, _)| *request == envelope.request);
                let answered = at.map(|at| pending.swap_remove(at));
                drop(pending);
                if let Some((_, pending)) = answered {
                    let reply = match message {
                        Response::Failed(failure) => Err(failure),
                        message => Ok((message, payload)),
                    };
                    // The one who asked may have gone.
                    let _ = pending.reply.send(reply);
                }
            }
        }
    }
}

/// A worker and what it owes. Terminates the worker when dropped.
pub(crate) struct Link {
    worker: Worker,
    mailbox: Rc<Mailbox>,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(ErrorEvent)>,
}

impl Link {
    /// Listens to a worker.
    pub(crate) fn new(worker: Worker) -> Self {
        let mailbox = Rc::new(Mailbox::default());
        let on_message = {
            let mailbox = mailbox.clone();
            Closure::<dyn FnMut(_)>::new(move |event: MessageEvent| mailbox.receive(&event))
        };
        let on_error = {
            let mailbox = mailbox.clone();
            Closure::<dyn FnMut(_)>::new(move |event: ErrorEvent| {
                // Handled here: it must not reach the console a second time.
                event.prevent_default();
                let message = event.message();
                mailbox.die(if message.is_empty() {
                    "it could not be started"
                } else {
                    message.trim_end_matches('.')
                });
            })
        };
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        Self {
            worker,
            mailbox,
            _on_message: on_message,
            _on_error: on_error,
        }
    }

    /// How many requests the worker has not answered yet.
    pub(crate) fn backlog(&self) -> usize {
        self.mailbox.pending.borrow().len()
    }

    /// Whether it is known to have died.
    pub(crate) fn is_dead(&self) -> bool {
        self.mailbox.death.borrow().is_some()
    }

    /// Stops the worker; what it owes fails.
    pub(crate) fn close(&self) {
        self.worker.terminate();
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.mailbox.die("it was closed");
    }

    /// Sends a request at once, whether or not the answer is awaited; the payload's numbers change
    /// hands.
    pub(crate) fn request(
        &self,
        request: Request,
        payload: Payload,
        progress: Option<OnProgress>,
    ) -> impl Future<Output = Reply> + use<> {
        // Loading waits for a network, and a map for the person who paused it: both may honestly be
        // silent for longer.
        let patient = matches!(
            request,
            Request::Load(_)
                | Request::Open(_)
                | Request::Project(_)
                | Request::Faithfulness { .. }
                | Request::Outliers { .. }
                | Request::Overview
                | Request::NearestOfEach { .. }
                | Request::Duplicates { .. }
        );
        let sent = self.send(request, payload, progress);
        let mailbox = self.mailbox.clone();
        async move {
            let answer = sent?;
            let closed = || Err(Failure::new(FailureKind::Died, "it was closed"));
            if patient {
                return answer.await.unwrap_or_else(|_| closed());
            }
            match select(answer, pin!(TimeoutFuture::new(SILENCE_MS))).await {
                Either::Left((answer, _)) => answer.unwrap_or_else(|_| closed()),
                Either::Right(((), _)) => {
                    let reason = "it has not answered for two minutes";
                    mailbox.die(reason);
                    Err(Failure::new(FailureKind::Died, reason))
                }
            }
        }
    }

    fn send(
        &self,
        message: Request,
        payload: Payload,
        progress: Option<OnProgress>,
    ) -> Result<oneshot::Receiver<Reply>, Failure> {
        if let Some(reason) = &*self.mailbox.death.borrow() {
            return Err(Failure::new(FailureKind::Died, reason));
        }
        let request = self.mailbox.next.get();
        self.mailbox.next.set(request.wrapping_add(1));
        let parcel = pack(&Envelope { request, message }, payload)
            .map_err(|error| Failure::new(FailureKind::BadRequest, error.to_string()))?;
        self.worker
            .post_message_with_transfer(&parcel.value, &parcel.transfer)
            .map_err(|error| Failure::new(FailureKind::BadRequest, describe(&error)))?;
        let (reply, answer) = oneshot::channel();
        self.mailbox
            .pending
            .borrow_mut()
            .push((request, Pending { reply, progress }));
        Ok(answer)
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.close();
    }
}

/// What a worker's failure means for the one who asked.
pub(crate) fn as_error(failure: Failure) -> ClientError {
    match failure.kind {
        FailureKind::Died => ClientError::WorkerDied(failure.message),
        FailureKind::Cancelled => ClientError::Cancelled,
        _ => ClientError::Failed(failure),
    }
}
