//! Files, read in a worker of their own that is fetched and started with the first.

use crate::{
    ClientError,
    assets::Assets,
    client::nonsense,
    engine::Engine,
    link::{Link, as_error},
};
use semblance_protocol::{Import, ReadOptions, Request, Response, Table, wire::Payload};
use std::{cell::RefCell, rc::Rc};
use web_sys::Blob;

/// Reads files one after another. What is known of the last one stays in the worker.
pub struct Importer {
    base: String,
    link: RefCell<Option<Rc<Link>>>,
    /// What the worker was started from; its script must not go before it has run.
    code: RefCell<Option<Engine>>,
}

impl Importer {
    /// One that finds its worker through `assets.json` at `base`, an absolute URL. Nothing is
    /// fetched yet.
    pub fn new(base: impl Into<String>) -> Self {
        Self {
            base: base.into(),
            link: RefCell::default(),
            code: RefCell::default(),
        }
    }

    /// Reads a file as it seems to be. `name` is empty for what was pasted, `mime` where the
    /// browser doesn't know.
    ///
    /// # Errors
    /// When the worker cannot be fetched, the file cannot be read (the message says why and what to
    /// do), or the worker dies.
    pub async fn read(&self, file: &Blob, name: &str, mime: &str) -> Result<Table, ClientError> {
        let request = Import::Read {
            name: name.to_owned(),
            mime: mime.to_owned(),
        };
        as_table(self.ask(request, Payload::Value(file.into())).await?)
    }

    /// Reads the same file in another way.
    ///
    /// # Errors
    /// When it can't be read in that way, or the worker died.
    pub async fn reread(&self, options: ReadOptions) -> Result<Table, ClientError> {
        as_table(self.ask(Import::Reread(options), Payload::None).await?)
    }

    /// The texts in a column, one to a line; cells without any text are left out.
    ///
    /// # Errors
    /// When the worker died, or there is no such column.
    pub async fn texts(&self, column: usize) -> Result<String, ClientError> {
        let column = u32::try_from(column).unwrap_or(u32::MAX);
        match self.ask(Import::Texts { column }, Payload::None).await? {
            (Response::Texts, payload) => payload
                .into_value()
                .and_then(|texts| texts.as_string())
                .ok_or_else(nonsense),
            _ => Err(nonsense()),
        }
    }

    /// Stops reading and forgets the file.
    pub fn stop(&self) {
        drop(self.link.take());
    }

    async fn ask(
        &self,
        request: Import,
        payload: Payload,
    ) -> Result<(Response, Payload), ClientError> {
        let link = self.link().await?;
        let reply = link.request(Request::Import(request), payload, None).await;
        reply.map_err(|failure| match as_error(failure) {
            ClientError::WorkerDied(reason) => ClientError::ReaderDied(reason),
            error => error,
        })
    }

    /// The worker, started if there is none that lives.
    async fn link(&self) -> Result<Rc<Link>, ClientError> {
        let alive = self.link.borrow().clone().filter(|link| !link.is_dead());
        if let Some(link) = alive {
            return Ok(link);
        }
        let assets = Assets::load(&self.base).await?;
        let code = Engine::importer(&assets).await?;
        let link = Rc::new(Link::new(code.spawn("importer")?));
        self.code.replace(Some(code));
        self.link.replace(Some(link.clone()));
        Ok(link)
    }
}

fn as_table((response, _): (Response, Payload)) -> Result<Table, ClientError> {
    match response {
        Response::Table(table) => Ok(table),
        _ => Err(nonsense()),
    }
}
