//! The panel of the map.

use crate::heat;
use crate::icon::{Icon, icon};
use crate::look::{Look, use_look};
use crate::marks::{Mark, Marks, use_marks};
use crate::results::Results;
use crate::state::{Shared, use_store};
use semblance_scatter::{
    Appearance, Axes, Callbacks, Framing, Points, Rgba, Scatter, Shape, Theme, categorical,
};
use std::cell::RefCell;
use std::rc::Rc;
use web_sys::HtmlElement;
use yew::prelude::*;

/// What the callbacks of the map look at: the results it shows now.
type Current = Rc<RefCell<Shared<Results>>>;

/// The map: every text as a point, similar ones close together as far as two axes can say it.
#[component]
pub fn Map() -> Html {
    let results = use_store().results.clone();
    let marks = use_marks();
    let stage = use_node_ref();
    let current: Rc<Current> = use_memo((), |()| Rc::new(RefCell::new(Shared(Rc::default()))));
    let walked = use_state_eq(String::new);
    let map = use_map(&stage, &current, &marks, &walked);
    let look = use_look();
    use_points(map.as_ref(), &results, &current);
    use_appearance(map.as_ref(), &results, &stage, look);
    use_focus(map.as_ref(), &results, &marks);

    let act = |act: fn(&Scatter)| {
        let map = map.clone();
        Callback::from(move |_: MouseEvent| {
            if let Some(Ok(map)) = &*map {
                act(map);
            }
        })
    };
    let empty = results.texts.is_empty();
    html! {
        <section class="panel map" role="region" aria-label="Map">
            <div class="panel-head">
                <h2>{ "Map" }</h2>
                <p class="method" title="The two directions in which the texts differ most; the shares say how much of all difference they hold">{ "Principal components" }</p>
                <div class="tools">
                    <button type="button" class="tool" onclick={act(|map| map.zoom_by(1.4))} title="Zoom in (+)" aria-label="Zoom in">{ icon(Icon::Plus) }</button>
                    <button type="button" class="tool" onclick={act(|map| map.zoom_by(1.0 / 1.4))} title="Zoom out (−)" aria-label="Zoom out">{ icon(Icon::Minus) }</button>
                    <button type="button" class="tool" onclick={act(Scatter::fit)} title="Show everything (0)" aria-label="Show everything">{ icon(Icon::Fit) }</button>
                </div>
            </div>
            <div class="map-stage" ref={stage} />
            if let Some(Err(error)) = &*map {
                <p class="empty">{ format!("The map can't be drawn: {error}. The scores are not affected.") }</p>
            } else if empty {
                <p class="empty map-empty">{ "Each text becomes a point; similar texts lie close together." }</p>
            }
            <p class="unseen" role="log" aria-live="polite">{ &*walked }</p>
        </section>
    }
}

type Built = Option<Result<Scatter, String>>;

/// The map inside `stage`, once the stage is there.
#[hook]
fn use_map(
    stage: &NodeRef,
    current: &Rc<Current>,
    marks: &crate::marks::MarkStore,
    walked: &UseStateHandle<String>,
) -> Rc<Built> {
    let map = use_state(|| Rc::new(None));
    let (setter, stage, current) = (map.setter(), stage.clone(), current.clone());
    let (dispatch, walked) = (marks.dispatcher(), walked.setter());
    use_effect_with((), move |()| {
        if let Some(stage) = stage.cast::<HtmlElement>() {
            let results: Current = Rc::clone(&current);
            let line = {
                let results = results.clone();
                move |point: u32| results.borrow().line(point)
            };
            let callbacks = Callbacks {
                on_hover: {
                    let (line, dispatch) = (line.clone(), dispatch.clone());
                    Rc::new(move |point| {
                        dispatch.dispatch(Mark::Hover(point.and_then(&line), None))
                    })
                },
                on_select: {
                    let (line, dispatch) = (line.clone(), dispatch.clone());
                    Rc::new(move |selection| {
                        let lines = selection.points.iter().copied().filter_map(&line).collect();
                        dispatch.dispatch(Mark::Combine(lines, selection.mode));
                    })
                },
                on_walk: Rc::new(move |from, to| {
                    dispatch.dispatch(Mark::Hover(line(to), None));
                    walked.set(said(&results.borrow(), from, to));
                }),
                ..Callbacks::default()
            };
            let built = Scatter::new(&stage, callbacks).map_err(|error| error.to_string());
            setter.set(Rc::new(Some(built)));
        }
    });
    (*map).clone()
}

/// What a step on the map is announced as.
fn said(results: &Results, from: Option<u32>, to: u32) -> String {
    let score = from.and_then(|from| results.score(from, to));
    let score = score.map_or(String::new(), |score| {
        format!(", score {} to the one before", heat::short(score))
    });
    format!("Text {}: {}{score}", to + 1, results.text(to))
}

/// Gives the map its points, labels and captions.
#[hook]
fn use_points(map: &Built, results: &Shared<Results>, current: &Rc<Current>) {
    let (built, current) = (
        map.as_ref().and_then(|map| map.as_ref().ok()).cloned(),
        current.clone(),
    );
    use_effect_with((results.clone(), built.is_some()), move |(results, _)| {
        let Some(map) = built else { return };
        current.replace(results.clone());
        let pca = results.pca.as_ref();
        let coordinates = pca.map_or_else(Vec::new, |pca| pca.coordinates.clone());
        let ids = match coordinates.is_empty() {
            true => Vec::new(),
            false => results.texts.iter().map(|text| text.line.0).collect(),
        };
        let points = Points {
            coordinates,
            dimensions: 2,
            ids,
            animate: true,
            framing: Framing::Auto,
        };
        if map.set_points(points).is_err() {
            // Coordinates that can't be drawn would be a fault of the engine's: show no points
            // rather than those of other texts.
            _ = map.set_points(Points::default());
        }
        map.set_labels(
            results.texts.iter().map(|text| text.text.clone()).collect(),
            Vec::new(),
        );
        let caption = |axis: usize| {
            let share = pca.and_then(|pca| pca.variance.get(axis)).copied();
            share
                .filter(|share| share.is_finite() && *share > 0.0)
                .map_or_else(
                    || format!("PC {}", axis + 1),
                    |share| format!("PC {} · {:.1} %", axis + 1, share * 100.0),
                )
        };
        map.set_axes(Axes {
            x: caption(0),
            y: caption(1),
            z: String::new(),
            grid: true,
        });
        let count = results.texts.len();
        map.set_accessible_name(&format!(
            "Map of {count} {}",
            if count == 1 { "text" } else { "texts" }
        ));
    });
}

/// Colours of groups and of the page.
#[hook]
fn use_appearance(map: &Built, results: &Shared<Results>, stage: &NodeRef, look: Look) {
    let built = map.as_ref().and_then(|map| map.as_ref().ok()).cloned();
    let stage = stage.clone();
    use_effect_with(
        (results.clone(), look, built.is_some()),
        move |(results, look, _)| {
            let Some(map) = built else { return };
            if let Some(theme) = stage
                .cast::<HtmlElement>()
                .and_then(|stage| theme(&stage, *look))
            {
                map.set_theme(theme);
            }
            let groups = || results.texts.iter().map(|text| text.group as usize);
            let mut appearance = Appearance::default();
            if results.groups() > 1 {
                appearance.colors = groups()
                    .map(|group| categorical(group, look.dark))
                    .collect();
                appearance.shapes = groups().map(Shape::nth).collect();
            }
            map.set_appearance(appearance);
        },
    );
}

/// Selection and hover of the other views.
#[hook]
fn use_focus(map: &Built, results: &Shared<Results>, marks: &crate::marks::MarkStore) {
    let built = map.as_ref().and_then(|map| map.as_ref().ok()).cloned();
    let focus = Marks::clone(marks);
    use_effect_with(
        (focus, results.clone(), built.is_some()),
        move |(focus, results, _)| {
            let Some(map) = built else { return };
            let selected: Vec<u32> = focus
                .0
                .selected()
                .iter()
                .filter_map(|&line| results.point(line))
                .collect();
            map.set_selection(&selected);
            let point = |line: Option<_>| line.and_then(|line| results.point(line));
            let (hovered, other) = focus.0.hovered();
            map.set_hovered(point(hovered));
            match point(hovered).zip(point(other)) {
                Some(pair) => map.set_links(&[pair]),
                None => map.set_links(&[]),
            }
        },
    );
}

/// The colours of the page as the style sheet gives them to the stage.
fn theme(stage: &HtmlElement, look: Look) -> Option<Theme> {
    let style = web_sys::window()?.get_computed_style(stage).ok()??;
    let color = |property: &str| {
        let text = style.get_property_value(property).ok()?;
        let [r, g, b, _] = crate::picture::parse_rgb(&text)?;
        Some(Rgba::hex(u32::from_be_bytes([0, r, g, b])))
    };
    let standard = if look.dark {
        Theme::dark()
    } else {
        Theme::light()
    };
    let size = style.get_property_value("font-size").ok();
    Some(Theme {
        background: color("background-color").unwrap_or(standard.background),
        text: color("color").unwrap_or(standard.text),
        muted: color("text-decoration-color").unwrap_or(standard.muted),
        grid: color("column-rule-color").unwrap_or(standard.grid),
        accent: color("caret-color").unwrap_or(standard.accent),
        font: style
            .get_property_value("font-family")
            .unwrap_or(standard.font),
        font_size: size
            .and_then(|size| size.trim_end_matches("px").parse().ok())
            .unwrap_or(standard.font_size),
    })
}
