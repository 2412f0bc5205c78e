//! Light or dark, large or small: what the style sheet goes by, and who must know of it.

use crate::state::{Action, Store};
use crate::ui::hooks::{use_change, use_value};
use gloo::events::EventListener;
use semblance_workspace::Theme;
use web_sys::MediaQueryList;
use yew::prelude::*;

/// The look in force, for what draws its own colours. It changes after the page has.
#[derive(Clone, Copy, PartialEq, Default)]
pub struct Look {
    pub dark: bool,
    pub projector: bool,
}

/// Puts the settings on the root element, where the style sheet finds them, and follows the
/// system's setting.
#[hook]
pub fn use_applied_look(store: &Store) {
    let settings = store.settings;
    let at_first = use_memo((), |()| query().is_some_and(|query| query.matches()));
    let system_dark = use_value(*at_first);
    {
        let system_dark = system_dark.setter();
        use_change((), move |()| {
            let listener = query().map(|query| {
                let now = query.clone();
                EventListener::new(&query, "change", move |_| system_dark.set(now.matches()))
            });
            move || drop(listener)
        });
    }
    let dark = match settings.theme {
        Theme::System => *system_dark,
        Theme::Light => false,
        Theme::Dark => true,
    };
    let dispatch = store.dispatcher();
    use_change(
        (settings.theme, settings.projector, dark),
        move |&(theme, projector, dark)| {
            let theme = match theme {
                Theme::System => None,
                Theme::Light => Some("light"),
                Theme::Dark => Some("dark"),
            };
            put("data-theme", theme);
            put("data-size", projector.then_some("projector"));
            dispatch.dispatch(Action::Look(Look { dark, projector }));
        },
    );
}

fn query() -> Option<MediaQueryList> {
    web_sys::window()?
        .match_media("(prefers-color-scheme: dark)")
        .ok()?
}

fn put(name: &str, value: Option<&str>) {
    let Some(root) = gloo::utils::document().document_element() else {
        return;
    };
    // The names are valid, so neither can fail.
    _ = match value {
        Some(value) => root.set_attribute(name, value),
        None => root.remove_attribute(name),
    };
}
