//! The encoding workers: loading them, sharing out work, replacing the dead.

use crate::{
    Cancel, ClientError, Event, Notice, Stage,
    assets::brought_along,
    carried::carried,
    chunks::{Chunk, chunks},
    engine::Engine,
    explain::Splits,
    link::{Link, OnProgress, as_error},
    share,
};
use futures_channel::oneshot;
use futures_util::future::{Either, select};
use js_sys::Float32Array;
use semblance_protocol::{
    FailureKind, Load, Loaded, Precision, Progress, Request, Response, Token, wire::Payload,
};
use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    future::{Future, poll_fn},
    pin::pin,
    rc::Rc,
    task::Poll,
};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;

/// How far an embedding request has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EmbedProgress {
    /// Texts that have their vectors.
    pub done: usize,
    /// Texts that were asked for and had none.
    pub total: usize,
}

/// What a worker made of a chunk.
pub(crate) struct Encoded {
    pub(crate) texts: Vec<Rc<str>>,
    pub(crate) tokens: Vec<u32>,
    pub(crate) truncated: Vec<bool>,
    pub(crate) unknown: Vec<u32>,
    /// `[texts, dimensions]`.
    pub(crate) vectors: Float32Array,
}

/// Workers that may die over the same texts before the texts are given up.
const DEATHS: u32 = 2;

/// A worker's place in the pool.
#[derive(Default)]
struct Slot {
    link: RefCell<Option<Rc<Link>>>,
    starting: Cell<bool>,
    waiting: RefCell<Vec<oneshot::Sender<()>>>,
}

impl Slot {
    fn link(&self) -> Option<Rc<Link>> {
        self.link.borrow().clone()
    }

    fn set(&self, link: Option<Rc<Link>>) {
        self.starting.set(false);
        *self.link.borrow_mut() = link;
        for waiting in self.waiting.take() {
            // Whoever waited may have gone.
            let _ = waiting.send(());
        }
    }

    /// Empties the slot of a worker that died. Several may find out, and only the first one may do
    /// so: by then another worker may be on its way.
    fn lose(&self, dead: &Rc<Link>) {
        if self.link().is_some_and(|link| Rc::ptr_eq(&link, dead)) {
            self.set(None);
        }
    }

    /// Sorts idle workers first, so that a single text is answered at once.
    fn backlog(&self) -> usize {
        self.link().map_or(usize::MAX, |link| link.backlog())
    }
}

/// The encoding workers.
pub(crate) struct Pool {
    pub(crate) engine: Rc<Engine>,
    pub(crate) load: Load,
    /// The model's files one after another, in a `Blob`.
    files: JsValue,
    slots: Vec<Slot>,
    events: Rc<dyn Fn(Event)>,
    closed: Cell<bool>,
    /// What was split lately.
    pub(crate) splits: Splits,
}

impl Pool {
    /// Starts the first worker, which fetches the model, then `workers - 1` others behind the
    /// caller's back.
    pub(crate) async fn start(
        engine: Rc<Engine>,
        load: Load,
        workers: usize,
        events: Rc<dyn Fn(Event)>,
    ) -> Result<(Rc<Self>, Loaded), ClientError> {
        let link = Link::new(engine.spawn("encoder 1")?);
        let bytes = load.weights.bytes as f64;
        let tell = {
            let events = events.clone();
            move |stage, loaded| {
                events(Event::Loading {
                    stage,
                    loaded,
                    total: bytes,
                });
            }
        };
        let there = {
            let tell = tell.clone();
            brought_along(&load, move |loaded| tell(Stage::Model, loaded)).await?
        };
        let hear = Rc::new(move |progress, _| match progress {
            Progress::Downloading { loaded, .. } => tell(Stage::Model, loaded as f64),
            Progress::Preparing => tell(Stage::Preparing, bytes),
            Progress::Map(_) | Progress::Splitting(_) => {}
        });
        let (loaded, files) = ask_to_load(&link, &load, there, Some(hear)).await?;
        if let Some(reason) = &loaded.not_kept {
            events(Event::Notice(Notice::NotKept(reason.clone())));
        }
        let pool = Rc::new(Self {
            engine,
            load,
            files,
            slots: (0..workers.max(1)).map(|_| Slot::default()).collect(),
            events,
            closed: Cell::new(false),
            splits: Splits::default(),
        });
        pool.slots[0].set(Some(Rc::new(link)));
        for index in 1..pool.slots.len() {
            pool.clone().fill(index);
        }
        Ok((pool, loaded))
    }

    /// Workers that are ready.
    pub(crate) fn ready(&self) -> usize {
        self.slots
            .iter()
            .filter(|slot| slot.link().is_some())
            .count()
    }

    /// Stops all workers; what they owe fails.
    pub(crate) fn close(&self) {
        self.closed.set(true);
        for slot in &self.slots {
            if let Some(link) = slot.link() {
                link.close();
            }
            slot.set(None);
        }
    }

    /// Starts a worker for an empty slot, without waiting for it.
    fn fill(self: Rc<Self>, index: usize) {
        if self.closed.get() || self.slots[index].starting.replace(true) {
            return;
        }
        spawn_local(async move {
            let started = async {
                let link = Link::new(self.engine.spawn(&format!("encoder {}", index + 1))?);
                ask_to_load(&link, &self.load, self.files.clone(), None).await?;
                Ok::<_, ClientError>(Rc::new(link))
            }
            .await;
            // The pool works with the workers that it has; an embed that finds none says why.
            self.slots[index].set(started.ok().filter(|_| !self.closed.get()));
        });
    }

    /// The worker that is to fill an empty slot, once it is ready; none if it can't be started.
    async fn filled(self: &Rc<Self>, index: usize) -> Option<Rc<Link>> {
        let slot = &self.slots[index];
        self.clone().fill(index);
        let (wake, woken) = oneshot::channel();
        slot.waiting.borrow_mut().push(wake);
        // A sender that went without a word means the same: look again.
        let _ = woken.await;
        slot.link()
    }

    /// The tokens of a text.
    pub(crate) async fn tokens(self: &Rc<Self>, text: &str) -> Result<Vec<Token>, ClientError> {
        let request = Request::Tokens {
            text: text.to_owned(),
        };
        match self.ask(&request, &|_| None).await? {
            (Response::Tokens(tokens), _) => Ok(tokens),
            _ => Err(senseless()),
        }
    }

    /// Bytes of memory that the workers hold which are ready.
    pub(crate) async fn memory(&self) -> Result<u64, ClientError> {
        let mut bytes = 0;
        for link in self.slots.iter().filter_map(Slot::link) {
            let reply = link.request(Request::Memory, Payload::None, None).await;
            match reply.map_err(as_error)? {
                (Response::Memory(more), _) => bytes += more,
                _ => return Err(senseless()),
            }
        }
        Ok(bytes)
    }

    /// The arithmetic of the workers.
    pub(crate) fn precision(&self) -> Precision {
        self.load.precision
    }

    /// Asks the worker with the least to do; `hear` makes what hears its progress. A worker that
    /// dies over it is replaced.
    pub(crate) async fn ask(
        self: &Rc<Self>,
        request: &Request,
        hear: &dyn Fn(&Rc<Link>) -> Option<OnProgress>,
    ) -> Result<(Response, Payload), ClientError> {
        let mut deaths = 0;
        loop {
            if self.closed.get() {
                return Err(ClientError::Closed);
            }
            let slots = self.slots.iter().enumerate();
            let least = slots.min_by_key(|(_, slot)| slot.backlog());
            let Some((index, slot)) = least else { break };
            let link = match slot.link() {
                Some(link) => Some(link),
                None => self.filled(index).await,
            };
            let Some(link) = link else { break };
            // One that had died before did not die over this request.
            deaths += u32::from(!link.is_dead());
            let reply = link.request(request.clone(), Payload::None, hear(&link));
            match reply.await {
                Ok(reply) => return Ok(reply),
                Err(failure) if failure.kind == FailureKind::Died => {
                    slot.lose(&link);
                    self.clone().fill(index);
                    if !self.closed.get() && deaths >= DEATHS {
                        return Err(as_error(failure));
                    }
                }
                Err(failure) => return Err(as_error(failure)),
            }
        }
        Err(none_started())
    }

    /// Embeds `texts`, handing each finished chunk to `finished` as it comes.
    pub(crate) async fn embed(
        self: &Rc<Self>,
        texts: Vec<Rc<str>>,
        cancel: &Cancel,
        finished: &dyn Fn(Encoded),
    ) -> Result<(), ClientError> {
        if texts.is_empty() {
            return Ok(());
        }
        let job = Job {
            left: Cell::new(texts.len()),
            under_way: Cell::new(0),
            queue: RefCell::new(chunks(texts, self.slots.len())),
            error: RefCell::new(None),
            cancel,
            finished,
        };
        let (all_done, done) = oneshot::channel();
        let all_done = RefCell::new(Some(all_done));
        // Those with the least to do first.
        let mut order: Vec<usize> = Vec::new();
        for (index, slot) in self.slots.iter().enumerate() {
            let backlog = slot.backlog();
            let at = order.partition_point(|&other| self.slots[other].backlog() <= backlog);
            order.insert(at, index);
        }
        let (job, all_done) = (&job, &all_done);
        let mut work: Vec<_> = (order.into_iter())
            .map(|index| {
                Box::pin(async move {
                    self.work(index, job).await;
                    if job.is_over()
                        && let Some(all_done) = all_done.take()
                    {
                        // The receiver is in this very function.
                        let _ = all_done.send(());
                    }
                })
            })
            .collect();
        // A handful, each of which may be asked whenever any has news.
        let work = poll_fn(move |context| {
            work.retain_mut(|one| one.as_mut().poll(context).is_pending());
            match work.is_empty() {
                true => Poll::Ready(()),
                false => Poll::Pending,
            }
        });
        // Workers that are still starting must not keep a finished job waiting.
        match select(pin!(work), done).await {
            Either::Left(_) | Either::Right(_) => {}
        }
        if let Some(error) = job.error.take() {
            return Err(error);
        }
        if cancel.is_cancelled() && job.left.get() > 0 {
            return Err(ClientError::Cancelled);
        }
        if job.left.get() > 0 {
            return Err(none_started());
        }
        Ok(())
    }

    /// Workers beside this one that have nothing to do, `most` at most. One that turns out to have
    /// died is replaced, without waiting for it.
    fn idle(self: &Rc<Self>, beside: usize, most: usize) -> Vec<Rc<Link>> {
        let mut idle = Vec::new();
        for (index, slot) in self.slots.iter().enumerate() {
            if let Some(link) = slot.link()
                && index != beside
                && link.backlog() == 0
                && idle.len() < most
            {
                if link.is_dead() {
                    slot.set(None);
                    self.clone().fill(index);
                } else {
                    idle.push(link);
                }
            }
        }
        idle
    }

    /// Takes chunks of a job to one worker until none is left.
    async fn work(self: &Rc<Self>, index: usize, job: &Job<'_>) {
        let slot = &self.slots[index];
        while let Some(mut chunk) = job.next() {
            let Some(link) = slot.link() else {
                if self.closed.get() {
                    return job.fail(ClientError::Closed);
                }
                job.queue.borrow_mut().push_front(chunk);
                if self.filled(index).await.is_none() {
                    return;
                }
                continue;
            };
            // Those who have nothing to do help with the last text, if it is a long one.
            let others = match job.queue.borrow().is_empty() {
                true => self.idle(index, share::parts(&chunk.texts) - 1),
                false => Vec::new(),
            };
            let shared = match others.is_empty() {
                true => None,
                false => share::share(&chunk.texts[0], &others),
            };
            let (request, payload) = shared.unwrap_or_else(|| {
                let texts = chunk.texts.iter().map(|text| text.as_ref().to_owned());
                let texts = texts.collect();
                (Request::Embed { texts }, Payload::None)
            });
            job.under_way.set(job.under_way.get() + 1);
            let reply = link.request(request, payload, None).await;
            job.under_way.set(job.under_way.get() - 1);
            match reply {
                Ok((
                    Response::Embedded {
                        tokens,
                        truncated,
                        unknown,
                    },
                    Payload::Floats(vectors),
                )) if tokens.len() == chunk.texts.len() => {
                    job.left.set(job.left.get() - chunk.texts.len());
                    (job.finished)(Encoded {
                        texts: chunk.texts,
                        tokens,
                        truncated,
                        unknown,
                        vectors,
                    });
                }
                Ok(_) => job.fail(senseless()),
                Err(failure) if failure.kind == FailureKind::Died => {
                    if self.closed.get() {
                        return job.fail(ClientError::Closed);
                    }
                    slot.lose(&link);
                    chunk.deaths += 1;
                    if chunk.deaths >= DEATHS {
                        job.fail(as_error(failure));
                    } else {
                        (self.events)(Event::Notice(Notice::WorkerReplaced(failure.message)));
                        job.queue.borrow_mut().push_front(chunk);
                    }
                }
                Err(failure) => job.fail(as_error(failure)),
            }
        }
    }
}

/// One embedding request, shared by the workers that serve it.
struct Job<'a> {
    queue: RefCell<VecDeque<Chunk>>,
    /// Texts without a vector.
    left: Cell<usize>,
    /// Chunks that workers have at the moment.
    under_way: Cell<usize>,
    error: RefCell<Option<ClientError>>,
    cancel: &'a Cancel,
    finished: &'a dyn Fn(Encoded),
}

impl Job<'_> {
    fn next(&self) -> Option<Chunk> {
        if self.cancel.is_cancelled() || self.error.borrow().is_some() {
            return None;
        }
        self.queue.borrow_mut().pop_front()
    }

    fn fail(&self, error: ClientError) {
        self.error.borrow_mut().get_or_insert(error);
    }

    /// Whether nothing more will come of it.
    fn is_over(&self) -> bool {
        let stopped = self.cancel.is_cancelled() || self.error.borrow().is_some();
        self.left.get() == 0 || (stopped && self.under_way.get() == 0)
    }
}

/// Asks a worker to get the model ready; `files` is a `Blob` of them in a row, or undefined.
async fn ask_to_load(
    link: &Link,
    load: &Load,
    files: JsValue,
    progress: Option<OnProgress>,
) -> Result<(Loaded, JsValue), ClientError> {
    let payload = if files.is_undefined() {
        Payload::None
    } else {
        Payload::Value(carried(files).await)
    };
    match link
        .request(Request::Load(load.clone()), payload, progress)
        .await
        .map_err(as_error)?
    {
        (Response::Loaded(loaded), payload) => {
            Ok((loaded, payload.into_value().unwrap_or(JsValue::UNDEFINED)))
        }
        _ => Err(senseless()),
    }
}

pub(crate) fn senseless() -> ClientError {
    ClientError::WorkerDied("its answer made no sense".to_owned())
}

fn none_started() -> ClientError {
    ClientError::WorkerDied("none could be started".to_owned())
}
