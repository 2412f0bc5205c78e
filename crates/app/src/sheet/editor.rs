//! The text box "Texts" with its rows. The box grows with its lines and never scrolls by itself;
//! the rows lie behind it in the same sheet, so that the two can't slide apart. A copy of the
//! words gives a row its height while the document is small. Larger ones are not wrapped: all
//! lines are equally high, only the rows in view exist, and the box holds a window of the lines.

use crate::app::letter;
use crate::inspector::pair::use_scale;
use crate::session::engine::Driver;
use crate::sheet::caret;
use crate::sheet::cells::LIMIT;
use crate::sheet::column_heads;
use crate::sheet::columns::{has_columns, use_standings};
use crate::sheet::drag::use_drag;
use crate::sheet::heads::HeadsProps;
use crate::sheet::rows::{Shown, use_rows};
use crate::sheet::textbox::{use_clipboard, use_own_undo, use_view, use_written};
use crate::stage::map::{GroupingStore, use_map_store};
use crate::state::marking::use_marking;
use crate::state::marks::{Mark, use_marks};
use crate::state::{Action, Engine, Shared, WINDOW, use_store};
use semblance_workspace::{Direction, LineId};
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlTextAreaElement};
use yew::prelude::*;

/// Lines and bytes above which lines are not wrapped any more.
const WRAPPED_LINES: usize = 400;
const WRAPPED_BYTES: usize = 60_000;

/// The text box with its rows.
#[hook]
pub fn use_editor(driver: &Rc<Driver>, grouping: &GroupingStore) -> Html {
    let store = use_store();
    let marks = use_marks();
    let (scroller, sheet, area) = (use_node_ref(), use_node_ref(), use_node_ref());
    let lines = use_memo(store.document.revision(), |_| {
        Shared(store.document.shared_lines())
    });
    let wrapped = use_memo(store.document.revision(), |_| {
        let lines = store.document.lines();
        let bytes = || lines.iter().map(|line| line.shown().len()).sum::<usize>();
        lines.len() <= WRAPPED_LINES && bytes() <= WRAPPED_BYTES
    });
    let right_to_left = use_memo(store.document.revision(), |_| {
        let lines = store.document.lines();
        *wrapped && lines.iter().any(|line| holds_right_to_left(&line.content))
    });
    let (range, onscroll) = use_view(&scroller, &sheet, *wrapped);
    let all = use_clipboard(&area);
    use_written(&area, &scroller, *wrapped, &all);
    use_own_undo(&area);
    let drag = use_drag();
    let drawn = (
        lines.clone(),
        store.results.clone(),
        range.clone(),
        (*wrapped, store.veil.clone()),
    );
    use_marking(sheet.clone(), drawn);

    let oninput = {
        let (dispatch, all) = (store.dispatcher(), all.clone());
        Callback::from(move |event: InputEvent| {
            let area = event.target_unchecked_into::<HtmlTextAreaElement>();
            // What is dropped goes where it is dropped, whatever is marked.
            let over = *all && event.input_type() != "insertFromDrop";
            all.set(false);
            dispatch.dispatch(match over {
                true => Action::TypeOver(area.value()),
                false => Action::Type(area.value()),
            });
        })
    };
    let onkeydown = {
        let (store, marks, all) = (store.clone(), marks.dispatcher(), all.clone());
        Callback::from(move |event: KeyboardEvent| {
            let area = event.target_unchecked_into::<HtmlTextAreaElement>();
            let control = event.ctrl_key() || event.meta_key();
            let key = event.key();
            // On a Mac, Ctrl + A goes to the start of the line.
            let marks_all = if is_mac() {
                event.meta_key()
            } else {
                event.ctrl_key()
            };
            if marks_all && letter(&event).eq_ignore_ascii_case("a") {
                // The browser marks what is in the box; beyond it there may be more.
                return all.set(store.window.len() < store.document.lines().len());
            }
            if *all && !control {
                // Other keys type in place of all lines, or leave them marked.
                let moves = matches!(event.key_code(), 33..=40);
                return all.set(!moves);
            }
            let line = || caret::line(&area, &store.document, &store.window);
            let moved = |direction| {
                if let Some(id) = line() {
                    store.dispatch(Action::Move(id, direction));
                }
            };
            match (key.as_str(), event.alt_key()) {
                ("ArrowUp", true) => moved(Direction::Up),
                ("ArrowDown", true) => moved(Direction::Down),
                ("Enter", true) => marks.dispatch(Mark::Select(line().into_iter().collect())),
                _ => return,
            }
            event.prevent_default();
        })
    };
    let onmousemove = {
        let marks = marks.clone();
        Callback::from(move |event: MouseEvent| {
            let line = line_under(&event);
            if marks.0.hovered() != (line, None) {
                marks.dispatch(Mark::Hover(line, None));
            }
        })
    };
    let onmouseleave = {
        let dispatch = marks.dispatcher();
        Callback::from(move |_: MouseEvent| dispatch.dispatch(Mark::Hover(None, None)))
    };
    let onclick = {
        let (dispatch, all) = (marks.dispatcher(), all.clone());
        Callback::from(move |event: MouseEvent| {
            all.set(false);
            let area = event.target_unchecked_into::<HtmlTextAreaElement>();
            let marking_words = area.selection_start() != area.selection_end();
            if let Some(line) = line_under(&event).filter(|_| !marking_words) {
                dispatch.dispatch(Mark::Select(vec![line]));
            }
        })
    };
    let max_tokens = match &store.engine {
        Engine::Ready(model) => Some(model.max_tokens),
        _ => None,
    };
    let relative_to = marks.0.primary().and_then(|line| store.results.point(line));
    let count = store.results.texts.len();
    let scores = (2..=LIMIT).contains(&count) && store.results.total == count;
    let standings = use_standings(driver, &store.results);
    let found = has_columns(&store.results);
    let fields = use_map_store().fields.clone();
    let choice = &fields.choice;
    let own = choice.columns.len() * usize::from(fields.source.is_some());
    // Of more texts than the engine is asked about there are the columns they came with.
    let columns = found || (own > 0 && count > LIMIT && store.results.total == count);
    let without = if found { choice.without } else { 11 };
    let class = classes!(
        "editor",
        (columns && own > 0).then(|| format!("own-{own}")),
        (without & 1 > 0).then_some("no-near"),
        (without & 2 > 0).then_some("no-score"),
        (without & 4 > 0).then_some("no-group"),
        (without & 8 > 0).then_some("no-odd"),
        columns.then_some("with-columns"),
        grouping.is_some().then_some("with-groups"),
        (!*wrapped).then_some("unwrapped"),
        scores.then(|| format!("scored columns-{count}")),
        all.then_some("all")
    );
    let outside = (store.document.lines().len() > WINDOW).then(|| store.window.clone());
    let scale = use_scale(driver, &store);
    let shown = Shown {
        scale: &scale,
        lines: &lines.0,
        range,
        results: &store.results,
        max_tokens,
        relative_to,
        selected: marks.0.selected(),
        mirror: *wrapped,
        scores,
        standings: columns.then_some(&standings),
        grouping,
        fields: (&fields, store.look.dark),
        outside,
    };
    let rows = use_rows(&store, &marks, &shown);
    html! {
        <div {class} ref={scroller} {onscroll}>
            <div class="sheet" ref={sheet} ondragstart={drag.ondragstart} ondragover={drag.ondragover}
                ondragleave={drag.ondragleave} ondrop={drag.ondrop}>
                if columns {
                    <div class="column-heads" role="group" aria-label="Sort the texts">
                        { column_heads(HeadsProps { store: store.clone(), standings: standings.clone(), grouping: grouping.clone() }, None) }
                    </div>
                }
                { rows }
                <textarea aria-label="Texts" aria-describedby="texts-hint" spellcheck="false" autocomplete="off" autocapitalize="off"
                    dir={right_to_left.then_some("auto")} translate="no" wrap={if *wrapped { "soft" } else { "off" }} placeholder="Type or paste texts, one per line" rows="1"
                    ref={area} {oninput} {onkeydown} {onmousemove} {onmouseleave} {onclick} />
            </div>
        </div>
    }
}

/// Whether the keyboard is used as on a Mac.
fn is_mac() -> bool {
    web_sys::window().is_some_and(|window| {
        let navigator = js_sys::Reflect::get(&window, &"navigator".into());
        let platform = navigator.and_then(|of| js_sys::Reflect::get(&of, &"platform".into()));
        platform.is_ok_and(|name| name.as_string().is_some_and(|name| name.starts_with("Mac")))
    })
}

/// Whether a text has letters of a script that runs from right to left (Hebrew, Arabic, Syriac,
/// Thaana, N'Ko and their like). Only then does each line get the direction of its first strong
/// letter (UAX 9): Chromium takes a time that grows with the square of a line's length for it.
fn holds_right_to_left(text: &str) -> bool {
    text.chars().any(|c| {
        matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefe}' | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
    })
}

/// The line whose row lies under the pointer, behind the text box.
fn line_under(event: &MouseEvent) -> Option<LineId> {
    let document = web_sys::window()?.document()?;
    let (x, y) = (event.client_x() as f32, event.client_y() as f32);
    let stack = document.elements_from_point(x, y);
    let row = stack.iter().find_map(|element| {
        element
            .dyn_into::<Element>()
            .ok()
            .filter(|element| element.class_list().contains("row"))
    })?;
    row.get_attribute("data-line")?.parse().ok().map(LineId)
}

#[cfg(test)]
mod tests {
    use super::holds_right_to_left;

    #[test]
    fn scripts_that_run_from_right_to_left() {
        for text in ["שלום", "1. مرحبا", "\u{fb1d}"] {
            assert!(holds_right_to_left(text), "{text}");
        }
        for text in ["", "plain", "你好", "हिन्दी", "\u{feff}bom", "🍕"] {
            assert!(!holds_right_to_left(text), "{text}");
        }
    }
}
