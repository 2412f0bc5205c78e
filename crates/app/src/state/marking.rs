//! Marks what is hovered and selected on elements that are drawn already. A hover touches two
//! attributes this way and renders nothing again.

use crate::state::marks::{Marks, use_marks};
use crate::ui::hooks::use_change;
use semblance_workspace::{Focus, LineId};
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, NodeList};
use yew::prelude::*;

/// Keeps `data-hovered` and `data-selected` right on the elements below `container` whose
/// `data-line` names a line. `drawn` is what the elements were drawn from: when it changes, all
/// marks are set anew.
#[hook]
pub fn use_marking<T: PartialEq + 'static>(container: NodeRef, drawn: T) {
    let marks = use_marks();
    let focus = Rc::new(Marks::clone(&marks));
    use_change((focus, drawn), move |(focus, _)| {
        if let Some(container) = container.cast::<Element>() {
            mark(&container, &focus.0);
        }
    });
}

fn mark(container: &Element, focus: &Focus) {
    let Ok(found) = container.query_selector_all("[data-line]") else {
        return;
    };
    let (hovered, other) = focus.hovered();
    for element in elements(&found) {
        let line = line_of(&element);
        set(
            &element,
            "data-hovered",
            line.is_some() && (line == hovered || line == other),
        );
        set(
            &element,
            "data-selected",
            line.is_some_and(|line| focus.is_selected(line)),
        );
    }
}

/// The elements of a list of nodes.
pub fn elements(list: &NodeList) -> impl Iterator<Item = HtmlElement> {
    (0..list.length()).filter_map(|i| list.item(i)?.dyn_into().ok())
}

/// Sets or removes an attribute without a value.
pub fn set(element: &Element, name: &str, on: bool) {
    if element.has_attribute(name) != on {
        // Only an invalid name can fail.
        _ = element.toggle_attribute(name);
    }
}

/// The line that an element shows.
fn line_of(element: &Element) -> Option<LineId> {
    element.get_attribute("data-line")?.parse().ok().map(LineId)
}

/// The line shown by an element or by one around it.
pub fn line_at(target: Option<web_sys::EventTarget>) -> Option<LineId> {
    let element = target?.dyn_into::<Element>().ok()?;
    line_of(&element.closest("[data-line]").ok()??)
}
