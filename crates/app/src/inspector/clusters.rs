//! Clusters of the texts.

use crate::session::asking::{Asked, status, texts};
use crate::session::engine::Driver;
use crate::stage::map::{Found, MapAction, cluster_name, swatch, use_map_store};
use crate::state::marks::{Mark, use_marks};
use crate::state::results::Results;
use crate::state::use_store;
use crate::ui::heat;
use crate::ui::hooks::use_value;
use semblance_client::Clusters;
use semblance_workspace::LineId;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// Clusters that can be asked for.
const MOST: usize = 100;

/// Finds clusters when asked to, and lists them; the map takes their colours.
#[hook]
pub fn use_clusters(driver: &Rc<Driver>) -> Html {
    let store = use_store();
    let (results, dark) = (store.results.clone(), store.look.dark);
    let (map, marks) = (use_map_store(), use_marks());
    let asked = use_value(Asked::default());
    let count = use_value(None::<usize>);
    let onchange = {
        let count = count.setter();
        Callback::from(move |event: Event| {
            let input: HtmlInputElement = event.target_unchecked_into();
            let wanted: Option<usize> = input.value().trim().parse().ok();
            let wanted = wanted.map(|wanted| wanted.clamp(1, MOST));
            input.set_value(&wanted.map_or(String::new(), |wanted| wanted.to_string()));
            count.set(wanted);
        })
    };
    let find = {
        let (driver, results) = (driver.clone(), results.clone());
        let (asked, dispatch, count) = (asked.clone(), map.dispatcher(), *count);
        Callback::from(move |_: MouseEvent| {
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
    let select = {
        let (found, dispatch) = (map.clusters.clone(), marks.dispatcher());
        Callback::from(move |cluster: usize| {
            if let Some(found) = &found {
                dispatch.dispatch(Mark::Select(members(&found.results, &found.value, cluster)));
            }
        })
    };
    let said: AttrValue = match &map.clusters {
        _ if results.texts.is_empty() => "There are no texts yet.".into(),
        None => "Texts that have much in common are put together.".into(),
        Some(found) if found.results != results => {
            "The texts have changed since: find them again.".into()
        }
        Some(found) => match found.value.clusters.len() {
            1 => "1 cluster.".into(),
            number => format!("{number} clusters, the largest first.").into(),
        },
    };
    let item = |(at, cluster, of): (usize, &semblance_client::Cluster, &Results)| {
        let select = select.clone();
        let onclick = Callback::from(move |_: MouseEvent| select.emit(at));
        let note = format!(
            "{}, cohesion {}",
            texts(cluster.size as usize),
            heat::short(cluster.cohesion)
        );
        html! {
            <li>
                <button type="button" class="entry swatched" {onclick} title="Select its texts">
                    { swatch(at, dark) }
                    <span class="words">{ cluster_name(cluster, of) }</span>
                    <span class="entry-note">{ note }</span>
                </button>
            </li>
        }
    };
    html! {
        <section aria-label="Clusters" aria-busy={asked.is_busy().to_string()}>
            <div class="explore-row">
                <label class="pick"><span>{ "Number" }</span>
                    <input type="number" min="1" max={MOST.to_string()} placeholder="auto" {onchange} />
                </label>
                <button type="button" class="push" disabled={results.texts.is_empty()} onclick={find}>{ "Find clusters" }</button>
                { status(&asked, said) }
            </div>
            if let Some(found) = &map.clusters {
                <ol class="entries" aria-label="Clusters">{ for found.value.clusters.iter().enumerate().map(|(at, cluster)| item((at, cluster, &found.results))) }</ol>
                <p class="explore-note">{ "Named by the words that tell each from the others, or by the text in its middle. Cohesion is the mean cosine similarity of its texts with their middle." }</p>
            }
        </section>
    }
}

/// The lines of a cluster.
fn members(results: &Results, clusters: &Clusters, cluster: usize) -> Vec<LineId> {
    let assigned = results.texts.iter().zip(&clusters.assignments);
    assigned
        .filter(|&(_, &of)| of as usize == cluster)
        .map(|(text, _)| text.line)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use semblance_workspace::Document;

    #[test]
    fn the_lines_of_a_cluster() {
        let results = Results::new(Document::new("a\nb\nc").texts(), Vec::new(), 3);
        let clusters = Clusters {
            clusters: Vec::new(),
            assignments: vec![1, 0, 1],
        };
        let lines = members(&results, &clusters, 1);
        assert_eq!(lines, [results.texts[0].line, results.texts[2].line]);
        assert!(members(&results, &clusters, 2).is_empty());
    }
}
