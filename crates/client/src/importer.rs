//! Files, read in a worker of their own that is fetched and started with the first.

use crate::{
    ClientError,
    assets::Assets,
    carried::carried,
    client::nonsense,
    engine::Engine,
    link::{Link, as_error},
};
use js_sys::Float32Array;
use semblance_protocol::{
    Import, ReadOptions, Request, Response, Sheet, Table, VectorsFormat, Whole, wire::Payload,
};
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
    /// The number of the table that was taken last.
    last: Cell<u32>,
    /// The tables that were taken, as bytes: the worker may die, and its successor knows none.
    packed: RefCell<Vec<(u32, Blob)>>,
    /// The tables that the worker knows.
    known: RefCell<Vec<u32>>,
}

impl Importer {
    /// One that finds its worker through `assets.json` at `base`, an absolute URL. Nothing is
    /// fetched yet.
    pub fn new(base: impl Into<String>) -> Self {
        Self {
            base: base.into(),
            link: RefCell::default(),
            code: RefCell::default(),
            last: Cell::default(),
            packed: RefCell::default(),
            known: RefCell::default(),
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
        as_table(
            self.ask(request, Payload::Value(carried(file.into()).await))
                .await?,
        )
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
        // No table of an earlier page has its number, since texts may still be of that one; and a
        // later table has a larger one.
        let seconds = (js_sys::Date::now() / 1000.0) as u32;
        let table = seconds.max(self.last.get() + 1);
        self.last.set(table);
        match self
            .ask(Import::Take { column, table }, Payload::None)
            .await?
        {
            (Response::Taken { rows }, payload) => {
                let texts = payload.into_value().and_then(|texts| texts.as_string());
                let texts = texts.ok_or_else(nonsense)?;
                self.known.borrow_mut().push(table);
                // Without room for them the columns last as long as the worker does.
                if let Ok(bytes) = self.file(Import::Pack { table }).await {
                    self.unpack(table, bytes);
                }
                Ok(Taken { texts, table, rows })
            }
            _ => Err(nonsense()),
        }
    }

    /// The bytes of a table that was taken here, or had again.
    pub fn packed(&self, table: u32) -> Option<Blob> {
        let packed = self.packed.borrow();
        let found = packed.iter().find(|(number, _)| *number == table);
        found.map(|(_, bytes)| bytes.clone())
    }

    /// Has a table again whose bytes were kept by an earlier page.
    pub fn unpack(&self, table: u32, bytes: Blob) {
        self.packed.borrow_mut().push((table, bytes));
    }

    /// Writes a table, with the columns of the tables that its texts came from.
    ///
    /// # Errors
    /// When the worker cannot be fetched or died, the columns that were kept can't be read, or the
    /// table is too large for its format.
    pub async fn write(&self, sheet: Sheet) -> Result<Blob, ClientError> {
        let mut used: Vec<u32> = Vec::new();
        for &(table, _) in sheet.sources.iter().flatten() {
            if !used.contains(&table) {
                used.push(table);
            }
        }
        self.have(&used).await?;
        self.file(Import::Write(sheet)).await
    }

    /// Has the worker know these tables, as far as they were kept.
    async fn have(&self, used: &[u32]) -> Result<(), ClientError> {
        // Before what is known is asked for: a worker that died takes that with it.
        self.link().await?;
        let packed = self.packed.borrow().clone();
        for (table, bytes) in packed {
            if used.contains(&table) && !self.known.borrow().contains(&table) {
                // If it can't be read that is said once; the next time goes without.
                self.known.borrow_mut().push(table);
                let bytes = Payload::Value(carried(bytes.into()).await);
                self.ask(Import::Unpack { table }, bytes).await?;
            }
        }
        Ok(())
    }

    /// Writes a list of what was found: the columns alone, whose rows need not be texts.
    ///
    /// # Errors
    /// When the worker cannot be fetched or died, or the list is too large for its format.
    pub async fn write_list(&self, list: Sheet) -> Result<Blob, ClientError> {
        self.file(Import::WriteList(list)).await
    }

    /// Writes vectors, `[texts, dimensions]`.
    ///
    /// # Errors
    /// When the worker cannot be fetched or died.
    pub async fn write_vectors(
        &self,
        format: VectorsFormat,
        texts: Vec<String>,
        groups: Vec<String>,
        vectors: Float32Array,
    ) -> Result<Blob, ClientError> {
        let request = Import::WriteVectors {
            format,
            texts,
            groups,
        };
        self.file_with(request, Payload::Floats(vectors)).await
    }

    /// Writes a workspace as one file, with its tables, and with its vectors if all are there.
    ///
    /// # Errors
    /// When the worker cannot be fetched or died, or tables that were kept can't be read.
    pub async fn write_whole(
        &self,
        whole: Whole,
        vectors: Option<Float32Array>,
    ) -> Result<Blob, ClientError> {
        self.have(&whole.tables).await?;
        let payload = vectors.map_or(Payload::None, Payload::Floats);
        self.file_with(Import::WriteWhole(whole), payload).await
    }

    /// Reads such a file, and has its tables. The vectors are empty if there are none.
    ///
    /// # Errors
    /// When the worker cannot be fetched or died, or the file can't be read (the message says why).
    pub async fn read_whole(&self, file: &Blob) -> Result<(Whole, Float32Array), ClientError> {
        let payload = Payload::Value(file.into());
        match self.ask(Import::ReadWhole, payload).await? {
            (Response::Whole(whole), payload) => {
                for &table in &whole.tables {
                    self.known.borrow_mut().push(table);
                    // Without room for them the columns last as long as the worker does.
                    if let Ok(bytes) = self.file(Import::Pack { table }).await {
                        self.unpack(table, bytes);
                    }
                }
                let vectors = payload.into_floats();
                let vectors = vectors.unwrap_or_else(|| Float32Array::new_with_length(0));
                Ok((whole, vectors))
            }
            _ => Err(nonsense()),
        }
    }

    async fn file(&self, request: Import) -> Result<Blob, ClientError> {
        self.file_with(request, Payload::None).await
    }

    async fn file_with(&self, request: Import, payload: Payload) -> Result<Blob, ClientError> {
        let (_, payload) = self.ask(request, payload).await?;
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
        self.known.take();
        Ok(link)
    }
}

fn as_table((response, _): (Response, Payload)) -> Result<Table, ClientError> {
    match response {
        Response::Table(table) => Ok(table),
        _ => Err(nonsense()),
    }
}
