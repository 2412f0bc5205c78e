//! The menu of what can be saved.

use super::lists::{List, list, most_alike};
use super::table::{ending, sheet, table};
use super::vectors::{vectors, whole};
use super::{File, Refusal, copy};
use crate::session::keep::latest;
use crate::session::save::Saving;
use crate::stage::map::export::save;
use crate::state::{Action, Message};
use crate::ui::button::words;
use crate::ui::hooks::use_value;
use semblance_client::{SheetFormat, VectorsFormat};
use semblance_scatter::shortest;
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// The score from which on pairs are saved, unless another is chosen.
const LEAST: f32 = 0.7;

/// What can be had.
#[derive(Clone, Copy, PartialEq)]
enum Wanted {
    Table(SheetFormat),
    List(List),
    Vectors(VectorsFormat),
    Whole,
    CopyTable,
    CopyPairs,
    Copy(List),
}

/// The menu.
#[component]
pub fn Panel() -> Html {
    let least = use_value(LEAST);
    let get = |wanted: Wanted| Callback::from(move |_: MouseEvent| spawn_local(get(wanted)));
    let item = |name: &'static str, wanted: Wanted| words("menu-item", name, get(wanted));
    let change = least.setter();
    let onchange = Callback::from(move |event: Event| {
        let value = event
            .target_unchecked_into::<HtmlInputElement>()
            .value_as_number();
        if value.is_finite() {
            change.set(value as f32);
        }
    });
    // Or it would close the menu.
    let stay = Callback::from(|event: MouseEvent| event.stop_propagation());
    html! {
        <div class="out">
            <section aria-labelledby="out-table">
                <h3 id="out-table">{ "Table" }</h3>
                { item("Table (CSV)", Wanted::Table(SheetFormat::Csv)) }
                { item("Table for Excel (XLSX)", Wanted::Table(SheetFormat::Xlsx)) }
                { item("Table (TSV)", Wanted::Table(SheetFormat::Tsv)) }
                { item("Table (JSON)", Wanted::Table(SheetFormat::Json)) }
                <p class="menu-note">{ "Your columns, and beside them group, nearest text, score, oddness, duplicates and place on the map." }</p>
            </section>
            <section aria-labelledby="out-scores">
                <h3 id="out-scores">{ "Scores" }</h3>
                { item("All scores (CSV)", Wanted::List(List::Matrix)) }
                { item("Nearest ten of each (CSV)", Wanted::List(List::Nearest)) }
                { item("Pairs of texts (CSV)", Wanted::List(List::Pairs(*least))) }
                <label class="field" onclick={stay}>
                    <span>{ "Pairs from a score of" }</span>
                    <input type="number" min="-1" max="1" step="0.05" value={shortest(*least)} {onchange} />
                </label>
            </section>
            <section aria-labelledby="out-copy">
                <h3 id="out-copy">{ "Copy, for a spreadsheet" }</h3>
                { item("Copy table", Wanted::CopyTable) }
                { item("Copy most alike pairs", Wanted::CopyPairs) }
                { item("Copy duplicates", Wanted::Copy(List::Duplicates)) }
                { item("Copy groups", Wanted::Copy(List::Groups)) }
            </section>
            <section aria-labelledby="out-vectors">
                <h3 id="out-vectors">{ "Vectors" }</h3>
                { item("Vectors for NumPy (NPY)", Wanted::Vectors(VectorsFormat::Npy)) }
                { item("Vectors (JSON Lines)", Wanted::Vectors(VectorsFormat::JsonLines)) }
                { item("For the Embedding Projector (ZIP)", Wanted::Vectors(VectorsFormat::Projector)) }
            </section>
            <section class="out-whole" aria-labelledby="out-whole">
                <h3 id="out-whole">{ "Everything" }</h3>
                { item("Everything (.semblance)", Wanted::Whole) }
                <p class="menu-note">{ "One file with texts, columns, groups, views and vectors, to open here again." }</p>
            </section>
        </div>
    }
}

async fn get(wanted: Wanted) {
    let Some(saving) = latest() else {
        return;
    };
    // What was said of something before is of no interest any more.
    saving.store.dispatch(Action::Alert(None));
    let notice = match carried_out(&saving, wanted).await {
        Ok(said) => said.map(|text| Action::Notice(Some(message(text)))),
        Err(why) => Some(Action::Alert(Some(message(&why.told())))),
    };
    if let Some(notice) = notice {
        saving.store.dispatch(notice);
    }
}

fn message(text: &str) -> Message {
    Message {
        text: text.into(),
        remedy: None,
    }
}

/// Does what is wanted. What there is to say about it.
async fn carried_out(saving: &Saving, wanted: Wanted) -> Result<Option<&'static str>, Refusal> {
    let file = match wanted {
        Wanted::Table(format) => table(saving, format).await?,
        Wanted::Vectors(format) => vectors(saving, format).await?,
        Wanted::Whole => whole(saving).await?,
        Wanted::List(wanted) => {
            let format = SheetFormat::Csv;
            let (sheet, missing) = list(saving, wanted, format).await?;
            File {
                name: [wanted.name(), ".", ending(format)].concat(),
                blob: saving.importer.write_list(sheet).await?,
                missing,
            }
        }
        Wanted::CopyTable => {
            let sheet = sheet(saving, SheetFormat::Tsv).await?;
            super::table::lend(saving, sheet.sources.clone()).await;
            return copied(copy::copy(saving, sheet, false).await?);
        }
        Wanted::CopyPairs => {
            let pairs = most_alike(saving)?;
            return copied(copy::copy(saving, pairs, true).await?);
        }
        Wanted::Copy(wanted) => {
            let (sheet, _) = list(saving, wanted, SheetFormat::Tsv).await?;
            return copied(copy::copy(saving, sheet, true).await?);
        }
    };
    match save(&file.name, &file.blob) {
        Some(()) => Ok(file.missing),
        None => Err(Refusal::Because(
            "The browser does not let files be saved here.".into(),
        )),
    }
}

fn copied(done: bool) -> Result<Option<&'static str>, Refusal> {
    match done {
        true => Ok(Some("Copied: paste it into a spreadsheet.")),
        false => Err(Refusal::Because(
            "The browser lets nothing be copied here: save it as a file instead.".into(),
        )),
    }
}
