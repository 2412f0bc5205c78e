//! The panel that finds things among the texts: neighbours, search, clusters, groups, outliers.

use crate::find::panel::use_search;
use crate::inspector::clusters::use_clusters;
use crate::inspector::groups::use_groups;
use crate::inspector::neighbours::Neighbours;
use crate::inspector::outliers::use_outliers;
use crate::session::engine::Driver;
use crate::ui::hooks::use_value;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;
use yew::prelude::*;

/// What the panel needs to ask the engine.
#[derive(Properties)]
pub struct DriverProps {
    pub driver: Rc<Driver>,
}

impl PartialEq for DriverProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.driver, &other.driver)
    }
}

/// What the panel can show.
#[derive(Clone, Copy, PartialEq)]
enum Tab {
    Neighbours,
    Search,
    Clusters,
    Groups,
    Outliers,
}

impl Tab {
    const ALL: [Tab; 5] = [
        Tab::Neighbours,
        Tab::Search,
        Tab::Clusters,
        Tab::Groups,
        Tab::Outliers,
    ];

    fn name(self) -> &'static str {
        match self {
            Tab::Neighbours => "Neighbours",
            Tab::Search => "Search",
            Tab::Clusters => "Clusters",
            Tab::Groups => "Groups",
            Tab::Outliers => "Outliers",
        }
    }

    /// The id of its tab; that of its panel is the name alone.
    fn id(self) -> String {
        format!("{}-tab", self.name())
    }

    /// Where a key leads from here.
    fn after(self, key: &str) -> Option<Tab> {
        let (at, count) = (self as usize, Self::ALL.len());
        let to = match key {
            "ArrowLeft" => at + count - 1,
            "ArrowRight" => at + 1,
            "Home" => 0,
            "End" => count - 1,
            _ => return None,
        };
        Some(Self::ALL[to % count])
    }
}

/// The panel. All its parts stay alive while one is shown, so that each is as it was left.
#[component]
pub fn Explore(props: &DriverProps) -> Html {
    let shown = use_value(Tab::Neighbours);
    let driver = &props.driver;
    let search = use_search(driver);
    let clusters = use_clusters(driver);
    let groups = use_groups(driver);
    let outliers = use_outliers(driver);
    let tab = |tab: Tab| {
        let setter = shown.setter();
        let onclick = Callback::from(move |_: MouseEvent| setter.set(tab));
        let selected = *shown == tab;
        html! {
            <button type="button" role="tab" id={tab.id()} aria-controls={tab.name()} aria-selected={selected.to_string()}
                tabindex={if selected { "0" } else { "-1" }} {onclick}>{ tab.name() }</button>
        }
    };
    let onkeydown = {
        let shown = shown.clone();
        Callback::from(move |event: KeyboardEvent| {
            let Some(next) = shown.after(&event.key()) else {
                return;
            };
            event.prevent_default();
            shown.set(next);
            let button = gloo::utils::document().get_element_by_id(&next.id());
            if let Some(button) = button.and_then(|button| button.dyn_into::<HtmlElement>().ok()) {
                // It stays where it is if it can't be focused.
                _ = button.focus();
            }
        })
    };
    let panel = |tab: Tab, body: Html| {
        html! { <div role="tabpanel" id={tab.name()} aria-labelledby={tab.id()} class="explore-body" hidden={*shown != tab}>{ body }</div> }
    };
    html! {
        <div class="panel explore">
            <div class="explore-tabs" role="tablist" aria-label="Explore" {onkeydown}>{ for Tab::ALL.map(tab) }</div>
            { panel(Tab::Neighbours, html! { <Neighbours {driver} active={*shown == Tab::Neighbours} /> }) }
            { panel(Tab::Search, search) }
            { panel(Tab::Clusters, clusters) }
            { panel(Tab::Groups, groups) }
            { panel(Tab::Outliers, outliers) }
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrows_go_round_the_tabs() {
        let go = |from: Tab, key| from.after(key).map(Tab::name);
        assert_eq!(go(Tab::Neighbours, "ArrowRight"), Some("Search"));
        assert_eq!(go(Tab::Neighbours, "ArrowLeft"), Some("Outliers"));
        assert_eq!(go(Tab::Outliers, "ArrowRight"), Some("Neighbours"));
        assert_eq!(go(Tab::Groups, "Home"), Some("Neighbours"));
        assert_eq!(go(Tab::Groups, "End"), Some("Outliers"));
        assert_eq!(go(Tab::Groups, "Tab"), None);
    }
}
