//! The panel: the two texts with their words, what is pointed at or struck out, and the figures.

use super::left::use_left_out;
use super::lines::{lines, use_places, word_of};
use super::said::{apart, figures, legend, listed, name, note, of_word, sentence};
use super::shares::{At, Side, brought, most, strongest, value};
use super::words::{Drawn, words};
use crate::session::asking::{Asked, use_answer};
use crate::session::engine::Driver;
use crate::session::timing;
use crate::state::Shared;
use crate::state::results::Results;
use crate::ui::button;
use crate::ui::heat;
use crate::ui::hooks::{use_change, use_value};
use semblance_client::{Cancel, ClientError, Explanation, without};
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{Element, EventTarget, HtmlElement};
use yew::prelude::*;

/// Milliseconds after which it is said how far the work has come.
const LONG: f64 = 400.0;
/// Pairs of words that are told and drawn.
const TOLD: usize = 5;
/// Partners of a word that are told: as many as a line has room for.
const PARTNERS: usize = 3;

#[derive(Properties)]
pub struct WhyProps {
    pub driver: Rc<Driver>,
    pub results: Shared<Results>,
    pub points: (u32, u32),
}

impl PartialEq for WhyProps {
    fn eq(&self, other: &Self) -> bool {
        self.results == other.results && self.points == other.points
    }
}

/// What is asked.
#[derive(Clone, PartialEq)]
pub struct Question {
    results: Shared<Results>,
    pub points: (u32, u32),
    pub texts: (Rc<str>, Rc<str>),
    /// How many times it was asked again.
    tries: u32,
}

/// A question and its answer.
pub type Found = Shared<(Question, Explanation)>;

/// Words that are struck out of either text, by their indices.
type Struck = [Vec<usize>; 2];

/// Why two texts score as they do.
#[component]
pub fn Why(props: &WhyProps) -> Html {
    let (a, b) = props.points;
    let text = |point: u32| props.results.texts.get(point as usize);
    let texts = text(a).zip(text(b));
    let texts = texts.map(|(a, b)| (a.text.clone(), b.text.clone()));
    let tries = use_value(0);
    let question = texts.clone().map(|texts| Question {
        results: props.results.clone(),
        points: props.points,
        texts,
        tries: *tries,
    });
    let progress = use_value(None::<f32>);
    let cancel = use_mut_ref(Cancel::new);
    let answer = {
        let (driver, heard) = (props.driver.clone(), progress.setter());
        let (cancel, stop) = (cancel.clone(), Cancel::new());
        use_answer(question, 0, move |question: Question| {
            cancel.replace(stop.clone()).cancel();
            let start = timing::now();
            heard.set(None);
            let progress = Rc::new(move |part| {
                if timing::now() - start > LONG {
                    heard.set(Some(part));
                }
            });
            async move {
                let client = driver.client()?;
                let (a, b) = &question.texts;
                let found = client.explain(a, b, &stop, &(progress as _)).await;
                Some(found.map_err(|error| match error {
                    ClientError::Cancelled => Asked::Problem("Stopped.".into()),
                    error => Asked::failed(&driver, &error),
                }))
            }
        })
    };
    {
        let cancel = cancel.clone();
        use_change((), move |()| move || cancel.borrow().cancel());
    }
    // What was found for the texts before is not for these.
    let found = answer.found.clone();
    let found = found.filter(|found| Some(&found.0.0.texts) == texts.as_ref());
    let pointed = use_value(None::<At>);
    let struck = use_value(Struck::default());
    let current = use_value([0usize; 2]);
    {
        let (pointed, struck, current) = (pointed.setter(), struck.setter(), current.setter());
        use_change(texts, move |_| {
            pointed.set(None);
            struck.set(Struck::default());
            current.set([0; 2]);
        });
    }
    let anew = use_score_without(&props.driver, found.as_ref(), &struck);
    let left = use_left_out(&props.driver, found.as_ref());
    let frame = use_node_ref();
    let places = use_places(&frame, found.clone());

    let Some(found) = found else {
        let stop = Callback::from(move |_: MouseEvent| cancel.borrow().cancel());
        let again = Callback::from(move |_: MouseEvent| tries.set(*tries + 1));
        return html! { <div class="why">{ waiting(&answer.asked, *progress, stop, again) }</div> };
    };
    let explanation = &found.0.1;
    let (text_a, text_b) = &found.0.0.texts;
    let of_all = [Side::A, Side::B].map(|side| brought(explanation, side));
    let deepest = most(of_all.iter().flatten().copied());
    let bonds = strongest(explanation, *pointed, TOLD);
    let thickest = most(explanation.table.iter().copied());
    let draw = |side: Side, point: u32, text: &str| {
        let (words_here, at) = match side {
            Side::A => (&explanation.a, 0),
            Side::B => (&explanation.b, 1),
        };
        // The words of the other text show what they bring with the one that is pointed at.
        let partners = pointed.filter(|pointed| pointed.0 != side).map(|pointed| {
            let each = 0..words_here.len();
            each.map(|other| value(explanation, pointed, other).unwrap_or_default())
                .collect::<Vec<_>>()
        });
        words(&Drawn {
            side,
            point,
            text,
            words: words_here,
            values: partners.as_deref().unwrap_or(&of_all[at]),
            most: if partners.is_some() {
                thickest
            } else {
                deepest
            },
            struck: &struck[at],
            current: current[at].min(words_here.len().saturating_sub(1)),
            lit: pointed.filter(|pointed| pointed.0 == side).map(|at| at.1),
        })
    };
    let strike = {
        let struck = struck.clone();
        Rc::new(move |at: At| struck.set(toggled(&struck, at)))
    };
    let onclick = {
        let strike = strike.clone();
        Callback::from(move |event: MouseEvent| {
            if let Some(at) = word_at(event.target()) {
                strike(at);
            }
        })
    };
    let onkeydown = {
        let (frame, counts) = (frame.clone(), [explanation.a.len(), explanation.b.len()]);
        Callback::from(move |event: KeyboardEvent| {
            let Some(at) = word_at(event.target()) else {
                return;
            };
            let key = event.key();
            if key == "Enter" || key == " " {
                strike(at);
            } else if let Some(next) = next(at, &key, counts) {
                focus(&frame, next);
            } else {
                return;
            }
            event.prevent_default();
            event.stop_propagation();
        })
    };
    let onfocusin = {
        let (pointed, current) = (pointed.setter(), current.clone());
        Callback::from(move |event: FocusEvent| {
            let at = word_at(event.target());
            pointed.set(at);
            if let Some((side, index)) = at {
                let mut both = *current;
                both[side as usize] = index;
                current.set(both);
            }
        })
    };
    let point = {
        let pointed = pointed.setter();
        move |at: Option<At>| pointed.set(at)
    };
    let (over, out, blur) = (point.clone(), point.clone(), point);
    let onmouseover = Callback::from(move |event: MouseEvent| over(word_at(event.target())));
    let onmouseleave = Callback::from(move |_: MouseEvent| out(None));
    let onfocusout = Callback::from(move |_: FocusEvent| blur(None));
    let named = |at: At| name(&found, at);
    let put_back = {
        let struck = struck.clone();
        Callback::from(move |_: MouseEvent| struck.set(Struck::default()))
    };
    let out: Vec<At> = [Side::A, Side::B]
        .into_iter()
        .flat_map(|side| {
            struck[side as usize]
                .iter()
                .map(move |&index| (side, index))
        })
        .collect();
    let said = match (&*out, *pointed) {
        ([], Some(at)) => {
            let bonds = strongest(explanation, Some(at), PARTNERS);
            html! { <span>{ of_word(&named, explanation, at, &bonds) }</span> }
        }
        ([], None) => {
            html! { <span class="why-hint">{ "Point at a word to see its partners, press it to strike it out." }</span> }
        }
        (all, _) => {
            let less = anew.map(|anew| format!(" {}", apart(anew, explanation.score)));
            html! {
                <>
                    <output>
                        <span>{ format!("Without {}: ", listed(all, &named)) }</span>
                        <b>{ anew.map_or("…".into(), heat::brief) }</b>
                        <span>{ less }</span>
                    </output>
                    { button::words("quiet", "Put back", put_back) }
                </>
            }
        }
    };
    let told = strongest(explanation, None, TOLD);
    html! {
        <div class="why">
            <div class="why-texts" ref={frame} {onclick} {onkeydown} {onfocusin} {onfocusout} {onmouseover} {onmouseleave}>
                { lines(&places, &bonds, thickest, pointed.is_some()) }
                { draw(Side::A, a, text_a) }
                { draw(Side::B, b, text_b) }
            </div>
            <div class="why-said">{ said }</div>
            <p class="why-strongest">{ sentence(&named, explanation.score, &told) }</p>
            { legend() }
            <p class="explore-note">{ note(explanation) }</p>
            { left }
            { figures(&found, &of_all, thickest) }
        </div>
    }
}

/// The score without the words that are struck out; none while there are none or it is not there.
#[hook]
fn use_score_without(driver: &Rc<Driver>, found: Option<&Found>, struck: &Struck) -> Option<f32> {
    let question = found.filter(|_| struck.iter().any(|side| !side.is_empty()));
    let question = question.map(|found| {
        let ((a, b), explanation) = (&found.0.0.texts, &found.0.1);
        let left = |text: &str, words: &[_], out: &[usize]| -> Rc<str> {
            let out: Vec<_> = out
                .iter()
                .filter_map(|&at| words.get(at))
                .copied()
                .collect();
            without(text, &out).into()
        };
        let left = (
            left(a, &explanation.a, &struck[0]),
            left(b, &explanation.b, &struck[1]),
        );
        (found.clone(), left)
    });
    let driver = driver.clone();
    let answer = use_answer(question.clone(), 0, |(_, (a, b)): (Found, _)| async move {
        let score = driver.client()?.scores(&[a], &b, &Cancel::new()).await;
        let score = score.map_err(|error| Asked::failed(&driver, &error));
        Some(score.map(|scores| scores.first().copied()))
    });
    let held = answer.found?;
    (Some(&held.0.0) == question.as_ref()).then_some(held.0.1)?
}

/// What to show until the words are there.
fn waiting(
    asked: &Asked,
    progress: Option<f32>,
    stop: Callback<MouseEvent>,
    again: Callback<MouseEvent>,
) -> Html {
    match (asked, progress) {
        (Asked::Problem(problem), _) => html! {
            <p class="why-said" role="alert">{ problem }{ " " }{ button::words("quiet", "Try again", again) }</p>
        },
        (Asked::Busy, Some(part)) => {
            let done = (part * 100.0) as u32;
            html! {
                <p class="why-said">
                    <progress max="100" value={done.to_string()} aria-label="Splitting the score by words" />
                    { format!("Splitting the score by words: {done} %") }
                    { button::words("quiet", "Stop", stop) }
                </p>
            }
        }
        _ => html! {},
    }
}

/// The word that an event is about.
fn word_at(target: Option<EventTarget>) -> Option<At> {
    let element: Element = target?.dyn_into().ok()?;
    word_of(&element.closest("[data-word]").ok()??)
}

/// Where an arrow key leads from a word.
fn next((side, index): At, key: &str, counts: [usize; 2]) -> Option<At> {
    let last = counts[side as usize].saturating_sub(1);
    Some(match (key, side) {
        ("ArrowRight", _) => (side, (index + 1).min(last)),
        ("ArrowLeft", _) => (side, index.saturating_sub(1)),
        ("Home", _) => (side, 0),
        ("End", _) => (side, last),
        ("ArrowDown", Side::A) => (Side::B, index.min(counts[1].saturating_sub(1))),
        ("ArrowUp", Side::B) => (Side::A, index.min(counts[0].saturating_sub(1))),
        _ => return None,
    })
}

fn focus(frame: &NodeRef, (side, index): At) {
    let side = match side {
        Side::A => "a",
        Side::B => "b",
    };
    let word = frame.cast::<Element>().and_then(|frame| {
        let selector = format!("[data-word='{side}{index}']");
        frame.query_selector(&selector).ok().flatten()
    });
    if let Some(word) = word.and_then(|word| word.dyn_into::<HtmlElement>().ok()) {
        // A word that is gone needs no focus.
        _ = word.focus();
    }
}

/// With a word struck out, or put back if it was.
fn toggled(struck: &Struck, (side, index): At) -> Struck {
    let mut struck = struck.clone();
    let here = &mut struck[side as usize];
    match here.iter().position(|&other| other == index) {
        Some(at) => drop(here.remove(at)),
        None => here.push(index),
    }
    here.sort_unstable();
    struck
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrows_walk_through_a_text_and_from_one_to_the_other() {
        let counts = [4, 2];
        for (from, key, to) in [
            ((Side::A, 1), "ArrowRight", Some((Side::A, 2))),
            ((Side::A, 3), "ArrowRight", Some((Side::A, 3))),
            ((Side::A, 0), "ArrowLeft", Some((Side::A, 0))),
            ((Side::A, 3), "ArrowDown", Some((Side::B, 1))),
            ((Side::B, 1), "ArrowUp", Some((Side::A, 1))),
            ((Side::B, 0), "End", Some((Side::B, 1))),
            ((Side::B, 0), "ArrowDown", None),
            ((Side::A, 0), "x", None),
        ] {
            assert_eq!(next(from, key, counts), to, "{key} at {from:?}");
        }
    }

    #[test]
    fn a_word_is_struck_out_and_put_back() {
        let once = toggled(&Struck::default(), (Side::B, 2));
        assert_eq!(once, [vec![], vec![2]]);
        let twice = toggled(&once, (Side::B, 0));
        assert_eq!(twice, [vec![], vec![0, 2]]);
        assert_eq!(toggled(&twice, (Side::B, 2)), [vec![], vec![0]]);
    }
}
