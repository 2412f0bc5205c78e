//! What goes wrong on the way ends in a working page, or in a sentence with a way on.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use semblance_tests::{Fault, Page, Site, visit};

const WEIGHTS: &str = "model.safetensors";

/// What comes of a fault in Chromium.
async fn recovers(path_part: &str, fault: Fault, words: &[&str]) -> Result<()> {
    visit(Site::root(), async |page| {
        page.recovers(path_part, fault, words).await
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
                let script = "return document.querySelector('.rows tbody th')?.title ?? '';";
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

/// What the page's program is made of, by parts of the files' paths.
const BOOT: &str = "boot.js";
const PROGRAM: &str = "/semblance-app-";
const MODULE: &str = "_bg.wasm";

/// Opens the page while `faults` strike, and expects an alert with `words` before the page's
/// patience ends.
async fn says_at_the_start(faults: &[(&str, Fault)], words: &[&str]) -> Result<()> {
    visit(Site::root(), async |page| {
        for (path_part, fault) in faults {
            page.server().plan_fault(path_part, *fault, None);
        }
        page.open().await?;
        expect_words(page, words).await
    })
    .await
}

/// Waits for an alert with `words`; the page's shell no longer says that it is loading.
async fn expect_words(page: &Page, words: &[&str]) -> Result<()> {
    let begin = Instant::now();
    let alert = page.alert().await?;
    for word in words {
        ensure!(alert.contains(word), "“{alert}” does not say “{word}”");
    }
    ensure!(
        begin.elapsed() < Duration::from_secs(10),
        "it took {:?} to say “{alert}”",
        begin.elapsed()
    );
    let script = "return document.querySelectorAll('[role=alert]').length;";
    let alerts = page.run(script, Vec::new()).await?;
    ensure!(alerts == 1, "{alerts} alerts at once");
    let status = page.status().await?;
    ensure!(!status.contains("Loading"), "the status says “{status}”");
    Ok(())
}

/// Makes a script run before any of the page's.
async fn before_the_page(page: &Page, script: &str) -> Result<()> {
    let source = serde_json::json!({ "source": script });
    page.devtools("Page.addScriptToEvaluateOnNewDocument", source)
        .await
}

#[tokio::test]
async fn scripts_of_a_wrong_type() -> Result<()> {
    let plain = Fault::MediaType("text/plain");
    says_at_the_start(
        &[(".js", plain)],
        &["boot.js as “text/plain”", "“text/javascript”"],
    )
    .await
}

#[tokio::test]
async fn a_program_of_a_wrong_type() -> Result<()> {
    let plain = Fault::MediaType("application/octet-stream");
    says_at_the_start(
        &[(PROGRAM, plain)],
        &["semblance-app-", ".js as “application/octet-stream”"],
    )
    .await
}

#[tokio::test]
async fn a_first_script_that_is_not_there() -> Result<()> {
    says_at_the_start(
        &[(BOOT, Fault::Status(404))],
        &["boot.js is missing from the web server (404)"],
    )
    .await
}

#[tokio::test]
async fn a_program_that_is_not_there() -> Result<()> {
    says_at_the_start(
        &[(PROGRAM, Fault::Status(404))],
        &["semblance-app-", ".js is missing from the web server (404)"],
    )
    .await
}

#[tokio::test]
async fn a_program_that_is_not_handed_out() -> Result<()> {
    says_at_the_start(
        &[(PROGRAM, Fault::Status(503))],
        &["does not hand out semblance-app-", "(503)"],
    )
    .await
}

#[tokio::test]
async fn scripts_answered_by_a_web_page() -> Result<()> {
    says_at_the_start(
        &[(BOOT, Fault::FirstPage)],
        &["sends a web page in place of boot.js"],
    )
    .await
}

#[tokio::test]
async fn a_first_script_that_breaks_off() -> Result<()> {
    says_at_the_start(
        &[(BOOT, Fault::CutAfter(100))],
        &["boot.js did not arrive", "connection"],
    )
    .await
}

#[tokio::test]
async fn a_module_that_is_not_there() -> Result<()> {
    says_at_the_start(
        &[(MODULE, Fault::Status(404))],
        &["_bg.wasm is missing from the web server (404)"],
    )
    .await
}

#[tokio::test]
async fn a_module_answered_by_a_web_page() -> Result<()> {
    says_at_the_start(
        &[(MODULE, Fault::FirstPage)],
        &["sends a web page in place of", "_bg.wasm"],
    )
    .await
}

#[tokio::test]
async fn a_module_with_a_wrong_byte() -> Result<()> {
    says_at_the_start(
        &[(MODULE, Fault::CorruptAt(0))],
        &["_bg.wasm arrived damaged"],
    )
    .await
}

#[tokio::test]
async fn a_module_of_a_wrong_type_works() -> Result<()> {
    visit(Site::root(), async |page| {
        let plain = Fault::MediaType("text/plain");
        page.server().plan_fault(".wasm", plain, None);
        page.open().await?;
        starts(page).await
    })
    .await
}

/// The program takes the shell's place, and nothing is said against it.
async fn starts(page: &Page) -> Result<()> {
    page.by_role("textbox", "Texts").await?;
    let script = "return document.querySelector('[role=alert]')?.textContent ?? '';";
    let alert = page.run(script, Vec::new()).await?;
    ensure!(alert == "", "“{alert}”");
    Ok(())
}

const POLICY: &str = "content-security-policy";

/// The host's policy forbids WebAssembly and, as it is, the script in the page itself.
#[tokio::test]
async fn a_policy_that_forbids_webassembly() -> Result<()> {
    let policy = "default-src 'self'; script-src 'self'; img-src 'self' data:";
    says_at_the_start(
        &[("/", Fault::Header(POLICY, policy))],
        &[
            "Content-Security-Policy",
            "WebAssembly",
            "“script-src 'self'”",
            "'wasm-unsafe-eval'",
        ],
    )
    .await
}

#[tokio::test]
async fn a_policy_that_forbids_webassembly_by_default() -> Result<()> {
    let policy = "default-src 'self' 'unsafe-inline'";
    says_at_the_start(
        &[("/", Fault::Header(POLICY, policy))],
        &[
            "WebAssembly",
            "“default-src 'self' 'unsafe-inline'”",
            "'wasm-unsafe-eval'",
        ],
    )
    .await
}

#[tokio::test]
async fn a_policy_that_forbids_requests() -> Result<()> {
    says_at_the_start(
        &[("/", Fault::Header(POLICY, "connect-src 'none'"))],
        &["“connect-src 'none'”", "_bg.wasm", "'self'"],
    )
    .await
}

#[tokio::test]
async fn a_policy_that_forbids_scripts_with_an_address() -> Result<()> {
    says_at_the_start(
        &[("/", Fault::Header(POLICY, "script-src 'unsafe-inline'"))],
        &["Content-Security-Policy", "boot.js", "'self'"],
    )
    .await
}

#[tokio::test]
async fn a_policy_that_forbids_inline_scripts_alone_does_no_harm() -> Result<()> {
    visit(Site::root(), async |page| {
        let policy = Fault::Header(POLICY, "script-src 'self' 'wasm-unsafe-eval' blob:");
        page.server().plan_fault("/", policy, None);
        page.open().await?;
        starts(page).await
    })
    .await
}

#[tokio::test]
async fn a_browser_without_webassembly() -> Result<()> {
    visit(Site::root(), async |page| {
        before_the_page(page, "delete globalThis.WebAssembly;").await?;
        page.open().await?;
        expect_words(page, &["WebAssembly is missing or switched off"]).await
    })
    .await
}

#[tokio::test]
async fn a_browser_without_simd() -> Result<()> {
    visit(Site::root(), async |page| {
        before_the_page(page, "WebAssembly.validate = () => false;").await?;
        page.open().await?;
        expect_words(page, &["SIMD", "Update the browser"]).await
    })
    .await
}

/// A device that goes offline between the page and its program goes on when it is back.
#[tokio::test]
async fn a_device_that_is_offline() -> Result<()> {
    visit(Site::root(), async |page| {
        let offline =
            "Object.defineProperty(Navigator.prototype, 'onLine', { get: () => !location.hash });";
        before_the_page(page, offline).await?;
        page.server().plan_fault(BOOT, Fault::CutAfter(100), None);
        page.driver()
            .goto(format!("{}#offline", page.server().url()))
            .await?;
        expect_words(page, &["this device is offline"]).await?;
        page.server().clear_faults();
        page.run("window.dispatchEvent(new Event('online'));", Vec::new())
            .await?;
        starts(page).await
    })
    .await
}

/// A host that answers a folder's address without its slash by the folder's page: what the page
/// names is looked for beside the folder.
#[tokio::test]
async fn an_address_without_its_slash() -> Result<()> {
    visit(Site::under("/some/folder/"), async |page| {
        let server = page.server();
        let whole = server.url();
        // The first request alone: later ones with the same beginning are for what is inside.
        server.plan_fault("/some/folder", Fault::FirstPage, Some(1));
        page.driver().goto(whole.trim_end_matches('/')).await?;
        expect_words(page, &["lacks the slash", &whole]).await?;
        page.by_role("link", &whole).await?.click().await?;
        starts(page).await
    })
    .await
}

#[tokio::test]
async fn a_page_that_is_opened_as_a_file() -> Result<()> {
    visit(Site::root(), async |page| {
        let dist = std::env::var("SEMBLANCE_DIST")?;
        page.driver()
            .goto(format!("file://{dist}/index.html"))
            .await?;
        expect_words(page, &["opened as a file", "web server"]).await
    })
    .await
}

#[tokio::test]
async fn a_module_that_does_not_arrive_is_named_until_it_does() -> Result<()> {
    visit(Site::root(), async |page| {
        let late = Fault::Delay(Duration::from_secs(25));
        page.server().plan_fault(MODULE, late, None);
        page.open().await?;
        let alert = page.alert().await?;
        for word in ["still loading", "_bg.wasm"] {
            ensure!(alert.contains(word), "“{alert}” does not say “{word}”");
        }
        starts(page).await
    })
    .await
}
