//! The page as a whole: what stands where, what is hidden and revealed, and that nothing moves.

use anyhow::{Result, ensure};
use semblance_tests::{Page, Site, visit};
use serde_json::{Value, json};
use thirtyfour::{By, Key};

/// Where everything lies that must not move, in whole and half pixels.
const PLACES: &str = "return [...document.querySelectorAll(
        '.top, .texts, .editor, .rows tr, .stage, .map-stage, .map-foot, .explore, .explore-tabs')]
    .map((element) => { const r = element.getBoundingClientRect();
        return [element.className, r.x, r.y, r.width, r.height].join(' '); });";

async fn places(page: &Page) -> Result<Value> {
    page.run(PLACES, Vec::new()).await
}

#[tokio::test]
async fn nothing_moves_when_it_is_pointed_at_or_selected() -> Result<()> {
    visit(Site::root(), async |page| {
        page.resize(1440, 900, 1.0).await?;
        page.open_with_scores().await?;
        page.wait_for("the map's trust", "document.querySelector('.map-trust')")
            .await?;
        let before = places(page).await?;
        for under in [
            ".rows tr[data-line] .number",
            ".rows tr[data-line]:nth-of-type(3) .cell:nth-of-type(5)",
            ".columns th[data-line]",
            ".map-stage canvas",
            ".pair",
            ".explore-tabs button",
            ".word",
        ] {
            let element = page.driver().find(By::Css(under)).await?;
            let pointer = page.driver().action_chain();
            pointer.move_to_element_center(&element).perform().await?;
            page.run("return new Promise(requestAnimationFrame);", Vec::new())
                .await?;
            ensure!(places(page).await? == before, "pointing at {under} moved it");
        }
        for click in [".rows .number", ".rows .cell[title]", ".pair"] {
            let script = "document.querySelector(arguments[0]).click();
                return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));";
            page.run(script, vec![json!(click)]).await?;
            ensure!(places(page).await? == before, "selecting by {click} moved it");
            page.run("document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));", Vec::new())
                .await?;
            page.wait_for("nothing selected", "!document.querySelector('.rows [data-selected]')")
                .await?;
        }
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn scores_are_hidden_for_a_guess_and_revealed_one_by_one() -> Result<()> {
    visit(Site::root(), async |page| {
        page.open_with_scores().await?;
        let numbers = "[...document.querySelectorAll('.rows .cell')].filter((cell) => /\\d/.test(cell.textContent)).length";
        page.press("Hide scores").await?;
        page.wait_for("no number in the sheet", &format!("{numbers} === 0")).await?;
        page.wait_for("no score elsewhere", "!document.querySelector('.explore .score')").await?;
        // By keyboard: into the table, to the right, reveal.
        page.run("document.querySelector('.rows .cell[tabindex=\"0\"]').focus();", Vec::new())
            .await?;
        let cell = page.driver().active_element().await?;
        cell.send_keys(Key::Right + "").await?;
        let cell = page.driver().active_element().await?;
        cell.send_keys(Key::Enter + "").await?;
        page.wait_for("one pair, both ways round", &format!("{numbers} === 2")).await?;
        page.wait_for(
            "its card",
            "/^−?[01]\\.\\d\\d$/.test(document.querySelector('.pair-score')?.textContent)",
        )
        .await?;
        page.press("Hide scores").await?;
        page.wait_for("all numbers", &format!("{numbers} === 12 * 11")).await?;
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn twelve_texts_are_presented_without_scrolling() -> Result<()> {
    visit(Site::root(), async |page| {
        page.open_with_scores().await?;
        page.run(
            "const picker = document.querySelector('.sample-picker select');
             picker.value = [...picker.options].find((option) => option.text === 'Negation').value;
             picker.dispatchEvent(new Event('change', { bubbles: true }));",
            Vec::new(),
        )
        .await?;
        page.wait_for(
            "the sample",
            "document.querySelector('.rows')?.textContent.includes('food')",
        )
        .await?;
        page.press("Present").await?;
        for (width, height) in [(1280, 720), (1366, 650)] {
            page.resize(width, height, 1.0).await?;
            page.wait_for(
                "all cells in sight",
                "(() => { const room = document.querySelector('.editor').getBoundingClientRect();
                    const cells = [...document.querySelectorAll('.rows .cell')];
                    return cells.length === 144 && cells.every((cell) => {
                        const place = cell.getBoundingClientRect();
                        return place.bottom <= room.bottom && place.right <= room.right; }); })()",
            )
            .await?;
        }
        let body = page.driver().find(By::Css("body")).await?;
        body.send_keys("2").await?;
        page.wait_for(
            "the map alone",
            "document.querySelector('.map-stage').clientWidth > 1300",
        )
        .await?;
        body.send_keys("p").await?;
        page.wait_for(
            "all again",
            "document.querySelector('.editor').clientWidth > 400",
        )
        .await?;
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn the_map_has_the_room_it_needs() -> Result<()> {
    visit(Site::root(), async |page| {
        page.resize(1440, 900, 1.0).await?;
        page.open_with_scores().await?;
        let share = "document.querySelector('.map-stage').clientWidth / innerWidth";
        page.wait_for("43 % for a dozen texts", &format!("{share} >= 0.43"))
            .await?;
        let many: Vec<String> = (0..45).map(|i| format!("text number {i}")).collect();
        page.paste(&many.join("\n")).await?;
        // On the border between the two columns, rounding may take half a pixel.
        page.wait_for("60 % for many", &format!("{share} > 0.599"))
            .await?;
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn what_the_model_cannot_read_is_marked() -> Result<()> {
    visit(Site::root(), async |page| {
        page.open_with_scores().await?;
        page.paste("I love 🍕\nI love 🚗").await?;
        page.scores_of(&["I love 🍕", "I love 🚗"]).await?;
        page.wait_for("a mark at both texts", "document.querySelectorAll('.rows .unread').length === 2")
            .await?;
        page.wait_for(
            "a word on their score",
            "document.querySelector('.pair-warning')?.textContent.includes(\"can't tell these two apart\")",
        )
        .await?;
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn duplicates_are_sets_by_a_threshold() -> Result<()> {
    visit(Site::root(), async |page| {
        page.open_with_scores().await?;
        page.paste("The parking is too far away.\nIt rained.\nThe parking is too far away.\nThe parking is much too far away.")
            .await?;
        page.run("document.getElementById('Duplicates-tab').click();", Vec::new())
            .await?;
        let sets = "[...document.querySelectorAll('[aria-label=\"Sets of duplicates\"] li')].map((li) => li.textContent)";
        page.wait_for("three alike", &format!("{sets}.join() === '×3The parking is too far away.'"))
            .await?;
        let slide = "const slider = document.querySelector('input[type=range]');
            slider.value = '100';
            slider.dispatchEvent(new InputEvent('input', { bubbles: true }));";
        page.run(slide, Vec::new()).await?;
        page.wait_for("two that are equal", &format!("{sets}.join() === '×2The parking is too far away.'"))
            .await?;
        page.run("document.querySelector('.entry.set').click();", Vec::new()).await?;
        page.wait_for("both selected", "document.querySelectorAll('.rows tr[data-selected]').length === 2")
            .await?;
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn on_a_phone_a_tapped_text_shows_its_neighbours_at_once() -> Result<()> {
    visit(Site::root(), async |page| {
        page.resize(390, 844, 2.0).await?;
        page.open_with_scores().await?;
        page.run("document.querySelector('.rows .number').click();", Vec::new()).await?;
        page.wait_for(
            "the nearest text in sight",
            "(() => { const first = document.querySelector('.neighbours li')?.getBoundingClientRect();
                const bar = document.querySelector('.phone-bar').getBoundingClientRect();
                return first && first.height > 0 && first.bottom <= bar.top; })()",
        )
        .await?;
        page.press("Map").await?;
        page.wait_for("the map fills the width", "document.querySelector('.map-stage').clientWidth > 380")
            .await?;
        page.press("Compare").await?;
        page.by_role("region", "Inspector").await?;
        page.no_errors().await
    })
    .await
}

/// How far a row lies from the line of the text box that it belongs to, at most, in CSS pixels.
const DRIFT: &str = "(() => { const rows = [...document.querySelectorAll('.rows tbody tr')];
    const height = parseFloat(getComputedStyle(document.querySelector('textarea')).lineHeight);
    const top = rows[0].getBoundingClientRect().top;
    return Math.max(...rows.map((row, at) => Math.abs(row.getBoundingClientRect().top - top - at * height))); })()";

#[tokio::test]
async fn many_texts_have_columns_to_sort_by() -> Result<()> {
    visit(Site::root(), async |page| {
        page.resize(1440, 900, 1.0).await?;
        page.open_with_scores().await?;
        let mut texts: Vec<String> = (10..50).map(|day| format!("Rain on day {day}.")).collect();
        texts[7] = "select * from users;".into();
        page.paste(&texts.join("\n")).await?;
        page.wait_for(
            "what is nearest to each",
            "[...document.querySelectorAll('.rows .near-score .score')].length === 40",
        )
        .await?;
        page.wait_for("rows beside their lines", &format!("{DRIFT} < 0.5"))
            .await?;
        page.press("Odd").await?;
        let first = "document.querySelector('.rows tbody th').title";
        page.wait_for(
            "the odd one first",
            &format!("{first} === 'select * from users;'"),
        )
        .await?;
        page.wait_for(
            "the text box says so, too",
            "document.querySelector('textarea').value.startsWith('select * from users;')",
        )
        .await?;
        page.press("Undo").await?;
        page.wait_for("as it was", &format!("{first} === 'Rain on day 10.'"))
            .await?;

        // Too many to be wrapped: rows exist for those in view only.
        let many: Vec<String> = (0..600).map(|i| format!("Note {} of {i}", i % 7)).collect();
        page.paste(&many.join("\n")).await?;
        page.wait_for(
            "their columns",
            "document.querySelector('.unwrapped .rows .near-score .score')",
        )
        .await?;
        page.wait_for("rows beside their lines still", &format!("{DRIFT} < 0.5"))
            .await?;
        page.no_errors().await
    })
    .await
}
