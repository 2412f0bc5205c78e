//! How things stand in one sentence, progress of what is long, and messages.

use crate::session::engine::Driver;
use crate::session::keep;
use crate::state::{Action, Engine, Message, Progress, Remedy, State, Store, Unit};
use crate::ui::button::words;
use semblance_scatter::fixed;
use std::rc::Rc;
use yew::prelude::*;

/// How things stand, in the bar at the top; while something long runs, how far it is.
pub fn chip(store: &Store, driver: &Rc<Driver>) -> Html {
    let progress = match &store.engine {
        Engine::Starting(progress) => Some(progress),
        _ => store.task.as_ref(),
    };
    let stop = calling(driver, |driver| driver.stop());
    let model = match &store.engine {
        Engine::Ready(model) => {
            let exact = if store.exact { ", exact" } else { "" };
            let pace = store.pace.map_or(String::new(), |pace| {
                format!(", {} ms each", milliseconds(pace))
            });
            Some(format!("{}{exact}{pace}", short(&model.name)))
        }
        _ => None,
    };
    html! {
        <div class="status">
            <p role="status" title={model}>{ sentence(store) }</p>
            if let Some(progress) = progress {
                { bar(progress) }
                if store.task.is_some() {
                    { words("quiet", "Stop", stop) }
                }
            }
            if let Some((label, resume)) = resume(store) {
                { words("quiet", label, calling(driver, resume)) }
            }
        </div>
    }
}

fn calling(driver: &Rc<Driver>, act: fn(&Rc<Driver>)) -> Callback<MouseEvent> {
    let driver = driver.clone();
    Callback::from(move |_| act(&driver))
}

/// A button: what it says and what it does.
type Way = (&'static str, fn(&Rc<Driver>));

/// The way on from where work has ended early, when no message offers it any more.
fn resume(state: &State) -> Option<Way> {
    let offered = [&state.alert, &state.notice]
        .into_iter()
        .flatten()
        .any(|m| m.remedy.is_some());
    let partial = state.results.texts.len() < state.results.total && state.task.is_none();
    match state.engine {
        _ if offered => None,
        Engine::Failed => Some(("Try again", |driver| driver.start())),
        Engine::Ready(_) if partial => Some(("Continue", |driver| driver.embed())),
        _ => None,
    }
}

/// How things stand, in one sentence.
fn sentence(state: &State) -> String {
    let elsewhere = match state.elsewhere {
        1 => "1 request to elsewhere.".to_owned(),
        count => format!("{count} requests to elsewhere."),
    };
    let count = state.results.texts.len();
    let texts = match count {
        1 => "1 text".to_owned(),
        count => format!("{} texts", grouped(count as f64)),
    };
    if let (Engine::Ready(_), Some(task)) = (&state.engine, &state.task) {
        return format!("{}. {elsewhere}", task.what);
    }
    match &state.engine {
        Engine::Starting(progress) => format!("{}…", progress.what),
        Engine::Failed => "The engine did not start; your texts are kept.".into(),
        Engine::Ready(_) if count == 0 => format!("Ready for texts. {elsewhere}"),
        Engine::Ready(_) if count < state.results.total => {
            format!(
                "{texts} of {}, all on this device. {elsewhere}",
                grouped(state.results.total as f64)
            )
        }
        Engine::Ready(_) => {
            format!("{texts}, all on this device. {elsewhere}")
        }
    }
}

/// The name of a model without that of its makers.
fn short(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// Two figures that count.
fn milliseconds(value: f64) -> String {
    fixed(value, if value < 10.0 { 1 } else { 0 })
}

/// A whole number with a thin space between groups of three digits.
pub fn grouped(value: f64) -> String {
    let digits = fixed(value, 0);
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) && digits.len() > 4 {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// What a progress has done, in words.
fn amount(progress: &Progress) -> String {
    let Progress {
        done, total, unit, ..
    } = progress;
    match (unit, *total > 0.0) {
        (Unit::Bytes, false) if *done <= 0.0 => "starting".into(),
        (Unit::Texts, false) if *done <= 0.0 => "a moment".into(),
        (Unit::Bytes, true) => format!("{} of {} MB", fixed(done / 1e6, 1), fixed(total / 1e6, 1)),
        (Unit::Bytes, false) => format!("{} MB", fixed(done / 1e6, 1)),
        (Unit::Texts, true) => format!("{} of {}", grouped(*done), grouped(*total)),
        (Unit::Texts, false) => grouped(*done),
    }
}

fn bar(progress: &Progress) -> Html {
    let Progress {
        what, done, total, ..
    } = progress;
    let known = *total > 0.0;
    let number = |value: f64| known.then(|| fixed(value, 0));
    let share = if known { done / total } else { 0.0 };
    let width = fixed(share.clamp(0.0, 1.0) * 100.0, 2);
    let words = amount(progress);
    html! {
        <div class="progress">
            <div role="progressbar" aria-label={*what} aria-valuemin={number(0.0)} aria-valuenow={number(*done)}
                aria-valuemax={number(*total)} aria-valuetext={words.clone()} class={(!known).then_some("unknown")}>
                <svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true"><rect class="bar-fill" {width} height="4" /></svg>
            </div>
            <span class="amount" aria-hidden="true">{ words }</span>
        </div>
    }
}

/// What went wrong, and what is worth knowing, each with its button.
pub fn messages(store: &Store, driver: &Rc<Driver>) -> Html {
    let show = |message: &Option<Message>, role: &'static str, close: fn() -> Action| {
        let message = message.clone()?;
        let dispatch = store.dispatcher();
        let dismiss = Callback::from(move |_: MouseEvent| dispatch.dispatch(close()));
        let remedy = message.remedy.map(|remedy| {
            let (driver, dispatch) = (driver.clone(), store.dispatcher());
            let label = match remedy {
                Remedy::Restart => "Try again",
                Remedy::Continue => "Continue",
                Remedy::Undo => "Undo",
                Remedy::Keep => "Try again",
                Remedy::TakeOver => "Keep them here",
            };
            let onclick = Callback::from(move |_: MouseEvent| {
                dispatch.dispatch(close());
                match remedy {
                    Remedy::Restart => driver.start(),
                    Remedy::Continue => driver.embed(),
                    Remedy::Undo => dispatch.dispatch(Action::Undo),
                    Remedy::Keep | Remedy::TakeOver => keep::insist(),
                }
            });
            words("remedy", label, onclick)
        });
        Some(html! {
            <div class={classes!("message", role)} {role}>
                <p>{ &*message.text }</p>
                { for remedy }
                { words("quiet", "Dismiss", dismiss) }
            </div>
        })
    };
    html! {
        <div class="messages">
            { for show(&store.alert, "alert", || Action::Alert(None)) }
            { for show(&store.unkept, "note", || Action::Unkept(None)) }
            { for show(&store.notice, "note", || Action::Notice(None)) }
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_people_read_them() {
        for (value, text) in [
            (0.0, "0"),
            (999.0, "999"),
            (1234.0, "1234"),
            (12345.0, "12\u{202f}345"),
            (1e6, "1\u{202f}000\u{202f}000"),
        ] {
            assert_eq!(grouped(value), text);
        }
        assert_eq!(
            (milliseconds(9.14).as_str(), milliseconds(123.4).as_str()),
            ("9.1", "123")
        );
    }

    #[test]
    fn progress_in_words() {
        for (done, total, unit, words) in [
            (0.0, 0.0, Unit::Bytes, "starting"),
            (1.25e6, 0.0, Unit::Bytes, "1.2 MB"),
            (12.3e6, 23e6, Unit::Bytes, "12.3 of 23.0 MB"),
            (250.0, 10_000.0, Unit::Texts, "250 of 10\u{202f}000"),
        ] {
            assert_eq!(
                amount(&Progress {
                    what: "",
                    done,
                    total,
                    unit
                }),
                words
            );
        }
    }
}
