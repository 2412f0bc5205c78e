//! The pair card: two texts in full, their score large, and what it means among the others.

use crate::inspector::why::{self, Subject};
use crate::session::engine::Driver;
use crate::session::samples::unrelated;
use crate::state::results::Results;
use crate::state::{Action, Shared, Store};
use crate::ui::button::words;
use crate::ui::heat;
use crate::ui::hooks::{Value, use_change, use_value};
use crate::ui::words::lower;
use std::collections::HashSet;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// Two points whose score is to be shown.
pub type Points = (u32, u32);

/// The score of two points: from those at hand, or asked of the engine.
#[hook]
pub fn use_pair_score(
    driver: &Rc<Driver>,
    results: &Shared<Results>,
    pair: Option<Points>,
) -> Option<f32> {
    let asked = use_value(None::<(Shared<Results>, Points, f32)>);
    let held = pair.and_then(|(a, b)| results.score(a, b));
    let missing = pair.filter(|_| held.is_none());
    let (driver, setter) = (driver.clone(), asked.setter());
    use_change((results.clone(), missing), move |(results, missing)| {
        let (Some((a, b)), Some(client)) = (*missing, driver.client()) else {
            return;
        };
        let results = results.clone();
        spawn_local(async move {
            // The points may have changed meanwhile; the next results ask again.
            if let Ok(scores) = client.block(&[a], &[b]).await
                && let Some(&score) = scores.first()
            {
                setter.set(Some((results, (a, b), score)));
            }
        });
    });
    held.or_else(|| match &*asked {
        Some((of, points, score)) if of == results && Some(*points) == pair => Some(*score),
        _ => None,
    })
}

/// The scores of unrelated sentences, lowest first, once a pair is shown.
#[hook]
pub fn use_unrelated(driver: &Rc<Driver>, results: &Shared<Results>, wanted: bool) -> Rc<[f32]> {
    let scores = use_value(Rc::<[f32]>::from([]));
    let (driver, setter) = (driver.clone(), scores.setter());
    // Asked again with new results: the model may be another one. The client keeps its answer.
    use_change((results.clone(), wanted), move |(_, wanted)| {
        if let (true, Some(client)) = (*wanted, driver.client()) {
            spawn_local(async move {
                // Without them the card says less, and nothing else is lost.
                if let Ok(scores) = client.unrelated(&unrelated()).await {
                    setter.set(scores);
                }
            });
        }
    });
    (*scores).clone()
}

/// The card of a pair. `unrelated` are the scores of unrelated sentences, lowest first; `why` is
/// whether the score is to be explained.
pub fn pair_card(
    store: &Store,
    driver: &Rc<Driver>,
    (a, b): Points,
    score: Option<f32>,
    unrelated: &[f32],
    why: &Value<bool>,
) -> Html {
    let results = &store.results;
    let lines = results.line(a).zip(results.line(b));
    let hidden = lines.is_some_and(|(a, b)| store.veil.hides(a, b));
    let reveal = {
        let dispatch = store.dispatcher();
        Callback::from(move |_: MouseEvent| {
            if let Some((a, b)) = lines {
                dispatch.dispatch(Action::Reveal(a, b));
            }
        })
    };
    let number = match score.filter(|_| !hidden) {
        Some(score) => {
            html! { <output class="pair-score" title={heat::full(score)}>{ heat::brief(score) }</output> }
        }
        None => {
            html! { <output class="pair-score veiled">{ if hidden { "?" } else { "…" } }</output> }
        }
    };
    let (one, other) = (results.text(a), results.text(b));
    let place = score.and_then(|score| standing(results, score));
    let chance = score.and_then(|score| among_unrelated(unrelated, score));
    let unknown = |point: u32| {
        let embedded = results.embedded.get(point as usize);
        embedded.is_some_and(|embedded| embedded.unknown > 0)
    };
    let alike =
        one != other && unknown(a) && unknown(b) && score.is_some_and(|score| score > 0.999);
    let asked = **why && !hidden && score.is_some();
    let explained = asked.then(|| {
        let subject = Subject {
            driver: driver.clone(),
            results: results.clone(),
            points: (a, b),
        };
        why::why(subject, None)
    });
    let class = classes!("pair-card", asked.then_some("explained"));
    html! {
        <div {class}>
            <div class="pair-number">
                { number }
                if hidden {
                    { words("push", "Reveal", reveal) }
                } else {
                    if let Some(chance) = chance { <p>{ chance }</p> }
                    if let Some(place) = place { <p>{ place }</p> }
                    if let Some(score) = score { { ask_why(score, why) } }
                }
            </div>
            <div class="pair-texts">
                <div class="pair-plain">
                    { text(a, one, other) }
                    { text(b, other, one) }
                    <p class="pair-note">{ remark(one, other) }</p>
                </div>
                { explained }
                if alike {
                    <p class="pair-warning">{ "The model can't tell these two apart: what differs is unknown to it, and it takes all that it doesn't know for the same." }</p>
                }
            </div>
        </div>
    }
}

/// What opens and closes the explanation. It stays as it is from pair to pair.
fn ask_why(score: f32, why: &Value<bool>) -> Html {
    let open = **why;
    let setter = why.setter();
    let onclick = Callback::from(move |_: MouseEvent| setter.set(!open));
    let words = format!("Why {}?", heat::brief(score));
    html! { <button type="button" class="push why-button" aria-expanded={open.to_string()} {onclick}>{ words }</button> }
}

/// Bytes above which a text is shown in part and its words are not compared: that takes long, and
/// nobody reads the outcome.
const LONGEST: usize = 2_000;

/// The beginning of a text, if it is long.
pub fn beginning(text: &str) -> std::borrow::Cow<'_, str> {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]).into(),
        None => text.into(),
    }
}

/// A text with the words marked that the other has not.
fn text(point: u32, text: &str, other: &str) -> Html {
    let words = if text.len().max(other.len()) > LONGEST {
        html! { { beginning(text) } }
    } else {
        let there: HashSet<String> = terms(other).collect();
        let part = |part: &str| {
            let term = term(part);
            if term.is_empty() || there.contains(&term) {
                html! { <>{ part.to_owned() }{ " " }</> }
            } else {
                html! { <><mark>{ part.to_owned() }</mark>{ " " }</> }
            }
        };
        text.split_whitespace().map(part).collect()
    };
    html! { <p class="pair-text"><span class="pair-at">{ point + 1 }</span><span dir="auto">{ words }</span></p> }
}

/// Punctuation beyond ASCII that stands around words.
const MARKS: &str = "¡¿«»‹›“”„‟‘’‚…–—。、，！？：；「」『』（）।؟،؛";

fn term(word: &str) -> String {
    lower(word.trim_matches(|c: char| c.is_ascii_punctuation() || MARKS.contains(c)))
}

fn terms(text: &str) -> impl Iterator<Item = String> {
    text.split_whitespace().map(term)
}

/// What can be said of two texts beside their score.
fn remark(one: &str, other: &str) -> &'static str {
    let differ = |text: &str, than: &str| {
        let there: HashSet<String> = terms(than).collect();
        terms(text).any(|term| !term.is_empty() && !there.contains(&term))
    };
    if one.len().max(other.len()) > LONGEST {
        return "";
    }
    match (one == other, differ(one, other) || differ(other, one)) {
        (true, _) => "The two texts are the same.",
        (false, false) => "Both texts have the same words.",
        (false, true) => "Marked: the words that only one of them has.",
    }
}

/// Where a score stands among those of all pairs, in words.
fn standing(results: &Results, score: f32) -> Option<String> {
    let n = results.texts.len();
    let scores = &results.similarity.as_ref()?.scores;
    if n < 3 {
        return None;
    }
    let above = (0..n)
        .flat_map(|a| (a + 1..n).map(move |b| a * n + b))
        .filter(|&at| scores.get(at).is_some_and(|&other| other > score))
        .count();
    let pairs = n * (n - 1) / 2;
    Some(match above {
        0 => format!("the most alike of {pairs} pairs"),
        _ if above + 1 == pairs => format!("the least alike of {pairs} pairs"),
        _ => format!("number {} of {pairs} pairs", above + 1),
    })
}

/// How many of a hundred unrelated pairs score less.
fn among_unrelated(unrelated: &[f32], score: f32) -> Option<String> {
    let below = unrelated.partition_point(|&other| other < score);
    (!unrelated.is_empty()).then(|| match below * 100 / unrelated.len() {
        100 => "closer than all unrelated pairs".to_owned(),
        share => format!("closer than {share} of 100 unrelated pairs"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use semblance_client::Similarity;
    use semblance_workspace::Document;

    #[test]
    fn a_score_stands_among_those_of_all_pairs() {
        let mut results = Results::new(Document::new("a\nb\nc").texts(), Vec::new(), 3);
        let (x, y, z) = (0.9, 0.5, 0.1);
        results.similarity = Some(Similarity {
            scores: vec![1.0, x, y, x, 1.0, z, y, z, 1.0],
            order: vec![0, 1, 2],
        });
        for (score, said) in [
            (x, "the most alike of 3 pairs"),
            (y, "number 2 of 3 pairs"),
            (z, "the least alike of 3 pairs"),
        ] {
            assert_eq!(standing(&results, score).as_deref(), Some(said));
        }
    }

    #[test]
    fn a_score_among_those_of_unrelated_sentences() {
        let unrelated = [-0.1, 0.0, 0.1, 0.2];
        for (score, said) in [
            (0.05, "closer than 50 of 100 unrelated pairs"),
            (-0.5, "closer than 0 of 100 unrelated pairs"),
            (0.9, "closer than all unrelated pairs"),
        ] {
            assert_eq!(among_unrelated(&unrelated, score).as_deref(), Some(said));
        }
        assert_eq!(among_unrelated(&[], 0.5), None);
    }

    #[test]
    fn words_are_compared_without_case_and_punctuation() {
        assert_eq!(
            remark("The food was good.", "Good was the food!"),
            "Both texts have the same words."
        );
        assert!(remark("It was good.", "It was not good.").starts_with("Marked"));
        assert_eq!(remark("a", "a"), "The two texts are the same.");
    }
}
