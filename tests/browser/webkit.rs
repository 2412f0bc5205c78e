//! The page in WebKit, the engine of Safari. What it complains of in the console nobody can read;
//! what it says to a person counts.

use anyhow::{Result, ensure};
use semblance_tests::{Fault, Site, visit, visit_and_leave};

#[tokio::test]
async fn the_whole_job_is_done_and_kept() -> Result<()> {
    let (_, received) = visit_and_leave(Site::root().in_webkit(), async |page| {
        let texts = page.whole_job().await?;
        page.keeps(texts[1]).await?;
        page.open().await?;
        page.scores_of(texts).await.map(|_| ())
    })
    .await?;
    let failed: Vec<_> = received
        .iter()
        .filter(|request| request.status >= 400)
        .collect();
    ensure!(failed.is_empty(), "files are missing: {failed:#?}");
    Ok(())
}

#[tokio::test]
async fn the_one_file_works_from_a_server() -> Result<()> {
    let (_, received) = visit_and_leave(Site::served_file().in_webkit(), async |page| {
        page.whole_job().await.map(|_| ())
    })
    .await?;
    ensure!(received.len() == 1, "the server was asked: {received:?}");
    Ok(())
}

#[tokio::test]
async fn a_double_click_on_the_one_file_is_enough() -> Result<()> {
    visit(Site::file().in_webkit(), async |page| {
        page.whole_job().await.map(|_| ())
    })
    .await
}

#[tokio::test]
async fn a_model_that_is_cut_off() -> Result<()> {
    let cut = Fault::CutAfter(5_000_000);
    visit(Site::root().in_webkit(), async |page| {
        page.recovers("model.safetensors", cut, &["broke off"])
            .await
    })
    .await
}
