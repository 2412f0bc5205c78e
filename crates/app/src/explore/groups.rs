//! Groups by example: every text goes to the group whose examples it is most like.

use super::asking::{Asked, DriverProps, status, texts};
use super::drafts::{Draft, Drafts, Edit, gathered};
use super::entries::{Entries, Entry};
use crate::heat;
use crate::icon::{Icon, icon};
use crate::look::use_look;
use crate::map::{Found, Groups, MapAction, swatch, use_map_store};
use crate::marks::{Mark, use_marks};
use crate::results::Results;
use crate::state::{Shared, use_store};
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
    ("Name, such as Sport", "Examples, such as: football; a race"),
    (
        "Name, such as Food",
        "Examples, such as: cooking; bread and cake",
    ),
];

/// The groups, and what they came to; the map takes their colours.
#[component]
pub fn GroupsTab(props: &DriverProps) -> Html {
    let results = use_store().results.clone();
    let map = use_map_store();
    let drafts = use_reducer_eq(Drafts::default);
    let asked = use_state_eq(Asked::default);
    let assign = {
        let (driver, results, drafts) = (props.driver.clone(), results.clone(), drafts.clone());
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
                    Ok(assignments) if assignments.len() == results.texts.len() => {
                        let value = Rc::new(Groups { names, assignments });
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
        let dispatch = drafts.dispatcher();
        Callback::from(move |_: MouseEvent| dispatch.dispatch(Edit::Add))
    };
    let forget = {
        let dispatch = map.dispatcher();
        Callback::from(move |_: MouseEvent| dispatch.dispatch(MapAction::Groups(None)))
    };
    let said = match &map.groups {
        _ if results.texts.is_empty() => "There are no texts yet.",
        None => "Every text goes to the group whose examples it is most like.",
        Some(found) if found.results != results => "The texts have changed since: assign again.",
        Some(_) => "Assigned; the map shows the groups.",
    };
    html! {
        <section aria-label="Groups by example" aria-busy={asked.is_busy().to_string()}>
            { for drafts.all.iter().enumerate().map(|(at, draft)| html! {
                <DraftRow key={draft.id} {at} draft={draft.clone()} dispatch={drafts.dispatcher()} />
            }) }
            <div class="explore-row">
                <button type="button" class="push" disabled={results.texts.is_empty()} onclick={assign}>{ "Assign texts" }</button>
                <button type="button" class="quiet" onclick={add}>{ "Add a group" }</button>
                if map.groups.is_some() {
                    <button type="button" class="quiet" onclick={forget}>{ "Forget the result" }</button>
                }
                { status(&asked, said.into()) }
            </div>
            if let Some(Found { results, value }) = map.groups.clone() {
                <Outcome {results} groups={Shared(value)} />
            }
        </section>
    }
}

/// The group of each point.
async fn assigned(
    client: &Client,
    examples: Vec<Vec<Rc<str>>>,
) -> Result<Vec<Assignment>, ClientError> {
    let all: Vec<Rc<str>> = examples.iter().flatten().cloned().collect();
    let embedded = client.embed(&all, &Cancel::new(), &|_| {}).await?;
    let mut vectors = embedded.iter().map(|embedded| embedded.vector);
    let sets = examples
        .iter()
        .map(|set| vectors.by_ref().take(set.len()).collect());
    client.groups(sets.collect()).await
}

#[derive(Properties, PartialEq)]
struct DraftProps {
    at: usize,
    draft: Draft,
    dispatch: UseReducerDispatcher<Drafts>,
}

/// One group: its name, its examples, and the way to be rid of it.
#[component]
fn DraftRow(props: &DraftProps) -> Html {
    let (results, marks) = (use_store().results.clone(), use_marks());
    let (id, dispatch) = (props.draft.id, &props.dispatch);
    let name = {
        let dispatch = dispatch.clone();
        Callback::from(move |event: InputEvent| {
            let value = event.target_unchecked_into::<HtmlInputElement>().value();
            dispatch.dispatch(Edit::Name(id, value));
        })
    };
    let examples = {
        let dispatch = dispatch.clone();
        Callback::from(move |event: InputEvent| {
            let value = event.target_unchecked_into::<HtmlTextAreaElement>().value();
            dispatch.dispatch(Edit::Examples(id, value));
        })
    };
    let press = |edit: Edit| {
        let (dispatch, edit) = (dispatch.clone(), std::cell::Cell::new(Some(edit)));
        Callback::from(move |_: MouseEvent| {
            if let Some(edit) = edit.take() {
                dispatch.dispatch(edit);
            }
        })
    };
    let selected: Vec<Rc<str>> = (marks.0.selected().iter())
        .filter_map(|&line| results.point(line))
        .filter_map(|point| Some(results.texts.get(point as usize)?.text.clone()))
        .collect();
    let disabled = selected.is_empty();
    let number = props.at + 1;
    let (hint, texts) = HINTS.get(props.at).copied().unwrap_or(("Name", "Examples"));
    let remove = format!("Remove group {number}");
    html! {
        <div class="draft" role="group" aria-label={format!("Group {number}")}>
            <div class="explore-row">
                <input type="text" class="draft-name" aria-label={format!("Name of group {number}")} placeholder={hint}
                    value={props.draft.name.clone()} oninput={name} />
                <button type="button" class="quiet" {disabled} onclick={press(Edit::More(id, selected))}
                    aria-label={format!("Add the selected texts to group {number}")}>{ "Add selected texts" }</button>
                <button type="button" class="tool" onclick={press(Edit::Remove(id))} title={remove.clone()} aria-label={remove}>{ icon(Icon::Remove) }</button>
            </div>
            <textarea rows="2" aria-label={format!("Examples of group {number}, one to a line")} placeholder={texts}
                value={props.draft.examples.clone()} oninput={examples} />
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct OutcomeProps {
    results: Shared<Results>,
    groups: Shared<Groups>,
}

/// The texts of each group, the clearest first, and those between groups.
#[component]
fn Outcome(props: &OutcomeProps) -> Html {
    let marks = use_marks();
    let dark = use_look().dark;
    let sorted = use_memo(props.groups.clone(), |groups| sorted(groups));
    let groups = &props.groups;
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
        let lines: Vec<_> = points
            .iter()
            .rev()
            .filter_map(|&p| props.results.line(p))
            .collect();
        let dispatch = marks.dispatcher();
        Callback::from(move |_: MouseEvent| dispatch.dispatch(Mark::Select(lines.clone())))
    };
    let list = |mark: Html, name: String, points: &[u32]| {
        let more = points.len().saturating_sub(LISTED);
        html! {
            <section class="assigned">
                <h3 class="explore-row">{ mark }<span>{ name.clone() }</span><span class="count">{ texts(points.len()) }</span>
                    if !points.is_empty() {
                        <button type="button" class="quiet" onclick={select(points)} aria-label={format!("Select all of {name}")}>{ "Select all" }</button>
                    }
                </h3>
                <Entries results={props.results.clone()} entries={listed(points)} label={name} {more} />
            </section>
        }
    };
    html! {
        <>
            { for sorted.members.iter().zip(&groups.names).enumerate().map(|(at, (points, name))| {
                list(swatch(at, dark), name.clone(), points)
            }) }
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
}

fn sorted(groups: &Groups) -> Sorted {
    let clearness = |assignment: &Assignment| assignment.margin.unwrap_or(assignment.score);
    let mut all: Vec<(u32, &Assignment)> = (0..).zip(&groups.assignments).collect();
    all.sort_by(|x, y| {
        clearness(y.1)
            .total_cmp(&clearness(x.1))
            .then(x.0.cmp(&y.0))
    });
    let mut members = vec![Vec::new(); groups.names.len()];
    let mut between = Vec::new();
    for (point, assignment) in all {
        if let Some(members) = members.get_mut(assignment.group as usize) {
            members.push(point);
        }
        if assignment.margin.is_some_and(|margin| margin < BETWEEN) {
            between.push(point);
        }
    }
    between.reverse();
    Sorted { members, between }
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
        };
        let sorted = sorted(&groups);
        assert_eq!(sorted.members, [vec![2, 0, 3], vec![4, 1], vec![]]);
        assert_eq!(sorted.between, [1, 3]);
    }

    #[test]
    fn one_group_is_sorted_by_score() {
        let groups = Groups {
            names: vec!["All".into()],
            assignments: [0.2, 0.9].map(|score| assigned(0, score, None)).to_vec(),
        };
        let sorted = sorted(&groups);
        assert_eq!((sorted.members, sorted.between), (vec![vec![1, 0]], vec![]));
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
