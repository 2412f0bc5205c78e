//! What is kept of the map and of groups: over a reload lines are no more than their positions.
//!
//! Whoever changes what is passed here raises the version in `workspace/src/record.rs` and goes on
//! reading the form before; a test holds to that.

use super::bookmarks::Bookmark;
use super::choice::{ColorBy, Kind, Layout, OwnAxis};
use super::store::{Found, Groups, MapState, Source};
use crate::fields::{Choice, Fields, Filter};
use crate::inspector::drafts::Drafts;
use crate::state::Shared;
use crate::state::results::Results;
use semblance_client::{Assignment, Cluster, Clusters, Metric};
use semblance_workspace::{Archive, Document, LineId, Text};
use std::collections::HashMap;
use std::rc::Rc;

/// What is kept, with lines by their positions.
#[derive(Default)]
struct View {
    layout: Layout,
    color: ColorBy,
    size: ColorBy,
    lines: bool,
    hidden: Vec<u64>,
    source: Source,
    none_below: Option<f32>,
    names: Vec<(Source, u64, String)>,
    drafts: Vec<(String, String)>,
    groups: Option<Grouped>,
    /// The texts, the clusters, and the cluster of each text.
    clusters: Option<(Vec<u64>, Vec<Clustered>, Vec<u32>)>,
    bookmarks: Vec<Bookmark>,
    fields: Choice,
}

/// Groups by example: the texts, the names of the groups, the group of each text, and the score
/// that is proposed.
#[derive(Default)]
struct Grouped(Vec<u64>, Vec<String>, Vec<Assigned>, Option<f32>);

/// [`Assignment`] and [`Cluster`], which have no usual values.
#[derive(Default)]
struct Assigned(u32, f32, Option<f32>);
#[derive(Default)]
struct Clustered(Vec<String>, u32, u32, f32);

/// The place of a line that is no more.
const GONE: u64 = u64::MAX;

fn pass(archive: &mut Archive, view: &mut View) {
    pass_layout(archive, &mut view.layout);
    pass_one_of(archive, &mut view.color, &ColorBy::ALL);
    pass_one_of(archive, &mut view.size, &ColorBy::ALL);
    archive.flag(&mut view.lines);
    archive.list(&mut view.hidden, Archive::number);
    pass_one_of(archive, &mut view.source, &SOURCES);
    archive.option(&mut view.none_below, Archive::real);
    archive.list(&mut view.names, |archive, (source, key, name)| {
        pass_one_of(archive, source, &SOURCES);
        archive.number(key);
        archive.text(name);
    });
    archive.list(&mut view.drafts, |archive, (name, examples)| {
        archive.text(name);
        archive.text(examples);
    });
    archive.option(
        &mut view.groups,
        |archive, Grouped(places, names, assigned, proposed)| {
            archive.list(places, Archive::number);
            archive.list(names, Archive::text);
            archive.list(assigned, |archive, Assigned(group, score, margin)| {
                archive.small(group);
                archive.real(score);
                archive.option(margin, Archive::real);
            });
            archive.option(proposed, Archive::real);
        },
    );
    archive.option(
        &mut view.clusters,
        |archive, (places, clusters, assigned)| {
            archive.list(places, Archive::number);
            archive.list(
                clusters,
                |archive, Clustered(words, center, size, cohesion)| {
                    archive.list(words, Archive::text);
                    archive.small(center);
                    archive.small(size);
                    archive.real(cohesion);
                },
            );
            archive.list(assigned, Archive::small);
        },
    );
    archive.list(&mut view.bookmarks, |archive, bookmark| {
        archive.text(&mut bookmark.name);
        pass_layout(archive, &mut bookmark.layout);
        pass_one_of(archive, &mut bookmark.color, &ColorBy::ALL);
        pass_one_of(archive, &mut bookmark.size, &ColorBy::ALL);
        archive.list(&mut bookmark.hidden, Archive::number);
        archive.list(&mut bookmark.selected, Archive::number);
        let camera = &mut bookmark.camera;
        let numbers = [&mut camera.extent, &mut camera.yaw, &mut camera.pitch];
        for number in camera.center.iter_mut().chain(numbers) {
            archive.wide(number);
        }
    });
    // Version 1 ends here.
    if !archive.reads() || !archive.is_whole() {
        pass_fields(archive, &mut view.fields);
    }
}

fn pass_fields(archive: &mut Archive, choice: &mut Choice) {
    for name in [&mut choice.color, &mut choice.size, &mut choice.group] {
        archive.text(name);
    }
    archive.option(
        &mut choice.filter,
        |archive,
         Filter {
             field,
             values,
             range,
         }| {
            archive.text(field);
            archive.list(values, Archive::text);
            archive.option(range, |archive, (low, high)| {
                archive.wide(low);
                archive.wide(high);
            });
        },
    );
    archive.list(&mut choice.columns, Archive::text);
    archive.small(&mut choice.without);
}

const SOURCES: [Source; 4] = [
    Source::Lines,
    Source::Found,
    Source::Examples,
    Source::Field,
];
const METRICS: [Metric; 3] = [Metric::Cosine, Metric::Euclidean, Metric::Dot];

fn pass_layout(archive: &mut Archive, layout: &mut Layout) {
    pass_one_of(archive, &mut layout.kind, &Kind::ALL);
    archive.flag(&mut layout.deep);
    pass_one_of(archive, &mut layout.metric, &METRICS);
    archive.flag(&mut layout.centred);
    archive.number(&mut layout.seed);
    for component in &mut layout.components {
        archive.choice(component, super::choice::COMPONENTS);
    }
    archive.option(&mut layout.tsne.perplexity, Archive::real);
    archive.option(&mut layout.tsne.learning_rate, Archive::real);
    archive.real(&mut layout.tsne.exaggeration);
    archive.small(&mut layout.tsne.iterations);
    archive.option(&mut layout.umap.neighbours, Archive::small);
    archive.real(&mut layout.umap.min_distance);
    archive.option(&mut layout.umap.iterations, Archive::small);
    archive.flag(&mut layout.umap.spectral);
    for OwnAxis { from, to } in &mut layout.axes {
        for end in [from, to] {
            if archive.reads() {
                end.clear();
            }
            archive.list(end, Archive::text);
        }
    }
}

/// A choice, by its place among all.
fn pass_one_of<T: Copy + PartialEq>(archive: &mut Archive, value: &mut T, all: &[T]) {
    let mut at = all.iter().position(|one| one == value).unwrap_or_default();
    archive.choice(&mut at, all.len());
    if let Some(one) = all.get(at) {
        *value = *one;
    }
}

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
        let mut view = View {
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
                let assigned = value.assignments.iter();
                let assigned = assigned.map(|it| Assigned(it.group, it.score, it.margin));
                let names = value.names.clone();
                Grouped(places(results), names, assigned.collect(), value.proposed)
            }),
            clusters: self.clusters.as_ref().map(|Found { results, value }| {
                let clusters = value.clusters.iter();
                let clusters = clusters
                    .map(|it| Clustered(it.words.clone(), it.center, it.size, it.cohesion))
                    .collect();
                (places(results), clusters, value.assignments.clone())
            }),
            bookmarks: (self.bookmarks.iter())
                .map(|view| view.renamed(|line| Some(place(LineId(line)))))
                .collect(),
            fields: (*self.fields.choice.0).clone(),
        };
        let mut archive = Archive::writer();
        pass(&mut archive, &mut view);
        archive.into_bytes()
    }

    /// What was kept of the map of this document; as at first, if that can't be read.
    pub fn of_kept(bytes: &[u8], document: &Document) -> MapState {
        let mut view = View::default();
        let mut archive = Archive::reader(bytes);
        pass(&mut archive, &mut view);
        if !archive.is_whole() {
            return MapState::default();
        }
        let lines = document.lines();
        let line = |at: u64| Some(lines.get(usize::try_from(at).ok()?)?.id);
        let found = |places: &[u64]| {
            let texts = document.texts();
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
            let texts: Vec<Text> = (places.iter())
                .map(|&at| text(at).unwrap_or_else(gone))
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
            groups: view
                .groups
                .map(|Grouped(places, names, assigned, proposed)| {
                    let assignments = assigned.into_iter();
                    let assignments =
                        assignments.map(|Assigned(group, score, margin)| Assignment {
                            group,
                            score,
                            margin,
                        });
                    Found {
                        results: found(&places),
                        value: Rc::new(Groups {
                            names,
                            assignments: assignments.collect(),
                            proposed,
                        }),
                    }
                }),
            clusters: view.clusters.map(|(places, clusters, assignments)| {
                let clusters = clusters.into_iter();
                let clusters = clusters.map(|Clustered(words, center, size, cohesion)| Cluster {
                    words,
                    center,
                    size,
                    cohesion,
                });
                Found {
                    results: found(&places),
                    value: Rc::new(Clusters {
                        clusters: clusters.collect(),
                        assignments,
                    }),
                }
            }),
            bookmarks: Rc::new(
                (view.bookmarks.iter())
                    .map(|view| view.renamed(|at| line(at).map(|line| line.0)))
                    .collect(),
            ),
            fields: Fields {
                source: None,
                choice: Shared(Rc::new(view.fields)),
            },
            ..MapState::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inspector::drafts::Edit;
    use crate::stage::map::MapAction;
    use semblance_scatter::Camera;
    use std::collections::HashSet;
    use yew::Reducible;

    fn results(document: &Document) -> Shared<Results> {
        let texts = document.texts();
        let total = texts.len();
        Shared(Rc::new(Results::new(texts, Vec::new(), total)))
    }

    /// A map of which everything that is kept differs from what is usual.
    fn map(document: &Document) -> MapState {
        let ids: Vec<LineId> = document.lines().iter().map(|line| line.id).collect();
        let layout = Layout {
            kind: Kind::Axes,
            deep: true,
            metric: Metric::Dot,
            centred: true,
            seed: u64::MAX,
            components: [9, 0, 4],
            axes: [
                OwnAxis {
                    from: vec!["cheap".into(), "free".into()],
                    to: vec!["dear 🎉".into()],
                },
                OwnAxis::default(),
                OwnAxis::default(),
            ],
            ..Layout::default()
        };
        let groups = Groups {
            names: vec!["A".into(), "B".into()],
            assignments: (0..3)
                .map(|at| Assignment {
                    group: at % 2,
                    score: at as f32 / 3.0,
                    margin: (at > 0).then_some(0.25),
                })
                .collect(),
            proposed: Some(0.2),
        };
        let clusters = Clusters {
            clusters: vec![Cluster {
                words: vec!["one".into()],
                center: 2,
                size: 3,
                cohesion: 0.5,
            }],
            assignments: vec![0, 0, 0],
        };
        let bookmark = Bookmark {
            name: "UMAP 3-D".into(),
            layout: layout.clone(),
            color: ColorBy::Trust,
            size: ColorBy::Length,
            hidden: vec![ids[3].0],
            selected: vec![ids[0].0, ids[1].0],
            camera: Camera {
                yaw: -0.1,
                ..Camera::default()
            },
        };
        MapState {
            layout: Rc::new(layout),
            color: ColorBy::Score,
            size: ColorBy::Length,
            lines: false,
            hidden: Rc::new(HashSet::from([ids[1]])),
            source: Source::Examples,
            none_below: Some(0.3),
            renamed: Rc::new(HashMap::from([((Source::Lines, ids[3].0), "Mine".into())])),
            drafts: Rc::new(Drafts::default().after(Edit::Name(1, "Food".into()))),
            groups: Some(Found {
                results: results(document),
                value: Rc::new(groups),
            }),
            clusters: Some(Found {
                results: results(document),
                value: Rc::new(clusters),
            }),
            bookmarks: Rc::new(vec![bookmark]),
            ..MapState::default()
        }
    }

    /// The same, and what is chosen about fields, which version 1 had not.
    fn map_with_fields(document: &Document) -> MapState {
        let mut map = map(document);
        map.fields.choose(|choice| {
            *choice = Choice {
                color: "Department".into(),
                size: "age".into(),
                group: "Größe".into(),
                filter: Some(Filter {
                    field: "age".into(),
                    values: vec!["".into(), "Sales".into()],
                    range: Some((-0.5, f64::MAX)),
                }),
                columns: vec!["id".into()],
                without: 9,
                open: String::new(),
            };
        });
        map.source = Source::Field;
        map
    }

    /// The document as it is after some edits, so that ids and positions differ.
    fn edited() -> Document {
        let mut document = Document::new("zero\none\ntwo\n\nthree");
        document.remove(LineId(0));
        document
    }

    #[test]
    fn all_of_a_map_comes_back() {
        let document = edited();
        let before = map_with_fields(&document);
        let reloaded = Document::new(&document.to_text());
        let after = MapState::of_kept(&before.to_kept(&document), &reloaded);
        // The second time round ids are positions: all can be compared.
        assert_eq!(after.to_kept(&reloaded), before.to_kept(&document));
        assert_eq!(*after.layout, *before.layout);
        assert_eq!(*after.drafts, *before.drafts);
        assert_eq!(*after.fields.choice, *before.fields.choice);
        let texts = reloaded.texts();
        assert!(after.hidden.contains(&texts[1].line));
        let found = after.groups.as_ref().expect("groups");
        assert_eq!(found.results.texts, texts);
        assert_eq!(found.value.assignments[2].margin, Some(0.25));
        let key = (Source::Lines, texts[2].line.0);
        assert_eq!(after.renamed.get(&key).map(|name| &**name), Some("Mine"));
    }

    #[test]
    fn texts_that_are_gone_leave_the_others_in_their_groups() {
        let mut document = edited();
        let before = map(&document);
        document.remove(document.texts()[0].line);
        let reloaded = Document::new(&document.to_text());
        let after = MapState::of_kept(&before.to_kept(&document), &reloaded);
        let now = results(&reloaded);
        let grouping = after.grouping(&now).expect("groups");
        assert_eq!(grouping.of, [Some(1), Some(0)]);
    }

    #[test]
    fn groups_that_came_back_hold_for_the_first_results() {
        let document = edited();
        let kept = map(&document).to_kept(&document);
        let state = Rc::new(MapState::of_kept(&kept, &document));
        let now = results(&document);
        assert!(
            state
                .groups
                .as_ref()
                .is_some_and(|it| it.of(&now).is_none())
        );
        let state = state.reduce(MapAction::Settle(now.clone()));
        assert!(
            state
                .groups
                .as_ref()
                .is_some_and(|it| it.of(&now).is_some())
        );
    }

    #[test]
    fn what_makes_no_sense_is_as_at_first() {
        let document = edited();
        let kept = map_with_fields(&document).to_kept(&document);
        let first = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/kept-1.bin"));
        // What ends where version 1 ends is of that.
        for end in (0..kept.len()).filter(|&end| end != first.len()) {
            let map = MapState::of_kept(&kept[..end], &document);
            assert!(*map.layout == Layout::default(), "{end}");
        }
    }

    /// Written with version 1 of the record. It is read by every later one: do not change these
    /// bytes.
    #[test]
    fn the_view_of_version_1_is_read() {
        let document = edited();
        let kept = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/kept-1.bin"));
        let reloaded = Document::new(&document.to_text());
        let after = MapState::of_kept(kept, &reloaded);
        assert_eq!(after.to_kept(&reloaded), map(&document).to_kept(&document));
    }
}
