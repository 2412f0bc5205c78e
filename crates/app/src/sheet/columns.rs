//! What stands beside each text where there are too many for all scores: the text nearest to it,
//! their score, and how odd it is among the others.

use crate::session::engine::Driver;
use crate::sheet::cells::LIMIT;
use crate::stage::matrix::clip;
use crate::state::Shared;
use crate::state::results::Results;
use crate::ui::heat;
use crate::ui::hooks::{use_change, use_value};
use crate::ui::scale::Scale;
use semblance_client::{Overview, PAIRS_LIMIT};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// Where each text of some results stands among the others.
pub type Standings = Option<(Shared<Results>, Shared<Overview>)>;

/// Whether these results have columns of their own: more than have all scores in their rows, and
/// not so many that each edit would keep the engine busy for long.
pub fn has_columns(results: &Results) -> bool {
    results.total == results.texts.len()
        && results.texts.len() > LIMIT
        && results.texts.len() <= PAIRS_LIMIT
}

/// Asks the engine where the texts stand, with each new state of them.
#[hook]
pub fn use_standings(driver: &Rc<Driver>, results: &Shared<Results>) -> Standings {
    let asked = use_value(Standings::None);
    let (driver, setter) = (driver.clone(), asked.setter());
    use_change(results.clone(), move |results| {
        let Some(client) = driver.client().filter(|_| has_columns(results)) else {
            return;
        };
        let results = results.clone();
        spawn_local(async move {
            // The texts may have changed meanwhile; the next results ask again.
            if let Ok(found) = client.overview(Rc::new(|_| {})).await {
                setter.set(Some((results, Shared(Rc::new(found)))));
            }
        });
    });
    (*asked).clone().filter(|(of, _)| of == results)
}

/// The cells of a text: what is nearest to it, their score, its group where there are any, how odd
/// it is.
pub fn cells(
    results: &Results,
    (standings, scale): (&Standings, &Scale),
    point: Option<u32>,
    group: Option<Option<&Rc<str>>>,
) -> Html {
    let group = group.map(|name| {
        let name = name.map_or("", |name| &**name).to_owned();
        html! { <td role="gridcell" class="group words" title={name.clone()}>{ name }</td> }
    });
    let known = standings.as_ref().zip(point).and_then(|((_, all), point)| {
        let at = point as usize;
        let nearest = *all.nearest.get(at)?;
        let score = all
            .scores
            .get(at)
            .copied()
            .filter(|score| score.is_finite())?;
        Some((nearest, score, all.oddness.get(at).copied()?))
    });
    let Some((nearest, score, odd)) = known else {
        return html! { <><td role="gridcell" class="near" /><td role="gridcell" class="near-score" />{ for group }<td role="gridcell" class="odd" /></> };
    };
    html! {
        <>
            <td role="gridcell" class="near words" title={clip(results.text(nearest))}><span class="near-at">{ nearest + 1 }</span><bdi>{ clip(results.text(nearest)) }</bdi></td>
            <td role="gridcell" class="near-score"><span class={classes!("score", heat::class(score))} title={heat::full(score)}>{ scale.brief(score) }</span></td>
            { for group }
            <td role="gridcell" class="odd" title="One less the mean score with the ten nearest texts">{ heat::brief(odd) }</td>
        </>
    }
}
