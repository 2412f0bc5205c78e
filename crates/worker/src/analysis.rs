//! The analysis worker: all vectors, and questions about them.

use crate::Answer;
use semblance_analysis as analysis;
use semblance_analysis::{AnalysisError, Metric, Vectors};
use semblance_protocol::{
    Failure, FailureKind, Neighbour, Pair, Request, Response, SIMILARITY_LIMIT, VectorId,
    wire::Payload,
};
use std::collections::HashMap;

/// Most points of which all pairs are compared.
const PAIRS_LIMIT: usize = 20_000;

/// What the analysis worker has.
#[derive(Default)]
pub(crate) struct Analysis {
    /// Every vector that was handed over and not forgotten.
    stored: Option<Vectors>,
    /// The row of each in `stored`.
    rows: HashMap<VectorId, usize>,
    /// The vector of each point of the document, in order.
    points: Option<Vectors>,
}

impl Analysis {
    /// Answers a request.
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
            Request::Similarity => {
                let Some(points) = &self.points else {
                    return Ok((Response::Similarity { order: Vec::new() }, no_numbers()));
                };
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
            Request::Block { rows, columns } => {
                let points = self.points()?;
                let block = analysis::cosine_block(points, &indices(&rows), &indices(&columns))
                    .map_err(refused)?;
                Ok((Response::Block, Payload::from_slice(&block)))
            }
            Request::Pairs { count } => {
                let Some(points) = &self.points else {
                    return Ok((Response::Pairs(Vec::new()), Payload::None));
                };
                if points.len() > PAIRS_LIMIT {
                    return Err(bad_request(format!(
                        "All pairs are compared for up to {PAIRS_LIMIT} texts, not {}.",
                        points.len()
                    )));
                }
                let pairs = analysis::top_pairs(points, count as usize)
                    .into_iter()
                    .map(|pair| Pair {
                        a: pair.first as u32,
                        b: pair.second as u32,
                        score: pair.score,
                    })
                    .collect();
                Ok((Response::Pairs(pairs), Payload::None))
            }
            Request::Neighbours { point, count } => {
                let nearest = analysis::nearest(
                    self.points()?,
                    point as usize,
                    count as usize,
                    Metric::Cosine,
                )
                .map_err(refused)?
                .into_iter()
                .map(|neighbour| Neighbour {
                    point: neighbour.index as u32,
                    score: neighbour.score,
                })
                .collect();
                Ok((Response::Neighbours(nearest), Payload::None))
            }
            Request::Pca { components } => {
                let Some(points) = &self.points else {
                    let variance = Vec::new();
                    return Ok((Response::Pca { variance }, no_numbers()));
                };
                let pca = analysis::Pca::fit(points, components as usize);
                Ok((
                    Response::Pca {
                        variance: pca.variance_shares().iter().map(|&v| v as f32).collect(),
                    },
                    Payload::from_slice(pca.coordinates()),
                ))
            }
            Request::Load(_) | Request::Embed { .. } => {
                Err(bad_request("The analysis worker embeds no texts."))
            }
        }
    }

    fn store(
        &mut self,
        names: &[VectorId],
        dimensions: usize,
        floats: &[f32],
    ) -> Result<(), Failure> {
        if floats.len() != names.len() * dimensions {
            return Err(bad_request("Vectors came in a wrong number."));
        }
        if self.stored.is_none() {
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
        let rows: Option<Vec<usize>> = names
            .iter()
            .map(|name| self.rows.get(name).copied())
            .collect();
        let rows = rows.ok_or_else(|| bad_request("A text has no vector yet."))?;
        self.points = match &self.stored {
            Some(stored) => Some(stored.select(&rows).map_err(refused)?),
            None => None,
        };
        Ok(())
    }

    fn points(&self) -> Result<&Vectors, Failure> {
        self.points
            .as_ref()
            .ok_or_else(|| bad_request("There are no texts yet."))
    }
}

fn done() -> Answer {
    Ok((Response::Done, Payload::None))
}

fn no_numbers() -> Payload {
    Payload::from_slice(&[])
}

fn indices(points: &[u32]) -> Vec<usize> {
    points.iter().map(|&point| point as usize).collect()
}

fn bad_request(message: impl Into<String>) -> Failure {
    Failure::new(FailureKind::BadRequest, message)
}

fn refused(error: AnalysisError) -> Failure {
    bad_request(format!("The vectors could not be compared: {error}."))
}
