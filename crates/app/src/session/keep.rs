//! Keeps the workspace on this device: soon after each change, and reads it when the page opens.
//! This is the side of it that is in the page's program; what does it is a part
//! (`kept/keeper.rs`), and `www/keep.js` has the storage. Storage may be forbidden, full or gone at
//! any time; the page works without it.

use crate::kept::keeper;
use crate::session::samples::{self, samples};
use crate::session::save::Saving;
use crate::session::storage;
use crate::stage::map::MapState;
use crate::state::{Action, Message, Remedy, Sources, State};
use semblance_client::{Client, Importer};
use semblance_workspace::Document;
use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

#[wasm_bindgen]
extern "C" {
    /// What there is to begin with; undefined without `keep.js`.
    #[wasm_bindgen(js_name = semblanceKept)]
    async fn begun() -> JsValue;
}

/// The workspace as it is now.
pub type Latest = Rc<RefCell<Saving>>;

/// A workspace as it was kept, or as it is at first.
#[derive(Clone)]
pub struct Workspace {
    pub document: Document,
    pub sample: Option<usize>,
    pub sources: Sources,
    pub map: MapState,
}

/// Whether something is the case, once that is known.
pub type Whether = Pin<Box<dyn Future<Output = bool>>>;

/// What keeps the workspace of this page.
pub trait Keep {
    /// What to open with, if something was kept.
    fn opening(&self) -> Option<Workspace>;
    /// Begins to keep what changes after the first state. A page on which nothing changes keeps
    /// nothing.
    fn start(self: Rc<Self>, latest: Latest, first: Workspace);
    /// The workspace may have changed.
    fn changed(self: Rc<Self>);
    /// Has an engine that is new take in what is kept of these texts.
    fn recall(self: Rc<Self>, client: Client, texts: Vec<Rc<str>>) -> Whether;
    /// Texts may have vectors that are not kept yet.
    fn computed(self: Rc<Self>);
    /// Has this page keep the workspace, which went wrong or is another page's affair.
    fn insist(self: Rc<Self>);
    /// Writes it at once, since the page is about to end.
    fn keep_at_the_end(self: Rc<Self>);
    /// Gives the importer the columns that were kept of the tables that texts are from. Whether all
    /// were there.
    fn lend(&self, importer: Rc<Importer>, sources: Vec<Option<(u32, u32)>>) -> Whether;
    /// What was kept is forgotten; what is open now is kept again once it changes.
    fn forgotten(&self);
    /// Keeps what is open now, after nothing was to be kept.
    fn keep_again(self: Rc<Self>);
    /// Shows a record that was put aside. Whether it can be read.
    fn bring_back(self: Rc<Self>, record: &JsValue) -> bool;
}

#[derive(Default)]
struct Held {
    /// What `keep.js` has found.
    begun: JsValue,
    /// There once its code is.
    keep: Option<Rc<dyn Keep>>,
    /// The map to open with.
    map: MapState,
    /// The workspace, and its first state.
    started: Option<(Latest, Workspace)>,
    loading: bool,
}

thread_local! {
    static HELD: RefCell<Held> = RefCell::default();
}

/// What keeps the workspace, once it is there.
pub fn keep() -> Option<Rc<dyn Keep>> {
    HELD.with_borrow(|held| held.keep.clone())
}

/// Waits for what is kept, which `keep.js` has been reading since before the program came.
pub async fn begin() {
    let begun = begun().await;
    let found: js_sys::Array = begun.clone().unchecked_into();
    let any = begun.is_truthy() && found.get(0).is_truthy();
    HELD.with_borrow_mut(|held| held.begun = begun);
    if any {
        load().await;
    }
}

async fn load() {
    let begun = HELD.with_borrow(|held| held.begun.clone());
    let keep = keeper(begun).await;
    HELD.with_borrow_mut(|held| held.keep = keep);
}

/// The state to open with: what was kept, or the first sample set.
pub fn opening() -> State {
    let settings = storage::settings();
    if let Some(kept) = keep().and_then(|keep| keep.opening()) {
        HELD.with_borrow_mut(|held| held.map = kept.map);
        return State {
            sources: Rc::new(kept.sources),
            ..State::of(kept.document, kept.sample, settings)
        };
    }
    let opening = samples::opening();
    let (text, sample) = match samples().get(opening) {
        Some(sample) => (sample.text.clone(), Some(opening)),
        None => (String::new(), None),
    };
    State::of(Document::new(&text), sample, settings)
}

/// The map to open with, after [`opening`].
pub fn opening_map() -> MapState {
    HELD.with_borrow_mut(|held| std::mem::take(&mut held.map))
}

/// The workspace is as it is at first.
pub fn start(latest: &Latest) {
    // A copy: handles of Yew show what is there now, and something may change before there is
    // anybody to tell.
    let Saving { store, map, .. } = &*latest.borrow();
    let first = Workspace {
        document: store.document.clone(),
        sample: store.sample,
        sources: (*store.sources).clone(),
        map: (**map).clone(),
    };
    HELD.with_borrow_mut(|held| held.started = Some((latest.clone(), first)));
    // At once: without its code, what is typed just before the page is left is lost.
    go_on();
}

/// The workspace as it is now, once the page is there.
pub fn latest() -> Option<Saving> {
    let latest = HELD.with_borrow(|held| Some(held.started.as_ref()?.0.clone()))?;
    let saving = latest.borrow();
    Some(saving.clone())
}

/// The workspace may have changed.
pub fn changed() {
    match keep() {
        Some(keep) => keep.changed(),
        None => go_on(),
    }
}

/// Texts may have new vectors.
pub fn computed() {
    if let Some(keep) = keep() {
        keep.computed();
    }
}

/// Has this page keep the workspace.
pub fn insist() {
    match keep() {
        Some(keep) => keep.insist(),
        None => go_on(),
    }
}

/// Starts to keep, once the code for that is there.
fn go_on() {
    let busy = HELD.with_borrow_mut(|held| std::mem::replace(&mut held.loading, true));
    if busy {
        return;
    }
    spawn_local(async {
        if keep().is_none() {
            load().await;
        }
        let started = HELD.with_borrow_mut(|held| {
            held.loading = false;
            held.started.clone()
        });
        match (keep(), started) {
            (Some(keep), Some((latest, first))) => keep.start(latest, first),
            (None, Some((latest, _))) => {
                let text = "A part of this page could not be loaded, so nothing is kept on this device. Check the connection, and try again.".into();
                let remedy = Some(Remedy::Keep);
                let message = Action::Unkept(Some(Message { text, remedy }));
                latest.borrow().store.dispatch(message);
            }
            _ => {}
        }
    });
}

/// Writes the workspace when the program has stopped, which nothing can be told any more.
pub fn keep_at_the_end() {
    // At that moment it may be borrowed.
    let keep = HELD.try_with(|held| held.try_borrow().ok()?.keep.clone());
    if let Some(keep) = keep.ok().flatten() {
        keep.keep_at_the_end();
    }
}
