//! The end of a lesson: what the class said, and what the model did.

use super::course::Course;
use super::scores::Scored;
use super::told;
use crate::state::results::Results;
use crate::ui::heat;
use semblance_workspace::lesson::{Lesson, Question};
use yew::prelude::*;

/// The questions in a table.
pub fn summary(course: &Course, lesson: &Lesson, results: Option<&Results>) -> Html {
    let mut asked = 0;
    let mut agreed = 0;
    let mut row = |(at, question): (usize, &Question)| {
        let favourites = course.favourites(at);
        let votes = course.votes(at);
        let scored = results.map(|results| Scored::new(question, results));
        let answer = scored.as_ref().map(Scored::answer);
        let pair = scored.as_ref().and_then(|it| it.pair(answer?));
        let score = scored
            .as_ref()
            .zip(pair)
            .and_then(|(it, (one, other))| it.score(one, other));
        let same = answer.is_some_and(|answer| favourites == [answer]);
        asked += usize::from(!favourites.is_empty());
        agreed += usize::from(same);
        let most = favourites
            .first()
            .and_then(|&at| votes.get(at))
            .copied()
            .unwrap_or_default();
        let class = match favourites.as_slice() {
            [] => "not asked".to_owned(),
            all => format!(
                "{} ({most} of {})",
                told::options(question, all),
                votes.iter().sum::<u32>()
            ),
        };
        let model = answer.map_or("…".to_owned(), |answer| {
            let words = told::option(question, answer);
            match score {
                Some(score) => format!("{words} ({})", heat::brief(score)),
                None => words,
            }
        });
        html! {
            <tr class={same.then_some("right")}>
                <th scope="row">{ told::asked(question) }</th>
                <td>{ class }</td>
                <td>{ model }{ if same { " ✓" } else { "" } }</td>
            </tr>
        }
    };
    let rows: Vec<Html> = lesson
        .questions
        .iter()
        .enumerate()
        .map(|(at, it)| row((at, it)))
        .collect();
    let said = match (asked, agreed) {
        (0, _) => "The class was not asked.".to_owned(),
        (1, 0) => "The class and the model differ.".to_owned(),
        (1, 1) => "The class and the model agree.".to_owned(),
        (all, same) => format!("The class and the model agree in {same} of {all} questions."),
    };
    html! {
        <div class="class-summary">
            <p class="class-ask" role="status">{ said }</p>
            <table>
                <thead><tr><th scope="col">{ "Question" }</th><th scope="col">{ "The class" }</th><th scope="col">{ "The model" }</th></tr></thead>
                <tbody>{ rows }</tbody>
            </table>
        </div>
    }
}
