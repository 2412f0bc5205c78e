//! The page as a whole: what stands where, what is hidden and revealed, and that nothing moves.

use anyhow::{Result, ensure};
use semblance_tests::{Page, Site, visit};
use serde_json::{Value, json};
use thirtyfour::{By, Key};

/// Where everything lies that must not move, in whole and half pixels.
const PLACES: &str = "return [...document.querySelectorAll(
        '.top, .texts, .editor, .rows tr, .stage, .map-stage, .map-foot, .explore, .explore-head')]
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
            ".explore .push",
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
        // Nor in what a selected text has beside it.
        page.run("document.querySelector('.rows .number').click();", Vec::new()).await?;
        page.wait_for("the text, and no neighbours", "document.querySelector('.one-text .empty')?.textContent.startsWith('Scores are hidden')")
            .await?;
        page.wait_for("no score beside it", "!/[01]\\.\\d/.test(document.querySelector('.one-text').textContent)").await?;
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
        let lists = "[...document.querySelectorAll('.explore .push')].find((button) => button.textContent === 'Duplicates1 set')";
        page.wait_for("the count on its button", lists).await?;
        page.run(&format!("{lists}.click();"), Vec::new()).await?;
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
        page.press("Keep the first of each").await?;
        page.scores_of(&["The parking is too far away.", "It rained.", "The parking is much too far away."])
            .await?;
        page.run("document.querySelector('.message .remedy').click();", Vec::new()).await?;
        page.scores_of(&["The parking is too far away.", "It rained.", "The parking is too far away.", "The parking is much too far away."])
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

#[tokio::test]
async fn an_empty_page_invites_and_two_texts_have_one_score() -> Result<()> {
    visit(Site::root(), async |page| {
        page.resize(1440, 900, 1.0).await?;
        page.open_with_scores().await?;
        page.paste("").await?;
        page.press("Negation Does “not” change the meaning?").await?;
        page.wait_for("the sample", "document.querySelector('textarea').value.includes('not good')")
            .await?;
        page.paste("A dog runs.\nA puppy plays.").await?;
        page.wait_for(
            "the score, large",
            "(() => { const score = document.querySelector('.pair-score'); return score && /^0\\.\\d\\d$/.test(score.textContent) && score.getBoundingClientRect().height >= 32; })()",
        )
        .await?;
        let seen = "return [...document.querySelectorAll('.cell, .score, .pair-score')]
            .filter((element) => element.getBoundingClientRect().width > 2).length;";
        ensure!(page.run(seen, Vec::new()).await? == json!(1), "the only score on screen");
        ensure!(!page.shows("region", "Map").await?, "two points say nothing");
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn two_documents_are_compared_part_against_part() -> Result<()> {
    visit(Site::root(), async |page| {
        page.resize(1440, 900, 1.0).await?;
        page.open_with_scores().await?;
        page.paste("The cat slept.\nStocks fell.\nBread is baked.\n\nA kitten was sleeping.\nShares lost value.\nThe moon is far away.")
            .await?;
        let tab = "[...document.querySelectorAll('.stage-views label')].find((label) => label.textContent === 'Documents')";
        page.wait_for("the view on offer", tab).await?;
        page.run(&format!("{tab}.click();"), Vec::new()).await?;
        page.by_role("region", "Documents").await?;
        let matches = "[...document.querySelectorAll('.matches')].map((list) => [...list.querySelectorAll('li')]
            .map((item) => [...item.querySelectorAll('.near-at')].map((at) => at.textContent).join('-')).join(' ')).join(' | ')";
        page.wait_for("the partners, and what only the second has", &format!("/^1-4 2-5 3-\\d \\| 6-\\d$/.test({matches})"))
            .await?;
        page.run("document.querySelector('.match').click();", Vec::new()).await?;
        page.by_role("heading", "Texts 1 and 4").await?;
        // Where the second begins can be said.
        page.run("document.querySelectorAll('.rows .number')[4].click();", Vec::new()).await?;
        page.press("Begin with the selected text").await?;
        page.wait_for("four parts of the first", "document.querySelector('.matches').children.length === 4")
            .await?;
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn regions_are_walked_by_key_and_full_screen_is_left() -> Result<()> {
    visit(Site::root(), async |page| {
        page.resize(1440, 900, 1.0).await?;
        page.open_with_scores().await?;
        let focus = "document.activeElement.id";
        for id in ["texts", "map", "inspector", "texts"] {
            page.driver()
                .active_element()
                .await?
                .send_keys(Key::F6 + "")
                .await?;
            page.wait_for(id, &format!("{focus} === '{id}'")).await?;
        }
        page.press("Full screen").await?;
        for (role, name) in [
            ("region", "Map"),
            ("region", "Inspector"),
            ("searchbox", "Find"),
        ] {
            page.by_role(role, name).await?;
        }
        ensure!(
            !page.shows("textbox", "Texts").await?,
            "what is covered is out of reach"
        );
        let wide = "document.querySelector('.map-stage').clientWidth > 1000";
        page.wait_for("the map large", wide).await?;
        page.driver()
            .active_element()
            .await?
            .send_keys(Key::Escape + "")
            .await?;
        page.wait_for("the page as before", &format!("!({wide})"))
            .await?;
        // From the top of the page to the map it is not far.
        page.run(
            "document.activeElement.blur(); window.scrollTo(0, 0);",
            Vec::new(),
        )
        .await?;
        let mut steps = 0;
        let body = page.driver().find(By::Css("body")).await?;
        body.send_keys(Key::Tab + "").await?;
        while page
            .run(
                "return document.activeElement.closest('#map') === null;",
                Vec::new(),
            )
            .await?
            == json!(true)
        {
            steps += 1;
            ensure!(steps < 12, "more than twelve tabs to the map");
            page.driver()
                .active_element()
                .await?
                .send_keys(Key::Tab + "")
                .await?;
        }
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn boxes_keep_what_is_typed_and_selects_say_what_holds() -> Result<()> {
    visit(Site::root(), async |page| {
        page.resize(1440, 900, 1.0).await?;
        page.open_with_scores().await?;
        let choose = "[...document.querySelectorAll('.map .switch label')].find((label) => label.textContent === 'Axes').click();";
        page.run(choose, Vec::new()).await?;
        let input = page.by_role("textbox", "Across from").await?;
        input.send_keys(Key::Control + "a").await?;
        input.send_keys("cheap").await?;
        // Pointing draws much of the page again, embedding a line as well.
        for under in [".rows .cell:nth-of-type(5)", ".rows tr:nth-of-type(4)"] {
            let element = page.driver().find(By::Css(under)).await?;
            let pointer = page.driver().action_chain();
            pointer.move_to_element_center(&element).perform().await?;
            page.run("return new Promise((done) => setTimeout(done, 100));", Vec::new()).await?;
        }
        input.send_keys(" food").await?;
        let value = input.prop("value").await?;
        ensure!(value.as_deref() == Some("cheap food"), "{value:?}");
        // A choice that was made, then one that the page makes.
        let colour = page.by_role("combobox", "Colour by").await?;
        colour.send_keys("Length").await?;
        page.run(
            "[...document.querySelectorAll('.explore .push')].find((button) => button.textContent.startsWith('Groups')).click();",
            Vec::new(),
        )
        .await?;
        page.run(
            "[...document.querySelectorAll('.explore .switch label')].find((label) => label.textContent === 'Found').click();",
            Vec::new(),
        )
        .await?;
        page.by_role("list", "Legend: groups").await?;
        page.wait_for("the box says so", "document.querySelector('[aria-label=\"Colour by\"]').value === 'Group'")
            .await?;
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn lines_break_in_the_rows_where_they_break_in_the_text_box() -> Result<()> {
    visit(Site::root(), async |page| {
        page.open_with_scores().await?;
        let words = "The coach praised the keeper after the match. Add garlic  and stir. ";
        let odd = [
            words.repeat(2),
            words.replace(' ', "\t"),
            "x".repeat(90) + " " + words,
            "猫がソファで寝ている。".repeat(4),
            "state-of-the-art—e.g. http://example.org/a/b?c=d&e=f ".repeat(2),
            "👩‍👩‍👧🎉".repeat(12),
            words.replace(' ', "\u{a0}").repeat(2),
            "שלום עולם, מה שלומך היום? ".repeat(4),
            format!("trailing{}", " ".repeat(80)),
        ];
        let few = odd.join("\n");
        let many: Vec<String> = (1..60)
            .map(|number| format!("{}{number}", &words[..number]))
            .collect();
        let many = format!("{few}\n{}", many.join("\n"));
        // Rows of several heights that lie beside the lines they belong to.
        let apart = "const area = document.querySelector('textarea');
            const height = area.style.height;
            area.style.height = '0';
            const lines = area.scrollHeight;
            area.style.height = height;
            return Math.abs(lines - document.querySelector('.rows tbody').getBoundingClientRect().height);";
        for (width, height) in [(1440, 900), (1280, 720), (768, 1024), (390, 844)] {
            page.resize(width, height, 1.0).await?;
            for text in [&few, &many] {
                page.paste(text).await?;
                let count = text.lines().count();
                page.wait_for(
                    "all rows",
                    &format!("document.querySelectorAll('.rows tr[data-line]').length === {count} && !document.querySelector('[role=progressbar]')"),
                )
                .await?;
                // The sheet with scores and the one with columns have rules of their own.
                let scored = if count > 16 { ".with-columns" } else { ".scored" };
                page.wait_for(
                    "what is found of these texts",
                    &format!("document.querySelector('.editor{scored}')"),
                )
                .await?;
                page.until("rows as high as their lines", async || {
                    let apart = page.run(apart, Vec::new()).await?;
                    Ok(apart.as_f64().is_some_and(|apart| apart < 1.0).then_some(()))
                })
                .await?;
            }
        }
        page.no_errors().await
    })
    .await
}
