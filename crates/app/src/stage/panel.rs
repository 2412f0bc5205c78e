//! The stage: the map, beyond a few texts all scores as a picture, two documents side by side.

use crate::session::engine::Driver;
use crate::sheet::cells::LIMIT;
use crate::stage::documents::documents;
use crate::stage::map::Map;
use crate::stage::scores::scores;
use crate::state::use_store;
use crate::ui::button::{radio, switch};
use crate::ui::hooks::use_value;
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties)]
pub struct StageProps {
    pub driver: Rc<Driver>,
}

impl PartialEq for StageProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.driver, &other.driver)
    }
}

/// What the stage can show.
#[derive(Clone, Copy, PartialEq)]
enum View {
    Map,
    Scores,
    Documents,
}

/// The stage. The map stays alive while the scores are shown, so that it is as it was left.
#[component]
pub fn Stage(props: &StageProps) -> Html {
    let store = use_store();
    let chosen = use_value(View::Map);
    // Few texts have their scores in the sheet.
    let many = store.results.texts.len() > LIMIT;
    let offered = many || store.results.groups() == 2;
    let view = match *chosen {
        View::Scores if !many => View::Map,
        _ if !offered => View::Map,
        view => view,
    };
    let choice = |wanted: View, words: &'static str| {
        let setter = chosen.setter();
        let onchange = Callback::from(move |_: Event| setter.set(wanted));
        radio("stage", words, None, view == wanted, onchange)
    };
    html! {
        <div class={classes!("stage", (view == View::Scores).then_some("stage-scores"))}>
            if offered {
                <div class="stage-views">{ switch("View", [
                    choice(View::Map, "Map"),
                    if many { choice(View::Scores, "Scores") } else { html! {} },
                    choice(View::Documents, "Documents"),
                ]) }</div>
            }
            <div class="stage-map" hidden={view != View::Map}><Map driver={props.driver.clone()} /></div>
            if view == View::Scores {
                { scores((), None) }
            }
            if view == View::Documents {
                { documents((), None) }
            }
        </div>
    }
}
