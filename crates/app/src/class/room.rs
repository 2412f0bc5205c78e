//! The page of class mode: choosing a lesson, its cover, its questions, the summary.

use super::codes::Codes;
use super::course::{Act, Course, Over, Step};
use super::lessons;
use super::propose::{Texts, proposed};
use super::pupil::Pupil;
use super::question::{View, question};
use super::scores::{Scored, use_scores};
use super::summary::summary;
use crate::inspector::why::{Subject, why};
use crate::session::asking::{Asked, texts};
use crate::session::engine::Driver;
use crate::session::samples::samples;
use crate::state::results::Results;
use crate::state::{Action, Engine, Store, use_store};
use crate::ui::button::words;
use crate::ui::heat;
use crate::ui::hooks::{use_change, use_value};
use gloo::events::{EventListener, EventListenerOptions};
use semblance_workspace::lesson::{Group, Lesson, Note};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlDialogElement, HtmlElement, KeyboardEvent};
use yew::prelude::*;

/// Texts of the page of which a lesson is made, at most: more than a class can look at.
const TEXTS: usize = 40;

impl Reducible for Course {
    type Action = Act;

    fn reduce(self: Rc<Self>, act: Act) -> Rc<Self> {
        Rc::new(self.after(act))
    }
}

thread_local! {
    /// What was under way when class mode was left.
    static LEFT: RefCell<Option<Course>> = const { RefCell::new(None) };
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

/// A key that means something in class mode.
#[derive(Clone, Copy, PartialEq)]
pub enum Keys {
    Next,
    Back,
    /// To the next question, or the one before.
    Skip(bool),
    /// A digit as an option; whether with Shift.
    Digit(usize, bool),
    Erase,
    Notes,
    Codes,
    Why,
    Escape,
}

/// Tells of keys while class mode is there, and keeps them from the page below. What a button or a
/// box makes of a key is theirs.
#[hook]
pub fn use_keys(on: Callback<Keys>) {
    let latest = use_mut_ref(|| on.clone());
    latest.replace(on);
    use_change((), move |()| {
        let options = EventListenerOptions::enable_prevent_default();
        // Above what Yew listens on, below where the page does.
        let body = gloo::utils::document().body();
        let listener = body.map(|body| {
            EventListener::new_with_options(&body, "keydown", options, move |event| {
                event.stop_propagation();
                let Some(event) = event.dyn_ref::<KeyboardEvent>() else {
                    return;
                };
                if let Some(key) = key(event) {
                    event.prevent_default();
                    let on = latest.borrow().clone();
                    on.emit(key);
                }
            })
        });
        move || drop(listener)
    });
}

fn key(event: &KeyboardEvent) -> Option<Keys> {
    if event.default_prevented() || event.ctrl_key() || event.meta_key() || event.alt_key() {
        return None;
    }
    let target = event.target().and_then(|it| it.dyn_into::<Element>().ok());
    let is_in = |selector: &str| {
        let inside = target.as_ref().map(|it| it.closest(selector));
        matches!(inside, Some(Ok(Some(_))))
    };
    let key = crate::app::letter(event);
    if key == "Escape" {
        return Some(Keys::Escape);
    }
    if is_in("input, textarea, select") {
        if key == "Enter" && is_in(".class-tally") {
            let hands = target.and_then(|it| it.dyn_into::<HtmlElement>().ok());
            // What was typed counts; the next Enter goes on.
            _ = hands.map(|it| it.blur());
        }
        return None;
    }
    // On some layouts digits need Shift, so that they go by their place.
    let code = event.code();
    let digit = code
        .strip_prefix("Digit")
        .or_else(|| code.strip_prefix("Numpad"));
    if let Some(digit) = digit.and_then(|digit| digit.parse::<usize>().ok()) {
        return Some(Keys::Digit((digit + 9) % 10, event.shift_key()));
    }
    Some(match key.as_str() {
        "Enter" if is_in("button, a, summary, [role=button]") => return None,
        "Enter" | "ArrowRight" => Keys::Next,
        "ArrowLeft" => Keys::Back,
        "PageDown" => Keys::Skip(true),
        "PageUp" => Keys::Skip(false),
        "Backspace" => Keys::Erase,
        "n" | "N" => Keys::Notes,
        "k" | "K" => Keys::Codes,
        "w" | "W" => Keys::Why,
        _ => return None,
    })
}

/// Class mode.
#[component]
pub fn Room(props: &RoomProps) -> Html {
    let store = use_store();
    let class = use_memo((), {
        let class = store.class.clone();
        move |()| class
    });
    let given = (*class).clone().map_or(Rc::from(""), |class| class.lesson);
    let pupil = use_value((*class).as_ref().is_some_and(|class| class.pupil));
    let read = use_memo(given, |given| {
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
                focus_next();
            }
            move || LEFT.set(course.is_begun().then(|| (*course).clone()))
        });
    }
    let leave = {
        let dispatch = store.dispatcher();
        Callback::from(move |()| dispatch.dispatch(Action::Class(None)))
    };
    let oncancel = Callback::from(|event: Event| event.prevent_default());
    let body = match (&*read, *pupil) {
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
            let teach = {
                let (pupil, driver) = (pupil.setter(), props.driver.clone());
                Callback::from(move |_: MouseEvent| {
                    driver.start();
                    pupil.set(false);
                })
            };
            let leave = Callback::from(|_: MouseEvent| without_lesson());
            html! { <Pupil lesson={lesson.clone()} {teach} {leave} /> }
        }
        _ => html! { <Teacher driver={props.driver.clone()} course={course} {leave} /> },
    };
    html! {
        <dialog class="class" ref={dialog} aria-labelledby="class-title" {oncancel}>{ body }</dialog>
    }
}

/// Opens the page anew, without the lesson that came with the link.
fn without_lesson() {
    let location = gloo::utils::window().location();
    // Neither can fail for the page's own address.
    _ = location.set_hash("");
    _ = location.reload();
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
            <div class="class-body">{ body }</div>
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
            active.is_none_or(|it| matches!(it.tag_name().as_str(), "BODY" | "DIALOG" | "HTML"));
        if lost && over != Over::Codes {
            focus_next();
        }
    });
}

fn focus_next() {
    let next = gloo::utils::document().query_selector(".class-next, .class-begin");
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

/// What there is to choose from.
fn choice(store: &Store, act: &Callback<Act>) -> Html {
    let card = |title: String, about: String, begin: bool, chosen: Act| {
        let onclick = act.reform(move |_: MouseEvent| chosen.clone());
        html! {
            <button type="button" class={classes!("start-card", begin.then_some("class-begin"))} {onclick}><strong>{ title }</strong><span>{ about }</span></button>
        }
    };
    let left = LEFT.with_borrow(Clone::clone);
    let left = left.and_then(|left| {
        let title = format!("Go on: {}", left.lesson.as_ref()?.title);
        let about = match left.asked() {
            Some(at) => format!("at question {}", at + 1),
            None => "where it was left".to_owned(),
        };
        Some(card(title, about, true, Act::Resume(left)))
    });
    let own = of_page(store).map(|lesson| {
        let about = "Questions are made from their scores.".to_owned();
        card(
            format!("Your texts: {}", lesson.title),
            about,
            left.is_none(),
            Act::Take(Rc::new(lesson)),
        )
    });
    let all = lessons::all().map(|(_, lesson)| {
        let about = lesson.about.first().cloned().unwrap_or_default();
        card(
            lesson.title.clone(),
            about,
            false,
            Act::Take(Rc::new(lesson)),
        )
    });
    html! {
        <div class="class-choice">
            <p>{ "The class predicts, then the model’s answer is revealed. Scores and map stay hidden until then." }</p>
            { for left }
            { for own }
            <h3>{ "Lessons of 10 to 15 minutes" }</h3>
            <div class="class-cards">{ for all }</div>
            <p>{ "A lesson of your own is a Markdown file: open it like any other file. The documentation says how it is written." }</p>
        </div>
    }
}

/// The texts of the page as a lesson, without questions.
fn of_page(store: &Store) -> Option<Lesson> {
    let results = &store.results;
    if results.texts.len() < 2 {
        return None;
    }
    let sample = store.sample.and_then(|at| samples().get(at).cloned());
    let title = sample.map_or_else(|| texts(results.total), |sample| sample.name);
    let mut groups: Vec<Group> = Vec::new();
    for text in results.texts.iter().take(TEXTS) {
        let at = text.group as usize;
        if groups.len() <= at {
            groups.resize_with(at + 1, Group::default);
        }
        groups[at].texts.push(text.text.to_string());
    }
    Some(Lesson {
        title,
        groups,
        ..Lesson::default()
    })
}

/// The lesson with questions that its scores propose.
fn with_questions(lesson: &Lesson, results: &Results) -> Option<Lesson> {
    let score = |one: usize, other: usize| {
        let score = results.score(one as u32, other as u32);
        score.unwrap_or_default()
    };
    let group = |text: &str| {
        let has = |group: &Group| group.texts.iter().any(|it| it == text);
        lesson.groups.iter().position(has).unwrap_or_default() as u32
    };
    let questions = proposed(&Texts {
        texts: results.texts.iter().map(|text| &*text.text).collect(),
        groups: results.texts.iter().map(|text| group(&text.text)).collect(),
        score: &score,
    });
    (!questions.is_empty()).then(|| Lesson {
        questions,
        ..lesson.clone()
    })
}

/// What a lesson is about, before it begins.
fn cover(
    lesson: &Lesson,
    none: bool,
    asked: &Asked,
    (store, place): (&Store, Callback<MouseEvent>),
) -> Html {
    let said = match (lesson.questions.len(), asked) {
        _ if none => {
            "These texts are too few, or too much alike, for a question with a clear answer."
                .to_owned()
        }
        (0, Asked::Problem(problem)) => problem.to_string(),
        (0, _) if matches!(store.engine, Engine::Failed) => {
            "Without the engine there are no questions: leave class mode and start it again."
                .to_owned()
        }
        (0, _) => "Questions are made from the scores, as soon as these are there.".to_owned(),
        (1, _) => "1 question.".to_owned(),
        (count, _) => format!("{count} questions."),
    };
    html! {
        <div class="class-cover">
            if lesson.about.is_empty() { <p class="class-ask">{ lesson.title.clone() }</p> }
            { for lesson.about.iter().map(|about| html! { <p class="class-ask">{ about.clone() }</p> }) }
            <p role="status">{ said }</p>
            <p>{ "Read each question out and let the class think for itself first; then count hands. Or let pupils answer on their own devices, under Codes. What to say and what to expect stands under Notes: it gives answers away." }</p>
            <p>{ words("push", "Put its texts on the page", place) }</p>
        </div>
    }
}

/// What is for the teacher: of the question, or of the whole lesson.
fn notes(lesson: &Lesson, at: usize, own: Option<&[Note]>) -> Html {
    let part = |notes: &[Note]| -> Html {
        let note = |note: &Note| match note {
            Note::Say(text) => html! { <><dt>{ "Say" }</dt><dd>{ text.clone() }</dd></> },
            Note::Expect(text) => html! { <><dt>{ "Expect" }</dt><dd>{ text.clone() }</dd></> },
        };
        notes.iter().map(note).collect()
    };
    let all = own.is_none();
    let every = lesson.questions.iter().zip(1..).filter(|_| all && at == 0).map(|(question, number)| {
        html! { <><dt class="class-of">{ format!("{number}. {}", super::told::asked(question)) }</dt>{ part(&question.notes) }</> }
    });
    let empty = lesson.notes.is_empty() && lesson.questions.iter().all(|it| it.notes.is_empty());
    html! {
        <div class="class-notes">
            <h3>{ "For the teacher" }</h3>
            if empty { <p>{ "This lesson has no notes." }</p> }
            <dl>
                { for own.map(part) }
                if all { { part(&lesson.notes) } }
                { for every }
            </dl>
        </div>
    }
}

/// Leaves class mode with the lesson's texts on the page.
fn placed(store: &Store, lesson: &Rc<Lesson>, leave: &Callback<()>) -> Callback<MouseEvent> {
    let (dispatch, lesson, leave) = (store.dispatcher(), lesson.clone(), leave.clone());
    Callback::from(move |_: MouseEvent| {
        dispatch.dispatch(Action::Replace(lesson.to_text()));
        leave.emit(());
    })
}
