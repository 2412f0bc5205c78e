//! How the map is made: method, depth, and the run under way. Its options are a part.

use super::choice::{Kind, Layout};
use super::maker::Maker;
use super::store::{MapAction, MapStore, Work};
use crate::ui::button::{radio, switch, tool};
use crate::ui::icon::{Icon, icon};
use semblance_client::Steer;
use semblance_scatter::{decimal, fixed};
use std::rc::Rc;
use yew::prelude::*;

/// A change of the layout as an event handler.
pub fn choose<E: 'static>(
    store: &MapStore,
    change: impl Fn(&mut Layout, E) + Clone + 'static,
) -> Callback<E> {
    let dispatch = store.dispatcher();
    Callback::from(move |event: E| {
        let change = change.clone();
        dispatch.dispatch(MapAction::Choose(Box::new(move |layout| {
            change(layout, event);
        })));
    })
}

/// The choice of the method, and of depth.
pub fn methods(store: &MapStore) -> Html {
    let choice = |kind: Kind| {
        let onchange = choose(store, move |layout, _: Event| layout.kind = kind);
        let checked = store.layout.kind == kind;
        radio(
            "projection",
            kind.name(),
            Some(kind.explained()),
            checked,
            onchange,
        )
    };
    switch("Projection", Kind::ALL.map(choice))
}

/// Two or three dimensions.
pub fn depth(store: &MapStore) -> Html {
    let toggle = choose(store, |layout, _: MouseEvent| layout.deep = !layout.deep);
    let pressed = store.layout.deep.to_string();
    html! { <button type="button" class="word" aria-pressed={pressed} title="Three dimensions: drag to turn" onclick={toggle}>{ "3-D" }</button> }
}

/// The run under way, and what can be done about it.
pub fn run_bar(store: &MapStore, maker: &Rc<Maker>) -> Html {
    let steer = |steer: Steer| {
        let maker = maker.clone();
        Callback::from(move |_: MouseEvent| maker.steer(steer))
    };
    let again = {
        let dispatch = store.dispatcher();
        Callback::from(move |_: MouseEvent| dispatch.dispatch(MapAction::Again))
    };
    let button = |label: &'static str, shape: Icon, onclick: Callback<MouseEvent>| {
        tool(shape, label, label, None, onclick)
    };
    let placed = store.drawn.as_ref().map_or(0, |drawn| drawn.placed);
    html! {
        <div class="run-bar">
            if let Some(work) = &store.work {
                <span class="run-what">{ said(work) }</span>
                <progress max={decimal(work.total.max(1.0), 2)} value={decimal(work.done, 2)} aria-label={work.what}
                    aria-valuetext={said(work)} />
                if work.steerable {
                    if work.paused {
                        { button("Go on", Icon::Play, steer(Steer::Resume)) }
                    } else {
                        { button("Pause", Icon::Pause, steer(Steer::Pause)) }
                    }
                    { button("Stop here", Icon::Stop, steer(Steer::Finish)) }
                }
            } else if store.layout.kind.is_layout() {
                <span class="run-what">
                    if placed > 0 {
                        { format!("{placed} new {} placed on the map; the others stayed.", if placed == 1 { "text" } else { "texts" }) }
                    }
                </span>
                <button type="button" class="quiet" onclick={again}>{ icon(Icon::Again) }{ "Run again" }</button>
            }
        </div>
    }
}

fn said(work: &Work) -> String {
    let (done, total) = (fixed(work.done, 0), fixed(work.total, 0));
    match (
        work.steerable && work.what != "Finding neighbours",
        work.paused,
    ) {
        (true, false) => format!("{}, iteration {done} of {total}", work.what),
        (true, true) => format!("{} waits at iteration {done} of {total}", work.what),
        (false, _) => format!("{}, {done} %", work.what),
    }
}
