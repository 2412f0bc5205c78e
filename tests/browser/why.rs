//! Why two texts score as they do, as a person asks it.

use anyhow::{Context, Result, ensure};
use semblance_tests::{Page, Site, visit};
use serde_json::{Value, json};
use thirtyfour::Key;

const ONE: &str = "A man is playing a guitar.";
const OTHER: &str = "Nobody plays the guitar well";

/// Opens the page with these texts, of which there is one score, and returns it as written.
async fn open(page: &Page) -> Result<String> {
    page.open_with_scores().await?;
    page.paste(&format!("{ONE}\n{OTHER}")).await?;
    page.wait_for(
        "the pair card",
        "document.querySelector('.explore-head h2').textContent === 'Texts 1 and 2'",
    )
    .await?;
    score(page).await
}

/// The score that the card shows, once it is of the texts that are there.
async fn score(page: &Page) -> Result<String> {
    let script = "return document.querySelector('.pair-score')?.textContent ?? '';";
    page.until("a score", async || {
        let score = page.run(script, Vec::new()).await?;
        let score = score.as_str().unwrap_or_default();
        Ok(score.parse::<f32>().ok().map(|_| score.to_owned()))
    })
    .await
}

/// Opens the explanation and waits for the words.
async fn ask(page: &Page) -> Result<()> {
    let score = score(page).await?;
    page.press(&format!("Why {score}?")).await?;
    page.wait_for("the words", "document.querySelector('.why-texts')")
        .await
}

/// The words of one of the texts, by what they are called.
async fn words(page: &Page, text: u32) -> Result<Vec<String>> {
    let script = "return [...document.querySelectorAll('[role=group]')]
        .find((group) => group.ariaLabel === arguments[0]).querySelectorAll('[role=button]').values()
        .map((word) => word.ariaLabel).toArray();";
    let name = json!(format!("Words of text {text}"));
    let words = page.run(script, vec![name]).await?;
    let words = words.as_array().context("a list")?;
    Ok(words
        .iter()
        .filter_map(Value::as_str)
        .map(Into::into)
        .collect())
}

/// The name of a word of a text as a button: what it brings is part of it.
async fn named(page: &Page, text: u32, word: &str) -> Result<String> {
    let words = words(page, text).await?;
    let found = words
        .iter()
        .find(|name| name.starts_with(&format!("{word}, ")));
    found.cloned().with_context(|| format!("{word}: {words:?}"))
}

/// Strikes a word of a text out. The other text may have a button of the same name.
async fn strike(page: &Page, text: u32, word: &str) -> Result<()> {
    let script = "[...document.querySelectorAll('[role=group]')].find((group) => group.ariaLabel === arguments[0])
        .querySelectorAll('[role=button]').values().find((word) => word.ariaLabel === arguments[1]).click();";
    let group = format!("Words of text {text}");
    let word = named(page, text, word).await?;
    page.run(script, vec![json!(group), json!(word)])
        .await
        .map(|_| ())
}

async fn text_of(page: &Page, selector: &str) -> Result<String> {
    let script = "return document.querySelector(arguments[0])?.textContent ?? '';";
    let text = page.run(script, vec![json!(selector)]).await?;
    Ok(text.as_str().unwrap_or_default().to_owned())
}

fn number(text: &str) -> Result<f32> {
    let number = text.trim().replace('−', "-").parse();
    number.with_context(|| format!("“{text}” is no number"))
}

#[tokio::test]
async fn a_score_is_the_sum_of_what_its_words_bring() -> Result<()> {
    visit(Site::root(), async |page| {
        let score = open(page).await?;
        ask(page).await?;
        let (one, other) = (words(page, 1).await?, words(page, 2).await?);
        ensure!(one.len() == 7 && other.len() == 5, "{one:?} {other:?}");
        ensure!(one[5].starts_with("guitar, brings 0."), "{one:?}");

        // The figures in full: each row and all of them add up, as far as two decimals go.
        page.run("document.querySelector('.why-figures summary').click();", Vec::new()).await?;
        let script = "return [...document.querySelectorAll('.why-figures tr')].map((row) => [...row.querySelectorAll('td, th')].map((cell) => cell.textContent));";
        let table = page.run(script, Vec::new()).await?;
        let table: Vec<Vec<String>> = serde_json::from_value(table)?;
        ensure!(table.len() == 9 && table.iter().all(|row| row.len() == 7), "{table:?}");
        ensure!(table[0][1..] == ["Nobody", "plays", "the", "guitar", "well", "all"], "{table:?}");
        let mut sum = 0.0;
        for row in &table[1..8] {
            let numbers: Vec<f32> = row[1..].iter().map(|cell| number(cell)).collect::<Result<_>>()?;
            let all: f32 = numbers[..5].iter().sum();
            ensure!((all - numbers[5]).abs() < 0.031, "{row:?}");
            sum += numbers[5];
        }
        ensure!(table[8][6] == score && (sum - number(&score)?).abs() < 0.041, "{table:?}");

        // The strongest pair in words, and as a line.
        let said = text_of(page, ".why-strongest").await?;
        ensure!(said.starts_with(&format!("guitar–guitar brings {} of {score}", table[6][4])), "{said}");
        page.wait_for("five lines", "document.querySelectorAll('.why-lines path').length === 5").await?;

        // A word that is pointed at says with which others it goes.
        let word = page.by_role("button", &named(page, 1, "playing").await?).await?;
        page.driver().action_chain().move_to_element_center(&word).perform().await?;
        page.wait_for("its partners", "document.querySelector('.why-said').textContent.startsWith('“playing” brings')").await?;
        let said = text_of(page, ".why-said").await?;
        ensure!(said.contains("with “plays”"), "{said}");
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn a_word_is_struck_out_and_the_score_is_computed_anew() -> Result<()> {
    visit(Site::root(), async |page| {
        let before = open(page).await?;
        ask(page).await?;
        page.press("What would change it most?").await?;
        page.wait_for("the bars", "document.querySelector('.why-bars')").await?;
        let script = "return [...document.querySelectorAll('.why-bars tbody tr')].map((row) => [...row.querySelectorAll('th, .why-number')].map((cell) => cell.textContent));";
        let bars: Vec<Vec<String>> = serde_json::from_value(page.run(script, Vec::new()).await?)?;
        ensure!(bars.len() == 8 && bars[0][0] == "guitar", "{bars:?}");
        let changes: Vec<f32> = bars.iter().map(|bar| number(&bar[2].replace('+', ""))).collect::<Result<_>>()?;
        ensure!(changes.is_sorted_by(|a, b| a.abs() >= b.abs()), "{bars:?}");

        strike(page, 1, "guitar").await?;
        page.wait_for("the score", "parseFloat(document.querySelector('.why-said output b')?.textContent.replace('−', '-')) < 2").await?;
        let without = text_of(page, ".why-said output b").await?;
        let of_the_first = bars.iter().find(|bar| bar[0] == "guitar" && bar[1] == "1");
        ensure!(of_the_first.context("no bar for it")?[3] == without, "{bars:?} {without}");
        let said = text_of(page, ".why-said").await?;
        let less = number(&before)? - number(&without)?;
        ensure!(said.starts_with("Without “guitar”:"), "{said}");
        ensure!(less > 0.1 && said.contains("less"), "{said}");
        let pressed = "document.querySelectorAll('.why-word[aria-pressed=true]').length";
        page.wait_for("one word struck out", &format!("{pressed} === 1")).await?;
        page.press("Put back").await?;
        page.wait_for("no word struck out", &format!("{pressed} === 0")).await?;

        // It is the score that the texts have without the word.
        page.paste(&format!("A man is playing a       .\n{OTHER}")).await?;
        page.wait_for("its score", &format!("document.querySelector('.pair-score')?.textContent === {}", json!(without))).await?;
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn words_are_walked_and_struck_out_by_keyboard() -> Result<()> {
    visit(Site::root(), async |page| {
        open(page).await?;
        ask(page).await?;
        let button = page.by_role("button", &format!("Why {}?", score(page).await?)).await?;
        let focused = "return document.activeElement.ariaLabel ?? '';";
        let at = async |word: &str| -> Result<()> {
            let name = page.run(focused, Vec::new()).await?;
            let name = name.as_str().unwrap_or_default();
            ensure!(name.starts_with(&format!("{word}, ")), "{name}, not {word}");
            Ok(())
        };
        button.focus().await?;
        let type_key = async |key: Key| -> Result<()> {
            Ok(page.driver().action_chain().send_keys(key).perform().await?)
        };
        type_key(Key::Tab).await?;
        at("A").await?;
        for _ in 0..2 {
            type_key(Key::Right).await?;
        }
        at("is").await?;
        type_key(Key::Down).await?;
        at("the").await?;
        type_key(Key::End).await?;
        at("well").await?;
        type_key(Key::Enter).await?;
        page.wait_for("the word struck out", "document.activeElement.ariaPressed === 'true' && document.querySelector('.why-said').textContent.startsWith('Without “well”:')").await?;
        type_key(Key::Enter).await?;
        page.wait_for("the word back", "document.activeElement.ariaPressed === 'false'").await?;
        // One stop of the Tab key for each text.
        page.driver().action_chain().key_down(Key::Shift).send_keys(Key::Tab).key_up(Key::Shift).perform().await?;
        at("is").await?;
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn what_is_hidden_is_not_explained_and_what_was_asked_is_asked_of_the_next_pair() -> Result<()>
{
    visit(Site::root(), async |page| {
        open(page).await?;
        ask(page).await?;
        page.press("Hide scores").await?;
        page.wait_for("no words", "!document.querySelector('.why, .why-button')").await?;
        page.press("Hide scores").await?;
        page.wait_for("the words", "document.querySelector('.why-texts')").await?;
        page.paste("The food was good.\nThe food was not good.").await?;
        page.wait_for("the words of other texts", "document.querySelector('.why-texts')?.textContent.includes('not')").await?;
        let words = words(page, 2).await?;
        ensure!(words.len() == 6 && words[3].starts_with("not, "), "{words:?}");
        page.press(&format!("Why {}?", score(page).await?)).await?;
        page.wait_for("the texts as they are", "!document.querySelector('.why') && document.querySelector('.pair-plain').checkVisibility()").await?;
        page.no_errors().await
    })
    .await
}

/// What two texts of a sample say when they are asked why: the strongest pairs in a sentence, and
/// the words that change the score most, with text and change.
async fn asked(page: &Page, texts: [&str; 2]) -> Result<(String, Vec<[String; 3]>)> {
    page.paste(&texts.join("\n")).await?;
    let shown = format!(
        "document.querySelector('.why-texts')?.textContent.includes({})",
        json!(texts[1])
    );
    page.wait_for("the words", &shown).await?;
    page.press("What would change it most?").await?;
    page.wait_for("the bars", "document.querySelector('.why-bars')")
        .await?;
    let script = "return [...document.querySelectorAll('.why-bars tbody tr')].map((row) => [...row.querySelectorAll('th, .why-number')].map((cell) => cell.textContent).slice(0, 3));";
    let bars = page.run(script, Vec::new()).await?;
    Ok((
        text_of(page, ".why-strongest").await?,
        serde_json::from_value(bars)?,
    ))
}

/// What docs/teaching.md has the class find.
#[tokio::test]
async fn the_lessons_on_negation_and_on_homonyms_find_what_they_say() -> Result<()> {
    visit(Site::root(), async |page| {
        open(page).await?;
        ask(page).await?;
        let (said, bars) = asked(page, ["The food was good.", "The food was not good."]).await?;
        ensure!(said.starts_with("food–food brings 0.3"), "{said}");
        let not = bars
            .iter()
            .find(|bar| bar[0] == "not")
            .context("no bar for “not”")?;
        ensure!(not[2].starts_with("+0.2"), "{bars:?}");
        let banks = [
            "She paid the cheque in at the bank.",
            "We had a picnic on the bank of the river.",
        ];
        let (said, bars) = asked(page, banks).await?;
        ensure!(said.starts_with("bank–bank brings 0.0"), "{said}");
        ensure!(text_of(page, ".pair-warning").await?.is_empty(), "a mark");
        ensure!(
            bars[0][0] == "river" && bars[0][2].starts_with("+0.0"),
            "{bars:?}"
        );
        let bats = [
            "A bat flew out of the cave at dusk.",
            "He swung the bat and hit the ball.",
        ];
        let (said, bars) = asked(page, bats).await?;
        ensure!(said.starts_with("bat–bat brings 0.1"), "{said}");
        ensure!(
            bars[0][0] == "bat" && bars[0][2].starts_with('−'),
            "{bars:?}"
        );
        page.no_errors().await
    })
    .await
}
