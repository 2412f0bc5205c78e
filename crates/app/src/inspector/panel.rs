//! The inspector: what is selected (a pair, a text and its neighbours, or all texts at a glance), and
//! what can be found among the texts: clusters, groups, outliers.

use crate::inspector::clusters::use_clusters;
use crate::inspector::duplicates::use_duplicates;
use crate::inspector::groups::use_groups;
use crate::inspector::neighbours::Neighbours;
use crate::inspector::outliers::use_outliers;
use crate::inspector::pair::{pair_card, use_pair_score, use_unrelated};
use crate::inspector::pairs::use_pairs;
use crate::session::engine::Driver;
use crate::state::marks::use_marks;
use crate::state::{Engine, Store, use_store};
use crate::ui::hooks::{use_change, use_value};
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
    Selection,
    Duplicates,
    Clusters,
    Groups,
    Outliers,
}

impl Tab {
    const ALL: [Tab; 5] = [
        Tab::Selection,
        Tab::Duplicates,
        Tab::Clusters,
        Tab::Groups,
        Tab::Outliers,
    ];

    fn name(self) -> &'static str {
        match self {
            Tab::Selection => "Selection",
            Tab::Duplicates => "Duplicates",
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
    let shown = use_value(Tab::Selection);
    let driver = &props.driver;
    let store = use_store();
    let marks = use_marks();
    let results = store.results.clone();
    let selected: Vec<u32> = (marks.0.selected().iter())
        .filter_map(|&line| results.point(line))
        .collect();
    // Of two texts in all there is one pair, whether it is selected or not.
    let pair = match (&*selected, results.texts.len()) {
        (&[b, a], _) => Some((a.min(b), a.max(b))),
        (_, 2) => Some((0, 1)),
        _ => None,
    };
    {
        // Two texts are there for the one number that they have.
        let shown = shown.setter();
        use_change(results.texts.len() == 2, move |&two| {
            if two {
                shown.set(Tab::Selection);
            }
        });
    }
    let score = use_pair_score(driver, &results, pair);
    let unrelated = use_unrelated(driver, &results, pair.is_some());
    let pairs = use_pairs();
    let duplicates = use_duplicates(driver, *shown == Tab::Duplicates);
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
    let selection = match (pair, results.texts.len(), selected.is_empty()) {
        (Some(pair), ..) => pair_card(&store, pair, score, &unrelated),
        (None, 0, _) => html! { <p class="empty">{ waiting(&store) }</p> },
        (None, 1, _) => html! { <p class="empty">{ "One more text to compare it with." }</p> },
        (None, _, true) => pairs,
        (None, _, false) => html! { <Neighbours {driver} active={*shown == Tab::Selection} /> },
    };
    html! {
        <section class="explore" role="region" aria-label="Inspector">
            <div class="explore-tabs" role="tablist" aria-label="Explore" {onkeydown}>{ for Tab::ALL.map(tab) }</div>
            { panel(Tab::Selection, selection) }
            { panel(Tab::Duplicates, duplicates) }
            { panel(Tab::Clusters, clusters) }
            { panel(Tab::Groups, groups) }
            { panel(Tab::Outliers, outliers) }
        </section>
    }
}

/// What to say where scores will be.
fn waiting(store: &Store) -> &'static str {
    match store.engine {
        Engine::Starting(_) => "The model is on its way. Scores appear as soon as it is ready.",
        Engine::Failed => "Without the engine there are no scores. Your texts are kept.",
        Engine::Ready(_) if store.document.is_blank() => {
            "No texts yet. Type or paste some, one per line, or choose a sample."
        }
        Engine::Ready(_) => "Embedding the first texts…",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrows_go_round_the_tabs() {
        let go = |from: Tab, key| from.after(key).map(Tab::name);
        assert_eq!(go(Tab::Selection, "ArrowRight"), Some("Duplicates"));
        assert_eq!(go(Tab::Selection, "ArrowLeft"), Some("Outliers"));
        assert_eq!(go(Tab::Outliers, "ArrowRight"), Some("Selection"));
        assert_eq!(go(Tab::Groups, "Home"), Some("Selection"));
        assert_eq!(go(Tab::Groups, "End"), Some("Outliers"));
        assert_eq!(go(Tab::Groups, "Tab"), None);
    }
}
