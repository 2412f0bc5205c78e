//! The client: texts in, scores and coordinates out.

use crate::{
    Cancel, ClientError, ClientOptions, EmbedProgress, Event, Stage,
    engine::Engine,
    known::{Embedded, Known},
    link::{Link, OnProgress, as_error},
    pool::{Encoded, Pool},
};
use semblance_protocol::{
    Failure, FailureKind, Metric, ModelInfo, Neighbour, Pair, Request, Response, Token, VectorId,
    wire::Payload,
};
use std::{
    cell::{Cell, RefCell},
    collections::HashSet,
    rc::Rc,
};
use wasm_bindgen_futures::spawn_local;

/// All pairwise cosine similarities.
#[derive(Clone, Debug, PartialEq)]
pub struct Similarity {
    /// `[n, n]`, row-major, each from -1 to 1; exactly 1 for equal texts.
    pub scores: Vec<f32>,
    /// The points in an order in which similar texts sit together.
    pub order: Vec<u32>,
}

struct Inner {
    engine: Rc<Engine>,
    pool: Rc<Pool>,
    analysis: RefCell<Rc<Link>>,
    known: RefCell<Known>,
    model: ModelInfo,
    from_cache: bool,
    /// The scores of unrelated sentences, once somebody asked for them.
    reference: RefCell<Option<Rc<[f32]>>>,
    closed: Cell<bool>,
}

/// The engine, ready to embed and compare. Copies share the same workers.
#[derive(Clone)]
pub struct Client(Rc<Inner>);

impl PartialEq for Client {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Client {
    /// Starts the engine and gets the model ready. Returns when the first encoding worker is; the
    /// others join by themselves.
    ///
    /// # Errors
    /// When the browser lacks WebAssembly SIMD, or a file cannot be fetched, is cut off, is not
    /// the one it should be, or does not make a model. Starting again is possible at once.
    pub async fn start(
        options: ClientOptions,
        events: Rc<dyn Fn(Event)>,
    ) -> Result<Self, ClientError> {
        events(Event::Loading {
            stage: Stage::Engine,
            loaded: 0.0,
            total: 0.0,
        });
        let (engine, load) = options.find().await?;
        let analysis = Link::new(engine.spawn("analysis")?);
        let workers = options.workers();
        let (pool, loaded) = Pool::start(engine.clone(), load, workers, events).await?;
        Ok(Self(Rc::new(Inner {
            engine,
            pool,
            analysis: RefCell::new(Rc::new(analysis)),
            known: RefCell::default(),
            model: loaded.model,
            from_cache: loaded.from_cache,
            reference: RefCell::default(),
            closed: Cell::new(false),
        })))
    }

    /// The model, as its own file describes it.
    pub fn model(&self) -> &ModelInfo {
        &self.0.model
    }

    /// Whether the weights came from the browser's cache.
    pub fn from_cache(&self) -> bool {
        self.0.from_cache
    }

    /// Encoding workers that are ready.
    pub fn workers(&self) -> usize {
        self.0.pool.ready()
    }

    /// What is known of a text already; `None` until it was embedded.
    pub fn known(&self, text: &str) -> Option<Embedded> {
        self.0.known.borrow().get(text)
    }

    /// Embeds texts; those that have vectors already cost nothing. `progress` counts the others.
    ///
    /// # Errors
    /// [`ClientError::Cancelled`] after `cancel`, [`ClientError::WorkerDied`] when a worker and
    /// its replacement died over the same texts. What was done so far is kept, and asking again
    /// goes on from there.
    pub async fn embed(
        &self,
        texts: &[Rc<str>],
        cancel: &Cancel,
        progress: &dyn Fn(EmbedProgress),
    ) -> Result<Vec<Embedded>, ClientError> {
        self.check_open()?;
        let missing: Vec<Rc<str>> = {
            let known = self.0.known.borrow();
            let mut seen = HashSet::new();
            texts
                .iter()
                .filter(|text| known.get(text).is_none() && seen.insert(Rc::clone(text)))
                .cloned()
                .collect()
        };
        let total = missing.len();
        let done = Cell::new(0);
        let finished = |encoded: Encoded| {
            done.set(done.get() + encoded.texts.len());
            self.store(encoded);
            progress(EmbedProgress {
                done: done.get(),
                total,
            });
        };
        self.0.pool.embed(missing, cancel, &finished).await?;
        let known = self.0.known.borrow();
        texts
            .iter()
            .map(|text| {
                known.get(text).ok_or_else(|| {
                    ClientError::VectorsLost("it stopped while texts were embedded".to_owned())
                })
            })
            .collect()
    }

    /// The tokens of a text in its order, the special ones around it first and last: up to
    /// [`TOKENS_LIMIT`](crate::TOKENS_LIMIT), those that the model does not read included. Answered
    /// while texts are embedded, too, after what a worker has in hand.
    ///
    /// # Errors
    /// [`ClientError::WorkerDied`] when a worker and its replacement died over it.
    pub async fn tokens(&self, text: &str) -> Result<Vec<Token>, ClientError> {
        self.0.pool.tokens(text).await
    }

    /// Hands fresh vectors to the analysis worker.
    pub(crate) fn store(&self, encoded: Encoded) {
        let count = encoded.texts.len();
        let dimensions = encoded.vectors.length() as usize / count.max(1);
        let mut names = Vec::with_capacity(count);
        let mut rows = Vec::with_capacity(count);
        {
            let mut known = self.0.known.borrow_mut();
            for (row, text) in encoded.texts.iter().enumerate() {
                // Two requests may have embedded the same text at once; the first one counts.
                let (tokens, truncated) = (encoded.tokens[row], encoded.truncated[row]);
                if let Some(vector) = known.insert(text, tokens, truncated, encoded.unknown[row]) {
                    names.push(vector);
                    rows.push(row);
                }
            }
        }
        if names.is_empty() {
            return;
        }
        let vectors = if rows.len() == count {
            encoded.vectors
        } else {
            let kept = js_sys::Float32Array::new_with_length((rows.len() * dimensions) as u32);
            for (to, &from) in rows.iter().enumerate() {
                let start = (from * dimensions) as u32;
                let row = encoded.vectors.subarray(start, start + dimensions as u32);
                kept.set(&row, (to * dimensions) as u32);
            }
            kept
        };
        // Sent here and now, so that it is there before anyone asks about these vectors.
        let request = Request::Store {
            vectors: names,
            dimensions: dimensions as u32,
        };
        let link = self.0.analysis.borrow().clone();
        let reply = link.request(request, Payload::Floats(vectors), None);
        let client = self.clone();
        spawn_local(async move {
            // Whoever needs the vectors next finds them missing, and is told.
            if let Err(failure) = reply.await {
                let _ = client.replace_if_dead(&link, failure);
            }
        });
    }

    /// Says which vectors the document has, in order. Everything below speaks of these points by
    /// their index.
    ///
    /// # Errors
    /// [`ClientError::VectorsLost`] when the analysis worker died: embed again.
    pub async fn set_points(&self, vectors: &[VectorId]) -> Result<(), ClientError> {
        let request = Request::Points {
            vectors: vectors.to_vec(),
        };
        self.ask(request, Payload::None).await.map(|_| ())
    }

    /// Forgets vectors that are not among these, which are all that the document has, when there
    /// are many.
    pub fn sweep(&self, used: &[VectorId]) {
        let vectors = self.0.known.borrow_mut().sweep(used);
        if !vectors.is_empty() {
            self.tell(Request::Forget { vectors });
        }
    }

    /// All pairwise cosine similarities, for up to [`SIMILARITY_LIMIT`](crate::SIMILARITY_LIMIT)
    /// points.
    ///
    /// # Errors
    /// When there are more points, or the analysis worker died.
    pub async fn similarity(&self) -> Result<Similarity, ClientError> {
        match self.ask(Request::Similarity, Payload::None).await? {
            (Response::Similarity { order }, payload) => Ok(Similarity {
                scores: floats(payload),
                order,
            }),
            _ => Err(nonsense()),
        }
    }

    /// Cosine similarities of some points with others: `[rows, columns]`, row-major.
    ///
    /// # Errors
    /// When a point does not exist, or the analysis worker died.
    pub async fn block(&self, rows: &[u32], columns: &[u32]) -> Result<Vec<f32>, ClientError> {
        let request = Request::Block {
            rows: rows.to_vec(),
            columns: columns.to_vec(),
        };
        match self.ask(request, Payload::None).await? {
            (Response::Block, payload) => Ok(floats(payload)),
            _ => Err(nonsense()),
        }
    }

    /// Cosine similarities of vectors that need not be points, each with each: `[n, n]`, row-major,
    /// each from -1 to 1, for up to [`SIMILARITY_LIMIT`](crate::SIMILARITY_LIMIT) vectors.
    ///
    /// # Errors
    /// When there are more vectors or one does not exist, or the analysis worker died.
    pub async fn compare(&self, vectors: &[VectorId]) -> Result<Vec<f32>, ClientError> {
        let request = Request::Compare {
            vectors: vectors.to_vec(),
        };
        match self.ask(request, Payload::None).await? {
            (Response::Block, payload) => Ok(floats(payload)),
            _ => Err(nonsense()),
        }
    }

    /// The `count` most similar pairs, best first, of up to [`PAIRS_LIMIT`](crate::PAIRS_LIMIT)
    /// points.
    ///
    /// # Errors
    /// When there are more points, or the analysis worker died.
    pub async fn pairs(&self, count: usize) -> Result<Vec<Pair>, ClientError> {
        let request = Request::Pairs {
            count: u32::try_from(count).unwrap_or(u32::MAX),
        };
        match self.ask(request, Payload::None).await? {
            (Response::Pairs(pairs), _) => Ok(pairs),
            _ => Err(nonsense()),
        }
    }

    /// The nearest neighbours of a point in the original space, nearest first.
    ///
    /// # Errors
    /// When the point does not exist, or the analysis worker died.
    pub async fn neighbours(
        &self,
        point: u32,
        count: usize,
        metric: Metric,
    ) -> Result<Vec<Neighbour>, ClientError> {
        let request = Request::Neighbours {
            point,
            count: u32::try_from(count).unwrap_or(u32::MAX),
            metric,
        };
        match self.ask(request, Payload::None).await? {
            (Response::Neighbours(neighbours), _) => Ok(neighbours),
            _ => Err(nonsense()),
        }
    }

    /// Stops all workers. Requests that are under way fail, and so do later ones.
    pub fn close(&self) {
        self.0.closed.set(true);
        self.0.pool.close();
        self.0.analysis.borrow().close();
    }

    /// The scores of unrelated sentences, if they are known.
    pub(crate) fn reference(&self) -> Option<Rc<[f32]>> {
        self.0.reference.borrow().clone()
    }

    /// Keeps the scores of unrelated sentences. They are the model's, and outlive its workers.
    pub(crate) fn set_reference(&self, scores: Rc<[f32]>) {
        self.0.reference.replace(Some(scores));
    }

    /// Names for vectors that are to come, the first of `count`.
    pub(crate) fn reserve(&self, count: usize) -> VectorId {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        self.0.known.borrow_mut().reserve(count)
    }

    /// Takes in what is known of a text. Returns the vector that it has.
    pub(crate) fn adopt(&self, text: &Rc<str>, embedded: Embedded) -> VectorId {
        self.0.known.borrow_mut().adopt(text, embedded)
    }

    /// The encoding workers.
    pub(crate) fn pool(&self) -> Result<&Rc<Pool>, ClientError> {
        self.check_open()?;
        Ok(&self.0.pool)
    }

    fn check_open(&self) -> Result<(), ClientError> {
        if self.0.closed.get() {
            return Err(ClientError::Closed);
        }
        Ok(())
    }

    /// Asks the analysis worker.
    async fn ask(
        &self,
        request: Request,
        payload: Payload,
    ) -> Result<(Response, Payload), ClientError> {
        self.ask_watched(request, payload, None).await
    }

    /// Tells the analysis worker something, at once and without waiting for its answer. Where there
    /// is no worker any more there is nobody to tell.
    pub(crate) fn tell(&self, request: Request) {
        if self.check_open().is_ok() {
            let link = self.0.analysis.borrow().clone();
            drop(link.request(request, Payload::None, None));
        }
    }

    /// Asks the analysis worker; `progress` hears how far it has come.
    pub(crate) async fn ask_watched(
        &self,
        request: Request,
        payload: Payload,
        progress: Option<OnProgress>,
    ) -> Result<(Response, Payload), ClientError> {
        self.check_open()?;
        let link = self.0.analysis.borrow().clone();
        match link.request(request, payload, progress).await {
            Ok(reply) => Ok(reply),
            Err(failure) => Err(self.replace_if_dead(&link, failure)),
        }
    }

    /// What a failure of the analysis worker means. When it died, its vectors are gone: a new one
    /// takes its place, and every text counts as not embedded.
    fn replace_if_dead(&self, link: &Rc<Link>, failure: Failure) -> ClientError {
        if failure.kind != FailureKind::Died {
            return as_error(failure);
        }
        if self.0.closed.get() {
            return ClientError::Closed;
        }
        if Rc::ptr_eq(link, &*self.0.analysis.borrow()) {
            self.0.known.borrow_mut().clear();
            match self.0.engine.spawn("analysis") {
                Ok(worker) => drop(self.0.analysis.replace(Rc::new(Link::new(worker)))),
                Err(error) => return error,
            }
        }
        ClientError::VectorsLost(failure.message)
    }
}

pub(crate) fn floats(payload: Payload) -> Vec<f32> {
    payload
        .into_floats()
        .map(|floats| floats.to_vec())
        .unwrap_or_default()
}

pub(crate) fn nonsense() -> ClientError {
    ClientError::Failed(Failure::new(
        FailureKind::BadRequest,
        "The worker's answer made no sense",
    ))
}
