//! The nearest neighbours of the selected text.

use crate::inspector::list::{Entries, Entry};
use crate::session::engine::Driver;
use crate::stage::matrix::clip;
use crate::state::marks::use_marks;
use crate::state::results::Results;
use crate::state::{Shared, use_store};
use crate::ui::button::number;
use crate::ui::field::Select;
use crate::ui::hooks::{use_change, use_value};
use semblance_client::Metric;
use semblance_scatter::ordered;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// Neighbours listed at first.
const COUNT: usize = 20;

/// What "near" can mean, with its name.
pub const METRICS: [(Metric, &str); 3] = [
    (Metric::Cosine, "Cosine"),
    (Metric::Euclidean, "Euclidean"),
    (Metric::Dot, "Dot product"),
];

#[derive(Properties)]
pub struct NeighboursProps {
    pub driver: Rc<Driver>,
    /// Whether they can be seen; otherwise the engine is not asked.
    pub active: bool,
}

impl PartialEq for NeighboursProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.driver, &other.driver) && self.active == other.active
    }
}

/// The texts most like the one selected, best first, with their scores as bars. A component, so
/// that a map that moves does not draw the box of the number again while somebody types into it.
#[component]
pub fn Neighbours(props: &NeighboursProps) -> Html {
    let results = use_store().results.clone();
    let marks = use_marks();
    let (count, metric) = (use_value(COUNT), use_value(Metric::default()));
    let point = marks.0.primary().and_then(|line| results.point(line));
    let question = Question {
        results: results.clone(),
        point,
        metric: *metric,
        count: *count,
    };
    let (shown, entries) = use_found(props, &question);
    let choose = {
        let metric = metric.setter();
        Callback::from(move |at: usize| {
            if let Some((chosen, _)) = METRICS.get(at) {
                metric.set(*chosen);
            }
        })
    };
    let chosen = METRICS.iter().position(|(offered, _)| *offered == *metric);
    let options: Vec<AttrValue> = METRICS.iter().map(|&(_, name)| name.into()).collect();
    html! {
        <section class="neighbours" aria-labelledby="neighbours-title">
            <div class="explore-row">
                <h2 id="neighbours-title">{ "Nearest neighbours" }</h2>
                { number(&count, COUNT) }
                <Select label="Metric" {options} chosen={chosen.unwrap_or_default()} {choose} />
            </div>
            if let Some(point) = shown.point {
                <p class="neighbours-of">
                    <span class="words">{ "of " }<q dir="auto">{ clip(results.text(point)) }</q></span>
                    <span>{ meaning(shown.metric) }</span>
                </p>
                if results.texts.len() == 1 {
                    <p class="empty">{ "It is the only text so far." }</p>
                } else {
                    <Entries {results} {entries} label="Nearest neighbours" />
                }
            } else {
                <p class="empty">{ "Select a text in any view: the texts most like it are listed here." }</p>
            }
        </section>
    }
}

/// What the numbers are. The map is another thing.
fn meaning(metric: Metric) -> &'static str {
    match metric {
        Metric::Cosine | Metric::Dot => "in the original space",
        Metric::Euclidean => "distances in the original space",
    }
}

/// Whose neighbours are sought, and how.
#[derive(Clone, PartialEq)]
struct Question {
    results: Shared<Results>,
    point: Option<u32>,
    metric: Metric,
    count: usize,
}

/// The nearest neighbours of a point: from the scores at hand, or asked of the engine. Until it has
/// answered, the question before with its answer, so that nobody's place in the list is lost.
#[hook]
fn use_found(props: &NeighboursProps, question: &Question) -> (Question, Rc<Vec<Entry>>) {
    let driver = props.driver.clone();
    let asked = use_value((None, Rc::new(Vec::new())));
    let setter = asked.setter();
    let near = use_memo(question.clone(), |question| {
        let point = question.point?;
        let held = question.metric == Metric::Cosine && question.results.similarity.is_some();
        held.then(|| {
            let mut near = nearest(&question.results, point);
            near.truncate(question.count);
            Rc::new(listed(near, Metric::Cosine))
        })
    });
    let ask = props.active && near.is_none();
    use_change((question.clone(), ask), move |(question, ask)| {
        if let (Some(point), true) = (question.point, *ask) {
            let question = question.clone();
            spawn_local(async move {
                let (count, metric) = (question.count, question.metric);
                // The points may have changed meanwhile; the next results ask again.
                if let Ok(found) = driver.neighbours(point, count, metric).await {
                    let found = found.iter().map(|n| (n.point, n.score)).collect();
                    setter.set((Some(question), Rc::new(listed(found, metric))));
                }
            });
        }
    });
    match (&*near, &*asked) {
        (Some(near), _) => (question.clone(), near.clone()),
        (None, (Some(of), found)) if question.point.is_some() && of.results == question.results => {
            (of.clone(), found.clone())
        }
        _ => (question.clone(), Rc::default()),
    }
}

/// The nearest neighbours of a point by the scores that the page holds, best first.
pub fn nearest(results: &Results, point: u32) -> Vec<(u32, f32)> {
    let others = (0..results.texts.len() as u32).filter(|&other| other != point);
    let found = others.filter_map(|other| Some((other, results.score(point, other)?)));
    best_first(found.collect())
}

/// Points by falling score; of equal ones the first comes first.
pub fn best_first(points: Vec<(u32, f32)>) -> Vec<(u32, f32)> {
    let keys = points.iter().zip(0u128..).map(|(&(point, score), at)| {
        u128::from(!ordered(score)) << 64 | u128::from(point) << 32 | at
    });
    let mut keys: Vec<u128> = keys.collect();
    keys.sort_unstable();
    keys.into_iter()
        .map(|key| points[key as u32 as usize])
        .collect()
}

/// Neighbours with bars, of which the longest is the nearest one's.
fn listed(found: Vec<(u32, f32)>, metric: Metric) -> Vec<Entry> {
    // The vectors of most models have length 1; then no score is beyond 1, and no distance beyond
    // 2.
    let most = found.iter().map(|&(_, score)| score).fold(1.0, f32::max);
    let bar = |score: f32| match metric {
        Metric::Cosine => score,
        Metric::Euclidean => 1.0 - score / most.max(2.0),
        Metric::Dot => score / most,
    };
    let entry = |(point, score)| Entry {
        point,
        score: Some(score),
        bar: Some(bar(score)),
        note: None,
    };
    found.into_iter().map(entry).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use semblance_client::Similarity;
    use semblance_workspace::Document;

    #[test]
    fn an_equal_text_comes_first_and_the_text_itself_not_at_all() {
        let texts = Document::new("a\nb\na").texts();
        let mut results = Results::new(texts, Vec::new(), 3);
        results.similarity = Some(Similarity {
            scores: vec![1.0, 0.2, 1.0, 0.2, 1.0, 0.2, 1.0, 0.2, 1.0],
            order: vec![0, 1, 2],
        });
        assert_eq!(nearest(&results, 0), [(2, 1.0), (1, 0.2)]);
        assert_eq!(nearest(&results, 1), [(0, 0.2), (2, 0.2)]);
    }

    #[test]
    fn the_nearest_has_the_longest_bar() {
        let bars = |scores: &[f32], metric| -> Vec<f32> {
            let found = (0..).zip(scores.iter().copied()).collect();
            let entries = listed(found, metric);
            entries.iter().filter_map(|entry| entry.bar).collect()
        };
        assert_eq!(bars(&[0.5, 0.25], Metric::Cosine), [0.5, 0.25]);
        assert_eq!(bars(&[0.0, 0.5, 2.0], Metric::Euclidean), [1.0, 0.75, 0.0]);
        assert_eq!(bars(&[1.0, 4.0], Metric::Euclidean), [0.75, 0.0]);
        assert_eq!(bars(&[0.5], Metric::Dot), [0.5]);
        assert_eq!(bars(&[8.0, 2.0], Metric::Dot), [1.0, 0.25]);
    }
}
