//! Texts that say the same: sets of them, by a threshold.

use crate::session::asking::{Asked, status, texts};
use crate::session::engine::Driver;
use crate::stage::matrix::clip;
use crate::state::marks::{Mark, use_marks};
use crate::state::results::Results;
use crate::state::{Shared, use_store};
use crate::ui::heat;
use crate::ui::hooks::{use_change, use_value};
use gloo::timers::callback::Timeout;
use semblance_client::ClientError;
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// The threshold to begin with, in hundredths of a cosine similarity.
const USUAL: u32 = 92;
/// How long the slider must rest before the engine is asked, in milliseconds.
const PAUSE: u32 = 120;
/// Sets listed at most.
const LISTED: usize = 200;

type Sets = Rc<Vec<Vec<u32>>>;

/// The sets of duplicates and the slider of their threshold; the engine is asked while they are `active`.
#[hook]
pub fn use_duplicates(driver: &Rc<Driver>, active: bool) -> Html {
    let results = use_store().results.clone();
    let marks = use_marks();
    let threshold = use_value(USUAL);
    let asked = use_value(Asked::default());
    let found = use_value(None::<(Shared<Results>, Sets)>);
    let (set_asked, set_found, driver) = (asked.setter(), found.setter(), driver.clone());
    let wanted = active && results.texts.len() > 1;
    use_change(
        (results.clone(), *threshold, wanted),
        move |(results, threshold, wanted)| {
            let alive = Rc::new(Cell::new(true));
            let search = {
                let (alive, results, threshold) = (alive.clone(), results.clone(), *threshold);
                async move {
                    let Some(client) = driver.client() else {
                        return;
                    };
                    let answer = client.duplicates(threshold as f32 / 100.0).await;
                    // The slider or the texts have moved on, and so has the question.
                    if !alive.get() {
                        return;
                    }
                    match answer {
                        Ok(sets) => {
                            set_asked.set(Asked::Nothing);
                            set_found.set(Some((results, Rc::new(sets))));
                        }
                        Err(ClientError::Cancelled) => set_asked.set(Asked::Nothing),
                        Err(error) => set_asked.set(Asked::failed(&driver, &error)),
                    }
                }
            };
            let timeout = wanted.then(|| Timeout::new(PAUSE, move || spawn_local(search)));
            move || {
                alive.set(false);
                drop(timeout);
            }
        },
    );
    let oninput = {
        let threshold = threshold.setter();
        Callback::from(move |event: InputEvent| {
            let input: HtmlInputElement = event.target_unchecked_into();
            if let Ok(value) = input.value().parse() {
                threshold.set(value);
            }
        })
    };
    let current = (*found).clone().filter(|(of, _)| *of == results);
    let said: AttrValue = match &current {
        _ if results.texts.len() < 2 => "Duplicates take at least two texts.".into(),
        None => "Working…".into(),
        Some((_, sets)) => said(sets).into(),
    };
    let set = |points: &Vec<u32>| {
        let lines: Vec<_> = (points.iter().rev())
            .filter_map(|&point| results.line(point))
            .collect();
        let dispatch = marks.dispatcher();
        let onclick =
            Callback::from(move |_: MouseEvent| dispatch.dispatch(Mark::Select(lines.clone())));
        let first = points.first().map_or("", |&point| results.text(point));
        html! {
            <li><button type="button" class="entry set" title="Select these texts" {onclick}>
                <span class="score-plain">{ format!("×{}", points.len()) }</span><span class="words">{ clip(first) }</span>
            </button></li>
        }
    };
    let shown = heat::brief(*threshold as f32 / 100.0);
    html! {
        <section aria-label="Duplicates" aria-busy={asked.is_busy().to_string()}>
            <div class="explore-row">
                <label class="pick"><span>{ "Alike from" }</span>
                    <input type="range" min="60" max="100" step="1" value={threshold.to_string()} aria-valuetext={shown.clone()} {oninput} />
                </label>
                <strong class="threshold">{ shown }</strong>
                { status(&asked, said) }
            </div>
            if let Some((_, sets)) = &current {
                <ol class="entries" aria-label="Sets of duplicates">{ for sets.iter().take(LISTED).map(set) }</ol>
            }
        </section>
    }
}

/// How many sets there are, and how many texts are in them.
fn said(sets: &[Vec<u32>]) -> String {
    let count = sets.iter().map(Vec::len).sum();
    match sets.len() {
        0 => "No two texts are that much alike.".into(),
        1 => format!("1 set, {}.", texts(count)),
        number => format!("{number} sets, {}.", texts(count)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_counted_with_their_texts() {
        for (sets, words) in [
            (vec![], "No two texts are that much alike."),
            (vec![vec![0, 1]], "1 set, 2 texts."),
            (vec![vec![0, 1, 4], vec![2, 3]], "2 sets, 5 texts."),
        ] {
            assert_eq!(said(&sets), words);
        }
    }
}
