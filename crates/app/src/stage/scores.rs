//! All scores of many texts: as a table while their numbers fit, as a picture beyond.

use crate::inspector::neighbours::nearest;
use crate::stage::matrix::Matrix;
use crate::stage::picture::use_picture;
use crate::state::marks::use_marks;
use crate::state::results::{MATRIX_LIMIT, Results, TABLE_LIMIT};
use crate::state::{Action, Shared, Store, use_store};
use crate::ui::button::{radio, switch};
use crate::ui::heat::legend;
use crate::ui::part::part;
use semblance_workspace::Order;
use std::rc::Rc;
use yew::prelude::*;

/// Texts in the table beside the picture of a larger document.
const WINDOW: usize = 12;

part!(
    "scores",
    /// The scores, as soon as what draws them is there.
    pub fn scores(_nothing: ()) -> Html {
        html! { <Scores /> }
    }
);

/// The panel.
#[component]
fn Scores() -> Html {
    let store = use_store();
    let results = store.results.clone();
    let count = results.texts.len();
    let order = use_memo(
        (results.clone(), store.settings.order),
        |(results, order)| in_order(results, *order),
    );
    // The texts with numbers beside the picture of a larger document.
    let marks = use_marks();
    let selected: Vec<u32> = (marks.0.selected().iter())
        .filter_map(|&line| results.point(line))
        .collect();
    let deps = (results.clone(), order.clone(), selected);
    let window = use_memo(deps, |(results, points, selected)| {
        Rc::new(window(results, points, selected))
    });
    let picture = use_picture(&results, &order);
    let body = match count {
        0..=TABLE_LIMIT => html! { <Matrix {results} points={(*order).clone()} /> },
        _ => large(&results, picture, &window),
    };
    html! {
        <section class="panel scores" aria-labelledby="scores-title">
            <div class="panel-head">
                <h2 id="scores-title">{ "Scores" }</h2>
                if count <= MATRIX_LIMIT {
                    { order_switch(&store) }
                }
                { legend() }
            </div>
            { body }
        </section>
    }
}

/// The points in the order of the rows.
fn in_order(results: &Results, order: Order) -> Rc<Vec<u32>> {
    let count = results.texts.len();
    let similar = results
        .similarity
        .as_ref()
        .map(|similarity| &similarity.order);
    match (order, similar.filter(|similar| similar.len() == count)) {
        (Order::Similar, Some(similar)) => Rc::new(similar.clone()),
        _ => Rc::new((0..count as u32).collect()),
    }
}

fn order_switch(store: &Store) -> Html {
    let choice = |order: Order, label: &'static str| {
        let dispatch = store.dispatcher();
        let onchange = Callback::from(move |_: Event| dispatch.dispatch(Action::SetOrder(order)));
        let checked = store.settings.order == order;
        radio("order", label, None, checked, onchange)
    };
    let choices = [
        choice(Order::Typed, "As typed"),
        choice(Order::Similar, "Similar together"),
    ];
    switch("Order of rows and columns", choices)
}

/// More texts than a table with numbers can show: a picture of all scores, and the numbers of a
/// few texts.
fn large(results: &Shared<Results>, picture: Html, window: &Rc<Vec<u32>>) -> Html {
    if results.similarity.is_none() {
        let pairs = match results.most.is_empty() {
            true => "",
            false => "Below are the most alike pairs. ",
        };
        return html! {
            <p class="empty">{ format!(
                "{} texts have too many scores to draw them all. {pairs}Select a text to see its nearest neighbours.",
                results.texts.len()
            ) }</p>
        };
    }
    html! {
        <>
            { picture }
            <Matrix results={results.clone()} points={window.clone()} />
        </>
    }
}

/// The points with numbers: those selected, one with its neighbours, or the first of the order.
fn window(results: &Results, points: &[u32], selected: &[u32]) -> Vec<u32> {
    match selected {
        [] => points.iter().copied().take(WINDOW).collect(),
        [one] => {
            let others = nearest(results, *one).into_iter().map(|(other, _)| other);
            [*one].into_iter().chain(others).take(WINDOW).collect()
        }
        many => {
            let shown = points.iter().copied().filter(|point| many.contains(point));
            shown.take(TABLE_LIMIT).collect()
        }
    }
}
