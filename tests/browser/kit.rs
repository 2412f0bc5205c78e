//! The page as one file: everything works in it, from a double click and from a server, and it asks
//! for nothing.

use anyhow::{Result, ensure};
use semblance_tests::{Fault, Site, visit, visit_and_leave};
use serde_json::json;

#[tokio::test]
async fn a_double_click_is_enough_for_the_whole_job() -> Result<()> {
    let (urls, received) = visit_and_leave(Site::file(), async |page| {
        let texts = page.whole_job().await?;
        page.reads(".status .offline", "One file, no network")
            .await?;
        let violations = page.serious_violations().await?;
        ensure!(violations.is_empty(), "{violations:#?}");
        // What was typed is there after a reload.
        page.open().await?;
        page.scores_of(texts).await?;
        page.no_errors().await
    })
    .await?;
    ensure!(urls.is_empty(), "requests: {urls:?}");
    ensure!(received.is_empty(), "the server was asked: {received:?}");
    Ok(())
}

#[tokio::test]
async fn a_server_is_asked_for_the_one_file_alone() -> Result<()> {
    let mut own = String::new();
    let (urls, received) = visit_and_leave(Site::served_file(), async |page| {
        own = page.address().to_owned();
        page.whole_job().await?;
        page.no_errors().await
    })
    .await?;
    ensure!(urls == [own], "requests: {urls:?}");
    ensure!(received.len() == 1, "the server was asked: {received:?}");
    Ok(())
}

#[tokio::test]
async fn what_the_file_lacks_is_said_and_nothing_can_be_fetched() -> Result<()> {
    visit(Site::file(), async |page| {
        page.open_with_scores().await?;
        page.press("More").await?;
        page.press("Model…").await?;
        page.reads(".models", "not in this copy").await?;
        let others = "return document.querySelectorAll('.model-card').length;";
        let cards = page.run(others, Vec::new()).await?;
        ensure!(cards == 1, "{cards} models in the file");
        page.press("Close").await?;
        page.paste("still at work\nwith the fast model").await?;
        page.scores_of(&["still at work", "with the fast model"])
            .await?;
        page.press("More").await?;
        page.press("About and privacy").await?;
        page.reads("#about-offline", "forbids every request").await?;
        page.no_errors().await?;

        // To whatever address, by the page and by a worker.
        let ask = "return fetch(arguments[0]).then(() => 'answered', () => 'refused')";
        for address in [page.server().url().as_str(), page.address(), "data:,x"] {
            let answer = page.run(ask, vec![json!(address)]).await?;
            ensure!(answer == "refused", "{address}: {answer}");
        }
        let script = "const code = `fetch('http://127.0.0.1:1/').then(() => postMessage('answered'), () => postMessage('refused'))`;
            const worker = new Worker(URL.createObjectURL(new Blob([code])));
            return new Promise((done) => (worker.onmessage = ({ data }) => done(data)));";
        let answer = page.run(script, Vec::new()).await?;
        ensure!(answer == "refused", "a worker was {answer}");
        // The console has them all.
        let complaints = page.complaints().await?;
        ensure!(complaints.len() >= 3, "{complaints:?}");
        Ok(())
    })
    .await
}

/// The file of `tests/lesson.txt`. To Chromium all files are one origin: what another one keeps is
/// no lesson.
#[tokio::test]
async fn a_lesson_that_is_baked_in_is_what_the_file_opens_with() -> Result<()> {
    visit(Site::file(), async |page| {
        page.open_with_scores().await?;
        page.paste("kept by another file\nand none of the lesson")
            .await?;
        page.keeps("another file").await?;
        let lesson = page.address().replace("semblance.html", "lesson.html");
        page.driver().goto(&lesson).await?;
        let texts = "The sea is rising.\nThe water level goes up.\n\nA storm is coming.";
        page.holds(texts).await?;
        page.reads("#texts-hint", "a pair that shares hardly a word")
            .await?;
        page.reads("select option:checked", "Tides & <storms>")
            .await?;
        let texts: Vec<&str> = texts.lines().filter(|line| !line.is_empty()).collect();
        page.scores_of(&texts).await?;
        page.no_errors().await
    })
    .await
}

/// The file of `tests/questions.md`. Pupils answer it by a link to the file.
#[tokio::test]
async fn a_lesson_with_questions_is_baked_in_and_answered_by_a_link() -> Result<()> {
    visit(Site::file(), async |page| {
        let lesson = page.address().replace("semblance.html", "questions.html");
        page.driver().goto(&lesson).await?;
        page.reads("#class-title", "Tides & <storms>").await?;
        page.reads(".class-cover", "1 question.").await?;
        page.press("Codes").await?;
        let link = page.by_role("textbox", "Link for pupils").await?;
        let link = link.prop("value").await?.unwrap_or_default();
        ensure!(link.starts_with(&lesson) && link.contains("#c1="), "{link}");
        page.press("Close").await?;
        page.press("Begin").await?;
        page.press("One more for above 0.50").await?;
        page.press("The class’s answer").await?;
        page.press("The model’s answer").await?;
        page.reads(".class-verdict", "The model: above 0.50 (0.")
            .await?;
        page.press("Leave")
            .await
            .or(page.press("All answers").await)?;
        page.driver().goto(&link).await?;
        page.driver().refresh().await?;
        page.reads(".class-cover", "you get a code").await?;
        page.press("Begin").await?;
        page.press("below 0.50").await?;
        page.press("Get the code").await?;
        page.by_role("image", "QR code of your code").await?;
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn a_file_that_is_cut_or_damaged_says_so() -> Result<()> {
    visit(Site::served_file(), async |page| {
        let damaged = Fault::CorruptAt(9_000_000);
        page.server().plan_fault(".html", damaged, Some(1));
        page.open().await?;
        let alert = page.alert().await?;
        ensure!(alert.contains("damaged: copy or download it"), "{alert}");

        let path = std::env::var("SEMBLANCE_DIST")? + "/../kit/semblance.html";
        let folder = tempfile::tempdir()?;
        let cut = folder.path().join("cut.html");
        // Within the program, and within the model.
        for length in [400_000, 9_000_000] {
            std::fs::write(&cut, &std::fs::read(&path)?[..length])?;
            let address = format!("file://{}", cut.display());
            page.driver().goto(address).await?;
            let alert = page.alert().await?;
            ensure!(alert.contains("not whole: copy or download it"), "{alert}");
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_connection_that_breaks_off_is_noticed() -> Result<()> {
    visit(Site::served_file(), async |page| {
        let cut = Fault::StallAfter(9_000_000);
        page.server().plan_fault(".html", cut, None);
        // The driver would wait for the rest of a page, but looks at no other window.
        page.driver().goto(page.server().url() + "none").await?;
        let open = "window.opened = open(arguments[0]);";
        page.run(open, vec![json!(page.address())]).await?;
        let alert = "opened.document.querySelector('[role=alert]')";
        page.wait_for("an alert", alert).await?;
        let script = format!("return {alert}.textContent;");
        let alert = page.run(&script, Vec::new()).await?.to_string();
        ensure!(alert.contains("does not arrive: reload"), "{alert}");
        Ok(())
    })
    .await
}

/// Some hosts of other people's files give each page an origin of its own, which has no storage.
#[tokio::test]
async fn where_nothing_is_kept_it_works_and_says_so() -> Result<()> {
    visit(Site::served_file(), async |page| {
        let sandbox = Fault::Header(
            "content-security-policy",
            "sandbox allow-scripts allow-downloads",
        );
        page.server().plan_fault(".html", sandbox, None);
        page.whole_job().await?;
        page.reads(".status .offline", "nothing kept for a reload")
            .await?;
        page.reads("#about-kept", "neither texts nor settings")
            .await?;
        page.no_errors().await
    })
    .await
}
