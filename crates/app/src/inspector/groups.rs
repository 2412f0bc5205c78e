//! Groups: one thing, with four ways to get them. Their list is the legend of the map.

use super::examples::{Examples, examples, use_examples};
use crate::fields::Piece;
use crate::session::asking::{Asked, status, texts};
use crate::session::engine::Driver;
use crate::stage::map::{
    Found, Grouping, GroupingStore, MapAction, MapStore, Source, selecting, swatch, use_map_store,
};
use crate::state::marks::{MarkStore, use_marks};
use crate::state::results::Results;
use crate::state::use_store;
use crate::ui::button::{radio, switch};
use crate::ui::field::{Field, Take};
use crate::ui::heat;
use crate::ui::hooks::{Value, use_value};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// Groups that can be asked for.
const MOST: usize = 100;

/// The groups that hold, and the ways to others.
#[hook]
pub fn use_groups(driver: &Rc<Driver>, grouping: &GroupingStore) -> Html {
    let store = use_store();
    let (results, dark) = (store.results.clone(), store.look.dark);
    let (map, marks) = (use_map_store(), use_marks());
    let (asked, assigning) = (use_value(Asked::default()), use_examples());
    let count = use_value(None::<usize>);
    let renaming = use_value(None::<usize>);
    let find = {
        let (driver, results, count) = (driver.clone(), results.clone(), *count);
        let (asked, dispatch) = (asked.clone(), map.dispatcher());
        Callback::from(move |()| {
            let Some(client) = driver.client().filter(|_| !asked.is_busy()) else {
                return;
            };
            let (driver, results) = (driver.clone(), results.clone());
            let (asked, dispatch) = (asked.setter(), dispatch.clone());
            asked.set(Asked::Busy);
            spawn_local(async move {
                let words = results.texts.iter().map(|text| text.text.to_string());
                let next = match client.clusters(count, words.collect()).await {
                    Ok(found) if found.assignments.len() == results.texts.len() => {
                        let value = Rc::new(found);
                        let found = Found { results, value };
                        dispatch.dispatch(MapAction::Clusters(Some(found)));
                        Asked::Nothing
                    }
                    Ok(_) => Asked::Problem("The texts changed meanwhile: find them again.".into()),
                    Err(error) => Asked::failed(&driver, &error),
                };
                asked.set(next);
            });
        })
    };
    let way = |source: Source, name: &'static str, title: &'static str| {
        let (dispatch, find) = (map.dispatcher(), find.clone());
        let missing = source == Source::Found && map.clusters.is_none();
        let onchange = Callback::from(move |_: Event| {
            dispatch.dispatch(MapAction::Source(source));
            if missing {
                find.emit(());
            }
        });
        radio(
            "groups-from",
            name,
            Some(title),
            map.source == source,
            onchange,
        )
    };
    let list = grouping.as_ref().map(|grouping| {
        let cohesion = match map.source {
            Source::Found => map.clusters.as_ref().map(|found| {
                let clusters = found.value.clusters.iter();
                clusters.map(|cluster| cluster.cohesion).collect()
            }),
            _ => None,
        };
        let notes: Vec<f32> = cohesion.unwrap_or_default();
        listed(
            &grouping.0,
            &results,
            &notes,
            (&map, &marks),
            &renaming,
            dark,
        )
    });
    let body = match map.source {
        Source::Lines => html! {
            <>
                if grouping.is_none() {
                    <p class="explore-note">{ "All texts are in one group: an empty line between texts begins another." }</p>
                }
                { for list }
            </>
        },
        Source::Found => {
            let said: AttrValue = match &map.clusters {
                _ if results.texts.is_empty() => "There are no texts yet.".into(),
                None => "Texts that have much in common are put together.".into(),
                Some(found) if found.results != results => {
                    "The texts have changed since: find them again.".into()
                }
                Some(found) => match found.value.clusters.len() {
                    1 => "1 group.".into(),
                    number => format!("{number} groups, the largest first.").into(),
                },
            };
            let setter = count.setter();
            let take: Take = Rc::new(move |typed| {
                let wanted: Option<usize> = typed.trim().parse().ok();
                let wanted = wanted.map(|wanted| wanted.clamp(1, MOST));
                setter.set(wanted);
                wanted
                    .map_or(String::new(), |wanted| wanted.to_string())
                    .into()
            });
            let value = count.map_or(String::new(), |count| count.to_string());
            let bounds = [1, MOST, 1].map(|bound| bound.to_string().into());
            let onclick = find.reform(|_: MouseEvent| ());
            html! {
                <>
                    <div class="explore-row">
                        <label class="pick"><span>{ "Number" }</span>
                            <Field label="Number" {value} {bounds} placeholder="auto" {take} />
                        </label>
                        <button type="button" class="push" disabled={results.texts.is_empty()} {onclick}>{ "Find groups" }</button>
                        { status(&asked, said) }
                    </div>
                    { for list }
                    if map.clusters.is_some() {
                        <p class="explore-note">{ "Named by the words that tell each from the others, or by the text in its middle. Cohesion is the mean cosine similarity of its texts with their middle." }</p>
                    }
                </>
            }
        }
        Source::Field => html! {
            <>
                { map.fields.draw(Piece::Groups) }
                { for list }
            </>
        },
        Source::Examples => {
            let of = Examples {
                driver: driver.clone(),
                results,
                map: map.clone(),
                marks,
                asked: assigning,
                dark,
            };
            examples(of, None)
        }
    };
    html! {
        <section aria-label="Groups" aria-busy={asked.is_busy().to_string()}>
            <div class="explore-row">
                { switch("Groups from", [
                    way(Source::Lines, "Empty lines", "An empty line between texts begins a new group"),
                    way(Source::Found, "Found", "Texts that have much in common are put together"),
                    way(Source::Examples, "By example", "You give examples, and every text goes to the group it is most like"),
                    if map.fields.source.is_some() {
                        way(Source::Field, "By column", "What a column of your table says")
                    } else {
                        html! {}
                    },
                ]) }
            </div>
            { body }
        </section>
    }
}

/// The groups: a press selects their texts, a double click or F2 renames them.
fn listed(
    grouping: &Grouping,
    results: &Results,
    cohesion: &[f32],
    (map, marks): (&MapStore, &MarkStore),
    renaming: &Value<Option<usize>>,
    dark: bool,
) -> Html {
    let members = grouping.members();
    let item = |at: usize| {
        let (key, name) = &grouping.groups[at];
        if **renaming == Some(at) {
            let (dispatch, setter, key) = (map.dispatcher(), renaming.setter(), *key);
            let take: Take = Rc::new(move |typed| {
                dispatch.dispatch(MapAction::Rename(key, typed.clone()));
                setter.set(None);
                typed.into()
            });
            let leave = renaming.setter();
            let onkeydown = {
                let leave = leave.clone();
                Callback::from(move |event: KeyboardEvent| {
                    if event.key() == "Escape" {
                        event.stop_propagation();
                        leave.set(None);
                    }
                })
            };
            let onfocusout = Callback::from(move |event: FocusEvent| {
                // The button that gave way to the box had the focus.
                if event.target_dyn_into::<HtmlInputElement>().is_some() {
                    leave.set(None);
                }
            });
            return html! {
                <li class="entry swatched" {onkeydown} {onfocusout}>{ swatch(at, dark) }<Field label="Name of the group" value={AttrValue::from(name.clone())} eager=true {take} /></li>
            };
        }
        let rename = {
            let setter = renaming.setter();
            Callback::from(move |()| setter.set(Some(at)))
        };
        let onkeydown = {
            let rename = rename.clone();
            Callback::from(move |event: KeyboardEvent| {
                if event.key() == "F2" {
                    event.prevent_default();
                    rename.emit(());
                }
            })
        };
        let count = texts(members.get(at).map_or(0, Vec::len));
        let note = match cohesion.get(at) {
            Some(&cohesion) => format!("{count}, cohesion {}", heat::short(cohesion)),
            None => count,
        };
        let onclick = selecting(grouping, at, results, marks);
        html! {
            <li>
                <button type="button" class="entry swatched" {onclick} {onkeydown} ondblclick={rename.reform(|_: MouseEvent| ())}
                    title="Select its texts; double click or F2 to rename it">
                    { swatch(at, dark) }
                    <bdi class="words">{ &**name }</bdi>
                    <span class="entry-note">{ note }</span>
                </button>
            </li>
        }
    };
    html! { <ol class="entries" aria-label="Groups">{ for (0..grouping.groups.len()).map(item) }</ol> }
}
