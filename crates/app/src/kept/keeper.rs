//! What keeps the workspace: a part, which is fetched once the page is there, or before that if
//! something was kept. What is written is a [`Record`].

use super::vectors::Shelf;
use crate::session::keep::{Keep, Latest, Whether, Workspace};
use crate::session::samples::{opening, samples};
use crate::session::save::Saving;
use crate::session::timing;
use crate::stage::map::{MapAction, MapState};
use crate::state::{Action, Message, Remedy, Restored, Sources};
use gloo::timers::callback::Timeout;
use js_sys::{Array, Function, Promise, Uint8Array};
use semblance_client::{Client, Importer};
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

/// How long what was computed waits to be kept, in milliseconds: it can be had again.
const LONG_PAUSE: u32 = 2_000;

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

pub fn sentence(why: &JsValue) -> Rc<str> {
    why.as_string().unwrap_or_default().into()
}

impl Workspace {
    /// What stands in a record, in a document that follows from `before`.
    fn of(bytes: &JsValue, before: Option<&Document>) -> Result<Workspace, RecordError> {
        let record = Record::parse(&Uint8Array::new(bytes).to_vec())?;
        let known = samples();
        let named = known.iter().position(|it| it.name == record.sample);
        // A set may have gone with a version of the page.
        let sample = named.or_else(|| (!record.sample.is_empty()).then(opening));
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

/// What is kept of a workspace: the bytes, their checksum, and the tables that its texts came from.
fn written(
    document: &Document,
    sample: Option<usize>,
    sources: &Sources,
    map: &MapState,
) -> (Vec<u8>, u64, Vec<u32>) {
    let sample = sample.and_then(|at| samples().get(at).cloned());
    let sample = sample.map(|sample| sample.name).unwrap_or_default();
    let lines = document.lines();
    let rows = lines.iter().map(|line| sources.get(&line.id).copied());
    let runs = Run::all(rows.filter(|_| !sources.is_empty()));
    let (bytes, sum) = Record::write(&sample, lines, &runs, &map.to_kept(document));
    (bytes, sum, distinct(runs.iter().map(|run| run.table)))
}

fn written_of(Saving { store, map, .. }: &Saving) -> (Vec<u8>, u64, Vec<u32>) {
    written(&store.document, store.sample, &store.sources, map)
}

/// A record of the workspace whose lines are in it, be they those of a sample set or not, and the
/// tables that they came from.
pub fn record(Saving { store, map, .. }: &Saving) -> (Vec<u8>, Vec<u32>) {
    let (bytes, _, tables) = written(&store.document, None, &store.sources, map);
    (bytes, tables)
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

async fn lend(importer: &Importer, numbers: Vec<u32>) -> bool {
    let mut all = true;
    for number in numbers {
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

/// What keeps the workspace of this page.
pub struct Keeper {
    /// What `keep.js` has found, until it is made use of.
    begun: RefCell<Array>,
    /// Why the record that it has found can't be read.
    error: Cell<Option<RecordError>>,
    latest: RefCell<Option<Latest>>,
    role: RefCell<Role>,
    /// The checksum of what is kept.
    kept: Cell<u64>,
    /// The tables that are kept.
    tables: RefCell<Vec<u32>>,
    /// Whether a change waits to be kept.
    waiting: Cell<bool>,
    /// How long it waits, in milliseconds.
    pause: Cell<u32>,
    /// Whether it was said, since something changed, that this page does not keep it.
    told: Cell<bool>,
    /// The vectors that are kept.
    shelf: Shelf,
    /// Whether vectors wait to be kept.
    computed: Cell<bool>,
}

impl Keep for Keeper {
    fn opening(&self) -> Option<Workspace> {
        let begun = self.begun.borrow();
        let record = begun.get(0);
        // An earlier version of the page kept no more than texts.
        if let Some(text) = record.as_string() {
            return Some(Workspace {
                document: Document::new(&text),
                sample: None,
                sources: Sources::new(),
                map: MapState::default(),
            });
        }
        match Workspace::of(&record, None) {
            Ok(workspace) => Some(workspace),
            Err(error) => {
                self.error.set(Some(error));
                None
            }
        }
    }

    fn start(self: Rc<Self>, latest: Latest, first: Workspace) {
        self.latest.replace(Some(latest));
        let begun = self.begun.take();
        let record = begun.get(0);
        let ear = self.clone();
        let ear = Closure::<dyn FnMut(JsValue)>::new(move |what: JsValue| {
            ear.hear(&what.as_string().unwrap_or_default());
        });
        // Without `keep.js` the role says so.
        _ = listen(ear.into_js_value().unchecked_ref());
        let Workspace {
            document,
            sample,
            sources,
            map,
        } = &first;
        let (_, sum, tables) = written(document, *sample, sources, map);
        // What an earlier version has kept is not kept as a record yet.
        if !record.is_string() {
            self.kept.set(sum);
        }
        let role = self.role.borrow().clone();
        match role {
            Role::Ours if record.is_object() && self.error.get().is_none() => {
                let numbers: Array = tables.iter().map(|&number| JsValue::from(number)).collect();
                self.tables.replace(tables);
                // What can't be cleared away now is at the next visit.
                spawn_local(async move { drop(prune(numbers).await) });
            }
            Role::Theirs if record.is_truthy() => self.tell_of_others(),
            Role::Nobody(why) if begun.get(3).is_truthy() => self.tell(why, None),
            // That this page does not keep it is said once there is something to keep.
            _ => {}
        }
        if let Some(error) = self.error.take() {
            self.put_aside(record, error);
        }
        // Something may have changed before this code was there.
        self.clone().changed();
        self.computed();
    }

    fn changed(self: Rc<Self>) {
        if !self.waiting.replace(true) {
            let keeper = self.clone();
            let keep = move || {
                keeper.waiting.set(false);
                keeper.keep(false);
            };
            Timeout::new(self.pause.get(), keep).forget();
        }
    }

    fn recall(self: Rc<Self>, client: Client, texts: Vec<Rc<str>>) -> Whether {
        Box::pin(async move {
            self.shelf.recall(client, &texts).await;
            true
        })
    }

    fn computed(self: Rc<Self>) {
        if !self.computed.replace(true) {
            let keep = move || spawn_local(async move { self.keep_vectors().await });
            Timeout::new(LONG_PAUSE, keep).forget();
        }
    }

    fn insist(self: Rc<Self>) {
        if *self.role.borrow() != Role::Theirs {
            self.keep(false);
            return;
        }
        spawn_local(async move {
            match take().await {
                Ok(record) => {
                    let over_own = self.is_changed();
                    self.become_ours();
                    self.show_or_put_aside(record, over_own);
                    self.changed();
                }
                Err(why) => self.tell(sentence(&why), Some(Remedy::TakeOver)),
            }
        });
    }

    fn keep_at_the_end(self: Rc<Self>) {
        self.keep(true);
    }

    fn lend(&self, importer: Rc<Importer>, sources: Vec<Option<(u32, u32)>>) -> Whether {
        let numbers = distinct(sources.iter().flatten().map(|source| source.0));
        Box::pin(async move { lend(&importer, numbers).await })
    }

    fn forgotten(&self) {
        self.tables.take();
        self.shelf.clear();
        if let Some(saving) = self.saving() {
            self.kept.set(written_of(&saving).1);
        }
    }

    fn keep_again(self: Rc<Self>) {
        self.kept.set(0);
        self.clone().changed();
        self.computed();
    }

    fn bring_back(self: Rc<Self>, record: &JsValue) -> bool {
        let readable = self.show(record, true).is_ok();
        if readable {
            self.keep_again();
        }
        readable
    }
}

impl Keeper {
    /// One that begins with what `keep.js` has found.
    pub fn new(begun: JsValue) -> Rc<Keeper> {
        let begun: Array = match begun.is_truthy() {
            true => begun.unchecked_into(),
            // Without `keep.js` there is nobody to say it.
            false => Array::of3(
                &JsValue::UNDEFINED,
                &JsValue::FALSE,
                &"A part of this page is missing, so nothing is kept on this device. Reload the page; until then save your texts as a file.".into(),
            ),
        };
        let role = match begun.get(2).as_string() {
            Some(why) => Role::Nobody(why.into()),
            None if begun.get(1).is_truthy() => Role::Ours,
            None => Role::Theirs,
        };
        Rc::new(Keeper {
            begun: RefCell::new(begun),
            error: Cell::default(),
            latest: RefCell::default(),
            role: RefCell::new(role),
            kept: Cell::new(0),
            tables: RefCell::default(),
            waiting: Cell::new(false),
            pause: Cell::new(PAUSE),
            told: Cell::new(false),
            shelf: Shelf::default(),
            computed: Cell::new(false),
        })
    }

    /// The workspace as it is now.
    fn saving(&self) -> Option<Saving> {
        // When the program stops it may be borrowed.
        let latest = self.latest.try_borrow().ok()?.clone()?;
        let saving = latest.try_borrow().ok()?;
        Some(saving.clone())
    }

    fn is_changed(&self) -> bool {
        let saving = self.saving();
        saving.is_some_and(|saving| written_of(&saving).1 != self.kept.get())
    }

    /// Keeps the workspace if it has changed.
    fn keep(self: &Rc<Self>, leaving: bool) {
        let saving = self.saving();
        let Some(saving) = saving.filter(|saving| !saving.store.settings.keep_nothing) else {
            return;
        };
        let started = timing::now();
        let (bytes, sum, tables) = written_of(&saving);
        if sum == self.kept.get() {
            return;
        }
        match self.role.borrow().clone() {
            Role::Ours => {}
            Role::Theirs => {
                if !self.told.replace(true) {
                    self.tell_of_others();
                }
                return;
            }
            Role::Nobody(why) => {
                if !self.told.replace(true) {
                    self.tell(why, None);
                }
                return;
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
        let (keeper, done) = (self.clone(), JsFuture::from(promise));
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
    }

    /// Keeps the vectors of the texts that have some.
    async fn keep_vectors(&self) {
        self.computed.set(false);
        let Some(saving) = self.saving() else {
            return;
        };
        let keeps = *self.role.borrow() == Role::Ours && !saving.store.settings.keep_nothing;
        if let Some(client) = saving.driver.client().filter(|_| keeps)
            && let Err(why) = self.shelf.keep(client, saving.store.results.clone()).await
        {
            self.tell(why, None);
        }
    }

    fn hear(self: &Rc<Self>, what: &str) {
        match what {
            "leave" => self.keep(true),
            "flush" => self.keep(false),
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
                        keeper.show_or_put_aside(record, false);
                    }
                });
            }
        }
    }

    fn show_or_put_aside(&self, record: JsValue, over_own: bool) {
        if let Err(error) = self.show(&record, over_own) {
            self.put_aside(record, error);
        }
    }

    /// Shows what is kept, by another page perhaps; that it took the place of changes of one's own
    /// is said.
    fn show(&self, record: &JsValue, over_own: bool) -> Result<(), RecordError> {
        if record.is_undefined() {
            return Ok(());
        }
        let Some(saving) = self.saving() else {
            return Ok(());
        };
        let before = &saving.store.document;
        let Workspace {
            document,
            sample,
            sources,
            map,
        } = Workspace::of(record, Some(before))?;
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
        Ok(())
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
        self.told.set(false);
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
        if let Some(Saving { store, .. }) = self.saving()
            && store.unkept != message
        {
            store.dispatch(Action::Unkept(message));
        }
    }
}
