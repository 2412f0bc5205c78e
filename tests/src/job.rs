//! What a person does with the page from the beginning to the end.

use anyhow::{Result, ensure};
use serde_json::json;
use thirtyfour::Key;

use crate::Fault;
use crate::page::Page;

const TABLE: &str =
    "id,answer\n1,The soup was cold.\n2,My soup had gone cold.\n3,Parking is free.\n";

/// The texts of that table.
const TEXTS: [&str; 3] = [
    "The soup was cold.",
    "My soup had gone cold.",
    "Parking is free.",
];

impl Page {
    /// Waits until an element of that selector says something with these words.
    ///
    /// # Errors
    /// None does within a minute.
    pub async fn reads(&self, selector: &str, words: &str) -> Result<()> {
        let said = format!(
            "(document.querySelector({})?.textContent ?? '').includes({})",
            json!(selector),
            json!(words)
        );
        self.wait_for(&format!("“{words}”"), &said).await
    }

    /// Presses the first label of these words.
    ///
    /// # Errors
    /// There is none.
    pub async fn choose(&self, words: &str) -> Result<()> {
        let script = "[...document.querySelectorAll('label')]
            .find((label) => label.textContent === arguments[0]).click();";
        self.run(script, vec![json!(words)]).await.map(|_| ())
    }

    /// A table opened, saved, searched, drawn, and a pair of its texts explained: all workers and
    /// most parts are needed for it. Returns the two texts that are left.
    ///
    /// # Errors
    /// Something of it doesn't work.
    pub async fn whole_job(&self) -> Result<&'static [&'static str]> {
        self.open_with_scores().await?;
        self.catch_saved().await?;
        // The dialog is a part, and the table is read by a worker.
        self.choose_file("answers.csv", TABLE).await?;
        self.press("Take the texts").await?;
        let scores = self.scores_of(&TEXTS).await?;
        ensure!(scores[0][1] > 0.7 && scores[0][2] < 0.5, "{scores:?}");
        let saved = String::from_utf8(self.saved_by("Save", "Table (CSV)").await?)?;
        ensure!(saved.contains("My soup had gone cold."), "{saved}");

        // Expressions have a worker of their own, and a meaning has to be embedded.
        let find = self.by_role("searchbox", "Find").await?;
        find.send_keys("a dish that is not warm").await?;
        self.reads(".find", "The soup was cold.").await?;
        find.send_keys(Key::Control + "a").await?;
        find.send_keys("soup (was|had)").await?;
        self.by_role("checkbox", "Regular expression")
            .await?
            .click()
            .await?;
        self.reads(".find output", "2 of 3 texts").await?;
        find.send_keys(Key::Control + "a").await?;
        find.send_keys(Key::Delete).await?;

        self.choose("UMAP").await?;
        self.wait_for("the map", "document.querySelector('.map-trust')")
            .await?;

        self.paste(&TEXTS[..2].join("\n")).await?;
        self.reads(".explore-head h2", "Texts 1 and 2").await?;
        let script = "return document.querySelector('.pair-score')?.textContent ?? '';";
        let score = self
            .until("a score", async || {
                let score = self.run(script, Vec::new()).await?;
                let score = score.as_str().unwrap_or_default();
                Ok(score.parse::<f32>().ok().map(|_| score.to_owned()))
            })
            .await?;
        self.press(&format!("Why {score}?")).await?;
        self.reads(".why-texts", "soup").await?;
        Ok(&TEXTS[..2])
    }

    /// Opens the page while `fault` strikes the files whose path has `path_part`, expects an alert
    /// with `words`, mends the fault, tries again, and expects scores.
    ///
    /// # Errors
    /// The alert doesn't come, says something else, or the page doesn't recover.
    pub async fn recovers(&self, path_part: &str, fault: Fault, words: &[&str]) -> Result<()> {
        self.server().plan_fault(path_part, fault, None);
        self.open().await?;
        self.paste("kept\nwhatever happens").await?;
        let alert = self.alert().await?;
        for word in words {
            ensure!(alert.contains(word), "“{alert}” does not say “{word}”");
        }
        self.server().clear_faults();
        self.press("Try again").await?;
        self.scores_of(&["kept", "whatever happens"]).await?;
        Ok(())
    }
}
