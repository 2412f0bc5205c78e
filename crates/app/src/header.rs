//! The bar at the top: name, precision, size of type, light or dark, help.

use crate::icon::{Icon, brand, icon};
use crate::state::{Action, Store};
use semblance_workspace::Theme;
use yew::prelude::*;

/// The bar at the top. `on_keys` opens the list of keys, `on_about` what there is to know about the
/// page.
pub fn header(
    store: &Store,
    on_keys: Callback<MouseEvent>,
    on_about: Callback<MouseEvent>,
) -> Html {
    let (theme_icon, theme) = match store.settings.theme {
        Theme::System => (Icon::System, "Theme: as the system"),
        Theme::Light => (Icon::Sun, "Theme: light"),
        Theme::Dark => (Icon::Moon, "Theme: dark"),
    };
    let act = |make: fn() -> Action| {
        let dispatch = store.dispatcher();
        Callback::from(move |_: MouseEvent| dispatch.dispatch(make()))
    };
    html! {
        <header class="top">
            <h1 class="brand">{ brand() }<span>{ "Semblance" }</span></h1>
            <p class="tagline">{ "How alike are these texts? Everything is computed on this device." }</p>
            <div class="tools">
                <button type="button" class="tool" onclick={act(|| Action::ToggleExact)}
                    title="Exact arithmetic: the scores of the original model, two to three times slower; downloads 91 MB once"
                    aria-label="Exact arithmetic" aria-pressed={store.settings.exact.to_string()}>{ icon(Icon::Exact) }</button>
                <button type="button" class="tool" onclick={act(|| Action::ToggleProjector)} title="Large type, for a projector"
                    aria-label="Large type" aria-pressed={store.settings.projector.to_string()}>{ icon(Icon::Large) }</button>
                <button type="button" class="tool" onclick={act(|| Action::CycleTheme)} title={theme} aria-label={theme}>{ icon(theme_icon) }</button>
                <button type="button" class="tool" onclick={on_keys} title="Keys" aria-label="Keys">{ icon(Icon::Keyboard) }</button>
                <button type="button" class="tool" onclick={on_about} title="About and privacy" aria-label="About and privacy">{ icon(Icon::About) }</button>
            </div>
        </header>
    }
}
