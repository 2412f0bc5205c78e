//! All that the components draw from, and every way it changes.

pub mod marking;
pub mod marks;
pub mod results;
mod shared;

use crate::class::Class;
use crate::open::files::Incoming;
use crate::session::asking::texts;
use crate::session::look::Look;
use crate::sheet::cells::{Veil, key};
use crate::state::results::Results;
use crate::ui::scale::Units;
use semblance_client::{ModelInfo, Taken};
use semblance_workspace::{Direction, Document, LineId, Order, Settings, Span, Theme};
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::rc::Rc;
use yew::prelude::*;

pub use shared::Shared;

/// Where the engine stands.
#[derive(Clone, PartialEq)]
pub enum Engine {
    /// Code and weights are on their way.
    Starting(Progress),
    /// Texts can be embedded.
    Ready(Rc<ModelInfo>),
    /// It could not start; the alert says why.
    Failed,
}

/// Something long that runs.
#[derive(Clone, PartialEq)]
pub struct Progress {
    /// What is being done, for instance "Loading the model".
    pub what: &'static str,
    /// How much of it is done.
    pub done: f64,
    /// How much there is; 0 when that is not known yet.
    pub total: f64,
    /// What is counted.
    pub unit: Unit,
}

/// What a [`Progress`] counts.
#[derive(Clone, Copy, PartialEq)]
pub enum Unit {
    /// Bytes of a download.
    Bytes,
    /// Texts.
    Texts,
}

/// What is shown alone, while the page is presented.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Presented {
    /// The texts with their scores.
    #[default]
    Sheet,
    /// The map.
    Map,
    /// What there is to say about the selection.
    Inspector,
}

/// What the inspector lists in place of what is selected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum List {
    /// Texts that say the same.
    Duplicates,
    /// Groups, wherever they come from.
    Groups,
    /// The texts that are least like any others.
    Odd,
    /// The columns that texts came with.
    Fields,
}

/// A message that asks for attention.
#[derive(Clone, PartialEq)]
pub struct Message {
    /// What happened, and what to do about it.
    pub text: Rc<str>,
    /// What its button does.
    pub remedy: Option<Remedy>,
}

/// What the button of a [`Message`] does.
#[derive(Clone, Copy, PartialEq)]
pub enum Remedy {
    /// Start the engine again.
    Restart,
    /// Embed again what has not been embedded.
    Continue,
    /// Take the last change of the texts back.
    Undo,
    /// Keep the texts on this device, which went wrong.
    Keep,
    /// Keep the texts on this device, in place of another page.
    TakeOver,
}

/// The document with its results and the state of the engine. Cloning is cheap.
#[derive(Clone, PartialEq)]
pub struct State {
    pub document: Document,
    /// The lines that the text box holds: all of them, or part of a large document.
    pub window: Range<usize>,
    /// The revision that the text box shows; another one has to be written into it.
    pub shown: u64,
    /// Where the last change that did not come from the text box happened.
    pub changed: Option<Span>,
    /// The sample set in the editor, as long as nothing in it was changed.
    pub sample: Option<usize>,
    pub settings: Settings,
    pub engine: Engine,
    pub task: Option<Progress>,
    pub results: Shared<Results>,
    /// Milliseconds a text, of the last run that embedded any.
    pub pace: Option<f64>,
    /// Something went wrong.
    pub alert: Option<Message>,
    /// Something worth knowing happened.
    pub notice: Option<Message>,
    /// Why the texts are not kept on this device.
    pub unkept: Option<Message>,
    /// Whether it is shown what is kept on this device.
    pub shows_kept: bool,
    /// Whether the models are shown.
    pub shows_models: bool,
    /// Whether scores are hidden, for a class to guess.
    pub veil: Veil,
    /// Whether one thing at a time is shown, large.
    pub present: Option<Presented>,
    /// Class mode, while the page is in it.
    pub class: Option<Class>,
    /// Whether the engine that is there computes exactly; another may be chosen and on its way.
    pub exact: bool,
    /// What is shown where there is room for one thing only: on a phone.
    pub view: Presented,
    /// What the inspector lists, if not what is selected.
    pub list: Option<List>,
    /// In which units the table shows scores.
    pub units: Units,
    /// From what score on texts are duplicates, in hundredths, where a person has chosen it.
    pub threshold: Option<u32>,
    /// Whether the map has the whole window, but for the inspector and the search.
    pub enlarged: bool,
    /// Files that wait to be opened; the first is being looked at.
    pub incoming: Vec<Shared<Incoming>>,
    /// The table and the row that a text came from, for those that came from one.
    pub sources: Rc<Sources>,
    /// Requests that left for another origin, or tried to.
    pub elsewhere: usize,
    /// How the page looks, once it does.
    pub look: Look,
}

/// Rows of tables by the lines that came from them: table and row.
pub type Sources = HashMap<LineId, (u32, u32)>;

/// A workspace that was kept.
pub struct Restored {
    /// Its lines.
    pub document: Document,
    /// The sample set that they are.
    pub sample: Option<usize>,
    /// The rows that they came from.
    pub sources: Sources,
    /// Whether the person had changed what it takes the place of.
    pub over_own: bool,
}

/// One change of the state.
pub enum Action {
    /// The text box, which holds the lines of the window, says this now.
    Type(String),
    /// The text box says this in place of all lines, also those it did not hold.
    TypeOver(String),
    /// The text box is to say this, which the page made for it: a large paste.
    Paste(String),
    /// The text box is to hold the lines around this one.
    Window(usize),
    /// Files to be opened, one after another.
    Open(Vec<Shared<Incoming>>),
    /// The first file that waited has been opened, or given up.
    Opened,
    /// Texts of a table: at the end, or in place of all.
    Take(Taken, bool),
    /// Lines at the end: a file.
    Append(String),
    /// A sample set in place of everything.
    Sample(usize, String),
    /// In place of everything.
    Replace(String),
    Move(LineId, Direction),
    /// To this position among the lines, counted from 0.
    MoveTo(LineId, usize),
    Remove(LineId),
    /// All of these.
    RemoveAll(HashSet<LineId>),
    /// The texts in this order.
    Arrange(Vec<LineId>),
    Undo,
    Redo,
    /// Typing paused: an undo step ends.
    Seal,
    /// The text box has been given the current revision.
    Shown,
    CycleTheme,
    ToggleProjector,
    /// Hides all scores, or shows them.
    ToggleVeil,
    /// Shows the score of a pair while others are hidden.
    Reveal(LineId, LineId),
    /// Shows one thing alone, or everything.
    Present(Option<Presented>),
    /// Between one thing alone and everything.
    TogglePresent,
    /// Begins class mode, or leaves it.
    Class(Option<Class>),
    /// Shows this thing, where only one is shown.
    Show(Presented),
    /// Lists something in the inspector, or shows what is selected.
    List(Option<List>),
    /// Shows scores in these units.
    Units(Units),
    /// Texts are duplicates from this score on, in hundredths; none: as the scores propose.
    Threshold(Option<u32>),
    /// Gives the map the whole window, or takes it back.
    Enlarge(bool),
    SetOrder(Order),
    /// This model is to be used, by its name in the list, in exact arithmetic or not.
    Model(&'static str, bool),
    /// Shows the models there are, or not.
    ShowModels(bool),
    /// The engine that is there computes exactly, or not.
    Computes(bool),
    Engine(Engine),
    Task(Option<Progress>),
    Results(Rc<Results>, Option<f64>),
    Alert(Option<Message>),
    Notice(Option<Message>),
    /// Why the texts are not kept, or that they are.
    Unkept(Option<Message>),
    /// Shows what is kept, or shows it no more.
    ShowKept(bool),
    /// What was kept, as it is in a document that follows from this one.
    Restore(Restored),
    /// Nothing is to be kept, or what there is.
    KeepNothing(bool),
    Elsewhere(usize),
    Look(Look),
}

impl State {
    /// A document that is opened with; `sample` when it is a sample set.
    pub fn of(document: Document, sample: Option<usize>, settings: Settings) -> State {
        State {
            window: window(&document, 0),
            document,
            // No revision: the text box is empty until it is written.
            shown: u64::MAX,
            changed: None,
            sample,
            settings,
            engine: Engine::Starting(Progress::of("Loading the engine", Unit::Bytes)),
            task: None,
            results: Shared(Rc::default()),
            pace: None,
            alert: None,
            notice: None,
            unkept: None,
            shows_kept: false,
            shows_models: false,
            veil: Veil::default(),
            present: None,
            class: None,
            exact: false,
            view: Presented::default(),
            incoming: Vec::new(),
            sources: Rc::default(),
            list: None,
            threshold: None,
            units: Units::default(),
            enlarged: false,
            elsewhere: 0,
            look: Look::default(),
        }
    }

    /// Changes the lines. What the person had typed is theirs: the sample is none any more.
    fn edit(&mut self, change: impl FnOnce(&mut Document) -> Option<Span>) {
        if let Some(span) = change(&mut self.document) {
            self.changed = Some(span);
            self.window = window(&self.document, span.at);
            self.sample = None;
            // An offer to undo what is not the last change any more would undo the wrong one.
            self.notice = self
                .notice
                .take()
                .filter(|n| n.remedy != Some(Remedy::Undo));
        }
    }

    /// The text box was typed in. Its window stays where it is, so that nothing moves under the
    /// caret, until it has grown far beyond its size.
    fn type_text(&mut self, text: &str, over_all: bool) {
        // The box has not been given these lines yet: what was typed belongs to others, and would
        // overwrite these.
        if self.shown != self.document.revision() {
            return;
        }
        if over_all {
            self.document.seal();
            self.window = 0..self.document.lines().len();
        }
        let (range, before) = (self.window.clone(), self.document.lines().len());
        self.edit(|document| document.type_within(range.clone(), text));
        let count = self.document.lines().len();
        let typed = range.start..(range.end + count).saturating_sub(before);
        if typed.len() <= 2 * WINDOW && typed.end <= count {
            self.window = typed;
            // Where a line was cut that is too long for the box, the box must be written.
            if self.document.shown_text(self.window.clone()) == text {
                self.shown = self.document.revision();
            }
        }
    }

    /// Takes the texts of a table, and remembers which rows they are.
    fn take(&mut self, taken: &Taken, replace: bool) {
        self.edit(|document| match replace {
            true => document.replace_text(&taken.texts),
            false => Some(document.append(&taken.texts)),
        });
        let sources = Rc::make_mut(&mut self.sources);
        let lines = self.document.lines().iter().filter(|line| line.is_text());
        for (line, &row) in lines.rev().zip(taken.rows.iter().rev()) {
            sources.insert(line.id, (taken.table, row));
        }
    }

    /// Removes texts, which is said: they may be out of view.
    fn remove_all(&mut self, lines: &HashSet<LineId>) {
        let before = self.document.revision();
        self.edit(|document| document.remove_all(lines));
        if self.document.revision() != before {
            let text = format!("Removed {}.", texts(lines.len())).into();
            self.notice = Some(Message {
                text,
                remedy: Some(Remedy::Undo),
            });
        }
    }

    /// Sorts the texts. Lines between groups go with that, which is said.
    fn arrange(&mut self, order: &[LineId]) {
        let lines = self.document.lines();
        let parted = lines.iter().any(|line| !line.is_text());
        let before = self.document.revision();
        self.edit(|document| document.arrange(order));
        if parted && self.document.revision() != before {
            let text = "Sorted. The empty lines between groups are gone with that.".into();
            self.notice = Some(Message {
                text,
                remedy: Some(Remedy::Undo),
            });
        }
    }

    /// Shows what was kept, which another page may have changed.
    fn restore(&mut self, restored: Restored) {
        self.edit(|document| {
            let changed = restored.document.revision() != document.revision();
            *document = restored.document;
            changed.then_some(Span { at: 0, count: 0 })
        });
        self.sample = restored.sample;
        self.sources = Rc::new(restored.sources);
        if restored.over_own {
            let text =
                "These are the texts that were kept. Undo brings back those that were here.".into();
            let remedy = Some(Remedy::Undo);
            self.notice = Some(Message { text, remedy });
        }
    }

    fn choose_sample(&mut self, index: usize, text: &str) {
        let own = self.sample.is_none() && !self.document.is_blank();
        self.edit(|document| document.replace_text(text));
        self.sample = Some(index);
        if own {
            let text = "The sample took the place of your own texts.".into();
            self.notice = Some(Message {
                text,
                remedy: Some(Remedy::Undo),
            });
        }
    }
}

/// Lines in the text box at most; beyond, browsers take too long to lay them out.
pub const WINDOW: usize = 1_000;

/// The lines that the text box should hold so that `line` is well inside.
fn window(document: &Document, line: usize) -> Range<usize> {
    let count = document.lines().len();
    if count <= WINDOW {
        return 0..count;
    }
    let start = line.saturating_sub(WINDOW / 2).min(count - WINDOW);
    start..start + WINDOW
}

impl Progress {
    /// Nothing done yet of an unknown amount.
    pub fn of(what: &'static str, unit: Unit) -> Progress {
        Progress {
            what,
            done: 0.0,
            total: 0.0,
            unit,
        }
    }
}

impl Reducible for State {
    type Action = Action;

    fn reduce(self: Rc<Self>, action: Action) -> Rc<Self> {
        let mut state = (*self).clone();
        match action {
            Action::Type(text) => state.type_text(&text, false),
            Action::TypeOver(text) => state.type_text(&text, true),
            Action::Paste(text) => {
                state.type_text(&text, false);
                state.shown = u64::MAX;
            }
            Action::Window(line) => {
                state.window = window(&state.document, line);
                state.shown = u64::MAX;
                state.changed = None;
            }
            Action::Open(files) => state.incoming.extend(files),
            Action::Opened => drop(state.incoming.drain(..1.min(state.incoming.len()))),
            Action::Take(taken, replace) => state.take(&taken, replace),
            Action::Append(text) => state.edit(|document| Some(document.append(&text))),
            Action::Replace(text) => state.edit(|document| document.replace_text(&text)),
            Action::Sample(index, text) => state.choose_sample(index, &text),
            Action::Move(line, direction) => state.edit(|d| d.move_by_one(line, direction)),
            Action::MoveTo(line, to) => state.edit(|document| document.move_to(line, to)),
            Action::Remove(line) => state.edit(|document| document.remove(line)),
            Action::RemoveAll(lines) => state.remove_all(&lines),
            Action::Arrange(lines) => state.arrange(&lines),
            Action::Undo => state.edit(Document::undo),
            Action::Redo => state.edit(Document::redo),
            Action::Seal => state.document.seal(),
            Action::Shown => state.shown = state.document.revision(),
            Action::CycleTheme => {
                state.settings.theme = match state.settings.theme {
                    Theme::System => Theme::Light,
                    Theme::Light => Theme::Dark,
                    Theme::Dark => Theme::System,
                }
            }
            Action::ToggleProjector => state.settings.projector = !state.settings.projector,
            Action::ToggleVeil => {
                state.veil = Veil {
                    on: !state.veil.on,
                    ..Veil::default()
                }
            }
            Action::Reveal(a, b) => {
                Rc::make_mut(&mut state.veil.revealed).insert(key(a, b));
            }
            Action::Present(present) => state.present = present,
            Action::Class(class) => state.class = class,
            Action::TogglePresent => {
                state.present = match state.present {
                    None => Some(Presented::default()),
                    Some(_) => None,
                }
            }
            Action::Show(what) => {
                state.view = what;
                state.present = state.present.map(|_| what);
            }
            Action::List(list) => state.list = list,
            Action::Units(units) => state.units = units,
            Action::Threshold(hundredths) => state.threshold = hundredths,
            Action::Enlarge(enlarged) => state.enlarged = enlarged,
            Action::Model(model, exact) => {
                (state.settings.model, state.settings.exact) = (model, exact);
            }
            Action::ShowModels(shows) => state.shows_models = shows,
            Action::Computes(exact) => state.exact = exact,
            Action::SetOrder(order) => state.settings.order = order,
            Action::Engine(engine) => state.engine = engine,
            Action::Task(task) => state.task = task,
            Action::Results(results, pace) => {
                // Work has gone on: an offer to go on with it is out of date.
                if matches!(&state.notice, Some(n) if n.remedy == Some(Remedy::Continue)) {
                    state.notice = None;
                }
                state.results = Shared(results);
                state.pace = pace.or(state.pace);
            }
            Action::Alert(alert) => state.alert = alert,
            Action::Notice(notice) => state.notice = notice,
            Action::Unkept(unkept) => state.unkept = unkept,
            Action::ShowKept(shows) => state.shows_kept = shows,
            Action::Restore(restored) => state.restore(restored),
            Action::KeepNothing(nothing) => state.settings.keep_nothing = nothing,
            Action::Elsewhere(count) => state.elsewhere = count,
            Action::Look(look) => state.look = look,
        }
        Rc::new(state)
    }
}

/// The state, for every component.
pub type Store = UseReducerHandle<State>;
/// The context of a component inside [`crate::app::App`], which provides it around all others.
#[hook]
pub fn use_store() -> Store {
    #[expect(
        clippy::expect_used,
        reason = "App provides it; without it there is no page"
    )]
    use_context::<Store>().expect("inside App")
}

#[cfg(test)]
mod tests;
