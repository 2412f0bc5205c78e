//! The nearest neighbours of the selected text.

use crate::engine::Driver;
use crate::heat;
use crate::marking::use_marking;
use crate::marks::{Mark, use_marks};
use crate::matrix::clip;
use crate::results::Results;
use crate::state::{Shared, use_store};
use semblance_client::Metric;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// Neighbours listed.
const COUNT: usize = 20;

#[derive(Properties)]
pub struct NeighboursProps {
    pub driver: Rc<Driver>,
}

impl PartialEq for NeighboursProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.driver, &other.driver)
    }
}

/// The texts most like the one selected, best first, with their scores as bars.
#[component]
pub fn Neighbours(props: &NeighboursProps) -> Html {
    let results = use_store().results.clone();
    let marks = use_marks();
    let container = use_node_ref();
    let point = marks.0.primary().and_then(|line| results.point(line));
    let found = use_found(props, &results, point);
    use_marking(container.clone(), (results.clone(), found.clone()));

    let items = found.iter().map(|&(other, score)| {
        let Some(line) = results.line(other) else { return html! {} };
        let mark = |mark: fn(_) -> Mark| {
            let dispatch = marks.dispatcher();
            move || dispatch.dispatch(mark(line))
        };
        let hover = mark(|line| Mark::Hover(Some(line), None));
        let leave = mark(|_| Mark::Hover(None, None));
        let select = mark(|line| Mark::Select(vec![line]));
        let (focus, blur) = (hover.clone(), leave.clone());
        let width = (f64::from(score).clamp(0.0, 1.0) * 100.0).to_string();
        html! {
            <li key={other}>
                <button type="button" class="neighbour" data-line={line.0.to_string()} onclick={move |_| select()}
                    onmouseenter={move |_| hover()} onmouseleave={move |_| leave()}
                    onfocus={move |_| focus()} onblur={move |_| blur()}>
                    <span class="score-plain" title={heat::full(score)}>{ heat::short(score) }</span>
                    <span class="words">{ clip(results.text(other)) }</span>
                    <svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
                        <rect class="bar-track" width="100" height="4" /><rect class="bar-fill" {width} height="4" />
                    </svg>
                </button>
            </li>
        }
    });
    html! {
        <section class="panel neighbours" aria-labelledby="neighbours-title" ref={container}>
            <div class="panel-head"><h2 id="neighbours-title">{ "Nearest neighbours" }</h2></div>
            if let Some(point) = point {
                <p class="neighbours-of">{ "of " }<q>{ clip(results.text(point)) }</q></p>
                if results.texts.len() == 1 {
                    <p class="empty">{ "It is the only text so far." }</p>
                }
                <ol>{ for items }</ol>
            } else {
                <p class="empty">{ "Select a text in any view: the texts most like it are listed here." }</p>
            }
        </section>
    }
}

/// The neighbours of a point: from the scores at hand, or asked of the engine.
#[hook]
fn use_found(
    props: &NeighboursProps,
    results: &Shared<Results>,
    point: Option<u32>,
) -> Rc<Vec<(u32, f32)>> {
    let driver = props.driver.clone();
    let asked = use_state(|| (None, Rc::new(Vec::new())));
    let setter = asked.setter();
    let near = use_memo((results.clone(), point), |(results, point)| {
        point
            .filter(|_| results.similarity.is_some())
            .map(|point| Rc::new(nearest(results, point)))
    });
    use_effect_with((results.clone(), point), move |(results, point)| {
        if let (Some(point), None) = (*point, &results.similarity) {
            let results = results.clone();
            spawn_local(async move {
                // The points may have changed meanwhile; the next results ask again.
                if let Ok(found) = driver.neighbours(point, COUNT, Metric::Cosine).await {
                    let found = found.iter().map(|n| (n.point, n.score)).collect();
                    setter.set((Some((results, point)), Rc::new(found)));
                }
            });
        }
    });
    match (&*near, &*asked) {
        (Some(near), _) => near.clone(),
        (None, (Some(of), found)) if Some(of) == point.map(|p| (results.clone(), p)).as_ref() => {
            found.clone()
        }
        _ => Rc::default(),
    }
}

/// The nearest neighbours of a point by the scores that the page holds, best first.
pub fn nearest(results: &Results, point: u32) -> Vec<(u32, f32)> {
    let others = (0..results.texts.len() as u32).filter(|&other| other != point);
    let mut found: Vec<(u32, f32)> = others
        .filter_map(|other| Some((other, results.score(point, other)?)))
        .collect();
    found.sort_by(|x, y| y.1.total_cmp(&x.1).then(x.0.cmp(&y.0)));
    found.truncate(COUNT);
    found
}
