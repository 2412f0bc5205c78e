//! After one visit the page works without a network; versions are never mixed; what is kept heals.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use semblance_tests::{Fault, Page, Site, visit};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Where the site lies, so that there is a page of the same host beside it.
const FOLDER: &str = "/some/folder/";

const READY: &str = "Ready offline";
const NEWER: &str = "A new version is ready – it comes when you next open the page";

/// The folder of the site as it was built.
fn dist() -> Result<PathBuf> {
    Ok(std::env::var("SEMBLANCE_DIST")?.into())
}

/// The list in the service worker of the site in `root`.
fn list(root: &Path) -> Result<Value> {
    let script = std::fs::read_to_string(root.join("sw.js"))?;
    let line = script
        .lines()
        .find_map(|l| l.strip_prefix("const BUILD = "));
    let line = line.context("the service worker has no list")?;
    Ok(serde_json::from_str(line.trim_end_matches(';'))?)
}

fn sha256(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A copy of the site of which page, first script, list of files and a file of the model are
/// another version's.
fn next_version() -> Result<tempfile::TempDir> {
    let (from, to) = (dist()?, tempfile::tempdir()?);
    copy(&from, to.path())?;
    let mut list = list(&from)?;
    let read = |name: &str| std::fs::read_to_string(from.join(name));
    let mut write = |part: &str, name: &str, text: &str| -> Result<()> {
        // It may be the very file of the first version.
        std::fs::remove_file(to.path().join(name))?;
        std::fs::write(to.path().join(name), text)?;
        list[part][name] = sha256(text.as_bytes()).into();
        Ok(())
    };
    let config = "models/all-MiniLM-L6-v2/config.json";
    let text = read(config)? + "\n";
    write("model", config, &text)?;
    let mut assets: Value = serde_json::from_str(&read("assets.json")?)?;
    let files = assets["models"][0]["files"].as_array_mut();
    let files = files.context("no files of the model")?;
    let entry = files.iter_mut().find(|file| file["role"] == "config");
    let entry = entry.context("no configuration")?;
    entry["bytes"] = text.len().into();
    entry["sha256"] = sha256(text.as_bytes()).into();
    write("files", "assets.json", &assets.to_string())?;
    write(
        "files",
        "boot.js",
        &(read("boot.js")? + "\n// The next version.\n"),
    )?;
    let html = read("index.html")?;
    let stamp = |version: &str| format!("data-version=\"{version}\"");
    let version = list["version"].as_str().context("no version")?.to_owned();
    ensure!(html.contains(&stamp(&version)), "the page has no version");
    let html = html.replace(&stamp(&version), &stamp("next"));
    let html = html.replace("<title>", "<title>Next ");
    std::fs::remove_file(to.path().join("index.html"))?;
    std::fs::write(to.path().join("index.html"), &html)?;
    list["files"]["index.html"] = sha256(html.as_bytes()).into();
    list["version"] = "next".into();
    let script = read("sw.js")?;
    let line = script
        .lines()
        .find(|line| line.starts_with("const BUILD = "));
    let line = line.context("the service worker has no list")?;
    let script = script.replace(line, &format!("const BUILD = {list};"));
    std::fs::remove_file(to.path().join("sw.js"))?;
    std::fs::write(to.path().join("sw.js"), script)?;
    Ok(to)
}

/// Copies a folder, by links where the system has them.
fn copy(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let (from, to) = {
            let entry = entry?;
            (entry.path(), to.join(entry.file_name()))
        };
        if from.is_dir() {
            copy(&from, &to)?;
        } else if std::fs::hard_link(&from, &to).is_err() {
            std::fs::copy(&from, &to)?;
        }
    }
    Ok(())
}

/// Waits until the line at the top says `words`.
async fn says(page: &Page, words: &str) -> Result<()> {
    let line = "document.querySelector('.status .offline')";
    let said = format!(
        "{line}?.textContent === {} && {line}.offsetWidth > 0",
        json!(words)
    );
    page.wait_for(words, &said).await
}

/// A first visit, until everything is kept.
async fn first_visit(page: &Page) -> Result<()> {
    page.open_with_scores().await?;
    says(page, READY).await
}

/// From now on the server is gone.
fn stop(page: &Page) {
    page.server().plan_fault("", Fault::Silence, None);
    page.server().forget_received();
}

/// What has been asked of the server since, but for the browser's own look for a new version.
fn asked(page: &Page) -> Vec<String> {
    let received = page.server().received().into_iter();
    let paths = received.map(|request| request.path);
    paths.filter(|path| !path.ends_with("/sw.js")).collect()
}

/// Opens a table, takes its texts, waits for scores and map, and saves what was found.
async fn whole_job(page: &Page) -> Result<()> {
    page.open_with_scores().await?;
    page.catch_saved().await?;
    let table = "id,answer\n1,The soup was cold.\n2,My soup had gone cold.\n3,Parking is free.\n";
    let script = "const input = document.querySelector('input[type=file]');
        const chosen = new DataTransfer();
        chosen.items.add(new File([arguments[0]], 'answers.csv'));
        input.files = chosen.files;
        input.dispatchEvent(new Event('change', { bubbles: true }));";
    page.run(script, vec![json!(table)]).await?;
    page.press("Take the texts").await?;
    let texts = [
        "The soup was cold.",
        "My soup had gone cold.",
        "Parking is free.",
    ];
    let scores = page.scores_of(&texts).await?;
    ensure!(scores[0][1] > 0.7 && scores[0][2] < 0.5, "{scores:?}");
    let saved = String::from_utf8(page.saved_by("Save", "Table (CSV)").await?)?;
    ensure!(saved.contains("My soup had gone cold."), "{saved}");
    Ok(())
}

/// Holds when every file that the page asks for is that of one version, by its `list`.
async fn is_all_of(page: &Page, list: &Value) -> Result<()> {
    let script = "const hex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, '0')).join('');
        const wrong = [];
        for (const [path, hash] of Object.entries(arguments[0])) {
            const answer = await fetch(path);
            const found = hex(await crypto.subtle.digest('SHA-256', await answer.arrayBuffer()));
            if (found !== hash) wrong.push(`${path}: ${answer.status}`);
        }
        return wrong;";
    let script = format!("return (async () => {{ {script} }})();");
    let mut files = list["files"].clone();
    if let Some(files) = files.as_object_mut() {
        // Asked for by a script it is none of the service worker's business.
        files.remove("index.html");
        // The build of the engine that this browser does not take.
        files.retain(|path, _| !path.starts_with("engine/worker-simd"));
    }
    let wrong = page.run(&script, vec![files]).await?;
    ensure!(wrong == json!([]), "not of {}: {wrong}", list["version"]);
    let version = page
        .run(
            "return document.querySelector('[data-version]').dataset.version;",
            Vec::new(),
        )
        .await?;
    ensure!(version == list["version"], "the page is of {version}");
    Ok(())
}

/// Goes to a page of the same host outside the site's folder.
async fn leave(page: &Page) -> Result<()> {
    let url = page.server().url().replace(FOLDER, "/elsewhere");
    Ok(page.driver().goto(url).await?)
}

/// Waits, outside the site's folder, until the version that waited is in place.
async fn taken_over(page: &Page) -> Result<()> {
    let script = "return navigator.serviceWorker.getRegistration(arguments[0])
        .then((found) => Boolean(found) && !found.installing && !found.waiting && found.active?.state === 'activated');";
    page.until("the new version in place", async || {
        let done = page.run(script, vec![json!(FOLDER)]).await?;
        Ok((done == true).then_some(()))
    })
    .await
}

/// Runs a script over the page's own cache; `cache` and `names`, its entries' addresses, are given.
async fn in_cache(page: &Page, script: &str, arguments: Vec<Value>) -> Result<Value> {
    let script = format!(
        "return (async (...given) => {{
            const name = (await caches.keys()).find((name) => name.startsWith('semblance http'));
            const cache = await caches.open(name);
            const names = (await cache.keys()).map((request) => request.url);
            {script}
        }})(...arguments);"
    );
    page.run(&script, arguments).await
}

/// The addresses of what is kept, by the path in the site.
async fn kept(page: &Page) -> Result<BTreeMap<String, String>> {
    let names = in_cache(page, "return names;", Vec::new()).await?;
    let names: Vec<String> = serde_json::from_value(names)?;
    let base = page.server().url();
    let path = |url: &str| {
        let path = url.strip_prefix(&base)?.split('?').next()?;
        Some(if path.is_empty() { "index.html" } else { path }.to_owned())
    };
    Ok(names
        .into_iter()
        .filter_map(|url| Some((path(&url)?, url)))
        .collect())
}

/// Takes an entry out of the cache by a part of its path.
async fn lose(page: &Page, part: &str) -> Result<()> {
    let entries = kept(page).await?;
    let entry = entries.iter().find(|(path, _)| path.contains(part));
    let (_, url) = entry.with_context(|| format!("{part} is not kept"))?;
    let gone = in_cache(page, "return cache.delete(given[0]);", vec![json!(url)]).await?;
    ensure!(gone == true, "{part} is not kept");
    Ok(())
}

/// Waits until the program has taken the shell's place.
async fn starts(page: &Page) -> Result<()> {
    page.by_role("textbox", "Texts").await.map(|_| ())
}

async fn works_without_a_server(site: Site) -> Result<()> {
    visit(site, async |page| {
        first_visit(page).await?;
        stop(page);
        // Before anything is loaded again, and after.
        whole_job(page).await?;
        page.open().await?;
        whole_job(page).await?;
        says(page, READY).await?;
        is_all_of(page, &list(&dist()?)?).await?;
        ensure!(asked(page).is_empty(), "asked for {:?}", asked(page));
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn after_one_visit_the_whole_job_is_done_without_a_server() -> Result<()> {
    works_without_a_server(Site::root()).await
}

/// What the page has just loaded is not downloaded once more to be kept, and the 91 MB of the exact
/// weights are left alone until somebody wants them; from then on they are there, too.
#[tokio::test]
async fn nothing_is_downloaded_twice_or_without_need() -> Result<()> {
    visit(Site::root(), async |page| {
        first_visit(page).await?;
        let received = page.server().received();
        let times = |part: &str| {
            let of_it = received
                .iter()
                .filter(|request| request.path.contains(part));
            of_it.filter(|request| request.status == 200).count()
        };
        let once = ["_bg.wasm", "engine/worker-relaxed", "/model.safetensors"];
        let counts = once.map(times);
        ensure!(counts == [1, 2, 1], "{once:?} were sent {counts:?} times");
        for part in ["worker-simd", "model-f32", "semblance.js", "library"] {
            ensure!(times(part) == 0, "{part} was sent");
        }
        page.choose_model("all-MiniLM-L6-v2", "Exact").await?;
        let exact = "document.querySelector('[role=status]')?.title.includes(', exact')";
        page.wait_for("the exact model", exact).await?;
        stop(page);
        page.open_with_scores().await?;
        page.wait_for("the exact model without a server", exact)
            .await?;
        says(page, READY).await?;
        ensure!(asked(page).is_empty(), "asked for {:?}", asked(page));
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn in_a_folder_and_compressed_too() -> Result<()> {
    works_without_a_server(Site::under(FOLDER).compressed()).await
}

#[tokio::test]
async fn the_first_page_is_taken_on_and_needs_the_server_no_more() -> Result<()> {
    visit(Site::root(), async |page| {
        first_visit(page).await?;
        stop(page);
        page.paste("kept").await?;
        let script = "const input = document.querySelector('input[type=file]');
            const chosen = new DataTransfer();
            chosen.items.add(new File(['id,text\\n1,One is here.\\n2,Two is too.\\n'], 'a.csv'));
            input.files = chosen.files;
            input.dispatchEvent(new Event('change', { bubbles: true }));";
        page.run(script, Vec::new()).await?;
        page.press("Add to the texts").await?;
        page.scores_of(&["kept", "One is here.", "Two is too."])
            .await?;
        ensure!(asked(page).is_empty(), "asked for {:?}", asked(page));
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn a_first_visit_that_breaks_off_heals_at_the_next() -> Result<()> {
    visit(Site::root(), async |page| {
        page.server()
            .plan_fault("engine/importer", Fault::CutAfter(10_000), None);
        page.open_with_scores().await?;
        let registered =
            "return navigator.serviceWorker.getRegistrations().then((all) => all.length);";
        page.until("a try that failed", async || {
            let received = page.server().received();
            let tried = received
                .iter()
                .any(|request| request.path.contains("importer"));
            Ok((tried && page.run(registered, Vec::new()).await? == 0).then_some(()))
        })
        .await?;
        // The rest of the visit goes without a server, and says nothing of all this.
        stop(page);
        page.paste("one text\nanother text").await?;
        page.scores_of(&["one text", "another text"]).await?;
        page.no_errors().await?;
        page.server().clear_faults();
        first_visit(page).await?;
        stop(page);
        whole_job(page).await?;
        ensure!(asked(page).is_empty(), "asked for {:?}", asked(page));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_new_version_takes_over_when_no_page_is_open() -> Result<()> {
    let next = next_version()?;
    visit(Site::under(FOLDER), async |page| {
        first_visit(page).await?;
        page.server().serve_from(next.path());
        // The old version goes on, whole, in this tab and in another, and says what is coming.
        let old = list(&dist()?)?;
        page.open_with_scores().await?;
        says(page, NEWER).await?;
        is_all_of(page, &old).await?;
        let first = page.driver().window().await?;
        let second = page.driver().new_tab().await?;
        page.driver().switch_to_window(second.clone()).await?;
        page.open_with_scores().await?;
        says(page, NEWER).await?;
        is_all_of(page, &old).await?;
        page.driver().close_window().await?;
        page.driver().switch_to_window(first).await?;
        is_all_of(page, &old).await?;
        page.paste("one text\nanother text").await?;
        page.scores_of(&["one text", "another text"]).await?;
        page.no_errors().await?;

        leave(page).await?;
        taken_over(page).await?;
        // All of it was fetched beforehand, what has changed of the model as well.
        stop(page);
        page.open_with_scores().await?;
        says(page, READY).await?;
        let title = page.driver().title().await?;
        ensure!(title.starts_with("Next "), "“{title}”");
        ensure!(asked(page).is_empty(), "asked for {:?}", asked(page));
        page.server().clear_faults();
        is_all_of(page, &list(next.path())?).await?;
        let old = old["version"].as_str().unwrap_or_default().to_owned();
        let script =
            "return caches.keys().then((all) => all.some((name) => name.endsWith(arguments[0])));";
        let script = script.replace("arguments[0]", &json!(old).to_string());
        ensure!(
            page.run(&script, Vec::new()).await? == false,
            "the old version is kept"
        );
        Ok(())
    })
    .await
}

/// The page came from the network, and the service worker that it then got is of the next version.
#[tokio::test]
async fn a_page_is_not_taken_on_by_another_version() -> Result<()> {
    let next = next_version()?;
    visit(Site::under(FOLDER), async |page| {
        page.server().plan_fault(
            "sw.js",
            Fault::Delay(std::time::Duration::from_secs(1)),
            None,
        );
        page.open().await?;
        starts(page).await?;
        page.wait_for(
            "the engine",
            "performance.getEntriesByName('semblance:first-scores').length",
        )
        .await?;
        page.server().serve_from(next.path());
        says(page, NEWER).await?;
        let held = page
            .run(
                "return Boolean(navigator.serviceWorker.controller);",
                Vec::new(),
            )
            .await?;
        ensure!(held == false, "the page was taken on");
        page.no_errors().await?;
        page.open_with_scores().await?;
        is_all_of(page, &list(next.path())?).await
    })
    .await
}

#[tokio::test]
async fn entries_that_are_lost_or_damaged_heal() -> Result<()> {
    visit(Site::root(), async |page| {
        first_visit(page).await?;
        let all = kept(page).await?;
        ensure!(all.len() > 10, "{all:?}");
        for (path, url) in &all {
            lose(page, path).await?;
            page.open().await?;
            starts(page).await?;
            ensure!(
                kept(page).await?.contains_key(path),
                "{path} was not fetched again"
            );
            // What is there under its name is something else.
            let damage = "await cache.put(given[0], new Response('<h1>Something else</h1>'));";
            in_cache(page, damage, vec![json!(url)]).await?;
        }
        page.open_with_scores().await?;
        is_all_of(page, &list(&dist()?)?).await?;
        in_cache(
            page,
            "for (const name of names) await cache.delete(name);",
            Vec::new(),
        )
        .await?;
        first_visit(page).await?;
        ensure!(kept(page).await? == all, "not all is back");
        stop(page);
        whole_job(page).await?;
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn what_is_lost_without_a_network_is_said_and_comes_back() -> Result<()> {
    visit(Site::root(), async |page| {
        first_visit(page).await?;
        for (part, words) in [
            ("boot.js", "boot.js did not arrive"),
            (
                "index.html",
                "Semblance is not whole on this device any more",
            ),
        ] {
            lose(page, part).await?;
            stop(page);
            page.open().await?;
            let alert = page.alert().await?;
            ensure!(alert.contains(words), "{part}: “{alert}”");
            page.server().clear_faults();
            page.open().await?;
            starts(page).await?;
        }
        says(page, READY).await
    })
    .await
}

#[tokio::test]
async fn a_host_that_lost_files_is_told_in_a_sentence() -> Result<()> {
    visit(Site::root(), async |page| {
        first_visit(page).await?;
        // Gone here and there: the page that the server has can't start without it.
        lose(page, "boot.js").await?;
        page.server()
            .plan_fault("boot.js", Fault::Status(404), None);
        page.open().await?;
        let alert = page.alert().await?;
        ensure!(
            alert.contains("boot.js is missing from the web server (404)"),
            "“{alert}”"
        );
        page.server().clear_faults();
        page.open_with_scores().await?;
        says(page, READY).await?;
        // A host that has nothing any more: what is kept goes on.
        page.server().plan_fault("", Fault::Status(404), None);
        page.complaints().await?;
        whole_job(page).await?;
        page.no_errors().await?;
        lose(page, "index.html").await?;
        page.open().await?;
        let alert = page.alert().await?;
        ensure!(alert.contains("may have moved"), "“{alert}”");
        Ok(())
    })
    .await
}

/// The version that is kept is not whole, and the server has only the next: that one is shown, and
/// none of it comes from the cache.
#[tokio::test]
async fn a_version_that_cannot_heal_gives_way_to_the_next() -> Result<()> {
    let next = next_version()?;
    visit(Site::under(FOLDER), async |page| {
        first_visit(page).await?;
        page.server().serve_from(next.path());
        lose(page, "boot.js").await?;
        page.open_with_scores().await?;
        let url = page.driver().current_url().await?;
        ensure!(url.as_str() == page.server().url(), "{url}");
        is_all_of(page, &list(next.path())?).await?;
        page.no_errors().await?;
        let script = "return navigator.serviceWorker.getRegistration().then((found) => Boolean(found?.waiting));";
        page.until("the next version beside the first", async || {
            let waits = page.run(script, Vec::new()).await?;
            Ok((waits == true).then_some(()))
        })
        .await?;
        leave(page).await?;
        taken_over(page).await?;
        first_visit(page).await?;
        stop(page);
        page.open_with_scores().await
    })
    .await
}

#[tokio::test]
async fn without_service_workers_the_page_is_as_before() -> Result<()> {
    visit(Site::root(), async |page| {
        page.keep_nothing().await?;
        page.open_with_scores().await?;
        page.open_with_scores().await?;
        let script = "return [document.querySelector('.offline')?.textContent ?? '', (await caches.keys()).join()];";
        let script = format!("return (async () => {{ {script} }})();");
        let found = page.run(&script, Vec::new()).await?;
        ensure!(found == json!(["", "semblance-models"]), "{found}");
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn the_page_can_be_installed() -> Result<()> {
    visit(Site::under(FOLDER), async |page| {
        first_visit(page).await?;
        let cdp = page.driver().cdp();
        let errors = cdp
            .send_raw("Page.getInstallabilityErrors", json!({}))
            .await?;
        let errors = errors["installabilityErrors"].clone();
        ensure!(errors == json!([]), "{errors}");
        let manifest = cdp.send_raw("Page.getAppManifest", json!({})).await?;
        ensure!(manifest["errors"] == json!([]), "{}", manifest["errors"]);
        page.no_errors().await
    })
    .await
}
