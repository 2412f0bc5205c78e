//! A field in the inspector: its values, how many texts have each, and what can be done with them.

use super::legend::{OfTable, missing_of, nowhere, value};
use super::table::{Field, Of};
use super::values::{per_cent, read, written};
use super::{Choice, Filter};
use crate::open::along::name as kind_name;
use crate::session::asking::texts;
use crate::stage::map::{MapAction, MapStore, Source, swatch, use_map_store};
use crate::state::marks::{MarkStore, use_marks};
use crate::state::results::Results;
use crate::state::{Action, List, Shared, use_store};
use crate::ui::button::words;
use crate::ui::field::{Field as Box_, Select, Take};
use crate::ui::hooks::use_change;
use std::rc::Rc;
use yew::prelude::*;

/// Bars of the picture of numbers.
const BARS: usize = 32;
/// Fields that stand beside the texts at most.
pub const MOST_COLUMNS: usize = 4;

/// What a press changes.
fn change(map: &MapStore, change: impl Fn(&mut Choice) + Clone + 'static) -> Callback<MouseEvent> {
    let dispatch = map.dispatcher();
    Callback::from(move |_: MouseEvent| {
        dispatch.dispatch(MapAction::Field(Box::new(change.clone())));
    })
}

/// A field, its values, and what can be done with them.
#[component]
pub fn Panel(props: &OfTable) -> Html {
    let (store, map, marks) = (use_store(), use_map_store(), use_marks());
    let table = &props.of.0;
    let choice = &map.fields.choice;
    let at = table
        .fields
        .iter()
        .position(|field| field.info.name == choice.open);
    let open = at.and_then(|at| table.fields.get(at));
    {
        // The first that has more to say than words.
        let first = table.fields.iter().find(|field| field.is_category());
        let first = first.or_else(|| table.fields.iter().find(|field| field.is_measured()));
        let first = first.or(table.fields.first());
        let first = first
            .filter(|_| open.is_none())
            .map(|field| field.info.name.clone());
        let dispatch = map.dispatcher();
        use_change(first, move |first| {
            if let Some(name) = first.clone() {
                dispatch.dispatch(MapAction::Field(Box::new(|choice| choice.open = name)));
            }
        });
    }
    let seen = (props.of.clone(), store.results.clone(), choice.open.clone());
    let counts = use_memo(seen, |(of, results, name)| {
        let field = of.0.field(name);
        field.map(|field| (of.0.counts(field, results), missing_of(field, of, results)))
    });
    let names: Vec<String> = table.fields.iter().map(|it| it.info.name.clone()).collect();
    let options = table.fields.iter().map(|field| {
        AttrValue::from(format!(
            "{} ({})",
            field.info.name,
            kind_name(field.info.kind).to_lowercase()
        ))
    });
    let options: Vec<AttrValue> = options.collect();
    let dispatch = map.dispatcher();
    let choose = Callback::from(move |at: usize| {
        if let Some(name) = names.get(at).cloned() {
            dispatch.dispatch(MapAction::Field(Box::new(|choice| choice.open = name)));
        }
    });
    html! {
        <section class="fields-panel" aria-label="Fields">
            <div class="explore-row">
                <label class="pick"><span>{ "Field" }</span><Select label="Field" {options} chosen={at.unwrap_or(usize::MAX)} {choose} /></label>
                if let Some(field) = open {
                    { acts(&store, &map, field) }
                }
            </div>
            if let Some((field, ((counts, missing), none))) = open.zip((*counts).clone()) {
                if field.values.is_none() {
                    <p class="explore-note">{ "Reading the column…" }</p>
                } else if field.is_category() {
                    { categories(&props.of, field, &map, &marks, &store.results, (&counts, missing, store.look.dark)) }
                } else if field.is_measured() {
                    { measured(&props.of, field, &map, &store.results, none) }
                } else {
                    <p class="explore-note">{ "Words that differ from text to text. Show them as a column, or find some: “" }{ field.info.name.to_lowercase() }{ ": words”." }</p>
                }
            }
        </section>
    }
}

/// What can be done with the whole field.
fn acts(store: &crate::state::Store, map: &MapStore, field: &Field) -> Html {
    let name = field.info.name.clone();
    let color = {
        let name = name.clone();
        change(map, move |choice| choice.color = name.clone())
    };
    let group = {
        let (store, map, name) = (store.dispatcher(), map.dispatcher(), name.clone());
        Callback::from(move |_: MouseEvent| {
            let name = name.clone();
            map.dispatch(MapAction::Field(Box::new(|choice| choice.group = name)));
            map.dispatch(MapAction::Source(Source::Field));
            store.dispatch(Action::List(Some(List::Groups)));
        })
    };
    let stands = map.fields.choice.columns.contains(&name);
    let column = change(map, move |choice| {
        if stands {
            choice.columns.retain(|other| *other != name);
        } else {
            choice.columns.truncate(MOST_COLUMNS - 1);
            choice.columns.push(name.clone());
        }
    });
    html! {
        <>
            if field.is_category() || field.is_measured() {
                { words("quiet", "Colour the map", color) }
            }
            if field.is_category() {
                { words("quiet", "Group by it", group) }
            }
            <button type="button" class="quiet" aria-pressed={stands.to_string()} onclick={column}>{ "Show as column" }</button>
        </>
    }
}

/// The categories, each with its texts: a press selects them, a tick shows only them.
fn categories(
    of: &Of,
    field: &Field,
    map: &MapStore,
    marks: &MarkStore,
    results: &Shared<Results>,
    (counts, missing, dark): (&[usize], usize, bool),
) -> Html {
    let name = &field.info.name;
    let filter = map.fields.choice.filter.clone();
    let kept = filter.filter(|filter| filter.field == *name && filter.range.is_none());
    let kept = kept.map_or_else(Vec::new, |filter| filter.values);
    let most = counts.iter().copied().max().unwrap_or(0).max(missing);
    let entry = |category: &str, count: usize, mark: Html| {
        let checked = kept.iter().any(|value| value == category);
        let toggle = {
            let (dispatch, name) = (map.dispatcher(), name.clone());
            let mut values = kept.clone();
            match checked {
                true => values.retain(|value| value != category),
                false => values.push(category.to_owned()),
            }
            Callback::from(move |_: Event| {
                let filter = (!values.is_empty()).then(|| Filter {
                    field: name.clone(),
                    values: values.clone(),
                    range: None,
                });
                dispatch.dispatch(MapAction::Field(Box::new(|choice| choice.filter = filter)));
            })
        };
        let shown = if category.is_empty() {
            "no value"
        } else {
            category
        };
        let body = html! {
            <>{ mark }<bdi class="words">{ shown.to_owned() }</bdi><span class="count">{ count }</span>
                <svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
                    <rect class="bar-track" width="100" height="4" /><rect class="bar-fill" width={per_cent(count, most)} height="4" />
                </svg>
            </>
        };
        html! {
            <li class="field-value">
                <input type="checkbox" aria-label={format!("Only {shown}")} title="Show only these texts" {checked} onchange={toggle} />
                { value(of, (field, category), results, marks, body) }
            </li>
        }
    };
    let entries = field.info.categories.iter().enumerate();
    html! {
        <>
            <ul class="field-values" aria-label={format!("Values of {name}")}>
                { for entries.map(|(at, category)| entry(category, counts[at], swatch(at, dark))) }
                if missing > 0 { { entry("", missing, nowhere()) } }
            </ul>
            <p class="explore-note">{ "Press a value to select its texts; tick some to show only these." }</p>
        </>
    }
}

/// Numbers or dates: how many texts there are from the lowest to the highest, and which are shown.
fn measured(
    of: &Of,
    field: &Field,
    map: &MapStore,
    results: &Shared<Results>,
    none: usize,
) -> Html {
    let (name, kind) = (&field.info.name, field.info.kind);
    let (low, high) = of.0.ends(field, results);
    if low > high {
        return html! { <p class="explore-note">{ "None of the texts has a value." }</p> };
    }
    let filter = map.fields.choice.filter.clone();
    let range = filter
        .filter(|filter| filter.field == *name)
        .and_then(|filter| filter.range);
    let (from, to) = range.unwrap_or((low, high));
    let bound = |label: &str, value: f64, is_low: bool| {
        let (dispatch, name) = (map.dispatcher(), name.clone());
        let (other, end) = if is_low { (to, low) } else { (from, high) };
        let take: Take = Rc::new(move |typed| {
            let value = read(kind, &typed).unwrap_or(end);
            let range = match is_low {
                true => (value, other),
                false => (other, value),
            };
            let filter = (range != (low, high)).then(|| Filter {
                field: name.clone(),
                values: Vec::new(),
                range: Some(range),
            });
            dispatch.dispatch(MapAction::Field(Box::new(|choice| choice.filter = filter)));
            written(kind, value).into()
        });
        let (words, name) = (label.to_owned(), &field.info.name);
        // Another name whenever what it takes is another matter: the box is drawn again then.
        html! { <label class="pick"><span>{ words }</span><Box_ key={format!("{name} {other}")} label={format!("{name} {label}")} value={written(kind, value)} {take} /></label> }
    };
    let mut bars = [0_usize; BARS];
    for number in
        of.0.numbers(field, results)
            .into_iter()
            .filter(|it| !it.is_nan())
    {
        let place = if high > low {
            (number - low) / (high - low)
        } else {
            0.0
        };
        bars[((place * BARS as f64) as usize).min(BARS - 1)] += 1;
    }
    let most = bars.iter().copied().max().unwrap_or(1).max(1);
    let bar = |(at, &count): (usize, &usize)| {
        let height = count as f64 / most as f64 * 40.0;
        let middle = low + (high - low) * (at as f64 + 0.5) / BARS as f64;
        let class = if from <= middle && middle <= to {
            "bar-fill"
        } else {
            "bar-track"
        };
        html! { <rect {class} x={at.to_string()} y={semblance_scatter::decimal(40.0 - height, 2)} width="0.85" height={semblance_scatter::decimal(height, 2)} /> }
    };
    html! {
        <>
            <svg class="histogram" viewBox={format!("0 0 {BARS} 40")} preserveAspectRatio="none" role="img"
                aria-label={format!("Texts by {name}, from {} to {}", written(kind, low), written(kind, high))}>
                { for bars.iter().enumerate().map(bar) }
            </svg>
            <div class="explore-row">
                { bound("from", from, true) }{ bound("to", to, false) }
                <span class="explore-note">{ format!("All: {} to {}", written(kind, low), written(kind, high)) }</span>
                if none > 0 { <span class="explore-note">{ format!("{} without a value", texts(none)) }</span> }
            </div>
        </>
    }
}
