//! What a person does with the page, and what they see.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::page::Page;

/// A message in an alert with its buttons.
const ALERT: &str = "document.querySelector('[role=alert]')?.textContent ?? ''";

impl Page {
    /// Opens the site and waits for the first scores.
    ///
    /// # Errors
    /// They don't come.
    pub async fn open_with_scores(&self) -> Result<()> {
        self.open().await?;
        self.wait_for(
            "the first scores",
            "document.querySelector('table[aria-label=\"Pairwise cosine similarity\"] td[title]')",
        )
        .await?;
        // The set that most tests speak of.
        let choose = "const picker = document.querySelector('select[aria-label=\"Sample set\"]');
            picker.selectedIndex = [...picker.options].findIndex((option) => option.text === 'Topics');
            picker.dispatchEvent(new Event('change', { bubbles: true }));";
        self.run(choose, Vec::new()).await?;
        self.wait_for(
            "the scores of Topics",
            "document.querySelector('table[aria-label=\"Pairwise cosine similarity\"] tr[data-line] th')?.title.startsWith('The goalkeeper') && document.querySelectorAll('table[aria-label=\"Pairwise cosine similarity\"] td.cell[title]').length === 144",
        )
        .await
    }

    /// Makes pages that are opened from now on do without a service worker, as in a private window:
    /// what they ask for reaches the server.
    ///
    /// # Errors
    /// The browser can't.
    pub async fn keep_nothing(&self) -> Result<()> {
        let script = json!({ "source": "delete Navigator.prototype.serviceWorker;" });
        self.devtools("Page.addScriptToEvaluateOnNewDocument", script)
            .await
    }

    /// Chooses a file with the header's Open, as if in the browser's dialog.
    ///
    /// # Errors
    /// The browser can't.
    pub async fn choose_file(&self, name: &str, content: &str) -> Result<()> {
        let script = "const input = document.querySelector('input[type=file]');
            const chosen = new DataTransfer();
            chosen.items.add(new File([arguments[1]], arguments[0]));
            input.files = chosen.files;
            input.dispatchEvent(new Event('change', { bubbles: true }));";
        self.run(script, vec![json!(name), json!(content)])
            .await
            .map(|_| ())
    }

    /// Puts `text` in the place of all texts, as pasting over them does.
    ///
    /// # Errors
    /// There is no textbox.
    pub async fn paste(&self, text: &str) -> Result<()> {
        self.by_role("textbox", "Texts").await?;
        // Not key by key: that takes minutes for large texts, and types no emoji.
        let script = "const box = document.querySelector('textarea[aria-label=\"Texts\"]')
            ?? [...document.querySelectorAll('textarea')].find((box) => box.labels.length);
            box.focus();
            box.select();
            box.setRangeText(arguments[0], 0, box.value.length, 'end');
            box.dispatchEvent(new InputEvent('input', { bubbles: true, inputType: 'insertFromPaste' }));";
        self.run(script, vec![json!(text)]).await.map(|_| ())
    }

    /// Waits until the table has exactly these texts as its rows, and returns its scores,
    /// `[texts, texts]`, with every decimal.
    ///
    /// # Errors
    /// The table doesn't come, or a cell has no number.
    pub async fn scores_of(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>> {
        // More texts than the sheet has columns for have their scores on the stage.
        let script = "const labels = [...document.querySelectorAll('.stage-views label')];
            const scores = labels.find((label) => label.textContent === 'Scores');
            if (scores && !scores.querySelector('input').checked) scores.click();
            const table = document.querySelector('table[aria-label=\"Pairwise cosine similarity\"]');
            if (!table) return null;
            return [...table.querySelectorAll('tbody tr[data-line]')].map((row) =>
                [row.querySelector('th').title, ...[...row.querySelectorAll('td[title]')].map((cell) => cell.title)]);";
        let rows = self
            .until("the table of these texts", async || {
                let found = self.run(script, Vec::new()).await?;
                let Some(rows) = found.as_array() else {
                    return Ok(None);
                };
                let same = rows.len() == texts.len()
                    && rows.iter().zip(texts).all(|(row, text)| {
                        // A text that was typed just now has no scores yet.
                        let cells = row.as_array().map_or(0, Vec::len);
                        row[0] == *text && cells == texts.len() + 1
                    });
                Ok(same.then(|| rows.clone()))
            })
            .await?;
        rows.iter()
            .map(|row| {
                let cells = row.as_array().context("a row is a list")?;
                ensure!(cells.len() == texts.len() + 1, "a cell for each text");
                cells[1..].iter().map(number).collect()
            })
            .collect()
    }

    /// Waits until the text box holds exactly this.
    ///
    /// # Errors
    /// It does not within a minute.
    pub async fn holds(&self, text: &str) -> Result<()> {
        let expression = format!(
            "document.querySelector('textarea[aria-label=Texts]')?.value === {}",
            json!(text)
        );
        self.wait_for(&format!("the texts {text:?}"), &expression)
            .await
    }

    /// Waits until a message says these words.
    ///
    /// # Errors
    /// None does within a minute.
    pub async fn says(&self, words: &str) -> Result<()> {
        let expression = format!(
            "[...document.querySelectorAll('.message')].some((it) => it.textContent.includes({}))",
            json!(words)
        );
        self.wait_for(&format!("“{words}” to be said"), &expression)
            .await
    }

    /// Waits for an alert and returns what it says.
    ///
    /// # Errors
    /// There is none within a minute.
    pub async fn alert(&self) -> Result<String> {
        self.wait_for("an alert", ALERT).await?;
        let text = self.run(&format!("return {ALERT};"), Vec::new()).await?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }

    /// Presses the button of that name.
    ///
    /// # Errors
    /// There is none within a minute, or something covers it.
    pub async fn press(&self, button: &str) -> Result<()> {
        self.until(&format!("button “{button}”"), async || {
            let found = self.by_role("button", button).await?;
            match found.click().await {
                Ok(()) => Ok(Some(())),
                // It was drawn anew since it was found.
                Err(error) if error.to_string().contains("stale") => Ok(None),
                Err(error) => Err(error.into()),
            }
        })
        .await
    }

    /// Chooses a model, as its card is called, and `Fast` or `Exact`. The page begins to fetch it.
    ///
    /// # Errors
    /// The site doesn't offer it.
    pub async fn choose_model(&self, model: &str, arithmetic: &str) -> Result<()> {
        self.press("More").await?;
        self.press("Model…").await?;
        self.press(&format!("Use: {model}, {arithmetic}")).await?;
        self.press("Close").await
    }

    /// What the status line says.
    ///
    /// # Errors
    /// The browser can't tell.
    pub async fn status(&self) -> Result<String> {
        let script = "return document.querySelector('[role=status]')?.textContent ?? '';";
        let text = self.run(script, Vec::new()).await?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }
}

fn number(cell: &Value) -> Result<f32> {
    let text = cell.as_str().context("a cell has no accessible number")?;
    text.parse()
        .with_context(|| format!("“{text}” is no number"))
}
