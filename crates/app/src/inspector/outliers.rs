//! The texts that are least like any others.

use crate::inspector::list::{Entries, Entry};
use crate::session::asking::{Asked, status, use_answer};
use crate::session::engine::Driver;
use crate::state::Shared;
use crate::state::results::Results;
use crate::state::use_store;
use std::rc::Rc;
use yew::prelude::*;

/// Outliers listed.
const COUNT: usize = 20;

/// The outliers; the engine is asked while they are `active`.
#[hook]
pub fn use_outliers(driver: &Rc<Driver>, active: bool) -> Html {
    let results = use_store().results.clone();
    let few = results.texts.len() < 2;
    let question = (active && !few).then(|| results.clone());
    let driver = driver.clone();
    let answer = use_answer(question, 0, |_: Shared<Results>| async move {
        let client = driver.client()?;
        Some(match client.outliers(COUNT, Rc::new(|_| {})).await {
            Ok(far) => {
                let far = far.iter().map(|far| entry(far.point, far.score));
                Ok(Rc::new(far.collect::<Vec<_>>()))
            }
            Err(error) => Err(Asked::failed(&driver, &error)),
        })
    });
    let said = match few {
        true => "An outlier takes at least two texts.",
        false => {
            "Farthest first: the number is the mean cosine similarity with the ten nearest texts."
        }
    };
    html! {
        <section aria-label="Odd ones" aria-busy={answer.asked.is_busy().to_string()}>
            <div class="explore-row">{ status(&answer.asked, said.into()) }</div>
            if let Some(found) = &answer.found {
                <Entries results={found.0.0.clone()} entries={found.0.1.clone()} label="Odd ones, farthest first" />
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
