//! The panel of the map.

mod appearance;
mod bookmarks;
mod choice;
mod controls;
pub mod export;
mod foot;
mod hidden;
mod kept;
mod maker;
mod store;
mod torn;

pub use foot::{selecting, swatch};
pub use maker::Maker;
pub use store::{
    Found, Grouping, GroupingStore, Groups, Highlight, MapAction, MapState, MapStore, Query,
    Source, use_map_store,
};

use crate::inspector::neighbours::nearest;
use crate::session::engine::Driver;
use crate::session::look::Look;
use crate::state::marks::{Mark, MarkStore, Marks, use_marks};
use crate::state::results::Results;
use crate::state::{Action, Message, Shared, Store, use_store};
use crate::ui::button::{radio, switch, tool, words};
use crate::ui::heat;
use crate::ui::hooks::{Value, use_change, use_value};
use crate::ui::icon::Icon;
use crate::ui::menu::Menu;
use appearance::{Legend, add_query, appearance, regions};
use bookmarks::use_bookmarks;
use choice::Kind;
use controls::{Options, axes_editor, depth, methods, run_bar};
use export::{Picture, save_map};
use foot::foot;
use hidden::hidden;
use maker::TRUST_NEIGHBOURS;
use semblance_client::Metric;
use semblance_scatter::{Axes, Callbacks, Framing, Points, Rgba, Scatter, Theme, Tool, fixed};
use std::cell::RefCell;
use std::rc::Rc;
use store::Drawn;
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlElement;
use yew::prelude::*;

/// What the callbacks of the map look at: the results it shows now.
type Current = Rc<RefCell<Shared<Results>>>;

#[derive(Properties)]
pub struct MapProps {
    pub driver: Rc<Driver>,
}

impl PartialEq for MapProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.driver, &other.driver)
    }
}

/// The map: every text as a point, similar ones close together as far as two or three axes can say
/// it.
#[component]
pub fn Map(props: &MapProps) -> Html {
    let texts = use_store();
    let latest = texts.results.clone();
    let (store, marks) = (use_map_store(), use_marks());
    let maker = {
        let (driver, dispatch) = (props.driver.clone(), store.dispatcher());
        use_memo((), move |()| Maker::new(driver, dispatch))
    };
    {
        let maker = Rc::clone(&maker);
        use_change(
            (latest.clone(), store.layout.clone(), store.again),
            move |(results, layout, again)| maker.make(results.clone(), layout.clone(), *again),
        );
    }
    let results = match &store.drawn {
        Some(drawn) => drawn.results.clone(),
        None => latest,
    };
    let stage = use_node_ref();
    let current: Rc<Current> = use_memo((), |()| Rc::new(RefCell::new(Shared(Rc::default()))));
    let walked = use_value(String::new());
    let map = use_map(&stage, &current, &marks, &walked);
    let look = texts.look;
    let scores = use_scores(&props.driver, &store, &results, &marks);
    use_points(map.as_ref(), &store, &current);
    let legend = use_appearance(map.as_ref(), &store, &scores, &stage, look);
    use_focus(map.as_ref(), &props.driver, &store, &results, &marks);
    use_zoom(map.as_ref(), &store, &results);
    let chosen = use_value(Tool::default());
    let handle = map
        .as_ref()
        .as_ref()
        .and_then(|map| map.as_ref().ok())
        .cloned();
    let bookmarks = use_bookmarks(&handle);

    let act = |act: fn(&Scatter)| {
        let map = handle.clone();
        Callback::from(move |_: MouseEvent| {
            if let Some(map) = &map {
                act(map);
            }
        })
    };
    let drag = |kind: Tool, label: &'static str| {
        let (map, setter) = (handle.clone(), chosen.setter());
        let onchange = Callback::from(move |_: Event| {
            if let Some(map) = &map {
                map.set_tool(kind);
            }
            setter.set(kind);
        });
        radio("dragging", label, None, *chosen == kind, onchange)
    };
    let enlarged = texts.enlarged;
    let enlarge = {
        let dispatch = texts.dispatcher();
        Callback::from(move |_: MouseEvent| dispatch.dispatch(Action::Enlarge(!enlarged)))
    };
    let empty = results.texts.is_empty();
    html! {
        <section class="panel map" id="map" tabindex="-1" role="region" aria-label="Map">
            <div class="map-body">
                <div class="map-stage" ref={stage} />
                if let Some(Err(error)) = &*map {
                    <p class="empty">{ format!("The map can't be drawn: {error}. The scores are not affected.") }</p>
                } else if empty {
                    <p class="empty map-empty">{ "Each text becomes a point; similar texts lie close together." }</p>
                }
                { hidden(&store) }
            </div>
            <div class="panel-head">
                <h2 class="unseen">{ "Map" }</h2>
                { methods(&store) }
                <div class="tools">
                    { depth(&store) }
                    <Options />
                    <Menu label="Map tools" closes=true>
                        { switch("Dragging", [
                            drag(Tool::Move, "Move the map"), drag(Tool::Box, "Select in a box"), drag(Tool::Lasso, "Select with a lasso"),
                        ]) }
                        { words("menu-item", "Show everything", act(Scatter::reset)) }
                        <hr />
                        { bookmarks }
                        <hr />
                        { export(&texts, handle.as_ref()) }
                    </Menu>
                    { tool(Icon::Plus, "Zoom in", "Zoom in (+)", None, act(|map| map.zoom_by(1.4))) }
                    { tool(Icon::Minus, "Zoom out", "Zoom out (−)", None, act(|map| map.zoom_by(1.0 / 1.4))) }
                    { tool(Icon::Enlarge, "Full screen", "Full screen (Escape leaves it)", Some(enlarged), enlarge) }
                </div>
            </div>
            if store.layout.kind == Kind::Axes {
                { axes_editor(&store, &texts, &marks) }
            }
            if let Some(problem) = &store.problem {
                <p class="problem" role="alert">{ &**problem }</p>
            }
            { run_bar(&store, &maker) }
            { foot(&store, &legend, &results, &marks, look) }
            <p class="unseen" role="log" aria-live="polite">{ &*walked }</p>
        </section>
    }
}

/// The map as a file.
fn export(store: &Store, map: Option<&Scatter>) -> Html {
    let picture = |picture: Picture| {
        let (map, dispatch) = (map.cloned(), store.dispatcher());
        Callback::from(move |_: MouseEvent| {
            let (map, dispatch) = (map.clone(), dispatch.clone());
            spawn_local(async move {
                let Some(map) = map else { return };
                if let Err(problem) = save_map(map, picture).await {
                    let text = problem.into();
                    let message = Message { text, remedy: None };
                    dispatch.dispatch(Action::Alert(Some(message)));
                }
            });
        })
    };
    html! {
        <>
            { words("menu-item", "Save as picture (PNG, twice the size)", picture(Picture::Png)) }
            { words("menu-item", "Save as drawing (SVG)", picture(Picture::Svg)) }
        </>
    }
}

type Built = Option<Result<Scatter, String>>;

/// The map inside `stage`, once the stage is there.
#[hook]
fn use_map(
    stage: &NodeRef,
    current: &Rc<Current>,
    marks: &MarkStore,
    walked: &Value<String>,
) -> Rc<Built> {
    let map = use_value(Rc::new(None));
    let (setter, stage, current) = (map.setter(), stage.clone(), current.clone());
    let (dispatch, walked) = (marks.dispatcher(), walked.setter());
    use_change((), move |()| {
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
    let group = (results.groups() > 1)
        .then(|| results.texts.get(to as usize))
        .flatten();
    let group = group.map_or(String::new(), |text| format!(", group {}", text.group + 1));
    format!("Text {}: {}{score}{group}", to + 1, results.text(to))
}

/// Gives the map its points, labels and captions.
#[hook]
fn use_points(map: &Built, store: &MapStore, current: &Rc<Current>) {
    let built = map.as_ref().and_then(|map| map.as_ref().ok()).cloned();
    {
        let (built, current) = (built.clone(), current.clone());
        let query = store.highlight.as_ref().and_then(|h| h.query.clone());
        use_change(
            (store.drawn.clone(), query.clone(), built.is_some()),
            move |(drawn, query, _)| {
                let (Some(map), Some(drawn)) = (built, drawn) else {
                    return;
                };
                current.replace(drawn.results.clone());
                if map.set_points(points(drawn, query.as_deref())).is_err() {
                    // Coordinates that can't be drawn would be a fault of the engine's: show no
                    // points rather than those of other texts.
                    _ = map.set_points(Points::default());
                }
                map.set_axes(captions(drawn));
            },
        );
    }
    let results = store.drawn.as_ref().map(|drawn| drawn.results.clone());
    let query = store.highlight.as_ref().and_then(|h| h.query.clone());
    use_change(
        (results, query, store.clusters.clone(), built.is_some()),
        move |(results, query, clusters, _)| {
            let (Some(map), Some(results)) = (built, results) else {
                return;
            };
            let mut labels: Vec<Rc<str>> = results.texts.iter().map(|t| t.text.clone()).collect();
            let mut importance = Vec::new();
            // The text in the middle of a cluster stands for the others, that of the largest first.
            if let Some(found) = clusters.as_ref().and_then(|found| found.of(results)) {
                importance.resize(labels.len(), 0.0);
                for cluster in &found.clusters {
                    if let Some(center) = importance.get_mut(cluster.center as usize) {
                        *center = cluster.size as f32;
                    }
                }
            }
            if let Some(query) = query {
                importance.resize(labels.len(), 0.0);
                importance.push(f32::MAX);
                labels.push(format!("“{}”", query.text).into());
            }
            map.set_labels(labels, importance);
            let count = results.texts.len();
            map.set_accessible_name(&format!(
                "Map of {count} {}",
                if count == 1 { "text" } else { "texts" }
            ));
        },
    );
}

/// What is drawn of the places: the axes that were chosen, and the search.
fn points(drawn: &Drawn, query: Option<&Query>) -> Points {
    let shown = drawn.layout.shown(drawn.dimensions);
    if drawn.coordinates.is_empty() || shown.len() < 2 {
        return Points::default();
    }
    let rows = drawn.coordinates.chunks_exact(drawn.dimensions);
    let query = query.filter(|query| query.place.len() == drawn.dimensions);
    let all = rows.chain(query.map(|query| &*query.place));
    let coordinates = all
        .flat_map(|row| shown.iter().map(|&axis| row[axis]))
        .collect();
    let texts = drawn.results.texts.iter().map(|text| text.line.0);
    Points {
        coordinates,
        dimensions: shown.len(),
        ids: texts.chain(query.map(|_| u64::MAX)).collect(),
        animate: true,
        framing: Framing::Auto,
    }
}

fn captions(drawn: &Drawn) -> Axes {
    let shown = drawn.layout.shown(drawn.dimensions);
    let own = drawn.layout.whole_axes();
    let caption = |at: usize| match (drawn.layout.kind, shown.get(at)) {
        (_, None) | (Kind::Tsne | Kind::Umap, _) => String::new(),
        (Kind::Pca, Some(&component)) => {
            let share = drawn.variance.get(component).copied();
            share
                .filter(|share| share.is_finite() && *share > 0.0)
                .map_or_else(
                    || format!("PC {}", component + 1),
                    |share| format!("PC {} · {} %", component + 1, fixed(share * 100.0, 1)),
                )
        }
        (Kind::Axes, Some(_)) => own.get(at).map_or_else(
            || format!("PC {}", at + 1 - own.len().min(at)),
            |axis| axis.caption(),
        ),
    };
    Axes {
        x: caption(0),
        y: caption(1),
        z: caption(2),
        grid: !drawn.layout.kind.is_layout(),
    }
}

/// Scores of every point with the search or the selected text, while colours or sizes ask for them.
#[hook]
fn use_scores(
    driver: &Rc<Driver>,
    store: &MapStore,
    results: &Shared<Results>,
    marks: &MarkStore,
) -> Option<Rc<Vec<f32>>> {
    use choice::ColorBy::Score;
    let wanted = store.color == Score || store.size == Score;
    let query = store.highlight.as_ref().and_then(|h| h.query.clone());
    let point = marks.0.primary().and_then(|line| results.point(line));
    let point = point.filter(|_| wanted && query.is_none());
    let asked = use_value((None, Rc::new(Vec::new())));
    let held = use_memo(
        (results.clone(), point, query, wanted),
        |(results, point, query, wanted)| {
            let count = results.texts.len();
            if let (Some(query), true) = (query, wanted) {
                let mut scores = vec![f32::NAN; count];
                for &(line, score) in &query.scores {
                    if let Some(point) = results.point(line) {
                        scores[point as usize] = score;
                    }
                }
                return Some(Rc::new(scores));
            }
            let n = point.filter(|_| results.similarity.is_some())? as usize * count;
            let all = &results.similarity.as_ref()?.scores;
            all.get(n..n + count).map(|row| Rc::new(row.to_vec()))
        },
    );
    let key = (results.clone(), point);
    {
        let (driver, setter, have) = (driver.clone(), asked.setter(), held.is_some());
        use_change((key.clone(), have), move |((results, point), have)| {
            let (Some(point), false, Some(client)) = (*point, *have, driver.client()) else {
                return;
            };
            let results = results.clone();
            spawn_local(async move {
                let all: Vec<u32> = (0..results.texts.len() as u32).collect();
                // The points may have changed meanwhile; the next results ask again.
                if let Ok(scores) = client.block(&[point], &all).await {
                    setter.set((Some((results, Some(point))), Rc::new(scores)));
                }
            });
        });
    }
    match (&*held, &*asked) {
        (Some(held), _) => Some(held.clone()),
        (None, (Some(of), scores)) if *of == key && point.is_some() => Some(scores.clone()),
        _ => None,
    }
}

/// Colours, shapes and sizes, and those of the page; returns what they mean.
#[hook]
fn use_appearance(
    map: &Built,
    store: &MapStore,
    scores: &Option<Rc<Vec<f32>>>,
    stage: &NodeRef,
    look: Look,
) -> Legend {
    let built = map.as_ref().and_then(|map| map.as_ref().ok()).cloned();
    {
        let (built, stage) = (built.clone(), stage.clone());
        use_change((look, built.is_some()), move |(look, _)| {
            let stage = stage.cast::<HtmlElement>();
            let theme = stage.and_then(|stage| theme(&stage, *look));
            if let (Some(map), Some(theme)) = (built, theme) {
                map.set_theme(theme);
            }
        });
    }
    // Frames of a run change places, not looks.
    let known = MapState {
        drawn: None,
        work: None,
        problem: None,
        drafts: Rc::default(),
        zoom: None,
        ..MapState::clone(store)
    };
    let results = store.drawn.as_ref().map(|drawn| drawn.results.clone());
    let drawn = store.drawn.clone();
    let made = use_memo(
        (known, results, scores.clone().map(Shared), look),
        move |(state, _, scores, look)| {
            let scores = scores.as_ref().map(|scores| scores.as_slice());
            drawn.map(|drawn| {
                let (mut look_of, legend) = appearance(state, &drawn, scores, look.dark);
                let query = state.highlight.as_ref().and_then(|h| h.query.as_ref());
                if query.is_some_and(|query| query.place.len() == drawn.dimensions) {
                    let accent = if look.dark { 0x86b7ff } else { 0x0b57c2 };
                    let count = drawn.results.texts.len();
                    add_query(&mut look_of, count, Rgba::hex(accent), look.dark);
                }
                (look_of, legend)
            })
        },
    );
    {
        let built = built.clone();
        use_change((Shared(made.clone()), built.is_some()), move |(made, _)| {
            if let (Some(map), Some((look, _))) = (built, &**made) {
                map.set_appearance(look.clone());
            }
        });
    }
    let named = (
        (store.color, store.source, store.none_below()),
        (store.clusters.clone(), store.groups.clone()),
        store.renamed.clone(),
        store.drawn.as_ref().map(|drawn| drawn.results.clone()),
        look,
        built.is_some(),
    );
    let state = store.clone();
    use_change(named, move |(_, _, _, results, look, _)| {
        if let (Some(map), Some(results)) = (built, results) {
            map.set_regions(regions(&state, results, look.dark));
        }
    });
    (*made)
        .as_ref()
        .map_or(Legend::None, |(_, legend)| legend.clone())
}

/// Shows some texts large, when that is asked for.
#[hook]
fn use_zoom(map: &Built, store: &MapStore, results: &Shared<Results>) {
    let built = map.as_ref().and_then(|map| map.as_ref().ok()).cloned();
    let results = results.clone();
    use_change(store.zoom.clone(), move |lines| {
        if let Some((map, lines)) = built.zip(lines.as_ref()) {
            let points = lines.iter().filter_map(|&line| results.point(line));
            map.fit_to(&points.collect::<Vec<u32>>());
        }
    });
}

/// Selection and hover of the other views, and lines to true neighbours.
#[hook]
fn use_focus(
    map: &Built,
    driver: &Rc<Driver>,
    store: &MapStore,
    results: &Shared<Results>,
    marks: &MarkStore,
) {
    let built = map.as_ref().and_then(|map| map.as_ref().ok()).cloned();
    let (hovered, other) = marks.0.hovered();
    let point = |line: Option<_>| line.and_then(|line| results.point(line));
    let (hovered, other) = (point(hovered), point(other));
    // Without all scores at hand a neighbour's search is work for the engine: not on every hover.
    let hover = hovered.filter(|_| results.similarity.is_some());
    let held = hover.or_else(|| point(marks.0.primary()));
    let truth = use_truth(
        driver,
        results,
        held.filter(|_| store.lines),
        store.layout.metric,
    );
    let drawn = store.drawn.clone().filter(|drawn| !drawn.moving);
    let torn = use_memo(
        (held, truth.clone().map(Shared), drawn),
        |(held, truth, drawn)| {
            let (Some(held), Some(truth), Some(drawn)) = (held, truth, drawn) else {
                return Vec::new();
            };
            let shown = drawn.layout.shown(drawn.dimensions);
            torn::torn(&drawn.coordinates, drawn.dimensions, &shown, *held, truth)
        },
    );
    {
        let built = built.clone();
        let selected: Vec<u32> = (marks.0.selected().iter())
            .filter_map(|&line| results.point(line))
            .collect();
        let focus = Marks::clone(marks);
        use_change(
            (
                focus,
                results.clone(),
                Shared(torn.clone()),
                built.is_some(),
            ),
            move |(_, _, torn, _)| {
                let Some(map) = built else { return };
                map.set_selection(&selected);
                map.set_hovered(hovered);
                match (hovered.zip(other), held) {
                    (Some(pair), _) => map.set_links(&[pair]),
                    (None, Some(held)) => {
                        let links: Vec<(u32, u32)> = torn.iter().map(|&to| (held, to)).collect();
                        map.set_links(&links);
                    }
                    (None, None) => map.set_links(&[]),
                }
            },
        );
    }
}

/// The nearest neighbours of a point in the original space.
#[hook]
fn use_truth(
    driver: &Rc<Driver>,
    results: &Shared<Results>,
    point: Option<u32>,
    metric: Metric,
) -> Option<Rc<Vec<u32>>> {
    let asked = use_value(None);
    let k = TRUST_NEIGHBOURS.min(results.texts.len().saturating_sub(1) / 2);
    let key = (results.clone(), point, metric);
    let held = use_memo(key.clone(), move |(results, point, metric)| {
        let point = point.filter(|_| *metric == Metric::Cosine && results.similarity.is_some())?;
        let near = nearest(results, point).into_iter().take(k);
        Some(Rc::new(near.map(|(other, _)| other).collect::<Vec<u32>>()))
    });
    {
        let (driver, setter, have) = (driver.clone(), asked.setter(), held.is_some());
        use_change(
            (key.clone(), have),
            move |((results, point, metric), have)| {
                let (Some(point), false) = (*point, *have) else {
                    return;
                };
                let (results, metric) = (results.clone(), *metric);
                spawn_local(async move {
                    // The points may have changed meanwhile; the next results ask again.
                    if let Ok(found) = driver.neighbours(point, k, metric).await {
                        let found: Vec<u32> = found.iter().map(|n| n.point).collect();
                        setter.set(Some(((results, Some(point), metric), Rc::new(found))));
                    }
                });
            },
        );
    }
    match (&*held, &*asked) {
        (Some(held), _) => Some(held.clone()),
        (None, Some((of, found))) if *of == key => Some(found.clone()),
        _ => None,
    }
}

/// The colours of the page as the style sheet gives them to the stage.
fn theme(stage: &HtmlElement, look: Look) -> Option<Theme> {
    let style = web_sys::window()?.get_computed_style(stage).ok()??;
    let color = |property: &str| {
        let text = style.get_property_value(property).ok()?;
        let [r, g, b, _] = crate::stage::picture::parse_rgb(&text)?;
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
            .map(|size| js_sys::parse_float(&size))
            .filter(|size| size.is_finite())
            .unwrap_or(standard.font_size),
    })
}
