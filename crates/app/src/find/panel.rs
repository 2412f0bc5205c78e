//! The search box: words at once, meaning after a pause, regular expressions on request.

use super::worker::{Finder, Question};
use crate::fields::Fields;
use crate::inspector::list::{Entries, Entry, LISTED};
use crate::session::asking::{Answer, Asked, status, texts, use_answer};
use crate::session::engine::Driver;
use crate::stage::map::{Highlight, MapAction, MapStore, Query, use_map_store};
use crate::state::marks::{Mark, use_marks};
use crate::state::results::Results;
use crate::state::{Shared, use_store};
use crate::ui::button::{check, named, number};
use crate::ui::hooks::{use_change, use_value};
use semblance_client::{Cancel, Client, ClientError, Neighbour, VectorId};
use semblance_workspace::LineId;
use std::cell::Cell;
use std::collections::HashSet;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// Texts that a search by meaning finds, if nothing else is asked for.
const NEAREST: usize = 10;
/// How long typing must pause before a search, in milliseconds.
const WORDS_PAUSE: u32 = 40;
const MEANING_PAUSE: u32 = 300;

/// Texts that hold the words, or match the expression.
type Words = Answer<(Shared<Results>, Question), Vec<u32>>;

/// Texts that are like the words, whatever words they use.
type Meaning = Answer<(Shared<Results>, Rc<str>), Alike>;

/// A search that has a vector and so a place on the map, and the texts most like it.
struct Alike {
    vector: VectorId,
    /// The score of every text, best first.
    scores: Vec<Neighbour>,
}

/// What to make of what was found.
#[derive(Clone, PartialEq)]
struct Found {
    results: Shared<Results>,
    points: Rc<Vec<u32>>,
}

impl Found {
    fn lines(&self) -> impl Iterator<Item = LineId> {
        self.points
            .iter()
            .filter_map(|&point| self.results.line(point))
    }
}

/// The search box and what it found.
#[hook]
pub fn use_search(driver: &Rc<Driver>) -> Html {
    let results = use_store().results.clone();
    let (map, marks) = (use_map_store(), use_marks());
    let text = use_value(String::new());
    let (expression, strict) = (use_value(false), use_value(false));
    let count = use_value(NEAREST);
    let words = use_words(
        &results,
        Question {
            text: text.trim().to_owned(),
            expression: *expression,
            strict: *strict,
        },
        &map.fields,
    );
    let sought = (!*expression).then(|| text.trim());
    let meaning = use_meaning(driver, &results, sought.unwrap_or_default());
    let by_words = use_memo(words.found.clone(), |found| {
        found.as_ref().map(|found| Found {
            results: found.0.0.0.clone(),
            points: Rc::new(found.0.1.clone()),
        })
    });
    let by_meaning = use_memo((meaning.found.clone(), *count), |(found, count)| {
        found.as_ref().map(|found| Found {
            results: found.0.0.0.clone(),
            points: Rc::new(
                found
                    .0
                    .1
                    .scores
                    .iter()
                    .take(*count)
                    .map(|n| n.point)
                    .collect(),
            ),
        })
    });
    use_highlight(
        driver,
        &map,
        (*by_words).clone(),
        (*by_meaning).clone(),
        &meaning,
    );

    let input = use_node_ref();
    let oninput = {
        let text = text.setter();
        Callback::from(move |event: InputEvent| {
            text.set(event.target_unchecked_into::<HtmlInputElement>().value());
        })
    };
    let onkeydown = {
        let text = text.clone();
        Callback::from(move |event: KeyboardEvent| {
            // Elsewhere Escape takes marks away; here it empties the box first.
            if event.key() == "Escape" && !text.is_empty() {
                event.prevent_default();
                event.stop_propagation();
                text.set(String::new());
            }
        })
    };
    let clear = {
        let (text, input) = (text.setter(), input.clone());
        Callback::from(move |_: MouseEvent| {
            text.set(String::new());
            if let Some(input) = input.cast::<HtmlInputElement>() {
                // It stays where it is if it can't be focused.
                _ = input.focus();
            }
        })
    };
    let onsubmit = {
        let (words, meaning) = (by_words.clone(), by_meaning.clone());
        let dispatch = marks.dispatcher();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let found = [&*words, &*meaning].into_iter().flatten();
            if let Some(line) = found.flat_map(Found::lines).next() {
                dispatch.dispatch(Mark::Select(vec![line]));
            }
        })
    };
    let select = |found: &Found, label: &'static str| {
        let (found, dispatch) = (found.clone(), marks.dispatcher());
        let onclick = Callback::from(move |_: MouseEvent| {
            // The last of them becomes the one whose neighbours are shown: the best.
            let mut lines: Vec<LineId> = found.lines().collect();
            lines.reverse();
            dispatch.dispatch(Mark::Select(lines));
        });
        named("quiet", "Select all", label, onclick)
    };
    let isolate = |found: &Found, label: &'static str| {
        let (found, dispatch) = (found.clone(), map.dispatcher());
        let onclick = Callback::from(move |_: MouseEvent| {
            let lines: HashSet<LineId> = found.lines().collect();
            let others = found.results.texts.iter().map(|text| text.line);
            let others = others.filter(|line| !lines.contains(line)).collect();
            dispatch.dispatch(MapAction::Hide(others));
        });
        named("quiet", "Isolate", label, onclick)
    };
    let list = |found: &Found, label: &'static str, scores: &[Neighbour]| {
        let entry = |(at, &point): (usize, &u32)| {
            let score = scores.get(at).map(|n| n.score);
            Entry {
                point,
                score,
                bar: score,
                note: None,
            }
        };
        let all = found.points.iter().take(LISTED).enumerate();
        let entries: Vec<Entry> = all.map(entry).collect();
        let more = found.points.len() - entries.len();
        html! { <Entries results={found.results.clone()} entries={Rc::new(entries)} {label} {more} /> }
    };
    html! {
        <section class="find" aria-label="Find" aria-busy={meaning.asked.is_busy().to_string()}>
            <form role="search" {onsubmit}>
                <input type="search" id="find" aria-label="Find" placeholder="Find words or a meaning" autocomplete="off" spellcheck="false"
                    ref={input} value={(*text).clone()} {oninput} {onkeydown} />
            </form>
            if !text.trim().is_empty() {
                <div class="find-found">
                    <div class="explore-row">
                        { check("Regular expression", &expression) }
                        { check("Match case and accents", &strict) }
                        { named("quiet", "Clear", "Clear the search", clear) }
                    </div>
                    <div class="explore-row">
                        { status(&words.asked, said(by_words.as_ref(), *expression)) }
                        if let Some(found) = by_words.as_ref().as_ref().filter(|found| !found.points.is_empty()) {
                            { select(found, "Select all texts with these words") }
                            { isolate(found, "Isolate the texts with these words") }
                        }
                    </div>
                    if let Some(found) = &*by_words {
                        { list(found, "Texts with these words", &[]) }
                    }
                    if !*expression {
                        <div class="explore-row">
                            { status(&meaning.asked, "Nearest in meaning".into()) }
                            { number(&count, NEAREST) }
                            if let Some(found) = &*by_meaning {
                                { select(found, "Select all texts nearest in meaning") }
                                { isolate(found, "Isolate the texts nearest in meaning") }
                            }
                        </div>
                        if let (Some(found), Some(meaning)) = (&*by_meaning, &meaning.found) {
                            { list(found, "Texts nearest in meaning", &meaning.0.1.scores) }
                        }
                    }
                </div>
            }
        </section>
    }
}

/// How many texts hold the words.
fn said(found: &Option<Found>, expression: bool) -> AttrValue {
    let what = match expression {
        true => "match",
        false => "with these words",
    };
    found.as_ref().map_or(AttrValue::from("…"), |found| {
        let all = texts(found.results.texts.len());
        format!("{} of {all} {what}", found.points.len()).into()
    })
}

/// Asks which texts hold the words, or match the expression.
#[hook]
fn use_words(results: &Shared<Results>, question: Question, fields: &Fields) -> Words {
    let source = fields.source.clone().filter(|_| !question.expression);
    let finder = use_memo((), |()| Rc::new(Finder::default()));
    let question = (!question.text.is_empty()).then(|| (results.clone(), question));
    let finder = Rc::clone(&*finder);
    use_answer(question, WORDS_PAUSE, |(results, question)| async move {
        // “Department: Sales”, where texts have such a column.
        let by_field = source.and_then(|source| source.find(&question.text, &results));
        if let Some(found) = by_field {
            return Some(Ok(found.await));
        }
        let found = finder.find(&results, &question).await?;
        Some(found.map_err(|why| Asked::Problem(why.into())))
    })
}

/// Asks which texts are like the words.
#[hook]
fn use_meaning(driver: &Rc<Driver>, results: &Shared<Results>, sought: &str) -> Meaning {
    let question = (!sought.is_empty()).then(|| (results.clone(), Rc::from(sought)));
    let driver = driver.clone();
    use_answer(
        question,
        MEANING_PAUSE,
        |(results, text): (Shared<Results>, _)| async move {
            let Some(client) = driver.client() else {
                let why = "The model is still loading; then the search by meaning begins.";
                return Some(Err(Asked::Problem(why.into())));
            };
            let found = alike(&client, &text, results.texts.len()).await;
            Some(found.map_err(|error| Asked::failed(&driver, &error)))
        },
    )
}

/// The vector of a text and the points most like it.
async fn alike(client: &Client, text: &Rc<str>, count: usize) -> Result<Alike, ClientError> {
    let embedded = client
        .embed(std::slice::from_ref(text), &Cancel::new(), &|_| {})
        .await?;
    let vector = embedded.first().map_or(0, |embedded| embedded.vector);
    let scores = match count {
        0 => Vec::new(),
        _ => client.nearest(vector, count).await?,
    };
    Ok(Alike { vector, scores })
}

/// Makes what was found stand out on the map (by words; by meaning where no text holds them), and
/// puts a search by meaning on it. A map that is made anew gives the search a new place once it
/// rests.
#[hook]
fn use_highlight(
    driver: &Rc<Driver>,
    map: &MapStore,
    words: Option<Found>,
    by_meaning: Option<Found>,
    meaning: &Meaning,
) {
    let found = words
        .filter(|found| !found.points.is_empty())
        .or(by_meaning);
    let meaning = meaning.found.clone();
    let settled = map.drawn.as_ref();
    let settled = settled.filter(|drawn| meaning.is_some() && !drawn.moving);
    let settled = settled.map(|drawn| drawn.coordinates.clone());
    let (driver, dispatch) = (driver.clone(), map.dispatcher());
    let shown = use_mut_ref(|| false);
    use_change(
        (found, meaning, settled),
        move |(found, meaning, settled)| {
            let alive = Rc::new(Cell::new(true));
            let before = shown.replace(found.is_some());
            match found.clone() {
                Some(found) => {
                    let meaning = meaning.clone().filter(|_| settled.is_some());
                    let alive = alive.clone();
                    spawn_local(async move {
                        let query = match (meaning, driver.client()) {
                            (Some(meaning), Some(client)) => placed(&client, &meaning).await,
                            _ => None,
                        };
                        if alive.get() {
                            let lines = Rc::new(found.lines().collect());
                            let highlight = Highlight { lines, query };
                            dispatch.dispatch(MapAction::Highlight(Some(highlight)));
                        }
                    });
                }
                None if before => dispatch.dispatch(MapAction::Highlight(None)),
                None => {}
            }
            move || alive.set(false)
        },
    );
}

/// The search with its place on the map; nothing where the map can't tell one.
async fn placed(client: &Client, found: &((Shared<Results>, Rc<str>), Alike)) -> Option<Rc<Query>> {
    let ((results, text), alike) = found;
    let place = client.place(&[alike.vector]).await.ok()?;
    let line = |n: &Neighbour| Some((results.line(n.point)?, n.score));
    Some(Rc::new(Query {
        text: text.to_string(),
        place,
        scores: alike.scores.iter().filter_map(line).collect(),
    }))
}
