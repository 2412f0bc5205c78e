//! Which texts hold some words or match a regular expression: the worker of `worker.js` answers.
//! It is a worker of its own, since an expression can take for ever on some texts: then this module
//! ends it and starts another.
//!
//! A message to it is either all texts, one to a line, or a question: `[id, what is sought, whether
//! that is an expression, whether case and accents count]`. The answer is `[id, indices of the
//! texts]`, or `[id, what is wrong with the expression]`.

use crate::state::Shared;
use crate::state::results::Results;
use futures_channel::oneshot::{Sender, channel};
use gloo::events::EventListener;
use gloo::timers::callback::Timeout;
use js_sys::{Array, Uint32Array};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, BlobPropertyBag, MessageEvent, Url, Worker};

/// How long a question may take, in milliseconds.
const LIMIT: u32 = 2_000;

/// What is sought.
#[derive(Clone, PartialEq)]
pub struct Question {
    /// Words of which a text holds all, or an expression that it matches.
    pub text: String,
    /// Whether it is an expression.
    pub expression: bool,
    /// Whether case and accents count.
    pub strict: bool,
}

/// The points that were found, in order, or why there are none.
type Answer = Result<Vec<u32>, String>;

/// The worker, once something was sought. It answers one question at a time: the last.
#[derive(Default)]
pub struct Finder {
    running: RefCell<Option<Running>>,
    waiting: RefCell<Option<Waiting>>,
    asked: Cell<u32>,
}

struct Running {
    worker: Worker,
    /// Where its script is.
    address: String,
    /// Whose texts it has.
    results: Shared<Results>,
    _listeners: [EventListener; 2],
}

struct Waiting {
    id: u32,
    expression: bool,
    answer: Sender<Answer>,
}

impl Finder {
    /// Asks the worker. `None` when another question has taken the place of this one.
    ///
    /// # Errors
    /// What is wrong with an expression; that it takes too long; that the worker does not run.
    pub async fn find(
        self: &Rc<Self>,
        results: &Shared<Results>,
        question: &Question,
    ) -> Option<Answer> {
        // An expression that nobody waits for any more may run for ever.
        if matches!(&*self.waiting.borrow(), Some(waiting) if waiting.expression) {
            self.end();
        }
        let id = self.asked.get() + 1;
        self.asked.set(id);
        let (answer, answered) = channel();
        self.waiting.replace(Some(Waiting {
            id,
            expression: question.expression,
            answer,
        }));
        if self.ask(id, results, question).is_err() {
            self.fail(NO_WORKER);
        }
        let limit = {
            let finder = self.clone();
            Timeout::new(LIMIT, move || finder.fail(TOO_LONG))
        };
        let answer = answered.await;
        drop(limit);
        answer.ok()
    }

    fn ask(
        self: &Rc<Self>,
        id: u32,
        results: &Shared<Results>,
        question: &Question,
    ) -> Result<(), JsValue> {
        let mut running = self.running.borrow_mut();
        let known = matches!(&*running, Some(running) if running.results == *results);
        let running = match running.take() {
            Some(before) => running.insert(before),
            None => running.insert(self.start(results)?),
        };
        if !known {
            let texts: Vec<&str> = results.texts.iter().map(|text| &*text.text).collect();
            running.worker.post_message(&texts.join("\n").into())?;
            running.results = results.clone();
        }
        let Question {
            text,
            expression,
            strict,
        } = question;
        let message = Array::of4(
            &id.into(),
            &text.into(),
            &(*expression).into(),
            &(*strict).into(),
        );
        running.worker.post_message(&message)
    }

    fn start(self: &Rc<Self>, results: &Shared<Results>) -> Result<Running, JsValue> {
        // From a `Blob`, since only such a worker is bound by the page's policy: it has all texts.
        let script = Array::of1(&include_str!("worker.js").into());
        let options = BlobPropertyBag::new();
        options.set_type("text/javascript");
        let script = Blob::new_with_str_sequence_and_options(&script, &options)?;
        let address = Url::create_object_url_with_blob(&script)?;
        let worker = Worker::new(&address)?;
        let finder = Rc::downgrade(self);
        let message = EventListener::new(&worker, "message", move |event| {
            let data = event.dyn_ref::<MessageEvent>().map(MessageEvent::data);
            let answer = data.and_then(|data| data.dyn_into::<Array>().ok());
            if let Some((finder, answer)) = finder.upgrade().zip(answer) {
                finder.take(&answer);
            }
        });
        let finder = Rc::downgrade(self);
        let error = EventListener::new(&worker, "error", move |_| {
            if let Some(finder) = finder.upgrade() {
                finder.fail(NO_WORKER);
            }
        });
        Ok(Running {
            worker,
            address,
            results: results.clone(),
            _listeners: [message, error],
        })
    }

    /// Takes an answer, if it is the one that is waited for.
    fn take(&self, answer: &Array) {
        let id = answer.get(0).as_f64().unwrap_or_default();
        let mut waiting = self.waiting.borrow_mut();
        if waiting.as_ref().is_none_or(|w| f64::from(w.id) != id) {
            return;
        }
        let found = answer.get(1);
        let found = match found.as_string() {
            Some(problem) => Err(problem),
            None => Ok(Uint32Array::new(&found).to_vec()),
        };
        if let Some(waiting) = waiting.take() {
            // Nobody may wait any more.
            _ = waiting.answer.send(found);
        }
    }

    /// Ends the worker with what it was doing, and says why.
    fn fail(&self, why: &str) {
        self.end();
        if let Some(waiting) = self.waiting.take() {
            _ = waiting.answer.send(Err(why.into()));
        }
    }

    fn end(&self) {
        if let Some(running) = self.running.take() {
            running.worker.terminate();
            // A failure would only leave two kilobytes until the page closes.
            _ = Url::revoke_object_url(&running.address);
        }
    }
}

const TOO_LONG: &str = "The expression takes too long on these texts: try a simpler one.";
const NO_WORKER: &str = "The search could not start. Reload the page.";

impl Drop for Finder {
    fn drop(&mut self) {
        self.end();
    }
}
