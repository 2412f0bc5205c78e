//! How the document is shown, and its form in the browser's storage.

use std::cell::RefCell;

/// Light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// As the system is set.
    #[default]
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

/// The order of rows and columns in the scores.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// As in the editor.
    #[default]
    Typed,
    /// Similar texts side by side.
    Similar,
}

/// What a person has chosen about the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Settings {
    /// Light or dark.
    pub theme: Theme,
    /// Large type, to be read from the back of a classroom.
    pub projector: bool,
    /// Order of the scores.
    pub order: Order,
    /// Floating-point weights instead of small ones: slower, a larger download, and as the model's
    /// makers compute.
    pub exact: bool,
    /// Name of the model in the site's list; empty for the first one there.
    pub model: &'static str,
    /// Texts are not kept on this device.
    pub keep_nothing: bool,
}

/// A model's name as settings have it: one string for all that are equal, which stays.
pub fn model_name(name: &str) -> &'static str {
    thread_local! {
        static NAMES: RefCell<Vec<&'static str>> = const { RefCell::new(Vec::new()) };
    }
    NAMES.with_borrow_mut(|names| match names.iter().find(|known| **known == name) {
        Some(known) => known,
        None => {
            let new: &'static str = Box::leak(name.into());
            names.push(new);
            new
        }
    })
}

impl Settings {
    /// A short line for the browser's storage, read by [`Settings::parse`].
    pub fn to_line(self) -> String {
        let theme = match self.theme {
            Theme::System => "system",
            Theme::Light => "light",
            Theme::Dark => "dark",
        };
        let order = match self.order {
            Order::Typed => "typed",
            Order::Similar => "similar",
        };
        let size = if self.projector { "projector" } else { "desk" };
        let precision = if self.exact { "exact" } else { "fast" };
        // `keep.js` looks for it.
        let keep = if self.keep_nothing {
            "nothing"
        } else {
            "texts"
        };
        let model = self.model;
        format!(
            "theme={theme} size={size} order={order} precision={precision} keep={keep} model={model}"
        )
    }

    /// These settings with whatever is another in `now` than it was in `before`.
    pub fn with_changes(self, before: Settings, now: Settings) -> Settings {
        fn pick<T: PartialEq>(own: T, before: T, now: T) -> T {
            if now == before { own } else { now }
        }
        Settings {
            theme: pick(self.theme, before.theme, now.theme),
            projector: pick(self.projector, before.projector, now.projector),
            order: pick(self.order, before.order, now.order),
            exact: pick(self.exact, before.exact, now.exact),
            model: pick(self.model, before.model, now.model),
            keep_nothing: pick(self.keep_nothing, before.keep_nothing, now.keep_nothing),
        }
    }

    /// Reads what [`Settings::to_line`] wrote. What it does not know keeps its default, so that a
    /// line from another version, or damaged, does no harm.
    pub fn parse(line: &str) -> Settings {
        let mut settings = Settings::default();
        for (name, value) in line
            .split_whitespace()
            .filter_map(|part| part.split_once('='))
        {
            match (name, value) {
                ("theme", "light") => settings.theme = Theme::Light,
                ("theme", "dark") => settings.theme = Theme::Dark,
                ("size", "projector") => settings.projector = true,
                ("order", "similar") => settings.order = Order::Similar,
                ("precision", "exact") => settings.exact = true,
                ("model", name) => settings.model = model_name(name),
                ("keep", "nothing") => settings.keep_nothing = true,
                _ => {}
            }
        }
        settings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_survive_storage() {
        for theme in [Theme::System, Theme::Light, Theme::Dark] {
            for order in [Order::Typed, Order::Similar] {
                for switches in 0..8 {
                    let settings = Settings {
                        theme,
                        projector: switches & 1 > 0,
                        order,
                        exact: switches & 2 > 0,
                        model: model_name(["", "small"][switches >> 1 & 1]),
                        keep_nothing: switches & 4 > 0,
                    };
                    assert_eq!(Settings::parse(&settings.to_line()), settings);
                }
            }
        }
    }

    #[test]
    fn what_another_tab_has_changed_stays() {
        let before = Settings::default();
        let dark = Settings {
            theme: Theme::Dark,
            ..before
        };
        let large = Settings {
            projector: true,
            ..before
        };
        let both = dark.with_changes(before, large);
        assert_eq!((both.theme, both.projector), (Theme::Dark, true));
        assert_eq!(dark.with_changes(large, large), dark);
    }

    #[test]
    fn damaged_settings_fall_back_to_the_defaults() {
        for line in [
            "",
            "theme",
            "theme=mauve size=",
            "\0=\0",
            "order=similar theme=?",
        ] {
            let settings = Settings::parse(line);
            assert_eq!(
                (settings.theme, settings.projector),
                (Theme::System, false),
                "{line:?}"
            );
        }
    }
}
