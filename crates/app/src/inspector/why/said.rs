//! What the panel says in words and figures.

use super::panel::Found;
use super::shares::{At, Bond, Side, brought, step, value};
use super::words::{brings, part, tint};
use crate::ui::heat;
use semblance_client::Explanation;
use yew::prelude::*;

/// A word as it is written.
pub fn name(found: &Found, (side, index): At) -> String {
    let ((a, b), explanation) = (&found.0.0.texts, &found.0.1);
    let (text, words) = match side {
        Side::A => (a, &explanation.a),
        Side::B => (b, &explanation.b),
    };
    let name = words.get(index).map_or("", |word| part(text, word));
    // A phrase is named by its beginning.
    match name.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name.to_owned(),
    }
}

/// "“not” and “never”", "4 words".
pub fn listed(all: &[At], named: &dyn Fn(At) -> String) -> String {
    match *all {
        [one] => format!("“{}”", named(one)),
        [one, other] => format!("“{}” and “{}”", named(one), named(other)),
        _ => format!("{} words", all.len()),
    }
}

/// "0.23 less".
pub fn apart(score: f32, before: f32) -> String {
    let change = score - before;
    match heat::brief(change.abs()).as_str() {
        "0.00" => "as before".to_owned(),
        by if change < 0.0 => format!("{by} less"),
        by => format!("{by} more"),
    }
}

/// What a word brings in all, and with which others.
pub fn of_word(
    named: &dyn Fn(At) -> String,
    explanation: &Explanation,
    at: At,
    bonds: &[Bond],
) -> String {
    let all = brought(explanation, at.0);
    let all = all.get(at.1).copied().unwrap_or_default();
    let with = bonds.iter().map(|&(a, b, value)| {
        let partner = match at.0 {
            Side::A => (Side::B, b),
            Side::B => (Side::A, a),
        };
        format!("{} with “{}”", heat::brief(value), named(partner))
    });
    let with: Vec<_> = with.collect();
    format!("“{}” {}: {}", named(at), brings(all), with.join(", "))
}

/// The strongest pairs of words in a sentence.
pub fn sentence(named: &dyn Fn(At) -> String, score: f32, bonds: &[Bond]) -> Html {
    if bonds.is_empty() {
        return html! { { "No pair of words brings anything to speak of." } };
    }
    let each = bonds.iter().enumerate().map(|(place, &(a, b, value))| {
        let amount = match (place, value < 0.0) {
            (0, false) => format!(" brings {} of {}", heat::brief(value), heat::brief(score)),
            (_, false) => format!(" {}", heat::brief(value)),
            (_, true) => format!(" takes {} away", heat::brief(-value)),
        };
        let end = if place + 1 == bonds.len() { "." } else { "; " };
        html! { <><b>{ named((Side::A, a)) }</b>{ "–" }<b>{ named((Side::B, b)) }</b>{ amount }{ end }</> }
    });
    html! { <>{ for each }</> }
}

/// The scale of the words' colours.
pub fn legend() -> Html {
    let swatch = |step: i32| html! { <i class={classes!(tint(step))} /> };
    html! {
        <p class="why-legend">
            <span>{ "parts the texts" }</span>
            <span class="why-scale" aria-hidden="true">{ for (-5..=5).map(swatch) }</span>
            <span>{ "brings them together" }</span>
        </p>
    }
}

/// What to know about the split.
pub fn note(explanation: &Explanation) -> String {
    let mut note =
        "What a word brings is its part of this score; all parts add up to it. What the score would be without the word is another question, since the other words would then mean something else too."
            .to_owned();
    let phrases = explanation.a.iter().chain(&explanation.b);
    // A word has a handful of tokens; what has many is some words side by side.
    if phrases.into_iter().any(|word| word.tokens > 6) {
        note.push_str(" Long texts are split by phrase.");
    }
    match explanation.truncated {
        [true, true] => note.push_str(" Of both texts the model reads only the beginning."),
        [true, false] => note.push_str(" Of the first text the model reads only the beginning."),
        [false, true] => note.push_str(" Of the second text the model reads only the beginning."),
        [false, false] => {}
    }
    note
}

/// All that the pairs of words bring, as a table.
pub fn figures(found: &Found, of_all: &[Vec<f32>; 2], thickest: f32) -> Html {
    let explanation = &found.0.1;
    let number = |value: f32| {
        let class = classes!(tint(step(value, thickest)));
        html! { <td {class}>{ heat::brief(value) }</td> }
    };
    let column =
        |index: usize| html! { <th scope="col"><bdi>{ name(found, (Side::B, index)) }</bdi></th> };
    let row = |index: usize| {
        let values = (0..explanation.b.len())
            .map(|other| value(explanation, (Side::A, index), other).unwrap_or_default());
        let sum = of_all[0].get(index).copied().unwrap_or_default();
        html! {
            <tr><th scope="row"><bdi>{ name(found, (Side::A, index)) }</bdi></th>{ for values.map(number) }<td class="sum">{ heat::brief(sum) }</td></tr>
        }
    };
    let sums = of_all[1].iter();
    let sums = sums.map(|&sum| html! { <td class="sum">{ heat::brief(sum) }</td> });
    html! {
        <details class="why-figures">
            <summary>{ "All figures" }</summary>
            <div tabindex="0" role="region" aria-label="What each pair of words brings">
                <table>
                    <thead><tr><td />{ for (0..explanation.b.len()).map(column) }<th scope="col">{ "all" }</th></tr></thead>
                    <tbody>{ for (0..explanation.a.len()).map(row) }</tbody>
                    <tfoot><tr><th scope="row">{ "all" }</th>{ for sums }<td class="sum">{ heat::brief(explanation.score) }</td></tr></tfoot>
                </table>
            </div>
        </details>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_of_score_in_words() {
        for (score, said) in [
            (0.62, "0.23 less"),
            (0.9, "0.05 more"),
            (0.852, "as before"),
        ] {
            assert_eq!(apart(score, 0.85), said);
        }
    }
}
