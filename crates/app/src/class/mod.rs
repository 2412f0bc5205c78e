//! Class mode: a class predicts, and what the model says is revealed step by step. It is a part,
//! and brings the lessons along. Nothing of the workspace changes by it.

mod codes;
mod course;
mod cover;
mod keys;
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
use std::cell::RefCell;
use std::rc::Rc;
use yew::prelude::*;

/// Who is in class mode.
#[derive(Clone, Copy, PartialEq)]
pub enum Class {
    /// A teacher, who asks a class.
    Teacher,
    /// A pupil, who answers on a device of their own.
    Pupil,
}

/// Class mode with a lesson that came with the page: by a link (`www/boot.js`), or baked in.
pub fn opening() -> Option<Class> {
    let lesson = gloo::utils::document().get_element_by_id("lesson")?;
    Some(match lesson.has_attribute("data-pupil") {
        true => Class::Pupil,
        false => Class::Teacher,
    })
}

thread_local! {
    /// The lesson to begin with, in Markdown or by its name: at first what came with the page.
    static GIVEN: RefCell<String> = RefCell::new(came());
}

/// The lesson that came with the page; it may be empty.
fn came() -> String {
    template("lesson")
}

/// Class mode is to begin with this lesson, in Markdown.
pub fn give(lesson: String) {
    GIVEN.set(lesson);
}

part!(
    "class",
    /// The page of class mode.
    pub fn room(driver: Rc<Driver>) -> Html {
        html! { <Room {driver} /> }
    }
);
