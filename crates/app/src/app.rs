//! The page as a whole: the state that the views share, and what ties them together.

use crate::class::{self, Class};
use crate::dialogs::{Door, KEYS, Shown, models, open, use_about};
use crate::fields;
use crate::header::Header;
use crate::inspector::panel::Explore;
use crate::kept;
use crate::open::dialog;
use crate::session::elsewhere::Watch;
use crate::session::engine::Driver;
use crate::session::keep::{self, Latest};
use crate::session::look::use_applied_look;
use crate::session::save::Saving;
use crate::session::storage;
use crate::session::timing;
use crate::sheet::panel::{Texts, keep_page_on_drop};
use crate::stage::map::{MapAction, MapStore, Source};
use crate::stage::panel::Stage;
use crate::state::Presented;
use crate::state::marks::{Mark, MarkStore, Marks};
use crate::state::{Action, Message, Shared, State, Store};
use crate::status::messages;
use crate::ui::hooks::use_change;
use gloo::events::{EventListener, EventListenerOptions};
use gloo::timers::callback::Timeout;
use semblance_client::Importer;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Element, HtmlElement, KeyboardEvent};
use yew::prelude::*;

/// How long typing must pause before changed lines are embedded, in milliseconds.
const PAUSE: u32 = 250;

/// The page.
#[component]
pub fn App() -> Html {
    let store: Store = use_reducer_eq(|| State {
        class: class::opening(),
        ..keep::opening()
    });
    let marks: MarkStore = use_reducer_eq(Marks::default);
    let map: MapStore = use_reducer_eq(keep::opening_map);
    use_applied_look(&store);
    let driver = {
        let dispatch = store.dispatcher();
        let driver = use_memo((), move |()| Driver::new(dispatch, base()));
        Rc::clone(&*driver)
    };
    use_started(&driver, &store);
    use_embedded(&driver, &store);
    use_kept_settings(&store);
    use_about(&store.engine);
    use_keys(&store, &marks);
    {
        let (marks, map) = (marks.dispatcher(), map.dispatcher());
        use_change(store.results.clone(), move |results| {
            if !results.texts.is_empty() {
                timing::mark_once("semblance:first-scores");
            }
            marks.dispatch(Mark::Keep(results.clone()));
            map.dispatch(MapAction::Settle(results.clone()));
            keep::computed();
        });
    }
    let grouping = {
        let map = map.clone();
        let seen = (
            store.results.clone(),
            (map.source, map.none_below(), map.renamed.clone()),
            (map.source == Source::Field).then(|| map.fields.clone()),
            (map.clusters.clone(), map.groups.clone()),
        );
        use_memo(seen, move |(results, ..)| {
            map.grouping(results)
                .map(|grouping| Shared(Rc::new(grouping)))
        })
    };
    let importer = use_memo((), |()| Rc::new(Importer::new(base())));
    let importer = Rc::clone(&*importer);
    let saving = Saving {
        store: store.clone(),
        map: map.clone(),
        grouping: (*grouping).clone(),
        driver: driver.clone(),
        importer: importer.clone(),
    };
    let latest = use_mut_ref(|| saving.clone());
    latest.replace(saving);
    use_kept(&latest, &store, &map);
    use_fields(&latest, &store, &map);
    // Beyond a few dozen texts the map says more than their list.
    let many = store.results.total > 40;
    // Two points say nothing on a map: their score is all there is to say.
    let total = store.results.total;
    let few = (1..=2).contains(&total);
    // Three or four lie as they must on any map, far apart; two groups of them can be compared.
    let mapless = (1..=4).contains(&total) && (few || grouping.is_none());
    let shown = match store.present {
        None => "",
        Some(Presented::Sheet) => "present present-sheet",
        Some(Presented::Map) => "present present-map",
        Some(Presented::Inspector) => "present present-inspector",
    };
    let view = match store.view {
        Presented::Sheet => "view-sheet",
        Presented::Map => "view-map",
        Presented::Inspector => "view-inspector",
    };
    let act = |make: fn() -> Action| {
        let dispatch = store.dispatcher();
        Some(Callback::from(move |_: MouseEvent| {
            dispatch.dispatch(make())
        }))
    };
    let tab = |what: Presented, name: &'static str| {
        let dispatch = store.dispatcher();
        let onclick = Callback::from(move |_: MouseEvent| dispatch.dispatch(Action::Show(what)));
        let pressed = (store.view == what).to_string();
        html! { <button type="button" aria-pressed={pressed} {onclick}>{ name }</button> }
    };
    html! {
        <ContextProvider<Store> context={store.clone()}>
        <ContextProvider<MarkStore> context={marks}>
        <ContextProvider<MapStore> context={map}>
            <a class="skip" href="#texts">{ "Skip to the texts" }</a>
            <a class="skip" href="#map">{ "Skip to the map" }</a>
            <Header driver={driver.clone()} />
            <main class={classes!("views", view, shown, many.then_some("many"), few.then_some("few"), mapless.then_some("mapless"), store.enlarged.then_some("enlarged"))}>
                <Texts driver={driver.clone()} grouping={(*grouping).clone()} />
                <Stage driver={driver.clone()} />
                <Explore driver={driver.clone()} grouping={(*grouping).clone()} />
            </main>
            <Door driver={driver.clone()} engine={store.engine.clone()} />
            <nav class="phone-bar" aria-label="View">
                { tab(Presented::Sheet, "Texts") }{ tab(Presented::Inspector, "Compare") }{ tab(Presented::Map, "Map") }
            </nav>
            { messages(&store, &driver) }
            if store.class.is_some() {
                { class::room(driver.clone(), act(|| Action::Class(None))) }
            }
            if store.shows_kept {
                { kept::dialog((), act(|| Action::ShowKept(false))) }
            }
            if store.shows_models {
                { models(Shown::Picker(driver.clone()), act(|| Action::ShowModels(false))) }
            }
            if !store.incoming.is_empty() {
                { dialog(importer, act(|| Action::Opened)) }
            }
        </ContextProvider<MapStore>>
        </ContextProvider<MarkStore>>
        </ContextProvider<Store>>
    }
}

/// The address that the page's files are relative to.
fn base() -> String {
    gloo::utils::document()
        .base_uri()
        .ok()
        .flatten()
        .unwrap_or_default()
}

/// Starts the engine and the watch on requests, once.
#[hook]
fn use_started(driver: &Rc<Driver>, store: &Store) {
    {
        // Before the start below: the first engine is the one that was kept.
        let driver = driver.clone();
        use_change(
            (store.settings.model, store.settings.exact),
            move |&choice| {
                driver.choose(choice);
            },
        );
    }
    {
        // Pupils predict; none of their devices needs the model for that.
        let driver = driver.clone();
        use_change(store.class == Some(Class::Pupil), move |&pupil| {
            if !pupil {
                driver.start();
            }
        });
    }
    let dispatch = store.dispatcher();
    use_change((), move |()| {
        timing::mark("semblance:page-ready");
        let watch = Watch::new(move |count| dispatch.dispatch(Action::Elsewhere(count)));
        let drops = keep_page_on_drop();
        move || drop((watch, drops))
    });
}

/// Hands the texts to the engine whenever they change: after a pause when they are being typed,
/// at once otherwise.
#[hook]
fn use_embedded(driver: &Rc<Driver>, store: &Store) {
    let (driver, state) = (driver.clone(), store.clone());
    use_change(store.document.revision(), move |&revision| {
        let typed = revision > 0 && state.shown == revision;
        let document = state.document.clone();
        let dispatch = state.dispatcher();
        let pause = Timeout::new(if typed { PAUSE } else { 0 }, move || {
            driver.set_texts(document.texts());
            dispatch.dispatch(Action::Seal);
        });
        move || drop(pause)
    });
}

/// Keeps settings in the browser's storage.
#[hook]
fn use_kept_settings(store: &Store) {
    let settings = use_mut_ref(|| store.settings);
    use_change(store.settings, move |&now| {
        storage::keep_settings(settings.replace(now), now);
    });
}

/// Keeps the workspace, whenever something of it changes.
#[hook]
fn use_kept(latest: &Latest, store: &Store, map: &MapStore) {
    let texts = (
        (store.document.revision(), store.sample),
        store.settings.keep_nothing,
    );
    let view = (
        (map.layout.clone(), map.color, map.size, map.lines),
        (map.hidden.clone(), map.source, map.none_below),
        (map.renamed.clone(), map.drafts.clone()),
        (map.groups.clone(), map.clusters.clone()),
        (map.bookmarks.clone(), map.fields.choice.clone()),
    );
    let (started, latest) = (use_mut_ref(|| false), latest.clone());
    use_change((texts, view), move |_| match started.replace(true) {
        true => keep::changed(),
        false => keep::start(&latest),
    });
}

/// Has the columns that texts came with, whenever there may be others or others are shown.
#[hook]
fn use_fields(latest: &Latest, store: &Store, map: &MapStore) {
    let seen = (
        store.results.clone(),
        Shared(store.sources.clone()),
        (map.fields.choice.clone(), map.source),
    );
    let any = !store.sources.is_empty() || map.fields.source.is_some();
    let latest = latest.clone();
    use_change(seen, move |_| {
        if any {
            let saving = latest.borrow().clone();
            spawn_local(async move {
                let store = saving.store.clone();
                if fields::update(saving).await.is_none() {
                    let text = "A part of this page could not be loaded, so the columns of your table are not shown. Check the connection, then reload the page.".into();
                    store.dispatch(Action::Notice(Some(Message { text, remedy: None })));
                }
            });
        }
    });
}

/// Keys that work everywhere.
#[hook]
fn use_keys(store: &Store, marks: &MarkStore) {
    // What can be left with Escape: one thing at a time.
    let left = use_mut_ref(|| None::<Action>);
    left.replace(match () {
        () if store.enlarged => Some(Action::Enlarge(false)),
        () if store.present.is_some() => Some(Action::Present(None)),
        () => None,
    });
    let (store, marks) = (store.dispatcher(), marks.dispatcher());
    use_change((), move |()| {
        let options = EventListenerOptions::enable_prevent_default();
        let document = gloo::utils::document();
        let listener =
            EventListener::new_with_options(&document, "keydown", options, move |event| {
                let Some(event) = event.dyn_ref::<KeyboardEvent>() else {
                    return;
                };
                let control = event.ctrl_key() || event.meta_key();
                match (letter(event).as_str(), control, event.shift_key()) {
                    // These boxes have an undo of their own.
                    ("z" | "Z" | "y" | "Y", true, _) if is_in(event, OWN_UNDO) => return,
                    ("z" | "Z", true, false) => store.dispatch(Action::Undo),
                    ("z" | "Z", true, true) | ("y" | "Y", true, _) => store.dispatch(Action::Redo),
                    ("F6", ..) => go_round(event.shift_key()),
                    ("Escape", ..) => {
                        return match left.take() {
                            Some(leave) => store.dispatch(leave),
                            None => marks.dispatch(Mark::Clear),
                        };
                    }
                    (key, false, _) if !is_in(event, TEXT_BOX) && !event.alt_key() => {
                        let action = match key {
                            "?" => {
                                open(KEYS);
                                return event.prevent_default();
                            }
                            "p" | "P" => Action::TogglePresent,
                            "h" | "H" => Action::ToggleVeil,
                            "1" => Action::Show(Presented::Sheet),
                            "2" => Action::Show(Presented::Map),
                            "3" => Action::Show(Presented::Inspector),
                            _ => return,
                        };
                        store.dispatch(action);
                    }
                    _ => return,
                }
                event.prevent_default();
            });
        move || drop(listener)
    });
}

/// The parts of the page, by their ids.
const REGIONS: [&str; 3] = ["texts", "map", "inspector"];

/// Moves the focus to the next part of the page that is shown, or to the one before.
fn go_round(back: bool) {
    let document = gloo::utils::document();
    let around = |id: &&str| {
        let part = document.get_element_by_id(id)?;
        let active = document.active_element()?;
        part.contains(Some(&active)).then_some(())
    };
    let here = REGIONS.iter().position(|id| around(id).is_some());
    let count = REGIONS.len();
    for step in 1..=count {
        let next = match (here, back) {
            (Some(here), false) => here + step,
            (Some(here), true) => here + 2 * count - step,
            (None, false) => step - 1,
            (None, true) => count - step,
        };
        let part = document.get_element_by_id(REGIONS[next % count]);
        let part = part.and_then(|part| part.dyn_into::<HtmlElement>().ok());
        // What is hidden has no size.
        if let Some(part) = part.filter(|part| part.offset_width() > 0) {
            // It stays where it is if it can't be focused.
            _ = part.focus();
            return;
        }
    }
}

/// The key, as one of a Latin layout: on others (Russian, Greek, Hebrew) the letter that lies
/// there. Latin layouts that move letters about go by these.
pub fn letter(event: &KeyboardEvent) -> String {
    let key = event.key();
    let is_other_letter = key.chars().count() == 1 && !key.is_ascii();
    match event.code().strip_prefix("Key") {
        Some(code) if is_other_letter => code.to_ascii_lowercase(),
        _ => key,
    }
}

/// Where keys write.
const TEXT_BOX: &str = "textarea, select, input:not([type=radio], [type=checkbox])";
/// Where they write something that is not the document.
const OWN_UNDO: &str = ".draft textarea, input:not([type=radio], [type=checkbox])";

fn is_in(event: &KeyboardEvent, selector: &str) -> bool {
    let element = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok());
    element.is_some_and(|element| element.matches(selector).unwrap_or(false))
}
