//! What stands beside each text where there are too many for all scores: the text nearest to it,
//! their score, and how odd it is among the others; and sorting by these.

use crate::session::engine::Driver;
use crate::sheet::cells::LIMIT;
use crate::stage::map::GroupingStore;
use crate::stage::matrix::clip;
use crate::state::results::Results;
use crate::state::{Action, Shared, Store};
use crate::ui::heat;
use crate::ui::hooks::{use_change, use_value};
use crate::ui::scale::Scale;
use crate::ui::words::lower;
use gloo::timers::callback::Timeout;
use semblance_client::{Overview, PAIRS_LIMIT};
use semblance_scatter::ordered;
use semblance_workspace::LineId;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// Where each text of some results stands among the others.
pub type Standings = Option<(Shared<Results>, Shared<Overview>)>;

/// Whether these results have columns of their own: more than have all scores in their rows, and
/// not so many that each edit would keep the engine busy for long.
pub fn has_columns(results: &Results) -> bool {
    results.total == results.texts.len()
        && results.texts.len() > LIMIT
        && results.texts.len() <= PAIRS_LIMIT
}

/// Asks the engine where the texts stand, with each new state of them.
#[hook]
pub fn use_standings(driver: &Rc<Driver>, results: &Shared<Results>) -> Standings {
    let asked = use_value(Standings::None);
    let (driver, setter) = (driver.clone(), asked.setter());
    use_change(results.clone(), move |results| {
        let Some(client) = driver.client().filter(|_| has_columns(results)) else {
            return;
        };
        let results = results.clone();
        spawn_local(async move {
            // The texts may have changed meanwhile; the next results ask again.
            if let Ok(found) = client.overview(Rc::new(|_| {})).await {
                setter.set(Some((results, Shared(Rc::new(found)))));
            }
        });
    });
    (*asked).clone().filter(|(of, _)| of == results)
}

/// The cells of a text: what is nearest to it, their score, its group where there are any, how odd
/// it is.
pub fn cells(
    results: &Results,
    (standings, scale): (&Standings, &Scale),
    point: Option<u32>,
    group: Option<Option<&Rc<str>>>,
) -> Html {
    let group = group.map(|name| {
        let name = name.map_or("", |name| &**name).to_owned();
        html! { <td role="gridcell" class="group words" title={name.clone()}>{ name }</td> }
    });
    let known = standings.as_ref().zip(point).and_then(|((_, all), point)| {
        let at = point as usize;
        let nearest = *all.nearest.get(at)?;
        let score = all
            .scores
            .get(at)
            .copied()
            .filter(|score| score.is_finite())?;
        Some((nearest, score, all.oddness.get(at).copied()?))
    });
    let Some((nearest, score, odd)) = known else {
        return html! { <><td role="gridcell" class="near" /><td role="gridcell" class="near-score" />{ for group }<td role="gridcell" class="odd" /></> };
    };
    html! {
        <>
            <td role="gridcell" class="near words" title={clip(results.text(nearest))}><span class="near-at">{ nearest + 1 }</span><bdi>{ clip(results.text(nearest)) }</bdi></td>
            <td role="gridcell" class="near-score"><span class={classes!("score", heat::class(score))} title={heat::full(score)}>{ scale.brief(score) }</span></td>
            { for group }
            <td role="gridcell" class="odd" title="One less the mean score with the ten nearest texts">{ heat::brief(odd) }</td>
        </>
    }
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

/// The heads of the columns; a press sorts the texts, which can be undone.
pub fn heads(store: &Store, standings: &Standings, grouping: &GroupingStore) -> Html {
    let head = |by: By, name: &'static str, title: &'static str, class: &'static str| {
        let (store, standings, grouping) = (store.clone(), standings.clone(), grouping.clone());
        let onclick = Callback::from(move |_: MouseEvent| {
            if let Some(lines) = sorted(&store.results, &standings, &grouping, by) {
                // Another task: of 10,000 texts each of the two takes some 25 ms.
                let dispatch = store.dispatcher();
                Timeout::new(0, move || dispatch.dispatch(Action::Arrange(lines))).forget();
            }
        });
        html! { <button type="button" {class} {title} {onclick}>{ name }</button> }
    };
    html! {
        <div class="column-heads" role="group" aria-label="Sort the texts">
            { head(By::Text, "Text", "Sort by the words of the texts", "of-text") }
            { head(By::Similar, "Nearest text", "Put similar texts together", "of-near") }
            { head(By::Score, "Score", "Sort by the score with the nearest text, highest first", "of-score") }
            if grouping.is_some() {
                { head(By::Group, "Group", "Sort by group", "of-group") }
            }
            { head(By::Odd, "Odd", "Sort by how odd a text is among the others, oddest first", "of-odd") }
        </div>
    }
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
    use semblance_workspace::Document;

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
