//! What there is to say about one text: its words, its tokens, how far the map is right about it.

use crate::fields::Piece;
use crate::inspector::pair::beginning;
use crate::session::asking::{Asked, use_answer};
use crate::session::engine::Driver;
use crate::stage::map::use_map_store;
use crate::state::results::Results;
use semblance_client::Token;
use semblance_scatter::fixed;
use std::rc::Rc;
use yew::prelude::*;

/// Tokens shown of a long text.
const SHOWN: usize = 400;

/// The text itself, its tokens on request, and how far the map can be trusted there.
#[hook]
pub fn use_single(driver: &Rc<Driver>, results: &Results, point: Option<u32>) -> Html {
    let map = use_map_store();
    let text: Option<Rc<str>> = point
        .and_then(|point| results.texts.get(point as usize))
        .map(|text| text.text.clone());
    let driver = driver.clone();
    let tokens = use_answer(text, 0, |text: Rc<str>| async move {
        let client = driver.client()?;
        let tokens = client.tokens(&text).await;
        Some(tokens.map_err(|error| Asked::failed(&driver, &error)))
    });
    let Some(point) = point else {
        return html! {};
    };
    let drawn = map.drawn.as_ref().and_then(|drawn| {
        let here = drawn.results.point(results.line(point)?)?;
        let trust = map.trust.as_ref()?;
        let share = trust.points.get(here as usize)?.preservation;
        let k = trust.whole.k;
        (share.is_finite() && k > 0).then(|| {
            let kept = fixed(share * k as f32, 0);
            format!("On the map {kept} of its {k} nearest texts are near it.")
        })
    });
    html! {
        <div class="single">
            <p class="pair-text"><span class="pair-at">{ point + 1 }</span><span dir="auto">{ beginning(results.text(point)).into_owned() }</span></p>
            if let Some(found) = &tokens.found {
                { chips(&found.0.0, &found.0.1) }
            }
            <p class="explore-note">{ drawn }</p>
            { for results.line(point).map(|line| map.fields.draw(Piece::Record(line))) }
        </div>
    }
}

/// The tokens, as chips. What the model does not know, and what it does not read, is marked.
fn chips(text: &str, tokens: &[Token]) -> Html {
    let own = tokens.iter().filter(|token| !token.special);
    let count = |is: fn(&&Token) -> bool| own.clone().filter(is).count();
    let (all, unknown, cut) = (own.clone().count(), count(|t| t.unknown), count(|t| t.cut));
    let mut said = format!("{all} {}", if all == 1 { "token" } else { "tokens" });
    if unknown > 0 {
        said.push_str(&format!(", {unknown} unknown to the model"));
    }
    if cut > 0 {
        said.push_str(&format!(", the last {cut} not read"));
    }
    let chip = |token: &Token| {
        let (words, title) = if token.unknown {
            let words = text.get(token.start as usize..token.end as usize);
            (
                words.unwrap_or(&token.piece),
                "Not in the model's vocabulary".to_owned(),
            )
        } else if token.cut {
            (
                &*token.piece,
                "Beyond what the model reads of a text".to_owned(),
            )
        } else {
            (&*token.piece, format!("Token {}", token.id))
        };
        let class = classes!(
            "token",
            token.unknown.then_some("unknown"),
            token.cut.then_some("cut"),
            token.special.then_some("special")
        );
        html! { <li {class} {title}>{ words.to_owned() }</li> }
    };
    html! {
        <details class="tokens-of" open={unknown > 0}>
            <summary>{ said }</summary>
            <ul aria-label="Tokens">
                { for tokens.iter().take(SHOWN).map(chip) }
                if tokens.len() > SHOWN { <li>{ format!("and {} more", tokens.len() - SHOWN) }</li> }
            </ul>
        </details>
    }
}
