//! Making maps: long work that is watched, steered and given up.

use crate::analysis::{Analysis, analysis_metric, bad_request, no_map, no_numbers, refused};
use crate::pace::{Pace, now};
use crate::questions;
use crate::space::Space;
use semblance_analysis as analysis;
use semblance_analysis::{
    AnalysisError, Axis, Distinct, FaithfulnessCheck, Layout, Pca, Start, Tsne, TsneOptions, Umap,
    UmapOptions, Vectors,
};
use semblance_protocol::{
    AxisEnds, Failure, Faithfulness, MapProgress, Method, Progress, Projection, Request, RequestId,
    Response, Steer,
    wire::Payload,
    worker::{self, Answer},
};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// Time between two frames, in milliseconds.
const FRAME: f64 = 33.0;

/// What the page says about a piece of long work.
#[derive(Default)]
pub(crate) struct Job {
    paused: Cell<bool>,
    finishing: Cell<bool>,
    cancelled: Cell<bool>,
    /// A frame is on its way and has not been taken in.
    unseen: Cell<bool>,
}

impl Job {
    pub(crate) fn steer(&self, steer: Steer) {
        match steer {
            Steer::Pause => self.paused.set(true),
            Steer::Resume => self.paused.set(false),
            Steer::Finish => {
                self.finishing.set(true);
                self.paused.set(false);
            }
            Steer::Cancel => self.cancelled.set(true),
            Steer::Shown => self.unseen.set(false),
        }
    }

    pub(crate) fn is_paused(&self) -> bool {
        self.paused.get()
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        self.cancelled.get()
    }
}

/// A finished map.
pub(crate) struct Map {
    /// What it shows.
    space: Rc<Space>,
    projection: Projection,
    made: Made,
    /// `[n, dimensions]`.
    coordinates: Vec<f32>,
    dimensions: usize,
}

/// How a map was made, for placing more on it.
enum Made {
    Pca(Pca),
    /// Of the different vectors.
    Umap(Umap),
    Tsne,
    /// Own axes, and for the dimensions beyond them principal components.
    Axes(Vec<Axis>, Pca),
}

impl Map {
    /// Places for vectors that are not on the map, `[new, dimensions]`.
    pub(crate) fn place(&self, new: &Vectors) -> Result<Vec<f32>, AnalysisError> {
        let centred = self.projection.centred;
        let new = match centred {
            true if !matches!(self.made, Made::Pca(_) | Made::Axes(..)) => {
                new.less(&self.space.vectors.mean())?
            }
            _ => new.clone(),
        };
        match &self.made {
            Made::Pca(pca) => pca.transform(&new),
            Made::Axes(axes, rest) => along(&new, axes, rest),
            Made::Umap(umap) => umap.place(&*self.space.different(centred)?, &new),
            Made::Tsne => {
                let originals = self.space.seen(centred);
                let metric = analysis_metric(self.projection.metric);
                analysis::place_among(&originals, &self.coordinates, self.dimensions, &new, metric)
            }
        }
    }
}

/// Answers the requests that take long.
pub(crate) async fn answer(
    analysis: &Rc<RefCell<Analysis>>,
    request: Request,
    payload: Payload,
    id: RequestId,
) -> Answer {
    match request {
        Request::Project(projection) => project(analysis, projection, id).await,
        Request::Faithfulness { k, shown, drawn } => {
            let drawn = drawn.map(|dimensions| {
                let places = payload.into_floats().map(|floats| floats.to_vec());
                (places.unwrap_or_default(), dimensions as usize)
            });
            compare(analysis, k as usize, &shown, drawn, id).await
        }
        Request::Outliers { count } => questions::outliers(analysis, count as usize, id).await,
        Request::Overview => questions::overview(analysis, id).await,
        Request::NearestOfEach { count } => {
            questions::nearest_of_each(analysis, count as usize, id).await
        }
        Request::Duplicates { threshold } => questions::duplicates(analysis, threshold, id).await,
        other => analysis.borrow_mut().answer(other, payload),
    }
}

/// Takes the place of the job under way.
fn begin(analysis: &Rc<RefCell<Analysis>>) -> Rc<Job> {
    let job = Rc::<Job>::default();
    let before = std::mem::replace(&mut analysis.borrow_mut().job, job.clone());
    before.steer(Steer::Cancel);
    job
}

pub(crate) fn tell(id: RequestId, progress: MapProgress, payload: Payload) {
    worker::send(id, Response::Progress(Progress::Map(progress)), payload);
}

async fn project(
    analysis: &Rc<RefCell<Analysis>>,
    projection: Projection,
    id: RequestId,
) -> Answer {
    let job = begin(analysis);
    let Ok(space) = analysis.borrow().points().cloned() else {
        return Ok((projected(0, Vec::new()), no_numbers()));
    };
    let (made, response, coordinates) = match &projection.method {
        Method::Pca { components } => {
            let pca = Pca::fit(&space.vectors, *components as usize);
            let shares = pca.variance_shares().iter().map(|&v| v as f32).collect();
            let coordinates = pca.coordinates().to_vec();
            (
                Made::Pca(pca.clone()),
                projected(pca.count(), shares),
                coordinates,
            )
        }
        Method::Axes(ends) => {
            let axes = axes(&analysis.borrow(), ends)?;
            let missing = (projection.dimensions as usize).saturating_sub(axes.len());
            let rest = Pca::fit(&space.vectors, missing);
            let coordinates = along(&space.vectors, &axes, &rest).map_err(refused)?;
            let angle = match axes.as_slice() {
                [first, second, ..] => Some(first.cosine(second).map_err(refused)?),
                _ => None,
            };
            let response = Response::Projected {
                dimensions: (axes.len() + rest.count()) as u32,
                variance: Vec::new(),
                iterations: 0,
                angle,
            };
            (Made::Axes(axes, rest), response, coordinates)
        }
        Method::Umap { .. } | Method::Tsne { .. } => lay_out(&space, &projection, &job, id).await?,
    };
    let dimensions = match &response {
        Response::Projected { dimensions, .. } => *dimensions as usize,
        _ => 0,
    };
    let payload = Payload::from_slice(&coordinates);
    analysis.borrow_mut().map = Some(Rc::new(Map {
        space,
        projection,
        made,
        coordinates,
        dimensions,
    }));
    Ok((response, payload))
}

fn projected(dimensions: usize, variance: Vec<f32>) -> Response {
    Response::Projected {
        dimensions: dimensions as u32,
        variance,
        iterations: 0,
        angle: None,
    }
}

fn axes(analysis: &Analysis, ends: &[AxisEnds]) -> Result<Vec<Axis>, Failure> {
    ends.iter()
        .map(|ends| {
            let (from, to) = (analysis.vectors(&ends.from)?, analysis.vectors(&ends.to)?);
            Axis::between(&from, &to).map_err(refused)
        })
        .collect()
}

/// Coordinates along axes, then along principal components: `[n, axes + components]`.
fn along(vectors: &Vectors, axes: &[Axis], rest: &Pca) -> Result<Vec<f32>, AnalysisError> {
    let own = analysis::project_onto_axes(vectors, axes)?;
    let others = rest.transform(vectors)?;
    let mut places = Vec::with_capacity(own.len() + others.len());
    for i in 0..vectors.len() {
        places.extend(&own[i * axes.len()..(i + 1) * axes.len()]);
        places.extend(&others[i * rest.count()..(i + 1) * rest.count()]);
    }
    Ok(places)
}

/// A layout that is found step by step, of the different vectors: equal ones, which would drift
/// apart, lie where the one of them lies that takes part.
async fn lay_out(
    space: &Space,
    projection: &Projection,
    job: &Rc<Job>,
    id: RequestId,
) -> Result<(Made, Response, Vec<f32>), Failure> {
    let mut pace = Pace::new(job.clone());
    let vectors = space.different(projection.centred).map_err(refused)?;
    let distinct = space.distinct();
    let metric = analysis_metric(projection.metric);
    let dimensions = projection.dimensions as usize;
    let mut near = async |k| {
        let tell = |done| tell(id, MapProgress::Neighbours { done }, Payload::None);
        space
            .graph_of_different(metric, projection.centred, k, &mut pace, tell)
            .await
    };
    let (made, iterations, coordinates) = match &projection.method {
        Method::Umap {
            neighbours,
            min_distance,
            iterations,
            spectral,
            seed,
        } => {
            let options = UmapOptions {
                neighbors: neighbours.map_or_else(
                    || UmapOptions::suggested_neighbors(vectors.len()),
                    |count| count as usize,
                ),
                min_distance: *min_distance,
                dimensions,
                iterations: iterations.map(|count| count as usize),
                seed: *seed,
                start: if *spectral {
                    Start::Spectral
                } else {
                    Start::Pca
                },
            };
            let graph = near(options.neighbors.saturating_sub(1)).await?;
            let mut umap = Umap::new(&vectors, &graph, &options).map_err(refused)?;
            watch(&mut umap, distinct, job, &mut pace, id).await?;
            let (done, places) = (umap.iteration(), places(&umap, distinct)?);
            (Made::Umap(umap), done, places)
        }
        Method::Tsne {
            perplexity,
            learning_rate,
            exaggeration,
            iterations,
            seed,
        } => {
            let options = TsneOptions {
                perplexity: *perplexity,
                learning_rate: *learning_rate,
                exaggeration: *exaggeration,
                iterations: *iterations as usize,
                dimensions,
                seed: *seed,
                ..TsneOptions::default()
            };
            let graph = near(options.neighbors_of(vectors.len())).await?;
            let mut tsne = Tsne::new(&vectors, &graph, &options).map_err(refused)?;
            watch(&mut tsne, distinct, job, &mut pace, id).await?;
            (Made::Tsne, tsne.iteration(), places(&tsne, distinct)?)
        }
        Method::Pca { .. } | Method::Axes(_) => return Err(no_map()),
    };
    let response = Response::Projected {
        dimensions: projection.dimensions,
        variance: Vec::new(),
        iterations: iterations as u32,
        angle: None,
    };
    Ok((made, response, coordinates))
}

/// Where all points are, `[n, dimensions]`.
fn places(layout: &dyn Layout, distinct: &Distinct) -> Result<Vec<f32>, Failure> {
    distinct
        .copied(layout.coordinates(), layout.dimensions())
        .map_err(refused)
}

/// Runs a layout to its end, or until the page has had enough of it, and shows it on the way.
async fn watch(
    layout: &mut dyn Layout,
    distinct: &Distinct,
    job: &Job,
    pace: &mut Pace,
    id: RequestId,
) -> Result<(), Failure> {
    let mut shown = f64::NEG_INFINITY;
    loop {
        if !job.unseen.get() && now() - shown >= FRAME {
            let frame = MapProgress::Frame {
                iteration: layout.iteration() as u32,
                iterations: layout.iterations() as u32,
            };
            let places = places(layout, distinct)?;
            job.unseen.set(true);
            tell(id, frame, Payload::from_slice(&places));
            shown = now();
        }
        if job.finishing.get() || !layout.step(1) {
            return Ok(());
        }
        pace.breathe().await?;
    }
}

/// Compares the latest map with the space it was made from, or the present points with where they
/// are drawn: `[n, dimensions]`, and the dimensions.
async fn compare(
    analysis: &Rc<RefCell<Analysis>>,
    k: usize,
    shown: &[u32],
    drawn: Option<(Vec<f32>, usize)>,
    id: RequestId,
) -> Answer {
    let job = begin(analysis);
    let map = analysis.borrow().map.clone();
    let nothing = || {
        let nothing = Response::Faithfulness(Faithfulness::default());
        Ok((nothing, no_numbers()))
    };
    // What is near is what the map went by, also where more was placed on it.
    let metric = map.as_ref().map(|map| map.projection.metric);
    let metric = analysis_metric(metric.unwrap_or_default());
    let (space, drawn) = match drawn {
        Some((coordinates, dimensions)) => {
            let Ok(space) = analysis.borrow().points().cloned() else {
                return nothing();
            };
            (space, chosen(&coordinates, dimensions, shown)?)
        }
        None => {
            let map = map.ok_or_else(no_map)?;
            let drawn = chosen(&map.coordinates, map.dimensions, shown)?;
            (map.space.clone(), drawn)
        }
    };
    let Some(drawn) = drawn else {
        return nothing();
    };
    let mut pace = Pace::new(job);
    let said = |done| tell(id, MapProgress::Comparing { done }, Payload::None);
    // Always in the original space, whatever the map was made from.
    let truth = space
        .graph(metric, false, k, &mut pace, |done| said(done / 2.0))
        .await?;
    let mut check = FaithfulnessCheck::new(&space.vectors, &truth, &drawn, k).map_err(refused)?;
    while check.step() {
        if pace.breathe().await? {
            said(0.5 + check.progress() / 2.0);
        }
    }
    let found = check.finish();
    let points: Vec<f32> = (found.point_trustworthiness.iter())
        .zip(&found.point_continuity)
        .zip(&found.point_preservation)
        .flat_map(|((&trust, &continuity), &kept)| [trust, continuity, kept])
        .collect();
    let whole = Faithfulness {
        k: found.k as u32,
        trustworthiness: found.trustworthiness,
        continuity: found.continuity,
        preservation: found.preservation,
        ranked: found.ranked as u32,
    };
    Ok((Response::Faithfulness(whole), Payload::from_slice(&points)))
}

/// The chosen ones of each point's coordinates, `[n, dimensions]`; none where there are none of
/// them.
fn chosen(
    coordinates: &[f32],
    dimensions: usize,
    shown: &[u32],
) -> Result<Option<Vectors>, Failure> {
    let axes: Vec<usize> = (shown.iter().map(|&axis| axis as usize))
        .filter(|&axis| axis < dimensions)
        .collect();
    if axes.is_empty() {
        return Ok(None);
    }
    if !coordinates.len().is_multiple_of(dimensions) {
        return Err(bad_request("Coordinates came in a wrong number."));
    }
    let drawn = (coordinates.chunks_exact(dimensions))
        .flat_map(|place| axes.iter().map(|&axis| place[axis]))
        .collect();
    Vectors::from_flat(drawn, axes.len())
        .map(Some)
        .map_err(refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_the_coordinates_those_shown_are_compared() {
        let coordinates = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        let drawn = chosen(&coordinates, 3, &[2, 0]).unwrap().unwrap();
        assert_eq!(drawn.as_flat(), [3.0, 1.0, 6.0, 4.0]);
        assert_eq!(chosen(&coordinates, 3, &[3]).unwrap(), None);
        assert_eq!(chosen(&[], 0, &[0]).unwrap(), None);
        assert!(chosen(&coordinates, 4, &[0]).is_err());
        assert!(chosen(&[f32::NAN; 2], 2, &[0, 1]).is_err());
    }
}
