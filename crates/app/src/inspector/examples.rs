//! Groups by example: every text goes to the group whose examples it is most like.

use super::drafts::{Draft, Edit, gathered};
use crate::inspector::list::{Entries, Entry};
use crate::inspector::neighbours::best_first;
use crate::session::asking::{Asked, status, texts};
use crate::session::engine::Driver;
use crate::stage::map::{Found, Groups, MapAction, MapState, MapStore, swatch};
use crate::state::Shared;
use crate::state::marks::{Mark, MarkStore};
use crate::state::results::Results;
use crate::ui::button::{named, tool, words};
use crate::ui::heat;
use crate::ui::hooks::{Value, use_value};
use crate::ui::icon::Icon;
use crate::ui::part::part;
use semblance_client::{Assignment, Cancel, Client, ClientError};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use web_sys::{HtmlInputElement, HtmlTextAreaElement};
use yew::prelude::*;

/// Texts listed of each group.
const LISTED: usize = 20;
/// A text whose margin is less belongs to no group clearly: cosine similarity.
const BETWEEN: f32 = 0.05;

/// What empty boxes suggest: a name and examples.
const HINTS: [(&str, &str); 2] = [
    (
        "Name, such as Sport",
        "Examples, one to a line, such as football",
    ),
    (
        "Name, such as Food",
        "Examples, one to a line, such as cooking",
    ),
];

/// Where groups by example stand.
#[hook]
pub fn use_examples() -> Value<Asked> {
    use_value(Asked::default())
}

/// Groups by example, and all that they have to do with.
#[derive(Clone)]
pub struct Examples {
    pub driver: Rc<Driver>,
    pub results: Shared<Results>,
    pub map: MapStore,
    pub marks: MarkStore,
    /// Where the question stands to which group each text belongs.
    pub asked: Value<Asked>,
    pub dark: bool,
}

part!(
    "examples",
    /// The groups that are being written, and what they came to.
    pub fn examples(of: Examples) -> Html {
        written(&of)
    }
);

fn written(of: &Examples) -> Html {
    let Examples {
        driver,
        results,
        map,
        marks,
        asked,
        dark,
    } = of;
    let dark = *dark;
    let assign = {
        let (driver, results, drafts) = (driver.clone(), results.clone(), map.drafts.clone());
        let (asked, dispatch) = (asked.clone(), map.dispatcher());
        Callback::from(move |_: MouseEvent| {
            let Some(client) = driver.client().filter(|_| !asked.is_busy()) else {
                return;
            };
            let (names, examples) = match gathered(&drafts.all) {
                Ok(gathered) => gathered,
                Err(missing) => return asked.set(Asked::Problem(missing.into())),
            };
            let (driver, results) = (driver.clone(), results.clone());
            let (asked, dispatch) = (asked.setter(), dispatch.clone());
            asked.set(Asked::Busy);
            spawn_local(async move {
                let next = match assigned(&client, examples).await {
                    Ok((assignments, proposed)) if assignments.len() == results.texts.len() => {
                        let value = Rc::new(Groups {
                            names,
                            assignments,
                            proposed,
                        });
                        let found = Found { results, value };
                        dispatch.dispatch(MapAction::Groups(Some(found)));
                        Asked::Nothing
                    }
                    Ok(_) => Asked::Problem("The texts changed meanwhile: assign again.".into()),
                    Err(error) => Asked::failed(&driver, &error),
                };
                asked.set(next);
            });
        })
    };
    let add = {
        let dispatch = map.dispatcher();
        Callback::from(move |_: MouseEvent| dispatch.dispatch(MapAction::Draft(Edit::Add)))
    };
    let forget = {
        let dispatch = map.dispatcher();
        Callback::from(move |_: MouseEvent| dispatch.dispatch(MapAction::Groups(None)))
    };
    let dispatch = map.dispatcher();
    let take = {
        let (results, marks, dispatch) = (results.clone(), marks.clone(), dispatch.clone());
        Callback::from(move |id: u32| {
            let points = marks
                .0
                .selected()
                .iter()
                .filter_map(|&line| results.point(line));
            let texts =
                points.filter_map(|point| Some(results.texts.get(point as usize)?.text.clone()));
            dispatch.dispatch(MapAction::Draft(Edit::More(id, texts.collect())));
        })
    };
    let take = (!marks.0.selected().is_empty()).then_some(&take);
    let below = {
        let dispatch = map.dispatcher();
        Callback::from(move |event: InputEvent| {
            let input: HtmlInputElement = event.target_unchecked_into();
            let hundredths = input.value_as_number();
            if hundredths.is_finite() {
                dispatch.dispatch(MapAction::NoneBelow(Some(hundredths as f32 / 100.0)));
            }
        })
    };
    let said = match &map.groups {
        _ if results.texts.is_empty() => "There are no texts yet.",
        None => "Every text goes to the group whose examples it is most like.",
        Some(found) if found.results != *results => "The texts have changed since: assign again.",
        Some(_) => "Assigned; the map shows the groups.",
    };
    let none_below = map.none_below();
    let threshold = heat::brief(none_below);
    let use_proposed = {
        let dispatch = map.dispatcher();
        Callback::from(move |_: MouseEvent| dispatch.dispatch(MapAction::NoneBelow(None)))
    };
    html! {
        <section aria-label="Groups by example" aria-busy={asked.is_busy().to_string()}>
            { for map.drafts.all.iter().enumerate().map(|(at, draft)| draft_row(at, draft, take, &dispatch)) }
            <div class="explore-row">
                <button type="button" class="push" disabled={results.texts.is_empty()} onclick={assign}>{ "Assign texts" }</button>
                { words("quiet", "Add a group", add) }
                if map.groups.is_some() {
                    { words("quiet", "Forget the result", forget) }
                }
                { status(asked, said.into()) }
            </div>
            if let Some(found) = &map.groups {
                <div class="explore-row">
                    <label class="pick"><span>{ "None of these below" }</span>
                        <input type="range" min="0" max="100" step="1" value={format!("{}", (none_below * 100.0).round() as u32)}
                            aria-valuetext={threshold.clone()} oninput={below} />
                    </label>
                    <strong class="threshold">{ threshold }</strong>
                </div>
                <p class="explore-note">{ why_there(found.value.proposed) }
                    if found.value.proposed.is_some_and(|proposed| proposed != none_below) {
                        { words("quiet", "Use it", use_proposed) }
                    }
                </p>
                { outcome(found, &sorted(&found.value, none_below), marks, dark) }
            }
        </section>
    }
}

/// Why the threshold is proposed, or why none is.
fn why_there(proposed: Option<f32>) -> String {
    match proposed {
        Some(score) => format!(
            "{} lies between two kinds of scores: few texts are that much like their group. ",
            heat::brief(score)
        ),
        None => "No gap between the scores of these texts says where to cut.".into(),
    }
}

/// The group of each point, and the score that parts those who are like it from those who are not.
async fn assigned(
    client: &Client,
    examples: Vec<Vec<Rc<str>>>,
) -> Result<(Vec<Assignment>, Option<f32>), ClientError> {
    let all: Vec<Rc<str>> = examples.iter().flatten().cloned().collect();
    let embedded = client.embed(&all, &Cancel::new(), &|_| {}).await?;
    let mut vectors = embedded.iter().map(|embedded| embedded.vector);
    let sets = examples
        .iter()
        .map(|set| vectors.by_ref().take(set.len()).collect());
    let assignments = client.groups(sets.collect()).await?;
    let scores: Vec<_> = assignments.iter().map(|of| of.score).collect();
    let proposed = client.valley(&scores).await?;
    Ok((assignments, proposed))
}

/// One group: its name, its examples, and the way to be rid of it.
/// `take` adds the selected texts to the group with an id, where any are selected.
fn draft_row(
    at: usize,
    draft: &Draft,
    take: Option<&Callback<u32>>,
    dispatch: &UseReducerDispatcher<MapState>,
) -> Html {
    let id = draft.id;
    let name = {
        let dispatch = dispatch.clone();
        Callback::from(move |event: InputEvent| {
            let value = event.target_unchecked_into::<HtmlInputElement>().value();
            dispatch.dispatch(MapAction::Draft(Edit::Name(id, value)));
        })
    };
    let examples = {
        let dispatch = dispatch.clone();
        Callback::from(move |event: InputEvent| {
            let value = event.target_unchecked_into::<HtmlTextAreaElement>().value();
            dispatch.dispatch(MapAction::Draft(Edit::Examples(id, value)));
        })
    };
    let gone = {
        let dispatch = dispatch.clone();
        Callback::from(move |_: MouseEvent| dispatch.dispatch(MapAction::Draft(Edit::Remove(id))))
    };
    let disabled = take.is_none();
    let onclick = take.map(|take| take.reform(move |_: MouseEvent| id));
    let number = at + 1;
    let (hint, texts) = HINTS.get(at).copied().unwrap_or(("Name", "Examples"));
    let remove = format!("Remove group {number}");
    html! {
        <div key={id} class="draft" role="group" aria-label={format!("Group {number}")}>
            <div class="explore-row">
                <input type="text" class="draft-name" aria-label={format!("Name of group {number}")} placeholder={hint}
                    value={draft.name.clone()} oninput={name} />
                <button type="button" class="quiet" {disabled} {onclick}
                    aria-label={format!("Add the selected texts to group {number}")}>{ "Add selected texts" }</button>
                { tool(Icon::Remove, remove.clone(), remove, None, gone) }
            </div>
            <textarea rows="2" aria-label={format!("Examples of group {number}, one to a line")} placeholder={texts}
                value={draft.examples.clone()} oninput={examples} />
        </div>
    }
}

/// The texts of each group, the clearest first, and those between groups.
fn outcome(found: &Found<Groups>, sorted: &Sorted, marks: &MarkStore, dark: bool) -> Html {
    let (results, groups) = (&found.results, &found.value);
    let listed = |points: &[u32]| {
        let entry = |&point: &u32| {
            let assignment = groups.assignments[point as usize];
            Entry {
                point,
                score: Some(assignment.score),
                bar: None,
                note: remark(&groups.names, assignment).map(AttrValue::from),
            }
        };
        Rc::new(points.iter().take(LISTED).map(entry).collect::<Vec<_>>())
    };
    let select = |points: &[u32]| {
        // The last of them becomes the one whose neighbours are shown: the first of the list.
        let lines = points.iter().rev().filter_map(|&point| results.line(point));
        let (lines, dispatch) = (lines.collect::<Vec<_>>(), marks.dispatcher());
        Callback::from(move |_: MouseEvent| dispatch.dispatch(Mark::Select(lines.clone())))
    };
    let list = |mark: Html, name: String, points: &[u32]| {
        let more = points.len().saturating_sub(LISTED);
        html! {
            <section class="assigned">
                <h3 class="explore-row">{ mark }<span>{ name.clone() }</span><span class="count">{ texts(points.len()) }</span>
                    if !points.is_empty() {
                        { named("quiet", "Select all", format!("Select all of {name}"), select(points)) }
                    }
                </h3>
                <Entries results={results.clone()} entries={listed(points)} label={name} {more} />
            </section>
        }
    };
    html! {
        <>
            { for sorted.members.iter().zip(&groups.names).enumerate().map(|(at, (points, name))| {
                list(swatch(at, dark), name.clone(), points)
            }) }
            if !sorted.none.is_empty() {
                { list(html! {}, "None of these".into(), &sorted.none) }
            }
            if !sorted.between.is_empty() {
                { list(html! {}, "Between groups".into(), &sorted.between) }
            }
        </>
    }
}

/// Points by group.
#[derive(PartialEq)]
struct Sorted {
    /// The points of each group, the clearest first.
    members: Vec<Vec<u32>>,
    /// Points that belong to no group clearly, the least clear first. They are in a group, too.
    between: Vec<u32>,
    /// Points that are not like any group, the least alike first.
    none: Vec<u32>,
}

fn sorted(groups: &Groups, none_below: f32) -> Sorted {
    let clearness = |assignment: &Assignment| assignment.margin.unwrap_or(assignment.score);
    let all = (0..).zip(groups.assignments.iter().map(clearness));
    let mut members = vec![Vec::new(); groups.names.len()];
    let (mut between, mut none) = (Vec::new(), Vec::new());
    for (point, _) in best_first(all.collect()) {
        let assignment = &groups.assignments[point as usize];
        if assignment.score < none_below {
            none.push(point);
            continue;
        }
        if let Some(members) = members.get_mut(assignment.group as usize) {
            members.push(point);
        }
        if assignment.margin.is_some_and(|margin| margin < BETWEEN) {
            between.push(point);
        }
    }
    between.reverse();
    none.reverse();
    Sorted {
        members,
        between,
        none,
    }
}

/// How clearly a text belongs to its group: "0.120 ahead of Sport".
fn remark(names: &[String], assignment: Assignment) -> Option<String> {
    let margin = assignment.margin?;
    let next = match names {
        [first, second] => Some(if assignment.group == 0 { second } else { first }),
        _ => None,
    };
    let next = next.map_or("the next group", |name| name.as_str());
    let flag = if margin < BETWEEN { "between: " } else { "" };
    Some(format!("{flag}{} ahead of {next}", heat::short(margin)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assigned(group: u32, score: f32, margin: Option<f32>) -> Assignment {
        Assignment {
            group,
            score,
            margin,
        }
    }

    #[test]
    fn the_clearest_come_first_and_the_unclear_are_listed_too() {
        let margins = [(0, 0.3), (1, 0.01), (0, 0.4), (0, 0.049), (1, 0.05)];
        let groups = Groups {
            names: vec!["Food".into(), "Sport".into(), "None".into()],
            assignments: margins.map(|(g, m)| assigned(g, 0.5, Some(m))).to_vec(),
            proposed: None,
        };
        let sorted = sorted(&groups, 0.0);
        assert_eq!(sorted.members, [vec![2, 0, 3], vec![4, 1], vec![]]);
        assert_eq!(sorted.between, [1, 3]);
    }

    #[test]
    fn one_group_is_sorted_by_score() {
        let groups = Groups {
            names: vec!["All".into()],
            assignments: [0.2, 0.9].map(|score| assigned(0, score, None)).to_vec(),
            proposed: None,
        };
        let at = |least| sorted(&groups, least);
        assert_eq!((at(0.0).members, at(0.0).none), (vec![vec![1, 0]], vec![]));
        assert_eq!((at(0.5).members, at(0.5).none), (vec![vec![1]], vec![0]));
    }

    #[test]
    fn a_margin_names_the_other_group_where_there_is_one_other() {
        let names = ["Food", "Sport", "Art"].map(String::from);
        let say = |names: &[String], group, margin| remark(names, assigned(group, 0.5, margin));
        assert_eq!(
            say(&names[..2], 0, Some(0.12)).as_deref(),
            Some("0.120 ahead of Sport")
        );
        assert_eq!(
            say(&names[..2], 1, Some(0.01)).as_deref(),
            Some("between: 0.010 ahead of Food")
        );
        assert_eq!(
            say(&names, 1, Some(0.5)).as_deref(),
            Some("0.500 ahead of the next group")
        );
        assert_eq!(say(&names[..1], 0, None), None);
    }
}
