//! The keys of class mode.

use crate::ui::hooks::use_change;
use gloo::events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent};
use yew::prelude::*;

/// A key that means something in class mode.
#[derive(Clone, Copy, PartialEq)]
pub enum Keys {
    Next,
    Back,
    /// To the next question, or the one before.
    Skip(bool),
    /// A digit as an option; whether with Shift.
    Digit(usize, bool),
    Erase,
    Notes,
    Codes,
    Why,
    Escape,
}

/// Tells of keys while class mode is there, and keeps them from the page below. What a button or a
/// box makes of a key is theirs.
#[hook]
pub fn use_keys(on: Callback<Keys>) {
    let latest = use_mut_ref(|| on.clone());
    latest.replace(on);
    use_change((), move |()| {
        let options = EventListenerOptions::enable_prevent_default();
        // Above what Yew listens on, below where the page does.
        let body = gloo::utils::document().body();
        let listener = body.map(|body| {
            EventListener::new_with_options(&body, "keydown", options, move |event| {
                event.stop_propagation();
                let Some(event) = event.dyn_ref::<KeyboardEvent>() else {
                    return;
                };
                if let Some(key) = key(event) {
                    event.prevent_default();
                    let on = latest.borrow().clone();
                    on.emit(key);
                }
            })
        });
        move || drop(listener)
    });
}

fn key(event: &KeyboardEvent) -> Option<Keys> {
    if event.default_prevented() || event.ctrl_key() || event.meta_key() || event.alt_key() {
        return None;
    }
    let target = event.target().and_then(|it| it.dyn_into::<Element>().ok());
    let is_in = |selector: &str| {
        let inside = target.as_ref().map(|it| it.closest(selector));
        matches!(inside, Some(Ok(Some(_))))
    };
    let key = crate::app::letter(event);
    if key == "Escape" {
        return Some(Keys::Escape);
    }
    if is_in("input, textarea, select") {
        if key == "Enter" && is_in(".class-tally") {
            let hands = target.and_then(|it| it.dyn_into::<HtmlElement>().ok());
            // What was typed counts; the next Enter goes on.
            _ = hands.map(|it| it.blur());
        }
        return None;
    }
    // On some layouts digits need Shift, so that they go by their place.
    let code = event.code();
    let digit = code
        .strip_prefix("Digit")
        .or_else(|| code.strip_prefix("Numpad"));
    if let Some(digit) = digit.and_then(|digit| digit.parse::<usize>().ok()) {
        return Some(Keys::Digit((digit + 9) % 10, event.shift_key()));
    }
    Some(match key.as_str() {
        "Enter" if is_in("button, a, summary, [role=button]") => return None,
        "Enter" | "ArrowRight" => Keys::Next,
        "ArrowLeft" => Keys::Back,
        // Long notes are scrolled.
        "PageDown" | "PageUp" if is_in(".class-body:has(.class-notes)") => return None,
        "PageDown" => Keys::Skip(true),
        "PageUp" => Keys::Skip(false),
        "Backspace" => Keys::Erase,
        "n" | "N" => Keys::Notes,
        "k" | "K" => Keys::Codes,
        "w" | "W" => Keys::Why,
        _ => return None,
    })
}
