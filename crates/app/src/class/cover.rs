//! What comes before the questions: the choice of a lesson, its cover, and the teacher's notes.

use super::course::{Act, Course};
use super::lessons;
use super::propose::{Texts, proposed};
use super::told;
use crate::session::asking::{Asked, texts};
use crate::session::samples::samples;
use crate::state::results::Results;
use crate::state::{Action, Engine, Store};
use crate::ui::button::words;
use semblance_workspace::lesson::{Group, Lesson, Note};
use std::cell::RefCell;
use std::rc::Rc;
use yew::prelude::*;

/// Texts of the page of which a lesson is made, at most: more than a class can look at.
const TEXTS: usize = 40;

thread_local! {
    /// What was under way when class mode was left.
    pub static LEFT: RefCell<Option<Course>> = const { RefCell::new(None) };
}

/// What there is to choose from.
pub fn choice(store: &Store, act: &Callback<Act>) -> Html {
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
    // Of a page with a lesson in it that one comes first.
    let came = lessons::read(&super::came()).ok();
    let others = lessons::all().map(|(_, lesson)| lesson);
    let others = others.filter(|lesson| Some(lesson) != came.as_ref());
    let all = came.clone().into_iter().chain(others).map(|lesson| {
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
pub fn with_questions(lesson: &Lesson, results: &Results) -> Option<Lesson> {
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
pub fn cover(
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
pub fn notes(lesson: &Lesson, at: usize, own: Option<&[Note]>) -> Html {
    let part = |notes: &[Note]| -> Html {
        let note = |note: &Note| match note {
            Note::Say(text) => html! { <><dt>{ "Say" }</dt><dd>{ text.clone() }</dd></> },
            Note::Expect(text) => html! { <><dt>{ "Expect" }</dt><dd>{ text.clone() }</dd></> },
        };
        notes.iter().map(note).collect()
    };
    let all = own.is_none();
    let every = lesson.questions.iter().zip(1..).filter(|_| all && at == 0).map(|(question, number)| {
        html! { <><dt class="class-of">{ format!("{number}. {}", told::asked(question)) }</dt>{ part(&question.notes) }</> }
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
pub fn placed(store: &Store, lesson: &Rc<Lesson>, leave: &Callback<()>) -> Callback<MouseEvent> {
    let (dispatch, lesson, leave) = (store.dispatcher(), lesson.clone(), leave.clone());
    Callback::from(move |_: MouseEvent| {
        dispatch.dispatch(Action::Replace(lesson.to_text()));
        leave.emit(());
    })
}
