//! The analysis worker: all vectors, and questions about them.

use crate::map::{Job, Map};
use crate::space::Space;
use semblance_analysis as analysis;
use semblance_analysis::{AnalysisError, Vectors};
use semblance_protocol::{
    Assignment, Cluster, Failure, FailureKind, Metric, Neighbour, PAIRS_LIMIT, Pair, Request,
    Response, SIMILARITY_LIMIT, Steer, VectorId, wire::Payload, worker::Answer,
};
use std::collections::HashMap;
use std::rc::Rc;

/// Words that name a cluster.
const WORDS: usize = 3;

/// What the analysis worker has.
#[derive(Default)]
pub(crate) struct Analysis {
    /// Every vector that was handed over and not forgotten.
    stored: Option<Vectors>,
    /// The row of each in `stored`.
    rows: HashMap<VectorId, usize>,
    /// The vector of each point of the document, in order.
    points: Option<Rc<Space>>,
    /// The latest map.
    pub(crate) map: Option<Rc<Map>>,
    /// The map that is being made or compared.
    pub(crate) job: Rc<Job>,
    /// The long questions about the present points.
    pub(crate) asking: Rc<Job>,
}

impl Analysis {
    /// Answers a request that takes no longer than a person waits.
    pub(crate) fn answer(&mut self, request: Request, payload: Payload) -> Answer {
        match request {
            Request::Store {
                vectors,
                dimensions,
            } => {
                let floats = payload
                    .into_floats()
                    .ok_or_else(|| bad_request("Vectors were announced and did not come."))?;
                self.store(&vectors, dimensions as usize, &floats.to_vec())?;
                done()
            }
            Request::Forget { vectors } => {
                self.forget(&vectors)?;
                done()
            }
            Request::Points { vectors } => {
                self.set_points(&vectors)?;
                done()
            }
            Request::Similarity => self.similarity(),
            Request::Block { rows, columns } => {
                let points = &self.points()?.vectors;
                let block = analysis::cosine_block(points, &indices(&rows), &indices(&columns))
                    .map_err(refused)?;
                Ok((Response::Block, Payload::from_slice(&block)))
            }
            Request::Compare { vectors } => {
                let scores = self.compare(&vectors)?;
                Ok((Response::Block, Payload::from_slice(&scores)))
            }
            Request::Vectors { vectors } => {
                let vectors = self.vectors(&vectors)?;
                Ok((Response::Block, Payload::from_slice(vectors.as_flat())))
            }
            Request::Valley => {
                let scores = payload.into_floats().map(|floats| floats.to_vec());
                let valley = analysis::valley(&scores.unwrap_or_default());
                Ok((Response::Valley(valley), Payload::None))
            }
            Request::Pairs { count } => self.pairs(count as usize),
            Request::Neighbours {
                point,
                count,
                metric,
            } => neighbours(analysis::nearest(
                &self.points()?.vectors,
                point as usize,
                count as usize,
                analysis_metric(metric),
            )),
            Request::Nearest { vector, count } => {
                let query = self.vectors(&[vector])?;
                neighbours(analysis::nearest_to(
                    &self.points()?.vectors,
                    query.as_flat(),
                    count as usize,
                    analysis::Metric::Cosine,
                ))
            }
            Request::Place { vectors } => {
                let new = self.vectors(&vectors)?;
                let map = self.map.as_ref().ok_or_else(no_map)?;
                let places = map.place(&new).map_err(refused)?;
                Ok((Response::Placed, Payload::from_slice(&places)))
            }
            Request::Clusters { count, texts } => self.clusters(count, &texts),
            Request::Groups { examples } => self.groups(&examples),
            Request::Steer(steer) => {
                self.job.steer(steer);
                done()
            }
            Request::Project(_)
            | Request::Faithfulness { .. }
            | Request::Outliers { .. }
            | Request::Overview
            | Request::NearestOfEach { .. }
            | Request::Duplicates { .. }
            | Request::Load(_)
            | Request::Open(_)
            | Request::Embed { .. }
            | Request::Share { .. }
            | Request::Tokens { .. }
            | Request::Split { .. }
            | Request::GiveUp { .. }
            | Request::Memory
            | Request::Pack { .. }
            | Request::Recall { .. }
            | Request::Import(_) => Err(bad_request("The analysis worker only compares vectors.")),
        }
    }

    fn similarity(&self) -> Answer {
        let Some(points) = &self.points else {
            return Ok((Response::Similarity { order: Vec::new() }, no_numbers()));
        };
        let points = &points.vectors;
        if points.len() > SIMILARITY_LIMIT {
            return Err(bad_request(format!(
                "A matrix of all scores is made for up to {SIMILARITY_LIMIT} texts, not {}.",
                points.len()
            )));
        }
        let scores = analysis::cosine_matrix(points).map_err(refused)?;
        let order = analysis::similarity_order(points).map_err(refused)?;
        Ok((
            Response::Similarity {
                order: order.into_iter().map(|i| i as u32).collect(),
            },
            Payload::from_slice(&scores),
        ))
    }

    /// The scores of vectors with one another, `[names, names]`.
    fn compare(&self, names: &[VectorId]) -> Result<Vec<f32>, Failure> {
        if names.is_empty() {
            return Ok(Vec::new());
        }
        if names.len() > SIMILARITY_LIMIT {
            return Err(bad_request(format!(
                "A matrix of all scores is made for up to {SIMILARITY_LIMIT} texts, not {}.",
                names.len()
            )));
        }
        analysis::cosine_matrix(&self.vectors(names)?).map_err(refused)
    }

    fn pairs(&self, count: usize) -> Answer {
        let Some(points) = &self.points else {
            return Ok((Response::Pairs(Vec::new()), Payload::None));
        };
        let points = &points.vectors;
        if points.len() > PAIRS_LIMIT {
            return Err(bad_request(format!(
                "All pairs are compared for up to {PAIRS_LIMIT} texts, not {}.",
                points.len()
            )));
        }
        let pairs = analysis::top_pairs(points, count)
            .into_iter()
            .map(|pair| Pair {
                a: pair.first as u32,
                b: pair.second as u32,
                score: pair.score,
            })
            .collect();
        Ok((Response::Pairs(pairs), Payload::None))
    }

    fn clusters(&self, count: Option<u32>, texts: &[String]) -> Answer {
        let points = &self.points()?.vectors;
        let found = match count {
            Some(count) => analysis::Clusters::fit(points, count as usize, SEED),
            None => analysis::Clusters::suggest(points, SEED),
        }
        .map_err(refused)?;
        let mut words = if texts.len() == points.len() {
            analysis::cluster_words(texts, &found.assignments, found.sizes.len(), WORDS)
        } else {
            Vec::new()
        };
        words.resize(found.sizes.len(), Vec::new());
        let clusters = words
            .into_iter()
            .zip(found.sizes.iter().zip(&found.cohesion).zip(&found.centers))
            .map(|(words, ((&size, &cohesion), &center))| Cluster {
                words,
                center: center as u32,
                size: size as u32,
                cohesion,
            })
            .collect();
        let assignments = found.assignments.iter().map(|&c| c as u32).collect();
        Ok((
            Response::Clusters {
                clusters,
                assignments,
            },
            Payload::None,
        ))
    }

    fn groups(&self, examples: &[Vec<VectorId>]) -> Answer {
        let examples: Result<Vec<Vectors>, Failure> =
            examples.iter().map(|names| self.vectors(names)).collect();
        let assignments = analysis::assign_to_groups(&self.points()?.vectors, &examples?)
            .map_err(refused)?
            .into_iter()
            .map(|assignment| Assignment {
                group: assignment.group as u32,
                score: assignment.score,
                margin: assignment.margin,
            })
            .collect();
        Ok((Response::Groups(assignments), Payload::None))
    }

    /// Vectors by name.
    pub(crate) fn vectors(&self, names: &[VectorId]) -> Result<Vectors, Failure> {
        let rows: Option<Vec<usize>> = names
            .iter()
            .map(|name| self.rows.get(name).copied())
            .collect();
        let rows = rows.ok_or_else(no_vector)?;
        let stored = self.stored.as_ref().ok_or_else(no_vector)?;
        stored.select(&rows).map_err(refused)
    }

    /// The points of the document.
    pub(crate) fn points(&self) -> Result<&Rc<Space>, Failure> {
        self.points
            .as_ref()
            .ok_or_else(|| bad_request("There are no texts yet."))
    }

    pub(crate) fn store(
        &mut self,
        names: &[VectorId],
        dimensions: usize,
        floats: &[f32],
    ) -> Result<(), Failure> {
        if floats.len() != names.len() * dimensions {
            return Err(bad_request("Vectors came in a wrong number."));
        }
        if self.stored.is_none() {
            analysis::tune(js_sys::Date::now);
            self.stored = Some(Vectors::new(dimensions).map_err(refused)?);
        }
        if let Some(stored) = &mut self.stored {
            for (name, vector) in names.iter().zip(floats.chunks_exact(dimensions)) {
                let row = stored.push(vector).map_err(refused)?;
                self.rows.insert(*name, row);
            }
        }
        Ok(())
    }

    fn forget(&mut self, names: &[VectorId]) -> Result<(), Failure> {
        for name in names {
            self.rows.remove(name);
        }
        if let Some(stored) = &mut self.stored {
            let mut kept: Vec<(VectorId, usize)> = self.rows.drain().collect();
            kept.sort_unstable_by_key(|&(_, row)| row);
            let rows: Vec<usize> = kept.iter().map(|&(_, row)| row).collect();
            *stored = stored.select(&rows).map_err(refused)?;
            self.rows = kept
                .into_iter()
                .enumerate()
                .map(|(row, (name, _))| (name, row))
                .collect();
        }
        Ok(())
    }

    fn set_points(&mut self, names: &[VectorId]) -> Result<(), Failure> {
        self.points = match &self.stored {
            Some(_) => Some(Rc::new(Space::new(self.vectors(names)?))),
            None if names.is_empty() => None,
            None => return Err(no_vector()),
        };
        std::mem::take(&mut self.asking).steer(Steer::Cancel);
        Ok(())
    }
}

/// Seed of clusters and of approximate neighbours.
pub(crate) const SEED: u64 = 42;

fn neighbours(found: Result<Vec<analysis::Neighbor>, AnalysisError>) -> Answer {
    Ok((
        Response::Neighbours(listed(found.map_err(refused)?)),
        Payload::None,
    ))
}

/// Neighbours as they travel.
pub(crate) fn listed(found: Vec<analysis::Neighbor>) -> Vec<Neighbour> {
    found
        .into_iter()
        .map(|neighbour| Neighbour {
            point: neighbour.index as u32,
            score: neighbour.score,
        })
        .collect()
}

pub(crate) fn analysis_metric(metric: Metric) -> analysis::Metric {
    match metric {
        Metric::Cosine => analysis::Metric::Cosine,
        Metric::Euclidean => analysis::Metric::Euclidean,
        Metric::Dot => analysis::Metric::Dot,
    }
}

fn done() -> Answer {
    Ok((Response::Done, Payload::None))
}

pub(crate) fn no_numbers() -> Payload {
    Payload::from_slice(&[])
}

fn indices(points: &[u32]) -> Vec<usize> {
    points.iter().map(|&point| point as usize).collect()
}

pub(crate) fn bad_request(message: impl Into<String>) -> Failure {
    Failure::new(FailureKind::BadRequest, message)
}

pub(crate) fn no_map() -> Failure {
    bad_request("There is no map yet.")
}

fn no_vector() -> Failure {
    bad_request("A text has no vector yet.")
}

pub(crate) fn refused(error: AnalysisError) -> Failure {
    bad_request(format!("The vectors could not be compared: {error}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Vectors 7, 8 and 9, of which none is a point.
    fn three() -> Analysis {
        let mut stored = Vectors::new(2).unwrap();
        let rows = [(7, [1.0, 0.0]), (8, [0.0, 1.0]), (9, [0.6, 0.8])];
        let rows = rows.map(|(name, vector)| (name, stored.push(&vector).unwrap()));
        Analysis {
            stored: Some(stored),
            rows: rows.into_iter().collect(),
            ..Analysis::default()
        }
    }

    #[test]
    fn vectors_that_are_no_points_are_compared() {
        let analysis = three();
        let scores = analysis.compare(&[9, 7, 9]).unwrap();
        let expected = [1.0, 0.6, 1.0, 0.6, 1.0, 0.6, 1.0, 0.6, 1.0];
        assert_eq!(scores.len(), expected.len());
        for (score, expected) in scores.iter().zip(expected) {
            assert!((score - expected).abs() < 1e-6, "{scores:?}");
        }
        assert!(analysis.compare(&[]).unwrap().is_empty());
        assert!(Analysis::default().compare(&[]).unwrap().is_empty());
    }

    #[test]
    fn vectors_that_are_not_there_and_too_many_are_refused() {
        let analysis = three();
        let kind = |names: &[VectorId]| analysis.compare(names).map_err(|failure| failure.kind);
        assert_eq!(kind(&[7, 6]), Err(FailureKind::BadRequest));
        assert_eq!(
            kind(&vec![7; SIMILARITY_LIMIT + 1]),
            Err(FailureKind::BadRequest)
        );
        assert!(Analysis::default().compare(&[7]).is_err());
    }
}
