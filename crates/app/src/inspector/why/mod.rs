//! Why two texts score as they do: what each of their words brings, and the score without a word.
//!
//! Two questions, and the panel says which is which: the split says what this score is made of;
//! leaving a word out asks the model anew, and the other words change too.

mod left;
mod lines;
mod panel;
mod said;
mod shares;
mod words;

use crate::session::engine::Driver;
use crate::state::Shared;
use crate::state::results::Results;
use crate::ui::part::part;
use panel::Why;
use std::rc::Rc;
use yew::prelude::*;

/// What the panel is about.
#[derive(Clone)]
pub struct Subject {
    pub driver: Rc<Driver>,
    /// Results that the score is of: with others, the model may be another one.
    pub results: Shared<Results>,
    /// The two texts, by their place among all.
    pub points: (u32, u32),
}

part!(
    "why",
    /// Why the two texts score as they do, as soon as that is known.
    pub fn why(subject: Subject) -> Html {
        html! { <Why driver={subject.driver} results={subject.results} points={subject.points} /> }
    }
);
