//! What stands beside and behind the lines of the text box: numbers, token counts, actions.

use crate::fields::Fields;
use crate::sheet::cells::{self, Veil, cell_at, cells, heads, pair_at, rove, use_columns};
use crate::sheet::columns::{self, Standings};
use crate::stage::map::GroupingStore;
use crate::stage::matrix::clip;
use crate::state::marking::line_at;
use crate::state::marks::{Mark, MarkStore};
use crate::state::results::Results;
use crate::state::{Action, Shared, Store};
use crate::ui::heat;
use crate::ui::icon::{Icon, icon};
use crate::ui::scale::Scale;
use crate::ui::still::still;
use semblance_workspace::{Direction, Line, LineId, Text};
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{EventTarget, HtmlElement};
use yew::prelude::*;

/// What the rows show.
pub struct Shown<'a> {
    /// How scores are shown.
    pub scale: &'a Scale,
    /// The lines of the document.
    pub lines: &'a [Line],
    /// The lines drawn.
    pub range: Range<usize>,
    /// Where figures come from.
    pub results: &'a Shared<Results>,
    /// The longest text in tokens that the model reads whole.
    pub max_tokens: Option<u32>,
    /// The point to which scores are shown.
    pub relative_to: Option<u32>,
    /// The lines that are selected.
    pub selected: &'a [LineId],
    /// Whether a copy of the words gives each row the height it has in the text box.
    pub mirror: bool,
    /// Whether every score stands in the row of its text.
    pub scores: bool,
    /// Where each text stands among the others, where that has columns of its own.
    pub standings: Option<&'a Standings>,
    /// The groups that hold.
    pub grouping: &'a GroupingStore,
    /// The columns that the texts came with, and whether colours are for a dark ground.
    pub fields: (&'a Fields, bool),
    /// The lines that the text box holds, if not all: the others show their words themselves.
    pub outside: Option<Range<usize>>,
}

/// The rows of some lines.
#[hook]
pub fn use_rows(store: &Store, marks: &MarkStore, props: &Shown<'_>) -> Html {
    let table = use_node_ref();
    let drawn = (props.range.clone(), store.veil.clone(), props.scores);
    use_columns(table.clone(), props.results, drawn);
    let lines = props.lines;
    let grouping = props.grouping;
    let mut number = lines[..props.range.start.min(lines.len())]
        .iter()
        .filter(|l| l.is_text())
        .count();
    // Of a text that has been edited since, the scores are those of other words.
    let fresh: Rc<Vec<bool>> = match props.scores {
        false => Rc::default(),
        true => {
            let now = lines.iter().filter(|line| line.is_text());
            let now: HashMap<LineId, Rc<str>> = now.map(|line| (line.id, line.text())).collect();
            let same = |text: &Text| now.get(&text.line) == Some(&text.text);
            Rc::new(props.results.texts.iter().map(same).collect())
        }
    };
    let (fields, dark) = props.fields;
    let choice = &fields.choice;
    let drawn = lines.get(props.range.clone()).unwrap_or_default();
    let rows = drawn.iter().zip(props.range.start..).map(|(line, index)| {
        let outside = props
            .outside
            .as_ref()
            .is_some_and(|window| !window.contains(&index));
        let words = Words {
            hidden: props.mirror,
            shown: outside,
        };
        if !line.is_text() {
            return html! { <tr key={line.id.0} class="row" aria-hidden="true"><td class="start" />{ words.of(line) }</tr> };
        }
        number += 1;
        let point = props.results.point(line.id);
        let seen = Row {
            line: line.clone(),
            number,
            point,
            group: point.and_then(|point| group_of(grouping, point)),
            groups: grouping.is_some(),
            selected: props.selected.contains(&line.id),
            results: props.results.clone(),
            max_tokens: props.max_tokens,
            relative_to: props.relative_to,
            words,
            veil: props.scores.then(|| store.veil.clone()),
            fresh: fresh.clone(),
            standings: props.standings.cloned(),
            scale: props.scale.clone(),
            out: !fields.keeps(line.id),
            dot: fields.source.as_ref().and_then(|source| {
                source.dot(&choice.color, props.results, line.id, dark)
            }),
            cells: match &fields.source {
                Some(source) if props.standings.is_some() => source.cells(&choice.columns, line.id),
                _ => Vec::new(),
            },
        };
        still(line.id.0, seen, row)
    });

    let hover = {
        let (dispatch, results) = (marks.dispatcher(), props.results.clone());
        move |target: Option<EventTarget>| {
            let pair = pair_at(target.clone(), &results);
            let (line, other) = match pair {
                Some((row, column)) => (Some(row), Some(column)),
                None => (line_at(target), None),
            };
            dispatch.dispatch(Mark::Hover(line, other));
        }
    };
    let over = hover.clone();
    let onmouseover = Callback::from(move |event: MouseEvent| over(event.target()));
    let onfocusin = Callback::from(move |event: FocusEvent| {
        if let Some(cell) = cell_at(event.target()) {
            rove(&cell);
            hover(event.target());
        }
    });
    let dispatch = marks.dispatcher();
    let onmouseleave =
        Callback::from(move |_: MouseEvent| dispatch.dispatch(Mark::Hover(None, None)));
    let choose = {
        let (store, marks, results) = (store.clone(), marks.dispatcher(), props.results.clone());
        move |target: Option<EventTarget>| match pair_at(target.clone(), &results) {
            Some((row, column)) if row != column => {
                store.dispatch(Action::Reveal(row, column));
                marks.dispatch(Mark::Select(vec![column, row]));
            }
            Some((row, _)) => marks.dispatch(Mark::Click(row)),
            None => {
                if let Some(line) = line_at(target) {
                    marks.dispatch(Mark::Click(line));
                }
            }
        }
    };
    let onclick = {
        let (store, marks, choose) = (store.dispatcher(), marks.dispatcher(), choose.clone());
        Callback::from(move |event: MouseEvent| {
            let Some(line) = line_at(event.target()) else {
                return;
            };
            let extend = event.ctrl_key() || event.meta_key() || event.shift_key();
            match action_of(&event) {
                Some("up") => store.dispatch(Action::Move(line, Direction::Up)),
                Some("down") => store.dispatch(Action::Move(line, Direction::Down)),
                Some("remove") => store.dispatch(Action::Remove(line)),
                Some(_) if extend => marks.dispatch(Mark::Toggle(line)),
                _ => choose(event.target()),
            }
        })
    };
    let onkeydown = {
        let store = store.dispatcher();
        Callback::from(move |event: KeyboardEvent| {
            let Some(cell) = cell_at(event.target()) else {
                return row_key(&event, &store);
            };
            match event.key().as_str() {
                "Enter" | " " => choose(event.target()),
                key if cells::go(&cell, key, event.ctrl_key()) => {}
                _ => return,
            }
            event.prevent_default();
        })
    };
    let label = match props.scores {
        true => "Pairwise cosine similarity",
        false => "Lines",
    };
    html! {
        <table class="rows" role="grid" aria-label={label} ref={table} {onmouseover} {onmouseleave} {onfocusin} {onclick} {onkeydown}>
            if props.scores {
                { heads(props.results) }
            }
            <tbody role="rowgroup">{ for rows }</tbody>
        </table>
    }
}

/// What the button that was clicked does, by its `data-do`.
fn action_of(event: &MouseEvent) -> Option<&'static str> {
    let element = event.target()?.dyn_into::<web_sys::Element>().ok()?;
    let button = element.closest("[data-do]").ok()??;
    let name = button.get_attribute("data-do")?;
    ["up", "down", "remove", "select"]
        .into_iter()
        .find(|known| *known == name)
}

/// Keys on the number of a line: arrows go to other lines, with Alt they move this one.
fn row_key(event: &KeyboardEvent, store: &UseReducerDispatcher<crate::state::State>) {
    let Some(line) = line_at(event.target()) else {
        return;
    };
    let key = event.key();
    match (key.as_str(), event.alt_key()) {
        ("ArrowUp", true) => store.dispatch(Action::Move(line, Direction::Up)),
        ("ArrowDown", true) => store.dispatch(Action::Move(line, Direction::Down)),
        ("ArrowUp", false) => go(event, -1),
        ("ArrowDown", false) => go(event, 1),
        ("Delete", _) => {
            go(event, 1);
            store.dispatch(Action::Remove(line));
        }
        _ => return,
    }
    event.prevent_default();
}

/// Moves the focus to the number of another line.
fn go(event: &KeyboardEvent, step: i64) {
    let next = || -> Option<HtmlElement> {
        let here = event.target()?.dyn_into::<web_sys::Element>().ok()?;
        let numbers = here
            .closest(".rows")
            .ok()??
            .query_selector_all(".number")
            .ok()?;
        let index =
            (0..numbers.length()).find(|&i| numbers.item(i).as_ref() == Some(here.as_ref()))?;
        let next = (i64::from(index) + step).clamp(0, i64::from(numbers.length()) - 1);
        numbers.item(next.try_into().ok()?)?.dyn_into().ok()
    };
    if let Some(button) = next() {
        // An element that can't take the focus leaves it where it was.
        _ = button.focus();
    }
}

/// The group of a point, and its name.
fn group_of(grouping: &GroupingStore, point: u32) -> Option<(u32, Rc<str>)> {
    let grouping = grouping.as_ref()?;
    let group = (*grouping.of.get(point as usize)?)?;
    let (_, name) = grouping.groups.get(group as usize)?;
    Some((group, name.clone()))
}

/// What the row of a text shows.
#[derive(PartialEq)]
struct Row {
    line: Line,
    /// The number of the text, from 1.
    number: usize,
    point: Option<u32>,
    /// The group it is in, and what that is called.
    group: Option<(u32, Rc<str>)>,
    /// Whether there are groups.
    groups: bool,
    selected: bool,
    results: Shared<Results>,
    max_tokens: Option<u32>,
    relative_to: Option<u32>,
    words: Words,
    /// Which scores are hidden, where scores stand in the row.
    veil: Option<Veil>,
    /// Of each point, whether its text is what was embedded.
    fresh: Rc<Vec<bool>>,
    /// Where the texts stand among each other; none where that has no columns.
    standings: Option<Standings>,
    scale: Scale,
    /// Whether a filter leaves it out.
    out: bool,
    /// The colour that a field gives it, and what that stands for.
    dot: Option<(AttrValue, AttrValue)>,
    /// What it has in the fields that are columns.
    cells: Vec<AttrValue>,
}

/// Whether a row holds the words of its line: unseen behind the text box, or seen where the box
/// does not hold them.
#[derive(Clone, Copy, PartialEq)]
struct Words {
    hidden: bool,
    shown: bool,
}

impl Words {
    fn of(self, line: &Line) -> Html {
        let words = match self {
            Words { shown: true, .. } => clip(&line.content),
            Words { hidden: true, .. } => line.content.to_string(),
            _ => String::new(),
        };
        let class = classes!("mirror", self.shown.then_some("shown"));
        html! { <td {class} role="presentation" aria-hidden="true" dir={(words.len() < 2_000).then_some("auto")}>{ words }</td> }
    }
}

fn row(props: &Row) -> Html {
    let Row {
        line,
        number,
        results,
        ..
    } = props;
    // The results may be older than what is typed: their figures are those of the older text.
    let point = props
        .point
        .filter(|&point| results.text(point) == &*line.text());
    let embedded = point.and_then(|point| results.embedded.get(point as usize));
    let truncated = embedded.is_some_and(|embedded| embedded.truncated);
    let tokens = embedded.map(|embedded| {
        let count = embedded.tokens;
        let title = match props.max_tokens.filter(|_| truncated) {
            Some(max) => format!("{count} tokens; the model reads the first {max}"),
            None => format!("{count} {}", if count == 1 { "token" } else { "tokens" }),
        };
        html! {
            <span class={classes!("tokens", truncated.then_some("truncated"))} title={title.clone()}>
                <span aria-hidden="true">{ count }{ if truncated { "\u{2009}✂\u{fe0e}" } else { "" } }</span>
                <span class="unseen">{ title }</span>
            </span>
        }
    });
    let unread = embedded.filter(|embedded| embedded.unknown > 0).map(|_| {
        let title = "The model can't read all of this text: an emoji, another script or a very long word is to it the same as any other.";
        html! {
            <span class="unread" {title}><span aria-hidden="true">{ "?" }</span><span class="unseen">{ title }</span></span>
        }
    });
    let score = props.relative_to.filter(|_| props.veil.is_none()).zip(point).and_then(|(from, to)| {
        let score = results.score(from, to)?;
        (from != to).then(|| html! {
            <span class={classes!("score", heat::class(score))} title={format!("{} to the selected text", heat::full(score))}>{ heat::short(score) }</span>
        })
    });
    let dot = match (&props.dot, &props.group) {
        (Some((fill, name)), _) => html! {
            <svg class="dot" viewBox="0 0 8 8"><title>{ name }</title><circle cx="4" cy="4" r="4" {fill} /></svg>
        },
        (None, Some((group, name))) => {
            html! { <span class={format!("dot g{}", group % 8)} title={AttrValue::from(name.clone())} /> }
        }
        _ => html! {},
    };
    let label = format!("Text {number}: {}", clip(&line.text()));
    let id = line.id.0.to_string();
    let tabindex = if *number == 1 { "0" } else { "-1" };
    // A title of megabytes costs seconds and is never read.
    let title: String = line.text().chars().take(2_000).collect();
    let scores = props.veil.as_ref().map(|veil| match point {
        Some(point) => cells(results, point, (veil, &props.scale), &props.fresh),
        // Not embedded yet: the places of its scores stay empty.
        None => html! { <>{ for results.texts.iter().map(|_| html! { <td role="gridcell" class="cell waiting" /> }) }</> },
    });
    let beside = (props.standings.as_ref()).map(|standings| {
        let group = props
            .groups
            .then(|| props.group.as_ref().map(|(_, name)| name));
        columns::cells(results, (standings, &props.scale), point, group)
    });
    html! {
        <tr class={classes!("row", props.out.then_some("out"))} role="row" data-line={id.clone()}>
            <th class="start" role="rowheader" scope="row" {title}>
                <button type="button" class="number" draggable="true" data-do="select" data-line={id} {tabindex} aria-label={label}
                    aria-pressed={props.selected.to_string()} title="Click to select, drag to move">{ dot }{ number }</button>
            </th>
            { props.words.of(line) }
            { for scores }
            { for props.cells.iter().map(|cell| html! { <td role="gridcell" class="own words" title={cell}>{ cell }</td> }) }
            { for beside }
            <td class="row-meta" role="gridcell">{ score }{ unread }{ tokens }
                <span class="row-actions">
                    <button type="button" tabindex="-1" data-do="up" title="Move up (Alt + ↑)" aria-label={format!("Move text {number} up")}>{ icon(Icon::Up) }</button>
                    <button type="button" tabindex="-1" data-do="down" title="Move down (Alt + ↓)" aria-label={format!("Move text {number} down")}>{ icon(Icon::Down) }</button>
                    <button type="button" tabindex="-1" data-do="remove" title="Remove" aria-label={format!("Remove text {number}")}>{ icon(Icon::Remove) }</button>
                </span>
            </td>
        </tr>
    }
}
