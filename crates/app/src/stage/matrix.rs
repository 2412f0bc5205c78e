//! The heat map with a number in every cell.

use crate::state::Shared;
use crate::state::marking::{elements, set, use_marking};
use crate::state::marks::{Mark, use_marks};
use crate::state::results::Results;
use crate::ui::heat;
use crate::ui::hooks::use_change;
use crate::ui::still::still;
use semblance_workspace::LineId;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{Element, EventTarget, HtmlElement, HtmlTableCellElement, HtmlTableRowElement};
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct MatrixProps {
    pub results: Shared<Results>,
    /// The points of the rows and columns, in order.
    pub points: Rc<Vec<u32>>,
}

/// The table of scores. Arrow keys go from cell to cell; hovering or focusing a cell marks both
/// texts, a click or Enter selects them.
#[component]
pub fn Matrix(props: &MatrixProps) -> Html {
    let marks = use_marks();
    let table = use_node_ref();
    use_marking(table.clone(), (props.results.clone(), props.points.clone()));
    use_column_marks(table.clone(), props);

    let dispatch = marks.dispatcher();
    let place = locator(props);
    let hover = {
        let (dispatch, place) = (dispatch.clone(), place.clone());
        move |target: Option<EventTarget>| {
            let (row, column) = place(target);
            dispatch.dispatch(Mark::Hover(row.or(column), column));
        }
    };
    let onmouseover = {
        let hover = hover.clone();
        Callback::from(move |event: MouseEvent| hover(event.target()))
    };
    let onfocusin = Callback::from(move |event: FocusEvent| {
        rove(event.target());
        hover(event.target());
    });
    let onmouseleave = {
        let dispatch = dispatch.clone();
        Callback::from(move |_: MouseEvent| dispatch.dispatch(Mark::Hover(None, None)))
    };
    let select = move |target: Option<EventTarget>| match place(target) {
        (Some(row), Some(column)) if row != column => {
            dispatch.dispatch(Mark::Select(vec![column, row]));
        }
        (row, column) => {
            if let Some(line) = row.or(column) {
                dispatch.dispatch(Mark::Click(line));
            }
        }
    };
    let onclick = {
        let select = select.clone();
        Callback::from(move |event: MouseEvent| select(event.target()))
    };
    let onkeydown = Callback::from(move |event: KeyboardEvent| match event.key().as_str() {
        "Enter" | " " => {
            event.prevent_default();
            select(event.target());
        }
        key => {
            if go(event.target(), key, event.ctrl_key()) {
                event.prevent_default();
            }
        }
    });
    html! {
        <div class="matrix-scroll" {onmouseover} {onmouseleave} {onfocusin} {onclick} {onkeydown}>
            { still("cells", (props.results.clone(), props.points.clone(), table), cells) }
        </div>
    }
}

/// The cells alone, so that a mark does not render thousands of them again.
fn cells((results, points, table): &(Shared<Results>, Rc<Vec<u32>>, NodeRef)) -> Html {
    let line = |point: u32| results.line(point).map(|line| line.0.to_string());
    let columns = points.iter().map(|&point| {
        let title = results.text(point).to_owned();
        html! { <th scope="col" tabindex="-1" data-line={line(point)} {title}>{ point + 1 }</th> }
    });
    let rows = points.iter().enumerate().map(|(index, &row)| {
        let cells = points.iter().enumerate().map(|(column, &other)| {
            let Some(score) = results.score(row, other) else { return html! { <td /> } };
            let full = heat::full(score);
            let tabindex = if (index, column) == (0, 0) { "0" } else { "-1" };
            html! {
                <td class={heat::class(score)} {tabindex} title={full.clone()} aria-label={full}>{ heat::short(score) }</td>
            }
        });
        let text = results.text(row).to_owned();
        html! {
            <tr key={row} data-line={line(row)}>
                <th scope="row" tabindex="-1" data-line={line(row)} title={text.clone()}>
                    <span class="number">{ row + 1 }</span><bdi class="words">{ clip(&text) }</bdi>
                </th>
                { for cells }
            </tr>
        }
    });
    html! {
        <table class="matrix" aria-label="Pairwise cosine similarity" ref={table.clone()}>
            <thead><tr><th scope="col" class="corner"><span class="unseen">{ "Text" }</span></th>{ for columns }</tr></thead>
            <tbody>{ for rows }</tbody>
        </table>
    }
}

/// Enough of a text for a heading; the style sheet cuts it to the width there is.
pub fn clip(text: &str) -> String {
    text.chars().take(120).collect()
}

/// Marks the cells of the columns that are hovered or selected; rows are marked as lines.
#[hook]
fn use_column_marks(table: NodeRef, props: &MatrixProps) {
    let focus = use_marks().0.clone();
    let drawn = (props.results.clone(), props.points.clone());
    use_change((focus, drawn), move |(focus, (results, points))| {
        let Some(table) = table.cast::<Element>() else {
            return;
        };
        if let Ok(marked) = table.query_selector_all("[data-column]") {
            elements(&marked).for_each(|cell| set(&cell, "data-column", false));
        }
        let (hovered, other) = focus.hovered();
        for (column, &point) in points.iter().enumerate() {
            let line = results.line(point);
            // Of a pair, the second is the column; of one text, both row and column are marked.
            if line.is_none() || line != other.or(hovered) {
                continue;
            }
            let cells = table.query_selector_all(&format!("tr > :nth-child({})", column + 2));
            if let Ok(cells) = cells {
                elements(&cells).for_each(|cell| set(&cell, "data-column", true));
            }
        }
    });
}

/// Finds the lines of the row and the column of a cell.
fn locator(
    props: &MatrixProps,
) -> impl Fn(Option<EventTarget>) -> (Option<LineId>, Option<LineId>) + Clone + 'static {
    let (results, points) = (props.results.clone(), props.points.clone());
    move |target| {
        let Some((row, column)) = cell_at(target) else {
            return (None, None);
        };
        let line = |index: u32| {
            let point = points.get(index.checked_sub(1)? as usize)?;
            results.line(*point)
        };
        (line(row), line(column))
    }
}

/// Row and column of the cell around an element, counted with the headings.
fn cell_at(target: Option<EventTarget>) -> Option<(u32, u32)> {
    let cell = cell(target)?;
    let row = cell
        .parent_element()?
        .dyn_into::<HtmlTableRowElement>()
        .ok()?;
    Some((
        row.row_index().try_into().ok()?,
        cell.cell_index().try_into().ok()?,
    ))
}

fn cell(target: Option<EventTarget>) -> Option<HtmlTableCellElement> {
    let element = target?.dyn_into::<Element>().ok()?;
    element.closest("td, th").ok()??.dyn_into().ok()
}

/// Makes the cell the one that Tab comes back to.
fn rove(target: Option<EventTarget>) {
    let Some(cell) = cell(target) else { return };
    if let Ok(Some(table)) = cell.closest("table")
        && let Ok(Some(before)) = table.query_selector("[tabindex='0']")
    {
        // The attribute's name is valid, so setting it can't fail.
        _ = before.set_attribute("tabindex", "-1");
    }
    _ = cell.set_attribute("tabindex", "0");
}

/// Moves the focus as an arrow key says. Whether the key was one of ours.
fn go(target: Option<EventTarget>, key: &str, control: bool) -> bool {
    let step = match key {
        "ArrowUp" => (-1, 0),
        "ArrowDown" => (1, 0),
        "ArrowLeft" => (0, -1),
        "ArrowRight" => (0, 1),
        "Home" if control => (-100_000, -100_000),
        "End" if control => (100_000, 100_000),
        "Home" => (0, -100_000),
        "End" => (0, 100_000),
        _ => return false,
    };
    let next = || -> Option<HtmlElement> {
        let (row, column) = cell_at(target.clone())?;
        let rows = cell(target)?
            .closest("table")
            .ok()??
            .query_selector_all("tr")
            .ok()?;
        let last = i64::from(rows.length()) - 1;
        let row = (i64::from(row) + step.0).clamp(0, last);
        // There are as many columns as rows, headings included.
        let column = (i64::from(column) + step.1).clamp(0, last);
        let corner = (row, column) == (0, 0);
        let row = rows
            .item(row.try_into().ok()?)?
            .dyn_into::<Element>()
            .ok()?;
        let cell = row
            .children()
            .item(column.try_into().ok()?)?
            .dyn_into()
            .ok();
        cell.filter(|_| !corner)
    };
    if let Some(cell) = next() {
        // An element that can't take the focus leaves it where it was.
        _ = cell.focus();
    }
    true
}
