//! Search: by words, by regular expression, by meaning.

use super::matching::{Pattern, all_words, matching};
use crate::inspector::list::{Entries, Entry, LISTED};
use crate::session::asking::{Asked, status, texts};
use crate::session::engine::Driver;
use crate::stage::map::{Highlight, MapAction, MapStore, Query, use_map_store};
use crate::state::marks::{Mark, use_marks};
use crate::state::results::Results;
use crate::state::{Shared, use_store};
use crate::ui::button::{named, number, radio, switch};
use crate::ui::hooks::{Value, use_change, use_value};
use crate::ui::icon::{Icon, icon};
use gloo::timers::callback::Timeout;
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

/// How texts are sought.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Mode {
    #[default]
    Words,
    Regex,
    Meaning,
}

impl Mode {
    const ALL: [(Mode, &str, &str); 3] = [
        (
            Mode::Words,
            "Words",
            "Texts that hold all of these words, or parts of words",
        ),
        (
            Mode::Regex,
            "Regex",
            "Texts that match a regular expression, as in JavaScript",
        ),
        (
            Mode::Meaning,
            "Meaning",
            "Texts that are most like these words by cosine similarity, whatever words they use",
        ),
    ];

    /// How long typing must pause before the search, in milliseconds.
    fn pause(self) -> u32 {
        match self {
            Mode::Words | Mode::Regex => 200,
            Mode::Meaning => 400,
        }
    }
}

/// What is sought, and where.
#[derive(Clone, PartialEq)]
struct Sought {
    results: Shared<Results>,
    mode: Mode,
    text: String,
    /// Texts that a search by meaning is to find.
    count: usize,
}

/// What a search found.
struct Hits {
    results: Shared<Results>,
    /// In the order of the texts, or the best first.
    points: Vec<u32>,
    entries: Rc<Vec<Entry>>,
    /// Of a search by meaning.
    meaning: Option<Meaning>,
}

/// A search that has a vector and so a place on the map.
struct Meaning {
    text: String,
    vector: VectorId,
    /// The score of every text, best first.
    scores: Vec<(LineId, f32)>,
}

impl Hits {
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
    let (mode, count) = (use_value(Mode::default()), use_value(NEAREST));
    let entered = use_value(0u32);
    let sought = Sought {
        results: results.clone(),
        mode: *mode,
        text: (*text).clone(),
        count: *count,
    };
    let (asked, hits) = use_hits(driver, sought, *entered);
    use_highlight(driver, &map, &hits);

    let input = use_node_ref();
    let clear = {
        let (text, input) = (text.setter(), input.clone());
        Callback::from(move |()| {
            text.set(String::new());
            if let Some(input) = input.cast::<HtmlInputElement>() {
                // It stays where it is if it can't be focused.
                _ = input.focus();
            }
        })
    };
    let oninput = {
        let text = text.setter();
        Callback::from(move |event: InputEvent| {
            text.set(event.target_unchecked_into::<HtmlInputElement>().value());
        })
    };
    let onkeydown = {
        let (text, clear) = (text.clone(), clear.clone());
        Callback::from(move |event: KeyboardEvent| {
            // Elsewhere Escape takes marks away; here it empties the box first.
            if event.key() == "Escape" && !text.is_empty() {
                event.prevent_default();
                event.stop_propagation();
                clear.emit(());
            }
        })
    };
    let onsubmit = Callback::from(move |event: SubmitEvent| {
        event.prevent_default();
        entered.set(*entered + 1);
    });
    let choice = |(offered, name, title): (Mode, &'static str, &'static str)| {
        let setter = mode.setter();
        let onchange = Callback::from(move |_: Event| setter.set(offered));
        radio("search-by", name, Some(title), *mode == offered, onchange)
    };
    let all = {
        let (hits, dispatch) = (hits.clone(), marks.dispatcher());
        Callback::from(move |_: MouseEvent| {
            if let Some(hits) = &hits {
                // The last of them becomes the one whose neighbours are shown: the best.
                let mut lines: Vec<LineId> = hits.lines().collect();
                lines.reverse();
                dispatch.dispatch(Mark::Select(lines));
            }
        })
    };
    let isolate = {
        let (hits, dispatch) = (hits.clone(), map.dispatcher());
        Callback::from(move |_: MouseEvent| {
            if let Some(hits) = &hits {
                let found: HashSet<LineId> = hits.lines().collect();
                let others = hits.results.texts.iter().map(|text| text.line);
                let others = others.filter(|line| !found.contains(line)).collect();
                dispatch.dispatch(MapAction::Hide(others));
            }
        })
    };
    let onclear = Callback::from(move |_: MouseEvent| clear.emit(()));
    html! {
        <section class="find" aria-label="Find" aria-busy={asked.is_busy().to_string()}>
            <form role="search" class="explore-row" {onsubmit}>
                <input type="search" aria-label="Find" placeholder="Find words or a meaning" autocomplete="off" spellcheck="false"
                    ref={input} value={(*text).clone()} {oninput} {onkeydown} />
                <button type="submit" class="tool" title="Search" aria-label="Search">{ icon(Icon::Search) }</button>
                { switch("Search by", Mode::ALL.map(choice)) }
            </form>
            if !text.is_empty() {
            <div class="find-found">
            <div class="explore-row">
                if *mode == Mode::Meaning {
                    { number(&count, NEAREST) }
                }
                { status(&asked, said(hits.as_ref().map(|hits| &*hits.0)).into()) }
                if hits.as_ref().is_some_and(|hits| !hits.points.is_empty()) {
                    <span class="explore-acts">
                        { named("quiet", "Select all", "Select all texts found", all) }
                        { named("quiet", "Isolate", "Isolate the texts found", isolate) }
                    </span>
                }
                if !text.is_empty() {
                    { named("quiet", "Clear", "Clear the search", onclear) }
                }
            </div>
            if let Some(hits) = &hits {
                <Entries results={hits.results.clone()} entries={hits.entries.clone()} label="Texts found"
                    more={hits.points.len() - hits.entries.len()} />
            }
            </div>
            }
        </section>
    }
}

/// What there is to say about what was found.
fn said(hits: Option<&Hits>) -> String {
    let Some(hits) = hits else {
        return String::new();
    };
    let (found, all) = (hits.points.len(), texts(hits.results.texts.len()));
    match &hits.meaning {
        Some(_) => format!("The {found} nearest of {all}."),
        None => format!("{found} of {all}."),
    }
}

/// Searches after each change, in the course of typing after a pause, on Enter (`entered` counts
/// them) at once. What it found last stays until there is something newer.
#[hook]
fn use_hits(
    driver: &Rc<Driver>,
    sought: Sought,
    entered: u32,
) -> (Value<Asked>, Option<Shared<Hits>>) {
    let asked = use_value(Asked::default());
    let hits = use_value(None::<Shared<Hits>>);
    let before = use_mut_ref(|| 0);
    let (driver, set_asked, set_hits) = (driver.clone(), asked.setter(), hits.setter());
    use_change((sought, entered), move |(sought, entered)| {
        let alive = Rc::new(Cell::new(true));
        let at_once = before.replace(*entered) != *entered;
        let pause = if at_once { 0 } else { sought.mode.pause() };
        let search = {
            let (alive, sought) = (alive.clone(), sought.clone());
            async move {
                let found = match sought.text.trim() {
                    "" => Ok(None),
                    _ => {
                        set_asked.set(Asked::Busy);
                        find(&driver, &sought, &|| alive.get()).await
                    }
                };
                // Another search has begun, and this one's answer would overwrite its.
                if !alive.get() {
                    return;
                }
                match found {
                    Ok(found) => {
                        set_asked.set(Asked::Nothing);
                        set_hits.set(found.map(|found| Shared(Rc::new(found))));
                    }
                    Err(problem) => {
                        set_asked.set(problem);
                        set_hits.set(None);
                    }
                }
            }
        };
        let pause = match sought.text.trim() {
            "" => 0,
            _ => pause,
        };
        let timeout = Timeout::new(pause, move || spawn_local(search));
        move || {
            alive.set(false);
            drop(timeout);
        }
    });
    let found = (*hits).clone();
    (asked, found)
}

/// Finds what is sought; nothing when that is not wanted any more.
async fn find(
    driver: &Rc<Driver>,
    sought: &Sought,
    wanted: &dyn Fn() -> bool,
) -> Result<Option<Hits>, Asked> {
    let results = &sought.results;
    let pattern = match sought.mode {
        Mode::Words => all_words(&sought.text),
        Mode::Regex => sought.text.clone(),
        Mode::Meaning => {
            let client = driver.client().ok_or_else(not_ready)?;
            let text: Rc<str> = sought.text.trim().into();
            let (vector, found) = ask(&client, &text, results.texts.len())
                .await
                .map_err(|error| Asked::failed(driver, &error))?;
            return Ok(Some(ranked(sought, &text, vector, &found)));
        }
    };
    let problem = |what: String| Asked::Problem(what.into());
    let pattern = Pattern::new(&pattern).map_err(problem)?;
    let points = matching(results, &pattern, wanted).await.map_err(problem)?;
    Ok(points.map(|points| {
        let entry = |&point: &u32| Entry {
            point,
            ..Entry::default()
        };
        Hits {
            results: results.clone(),
            entries: Rc::new(points.iter().take(LISTED).map(entry).collect()),
            points,
            meaning: None,
        }
    }))
}

fn not_ready() -> Asked {
    Asked::Problem("The model is still loading; then the search begins.".into())
}

/// The vector of a text and the points most like it.
async fn ask(
    client: &Client,
    text: &Rc<str>,
    count: usize,
) -> Result<(VectorId, Vec<Neighbour>), ClientError> {
    let embedded = client
        .embed(std::slice::from_ref(text), &Cancel::new(), &|_| {})
        .await?;
    let vector = embedded.first().map_or(0, |embedded| embedded.vector);
    if count == 0 {
        return Ok((vector, Vec::new()));
    }
    Ok((vector, client.nearest(vector, count).await?))
}

/// What a search by meaning found, from the scores of all texts, best first.
fn ranked(sought: &Sought, text: &str, vector: VectorId, found: &[Neighbour]) -> Hits {
    let results = &sought.results;
    let line = |n: &Neighbour| Some((results.line(n.point)?, n.score));
    let entry = |n: &Neighbour| Entry {
        point: n.point,
        score: Some(n.score),
        bar: Some(n.score),
        note: None,
    };
    let best = &found[..sought.count.min(found.len())];
    Hits {
        results: results.clone(),
        points: best.iter().map(|n| n.point).collect(),
        entries: Rc::new(best.iter().take(LISTED).map(entry).collect()),
        meaning: Some(Meaning {
            text: text.into(),
            vector,
            scores: found.iter().filter_map(line).collect(),
        }),
    }
}

/// Makes what was found stand out on the map, and puts a search by meaning on it. A map that is made
/// anew gives the search a new place once it rests.
#[hook]
fn use_highlight(driver: &Rc<Driver>, map: &MapStore, hits: &Option<Shared<Hits>>) {
    let meaning = hits.as_ref().is_some_and(|hits| hits.meaning.is_some());
    let settled = map.drawn.as_ref().filter(|drawn| meaning && !drawn.moving);
    let settled = settled.map(|drawn| drawn.coordinates.clone());
    let (driver, dispatch) = (driver.clone(), map.dispatcher());
    let shown = use_mut_ref(|| false);
    use_change((hits.clone(), settled), move |(hits, settled)| {
        let alive = Rc::new(Cell::new(true));
        let found = hits.clone().filter(|hits| !hits.points.is_empty());
        let before = shown.replace(found.is_some());
        match found {
            Some(hits) => {
                let (alive, settled) = (alive.clone(), settled.is_some());
                spawn_local(async move {
                    let query = match (&hits.meaning, driver.client()) {
                        (Some(meaning), Some(client)) if settled => placed(&client, meaning).await,
                        _ => None,
                    };
                    if alive.get() {
                        let lines = Rc::new(hits.lines().collect());
                        let highlight = Highlight { lines, query };
                        dispatch.dispatch(MapAction::Highlight(Some(highlight)));
                    }
                });
            }
            None if before => dispatch.dispatch(MapAction::Highlight(None)),
            None => {}
        }
        move || alive.set(false)
    });
}

/// The search with its place on the map; nothing where the map can't tell one.
async fn placed(client: &Client, meaning: &Meaning) -> Option<Rc<Query>> {
    let place = client.place(&[meaning.vector]).await.ok()?;
    Some(Rc::new(Query {
        text: meaning.text.clone(),
        place,
        scores: meaning.scores.clone(),
    }))
}
