//! Below the map: what colours and sizes say, and how far it can be trusted.

use super::appearance::{Legend, shade};
use super::choice::ColorBy;
use super::store::{Grouping, MapAction, MapStore};
use crate::fields::{Choice, Piece};
use crate::session::look::Look;
use crate::state::Shared;
use crate::state::marks::{Mark, MarkStore};
use crate::state::results::Results;
use crate::ui::field::Select;
use semblance_client::Trust;
use semblance_scatter::{Shape, categorical, fixed};
use semblance_workspace::LineId;
use yew::prelude::*;

/// Steps of the scale in the legend.
const STEPS: u32 = 24;
/// Groups named below the map; the inspector lists them all.
const NAMED: usize = 24;

/// The line below the map.
pub fn foot(
    store: &MapStore,
    legend: &Legend,
    results: &Shared<Results>,
    marks: &MarkStore,
    look: Look,
) -> Html {
    let fields = &store.fields;
    type Set = fn(ColorBy) -> MapAction;
    type Named = fn(&mut Choice) -> &mut String;
    let picker = |name: &'static str, (chosen, field): (ColorBy, &str), set: Set, named: Named| {
        let dispatch = store.dispatcher();
        let first = if name == "Size" { 1 } else { 0 };
        let offered = &ColorBy::ALL[first..];
        let own = fields.source.as_ref();
        let own = own.map_or_else(Vec::new, |source| source.offered(first > 0));
        let own_at = own.iter().position(|own| **own == *field);
        let mut options: Vec<AttrValue> = offered.iter().map(|by| by.name().into()).collect();
        options.extend(own.iter().cloned());
        let at = match own_at {
            Some(at) => Some(offered.len() + at),
            None => offered.iter().position(|&by| by == chosen),
        };
        let choose = Callback::from(move |at: usize| {
            dispatch.dispatch(match ColorBy::ALL.get(first + at) {
                Some(&by) => set(by),
                None => {
                    let own = own.get(first + at - ColorBy::ALL.len());
                    let own = own.map_or(String::new(), |own| own.to_string());
                    MapAction::Field(Box::new(move |choice| *named(choice) = own))
                }
            });
        });
        html! {
            <label class="pick"><span>{ name }</span>
                <Select label={format!("{name} by")} {options} chosen={at.unwrap_or(usize::MAX)} {choose} />
            </label>
        }
    };
    let dispatch = store.dispatcher();
    let lines = !store.lines;
    let toggle = Callback::from(move |_: Event| dispatch.dispatch(MapAction::Lines(lines)));
    html! {
        <div class="map-foot">
            <div class="map-picks">
                { picker("Colour", (store.color, &fields.choice.color), MapAction::Color, |choice| &mut choice.color) }
                { picker("Size", (store.size, &fields.choice.size), MapAction::Size, |choice| &mut choice.size) }
                <label class="check" title="Hover or select a text: lines lead to those of its true neighbours that are drawn elsewhere">
                    <input type="checkbox" checked={store.lines} onchange={toggle} /><span>{ "Neighbour lines" }</span>
                </label>
            </div>
            { legend_row(legend, store, results, marks, look.dark) }
            if let Some(trust) = store.trust.as_ref().filter(|trust| trust.whole.k > 0) {
                <p class="map-trust" title={terms(trust)}>{ plain(trust) }</p>
            }
        </div>
    }
}

fn legend_row(
    legend: &Legend,
    store: &MapStore,
    results: &Shared<Results>,
    marks: &MarkStore,
    dark: bool,
) -> Html {
    match legend {
        Legend::None => html! {},
        Legend::Field => store.fields.draw(Piece::Legend),
        Legend::Missing(why) => html! { <p class="map-legend">{ *why }</p> },
        Legend::Groups => {
            let Some(grouping) = store.grouping(results) else {
                return html! {};
            };
            let entry = |at: usize| {
                let onclick = selecting(&grouping, at, results, marks);
                let (_, name) = &grouping.groups[at];
                html! { <li><button type="button" class="legend-group" title="Select its texts" {onclick}>{ swatch(at, dark) }<bdi class="words">{ &**name }</bdi></button></li> }
            };
            let count = grouping.groups.len();
            html! {
                <ul class="map-legend" aria-label="Legend: groups">
                    { for (0..count.min(NAMED)).map(entry) }
                    if count > NAMED { <li>{ format!("and {} more", count - NAMED) }</li> }
                </ul>
            }
        }
        Legend::Scale { what, low, high } => {
            html! {
                <p class="map-legend">
                    <span>{ what }</span>
                    <span>{ low }</span>
                    { scale(dark) }
                    <span>{ high }</span>
                </p>
            }
        }
    }
}

/// The colours from the lowest value to the highest.
pub fn scale(dark: bool) -> Html {
    let step = |at: u32| {
        let color = shade(f64::from(at) / f64::from(STEPS - 1), dark).css();
        html! { <rect x={at.to_string()} width="1.1" height="1" fill={color} /> }
    };
    html! {
        <svg class="map-scale" viewBox={format!("0 0 {STEPS} 1")} preserveAspectRatio="none" aria-hidden="true">
            { for (0..STEPS).map(step) }
        </svg>
    }
}

/// Selects the texts of a group.
pub fn selecting(
    grouping: &Grouping,
    group: usize,
    results: &Results,
    marks: &MarkStore,
) -> Callback<MouseEvent> {
    let members = grouping.members().into_iter().nth(group);
    let lines: Vec<LineId> = (members.unwrap_or_default().into_iter())
        .filter_map(|point| results.line(point))
        .collect();
    let dispatch = marks.dispatcher();
    Callback::from(move |_: MouseEvent| dispatch.dispatch(Mark::Select(lines.clone())))
}

/// The mark of a class, as on the map.
pub fn swatch(class: usize, dark: bool) -> Html {
    let fill = categorical(class, dark).css();
    let path = match Shape::nth(class) {
        Shape::Circle => "M5 1a4 4 0 1 1 0 8 4 4 0 0 1 0-8z",
        Shape::Square => "M1.5 1.5h7v7h-7z",
        Shape::Triangle => "M5 .8 9.3 8.6H.7z",
        Shape::Diamond => "M5 .2 9.8 5 5 9.8.2 5z",
        Shape::Plus => "M3.7.7h2.6v3h3v2.6h-3v3H3.7v-3h-3V3.7h3z",
        Shape::TriangleDown => "M5 9.2.7 1.4h8.6z",
        Shape::Cross => {
            "M2.2.8 5 3.6 7.8.8 9.2 2.2 6.4 5l2.8 2.8-1.4 1.4L5 6.4 2.2 9.2.8 7.8 3.6 5 .8 2.2z"
        }
        Shape::Star => "M5 .3l1.3 3.3 3.5.2-2.7 2.2.9 3.4L5 7.5 2 9.4l.9-3.4L.2 3.8l3.5-.2z",
    };
    html! { <svg class="swatch" viewBox="0 0 10 10" aria-hidden="true"><path d={path} {fill} /></svg> }
}

/// How far the map can be trusted, in plain words.
fn plain(trust: &Trust) -> String {
    let share = fixed(trust.whole.preservation * 10.0, 0);
    format!("{share} of 10 neighbours are drawn right")
}

/// The same in the terms of the field.
fn terms(trust: &Trust) -> String {
    let whole = &trust.whole;
    let sample = if (whole.ranked as usize) < trust.points.len() {
        format!(" Measured on a sample of {} texts.", whole.ranked)
    } else {
        String::new()
    };
    format!(
        "Trust {} %: of the {k} texts nearest to each in the original space, the map keeps {} near it. Trustworthiness {}: few strangers among the {k} nearest on the map. Continuity {}: few of the {k} true nearest drawn elsewhere (Venna and Kaski 2001).{sample}",
        fixed(whole.preservation * 100.0, 0),
        fixed(whole.preservation * f64::from(whole.k), 1),
        fixed(whole.trustworthiness, 3),
        fixed(whole.continuity, 3),
        k = whole.k
    )
}
