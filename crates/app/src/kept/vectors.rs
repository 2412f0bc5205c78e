//! Keeps the vectors of texts beside the record, so that none is embedded again after a reload.
//!
//! They lie in files of up to some thousand texts each, which the worker that has the vectors
//! writes and reads; what is here is which vectors are in which file. A file is replaced when it is
//! small, or when most of all that is kept is not needed any more.

use super::keeper::sentence;
use crate::state::Shared;
use crate::state::results::Results;
use js_sys::{Array, Promise};
use semblance_client::{Client, Embedded, VectorId};
use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::Blob;

/// Documents of fewer texts are embedded as quickly as their vectors would be read.
const FEWEST: usize = 100;
/// Texts whose vectors are kept at most: 154 MB.
const MOST: usize = 100_000;
/// Texts to a file, at most: 6 MB.
const FILE: usize = 4_096;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = semblanceKeep, js_name = vectors, catch)]
    async fn kept_vectors() -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = semblanceKeep, catch)]
    fn save_vectors(files: &Array, kept: &Array) -> Result<Promise, JsValue>;
}

/// A file that is kept.
#[derive(Debug)]
struct File {
    key: String,
    /// Texts in it.
    texts: usize,
    /// The vectors in it that texts had.
    vectors: HashSet<VectorId>,
}

/// Which vectors are kept.
#[derive(Default)]
pub struct Shelf {
    /// The engine that the vectors are of.
    client: RefCell<Option<Client>>,
    files: RefCell<Vec<File>>,
    /// Whether something is being written.
    busy: Cell<bool>,
    /// There was no room: it is not tried again.
    full: Cell<bool>,
}

impl Shelf {
    /// Has the engine take in what is kept of these texts, if it is a new one.
    pub async fn recall(&self, client: Client, texts: &[Rc<str>]) {
        if self.client.borrow().as_ref() == Some(&client) {
            return;
        }
        self.client.replace(Some(client.clone()));
        self.files.take();
        if texts.len() < FEWEST {
            return;
        }
        // What can't be read is embedded again.
        let Ok(kept) = kept_vectors().await else {
            return;
        };
        let kept: Array = kept.unchecked_into();
        let keys: Array = kept.get(0).unchecked_into();
        let files: Blob = kept.get(1).unchecked_into();
        if keys.length() == 0 {
            return;
        }
        let Ok(recalled) = client.recall(texts, files).await else {
            return;
        };
        let texts = recalled.texts.into_iter();
        let mut files: Vec<File> = (keys.iter().zip(texts))
            .map(|(key, texts)| File {
                key: key.as_string().unwrap_or_default(),
                texts: texts as usize,
                vectors: HashSet::new(),
            })
            .collect();
        for (vector, file) in recalled.found {
            if let Some(file) = files.get_mut(file as usize) {
                file.vectors.insert(vector);
            }
        }
        self.files.replace(files);
    }

    /// Forgets what it knows: nothing is kept any more.
    pub fn clear(&self) {
        self.files.take();
    }

    /// Keeps the vectors of these texts, and no others.
    ///
    /// # Errors
    /// A sentence.
    pub async fn keep(&self, client: Client, results: Shared<Results>) -> Result<(), Rc<str>> {
        // Vectors of another engine are not in those files.
        let ours = self.client.borrow().as_ref() == Some(&client);
        if !ours || self.full.get() || self.busy.get() {
            return Ok(());
        }
        let used = used(&results);
        let complete = results.texts.len() == results.total;
        let Some(plan) = plan(&self.files.borrow(), &used, complete) else {
            return Ok(());
        };
        self.busy.set(true);
        let done = self.carry_out(client, used, plan).await;
        self.busy.set(false);
        if done.is_err() {
            self.full.set(true);
        }
        done
    }

    async fn carry_out(&self, client: Client, used: Used, plan: Plan) -> Result<(), Rc<str>> {
        let fresh: Used = (used.into_iter())
            .filter(|(_, it)| plan.fresh.contains(&it.vector))
            .collect();
        let files = Array::new();
        for texts in fresh.chunks(FILE) {
            // Texts that were just replaced: there is soon something else to keep.
            let Ok(file) = client.pack(texts).await else {
                return Ok(());
            };
            files.push(&file);
        }
        let kept: Array = plan.kept.iter().map(JsValue::from).collect();
        let promise = save_vectors(&files, &kept).map_err(|why| sentence(&why))?;
        let keys = JsFuture::from(promise).await;
        let keys: Array = keys.map_err(|why| sentence(&why))?.unchecked_into();
        if keys.length() != files.length() {
            self.files.take();
            self.full.set(true);
            return Ok(());
        }
        let mut files = self.files.borrow_mut();
        files.retain(|file| plan.kept.contains(&file.key));
        for (key, texts) in keys.iter().zip(fresh.chunks(FILE)) {
            files.push(File {
                key: key.as_string().unwrap_or_default(),
                texts: texts.len(),
                vectors: texts.iter().map(|(_, it)| it.vector).collect(),
            });
        }
        Ok(())
    }
}

type Used = Vec<(Rc<str>, Embedded)>;

/// The texts whose vectors are to be kept, each once.
fn used(results: &Results) -> Used {
    if results.total < FEWEST {
        return Vec::new();
    }
    let mut seen = HashSet::new();
    let texts = results.texts.iter().map(|text| text.text.clone());
    (texts.zip(results.embedded.iter().copied()))
        .filter(|(_, it)| seen.insert(it.vector))
        .take(MOST)
        .collect()
}

/// What is to be done.
#[derive(Debug, PartialEq)]
struct Plan {
    /// Files that stay.
    kept: Vec<String>,
    /// Vectors that go into new ones.
    fresh: HashSet<VectorId>,
}

/// What has to be done so that these vectors are kept; nothing if they are. As long as others may
/// be needed, too, nothing goes.
fn plan(files: &[File], used: &[(Rc<str>, Embedded)], complete: bool) -> Option<Plan> {
    let wanted: HashSet<VectorId> = used.iter().map(|(_, it)| it.vector).collect();
    let live = |file: &File| file.vectors.intersection(&wanted).count();
    let all: usize = files.iter().map(|file| file.texts).sum();
    let needed: usize = files.iter().map(live).sum();
    let wasteful = complete && all > 2 * needed;
    let mut fresh = wanted.clone();
    if !wasteful {
        for file in files {
            fresh.retain(|vector| !file.vectors.contains(vector));
        }
        if fresh.is_empty() && (!complete || files.iter().all(|file| file.texts > 0)) {
            return None;
        }
    } else if wanted.is_empty() && files.is_empty() {
        return None;
    }
    let mut kept = Vec::new();
    for file in files.iter().filter(|file| file.texts > 0 && !wasteful) {
        // A small file makes one with what is new.
        if complete && file.texts < FILE / 2 {
            fresh.extend(file.vectors.intersection(&wanted));
        } else {
            kept.push(file.key.clone());
        }
    }
    Some(Plan { kept, fresh })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(key: &str, texts: usize, vectors: std::ops::Range<u32>) -> File {
        File {
            key: key.to_owned(),
            texts,
            vectors: vectors.collect(),
        }
    }

    fn texts(vectors: std::ops::Range<u32>) -> Used {
        let embedded = |vector| Embedded {
            vector,
            tokens: 3,
            truncated: false,
            unknown: 0,
        };
        vectors.map(|it| ("".into(), embedded(it))).collect()
    }

    fn planned(kept: &[&str], fresh: std::ops::Range<u32>) -> Option<Plan> {
        Some(Plan {
            kept: kept.iter().map(ToString::to_string).collect(),
            fresh: fresh.collect(),
        })
    }

    #[test]
    fn what_is_kept_is_not_kept_again() {
        assert_eq!(plan(&[], &texts(0..0), true), None);
        assert_eq!(plan(&[], &texts(0..9), true), planned(&[], 0..9));
        assert_eq!(plan(&[file("a", 9, 0..9)], &texts(0..9), true), None);
        assert_eq!(plan(&[file("a", 9, 0..9)], &texts(0..5), true), None);
    }

    #[test]
    fn small_files_grow_and_large_ones_stay() {
        let files = [file("a", FILE, 0..FILE as u32), file("b", 9, 5000..5009)];
        let mut used = texts(0..FILE as u32);
        used.extend(texts(5001..5020));
        assert_eq!(plan(&files, &used, true), planned(&["a"], 5001..5020));
    }

    #[test]
    fn nothing_goes_before_all_texts_are_there() {
        let files = [file("a", FILE, 0..FILE as u32), file("b", 9, 5000..5009)];
        assert_eq!(plan(&files, &texts(0..9), false), None);
        assert_eq!(
            plan(&files, &texts(6000..6009), false),
            planned(&["a", "b"], 6000..6009)
        );
    }

    #[test]
    fn what_no_text_needs_goes() {
        let files = [file("a", FILE, 0..FILE as u32), file("b", 9, 5000..5009)];
        assert_eq!(plan(&files, &texts(0..0), true), planned(&[], 0..0));
        assert_eq!(
            plan(&files, &texts(5000..5009), true),
            planned(&[], 5000..5009)
        );
        // Of another model, or damaged.
        let of_others = [file("a", 0, 0..0)];
        assert_eq!(plan(&of_others, &texts(0..0), true), planned(&[], 0..0));
    }
}
