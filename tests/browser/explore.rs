//! Finding things among the texts: neighbours, search, duplicates, groups, odd ones.

use anyhow::{Context, Result, ensure};
use semblance_tests::{Page, Scheme, Site, visit};
use serde_json::{Value, json};
use thirtyfour::{By, Key};

/// Opens the page and one list of the inspector; "Overview" is where it begins.
async fn open(page: &Page, list: &str) -> Result<()> {
    page.open_with_scores().await?;
    page.catch_saved().await?;
    page.wait_for("the map's trust", "document.querySelector('.map-trust')")
        .await?;
    turn_to(page, list).await
}

async fn turn_to(page: &Page, list: &str) -> Result<()> {
    // Not with the pointer: in a low window the bar at the bottom may cover it.
    const PRESS: &str = "[...document.querySelectorAll('.explore button')]
        .find((button) => button.textContent.startsWith(arguments[0]) && button.checkVisibility())?.click();";
    page.run(PRESS, vec![json!("‹ Overview")]).await?;
    page.wait_for(
        "the overview",
        "document.querySelector('.explore-head h2').textContent === 'Overview'",
    )
    .await?;
    if list != "Overview" {
        page.run(PRESS, vec![json!(list)]).await?;
    }
    let shown = format!(
        "document.querySelector('.explore-head h2').textContent === {}",
        json!(list)
    );
    page.wait_for(list, &shown).await
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

/// The list of what a search by meaning found.
const NEAREST: &str = "Texts nearest in meaning";

/// Ticks a box, or takes the tick away.
async fn tick(page: &Page, name: &str) -> Result<()> {
    Ok(page.by_role("checkbox", name).await?.click().await?)
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
    let file = page.saved_by("Map tools", "Save as drawing (SVG)").await?;
    Ok(String::from_utf8(file)?)
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
async fn lists_stay_as_they_were_left_and_give_way_to_a_selection() -> Result<()> {
    visit(Site::root(), async |page| {
        open(page, "Groups").await?;
        ensure!(
            listed(page, "Groups").await?.len() == 4,
            "those of empty lines"
        );
        choose(page, "Found").await?;
        says(page, "largest first").await?;
        let found = listed(page, "Groups").await?;
        turn_to(page, "Duplicates").await?;
        turn_to(page, "Groups").await?;
        ensure!(listed(page, "Groups").await? == found, "as it was left");
        // What is selected in the list leaves it open; what is selected elsewhere is asked about.
        let button = page
            .driver()
            .find(By::Css(".explore-body:not([hidden]) .swatched"))
            .await?;
        button.click().await?;
        page.by_role("heading", "Groups").await?;
        page.driver()
            .find(By::Css(".row .number"))
            .await?
            .click()
            .await?;
        page.by_role("heading", "Text 1").await?;
        let tokens =
            "document.querySelector('.tokens-of summary')?.textContent.endsWith(' tokens')";
        page.wait_for("the tokens", tokens).await?;
        page.wait_for(
            "trust there",
            "/\\d of its 5 nearest texts/.test(document.querySelector('.single').textContent)",
        )
        .await?;
        page.press("‹ Overview").await?;
        page.by_role("heading", "Overview").await?;
        selected(page, 0).await?;
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn groups_are_renamed_where_they_stand() -> Result<()> {
    visit(Site::root(), async |page| {
        open(page, "Groups").await?;
        let entry = page
            .driver()
            .find(By::Css(".explore-body:not([hidden]) .swatched"))
            .await?;
        let pointer = page.driver().action_chain();
        pointer.double_click_element(&entry).perform().await?;
        fill(page, "textbox", "Name of the group", "Sport\n").await?;
        page.until("the new name in the list", async || {
            let all = listed(page, "Groups").await?;
            Ok((all.first().map(String::as_str) == Some("Sport")).then_some(()))
        })
        .await?;
        ensure!(drawing(page).await?.contains(">Sport<"), "on the map, too");
        // Nothing is lost by a name that says nothing, or by Escape.
        let entry = page
            .driver()
            .find(By::Css(".explore-body:not([hidden]) .swatched"))
            .await?;
        entry.send_keys(Key::F2 + "").await?;
        fill(page, "textbox", "Name of the group", "other").await?;
        let input = page.by_role("textbox", "Name of the group").await?;
        input.send_keys(Key::Escape + "").await?;
        page.until("the name as before", async || {
            let all = listed(page, "Groups").await?;
            Ok((all.first().map(String::as_str) == Some("Sport")).then_some(()))
        })
        .await?;
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn words_find_texts_and_the_others_step_back() -> Result<()> {
    visit(Site::root(), async |page| {
        open(page, "Overview").await?;
        ensure!(faint(page).await? == 0);
        fill(page, "searchbox", "Find", "TEAM the").await?;
        says(page, "1 of 12 texts").await?;
        let found = listed(page, "Texts with these words").await?;
        ensure!(
            found == ["Our team won the cup after extra time."],
            "{found:?}"
        );
        page.until("eleven faint points", async || {
            Ok((faint(page).await? == 11).then_some(()))
        })
        .await?;

        fill(page, "searchbox", "Find", "star").await?;
        says(page, "1 of 12 texts").await?;
        fill(page, "searchbox", "Find", "in").await?;
        page.press("Select all texts with these words").await?;
        let count = listed(page, "Texts with these words").await?.len();
        ensure!(count > 2, "{count}");
        selected(page, count).await?;
        page.press("Isolate the texts with these words").await?;
        let hidden = format!(
            "/{} hidden/.test(document.querySelector('.picked').textContent)",
            12 - count
        );
        page.wait_for("the others hidden", &hidden).await?;
        page.press("Show all").await?;

        fill(page, "searchbox", "Find", "no such words").await?;
        says(page, "0 of 12 texts").await?;
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
        open(page, "Overview").await?;
        let texts = [
            "GRÖSSE zählt",
            "größe und mehr",
            "Ещё ОДИН",
            "ещё один раз",
            "a.b (c)",
            "axb c",
            "caf\u{e9}",
            "cafe\u{301}",
        ];
        page.paste(&texts.join("\n")).await?;
        page.scores_of(&texts).await?;
        for (words, found) in [
            // Every way to write the same letters: ß and SS, é as one character or as two.
            ("ÖS", vec![texts[0], texts[1]]),
            ("cafe\u{301}", vec![texts[6], texts[7]]),
            ("CAFE", vec![texts[6], texts[7]]),
            ("ZÄHLT grö", vec![texts[0]]),
            ("один ЕЩЁ", vec![texts[2], texts[3]]),
            ("A.B (", vec![texts[4]]),
        ] {
            fill(page, "searchbox", "Find", words).await?;
            page.until(words, async || {
                Ok((listed(page, "Texts with these words").await? == found).then_some(()))
            })
            .await?;
        }
        // On request, case and accents count; how an accent is encoded never does.
        tick(page, "Match case and accents").await?;
        for (words, found) in [
            ("cafe\u{301}", vec![texts[6], texts[7]]),
            ("один", vec![texts[3]]),
        ] {
            fill(page, "searchbox", "Find", words).await?;
            page.until(words, async || {
                Ok((listed(page, "Texts with these words").await? == found).then_some(()))
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
        open(page, "Overview").await?;
        fill(page, "searchbox", "Find", r"^(the|a) .*\bstar\b").await?;
        tick(page, "Regular expression").await?;
        says(page, "1 of 12 texts").await?;
        fill(page, "searchbox", "Find", "(").await?;
        says(page, "Invalid regular expression").await?;
        // Matches of no length are matches.
        fill(page, "searchbox", "Find", "x*").await?;
        says(page, "12 of 12 texts").await?;
        // Not Unicode's syntax, but what people write.
        fill(page, "searchbox", "Find", r"extra\-? time").await?;
        says(page, "1 of 12 texts").await?;
        // The list follows the texts.
        page.paste("extra time\nno\nextra-time").await?;
        says(page, "1 of 3 texts").await?;
        fill(page, "searchbox", "Find", r"extra.time").await?;
        says(page, "2 of 3 texts").await?;
        // One that would take for ever is stopped, the page goes on, and so does the search.
        page.paste(&format!("{}!\nextra time", "a".repeat(36)))
            .await?;
        fill(page, "searchbox", "Find", "^(a+)+$").await?;
        says(page, "takes too long").await?;
        fill(page, "searchbox", "Find", "^a+!$").await?;
        says(page, "1 of 2 texts").await?;
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn a_meaning_is_found_and_has_a_place_on_every_map() -> Result<()> {
    visit(Site::root(), async |page| {
        open(page, "Overview").await?;
        let input = page.by_role("searchbox", "Find").await?;
        input.send_keys("cooking a meal").await?;
        fill(page, "spinbutton", "Number", "3\t").await?;
        page.until("three texts", async || {
            Ok((listed(page, NEAREST).await?.len() == 3).then_some(()))
        })
        .await?;
        let mut found = listed(page, NEAREST).await?;
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
        press_first(page, NEAREST).await?;
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
async fn found_groups_are_named_select_their_texts_and_grow_stale() -> Result<()> {
    visit(Site::root(), async |page| {
        open(page, "Groups").await?;
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
        choose(page, "Found").await?;
        says(page, "largest first").await?;
        fill(page, "spinbutton", "Number", "3\t").await?;
        page.press("Find groups").await?;
        says(page, "3 groups").await?;
        let names = listed(page, "Groups").await?;
        ensure!(
            names.len() == 3 && names.iter().any(|name| name.contains("dough")),
            "{names:?}"
        );
        let sizes = page
            .run(
                "return [...document.querySelectorAll('.explore-body:not([hidden]) .swatched .entry-note')].map((note) => parseInt(note.textContent));",
                Vec::new(),
            )
            .await?;
        let sizes: Vec<u64> = sizes.as_array().context("a list")?.iter().filter_map(Value::as_u64).collect();
        ensure!(sizes.iter().sum::<u64>() == 8 && sizes.is_sorted_by(|x, y| x >= y), "{sizes:?}");
        page.by_role("list", "Legend: groups").await?;
        press_first(page, "Groups").await?;
        selected(page, sizes[0] as usize).await?;
        // Without a number, as many as suit.
        fill(page, "spinbutton", "Number", "\u{e003}\t").await?;
        page.press("Find groups").await?;
        page.until("some groups", async || {
            let count = listed(page, "Groups").await?.len();
            Ok((2..=4).contains(&count).then_some(()))
        })
        .await?;
        page.paste("Nothing\nlike\nbefore").await?;
        says(page, "The texts have changed since").await?;
        fill(page, "spinbutton", "Number", "1\t").await?;
        page.press("Find groups").await?;
        says(page, "1 group.").await?;
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn groups_take_texts_by_example() -> Result<()> {
    visit(Site::root(), async |page| {
        open(page, "Groups").await?;
        choose(page, "By example").await?;
        page.press("Assign texts").await?;
        says(page, "“Group 1” has no examples").await?;
        fill(page, "textbox", "Name of group 1", "Kitchen").await?;
        fill(page, "textbox", "Examples of group 1, one to a line", "cooking; bread and cake").await?;
        fill(page, "textbox", "Name of group 2", "Heavens").await?;
        fill(page, "textbox", "Examples of group 2, one to a line", "stars and planets").await?;
        page.press("Assign texts").await?;
        says(page, "Assigned").await?;
        let (kitchen, heavens) = (listed(page, "Kitchen").await?, listed(page, "Heavens").await?);
        // Texts that are like neither stay out.
        let none = listed(page, "None of these").await?;
        ensure!(kitchen.len() + heavens.len() + none.len() == 12, "{kitchen:?} {heavens:?} {none:?}");
        ensure!(kitchen[..3].iter().any(|text| text.starts_with("Knead the dough")), "{kitchen:?}");
        ensure!(heavens[..3].iter().any(|text| text.starts_with("The telescope")), "{heavens:?}");
        page.wait_for(
            "margins",
            "/0\\.\\d+ ahead of Heavens/.test(document.querySelector('.assigned .entry-note').textContent)",
        )
        .await?;
        page.by_role("list", "Legend: groups").await?;

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
        let slide = async |value: u32| {
            let script = "const slider = document.querySelector('.explore-body:not([hidden]) [type=range]');
                slider.value = arguments[0]; slider.dispatchEvent(new InputEvent('input', { bubbles: true }));";
            page.run(script, vec![json!(value)]).await
        };
        slide(30).await?;
        page.until("texts that are like none", async || {
            let none = listed(page, "None of these").await?;
            let prices = none.iter().any(|text| text.starts_with("Share prices"));
            Ok(prices.then_some(()))
        })
        .await?;
        slide(0).await?;
        page.until("one group with most", async || {
            Ok((listed(page, "Kitchen").await?.len() > 6).then_some(()))
        })
        .await?;
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn the_odd_one_out_is_found() -> Result<()> {
    visit(Site::root(), async |page| {
        open(page, "Odd ones").await?;
        let odd = "select * from users where id = 7;";
        let mut texts: Vec<String> = (1..=14)
            .map(|day| format!("It rained on day {day} of the month."))
            .collect();
        texts.insert(5, odd.into());
        page.paste(&texts.join("\n")).await?;
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        page.scores_of(&texts).await?;
        says(page, "Farthest first").await?;
        page.until("the odd one", async || {
            let found = listed(page, ODD).await?;
            Ok((found.len() == 15 && found[0] == odd).then_some(()))
        })
        .await?;
        press_first(page, ODD).await?;
        selected(page, 1).await?;
        // The list follows the texts.
        turn_to(page, "Odd ones").await?;
        page.paste("one\ntwo\nthree").await?;
        page.until("the new texts", async || {
            Ok((listed(page, ODD).await?.len() == 3).then_some(()))
        })
        .await?;
        page.no_errors().await
    })
    .await
}

/// The list of outliers.
const ODD: &str = "Odd ones, farthest first";

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
        open(page, "Overview").await?;
        fill(page, "searchbox", "Find", "(the) b").await?;
        tick(page, "Regular expression").await?;
        says(page, "12 texts").await?;
        accessible(page, "Find").await?;
        page.press("Clear the search").await?;
        turn_to(page, "Groups").await?;
        choose(page, "Found").await?;
        says(page, "largest first").await?;
        accessible(page, "found groups").await?;
        choose(page, "By example").await?;
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
        turn_to(page, "Odd ones").await?;
        says(page, "Farthest").await?;
        for width in [1400, 390] {
            page.resize(width, 844, 1.0).await?;
            if width == 390 {
                // A phone shows one view at a time.
                page.press("Compare").await?;
            }
            for tab in ["Overview", "Duplicates", "Groups", "Odd ones"] {
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
