//! Asking the engine for something that takes a while, and saying how that goes.

use crate::session::engine::Driver;
use semblance_client::ClientError;
use semblance_scatter::fixed;
use std::rc::Rc;
use yew::prelude::*;

/// Where an answer stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Asked {
    /// Nothing is under way.
    #[default]
    Nothing,
    /// It is being worked on.
    Busy,
    /// Share of the work done, 0 to 1.
    Part(f32),
    /// There will be none, and why.
    Problem(AttrValue),
}

impl Asked {
    /// What went wrong, and what is done about it: vectors that were lost are made again.
    pub fn failed(driver: &Rc<Driver>, error: &ClientError) -> Self {
        if matches!(error, ClientError::VectorsLost(_)) {
            driver.embed();
        }
        Self::Problem(format!("{error} {}", error.advice()).into())
    }

    /// Whether there is something to wait for.
    pub fn is_busy(&self) -> bool {
        matches!(self, Self::Busy | Self::Part(_))
    }
}

/// How it stands, in a line that screen readers read out; `said` when there is nothing else to say.
/// An `output` is a status by nature.
pub fn status(asked: &Asked, said: AttrValue) -> Html {
    let (class, words) = match asked {
        Asked::Nothing => ("explore-said", said),
        Asked::Busy => ("explore-said", "Working…".into()),
        Asked::Part(done) => (
            "explore-said",
            format!("Working, {} %", fixed(done * 100.0, 0)).into(),
        ),
        Asked::Problem(problem) => ("explore-said problem", problem.clone()),
    };
    html! { <output {class}>{ words }</output> }
}

/// "1 text", "2 texts".
pub fn texts(count: usize) -> String {
    format!("{count} {}", if count == 1 { "text" } else { "texts" })
}
