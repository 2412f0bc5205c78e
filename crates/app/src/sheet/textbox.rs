//! How text box and document keep in step: what the box holds, where it lies, its undo and its
//! clipboard.

use crate::open::files::{Incoming, looks_like_a_table};
use crate::open::open;
use crate::sheet::caret;
use crate::state::{Action, Store, WINDOW, use_store};
use crate::ui::hooks::{Value, use_change, use_value};
use gloo::events::{EventListener, EventListenerOptions};
use semblance_scatter::decimal;
use std::cell::Cell;
use std::ops::Range;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{ClipboardEvent, Element, HtmlElement, HtmlTextAreaElement};
use yew::prelude::*;

/// Rows drawn above and below those in view, in large documents.
const SPARE_ROWS: usize = 20;
/// Bytes of a paste from which on the page puts it in, not the browser.
const LARGE_PASTE: usize = 20_000;
/// How near the view may come to the end of the text box's window before that is moved.
const MARGIN: usize = WINDOW / 5;

/// Writes the document into the text box whenever it changed elsewhere, with the caret at the end
/// of the change if the box has the focus. While all lines are marked, so is all in the box.
#[hook]
pub fn use_written(area: &NodeRef, scroller: &NodeRef, wrapped: bool, all: &Value<bool>) {
    let store = use_store();
    let (area, scroller, all) = (area.clone(), scroller.clone(), all.clone());
    let held = use_mut_ref(|| (0, 0..0));
    let deps = (store.document.revision(), store.shown, store.window.clone());
    use_change(deps, move |(revision, shown, window)| {
        let (was, before) = held.replace((*revision, window.clone()));
        if was != *revision {
            all.set(false);
        }
        let Some(area) = area
            .cast::<HtmlTextAreaElement>()
            .filter(|_| revision != shown)
        else {
            return;
        };
        let caret = caret::position(&area, &store.document, &before);
        area.set_value(&store.document.shown_text(window.clone()));
        match store.changed {
            Some(span) => {
                caret::place(&area, &store.document, window, span);
                if let Some(scroller) = scroller.cast::<HtmlElement>().filter(|_| !wrapped) {
                    reveal(&scroller, span.at);
                }
            }
            None if *all && was == *revision => area.select(),
            None => caret::restore(&area, &store.document, window, caret),
        }
        store.dispatch(Action::Shown);
    });
}

/// Scrolls a line, by its number from 0, into view, if it is not. All rows must be equally high.
pub fn reveal(scroller: &HtmlElement, line: usize) {
    let height = row_height(scroller);
    let top = line as f64 * height;
    let (from, room) = (
        f64::from(scroller.scroll_top()),
        f64::from(scroller.client_height()),
    );
    if top < from || top + height > from + room {
        scroller.set_scroll_top((top - room / 2.0).max(0.0) as i32);
    }
}

/// Which rows are drawn, and what to do when the sheet scrolls. In large documents it also gives
/// the sheet the height of all its lines, puts rows and text box at their places, and moves the
/// box's window along.
#[hook]
pub fn use_view(
    scroller: &NodeRef,
    sheet: &NodeRef,
    wrapped: bool,
) -> (Range<usize>, Callback<Event>) {
    let store = use_store();
    let count = store.document.lines().len();
    let view = use_value(0..100);
    let update = {
        let (scroller, view, store) = (scroller.clone(), view.setter(), store.clone());
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
            let window = &store.window;
            let above = window.start > 0 && first < window.start + MARGIN;
            let below = window.end < count && first + rows + MARGIN > window.end;
            if above || below {
                store.dispatch(Action::Window(first + rows / 2));
            }
        }
    };
    let range = if wrapped {
        0..count
    } else {
        view.start.min(count)..view.end.min(count)
    };
    {
        let (update, sheet) = (update.clone(), sheet.clone());
        let deps = (range.clone(), count, store.window.clone(), wrapped);
        use_change(deps, move |(range, count, window, wrapped)| {
            let Some(sheet) = sheet.cast::<HtmlElement>() else {
                return;
            };
            let places = if *wrapped {
                [None, None, None, None]
            } else {
                update();
                [*count, range.start, window.start, window.len()].map(Some)
            };
            let row = row_height(&sheet);
            let names = ["--lines-height", "--rows-top", "--box-top", "--box-height"];
            for (name, rows) in names.into_iter().zip(places) {
                let value = rows.map_or(String::new(), |rows| {
                    format!("{}px", decimal(rows as f64 * row, 3))
                });
                // Setting a custom property through the object model can't fail.
                _ = sheet.style().set_property(name, &value);
            }
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
        .map(|height| js_sys::parse_float(&height))
        .filter(|&height| height > 0.0)
        .unwrap_or(26.0)
}

/// The browser's own undo knows nothing of moved lines and samples; ours takes its place where it
/// is asked for from a menu. The keys are the page's anyway.
#[hook]
pub fn use_own_undo(area: &NodeRef) {
    let (dispatch, area) = (use_store().dispatcher(), area.clone());
    use_change((), move |()| {
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

fn lines(text: &str) -> usize {
    text.bytes().filter(|&byte| byte == b'\n').count()
}

/// Cells of a spreadsheet: how they will be read is shown first.
fn open_pasted(store: &Store, text: &str) {
    let parts = js_sys::Array::of1(&text.into());
    if let Ok(blob) = web_sys::Blob::new_with_str_sequence(&parts) {
        let pasted = Incoming {
            name: String::new(),
            mime: "text/tab-separated-values".to_owned(),
            blob,
        };
        open(store, vec![pasted]);
    }
}

/// Copies, cuts and pastes what the text box can't: all of a document of which it holds a part,
/// and pastes of more lines than it should ever hold. Returns whether all lines are marked.
#[hook]
pub fn use_clipboard(area: &NodeRef) -> Value<bool> {
    let store = use_store();
    let all = use_value(false);
    let area = area.clone();
    let latest = use_mut_ref(|| store.clone());
    latest.replace(store);
    let marked: Rc<Cell<bool>> = (*use_memo((), |()| Rc::new(Cell::new(false)))).clone();
    marked.set(*all);
    let setter = all.setter();
    use_change((), move |()| {
        let listeners = area.cast::<HtmlTextAreaElement>().map(|area| {
            ["copy", "cut", "paste"].map(|name| {
                let (latest, marked, setter, area) =
                    (latest.clone(), marked.clone(), setter.clone(), area.clone());
                let options = EventListenerOptions::enable_prevent_default();
                let target = area.clone();
                EventListener::new_with_options(&target, name, options, move |event| {
                    let store = latest.borrow().clone();
                    let data = event
                        .dyn_ref::<ClipboardEvent>()
                        .and_then(|e| e.clipboard_data());
                    let Some(data) = data else { return };
                    let everything = marked.get();
                    if name == "paste" {
                        let Ok(text) = data.get_data("text/plain") else {
                            return;
                        };
                        // A picture, for instance, holds no words to put in place of anything.
                        if text.is_empty() {
                            return;
                        }
                        if looks_like_a_table(&text) {
                            open_pasted(&store, &text);
                        } else if everything {
                            store.dispatch(Action::Replace(text));
                        } else if text.len() > LARGE_PASTE || lines(&text) > WINDOW {
                            store.dispatch(Action::Paste(caret::with(&area, &text)));
                        } else {
                            return;
                        }
                    } else {
                        if !everything
                            || data
                                .set_data("text/plain", &store.document.to_text())
                                .is_err()
                        {
                            return;
                        }
                        if name == "cut" {
                            store.dispatch(Action::Replace(String::new()));
                        }
                    }
                    setter.set(name == "copy");
                    event.prevent_default();
                })
            })
        });
        move || drop(listeners)
    });
    all
}
