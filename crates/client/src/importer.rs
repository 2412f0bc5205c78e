//! Files, read in a worker of their own that is fetched and started with the first.

use crate::{
    ClientError,
    assets::Assets,
    carried::carried,
    client::nonsense,
    engine::Engine,
    link::{Link, as_error},
};
use js_sys::{Array, Float64Array, JSON, JsString};
use semblance_protocol::{
    FieldKind, Import, ReadOptions, Request, Response, Sheet, Table, wire::Payload,
};
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};
use wasm_bindgen::{JsCast, JsValue};
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

/// A field: columns of the same name of some tables.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FieldInfo {
    /// Its name.
    pub name: String,
    /// What its values are.
    pub kind: FieldKind,
    /// Its different values in their order, where these are categories.
    pub categories: Vec<String>,
}

/// The fields of some tables.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FieldList {
    /// Rows of each table.
    pub rows: Vec<u32>,
    /// The fields.
    pub fields: Vec<FieldInfo>,
}

/// The values of a field, row by row, table by table.
#[derive(Clone, Debug)]
pub enum FieldValues {
    /// Numbers; dates as days since the beginning of 1970; categories as their places among all.
    /// NaN is missing.
    Numbers(Vec<f64>),
    /// Words; an empty one is missing. They stay in JavaScript, since few are ever shown.
    Words(Array),
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
    /// out. The columns of `along` come with them, as what they are taken for.
    ///
    /// # Errors
    /// When the worker died, or there is no such column.
    pub async fn take(
        &self,
        column: usize,
        along: Vec<(u32, FieldKind)>,
    ) -> Result<Taken, ClientError> {
        let column = u32::try_from(column).unwrap_or(u32::MAX);
        // No table of an earlier page has its number, since texts may still be of that one; and a
        // later table has a larger one.
        let seconds = (js_sys::Date::now() / 1000.0) as u32;
        let table = seconds.max(self.last.get() + 1);
        self.last.set(table);
        let take = Import::Take {
            column,
            table,
            along,
        };
        match self.ask(take, Payload::None).await? {
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
        let used: Vec<u32> = sheet.sources.iter().flatten().map(|it| it.0).collect();
        self.tell(&used).await?;
        self.file(Import::Write(sheet)).await
    }

    /// The fields that some tables have together. They were taken here, or had again.
    ///
    /// # Errors
    /// When the worker cannot be fetched or died, or a table is not there or can't be read.
    pub async fn fields(&self, tables: &[u32]) -> Result<FieldList, ClientError> {
        self.tell(tables).await?;
        let tables = tables.to_vec();
        let told = self.told(Import::Fields { tables }).await?;
        let number = |value: JsValue| value.as_f64().unwrap_or_default();
        let field = |told: JsValue| {
            let told: Array = told.unchecked_into();
            let kind = FieldKind::ALL.get(number(told.get(1)) as usize);
            let categories: Array = told.get(2).unchecked_into();
            FieldInfo {
                name: told.get(0).as_string().unwrap_or_default(),
                kind: kind.copied().unwrap_or_default(),
                categories: categories.iter().filter_map(|it| it.as_string()).collect(),
            }
        };
        let (rows, fields): (Array, Array) =
            (told.get(0).unchecked_into(), told.get(1).unchecked_into());
        Ok(FieldList {
            rows: rows.iter().map(|rows| number(rows) as u32).collect(),
            fields: fields.iter().map(field).collect(),
        })
    }

    /// The values of one of these fields.
    ///
    /// # Errors
    /// Like [`fields`](Self::fields).
    pub async fn values(&self, tables: &[u32], name: &str) -> Result<FieldValues, ClientError> {
        self.tell(tables).await?;
        let question = Import::Values {
            tables: tables.to_vec(),
            name: name.to_owned(),
        };
        let (_, payload) = self.ask(question, Payload::None).await?;
        let values = payload.into_value().ok_or_else(nonsense)?;
        match values.dyn_into::<Float64Array>() {
            Ok(numbers) => Ok(FieldValues::Numbers(numbers.to_vec())),
            Err(words) => {
                let words: JsString = words.dyn_into().map_err(|_| nonsense())?;
                Ok(FieldValues::Words(words.split("\n")))
            }
        }
    }

    /// The cells of a row that say something, each with the name of its column; without the text.
    ///
    /// # Errors
    /// Like [`fields`](Self::fields).
    pub async fn row(&self, table: u32, row: u32) -> Result<Vec<(String, String)>, ClientError> {
        self.tell(&[table]).await?;
        let told = self.told(Import::Row { table, row }).await?;
        let cell = |told: JsValue| {
            let told: Array = told.unchecked_into();
            Some((told.get(0).as_string()?, told.get(1).as_string()?))
        };
        Ok(told.iter().filter_map(cell).collect())
    }

    /// What the worker tells as JSON: a list, always.
    async fn told(&self, question: Import) -> Result<Array, ClientError> {
        let (_, payload) = self.ask(question, Payload::None).await?;
        let told = payload.into_value().and_then(|told| told.as_string());
        let told = told.and_then(|told| JSON::parse(&told).ok());
        told.and_then(|told| told.dyn_into().ok())
            .ok_or_else(nonsense)
    }

    /// Has the worker know these tables, if they were kept.
    async fn tell(&self, tables: &[u32]) -> Result<(), ClientError> {
        // Before what is known is asked for: a worker that died takes that with it.
        self.link().await?;
        let packed = self.packed.borrow().clone();
        for (table, bytes) in packed {
            if tables.contains(&table) && !self.known.borrow().contains(&table) {
                // If it can't be read that is said once; the next time goes without.
                self.known.borrow_mut().push(table);
                let bytes = Payload::Value(carried(bytes.into()).await);
                self.ask(Import::Unpack { table }, bytes).await?;
            }
        }
        Ok(())
    }

    async fn file(&self, request: Import) -> Result<Blob, ClientError> {
        let (_, payload) = self.ask(request, Payload::None).await?;
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
