//! One question: its texts, its options with what the class says, and what the model says.

use super::course::{Act, Course, Step};
use super::plane::plane;
use super::scores::Scored;
use super::told;
use crate::session::asking::Asked;
use crate::ui::heat;
use semblance_scatter::fixed;
use semblance_workspace::lesson::{Kind, Question};
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// What is drawn.
pub struct View<'a> {
    pub course: &'a Course,
    pub question: &'a Question,
    /// Its place among all, from 0.
    pub at: usize,
    /// The model's side, once it is there.
    pub scored: Option<&'a Scored<'a>>,
    /// How the engine's answer stands.
    pub asked: &'a Asked,
    pub act: &'a Callback<Act>,
}

impl View<'_> {
    fn acting(&self, make: impl Fn() -> Act + 'static) -> Callback<MouseEvent> {
        self.act.reform(move |_: MouseEvent| make())
    }

    /// The model's side, if it is revealed.
    fn revealed(&self) -> Option<&Scored<'_>> {
        self.scored.filter(|_| self.course.step() == Step::Model)
    }

    /// A score as what opens its explanation.
    fn score(&self, (one, other): (usize, usize), of: &str) -> Html {
        let Some(score) = self.revealed().and_then(|it| it.score(one, other)) else {
            return html! { <span class="class-score" /> };
        };
        let onclick = self.acting(move || Act::Toggle(super::course::Over::Why(one, other)));
        let label = format!("{of}: {}, why?", heat::brief(score));
        html! {
            <button type="button" class={classes!("class-score", heat::class(score))} {onclick} aria-label={label} title="Why?">{ heat::brief(score) }</button>
        }
    }
}

/// The question.
pub fn question(view: &View) -> Html {
    let lands = matches!(view.question.kind, Kind::Lands(_)) && view.question.texts.len() > 3;
    html! {
        <div class={classes!("class-question", lands.then_some("with-map"))}>
            <h3 class="class-ask">{ told::asked(view.question) }</h3>
            { texts(view) }
            { options(view) }
            if lands { { map(view) } }
            <p class="class-verdict" role="status">{ verdict(view) }</p>
        </div>
    }
}

/// The texts that are no options.
fn texts(view: &View) -> Html {
    let question = view.question;
    let text = |at: usize| question.texts.get(at).cloned().unwrap_or_default();
    let line = |(at, label): (usize, Option<char>)| {
        html! {
            <li>
                if let Some(letter) = label { <b class="class-letter">{ letter }</b> }
                <span dir="auto">{ text(at) }</span>
                if matches!(question.kind, Kind::Order) && at > 0 {
                    { view.score((0, at), &label.map_or(String::new(), String::from)) }
                }
            </li>
        }
    };
    let lines: Vec<(usize, Option<char>)> = match &question.kind {
        Kind::MostAlike { all: true, .. } => (0..question.texts.len())
            .map(|at| (at, Some(told::letter(at))))
            .collect(),
        Kind::MostAlike { .. } => return html! {},
        Kind::Order => {
            let others = (1..question.texts.len()).map(|at| (at, Some(told::letter(at - 1))));
            std::iter::once((0, None)).chain(others).collect()
        }
        Kind::Above(_) => vec![(0, None), (1, None)],
        Kind::Lands(_) => vec![(0, None)],
    };
    let first = matches!(question.kind, Kind::Order | Kind::Lands(_));
    html! { <ul class={classes!("class-texts", first.then_some("first"))}>{ for lines.into_iter().map(line) }</ul> }
}

/// How an option looks.
pub fn label(question: &Question, option: usize) -> Html {
    let text = |at: usize| question.texts.get(at).cloned().unwrap_or_default();
    match &question.kind {
        Kind::MostAlike { pairs, all: false } => match pairs.get(option) {
            Some(&(a, b)) => {
                html! { <><span dir="auto">{ text(a) }</span><span dir="auto">{ text(b) }</span></> }
            }
            None => html! {},
        },
        Kind::Lands(places) => match places.get(option) {
            Some(place) if place.texts.len() > 1 => {
                let some = place.texts.iter().take(2).map(|&at| text(at));
                let some: Vec<String> = some.collect();
                html! { <>{ (!place.name.is_empty()).then(|| html! { <b>{ place.name.clone() }</b> }) }<span class="class-some">{ some.join(" · ") }{ if place.texts.len() > 2 { " …" } else { "" } }</span></> }
            }
            Some(place) => {
                html! { <span dir="auto">{ place.texts.first().map(|&at| text(at)) }</span> }
            }
            None => html! {},
        },
        _ => html! { <span>{ told::option(question, option) }</span> },
    }
}

/// Whether options are short enough to stand side by side.
pub fn brief(question: &Question) -> bool {
    matches!(
        question.kind,
        Kind::MostAlike { all: true, .. } | Kind::Order | Kind::Above(_)
    )
}

fn options(view: &View) -> Html {
    let (course, question) = (view.course, view.question);
    let votes = course.votes(view.at);
    let all: u32 = votes.iter().sum();
    let step = course.step();
    let favourites = match step {
        Step::Asked => Vec::new(),
        _ => course.favourites(view.at),
    };
    let answer = view.revealed().map(Scored::answer);
    let row = |option: usize| {
        let votes = votes.get(option).copied().unwrap_or_default();
        let hands = course
            .hands
            .get(view.at)
            .and_then(|it| it.get(option))
            .copied();
        let words = told::option(question, option);
        let right = answer == Some(option);
        let class = classes!(
            "class-option",
            favourites.contains(&option).then_some("favourite"),
            right.then_some("right")
        );
        let pair = view.revealed().and_then(|it| it.pair(option));
        html! {
            <li {class}>
                <kbd>{ (option + 1) % 10 }</kbd>
                <span class="class-label">{ label(question, option) }{ right.then(|| html! { <em title="The model’s answer">{ "✓" }</em> }) }</span>
                <span class="class-side">
                    if step == Step::Asked {
                        { tally(view, option, hands.unwrap_or_default(), &words) }
                    } else {
                        { share(votes, all) }
                        { pair.map_or_else(|| html! { <span class="class-score" /> }, |pair| view.score(pair, &words)) }
                    }
                </span>
            </li>
        }
    };
    let class = classes!("class-options", brief(question).then_some("brief"));
    html! {
        <ol {class} aria-label="Options">{ for (0..question.options()).map(row) }</ol>
    }
}

/// Counts hands.
fn tally(view: &View, option: usize, hands: u32, words: &str) -> Html {
    let act = view.act.clone();
    let onchange = Callback::from(move |event: Event| {
        let input: HtmlInputElement = event.target_unchecked_into();
        let hands = input.value().trim().parse().unwrap_or_default();
        act.emit(Act::Count(option, hands));
    });
    let coded = view
        .course
        .votes(view.at)
        .get(option)
        .copied()
        .unwrap_or_default()
        - hands;
    html! {
        <span class="class-tally">
            <button type="button" class="class-less" aria-label={format!("One less for {words}")} onclick={view.acting(move || Act::Lower(option))}>{ "−" }</button>
            <input type="text" inputmode="numeric" maxlength="3" aria-label={format!("Hands for {words}")} value={hands.to_string()} {onchange} />
            <button type="button" class="class-more" aria-label={format!("One more for {words}")} onclick={view.acting(move || Act::Raise(option))}>{ "+" }</button>
            if !view.course.codes.is_empty() { <span class="class-coded" title="By codes">{ format!("+ {coded}") }</span> }
        </span>
    }
}

/// What part of the class chose an option.
fn share(votes: u32, all: u32) -> Html {
    let part = if all == 0 {
        0.0
    } else {
        votes as f32 / all as f32
    };
    html! {
        <span class="class-share">
            <svg class="bar" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
                <rect class="bar-track" width="100" height="1" />
                <rect class="bar-fill" width={fixed(part * 100.0, 1)} height="1" />
            </svg>
            <span class="class-count">{ format!("{votes} · {} %", fixed(part * 100.0, 0)) }</span>
        </span>
    }
}

/// What the class and the model say, as far as it is revealed.
fn verdict(view: &View) -> Html {
    let (course, question) = (view.course, view.question);
    if course.step() == Step::Asked {
        return html! {};
    }
    let (votes, favourites) = (course.votes(view.at), course.favourites(view.at));
    let class = told::class(question, &votes, &favourites);
    if course.step() == Step::Class {
        return html! { <span>{ class }</span> };
    }
    let Some(scored) = view.scored else {
        let waiting = match view.asked {
            Asked::Problem(problem) => problem.clone(),
            _ => "The model is on its way.".into(),
        };
        return html! { <span>{ class }{ " " }{ waiting }</span> };
    };
    let answer = scored.answer();
    let score = scored
        .pair(answer)
        .and_then(|(one, other)| scored.score(one, other));
    html! {
        <>
            <span>{ class }</span>{ " " }
            <strong>{ told::model(question, answer, score) }</strong>{ " " }
            <span>{ told::agreement(&favourites, answer) }</span>
        </>
    }
}

/// Half of the map's side, in units of the drawing.
const HALF: f32 = 50.0;

/// The map of the texts, and where the new one lands: before it is revealed, a frame.
fn map(view: &View) -> Html {
    let Some(scored) = view.revealed() else {
        return html! { <div class="class-map veiled" aria-hidden="true">{ "?" }</div> };
    };
    let Kind::Lands(places) = &view.question.kind else {
        return html! {};
    };
    let count = view.question.texts.len() - 1;
    let plane = plane(count, |one, other| {
        scored.score(one, other).unwrap_or_default()
    });
    let all = plane.points.iter().chain([&plane.landed]).flatten();
    let reach = all.fold(0.05, |most: f32, x| most.max(x.abs()));
    let at = |point: [f32; 2]| point.map(|x| fixed(x / reach * (HALF - 6.0), 2));
    let [x, y] = at(plane.landed);
    let nearest = scored.pair(scored.answer()).map_or(1, |pair| pair.1);
    let line = plane.points.get(nearest - 1).map(|&point| {
        let [x2, y2] = at(point);
        html! { <line x1={x.clone()} y1={y.clone()} {x2} {y2} /> }
    });
    let dot = |(point, text): (&[f32; 2], usize)| {
        let [x, y] = at(*point);
        let place = places
            .iter()
            .position(|place| place.texts.contains(&text))
            .unwrap_or_default();
        html! {
            <g transform={format!("translate({x} {y})")}>
                <circle r="4" /><text dy="1.6">{ place + 1 }</text>
                <title>{ view.question.texts.get(text).cloned() }</title>
            </g>
        }
    };
    let name = format!(
        "Map: the new sentence lands nearest to {}",
        told::option(view.question, scored.answer())
    );
    html! {
        <svg class="class-map" viewBox="-50 -50 100 100" role="img" aria-label={name}>
            { for line }
            { for plane.points.iter().zip(1..).map(dot) }
            <path class="class-star" transform={format!("translate({x} {y})")} d="M0-5 1.2-1.6 4.8-1.6 1.9.6 2.9 4 0 2-2.9 4-1.9.6-4.8-1.6-1.2-1.6z" />
        </svg>
    }
}
