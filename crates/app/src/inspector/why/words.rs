//! A text as its words, each in the colour of what it brings.

use super::shares::{Side, step};
use crate::ui::heat;
use semblance_client::Word;
use yew::prelude::*;

/// Characters shown of what the model does not read.
const UNREAD: usize = 200;

/// A text, and what to show of its words.
pub struct Drawn<'a> {
    pub side: Side,
    /// The text, by its place among all.
    pub point: u32,
    pub text: &'a str,
    pub words: &'a [Word],
    /// What each word brings: to the score, or together with the word that is pointed at.
    pub values: &'a [f32],
    /// What the deepest colour stands for.
    pub most: f32,
    /// Words that are struck out, by their indices.
    pub struck: &'a [usize],
    /// The word that the Tab key leads to.
    pub current: usize,
    /// The word that is pointed at, if it is here.
    pub lit: Option<usize>,
}

/// The words with all that stands between them. Each has its side and index on it, for
/// [`super::lines::word_of`].
pub fn words(drawn: &Drawn<'_>) -> Html {
    let number = drawn.point + 1;
    let mut end = 0;
    let each = drawn.words.iter().enumerate().map(|(index, word)| {
        let before = drawn.text.get(end..word.start as usize);
        end = word.end as usize;
        html! { <>{ before.unwrap_or_default().to_owned() }{ one(drawn, index, word) }</> }
    });
    let each: Html = each.collect();
    let rest = drawn.text.get(end..).unwrap_or_default();
    let unread = match rest.char_indices().nth(UNREAD) {
        Some((cut, _)) => format!("{}…", &rest[..cut]),
        None => rest.to_owned(),
    };
    html! {
        <div class="pair-text" role="group" aria-label={format!("Words of text {number}")}>
            <span class="pair-at" aria-hidden="true">{ number }</span>
            <span dir="auto">{ each }<span class="why-unread">{ unread }</span></span>
        </div>
    }
}

fn one(drawn: &Drawn<'_>, index: usize, word: &Word) -> Html {
    let side = match drawn.side {
        Side::A => "a",
        Side::B => "b",
    };
    let value = drawn.values.get(index).copied().unwrap_or_default();
    let struck = drawn.struck.contains(&index);
    let class = classes!(
        "why-word",
        tint(step(value, drawn.most)),
        (drawn.lit == Some(index)).then_some("lit")
    );
    let words = part(drawn.text, word).to_owned();
    let label = format!("{words}, {}", brings(value));
    let tabindex = if drawn.current == index { "0" } else { "-1" };
    html! {
        <span {class} role="button" {tabindex} data-word={format!("{side}{index}")} aria-label={label} aria-pressed={struck.to_string()}>{ words }</span>
    }
}

/// The bytes of a text that a word is.
pub fn part<'a>(text: &'a str, word: &Word) -> &'a str {
    let range = word.start as usize..word.end as usize;
    text.get(range).unwrap_or_default()
}

/// The class of a step of the scale; none for nothing.
pub fn tint(step: i32) -> Option<String> {
    let side = if step < 0 { "takes" } else { "brings" };
    (step != 0).then(|| format!("{side}-{}", step.abs()))
}

/// "brings 0.31", "takes 0.02 away".
pub fn brings(value: f32) -> String {
    if heat::brief(value).starts_with('−') {
        format!("takes {} away", heat::brief(-value))
    } else {
        format!("brings {}", heat::brief(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_word_brings_in_words() {
        for (value, said) in [
            (0.312, "brings 0.31"),
            (-0.02, "takes 0.02 away"),
            (-0.001, "brings 0.00"),
        ] {
            assert_eq!(brings(value), said);
        }
        assert_eq!(tint(0), None);
        assert_eq!(tint(-2).as_deref(), Some("takes-2"));
        assert_eq!(tint(5).as_deref(), Some("brings-5"));
    }
}
