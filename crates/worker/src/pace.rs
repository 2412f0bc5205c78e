//! Long work in short slices, so that the worker hears what else it is asked meanwhile.

use crate::map::Job;
use semblance_protocol::{Failure, FailureKind};
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{MessageChannel, WorkerGlobalScope};

/// Work without a look at what has come in, in milliseconds.
pub(crate) const SLICE: f64 = 25.0;
/// How often a paused job looks whether it may go on, in milliseconds.
const NAP: i32 = 40;

/// The pace of one long piece of work.
pub(crate) struct Pace {
    job: Rc<Job>,
    since: f64,
}

impl Pace {
    pub(crate) fn new(job: Rc<Job>) -> Self {
        Self { job, since: now() }
    }

    /// Call it between small pieces of work. When a slice is over, lets the worker take in what has
    /// come meanwhile, and waits as long as the job is paused; then it says true.
    ///
    /// # Errors
    /// When the job was given up.
    pub(crate) async fn breathe(&mut self) -> Result<bool, Failure> {
        if now() - self.since < SLICE {
            return Ok(false);
        }
        // A browser that refuses a channel or a timer takes in nothing until the work is done.
        take_in().await;
        while self.job.is_paused() && !self.job.is_cancelled() {
            if JsFuture::from(nap()).await.is_err() {
                break;
            }
        }
        if self.job.is_cancelled() {
            return Err(Failure::new(
                FailureKind::Cancelled,
                "The map was given up for another.",
            ));
        }
        self.since = now();
        Ok(true)
    }
}

/// Lets the worker take in what has come meanwhile.
pub(crate) async fn take_in() {
    _ = JsFuture::from(turn()).await;
}

/// Milliseconds since the worker started.
pub(crate) fn now() -> f64 {
    scope().performance().map_or(0.0, |clock| clock.now())
}

fn scope() -> WorkerGlobalScope {
    js_sys::global().unchecked_into()
}

/// Done when all messages that have come by now are taken in. A timer would do as well, but
/// browsers stretch it to four milliseconds and more.
fn turn() -> js_sys::Promise {
    js_sys::Promise::new(&mut |resolve, reject| match MessageChannel::new() {
        Ok(channel) => {
            let closing = channel.port1();
            let heard = Closure::once_into_js(move || {
                closing.close();
                _ = resolve.call0(&JsValue::NULL);
            });
            channel.port1().set_onmessage(Some(heard.unchecked_ref()));
            _ = channel.port2().post_message(&JsValue::NULL);
        }
        Err(error) => _ = reject.call1(&JsValue::NULL, &error),
    })
}

/// Done a little later.
fn nap() -> js_sys::Promise {
    js_sys::Promise::new(&mut |resolve, reject| {
        let set = scope().set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, NAP);
        if let Err(error) = set {
            _ = reject.call1(&JsValue::NULL, &error);
        }
    })
}
