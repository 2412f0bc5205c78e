//! Other models: chosen in a dialog, fetched only then, never mixed, and given up without harm.

use anyhow::{Result, ensure};
use semblance_tests::{Fault, Page, Scheme, Site, visit};
use serde_json::json;

const TEXTS: [&str; 4] = [
    "The cat sleeps on the sofa.",
    "A kitten naps on the couch.",
    "Interest rates rose again.",
    "The dog does not bark.",
];
/// Pairs of these texts.
const PAIRS: [(usize, usize); 3] = [(0, 1), (0, 2), (2, 3)];

const USUAL: &str = "all-MiniLM-L6-v2";
const SMALL: &str = "paraphrase-MiniLM-L3-v2";
const STATIC: &str = "all-MiniLM-L6-v2-static";

/// Scores of [`PAIRS`] by the ONNX file of the model in ONNX Runtime 1.x, f32.
const OF_SMALL: [f32; 3] = [0.8422, 0.0908, -0.1812];
/// By the table of words, in numpy.
const OF_STATIC: [f32; 3] = [0.8100, 0.0354, 0.0092];

/// Waits until the engine that is there has this model.
async fn has(page: &Page, model: &str) -> Result<()> {
    let title = "document.querySelector('.status [role=status]')?.title ?? ''";
    page.wait_for(model, &format!("/^{model}(,|$)/.test({title})"))
        .await
}

/// Holds the scores of [`PAIRS`] to those of a reference.
async fn scores_are(page: &Page, expected: [f32; 3], within: f32) -> Result<()> {
    page.until("the model's scores", async || {
        let scores = page.scores_of(&TEXTS).await?;
        let found = PAIRS.map(|(a, b)| scores[a][b]);
        let near = |(a, b): (&f32, &f32)| (a - b).abs() <= within;
        Ok(found.iter().zip(&expected).all(near).then_some(()))
    })
    .await
}

fn asked(page: &Page, part: &str) -> usize {
    let received = page.server().received();
    received
        .iter()
        .filter(|request| request.path.contains(part))
        .count()
}

#[tokio::test]
async fn another_model_gives_scores_of_its_own_and_texts_stay() -> Result<()> {
    visit(Site::root(), async |page| {
        page.open_with_scores().await?;
        page.paste(&TEXTS.join("\n")).await?;
        let usual = page.scores_of(&TEXTS).await?;
        let usual = PAIRS.map(|(a, b)| usual[a][b]);
        // Selected, and still so when the model is another one.
        let click = "[...document.querySelectorAll('td.cell')]
            .find((cell) => cell.ariaLabel.startsWith('Text 1 with text 2: ')).click();";
        page.run(click, Vec::new()).await?;
        for unasked in [SMALL, STATIC, "model-f32", "stsb"] {
            ensure!(asked(page, unasked) == 0, "{unasked} was fetched unasked");
        }

        page.choose_model(SMALL, "Fast").await?;
        has(page, SMALL).await?;
        scores_are(page, OF_SMALL, 0.02).await?;
        page.holds(&TEXTS.join("\n")).await?;
        page.wait_for("the pair", "document.querySelector('.pair-number')")
            .await?;

        page.choose_model(STATIC, "Fast").await?;
        has(page, STATIC).await?;
        scores_are(page, OF_STATIC, 0.001).await?;
        ensure!(asked(page, "model-f32") == 0);

        // The choice outlasts the page; what was fetched is not fetched again.
        page.open_with_scores().await?;
        has(page, STATIC).await?;
        page.paste(&TEXTS.join("\n")).await?;
        scores_are(page, OF_STATIC, 0.001).await?;
        let weights = format!("{STATIC}/model.safetensors");
        ensure!(asked(page, &weights) == 1, "fetched again");

        page.choose_model(USUAL, "Fast").await?;
        has(page, USUAL).await?;
        scores_are(page, usual, 1e-6).await?;
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn a_model_that_is_missing_leaves_the_one_that_is_there() -> Result<()> {
    visit(Site::root(), async |page| {
        page.open_with_scores().await?;
        let weights = format!("{SMALL}/model.safetensors");
        page.server().plan_fault(&weights, Fault::Status(404), None);
        page.choose_model(SMALL, "Fast").await?;
        let alert = page.alert().await?;
        ensure!(
            alert.contains("404") && alert.contains("stay as they are"),
            "{alert}"
        );
        has(page, USUAL).await?;
        page.paste("still at work\nwith the usual model").await?;
        page.scores_of(&["still at work", "with the usual model"])
            .await?;
        let kept = page
            .run(
                "return localStorage.getItem('semblance:settings');",
                Vec::new(),
            )
            .await?;
        let kept = kept.as_str().unwrap_or_default().to_owned();
        ensure!(!kept.contains(SMALL), "{kept}");
        // A choice from when it was still there.
        let gone = "localStorage.setItem('semblance:settings', 'model=gone');";
        page.run(gone, Vec::new()).await?;
        page.open_with_scores().await?;
        has(page, USUAL).await
    })
    .await
}

#[tokio::test]
async fn a_download_shows_how_far_it_is_and_can_be_given_up() -> Result<()> {
    visit(Site::root(), async |page| {
        page.open_with_scores().await?;
        let weights = format!("{SMALL}/model.safetensors");
        page.server().plan_fault(&weights, Fault::BytesPerSecond(400_000), None);
        page.press("More").await?;
        page.press("Model…").await?;
        page.press(&format!("Use: {SMALL}, Fast")).await?;
        let far = "/^\\d+\\.\\d MB of 1[78] MB$/.test(document.querySelector('.model-ways [role=status]')?.innerText)";
        page.wait_for("how far it is", far).await?;
        page.press(&format!("Cancel: {SMALL}, Fast")).await?;
        page.by_role("button", &format!("Use: {SMALL}, Fast")).await?;
        page.press("Close").await?;
        has(page, USUAL).await?;
        page.paste("still at work\nwith the usual model").await?;
        page.scores_of(&["still at work", "with the usual model"]).await?;
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn a_model_is_measured_here_when_somebody_asks() -> Result<()> {
    visit(Site::root(), async |page| {
        page.open_with_scores().await?;
        page.choose_model(STATIC, "Fast").await?;
        has(page, STATIC).await?;
        page.press("More").await?;
        page.press("Model…").await?;
        let card = format!("[aria-label=\"{STATIC}\"]");
        let says = async |words: &str| {
            let shows = format!(
                "document.querySelector('.in-use{card}')?.innerText.includes({})",
                json!(words)
            );
            page.wait_for(words, &shows).await
        };
        says("Numbers for a text\n256").await?;
        page.press("Measure speed").await?;
        says("tokens a second").await?;
        page.press("Compare with people (0.2 MB)").await?;
        // As natively: `quality` on the dev split.
        says("0.83").await?;
        let figures = page
            .run(
                &format!("return document.querySelector('.in-use{card} dl').innerText;"),
                Vec::new(),
            )
            .await?;
        println!("{figures}");
        for (width, height) in [(1280, 720), (390, 844)] {
            page.resize(width, height, 1.0).await?;
            for scheme in [Scheme::Light, Scheme::Dark] {
                page.prefer(scheme).await?;
                let found = page.serious_violations().await?;
                ensure!(
                    found.is_empty(),
                    "{width}, {scheme:?}: {}",
                    found.join("\n")
                );
            }
        }
        page.no_errors().await
    })
    .await
}

#[tokio::test]
async fn the_library_takes_models_by_name() -> Result<()> {
    visit(Site::root(), async |page| {
        page.open_with_scores().await?;
        let script = "
            const [model, texts] = arguments;
            return import(new URL('semblance.js', document.baseURI)).then(async ({ Embedder }) => {
                const embedder = await Embedder.load({ model, workers: 1 });
                const { vectors, dimensions } = await embedder.embed(texts);
                const score = (a, b) => {
                    let sum = 0;
                    for (let i = 0; i < dimensions; i++) {
                        sum += vectors[a * dimensions + i] * vectors[b * dimensions + i];
                    }
                    return sum;
                };
                const { name } = embedder.model;
                embedder.close();
                return { name, dimensions, scores: [score(0, 1), score(0, 2), score(2, 3)] };
            });";
        for (model, dimensions, expected, within) in [
            (SMALL, 384, OF_SMALL, 0.02),
            (STATIC, 256, OF_STATIC, 0.001),
        ] {
            let found = page.run(script, vec![json!(model), json!(TEXTS)]).await?;
            let name = found["name"].as_str().unwrap_or_default();
            ensure!(
                name.ends_with(model) && found["dimensions"] == dimensions,
                "{found}"
            );
            for (at, expected) in expected.iter().enumerate() {
                let score = found["scores"][at].as_f64().unwrap_or(f64::NAN);
                ensure!(
                    (score - f64::from(*expected)).abs() <= within,
                    "{model}: {found}"
                );
            }
        }
        page.no_errors().await
    })
    .await
}
