//! Files, read in a worker of their own that is fetched and started with the first.

use crate::{
    ClientError,
    assets::Assets,
    client::nonsense,
    engine::Engine,
    link::{Link, as_error},
};
use semblance_protocol::{Import, ReadOptions, Request, Response, Sheet, Table, wire::Payload};
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};
use wasm_bindgen::JsCast;
use web_sys::Blob;

/// A table that was taken.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Taken {
    /// Its texts, one to a line.
    pub texts: String,
    /// The table: a number that no other one has.
    pub table: u32,
    /// The row of each text, from 0.
    pub rows: Vec<u32>,
}

/// Reads files one after another. What is known of the last one stays in the worker.
pub struct Importer {
    base: String,
    link: RefCell<Option<Rc<Link>>>,
    /// What the worker was started from; its script must not go before it has run.
    code: RefCell<Option<Engine>>,
    /// How many tables were taken. The worker may die, and its successor knows none of them.
    tables: Cell<u32>,
}

impl Importer {
    /// One that finds its worker through `assets.json` at `base`, an absolute URL. Nothing is
    /// fetched yet.
    pub fn new(base: impl Into<String>) -> Self {
        Self {
            base: base.into(),
            link: RefCell::default(),
            code: RefCell::default(),
            tables: Cell::default(),
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

    /// Keeps the table, and tells the texts in one of its columns; cells without any text are left
    /// out.
    ///
    /// # Errors
    /// When the worker died, or there is no such column.
    pub async fn take(&self, column: usize) -> Result<Taken, ClientError> {
        let column = u32::try_from(column).unwrap_or(u32::MAX);
        let table = self.tables.get();
        self.tables.set(table + 1);
        match self
            .ask(Import::Take { column, table }, Payload::None)
            .await?
        {
            (Response::Taken { rows }, payload) => {
                let texts = payload.into_value().and_then(|texts| texts.as_string());
                let texts = texts.ok_or_else(nonsense)?;
                Ok(Taken { texts, table, rows })
            }
            _ => Err(nonsense()),
        }
    }

    /// Writes a table, with the columns of the tables that its texts came from.
    ///
    /// # Errors
    /// When the worker cannot be fetched or died, or the table is too large for its format.
    pub async fn write(&self, sheet: Sheet) -> Result<Blob, ClientError> {
        let (_, payload) = self.ask(Import::Write(sheet), Payload::None).await?;
        let file = payload.into_value().ok_or_else(nonsense)?;
        file.dyn_into().map_err(|_| nonsense())
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
