//! The scores in the rows of the sheet: drawing them, walking among them, and which pair a cell is.

use crate::stage::matrix::clip;
use crate::state::Shared;
use crate::state::marking::{elements, set};
use crate::state::marks::use_marks;
use crate::state::results::Results;
use crate::ui::heat;
use crate::ui::hooks::use_change;
use crate::ui::scale::Scale;
use semblance_workspace::LineId;
use wasm_bindgen::JsCast;
use web_sys::{Element, EventTarget, HtmlElement};
use yew::prelude::*;

/// Up to this many texts, every score stands in the row of its text.
pub const LIMIT: usize = 16;

/// A pair of texts, whichever comes first.
pub type PairKey = (LineId, LineId);

/// The two lines of a pair in a fixed order.
pub fn key(a: LineId, b: LineId) -> PairKey {
    if a < b { (a, b) } else { (b, a) }
}

/// Scores that a class is to guess: which are shown all the same.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Veil {
    /// Whether scores are hidden.
    pub on: bool,
    /// Pairs that were revealed.
    pub revealed: std::rc::Rc<std::collections::HashSet<PairKey>>,
}

impl Veil {
    /// Whether the score of these two texts must not be seen yet.
    pub fn hides(&self, a: LineId, b: LineId) -> bool {
        self.on && a != b && !self.revealed.contains(&key(a, b))
    }
}

/// The scores of the text `row` with all texts, one cell each; empty where a text is not `fresh`.
pub fn cells(results: &Results, row: u32, (veil, scale): (&Veil, &Scale), fresh: &[bool]) -> Html {
    let count = results.texts.len() as u32;
    let cell = |column: u32| {
        let pair = results.line(row).zip(results.line(column));
        let number = |point: u32| point + 1;
        let (a, b) = (number(row), number(column));
        let score = results.score(row, column);
        let fresh = fresh.get(column as usize) == Some(&true);
        let Some(score) = score.filter(|_| fresh) else {
            return html! { <td role="gridcell" class="cell waiting" tabindex="-1" /> };
        };
        if row == column {
            let label = format!("Text {a} with itself: 1.00");
            return html! { <td role="gridcell" class="cell itself" tabindex="-1" aria-label={label} title={heat::full(score)}>{ "–" }</td> };
        }
        if pair.is_some_and(|(one, other)| veil.hides(one, other)) {
            let label = format!("Text {a} with text {b}: hidden, press Enter to reveal it");
            return html! { <td role="gridcell" class="cell veiled" tabindex="-1" aria-label={label}>{ "?" }</td> };
        }
        let shown = scale.brief(score);
        let label = format!("Text {a} with text {b}: {}", scale.spoken(score));
        html! { <td role="gridcell" class={classes!("cell", heat::class(score))} tabindex="-1" aria-label={label} title={heat::full(score)}>{ shown }</td> }
    };
    html! { <>{ for (0..count).map(cell) }</> }
}

/// The numbers of the texts above their columns.
pub fn heads(results: &Results) -> Html {
    let head = |(text, number): (&semblance_workspace::Text, usize)| {
        html! {
            <th role="columnheader" scope="col" data-line={text.line.0.to_string()} title={clip(&text.text)}>{ number }</th>
        }
    };
    html! {
        <thead role="rowgroup">
            <tr class="columns" role="row">
                <th role="columnheader" class="corner" scope="col"><span class="unseen">{ "Text" }</span></th>
                <td role="presentation"></td>
                { for results.texts.iter().zip(1..).map(head) }
                <td role="presentation"></td>
            </tr>
        </thead>
    }
}

/// The cell of a score around an element.
pub fn cell_at(target: Option<EventTarget>) -> Option<HtmlElement> {
    let element = target?.dyn_into::<Element>().ok()?;
    element.closest("td.cell").ok()??.dyn_into().ok()
}

/// Where a cell stands: its place among the cells of its row.
fn column_of(cell: &Element) -> Option<usize> {
    let row = cell.parent_element()?;
    let cells = row.query_selector_all("td.cell").ok()?;
    (0..cells.length())
        .find(|&at| cells.item(at).as_ref() == Some(cell.as_ref()))
        .map(|at| at as usize)
}

/// The lines of a cell: that of its row, that of its column.
pub fn pair_at(target: Option<EventTarget>, results: &Results) -> Option<(LineId, LineId)> {
    let cell = cell_at(target)?;
    let row = cell.closest("tr").ok()??.get_attribute("data-line")?;
    let column = u32::try_from(column_of(&cell)?).ok()?;
    Some((LineId(row.parse().ok()?), results.line(column)?))
}

/// Makes the cell the one that Tab comes back to.
pub fn rove(cell: &Element) {
    if let Ok(Some(table)) = cell.closest("table")
        && let Ok(before) = table.query_selector_all("td.cell[tabindex='0']")
    {
        for other in elements(&before) {
            // The attribute's name is valid, so setting it can't fail.
            _ = other.set_attribute("tabindex", "-1");
        }
    }
    _ = cell.set_attribute("tabindex", "0");
}

/// Moves the focus as an arrow key says. Whether the key was one of ours.
pub fn go(cell: &HtmlElement, key: &str, control: bool) -> bool {
    let step = match key {
        "ArrowUp" => (-1, 0),
        "ArrowDown" => (1, 0),
        "ArrowLeft" => (0, -1),
        "ArrowRight" => (0, 1),
        "Home" if control => (-1_000, -1_000),
        "End" if control => (1_000, 1_000),
        "Home" => (0, -1_000),
        "End" => (0, 1_000),
        _ => return false,
    };
    let next = || -> Option<HtmlElement> {
        let rows = cell
            .closest("table")
            .ok()??
            .query_selector_all("tr[data-line]")
            .ok()?;
        let row = cell.closest("tr").ok()??;
        let at = (0..rows.length()).find(|&at| rows.item(at).as_ref() == Some(row.as_ref()))?;
        let last = i64::from(rows.length()) - 1;
        let row = (i64::from(at) + step.0).clamp(0, last);
        let column = (column_of(cell)? as i64 + step.1).clamp(0, last);
        let row = rows
            .item(row.try_into().ok()?)?
            .dyn_into::<Element>()
            .ok()?;
        let cells = row.query_selector_all("td.cell").ok()?;
        cells.item(column.try_into().ok()?)?.dyn_into().ok()
    };
    if let Some(cell) = next() {
        // An element that can't take the focus leaves it where it was.
        _ = cell.focus();
    }
    true
}

/// After each drawing: exactly one cell is reached by Tab, and the columns of what is hovered or
/// selected are marked; rows are marked as lines.
#[hook]
pub fn use_columns<T: PartialEq + 'static>(table: NodeRef, results: &Shared<Results>, drawn: T) {
    let focus = use_marks().0.clone();
    let results = results.clone();
    use_change((focus, results, drawn), move |(focus, results, _)| {
        let Some(table) = table.cast::<Element>() else {
            return;
        };
        let stops = table.query_selector_all("td.cell[tabindex='0']");
        let one = stops.is_ok_and(|stops| stops.length() == 1);
        if !one && let Ok(Some(first)) = table.query_selector("td.cell") {
            rove(&first);
        }
        let (hovered, other) = focus.hovered();
        let marked = other.or(hovered);
        let column = marked.and_then(|line| results.point(line));
        let Ok(rows) = table.query_selector_all("tr[data-line]") else {
            return;
        };
        for row in elements(&rows) {
            let Ok(cells) = row.query_selector_all("td.cell") else {
                continue;
            };
            for (cell, at) in elements(&cells).zip(0..) {
                set(&cell, "data-column", column == Some(at));
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_veil_hides_pairs_until_they_are_revealed_either_way_round() {
        let (a, b, c) = (LineId(1), LineId(2), LineId(3));
        let veil = Veil {
            on: true,
            revealed: std::rc::Rc::new([key(b, a)].into()),
        };
        assert!(!veil.hides(a, b) && !veil.hides(b, a));
        assert!(veil.hides(a, c));
        assert!(!veil.hides(c, c), "a text with itself is no riddle");
        assert!(!Veil::default().hides(a, c));
    }
}
