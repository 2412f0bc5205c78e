//! The pairs, sorted.

use crate::stage::matrix::clip;
use crate::state::marking::use_marking;
use crate::state::marks::{Mark, MarkStore, use_marks};
use crate::state::results::Results;
use crate::state::use_store;
use crate::ui::heat;
use crate::ui::hooks::use_value;
use semblance_client::Pair;
use yew::prelude::*;

/// Pairs listed at first; more on demand.
const FIRST: usize = 8;

/// What stands in the place of texts by their scores while these are hidden: their order alone
/// would give the answer away.
pub fn hidden() -> Html {
    html! { <p class="empty">{ "Scores are hidden. A click on a cell reveals its score; H shows all." }</p> }
}

/// The most and the least alike pairs, side by side.
#[hook]
pub fn use_pairs() -> Html {
    let store = use_store();
    let results = store.results.clone();
    let marks = use_marks();
    let all = use_value(false);
    let container = use_node_ref();
    use_marking(container.clone(), (results.clone(), *all));
    let longest = results.most.len().max(results.least.len());
    if store.veil.on {
        return hidden();
    }
    if longest == 0 {
        return html! {};
    }
    let count = if *all { longest } else { FIRST };
    let toggle = {
        let all = all.clone();
        Callback::from(move |_: MouseEvent| all.set(!*all))
    };
    html! {
        <section class="pairs" aria-labelledby="pairs-title" ref={container}>
            <h3 id="pairs-title">{ "Pairs" }</h3>
            <div class="pairs-lists">
                { list("Most alike", &results, &results.most, count, &marks) }
                if (4..=40).contains(&results.texts.len()) && !results.least.is_empty() {
                    { list("Least alike", &results, &results.least, count, &marks) }
                }
            </div>
            if longest > FIRST {
                <button type="button" class="quiet" onclick={toggle}>
                    { if *all { "Show fewer".to_owned() } else { format!("Show {longest} of each") } }
                </button>
            }
        </section>
    }
}

/// The first `count` of some pairs.
fn list(
    title: &'static str,
    results: &Results,
    pairs: &[Pair],
    count: usize,
    marks: &MarkStore,
) -> Html {
    let items = pairs.iter().take(count).map(|&Pair { a, b, score }| {
        let (Some(one), Some(other)) = (results.line(a), results.line(b)) else {
            return html! {};
        };
        let mark = |mark: fn(_, _) -> Mark| {
            let dispatch = marks.dispatcher();
            move || dispatch.dispatch(mark(one, other))
        };
        let hover = mark(|one, other| Mark::Hover(Some(one), Some(other)));
        let leave = mark(|_, _| Mark::Hover(None, None));
        let select = mark(|one, other| Mark::Select(vec![other, one]));
        let (focus, blur) = (hover.clone(), leave.clone());
        html! {
            <li key={format!("{a} {b}")}>
                <button type="button" class="pair" onclick={move |_| select()}
                    onmouseenter={move |_| hover()} onmouseleave={move |_| leave()}
                    onfocus={move |_| focus()} onblur={move |_| blur()}>
                    <span class={classes!("score", heat::class(score))} title={heat::full(score)}>{ heat::short(score) }</span>
                    <bdi class="words" data-line={one.0.to_string()}>{ clip(results.text(a)) }</bdi>
                    <bdi class="words" data-line={other.0.to_string()}>{ clip(results.text(b)) }</bdi>
                </button>
            </li>
        }
    });
    html! {
        <div>
            <h4>{ title }</h4>
            <ol>{ for items }</ol>
        </div>
    }
}
