//! The bar at the top: name, precision, size of type, light or dark, help.

use crate::state::{Action, Store};
use crate::ui::button::tool;
use crate::ui::icon::{Icon, brand};
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
                { tool(Icon::Exact, "Exact arithmetic",
                    "Exact arithmetic: the scores of the original model, two to three times slower; downloads 91 MB once",
                    Some(store.settings.exact), act(|| Action::ToggleExact)) }
                { tool(Icon::Large, "Large type", "Large type, for a projector",
                    Some(store.settings.projector), act(|| Action::ToggleProjector)) }
                { tool(theme_icon, theme, theme, None, act(|| Action::CycleTheme)) }
                { tool(Icon::Keyboard, "Keys", "Keys", None, on_keys) }
                { tool(Icon::About, "About and privacy", "About and privacy", None, on_about) }
            </div>
        </header>
    }
}
