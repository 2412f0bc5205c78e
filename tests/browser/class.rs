//! Class mode: a class predicts, and what the model says is revealed.

use anyhow::{Context, Result, ensure};
use semblance_tests::{Page, Scheme, Site, visit};
use serde_json::{Value, json};
use thirtyfour::Key;

/// The lessons that come along.
const LESSONS: [&str; 6] = [
    "What is alike?",
    "Same word, other sense",
    "It doesn't see “not”",
    "Words in other languages",
    "Fair or not?",
    "How far can you trust a map?",
];

async fn keys(page: &Page, keys: impl Into<thirtyfour::TypingData>) -> Result<()> {
    let actions = page.driver().action_chain().send_keys(keys);
    Ok(actions.perform().await?)
}

/// Enter, to wherever the focus is.
async fn enter(page: &Page) -> Result<()> {
    keys(page, "" + Key::Enter).await
}

async fn text(page: &Page, selector: &str) -> Result<String> {
    let script = "return document.querySelector(arguments[0])?.textContent ?? '';";
    let text = page.run(script, vec![json!(selector)]).await?;
    Ok(text.as_str().unwrap_or_default().to_owned())
}

/// Opens class mode at the list of lessons.
async fn open(page: &Page) -> Result<()> {
    page.press("Class").await?;
    page.wait_for(
        "the lessons",
        "document.querySelectorAll('.class-cards button').length === 6",
    )
    .await
}

/// Goes with Tab to the button whose words begin so, and presses it.
async fn tab_to(page: &Page, words: &str) -> Result<()> {
    let focused = "return document.activeElement?.textContent ?? '';";
    for _ in 0..80 {
        let at = page.run(focused, Vec::new()).await?;
        if at.as_str().unwrap_or_default().starts_with(words) {
            return enter(page).await;
        }
        keys(page, "" + Key::Tab).await?;
    }
    anyhow::bail!("Tab does not lead to “{words}”")
}

/// The class votes for the first option, and everything is revealed.
async fn reveal(page: &Page) -> Result<()> {
    keys(page, "1").await?;
    page.wait_for(
        "a hand",
        "document.querySelector('.class-tally input').value === '1'",
    )
    .await?;
    enter(page).await?;
    page.reads(".class-verdict", "The class").await?;
    enter(page).await?;
    page.wait_for(
        "the model's answer",
        "document.querySelector('.class-option.right')",
    )
    .await
}

/// Nothing has to be scrolled for.
async fn fits(page: &Page, what: &str) -> Result<()> {
    let script = "const body = document.querySelector('.class-body');
        return [body.scrollHeight - body.clientHeight, document.querySelector('dialog.class').scrollWidth - innerWidth];";
    let over = page.run(script, Vec::new()).await?;
    ensure!(over == json!([0, 0]), "{what} is too large: {over}");
    Ok(())
}

async fn accessible(page: &Page, what: &str) -> Result<()> {
    for scheme in [Scheme::Light, Scheme::Dark] {
        page.prefer(scheme).await?;
        let violations = page.serious_violations().await?;
        ensure!(
            violations.is_empty(),
            "{what}, {scheme:?}:\n{}",
            violations.join("\n")
        );
    }
    page.prefer(Scheme::Light).await
}

/// What the notes have the teacher expect is what comes.
#[tokio::test]
async fn each_lesson_comes_out_as_its_notes_say() -> Result<()> {
    visit(Site::root(), async |page| {
        page.open_with_scores().await?;
        page.resize(1280, 720, 1.0).await?;
        for title in LESSONS {
            open(page).await?;
            tab_to(page, title).await?;
            page.reads("#class-title", title).await?;
            tab_to(page, "Begin").await?;
            let count = text(page, ".class-at").await?;
            let count: usize = count.split(" / ").nth(1).context("a number")?.parse()?;
            for question in 1..=count {
                page.reads(".class-at", &format!("{question} / {count}")).await?;
                let what = format!("question {question} of “{title}”");
                fits(page, &what).await?;
                reveal(page).await?;
                fits(page, &what).await?;
                let verdict = text(page, ".class-verdict strong").await?;
                let script = "return [...document.querySelectorAll('.class-texts .class-score')].map((score) => score.textContent).filter(Boolean);";
                let scores: Vec<String> = serde_json::from_value(page.run(script, Vec::new()).await?)?;
                keys(page, "n").await?;
                page.reads(".class-notes", "Expect").await?;
                let notes = text(page, ".class-notes dl").await?;
                keys(page, "n").await?;
                page.wait_for("the question", "document.querySelector('.class-question')").await?;
                // An order is told by its letters and the scores beside the texts.
                let said = match verdict.strip_suffix(").").and_then(|it| it.rsplit_once('(')) {
                    Some((_, score)) => vec![score.to_owned()],
                    None => {
                        let order = verdict.trim_start_matches("The model: ").trim_end_matches('.');
                        [vec![order.replace(" › ", ", ")], scores].concat()
                    }
                };
                ensure!(!said.is_empty(), "{what}: {verdict}");
                for said in said {
                    ensure!(notes.contains(&said), "{what}: {said} is not in “{notes}” ({verdict})");
                }
                enter(page).await?;
            }
            page.reads(".class-summary", "The class and the model").await?;
            fits(page, "the summary").await?;
            enter(page).await?;
            page.wait_for("the page", "!document.querySelector('dialog.class')").await?;
        }
        page.no_errors().await
    })
    .await
}

/// The pictures of docs/teaching.md are what this leaves in `target/browser-tests`.
#[tokio::test]
async fn a_whole_lesson_by_keyboard_alone() -> Result<()> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/browser-tests");
    std::fs::create_dir_all(&folder)?;
    visit(Site::root(), async |page| {
        page.resize(1280, 720, 1.0).await?;
        page.open_with_scores().await?;
        let picture = async |name: &str| {
            // Until what was pressed is drawn.
            page.run("return new Promise((done) => requestAnimationFrame(() => setTimeout(done, 150)));", Vec::new()).await?;
            page.screenshot(&folder.join(format!("class-{name}.png"))).await
        };
        let texts = page.run("return document.querySelector('textarea[aria-label=Texts]').value;", Vec::new()).await?;
        tab_to(page, "Present").await?;
        tab_to(page, "Class").await?;
        page.wait_for("the lessons", "document.querySelector('.class-cards')").await?;
        picture("lessons").await?;
        accessible(page, "the lessons").await?;
        tab_to(page, "It doesn't see").await?;
        page.reads(".class-cover", "6 questions.").await?;
        fits(page, "the cover").await?;
        accessible(page, "the cover").await?;
        keys(page, "n").await?;
        page.reads(".class-notes", "goes against what").await?;
        accessible(page, "the notes").await?;
        keys(page, "n").await?;
        page.wait_for("the cover", "document.querySelector('.class-cover')").await?;
        keys(page, "" + Key::Right).await?;

        // Hands: too many, one taken back, one lowered.
        page.reads(".class-at", "1 / 6").await?;
        keys(page, "11111223333333333333").await?;
        keys(page, "" + Key::Backspace).await?;
        let lowered = page.driver().action_chain().key_down(Key::Shift);
        lowered.send_keys("3").key_up(Key::Shift).perform().await?;
        let hands = "[...document.querySelectorAll('.class-tally input')].map((input) => input.value).join() === '5,2,11'";
        page.wait_for("the hands", hands).await?;
        fits(page, "a question").await?;
        picture("question").await?;
        accessible(page, "a question").await?;
        let places = "return [...document.querySelectorAll('.class-ask, .class-option, .class-option kbd')].map((it) => Object.values(it.getBoundingClientRect().toJSON()).map(Math.round));";
        let before = page.run(places, Vec::new()).await?;
        enter(page).await?;
        page.reads(".class-verdict", "The class: B and C (11 of 18).").await?;
        enter(page).await?;
        page.reads(".class-verdict", "The model: B and C (0.93). They agree.").await?;
        let after = page.run(places, Vec::new()).await?;
        ensure!(before == after, "what is revealed moves things: {before} {after}");
        accessible(page, "an answer").await?;
        enter(page).await?;

        keys(page, "1").await?;
        keys(page, "222222222222").await?;
        keys(page, "" + Key::Right).await?;
        keys(page, "" + Key::Right).await?;
        page.reads(".class-verdict", "The model: above 0.50 (0.78). They differ.").await?;
        picture("answer").await?;
        // Why, a key away: the words are walked by their own keys.
        keys(page, "w").await?;
        page.wait_for("the words", "document.querySelector('.class-why .why-texts')").await?;
        page.reads(".class-why", "Why 0.78?").await?;
        picture("why").await?;
        tab_to(page, "Close").await?;
        page.reads(".class-verdict", "They differ.").await?;
        // Back to the first question and on again: what was revealed stays so.
        keys(page, "" + Key::PageUp).await?;
        page.reads(".class-verdict", "They agree.").await?;
        keys(page, "" + Key::PageDown).await?;
        for question in 3..=6 {
            keys(page, "" + Key::Right).await?;
            page.reads(".class-at", &format!("{question} / 6")).await?;
            keys(page, "2222").await?;
            keys(page, "" + Key::Right).await?;
            keys(page, "" + Key::Right).await?;
            page.wait_for("the model's answer", "document.querySelector('.class-option.right')").await?;
            accessible(page, "another answer").await?;
        }
        keys(page, "" + Key::Right).await?;
        page.reads(".class-summary", "The class and the model agree in 3 of 6 questions.").await?;
        picture("summary").await?;
        accessible(page, "the summary").await?;

        // Left, everything is as it was; and the lesson can be gone on with.
        keys(page, "" + Key::Escape).await?;
        page.wait_for("the page, presented", "!document.querySelector('dialog.class') && document.querySelector('.views.present')").await?;
        let now = page.run("return document.querySelector('textarea[aria-label=Texts]').value;", Vec::new()).await?;
        ensure!(texts == now && texts != Value::Null, "{now}");
        tab_to(page, "Class").await?;
        tab_to(page, "Go on: It doesn't see").await?;
        page.reads(".class-summary", "3 of 6").await?;
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn pupils_answer_by_the_link_without_the_model_and_their_codes_are_counted() -> Result<()> {
    visit(Site::root(), async |page| {
        page.resize(360, 740, 2.0).await?;
        let link = format!("{}#lesson=not", page.address());
        let mut codes = Vec::new();
        for (lesson, answers) in [("not", "311222"), ("not", "2"), ("fair", "12121")] {
            page.driver().goto(link.replace("not", lesson)).await?;
            // The part after # alone would not load the page anew.
            page.driver().refresh().await?;
            page.reads(".class-cover", "you get a code").await?;
            fits(page, "the pupil's cover").await?;
            accessible(page, "the pupil's cover").await?;
            enter(page).await?;
            for (answer, at) in answers.chars().zip(1..) {
                page.reads(".class-at", &format!("{at} /")).await?;
                keys(page, answer.to_string()).await?;
                page.wait_for("the choice", "document.querySelector('.class-option[aria-pressed=true]')").await?;
                accessible(page, "a pupil's question").await?;
                enter(page).await?;
            }
            for _ in answers.len()..6 {
                keys(page, "" + Key::Right).await?;
            }
            page.wait_for("the code", "document.querySelector('.class-code output')?.textContent.length > 6").await?;
            page.by_role("image", "QR code of your code").await?;
            fits(page, "the code").await?;
            accessible(page, "the code").await?;
            codes.push(text(page, ".class-code output").await?);
        }
        let model = page.server().received().iter().any(|it| format!("{it:?}").contains("model"));
        ensure!(!model, "a pupil's device was sent the model");
        page.press("Leave to Semblance itself").await?;
        page.wait_for("the page", "!document.querySelector('dialog.class') && !location.hash").await?;

        page.resize(1280, 720, 1.0).await?;
        page.open_with_scores().await?;
        open(page).await?;
        tab_to(page, LESSONS[2]).await?;
        keys(page, "k").await?;
        let shared = page.by_role("textbox", "Link for pupils").await?.prop("value").await?;
        ensure!(shared.as_deref() == Some(&link), "{shared:?}");
        page.by_role("image", "QR code of the link for pupils").await?;
        accessible(page, "the codes").await?;
        let count = async |code: &str, said: &str| {
            let field = page.by_role("textbox", "Code").await?;
            field.send_keys(Key::Control + "a").await?;
            field.send_keys(code).await?;
            field.send_keys(Key::Enter).await?;
            page.reads(".class-codes", said).await
        };
        let [first, second, other] = &codes[..] else {
            anyhow::bail!("{codes:?}");
        };
        count(&first.to_lowercase().replace('-', " "), "1 code counted.").await?;
        count(first, "counted already").await?;
        count(other, "another lesson").await?;
        count(&second[1..], "codes of this lesson have").await?;
        let wrong = if second.ends_with('7') { "8" } else { "7" };
        count(&format!("{}{wrong}", &second[..second.len() - 1]), "There is a mistake in it").await?;
        count("what?", "is in no code").await?;
        count(second, "2 codes counted.").await?;
        keys(page, "" + Key::Escape).await?;
        page.wait_for("the cover", "document.querySelector('.class-cover')").await?;
        enter(page).await?;
        keys(page, "2").await?;
        page.wait_for("a hand", "document.querySelectorAll('.class-tally input')[1].value === '1'").await?;
        fits(page, "a question with codes").await?;
        enter(page).await?;
        page.reads(".class-verdict", "The class: A and C (2 of 3).").await?;
        let shares = page.run("return [...document.querySelectorAll('.class-count')].map((it) => it.textContent);", Vec::new()).await?;
        ensure!(shares == json!(["0 · 0 %", "2 · 67 %", "1 · 33 %"]), "{shares}");
        page.no_errors().await
    })
    .await
}

const OWN: &str = "# Lesson: Tides\n\nAbout the sea.\n\n> Say: look.\n\n## Above 0.5\n- The sea is rising.\n- The water level goes up.\n> Expect: above.\n\n## Most alike: Which two?\n- The sea is rising.\n- Bread is rising.\n- The water level goes up.\n";

#[tokio::test]
async fn a_lesson_of_ones_own_is_opened_as_a_file_and_goes_along_in_a_link() -> Result<()> {
    visit(Site::root(), async |page| {
        page.open_with_scores().await?;
        page.choose_file("broken.md", &OWN.replace("Above 0.5", "Above 5"))
            .await?;
        page.reads(
            "dialog.class [role=alert]",
            "Line 7: after “Above” comes a number",
        )
        .await?;
        page.press("Close").await?;
        // Other Markdown is texts, as ever.
        page.choose_file("notes.md", "# Notes\n\nOne.\n\nTwo.\n")
            .await?;
        page.press("Cancel").await?;

        page.choose_file("tides.md", OWN).await?;
        page.reads("#class-title", "Tides").await?;
        page.reads(".class-cover", "2 questions.").await?;
        keys(page, "k").await?;
        let link = page
            .by_role("textbox", "Link for pupils")
            .await?
            .prop("value")
            .await?;
        let link = link.context("a link")?;
        ensure!(link.contains("#c1="), "{link}");
        keys(page, "" + Key::Escape).await?;
        tab_to(page, "Put its texts on the page").await?;
        page.holds("The sea is rising.\nThe water level goes up.\n\nBread is rising.")
            .await?;

        page.driver().goto(&link).await?;
        page.driver().refresh().await?;
        page.reads(".class-cover", "About the sea.").await?;
        // What is for the teacher is not in the link.
        page.press("For teachers").await?;
        page.press("Notes").await?;
        page.reads(".class-notes", "This lesson has no notes.")
            .await?;
        keys(page, "" + Key::Escape).await?;
        tab_to(page, "Begin").await?;
        reveal(page).await?;
        page.reads(".class-verdict", "The model: above 0.50")
            .await?;
        page.no_errors().await?;

        page.driver().goto(&link[..link.len() - 40]).await?;
        page.driver().refresh().await?;
        page.reads("dialog.class [role=alert]", "The link is damaged")
            .await
    })
    .await
}

#[tokio::test]
async fn any_texts_are_made_a_lesson_of() -> Result<()> {
    visit(Site::root(), async |page| {
        page.open_with_scores().await?;
        page.resize(1440, 900, 1.0).await?;
        open(page).await?;
        tab_to(page, "Your texts: Topics").await?;
        page.reads(".class-cover", "4 questions.").await?;
        enter(page).await?;
        for question in 1..=4 {
            page.reads(".class-at", &format!("{question} / 4")).await?;
            fits(page, "a question").await?;
            reveal(page).await?;
            fits(page, "an answer").await?;
            enter(page).await?;
        }
        keys(page, "" + Key::Escape).await?;
        page.paste("only one").await?;
        page.wait_for(
            "one text",
            "document.querySelectorAll('.rows tr[data-line]').length === 1",
        )
        .await?;
        open(page).await?;
        ensure!(
            !text(page, ".class-choice").await?.contains("Your texts"),
            "one text is no lesson"
        );
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn a_phone_has_room_for_all_of_it() -> Result<()> {
    visit(Site::root(), async |page| {
        page.open_with_scores().await?;
        page.resize(360, 740, 2.0).await?;
        page.press("More").await?;
        page.press("Class and lessons").await?;
        page.wait_for("the lessons", "document.querySelector('.class-cards')").await?;
        tab_to(page, LESSONS[2]).await?;
        fits(page, "the cover").await?;
        enter(page).await?;
        for question in 1..=6 {
            page.reads(".class-at", &format!("{question} / 6")).await?;
            let small = "return [...document.querySelectorAll('dialog.class button, dialog.class input')].filter((it) => it.checkVisibility()).map((it) => [it.ariaLabel ?? it.textContent, it.getBoundingClientRect()]).filter(([, { width, height }]) => width < 43.5 || height < 39.5).map(([name]) => name);";
            let small = page.run(small, Vec::new()).await?;
            ensure!(small == json!([]), "too small for a finger: {small}");
            reveal(page).await?;
            let wide = "return document.querySelector('.class-body').scrollWidth - document.querySelector('.class-body').clientWidth;";
            ensure!(page.run(wide, Vec::new()).await? == json!(0), "question {question} is too wide");
            accessible(page, "an answer on a phone").await?;
            enter(page).await?;
        }
        page.reads(".class-summary", "The class and the model").await?;
        accessible(page, "the summary on a phone").await?;
        page.no_errors().await
    })
    .await
}
