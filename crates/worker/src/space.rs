//! The vectors of one state of the document, with what was found out about them.

use crate::analysis::{SEED, refused};
use crate::pace::Pace;
use semblance_analysis::{
    AnalysisError, Distinct, LinkSearch, Links, Metric, NeighborGraph, NeighborSearch, Vectors,
};
use semblance_protocol::{Failure, PAIRS_LIMIT};
use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::rc::{Rc, Weak};

/// The cosine similarity from which on links are sought, unless somebody asks for lower ones. Texts
/// that say the same score far above, and the search skips what scores below.
const LINK_FLOOR: f32 = 0.6;
/// Neighbours that may be linked, where there are too many points to compare all pairs.
const LINK_NEIGHBOURS: usize = 10;

/// A metric, and whether vectors are less their mean.
type Sight = (Metric, bool);

/// A search that several requests may wait for, each doing a part of it: none waits for another
/// that is paused, and it is over when all have given it up.
type Search<S> = RefCell<Option<S>>;

/// The points of the document, and their neighbours once somebody asked for them.
pub(crate) struct Space {
    /// The vector of each point.
    pub(crate) vectors: Rc<Vectors>,
    centred: RefCell<Option<Rc<Vectors>>>,
    distinct: OnceCell<Distinct>,
    /// Only as long as somebody uses them: they are as large as the vectors.
    different: RefCell<HashMap<bool, Weak<Vectors>>>,
    /// Of the different vectors.
    graphs: RefCell<HashMap<Sight, Rc<NeighborGraph>>>,
    /// Of all vectors, where some are equal.
    whole_graphs: RefCell<HashMap<Sight, Rc<NeighborGraph>>>,
    searches: RefCell<HashMap<Sight, Weak<Search<NeighborSearch>>>>,
    links: RefCell<Option<Rc<Links>>>,
    link_search: RefCell<Weak<Search<LinkSearch>>>,
}

impl Space {
    pub(crate) fn new(vectors: Vectors) -> Self {
        Self {
            vectors: Rc::new(vectors),
            centred: RefCell::default(),
            distinct: OnceCell::default(),
            different: RefCell::default(),
            graphs: RefCell::default(),
            whole_graphs: RefCell::default(),
            searches: RefCell::default(),
            links: RefCell::default(),
            link_search: RefCell::default(),
        }
    }

    /// The vectors as they are, or less their mean.
    pub(crate) fn seen(&self, centred: bool) -> Rc<Vectors> {
        if !centred {
            return self.vectors.clone();
        }
        self.centred
            .borrow_mut()
            .get_or_insert_with(|| Rc::new(self.vectors.centred()))
            .clone()
    }

    /// Which points have equal vectors.
    pub(crate) fn distinct(&self) -> &Distinct {
        self.distinct.get_or_init(|| Distinct::of(&self.vectors))
    }

    /// The different vectors, as they are or less the mean of all.
    pub(crate) fn different(&self, centred: bool) -> Result<Rc<Vectors>, AnalysisError> {
        let distinct = self.distinct();
        if distinct.all_differ() {
            return Ok(self.seen(centred));
        }
        let mut different = self.different.borrow_mut();
        if let Some(vectors) = different.get(&centred).and_then(Weak::upgrade) {
            return Ok(vectors);
        }
        let vectors = Rc::new(self.seen(centred).select(distinct.firsts())?);
        different.insert(centred, Rc::downgrade(&vectors));
        Ok(vectors)
    }

    /// At least the `k` nearest neighbours of each point (fewer where there are fewer points),
    /// exact up to [`semblance_analysis::EXACT_LIMIT`] different ones.
    /// `tell` hears the share of the work done.
    pub(crate) async fn graph(
        &self,
        metric: Metric,
        centred: bool,
        k: usize,
        pace: &mut Pace,
        tell: impl Fn(f32),
    ) -> Result<Rc<NeighborGraph>, Failure> {
        let graph = self
            .graph_of_different(metric, centred, k, pace, tell)
            .await?;
        if self.distinct().all_differ() {
            return Ok(graph);
        }
        let sight = (metric, centred);
        let k = k.min(self.vectors.len().saturating_sub(1));
        if let Some(known) = enough(&self.whole_graphs, sight, k) {
            return Ok(known);
        }
        let vectors = self.seen(centred);
        let whole = self.distinct().graph_of_all(&vectors, &graph, k);
        let whole = Rc::new(whole.map_err(refused)?);
        self.whole_graphs.borrow_mut().insert(sight, whole.clone());
        Ok(whole)
    }

    /// The like among the different vectors, [`Space::different`].
    pub(crate) async fn graph_of_different(
        &self,
        metric: Metric,
        centred: bool,
        k: usize,
        pace: &mut Pace,
        tell: impl Fn(f32),
    ) -> Result<Rc<NeighborGraph>, Failure> {
        let sight = (metric, centred);
        let k = k.min(self.distinct().len().saturating_sub(1));
        if let Some(known) = enough(&self.graphs, sight, k) {
            return Ok(known);
        }
        let vectors = self.different(centred).map_err(refused)?;
        // Held while others work, or the search would be over.
        let mut search;
        loop {
            search = join(
                self.searches.borrow_mut().entry(sight).or_default(),
                |search: &NeighborSearch| search.k() >= k,
                || NeighborSearch::by_size(&vectors, k, metric, SEED),
            )?;
            let step = |search: &mut NeighborSearch| {
                let more = search.step(&vectors);
                more.then(|| search.progress())
            };
            let done = search.borrow_mut().as_mut().and_then(step);
            let Some(done) = done else {
                let Some(search) = search.take() else {
                    continue;
                };
                let graph = Rc::new(search.finish(&vectors));
                self.graphs.borrow_mut().insert(sight, graph.clone());
                return Ok(graph);
            };
            if pace.breathe().await? {
                tell(done);
                if let Some(known) = enough(&self.graphs, sight, k) {
                    return Ok(known);
                }
            }
        }
    }

    /// What links the different vectors from a cosine similarity on, `threshold` or lower: exact up
    /// to [`PAIRS_LIMIT`] of them, above among the ten nearest of each.
    pub(crate) async fn links(
        &self,
        threshold: f32,
        pace: &mut Pace,
        tell: impl Fn(f32),
    ) -> Result<Rc<Links>, Failure> {
        let floor = threshold.min(LINK_FLOOR);
        let known = || {
            let known = self.links.borrow().clone();
            known.filter(|links| links.floor() <= floor)
        };
        if let Some(known) = known() {
            return Ok(known);
        }
        let keep = |links| {
            let links = Rc::new(links);
            self.links.replace(Some(Rc::clone(&links)));
            links
        };
        if self.distinct().len() > PAIRS_LIMIT {
            let graph = self
                .graph_of_different(Metric::Cosine, false, LINK_NEIGHBOURS, pace, tell)
                .await?;
            return Ok(keep(Links::among_neighbors(&graph, floor)));
        }
        let vectors = self.different(false).map_err(refused)?;
        let mut search;
        loop {
            search = join(
                &mut self.link_search.borrow_mut(),
                |search: &LinkSearch| search.floor() <= floor,
                || LinkSearch::new(&vectors, floor),
            )?;
            let step = |search: &mut LinkSearch| {
                let more = search.step(&vectors);
                more.then(|| search.progress())
            };
            let done = search.borrow_mut().as_mut().and_then(step);
            let Some(done) = done else {
                let Some(search) = search.take() else {
                    continue;
                };
                return Ok(keep(search.finish(&vectors)));
            };
            if pace.breathe().await? {
                tell(done);
                if let Some(known) = known() {
                    return Ok(known);
                }
            }
        }
    }
}

/// A graph that is known, if it has `k` neighbours of each.
fn enough(
    graphs: &RefCell<HashMap<Sight, Rc<NeighborGraph>>>,
    sight: Sight,
    k: usize,
) -> Option<Rc<NeighborGraph>> {
    let known = graphs.borrow().get(&sight).cloned();
    known.filter(|graph| graph.k() >= k)
}

/// The search that is under way, if it finds what is sought, and a new one otherwise.
fn join<S>(
    under_way: &mut Weak<Search<S>>,
    suits: impl Fn(&S) -> bool,
    begin: impl FnOnce() -> Result<S, AnalysisError>,
) -> Result<Rc<Search<S>>, Failure> {
    if let Some(search) = under_way.upgrade()
        && search.borrow().as_ref().is_some_and(suits)
    {
        return Ok(search);
    }
    let search = Rc::new(RefCell::new(Some(begin().map_err(refused)?)));
    *under_way = Rc::downgrade(&search);
    Ok(search)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_is_shared_until_all_have_left_it() {
        let vectors = Vectors::from_flat((0..40).map(|i| i as f32).collect(), 2).unwrap();
        let begin = |k| move || NeighborSearch::new(&vectors, k, Metric::Cosine);
        let k = |search: &Rc<Search<NeighborSearch>>| search.borrow().as_ref().map(|s| s.k());
        let mut under_way = Weak::new();
        let at_least = |k| move |search: &NeighborSearch| search.k() >= k;
        let first = join(&mut under_way, at_least(5), begin.clone()(5)).unwrap();
        let same = join(&mut under_way, at_least(3), begin.clone()(3)).unwrap();
        assert!(Rc::ptr_eq(&first, &same));
        let more = join(&mut under_way, at_least(9), begin.clone()(9)).unwrap();
        assert_eq!((k(&first), k(&more)), (Some(5), Some(9)));
        more.take();
        let next = join(&mut under_way, at_least(3), begin.clone()(3)).unwrap();
        assert_eq!(k(&next), Some(3));
        drop(next);
        assert!(under_way.upgrade().is_none());
        assert!(join(&mut under_way, at_least(0), begin(usize::MAX)).is_err());
    }

    #[test]
    fn different_vectors_are_copied_only_where_some_are_equal() {
        let space = Space::new(Vectors::from_flat(vec![1.0, 0.0, 0.0, 1.0], 2).unwrap());
        assert!(Rc::ptr_eq(&space.different(false).unwrap(), &space.vectors));
        let space = Space::new(Vectors::from_flat(vec![1.0, 0.0, 1.0, 0.0, 0.0, 3.0], 2).unwrap());
        let different = space.different(true).unwrap();
        assert_eq!(different.len(), 2);
        // Less the mean of all three.
        assert_eq!(different.row(1), space.seen(true).row(2));
        assert!(Rc::ptr_eq(&different, &space.different(true).unwrap()));
    }
}
