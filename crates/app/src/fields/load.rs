//! Has the fields of the texts, and the values of those that are shown.

use super::Choice;
use super::table::{Field, Table};
use crate::session::keep::keep;
use crate::session::save::Saving;
use crate::stage::map::{MapAction, Source};
use crate::state::{Action, Message, Sources};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;

#[derive(Default)]
struct Loader {
    /// Whether something is being asked for.
    busy: Cell<bool>,
    /// What is there.
    table: RefCell<Option<Rc<Table>>>,
    /// Tables of which nothing can be had, or a field's values can't: that was said, and is not
    /// tried again.
    failed: RefCell<Vec<(Vec<u32>, String)>>,
}

thread_local! {
    static LOADER: Rc<Loader> = Rc::default();
}

/// Asks for what is missing. What changes meanwhile is seen afterwards: these handles show what is
/// there now.
pub fn update(saving: Saving) {
    let loader = LOADER.with(Rc::clone);
    if !loader.busy.replace(true) {
        spawn_local(async move {
            while loader.step(&saving).await {}
            loader.busy.set(false);
        });
    }
}

impl Loader {
    /// Does the next thing that is to be done. Whether there was one.
    async fn step(
        &self,
        Saving {
            store,
            map,
            importer,
            ..
        }: &Saving,
    ) -> bool {
        let sources = store.sources.clone();
        let used = used(&sources, &store.results.texts);
        let now = self.table.borrow().clone();
        let of_others = now.as_ref().is_none_or(|table| *table.tables != used);
        if used.is_empty() || self.has_failed(&used, "") {
            if now.is_some() {
                self.show(map, None);
            }
            return false;
        }
        if of_others {
            let all: Vec<Option<(u32, u32)>> = used.iter().map(|&table| Some((table, 0))).collect();
            let kept = match keep() {
                Some(keep) => keep.lend(importer.clone(), all).await,
                None => true,
            };
            match importer.fields(&used).await {
                Ok(list) => {
                    let starts = list.rows.iter().scan(0, |start, &rows| {
                        let here = *start;
                        *start += rows as usize;
                        Some(here)
                    });
                    let fields = list.fields.into_iter().map(|info| Field {
                        info: Rc::new(info),
                        values: None,
                    });
                    let table = Table {
                        importer: importer.clone(),
                        tables: Rc::new(used),
                        starts: Rc::new(starts.collect()),
                        sources,
                        fields: fields.collect(),
                        rows: RefCell::default(),
                        ends: RefCell::default(),
                        shown: RefCell::default(),
                    };
                    self.show(map, Some(table));
                }
                Err(error) => {
                    self.failed.borrow_mut().push((used, String::new()));
                    say(store, &match kept {
                        true => error.told(),
                        false => "The columns that texts came with were not kept on this device. Open the file that they are from once more to have them.".to_owned(),
                    });
                }
            }
            return true;
        }
        let Some(table) = now else { return false };
        if !Rc::ptr_eq(&table.sources, &sources) {
            self.show(map, Some(table.with(table.fields.clone(), sources)));
            return true;
        }
        let wanted = wanted(&map.fields.choice, map.source, &table);
        let missing = table.fields.iter().position(|field| {
            let name = &field.info.name;
            field.values.is_none() && wanted.contains(name) && !self.has_failed(&used, name)
        });
        let Some(at) = missing else { return false };
        let name = table.fields[at].info.name.clone();
        match importer.values(&used, &name).await {
            Ok(values) => {
                let mut fields = table.fields.clone();
                fields[at].values = Some(Rc::new(values));
                let sources = table.sources.clone();
                self.show(map, Some(table.with(fields, sources)));
            }
            Err(error) => {
                self.failed.borrow_mut().push((used, name));
                say(store, &error.told());
            }
        }
        true
    }

    fn has_failed(&self, tables: &[u32], name: &str) -> bool {
        let failed = self.failed.borrow();
        failed
            .iter()
            .any(|(of, field)| of == tables && field == name)
    }

    fn show(&self, map: &crate::stage::map::MapStore, table: Option<Table>) {
        let table = table.map(Rc::new);
        self.table.replace(table.clone());
        map.dispatch(MapAction::Fields(
            table.map(|table| table as Rc<dyn super::Source>),
        ));
    }
}

impl Table {
    /// The same with other values, or other rows.
    fn with(&self, fields: Vec<Field>, sources: Rc<Sources>) -> Table {
        // Values alone leave every text at its row.
        let rows = match Rc::ptr_eq(&self.sources, &sources) {
            true => self.rows.clone(),
            false => RefCell::default(),
        };
        Table {
            importer: self.importer.clone(),
            tables: self.tables.clone(),
            starts: self.starts.clone(),
            sources,
            fields,
            rows,
            ends: RefCell::default(),
            shown: RefCell::default(),
        }
    }
}

/// The tables that these texts are from, the one taken first foremost.
fn used(sources: &Sources, texts: &[semblance_workspace::Text]) -> Vec<u32> {
    let mut all: Vec<u32> = Vec::new();
    for &(table, _) in sources.values() {
        if !all.contains(&table) {
            all.push(table);
        }
    }
    let mut used: Vec<u32> = Vec::new();
    for text in texts {
        if used.len() == all.len() {
            break;
        }
        if let Some((table, _)) = sources.get(&text.line)
            && !used.contains(table)
        {
            used.push(*table);
        }
    }
    used.sort_unstable();
    used
}

/// The names of the fields whose values are needed.
fn wanted(choice: &Choice, source: Source, table: &Table) -> Vec<String> {
    let mut names = vec![
        choice.color.clone(),
        choice.size.clone(),
        choice.open.clone(),
    ];
    names.extend(choice.filter.as_ref().map(|filter| filter.field.clone()));
    names.extend(choice.columns.iter().cloned());
    if source == Source::Field {
        let field = table.grouping_field(&choice.group);
        names.extend(field.map(|field| field.info.name.clone()));
    }
    names
}

fn say(store: &crate::state::Store, text: &str) {
    let message = Message {
        text: text.into(),
        remedy: None,
    };
    store.dispatch(Action::Notice(Some(message)));
}
