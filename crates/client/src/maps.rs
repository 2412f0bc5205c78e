//! Maps, and what there is to say about the points on them.

use crate::{
    Client, ClientError,
    client::{floats, nonsense},
    link::OnProgress,
};
use semblance_protocol::{
    Assignment, Cluster, Faithfulness, MapProgress, Neighbour, Progress, Projection, Request,
    Response, Steer, VectorId, wire::Payload,
};
use std::rc::Rc;

/// A map of the points.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Map {
    /// `[n, dimensions]`, row-major.
    pub coordinates: Vec<f32>,
    /// Coordinates of each point: components of a PCA, axes, or dimensions of the map.
    pub dimensions: usize,
    /// Of a PCA, each component's share of the variance, 0 to 1.
    pub variance: Vec<f32>,
    /// Iterations that were done.
    pub iterations: usize,
    /// Of axes, the cosine of the angle between the first two.
    pub angle: Option<f32>,
}

/// What happens while a map is made or compared.
#[derive(Clone, Debug, PartialEq)]
pub enum MapEvent {
    /// The nearest neighbours of every point are sought; share of the work done, 0 to 1.
    Neighbours(f32),
    /// Points have moved.
    Frame {
        /// Where they are now, `[n, dimensions]`, row-major.
        coordinates: Vec<f32>,
        /// Iterations done.
        iteration: usize,
        /// Iterations in all.
        iterations: usize,
    },
    /// The map is compared with the original space; share of the work done, 0 to 1.
    Comparing(f32),
}

/// How far a map can be trusted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trust {
    /// As a whole.
    pub whole: Faithfulness,
    /// At each point.
    pub points: Vec<PointFaithfulness>,
}

/// How far a map can be trusted at one point, each 0 to 1; NaN where that was not measured.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PointFaithfulness {
    /// How few strangers are among its neighbours on the map.
    pub trustworthiness: f32,
    /// How few of its true neighbours are elsewhere on the map.
    pub continuity: f32,
    /// Share of its true neighbours that are its neighbours on the map.
    pub preservation: f32,
}

/// How each point stands among the others.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Overview {
    /// The nearest other point of each, the first of equally near ones; [`u32::MAX`] where there is
    /// no other point.
    pub nearest: Vec<u32>,
    /// Cosine similarity of each with its nearest, −1 to 1; NaN where there is no other point.
    pub scores: Vec<f32>,
    /// One less the mean cosine similarity of each with its ten nearest (fewer where there are
    /// fewer), 0 to 2; NaN where there is no other point.
    pub oddness: Vec<f32>,
}

impl Overview {
    /// From `[n, 3]`, as the worker answers.
    fn from_numbers(numbers: &[f32]) -> Self {
        let mut overview = Self::default();
        for &[nearest, score, oddness] in numbers.as_chunks().0 {
            let none = nearest.is_nan();
            let nearest = if none { u32::MAX } else { nearest as u32 };
            overview.nearest.push(nearest);
            overview.scores.push(score);
            overview.oddness.push(oddness);
        }
        overview
    }

    /// The scores of the pairs of a text and its nearest, each pair once: −1 to 1.
    pub fn pair_scores(&self) -> Vec<f32> {
        let all = self.nearest.iter().zip(&self.scores).enumerate();
        let counted = |(at, (&nearest, score)): (usize, (&u32, &f32))| {
            let of_nearest = self.nearest.get(nearest as usize)?;
            let told_before = (nearest as usize) < at && *of_nearest as usize == at;
            (!told_before).then_some(*score)
        };
        all.filter_map(counted).collect()
    }
}

/// Points in clusters.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Clusters {
    /// The clusters, the largest first.
    pub clusters: Vec<Cluster>,
    /// The cluster of each point.
    pub assignments: Vec<u32>,
}

impl Client {
    /// Makes a map of the points. One that is being made is given up. Each frame is asked for only
    /// after `events` has taken the one before, so that a slow page is not flooded.
    ///
    /// # Errors
    /// [`ClientError::Cancelled`] when another map was asked for meanwhile, or after
    /// [`Steer::Cancel`]; [`ClientError::Failed`] for options out of range; or when the analysis
    /// worker died.
    pub async fn project(
        &self,
        projection: Projection,
        events: Rc<dyn Fn(MapEvent)>,
    ) -> Result<Map, ClientError> {
        let request = Request::Project(projection);
        let progress = self.hearing(events);
        match self
            .ask_watched(request, Payload::None, Some(progress))
            .await?
        {
            (
                Response::Projected {
                    dimensions,
                    variance,
                    iterations,
                    angle,
                },
                payload,
            ) => Ok(Map {
                coordinates: floats(payload),
                dimensions: dimensions as usize,
                variance,
                iterations: iterations as usize,
                angle,
            }),
            _ => Err(nonsense()),
        }
    }

    /// Says how the map that is being made should go on. It is said before this returns: a map that
    /// is asked for afterwards is not meant.
    pub fn steer(&self, steer: Steer) {
        self.tell(Request::Steer(steer));
    }

    /// Compares the latest map with the original space: up to `k` neighbours of each point.
    /// `shown` are the coordinates that are drawn (the chosen components of a PCA). Where more was
    /// placed on the map, `drawn` says where all present points are, `[n, dimensions]`, and the
    /// dimensions, of which `shown` chooses; they are compared by the metric of the latest map.
    ///
    /// # Errors
    /// [`ClientError::Cancelled`] when another map was asked for meanwhile;
    /// [`ClientError::Failed`] when there is neither a map nor `drawn`, or `drawn` is not of as
    /// many points as there are; or when the analysis worker died.
    pub async fn trust(
        &self,
        k: usize,
        shown: &[u32],
        drawn: Option<(&[f32], usize)>,
        events: Rc<dyn Fn(MapEvent)>,
    ) -> Result<Trust, ClientError> {
        let request = Request::Faithfulness {
            k: number(k),
            shown: shown.to_vec(),
            drawn: drawn.map(|(_, dimensions)| number(dimensions)),
        };
        let payload = drawn.map_or(Payload::None, |(places, _)| Payload::from_slice(places));
        let progress = self.hearing(events);
        match self.ask_watched(request, payload, Some(progress)).await? {
            (Response::Faithfulness(whole), payload) => Ok(Trust {
                whole,
                points: floats(payload)
                    .chunks_exact(3)
                    .map(|point| PointFaithfulness {
                        trustworthiness: point[0],
                        continuity: point[1],
                        preservation: point[2],
                    })
                    .collect(),
            }),
            _ => Err(nonsense()),
        }
    }

    /// Places on the latest map for vectors that are not on it: `[vectors, dimensions]`. What is on
    /// the map stays where it is.
    ///
    /// # Errors
    /// [`ClientError::Failed`] when there is no map; or when the analysis worker died.
    pub async fn place(&self, vectors: &[VectorId]) -> Result<Vec<f32>, ClientError> {
        let request = Request::Place {
            vectors: vectors.to_vec(),
        };
        match self.ask_watched(request, Payload::None, None).await? {
            (Response::Placed, payload) => Ok(floats(payload)),
            _ => Err(nonsense()),
        }
    }

    /// The points nearest to a vector that need not be a point, by cosine similarity.
    ///
    /// # Errors
    /// When the analysis worker died.
    pub async fn nearest(
        &self,
        vector: VectorId,
        count: usize,
    ) -> Result<Vec<Neighbour>, ClientError> {
        let request = Request::Nearest {
            vector,
            count: number(count),
        };
        match self.ask_watched(request, Payload::None, None).await? {
            (Response::Neighbours(found), _) => Ok(found),
            _ => Err(nonsense()),
        }
    }

    /// Parts the points into clusters: `count` of them, or as many as suit. `texts` are what the
    /// points say, for the clusters' names.
    ///
    /// # Errors
    /// When there are no points, or the analysis worker died.
    pub async fn clusters(
        &self,
        count: Option<usize>,
        texts: Vec<String>,
    ) -> Result<Clusters, ClientError> {
        let request = Request::Clusters {
            count: count.map(number),
            texts,
        };
        match self.ask_watched(request, Payload::None, None).await? {
            (
                Response::Clusters {
                    clusters,
                    assignments,
                },
                _,
            ) => Ok(Clusters {
                clusters,
                assignments,
            }),
            _ => Err(nonsense()),
        }
    }

    /// Gives every point to the group whose examples it is most like.
    ///
    /// # Errors
    /// When a group has no examples, or the analysis worker died.
    pub async fn groups(
        &self,
        examples: Vec<Vec<VectorId>>,
    ) -> Result<Vec<Assignment>, ClientError> {
        let request = Request::Groups { examples };
        match self.ask_watched(request, Payload::None, None).await? {
            (Response::Groups(assignments), _) => Ok(assignments),
            _ => Err(nonsense()),
        }
    }

    /// The points farthest from their nearest neighbours, farthest first, with their mean distance
    /// (one less the cosine) to these.
    ///
    /// # Errors
    /// When the analysis worker died.
    pub async fn outliers(
        &self,
        count: usize,
        events: Rc<dyn Fn(MapEvent)>,
    ) -> Result<Vec<Neighbour>, ClientError> {
        let request = Request::Outliers {
            count: number(count),
        };
        let progress = self.hearing(events);
        match self
            .ask_watched(request, Payload::None, Some(progress))
            .await?
        {
            (Response::Neighbours(found), _) => Ok(found),
            _ => Err(nonsense()),
        }
    }

    /// The nearest of each point by cosine similarity, and how odd each is.
    ///
    /// # Errors
    /// [`ClientError::Cancelled`] when the points changed meanwhile; or when the analysis worker
    /// died.
    pub async fn overview(&self, events: Rc<dyn Fn(MapEvent)>) -> Result<Overview, ClientError> {
        let progress = self.hearing(events);
        match self
            .ask_watched(Request::Overview, Payload::None, Some(progress))
            .await?
        {
            (Response::Overview, payload) => Ok(Overview::from_numbers(&floats(payload))),
            _ => Err(nonsense()),
        }
    }

    /// Sets of points that are linked by pairs with a cosine similarity of at least `threshold`, −1
    /// to 1: each of two points or more, rising; the largest set first, equal ones by their first
    /// point. Equal texts are linked at any threshold.
    ///
    /// Exact up to [`PAIRS_LIMIT`](crate::PAIRS_LIMIT) different texts; above, only pairs of a text
    /// and one of its ten nearest link. The first time for the present points takes as long as a
    /// search for their neighbours, another threshold next to nothing, unless it is the first one
    /// below 0.6.
    ///
    /// # Errors
    /// [`ClientError::Cancelled`] when the points changed meanwhile; [`ClientError::Failed`] when
    /// the threshold is out of its range; or when the analysis worker died.
    pub async fn duplicates(&self, threshold: f32) -> Result<Vec<Vec<u32>>, ClientError> {
        let request = Request::Duplicates { threshold };
        match self.ask_watched(request, Payload::None, None).await? {
            (Response::Duplicates(sets), _) => Ok(sets),
            _ => Err(nonsense()),
        }
    }

    /// Where scores of two kinds part: the middle of the clearest valley among `scores`, in any
    /// order, each −1 to 1. None where there is no clear one: then no threshold is better than
    /// another.
    ///
    /// # Errors
    /// When the analysis worker died.
    pub async fn valley(&self, scores: &[f32]) -> Result<Option<f32>, ClientError> {
        let payload = Payload::from_slice(scores);
        match self.ask_watched(Request::Valley, payload, None).await? {
            (Response::Valley(valley), _) => Ok(valley),
            _ => Err(nonsense()),
        }
    }

    /// Hands progress on as events, and asks for the next frame after each.
    fn hearing(&self, events: Rc<dyn Fn(MapEvent)>) -> OnProgress {
        let client = self.clone();
        Rc::new(move |progress, payload| {
            let Progress::Map(progress) = progress else {
                return;
            };
            events(match progress {
                MapProgress::Neighbours { done } => MapEvent::Neighbours(done),
                MapProgress::Comparing { done } => MapEvent::Comparing(done),
                MapProgress::Frame {
                    iteration,
                    iterations,
                } => MapEvent::Frame {
                    coordinates: floats(payload),
                    iteration: iteration as usize,
                    iterations: iterations as usize,
                },
            });
            if matches!(progress, MapProgress::Frame { .. }) {
                client.steer(Steer::Shown);
            }
        })
    }
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_overview_is_taken_apart() {
        let numbers = [1.0, 0.5, 0.25, f32::NAN, f32::NAN, f32::NAN];
        let overview = Overview::from_numbers(&numbers);
        assert_eq!(overview.nearest, [1, u32::MAX]);
        assert_eq!((overview.scores[0], overview.oddness[0]), (0.5, 0.25));
        assert!(overview.scores[1].is_nan() && overview.oddness[1].is_nan());
        assert_eq!(Overview::from_numbers(&[]), Overview::default());
    }

    #[test]
    fn mutual_nearest_are_one_pair() {
        let overview = Overview {
            nearest: vec![1, 0, 1, u32::MAX],
            scores: vec![0.9, 0.9, 0.4, f32::NAN],
            oddness: vec![0.0; 4],
        };
        assert_eq!(overview.pair_scores(), [0.9, 0.4]);
    }
}
