//! Questions about all points that take long: the farthest, how each stands, what says the same.

use crate::analysis::{Analysis, bad_request, listed, no_numbers, refused};
use crate::map::tell;
use crate::pace::Pace;
use semblance_analysis as analysis;
use semblance_analysis::{Metric, Standing};
use semblance_protocol::{MapProgress, RequestId, Response, wire::Payload, worker::Answer};
use std::cell::RefCell;
use std::rc::Rc;

/// Neighbours that oddness is judged by.
const ODDNESS_NEIGHBOURS: usize = 10;

/// The points farthest from their neighbours.
pub(crate) async fn outliers(
    analysis: &Rc<RefCell<Analysis>>,
    count: usize,
    id: RequestId,
) -> Answer {
    let Ok(space) = analysis.borrow().points().cloned() else {
        return Ok((Response::Neighbours(Vec::new()), Payload::None));
    };
    let mut pace = Pace::new(Rc::default());
    let graph = space
        .graph(
            Metric::Cosine,
            false,
            ODDNESS_NEIGHBOURS,
            &mut pace,
            seeking(id),
        )
        .await?;
    let found = analysis::outliers(&graph.truncated(ODDNESS_NEIGHBOURS), count);
    Ok((Response::Neighbours(listed(found)), Payload::None))
}

/// The nearest of each point, and how odd each is.
pub(crate) async fn overview(analysis: &Rc<RefCell<Analysis>>, id: RequestId) -> Answer {
    let Ok(space) = analysis.borrow().points().cloned() else {
        return Ok((Response::Overview, no_numbers()));
    };
    // Of points that are no more nobody wants to know.
    let mut pace = Pace::new(analysis.borrow().asking.clone());
    let graph = space
        .graph(
            Metric::Cosine,
            false,
            ODDNESS_NEIGHBOURS,
            &mut pace,
            seeking(id),
        )
        .await?;
    let numbers = numbers(&analysis::standings(&graph.truncated(ODDNESS_NEIGHBOURS)));
    Ok((Response::Overview, Payload::from_slice(&numbers)))
}

/// The nearest of each point.
pub(crate) async fn nearest_of_each(
    analysis: &Rc<RefCell<Analysis>>,
    count: usize,
    id: RequestId,
) -> Answer {
    let Ok(space) = analysis.borrow().points().cloned() else {
        return Ok((Response::Block, no_numbers()));
    };
    let mut pace = Pace::new(analysis.borrow().asking.clone());
    let graph = space
        .graph(Metric::Cosine, false, count, &mut pace, seeking(id))
        .await?;
    let graph = graph.truncated(count);
    // Indices of any document that fits are exact in f32.
    let numbers = (graph.indices().iter().zip(graph.scores()))
        .flat_map(|(&index, &score)| [index as f32, score]);
    let numbers: Vec<f32> = numbers.collect();
    Ok((Response::Block, Payload::from_slice(&numbers)))
}

/// Sets of points that are linked.
pub(crate) async fn duplicates(
    analysis: &Rc<RefCell<Analysis>>,
    threshold: f32,
    id: RequestId,
) -> Answer {
    if !(-1.0..=1.0).contains(&threshold) {
        return Err(bad_request(format!(
            "A cosine similarity is from -1 to 1, not {threshold}."
        )));
    }
    let Ok(space) = analysis.borrow().points().cloned() else {
        return Ok((Response::Duplicates(Vec::new()), Payload::None));
    };
    let mut pace = Pace::new(analysis.borrow().asking.clone());
    let links = space.links(threshold, &mut pace, seeking(id)).await?;
    let sets = links.sets(space.distinct(), threshold).map_err(refused)?;
    Ok((Response::Duplicates(sets), Payload::None))
}

fn seeking(id: RequestId) -> impl Fn(f32) {
    move |done| tell(id, MapProgress::Neighbours { done }, Payload::None)
}

/// Standings as they travel, `[n, 3]`.
fn numbers(standings: &[Standing]) -> Vec<f32> {
    let row = |standing: &Standing| {
        let nearest = standing.nearest;
        // Indices of any document that fits are exact in f32.
        let index = nearest.map_or(f32::NAN, |nearest| nearest.index as f32);
        let score = nearest.map_or(f32::NAN, |nearest| nearest.score);
        [index, score, standing.oddness]
    };
    standings.iter().flat_map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use semblance_analysis::{NeighborGraph, Vectors};

    fn numbers_of(flat: &[f32]) -> Vec<f32> {
        let vectors = Vectors::from_flat(flat.to_vec(), 2).unwrap();
        let graph = NeighborGraph::exact(&vectors, ODDNESS_NEIGHBOURS, Metric::Cosine).unwrap();
        numbers(&analysis::standings(&graph))
    }

    #[test]
    fn an_overview_has_three_numbers_for_each_point() {
        let found = numbers_of(&[1.0, 0.0, 0.0, 1.0, 2.0, 0.0]);
        assert_eq!(found, [2.0, 1.0, 0.5, 0.0, 0.0, 1.0, 0.0, 1.0, 0.5]);
        assert!(numbers_of(&[]).is_empty());
        let alone = numbers_of(&[1.0, 0.0]);
        assert!(alone.len() == 3 && alone.iter().all(|x| x.is_nan()));
    }
}
