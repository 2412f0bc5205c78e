//! The heads of the columns beside the texts, by which these are sorted, and the choice of columns.

use crate::fields::panel::MOST_COLUMNS;
use crate::sheet::columns::{Standings, has_columns};
use crate::stage::map::{GroupingStore, MapAction, MapStore, use_map_store};
use crate::state::results::Results;
use crate::state::{Action, Store};
use crate::ui::menu::Menu;
use crate::ui::words::lower;
use gloo::timers::callback::Timeout;
use semblance_scatter::ordered;
use semblance_workspace::LineId;
use yew::prelude::*;

/// What the heads go by.
#[derive(Clone, Properties, PartialEq)]
pub struct HeadsProps {
    pub store: Store,
    pub standings: Standings,
    pub grouping: GroupingStore,
}

/// What the texts can be sorted by.
#[derive(Clone, Copy, PartialEq)]
enum By {
    Text,
    Similar,
    Score,
    Group,
    Odd,
}

impl By {
    /// Its bit among those that are left out; the texts themselves never are.
    fn bit(self) -> u32 {
        match self {
            By::Text => 0,
            By::Similar => 1,
            By::Score => 2,
            By::Group => 4,
            By::Odd => 8,
        }
    }

    /// Its name, what sorting by it does, and its class in the style sheet.
    fn head(self) -> [&'static str; 3] {
        match self {
            By::Text => ["Text", "Sort by the words of the texts", "of-text"],
            By::Similar => ["Nearest text", "Put similar texts together", "of-near"],
            By::Score => [
                "Score",
                "Sort by the score with the nearest text, highest first",
                "of-score",
            ],
            By::Group => ["Group", "Sort by group", "of-group"],
            By::Odd => [
                "Odd",
                "Sort by how odd a text is among the others, oddest first",
                "of-odd",
            ],
        }
    }
}

/// The heads; a press sorts the texts, which can be undone.
#[component]
pub fn Heads(props: &HeadsProps) -> Html {
    let HeadsProps {
        store,
        standings,
        grouping,
    } = props;
    let map = use_map_store();
    let choice = &map.fields.choice;
    let all = [By::Text, By::Similar, By::Score, By::Group, By::Odd];
    let found = has_columns(&store.results);
    let there = all.into_iter().filter(|&by| match by {
        By::Text => true,
        By::Group => grouping.is_some(),
        By::Similar | By::Score | By::Odd => found,
    });
    let there: Vec<By> = there.collect();
    let head = |by: &By| {
        let by = *by;
        let (store, standings, grouping) = (store.clone(), standings.clone(), grouping.clone());
        let onclick = Callback::from(move |_: MouseEvent| {
            if let Some(lines) = sorted(&store.results, &standings, &grouping, by) {
                arrange(&store, lines);
            }
        });
        let [name, title, class] = by.head();
        html! { <button type="button" {class} {title} {onclick}>{ name }</button> }
    };
    let own = |name: &String| {
        let (store, map, sought) = (store.clone(), map.clone(), name.clone());
        let onclick = Callback::from(move |_: MouseEvent| {
            let source = map.fields.source.as_ref();
            let points = source.and_then(|source| source.sorted(&sought, &store.results));
            if let Some(points) = points {
                let lines = points.iter().filter_map(|&point| store.results.line(point));
                arrange(&store, lines.collect());
            }
        });
        let title = format!("Sort by {name}, lowest first; once more: highest first");
        html! { <button type="button" class="of-own words" {title} {onclick}>{ name }</button> }
    };
    let fields = choice
        .columns
        .iter()
        .filter(|_| map.fields.source.is_some());
    html! {
        <>
            { head(&By::Text) }
            { for fields.map(own) }
            { for there.iter().filter(|&&by| by != By::Text && choice.without & by.bit() == 0).map(head) }
            { columns(&map, &there) }
        </>
    }
}

/// Which columns there are.
fn columns(map: &MapStore, there: &[By]) -> Html {
    let Some(source) = &map.fields.source else {
        return html! {};
    };
    let choice = &map.fields.choice;
    let found = |by: &By| {
        let (dispatch, bit) = (map.dispatcher(), by.bit());
        let onchange = Callback::from(move |_: Event| {
            dispatch.dispatch(MapAction::Field(Box::new(move |choice| {
                choice.without ^= bit
            })));
        });
        let checked = choice.without & by.bit() == 0;
        let [name, ..] = by.head();
        html! { <label class="check"><input type="checkbox" {checked} {onchange} /><span>{ name }</span></label> }
    };
    let full = choice.columns.len() >= MOST_COLUMNS;
    let own = |name: AttrValue| {
        let checked = choice.columns.iter().any(|column| **column == *name);
        let dispatch = map.dispatcher();
        let onchange = {
            let name = name.clone();
            Callback::from(move |_: Event| {
                let name = name.to_string();
                dispatch.dispatch(MapAction::Field(Box::new(move |choice| match checked {
                    true => choice.columns.retain(|column| *column != name),
                    false => choice.columns.push(name),
                })));
            })
        };
        html! { <label class="check"><input type="checkbox" {checked} disabled={full && !checked} {onchange} /><bdi class="words">{ name }</bdi></label> }
    };
    html! {
        <Menu label="Columns">
            <p class="menu-note">{ "Columns beside the texts" }</p>
            { for there.iter().filter(|&&by| by != By::Text).map(found) }
            <hr />
            { for source.names().into_iter().map(own) }
        </Menu>
    }
}

fn arrange(store: &Store, lines: Vec<LineId>) {
    // Another task: of 10,000 texts each of the two takes some 25 ms.
    let dispatch = store.dispatcher();
    Timeout::new(0, move || dispatch.dispatch(Action::Arrange(lines))).forget();
}

/// The lines of the texts in that order; none while it is not known.
fn sorted(
    results: &Results,
    standings: &Standings,
    grouping: &GroupingStore,
    by: By,
) -> Option<Vec<LineId>> {
    let count = results.texts.len() as u32;
    let descending = |values: &[f32]| {
        let keys = values.iter().zip(0u128..);
        let mut keys: Vec<u128> = keys
            .map(|(&value, at)| u128::from(!ordered(value)) << 64 | at)
            .collect();
        keys.sort_unstable();
        keys.into_iter().map(|key| key as u32).collect::<Vec<u32>>()
    };
    let points: Vec<u32> = match by {
        By::Text => {
            let mut points: Vec<u32> = (0..count).collect();
            points.sort_by_cached_key(|&point| lower(results.text(point)));
            points
        }
        By::Similar => match &results.similarity {
            Some(similarity) => similarity.order.clone(),
            None => return None,
        },
        By::Score => descending(&standings.as_ref()?.1.scores),
        By::Group => {
            let groups = grouping.as_ref()?;
            let group = |point: u32| groups.of.get(point as usize).copied().flatten();
            let key =
                |point| u128::from(group(point).unwrap_or(u32::MAX)) << 64 | u128::from(point);
            let mut keys: Vec<u128> = (0..count).map(key).collect();
            keys.sort_unstable();
            keys.into_iter().map(|key| key as u32).collect()
        }
        By::Odd => descending(&standings.as_ref()?.1.oddness),
    };
    Some(
        points
            .iter()
            .filter_map(|&point| results.line(point))
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::Shared;
    use semblance_client::Overview;
    use semblance_workspace::Document;
    use std::rc::Rc;

    #[test]
    fn texts_are_sorted_by_what_stands_beside_them() {
        let results = Results::new(Document::new("pear\nApple\nfig").texts(), Vec::new(), 3);
        let lines: Vec<LineId> = results.texts.iter().map(|text| text.line).collect();
        let order = |points: [usize; 3]| Some(points.map(|point| lines[point]).to_vec());
        let standings = Some((
            Shared(Rc::default()),
            Shared(Rc::new(Overview {
                nearest: vec![1, 0, 0],
                scores: vec![0.5, 0.9, 0.5],
                oddness: vec![0.2, 0.1, 0.7],
            })),
        ));
        assert_eq!(sorted(&results, &None, &None, By::Text), order([1, 2, 0]));
        assert_eq!(
            sorted(&results, &standings, &None, By::Score),
            order([1, 0, 2])
        );
        assert_eq!(
            sorted(&results, &standings, &None, By::Odd),
            order([2, 0, 1])
        );
        assert_eq!(sorted(&results, &None, &None, By::Odd), None);
        assert_eq!(
            sorted(&results, &standings, &None, By::Similar),
            None,
            "not known"
        );
    }
}
