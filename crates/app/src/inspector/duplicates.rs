//! Texts that say the same: sets of them, by a threshold.
//!
//! To begin with, the threshold is where the scores of the texts with their nearest part into two
//! kinds, if they do.

use crate::session::asking::{Asked, status, texts, use_answer};
use crate::session::engine::Driver;
use crate::stage::matrix::clip;
use crate::state::marks::{Mark, use_marks};
use crate::state::results::Results;
use crate::state::{Action, Shared, use_store};
use crate::ui::button::words;
use crate::ui::heat;
use semblance_client::{Client, ClientError};
use semblance_workspace::LineId;
use std::collections::HashSet;
use std::rc::Rc;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// The threshold where the scores propose none, in hundredths of a cosine similarity.
const USUAL: u32 = 92;
/// The least threshold that can be chosen, likewise: what is less alike doesn't say the same.
const LEAST: u32 = 60;
/// How long the slider must rest before the engine is asked, in milliseconds.
const PAUSE: u32 = 120;
/// Sets listed at most.
const LISTED: usize = 200;

/// The sets of duplicates with the slider of their threshold, and how many there are; the engine is
/// asked while somebody wants to know.
#[hook]
pub fn use_duplicates(driver: &Rc<Driver>, wanted: bool) -> (Html, Option<String>) {
    let store = use_store();
    let results = store.results.clone();
    let marks = use_marks();
    let chosen = store.threshold;
    let question = (wanted && results.texts.len() > 1).then(|| (results.clone(), chosen));
    let driver = driver.clone();
    let answer = use_answer(
        question,
        PAUSE,
        |(_, chosen): (Shared<Results>, Option<u32>)| async move {
            match duplicates(&driver.client()?, chosen).await {
                Ok(found) => Some(Ok(found)),
                Err(ClientError::Cancelled) => None,
                Err(error) => Some(Err(Asked::failed(&driver, &error))),
            }
        },
    );
    let oninput = {
        let dispatch = store.dispatcher();
        Callback::from(move |event: InputEvent| {
            let input: HtmlInputElement = event.target_unchecked_into();
            if let Ok(value) = input.value().parse() {
                dispatch.dispatch(Action::Threshold(Some(value)));
            }
        })
    };
    let current = answer.found.filter(|found| found.0.0.0 == results);
    let sets: &[Vec<u32>] = current.as_ref().map_or(&[], |found| &found.0.1.sets);
    let proposed = current.as_ref().and_then(|found| found.0.1.proposed);
    let threshold = chosen.or(proposed).unwrap_or(USUAL);
    let said: AttrValue = match &current {
        _ if results.texts.len() < 2 => "Duplicates take at least two texts.".into(),
        None => "Working…".into(),
        Some(_) => said(sets).into(),
    };
    let copies = {
        let copies = sets.iter().flat_map(|set| set.iter().skip(1));
        let copies: HashSet<LineId> = copies.filter_map(|&at| results.line(at)).collect();
        let dispatch = store.dispatcher();
        Callback::from(move |_: MouseEvent| dispatch.dispatch(Action::RemoveAll(copies.clone())))
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
                <span class="score-plain">{ format!("×{}", points.len()) }</span><bdi class="words">{ clip(first) }</bdi>
            </button></li>
        }
    };
    let shown = heat::brief(threshold as f32 / 100.0);
    let use_proposed = {
        let dispatch = store.dispatcher();
        Callback::from(move |_: MouseEvent| dispatch.dispatch(Action::Threshold(None)))
    };
    let brief = current.as_ref().map(|_| match sets.len() {
        0 => "none".to_owned(),
        1 => "1 set".to_owned(),
        number => format!("{number} sets"),
    });
    let panel = html! {
        <section aria-label="Duplicates" aria-busy={answer.asked.is_busy().to_string()}>
            <div class="explore-row">
                <label class="pick"><span>{ "Alike from" }</span>
                    <input type="range" min={LEAST.to_string()} max="100" step="1" value={threshold.to_string()} aria-valuetext={shown.clone()} {oninput} />
                </label>
                <strong class="threshold">{ shown }</strong>
                { status(&answer.asked, said) }
                if !sets.is_empty() {
                    { words("quiet", "Keep the first of each", copies) }
                }
            </div>
            if current.is_some() {
                <p class="explore-note">{ why_there(proposed) }
                    if proposed.is_some_and(|proposed| proposed != threshold) {
                        { words("quiet", "Use it", use_proposed) }
                    }
                </p>
            }
            if !sets.is_empty() {
                <ol class="entries" aria-label="Sets of duplicates">{ for sets.iter().take(LISTED).map(set) }</ol>
                if sets.len() > LISTED {
                    <p class="explore-note">{ format!("and {} more sets", sets.len() - LISTED) }</p>
                }
            }
        </section>
    };
    (panel, brief)
}

/// What says the same, and from what score on.
pub struct Duplicates {
    /// Where the scores part into two kinds, if they do, in hundredths.
    pub proposed: Option<u32>,
    /// Sets of points, as of [`Client::duplicates`].
    pub sets: Vec<Vec<u32>>,
}

/// The sets of duplicates by the threshold that was chosen, in hundredths, or by the proposed one.
///
/// # Errors
/// As of [`Client::duplicates`].
pub async fn duplicates(client: &Client, chosen: Option<u32>) -> Result<Duplicates, ClientError> {
    let overview = client.overview(Rc::new(|_| {})).await?;
    let valley = client.valley(&overview.pair_scores()).await?;
    let hundredths = valley.map(|valley| (valley * 100.0).round() as u32);
    let proposed = hundredths.filter(|hundredths| (LEAST..=100).contains(hundredths));
    let threshold = chosen.or(proposed).unwrap_or(USUAL);
    let sets = client.duplicates(threshold as f32 / 100.0).await?;
    Ok(Duplicates { proposed, sets })
}

/// Why the threshold is proposed, or why none is.
fn why_there(proposed: Option<u32>) -> String {
    match proposed {
        Some(hundredths) => format!(
            "{} lies between two kinds of scores: few texts have their nearest about there. ",
            heat::brief(hundredths as f32 / 100.0)
        ),
        None => "No gap between the scores of these texts says where to cut.".into(),
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
