//! Class mode: a class predicts, and what the model says is revealed step by step. It is a part, and
//! brings the lessons along. Nothing of the workspace changes by it.

mod codes;
mod course;
mod lessons;
mod plane;
mod propose;
mod pupil;
mod question;
mod room;
mod scores;
mod summary;
mod told;

use crate::session::engine::Driver;
use crate::session::samples::template;
use crate::ui::part::part;
use room::Room;
use std::rc::Rc;
use yew::prelude::*;

/// With what class mode begins.
#[derive(Clone, PartialEq)]
pub struct Class {
    /// A lesson as Markdown, or the name of one that comes along; empty to choose one.
    pub lesson: Rc<str>,
    /// Whether a pupil answers it on a device of their own.
    pub pupil: bool,
}

impl Class {
    /// Class mode without a lesson yet.
    pub fn choosing() -> Class {
        Class {
            lesson: "".into(),
            pupil: false,
        }
    }
}

/// Class mode with a lesson that came with the page: by a link (`www/boot.js`), or baked in.
pub fn opening() -> Option<Class> {
    let lesson = template("lesson");
    let element = gloo::utils::document().get_element_by_id("lesson");
    let pupil = element.is_some_and(|element| element.has_attribute("data-pupil"));
    (!lesson.is_empty()).then(|| Class {
        lesson: lesson.into(),
        pupil,
    })
}

part!(
    "class",
    /// The page of class mode.
    pub fn room(driver: Rc<Driver>) -> Html {
        html! { <Room {driver} /> }
    }
);
