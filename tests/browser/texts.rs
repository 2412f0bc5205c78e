//! Texts in, scores and a map out, as a person does it; and texts that nobody expects.

use anyhow::{Result, ensure};
use semblance_tests::{Site, visit};
use thirtyfour::Key;

#[tokio::test]
async fn typing_a_line_adds_a_text() -> Result<()> {
    visit(Site::under("/some/folder/"), async |page| {
        page.open_with_scores().await?;
        page.paste("A man is playing a guitar.\nSomeone plays a musical instrument.")
            .await?;
        let texts = [
            "A man is playing a guitar.",
            "Someone plays a musical instrument.",
        ];
        let before = page.scores_of(&texts).await?;
        ensure!((0.3..0.95).contains(&before[0][1]), "{before:?}");

        let typed = page.by_role("textbox", "Texts").await?;
        typed
            .send_keys(Key::End + "\nThe stock market fell." + "\nThe stock market fell.")
            .await?;
        let texts = [
            texts[0],
            texts[1],
            "The stock market fell.",
            "The stock market fell.",
        ];
        let after = page.scores_of(&texts).await?;
        ensure!(after[0][1] == before[0][1], "a score changed by company");
        ensure!(after[2][3] == 1.0, "equal texts score exactly 1");
        ensure!(after[0][2] < after[0][1], "unlike texts score less");

        let status = page.status().await?;
        ensure!(status.starts_with("4 texts"), "{status}");
        ensure!(status.contains("0 requests to elsewhere"), "{status}");
        // So few texts lie far apart on any map.
        ensure!(!page.shows("region", "Map").await?, "a map of four texts");
        typed
            .send_keys(Key::End + "\nPrices rose in Tokyo.")
            .await?;
        page.by_role("region", "Map").await?;
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn a_selected_text_is_marked_in_every_view() -> Result<()> {
    visit(Site::root(), async |page| {
        page.open_with_scores().await?;
        page.run(
            "document.querySelector('table tbody tr[data-line]:nth-child(2) .number').click();",
            Vec::new(),
        )
        .await?;
        page.wait_for(
            "the row and the gutter marked",
            "document.querySelectorAll('[data-selected]').length >= 2",
        )
        .await?;
        page.wait_for("its neighbours", "document.querySelector('.neighbours li')")
            .await?;
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn every_sample_can_be_chosen() -> Result<()> {
    visit(Site::root(), async |page| {
        page.open_with_scores().await?;
        let count = page
            .run("return document.querySelectorAll('.sample-picker option:not([disabled])').length;", Vec::new())
            .await?
            .as_u64()
            .unwrap_or(0);
        ensure!(count >= 6, "{count} samples");
        for index in 0..count {
            let script = format!(
                "const picker = document.querySelector('.sample-picker select');
                 picker.value = '{index}';
                 picker.dispatchEvent(new Event('change', {{ bubbles: true }}));
                 return document.querySelector('.rows tbody th')?.title;"
            );
            page.run(&script, Vec::new()).await?;
            page.wait_for(
                "the sample's scores",
                "(() => { const lines = document.querySelector('textarea').value.split('\\n').filter((line) => line.trim());
                    const rows = [...document.querySelectorAll('.rows tbody th')].map((th) => th.title);
                    return rows.length === lines.length && rows.every((row, i) => row === lines[i]); })()",
            )
            .await?;
        }
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn odd_texts_get_scores_and_are_kept() -> Result<()> {
    visit(Site::root(), async |page| {
        page.open_with_scores().await?;
        let texts = [
            "👩‍👩‍👧 🎉🎉",
            "שלום עולם",
            "مرحبا بالعالم",
            "你好，世界",
            "?!… —",
            "e\u{301}e\u{301}\u{301}\u{301}\u{301}",
            "constructor",
            "<b>not bold</b> & \"quoted\"",
        ];
        page.paste(&texts.join("\n")).await?;
        let scores = page.scores_of(&texts).await?;
        ensure!(
            scores
                .iter()
                .flatten()
                .all(|score| (-1.0..=1.0).contains(score)),
            "{scores:?}"
        );
        // A NUL byte and a lone surrogate, which no Rust string can hold.
        page.run(
            "const box = document.querySelector('textarea');
             box.value = 'nul \\0 inside\\nlone \\ud800 surrogate\\nplain';
             box.dispatchEvent(new InputEvent('input', { bubbles: true }));",
            Vec::new(),
        )
        .await?;
        page.wait_for(
            "scores of three texts",
            "document.querySelectorAll('.rows tr[data-line]').length === 3",
        )
        .await?;
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn one_line_of_five_megabytes() -> Result<()> {
    visit(Site::root(), async |page| {
        page.open_with_scores().await?;
        page.run(
            "const box = document.querySelector('textarea');
             box.value = 'short\\n' + 'word '.repeat(1_000_000);
             box.dispatchEvent(new InputEvent('input', { bubbles: true }));",
            Vec::new(),
        )
        .await?;
        page.wait_for(
            "scores of two texts",
            "document.querySelectorAll('.rows tr[data-line]').length === 2",
        )
        .await?;
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn a_large_paste_is_in_the_text_box() -> Result<()> {
    visit(Site::root(), async |page| {
        page.open_with_scores().await?;
        // 30,000 bytes: the page puts it in, not the browser.
        page.run(
            "const box = document.querySelector('textarea');
             const clipboardData = new DataTransfer();
             const lines = Array.from({ length: 30 }, (_, i) => `${i} ` + 'word '.repeat(200));
             clipboardData.setData('text/plain', lines.join('\\n'));
             box.focus();
             box.select();
             box.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));",
            Vec::new(),
        )
        .await?;
        page.wait_for(
            "the lines in the box",
            "document.querySelector('textarea').value.split('\\n').length === 30",
        )
        .await?;
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn a_hundred_thousand_lines_can_be_stopped() -> Result<()> {
    visit(Site::root(), async |page| {
        page.open_with_scores().await?;
        page.run(
            "const box = document.querySelector('textarea');
             box.value = Array.from({ length: 100_000 }, (_, i) => `line number ${i}`).join('\\n');
             box.dispatchEvent(new InputEvent('input', { bubbles: true }));",
            Vec::new(),
        )
        .await?;
        page.wait_for(
            "progress of 100,000",
            "document.querySelector('[role=progressbar]')?.getAttribute('aria-valuemax') === '100000'",
        )
        .await?;
        page.press("Stop").await?;
        page.by_role("button", "Continue").await?;
        // The page still answers, and takes the lines back.
        page.press("Undo").await?;
        page.wait_for(
            "the sample's scores again",
            "document.querySelectorAll('.rows tr[data-line]').length === 12",
        )
        .await?;
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn twenty_thousand_texts_are_shown_and_embedded_once() -> Result<()> {
    visit(Site::root(), async |page| {
        page.open_with_scores().await?;
        // Half of them twice, since equal texts are embedded once.
        page.run(
            "const box = document.querySelector('textarea');
             box.value = Array.from({ length: 20_400 }, (_, i) => `a${i % 10_200}`).join('\\n');
             box.dispatchEvent(new InputEvent('input', { bubbles: true }));",
            Vec::new(),
        )
        .await?;
        page.wait_for(
            "the first half",
            "document.querySelector('[role=progressbar]')?.getAttribute('aria-valuenow') > 5_000",
        )
        .await?;
        let all = |count: usize| {
            format!("document.querySelector('canvas[aria-label=\"Map of {count} texts\"]')")
        };
        page.wait_for("all texts", &all(20_400)).await?;

        // More texts before them, in a slice of their own.
        page.run(
            "window.again = false;
             new MutationObserver(() => {
                 const bar = document.querySelector('[role=progressbar]');
                 const done = Number(bar?.getAttribute('aria-valuenow'));
                 window.again ||= done > 100 && done < 20_400;
             }).observe(document.querySelector('.top'), { attributes: true, childList: true, subtree: true });
             const box = document.querySelector('textarea');
             box.value = Array.from({ length: 100 }, (_, i) => `b${i}\\n`).join('') + box.value;
             box.dispatchEvent(new InputEvent('input', { bubbles: true }));",
            Vec::new(),
        )
        .await?;
        page.wait_for("the new texts too", &all(20_500)).await?;
        let again = page.run("return window.again;", Vec::new()).await?;
        ensure!(again == false, "texts were embedded a second time");
        page.no_errors().await
    })
    .await
}
