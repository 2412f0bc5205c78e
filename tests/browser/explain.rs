//! Why two texts score as they do, and whether scores are what they should be, by the library in a
//! page that is not ours.

use anyhow::{Context, Result, ensure};
use semblance_tests::{Page, Site, visit};
use serde_json::{Value, json};

/// Runs the body of an async function that has the library as `S`.
async fn run(page: &Page, body: &str) -> Result<Value> {
    let url = format!("{}icon.svg", page.server().url());
    page.driver().goto(url).await?;
    let script = format!(
        "const caught = async (work) => {{
           try {{ await work(); return 'nothing was thrown'; }} catch (error) {{ return error.code ?? error.name; }}
         }};
         return (async () => {{ const S = await import('/some/folder/semblance.js'); {body} }})()
           .catch((error) => ({{ thrown: `${{error.stack}}` }}));"
    );
    let result = page.run(&script, Vec::new()).await?;
    ensure!(result.get("thrown").is_none(), "{result:#}");
    Ok(result)
}

fn numbers(value: &Value) -> Result<Vec<f64>> {
    let list = value.as_array().context("no list")?;
    list.iter()
        .map(|x| x.as_f64().context("no number"))
        .collect()
}

#[tokio::test]
async fn a_table_of_words_adds_up_to_the_score() -> Result<()> {
    visit(Site::under("/some/folder/"), async |page| {
        let body = "
            const found = [];
            for (const precision of ['exact', 'fast']) {
              const e = await S.Embedder.load({ precision, workers: 2 });
              const a = 'é 😀 A man is playing a guitar.', b = 'Nobody plays the guitar well';
              const seen = [];
              const x = await e.explain(a, b, { leaveOut: true, progress: ({ done }) => seen.push(done) });
              const start = performance.now();
              const y = await e.explain(b, a);
              const again = performance.now() - start;
              const embedded = await e.embed([a, b, `${a.slice(0, x.a.words[6].start)} ${a.slice(x.a.words[6].end)}`]);
              const at = (i) => S.vectorAt(embedded, i);
              const empty = await e.explain('', ' ');
              e.close();
              found.push({
                score: x.score, expected: S.cosineSimilarity(at(0), at(1)), table: Array.from(x.table), other: Array.from(y.table),
                words: x.a.words.map(({ text }) => text), placed: x.a.words.every(({ text, start, end }) => a.slice(start, end) === text),
                columns: x.b.words.length, left: x.a.without[6], anew: S.cosineSimilarity(at(2), at(1)),
                sizes: [x.a.without.length, x.b.without.length], none: y.a.without === undefined,
                empty: [empty.score, empty.a.words.length, empty.table.length], seen, again,
              });
            }
            return { found };";
        let found = run(page, body).await?;
        let found = found["found"].as_array().context("no list")?;
        for (found, most) in found.iter().zip([1e-6, 1e-4]) {
            let (table, other) = (numbers(&found["table"])?, numbers(&found["other"])?);
            let number = |name: &str| found[name].as_f64().with_context(|| name.to_owned());
            let score = number("score")?;
            ensure!((score - number("expected")?).abs() < most, "{found:#}");
            ensure!((table.iter().sum::<f64>() - score).abs() < most, "{found:#}");
            let words = json!(["é", "😀", "A", "man", "is", "playing", "a", "guitar", "."]);
            ensure!(found["words"] == words && found["placed"] == true, "{found:#}");
            let (rows, columns) = (9, number("columns")? as usize);
            ensure!(columns == 5 && table.len() == rows * columns, "{found:#}");
            for (place, value) in table.iter().enumerate() {
                ensure!(other[place % columns * rows + place / columns] == *value, "{found:#}");
            }
            ensure!((number("left")? - number("anew")?).abs() < 1e-6, "{found:#}");
            ensure!(found["sizes"] == json!([9, 5]) && found["none"] == true, "{found:#}");
            ensure!((numbers(&found["empty"])?[0] - 1.0).abs() < 1e-6, "{found:#}");
            ensure!(numbers(&found["seen"])?.last() == Some(&1.0), "{found:#}");
            println!("the same pair again: {} ms", number("again")?);
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn an_explanation_can_be_stopped_and_makes_sense_of_its_arguments() -> Result<()> {
    visit(Site::under("/some/folder/"), async |page| {
        let body = "
            const long = (word) => `${word} walks along the river and looks at the boats, `.repeat(17);
            const times = {};
            const time = async (name, work) => {
              const start = performance.now();
              const result = await work();
              times[name] = Math.round((performance.now() - start) * 10) / 10;
              return result;
            };
            const ended = [];
            for (const precision of ['exact', 'fast']) {
              const e = await S.Embedder.load({ precision, workers: 2 });
              while (e.workers < 2) await new Promise((resolve) => setTimeout(resolve, 20));
              const pair = ['A man is playing a guitar on a stage while people listen', 'Somebody plays music with a guitar in front of people'];
              await time(`${precision}, 16 tokens, first`, () => e.explain(...pair));
              await time(`${precision}, 16 tokens, again`, () => e.explain(...pair));
              const stopping = new AbortController();
              ended.push(await caught(() => e.explain(long('Ann'), long('Bob'), {
                signal: stopping.signal, progress: () => stopping.abort(),
              })));
              // What was given up keeps nobody waiting.
              await time(`${precision}, a text after a split was given up`, () => e.embed(['a text']));
              const { a, table } = await time(`${precision}, 200 tokens`, () => e.explain(long('Ann'), long('Bob')));
              if (a.words.length > 24 || table.length !== a.words.length ** 2) throw new Error(`${a.words.length} words`);
              if (precision === 'fast') {
                for (const args of [[], ['a'], ['a', 1], [null, 'b'], ['a', 'b', { leaveOut: 1 }], ['a', 'b', { leave: true }]]) {
                  ended.push(await caught(() => e.explain(...args)));
                }
              }
              e.close();
              ended.push(await caught(() => e.explain('a', 'b')));
            }
            return { times, ended };";
        let found = run(page, body).await?;
        println!("milliseconds: {:#}", found["times"]);
        let refused = ["bad-input"; 6].map(Value::from);
        let mut expected = vec![json!("20"), json!("closed"), json!("20")];
        expected.extend(refused);
        expected.push(json!("closed"));
        let ended = found["ended"].as_array().context("no list")?;
        // The code of an AbortError is a number.
        let ended: Vec<_> = (ended.iter())
            .map(|end| end.as_u64().map_or(end.clone(), |code| code.to_string().into()))
            .collect();
        ensure!(ended == expected, "{ended:?}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_device_is_held_against_the_original_model() -> Result<()> {
    visit(Site::under("/some/folder/"), async |page| {
        let body = "
            const found = [];
            for (const precision of ['fast', 'exact']) {
              const e = await S.Embedder.load({ precision, workers: 2 });
              const test = await e.selfTest();
              const stopped = new AbortController();
              stopped.abort(new Error('enough'));
              const ended = await e.selfTest({ signal: stopped.signal }).catch((error) => error.message);
              e.close();
              found.push({ test, ended, closed: await caught(() => e.selfTest()) });
            }
            return found;";
        let found = run(page, body).await?;
        for (at, allowed) in [(0, 0.02), (1, 1e-4)] {
            let test = &found[at]["test"];
            let difference = test["difference"].as_f64().context("a difference")?;
            ensure!(test["passed"] == true && test["texts"] == 24, "{test}");
            ensure!(difference > 0.0 && difference < allowed, "{test}");
            ensure!(test["memory"].as_f64() > Some(1e6), "{test}");
            println!("{test}");
            ensure!(found[at]["ended"] == "enough" && found[at]["closed"] == "closed", "{found}");
        }
        Ok(())
    })
    .await
}
