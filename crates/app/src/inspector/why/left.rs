//! What would change the score most: each word left out in turn, asked of the model anew.

use super::panel::Found;
use super::shares::{At, Side};
use super::words::part;
use crate::session::asking::{Asked, status, use_answer};
use crate::session::engine::Driver;
use crate::ui::button::words;
use crate::ui::heat;
use crate::ui::hooks::{use_change, use_value};
use semblance_client::{Cancel, ClientError, Explanation};
use semblance_scatter::decimal;
use std::rc::Rc;
use yew::prelude::*;

/// Words that are listed.
const LISTED: usize = 8;

/// The score without a word.
type Without = (At, f32);

/// The question as a button, and its answer as bars.
#[hook]
pub fn use_left_out(driver: &Rc<Driver>, found: Option<&Found>) -> Html {
    let wanted = use_value(false);
    let asked_of = found.map(|found| found.0.0.texts.clone());
    {
        let wanted = wanted.setter();
        use_change(asked_of, move |_| wanted.set(false));
    }
    let question = found.filter(|_| *wanted).cloned();
    let cancel = use_value(Shell(Cancel::new()));
    let answer = {
        let (driver, cancel) = (driver.clone(), cancel.0.clone());
        use_answer(question, 0, move |found: Found| async move {
            Some(leave_out(&driver, &found, &cancel).await)
        })
    };
    use_change((), move |()| move || cancel.0.cancel());
    let Some(found) = found else {
        return html! {};
    };
    let explanation = &found.0.1;
    let ask = Callback::from(move |_: MouseEvent| wanted.set(true));
    let body = match &answer.found {
        Some(held) if held.0.0 == *found => bars(found, &held.0.1),
        _ if answer.asked == Asked::Nothing => words("push", "What would change it most?", ask),
        _ => status(&answer.asked, "".into()),
    };
    let words_in_all = explanation.a.len() + explanation.b.len();
    html! { <div class="why-left">if words_in_all > 2 { { body } }</div> }
}

/// A thing that never differs from itself, for a state that is set once.
struct Shell(Cancel);

impl PartialEq for Shell {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

async fn leave_out(
    driver: &Rc<Driver>,
    found: &Found,
    cancel: &Cancel,
) -> Result<Vec<Without>, Asked> {
    let told = |error: ClientError| Asked::failed(driver, &error);
    let client = driver.client().ok_or(Asked::Nothing)?;
    let (a, b) = &found.0.0.texts;
    let explanation = &found.0.1;
    let of_a = client.leave_one_out(a, &explanation.a, b, cancel);
    let of_a = of_a.await.map_err(told)?;
    let of_b = client.leave_one_out(b, &explanation.b, a, cancel);
    let of_b = of_b.await.map_err(told)?;
    let of = |side, scores: Vec<f32>| {
        let scores = scores.into_iter().enumerate();
        scores.map(move |(index, score)| ((side, index), score))
    };
    let all = of(Side::A, of_a).chain(of(Side::B, of_b));
    Ok(by_change(all.collect(), explanation.score))
}

/// The words that change the score most come first.
fn by_change(mut all: Vec<Without>, score: f32) -> Vec<Without> {
    let change = |without: &Without| (without.1 - score).abs();
    all.sort_by(|x, y| change(y).total_cmp(&change(x)));
    all
}

fn bars(found: &Found, all: &[Without]) -> Html {
    let ((a, b), explanation) = (&found.0.0.texts, &found.0.1);
    let score = explanation.score;
    let most = all.first().map_or(1.0, |&(_, first)| (first - score).abs());
    let row = |&((side, index), without): &Without| {
        let (number, word) = match side {
            Side::A => (found.0.0.points.0, part_of(a, explanation, side, index)),
            Side::B => (found.0.0.points.1, part_of(b, explanation, side, index)),
        };
        let change = without - score;
        let width = 50.0 * change.abs() / most.max(0.001);
        let x = if change < 0.0 { 50.0 - width } else { 50.0 };
        let class = if change < 0.0 { "less" } else { "more" };
        html! {
            <tr>
                <th scope="row"><bdi>{ word.to_owned() }</bdi></th>
                <td class="why-number">{ number + 1 }</td>
                <td class="why-bar"><svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
                    <rect class="axis" x="49.75" width="0.5" height="8" /><rect {class} x={decimal(x, 2)} width={decimal(width, 2)} height="8" />
                </svg></td>
                <td class="why-number">{ difference(change) }</td>
                <td class="why-number">{ heat::brief(without) }</td>
            </tr>
        }
    };
    html! {
        <table class="why-bars">
            <caption>{ format!("The score if a word is left out, computed anew; now it is {}", heat::brief(score)) }</caption>
            <thead><tr>
                <th scope="col">{ "Without" }</th><th scope="col" class="why-number">{ "in text" }</th>
                <th scope="col"><span class="unseen">{ "As a bar" }</span></th><th scope="col" class="why-number">{ "Change" }</th><th scope="col" class="why-number">{ "Score" }</th>
            </tr></thead>
            <tbody>{ for all.iter().take(LISTED).map(row) }</tbody>
        </table>
    }
}

fn part_of<'a>(text: &'a str, explanation: &Explanation, side: Side, index: usize) -> &'a str {
    let words = match side {
        Side::A => &explanation.a,
        Side::B => &explanation.b,
    };
    words.get(index).map_or("", |word| part(text, word))
}

/// "+0.12", "−0.03", "0.00".
fn difference(change: f32) -> String {
    let written = heat::brief(change);
    match written.as_str() {
        "0.00" => written,
        _ if change > 0.0 => format!("+{written}"),
        _ => written,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_change_comes_first_whichever_way() {
        let all = vec![
            ((Side::A, 0), 0.8),
            ((Side::A, 1), 0.95),
            ((Side::B, 0), 0.3),
        ];
        let sorted = by_change(all.clone(), 0.8);
        assert_eq!(sorted, [all[2], all[1], all[0]]);
    }

    #[test]
    fn a_change_says_which_way() {
        for (change, written) in [(0.123, "+0.12"), (-0.03, "−0.03"), (-0.001, "0.00")] {
            assert_eq!(difference(change), written);
        }
    }
}
