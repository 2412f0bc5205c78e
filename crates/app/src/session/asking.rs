//! Asking the engine for something that takes a while, and saying how that goes.

use crate::session::engine::Driver;
use crate::state::Shared;
use crate::ui::hooks::{Watched, use_change, use_value};
use gloo::timers::callback::Timeout;
use semblance_client::ClientError;
use std::any::Any;
use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// Where an answer stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Asked {
    /// Nothing is under way.
    #[default]
    Nothing,
    /// It is being worked on.
    Busy,
    /// There will be none, and why.
    Problem(AttrValue),
}

impl Asked {
    /// What went wrong, and what is done about it: vectors that were lost are made again.
    pub fn failed(driver: &Rc<Driver>, error: &ClientError) -> Self {
        if matches!(error, ClientError::VectorsLost(_)) {
            driver.embed();
        }
        Self::Problem(error.told().into())
    }

    /// Whether there is something to wait for.
    pub fn is_busy(&self) -> bool {
        matches!(self, Self::Busy)
    }
}

/// What [`use_answer`] knows.
pub struct Answer<Q, A> {
    /// Where the last question stands.
    pub asked: Asked,
    /// The last question that was answered, and its answer.
    pub found: Option<Shared<(Q, A)>>,
}

/// Asks after each change of the question, once it has rested for `pause` milliseconds. The answer
/// before stays until there is a newer one; it goes when there is no question any more, or when
/// there will be no answer. An answer of `None` means that another question has taken over.
#[hook]
pub fn use_answer<Q, A, F>(
    question: Option<Q>,
    pause: u32,
    ask: impl FnOnce(Q) -> F + 'static,
) -> Answer<Q, A>
where
    Q: Clone + PartialEq + 'static,
    A: 'static,
    F: Future<Output = Option<Result<A, Asked>>> + 'static,
{
    let seen = Watched(Rc::new(question.clone()));
    let begin = move || {
        let question = question?;
        let answer = async move {
            let answer = ask(question.clone()).await?;
            Some(answer.map(|answer| Held(Rc::new((question, answer)))))
        };
        Some(Box::pin(answer) as Begun)
    };
    let (asked, found) = use_held_answer(seen, pause, Box::new(begin));
    let found = found.and_then(|held| held.0.downcast().ok());
    Answer {
        asked,
        found: found.map(Shared),
    }
}

/// A question with its answer. Of what follows there is one copy, whatever they are.
#[derive(Clone)]
struct Held(Rc<dyn Any>);

impl PartialEq for Held {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

type Begun = Pin<Box<dyn Future<Output = Option<Result<Held, Asked>>>>>;

#[hook]
fn use_held_answer(
    question: Watched,
    pause: u32,
    begin: Box<dyn FnOnce() -> Option<Begun>>,
) -> (Asked, Option<Held>) {
    let asked = use_value(Asked::default());
    let found = use_value(None::<Held>);
    let (set_asked, set_found) = (asked.setter(), found.setter());
    use_change(question, move |_| {
        let alive = Rc::new(Cell::new(true));
        let timeout = match begin() {
            None => {
                set_asked.set(Asked::Nothing);
                set_found.set(None);
                None
            }
            Some(answer) => {
                let alive = alive.clone();
                let answer = async move {
                    set_asked.set(Asked::Busy);
                    let answer = answer.await;
                    // The question has changed meanwhile, and this answer would overwrite the next.
                    if !alive.get() {
                        return;
                    }
                    let (asked, found) = match answer {
                        None => return,
                        Some(Ok(answer)) => (Asked::Nothing, Some(answer)),
                        Some(Err(problem)) => (problem, None),
                    };
                    set_asked.set(asked);
                    set_found.set(found);
                };
                Some(Timeout::new(pause, move || spawn_local(answer)))
            }
        };
        move || {
            alive.set(false);
            drop(timeout);
        }
    });
    ((*asked).clone(), (*found).clone())
}

/// How it stands, in a line that screen readers read out; `said` when there is nothing else to say.
/// An `output` is a status by nature.
pub fn status(asked: &Asked, said: AttrValue) -> Html {
    let (class, words) = match asked {
        Asked::Nothing => ("explore-said", said),
        Asked::Busy => ("explore-said", "Working…".into()),
        Asked::Problem(problem) => ("explore-said problem", problem.clone()),
    };
    html! { <output {class}>{ words }</output> }
}

/// "1 text", "2 texts".
pub fn texts(count: usize) -> String {
    format!("{count} {}", if count == 1 { "text" } else { "texts" })
}
