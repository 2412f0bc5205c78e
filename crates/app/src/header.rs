//! The bar at the top: name, precision, size of type, light or dark, help.

use crate::icon::{Icon, brand, icon};
use crate::state::{Action, use_store};
use semblance_workspace::Theme;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct HeaderProps {
    /// Opens the list of keys.
    pub on_keys: Callback<MouseEvent>,
    /// Opens what there is to know about the page.
    pub on_about: Callback<MouseEvent>,
}

/// The bar at the top.
#[component]
pub fn Header(props: &HeaderProps) -> Html {
    let store = use_store();
    let (theme_icon, theme) = match store.settings.theme {
        Theme::System => (Icon::System, "Theme: as the system"),
        Theme::Light => (Icon::Sun, "Theme: light"),
        Theme::Dark => (Icon::Moon, "Theme: dark"),
    };
    let dispatch = store.dispatcher();
    let cycle = Callback::from(move |_: MouseEvent| dispatch.dispatch(Action::CycleTheme));
    let dispatch = store.dispatcher();
    let large = Callback::from(move |_: MouseEvent| dispatch.dispatch(Action::ToggleProjector));
    let dispatch = store.dispatcher();
    let exact = Callback::from(move |_: MouseEvent| dispatch.dispatch(Action::ToggleExact));
    html! {
        <header class="top">
            <h1 class="brand">{ brand() }<span>{ "Semblance" }</span></h1>
            <p class="tagline">{ "How alike are these texts? Everything is computed on this device." }</p>
            <div class="tools">
                <button type="button" class="tool" onclick={exact}
                    title="Exact arithmetic: the scores of the original model, two to three times slower; downloads 91 MB once"
                    aria-label="Exact arithmetic" aria-pressed={store.settings.exact.to_string()}>{ icon(Icon::Exact) }</button>
                <button type="button" class="tool" onclick={large} title="Large type, for a projector"
                    aria-label="Large type" aria-pressed={store.settings.projector.to_string()}>{ icon(Icon::Large) }</button>
                <button type="button" class="tool" onclick={cycle} title={theme} aria-label={theme}>{ icon(theme_icon) }</button>
                <button type="button" class="tool" onclick={props.on_keys.clone()} title="Keys" aria-label="Keys">{ icon(Icon::Keyboard) }</button>
                <button type="button" class="tool" onclick={props.on_about.clone()} title="About and privacy" aria-label="About and privacy">{ icon(Icon::About) }</button>
            </div>
        </header>
    }
}
