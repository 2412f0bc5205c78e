//! Finding things among the texts: neighbours, search, clusters, groups, outliers.

use anyhow::{Context, Result, ensure};
use semblance_tests::{Page, Scheme, Site, visit};
use serde_json::{Value, json};
use thirtyfour::{By, Key};

/// Keeps what the page saves where a test can read it.
const CATCH: &str = "window.saved = [];
    const create = URL.createObjectURL;
    URL.createObjectURL = (blob) => {
        blob.text().then((text) => window.saved.push(text));
        return create.call(URL, blob);
    };";

/// Opens the page and one part of the panel.
async fn open(page: &Page, tab: &str) -> Result<()> {
    page.open_with_scores().await?;
    page.run(CATCH, Vec::new()).await?;
    page.wait_for("the map's trust", "document.querySelector('.map-trust')")
        .await?;
    turn_to(page, tab).await
}

async fn turn_to(page: &Page, tab: &str) -> Result<()> {
    page.by_role("tab", tab).await?;
    // Not with the pointer: in a low window the bar at the bottom may cover it.
    let script = "document.getElementById(`${arguments[0]}-tab`).click();";
    page.run(script, vec![json!(tab)]).await.map(|_| ())
}

/// Chooses among the parts of a switch.
async fn choose(page: &Page, name: &str) -> Result<()> {
    let script = "[...document.querySelectorAll('.switch label')]
        .find((label) => label.textContent === arguments[0]).click();";
    page.run(script, vec![json!(name)]).await.map(|_| ())
}

/// What the part that is shown says of itself.
const SAID: &str = "((document.querySelector('.find output') ?? document.querySelector('.explore-body:not([hidden]) output'))?.textContent ?? '')";

async fn says(page: &Page, what: &str) -> Result<()> {
    let asked = format!("{SAID}.includes({})", json!(what));
    page.wait_for(what, &asked).await
}

/// The texts in the list of that name.
async fn listed(page: &Page, list: &str) -> Result<Vec<String>> {
    let script = "return [...document.querySelectorAll('.find ol, .explore-body:not([hidden]) ol')]
        .filter((list) => list.ariaLabel === arguments[0])
        .flatMap((list) => [...list.querySelectorAll('.words')].map((words) => words.textContent));";
    let texts = page.run(script, vec![json!(list)]).await?;
    let texts = texts.as_array().context("a list")?;
    Ok(texts
        .iter()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect())
}

/// Empties a box and types into it.
async fn fill(page: &Page, role: &str, name: &str, words: &str) -> Result<()> {
    let input = page.by_role(role, name).await?;
    input.send_keys(Key::Control + "a").await?;
    Ok(input.send_keys(words).await?)
}

/// Presses the first button of a list.
async fn press_first(page: &Page, list: &str) -> Result<()> {
    let script = "[...document.querySelectorAll('.find ol, .explore-body:not([hidden]) ol')]
        .find((list) => list.ariaLabel === arguments[0]).querySelector('button').click();";
    page.run(script, vec![json!(list)]).await.map(|_| ())
}

/// How many texts are selected in the list of all texts.
async fn selected(page: &Page, count: usize) -> Result<()> {
    let rows = format!("document.querySelectorAll('.row[data-selected]').length === {count}");
    page.wait_for(&format!("{count} selected"), &rows).await
}

/// The map as it is drawn now.
async fn drawing(page: &Page) -> Result<String> {
    page.run("window.saved.length = 0;", Vec::new()).await?;
    page.press("Save the map").await?;
    page.press("Drawing (SVG)").await?;
    page.wait_for("the drawing", "window.saved.length > 0")
        .await?;
    let file = page.run("return window.saved[0];", Vec::new()).await?;
    Ok(file.as_str().context("a drawing is text")?.to_owned())
}

/// Points of the map that have stepped back behind others.
async fn faint(page: &Page) -> Result<usize> {
    let drawing = drawing(page).await?;
    Ok(drawing.matches("fill-opacity=\"0.18").count())
}

#[tokio::test]
async fn neighbours_by_number_and_metric_one_after_another() -> Result<()> {
    visit(Site::root(), async |page| {
        page.open_with_scores().await?;
        let texts = [
            "One and the same.",
            "Rain fell all day.",
            "One and the same.",
            "It rained.",
        ];
        page.paste(&texts.join("\n")).await?;
        page.scores_of(&texts).await?;
        page.run(
            "document.querySelector('.row .number').click();",
            Vec::new(),
        )
        .await?;
        page.by_role("region", "Nearest neighbours").await?;
        let first = "(document.querySelector('.neighbours li')?.textContent ?? '')";
        page.wait_for(
            "the equal text first",
            &format!("{first}.startsWith('1.000One and')"),
        )
        .await?;
        ensure!(listed(page, "Nearest neighbours").await?.len() == 3);

        // The engine answers for the metrics whose scores the page does not hold.
        let metric = page.by_role("combobox", "Metric").await?;
        metric.send_keys(Key::Down + "").await?;
        page.wait_for("distances", &format!("{first}.startsWith('0.000One and')"))
            .await?;
        metric.send_keys(Key::Down + "").await?;
        page.wait_for("products", &format!("{first}.startsWith('1.000One and')"))
            .await?;
        fill(page, "spinbutton", "Number", "2\t").await?;
        page.until("two of them", async || {
            Ok((listed(page, "Nearest neighbours").await?.len() == 2).then_some(()))
        })
        .await?;
        // Walking by keyboard, the place in the list is kept.
        page.run(
            "document.querySelectorAll('.neighbours li button')[1].focus();",
            Vec::new(),
        )
        .await?;
        let button = page.driver().active_element().await?;
        button.send_keys(Key::Enter + "").await?;
        page.wait_for(
            "the next text's neighbours",
            "!document.querySelector('.neighbours-of').textContent.includes('One and')",
        )
        .await?;
        page.wait_for(
            "the focus in the list",
            "document.activeElement === document.querySelectorAll('.neighbours li button')[1]",
        )
        .await?;
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn a_number_is_typed_while_the_pointer_goes_over_texts() -> Result<()> {
    visit(Site::root(), async |page| {
        page.open_with_scores().await?;
        page.run(
            "document.querySelector('.row .number').click();",
            Vec::new(),
        )
        .await?;
        let number = page.by_role("spinbutton", "Number").await?;
        number.send_keys(Key::Control + "a").await?;
        // What is pointed at is marked, and the panel is drawn again.
        for (digit, typed, under) in [
            ("1", 1, ".rows tbody tr:nth-of-type(3)"),
            ("0", 10, ".rows tbody tr:nth-of-type(6)"),
        ] {
            number.send_keys(digit).await?;
            let text = page.driver().find(By::Css(under)).await?;
            let pointer = page.driver().action_chain();
            pointer.move_to_element_center(&text).perform().await?;
            page.wait_for(
                "the text under the pointer marked",
                &format!("document.querySelector('{under}[data-hovered]')"),
            )
            .await?;
            let value = number.prop("value").await?;
            ensure!(value == Some(typed.to_string()), "{typed} became {value:?}");
            page.until(&format!("neighbours: {typed}"), async || {
                Ok((listed(page, "Nearest neighbours").await?.len() == typed).then_some(()))
            })
            .await?;
        }
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn tabs_are_walked_by_arrow_keys_and_stay_as_they_were_left() -> Result<()> {
    visit(Site::root(), async |page| {
        open(page, "Selection").await?;
        let tab = page.by_role("tab", "Selection").await?;
        tab.send_keys(Key::Right + "").await?;
        page.by_role("tabpanel", "Duplicates").await?;
        let tab = page.driver().active_element().await?;
        tab.send_keys(Key::Right + "").await?;
        page.by_role("tabpanel", "Clusters").await?;
        let tab = page.driver().active_element().await?;
        ensure!(tab.text().await? == "Clusters", "the focus goes along");
        page.press("Find clusters").await?;
        page.wait_for(
            "clusters",
            "document.querySelector('[aria-label=\"Clusters\"] li')",
        )
        .await?;
        let tab = page.by_role("tab", "Clusters").await?;
        tab.send_keys(Key::Home + "").await?;
        page.by_role("region", "Pairs").await?;
        let tab = page.driver().active_element().await?;
        tab.send_keys(Key::Right + "").await?;
        let tab = page.driver().active_element().await?;
        tab.send_keys(Key::Right + "").await?;
        ensure!(!listed(page, "Clusters").await?.is_empty());
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn words_find_texts_and_the_others_step_back() -> Result<()> {
    visit(Site::root(), async |page| {
        open(page, "Selection").await?;
        ensure!(faint(page).await? == 0);
        fill(page, "searchbox", "Find", "TEAM the").await?;
        says(page, "1 of 12 texts.").await?;
        let found = listed(page, "Texts found").await?;
        ensure!(
            found == ["Our team won the cup after extra time."],
            "{found:?}"
        );
        page.until("eleven faint points", async || {
            Ok((faint(page).await? == 11).then_some(()))
        })
        .await?;

        fill(page, "searchbox", "Find", "star").await?;
        says(page, "1 of 12 texts.").await?;
        fill(page, "searchbox", "Find", "in").await?;
        page.press("Select all texts found").await?;
        let count = listed(page, "Texts found").await?.len();
        ensure!(count > 2, "{count}");
        selected(page, count).await?;
        page.press("Isolate the texts found").await?;
        let hidden = format!(
            "/{} hidden/.test(document.querySelector('.picked').textContent)",
            12 - count
        );
        page.wait_for("the others hidden", &hidden).await?;
        page.press("Show all").await?;

        fill(page, "searchbox", "Find", "no such words").await?;
        says(page, "0 of 12 texts.").await?;
        // Escape empties the box, and leaves the selection alone.
        let input = page.by_role("searchbox", "Find").await?;
        input.send_keys(Key::Escape + "").await?;
        page.wait_for(
            "an empty box",
            "document.querySelector('[type=search]').value === ''",
        )
        .await?;
        page.wait_for("nothing said", &format!("{SAID} === ''"))
            .await?;
        selected(page, count).await?;
        page.until("no faint points", async || {
            Ok((faint(page).await? == 0).then_some(()))
        })
        .await?;
        // What is typed here is not the document's to undo, nor does a question mark open help.
        input.send_keys("why?").await?;
        input.send_keys(Key::Control + "z").await?;
        ensure!(!page.shows("dialog", "Keys").await?);
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn words_are_found_in_every_alphabet() -> Result<()> {
    visit(Site::root(), async |page| {
        open(page, "Selection").await?;
        let texts = [
            "GRÖSSE zählt",
            "größe und mehr",
            "Ещё ОДИН",
            "ещё один раз",
            "a.b (c)",
            "axb c",
        ];
        page.paste(&texts.join("\n")).await?;
        page.scores_of(&texts).await?;
        for (words, found) in [
            ("ÖS", vec![texts[0]]),
            ("ZÄHLT grö", vec![texts[0]]),
            ("один ЕЩЁ", vec![texts[2], texts[3]]),
            ("A.B (", vec![texts[4]]),
        ] {
            fill(page, "searchbox", "Find", words).await?;
            page.until(words, async || {
                Ok((listed(page, "Texts found").await? == found).then_some(()))
            })
            .await?;
        }
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn regular_expressions_and_those_that_are_none() -> Result<()> {
    visit(Site::root(), async |page| {
        open(page, "Selection").await?;
        choose(page, "Regex").await?;
        fill(page, "searchbox", "Find", r"^(the|a) .*\bstar\b").await?;
        says(page, "1 of 12 texts.").await?;
        fill(page, "searchbox", "Find", "(").await?;
        says(page, "Invalid regular expression").await?;
        // Matches of no length are matches.
        fill(page, "searchbox", "Find", "x*").await?;
        says(page, "12 of 12 texts.").await?;
        // Not Unicode's syntax, but what people write.
        fill(page, "searchbox", "Find", r"extra\-? time").await?;
        says(page, "1 of 12 texts.").await?;
        // The list follows the texts.
        page.paste("extra time\nno\nextra-time").await?;
        says(page, "1 of 3 texts.").await?;
        fill(page, "searchbox", "Find", r"extra.time").await?;
        says(page, "2 of 3 texts.").await?;
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn a_meaning_is_found_and_has_a_place_on_every_map() -> Result<()> {
    visit(Site::root(), async |page| {
        open(page, "Selection").await?;
        choose(page, "Meaning").await?;
        let input = page.by_role("searchbox", "Find").await?;
        input.send_keys("cooking a meal").await?;
        fill(page, "spinbutton", "Number", "3\t").await?;
        input.send_keys(Key::Enter + "").await?;
        says(page, "The 3 nearest of 12 texts").await?;
        let mut found = listed(page, "Texts found").await?;
        found.sort();
        ensure!(
            found
                == [
                    "A pinch of salt brings out the taste of chocolate.",
                    "Knead the dough and let it rise for an hour.",
                    "Simmer the onions until they turn golden.",
                ],
            "{found:?}"
        );
        page.until("the search on the map", async || {
            Ok(drawing(page)
                .await?
                .contains("“cooking a meal”")
                .then_some(()))
        })
        .await?;
        ensure!(faint(page).await? == 9);
        press_first(page, "Texts found").await?;
        selected(page, 1).await?;
        // Another map gives it another place.
        choose(page, "UMAP").await?;
        page.by_role("button", "Run again").await?;
        page.until("the search on the other map", async || {
            Ok(drawing(page)
                .await?
                .contains("“cooking a meal”")
                .then_some(()))
        })
        .await?;
        page.press("Clear the search").await?;
        page.until("no search on the map", async || {
            Ok((!drawing(page).await?.contains("“cooking a meal”")).then_some(()))
        })
        .await?;
        ensure!(faint(page).await? == 0);
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn clusters_are_named_select_their_texts_and_grow_stale() -> Result<()> {
    visit(Site::root(), async |page| {
        open(page, "Clusters").await?;
        let texts = [
            "The goalkeeper saved a penalty.",
            "A penalty decided the match.",
            "The goalkeeper lost the match.",
            "The dough must rise for an hour.",
            "Bake the dough until golden.",
            "Knead the dough by hand.",
            "A telescope found a planet.",
            "The planet has two moons.",
        ];
        page.paste(&texts.join("\n")).await?;
        page.scores_of(&texts).await?;
        fill(page, "spinbutton", "Number", "3\t").await?;
        page.press("Find clusters").await?;
        says(page, "3 clusters").await?;
        let names = listed(page, "Clusters").await?;
        ensure!(
            names.len() == 3 && names.iter().any(|name| name.contains("dough")),
            "{names:?}"
        );
        let sizes = page
            .run(
                "return [...document.querySelectorAll('.swatched .entry-note')].map((note) => parseInt(note.textContent));",
                Vec::new(),
            )
            .await?;
        let sizes: Vec<u64> = sizes.as_array().context("a list")?.iter().filter_map(Value::as_u64).collect();
        ensure!(sizes.iter().sum::<u64>() == 8 && sizes.is_sorted_by(|x, y| x >= y), "{sizes:?}");
        page.by_role("list", "Legend: Clusters").await?;
        press_first(page, "Clusters").await?;
        selected(page, sizes[0] as usize).await?;
        // Without a number, as many as suit.
        fill(page, "spinbutton", "Number", "\u{e003}\t").await?;
        page.press("Find clusters").await?;
        page.until("some clusters", async || {
            let count = listed(page, "Clusters").await?.len();
            Ok((2..=4).contains(&count).then_some(()))
        })
        .await?;
        page.paste("Nothing\nlike\nbefore").await?;
        says(page, "The texts have changed since").await?;
        fill(page, "spinbutton", "Number", "1\t").await?;
        page.press("Find clusters").await?;
        says(page, "1 cluster.").await?;
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn groups_take_texts_by_example() -> Result<()> {
    visit(Site::root(), async |page| {
        open(page, "Groups").await?;
        page.press("Assign texts").await?;
        says(page, "“Group 1” has no examples").await?;
        fill(page, "textbox", "Name of group 1", "Kitchen").await?;
        fill(page, "textbox", "Examples of group 1, one to a line", "cooking; bread and cake").await?;
        fill(page, "textbox", "Name of group 2", "Heavens").await?;
        fill(page, "textbox", "Examples of group 2, one to a line", "stars and planets").await?;
        page.press("Assign texts").await?;
        says(page, "Assigned").await?;
        let (kitchen, heavens) = (listed(page, "Kitchen").await?, listed(page, "Heavens").await?);
        ensure!(kitchen.len() + heavens.len() == 12, "{kitchen:?} {heavens:?}");
        ensure!(kitchen[..3].iter().any(|text| text.starts_with("Knead the dough")), "{kitchen:?}");
        ensure!(heavens[..3].iter().any(|text| text.starts_with("The telescope")), "{heavens:?}");
        page.wait_for(
            "margins",
            "/0\\.\\d+ ahead of Heavens/.test(document.querySelector('.assigned .entry-note').textContent)",
        )
        .await?;
        page.by_role("list", "Legend: Groups by example").await?;

        // A third group, made of what is selected.
        page.press("Add a group").await?;
        page.run("document.querySelectorAll('.row .number')[0].click();", Vec::new())
            .await?;
        page.press("Add the selected texts to group 3").await?;
        page.press("Assign texts").await?;
        page.until("the third group", async || {
            let third = listed(page, "Group 3").await?;
            Ok(third.first().is_some_and(|text| text.starts_with("The goalkeeper")).then_some(()))
        })
        .await?;
        page.press("Select all of Heavens").await?;
        let heavens = listed(page, "Heavens").await?.len();
        selected(page, heavens).await?;
        page.press("Remove group 3").await?;
        page.press("Remove group 2").await?;
        page.press("Assign texts").await?;
        page.until("one group with all", async || {
            Ok((listed(page, "Kitchen").await?.len() == 12).then_some(()))
        })
        .await?;
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn the_odd_one_out_is_found() -> Result<()> {
    visit(Site::root(), async |page| {
        open(page, "Outliers").await?;
        let odd = "select * from users where id = 7;";
        let mut texts: Vec<String> = (1..=14)
            .map(|day| format!("It rained on day {day} of the month."))
            .collect();
        texts.insert(5, odd.into());
        page.paste(&texts.join("\n")).await?;
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        page.scores_of(&texts).await?;
        page.press("Find outliers").await?;
        says(page, "Farthest first").await?;
        let found = listed(page, "Outliers, farthest first").await?;
        ensure!(found.len() == 15 && found[0] == odd, "{found:?}");
        press_first(page, "Outliers, farthest first").await?;
        selected(page, 1).await?;
        page.paste("one\ntwo\nthree").await?;
        says(page, "The texts have changed since").await?;
        page.no_errors().await
    })
    .await
}

/// Holds what is shown to the rules, light and dark.
async fn accessible(page: &Page, what: &str) -> Result<()> {
    for scheme in [Scheme::Light, Scheme::Dark] {
        page.prefer(scheme).await?;
        let violations = page.serious_violations().await?;
        ensure!(
            violations.is_empty(),
            "{what}, {scheme:?}:\n{}",
            violations.join("\n")
        );
    }
    Ok(())
}

#[tokio::test]
async fn every_part_is_accessible() -> Result<()> {
    visit(Site::root(), async |page| {
        open(page, "Selection").await?;
        fill(page, "searchbox", "Find", "(the) b").await?;
        choose(page, "Regex").await?;
        says(page, "12 texts").await?;
        accessible(page, "Find").await?;
        page.press("Clear the search").await?;
        turn_to(page, "Clusters").await?;
        page.press("Find clusters").await?;
        says(page, "cluster").await?;
        turn_to(page, "Groups").await?;
        fill(
            page,
            "textbox",
            "Examples of group 1, one to a line",
            "food",
        )
        .await?;
        page.press("Assign texts").await?;
        says(page, "no examples").await?;
        fill(
            page,
            "textbox",
            "Examples of group 2, one to a line",
            "sport",
        )
        .await?;
        page.press("Assign texts").await?;
        says(page, "Assigned").await?;
        turn_to(page, "Outliers").await?;
        page.press("Find outliers").await?;
        says(page, "Farthest").await?;
        for width in [1400, 390] {
            page.resize(width, 844, 1.0).await?;
            if width == 390 {
                // A phone shows one view at a time.
                page.press("Compare").await?;
            }
            for tab in ["Selection", "Duplicates", "Clusters", "Groups", "Outliers"] {
                turn_to(page, tab).await?;
                accessible(page, &format!("{tab}, {width}")).await?;
                page.wait_for(
                    "nothing to scroll sideways",
                    "document.documentElement.scrollWidth <= innerWidth",
                )
                .await?;
            }
        }
        page.no_errors().await
    })
    .await
}
