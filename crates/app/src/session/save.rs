//! The table that a person takes home: texts, the columns they came with, and what was found.

use crate::inspector::duplicates::duplicates;
use crate::session::engine::Driver;
use crate::session::keep::keep;
use crate::stage::map::export::save as hand_over;
use crate::stage::map::{GroupingStore, MapStore};
use crate::state::{Action, Message, Store};
use semblance_client::{Cells, ClientError, Importer, PAIRS_LIMIT, Sheet, SheetFormat};
use semblance_workspace::Text;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;

/// What a table is made from, as it is when somebody asks for it.
#[derive(Clone)]
pub struct Saving {
    pub store: Store,
    pub map: MapStore,
    pub grouping: GroupingStore,
    pub driver: Rc<Driver>,
    pub importer: Rc<Importer>,
}

impl Saving {
    /// Writes the table and hands it to the person.
    pub fn save(self, format: SheetFormat) {
        spawn_local(async move {
            let (mut whole, mut columns) = (true, true);
            let file = match self.sheet(format).await {
                Ok(sheet) => {
                    // The map comes last.
                    let last = sheet.columns.last();
                    let drawn = last.is_some_and(|it| matches!(it.cells, Cells::Places(_)));
                    whole = drawn || sheet.texts.len() < 3;
                    columns = match keep() {
                        Some(keep) => {
                            keep.lend(self.importer.clone(), sheet.sources.clone())
                                .await
                        }
                        None => true,
                    };
                    self.importer.write(sheet).await
                }
                Err(error) => Err(error),
            };
            let ending = match format {
                SheetFormat::Csv => "csv",
                SheetFormat::Xlsx => "xlsx",
                SheetFormat::Tsv => "tsv",
                SheetFormat::Json => "json",
            };
            let text = match file {
                Ok(file) if hand_over(&["semblance.", ending].concat(), &file).is_some() => {
                    if !columns {
                        "Saved without the columns that texts came with, which were not kept on this device. Open the file that they are from once more to have them.".into()
                    } else if whole {
                        return;
                    } else {
                        "Saved without what is not computed yet. Save again when the map is there."
                            .into()
                    }
                }
                Ok(_) => "The browser does not let files be saved here.".into(),
                Err(error) => error.told().into(),
            };
            let message = Message { text, remedy: None };
            self.store.dispatch(Action::Alert(Some(message)));
        });
    }

    async fn sheet(&self, format: SheetFormat) -> Result<Sheet, ClientError> {
        let texts = self.store.document.texts();
        let source = |text: &Text| self.store.sources.get(&text.line).copied();
        let mut sheet = Sheet {
            format,
            sources: texts.iter().map(source).collect(),
            texts: texts.iter().map(|text| text.text.to_string()).collect(),
            columns: Vec::new(),
        };
        // What was found is found of these texts, or is not told.
        let complete = self.store.results.texts == texts;
        if let Some(client) = self.driver.client().filter(|_| complete) {
            if let Some(grouping) = &self.grouping {
                let name = |group: &Option<u32>| {
                    let group = group.and_then(|group| grouping.groups.get(group as usize));
                    group.map_or(String::new(), |(_, name)| name.to_string())
                };
                sheet.add(
                    "Group",
                    Cells::Words(grouping.of.iter().map(name).collect()),
                );
            }
            if (2..=PAIRS_LIMIT).contains(&texts.len()) {
                let overview = client.overview(Rc::new(|_| {})).await?;
                sheet.add("Nearest text", Cells::Texts(overview.nearest));
                sheet.add("Score with nearest", Cells::Numbers(overview.scores));
                sheet.add("Oddness", Cells::Numbers(overview.oddness));
                let found = duplicates(&client, self.store.threshold).await?;
                sheet.add("Duplicates", Cells::Sets(found.sets));
            }
            let drawn = self.map.drawn.as_ref();
            if let Some(drawn) = drawn.filter(|drawn| drawn.results == self.store.results) {
                let shown = drawn.layout.shown(drawn.dimensions);
                for (name, axis) in ["Map x", "Map y", "Map z"].into_iter().zip(shown) {
                    let places = drawn.coordinates.iter().skip(axis);
                    let places = places.step_by(drawn.dimensions).copied();
                    sheet.add(name, Cells::Places(places.collect()));
                }
            }
        }
        Ok(sheet)
    }
}
