//! What was computed of many texts is kept, so that a reload embeds nothing again.

use anyhow::{Result, ensure};
use semblance_tests::{Page, Site, visit};
use serde_json::json;

/// Counts what encoding workers are asked to embed. Of a message the first byte is the number of
/// the request, the second its kind (`crates/protocol/src/request.rs`): 2 is `Embed`.
const COUNTING: &str = "window.embeddings = 0;
    window.Worker = class extends Worker {
        constructor(url, options) {
            super(url, options);
            this.encodes = options?.name?.startsWith('encoder');
        }
        postMessage(message, ...rest) {
            if (this.encodes && message?.[0]?.[1] === 2) window.embeddings += 1;
            super.postMessage(message, ...rest);
        }
    };";

/// More texts than are embedded quicker than read.
fn texts(count: usize) -> String {
    let text = |at: usize| format!("Text number {at} is about {}.", at * 7919 % 613);
    (0..count).map(text).collect::<Vec<_>>().join("\n")
}

/// The keys and sizes of the files of vectors.
async fn files(page: &Page) -> Result<Vec<(String, u64)>> {
    let keys = page.with_store("(store) => store.getAllKeys()").await?;
    let mut files = Vec::new();
    for key in keys.as_array().into_iter().flatten() {
        let key = key.as_str().unwrap_or_default();
        if key.starts_with("vectors:") {
            let script = format!("(store) => store.get('{key}')");
            let script = page.with_store(&format!("(store) => {{ const request = ({script})(store); return {{ get result() {{ return request.result?.size; }} }}; }}")).await?;
            files.push((key.to_owned(), script.as_u64().unwrap_or_default()));
        }
    }
    Ok(files)
}

async fn keeps_vectors_of(page: &Page, count: u64) -> Result<()> {
    page.until(
        &format!("vectors of {count} texts to be kept"),
        async || {
            let bytes: u64 = files(page).await?.iter().map(|file| file.1).sum();
            // A vector has 1,536 bytes, and some stand beside it.
            Ok((bytes / 1_564 == count).then_some(()))
        },
    )
    .await
}

async fn has_scores_of(page: &Page, count: usize) -> Result<()> {
    let status =
        format!("document.querySelector('[role=status]').textContent.startsWith('{count} texts')");
    page.wait_for("all scores", &status).await
}

async fn embeddings(page: &Page) -> Result<u64> {
    let count = page.run("return window.embeddings;", vec![]).await?;
    Ok(count.as_u64().unwrap_or(u64::MAX))
}

async fn count_embeddings(page: &Page) -> Result<()> {
    let script = json!({ "source": COUNTING });
    page.devtools("Page.addScriptToEvaluateOnNewDocument", script)
        .await
}

#[tokio::test]
async fn a_reload_embeds_nothing_again() -> Result<()> {
    visit(Site::root(), async |page| {
        count_embeddings(page).await?;
        page.open_with_scores().await?;
        page.paste(&texts(300)).await?;
        has_scores_of(page, 300).await?;
        ensure!(embeddings(page).await? > 1, "they are not counted");
        keeps_vectors_of(page, 300).await?;
        page.open().await?;
        has_scores_of(page, 300).await?;
        ensure!(embeddings(page).await? == 0);

        // A text that is new is embedded alone, and its vector joins the others.
        page.paste(&texts(301)).await?;
        has_scores_of(page, 301).await?;
        ensure!(embeddings(page).await? == 1);
        keeps_vectors_of(page, 301).await?;
        page.catch_saved().await?;
        let before = page.saved_by("Save", "Vectors for NumPy (NPY)").await?;
        ensure!(before.len() == 128 + 301 * 1_536);
        page.open().await?;
        has_scores_of(page, 301).await?;
        ensure!(embeddings(page).await? == 0);
        page.catch_saved().await?;
        let after = page.saved_by("Save", "Vectors for NumPy (NPY)").await?;
        ensure!(before == after, "vectors are other ones");
        page.press("More").await?;
        page.press("What is kept").await?;
        let size = "document.querySelector('dialog[open]')?.textContent.includes('what was computed of them: 471 kB')";
        page.wait_for("their size", size).await?;
        page.press("Close").await?;

        // What few texts need is not worth keeping.
        page.paste("one\ntwo").await?;
        has_scores_of(page, 2).await?;
        page.until("the vectors to go", async || {
            Ok(files(page).await?.is_empty().then_some(()))
        })
        .await?;
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn vectors_that_are_damaged_are_computed_again() -> Result<()> {
    visit(Site::root(), async |page| {
        count_embeddings(page).await?;
        page.open_with_scores().await?;
        page.paste(&texts(150)).await?;
        has_scores_of(page, 150).await?;
        keeps_vectors_of(page, 150).await?;
        let before = files(page).await?;
        let key = &before[0].0;
        page.run(
            "const open = indexedDB.open('semblance');
            return new Promise((done) => {
                open.onsuccess = () => {
                    const act = (mode, act) => act(open.result.transaction('semblance', mode).objectStore('semblance'));
                    const got = act('readonly', (store) => store.get(arguments[0]));
                    got.onsuccess = async () => {
                        const bytes = new Uint8Array(await got.result.arrayBuffer());
                        bytes[bytes.length - 100] ^= 1;
                        const put = act('readwrite', (store) => store.put(new Blob([bytes]), arguments[0]));
                        put.onsuccess = () => { open.result.close(); done(); };
                    };
                };
            });",
            vec![json!(key)],
        )
        .await?;
        page.open().await?;
        has_scores_of(page, 150).await?;
        ensure!(embeddings(page).await? > 0);
        page.until("other vectors", async || {
            Ok((files(page).await? != before).then_some(()))
        })
        .await?;
        keeps_vectors_of(page, 150).await?;
        page.open().await?;
        has_scores_of(page, 150).await?;
        ensure!(embeddings(page).await? == 0);
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn a_page_that_keeps_nothing_keeps_no_vectors() -> Result<()> {
    visit(Site::root(), async |page| {
        page.open_with_scores().await?;
        page.paste(&texts(120)).await?;
        has_scores_of(page, 120).await?;
        keeps_vectors_of(page, 120).await?;
        page.press("More").await?;
        page.press("What is kept").await?;
        page.by_role("checkbox", "Keep nothing: for a device that others use").await?.click().await?;
        page.wait_for("that it is gone", "document.querySelector('dialog[open]')?.textContent.includes('Nothing of your texts is kept')").await?;
        page.press("Close").await?;
        page.paste(&texts(130)).await?;
        has_scores_of(page, 130).await?;
        page.run("window.edited = performance.now();", vec![]).await?;
        page.wait_for("four seconds to pass", "performance.now() - window.edited > 4000").await?;
        ensure!(files(page).await?.is_empty());
        page.no_errors().await
    })
    .await
}

/// What can be computed again makes room for what can't.
#[tokio::test]
async fn texts_are_kept_where_there_is_no_room_for_vectors() -> Result<()> {
    let full = "const put = IDBObjectStore.prototype.put;
        IDBObjectStore.prototype.put = function (value, key) {
            const transaction = this.transaction;
            if (key.startsWith(window.full ?? 'none')) {
                const error = new DOMException('', 'QuotaExceededError');
                Object.defineProperty(transaction, 'error', { value: error });
                if (key === 'workspace') transaction.commit = () => transaction.abort();
                else queueMicrotask(() => transaction.abort());
            }
            return put.call(this, value, key);
        };
        const drop = IDBObjectStore.prototype.delete;
        IDBObjectStore.prototype.delete = function (key) {
            if (key.startsWith('vectors:')) window.full = undefined;
            return drop.call(this, key);
        };";
    visit(Site::root(), async |page| {
        let script = json!({ "source": full });
        page.devtools("Page.addScriptToEvaluateOnNewDocument", script)
            .await?;
        page.open_with_scores().await?;
        page.paste(&texts(120)).await?;
        has_scores_of(page, 120).await?;
        keeps_vectors_of(page, 120).await?;
        page.run("window.full = 'workspace';", vec![]).await?;
        page.paste(&texts(121)).await?;
        page.keeps("Text number 120 ").await?;
        page.wait_for("no message", "!document.querySelector('.message')")
            .await?;
        ensure!(files(page).await?.is_empty());

        page.open().await?;
        has_scores_of(page, 121).await?;
        page.run("window.full = 'vectors:';", vec![]).await?;
        page.says("has no room for what was computed of them")
            .await?;
        page.paste(&texts(122)).await?;
        page.keeps("Text number 121 ").await?;
        page.no_errors().await
    })
    .await
}
