//! A pupil's page: the questions one after another, then the code of the answers.

use super::keys::{Keys, use_keys};
use super::question::{brief, label};
use super::told;
use crate::share::qr;
use crate::ui::button::words;
use crate::ui::hooks::use_value;
use semblance_workspace::lesson::{Kind, Lesson, Question};
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties)]
pub struct PupilProps {
    pub lesson: Rc<Lesson>,
    /// Takes the lesson as a teacher's.
    pub teach: Callback<MouseEvent>,
    /// Goes to the page itself.
    pub leave: Callback<MouseEvent>,
}

impl PartialEq for PupilProps {
    fn eq(&self, other: &Self) -> bool {
        self.lesson == other.lesson
    }
}

/// Where a pupil is: the question, counted from 1, and the answers so far.
#[derive(Clone, Default, PartialEq)]
struct Sheet {
    at: usize,
    answers: Vec<Option<usize>>,
}

/// The page.
#[component]
pub fn Pupil(props: &PupilProps) -> Html {
    let lesson = props.lesson.clone();
    let count = lesson.questions.len();
    let pupil = *use_memo((), |()| (js_sys::Math::random() * 1024.0) as u32);
    let sheet = use_value(Sheet::default());
    let go = {
        let sheet = sheet.clone();
        move |at: usize| {
            sheet.set(Sheet {
                at,
                ..(*sheet).clone()
            })
        }
    };
    let choose = {
        let sheet = sheet.clone();
        move |option: usize| {
            let mut next = (*sheet).clone();
            next.answers.resize(count, None);
            if let Some(answer) = next
                .at
                .checked_sub(1)
                .and_then(|at| next.answers.get_mut(at))
            {
                *answer = Some(option);
            }
            sheet.set(next);
        }
    };
    let at = sheet.at;
    let (next, before) = ((at + 1).min(count + 1), at.saturating_sub(1));
    let key = {
        let (go, choose) = (go.clone(), choose.clone());
        Callback::from(move |key: Keys| match key {
            Keys::Next => go(next),
            Keys::Back => go(before),
            Keys::Digit(option, false) => choose(option),
            _ => {}
        })
    };
    use_keys(key);
    let button = |look, label, to: usize| {
        let go = go.clone();
        words(look, label, Callback::from(move |_: MouseEvent| go(to)))
    };
    let question = at.checked_sub(1).and_then(|at| lesson.questions.get(at));
    let chosen = sheet.answers.get(at.wrapping_sub(1)).copied().flatten();
    let body = match question {
        None if at == 0 => html! {
            <div class="class-cover">
                <p class="class-ask">{ "What do you think a language model will say?" }</p>
                { for lesson.about.iter().map(|about| html! { <p>{ about.clone() }</p> }) }
                <p>{ "Answer the questions by what you expect, not by what is true. At the end you get a code for your teacher. No name is asked for, and nothing is sent anywhere." }</p>
            </div>
        },
        Some(question) => asked(question, chosen, &choose),
        None => {
            let code = lesson.code(&sheet.answers, pupil);
            let left = count - sheet.answers.iter().flatten().count();
            html! {
                <div class="class-cover class-code">
                    <p class="class-ask">{ "Your code" }</p>
                    <output>{ code.clone() }</output>
                    { qr::code(&code, "QR code of your code") }
                    <p>{ match left {
                        0 => "Read it out, or show it: your answers are in it.".to_owned(),
                        1 => "One question is left open. Your answers are in the code.".to_owned(),
                        _ => format!("{left} questions are left open. Your answers are in the code."),
                    } }</p>
                    { words("quiet", "Leave to Semblance itself", props.leave.clone()) }
                </div>
            }
        }
    };
    let forward = match () {
        () if at == 0 => "Begin",
        () if at < count => "Next question",
        () if at == count => "Get the code",
        () => "",
    };
    html! {
        <>
            <header class="class-head">
                <h2 id="class-title">{ lesson.title.clone() }</h2>
                if question.is_some() { <span class="class-at">{ format!("{at} / {count}") }</span> }
                if at == 0 { { words("word", "For teachers", props.teach.clone()) } }
            </header>
            <div class="class-body">{ body }</div>
            <footer class="class-foot">
                if at > 0 { { button("push", "‹ Back", before) } } else { <span /> }
                <span class="class-keys">{ "1–9 choose · Enter goes on" }</span>
                if forward.is_empty() { <span /> } else { { button("push class-next", forward, next) } }
            </footer>
        </>
    }
}

/// A question with its options to choose from.
fn asked(
    question: &Question,
    chosen: Option<usize>,
    choose: &(impl Fn(usize) + Clone + 'static),
) -> Html {
    let texts: Vec<(Option<char>, &String)> = match &question.kind {
        Kind::MostAlike { all: true, .. } => {
            let letters = (0..).map(told::letter).map(Some);
            letters.zip(&question.texts).collect()
        }
        Kind::MostAlike { .. } => Vec::new(),
        Kind::Order => {
            let letters = (0..).map(told::letter).map(Some);
            std::iter::once(None)
                .chain(letters)
                .zip(&question.texts)
                .collect()
        }
        Kind::Above(_) => question.texts.iter().map(|text| (None, text)).collect(),
        Kind::Lands(_) => question
            .texts
            .iter()
            .take(1)
            .map(|text| (None, text))
            .collect(),
    };
    let first = matches!(question.kind, Kind::Order | Kind::Lands(_));
    let option = |at: usize| {
        let choose = choose.clone();
        let onclick = Callback::from(move |_: MouseEvent| choose(at));
        let pressed = chosen == Some(at);
        html! {
            <li><button type="button" class="class-option" aria-pressed={pressed.to_string()} {onclick}>
                <kbd aria-hidden="true">{ (at + 1) % 10 }</kbd><span class="class-label">{ label(question, at) }</span>
            </button></li>
        }
    };
    html! {
        <div class="class-question">
            <h3 class="class-ask">{ told::asked(question) }</h3>
            <ul class={classes!("class-texts", first.then_some("first"))}>
                { for texts.into_iter().map(|(letter, text)| html! {
                    <li>{ for letter.map(|letter| html! { <b class="class-letter">{ letter }</b> }) }<span dir="auto">{ text.clone() }</span></li>
                }) }
            </ul>
            <ol class={classes!("class-options", brief(question).then_some("brief"))} aria-label="Options">{ for (0..question.options()).map(option) }</ol>
        </div>
    }
}
