//! The page in Firefox: the main job, what is kept, the one file, and what goes wrong on the way.

use anyhow::{Result, ensure};
use semblance_tests::{Fault, Site, visit, visit_and_leave};

#[tokio::test]
async fn the_whole_job_is_done_and_kept() -> Result<()> {
    let mut own = String::new();
    let (urls, _) = visit_and_leave(Site::root().in_firefox(), async |page| {
        own = page.server().url();
        let texts = page.whole_job().await?;
        page.keeps(texts[1]).await?;
        page.open().await?;
        page.scores_of(texts).await?;
        page.no_errors().await
    })
    .await?;
    ensure!(
        urls.iter().any(|url| url.ends_with("/model.safetensors")),
        "the log of requests is not whole: {urls:#?}"
    );
    let foreign: Vec<_> = urls.iter().filter(|url| !url.starts_with(&own)).collect();
    ensure!(foreign.is_empty(), "requests to elsewhere: {foreign:#?}");
    Ok(())
}

#[tokio::test]
async fn a_double_click_on_the_one_file_is_enough() -> Result<()> {
    let (urls, received) = visit_and_leave(Site::file().in_firefox(), async |page| {
        page.whole_job().await?;
        page.reads(".status .offline", "One file, no network")
            .await?;
        page.no_errors().await
    })
    .await?;
    ensure!(urls.is_empty(), "requests: {urls:?}");
    ensure!(received.is_empty(), "the server was asked: {received:?}");
    Ok(())
}

#[tokio::test]
async fn the_one_file_works_from_a_server() -> Result<()> {
    let mut own = String::new();
    let (urls, received) = visit_and_leave(Site::served_file().in_firefox(), async |page| {
        own = page.address().to_owned();
        page.whole_job().await?;
        page.no_errors().await
    })
    .await?;
    ensure!(urls == [own], "requests: {urls:?}");
    ensure!(received.len() == 1, "the server was asked: {received:?}");
    Ok(())
}

/// What comes of a fault in Firefox.
async fn recovers(path_part: &str, fault: Fault, words: &[&str]) -> Result<()> {
    let site = Site::root().in_firefox();
    visit(site, async |page| {
        page.recovers(path_part, fault, words).await
    })
    .await
}

#[tokio::test]
async fn a_model_that_is_cut_off() -> Result<()> {
    recovers(
        "model.safetensors",
        Fault::CutAfter(5_000_000),
        &["broke off"],
    )
    .await
}

#[tokio::test]
async fn a_model_with_a_wrong_byte() -> Result<()> {
    recovers(
        "model.safetensors",
        Fault::CorruptAt(9_000_000),
        &["refused"],
    )
    .await
}

#[tokio::test]
async fn an_engine_that_is_not_there() -> Result<()> {
    recovers("engine/", Fault::Status(503), &["503"]).await
}

#[tokio::test]
async fn a_list_of_files_that_is_broken() -> Result<()> {
    recovers("assets.json", Fault::CorruptAt(0), &["assets.json"]).await
}

#[tokio::test]
async fn an_error_would_be_seen() -> Result<()> {
    visit(Site::root().in_firefox(), async |page| {
        page.open_with_scores().await?;
        page.no_errors().await?;
        // A script of the page's own that fails: what a test runs has another context.
        let script = "console.error('on purpose');
            const script = document.createElement('script');
            script.src = 'models/all-MiniLM-L6-v2/NOTICE';
            document.head.append(script);";
        page.run(script, Vec::new()).await?;
        let mut complaints = Vec::new();
        page.until("both complaints", async || {
            complaints.extend(page.complaints().await?);
            let seen = |words: &str| complaints.iter().any(|line| line.contains(words));
            Ok((seen("on purpose") && seen("SyntaxError")).then_some(()))
        })
        .await
    })
    .await
}

/// The log of requests would show one to elsewhere, also one that a worker makes.
#[tokio::test]
async fn a_request_to_elsewhere_would_be_seen() -> Result<()> {
    let (urls, _) = visit_and_leave(Site::root().in_firefox(), async |page| {
        page.driver().goto(page.server().url() + "none").await?;
        let script =
            "const code = `fetch('http://elsewhere.test/').catch(() => postMessage('failed'))`;
            const worker = new Worker(URL.createObjectURL(new Blob([code])));
            return new Promise((done) => (worker.onmessage = ({ data }) => done(data)));";
        page.run(script, Vec::new()).await.map(|_| ())
    })
    .await?;
    ensure!(
        urls.iter().any(|url| url == "http://elsewhere.test/"),
        "{urls:?}"
    );
    Ok(())
}
