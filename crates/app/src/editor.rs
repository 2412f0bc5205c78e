//! The text box "Texts" with its rows. The box grows with its lines and never scrolls by itself;
//! the rows lie behind it in the same sheet, so that the two can't slide apart. A copy of the
//! words gives a row its height while the document is small; large ones are not wrapped, all
//! lines are equally high, and only the rows in view exist.

use crate::caret;
use crate::marking::use_marking;
use crate::rows::{Rows, shared};
use crate::state::{Action, Engine, Mark, use_marks, use_store};
use gloo::events::{EventListener, EventListenerOptions};
use semblance_workspace::{Direction, LineId};
use std::ops::Range;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, HtmlTextAreaElement};
use yew::prelude::*;

/// Lines and bytes above which lines are not wrapped any more.
const WRAPPED_LINES: usize = 400;
const WRAPPED_BYTES: usize = 60_000;
/// Rows drawn above and below those in view, in large documents.
const SPARE_ROWS: usize = 20;

/// The text box with its rows.
#[component]
pub fn Editor() -> Html {
    let store = use_store();
    let marks = use_marks();
    let scroller = use_node_ref();
    let sheet = use_node_ref();
    let area = use_node_ref();
    let lines = use_memo(store.document.revision(), |_| {
        shared(store.document.shared_lines())
    });
    let wrapped = use_memo(store.document.revision(), |_| {
        let lines = store.document.lines();
        let bytes: usize = lines.iter().map(|line| line.content.len()).sum();
        lines.len() <= WRAPPED_LINES && bytes <= WRAPPED_BYTES
    });
    let count = store.document.lines().len();
    let (range, onscroll) = use_view(scroller.clone(), sheet.clone(), count, *wrapped);
    use_written(area.clone());
    use_marking(
        sheet.clone(),
        (
            lines.clone(),
            store.results.clone(),
            range.clone(),
            *wrapped,
        ),
    );

    let oninput = {
        let dispatch = store.dispatcher();
        Callback::from(move |event: InputEvent| {
            dispatch.dispatch(Action::Type(
                event.target_unchecked_into::<HtmlTextAreaElement>().value(),
            ));
        })
    };
    use_own_undo(area.clone());
    let onkeydown = {
        let (store, marks) = (store.clone(), marks.dispatcher());
        Callback::from(move |event: KeyboardEvent| {
            let area = event.target_unchecked_into::<HtmlTextAreaElement>();
            let line = || caret::line(&area, &store.document);
            let mark_caret_line = |id: LineId| marks.dispatch(Mark::Select(vec![id]));
            match (event.key().as_str(), event.alt_key()) {
                ("ArrowUp", true) => {
                    line().map(|id| store.dispatch(Action::Move(id, Direction::Up)))
                }
                ("ArrowDown", true) => {
                    line().map(|id| store.dispatch(Action::Move(id, Direction::Down)))
                }
                ("Enter", true) => line().map(mark_caret_line),
                _ => return,
            };
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
        let dispatch = marks.dispatcher();
        Callback::from(move |event: MouseEvent| {
            let area = event.target_unchecked_into::<HtmlTextAreaElement>();
            let marking_words = area.selection_start() != area.selection_end();
            if let Some(line) = line_under(&event).filter(|_| !marking_words) {
                dispatch.dispatch(Mark::Select(vec![line]));
            }
        })
    };
    let max_tokens = match &store.engine {
        Engine::Ready(model) => u32::try_from(model.max_tokens).ok(),
        _ => None,
    };
    let relative_to = marks.0.primary().and_then(|line| store.results.point(line));
    html! {
        <div class={classes!("editor", (!*wrapped).then_some("unwrapped"))} ref={scroller} {onscroll}>
            <div class="sheet" ref={sheet}>
                <Rows lines={(*lines).clone()} {range} results={store.results.clone()} {max_tokens} {relative_to}
                    selected={marks.0.selected().to_vec()} mirror={*wrapped} />
                <textarea aria-label="Texts" aria-describedby="texts-hint" spellcheck="false" autocomplete="off" autocapitalize="off"
                    wrap={if *wrapped { "soft" } else { "off" }} placeholder="Type or paste texts, one per line" rows="1"
                    ref={area} {oninput} {onkeydown} {onmousemove} {onmouseleave} {onclick} />
            </div>
        </div>
    }
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

/// Writes the document into the text box whenever it changed elsewhere, with the caret at the end
/// of the change if the box has the focus.
#[hook]
fn use_written(area: NodeRef) {
    let store = use_store();
    use_effect_with(
        (store.document.revision(), store.shown),
        move |&(revision, shown)| {
            let Some(area) = area
                .cast::<HtmlTextAreaElement>()
                .filter(|_| revision != shown)
            else {
                return;
            };
            area.set_value(&store.document.to_text());
            if let Some(span) = store.changed {
                caret::place(&area, &store.document, span);
            }
            store.dispatch(Action::Shown);
        },
    );
}

/// The browser's own undo knows nothing of moved lines and samples; ours takes its place where it
/// is asked for from a menu. The keys are the page's anyway.
#[hook]
fn use_own_undo(area: NodeRef) {
    let dispatch = use_store().dispatcher();
    use_effect_with((), move |()| {
        let options = EventListenerOptions::enable_prevent_default();
        let listener = area.cast::<HtmlTextAreaElement>().map(|area| {
            EventListener::new_with_options(&area, "beforeinput", options, move |event| {
                let kind = event.dyn_ref::<InputEvent>().map(InputEvent::input_type);
                let action = match kind.as_deref() {
                    Some("historyUndo") => Action::Undo,
                    Some("historyRedo") => Action::Redo,
                    _ => return,
                };
                event.prevent_default();
                dispatch.dispatch(action);
            })
        });
        move || drop(listener)
    });
}

/// Which rows are drawn, and what to do when the sheet scrolls. In large documents it also gives
/// the sheet the height of all its lines and puts the rows at their place.
#[hook]
fn use_view(
    scroller: NodeRef,
    sheet: NodeRef,
    count: usize,
    wrapped: bool,
) -> (Range<usize>, Callback<Event>) {
    let view = use_state_eq(|| 0..100);
    let update = {
        let (scroller, view) = (scroller, view.setter());
        move || {
            let Some(scroller) = scroller.cast::<HtmlElement>() else {
                return;
            };
            let height = row_height(&scroller);
            let first = (f64::from(scroller.scroll_top()) / height) as usize;
            let rows = (f64::from(scroller.client_height()) / height) as usize + 1;
            // In steps, so that not every pixel of scrolling draws anew.
            let start = first.saturating_sub(SPARE_ROWS) / SPARE_ROWS * SPARE_ROWS;
            view.set(start..start + rows + 3 * SPARE_ROWS);
        }
    };
    let range = if wrapped {
        0..count
    } else {
        view.start.min(count)..view.end.min(count)
    };
    {
        let (update, range) = (update.clone(), range.clone());
        use_effect_with((range, count, wrapped), move |(range, count, wrapped)| {
            let Some(sheet) = sheet.cast::<HtmlElement>() else {
                return;
            };
            let (height, top) = if *wrapped {
                (String::new(), String::new())
            } else {
                update();
                let row = row_height(&sheet);
                (
                    format!("{}px", *count as f64 * row),
                    format!("{}px", range.start as f64 * row),
                )
            };
            // Setting a known property through the object model can't fail.
            _ = sheet.style().set_property("height", &height);
            _ = sheet.style().set_property("--rows-top", &top);
        });
    }
    (
        range,
        Callback::from(move |_: Event| {
            if !wrapped {
                update()
            }
        }),
    )
}

/// The height of a row that is not wrapped, in CSS px.
fn row_height(element: &Element) -> f64 {
    let style = web_sys::window().and_then(|w| w.get_computed_style(element).ok().flatten());
    let height = style.and_then(|style| style.get_property_value("line-height").ok());
    height
        .and_then(|h| h.trim_end_matches("px").parse().ok())
        .filter(|&h| h > 0.0)
        .unwrap_or(26.0)
}
