//! The map: choosing projections, watching them, selecting, hiding, keeping views, saving.

use anyhow::{Context, Result, ensure};
use semblance_tests::{Page, Site, visit};
use serde_json::json;
use thirtyfour::Key;

async fn open(page: &Page) -> Result<()> {
    page.open_with_scores().await?;
    page.catch_saved().await?;
    trusted(page).await
}

/// Waits until the map rests and its trust is measured.
async fn trusted(page: &Page) -> Result<()> {
    page.wait_for("the map's trust", "document.querySelector('.map-trust')")
        .await
}

async fn choose(page: &Page, projection: &str) -> Result<()> {
    forget(page).await?;
    // The radio itself is drawn over by its label: a person presses that.
    let press = "const label = [...document.querySelectorAll('.map .switch label')]
        .find((label) => label.textContent === arguments[0]);
        label.click();
        return label.control.checked;";
    let chosen = page.run(press, vec![json!(projection)]).await?;
    ensure!(chosen == json!(true), "{projection} can't be chosen");
    Ok(())
}

/// Marks the trust that is shown as that of an earlier map, for [`rests`].
async fn forget(page: &Page) -> Result<()> {
    let mark = "const trust = document.querySelector('.map-trust'); if (trust) trust.old = true;";
    page.run(mark, Vec::new()).await.map(|_| ())
}

/// Runs the projection once more.
async fn again(page: &Page) -> Result<()> {
    forget(page).await?;
    page.press("Run again").await
}

/// Presses a button of the map among the many of a long list of texts, whose names would take long
/// to ask for one by one.
async fn tap(page: &Page, label: &str) -> Result<()> {
    let button = format!("document.querySelector('.map button[aria-label=\"{label}\"]')");
    page.wait_for(label, &button).await?;
    page.run(&format!("{button}.click();"), Vec::new())
        .await
        .map(|_| ())
}

/// Saves the map as one of the offered kinds, and returns the file.
async fn saved(page: &Page, what: &str) -> Result<Vec<u8>> {
    page.saved_by("Map tools", what).await
}

/// Coordinates of each text, from the table that the page saves.
async fn coordinates(page: &Page) -> Result<Vec<(Vec<f64>, String)>> {
    let file = String::from_utf8(page.saved_by("Save", "Table (TSV)").await?)?;
    let mut lines = file
        .lines()
        .map(|line| line.split('\t').collect::<Vec<_>>());
    let names = lines.next().context("a row of names")?;
    let axes = names.iter().filter(|name| name.starts_with("Map ")).count();
    ensure!(names[0] == "Text", "{names:?}");
    lines
        .map(|cells| {
            ensure!(cells.len() == names.len(), "{cells:?}");
            let places = &cells[names.len() - axes..];
            let places: Result<Vec<f64>, _> = places.iter().map(|c| c.parse()).collect();
            Ok((places?, cells[0].to_owned()))
        })
        .collect()
}

/// Waits until the run of a projection is over and the map is measured again.
async fn rests(page: &Page) -> Result<()> {
    page.wait_for(
        "the run to end",
        "!document.querySelector('.run-bar progress') && document.querySelector('.map-trust')?.old === undefined && document.querySelector('.map-trust')",
    )
    .await
}

#[tokio::test]
async fn projections_give_maps_of_their_own_and_the_same_seed_the_same_map() -> Result<()> {
    visit(Site::root(), async |page| {
        open(page).await?;
        let pca = coordinates(page).await?;
        ensure!(pca.len() == 12 && pca[0].0.len() == 2, "{pca:?}");
        choose(page, "UMAP").await?;
        page.by_role("button", "Run again").await?;
        rests(page).await?;
        let umap = coordinates(page).await?;
        ensure!(umap != pca && umap.len() == 12);
        again(page).await?;
        rests(page).await?;
        ensure!(
            coordinates(page).await? == umap,
            "the same seed, another map"
        );
        choose(page, "t-SNE").await?;
        page.by_role("button", "Run again").await?;
        rests(page).await?;
        let tsne = coordinates(page).await?;
        ensure!(tsne != umap && tsne != pca);
        page.press("3-D").await?;
        page.until("three coordinates", async || {
            rests(page).await?;
            Ok((coordinates(page).await?[0].0.len() == 3).then_some(()))
        })
        .await?;
        choose(page, "PCA").await?;
        page.press("3-D").await?;
        page.until("the first map", async || {
            Ok((coordinates(page).await? == pca).then_some(()))
        })
        .await?;
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn a_run_can_be_paused_gone_on_with_and_stopped() -> Result<()> {
    visit(Site::root(), async |page| {
        open(page).await?;
        let text: String = (0..300)
            .map(|i| {
                format!(
                    "Text number {i} about {}\n",
                    ["tea", "rain", "trains"][i % 3]
                )
            })
            .collect();
        page.paste(&text).await?;
        page.wait_for(
            "all texts",
            "document.querySelector('canvas[aria-label=\"Map of 300 texts\"]')",
        )
        .await?;
        rests(page).await?;
        choose(page, "t-SNE").await?;
        rests(page).await?;
        tap(page, "Options").await?;
        page.by_role("spinbutton", "Iterations").await?;
        let field = "const labels = [...document.querySelectorAll('.menu-panel label')];
            const input = labels.find((label) => label.textContent === 'Iterations').control;
            input.value = '100000';
            input.dispatchEvent(new Event('change', { bubbles: true }));";
        page.run(field, Vec::new()).await?;
        tap(page, "Pause").await?;
        let at = "document.querySelector('.run-bar progress').value";
        page.wait_for(
            "the pause",
            "/waits at/.test(document.querySelector('.run-what').textContent)",
        )
        .await?;
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        let before = page.run(&format!("return {at};"), Vec::new()).await?;
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        ensure!(page.run(&format!("return {at};"), Vec::new()).await? == before);
        tap(page, "Go on").await?;
        page.wait_for("it to go on", &format!("{at} > {before}"))
            .await?;
        // While it runs, the worker answers others.
        page.run(
            "document.querySelectorAll('.row .number')[3].click();",
            Vec::new(),
        )
        .await?;
        page.wait_for(
            "neighbours meanwhile",
            "document.querySelectorAll('.neighbours li').length > 4",
        )
        .await?;
        tap(page, "Stop here").await?;
        rests(page).await?;
        page.wait_for(
            "another run to be offered",
            "/Run again/.test(document.querySelector('.run-bar').textContent)",
        )
        .await?;
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn axes_run_from_some_texts_to_others() -> Result<()> {
    visit(Site::root(), async |page| {
        open(page).await?;
        choose(page, "Axes").await?;
        // It begins with axes that work, and says what is missing when an end is emptied.
        rests(page).await?;
        let svg = String::from_utf8(saved(page, "Save as drawing (SVG)").await?)?;
        ensure!(svg.contains("bad → good"), "{svg}");
        forget(page).await?;
        for (end, words) in [("Across from", "football"), ("Across to", "money; bank")] {
            let input = page.by_role("textbox", end).await?;
            input.send_keys(Key::Control + "a").await?;
            input.send_keys(words + Key::Tab).await?;
        }
        rests(page).await?;
        let places = coordinates(page).await?;
        let at = |start: &str| {
            let found = places.iter().find(|(_, text)| text.starts_with(start));
            found
                .map(|(place, _)| place[0])
                .context("the text is there")
        };
        ensure!(at("Our team won")? < at("The bank raised")?, "{places:?}");
        let svg = String::from_utf8(saved(page, "Save as drawing (SVG)").await?)?;
        ensure!(svg.contains("football → money + 1"), "{svg}");
        for end in ["Across from", "Up from"] {
            let input = page.by_role("textbox", end).await?;
            input.send_keys(Key::Control + "a").await?;
            input.send_keys(Key::Delete + Key::Tab).await?;
        }
        let alert = page.alert().await?;
        ensure!(alert.contains("both ends of an axis"), "{alert}");
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn new_texts_are_placed_without_moving_the_others() -> Result<()> {
    visit(Site::root(), async |page| {
        open(page).await?;
        choose(page, "UMAP").await?;
        page.by_role("button", "Run again").await?;
        rests(page).await?;
        let before = coordinates(page).await?;
        let texts = page.by_role("textbox", "Texts").await?;
        texts.send_keys(Key::Control + Key::End).await?;
        texts.send_keys("\nThe striker scored twice.").await?;
        page.wait_for(
            "the new text",
            "/1 new text placed/.test(document.querySelector('.run-bar').textContent)",
        )
        .await?;
        let after = coordinates(page).await?;
        ensure!(after.len() == 13 && after[..12] == before[..], "{after:?}");
        ensure!(after[12].0.iter().all(|x| x.is_finite()));
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn points_are_walked_selected_isolated_and_come_back() -> Result<()> {
    visit(Site::root(), async |page| {
        open(page).await?;
        page.run(
            "document.querySelector('canvas[aria-label^=\"Map of\"]').focus();",
            Vec::new(),
        )
        .await?;
        let map = page.driver().active_element().await?;
        map.send_keys(Key::Right + "").await?;
        map.send_keys(Key::Right + "").await?;
        page.wait_for(
            "a step said",
            "/score .* group/.test(document.querySelector('.map [role=log]').textContent)",
        )
        .await?;
        map.send_keys(Key::Enter + "").await?;
        page.press("Isolate on the map").await?;
        page.wait_for(
            "the others hidden",
            "/11 hidden/.test(document.querySelector('.picked').textContent)",
        )
        .await?;
        let svg = String::from_utf8(saved(page, "Save as drawing (SVG)").await?)?;
        page.press("Undo hiding").await?;
        page.wait_for("all back", "!document.querySelector('.picked')")
            .await?;
        let all = String::from_utf8(saved(page, "Save as drawing (SVG)").await?)?;
        ensure!(all.matches("<text").count() > svg.matches("<text").count() + 5);
        let png = saved(page, "Save as picture (PNG, twice the size)").await?;
        ensure!(png.starts_with(b"\x89PNG") && png.len() > 5_000);
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn a_kept_view_is_returned_to_even_after_a_reload() -> Result<()> {
    visit(Site::root(), async |page| {
        open(page).await?;
        choose(page, "UMAP").await?;
        rests(page).await?;
        page.run("document.querySelectorAll('.row .number')[2].click();", Vec::new())
            .await?;
        page.press("Map tools").await?;
        page.press("Keep this view").await?;
        page.by_role("button", "UMAP · 1 selected").await?;
        choose(page, "PCA").await?;
        page.open_with_scores().await?;
        page.wait_for("PCA again", "document.querySelector('input[name=projection]').checked")
            .await?;
        page.press("Map tools").await?;
        page.press("UMAP · 1 selected").await?;
        page.wait_for(
            "the view",
            "document.querySelectorAll('input[name=projection]')[2].checked && document.querySelectorAll('.row[data-selected]').length === 1",
        )
        .await?;
        rests(page).await?;
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn maps_of_few_and_of_equal_texts_are_drawn() -> Result<()> {
    visit(Site::root(), async |page| {
        open(page).await?;
        for projection in ["UMAP", "t-SNE", "PCA"] {
            choose(page, projection).await?;
            for texts in ["one", "one\ntwo", "a\nb\nc", "same\nsame\nsame\nsame\nsame\nsame"] {
                page.paste(texts).await?;
                let count = texts.lines().count();
                let what = format!("Map of {count} text");
                let script = "const map = document.querySelector('canvas[aria-label^=\"Map of\"]');
                    return map.getAttribute('aria-label').startsWith(arguments[0]) && !document.querySelector('.run-bar progress');";
                page.until(&what, async || {
                    let there = page.run(script, vec![json!(what)]).await?;
                    Ok((there == json!(true)).then_some(()))
                })
                .await?;
                let alerts = page.run("return document.querySelectorAll('[role=alert]').length;", Vec::new()).await?;
                ensure!(alerts == json!(0), "{projection} of {texts:?}");
            }
        }
        page.no_errors().await
    })
    .await
}

/// What opens under a tool can be read and pressed, all of it, on screens of either size.
#[tokio::test]
async fn menus_open_where_nothing_covers_them() -> Result<()> {
    // Gives the tools whose panel is covered or cut off near one of its corners.
    const HIDDEN: &str = "const hidden = [];
        const frame = () => new Promise(requestAnimationFrame);
        for (const button of document.querySelectorAll('.map .menu > button')) {
            button.scrollIntoView({ block: 'center' });
            button.click();
            await frame();
            await frame();
            const panel = button.parentElement.querySelector('.menu-panel');
            const { left, right, top, bottom } = panel.getBoundingClientRect();
            const seen = (x, y) => panel.contains(document.elementFromPoint(x, y));
            const corners = [[left, top], [right, top], [left, bottom], [right, bottom]];
            const inside = ([x, y]) => [x < right ? x + 8 : x - 8, y < bottom ? y + 8 : y - 8];
            if (!corners.map(inside).every(([x, y]) => seen(x, y))) hidden.push(button.title);
            button.click();
            await frame();
        }
        return hidden;";
    visit(Site::root(), async |page| {
        open(page).await?;
        for (width, height) in [(1440, 900), (390, 844)] {
            page.resize(width, height, 1.0).await?;
            if width == 390 {
                // A phone shows one view at a time.
                page.press("Map").await?;
            }
            let hidden = page
                .run(
                    &format!("return (async () => {{ {HIDDEN} }})();"),
                    Vec::new(),
                )
                .await?;
            ensure!(hidden == json!([]), "at {width} × {height}: {hidden}");
        }
        page.no_errors().await
    })
    .await
}
