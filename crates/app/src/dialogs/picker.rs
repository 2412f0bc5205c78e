//! The models that the site offers: what each is, how it does on this device, and the switch.

use super::self_test::speed;
use crate::session::engine::{Choice, Driver};
use crate::state::{Action, Engine, Progress, use_store};
use crate::ui::button::{named, words};
use crate::ui::hooks::{use_change, use_value};
use semblance_client::{Cancel, Offer, offers};
use semblance_scatter::fixed;
use semblance_workspace::model_name;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlDialogElement;
use yew::prelude::*;

#[derive(Clone, Properties)]
pub struct PickerProps {
    pub driver: Rc<Driver>,
}

impl PartialEq for PickerProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.driver, &other.driver)
    }
}

/// What was measured here, of one model in one precision.
#[derive(Clone, PartialEq)]
struct Measured {
    of: Choice,
    figures: Vec<(&'static str, String)>,
}

/// What is being measured, and how far it is.
#[derive(Clone, Default)]
struct Measuring {
    cancel: Option<Cancel>,
    said: AttrValue,
}

impl PartialEq for Measuring {
    fn eq(&self, other: &Self) -> bool {
        self.cancel.is_some() == other.cancel.is_some() && self.said == other.said
    }
}

/// The dialog.
#[component]
pub fn Picker(props: &PickerProps) -> Html {
    let store = use_store();
    let found = use_value(None::<Result<Vec<Offer>, String>>);
    let measured = use_value(Vec::<Measured>::new());
    let measuring = use_value(Measuring::default());
    let dialog = use_node_ref();
    {
        let dialog = dialog.clone();
        let (found, base) = (found.setter(), props.driver.base().to_owned());
        use_change((), move |()| {
            if let Some(dialog) = dialog.cast::<HtmlDialogElement>() {
                // Fails only for a dialog that is open already.
                _ = dialog.show_modal();
            }
            spawn_local(async move {
                found.set(Some(offers(&base).await.map_err(|error| error.told())));
            });
        });
    }
    {
        // What is measured is of the model that is there.
        let measuring = measuring.clone();
        use_change(store.engine.clone(), move |_| {
            let stop = measuring.cancel.clone();
            measuring.set(Measuring::default());
            move || {
                if let Some(stop) = stop {
                    stop.cancel();
                }
            }
        });
    }
    let first = match &*found {
        Some(Ok(offers)) => offers.first().map(|offer| offer.name.clone()),
        _ => None,
    };
    let here = props.driver.active();
    let chosen: Choice = (store.settings.model, store.settings.exact);
    let ready = matches!(store.engine, Engine::Ready(_));
    let choose = |choice: Choice| {
        let dispatch = store.dispatcher();
        Callback::from(move |_: MouseEvent| dispatch.dispatch(Action::Model(choice.0, choice.1)))
    };
    let measure = {
        let (driver, measured, measuring) =
            (props.driver.clone(), measured.clone(), measuring.clone());
        move |rated: bool| {
            let (driver, measured, measuring) =
                (driver.clone(), measured.clone(), measuring.clone());
            Callback::from(move |_: MouseEvent| {
                let Some(client) = driver.client() else {
                    return;
                };
                let (of, cancel) = (driver.active(), Cancel::new());
                let (measured, measuring) = (measured.clone(), measuring.setter());
                measuring.set(Measuring {
                    cancel: Some(cancel.clone()),
                    said: "Measuring…".into(),
                });
                let base = driver.base().to_owned();
                spawn_local(async move {
                    let progress = {
                        let (measuring, cancel) = (measuring.clone(), cancel.clone());
                        move |progress: semblance_client::EmbedProgress| {
                            if !cancel.is_cancelled() {
                                measuring.set(Measuring {
                                    cancel: Some(cancel.clone()),
                                    said: format!("{} of {} texts", progress.done, progress.total)
                                        .into(),
                                });
                            }
                        }
                    };
                    let figures = match rated {
                        true => client
                            .agreement(&base, &cancel, &progress)
                            .await
                            .map(|found| {
                                vec![("Agrees with people, 1,500 pairs", fixed(found, 3))]
                            }),
                        false => client
                            .self_test(&cancel)
                            .await
                            .map(|test| speed(&test).into()),
                    };
                    if cancel.is_cancelled() {
                        return;
                    }
                    match figures {
                        Ok(figures) => {
                            let mut all = (*measured).clone();
                            all.push(Measured { of, figures });
                            measured.set(all);
                            measuring.set(Measuring::default());
                        }
                        Err(error) => measuring.set(Measuring {
                            cancel: None,
                            said: error.told().into(),
                        }),
                    }
                });
            })
        }
    };
    let give_up = {
        let measuring = measuring.clone();
        Callback::from(move |_: MouseEvent| {
            if let Some(cancel) = &measuring.cancel {
                cancel.cancel();
            }
            measuring.set(Measuring::default());
        })
    };
    let stop = {
        let driver = props.driver.clone();
        Callback::from(move |_: MouseEvent| driver.stop())
    };
    let card = |offer: &Offer| {
        // The first is named by nothing: it may be another one tomorrow.
        let name = match first.as_ref() == Some(&offer.name) {
            true => "",
            false => model_name(&offer.name),
        };
        let way = |exact: bool| {
            let bytes = if exact { offer.exact } else { Some(offer.fast) };
            let what = if exact { "Exact" } else { "Fast" };
            let say = |words: &'static str| format!("{words}: {}, {}", offer.name, what);
            let choice = (name, exact);
            html! {
                <li>
                    <span>{ what }{ bytes.map(|bytes| format!(", {}", megabytes(bytes))) }</span>
                    { match bytes {
                        None => html! { <span class="hint">{ "not in this copy" }</span> },
                        Some(_) if ready && here == choice => html! { <strong>{ "In use" }</strong> },
                        Some(_) if chosen == choice => html! { <>
                            <span class="hint" role="status">{ on_its_way(store.task.as_ref()) }</span>
                            { named("quiet", "Cancel", say("Cancel"), stop.clone()) }
                        </> },
                        Some(_) => named("push", "Use", say("Use"), choose(choice)),
                    } }
                </li>
            }
        };
        let in_use = ready && here.0 == name;
        let figures = measured
            .iter()
            .filter(|measured| measured.of.0 == name)
            .flat_map(|measured| {
                let exact = if measured.of.1 { ", exact" } else { "" };
                measured
                    .figures
                    .iter()
                    .map(move |(what, figure)| (format!("{what}, here{exact}"), figure.clone()))
            });
        html! {
            <section class={classes!("model-card", in_use.then_some("in-use"))} aria-label={offer.name.clone()}>
                <h3>{ &offer.name }</h3>
                <p>{ &offer.about }</p>
                <ul class="model-ways" aria-label="Arithmetic">{ way(false) }{ way(true) }</ul>
                <dl>
                    { for facts(offer).into_iter().chain(figures).map(|(name, value)| html! {
                        <div><dt>{ name }</dt><dd>{ value }</dd></div>
                    }) }
                </dl>
                if in_use {
                    <div class="model-acts">
                        if measuring.cancel.is_some() {
                            { words("quiet", "Stop measuring", give_up.clone()) }
                        } else {
                            { words("quiet", "Measure speed", measure(false)) }
                            { words("quiet", "Compare with people (0.2 MB)", measure(true)) }
                        }
                        <span class="hint" role="status">{ measuring.said.clone() }</span>
                    </div>
                }
            </section>
        }
    };
    let leave = {
        let dispatch = store.dispatcher();
        Callback::from(move |()| dispatch.dispatch(Action::ShowModels(false)))
    };
    let oncancel = {
        let leave = leave.clone();
        Callback::from(move |event: Event| {
            event.prevent_default();
            leave.emit(());
        })
    };
    html! {
        <dialog class="opening models" ref={dialog} aria-labelledby="models-title" {oncancel}>
            <div class="dialog-body">
                <h2 id="models-title">{ "Models" }</h2>
                <p>{ "A model turns texts into vectors. Texts, groups and views stay when you take another one; scores and maps are made anew. Fast rounds to 8 bits; Exact computes as the model’s makers do." }</p>
                if let Some(alert) = &store.alert {
                    <p class="pair-warning" role="alert">{ &*alert.text }</p>
                }
                { match &*found {
                    None => html! { <p role="status">{ "Looking…" }</p> },
                    Some(Err(problem)) => html! { <p class="pair-warning" role="alert">{ problem.clone() }</p> },
                    Some(Ok(offers)) => offers.iter().map(card).collect(),
                } }
                <div class="opening-acts">
                    { words("push", "Close", leave.reform(|_: MouseEvent| ())) }
                </div>
            </div>
        </dialog>
    }
}

fn megabytes(bytes: f64) -> String {
    format!("{} MB", fixed(bytes / 1e6, if bytes < 1e7 { 1 } else { 0 }))
}

fn on_its_way(task: Option<&Progress>) -> String {
    match task {
        Some(task) if task.total > 0.0 => {
            format!("{} of {}", megabytes(task.done), megabytes(task.total))
        }
        Some(task) => task.what.into(),
        None => "On its way".into(),
    }
}

/// What there is to know about a model before it is fetched.
fn facts(offer: &Offer) -> Vec<(String, String)> {
    let mut facts = vec![
        ("Languages".to_owned(), offer.languages.clone()),
        ("Numbers for a text".into(), fixed(offer.dimensions, 0)),
        (
            "Reads up to".into(),
            format!("{} tokens", fixed(offer.max_tokens, 0)),
        ),
        (
            "Weights".into(),
            format!("{} million", fixed(offer.parameters / 1e6, 1)),
        ),
        ("Licence".into(), offer.licence.clone()),
        (
            "Agrees with people (rank correlation, STS benchmark, test)".into(),
            fixed(offer.stsb, 3),
        ),
    ];
    if !offer.prompt.is_empty() {
        facts.push((
            "Put before every text".into(),
            format!("“{}”", offer.prompt),
        ));
    }
    for [what, value, source] in &offer.published {
        facts.push((format!("{what} ({source})"), value.clone()));
    }
    // A list made by hand may say little.
    facts.retain(|(_, value)| !value.is_empty() && !value.starts_with("0.0") && value != "0");
    facts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_a_model() {
        let offer = Offer {
            name: "small".into(),
            about: "Small.".into(),
            languages: "English".into(),
            licence: "MIT".into(),
            prompt: "query: ".into(),
            dimensions: 384.0,
            max_tokens: 128.0,
            parameters: 17_389_824.0,
            stsb: 0.824,
            published: vec![["Search".into(), "39.19".into(), "a paper".into()]],
            fast: 17e6,
            exact: None,
        };
        let said = facts(&offer);
        let of = |what: &str| {
            let found = said.iter().find(|(name, _)| name.starts_with(what));
            found.map_or("", |(_, value)| value)
        };
        assert_eq!(of("Weights"), "17.4 million");
        assert_eq!(of("Reads"), "128 tokens");
        assert_eq!(of("Agrees"), "0.824");
        assert_eq!(of("Search (a paper)"), "39.19");
        assert_eq!(of("Put before"), "“query: ”");
        assert_eq!(
            (megabytes(7.93e6).as_str(), megabytes(17.4e6).as_str()),
            ("7.9 MB", "17 MB")
        );
    }
}
