//! Vectors, and the workspace as a whole.

use super::lists::embedded;
use super::table::{groups, lend};
use super::{File, Refusal};
use crate::kept::record;
use crate::session::save::Saving;
use crate::status::grouped;
use js_sys::Float32Array;
use semblance_client::{VectorsFormat, Whole};

/// Texts whose vectors are written as text, at most: each has some 4 kB.
const AS_TEXT: usize = 20_000;

/// The vectors as a file.
pub async fn vectors(saving: &Saving, format: VectorsFormat) -> Result<File, Refusal> {
    let (client, texts) = embedded(saving)?;
    if texts.len() > AS_TEXT && format != VectorsFormat::Npy {
        return Err(Refusal::Because(format!(
            "Vectors are written as text for up to {} texts, and these are {}. Save them as NPY instead.",
            grouped(AS_TEXT as f64),
            grouped(texts.len() as f64),
        )));
    }
    let name = match format {
        VectorsFormat::Npy => "semblance-vectors.npy",
        VectorsFormat::JsonLines => "semblance-vectors.jsonl",
        VectorsFormat::Projector => "semblance-projector.zip",
    };
    let names = saving.store.results.embedded.iter().map(|it| it.vector);
    let vectors = client.vectors(names.collect()).await?;
    let blob = saving
        .importer
        .write_vectors(format, texts, groups(saving), vectors)
        .await?;
    Ok(File {
        name: name.to_owned(),
        blob,
        missing: None,
    })
}

/// The workspace as one file.
pub async fn whole(saving: &Saving) -> Result<File, Refusal> {
    let document = &saving.store.document;
    if document.is_blank() {
        return Err(Refusal::Because("There are no texts yet to save.".into()));
    }
    let (record, tables) = record(saving);
    let sources = tables.iter().map(|&table| Some((table, 0))).collect();
    let columns = lend(saving, sources).await;
    let mut whole = Whole {
        lines: document.to_text(),
        record,
        tables,
        ..Whole::default()
    };
    let mut vectors: Option<Float32Array> = None;
    if let Ok((client, _)) = embedded(saving) {
        let embedded = &saving.store.results.embedded;
        let names = embedded.iter().map(|it| it.vector).collect();
        vectors = Some(client.vectors(names).await?);
        whole.identity = client.identity()?;
        whole.model.clone_from(&client.model().name);
        let numbers = embedded.iter();
        let numbers = numbers.flat_map(|it| [it.tokens, u32::from(it.truncated), it.unknown]);
        whole.numbers = numbers.collect();
    }
    Ok(File {
        name: "workspace.semblance".to_owned(),
        blob: saving.importer.write_whole(whole, vectors).await?,
        missing: (!columns).then_some(
            "Without the columns that texts came with, which were not kept on this device. Open the file that they are from once more to have them.",
        ),
    })
}
