//! The vectors of one state of the document, with what was found out about them.

use crate::analysis::{SEED, refused};
use crate::pace::Pace;
use semblance_analysis::{Metric, NeighborGraph, NeighborSearch, Vectors};
use semblance_protocol::Failure;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// The points of the document, and their neighbours once somebody asked for them.
pub(crate) struct Space {
    /// The vector of each point.
    pub(crate) vectors: Rc<Vectors>,
    centred: RefCell<Option<Rc<Vectors>>>,
    graphs: RefCell<HashMap<(Metric, bool), Rc<NeighborGraph>>>,
}

impl Space {
    pub(crate) fn new(vectors: Vectors) -> Self {
        Self {
            vectors: Rc::new(vectors),
            centred: RefCell::default(),
            graphs: RefCell::default(),
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

    /// At least the `k` nearest neighbours of each point (fewer where there are fewer points), exact
    /// up to [`semblance_analysis::EXACT_LIMIT`] points.
    /// `tell` hears the share of the work done.
    pub(crate) async fn graph(
        &self,
        metric: Metric,
        centred: bool,
        k: usize,
        pace: &mut Pace,
        tell: impl Fn(f32),
    ) -> Result<Rc<NeighborGraph>, Failure> {
        let k = k.min(self.vectors.len().saturating_sub(1));
        let known = self.graphs.borrow().get(&(metric, centred)).cloned();
        if let Some(graph) = known.filter(|graph| graph.k() >= k) {
            return Ok(graph);
        }
        let vectors = self.seen(centred);
        let mut search = NeighborSearch::by_size(&vectors, k, metric, SEED).map_err(refused)?;
        while search.step(&vectors) {
            if pace.breathe().await? {
                tell(search.progress());
            }
        }
        let graph = Rc::new(search.finish(&vectors));
        self.graphs
            .borrow_mut()
            .insert((metric, centred), graph.clone());
        Ok(graph)
    }
}
