//! Keeps the workspace on this device: writes it soon after each change, and reads it when the page
//! opens. `www/keep.js` has the storage, and knows which of several pages keeps; what is written is
//! a [`Record`]. Storage may be forbidden, full or gone at any time; the page works without it.

use crate::session::samples::{OPENING, samples};
use crate::session::save::Saving;
use crate::session::{storage, timing};
use crate::stage::map::{MapAction, MapState};
use crate::state::{Action, Message, Remedy, Restored, Sources, State};
use gloo::timers::callback::Timeout;
use js_sys::{Array, Function, Promise, Uint8Array};
use semblance_client::Importer;
use semblance_workspace::{Document, Record, RecordError, Run};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::Blob;

/// How long a change waits to be kept, in milliseconds: so long that a person who types causes few
/// writes, and so short that a crash costs less than a second of work.
const PAUSE: u32 = 600;

// What fails does so with a sentence.
#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = semblanceKeep, catch)]
    async fn begun() -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = semblanceKeep, catch)]
    fn listen(ear: &Function) -> Result<(), JsValue>;
    #[wasm_bindgen(js_namespace = semblanceKeep, catch)]
    async fn read() -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = semblanceKeep, catch)]
    async fn take() -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = semblanceKeep, catch)]
    async fn table(number: u32) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = semblanceKeep, catch)]
    fn save(record: Uint8Array, tables: Array, leaving: bool) -> Result<Promise, JsValue>;
    #[wasm_bindgen(js_namespace = semblanceKeep, catch)]
    async fn aside(record: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = semblanceKeep, catch)]
    async fn prune(tables: Array) -> Result<JsValue, JsValue>;
}

/// Who keeps the workspace.
#[derive(Clone, PartialEq)]
enum Role {
    /// This page.
    Ours,
    /// Another one.
    Theirs,
    /// Nobody, for this reason.
    Nobody(Rc<str>),
}

/// What there is to begin with.
struct Begun {
    /// The record's bytes, or undefined.
    record: JsValue,
    role: Role,
    /// Whether something may have been kept that can't be read now.
    missing: bool,
    /// Texts that an earlier version of the page has kept.
    earlier: Option<String>,
    /// Why the record can't be read.
    error: Option<RecordError>,
    /// What was kept of the map.
    map: Option<MapState>,
}

thread_local! {
    static BEGUN: RefCell<Option<Begun>> = const { RefCell::new(None) };
    /// The keeper of this page, for when the program stops.
    static KEEPER: RefCell<Option<Rc<Keeper>>> = const { RefCell::new(None) };
}

/// Waits for what is kept, which `www/keep.js` has been reading since before the program came.
pub async fn begin() {
    let found = match begun().await {
        Ok(found) => found.unchecked_into(),
        // There is no `keep.js`.
        Err(_) => Array::of4(
            &JsValue::UNDEFINED,
            &JsValue::UNDEFINED,
            &JsValue::UNDEFINED,
            &sentence(&JsValue::UNDEFINED).as_ref().into(),
        ),
    };
    let role = match (found.get(3).as_string(), found.get(1).is_truthy()) {
        (Some(why), _) => Role::Nobody(why.into()),
        (None, true) => Role::Ours,
        (None, false) => Role::Theirs,
    };
    BEGUN.set(Some(Begun {
        record: found.get(0),
        role,
        missing: found.get(4).is_truthy(),
        earlier: found.get(2).as_string(),
        error: None,
        map: None,
    }));
}

fn sentence(why: &JsValue) -> Rc<str> {
    let why = why.as_string();
    // Without `keep.js` there is nobody to say it.
    let usual = "A part of this page is missing, so texts are not kept on this device. Reload the page; until then save them as a file.";
    why.as_deref().unwrap_or(usual).into()
}

/// A workspace as it was kept.
struct Workspace {
    document: Document,
    sample: Option<usize>,
    sources: Sources,
    map: MapState,
}

impl Workspace {
    /// What stands in a record, in a document that follows from `before`.
    fn of(bytes: &JsValue, before: Option<&Document>) -> Result<Workspace, RecordError> {
        let record = Record::parse(&Uint8Array::new(bytes).to_vec())?;
        let known = samples();
        let named = known.iter().position(|it| it.name == record.sample);
        // A set may have gone with a version of the page.
        let sample = named.or_else(|| (!record.sample.is_empty()).then_some(OPENING));
        let text = match sample.and_then(|at| known.get(at)) {
            Some(sample) => &sample.text,
            None => &record.text,
        };
        let document = match before {
            Some(before) => {
                let mut document = before.clone();
                document.replace_text(text);
                document
            }
            None => Document::new(text),
        };
        let lines = document.lines();
        let mut sources = Sources::new();
        for run in record.sources {
            let rows = run.lines().take(lines.len());
            for (line, row) in rows {
                if let Some(line) = lines.get(line as usize) {
                    sources.insert(line.id, (run.table, row));
                }
            }
        }
        Ok(Workspace {
            map: MapState::of_kept(&record.view, &document),
            document,
            sample,
            sources,
        })
    }
}

/// The state to open with: what was kept, or the first sample set.
pub fn opening() -> State {
    let settings = storage::settings();
    BEGUN.with_borrow_mut(|begun| {
        if let Some(begun) = begun {
            if !begun.record.is_undefined() {
                match Workspace::of(&begun.record, None) {
                    Ok(workspace) => {
                        begun.map = Some(workspace.map);
                        return State {
                            sources: Rc::new(workspace.sources),
                            ..State::of(workspace.document, workspace.sample, settings)
                        };
                    }
                    Err(error) => begun.error = Some(error),
                }
            }
            if let Some(text) = &begun.earlier {
                return State::of(Document::new(text), None, settings);
            }
        }
        match samples().get(OPENING) {
            Some(sample) => State::of(Document::new(&sample.text), Some(OPENING), settings),
            None => State::of(Document::default(), None, settings),
        }
    })
}

/// The map to open with, after [`opening`].
pub fn opening_map() -> MapState {
    let map = BEGUN.with_borrow_mut(|begun| begun.as_mut()?.map.take());
    map.unwrap_or_default()
}

/// What is kept of a workspace: the bytes, their checksum, and the tables that its texts came from.
fn written(
    document: &Document,
    sample: Option<usize>,
    sources: &Sources,
    map: &MapState,
) -> (Vec<u8>, u64, Vec<u32>) {
    let sample = sample.and_then(|at| samples().get(at).cloned());
    let rows = document.lines().iter();
    let rows = rows.map(|line| sources.get(&line.id).copied());
    let record = Record {
        text: match &sample {
            Some(_) => String::new(),
            None => document.to_text(),
        },
        sample: sample.map(|sample| sample.name).unwrap_or_default(),
        sources: Run::all(rows),
        view: map.to_kept(document),
    };
    let (bytes, sum) = record.to_bytes();
    let tables = distinct(record.sources.iter().map(|run| run.table));
    (bytes, sum, tables)
}

fn distinct(numbers: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut all = Vec::new();
    for number in numbers {
        if !all.contains(&number) {
            all.push(number);
        }
    }
    all
}

/// Gives the importer the columns that were kept of the tables that texts are from. Whether all
/// were there.
pub async fn lend(importer: &Importer, sources: &[Option<(u32, u32)>]) -> bool {
    let mut all = true;
    for number in distinct(sources.iter().flatten().map(|source| source.0)) {
        if importer.packed(number).is_none() {
            let kept = table(number).await.ok();
            match kept.and_then(|bytes| bytes.dyn_into::<Blob>().ok()) {
                Some(bytes) => importer.unpack(number, bytes),
                None => all = false,
            }
        }
    }
    all
}

/// Writes the workspace when the program has stopped, which nothing can be told any more.
pub fn keep_at_the_end() {
    let keeper = KEEPER.try_with(|keeper| keeper.try_borrow().ok()?.clone());
    if let Some(keeper) = keeper.ok().flatten() {
        keeper.keep(true);
    }
}

/// What keeps the workspace of this page.
pub struct Keeper {
    latest: Rc<RefCell<Saving>>,
    role: RefCell<Role>,
    /// The checksum of what is kept.
    kept: Cell<u64>,
    /// The tables that are kept.
    tables: RefCell<Vec<u32>>,
    /// Whether a change waits to be kept.
    waiting: Cell<bool>,
    /// How long it waits, in milliseconds.
    pause: Cell<u32>,
    /// Whether it was said that nobody keeps the texts.
    told: Cell<bool>,
}

impl Keeper {
    /// One for the workspace that `latest` holds, which is that with which the page opened.
    pub fn new(latest: Rc<RefCell<Saving>>) -> Rc<Keeper> {
        let keeper = Rc::new(Keeper {
            latest,
            role: RefCell::new(Role::Ours),
            kept: Cell::new(0),
            tables: RefCell::default(),
            waiting: Cell::new(false),
            pause: Cell::new(PAUSE),
            told: Cell::new(false),
        });
        KEEPER.set(Some(keeper.clone()));
        keeper
    }

    /// Begins to keep what changes from now on. A page on which nothing changes keeps nothing.
    pub fn start(self: &Rc<Self>) {
        let Some(begun) = BEGUN.take() else {
            return;
        };
        let ear = self.clone();
        let ear = Closure::<dyn Fn(String) -> JsValue>::new(move |what: String| ear.hear(&what));
        // Without `keep.js` the role says so.
        _ = listen(ear.into_js_value().unchecked_ref());
        let (_, sum, tables) = self.written();
        self.role.replace(begun.role.clone());
        match begun.earlier {
            Some(_) => self.changed(),
            None => self.kept.set(sum),
        }
        match begun.role {
            Role::Ours if begun.record.is_undefined() => {}
            Role::Ours => {
                self.tables.replace(tables.clone());
                let numbers: Array = tables.iter().map(|&number| JsValue::from(number)).collect();
                // What can't be cleared away now is at the next visit.
                spawn_local(async move { drop(prune(numbers).await) });
            }
            Role::Theirs => self.tell_of_others(),
            Role::Nobody(why) if begun.missing => self.tell(why, None),
            // That is said once there is something to keep.
            Role::Nobody(_) => {}
        }
        if let Some(error) = begun.error {
            self.put_aside(begun.record, error);
        }
    }

    /// The workspace may have changed.
    pub fn changed(self: &Rc<Self>) {
        if !self.waiting.replace(true) {
            let keeper = self.clone();
            let keep = move || {
                keeper.waiting.set(false);
                keeper.keep(false);
            };
            Timeout::new(self.pause.get(), keep).forget();
        }
    }

    /// Has this page keep the workspace, which went wrong or is another page's affair.
    pub fn insist(self: &Rc<Self>) {
        if *self.role.borrow() != Role::Theirs {
            self.keep(false);
            return;
        }
        let keeper = self.clone();
        spawn_local(async move {
            match take().await {
                Ok(record) => {
                    let over_own = keeper.is_changed();
                    keeper.become_ours();
                    keeper.show(record, over_own);
                    keeper.changed();
                }
                Err(why) => keeper.tell(sentence(&why), Some(Remedy::TakeOver)),
            }
        });
    }

    fn written(&self) -> (Vec<u8>, u64, Vec<u32>) {
        let Saving { store, map, .. } = &*self.latest.borrow();
        written(&store.document, store.sample, &store.sources, map)
    }

    fn is_changed(&self) -> bool {
        self.written().1 != self.kept.get()
    }

    /// Keeps the workspace if it has changed. What it returns is there to be waited for.
    fn keep(self: &Rc<Self>, leaving: bool) -> JsValue {
        // When the program stops it may be borrowed.
        let saving = self.latest.try_borrow().ok().map(|saving| saving.clone());
        let Some(saving) = saving.filter(|saving| !saving.store.settings.keep_nothing) else {
            return JsValue::UNDEFINED;
        };
        let started = timing::now();
        let (bytes, sum, tables) = self.written();
        if sum == self.kept.get() {
            return JsValue::UNDEFINED;
        }
        match self.role.borrow().clone() {
            Role::Ours => {}
            Role::Theirs => return JsValue::UNDEFINED,
            Role::Nobody(why) => {
                if !self.told.replace(true) {
                    self.tell(why, None);
                }
                return JsValue::UNDEFINED;
            }
        }
        let mut fresh = tables;
        fresh.retain(|number| !self.tables.borrow().contains(number));
        let with_bytes = |&number: &u32| {
            let bytes = saving.importer.packed(number)?;
            Some(JsValue::from(Array::of2(&number.into(), &bytes)))
        };
        let added: Array = fresh.iter().filter_map(with_bytes).collect();
        self.kept.set(sum);
        let promise = match save(Uint8Array::from(bytes.as_slice()), added, leaving) {
            Ok(promise) => promise,
            Err(why) => Promise::reject(&why),
        };
        // A large document takes its time, and leaves others some.
        let took = (timing::now() - started) as u32;
        self.pause.set(PAUSE.max(took.saturating_mul(10)));
        let (keeper, done) = (self.clone(), JsFuture::from(promise.clone()));
        spawn_local(async move {
            match done.await {
                Ok(kept) if kept.is_truthy() => {
                    keeper.tables.borrow_mut().extend(fresh);
                    keeper.say(None);
                }
                Ok(_) => keeper.hand_over(),
                Err(why) => {
                    // So that the next change tries again.
                    keeper.kept.set(0);
                    keeper.tell(sentence(&why), Some(Remedy::Keep));
                }
            }
        });
        promise.into()
    }

    fn hear(self: &Rc<Self>, what: &str) -> JsValue {
        match what {
            "leave" => return self.keep(true),
            "flush" => return self.keep(false),
            "lost" => self.hand_over(),
            // The other page was closed, or has kept something.
            _ if self.is_changed() => {}
            _ => {
                if what == "free" {
                    self.become_ours();
                }
                let keeper = self.clone();
                spawn_local(async move {
                    if let Ok(record) = read().await {
                        keeper.show(record, false);
                    }
                });
            }
        }
        JsValue::UNDEFINED
    }

    /// Shows what another page has kept.
    fn show(&self, record: JsValue, over_own: bool) {
        if record.is_undefined() {
            return;
        }
        let saving = self.latest.borrow().clone();
        let before = &saving.store.document;
        match Workspace::of(&record, Some(before)) {
            Ok(workspace) => {
                let Workspace {
                    document,
                    sample,
                    sources,
                    map,
                } = workspace;
                let (_, sum, tables) = written(&document, sample, &sources, &map);
                self.kept.set(sum);
                self.tables.replace(tables);
                let over_own = over_own && document.revision() != before.revision();
                saving.store.dispatch(Action::Restore(Restored {
                    document,
                    sample,
                    sources,
                    over_own,
                }));
                saving.map.dispatch(MapAction::Kept(Box::new(map)));
            }
            Err(error) => self.put_aside(record, error),
        }
    }

    /// Keeps a record that can't be read where nothing overwrites it, and says so.
    fn put_aside(&self, record: JsValue, error: RecordError) {
        let then = match error {
            RecordError::Damaged => "",
            RecordError::Newer => "Close all tabs of this page and open it again to get that. ",
        };
        let text = format!(
            "What was kept on this device can’t be read: {error}. {then}It was put aside, and can be had as a file: see “What is kept” in the menu."
        );
        self.tell(text.into(), None);
        if *self.role.borrow() == Role::Ours {
            // If that fails, so does keeping anything else.
            spawn_local(async move { drop(aside(&record).await) });
        }
    }

    fn become_ours(&self) {
        self.role.replace(Role::Ours);
        self.say(None);
    }

    fn hand_over(&self) {
        self.role.replace(Role::Theirs);
        self.tell_of_others();
    }

    fn tell_of_others(&self) {
        let text =
            "Another tab has this page open and keeps its texts. What you change here is not kept.";
        self.tell(text.into(), Some(Remedy::TakeOver));
    }

    fn tell(&self, text: Rc<str>, remedy: Option<Remedy>) {
        self.say(Some(Message { text, remedy }));
    }

    fn say(&self, message: Option<Message>) {
        let store = &self.latest.borrow().store;
        if store.unkept != message {
            store.dispatch(Action::Unkept(message));
        }
    }
}
