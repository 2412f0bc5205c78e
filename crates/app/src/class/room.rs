//! The page of class mode: choosing a lesson, its cover, its questions, the summary.

use super::Class;
use super::codes::Codes;
use super::course::{Act, Course, Over, Step};
use super::cover::{LEFT, choice, cover, notes, placed, with_questions};
use super::keys::{Keys, use_keys};
use super::lessons;
use super::pupil::Pupil;
use super::question::{View, question};
use super::scores::{Scored, use_scores};
use super::summary::summary;
use crate::inspector::why::{Subject, why};
use crate::session::asking::Asked;
use crate::session::engine::Driver;
use crate::state::{Action, use_store};
use crate::ui::button::words;
use crate::ui::heat;
use crate::ui::hooks::{use_change, use_value};
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{HtmlDialogElement, HtmlElement};
use yew::prelude::*;

impl Reducible for Course {
    type Action = Act;

    fn reduce(self: Rc<Self>, act: Act) -> Rc<Self> {
        Rc::new(self.after(act))
    }
}

#[derive(Properties)]
pub struct RoomProps {
    pub driver: Rc<Driver>,
}

impl PartialEq for RoomProps {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// Class mode.
#[component]
pub fn Room(props: &RoomProps) -> Html {
    let store = use_store();
    let given = use_memo((), |()| super::GIVEN.take());
    let pupil = store.class == Some(Class::Pupil);
    let read = use_memo((*given).clone(), |given| {
        (!given.trim().is_empty()).then(|| lessons::read(given).map(Rc::new))
    });
    let course = use_reducer_eq(|| match &*read {
        Some(Ok(lesson)) => Course::default().after(Act::Take(lesson.clone())),
        _ => Course::default(),
    });
    let dialog = use_node_ref();
    {
        let (dialog, course) = (dialog.clone(), course.clone());
        use_change((), move |()| {
            if let Some(dialog) = dialog.cast::<HtmlDialogElement>() {
                // Fails only for a dialog that is open already.
                _ = dialog.show_modal();
                // The browser takes the first of its buttons, and Enter is to go on.
                focus(".class-next, .class-begin");
            }
            move || {
                if course.is_begun() {
                    LEFT.set(Some((*course).clone()));
                }
            }
        });
    }
    let leave = {
        let dispatch = store.dispatcher();
        Callback::from(move |()| {
            if pupil {
                // It can't fail; a reload is not to bring the lesson back.
                _ = gloo::utils::window().location().set_hash("");
            }
            dispatch.dispatch(Action::Class(None));
        })
    };
    // Some devices have a gesture for it that can't be refused.
    let onclose = leave.reform(|_: Event| ());
    let oncancel = Callback::from(|event: Event| event.prevent_default());
    let body = match (&*read, pupil) {
        (Some(Err(_)), true) => html! {
            <Wrong words="The link is damaged: part of it is missing, perhaps cut off by a program that it went through. Ask for it again." {leave} />
        },
        (Some(Err(error)), false) => html! {
            <Wrong words={format!("This lesson can’t be read. {error}")} {leave} />
        },
        (Some(Ok(lesson)), true) if lesson.questions.is_empty() => html! {
            <Wrong words="This lesson has no questions to answer." {leave} />
        },
        (Some(Ok(lesson)), true) => {
            let dispatch = store.dispatcher();
            let teach = Callback::from(move |_: MouseEvent| {
                dispatch.dispatch(Action::Class(Some(Class::Teacher)));
            });
            let leave = leave.reform(|_: MouseEvent| ());
            html! { <Pupil lesson={lesson.clone()} {teach} {leave} /> }
        }
        _ => html! { <Teacher driver={props.driver.clone()} course={course} {leave} /> },
    };
    html! {
        <dialog class="class" ref={dialog} aria-labelledby="class-title" {oncancel} {onclose}>{ body }</dialog>
    }
}

#[derive(Properties, PartialEq)]
struct WrongProps {
    words: AttrValue,
    leave: Callback<()>,
}

/// What is wrong with a lesson.
#[component]
fn Wrong(props: &WrongProps) -> Html {
    let leave = props.leave.clone();
    use_keys(Callback::from(move |key| {
        if key == Keys::Escape {
            leave.emit(());
        }
    }));
    html! {
        <>
            <header class="class-head"><h2 id="class-title">{ "Class" }</h2></header>
            <div class="class-body"><p class="problem" role="alert">{ props.words.clone() }</p></div>
            <footer class="class-foot">{ words("push", "Close", props.leave.reform(|_| ())) }</footer>
        </>
    }
}

#[derive(Properties)]
struct TeacherProps {
    driver: Rc<Driver>,
    course: UseReducerHandle<Course>,
    leave: Callback<()>,
}

impl PartialEq for TeacherProps {
    fn eq(&self, _: &Self) -> bool {
        false
    }
}

/// A teacher's page.
#[component]
fn Teacher(props: &TeacherProps) -> Html {
    let store = use_store();
    // A copy: handles of Yew show what is there now.
    let course: Rc<Course> = Rc::new((*props.course).clone());
    let act = {
        let dispatch = props.course.dispatcher();
        Callback::from(move |act: Act| dispatch.dispatch(act))
    };
    let tries = use_value(0);
    let wanted = course.lesson.clone();
    let wanted = wanted.map(|lesson| (lesson, store.engine.clone(), *tries));
    let answer = use_scores(&props.driver, wanted);
    let found = answer.found.as_ref().map(|found| &found.0);
    let results = found.filter(|found| Some(&found.0.0) == course.lesson.as_ref());
    let results = results.map(|found| found.1.clone());
    // A lesson without questions gets some from its scores.
    let bare = course.lesson.clone().filter(|it| it.questions.is_empty());
    let none = use_value(false);
    {
        let (act, none) = (act.clone(), none.setter());
        use_change((bare.clone(), results.clone()), move |(bare, results)| {
            if let (Some(lesson), Some(results)) = (bare, results) {
                match with_questions(lesson, results) {
                    Some(lesson) => act.emit(Act::Take(Rc::new(lesson))),
                    None => none.set(true),
                }
            }
        });
    }
    let lesson = course.lesson.clone();
    let asked = course.asked();
    let current = course
        .lesson
        .as_ref()
        .zip(asked)
        .and_then(|(it, at)| it.questions.get(at));
    let scored = current
        .zip(results.as_ref())
        .map(|(it, results)| Scored::new(it, results));
    let first = scored.as_ref().filter(|_| course.step() == Step::Model);
    let first = first.and_then(Scored::first);
    let leave = props.leave.clone();
    use_keys({
        let (act, course, leave) = (act.clone(), course.clone(), leave.clone());
        Callback::from(move |key: Keys| {
            let last = course
                .lesson
                .as_ref()
                .is_some_and(|it| course.at > it.questions.len());
            act.emit(match key {
                Keys::Escape if course.over != Over::Nothing => Act::Toggle(course.over),
                Keys::Escape => return leave.emit(()),
                Keys::Next if last && course.over == Over::Nothing => return leave.emit(()),
                Keys::Next => Act::Next,
                Keys::Back => Act::Back,
                Keys::Skip(on) => Act::Skip(on),
                Keys::Digit(option, false) => Act::Raise(option),
                Keys::Digit(option, true) => Act::Lower(option),
                Keys::Erase => Act::TakeBack,
                Keys::Notes => Act::Toggle(Over::Notes),
                Keys::Codes if course.lesson.is_some() => Act::Toggle(Over::Codes),
                Keys::Why if course.over != Over::Nothing => Act::Toggle(course.over),
                Keys::Why => match first {
                    Some((one, other)) => Act::Toggle(Over::Why(one, other)),
                    None => return,
                },
                Keys::Codes => return,
            });
        })
    });
    use_next_focused((
        course.at,
        course.step(),
        course.over,
        course.lesson.is_some(),
    ));
    let acting = |make: fn() -> Act| act.reform(move |_: MouseEvent| make());
    let Some(lesson) = lesson else {
        return html! {
            <>
                { head("Predict, then reveal", None, html! {}, &leave) }
                <div class="class-body">{ choice(&store, &act) }</div>
            </>
        };
    };
    let count = lesson.questions.len();
    let over = course.over;
    let body = match (over, current) {
        (Over::Notes, _) => notes(&lesson, course.at, current.map(|it| it.notes.as_slice())),
        (Over::Codes, _) => {
            html! { <Codes course={course.clone()} lesson={lesson.clone()} act={act.clone()} /> }
        }
        (Over::Why(one, other), Some(_)) => {
            let points = scored.as_ref().and_then(|it| it.points(one, other));
            let subject = results
                .clone()
                .zip(points)
                .map(|(results, points)| Subject {
                    driver: props.driver.clone(),
                    results,
                    points,
                });
            let score = scored.as_ref().and_then(|it| it.score(one, other));
            let title = score.map(|score| format!("Why {}?", heat::brief(score)));
            html! { <div class="class-why"><h3 class="class-ask">{ title }</h3>{ for subject.map(|subject| why(subject, None)) }</div> }
        }
        (_, Some(current)) => question(&View {
            course: &course,
            question: current,
            at: asked.unwrap_or_default(),
            scored: scored.as_ref(),
            asked: &answer.asked,
            act: &act,
        }),
        _ if course.at > count => summary(&course, &lesson, results.as_deref()),
        _ => {
            let place = placed(&store, &lesson, &leave);
            cover(&lesson, *none, &answer.asked, (&store, place))
        }
    };
    let tool = |over_: Over, label: &'static str| {
        let act = act.clone();
        let onclick = Callback::from(move |_: MouseEvent| act.emit(Act::Toggle(over_)));
        html! { <button type="button" class="word" aria-pressed={(over == over_).to_string()} {onclick}>{ label }</button> }
    };
    let tools = html! { <>{ tool(Over::Notes, "Notes") }{ tool(Over::Codes, "Codes") }</> };
    let at = asked.map(|at| format!("{} / {count}", at + 1));
    let again = matches!(answer.asked, Asked::Problem(_)).then(|| {
        let (tries, next) = (tries.setter(), *tries + 1);
        words(
            "push",
            "Try again",
            Callback::from(move |_: MouseEvent| tries.set(next)),
        )
    });
    let next = match over {
        Over::Nothing => next_words(&course, count),
        _ => "Close",
    };
    let onnext = match course.at > count && over == Over::Nothing {
        true => leave.reform(|_: MouseEvent| ()),
        false => acting(|| Act::Next),
    };
    let back = match course.at {
        0 => words("push", "‹ Lessons", acting(|| Act::Choose)),
        _ => words("push", "‹ Back", acting(|| Act::Back)),
    };
    html! {
        <>
            { head(&lesson.title, at, tools, &leave) }
            <div class="class-body" tabindex="0">{ body }</div>
            <footer class="class-foot">
                if over == Over::Nothing { { back } } else { <span /> }
                <span class="class-keys">{ hint(&course) }</span>
                { for again }
                <button type="button" class="push class-next" onclick={onnext} disabled={count == 0}>{ next }</button>
            </footer>
        </>
    }
}

/// Puts the focus where Enter goes on, unless it is in something that is still there.
#[hook]
fn use_next_focused(seen: (usize, Step, Over, bool)) {
    use_change(seen, |&(.., over, _)| {
        let document = gloo::utils::document();
        let active = document.active_element();
        let lost =
            active.is_none_or(|it| matches!(it.tag_name().as_str(), "BODY" | "DIALOG" | "DIV"));
        match over {
            // Arrow keys scroll what is long.
            Over::Notes => focus(".class-body"),
            Over::Codes => {}
            _ if lost => focus(".class-next, .class-begin"),
            _ => {}
        }
    });
}

fn focus(selector: &str) {
    let next = gloo::utils::document().query_selector(selector);
    if let Some(next) = next
        .ok()
        .flatten()
        .and_then(|it| it.dyn_into::<HtmlElement>().ok())
    {
        // It stays where it is if it can't be focused.
        _ = next.focus();
    }
}

/// The bar at the top.
fn head(title: &str, at: Option<String>, tools: Html, leave: &Callback<()>) -> Html {
    html! {
        <header class="class-head">
            <h2 id="class-title">{ title.to_owned() }</h2>
            { for at.map(|at| html! { <span class="class-at">{ at }</span> }) }
            { tools }
            { words("word", "Leave", leave.reform(|_: MouseEvent| ())) }
        </header>
    }
}

/// What the next step is.
fn next_words(course: &Course, count: usize) -> &'static str {
    let asked = course.asked();
    match (asked, course.step()) {
        (None, _) if course.at == 0 => "Begin",
        (None, _) => "Leave",
        (Some(at), Step::Asked) if !course.favourites(at).is_empty() => "The class’s answer",
        (Some(_), Step::Asked | Step::Class) => "The model’s answer",
        (Some(at), Step::Model) if at + 1 < count => "Next question",
        (Some(_), Step::Model) => "All answers",
    }
}

/// Which keys there are now.
fn hint(course: &Course) -> &'static str {
    match (course.over, course.asked(), course.step()) {
        (Over::Nothing, Some(_), Step::Asked) => {
            "1–9 count a hand, with Shift one less · Enter goes on"
        }
        (Over::Nothing, Some(_), Step::Model) => "W: why · N: notes · ← → go back and on",
        (Over::Nothing, ..) => "N: notes · K: codes · ← → go back and on",
        _ => "",
    }
}
