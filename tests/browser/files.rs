//! Files and pasted tables: what they are read as is shown, and nothing is garbled without a word.

use anyhow::{Result, ensure};
use semblance_import::{Column, write};
use semblance_tests::{Fault, Page, Site, visit};
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

/// Three hundred answers: id, answer, department. Every tenth is the one before it in capitals.
fn survey() -> String {
    let what = [
        "The food in the canteen",
        "My desk",
        "The training",
        "Parking",
        "The new software",
        "My manager",
        "The heating",
        "Our pay",
        "Overtime",
        "The open office",
    ];
    let how = [
        "is good",
        "is too expensive",
        "needs to be better",
        "is not what I was promised",
        "makes my day",
        "is the worst thing here",
    ];
    let when = [
        "",
        ", as everybody says",
        ", since last summer",
        ", I think",
        ", in my opinion",
    ];
    let mut file = String::from("id,answer,department\r\n");
    let mut answers = Vec::new();
    for what in what {
        for how in how {
            answers.extend(when.map(|when| format!("{what} {how}{when}.")));
        }
    }
    let mut answers = answers.into_iter();
    let mut last = String::new();
    for row in 0..300 {
        let answer = match row % 10 {
            9 => last.to_uppercase(),
            _ => answers.next().unwrap_or_default(),
        };
        let department = ["HR", "IT", "Sales"][row % 3];
        file += &format!("{},\"{answer}\",{department}\r\n", 1001 + row);
        last = answer;
    }
    file
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
async fn the_dialog_is_fetched_when_it_is_wanted_and_anew_if_it_did_not_come() -> Result<()> {
    let visit = visit(Site::root(), async |page| {
        page.keep_nothing().await?;
        page.open_with_scores().await?;
        let script = "return performance.getEntriesByType('resource')
            .some((entry) => entry.name.includes('/parts/opening'))";
        let fetched = page.run(script, Vec::new()).await?;
        ensure!(fetched == false, "fetched though nobody opened a file");

        page.offline(true).await?;
        open(page, &[("none.csv", b"id,text\n1,Given up.\n")]).await?;
        let alert = page.alert().await?;
        ensure!(alert.contains("could not be loaded"), "it says “{alert}”");
        page.press("Dismiss").await?;
        open(
            page,
            &[("a.csv", b"id,text\n1,One is here.\n2,Two is too.\n")],
        )
        .await?;
        page.alert().await?;
        page.offline(false).await?;
        page.press("Try again").await?;
        page.press("Take the texts").await?;
        holds(page, &["One is here.", "Two is too."]).await
    });
    visit.await
}

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

/// The whole job of somebody with a spreadsheet, in six clicks: Open, Take the texts, Groups,
/// Found, Save, Table (CSV).
#[tokio::test]
async fn three_hundred_answers_come_back_with_what_was_found() -> Result<()> {
    visit(Site::root(), async |page| {
        page.open_with_scores().await?;
        page.catch_saved().await?;
        let survey = survey();
        open(page, &[("survey.csv", survey.as_bytes())]).await?;
        shows(page, "The food in the canteen is good.").await?;
        page.press("Take the texts").await?;
        let done = "document.querySelector('.row')?.textContent.includes('The food in')
            && document.body.innerText.includes('300 texts')
            && document.querySelector('.map-trust')";
        page.wait_for("a map of the answers", done).await?;
        let click = "[...document.querySelectorAll('.explore button, .explore .switch label')]
            .find((button) => button.textContent.startsWith(arguments[0])).click();";
        page.run(click, vec![json!("Groups")]).await?;
        page.run(click, vec![json!("Found")]).await?;
        let named = "document.querySelectorAll('.explore ol[aria-label=Groups] > li').length > 2";
        page.wait_for("groups with names", named).await?;
        let file = String::from_utf8(page.saved_by("Save", "Table (CSV)").await?)?;
        let read = |file: &str| -> Vec<Vec<String>> {
            let lines = file.trim_start_matches('\u{feff}').lines();
            lines.map(cells).collect()
        };
        let (before, after) = (read(&survey), read(&file));
        let names = after[0].iter().map(String::as_str).collect::<Vec<_>>();
        ensure!(
            names
                == [
                    "id",
                    "answer",
                    "department",
                    "Group",
                    "Nearest text",
                    "Score with nearest",
                    "Oddness",
                    "Duplicates",
                    "Map x",
                    "Map y"
                ],
            "{names:?}"
        );
        ensure!(after.len() == before.len(), "{} rows", after.len());
        for (row, (before, after)) in before.iter().zip(&after).enumerate() {
            ensure!(after[..3] == before[..], "row {row}: {after:?}");
            // The same in capital letters is the same to the model.
            if row > 0 && row % 10 == 0 {
                ensure!(
                    after[4].to_uppercase() == after[1] && after[5] == "1" && !after[7].is_empty(),
                    "{after:?}"
                );
            }
        }
        let groups: std::collections::HashSet<&String> =
            after[1..].iter().map(|cells| &cells[3]).collect();
        ensure!((3..40).contains(&groups.len()), "{groups:?}");
        page.no_errors().await
    })
    .await
}

/// The cells of a line of a CSV file.
fn cells(line: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    for (part, words) in line.split('"').enumerate() {
        let quoted = part % 2 == 1;
        for (at, piece) in words.split(|c| c == ',' && !quoted).enumerate() {
            if at > 0 {
                cells.push(String::new());
            }
            if let Some(cell) = cells.last_mut() {
                cell.push_str(piece);
            }
        }
    }
    cells
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
        page.keep_nothing().await?;
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
        page.keep_nothing().await?;
        page.open_with_scores().await?;
        page.server()
            .plan_fault("engine/importer", Fault::Status(503), None);
        open(page, &[("answers.csv", ANSWERS.as_bytes())]).await?;
        page.by_role("alert", "").await?;
        page.press("Close").await?;
        page.server().clear_faults();
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

#[tokio::test]
async fn a_document_is_taken_by_sentences() -> Result<()> {
    visit(Site::root(), async |page| {
        page.open_with_scores().await?;
        let paragraph = "The library opens at nine. Dr. Ames runs it, with two helpers. ";
        let file = format!(
            "{}\n\nIs there parking? Not on Sundays.\n",
            paragraph.repeat(5).trim_end()
        );
        open(page, &[("leaflet.txt", file.as_bytes())]).await?;
        page.by_role("combobox", "A text is").await?;
        choose(page, "A text is", "a sentence").await?;
        shows(page, "Dr. Ames runs it, with two helpers.").await?;
        page.press("Take the texts").await?;
        let mut lines = [
            "The library opens at nine.",
            "Dr. Ames runs it, with two helpers.",
        ]
        .repeat(5);
        lines.extend(["Is there parking?", "Not on Sundays."]);
        holds(page, &lines).await?;
        // Each knows which paragraph it comes from.
        page.catch_saved().await?;
        let saved = String::from_utf8(page.saved_by("Save", "Table (CSV)").await?)?;
        ensure!(saved.contains("2,Not on Sundays."), "{saved}");
        page.no_errors().await
    })
    .await
}
