//! The inspector: what is selected (one text, a pair, several), an overview when nothing is, and
//! the lists that the overview leads to.

use crate::fields::Piece;
use crate::inspector::duplicates::use_duplicates;
use crate::inspector::groups::use_groups;
use crate::inspector::many::{use_acts, use_many};
use crate::inspector::neighbours::Neighbours;
use crate::inspector::outliers::use_outliers;
use crate::inspector::pair::{Shown, pair_card, use_pair_score, use_unrelated};
use crate::inspector::pairs::{hidden, use_pairs};
use crate::inspector::single::use_single;
use crate::inspector::why::Subject;
use crate::session::asking::texts;
use crate::session::engine::Driver;
use crate::session::timing;
use crate::stage::map::{GroupingStore, Source, use_map_store};
use crate::state::marks::{Mark, use_marks};
use crate::state::results::Results;
use crate::state::{Action, Engine, List, Store, use_store};
use crate::ui::button::words;
use crate::ui::heat;
use crate::ui::hooks::{use_change, use_value};
use std::rc::Rc;
use yew::prelude::*;

/// Texts up to which duplicates are counted unasked.
const COUNTED: usize = 5_000;
/// What is selected within so many milliseconds of a click was selected by it.
const SAME_CLICK: f64 = 50.0;

/// What the panels of the sheet and the inspector need beside the stores.
#[derive(Properties)]
pub struct DriverProps {
    pub driver: Rc<Driver>,
    /// The groups that hold for the results at hand.
    pub grouping: GroupingStore,
}

impl PartialEq for DriverProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.driver, &other.driver) && self.grouping == other.grouping
    }
}

impl List {
    const ALL: [List; 4] = [List::Duplicates, List::Groups, List::Odd, List::Fields];

    fn name(self) -> &'static str {
        match self {
            List::Duplicates => "Duplicates",
            List::Groups => "Groups",
            List::Odd => "Odd ones",
            List::Fields => "Fields",
        }
    }
}

/// The panel. All its lists stay alive while one is shown, so that each is as it was left.
#[component]
pub fn Explore(props: &DriverProps) -> Html {
    let (driver, grouping) = (&props.driver, &props.grouping);
    let (store, map, marks) = (use_store(), use_map_store(), use_marks());
    let results = store.results.clone();
    let count = results.texts.len();
    let selected: Vec<u32> = (marks.0.selected().iter())
        .filter_map(|&line| results.point(line))
        .collect();
    // Of two texts in all there is one pair, whether it is selected or not.
    let pair = match (&*selected, count) {
        (&[b, a], _) => Some((a.min(b), a.max(b))),
        (_, 2) => Some((0, 1)),
        _ => None,
    };
    let list = store.list;
    let overview = list.is_none() && selected.is_empty() && count > 2;
    let onclick = use_left(&store, map.source);
    let score = use_pair_score(driver, &results, pair);
    let unrelated = use_unrelated(driver, &results, pair.is_some());
    let why = use_value(false);
    let pairs = use_pairs();
    let one = match &*selected {
        &[point] if pair.is_none() => Some(point),
        _ => None,
    };
    let single = use_single(driver, &results, one);
    let many = use_many(
        &results,
        grouping,
        if selected.len() > 2 { &selected } else { &[] },
    );
    let acts = use_acts();
    let counted = overview && count <= COUNTED;
    let (duplicates, sets) = use_duplicates(driver, list == Some(List::Duplicates) || counted);
    let groups = use_groups(driver, grouping);
    let outliers = use_outliers(driver, list == Some(List::Odd));

    let go = |to: Option<List>| {
        let dispatch = store.dispatcher();
        Callback::from(move |_: MouseEvent| dispatch.dispatch(Action::List(to)))
    };
    let back = {
        let (dispatch, marks) = (store.dispatcher(), marks.dispatcher());
        Callback::from(move |_: MouseEvent| {
            dispatch.dispatch(Action::List(None));
            marks.dispatch(Mark::Clear);
        })
    };
    let title = match (list, pair, &*selected) {
        (Some(list), ..) => list.name().to_owned(),
        (None, Some((a, b)), _) => format!("Texts {} and {}", a + 1, b + 1),
        (None, None, &[point]) => format!("Text {}", point + 1),
        (None, None, []) => "Overview".to_owned(),
        (None, None, many) => texts(many.len()),
    };
    let news = match (pair, score, &*selected) {
        _ if store.veil.on => String::new(),
        (Some(_), Some(score), _) => format!("{title}: {}", heat::brief(score)),
        (None, _, []) => best(&results),
        _ => format!("{} selected", texts(selected.len())),
    };
    let offered = if map.fields.source.is_some() { 4 } else { 3 };
    let lists = List::ALL.into_iter().take(offered).map(|list| {
        let count = match list {
            List::Duplicates => sets.clone(),
            List::Groups => grouping.as_ref().map(|all| all.groups.len().to_string()),
            List::Odd | List::Fields => None,
        };
        html! {
            <button type="button" class="push" onclick={go(Some(list))}>{ list.name() }{ for count.map(|count| html! { <span class="count">{ count }</span> }) }</button>
        }
    });
    let shown = match (pair, count, selected.len()) {
        (Some(points), ..) => {
            let shown = Shown {
                store: store.clone(),
                subject: Subject {
                    driver: driver.clone(),
                    results: results.clone(),
                    points,
                },
                score,
                unrelated,
                why,
            };
            html! { <>{ pair_card(shown, None) }{ acts }</> }
        }
        (None, 0, _) => html! { <p class="empty">{ waiting(&store) }</p> },
        (None, 1, _) => html! { <p class="empty">{ "One more text to compare it with." }</p> },
        (None, _, 0) => html! { <><div class="explore-row">{ for lists }</div>{ pairs }</> },
        (None, _, 1) => {
            let nearest = match store.veil.on {
                true => hidden(),
                false => html! { <Neighbours {driver} active={list.is_none()} /> },
            };
            html! { <div class="one-text"><div>{ single }{ acts }</div>{ nearest }</div> }
        }
        (None, ..) => html! { <>{ acts }{ many }</> },
    };
    let body = |of: Option<List>, body: Html| {
        html! { <div class="explore-body" hidden={list != of}>{ body }</div> }
    };
    html! {
        <section class="explore" id="inspector" tabindex="-1" role="region" aria-label="Inspector" {onclick}>
            <div class="explore-head">
                if list.is_some() || !selected.is_empty() && count > 2 {
                    { words("quiet", "‹ Overview", back) }
                }
                <h2>{ title }</h2>
                if list.is_some() && !selected.is_empty() {
                    <button type="button" class="quiet" onclick={go(None)}>{ format!("{} selected ›", selected.len()) }</button>
                }
            </div>
            <p class="unseen" role="log" aria-live="polite">{ news }</p>
            { body(None, shown) }
            { body(Some(List::Duplicates), duplicates) }
            { body(Some(List::Groups), groups) }
            { body(Some(List::Odd), outliers) }
            if list == Some(List::Fields) {
                { body(list, map.fields.draw(Piece::Panel)) }
            }
        </section>
    }
}

/// What new results come to, for those who can't see them.
fn best(results: &Results) -> String {
    results.most.first().map_or(String::new(), |best| {
        let (a, b) = (best.a + 1, best.b + 1);
        format!("Most alike: {a} and {b}, {}", heat::brief(best.score))
    })
}

/// Leaves a list when something is selected elsewhere on the page: what is selected is asked about
/// then. Groups by example stay, since selected texts are what they are made of. What is returned
/// wants to know of every click in the inspector.
#[hook]
fn use_left(store: &Store, source: Source) -> Callback<MouseEvent> {
    let marks = use_marks();
    let stays = match store.list {
        None => true,
        Some(List::Groups) => source == Source::Examples,
        Some(_) => false,
    };
    let dispatch = store.dispatcher();
    let clicked = use_mut_ref(|| f64::NEG_INFINITY);
    let last = clicked.clone();
    use_change(marks.0.selected().to_vec(), move |selected| {
        let here = timing::now() - *last.borrow() < SAME_CLICK;
        if !stays && !here && !selected.is_empty() {
            dispatch.dispatch(Action::List(None));
        }
    });
    Callback::from(move |_: MouseEvent| *clicked.borrow_mut() = timing::now())
}

/// What to say where scores will be.
fn waiting(store: &Store) -> &'static str {
    match store.engine {
        Engine::Starting(_) => "The model is on its way. Scores appear as soon as it is ready.",
        Engine::Failed => "Without the engine there are no scores. Your texts are kept.",
        Engine::Ready(_) if store.document.is_blank() => {
            "No texts yet. Type or paste some, one per line, or choose a sample."
        }
        Engine::Ready(_) => "Embedding the first texts…",
    }
}
