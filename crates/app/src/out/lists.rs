//! Scores, and what was found, as lists.

use super::table::groups;
use super::{Refusal, incomplete};
use crate::inspector::duplicates::duplicates;
use crate::session::save::Saving;
use crate::status::grouped;
use semblance_client::{
    Cells, Client, PAIRS_LIMIT, SIMILARITY_LIMIT, Sheet, SheetColumn, SheetFormat,
};

/// Pairs in a list, at most: a spreadsheet has room for about a million rows.
const PAIRS: usize = 200_000;
/// Neighbours of each text.
const NEIGHBOURS: u32 = 10;

/// Lists that can be had.
#[derive(Clone, Copy, PartialEq)]
pub enum List {
    /// All scores, a row and a column for each text.
    Matrix,
    /// Pairs of texts from a score on.
    Pairs(f32),
    /// The nearest of each text.
    Nearest,
    /// The sets of duplicates.
    Duplicates,
    /// The groups.
    Groups,
}

impl List {
    /// What its file is called.
    pub fn name(self) -> &'static str {
        match self {
            List::Matrix => "semblance-scores",
            List::Pairs(_) => "semblance-pairs",
            List::Nearest => "semblance-nearest",
            List::Duplicates => "semblance-duplicates",
            List::Groups => "semblance-groups",
        }
    }
}

/// The texts with their engine, when all are embedded.
pub fn embedded(saving: &Saving) -> Result<(Client, Vec<String>), Refusal> {
    let results = &saving.store.results;
    let complete = results.texts == saving.store.document.texts();
    let client = saving.driver.client().filter(|_| complete);
    let texts = results.texts.iter().map(|text| text.text.to_string());
    match texts.len() {
        0 | 1 => Err(Refusal::Because(
            "There are no scores yet: write two texts or more.".into(),
        )),
        _ => Ok((client.ok_or_else(incomplete)?, texts.collect())),
    }
}

/// A list, in a form that can be written, and what is missing in it.
pub async fn list(
    saving: &Saving,
    list: List,
    format: SheetFormat,
) -> Result<(Sheet, Option<&'static str>), Refusal> {
    let (client, texts) = embedded(saving)?;
    let count = texts.len();
    let mut sheet = Sheet {
        format,
        texts,
        ..Sheet::default()
    };
    let mut missing = None;
    match list {
        List::Matrix => matrix(&client, &mut sheet).await?,
        List::Pairs(least) => {
            if count > PAIRS_LIMIT {
                return Err(too_many(
                    "Pairs are",
                    count,
                    PAIRS_LIMIT,
                    "the nearest texts",
                ));
            }
            let mut pairs = client.pairs(PAIRS).await?;
            let all = pairs.len() < PAIRS;
            pairs.retain(|pair| pair.score >= least);
            if pairs.is_empty() {
                return Err(Refusal::Because(
                    "No two texts are that much alike. Choose a lower score.".into(),
                ));
            }
            missing = (!all && pairs.len() == PAIRS).then_some(
                "With the 200,000 most alike pairs. Choose a higher score to have fewer.",
            );
            sheet.add(
                "Score",
                Cells::Numbers(pairs.iter().map(|it| it.score).collect()),
            );
            sheet.add("Text", Cells::Texts(pairs.iter().map(|it| it.a).collect()));
            sheet.add(
                "Other text",
                Cells::Texts(pairs.iter().map(|it| it.b).collect()),
            );
        }
        List::Nearest => {
            let found = client.nearest_of_each(NEIGHBOURS).await?;
            let each = found.len() / count;
            let places = (0..found.len()).map(|at| (at / each.max(1)) as u32);
            sheet.add("Text", Cells::Texts(places.collect()));
            let ranks = (0..found.len()).map(|at| (at % each.max(1) + 1) as f32);
            sheet.add("Rank", Cells::Numbers(ranks.collect()));
            sheet.add(
                "Score",
                Cells::Numbers(found.iter().map(|it| it.1).collect()),
            );
            sheet.add(
                "Near text",
                Cells::Texts(found.iter().map(|it| it.0).collect()),
            );
        }
        List::Duplicates => {
            let sets = duplicates(&client, saving.store.threshold).await?.sets;
            if sets.is_empty() {
                return Err(Refusal::Because("No two texts say the same.".into()));
            }
            let numbers = (1_u16..).zip(&sets);
            let numbers = numbers.flat_map(|(number, set)| set.iter().map(move |_| number.into()));
            sheet.add("Set", Cells::Numbers(numbers.collect()));
            sheet.add("Text", Cells::Texts(sets.concat()));
        }
        List::Groups => {
            let names = groups(saving);
            let Some(grouping) = saving.grouping.as_ref() else {
                return Err(Refusal::Because(
                    "There are no groups yet: find some, or leave a line empty between texts."
                        .into(),
                ));
            };
            let members = grouping.members().concat();
            let name = |&point: &u32| names.get(point as usize).cloned().unwrap_or_default();
            sheet.add("Group", Cells::Words(members.iter().map(name).collect()));
            sheet.add("Text", Cells::Texts(members));
        }
    }
    Ok((sheet, missing))
}

/// A row and a column for each text.
async fn matrix(client: &Client, sheet: &mut Sheet) -> Result<(), Refusal> {
    let count = sheet.texts.len();
    if count > SIMILARITY_LIMIT {
        return Err(too_many(
            "All scores are",
            count,
            SIMILARITY_LIMIT,
            "pairs or the nearest texts",
        ));
    }
    let scores = client.similarity().await?.scores;
    sheet.add("Text", Cells::Texts((0..count as u32).collect()));
    let columns = sheet.texts.iter().zip(scores.chunks_exact(count));
    // The matrix is symmetric: its rows are its columns.
    let columns: Vec<SheetColumn> = columns
        .map(|(text, scores)| SheetColumn {
            name: text.clone(),
            cells: Cells::Numbers(scores.to_vec()),
        })
        .collect();
    sheet.columns.extend(columns);
    Ok(())
}

fn too_many(what: &str, count: usize, most: usize, instead: &str) -> Refusal {
    Refusal::Because(format!(
        "{what} written for up to {} texts, and these are {}. Save {instead} instead: they have the scores that say something.",
        grouped(most as f64),
        grouped(count as f64),
    ))
}

/// The pairs that are most alike, for the clipboard.
pub fn most_alike(saving: &Saving) -> Result<Sheet, Refusal> {
    let (_, texts) = embedded(saving)?;
    let pairs = &saving.store.results.most;
    let mut sheet = Sheet {
        texts,
        ..Sheet::default()
    };
    sheet.add(
        "Score",
        Cells::Numbers(pairs.iter().map(|it| it.score).collect()),
    );
    sheet.add("Text", Cells::Texts(pairs.iter().map(|it| it.a).collect()));
    sheet.add(
        "Other text",
        Cells::Texts(pairs.iter().map(|it| it.b).collect()),
    );
    Ok(sheet)
}
