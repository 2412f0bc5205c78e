//! Kinds of fault that people met in other programs of this sort, each tried on this one.

use anyhow::{Result, ensure};
use semblance_tests::{Page, Site, visit};
use thirtyfour::{By, Key};

/// Types a line before all others.
const TYPE_FIRST: &str = "const box = document.querySelector('textarea');
    box.setRangeText('A first text.\\n', 0, 0, 'start');
    box.dispatchEvent(new InputEvent('input', { bubbles: true }));";

#[tokio::test]
async fn a_program_that_stops_says_so_and_has_lost_nothing() -> Result<()> {
    visit(Site::root(), async |page| {
        page.open_with_scores().await?;
        page.paste("One of my own.\nAnother of my own.\nA third one.").await?;
        page.scores_of(&["One of my own.", "Another of my own.", "A third one."])
            .await?;
        let stopped = "[...document.querySelectorAll('[role=alert]')].some((alert) => alert.textContent.includes('reload'))";
        // An extension takes away what the program goes on to write to.
        page.run(
            "document.querySelector('.rows tbody').replaceChildren();",
            Vec::new(),
        )
        .await?;
        page.run(TYPE_FIRST, Vec::new()).await?;
        page.wait_for("that it stopped", stopped).await?;
        page.open().await?;
        page.wait_for(
            "the texts, after a reload",
            "document.querySelector('textarea')?.value.endsWith('One of my own.\\nAnother of my own.\\nA third one.')",
        )
        .await
    })
    .await
}

/// How many cells of the sheet the Tab key stops at.
async fn stops(page: &Page) -> Result<Option<u64>> {
    let count = "return document.querySelectorAll('.rows td.cell[tabindex=\"0\"]').length;";
    Ok(page.run(count, Vec::new()).await?.as_u64())
}

#[tokio::test]
async fn the_table_has_one_stop_and_focus_stays_on_its_pair() -> Result<()> {
    visit(Site::root(), async |page| {
        page.open_with_scores().await?;
        page.paste("A red apple.\nA green pear.\nA fast car.\nA slow train.")
            .await?;
        page.scores_of(&[
            "A red apple.",
            "A green pear.",
            "A fast car.",
            "A slow train.",
        ])
        .await?;
        ensure!(stops(page).await? == Some(1));
        let first = page
            .driver()
            .find(By::Css(".rows td.cell[tabindex='0']"))
            .await?;
        first.focus().await?;
        first.send_keys(Key::Right + Key::Down + Key::Down).await?;
        let name = "document.activeElement.getAttribute('aria-label')";
        let before = page.run(&format!("return {name};"), Vec::new()).await?;
        ensure!(
            before
                .as_str()
                .is_some_and(|name| name.starts_with("Text 3 with text 2")),
            "{before}"
        );
        ensure!(stops(page).await? == Some(1));

        // A text before both: they are 4 and 3 now, and the focus has gone with them.
        page.run(TYPE_FIRST, Vec::new()).await?;
        page.wait_for(
            "five texts",
            "document.querySelectorAll('.rows td.cell[title]').length === 25",
        )
        .await?;
        page.wait_for(
            "the focus on its pair",
            &format!("{name}?.startsWith('Text 4 with text 3')"),
        )
        .await?;
        ensure!(stops(page).await? == Some(1));
        page.press("Undo").await?;
        page.wait_for(
            "four texts",
            "document.querySelectorAll('.rows td.cell[title]').length === 16",
        )
        .await?;
        ensure!(stops(page).await? == Some(1));
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn every_text_runs_in_its_own_direction() -> Result<()> {
    visit(Site::root(), async |page| {
        page.resize(1440, 900, 1.0).await?;
        page.open_with_scores().await?;
        let texts = ["שלום עולם", "مرحبا بالعالم", "Hello, world", "Good morning"];
        page.paste(&texts.join("\n")).await?;
        page.scores_of(&texts).await?;
        page.run(
            "document.querySelector('.rows tr[data-line] .number').click();",
            Vec::new(),
        )
        .await?;
        page.wait_for("its neighbours", "document.querySelector('.neighbours li')")
            .await?;
        // Wherever a text stands: the nearest element that holds it alone says how it runs.
        let wrong = "
            const right = /[\\u0590-\\u08ff]/;
            const walker = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
            const wrong = [];
            while (walker.nextNode()) {
                const { data, parentElement: on } = walker.currentNode;
                if (!/\\p{L}/u.test(data) || !on.checkVisibility()) continue;
                const expected = right.test(data) ? 'rtl' : 'ltr';
                if (getComputedStyle(on).direction !== expected) wrong.push(`${on.className}: ${data}`);
            }
            return wrong;";
        let wrong = page.run(wrong, Vec::new()).await?;
        ensure!(wrong == serde_json::json!([]), "{wrong}");
        let area = page.run("return document.querySelector('textarea').dir;", Vec::new()).await?;
        ensure!(area == "auto", "{area}");
        page.no_errors().await
    })
    .await
}
