//! The texts that are least like any others.

use crate::inspector::list::{Entries, Entry};
use crate::session::asking::{Asked, status};
use crate::session::engine::Driver;
use crate::state::results::Results;
use crate::state::{Shared, use_store};
use crate::ui::hooks::use_value;
use semblance_client::MapEvent;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// Outliers listed.
const COUNT: usize = 20;
/// Neighbours that the engine judges a text by.
const NEIGHBOURS: usize = 10;

/// Finds outliers when asked to, and lists them.
#[hook]
pub fn use_outliers(driver: &Rc<Driver>) -> Html {
    let results = use_store().results.clone();
    let asked = use_value(Asked::default());
    let found = use_value(None::<(Shared<Results>, Rc<Vec<Entry>>)>);
    let find = {
        let (driver, results) = (driver.clone(), results.clone());
        let (asked, found) = (asked.clone(), found.setter());
        Callback::from(move |_: MouseEvent| {
            let Some(client) = driver.client().filter(|_| !asked.is_busy()) else {
                return;
            };
            let (driver, results) = (driver.clone(), results.clone());
            let (asked, found) = (asked.setter(), found.clone());
            asked.set(Asked::Busy);
            spawn_local(async move {
                let watch = asked.clone();
                let watch = move |event| {
                    if let MapEvent::Neighbours(done) = event {
                        watch.set(Asked::Part(done));
                    }
                };
                let next = match client.outliers(COUNT, Rc::new(watch)).await {
                    Ok(far) => {
                        let far = far.iter().map(|far| entry(far.point, far.score));
                        found.set(Some((results, Rc::new(far.collect()))));
                        Asked::Nothing
                    }
                    Err(error) => Asked::failed(&driver, &error),
                };
                asked.set(next);
            });
        })
    };
    let few = results.texts.len() < 2;
    let said = match &*found {
        _ if few => "An outlier takes at least two texts.",
        None => "The texts that have the least in common with even their nearest ones.",
        Some((of, _)) if *of != results => "The texts have changed since: find them again.",
        Some(_) => {
            "Farthest first: the number is the mean cosine similarity with the nearest texts."
        }
    };
    let near = NEIGHBOURS.min(results.texts.len().saturating_sub(1));
    html! {
        <section aria-label="Outliers" aria-busy={asked.is_busy().to_string()}>
            <div class="explore-row">
                <button type="button" class="push" disabled={few} onclick={find}
                    title={format!("Each text is compared with the {near} nearest to it")}>{ "Find outliers" }</button>
                { status(&asked, said.into()) }
            </div>
            if let Some((results, entries)) = (*found).clone() {
                <Entries {results} {entries} label="Outliers, farthest first" />
            }
        </section>
    }
}

/// A text at this mean distance (one less the cosine) from its nearest ones.
fn entry(point: u32, distance: f32) -> Entry {
    let similarity = 1.0 - distance;
    Entry {
        point,
        score: Some(similarity),
        bar: Some(similarity),
        note: None,
    }
}
