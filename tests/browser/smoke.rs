//! The page as delivered: it loads wherever it lies, asks nobody else for anything, and has
//! nothing to complain of.

use anyhow::{Result, ensure};
use semblance_tests::{Site, visit_and_leave};

/// Opens the site, waits until it can be used, and checks what it asked for.
async fn loads(site: Site) -> Result<()> {
    let mut own = String::new();
    let (urls, received) = visit_and_leave(site, async |page| {
        own = page.server().url();
        page.open().await?;
        page.by_role("textbox", "Texts").await?;
        page.by_role("grid", "Pairwise cosine similarity").await?;
        let scores = "performance.getEntriesByName('semblance:first-scores').length > 0";
        page.wait_for("the first scores", scores).await?;
        page.no_errors().await
    })
    .await?;
    // The worker fetches the weights: its requests are in the log, too.
    ensure!(
        urls.iter().any(|url| url.ends_with("/model.safetensors")),
        "the log of requests is not whole: {urls:#?}"
    );
    let foreign: Vec<_> = urls.iter().filter(|url| !url.starts_with(&own)).collect();
    ensure!(foreign.is_empty(), "requests to elsewhere: {foreign:#?}");
    let failed: Vec<_> = received
        .iter()
        .filter(|request| request.status >= 400)
        .collect();
    ensure!(failed.is_empty(), "files are missing: {failed:#?}");
    Ok(())
}

#[tokio::test]
async fn loads_from_the_root_of_a_host() -> Result<()> {
    loads(Site::root()).await
}

#[tokio::test]
async fn loads_from_a_folder() -> Result<()> {
    loads(Site::under("/some/folder/")).await
}

#[tokio::test]
async fn loads_from_compressed_copies() -> Result<()> {
    loads(Site::root().compressed()).await
}

/// The log of requests would show one to elsewhere: the browser is sent there.
#[tokio::test]
async fn a_request_to_elsewhere_would_be_seen() -> Result<()> {
    let (urls, _) = visit_and_leave(Site::root(), async |page| {
        // It can't be reached, which is an error of its own.
        let _ = page.driver().goto("http://elsewhere.test/").await;
        Ok(())
    })
    .await?;
    ensure!(urls == ["http://elsewhere.test/"], "{urls:?}");
    Ok(())
}
