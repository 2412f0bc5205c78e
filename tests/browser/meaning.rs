//! What scores mean: beside unrelated pairs, to people, on this device, and where to cut.

use anyhow::{Context, Result, ensure};
use semblance_tests::{Page, Site, visit};
use serde_json::json;

/// What the first element of a selector says, once it is there.
async fn said(page: &Page, selector: &str) -> Result<String> {
    let script = "return document.querySelector(arguments[0])?.textContent ?? null;";
    page.until(selector, async || {
        let text = page.run(script, vec![json!(selector)]).await?;
        Ok(text.as_str().map(ToOwned::to_owned))
    })
    .await
}

/// The cell of the texts 1 and 2, once it shows something else than `before`.
async fn cell(page: &Page, before: &str) -> Result<String> {
    let script = "return [...document.querySelectorAll('td.cell')]
        .find((cell) => cell.ariaLabel.startsWith('Text 1 with text 2: '))?.textContent ?? '';";
    page.until("another score in the table", async || {
        let text = page.run(script, Vec::new()).await?;
        let text = text.as_str().unwrap_or_default().to_owned();
        Ok((!text.is_empty() && text != before && text != "…").then_some(text))
    })
    .await
}

#[tokio::test]
async fn a_score_is_told_as_people_would_and_the_table_shows_it() -> Result<()> {
    visit(Site::root(), async |page| {
        page.open_with_scores().await?;
        let cosine = cell(page, "").await?;
        let click = "[...document.querySelectorAll('td.cell')]
            .find((cell) => cell.ariaLabel.startsWith('Text 1 with text 2: ')).click();";
        page.run(click, Vec::new()).await?;
        page.wait_for(
            "what people say",
            "/^people say \\d\\.\\d of 5, most \\d\\.\\d–\\d\\.\\d$/m.test(document.querySelector('.pair-number')?.innerText)",
        )
        .await?;
        let card = said(page, ".pair-number").await?;
        let (_, rest) = card.split_once("people say ").context("a rating")?;
        let rating = rest.get(..3).context("a rating")?.to_owned();

        let next = async |units: &str| {
            page.press("More").await?;
            page.press(units).await?;
            // The menu stays open for more; it goes with a press elsewhere.
            page.run("document.body.dispatchEvent(new PointerEvent('pointerdown', { bubbles: true }));", Vec::new()).await
        };
        next("Scores as: cosine").await?;
        let unrelated = cell(page, &cosine).await?;
        ensure!(unrelated == "100", "{unrelated}: these two are paraphrases");
        ensure!(said(page, "#texts-hint").await?.contains("of 100 unrelated pairs"));
        next("Scores as: of 100 unrelated pairs").await?;
        let people = cell(page, &unrelated).await?;
        ensure!(people == rating, "{people} in the table, {rating} on the card");
        ensure!(said(page, "#texts-hint").await?.contains("from 0 to 5"));
        next("Scores as: people's ratings, 0–5").await?;
        ensure!(cell(page, &people).await? == cosine);
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn this_device_is_held_against_the_original_model() -> Result<()> {
    visit(Site::root(), async |page| {
        page.open_with_scores().await?;
        page.press("More").await?;
        page.press("About and privacy").await?;
        page.press("Test this device").await?;
        page.wait_for("the outcome", "document.querySelector('.self-test dl')")
            .await?;
        let outcome = said(page, ".self-test p").await?;
        ensure!(outcome.starts_with("Passed. Of 276 scores"), "{outcome}");
        let figures = said(page, ".self-test dl").await?;
        ensure!(
            figures.contains("tokens a second") && figures.contains("MB"),
            "{figures}"
        );
        println!("{outcome}\n{figures}");
        page.run("document.querySelector('.self-test dl').old = true;", Vec::new())
            .await?;
        page.press("Test again").await?;
        let another = "document.querySelector('.self-test dl') && !document.querySelector('.self-test dl').old";
        page.wait_for("another outcome", another).await?;
        page.no_errors().await
    })
    .await
}

/// Answers of which none says the same as another, and some that do.
const ALL: [&str; 32] = [
    "The canteen is too loud at noon.",
    "I would like to work from home on Fridays.",
    "Nobody told us about the new software.",
    "The parking is too far away.",
    "Meetings begin late and take too long.",
    "My manager listens to me.",
    "The heating fails every winter.",
    "We need more people in the warehouse.",
    "Training on the machines was excellent.",
    "The pay has not kept up with prices.",
    "I am proud of what we build.",
    "The printers never have paper.",
    "Customers shout at us on the phone.",
    "Please put plants into the corridors.",
    "The bus stops running before my shift ends.",
    "Holidays must be planned a year ahead.",
    "There is mould in the changing room.",
    "My team helped me when I was ill.",
    "The website is confusing for visitors.",
    "Overtime is never written down.",
    "The coffee tastes of soap.",
    "Promotions go to those who talk most.",
    "The lift has been broken since May.",
    "I learn something new each week.",
    "The forklift needs new brakes.",
    "Fruit in the break room would be nice.",
    "Our suppliers deliver too late.",
    "The night shift feels forgotten.",
    "Passwords expire far too often.",
    "A crèche would help young parents.",
    "The roof leaks onto the pallets.",
    "Bicycles are stolen from the yard.",
];

#[tokio::test]
async fn a_threshold_is_proposed_where_the_scores_part() -> Result<()> {
    visit(Site::root(), async |page| {
        page.open_with_scores().await?;
        let copies = ALL[..14].iter().map(|text| format!("{} !", text.to_uppercase()));
        let texts: Vec<String> = ALL.iter().map(|text| (*text).to_owned()).chain(copies).collect();
        page.paste(&texts.join("\n")).await?;
        let lists = "[...document.querySelectorAll('.explore .push')].find((button) => button.textContent === 'Duplicates14 sets')";
        page.wait_for("fourteen sets, at once", lists).await?;
        page.run(&format!("{lists}.click();"), Vec::new()).await?;
        let note = said(page, "[aria-label=Duplicates] .explore-note").await?;
        ensure!(note.contains("lies between two kinds of scores"), "{note}");
        let threshold = said(page, ".threshold").await?;
        ensure!(note.starts_with(&threshold), "{threshold}: {note}");
        let slide = "const slider = document.querySelector('input[type=range]');
            slider.value = '100';
            slider.dispatchEvent(new InputEvent('input', { bubbles: true }));";
        page.run(slide, Vec::new()).await?;
        page.wait_for("another threshold", "document.querySelector('.threshold').textContent === '1.00'").await?;
        page.press("Use it").await?;
        page.wait_for("the proposed one", &format!("document.querySelector('.threshold').textContent === '{threshold}'")).await?;

        // Without the copies there is nothing to part.
        page.paste(&ALL.join("\n")).await?;
        page.wait_for(
            "no proposal",
            "document.querySelector('[aria-label=Duplicates] .explore-note')?.textContent.startsWith('No gap between the scores')",
        )
        .await?;
        page.no_errors().await
    })
    .await
}
