//! Making maps: long work that is watched, steered and given up.

use crate::Answer;
use crate::analysis::{Analysis, analysis_metric, listed, no_map, no_numbers, refused};
use crate::outbox;
use crate::pace::{Pace, now};
use crate::space::Space;
use semblance_analysis as analysis;
use semblance_analysis::{
    AnalysisError, Axis, FaithfulnessCheck, Layout, Pca, Start, Tsne, TsneOptions, Umap,
    UmapOptions, Vectors,
};
use semblance_protocol::{
    AxisEnds, Failure, Faithfulness, MapProgress, Method, Progress, Projection, Request, RequestId,
    Response, Steer, wire::Payload,
};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// Neighbours that outliers are judged by.
const OUTLIER_NEIGHBOURS: usize = 10;
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
    Umap(Umap),
    Tsne,
    /// Own axes, and for the dimensions beyond them principal components.
    Axes(Vec<Axis>, Pca),
}

impl Map {
    /// Places for vectors that are not on the map, `[new, dimensions]`.
    pub(crate) fn place(&self, new: &Vectors) -> Result<Vec<f32>, AnalysisError> {
        let originals = self.space.seen(self.projection.centred);
        let new = match self.projection.centred {
            true if !matches!(self.made, Made::Pca(_) | Made::Axes(..)) => {
                new.less(&self.space.vectors.mean())?
            }
            _ => new.clone(),
        };
        match &self.made {
            Made::Pca(pca) => pca.transform(&new),
            Made::Axes(axes, rest) => along(&new, axes, rest),
            Made::Umap(umap) => umap.place(&originals, &new),
            Made::Tsne => {
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
    id: RequestId,
) -> Answer {
    match request {
        Request::Project(projection) => project(analysis, projection, id).await,
        Request::Faithfulness { k, shown } => compare(analysis, k as usize, &shown, id).await,
        Request::Outliers { count } => outliers(analysis, count as usize, id).await,
        other => analysis.borrow_mut().answer(other, Payload::None),
    }
}

/// Takes the place of the job under way.
fn begin(analysis: &Rc<RefCell<Analysis>>) -> Rc<Job> {
    let job = Rc::<Job>::default();
    let before = std::mem::replace(&mut analysis.borrow_mut().job, job.clone());
    before.steer(Steer::Cancel);
    job
}

fn tell(id: RequestId, progress: MapProgress, payload: Payload) {
    outbox::send(id, Response::Progress(Progress::Map(progress)), payload);
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

/// A layout that is found step by step.
async fn lay_out(
    space: &Space,
    projection: &Projection,
    job: &Rc<Job>,
    id: RequestId,
) -> Result<(Made, Response, Vec<f32>), Failure> {
    let mut pace = Pace::new(job.clone());
    let vectors = space.seen(projection.centred);
    let metric = analysis_metric(projection.metric);
    let dimensions = projection.dimensions as usize;
    let mut near = async |k| {
        let tell = |done| tell(id, MapProgress::Neighbours { done }, Payload::None);
        space
            .graph(metric, projection.centred, k, &mut pace, tell)
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
            watch(&mut umap, job, &mut pace, id).await?;
            let (done, places) = (umap.iteration(), umap.coordinates().to_vec());
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
            watch(&mut tsne, job, &mut pace, id).await?;
            (Made::Tsne, tsne.iteration(), tsne.coordinates().to_vec())
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

/// Runs a layout to its end, or until the page has had enough of it, and shows it on the way.
async fn watch(
    layout: &mut dyn Layout,
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
            job.unseen.set(true);
            tell(id, frame, Payload::from_slice(layout.coordinates()));
            shown = now();
        }
        if job.finishing.get() || !layout.step(1) {
            return Ok(());
        }
        pace.breathe().await?;
    }
}

async fn compare(
    analysis: &Rc<RefCell<Analysis>>,
    k: usize,
    shown: &[u32],
    id: RequestId,
) -> Answer {
    let job = begin(analysis);
    let map = analysis.borrow().map.clone().ok_or_else(no_map)?;
    let mut pace = Pace::new(job);
    let said = |done| tell(id, MapProgress::Comparing { done }, Payload::None);
    let metric = analysis_metric(map.projection.metric);
    // Always in the original space, whatever the map was made from.
    let truth = map
        .space
        .graph(metric, false, k, &mut pace, |done| said(done / 2.0))
        .await?;
    let axes: Vec<usize> = (shown.iter().map(|&axis| axis as usize))
        .filter(|&axis| axis < map.dimensions)
        .collect();
    if axes.is_empty() {
        return Ok((
            Response::Faithfulness(Faithfulness::default()),
            no_numbers(),
        ));
    }
    let drawn: Vec<f32> = map
        .coordinates
        .chunks_exact(map.dimensions)
        .flat_map(|place| axes.iter().map(|&axis| place[axis]))
        .collect();
    let drawn = Vectors::from_flat(drawn, axes.len()).map_err(refused)?;
    let mut check =
        FaithfulnessCheck::new(&map.space.vectors, &truth, &drawn, k).map_err(refused)?;
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

async fn outliers(analysis: &Rc<RefCell<Analysis>>, count: usize, id: RequestId) -> Answer {
    let Ok(space) = analysis.borrow().points().cloned() else {
        return Ok((Response::Neighbours(Vec::new()), Payload::None));
    };
    let mut pace = Pace::new(Rc::default());
    let said = |done| tell(id, MapProgress::Neighbours { done }, Payload::None);
    let metric = analysis::Metric::Cosine;
    let graph = space
        .graph(metric, false, OUTLIER_NEIGHBOURS, &mut pace, said)
        .await?;
    let found = analysis::outliers(&graph.truncated(OUTLIER_NEIGHBOURS), count);
    Ok((Response::Neighbours(listed(found)), Payload::None))
}
