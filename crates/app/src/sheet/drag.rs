//! Moving a line by dragging its number. Only the page's own lines take part: they travel under a
//! type that no other program offers, so that a text box never takes one for words.

use crate::state::marking::line_at;
use crate::state::{Action, use_store};
use semblance_workspace::{Document, LineId};
use wasm_bindgen::JsCast;
use web_sys::Element;
use yew::prelude::*;

/// What is dragged.
const TYPE: &str = "application/x-semblance-line";

/// Listeners for the sheet of rows and text box.
pub struct Drag {
    pub ondragstart: Callback<DragEvent>,
    pub ondragover: Callback<DragEvent>,
    pub ondragleave: Callback<DragEvent>,
    pub ondrop: Callback<DragEvent>,
}

/// Where a line would come to lie: before (or, if `after`, behind) the row of another.
#[derive(Clone, Copy, PartialEq)]
struct Place {
    line: LineId,
    after: bool,
}

/// Lets lines be dragged within the sheet.
#[hook]
pub fn use_drag() -> Drag {
    let store = use_store();
    let ondragstart = Callback::from(|event: DragEvent| {
        let Some((line, data)) = line_at(event.target()).zip(event.data_transfer()) else {
            return;
        };
        data.set_effect_allowed("move");
        // Without data nothing is dragged, and nothing is lost.
        _ = data.set_data(TYPE, &line.0.to_string());
    });
    let ondragover = Callback::from(|event: DragEvent| {
        if carries_line(&event) {
            event.prevent_default();
            unmark();
            if let Some((row, place)) = under(&event) {
                let side = if place.after { "after" } else { "before" };
                // The name is valid, so setting it can't fail.
                _ = row.set_attribute("data-drop", side);
            }
        }
    });
    let ondragleave = Callback::from(|_: DragEvent| unmark());
    let ondrop = Callback::from(move |event: DragEvent| {
        if !carries_line(&event) {
            return;
        }
        event.prevent_default();
        unmark();
        let data = event
            .data_transfer()
            .and_then(|data| data.get_data(TYPE).ok());
        let line = data.and_then(|data| data.parse().ok()).map(LineId);
        if let Some((line, (_, place))) = line.zip(under(&event))
            && let Some(to) = position(&store.document, line, place)
        {
            store.dispatch(Action::MoveTo(line, to));
        }
    });
    Drag {
        ondragstart,
        ondragover,
        ondragleave,
        ondrop,
    }
}

fn carries_line(event: &DragEvent) -> bool {
    event
        .data_transfer()
        .is_some_and(|data| data.types().includes(&TYPE.into(), 0))
}

/// The row under the pointer and the place that this means.
fn under(event: &DragEvent) -> Option<(Element, Place)> {
    let document = web_sys::window()?.document()?;
    let stack = document.elements_from_point(event.client_x() as f32, event.client_y() as f32);
    let rows = stack
        .iter()
        .filter_map(|element| element.dyn_into::<Element>().ok());
    let row = rows
        .into_iter()
        .find(|element| element.class_list().contains("row"))?;
    let line = row.get_attribute("data-line")?.parse().ok().map(LineId)?;
    let area = row.get_bounding_client_rect();
    let after = f64::from(event.client_y()) > area.top() + area.height() / 2.0;
    Some((row, Place { line, after }))
}

/// Where in the document the dragged line goes, counted without itself.
fn position(document: &Document, dragged: LineId, place: Place) -> Option<usize> {
    let from = document.position(dragged)?;
    let at = document.position(place.line)? + usize::from(place.after);
    Some(if from < at { at - 1 } else { at })
}

fn unmark() {
    let marked = gloo::utils::document().query_selector("[data-drop]");
    if let Ok(Some(row)) = marked {
        // A valid name again.
        _ = row.remove_attribute("data-drop");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dropped_line_lies_where_it_was_dropped() {
        for (dragged, beside, after, expected) in [
            (0, 2, false, "b a c d"),
            (0, 2, true, "b c a d"),
            (3, 0, false, "d a b c"),
            (3, 0, true, "a d b c"),
            (1, 1, false, "a b c d"),
            (1, 1, true, "a b c d"),
            (0, 3, true, "b c d a"),
        ] {
            let mut document = Document::new("a\nb\nc\nd");
            let line = |index: usize| document.lines()[index].id;
            let (dragged, place) = (
                line(dragged),
                Place {
                    line: line(beside),
                    after,
                },
            );
            let to = position(&document, dragged, place).unwrap();
            document.move_to(dragged, to);
            assert_eq!(document.to_text().replace('\n', " "), expected);
        }
    }
}
