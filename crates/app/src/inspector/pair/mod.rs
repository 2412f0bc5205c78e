//! The pair card: two texts in full, their score large, and what it means.

mod blind;
mod card;

use crate::inspector::why::Subject;
use crate::session::engine::Driver;
use crate::session::samples::unrelated;
use crate::state::results::Results;
use crate::state::{Engine, Shared, Store};
use crate::ui::hooks::{Value, use_change, use_value};
use crate::ui::part::part;
use crate::ui::scale::{Scale, Units};
use semblance_client::Ratings;
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

/// How the table shows scores.
#[hook]
pub fn use_scale(driver: &Rc<Driver>, store: &Store) -> Scale {
    let units = store.units;
    let unrelated = use_unrelated(driver, &store.results, units == Units::Unrelated);
    Scale {
        units,
        unrelated,
        ratings: ratings(store),
    }
}

/// What people say of the scores of the model at hand, if that was measured.
pub fn ratings(store: &Store) -> Option<&'static Ratings> {
    match &store.engine {
        Engine::Ready(model) => Ratings::of_model(&model.name),
        _ => None,
    }
}

/// What the card shows.
#[derive(Clone)]
pub struct Shown {
    pub store: Store,
    pub subject: Subject,
    /// The score, once it is known.
    pub score: Option<f32>,
    /// The scores of unrelated sentences, lowest first.
    pub unrelated: Rc<[f32]>,
    /// Whether the score is to be explained.
    pub why: Value<bool>,
}

part!(
    "pair",
    /// The card of a pair.
    pub fn pair_card(shown: Shown) -> Html {
        card::card(&shown)
    }
);

/// Bytes above which a text is shown in part and its words are not compared: that takes long, and
/// nobody reads the outcome.
pub const LONGEST: usize = 2_000;

/// The beginning of a text, if it is long.
pub fn beginning(text: &str) -> std::borrow::Cow<'_, str> {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]).into(),
        None => text.into(),
    }
}
