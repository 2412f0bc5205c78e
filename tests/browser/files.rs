//! Files and pasted tables: what they are read as is shown, and nothing is garbled without a word.

use anyhow::{Result, ensure};
use semblance_import::{Column, write};
use semblance_tests::{Page, Site, visit};
use serde_json::{Value, json};

/// Chooses files with the header's Open, as if in the browser's dialog.
async fn open(page: &Page, files: &[(&str, &[u8])]) -> Result<()> {
    let files: Vec<Value> = files
        .iter()
        .map(|(name, bytes)| json!({ "name": name, "bytes": bytes }))
        .collect();
    let script = "const input = document.querySelector('input[type=file]');
        const chosen = new DataTransfer();
        for (const { name, bytes } of arguments[0])
            chosen.items.add(new File([new Uint8Array(bytes)], name));
        input.files = chosen.files;
        input.dispatchEvent(new Event('change', { bubbles: true }));";
    page.run(script, vec![json!(files)]).await.map(|_| ())
}

/// Waits until the text box holds exactly these lines.
async fn holds(page: &Page, lines: &[&str]) -> Result<()> {
    let expression = format!(
        "document.querySelector('textarea').value === {}",
        json!(lines.join("\n"))
    );
    page.wait_for("the lines of the file", &expression).await
}

/// The cells of the first rows, once one of them is this.
async fn shows(page: &Page, cell: &str) -> Result<()> {
    let expression = format!(
        "[...document.querySelectorAll('dialog[open] td')].some((td) => td.textContent === {})",
        json!(cell)
    );
    page.wait_for(&format!("the cell “{cell}”"), &expression)
        .await
}

/// Chooses an option by the beginning of its words.
async fn choose(page: &Page, select: &str, option: &str) -> Result<()> {
    let script = "const select = document.querySelector(`dialog[open] select[aria-label='${arguments[0]}']`);
        const at = [...select.options].findIndex((option) => option.text.startsWith(arguments[1]));
        if (at < 0) throw new Error('no such option');
        select.selectedIndex = at;
        select.dispatchEvent(new Event('change', { bubbles: true }));";
    page.run(script, vec![json!(select), json!(option)])
        .await
        .map(|_| ())
}

const ANSWERS: &str = "id,answer,team\r\n1001,\"Good, but\r\nnoisy.\",HR\r\n1002,\"He said \"\"no\"\".\",IT\r\n1003,,IT\r\n1004,The food is cold.,HR\r\n";

#[tokio::test]
async fn a_table_is_taken_by_its_column() -> Result<()> {
    visit(Site::under("/a/folder/"), async |page| {
        page.open_with_scores().await?;
        open(page, &[("answers.csv", ANSWERS.as_bytes())]).await?;
        page.by_role("dialog", "“answers.csv”").await?;
        shows(page, "The food is cold.").await?;
        let said = "document.querySelector('dialog[open]').textContent.includes('3 texts; 1 row has none')";
        page.wait_for("what is left out", said).await?;
        page.press("Take the texts").await?;
        let answers = ["Good, but noisy.", "He said \"no\".", "The food is cold."];
        holds(page, &answers).await?;
        page.scores_of(&answers).await?;
        // The next is added to them, or takes their place; here another column.
        open(page, &[("answers.csv", ANSWERS.as_bytes())]).await?;
        shows(page, "HR").await?;
        choose(page, "Texts", "team").await?;
        page.press("Add to the texts").await?;
        let all = [&answers[..], &["HR", "IT", "IT", "HR"]].concat();
        holds(page, &all).await?;
        page.press("Undo").await?;
        holds(page, &answers).await?;
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn letters_are_never_garbled() -> Result<()> {
    visit(Site::root(), async |page| {
        page.open_with_scores().await?;
        let western = b"Das sch\xf6ne M\xe4dchen gr\xfc\xdft.\nTr\xe8s bien, monsieur.\nEin gro\xdfes Fa\xdf \x96 sch\xf6n.";
        open(page, &[("western.txt", western)]).await?;
        shows(page, "Das schöne Mädchen grüßt.").await?;
        choose(page, "Encoding", "windows-1251").await?;
        shows(page, "Das schцne Mдdchen grьЯt.").await?;
        choose(page, "Encoding", "windows-1252").await?;
        shows(page, "Das schöne Mädchen grüßt.").await?;
        page.press("Take the texts").await?;
        let lines = ["Das schöne Mädchen grüßt.", "Très bien, monsieur.", "Ein großes Faß – schön."];
        holds(page, &lines).await?;

        // これはペンです。 / 今日は天気がいい。
        let japanese = b"\x82\xb1\x82\xea\x82\xcd\x83y\x83\x93\x82\xc5\x82\xb7\x81B\n\x8d\xa1\x93\xfa\x82\xcd\x93V\x8bC\x82\xaa\x82\xa2\x82\xa2\x81B\n";
        open(page, &[("japanese.txt", japanese)]).await?;
        shows(page, "これはペンです。").await?;
        page.press("Replace the texts").await?;
        holds(page, &["これはペンです。", "今日は天気がいい。"]).await?;

        let wide: Vec<u8> = "One line.\nÅnother line.\n"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        open(page, &[("wide.txt", &wide)]).await?;
        shows(page, "Ånother line.").await?;
        page.press("Replace the texts").await?;
        holds(page, &["One line.", "Ånother line."]).await?;
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn plain_text_opens_at_once_and_fetches_nothing() -> Result<()> {
    visit(Site::root(), async |page| {
        page.open_with_scores().await?;
        let quoted = "\"To be, or not to be,\tthat is the question.\"\nid,answer\n";
        let files = [
            ("a.txt", quoted.as_bytes()),
            ("b.txt", "\u{feff}Ünlike.".as_bytes()),
        ];
        open(page, &files).await?;
        let lines = [
            "\"To be, or not to be,\tthat is the question.\"",
            "id,answer",
            "Ünlike.",
        ];
        holds(page, &lines).await?;
        let asked = page.server().received();
        ensure!(
            !asked
                .iter()
                .any(|request| request.path.contains("importer")),
            "the readers were fetched for plain text"
        );
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn what_cannot_be_read_says_why_and_loses_nothing() -> Result<()> {
    visit(Site::root(), async |page| {
        page.open_with_scores().await?;
        page.paste("My own text.\nAnother one.").await?;
        let picture = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01";
        let files: [(&str, &[u8]); 3] = [
            ("picture.txt", picture),
            ("empty.csv", b""),
            ("table.tsv", b"text\tn\nA kitten sleeps.\t1\nA dog barks.\t2\n"),
        ];
        open(page, &files).await?;
        page.by_role("dialog", "“picture.txt”").await?;
        let said = |words: &str| {
            format!("document.querySelector('dialog[open] [role=alert]')?.textContent.includes('{words}')")
        };
        page.wait_for("what it is", &said("PNG picture")).await?;
        page.press("Close").await?;
        page.by_role("dialog", "“empty.csv”").await?;
        page.wait_for("that it is empty", &said("nothing in it")).await?;
        page.press("Close").await?;
        // The files after it are opened all the same.
        shows(page, "A dog barks.").await?;
        page.press("Cancel").await?;
        page.wait_for("no dialog", "!document.querySelector('dialog[open]')").await?;
        holds(page, &["My own text.", "Another one."]).await?;
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn readers_that_cannot_be_fetched_can_be_tried_again() -> Result<()> {
    visit(Site::root(), async |page| {
        page.open_with_scores().await?;
        page.offline(true).await?;
        open(page, &[("answers.csv", ANSWERS.as_bytes())]).await?;
        page.by_role("alert", "").await?;
        page.press("Close").await?;
        page.offline(false).await?;
        open(page, &[("answers.csv", ANSWERS.as_bytes())]).await?;
        shows(page, "The food is cold.").await?;
        page.press("Take the texts").await?;
        holds(
            page,
            &["Good, but noisy.", "He said \"no\".", "The food is cold."],
        )
        .await
    })
    .await
}

#[tokio::test]
async fn a_spreadsheet_opens() -> Result<()> {
    visit(Site::root(), async |page| {
        page.open_with_scores().await?;
        let columns = [
            Column::of("number", ["1", "2"])?,
            Column::of("comment", ["Lovely staff.", "Long queues\nat noon."])?,
        ];
        open(page, &[("survey.xlsx", &write::xlsx(&columns)?)]).await?;
        shows(page, "Lovely staff.").await?;
        page.press("Take the texts").await?;
        holds(page, &["Lovely staff.", "Long queues at noon."]).await?;
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn pasted_cells_are_a_table_and_pasted_lines_are_lines() -> Result<()> {
    visit(Site::root(), async |page| {
        page.open_with_scores().await?;
        page.paste("").await?;
        let paste = "const box = document.querySelector('textarea');
            const clipboardData = new DataTransfer();
            clipboardData.setData('text/plain', arguments[0]);
            box.focus();
            box.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));";
        let cells = "1\t\"two\nlines\"\tHR\n2\tone line of it\tIT\n3\tanother line\tIT\n";
        page.run(paste, vec![json!(cells)]).await?;
        page.by_role("dialog", "What was pasted").await?;
        shows(page, "one line of it").await?;
        page.press("Take the texts").await?;
        holds(page, &["two lines", "one line of it", "another line"]).await?;
        page.no_errors().await
    })
    .await
}
