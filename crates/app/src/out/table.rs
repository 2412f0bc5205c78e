//! The table that a person takes home: texts, the columns they came with, and what was found.

use super::{File, Refusal};
use crate::inspector::duplicates::duplicates;
use crate::session::keep::keep;
use crate::session::save::Saving;
use semblance_client::{Cells, ClientError, PAIRS_LIMIT, Sheet, SheetFormat};
use semblance_workspace::Text;
use std::rc::Rc;

/// Ends of the names of files.
pub fn ending(format: SheetFormat) -> &'static str {
    match format {
        SheetFormat::Csv => "csv",
        SheetFormat::Xlsx => "xlsx",
        SheetFormat::Tsv => "tsv",
        SheetFormat::Json => "json",
        SheetFormat::Html => "html",
    }
}

/// The table as a file.
pub async fn table(saving: &Saving, format: SheetFormat) -> Result<File, Refusal> {
    let sheet = sheet(saving, format).await?;
    // The map comes last.
    let last = sheet.columns.last();
    let drawn = last.is_some_and(|it| matches!(it.cells, Cells::Places(_)));
    let whole = drawn || sheet.texts.len() < 3;
    let columns = lend(saving, sheet.sources.clone()).await;
    Ok(File {
        name: ["semblance.", ending(format)].concat(),
        blob: saving.importer.write(sheet).await?,
        missing: if !columns {
            Some(
                "Without the columns that texts came with, which were not kept on this device. Open the file that they are from once more to have them.",
            )
        } else if whole {
            None
        } else {
            Some("Without what is not computed yet. Try again when the map is there.")
        },
    })
}

/// Has the importer know the tables of texts, as far as they were kept. Whether all were.
pub async fn lend(saving: &Saving, sources: Vec<Option<(u32, u32)>>) -> bool {
    match keep() {
        Some(keep) => keep.lend(saving.importer.clone(), sources).await,
        None => true,
    }
}

/// The table, in a form that can be written.
pub async fn sheet(saving: &Saving, format: SheetFormat) -> Result<Sheet, ClientError> {
    let texts = saving.store.document.texts();
    let source = |text: &Text| saving.store.sources.get(&text.line).copied();
    let mut sheet = Sheet {
        format,
        sources: texts.iter().map(source).collect(),
        texts: texts.iter().map(|text| text.text.to_string()).collect(),
        columns: Vec::new(),
    };
    // What was found is found of these texts, or is not told.
    let complete = saving.store.results.texts == texts;
    if let Some(client) = saving.driver.client().filter(|_| complete) {
        let groups = groups(saving);
        if !groups.is_empty() {
            sheet.add("Group", Cells::Words(groups));
        }
        if (2..=PAIRS_LIMIT).contains(&texts.len()) {
            let overview = client.overview(Rc::new(|_| {})).await?;
            sheet.add("Nearest text", Cells::Texts(overview.nearest));
            sheet.add("Score with nearest", Cells::Numbers(overview.scores));
            sheet.add("Oddness", Cells::Numbers(overview.oddness));
            let found = duplicates(&client, saving.store.threshold).await?;
            sheet.add("Duplicates", Cells::Sets(found.sets));
        }
        let drawn = saving.map.drawn.as_ref();
        if let Some(drawn) = drawn.filter(|drawn| drawn.results == saving.store.results) {
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

/// The name of each text's group; nothing where there are no groups.
pub fn groups(saving: &Saving) -> Vec<String> {
    let Some(grouping) = &saving.grouping else {
        return Vec::new();
    };
    let name = |group: &Option<u32>| {
        let group = group.and_then(|group| grouping.groups.get(group as usize));
        group.map_or(String::new(), |(_, name)| name.to_string())
    };
    grouping.of.iter().map(name).collect()
}
