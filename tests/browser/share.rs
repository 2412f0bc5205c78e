//! A link that holds the workspace.

use anyhow::{Context, Result, ensure};
use semblance_tests::{Page, Site, visit};
use serde_json::json;

const OWN: &str = "my own text\nand another";
const SHARED: &str = "The cat sleeps on the sofa.\nA kitten is having a nap.\nPets rest.\n\n📈 Prices rose by 3 %.\nInflation is back.\nEverything costs more: “bread” & butter.";

/// The link that the menu shows.
async fn link(page: &Page) -> Result<String> {
    page.press("Share").await?;
    let input = page.by_role("textbox", "Link").await?;
    let link = input.prop("value").await?.context("a link")?;
    page.press("Share").await?;
    Ok(link)
}

async fn chosen(page: &Page) -> Result<String> {
    let script = "return [...document.querySelectorAll('.map .switch label')].find((label) => label.control.checked)?.textContent ?? '';";
    let name = page.run(script, Vec::new()).await?;
    Ok(name.as_str().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn a_link_shows_the_same_texts_and_map_and_leaves_own_texts_alone() -> Result<()> {
    visit(Site::root(), async |page| {
        page.open_with_scores().await?;
        page.paste(SHARED).await?;
        let lines: Vec<&str> = SHARED.lines().filter(|line| !line.is_empty()).collect();
        let scores = page.scores_of(&lines).await?;
        let tsne = "[...document.querySelectorAll('.map .switch label')].find((label) => label.textContent === 't-SNE').click();";
        page.run(tsne, Vec::new()).await?;
        ensure!(chosen(page).await? == "t-SNE");
        let link = link(page).await?;
        ensure!(link.starts_with(&page.server().url()) && link.contains("#w1="), "{link}");

        // Somebody with texts of their own opens it, on a small screen.
        page.paste(OWN).await?;
        page.keeps(OWN).await?;
        page.resize(390, 844, 2.0).await?;
        page.driver().goto(&link).await?;
        page.holds(SHARED).await?;
        page.says("These texts came with a link").await?;
        page.resize(1280, 900, 1.0).await?;
        ensure!(page.scores_of(&lines).await? == scores, "other scores");
        ensure!(chosen(page).await? == "t-SNE", "another map");
        page.paste("changed\nin the page of the link").await?;
        page.scores_of(&["changed", "in the page of the link"]).await?;

        page.driver().goto(page.server().url()).await?;
        page.holds(OWN).await?;
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn a_link_that_was_cut_off_says_so_and_loses_nothing() -> Result<()> {
    visit(Site::root(), async |page| {
        page.open_with_scores().await?;
        page.paste(SHARED).await?;
        let link = link(page).await?;
        page.paste(OWN).await?;
        page.keeps(OWN).await?;
        for damaged in [
            &link[..link.len() - 30],
            &format!("{}#w1=", page.server().url()),
        ] {
            // A link in the tab that has the page open changes nothing but the part after #.
            let go = "location.href = arguments[0];";
            page.run(go, vec![json!(damaged)]).await?;
            page.says("The link is damaged").await?;
            page.holds(OWN).await?;
            // The next one has to say it for itself.
            page.press("Dismiss").await?;
        }
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn a_link_is_copied_scanned_and_refused_where_it_can_t_be_made() -> Result<()> {
    visit(Site::root(), async |page| {
        page.open_with_scores().await?;
        page.press("Share").await?;
        page.by_role("textbox", "Link").await?;
        page.by_role("image", "QR code of the link").await?;
        let catch = "Object.defineProperty(navigator, 'clipboard', { value: { writeText: async (text) => void (window.copied = text) } });";
        page.run(catch, Vec::new()).await?;
        page.press("Copy link").await?;
        page.wait_for("the link in the clipboard", "window.copied?.includes('#w1=')")
            .await?;
        page.wait_for("it to be said", "document.querySelector('.share-row').textContent.endsWith('Copied.')")
            .await?;
        page.press("Share").await?;

        // Random letters can't be packed.
        let letters = "abcdefghijklmnopqrstuvwxyz0123456789";
        let mut seed = 1u64;
        let mut random = || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            letters.as_bytes()[(seed >> 33) as usize % letters.len()] as char
        };
        let line = |random: &mut dyn FnMut() -> char| (0..60).map(|_| random()).collect::<String>();
        let some: Vec<String> = (0..200).map(|_| line(&mut random)).collect();
        page.paste(&some.join("\n")).await?;
        page.press("Share").await?;
        page.wait_for("a warning", "document.querySelector('.share')?.textContent.includes('may cut it off')")
            .await?;
        ensure!(!page.shows("image", "QR code of the link").await?, "a code that nothing can scan");
        page.press("Share").await?;
        let many: Vec<String> = (0..2_000).map(|_| line(&mut random)).collect();
        page.paste(&many.join("\n")).await?;
        page.press("Share").await?;
        page.wait_for("what to do", "document.querySelector('.menu-panel [role=alert]')?.textContent.includes('too long for a link')")
            .await?;
        page.no_errors().await
    })
    .await
}
