//! Two documents, part against part: the best partner in the other for each part, and those that
//! have none.

use crate::inspector::pair::beginning;
use crate::state::marking::use_marking;
use crate::state::marks::{Mark, MarkStore, use_marks};
use crate::state::results::Results;
use crate::state::use_store;
use crate::ui::button::words;
use crate::ui::field::{Field, Take};
use crate::ui::heat;
use crate::ui::hooks::use_value;
use crate::ui::part::part;
use semblance_workspace::LineId;
use std::ops::Range;
use std::rc::Rc;
use yew::prelude::*;

/// A part with a partner that scores less than this has none: cosine similarity.
const PARTNER: f32 = 0.5;

/// A part of one document and the part of the other that is most like it.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Match {
    part: u32,
    partner: u32,
    score: f32,
}

part!(
    "documents",
    /// The view, as soon as what draws it is there.
    pub fn documents(_nothing: ()) -> Html {
        html! { <Documents /> }
    }
);

/// The view: each part of the first document with its partner, then what only the second has.
#[component]
fn Documents() -> Html {
    let store = use_store();
    let results = store.results.clone();
    let marks = use_marks();
    let chosen = use_value(None::<LineId>);
    let count = results.texts.len() as u32;
    let begin = chosen
        .and_then(|line| results.point(line))
        .unwrap_or_else(|| second(&results))
        .clamp(1, count.saturating_sub(1).max(1));
    let found = use_memo((results.clone(), begin), |(results, begin)| {
        let count = results.texts.len() as u32;
        let (first, second) = (0..*begin, *begin..count);
        (
            partners(results, first.clone(), second.clone()),
            partners(results, second, first),
        )
    });
    let container = use_node_ref();
    use_marking(container.clone(), (results.clone(), begin));
    let here = {
        let (setter, line) = (chosen.setter(), marks.0.primary());
        Callback::from(move |_: MouseEvent| setter.set(line))
    };
    let take: Take = {
        let (setter, lines) = (chosen.setter(), results.clone());
        Rc::new(move |typed| {
            let number: Option<u32> = typed.trim().parse().ok();
            let point = number.and_then(|number| number.checked_sub(1));
            setter.set(point.and_then(|point| lines.line(point)));
            typed.into()
        })
    };
    let bounds = [2, count.max(2), 1].map(|bound| bound.to_string().into());
    let body = match (&*found, results.similarity.is_some()) {
        (_, false) => html! {
            <p class="empty">{ "So many texts are not compared part by part: up to 2,000 are." }</p>
        },
        ((first, second), true) => {
            let alone = second.iter().filter(|m| m.score < PARTNER);
            let alone: Vec<Match> = alone.copied().collect();
            html! {
                <>
                    { list("Parts of the first document, each with the most similar of the second", first, &results, &marks) }
                    if !alone.is_empty() {
                        <h3>{ format!("Only in the second document: {}", alone.len()) }</h3>
                        { list("Parts of the second document without a partner", &alone, &results, &marks) }
                    }
                </>
            }
        }
    };
    html! {
        <section class="panel documents" role="region" aria-label="Documents">
            <div class="explore-row">
                <label class="pick"><span>{ "The second document begins with text" }</span>
                    <Field key={begin} label="First text of the second document" value={(begin + 1).to_string()} {bounds} {take} />
                </label>
                if marks.0.primary().is_some() {
                    { words("quiet", "Begin with the selected text", here) }
                }
            </div>
            <div class="documents-body" ref={container}>{ body }</div>
        </section>
    }
}

/// Where the second document begins if nobody has said: with the second of two groups, else half
/// way.
fn second(results: &Results) -> u32 {
    let begins = results.texts.iter().position(|text| text.group == 1);
    match (results.groups(), begins) {
        (2, Some(at)) => at as u32,
        _ => results.texts.len() as u32 / 2,
    }
}

/// The best partner of each part among the others.
fn partners(results: &Results, parts: Range<u32>, others: Range<u32>) -> Vec<Match> {
    let best = |part: u32| {
        let scored = others.clone().filter_map(|other| {
            let score = results.score(part, other)?;
            Some(Match {
                part,
                partner: other,
                score,
            })
        });
        scored.reduce(|best, next| if next.score > best.score { next } else { best })
    };
    parts.filter_map(best).collect()
}

fn list(label: &'static str, matches: &[Match], results: &Results, marks: &MarkStore) -> Html {
    let item = |found: &Match| {
        let lines = results.line(found.part).zip(results.line(found.partner));
        let Some((part, partner)) = lines else {
            return html! {};
        };
        let dispatch = marks.dispatcher();
        let onclick = Callback::from(move |_: MouseEvent| {
            dispatch.dispatch(Mark::Select(vec![partner, part]));
        });
        let weak = found.score < PARTNER;
        let text = |point: u32, line: LineId| {
            html! { <span class="words" data-line={line.0.to_string()}><span class="near-at">{ point + 1 }</span><bdi>{ beginning(results.text(point)).into_owned() }</bdi></span> }
        };
        html! {
            <li>
                <button type="button" class={classes!("match", weak.then_some("weak"))} {onclick}>
                    { text(found.part, part) }
                    <span class={classes!("score", heat::class(found.score))} title={heat::full(found.score)}>{ heat::brief(found.score) }</span>
                    { text(found.partner, partner) }
                </button>
            </li>
        }
    };
    html! { <ol class="matches" aria-label={label}>{ for matches.iter().map(item) }</ol> }
}

#[cfg(test)]
mod tests {
    use super::*;
    use semblance_client::Similarity;
    use semblance_workspace::Document;

    fn results() -> Results {
        let mut results = Results::new(Document::new("a\nb\n\nc\nd").texts(), Vec::new(), 4);
        results.similarity = Some(Similarity {
            scores: vec![
                1.0, 0.1, 0.2, 0.9, 0.1, 1.0, 0.3, 0.3, 0.2, 0.3, 1.0, 0.4, 0.9, 0.3, 0.4, 1.0,
            ],
            order: vec![0, 1, 2, 3],
        });
        results
    }

    #[test]
    fn each_part_has_the_most_similar_of_the_other_document() {
        let results = results();
        assert_eq!(second(&results), 2, "the second group");
        let found = |parts, others| -> Vec<(u32, u32)> {
            let found = partners(&results, parts, others);
            found.iter().map(|m| (m.part, m.partner)).collect()
        };
        assert_eq!(found(0..2, 2..4), [(0, 3), (1, 2)]);
        assert_eq!(found(2..4, 0..2), [(2, 1), (3, 0)]);
        assert!(found(0..2, 0..0).is_empty());
    }
}
