//! The bar at the top: name, samples, files, how things stand, presenting, and the rest in a menu.

use crate::class::Class;
use crate::dialogs::{ABOUT, KEYS, open};
use crate::inspector::pair::ratings;
use crate::out::menu;
use crate::session::engine::Driver;
use crate::session::samples::samples;
use crate::share::share;
use crate::sheet::panel::open_files;
use crate::state::{Action, Engine, Presented, use_store};
use crate::status::chip;
use crate::ui::button::words;
use crate::ui::field::Select;
use crate::ui::icon::{Icon, brand, icon};
use crate::ui::menu::Menu;
use semblance_workspace::Theme;
use std::rc::Rc;
use web_sys::HtmlInputElement;
use yew::prelude::*;

#[derive(Properties)]
pub struct HeaderProps {
    pub driver: Rc<Driver>,
}

impl PartialEq for HeaderProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.driver, &other.driver)
    }
}

/// The bar at the top.
#[component]
pub fn Header(props: &HeaderProps) -> Html {
    let store = use_store();
    let file = use_node_ref();
    let act = |make: fn() -> Action| {
        let dispatch = store.dispatcher();
        Callback::from(move |_: MouseEvent| dispatch.dispatch(make()))
    };
    let class = act(|| Action::Class(Some(Class::Teacher)));
    let opening = |dialog: &'static str| Callback::from(move |_: MouseEvent| open(dialog));
    let choose = {
        let dispatch = store.dispatcher();
        Callback::from(move |at: usize| {
            if let Some((index, sample)) = at
                .checked_sub(1)
                .and_then(|i| Some((i, samples().get(i)?.clone())))
            {
                dispatch.dispatch(Action::Sample(index, sample.text));
            }
        })
    };
    let sets = samples();
    let names = sets
        .iter()
        .map(|sample| AttrValue::from(sample.name.clone()));
    let names: Vec<AttrValue> = std::iter::once("Samples…".into()).chain(names).collect();
    let pick = {
        let file = file.clone();
        Callback::from(move |_: MouseEvent| {
            if let Some(input) = file.cast::<HtmlInputElement>() {
                input.click();
            }
        })
    };
    let picked = {
        let store = store.clone();
        Callback::from(move |event: Event| {
            let input = event.target_unchecked_into::<HtmlInputElement>();
            open_files(input.files(), &store);
            // The same file can be chosen again.
            input.set_value("");
        })
    };
    let next_theme = match store.settings.theme {
        Theme::System => "Theme: as the system",
        Theme::Light => "Theme: light",
        Theme::Dark => "Theme: dark",
    };
    let large = match store.settings.projector {
        true => "Large type: on",
        false => "Large type",
    };
    let units = store.units.next(ratings(&store).is_some());
    let units = {
        let dispatch = store.dispatcher();
        Callback::from(move |_: MouseEvent| dispatch.dispatch(Action::Units(units)))
    };
    let presented = store.present;
    let view = |what: Presented, name: &'static str| {
        let dispatch = store.dispatcher();
        let onclick = Callback::from(move |_: MouseEvent| dispatch.dispatch(Action::Show(what)));
        let pressed = presented == Some(what);
        html! { <button type="button" class="word" aria-pressed={pressed.to_string()} {onclick}>{ name }</button> }
    };
    let model = match &store.engine {
        Engine::Ready(model) => {
            format!(
                "{}: {} numbers for each text, up to {} tokens",
                model.name, model.dimensions, model.max_tokens
            )
        }
        _ => "The model is on its way.".to_owned(),
    };
    html! {
        <header class="top">
            <h1 class="brand">{ brand() }<span>{ "Semblance" }</span></h1>
            <label class="sample-picker">
                <Select label="Sample set" options={names} chosen={store.sample.map_or(0, |index| index + 1)} {choose} />
            </label>
            <button type="button" class="word" onclick={pick} title="Open texts or a spreadsheet, or drop them on the page">{ "Open" }</button>
            <input type="file" class="unseen" tabindex="-1" aria-hidden="true" accept=".txt,.md,.csv,.tsv,.xlsx,.ods,.json,.jsonl,.html,.semblance,text/plain" multiple=true ref={file} onchange={picked} />
            <Menu label="Save" words="Save" closes=true>{ menu((), None) }</Menu>
            <Menu label="Share" words="Share">{ share((), None) }</Menu>
            <div class="tools">
                <button type="button" class="tool" onclick={act(|| Action::Undo)} disabled={!store.document.can_undo()} title="Undo (Ctrl + Z)" aria-label="Undo">{ icon(Icon::Undo) }</button>
                <button type="button" class="tool" onclick={act(|| Action::Redo)} disabled={!store.document.can_redo()} title="Redo (Ctrl + Shift + Z)" aria-label="Redo">{ icon(Icon::Redo) }</button>
            </div>
            { chip(&store, &props.driver) }
            if presented.is_some() {
                <div class="present-views" role="group" aria-label="Shown">
                    { view(Presented::Sheet, "1 Texts") }{ view(Presented::Map, "2 Map") }{ view(Presented::Inspector, "3 Pair") }
                </div>
            }
            <button type="button" class="word" aria-pressed={store.veil.on.to_string()} onclick={act(|| Action::ToggleVeil)} aria-label="Hide scores" title="Hide all scores, to guess first (H)">{ "Hide" }<span class="more">{ " scores" }</span></button>
            <button type="button" class="word present-word" aria-pressed={presented.is_some().to_string()} onclick={act(|| Action::TogglePresent)} title="One thing at a time, large (P)">{ "Present" }</button>
            { words("word class-word", "Class", class.clone()) }
            <div class="tools">
                <Menu label="More">
                    { words("menu-item class-item", "Class and lessons", class) }
                    { words("menu-item", next_theme, act(|| Action::CycleTheme)) }
                    { words("menu-item", large, act(|| Action::ToggleProjector)) }
                    { words("menu-item", store.units.name(), units) }
                    { words("menu-item", "Model…", act(|| Action::ShowModels(true))) }
                    <p class="menu-note">{ model }</p>
                    { words("menu-item", "What is kept", act(|| Action::ShowKept(true))) }
                    { words("menu-item", "Keys", opening(KEYS)) }
                    { words("menu-item", "About and privacy", opening(ABOUT)) }
                </Menu>
            </div>
        </header>
    }
}
