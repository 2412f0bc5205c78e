//! What goes wrong on the way ends in a working page, or in a sentence with a way on.

use std::time::Duration;

use anyhow::{Result, ensure};
use semblance_tests::{Fault, Page, Site, visit};

const WEIGHTS: &str = "model.safetensors";

/// Opens the page while `fault` strikes the files whose path has `path_part`, expects an alert with
/// `words`, mends the fault, tries again, and expects scores.
async fn recovers(path_part: &str, fault: Fault, words: &[&str]) -> Result<()> {
    visit(Site::root(), async |page| {
        page.server().plan_fault(path_part, fault, None);
        page.open().await?;
        page.paste("kept\nwhatever happens").await?;
        let alert = page.alert().await?;
        for word in words {
            ensure!(alert.contains(word), "“{alert}” does not say “{word}”");
        }
        page.server().clear_faults();
        page.press("Try again").await?;
        page.scores_of(&["kept", "whatever happens"]).await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_model_that_is_cut_off() -> Result<()> {
    recovers(WEIGHTS, Fault::CutAfter(5_000_000), &["broke off"]).await
}

#[tokio::test]
async fn a_model_that_stalls() -> Result<()> {
    recovers(WEIGHTS, Fault::StallAfter(5_000_000), &["broke off"]).await
}

#[tokio::test]
async fn a_model_with_a_wrong_byte() -> Result<()> {
    recovers(WEIGHTS, Fault::CorruptAt(9_000_000), &["refused"]).await
}

#[tokio::test]
async fn a_model_that_is_not_there() -> Result<()> {
    recovers(WEIGHTS, Fault::Status(404), &["404"]).await
}

#[tokio::test]
async fn a_tokenizer_with_a_wrong_byte() -> Result<()> {
    recovers("tokenizer.json", Fault::CorruptAt(1_000), &["refused"]).await
}

#[tokio::test]
async fn an_engine_that_is_not_there() -> Result<()> {
    recovers("engine/", Fault::Status(503), &["503"]).await
}

#[tokio::test]
async fn a_list_of_files_that_is_broken() -> Result<()> {
    recovers("assets.json", Fault::CorruptAt(0), &["assets.json"]).await
}

/// How often the weights were asked for.
fn downloads(page: &Page) -> usize {
    let received = page.server().received();
    received.iter().filter(|r| r.path.contains(WEIGHTS)).count()
}

#[tokio::test]
async fn the_model_is_fetched_once_and_shows_its_progress() -> Result<()> {
    visit(Site::root(), async |page| {
        let slow = Fault::BytesPerSecond(12_000_000);
        page.server().plan_fault(WEIGHTS, slow, None);
        page.open().await?;
        page.wait_for(
            "progress in bytes",
            "(() => { const bar = document.querySelector('[role=progressbar]');
                return bar && bar.getAttribute('aria-valuenow') > 1e6 && bar.getAttribute('aria-valuemax') > 2e7; })()",
        )
        .await?;
        page.server().clear_faults();
        page.open_with_scores().await?;
        let first = downloads(page);
        page.open_with_scores().await?;
        ensure!(downloads(page) == first, "the model was fetched again");
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn without_a_cache_the_page_works_and_says_so() -> Result<()> {
    visit(Site::root(), async |page| {
        // A browser whose storage is full refuses to keep the file.
        let full = "Cache.prototype.put = () => Promise.reject(new DOMException('Quota exceeded', 'QuotaExceededError'));";
        page.devtools(
            "Page.addScriptToEvaluateOnNewDocument",
            serde_json::json!({ "source": in_workers(full) }),
        )
        .await?;
        page.open_with_scores().await?;
        page.wait_for(
            "the notice",
            "document.body.textContent.includes('could not be kept for the next visit')",
        )
        .await?;
        page.no_errors().await
    })
    .await
}

/// A script that runs `source` in every worker before the worker's own.
fn in_workers(source: &str) -> String {
    let source = serde_json::Value::from(format!("{source}\n"));
    format!(
        "const OriginalBlob = Blob;
         window.Blob = function (parts, options) {{
           return options?.type === 'text/javascript'
             ? new OriginalBlob([{source}, ...parts], options)
             : new OriginalBlob(parts, options);
         }};"
    )
}

/// Keeps hold of the page's workers, so that a test can end one.
const KEEP_WORKERS: &str = "const Original = Worker; window.workers = [];
    window.Worker = function (...args) { const worker = new Original(...args); workers.push(worker); return worker; };";

#[tokio::test]
async fn workers_that_die_are_replaced() -> Result<()> {
    visit(Site::root(), async |page| {
        page.devtools(
            "Page.addScriptToEvaluateOnNewDocument",
            serde_json::json!({ "source": KEEP_WORKERS }),
        )
        .await?;
        page.open_with_scores().await?;
        // The first is the analysis worker, the second encodes. What cannot be read ends a worker.
        for worker in [1, 0] {
            let before = page.run("return workers.length;", Vec::new()).await?;
            let kill = format!("workers[{worker}].postMessage([new Uint8Array([255, 255])]);");
            page.run(&kill, Vec::new()).await?;
            tokio::time::sleep(Duration::from_millis(200)).await;
            let first = format!("after the end of worker {worker}");
            page.paste(&format!("{first}\na second text")).await?;
            // The loss of the vectors is said; the texts are embedded again by themselves or on
            // request.
            page.until("scores after a death", async || {
                if page.shows("button", "Continue").await? {
                    page.press("Continue").await?;
                }
                let script = "return document.querySelector('table tbody th')?.title ?? '';";
                Ok((page.run(script, Vec::new()).await? == first.as_str()).then_some(()))
            })
            .await?;
            page.scores_of(&[&first, "a second text"]).await?;
            let after = page.run("return workers.length;", Vec::new()).await?;
            ensure!(after.as_u64() > before.as_u64(), "nothing took its place");
        }
        Ok(())
    })
    .await
}
