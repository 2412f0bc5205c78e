//! Keeps the results up with the document: starts the engine, embeds what changed, asks for what
//! the views draw, and gives way as soon as the texts change again.

use crate::session::keep::keep;
use crate::session::timing;
use crate::state::results::{MATRIX_LIMIT, Results, TABLE_LIMIT, least_alike};
use crate::state::{Action, Engine, Message, Progress, Remedy, State, Unit};
use crate::ui::heat;
use gloo::timers::future::TimeoutFuture;
use semblance_client::{
    Cancel, Client, ClientError, ClientOptions, Embedded, Event, Metric, Neighbour, PAIRS_LIMIT,
    Precision, Stage, VectorId, floor_of_model,
};
use semblance_workspace::Text;
use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;
use wasm_bindgen_futures::spawn_local;
use yew::UseReducerDispatcher;

/// Texts in the first slice of a long document; each later slice doubles what is there. So few that
/// their table is drawn within a frame or two, and so many that the second slice has none.
const FIRST_SLICE: usize = 32;
/// Pairs listed at each end.
const PAIRS: usize = 100;
/// Embedding shows its progress when it has taken this long, in milliseconds.
const CALM: f64 = 250.0;
/// Progress is shown at most this often, in milliseconds.
const PROGRESS_INTERVAL: f64 = 80.0;

/// Which model, by its name in the site's list (empty: the first one), and whether it computes
/// exactly.
pub type Choice = (&'static str, bool);

/// A start of the engine, as long as it is wanted.
type Starting = Rc<RefCell<Option<Pin<Box<dyn Future<Output = Result<Client, ClientError>>>>>>>;

/// The page's hold on the engine. One run at a time: a new one stops the one before.
pub struct Driver {
    dispatch: UseReducerDispatcher<State>,
    base: String,
    chosen: Cell<Choice>,
    /// What the engine that is there was started with.
    active: Cell<Choice>,
    /// Counts starts: only the latest one may become the engine.
    starts: Cell<u32>,
    /// The start that is under way. Without it its workers and downloads end.
    starting: Starting,
    client: RefCell<Option<Client>>,
    texts: RefCell<Rc<Vec<Text>>>,
    cancel: RefCell<Cancel>,
    run: Cell<u32>,
    known: RefCell<HashSet<VectorId>>,
    reported: Cell<f64>,
    /// The person has stopped the run, and it has not ended yet.
    stopping: Cell<bool>,
    /// The worker with the vectors stopped and has not answered since.
    lost: Cell<bool>,
}

impl Driver {
    /// A driver for files below `base`, an absolute URL.
    pub fn new(dispatch: UseReducerDispatcher<State>, base: String) -> Rc<Driver> {
        Rc::new(Driver {
            dispatch,
            base,
            chosen: Cell::default(),
            active: Cell::default(),
            starts: Cell::new(0),
            starting: Starting::default(),
            client: RefCell::default(),
            texts: RefCell::default(),
            cancel: RefCell::new(Cancel::new()),
            run: Cell::new(0),
            known: RefCell::default(),
            reported: Cell::new(0.0),
            stopping: Cell::new(false),
            lost: Cell::new(false),
        })
    }

    /// Starts the engine; afterwards embeds the texts that are there by then.
    pub fn start(self: &Rc<Self>) {
        let driver = self.clone();
        let start = self.starts.get() + 1;
        self.starts.set(start);
        driver.tell(Action::Alert(None));
        if driver.client().is_none() {
            driver.tell(Action::Engine(Engine::Starting(Progress::of(
                stage_name(Stage::Engine),
                Unit::Bytes,
            ))));
        }
        let (model, exact) = driver.chosen.get();
        let options = ClientOptions {
            precision: match exact {
                true => Precision::Exact,
                false => Precision::Fast,
            },
            model: (!model.is_empty()).then(|| model.to_owned()),
            ..ClientOptions::new(&driver.base)
        };
        let listener = driver.clone();
        let hear = move |event| {
            if listener.starts.get() == start {
                listener.hear(event);
            }
        };
        let begun = Box::pin(Client::start(options, Rc::new(hear)));
        driver.starting.replace(Some(begun));
        spawn_local(async move {
            let starting = driver.starting.clone();
            let started = poll_fn(|context| {
                // Whoever ends a start starts another, or wants none.
                if driver.starts.get() != start {
                    return Poll::Ready(None);
                }
                let mut starting = starting.borrow_mut();
                starting.as_mut().map_or(Poll::Ready(None), |begun| {
                    begun.as_mut().poll(context).map(Some)
                })
            });
            let Some(started) = started.await else {
                return;
            };
            driver.starting.take();
            let active = driver.active.get();
            match started {
                Ok(client) => {
                    timing::mark("semblance:model-ready");
                    heat::set_floor(floor_of_model(&client.model().name));
                    driver.tell(Action::Engine(Engine::Ready(Rc::new(
                        client.model().clone(),
                    ))));
                    driver.active.set((model, exact));
                    driver.tell(Action::Computes(exact));
                    if let Some(before) = driver.client.replace(Some(client)) {
                        // Whatever ran there has no engine any more, and nothing to say.
                        driver.run.set(driver.run.get() + 1);
                        driver.cancel.borrow().cancel();
                        driver.known.take();
                        before.close();
                    }
                    driver.tell(Action::Task(None));
                    driver.embed();
                }
                // The engine that is there goes on; the choice that failed is not kept.
                Err(error) if driver.client().is_some() => {
                    driver.chosen.set(active);
                    driver.tell(Action::Task(None));
                    driver.tell(Action::Model(active.0, active.1));
                    let text = format!("{error} The scores stay as they are.").into();
                    driver.tell(Action::Alert(Some(Message { text, remedy: None })));
                }
                // The site may have lost what was chosen before: what everybody starts with does.
                Err(error) if (model, exact) != Choice::default() => {
                    driver.chosen.take();
                    driver.tell(Action::Model("", false));
                    driver.start();
                    let text = format!("{error} Scores are computed with the usual model.").into();
                    driver.tell(Action::Notice(Some(Message { text, remedy: None })));
                }
                Err(error) => {
                    driver.tell(Action::Engine(Engine::Failed));
                    driver.fail(&error, Remedy::Restart);
                }
            }
        });
    }

    /// Computes with this model and precision from now on: starts another engine if this one has
    /// others. The one that is there goes on until the other is ready.
    pub fn choose(self: &Rc<Self>, choice: Choice) {
        let changed = self.chosen.replace(choice) != choice;
        if !changed || self.starts.get() == 0 {
            return;
        }
        if self.client().is_some() && self.active.get() == choice {
            // Taken back before the other engine was ready: what it comes to is not wanted any
            // more.
            self.starts.set(self.starts.get() + 1);
            self.starting.take();
            return self.tell(Action::Task(None));
        }
        self.start();
    }

    /// Makes these the texts, and embeds them once the engine is there.
    pub fn set_texts(self: &Rc<Self>, texts: Vec<Text>) {
        self.texts.replace(Rc::new(texts));
        self.embed();
    }

    /// Stops embedding because the person says so: once the texts in hand are done. What was done
    /// stays and is shown.
    ///
    /// While another model is on its way, it is that which is given up.
    pub fn stop(self: &Rc<Self>) {
        if self.starting.borrow().is_some() {
            let (model, exact) = self.active.get();
            self.choose((model, exact));
            return self.tell(Action::Model(model, exact));
        }
        self.cancel.borrow().cancel();
        self.stopping.set(true);
        self.tell(Action::Task(Some(Progress::of("Stopping", Unit::Texts))));
    }

    /// Embeds the current texts as far as that has not been done.
    pub fn embed(self: &Rc<Self>) {
        let Some(client) = self.client.borrow().clone() else {
            return;
        };
        self.cancel.borrow().cancel();
        self.stopping.set(false);
        let run = Run {
            number: self.run.get() + 1,
            cancel: Cancel::new(),
            texts: self.texts.borrow().clone(),
            client,
            driver: self.clone(),
        };
        self.run.set(run.number);
        self.cancel.replace(run.cancel.clone());
        spawn_local(run.finish());
    }

    /// What the engine that is there was started with.
    pub fn active(&self) -> Choice {
        self.active.get()
    }

    /// Where the site's files are.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The engine, once it is there.
    pub fn client(&self) -> Option<Client> {
        self.client.borrow().clone()
    }

    /// The nearest neighbours of a point of the latest results.
    pub async fn neighbours(
        &self,
        point: u32,
        count: usize,
        metric: Metric,
    ) -> Result<Vec<Neighbour>, ClientError> {
        match self.client() {
            Some(client) => client.neighbours(point, count, metric).await,
            None => Ok(Vec::new()),
        }
    }

    fn tell(&self, action: Action) {
        self.dispatch.dispatch(action);
    }

    fn fail(&self, error: &ClientError, remedy: Remedy) {
        let text = error.told().into();
        let remedy = error.can_retry().then_some(remedy);
        self.tell(Action::Alert(Some(Message { text, remedy })));
    }

    fn hear(&self, event: Event) {
        match event {
            Event::Loading {
                stage,
                loaded,
                total,
            } => {
                if stage != Stage::Engine {
                    timing::mark_once("semblance:engine-ready");
                }
                if !self.due(loaded >= total) {
                    return;
                }
                let progress = Progress {
                    what: stage_name(stage),
                    done: loaded,
                    total,
                    unit: Unit::Bytes,
                };
                self.tell(match self.client.borrow().is_some() {
                    true => Action::Task(Some(progress)),
                    false => Action::Engine(Engine::Starting(progress)),
                });
            }
            Event::Notice(notice) => {
                let text = notice.to_string().into();
                self.tell(Action::Notice(Some(Message { text, remedy: None })));
            }
        }
    }

    /// Whether progress should be shown now.
    fn due(&self, last: bool) -> bool {
        let now = timing::now();
        let due = last || now - self.reported.get() >= PROGRESS_INTERVAL;
        if due {
            self.reported.set(now);
        }
        due
    }
}

fn stage_name(stage: Stage) -> &'static str {
    match stage {
        Stage::Engine => "Loading the engine",
        Stage::Model => "Loading the model",
        Stage::Preparing => "Preparing the model",
    }
}

/// One pass over the texts of one moment.
struct Run {
    number: u32,
    cancel: Cancel,
    texts: Rc<Vec<Text>>,
    client: Client,
    driver: Rc<Driver>,
}

impl Run {
    async fn finish(self) {
        let result = self.embed_all().await;
        if !self.is_current() {
            return;
        }
        self.driver.tell(Action::Task(None));
        match result {
            Ok(()) => self.driver.lost.set(false),
            Err(ClientError::Cancelled) => {
                let text = "Stopped. What was embedded so far is shown.".into();
                let message = Message {
                    text,
                    remedy: Some(Remedy::Continue),
                };
                self.driver.tell(Action::Notice(Some(message)));
            }
            Err(error @ ClientError::VectorsLost(_)) if !self.driver.lost.replace(true) => {
                // Its successor starts empty: embedding again is all it takes, the first time.
                let text = error.told().into();
                self.driver
                    .tell(Action::Notice(Some(Message { text, remedy: None })));
                self.driver.embed();
            }
            Err(error) => self.driver.fail(&error, Remedy::Continue),
        }
    }

    /// Embeds in growing slices and publishes after each, so that a long document shows its first
    /// scores early, and the work of showing them stays small beside that of embedding.
    async fn embed_all(&self) -> Result<(), ClientError> {
        let total = self.texts.len();
        let words: Vec<Rc<str>> = self.texts.iter().map(|text| text.text.clone()).collect();
        let mut embedded: Vec<Embedded> = Vec::with_capacity(total);
        let mut pace = None;
        if let Some(keep) = keep() {
            keep.recall(self.client.clone(), words.clone()).await;
            self.check()?;
        }
        // Much that was kept, all at once, would take its time until anything of it is seen.
        let first = match self.driver.known.borrow().is_empty() {
            true => MATRIX_LIMIT,
            false => total,
        };
        if total == 0 {
            self.publish(Vec::new(), None).await?;
        }
        while embedded.len() < total {
            let from = embedded.len();
            // Texts that have vectors already cost nothing: after an edit, all is there at once.
            let mut missing = (from..total).filter(|&at| self.client.known(&words[at]).is_none());
            let to = missing.nth(from.max(FIRST_SLICE)).unwrap_or(total);
            let to = if from == 0 { to.min(first) } else { to };
            let started = timing::now();
            // What is done in a moment needs no progress shown.
            self.driver.reported.set(started + CALM);
            let progress = |progress: semblance_client::EmbedProgress| {
                let done = (to - progress.total + progress.done) as f64;
                let wanted = total > 1 && self.is_current() && !self.driver.stopping.get();
                if wanted && self.driver.due(false) {
                    let what = "Embedding";
                    let total = total as f64;
                    let task = Progress {
                        what,
                        done,
                        total,
                        unit: Unit::Texts,
                    };
                    self.driver.tell(Action::Task(Some(task)));
                }
            };
            let slice = self
                .client
                .embed(&words[from..to], &self.cancel, &progress)
                .await?;
            let elapsed = timing::now() - started;
            pace = self.pace(&slice, elapsed).or(pace);
            embedded.extend(slice);
            self.publish(embedded.clone(), pace).await?;
        }
        Ok(())
    }

    /// Milliseconds for each text that had not been embedded before.
    fn pace(&self, slice: &[Embedded], elapsed: f64) -> Option<f64> {
        let mut known = self.driver.known.borrow_mut();
        let fresh = slice
            .iter()
            .filter(|embedded| known.insert(embedded.vector))
            .count();
        (fresh > 0).then(|| elapsed / fresh as f64)
    }

    /// Asks for all that the views draw of the texts embedded so far.
    async fn publish(&self, embedded: Vec<Embedded>, pace: Option<f64>) -> Result<(), ClientError> {
        self.check()?;
        let count = embedded.len();
        let vectors: Vec<VectorId> = embedded.iter().map(|embedded| embedded.vector).collect();
        // Not before: the texts of slices to come may have vectors already.
        if count == self.texts.len() {
            self.client.sweep(&vectors);
        }
        self.client.set_points(&vectors).await?;
        let texts = self.texts[..count].to_vec();
        let mut results = Results::new(texts, embedded, self.texts.len());
        if (2..=PAIRS_LIMIT).contains(&count) {
            self.check()?;
            results.most = self.client.pairs(PAIRS).await?;
        }
        // The first texts of a document that is too large for all scores show theirs for a moment:
        // a small table is enough for that.
        let most = match self.texts.len() <= MATRIX_LIMIT {
            true => MATRIX_LIMIT,
            false => TABLE_LIMIT,
        };
        if (1..=most).contains(&count) {
            self.check()?;
            let similarity = self.client.similarity().await?;
            // Millions of scores came in this turn: going through them is for another.
            TimeoutFuture::new(0).await;
            results.least = least_alike(&similarity.scores, count, PAIRS);
            results.similarity = Some(similarity);
            TimeoutFuture::new(0).await;
        }
        self.check()?;
        self.driver.tell(Action::Results(Rc::new(results), pace));
        Ok(())
    }

    fn is_current(&self) -> bool {
        self.driver.run.get() == self.number
    }

    /// Ends a run that a newer one has overtaken.
    fn check(&self) -> Result<(), ClientError> {
        if self.is_current() {
            Ok(())
        } else {
            Err(ClientError::Cancelled)
        }
    }
}
