//! The state of the map: what was chosen, what is drawn, what runs.

use super::choice::{ColorBy, Layout};
use crate::state::Shared;
use crate::state::results::Results;
use semblance_client::{Assignment, Clusters, Trust};
use semblance_workspace::LineId;
use std::collections::HashSet;
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

/// Groups by example, and what they came to.
#[derive(Clone, PartialEq)]
pub struct Groups {
    /// Their names.
    pub names: Vec<String>,
    /// The group of each point.
    pub assignments: Vec<Assignment>,
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
    /// Everything as it was at some moment.
    Restore(Rc<Layout>, ColorBy, ColorBy, Rc<HashSet<LineId>>),
}

impl MapState {
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
                if layout != *state.layout {
                    state.layout = Rc::new(layout);
                }
            }
            MapAction::Color(color) => state.color = color,
            MapAction::Size(size) => state.size = size,
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
                if clusters.is_some() {
                    state.color = ColorBy::Cluster;
                }
                state.clusters = clusters;
            }
            MapAction::Groups(groups) => {
                if groups.is_some() {
                    state.color = ColorBy::Group;
                }
                state.groups = groups;
            }
            MapAction::Restore(layout, color, size, hidden) => {
                state.layout = layout;
                state.color = color;
                state.size = size;
                state.hide(hidden);
            }
        }
        Rc::new(state)
    }
}

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
