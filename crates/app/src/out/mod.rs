//! What a person takes along: tables, scores, vectors, the whole workspace, as files or by the
//! clipboard. It is a part.

mod copy;
mod lists;
mod panel;
mod table;
mod vectors;

use crate::ui::part::part;
use panel::Panel;
use semblance_client::ClientError;
use web_sys::Blob;
use yew::prelude::*;

part!(
    "out",
    /// What the Save menu shows.
    pub fn menu(_nothing: ()) -> Html {
        html! { <Panel /> }
    }
);

/// A file for the person.
struct File {
    name: String,
    blob: Blob,
    /// What is missing in it.
    missing: Option<&'static str>,
}

/// Why there is none.
enum Refusal {
    /// For this reason.
    Because(String),
    /// The engine failed.
    Failed(ClientError),
}

impl From<ClientError> for Refusal {
    fn from(error: ClientError) -> Refusal {
        Refusal::Failed(error)
    }
}

impl Refusal {
    fn told(self) -> String {
        match self {
            Refusal::Because(why) => why,
            Refusal::Failed(error) => error.told(),
        }
    }
}

/// What was found is of texts that are no more, or is not all there.
fn incomplete() -> Refusal {
    Refusal::Because("Not all texts are embedded yet. Try again when the scores are there.".into())
}
