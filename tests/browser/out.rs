//! What a person takes along: scores, lists, vectors, the whole workspace.

use anyhow::{Context, Result, ensure};
use semblance_tests::{Page, Site, visit};
use serde_json::{Value, json};

const TEXTS: [&str; 5] = [
    "=1+1 is a formula, or not",
    "The cat sat on the mat.",
    "A cat was sitting on a mat.",
    "Share prices fell, \"sharply\".",
    "שלום 👩‍👩‍👧 e\u{301}",
];

/// Opens the page with the texts, once they have scores.
async fn open_with_texts(page: &Page) -> Result<()> {
    page.open_with_scores().await?;
    page.paste(&TEXTS.join("\n")).await?;
    has_scores_of(page, TEXTS.len()).await?;
    page.catch_saved().await
}

async fn has_scores_of(page: &Page, count: usize) -> Result<()> {
    let status = format!(
        "document.querySelector('[role=status]').textContent.replace(/\\s/g, '').startsWith('{count}texts')"
    );
    page.wait_for("all scores", &status).await
}

/// The lines of a CSV file that Excel reads as UTF-8.
async fn csv(page: &Page, item: &str) -> Result<Vec<String>> {
    let text = String::from_utf8(page.saved_by("Save", item).await?)?;
    let text = text.strip_prefix('\u{feff}').context("no mark")?;
    Ok(text.lines().map(str::to_owned).collect())
}

/// Chooses a file of any bytes.
async fn choose(page: &Page, name: &str, bytes: &[u8]) -> Result<()> {
    let script = "const input = document.querySelector('input[type=file]');
        const chosen = new DataTransfer();
        chosen.items.add(new File([new Uint8Array(arguments[1])], arguments[0]));
        input.files = chosen.files;
        input.dispatchEvent(new Event('change', { bubbles: true }));";
    page.run(script, vec![json!(name), json!(bytes)]).await?;
    Ok(())
}

#[tokio::test]
async fn scores_can_be_taken_along() -> Result<()> {
    visit(Site::root(), async |page| {
        open_with_texts(page).await?;
        let matrix = csv(page, "All scores (CSV)").await?;
        ensure!(matrix.len() == 6 && matrix[0].starts_with("Text,\"'=1+1 is"), "{matrix:?}");
        ensure!(matrix[1].starts_with("\"'=1+1 is a formula, or not\",1,"), "{matrix:?}");

        let nearest = csv(page, "Nearest ten of each (CSV)").await?;
        ensure!(nearest[0] == "Text,Rank,Score,Near text", "{nearest:?}");
        // Five texts have four others each.
        ensure!(nearest.len() == 21, "{nearest:?}");
        let of_cat = nearest.iter().find(|line| line.starts_with("The cat")).context("no cat")?;
        ensure!(of_cat.starts_with("The cat sat on the mat.,1,0."), "{of_cat}");
        ensure!(of_cat.ends_with(",A cat was sitting on a mat."), "{of_cat}");

        let pairs = csv(page, "Pairs of texts (CSV)").await?;
        ensure!(pairs.len() == 2 && pairs[1].contains("The cat sat on the mat.,A cat"), "{pairs:?}");
        page.press("Save").await?;
        page.by_role("spinbutton", "Pairs from a score of").await?;
        let least = "const input = document.querySelector('.out input');
            input.value = -1;
            input.dispatchEvent(new Event('change', { bubbles: true }));";
        page.run(least, vec![]).await?;
        page.run("window.saved.length = 0;", vec![]).await?;
        page.press("Pairs of texts (CSV)").await?;
        page.wait_for("the file", "window.saved.length > 0").await?;
        let lines = "return new TextDecoder().decode(new Uint8Array(window.saved[0])).trim().split('\\r\\n').length;";
        ensure!(page.run(lines, vec![]).await? == 11);
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn lists_paste_into_spreadsheets() -> Result<()> {
    visit(Site::root(), async |page| {
        open_with_texts(page).await?;
        page.run(
            "navigator.clipboard.write = async ([item]) => {
                const read = async (type) => (await item.getType(type)).text();
                window.copied = [await read('text/plain'), await read('text/html')];
            };",
            vec![],
        )
        .await?;
        let copied = async |item: &str| -> Result<[String; 2]> {
            page.run("window.copied = undefined;", vec![]).await?;
            page.press("Save").await?;
            page.press(item).await?;
            page.wait_for("a copy", "window.copied").await?;
            page.says("Copied").await?;
            Ok(serde_json::from_value(
                page.run("return window.copied;", vec![]).await?,
            )?)
        };
        let [text, html] = copied("Copy table").await?;
        ensure!(
            text.starts_with("Text\tGroup\tNearest text\t")
                || text.starts_with("Text\tNearest text\t"),
            "{text}"
        );
        ensure!(text.contains("\n'=1+1 is a formula, or not\t"), "{text}");
        ensure!(
            text.contains("\n\"Share prices fell, \"\"sharply\"\".\"\t"),
            "{text}"
        );
        ensure!(
            html.contains("<td>Share prices fell, &quot;sharply&quot;.</td>"),
            "{html}"
        );
        let [text, _] = copied("Copy most alike pairs").await?;
        ensure!(text.starts_with("Score\tText\tOther text\n0."), "{text}");

        page.paste("one day\none day\n\nanother thing").await?;
        has_scores_of(page, 3).await?;
        let [text, _] = copied("Copy duplicates").await?;
        ensure!(text == "Set\tText\n1\tone day\n1\tone day\n", "{text}");
        let [text, _] = copied("Copy groups").await?;
        ensure!(
            text.lines().count() == 4 && text.starts_with("Group\tText\n"),
            "{text}"
        );
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn a_matrix_that_is_too_large_is_refused_with_what_to_do() -> Result<()> {
    visit(Site::root(), async |page| {
        page.open_with_scores().await?;
        let texts: Vec<String> = (0..2_001).map(|at| format!("{at}")).collect();
        page.paste(&texts.join("\n")).await?;
        has_scores_of(page, 2_001).await?;
        page.press("Save").await?;
        page.press("All scores (CSV)").await?;
        page.says("Save pairs or the nearest texts instead").await?;
        page.catch_saved().await?;
        let nearest = csv(page, "Nearest ten of each (CSV)").await?;
        ensure!(nearest.len() == 20_011, "{}", nearest.len());
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn vectors_can_be_taken_along() -> Result<()> {
    visit(Site::root(), async |page| {
        open_with_texts(page).await?;
        let npy = page.saved_by("Save", "Vectors for NumPy (NPY)").await?;
        ensure!(npy.starts_with(b"\x93NUMPY") && npy.len() == 128 + 5 * 1_536);
        let lines = page.saved_by("Save", "Vectors (JSON Lines)").await?;
        for (text, line) in TEXTS.iter().zip(String::from_utf8(lines)?.lines()) {
            let line: Value = serde_json::from_str(line)?;
            ensure!(line["text"] == *text, "{line}");
            ensure!(line["vector"].as_array().is_some_and(|it| it.len() == 384));
        }
        let projector = page
            .saved_by("Save", "For the Embedding Projector (ZIP)")
            .await?;
        ensure!(projector.starts_with(b"PK"));
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn everything_comes_back_from_one_file() -> Result<()> {
    visit(Site::root(), async |page| {
        open_with_texts(page).await?;
        page.choose_file("a.csv", "id,answer,team\n7,\"One, is here.\",HR\n8,Two is too.,IT\n")
            .await?;
        page.press("Replace the texts").await?;
        page.holds("One, is here.\nTwo is too.").await?;
        page.paste("One, is here.\n\nTwo is too.\n\n=3").await?;
        has_scores_of(page, 3).await?;
        let table = csv(page, "Table (CSV)").await?;
        let vectors = page.saved_by("Save", "Vectors for NumPy (NPY)").await?;
        let file = page.saved_by("Save", "Everything (.semblance)").await?;

        // On another device, as it were.
        page.run(
            "return new Promise((done) => indexedDB.deleteDatabase('semblance').onsuccess = done).then(() => 0);",
            vec![],
        )
        .await?;
        page.open_with_scores().await?;
        page.catch_saved().await?;
        choose(page, "lesson.semblance", &file).await?;
        page.holds("One, is here.\n\nTwo is too.\n\n=3").await?;
        has_scores_of(page, 3).await?;
        ensure!(csv(page, "Table (CSV)").await? == table, "{table:?}");
        ensure!(table[0].starts_with("id,answer,team,"), "{table:?}");
        ensure!(page.saved_by("Save", "Vectors for NumPy (NPY)").await? == vectors);
        page.keeps("Two is too.").await?;
        page.open().await?;
        page.holds("One, is here.\n\nTwo is too.\n\n=3").await?;
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn a_file_that_is_damaged_changes_nothing_and_says_why() -> Result<()> {
    visit(Site::root(), async |page| {
        open_with_texts(page).await?;
        let file = page.saved_by("Save", "Everything (.semblance)").await?;
        for (bytes, why) in [
            (&file[..file.len() / 2], "cut off"),
            (b"one\ntwo".as_slice(), "it is no archive"),
        ] {
            choose(page, "a.semblance", bytes).await?;
            page.wait_for(
                why,
                &format!("document.querySelector('dialog[open] [role=alert]')?.textContent.includes('{why}')"),
            )
            .await?;
            page.press("Close").await?;
        }
        page.holds(&TEXTS.join("\n")).await?;
        page.no_errors().await
    })
    .await
}
