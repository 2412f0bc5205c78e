//! Fields: the columns that texts came with, as what to colour, filter, group and sort them by.

use anyhow::{Result, ensure};
use semblance_tests::{Page, Scheme, Site, visit};
use serde_json::json;

/// An answer of the survey: id, answer, department, age, date.
type Answer = [String; 5];

/// Three hundred answers, some without a department or an age.
fn answers() -> Vec<Answer> {
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
        " as everybody says",
        " since last summer",
        " I think",
        " in my opinion",
    ];
    let departments = ["Sales", "IT", "HR", "IT", "Finance", "Sales", ""];
    let answer = |at: usize| {
        let text = format!("{} {}{}.", what[at % 10], how[at / 10 % 6], when[at / 60]);
        let age = match at % 23 {
            5 => String::new(),
            _ => (18 + at * 7 % 50).to_string(),
        };
        let date = format!("2024-{:02}-{:02}", 1 + at % 12, 1 + at % 28);
        let department = departments[at % 7].to_owned();
        [(1001 + at).to_string(), text, department, age, date]
    };
    (0..300).map(answer).collect()
}

fn csv(answers: &[Answer]) -> String {
    let rows = answers.iter().map(|cells| cells.join(",") + "\n");
    format!(
        "id,answer,department,age,date\n{}",
        rows.collect::<String>()
    )
}

fn of<'a>(answers: &'a [Answer], department: &'a str) -> impl Iterator<Item = &'a Answer> {
    answers.iter().filter(move |answer| answer[2] == department)
}

/// Opens a file and takes its texts.
async fn take(page: &Page, name: &str, file: &str, button: &str) -> Result<()> {
    page.choose_file(name, file).await?;
    let there = "document.querySelector('dialog[open] .along')";
    page.wait_for("the columns that come along", there).await?;
    page.press(button).await
}

/// Waits until there is a map of so many texts, and what stands beside each.
async fn found(page: &Page, texts: usize) -> Result<()> {
    let done = format!(
        "document.body.innerText.includes('{texts} texts') && document.querySelector('.map-trust')
            && document.querySelector('.near-score .score')"
    );
    page.wait_for("a map of the answers", &done).await
}

/// Chooses an option by its words, or the beginning of these.
async fn choose(page: &Page, select: &str, option: &str) -> Result<()> {
    let there = format!(
        "[...document.querySelectorAll(`select[aria-label='{select}'] option`)].some((option) => option.text.startsWith('{option}'))"
    );
    page.wait_for(&format!("the option “{option}”"), &there)
        .await?;
    let script = "const select = document.querySelector(`select[aria-label='${arguments[0]}']`);
        select.selectedIndex = [...select.options].findIndex((option) => option.text.startsWith(arguments[1]));
        select.dispatchEvent(new Event('change', { bubbles: true }));";
    page.run(script, vec![json!(select), json!(option)])
        .await
        .map(|_| ())
}

/// Waits until the legend says exactly this.
async fn legend(page: &Page, entries: &[String]) -> Result<()> {
    let expression = format!(
        "JSON.stringify([...document.querySelectorAll('.map-legend .legend-group')].map((it) => it.textContent)) === {}",
        json!(serde_json::to_string(entries)?)
    );
    page.wait_for("the legend", &expression).await
}

/// Ticks a box by its name.
async fn tick(page: &Page, name: &str) -> Result<()> {
    page.by_role("checkbox", name).await?.click().await?;
    Ok(())
}

async fn strings(page: &Page, script: &str) -> Result<Vec<String>> {
    let found = page.run(&format!("return {script};"), vec![]).await?;
    Ok(serde_json::from_value(found)?)
}

const SCORES: &str = "[...document.querySelectorAll('.row')].map((row) =>
    row.querySelector('.near-score').textContent + row.querySelector('.odd').textContent)";
const SHOWN: &str =
    "[...document.querySelectorAll('.row:not(.out) .mirror')].map((it) => it.textContent)";
/// What stands in the last column of each row.
const LAST: &str = "[...document.querySelectorAll('.row')].map((row) => [...row.querySelectorAll('.own')].at(-1)?.textContent)";

/// The whole job: colour, filter, group, sort, come back later, take the table home.
#[tokio::test]
async fn a_survey_is_coloured_filtered_grouped_sorted_and_taken_home() -> Result<()> {
    visit(Site::root(), async |page| {
        page.open_with_scores().await?;
        let answers = answers();
        take(page, "survey.csv", &csv(&answers), "Take the texts").await?;
        found(page, 300).await?;

        choose(page, "Colour by", "department").await?;
        let entries = ["Finance", "HR", "IT", "Sales"];
        let counted = |name: &str| format!("{name}{}", of(&answers, name).count());
        let mut expected: Vec<String> = entries.map(counted).to_vec();
        expected.push(format!("no value{}", of(&answers, "").count()));
        legend(page, &expected).await?;

        // A filter leaves texts and scores alone.
        let before = (page.run("return document.querySelector('textarea').value;", vec![]).await?, strings(page, SCORES).await?);
        page.press("Filter by department").await?;
        tick(page, "Only Sales").await?;
        let sales: Vec<String> = of(&answers, "Sales").map(|it| it[1].clone()).collect();
        let chip = format!("department: Sales· {} of 300", sales.len());
        let shown = format!("document.querySelector('.texts .chip')?.textContent.startsWith('{chip}') && document.querySelector('.map .chip')");
        page.wait_for("what is shown", &shown).await?;
        ensure!(strings(page, SHOWN).await? == sales, "other texts are shown");
        let after = (page.run("return document.querySelector('textarea').value;", vec![]).await?, strings(page, SCORES).await?);
        ensure!(before == after, "the filter changed texts or scores");

        page.press("Group by it").await?;
        let groups = "document.querySelectorAll('.explore ol[aria-label=Groups] > li').length === 4
            && document.querySelector('.editor.with-groups .group')?.textContent";
        page.wait_for("groups by department", groups).await?;

        // Sorted by age: texts without one come last.
        page.press("Columns").await?;
        tick(page, "age").await?;
        page.by_role("textbox", "Texts").await?.focus().await?;
        page.wait_for("the column", "document.querySelector('.row .own')").await?;
        page.press("age").await?;
        let mut ages: Vec<&str> = answers.iter().map(|it| it[3].as_str()).collect();
        ages.sort_by_key(|age| (age.is_empty(), *age));
        let sorted = format!("JSON.stringify({LAST}) === {}", json!(serde_json::to_string(&ages)?));
        page.wait_for("the order of ages", &sorted).await?;
        let texts = strings(page, "document.querySelector('textarea').value.split('\\n')").await?;
        page.keeps(&texts[..3].join("\n")).await?;
        page.keeps("department").await?;

        page.open().await?;
        found(page, 300).await?;
        page.wait_for("what is shown, again", &shown).await?;
        page.wait_for("the order of ages, again", &sorted).await?;
        page.wait_for("groups, again", "document.querySelector('.editor.with-groups .group')?.textContent").await?;
        page.catch_saved().await?;
        let file = String::from_utf8(page.saved_by("Save", "Table (CSV)").await?)?;
        let lines: Vec<Vec<&str>> = file
            .trim_start_matches('\u{feff}')
            .lines()
            .map(|line| line.split(',').collect())
            .collect();
        ensure!(lines[0][..6] == ["id", "answer", "department", "age", "date", "Group"], "{:?}", lines[0]);
        let mut back: Vec<Answer> = Vec::new();
        for line in &lines[1..] {
            ensure!(line[5] == line[2], "the group of {line:?}");
            back.push(std::array::from_fn(|at| line[at].to_owned()));
        }
        back.sort();
        ensure!(back == answers, "other rows came back");

        // All are shown again.
        page.run("document.querySelector('.texts .chip .tool').click();", vec![])
            .await?;
        page.wait_for("all texts", "!document.querySelector('.row.out, .chip')").await?;
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn columns_stay_behind_or_are_taken_for_something_else() -> Result<()> {
    visit(Site::root(), async |page| {
        page.open_with_scores().await?;
        let answers = &answers()[..60];
        page.choose_file("survey.csv", &csv(answers)).await?;
        page.wait_for("the columns", "document.querySelector('dialog[open] .along')")
            .await?;
        let kinds = "[...document.querySelectorAll('.along select')].map((it) => it.selectedOptions[0].text)";
        let kinds = strings(page, kinds).await?;
        ensure!(kinds == ["Numbers", "Categories", "Numbers", "Dates"], "{kinds:?}");
        tick(page, "id").await?;
        choose(page, "Values of age", "Categories").await?;
        page.press("Take the texts").await?;
        found(page, 60).await?;
        choose(page, "Colour by", "age").await?;
        let first = "document.querySelector('.map-legend .legend-group .words')?.textContent";
        page.wait_for("ages as categories", &format!("{first} === '18'")).await?;
        let offered = strings(page, "[...document.querySelector('select[aria-label=\"Colour by\"]').options].map((it) => it.text)").await?;
        ensure!(offered[5..] == ["department", "age", "date"], "{offered:?}");
        page.catch_saved().await?;
        let file = String::from_utf8(page.saved_by("Save", "Table (CSV)").await?)?;
        ensure!(file.trim_start_matches('\u{feff}').starts_with("answer,department,age,date,"), "{file:.80}");
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn columns_of_several_files_are_one_field_and_outlive_edits() -> Result<()> {
    visit(Site::root(), async |page| {
        page.open_with_scores().await?;
        let answers = answers();
        take(page, "a.csv", &csv(&answers[..40]), "Take the texts").await?;
        found(page, 40).await?;
        let more: String = (0..20)
            .map(|at| format!("Answer {at} is of another year,{}\n", ["Sales", "Legal"][at % 2]))
            .collect();
        take(page, "b.csv", &format!("answer,department\n{more}"), "Add to the texts").await?;
        found(page, 60).await?;
        choose(page, "Colour by", "department").await?;
        let counted = |name: &str, more: usize| {
            format!("{name}{}", of(&answers[..40], name).count() + more)
        };
        let all = |sales: usize| {
            vec![
                counted("Finance", 0),
                counted("HR", 0),
                counted("IT", 0),
                "Legal10".to_owned(),
                counted("Sales", sales),
                counted("no value", of(&answers[..40], "").count()),
            ]
        };
        legend(page, &all(10)).await?;
        // An edited line is still the same text, and one that is typed has no department.
        let edit = "const box = document.querySelector('textarea');
            box.focus();
            box.setRangeText(' Or so.', box.value.indexOf('\\n'), box.value.indexOf('\\n'), 'end');
            box.setRangeText('\\nTyped here.', box.value.length, box.value.length, 'end');
            box.dispatchEvent(new InputEvent('input', { bubbles: true, inputType: 'insertText' }));";
        page.run(edit, vec![]).await?;
        found(page, 61).await?;
        let mut typed = all(10);
        typed[5] = counted("no value", of(&answers[..40], "").count() + 1);
        legend(page, &typed).await?;

        // What a legend says is what it selects.
        page.press("Legal 10").await?;
        let selected = "document.querySelector('.explore [role=log]').textContent === '10 texts selected'";
        page.wait_for("the selection", selected).await?;
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn a_text_tells_its_columns_and_is_found_by_them() -> Result<()> {
    visit(Site::root(), async |page| {
        page.open_with_scores().await?;
        let answers = &answers()[..10];
        take(page, "a.csv", &csv(answers), "Take the texts").await?;
        page.wait_for("scores", "document.querySelectorAll('.row .cell').length === 100")
            .await?;
        page.run("document.querySelectorAll('.row .number')[1].click();", vec![])
            .await?;
        let record = "[...document.querySelectorAll('.record div')].map((it) => it.innerText.split(/\\s+/).join('='))";
        let [id, _, department, age, date] = &answers[1];
        let expected = [
            format!("id={id}"),
            format!("department={department}"),
            format!("age={age}"),
            format!("date={date}"),
        ];
        page.wait_for(
            "the columns of the text",
            &format!("JSON.stringify({record}) === {}", json!(serde_json::to_string(&expected)?)),
        )
        .await?;
        for (sought, count) in [
            ("Department: sales", of(answers, "Sales").count()),
            ("age: > 30", answers.iter().filter(|it| it[3].parse().is_ok_and(|age: u32| age >= 30)).count()),
            ("date: 2024-03", 1),
        ] {
            let type_it = "const box = document.querySelector('#find');
                box.value = arguments[0];
                box.dispatchEvent(new InputEvent('input', { bubbles: true }));";
            page.run(type_it, vec![json!(sought)]).await?;
            let found = format!("document.querySelector('.find-found output')?.textContent.startsWith('{count} of 10 texts')");
            page.wait_for(sought, &found).await?;
        }
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn every_part_of_fields_is_accessible() -> Result<()> {
    visit(Site::root(), async |page| {
        page.open_with_scores().await?;
        page.choose_file("survey.csv", &csv(&answers()[..60]))
            .await?;
        page.wait_for(
            "the columns",
            "document.querySelector('dialog[open] .along')",
        )
        .await?;
        let check = async |what: &str| -> Result<()> {
            let violations = page.serious_violations().await?;
            ensure!(violations.is_empty(), "{what}: {}", violations.join("\n"));
            Ok(())
        };
        check("the preview").await?;
        page.press("Take the texts").await?;
        found(page, 60).await?;
        choose(page, "Colour by", "age").await?;
        page.wait_for(
            "the scale",
            "document.querySelector('.map-legend .map-scale')",
        )
        .await?;
        page.press("Filter by age").await?;
        page.wait_for("ages", "document.querySelector('.histogram')")
            .await?;
        check("numbers").await?;
        choose(page, "Field", "department").await?;
        tick(page, "Only IT").await?;
        page.press("Show as column").await?;
        page.wait_for("the column", "document.querySelector('.row .own')")
            .await?;
        for scheme in [Scheme::Light, Scheme::Dark] {
            page.prefer(scheme).await?;
            check("a filter").await?;
        }
        page.press("Columns").await?;
        page.wait_for(
            "the menu",
            "document.querySelector('.column-heads .menu-panel')",
        )
        .await?;
        check("the choice of columns").await?;
        page.no_errors().await
    })
    .await
}
