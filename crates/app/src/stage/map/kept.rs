//! What is kept of the map and of groups: over a reload lines are no more than their positions.

use super::bookmarks::Bookmark;
use super::choice::{ColorBy, Layout};
use super::store::{Found, Groups, MapState, Source};
use crate::inspector::drafts::Drafts;
use crate::state::Shared;
use crate::state::results::Results;
use semblance_client::{Assignment, Cluster, Clusters};
use semblance_workspace::{Document, LineId, Text};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::rc::Rc;

/// What is kept, with lines by their positions. Whoever changes it, or a type in it, raises the
/// version in `workspace/src/record.rs` and goes on reading the form before; a test holds to that.
#[derive(Serialize, Deserialize)]
struct View {
    layout: Layout,
    color: ColorBy,
    size: ColorBy,
    lines: bool,
    hidden: Vec<u64>,
    source: Source,
    none_below: f32,
    names: Vec<(Source, u64, String)>,
    drafts: Vec<(String, String)>,
    groups: Option<(Vec<u64>, Vec<String>, Vec<Assignment>)>,
    clusters: Option<(Vec<u64>, Vec<Cluster>, Vec<u32>)>,
    bookmarks: Vec<Bookmark>,
}

/// The place of a line that is no more.
const GONE: u64 = u64::MAX;

impl MapState {
    /// What is to be kept, as bytes.
    pub fn to_kept(&self, document: &Document) -> Vec<u8> {
        let named = !self.hidden.is_empty()
            || !self.renamed.is_empty()
            || !self.bookmarks.is_empty()
            || self.groups.is_some()
            || self.clusters.is_some();
        let lines = document.lines().iter().filter(|_| named);
        let places: HashMap<LineId, u32> = lines.map(|line| line.id).zip(0..).collect();
        let place = |line: LineId| places.get(&line).map_or(GONE, |&at| u64::from(at));
        let places = |results: &Results| results.texts.iter().map(|it| place(it.line)).collect();
        let names = self.renamed.iter().map(|(&(source, key), name)| {
            let key = match source {
                Source::Lines => place(LineId(key)),
                _ => key,
            };
            (source, key, name.to_string())
        });
        let drafts = self.drafts.all.iter();
        let view = View {
            layout: (*self.layout).clone(),
            color: self.color,
            size: self.size,
            lines: self.lines,
            hidden: self.hidden.iter().map(|&line| place(line)).collect(),
            source: self.source,
            none_below: self.none_below,
            names: names.collect(),
            drafts: drafts
                .map(|draft| (draft.name.clone(), draft.examples.clone()))
                .collect(),
            groups: self.groups.as_ref().map(|Found { results, value }| {
                let Groups { names, assignments } = &**value;
                (places(results), names.clone(), assignments.clone())
            }),
            clusters: self.clusters.as_ref().map(|Found { results, value }| {
                let (clusters, assignments) = (&value.clusters, &value.assignments);
                (places(results), clusters.clone(), assignments.clone())
            }),
            bookmarks: (self.bookmarks.iter())
                .map(|view| view.renamed(|line| Some(place(LineId(line)))))
                .collect(),
        };
        // It can't fail, writing into memory.
        postcard::to_allocvec(&view).unwrap_or_default()
    }

    /// What was kept of the map of this document; as at first, if that can't be read.
    pub fn of_kept(bytes: &[u8], document: &Document) -> MapState {
        let Ok(view) = postcard::from_bytes::<View>(bytes) else {
            return MapState::default();
        };
        let lines = document.lines();
        let line = |at: u64| Some(lines.get(usize::try_from(at).ok()?)?.id);
        let texts = document.texts();
        let found = |places: Vec<u64>| {
            let by_line: HashMap<LineId, u32> =
                texts.iter().map(|text| text.line).zip(0..).collect();
            let text = |at| {
                let text = by_line.get(&line(at)?)?;
                texts.get(*text as usize).cloned()
            };
            // A text that is no more keeps its place, so that the others have theirs.
            let gone = || Text {
                line: LineId(GONE),
                text: "".into(),
                group: 0,
            };
            let texts: Vec<Text> = (places.into_iter())
                .map(|at| text(at).unwrap_or_else(gone))
                .collect();
            let total = texts.len();
            Shared(Rc::new(Results::new(texts, Vec::new(), total)))
        };
        let names = view.names.into_iter().filter_map(|(source, key, name)| {
            let key = match source {
                Source::Lines => line(key)?.0,
                _ => key,
            };
            Some(((source, key), name.into()))
        });
        MapState {
            layout: Rc::new(view.layout),
            color: view.color,
            size: view.size,
            lines: view.lines,
            hidden: Rc::new(view.hidden.into_iter().filter_map(line).collect()),
            source: view.source,
            none_below: view.none_below,
            renamed: Rc::new(names.collect()),
            drafts: Rc::new(Drafts::of(view.drafts)),
            groups: view.groups.map(|(places, names, assignments)| Found {
                results: found(places),
                value: Rc::new(Groups { names, assignments }),
            }),
            clusters: view.clusters.map(|(places, clusters, assignments)| Found {
                results: found(places),
                value: Rc::new(Clusters {
                    clusters,
                    assignments,
                }),
            }),
            bookmarks: Rc::new(
                (view.bookmarks.iter())
                    .map(|view| view.renamed(|at| line(at).map(|line| line.0)))
                    .collect(),
            ),
            ..MapState::default()
        }
    }
}
