//! What colours say by a field: categories that select their texts, or a scale.

use super::table::{Field, Of};
use super::values::written;
use crate::session::asking::texts;
use crate::stage::map::{MapAction, scale, swatch, use_map_store};
use crate::state::marks::{Mark, MarkStore, use_marks};
use crate::state::results::Results;
use crate::state::{Action, List, Presented, Shared, use_store};
use crate::ui::button::named;
use std::rc::Rc;
use yew::prelude::*;

/// Categories in the legend; the inspector lists them all.
const NAMED: usize = 40;

#[derive(Properties, PartialEq)]
pub struct OfTable {
    pub of: Of,
}

/// The legend of the field that colours the map.
#[component]
pub fn Legend(props: &OfTable) -> Html {
    let (store, map, marks) = (use_store(), use_map_store(), use_marks());
    let results = match &map.drawn {
        Some(drawn) => drawn.results.clone(),
        None => store.results.clone(),
    };
    let name = map.fields.choice.color.clone();
    let seen = (props.of.clone(), results.clone(), name.clone());
    let counts = use_memo(seen, |(of, results, name)| {
        let field = of.0.field(name);
        field.map(|field| of.0.counts(field, results))
    });
    let Some((field, (counts, missing))) = props.of.0.field(&name).zip((*counts).clone()) else {
        return html! {};
    };
    if field.values.is_none() {
        return html! { <p class="map-legend">{ "Reading the column…" }</p> };
    }
    let filter = {
        let (store, map) = (store.dispatcher(), map.dispatcher());
        let name = name.clone();
        Callback::from(move |_: MouseEvent| {
            let name = name.clone();
            map.dispatch(MapAction::Field(Box::new(move |choice| choice.open = name)));
            store.dispatch(Action::List(Some(List::Fields)));
            // Where there is room for one thing only, it is this.
            store.dispatch(Action::Show(Presented::Inspector));
        })
    };
    let filter = named("quiet", "Filter", format!("Filter by {name}"), filter);
    let dark = store.look.dark;
    if field.is_category() {
        let entry = |at: usize| {
            let category = &field.info.categories[at];
            let (words, count) = (category.clone(), counts[at]);
            value(
                &props.of,
                (field, category),
                &results,
                &marks,
                html! {
                    <>{ swatch(at, dark) }<bdi class="words">{ words }</bdi><span class="count">{ count }</span></>
                },
            )
        };
        let all = counts.len();
        return html! {
            <ul class="map-legend" aria-label={format!("Legend: {name}")}>
                <li>{ filter }</li>
                { for (0..all.min(NAMED)).map(|at| html! { <li>{ entry(at) }</li> }) }
                if all > NAMED { <li>{ format!("and {} more", all - NAMED) }</li> }
                if missing > 0 {
                    <li>{ value(&props.of, (field, ""), &results, &marks, html! { <>{ nowhere() }<span>{ "no value" }</span><span class="count">{ missing }</span></> }) }</li>
                }
            </ul>
        };
    }
    let (low, high) = props.of.0.ends(field, &results);
    let none = missing_of(field, &props.of, &results);
    html! {
        <p class="map-legend">
            { filter }
            <span>{ name }</span>
            if low <= high {
                <span>{ written(field.info.kind, low) }</span>{ scale(dark) }<span>{ written(field.info.kind, high) }</span>
            }
            if none > 0 {
                <span class="legend-none">{ nowhere() }{ format!("{} without", texts(none)) }</span>
            }
        </p>
    }
}

/// Texts without a number or a date.
pub fn missing_of(field: &Field, of: &Of, results: &Shared<Results>) -> usize {
    let numbers = of.0.numbers(field, results).into_iter();
    numbers.filter(|number| number.is_nan()).count()
}

/// A button that selects the texts of a category.
pub fn value(
    of: &Of,
    (field, category): (&Field, &str),
    results: &Shared<Results>,
    marks: &MarkStore,
    shown: Html,
) -> Html {
    let (of, field, category) = (of.clone(), field.clone(), category.to_owned());
    let (results, dispatch) = (results.clone(), marks.dispatcher());
    let onclick = Callback::from(move |_: MouseEvent| {
        let members = of.0.members(&field, &category, &results);
        dispatch.dispatch(Mark::Select(members));
    });
    html! { <button type="button" class="legend-group" title="Select its texts" {onclick}>{ shown }</button> }
}

/// The mark of what has no value.
pub fn nowhere() -> Html {
    html! { <svg class="swatch nowhere" viewBox="0 0 10 10" aria-hidden="true"><circle cx="5" cy="5" r="4" /></svg> }
}

/// What a filter is called: “Department: Sales”.
pub fn called(field: &Field, filter: &super::Filter) -> Rc<str> {
    let kind = field.info.kind;
    let words = match filter.range {
        Some((low, high)) => format!("{} to {}", written(kind, low), written(kind, high)),
        None => {
            let words = filter.values.iter();
            let words: Vec<&str> = words
                .map(|value| if value.is_empty() { "no value" } else { value })
                .collect();
            match *words {
                [] => "none".to_owned(),
                [one] => one.to_owned(),
                [one, other] => format!("{one}, {other}"),
                [one, ref rest @ ..] => format!("{one} and {} more", rest.len()),
            }
        }
    };
    format!("{}: {words}", filter.field).into()
}
