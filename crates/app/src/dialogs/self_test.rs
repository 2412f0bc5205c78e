//! The self-test in the dialog about the page: does the model compute here what it should, and how
//! fast?

use super::{Shown, models};
use crate::session::engine::Driver;
use crate::state::Engine;
use crate::ui::button::words;
use crate::ui::hooks::{use_change, use_value};
use semblance_client::{Cancel, SelfTest};
use semblance_scatter::{fixed, shortest};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// Whom to ask, and what has become of the engine: with another one, the outcome is another.
#[derive(Clone, Properties)]
pub struct Tested {
    pub driver: Rc<Driver>,
    pub engine: Engine,
}

impl PartialEq for Tested {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.driver, &other.driver) && self.engine == other.engine
    }
}

/// The button that begins, in its place in the dialog.
#[component]
pub fn Door(props: &Tested) -> Html {
    let open = use_value(false);
    let Some(place) = gloo::utils::document().get_element_by_id("about-test") else {
        return html! {};
    };
    let ready = matches!(props.engine, Engine::Ready(_));
    let begin = {
        let open = open.setter();
        Callback::from(move |_: MouseEvent| open.set(true))
    };
    let inside = match *open {
        true if ready => models(Shown::Test(props.clone()), None),
        true => html! { <p>{ "The model is not there yet." }</p> },
        false => words("push", "Test this device", begin),
    };
    create_portal(inside, place)
}

/// The test, which begins by itself.
#[component]
pub fn Test(props: &Tested) -> Html {
    let runs = use_value(0u32);
    let outcome = use_value(None::<Result<SelfTest, String>>);
    let (driver, set) = (props.driver.clone(), outcome.setter());
    use_change((props.engine.clone(), *runs), move |_| {
        let cancel = Cancel::new();
        let stop = cancel.clone();
        set.set(None);
        spawn_local(async move {
            let found = match driver.client() {
                Some(client) => client.self_test(&cancel).await,
                None => return,
            };
            if !cancel.is_cancelled() {
                set.set(Some(found.map_err(|error| error.told())));
            }
        });
        move || stop.cancel()
    });
    let again = {
        let (runs, next) = (runs.setter(), *runs + 1);
        Callback::from(move |_: MouseEvent| runs.set(next))
    };
    let exact = matches!(&*outcome, Some(Ok(test)) if test.allowed < 0.001);
    html! {
        <div class="self-test" role="status">
            { match &*outcome {
                None => html! { <p>{ "Testing…" }</p> },
                Some(Err(problem)) => html! { <p class="pair-warning">{ problem.clone() }</p> },
                Some(Ok(test)) => html! { <>
                    <p class={(!test.passed()).then_some("pair-warning")}>{ verdict(test, exact) }</p>
                    <dl>{ for figures(test).into_iter().map(|(name, figure)| html! {
                        <div><dt>{ name }</dt><dd>{ figure }</dd></div>
                    }) }</dl>
                </> },
            } }
            if outcome.is_some() { { words("quiet", "Test again", again) } }
        </div>
    }
}

/// Whether it passed, and what to do if not.
fn verdict(test: &SelfTest, exact: bool) -> String {
    let arithmetic = if exact { "exact" } else { "fast" };
    let count = test.texts * (test.texts - 1) / 2;
    let allowed = shortest(test.allowed);
    match test.difference {
        None => "There is nothing to compare the scores of this model with.".into(),
        Some(difference) if test.passed() => format!(
            "Passed. Of {count} scores, the largest difference from the original model in PyTorch is {}; up to {allowed} is as published for {arithmetic} arithmetic.",
            if exact {
                shortest(difference)
            } else {
                fixed(difference, 4)
            }
        ),
        Some(difference) => format!(
            "Failed: a score is off by {}, where {allowed} is as published for {arithmetic} arithmetic. Don't trust the scores in this browser. Reload the page; if it stays so, report this sentence with the names of the browser and of the device.",
            shortest(difference)
        ),
    }
}

/// How fast it was, as it is read.
pub fn speed(test: &SelfTest) -> [(&'static str, String); 2] {
    let speed = (test.tokens_per_second / 100.0).round() as u64 * 100;
    [
        (
            "“Hello World”",
            format!("{} ms", fixed(test.milliseconds as f32, 1)),
        ),
        ("Speed", format!("{speed} tokens a second")),
    ]
}

/// What was measured, as it is read.
fn figures(test: &SelfTest) -> [(&'static str, String); 3] {
    let [hello, speed] = speed(test);
    [
        hello,
        speed,
        (
            "Memory of the workers",
            format!("{} MB", test.memory / 1_000_000),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn test(difference: f32, allowed: f32) -> SelfTest {
        SelfTest {
            texts: 24,
            difference: Some(difference),
            allowed,
            milliseconds: 2.04,
            tokens_per_second: 20_449.0,
            memory: 123_456_789,
        }
    }

    #[test]
    fn what_is_said_of_a_test() {
        let passed = verdict(&test(0.0113, 0.02), false);
        assert!(passed.starts_with("Passed. Of 276 scores") && passed.contains("0.0113"));
        let failed = verdict(&test(0.3, 0.02), false);
        assert!(failed.starts_with("Failed: a score is off by 0.3,") && failed.contains("0.02"));
        assert!(verdict(&test(f32::NAN, 0.02), false).starts_with("Failed"));
        let [hello, speed, memory] = figures(&test(0.0, 0.02)).map(|(_, figure)| figure);
        assert_eq!(
            [hello, speed, memory],
            ["2.0 ms", "20400 tokens a second", "123 MB"]
        );
    }
}
