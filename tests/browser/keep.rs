//! The workspace keeps itself on this device, and is back after a reload, a crash, a week.

use anyhow::{Result, ensure};
use semblance_tests::{Page, Site, visit};
use serde_json::json;

/// The keys of all that is kept.
async fn keys(page: &Page) -> Result<Vec<String>> {
    let keys = page.with_store("(store) => store.getAllKeys()").await?;
    Ok(serde_json::from_value::<Option<_>>(keys)?.unwrap_or_default())
}

async fn says_nothing(page: &Page) -> Result<()> {
    page.wait_for("no message", "!document.querySelector('.message')")
        .await
}

/// Runs a script in pages that are opened from now on, before theirs.
async fn before_load(page: &Page, script: &str) -> Result<()> {
    let script = json!({ "source": script });
    page.devtools("Page.addScriptToEvaluateOnNewDocument", script)
        .await
}

/// Opens a second tab with the page, and returns the first one's handle.
async fn second_tab(page: &Page) -> Result<thirtyfour::WindowHandle> {
    let first = page.driver().window().await?;
    let second = page.driver().new_tab().await?;
    page.driver().switch_to_window(second).await?;
    page.open().await?;
    Ok(first)
}

/// Opens the page, with texts that are kept.
async fn open_with(page: &Page, text: &str) -> Result<()> {
    page.open_with_scores().await?;
    page.paste(text).await?;
    page.keeps(text).await
}

/// Lists the groups in the inspector.
async fn groups(page: &Page) -> Result<()> {
    let button = "[...document.querySelectorAll('.explore button')].find((it) => it.textContent.startsWith('Groups'))";
    page.wait_for("the groups' button", button).await?;
    page.run(&format!("{button}.click();"), vec![]).await?;
    page.wait_for(
        "the groups",
        "document.querySelector('ol[aria-label=Groups] li')",
    )
    .await
}

/// Renames the first group.
async fn rename(page: &Page, name: &str) -> Result<()> {
    let script = "const entry = document.querySelector('.explore-body:not([hidden]) .swatched');
        entry.dispatchEvent(new KeyboardEvent('keydown', { key: 'F2', bubbles: true }));";
    page.wait_for(
        "the groups",
        "document.querySelector('.explore-body:not([hidden]) .swatched')",
    )
    .await?;
    page.run(script, vec![]).await?;
    let input = page.by_role("textbox", "Name of the group").await?;
    let all = thirtyfour::Key::Control + "a";
    input.send_keys(all).await?;
    input.send_keys(format!("{name}\n")).await?;
    Ok(())
}

#[tokio::test]
async fn texts_and_groups_are_back_in_another_tab() -> Result<()> {
    visit(Site::root(), async |page| {
        // Not `open_with_scores`: it chooses a sample set, and a choice is kept.
        page.open().await?;
        let scores = "performance.getEntriesByName('semblance:first-scores').length > 0";
        page.wait_for("the first scores", scores).await?;
        // Longer than a change waits to be kept.
        tokio::time::sleep(std::time::Duration::from_secs(2)).await;
        ensure!(keys(page).await?.is_empty(), "a mere visit keeps nothing");
        let odd = "👩‍👩‍👧 🎉\nשלום עולם\ne\u{301} and é\n\nnul \0 inside\n<b>& \"quoted\"";
        page.paste(odd).await?;
        page.wait_for(
            "their scores",
            "document.querySelector('[role=status]').textContent.startsWith('5 texts')",
        )
        .await?;
        groups(page).await?;
        rename(page, "Mine").await?;
        page.keeps("Mine").await?;

        let first = second_tab(page).await?;
        page.says("Another tab has this page open").await?;
        page.holds(odd).await?;
        let second = page.driver().window().await?;
        page.driver().switch_to_window(first).await?;
        page.driver().close_window().await?;
        page.driver().switch_to_window(second).await?;
        // It keeps the workspace from now on.
        says_nothing(page).await?;
        groups(page).await?;
        page.wait_for(
            "the group's name",
            "document.querySelector('ol[aria-label=Groups] li')?.textContent.includes('Mine')",
        )
        .await?;
        page.paste("something new").await?;
        page.keeps("something new").await?;
        page.open().await?;
        page.holds("something new").await?;
        says_nothing(page).await?;
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn a_sample_and_the_view_of_it_are_back() -> Result<()> {
    visit(Site::root(), async |page| {
        page.open_with_scores().await?;
        page.keeps("Topics").await?;
        let umap = "document.querySelectorAll('input[name=projection]')[2]";
        page.run(&format!("{umap}.click();"), vec![]).await?;
        page.until("both to be kept", async || {
            page.open().await?;
            page.wait_for("the map", "document.querySelector('input[name=projection]')").await?;
            let chosen = page.run(&format!("return {umap}.checked;"), vec![]).await?;
            Ok((chosen == true).then_some(()))
        })
        .await?;
        let chosen = "document.querySelector('select[aria-label=\"Sample set\"]').selectedOptions[0].text === 'Topics'";
        page.wait_for("the sample", chosen).await?;
        page.no_errors().await
    })
    .await
}

/// Ten times a tab is killed a second after an edit. What was edited before is back each time.
#[tokio::test]
async fn a_tab_that_is_killed_loses_no_more_than_a_second() -> Result<()> {
    visit(Site::root(), async |page| {
        page.open_with_scores().await?;
        for round in 0..10 {
            let text = format!("Round {round}.\nKilled.");
            page.paste(&text).await?;
            page.run("window.edited = performance.now();", vec![])
                .await?;
            page.wait_for(
                "a second to pass",
                "performance.now() - window.edited > 1000",
            )
            .await?;
            let tab = page.driver().window().await?;
            let other = page.driver().new_tab().await?;
            // The renderer is gone before it can answer.
            page.driver().switch_to_window(tab).await?;
            ensure!(
                page.devtools("Page.crash", json!({})).await.is_err(),
                "it lives"
            );
            page.driver().switch_to_window(other).await?;
            page.open().await?;
            page.holds(&text).await?;
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_was_typed_just_before_the_tab_is_left_is_kept() -> Result<()> {
    visit(Site::root(), async |page| {
        page.open_with_scores().await?;
        for round in 0..5 {
            let text = format!("Typed just now, {round}.");
            page.paste(&text).await?;
            page.open().await?;
            page.holds(&text).await?;
        }
        page.no_errors().await
    })
    .await
}

/// Opens a table, and takes its texts.
async fn take_table(page: &Page, csv: &str) -> Result<()> {
    let script = "const input = document.querySelector('input[type=file]');
        const chosen = new DataTransfer();
        chosen.items.add(new File([arguments[0]], 'a.csv'));
        input.files = chosen.files;
        input.dispatchEvent(new Event('change', { bubbles: true }));";
    page.run(script, vec![json!(csv)]).await?;
    page.press("Take the texts").await
}

#[tokio::test]
async fn columns_that_came_along_are_back() -> Result<()> {
    visit(Site::root(), async |page| {
        page.open_with_scores().await?;
        take_table(
            page,
            "id,answer,team\n7,One is here.,HR\n8,Two is too.,IT\n",
        )
        .await?;
        page.holds("One is here.\nTwo is too.").await?;
        page.keeps("Two is too.").await?;
        page.open().await?;
        page.scores_of(&["One is here.", "Two is too."]).await?;
        page.catch_saved().await?;
        let csv = page.saved_by("Save", "Table (CSV)").await?;
        let csv = String::from_utf8(csv)?;
        for row in ["id,answer,team,", "7,One is here.,HR,", "8,Two is too.,IT,"] {
            ensure!(csv.contains(row), "{row} is not in {csv}");
        }
        // Columns that no text is from any more go with the next visit.
        page.paste("other texts").await?;
        page.keeps("other texts").await?;
        page.open().await?;
        page.until("the columns to go", async || {
            let tables = keys(page)
                .await?
                .into_iter()
                .filter(|key| key.starts_with("table:"));
            Ok((tables.count() == 0).then_some(()))
        })
        .await?;
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn a_second_tab_follows_takes_over_and_overwrites_nothing() -> Result<()> {
    visit(Site::root(), async |page| {
        open_with(page, "of the first tab").await?;
        let first = second_tab(page).await?;
        let second = page.driver().window().await?;
        page.says("What you change here is not kept").await?;
        page.driver().switch_to_window(first.clone()).await?;
        page.paste("changed in the first tab").await?;
        page.driver().switch_to_window(second.clone()).await?;
        page.holds("changed in the first tab").await?;

        // What is changed here is kept nowhere, and not followed over.
        page.paste("of the second tab").await?;
        page.run("window.edited = performance.now();", vec![]).await?;
        page.driver().switch_to_window(first.clone()).await?;
        page.paste("changed again").await?;
        page.keeps("changed again").await?;
        page.driver().switch_to_window(second.clone()).await?;
        page.wait_for("two seconds to pass", "performance.now() - window.edited > 2000").await?;
        page.holds("of the second tab").await?;
        ensure!(!page.kept().await?.contains("second"));

        page.press("Keep them here").await?;
        page.holds("changed again").await?;
        page.says("Undo brings back").await?;
        page.driver().switch_to_window(first.clone()).await?;
        page.says("Another tab has this page open").await?;
        page.driver().switch_to_window(second).await?;
        let undo = "[...document.querySelectorAll('.message button')].find((it) => it.textContent === 'Undo').click();";
        page.run(undo, vec![]).await?;
        page.keeps("of the second tab").await?;
        page.driver().switch_to_window(first).await?;
        page.holds("of the second tab").await?;
        page.no_errors().await
    })
    .await
}

/// Over plain HTTP browsers have no locks.
#[tokio::test]
async fn without_locks_the_later_page_does_not_overwrite_either() -> Result<()> {
    visit(Site::root(), async |page| {
        // Nor does one page tell another here.
        let no_locks = "Object.defineProperty(Navigator.prototype, 'locks', { value: undefined });
            delete window.BroadcastChannel;";
        before_load(page, no_locks).await?;
        open_with(page, "of the first tab").await?;
        let first = page.driver().window().await?;
        let second = page.driver().new_tab().await?;
        page.driver().switch_to_window(second).await?;
        before_load(page, no_locks).await?;
        page.open().await?;
        page.holds("of the first tab").await?;
        page.paste("of the second tab").await?;
        page.keeps("of the second tab").await?;
        page.driver().switch_to_window(first).await?;
        page.paste("too late").await?;
        page.says("Another tab has this page open").await?;
        ensure!(page.kept().await?.contains("of the second tab"));
        page.press("Keep them here").await?;
        page.holds("of the second tab").await?;
        page.no_errors().await
    })
    .await
}

/// Changes a byte of what is kept, counted from the end if negative.
async fn damage(page: &Page, at: i32, value: u8) -> Result<()> {
    // The page itself must not write once more.
    page.driver().goto("about:blank").await?;
    page.server()
        .plan_fault("boot.js", semblance_tests::Fault::Status(404), Some(1));
    page.open().await?;
    page.alert().await?;
    let change = format!(
        "(store) => {{
            const read = store.get('workspace');
            read.onsuccess = () => {{
                const record = read.result;
                record[({at} + record.length) % record.length] = {value};
                store.put(record, 'workspace');
            }};
            return read;
        }}"
    );
    page.with_store(&change).await?;
    page.complaints().await?;
    Ok(())
}

#[tokio::test]
async fn a_damaged_record_is_put_aside_and_said() -> Result<()> {
    visit(Site::root(), async |page| {
        page.keep_nothing().await?;
        open_with(page, "damaged soon").await?;
        damage(page, 40, 0).await?;
        page.open().await?;
        page.says("can’t be read: it is damaged").await?;
        page.paste("new texts").await?;
        page.keeps("new texts").await?;
        ensure!(keys(page).await?.iter().any(|key| key.starts_with("aside:")));
        page.open().await?;
        page.holds("new texts").await?;
        says_nothing(page).await?;

        page.press("More").await?;
        page.press("What is kept").await?;
        page.by_role("dialog", "What is kept on this device").await?;
        page.catch_saved().await?;
        let press = "[...document.querySelectorAll('dialog[open] li button')].find((it) => it.textContent === arguments[0]).click();";
        page.wait_for("what was put aside", "document.querySelector('dialog[open] li button')").await?;
        page.run(press, vec![json!("Save as a file")]).await?;
        page.wait_for("the file", "window.saved.length > 0").await?;
        let file = page.run("return new TextDecoder().decode(new Uint8Array(window.saved[0]));", vec![]).await?;
        ensure!(file.as_str().is_some_and(|file| file.starts_with("SMBL")), "{file}");
        page.run(press, vec![json!("Bring back")]).await?;
        page.wait_for("why not", "document.querySelector('dialog[open]').textContent.includes('can’t be read by this version')").await?;
        page.run(press, vec![json!("Forget")]).await?;
        page.wait_for("it to go", "!document.querySelector('dialog[open] li')").await?;
        page.press("Close").await?;
        ensure!(!keys(page).await?.iter().any(|key| key.starts_with("aside:")));
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn a_record_of_a_later_version_waits_for_it() -> Result<()> {
    visit(Site::root(), async |page| {
        page.keep_nothing().await?;
        open_with(page, "of the future").await?;
        damage(page, 4, 99).await?;
        page.open().await?;
        page.says("a newer version of this page has written it")
            .await?;
        let aside = keys(page)
            .await?
            .into_iter()
            .find(|key| key.starts_with("aside:"));
        ensure!(aside.is_some(), "it is put aside");
        // As that version would find it.
        let key = json!(aside);
        let change = format!(
            "(store) => {{
                const read = store.get({key});
                read.onsuccess = () => {{
                    read.result[4] = 2;
                    store.put(read.result, {key});
                }};
                return read;
            }}"
        );
        page.with_store(&change).await?;
        page.press("More").await?;
        page.press("What is kept").await?;
        page.wait_for(
            "what was put aside",
            "document.querySelector('dialog[open] li button')",
        )
        .await?;
        page.run(
            "[...document.querySelectorAll('dialog[open] li button')][1].click();",
            vec![],
        )
        .await?;
        page.holds("of the future").await?;
        page.keeps("of the future").await?;
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn refused_storage_is_said_once_there_is_something_to_keep() -> Result<()> {
    visit(Site::root(), async |page| {
        let refuse =
            "IDBFactory.prototype.open = () => { throw new DOMException('no', 'SecurityError'); };";
        before_load(page, refuse).await?;
        page.open().await?;
        page.wait_for("scores", "document.querySelector('td[title]')")
            .await?;
        page.run("window.opened = performance.now();", vec![])
            .await?;
        page.wait_for("two seconds", "performance.now() - window.opened > 2000")
            .await?;
        says_nothing(page).await?;
        page.paste("one\ntwo").await?;
        page.says("does not let this page keep texts").await?;
        page.scores_of(&["one", "two"]).await?;
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn full_storage_is_said_and_tried_again() -> Result<()> {
    visit(Site::root(), async |page| {
        page.keep_nothing().await?;
        open_with(page, "there is room").await?;
        let url = page.server().url();
        let origin = url.trim_end_matches('/');
        let full = json!({ "origin": origin, "quotaSize": 1000 });
        page.devtools("Storage.overrideQuotaForOrigin", full)
            .await?;
        // The browser looks every few seconds how much room there is.
        let mut round = 0;
        let full = "return document.querySelector('.message')?.textContent ?? '';";
        let said = page
            .until("that there is no room", async || {
                round += 1;
                page.paste(&format!("Round {round}, no room. ").repeat(1000))
                    .await?;
                let said = page.run(full, vec![]).await?;
                Ok(said
                    .as_str()
                    .filter(|said| !said.is_empty())
                    .map(str::to_owned))
            })
            .await?;
        ensure!(said.contains("no room to keep these texts"), "{said}");
        ensure!(!page.kept().await?.contains(&format!("Round {round},")));
        page.devtools(
            "Storage.overrideQuotaForOrigin",
            json!({ "origin": origin }),
        )
        .await?;
        // A change that waited may have tried already.
        let again = "[...document.querySelectorAll('.message button')].find((it) => it.textContent === 'Try again')?.click();";
        page.run(again, vec![]).await?;
        page.keeps(&format!("Round {round},")).await?;
        says_nothing(page).await?;
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn what_is_kept_is_shown_forgotten_and_switched_off() -> Result<()> {
    visit(Site::root(), async |page| {
        page.keep_nothing().await?;
        open_with(page, "kept for now").await?;
        page.press("More").await?;
        page.press("What is kept").await?;
        page.by_role("dialog", "What is kept on this device").await?;
        page.wait_for("its size", "document.querySelector('dialog[open]').textContent.includes('1 kB, last changed')").await?;
        page.press("Forget all of it").await?;
        page.wait_for("that it is gone", "document.querySelector('dialog[open]').textContent.includes('Nothing of your texts is kept')").await?;
        ensure!(keys(page).await?.is_empty());
        page.press("Close").await?;
        page.holds("kept for now").await?;
        page.paste("kept again").await?;
        page.keeps("kept again").await?;

        page.press("More").await?;
        page.press("What is kept").await?;
        page.by_role("checkbox", "Keep nothing: for a device that others use").await?.click().await?;
        page.wait_for("that it is gone", "document.querySelector('dialog[open]').textContent.includes('Nothing of your texts is kept')").await?;
        page.press("Close").await?;
        page.paste("secret").await?;
        page.wait_for("it to be read", "document.querySelector('[role=status]').textContent.startsWith('1 text,')").await?;
        page.open().await?;
        page.wait_for("the sample", "document.querySelector('textarea')?.value.startsWith('How old are you?')").await?;
        ensure!(keys(page).await?.is_empty());
        ensure!(page.run("return Object.keys(sessionStorage).length;", vec![]).await? == 0);
        page.no_errors().await
    })
    .await
}

/// The page works, and opens at once, whatever becomes of the files that keep.
#[tokio::test]
async fn without_the_code_that_keeps_the_page_works_and_says_so() -> Result<()> {
    for file in ["keep.js", "parts/keep-"] {
        visit(Site::root(), async |page| {
            page.keep_nothing().await?;
            page.server()
                .plan_fault(file, semblance_tests::Fault::Status(404), None);
            page.open().await?;
            page.wait_for("scores", "document.querySelector('td[title]')")
                .await?;
            page.paste("one\ntwo").await?;
            page.says("nothing is kept on this device").await?;
            page.scores_of(&["one", "two"]).await.map(drop)
        })
        .await?;
    }
    Ok(())
}
