//! The state of the map: what was chosen, what is drawn, what runs.

use super::appearance::cluster_name;
use super::bookmarks::Bookmark;
use super::choice::{ColorBy, Layout};
use crate::fields::{self, Choice, Fields};
use crate::inspector::drafts::{Drafts, Edit};
use crate::state::Shared;
use crate::state::results::Results;
use semblance_client::{Assignment, Clusters, Trust};
use semblance_workspace::LineId;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use yew::prelude::*;

/// Steps of hiding that can be taken back.
const STEPS: usize = 50;

/// Points with places. The texts are those that the places were found for.
#[derive(Clone, PartialEq)]
pub struct Drawn {
    /// The texts, and all else that was known of them at that moment.
    pub results: Shared<Results>,
    /// `[texts, dimensions]`, row-major.
    pub coordinates: Shared<Vec<f32>>,
    /// Coordinates of each point.
    pub dimensions: usize,
    /// The layout these places are of.
    pub layout: Rc<Layout>,
    /// Each principal component's share of the variance.
    pub variance: Rc<Vec<f32>>,
    /// Of own axes, the cosine of the angle between the first two.
    pub angle: Option<f32>,
    /// Whether points still move.
    pub moving: bool,
    /// Texts that were placed on a map made without them.
    pub placed: usize,
}

/// What is being done about the map.
#[derive(Clone, PartialEq)]
pub struct Work {
    /// Its name, for instance "UMAP".
    pub what: &'static str,
    /// What is counted, done and in all; iterations, or per cent.
    pub done: f64,
    /// How much there is.
    pub total: f64,
    /// Whether it can be paused, and finished as it is.
    pub steerable: bool,
    /// Whether it waits.
    pub paused: bool,
}

/// What a search found, or what else is to stand out.
#[derive(Clone, PartialEq)]
pub struct Highlight {
    /// The texts that stand out.
    pub lines: Rc<HashSet<LineId>>,
    /// What was searched for, when it has a place on the map.
    pub query: Option<Rc<Query>>,
}

/// A search by meaning.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    /// Its words.
    pub text: String,
    /// Its place, in the coordinates of the map.
    pub place: Vec<f32>,
    /// Scores of texts with it.
    pub scores: Vec<(LineId, f32)>,
}

/// Something that was found for all points of some results.
pub struct Found<T> {
    /// The results it was found for.
    pub results: Shared<Results>,
    /// What was found.
    pub value: Rc<T>,
}

impl<T> Clone for Found<T> {
    fn clone(&self) -> Self {
        Found {
            results: self.results.clone(),
            value: self.value.clone(),
        }
    }
}

/// By identity: what was found may be large.
impl<T> PartialEq for Found<T> {
    fn eq(&self, other: &Self) -> bool {
        self.results == other.results && Rc::ptr_eq(&self.value, &other.value)
    }
}

impl<T> Found<T> {
    /// What was found, when it is of these results.
    pub fn of(&self, results: &Shared<Results>) -> Option<&Rc<T>> {
        (self.results == *results).then_some(&self.value)
    }
}

/// Where groups come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Source {
    /// Empty lines between the texts.
    #[default]
    Lines,
    /// Found by what the texts have in common.
    Found,
    /// The examples that a person gave for each.
    Examples,
    /// A column that the texts came with.
    Field,
}

/// What tells a group from the others of its source, whatever it is called: the line of its first
/// text, or its place among those that were found.
pub type GroupKey = (Source, u64);

/// The groups that hold for some texts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Grouping {
    /// The key and the name of each group.
    pub groups: Vec<(GroupKey, Rc<str>)>,
    /// The group of each point, for those that are in one.
    pub of: Vec<Option<u32>>,
}

impl Grouping {
    /// The points of each group.
    pub fn members(&self) -> Vec<Vec<u32>> {
        let mut members = vec![Vec::new(); self.groups.len()];
        for (point, group) in (0..).zip(&self.of) {
            if let Some(group) = group.and_then(|group| members.get_mut(group as usize)) {
                group.push(point);
            }
        }
        members
    }
}

/// Groups by example, and what they came to.
#[derive(Clone, PartialEq)]
pub struct Groups {
    /// Their names.
    pub names: Vec<String>,
    /// The group of each point.
    pub assignments: Vec<Assignment>,
    /// The score that parts what is like its group from what is like none, if the scores say.
    pub proposed: Option<f32>,
}

/// The state of the map. Cloning is cheap.
#[derive(Clone, PartialEq)]
pub struct MapState {
    /// What was chosen about places.
    pub layout: Rc<Layout>,
    /// What colours say.
    pub color: ColorBy,
    /// What sizes say; never a group or a cluster.
    pub size: ColorBy,
    /// Whether lines to true neighbours that are drawn elsewhere appear on hover.
    pub lines: bool,
    /// Counts requests to make the same map again.
    pub again: u32,
    /// What is drawn.
    pub drawn: Option<Drawn>,
    /// What runs.
    pub work: Option<Work>,
    /// What went wrong with the last map.
    pub problem: Option<Rc<str>>,
    /// How far the map that is drawn can be trusted, once measured.
    pub trust: Option<Shared<Trust>>,
    /// Texts that are not drawn.
    pub hidden: Rc<HashSet<LineId>>,
    /// What was hidden before each step, the latest last.
    pub hidden_before: Rc<Vec<Rc<HashSet<LineId>>>>,
    /// What stands out.
    pub highlight: Option<Highlight>,
    /// Clusters of the texts, once asked for.
    pub clusters: Option<Found<Clusters>>,
    /// Groups by example, once asked for.
    pub groups: Option<Found<Groups>>,
    /// Which groups hold.
    pub source: Source,
    /// Groups by example, as they are being written.
    pub drafts: Rc<Drafts>,
    /// What a person calls groups.
    pub renamed: Rc<HashMap<GroupKey, Rc<str>>>,
    /// A text less like the examples of its group than this is in none of them: cosine similarity,
    /// where a person has chosen it.
    pub none_below: Option<f32>,
    /// The texts that the map was last asked to show large.
    pub zoom: Option<Shared<Vec<LineId>>>,
    /// Views that were kept, to return to.
    pub bookmarks: Rc<Vec<Bookmark>>,
    /// The columns that the texts came with.
    pub fields: Fields,
}

impl Default for MapState {
    fn default() -> Self {
        Self {
            layout: Rc::default(),
            color: ColorBy::Group,
            size: ColorBy::Nothing,
            lines: true,
            again: 0,
            drawn: None,
            work: None,
            problem: None,
            trust: None,
            hidden: Rc::default(),
            hidden_before: Rc::default(),
            highlight: None,
            clusters: None,
            groups: None,
            source: Source::default(),
            drafts: Rc::default(),
            renamed: Rc::default(),
            none_below: None,
            zoom: None,
            bookmarks: Rc::default(),
            fields: Fields::default(),
        }
    }
}

/// One change of the map's state.
pub enum MapAction {
    /// Something else was chosen about places.
    Choose(Box<dyn FnOnce(&mut Layout)>),
    /// What colours say.
    Color(ColorBy),
    /// What sizes say.
    Size(ColorBy),
    /// Whether lines appear on hover.
    Lines(bool),
    /// Make the map again.
    Again,
    /// New places; what was known of the map before them does not hold any more.
    Drawn(Drawn),
    /// What runs, or that nothing does.
    Work(Option<Work>),
    /// The run waits, or goes on.
    Paused(bool),
    /// What went wrong, or that nothing did.
    Problem(Option<Rc<str>>),
    /// How far the map can be trusted.
    Trust(Rc<Trust>),
    /// These texts are not drawn, and no others.
    Hide(HashSet<LineId>),
    /// Take the last step of hiding back.
    Unhide,
    /// What stands out, or that nothing does.
    Highlight(Option<Highlight>),
    /// Clusters were found.
    Clusters(Option<Found<Clusters>>),
    /// Groups were found.
    Groups(Option<Found<Groups>>),
    /// These groups are to hold.
    Source(Source),
    /// A group is to be called so; as before, if that says nothing.
    Rename(GroupKey, String),
    /// A change of the groups that are being written.
    Draft(Edit),
    /// From what score on a text belongs to a group by example.
    NoneBelow(Option<f32>),
    /// Show these texts large.
    Zoom(Vec<LineId>),
    /// These views are kept, to return to.
    Bookmarks(Rc<Vec<Bookmark>>),
    /// The texts have these fields now, or none.
    Fields(Option<Rc<dyn fields::Source>>),
    /// Something else was chosen about fields.
    Field(Box<dyn FnOnce(&mut Choice)>),
    /// What was kept over a reload, or by another page.
    Kept(Box<MapState>),
    /// What was kept for the texts of these results holds for them.
    Settle(Shared<Results>),
    /// Everything as it was at some moment.
    Restore(Rc<Layout>, ColorBy, ColorBy, Rc<HashSet<LineId>>),
}

impl MapState {
    /// The groups that hold for these texts. Texts that came after groups were found are in none.
    pub fn grouping(&self, results: &Shared<Results>) -> Option<Grouping> {
        let group = |key: u64, name: String| {
            let key = (self.source, key);
            let renamed = self.renamed.get(&key);
            (key, renamed.cloned().unwrap_or_else(|| name.into()))
        };
        let texts = &results.texts;
        match self.source {
            Source::Lines => {
                let firsts = texts.chunk_by(|one, next| one.group == next.group);
                let groups = firsts.zip(1..).map(|(texts, number)| {
                    let first = texts.first().map_or(0, |text| text.line.0);
                    group(first, format!("Group {number}"))
                });
                (results.groups() > 1).then(|| Grouping {
                    groups: groups.collect(),
                    of: texts.iter().map(|text| Some(text.group)).collect(),
                })
            }
            Source::Found => {
                let found = self.clusters.as_ref()?;
                let name = |cluster| cluster_name(cluster, &found.results);
                let of = |point: usize| found.value.assignments.get(point).copied();
                let of = found.results.carried(results, of);
                // Where all texts are others, these groups say nothing.
                let any = of.iter().any(Option::is_some);
                let groups = found.value.clusters.iter().zip(0..);
                any.then(|| Grouping {
                    groups: groups.map(|(of, at)| group(at, name(of))).collect(),
                    of,
                })
            }
            Source::Examples => {
                let found = self.groups.as_ref()?;
                let none_below = self.none_below();
                let of = |point: usize| {
                    let assignment = found.value.assignments.get(point)?;
                    (assignment.score >= none_below).then_some(assignment.group)
                };
                Some(Grouping {
                    groups: (0..)
                        .zip(&found.value.names)
                        .map(|(at, name)| group(at, name.clone()))
                        .collect(),
                    of: found.results.carried(results, of),
                })
            }
            Source::Field => {
                let source = self.fields.source.as_ref()?;
                source.grouping(&self.fields.choice.group, results, &self.renamed)
            }
        }
    }

    /// Whether the colours of the map are those of the groups.
    pub fn shows_groups(&self) -> bool {
        let color = &self.fields.choice.color;
        self.color == ColorBy::Group && (color.is_empty() || self.fields.source.is_none())
    }

    /// Has colours say what the map knows itself.
    fn color(&mut self, color: ColorBy) {
        self.color = color;
        self.fields.choose(|choice| choice.color.clear());
    }

    /// The score below which a text is in no group by example: as chosen, as proposed, or such that
    /// only what is like none of them at all is left out.
    pub fn none_below(&self) -> f32 {
        let proposed = self.groups.as_ref().and_then(|found| found.value.proposed);
        self.none_below.or(proposed).unwrap_or(0.1)
    }

    /// The names that a person gave to groups that are found anew belong to none of these.
    fn forget_names(&mut self, source: Source) {
        if self.renamed.keys().any(|&(of, _)| of == source) {
            Rc::make_mut(&mut self.renamed).retain(|&(of, _), _| of != source);
        }
        let any = match source {
            Source::Lines | Source::Field => false,
            Source::Found => self.clusters.is_some(),
            Source::Examples => self.groups.is_some(),
        };
        if any {
            self.source = source;
            self.color(ColorBy::Group);
        }
    }

    /// Hides these texts and remembers what was hidden before.
    fn hide(&mut self, hidden: Rc<HashSet<LineId>>) {
        if self.hidden != hidden {
            let mut before = (*self.hidden_before).clone();
            before.push(std::mem::replace(&mut self.hidden, hidden));
            if before.len() > STEPS {
                before.remove(0);
            }
            self.hidden_before = Rc::new(before);
        }
    }
}

impl Reducible for MapState {
    type Action = MapAction;

    fn reduce(self: Rc<Self>, action: MapAction) -> Rc<Self> {
        let mut state = (*self).clone();
        match action {
            MapAction::Choose(change) => {
                let mut layout = (*state.layout).clone();
                change(&mut layout);
                if layout.kind != state.layout.kind {
                    // What is known of the map that is drawn is not of the one that is chosen.
                    state.trust = None;
                }
                if layout != *state.layout {
                    state.layout = Rc::new(layout);
                }
            }
            MapAction::Color(color) => state.color(color),
            MapAction::Size(size) => {
                state.size = size;
                state.fields.choose(|choice| choice.size.clear());
            }
            MapAction::Lines(lines) => state.lines = lines,
            MapAction::Again => state.again += 1,
            MapAction::Drawn(drawn) => {
                state.drawn = Some(drawn);
                state.trust = None;
                state.problem = None;
            }
            // A frame that was on its way when the run was paused does not set it going again.
            MapAction::Work(work) => {
                let paused = state.work.as_ref().is_some_and(|work| work.paused);
                state.work = work.map(|work| Work {
                    paused: work.paused || paused,
                    ..work
                });
            }
            MapAction::Paused(paused) => {
                if let Some(work) = &mut state.work {
                    work.paused = paused;
                }
            }
            MapAction::Problem(problem) => state.problem = problem,
            MapAction::Trust(trust) => state.trust = Some(Shared(trust)),
            MapAction::Hide(hidden) => state.hide(Rc::new(hidden)),
            MapAction::Unhide => {
                let mut before = (*state.hidden_before).clone();
                if let Some(hidden) = before.pop() {
                    state.hidden = hidden;
                    state.hidden_before = Rc::new(before);
                }
            }
            MapAction::Highlight(highlight) => state.highlight = highlight,
            MapAction::Clusters(clusters) => {
                state.clusters = clusters;
                state.forget_names(Source::Found);
            }
            MapAction::Groups(groups) => {
                state.groups = groups;
                state.forget_names(Source::Examples);
            }
            MapAction::Source(source) => {
                state.source = source;
                state.color(ColorBy::Group);
            }
            MapAction::Rename(key, name) => {
                let renamed = Rc::make_mut(&mut state.renamed);
                match name.trim() {
                    "" => drop(renamed.remove(&key)),
                    name => drop(renamed.insert(key, name.into())),
                }
            }
            MapAction::Draft(edit) => state.drafts = Rc::new(state.drafts.after(edit)),
            MapAction::NoneBelow(score) => state.none_below = score,
            MapAction::Zoom(lines) => state.zoom = Some(Shared(Rc::new(lines))),
            MapAction::Bookmarks(bookmarks) => state.bookmarks = bookmarks,
            MapAction::Fields(source) => state.fields.source = source,
            MapAction::Field(change) => state.fields.choose(change),
            MapAction::Kept(kept) => {
                state = MapState {
                    fields: Fields {
                        source: state.fields.source,
                        choice: kept.fields.choice.clone(),
                    },
                    again: state.again,
                    drawn: state.drawn,
                    work: state.work,
                    problem: state.problem,
                    trust: state.trust,
                    ..*kept
                }
            }
            MapAction::Settle(results) => {
                settle(&mut state.clusters, &results);
                settle(&mut state.groups, &results);
            }
            MapAction::Restore(layout, color, size, hidden) => {
                state.layout = layout;
                state.color(color);
                state.size = size;
                state.hide(hidden);
            }
        }
        Rc::new(state)
    }
}

/// What was restored is of results that have texts only; once there are others of the same texts,
/// it is of these.
fn settle<T>(found: &mut Option<Found<T>>, results: &Shared<Results>) {
    if let Some(found) = found
        && found.results.embedded.is_empty()
        && found.results.texts == results.texts
    {
        found.results = results.clone();
    }
}

/// The groups that hold for the results at hand, if there are any.
pub type GroupingStore = Option<Shared<Grouping>>;

/// The state of the map, for the components that show or change it.
pub type MapStore = UseReducerHandle<MapState>;

/// The map's state of a component inside [`crate::app::App`].
#[hook]
pub fn use_map_store() -> MapStore {
    #[expect(
        clippy::expect_used,
        reason = "App provides it; without it there is no page"
    )]
    use_context::<MapStore>().expect("inside App")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(ids: &[u64]) -> HashSet<LineId> {
        ids.iter().map(|&id| LineId(id)).collect()
    }

    #[test]
    fn hiding_can_be_taken_back_step_by_step() {
        let mut state = Rc::new(MapState::default());
        for hidden in [&[1][..], &[1, 2], &[1, 2], &[]] {
            state = state.reduce(MapAction::Hide(lines(hidden)));
        }
        for expected in [&[1, 2][..], &[1], &[], &[]] {
            state = state.reduce(MapAction::Unhide);
            assert_eq!(*state.hidden, lines(expected));
        }
    }

    #[test]
    fn a_text_like_no_example_is_told_by_choice_then_by_the_scores() {
        let found = |proposed| Found {
            results: Shared(Rc::new(Results::new(Vec::new(), Vec::new(), 0))),
            value: Rc::new(Groups {
                names: Vec::new(),
                assignments: Vec::new(),
                proposed,
            }),
        };
        let state = Rc::new(MapState::default());
        let state = state.reduce(MapAction::Groups(Some(found(None))));
        assert_eq!(state.none_below(), 0.1);
        let state = state.reduce(MapAction::Groups(Some(found(Some(0.3)))));
        assert_eq!(state.none_below(), 0.3);
        let state = state.reduce(MapAction::NoneBelow(Some(0.5)));
        assert_eq!(state.none_below(), 0.5);
        assert_eq!(state.reduce(MapAction::NoneBelow(None)).none_below(), 0.3);
    }

    #[test]
    fn a_late_frame_does_not_end_a_pause() {
        let frame = |done| {
            MapAction::Work(Some(Work {
                what: "UMAP",
                done,
                total: 9.0,
                steerable: true,
                paused: false,
            }))
        };
        let paused = |state: &MapState| state.work.as_ref().is_some_and(|work| work.paused);
        let mut state = Rc::new(MapState::default()).reduce(frame(1.0));
        state = state.reduce(MapAction::Paused(true)).reduce(frame(2.0));
        assert!(paused(&state));
        state = state.reduce(MapAction::Paused(false)).reduce(frame(3.0));
        assert!(!paused(&state));
        state = state.reduce(MapAction::Paused(true));
        state = state.reduce(MapAction::Work(None)).reduce(frame(0.0));
        assert!(!paused(&state), "another run");
    }

    #[test]
    fn a_choice_that_changes_nothing_is_no_new_layout() {
        let state = Rc::new(MapState::default());
        let next = state
            .clone()
            .reduce(MapAction::Choose(Box::new(|layout| layout.seed = 42)));
        assert!(Rc::ptr_eq(&state.layout, &next.layout));
    }
}
