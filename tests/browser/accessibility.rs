//! axe-core finds nothing serious in the states that matter, in light and dark.

use anyhow::{Result, ensure};
use semblance_tests::{Fault, Page, Scheme, Site, visit};

async fn check(page: &Page, state: &str) -> Result<()> {
    for scheme in [Scheme::Light, Scheme::Dark] {
        page.prefer(scheme).await?;
        let violations = page.serious_violations().await?;
        ensure!(
            violations.is_empty(),
            "{state}, {scheme:?}:\n{}",
            violations.join("\n")
        );
    }
    Ok(())
}

#[tokio::test]
async fn loaded_selected_and_empty() -> Result<()> {
    visit(Site::root(), async |page| {
        page.open_with_scores().await?;
        check(page, "loaded").await?;
        page.run(
            "document.querySelector('table td[title]').click();",
            Vec::new(),
        )
        .await?;
        check(page, "selected").await?;
        page.resize(390, 844, 2.0).await?;
        check(page, "narrow").await?;
        page.paste("").await?;
        page.wait_for(
            "the empty state",
            "!document.querySelector('.rows tr[data-line]')",
        )
        .await?;
        check(page, "empty").await
    })
    .await
}

#[tokio::test]
async fn the_map_with_all_that_opens() -> Result<()> {
    visit(Site::root(), async |page| {
        page.open_with_scores().await?;
        let choose = "[...document.querySelectorAll('.map .switch label')]
            .find((label) => label.textContent === arguments[0]).click();";
        page.run(choose, vec!["UMAP".into()]).await?;
        page.wait_for("the map's trust", "document.querySelector('.map-trust')")
            .await?;
        page.press("Options").await?;
        check(page, "options").await?;
        page.press("Map tools").await?;
        page.press("Keep this view").await?;
        check(page, "tools and kept views").await?;
        page.press("Full screen").await?;
        check(page, "full screen").await?;
        page.press("Full screen").await?;
        page.run(choose, vec!["Axes".into()]).await?;
        page.by_role("textbox", "Across from").await?;
        check(page, "axes").await?;
        page.press("Save").await?;
        page.by_role("button", "Everything (.semblance)").await?;
        check(page, "what can be saved").await
    })
    .await
}

#[tokio::test]
async fn a_score_that_is_explained() -> Result<()> {
    visit(Site::root(), async |page| {
        page.open_with_scores().await?;
        page.paste("The food was good.\nThe food was not good.")
            .await?;
        page.wait_for("the card", "document.querySelector('.why-button')")
            .await?;
        page.run("document.querySelector('.why-button').click();", Vec::new())
            .await?;
        page.press("What would change it most?").await?;
        page.wait_for("the bars", "document.querySelector('.why-bars')")
            .await?;
        let open = "document.querySelector('.why-figures summary').click();
            document.querySelector('.why-word').click();";
        page.run(open, Vec::new()).await?;
        page.wait_for("the score", "document.querySelector('.why-said b')")
            .await?;
        check(page, "explained").await?;
        page.resize(390, 844, 2.0).await?;
        page.press("Compare").await?;
        check(page, "explained on a phone").await
    })
    .await
}

#[tokio::test]
async fn loading() -> Result<()> {
    visit(Site::root(), async |page| {
        let slow = Fault::BytesPerSecond(200_000);
        page.server().plan_fault("model.safetensors", slow, None);
        page.open().await?;
        page.wait_for(
            "progress",
            "document.querySelector('[role=progressbar][aria-valuenow]')",
        )
        .await?;
        check(page, "loading").await
    })
    .await
}

#[tokio::test]
async fn failed() -> Result<()> {
    visit(Site::root(), async |page| {
        page.server()
            .plan_fault("model.safetensors", Fault::Status(500), None);
        page.open().await?;
        page.alert().await?;
        check(page, "failed").await
    })
    .await
}

#[tokio::test]
async fn what_is_kept() -> Result<()> {
    visit(Site::root(), async |page| {
        page.open_with_scores().await?;
        page.press("More").await?;
        page.press("What is kept").await?;
        page.wait_for(
            "what was found",
            "document.querySelector('dialog[open] p')?.textContent",
        )
        .await?;
        check(page, "what is kept").await?;
        page.resize(390, 844, 2.0).await?;
        check(page, "what is kept, on a phone").await
    })
    .await
}
