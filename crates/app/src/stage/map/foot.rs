//! Below the map: how far it can be trusted, and what colours and sizes say.

use super::appearance::{Legend, NAMED};
use super::choice::ColorBy;
use super::store::{MapAction, MapStore};
use crate::session::look::Look;
use semblance_client::Trust;
use semblance_scatter::{Shape, categorical, fixed, sequential};
use web_sys::HtmlSelectElement;
use yew::prelude::*;

/// Steps of the scale in the legend.
const STEPS: u32 = 24;

/// The line below the map: what the colours mean, and what there is to say about the point that is
/// hovered or selected.
pub fn foot(store: &MapStore, legend: &Legend, remark: Option<AttrValue>, look: Look) -> Html {
    let picker = |name: &'static str, chosen: ColorBy, set: fn(ColorBy) -> MapAction| {
        let dispatch = store.dispatcher();
        let sizes = name == "Size";
        let choices = ColorBy::ALL
            .into_iter()
            .filter(move |by| !sizes || !matches!(by, ColorBy::Group | ColorBy::Cluster));
        let offered: Vec<ColorBy> = choices.collect();
        let options = offered.clone();
        let onchange = Callback::from(move |event: Event| {
            let index = event
                .target_unchecked_into::<HtmlSelectElement>()
                .selected_index();
            let by = usize::try_from(index).ok().and_then(|i| offered.get(i));
            if let Some(&by) = by {
                dispatch.dispatch(set(by));
            }
        });
        html! {
            <label class="pick"><span>{ name }</span>
                <select aria-label={format!("{name} by")} {onchange}>
                    { for options.into_iter().map(|by| html! { <option selected={by == chosen}>{ by.name() }</option> }) }
                </select>
            </label>
        }
    };
    let dispatch = store.dispatcher();
    let lines = !store.lines;
    let toggle = Callback::from(move |_: Event| dispatch.dispatch(MapAction::Lines(lines)));
    html! {
        <div class="map-foot">
            <div class="map-picks">
                { picker("Colour", store.color, MapAction::Color) }
                { picker("Size", store.size, MapAction::Size) }
                <label class="check" title="Hover or select a text: lines lead to those of its true neighbours that are drawn elsewhere">
                    <input type="checkbox" checked={store.lines} onchange={toggle} /><span>{ "Neighbour lines" }</span>
                </label>
            </div>
            { legend_row(legend, look.dark) }
            if let Some(trust) = &store.trust {
                { trust_line(trust) }
            }
            if let Some(remark) = remark {
                <p class="map-remark">{ remark }</p>
            }
        </div>
    }
}

fn legend_row(legend: &Legend, dark: bool) -> Html {
    match legend {
        Legend::None => html! {},
        Legend::Missing(why) => html! { <p class="map-legend">{ *why }</p> },
        Legend::Classes { what, names, count } => {
            let entry = |(at, name): (usize, &String)| {
                html! { <li>{ swatch(at, dark) }<span class="words">{ name }</span></li> }
            };
            html! {
                <ul class="map-legend" aria-label={format!("Legend: {what}")}>
                    { for names.iter().enumerate().map(entry) }
                    if *count > NAMED { <li>{ format!("and {} more", count - NAMED) }</li> }
                </ul>
            }
        }
        Legend::Scale { what, low, high } => {
            let step = |at: u32| {
                let color = sequential(f64::from(at) / f64::from(STEPS - 1)).css();
                html! { <rect x={at.to_string()} width="1.1" height="1" fill={color} /> }
            };
            html! {
                <p class="map-legend">
                    <span>{ what }</span>
                    <span>{ low }</span>
                    <svg class="map-scale" viewBox={format!("0 0 {STEPS} 1")} preserveAspectRatio="none" aria-hidden="true">
                        { for (0..STEPS).map(step) }
                    </svg>
                    <span>{ high }</span>
                </p>
            }
        }
    }
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

/// How far the map can be trusted, in one sentence; the terms of the field in its title.
fn trust_line(trust: &Trust) -> Html {
    let whole = &trust.whole;
    if whole.k == 0 {
        return html! {};
    }
    let sample = if (whole.ranked as usize) < trust.points.len() {
        format!(" Measured on a sample of {} texts.", whole.ranked)
    } else {
        String::new()
    };
    let title = format!(
        "Neighbours are compared in the original space. Trustworthiness {}: few strangers among the {k} nearest on the map. Continuity {}: few of the {k} true nearest drawn elsewhere (Venna and Kaski 2001).{sample}",
        fixed(whole.trustworthiness, 3),
        fixed(whole.continuity, 3),
        k = whole.k
    );
    html! {
        <p class="map-trust" {title}>
            <strong>{ format!("Trust {} %", fixed(whole.preservation * 100.0, 0)) }</strong>
            { format!(
                ": of the {} texts nearest to each, the map keeps {} near it. Trustworthiness {}, continuity {}.",
                whole.k,
                fixed(whole.preservation * f64::from(whole.k), 1),
                fixed(whole.trustworthiness, 2),
                fixed(whole.continuity, 2)
            ) }
        </p>
    }
}
