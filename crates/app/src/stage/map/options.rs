//! The options of the ways to make a map: a part.

use super::choice::{COMPONENTS, Kind, Layout, OwnAxis};
use super::controls::choose;
use super::store::{MapAction, MapStore, use_map_store};
use crate::inspector::neighbours::METRICS;
use crate::state::marks::use_marks;
use crate::state::use_store;
use crate::ui::button::{radio, switch};
use crate::ui::field::{Field, Select, Take};
use crate::ui::part::part;
use semblance_client::Metric;
use semblance_scatter::{decimal, fixed};
use std::rc::Rc;
use yew::prelude::*;

part!(
    "options",
    /// The options of the way to make a map, or the ends of its axes.
    pub fn options(axes: bool) -> Html {
        match axes {
            true => html! { <AxesEditor /> },
            false => html! { <Options /> },
        }
    }
);

/// The options of the method. A component, so that a mark elsewhere does not draw its boxes again:
/// that would undo what is being typed into one.
#[component]
pub fn Options() -> Html {
    let store = use_map_store();
    let body = match store.layout.kind {
        Kind::Pca => pca(&store),
        Kind::Tsne => tsne(&store),
        Kind::Umap => umap(&store),
        Kind::Axes => html! {},
    };
    html! {
        <>
            <p class="menu-note">{ store.layout.kind.explained() }</p>
            { body }
            if store.layout.kind.is_layout() {
                { near(&store) }
            }
        </>
    }
}

fn pca(store: &MapStore) -> Html {
    let names = ["Across", "Up", "Deep"];
    let variance = store.drawn.as_ref().map(|drawn| drawn.variance.clone());
    let options: Vec<AttrValue> = (0..COMPONENTS)
        .map(|component| {
            let share = variance.as_ref().and_then(|v| v.get(component)).copied();
            let share = share.map_or(String::new(), |share| {
                format!(" · {} %", fixed(share * 100.0, 1))
            });
            format!("Component {}{share}", component + 1).into()
        })
        .collect();
    let axis = |at: usize| {
        let choose = choose(store, move |layout, component: usize| {
            layout.components[at] = component;
        });
        html! {
            <label class="field"><span>{ names[at] }</span>
                <Select label={names[at]} options={options.clone()} chosen={store.layout.components[at]} {choose} />
            </label>
        }
    };
    let held: f32 = variance.iter().flat_map(|v| v.iter()).sum();
    html! {
        <>
            { for (0..store.layout.dimensions()).map(axis) }
            if held > 0.0 {
                <p class="menu-note">{ format!("These {COMPONENTS} components hold {} % of all difference between the texts.", fixed(held * 100.0, 0)) }</p>
            }
        </>
    }
}

/// A number with its bounds; empty means what suits the number of texts. `set` takes what was
/// typed, within the bounds.
fn field(
    store: &MapStore,
    name: &'static str,
    value: Option<f64>,
    (least, most, step): (f64, f64, f64),
    usual: Option<f64>,
    set: fn(&mut Layout, Option<f64>),
) -> Html {
    // f32 options as they were typed: 0.1, not 0.10000000149.
    let number = |value: f64| AttrValue::from(decimal(value, 4));
    let dispatch = store.dispatcher();
    let take: Take = Rc::new(move |typed| {
        let typed = Some(js_sys::parse_float(&typed)).filter(|number| number.is_finite());
        let value = typed.or(usual).map(|value| value.max(least).min(most));
        let change = move |layout: &mut Layout| set(layout, value);
        dispatch.dispatch(MapAction::Choose(Box::new(change)));
        value.map(number).unwrap_or_default()
    });
    html! {
        <label class="field"><span>{ name }</span>
            <Field label={name} value={value.map(number).unwrap_or_default()} bounds={[least, most, step].map(number)} placeholder="auto" {take} />
        </label>
    }
}

fn tsne(store: &MapStore) -> Html {
    let chosen = store.layout.tsne;
    html! {
        <>
            { field(store, "Perplexity", chosen.perplexity.map(f64::from), (2.0, 100.0, 1.0), None, |layout, value| {
                layout.tsne.perplexity = value.map(|v| v as f32);
            }) }
            { field(store, "Learning rate", chosen.learning_rate.map(f64::from), (0.001, 1e6, 1.0), None, |layout, value| {
                layout.tsne.learning_rate = value.map(|v| v as f32);
            }) }
            { field(store, "Exaggeration", Some(chosen.exaggeration.into()), (1.0, 100.0, 1.0), Some(12.0), |layout, value| {
                layout.tsne.exaggeration = value.unwrap_or(12.0) as f32;
            }) }
            { field(store, "Iterations", Some(chosen.iterations.into()), (50.0, 100_000.0, 50.0), Some(1_000.0), |layout, value| {
                layout.tsne.iterations = value.unwrap_or(1_000.0) as u32;
            }) }
        </>
    }
}

fn umap(store: &MapStore) -> Html {
    let chosen = store.layout.umap;
    html! {
        <>
            { field(store, "Neighbours", chosen.neighbours.map(f64::from), (2.0, 200.0, 1.0), None, |layout, value| {
                layout.umap.neighbours = value.map(|v| v as u32);
            }) }
            { field(store, "Minimum distance", Some(chosen.min_distance.into()), (0.0, 0.99, 0.05), Some(0.1), |layout, value| {
                layout.umap.min_distance = value.unwrap_or(0.1) as f32;
            }) }
            { field(store, "Iterations", chosen.iterations.map(f64::from), (10.0, 100_000.0, 50.0), None, |layout, value| {
                layout.umap.iterations = value.map(|v| v as u32);
            }) }
            <label class="check"><input type="checkbox" checked={chosen.spectral} onchange={choose(store, |layout, _: Event| layout.umap.spectral = !layout.umap.spectral)} />
                <span>{ "Spectral start, rather than principal components" }</span>
            </label>
        </>
    }
}

/// What "near" means, for the methods that go by neighbours.
fn near(store: &MapStore) -> Html {
    let metric = |(metric, name): (Metric, &'static str)| {
        let onchange = choose(store, move |layout, _: Event| layout.metric = metric);
        let checked = store.layout.metric == metric;
        radio("metric", name, None, checked, onchange)
    };
    let centred = choose(store, |layout, _: Event| layout.centred = !layout.centred);
    html! {
        <>
            { switch("Metric", METRICS.map(metric)) }
            <label class="check"><input type="checkbox" checked={store.layout.centred} onchange={centred} />
                <span>{ "Centred: the mean of all texts is taken off first, so that what they all share counts for nothing" }</span>
            </label>
            { field(store, "Seed", Some(store.layout.seed as f64), (0.0, 1e9, 1.0), Some(42.0), |layout, value| {
                layout.seed = value.unwrap_or(42.0) as u64;
            }) }
        </>
    }
}

/// The ends of custom axes.
#[component]
pub fn AxesEditor() -> Html {
    let (store, texts, marks) = (use_map_store(), use_store(), use_marks());
    let store = &store;
    let end = |at: usize, to: bool| {
        let axis = &store.layout.axes[at];
        let words = if to { &axis.to } else { &axis.from };
        fn side(axis: &mut OwnAxis, to: bool) -> &mut Vec<String> {
            if to { &mut axis.to } else { &mut axis.from }
        }
        let dispatch = store.dispatcher();
        let typed: Take = Rc::new(move |typed| {
            let words = split(&typed);
            let value = words.join(" ; ").into();
            let change = move |layout: &mut Layout| *side(&mut layout.axes[at], to) = words;
            dispatch.dispatch(MapAction::Choose(Box::new(change)));
            value
        });
        let selected: Vec<String> = (marks.0.selected().iter())
            .filter_map(|&line| texts.results.point(line))
            .map(|point| texts.results.text(point).to_owned())
            .collect();
        let disabled = selected.is_empty();
        let take = choose(store, move |layout, _: MouseEvent| {
            *side(&mut layout.axes[at], to) = selected.clone();
        });
        let name = format!(
            "{} {}",
            ["Across", "Up", "Deep"][at],
            if to { "to" } else { "from" }
        );
        html! {
            <span class="axis-end">
                <Field label={name.clone()} value={words.join(" ; ")} take={typed} placeholder={if to { "such as: expensive" } else { "such as: cheap" }} />
                <button type="button" class="quiet" {disabled} onclick={take}
                    title="Take the selected texts" aria-label={format!("{name}: take the selected texts")}>{ "← selected" }</button>
            </span>
        }
    };
    let rows = (0..store.layout.dimensions()).map(|at| {
        html! {
            <div class="axis-row">
                <span class="axis-name">{ ["Across", "Up", "Deep"][at] }</span>
                { end(at, false) }<span aria-hidden="true">{ "→" }</span>{ end(at, true) }
            </div>
        }
    });
    let angle = store.drawn.as_ref().and_then(|drawn| drawn.angle);
    html! {
        <div class="axes-editor">
            { for rows }
            <p class="menu-note">
                { "Each axis runs from the middle of some texts to the middle of others; part several by a semicolon. They need not be among your texts." }
                if let Some(angle) = angle.filter(|angle| angle.abs() > 0.8) {
                    { format!(" These two axes show nearly the same: the cosine between them is {}.", fixed(angle, 2)) }
                }
            </p>
        </div>
    }
}

/// Texts that are parted by semicolons.
fn split(words: &str) -> Vec<String> {
    let parts = words.split(';').map(str::trim);
    parts
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_are_parted_by_semicolons() {
        assert_eq!(split(" cheap ;; dirt cheap; "), ["cheap", "dirt cheap"]);
        assert!(split(" ; ").is_empty());
    }
}
