//! What there is to say about several texts, and what can be done with the selected ones.

use super::drafts::Edit;
use crate::inspector::list::{Entries, Entry, LISTED};
use crate::inspector::neighbours::best_first;
use crate::stage::map::{GroupingStore, MapAction, Source, use_map_store};
use crate::state::marks::{Mark, use_marks};
use crate::state::results::Results;
use crate::state::{Action, List, Shared, use_store};
use crate::ui::button::{named, words};
use crate::ui::field::{Field, Take};
use crate::ui::heat;
use semblance_workspace::LineId;
use std::collections::HashSet;
use std::rc::Rc;
use yew::prelude::*;

/// Selected texts above which the most typical one is not looked for.
const TYPICAL: usize = 2_000;

/// The selected texts: their group, the most typical of them, all of them.
#[hook]
pub fn use_many(results: &Shared<Results>, grouping: &GroupingStore, points: &[u32]) -> Html {
    let map = use_map_store();
    let seen = (results.clone(), points.to_vec());
    let typical = use_memo(seen, |(results, points)| typical(results, points));
    let group = grouping.as_ref().and_then(|grouping| {
        let mut groups = points
            .iter()
            .map(|&point| *grouping.of.get(point as usize)?);
        let first = groups.next()??;
        let whole = grouping.of.iter().filter(|&&of| of == Some(first)).count();
        let all = groups.all(|group| group == Some(first)) && whole == points.len();
        grouping.groups.get(first as usize).filter(|_| all).cloned()
    });
    let name = group.map(|(key, name)| {
        let dispatch = map.dispatcher();
        let take: Take = Rc::new(move |typed| {
            dispatch.dispatch(MapAction::Rename(key, typed.clone()));
            typed.into()
        });
        html! { <label class="pick"><span>{ "Group" }</span><Field label="Name of the group" value={AttrValue::from(name)} {take} /></label> }
    });
    let entries = {
        let entry = |&point: &u32| Entry {
            point,
            ..Entry::default()
        };
        Rc::new(points.iter().take(LISTED).map(entry).collect::<Vec<_>>())
    };
    html! {
        <div class="many">
            <div class="explore-row">
                { for name }
                if let Some((point, mean)) = *typical {
                    <p class="explore-note">{ "Most typical: " }<q dir="auto">{ crate::stage::matrix::clip(results.text(point)) }</q>{ format!(" (mean score {})", heat::brief(mean)) }</p>
                }
            </div>
            <Entries results={results.clone()} {entries} label="Selected texts" more={points.len().saturating_sub(LISTED)} />
        </div>
    }
}

/// The text with the highest mean score with the others, and that mean; from the scores at hand.
fn typical(results: &Results, points: &[u32]) -> Option<(u32, f32)> {
    if points.len() < 3 || points.len() > TYPICAL {
        return None;
    }
    let mean = |&a: &u32| {
        let others = points.iter().filter(|&&b| b != a);
        let sum: Option<f32> = others.map(|&b| results.score(a, b)).sum();
        Some((a, sum? / (points.len() - 1) as f32))
    };
    let means: Option<Vec<(u32, f32)>> = points.iter().map(mean).collect();
    best_first(means?).first().copied()
}

/// What can be done with the selected texts.
#[hook]
pub fn use_acts() -> Html {
    let (store, map, marks) = (use_store(), use_map_store(), use_marks());
    let selected: Vec<LineId> = marks.0.selected().to_vec();
    if selected.is_empty() {
        return html! {};
    }
    let lines: HashSet<LineId> = selected.iter().copied().collect();
    let hide = |hidden: HashSet<LineId>| {
        let dispatch = map.dispatcher();
        Callback::from(move |_: MouseEvent| dispatch.dispatch(MapAction::Hide(hidden.clone())))
    };
    let others = store.results.texts.iter().map(|text| text.line);
    let isolate = hide(others.filter(|line| !lines.contains(line)).collect());
    let conceal = hide(map.hidden.iter().chain(&selected).copied().collect());
    let zoom = {
        let (dispatch, selected) = (map.dispatcher(), selected.clone());
        Callback::from(move |_: MouseEvent| dispatch.dispatch(MapAction::Zoom(selected.clone())))
    };
    let group = {
        let (store, map) = (store.clone(), map.dispatcher());
        let selected = selected.clone();
        Callback::from(move |_: MouseEvent| {
            let results = &store.results;
            let texts = selected.iter().filter_map(|&line| {
                let point = results.point(line)? as usize;
                results.texts.get(point).map(|text| text.text.clone())
            });
            map.dispatch(MapAction::Draft(Edit::Begin(texts.collect())));
            map.dispatch(MapAction::Source(Source::Examples));
            store.dispatch(Action::List(Some(List::Groups)));
        })
    };
    let remove = {
        let dispatch = store.dispatcher();
        Callback::from(move |_: MouseEvent| dispatch.dispatch(Action::RemoveAll(lines.clone())))
    };
    let clear = {
        let dispatch = marks.dispatcher();
        Callback::from(move |_: MouseEvent| dispatch.dispatch(Mark::Clear))
    };
    html! {
        <div class="acts" role="group" aria-label="Selected texts">
            { named("quiet", "Isolate", "Isolate on the map", isolate) }
            { named("quiet", "Hide", "Hide on the map", conceal) }
            { named("quiet", "Zoom to", "Zoom to on the map", zoom) }
            { words("quiet", "Make a group", group) }
            { named("quiet", "Remove", "Remove the selected texts", remove) }
            { named("quiet", "Clear", "Clear the selection", clear) }
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use semblance_client::Similarity;
    use semblance_workspace::Document;

    #[test]
    fn the_most_typical_text_is_most_like_the_others() {
        let mut results = Results::new(Document::new("a\nb\nc\nd").texts(), Vec::new(), 4);
        let (x, y, z) = (0.9, 0.5, 0.1);
        results.similarity = Some(Similarity {
            scores: vec![
                1.0, x, y, 0.0, x, 1.0, z, 0.0, y, z, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0,
            ],
            order: vec![0, 1, 2, 3],
        });
        assert_eq!(
            typical(&results, &[2, 1, 0]).map(|(point, _)| point),
            Some(0)
        );
        assert_eq!(typical(&results, &[0, 1]), None, "two are a pair");
    }
}
