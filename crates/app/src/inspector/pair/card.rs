//! What the card says.

use super::blind::{Spot, spot};
use super::{LONGEST, Shown, beginning, ratings};
use crate::inspector::why;
use crate::state::Action;
use crate::state::results::Results;
use crate::ui::button::words;
use crate::ui::heat;
use crate::ui::hooks::Value;
use crate::ui::scale::{below, rating};
use crate::ui::words::lower;
use semblance_client::Rating;
use std::collections::HashSet;
use yew::prelude::*;

/// The card of a pair.
pub fn card(shown: &Shown) -> Html {
    let Shown {
        store,
        subject,
        score,
        unrelated,
        why,
    } = shown;
    let ((a, b), score) = (subject.points, *score);
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
    let rated = score.filter(|_| one != other);
    let people = rated
        .zip(ratings(store))
        .map(|(score, of)| said_by_people(of.at(score)));
    let blind = score.filter(|&score| !hidden && is_high(unrelated, score));
    let blind: Option<Spot> = blind.and_then(|_| match one.len().max(other.len()) {
        ..=LONGEST => spot(one, other),
        _ => None,
    });
    let unknown = |point: u32| {
        let embedded = results.embedded.get(point as usize);
        embedded.is_some_and(|embedded| embedded.unknown > 0)
    };
    let alike =
        one != other && unknown(a) && unknown(b) && score.is_some_and(|score| score > 0.999);
    let asked = **why && !hidden && score.is_some();
    let explained = asked.then(|| why::why(subject.clone(), None));
    let class = classes!("pair-card", asked.then_some("explained"));
    html! {
        <div {class}>
            <div class="pair-number">
                { number }
                if hidden {
                    { words("push", "Reveal", reveal) }
                } else {
                    if let Some(score) = score { { ask_why(score, why) } }
                    if let Some(chance) = chance { <p>{ chance }</p> }
                    if let Some(people) = people { <p title={SOURCE}>{ people }</p> }
                    if let Some(place) = place { <p>{ place }</p> }
                }
            </div>
            <div class="pair-texts">
                <div class="pair-plain">
                    { text(a, one, other) }
                    { text(b, other, one) }
                        <p class="pair-note">{ remark(one, other) }</p>
                </div>
                { explained }
                if let Some(blind) = blind { <p class="pair-warning">{ blind.told() }</p> }
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

/// A word in small letters without the punctuation around it.
pub fn term(word: &str) -> String {
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

/// Share of the way from an unrelated pair to the same text twice from which on a score is high.
const HIGH: f32 = 0.6;

/// Whether a score is high for this model: far above those of unrelated pairs.
fn is_high(unrelated: &[f32], score: f32) -> bool {
    let middle = unrelated.get(unrelated.len() / 2);
    middle.is_some_and(|middle| score - middle > HIGH * (1.0 - middle))
}

/// How many of a hundred unrelated pairs score less.
fn among_unrelated(unrelated: &[f32], score: f32) -> Option<String> {
    below(unrelated, score).map(|share| match share {
        100 => "closer than all unrelated pairs".to_owned(),
        share => format!("closer than {share} of 100 unrelated pairs"),
    })
}

/// Where what people say comes from.
const SOURCE: &str = "Measured on the STS benchmark: pairs of English sentences that people rated from 0, nothing in common, to 5, the same meaning. Of other texts it says less.";

/// What people say of such a pair.
fn said_by_people(of: Rating) -> String {
    let Rating { mean, low, high } = of;
    let [mean, low, high] = [mean, low, high].map(rating);
    format!("people say {mean} of 5, most {low}–{high}")
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
    fn a_score_is_high_for_its_model() {
        assert!(is_high(&[-0.1, 0.0, 0.1], 0.7) && !is_high(&[-0.1, 0.0, 0.1], 0.5));
        // Some models score nothing below 0.7.
        assert!(is_high(&[0.7, 0.75, 0.8], 0.92) && !is_high(&[0.7, 0.75, 0.8], 0.85));
        assert!(!is_high(&[], 1.0));
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
