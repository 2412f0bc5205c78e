//! The library in a page that is not ours: right answers, and typed errors for what has none.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use semblance_tests::{Fault, Page, Site, visit, visit_and_leave};
use serde_json::{Value, json};

/// A folder, so that nothing may rely on the root.
const FOLDER: &str = "/some/folder/";

/// Opens a document of the site that has no script and no policy, with `before` run in it, and runs
/// `test` there.
async fn in_page(before: &str, test: impl AsyncFnOnce(&Page) -> Result<()>) -> Result<()> {
    visit(Site::under(FOLDER), async |page| {
        page.devtools(
            "Page.addScriptToEvaluateOnNewDocument",
            json!({ "source": before }),
        )
        .await?;
        let url = format!("{}icon.svg", page.server().url());
        page.driver().goto(url).await?;
        test(page).await
    })
    .await
}

/// Runs the body of an async function that has the library as `S`; what is thrown comes back as
/// `{thrown: {name, code, message}}`.
async fn run(page: &Page, body: &str, argument: Value) -> Result<Value> {
    let script = format!(
        "const argument = arguments[0];
         const caught = async (work) => {{
           try {{ await work(); return 'nothing was thrown'; }} catch (error) {{ return described(error); }}
         }};
         const described = (error) => ({{ name: error.name, code: error.code, message: error.message }});
         return (async () => {{
           const S = await import('{FOLDER}semblance.js');
           const equal = (a, b) => a.length === b.length && a.every((x, i) => x === b[i]);
           {body}
         }})().catch((error) => ({{ thrown: described(error), stack: error.stack }}));"
    );
    let result = page.run(&script, vec![argument]).await?;
    ensure!(result.get("thrown").is_none(), "{result:#}");
    Ok(result)
}

/// Holds when nothing was complained of but the lack of an icon, which the document names none of.
async fn no_complaints(page: &Page) -> Result<()> {
    let mut complaints = page.complaints().await?;
    complaints.retain(|line| !line.contains("favicon.ico"));
    ensure!(complaints.is_empty(), "{complaints:#?}");
    Ok(())
}

/// Whether `found` is an error of the library with that code.
fn expect_code(found: &Value, code: &str) -> Result<()> {
    ensure!(
        found["name"] == "SemblanceError" && found["code"] == code,
        "{code} was expected, not {found}"
    );
    let message = found["message"].as_str().unwrap_or_default();
    ensure!(message.len() > 10, "no message in {found}");
    Ok(())
}

fn fixture() -> Result<(Vec<String>, Vec<f32>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("parity");
    let texts: Value = serde_json::from_slice(&std::fs::read(folder.join("texts.json"))?)?;
    let texts = texts.as_array().context("texts.json is no list")?;
    let texts = texts.iter().map(|entry| {
        let repeat = entry["repeat"].as_u64().unwrap_or(1) as usize;
        Ok(entry["text"].as_str().context("no text")?.repeat(repeat))
    });
    let bytes = std::fs::read(folder.join("expected.f32"))?;
    let floats = bytes.as_chunks().0.iter();
    Ok((
        texts.collect::<Result<_>>()?,
        floats.map(|bytes| f32::from_le_bytes(*bytes)).collect(),
    ))
}

#[tokio::test]
async fn exact_vectors_are_those_of_the_original_model() -> Result<()> {
    let (texts, expected) = fixture()?;
    in_page("", async |page| {
        let body = "
            const e = await S.Embedder.load({ precision: 'exact', workers: 2 });
            const { vectors, dimensions } = await e.embed(argument);
            e.close();
            return { vectors: Array.from(vectors), dimensions, name: e.model.name, max: e.model.maxTokens };";
        let found = run(page, body, json!(texts)).await?;
        ensure!(found["dimensions"] == 384 && found["max"] == 256, "{found}");
        let name = found["name"].as_str().unwrap_or_default();
        ensure!(name.contains("all-MiniLM-L6-v2"), "{name}");
        let vectors: Vec<f32> = serde_json::from_value(found["vectors"].clone())?;
        ensure!(vectors.len() == expected.len(), "{} numbers", vectors.len());
        let errors = vectors.iter().zip(&expected).map(|(a, b)| (a - b).abs());
        let worst = errors.fold(0.0, f32::max);
        println!("largest error of a component, exact: {worst:e}");
        ensure!(worst <= 1e-5, "a component is off by {worst}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_vector_depends_on_nothing_but_its_text() -> Result<()> {
    let (texts, _) = fixture()?;
    in_page("", async |page| {
        let body = "
            const one = await S.Embedder.load({ workers: 1 });
            const two = await S.Embedder.load({ workers: 2 });
            while (two.workers < 2) await new Promise((resolve) => setTimeout(resolve, 20));
            const all = await one.embed(argument);
            const other = await two.embed([...argument].reverse());
            const seen = [];
            const alone = [];
            for (const index of [0, 7, argument.length - 1]) {
              const { vectors, tokens } = await two.embed([argument[index]], { progress: (p) => seen.push(p) });
              alone.push(equal(vectors, S.vectorAt(all, index)) && tokens[0] === all.tokens[index]);
            }
            const reversed = argument.map((_, i) =>
              equal(S.vectorAt(other, argument.length - 1 - i), S.vectorAt(all, i)));
            // Two at once, with texts in common.
            const [first, second] = await Promise.all([two.embed(argument.slice(0, 40)), two.embed(argument.slice(20, 60))]);
            const atOnce = equal(first.vectors.subarray(20 * 384), second.vectors.subarray(0, 20 * 384));
            one.close();
            two.close();
            return { alone, reversed: reversed.every(Boolean), atOnce, seen, workers: [one.workers, two.workers] };";
        let found = run(page, body, json!(texts)).await?;
        ensure!(found["alone"] == json!([true, true, true]), "{found}");
        ensure!(found["reversed"] == true && found["atOnce"] == true, "{found}");
        ensure!(found["seen"][0] == json!({ "done": 1, "total": 1 }), "{found}");
        ensure!(found["workers"] == json!([0, 0]), "{found}");
        no_complaints(page).await
    })
    .await
}

#[tokio::test]
async fn odd_texts_have_right_answers() -> Result<()> {
    in_page("", async |page| {
        let body = r"
            const e = await S.Embedder.load({ workers: 1 });
            const none = await e.embed([]);
            const huge = 'word '.repeat(200_000);
            const texts = ['', 'a\uD800b', 'a\uFFFDb', '\uDC00', '\0', huge, 'same', 'same'];
            const { vectors, tokens, truncated } = await e.embed(texts);
            const result = { vectors, dimensions: 384 };
            const at = (index) => S.vectorAt(result, index);
            e.close();
            return {
              none: [none.vectors.length, none.dimensions, none.tokens.length, none.truncated.length],
              finite: vectors.every(Number.isFinite),
              surrogate: equal(at(1), at(2)),
              same: equal(at(6), at(7)),
              tokens: Array.from(tokens),
              truncated,
            };";
        let found = run(page, body, Value::Null).await?;
        ensure!(found["none"] == json!([0, 384, 0, 0]), "{found}");
        ensure!(found["finite"] == true && found["surrogate"] == true && found["same"] == true, "{found}");
        ensure!(found["tokens"][0] == 2 && found["tokens"][5] == 200_002, "{found}");
        ensure!(
            found["truncated"] == json!([false, false, false, false, false, true, false, false]),
            "{found}"
        );
        no_complaints(page).await
    })
    .await
}

#[tokio::test]
async fn arguments_that_make_no_sense_are_refused() -> Result<()> {
    in_page("", async |page| {
        let body = "
            const refused = [];
            const options = [null, 'fast', { precission: 'fast' }, { precision: 'exakt' }, { workers: 0 }, { workers: 1.5 },
              { workers: '2' }, { model: '' }, { model: 3 }, { base: 'http://[' }, { progress: 1 }, { signal: {} },
              // What has no properties of its own would pass for no options at all.
              3, 3n, Symbol('s'), ['fast'], new URL('./', location.href), new AbortController().signal, new Map([['precision', 'exact']]), () => {},
              { workers: 2n }, { workers: NaN }, { workers: -1 }, { workers: 65 }, { workers: Infinity }, { workers: [2] }, { workers: null },
              { precision: null }, { precision: ['fast'] }, { precision: Symbol('s') }, { model: ' ' }, { model: null }, { model: ['a/b'] },
              { signal: null }, { signal: new AbortController() }, { progress: 'say' }, { progress: null }];
            for (const wrong of options) refused.push(await caught(() => S.Embedder.load(wrong)));
            const e = await S.Embedder.load({ workers: 1 });
            for (const wrong of [undefined, null, 'a text', { 0: 'a', length: 1 }, [1], ['a', null], ['a', ['b']], [, 'a'], new Set(['a']),
              new Array(2 ** 32 - 1), ['a', 1n], [Symbol('s')], [new String('a')], [Object.create(null)], new Uint8Array(2), 7, () => ['a']]) {
              refused.push(await caught(() => e.embed(wrong)));
            }
            refused.push(await caught(() => e.embed(['a'], { signal: 1 })));
            refused.push(await caught(() => e.embed(['a'], { batch: 1 })));
            refused.push(await caught(() => e.embed(['a'], new AbortController().signal)), await caught(() => e.embed(['a'], null)));
            const r = await e.embed(['a', 'b']);
            const transferred = new Float32Array(4);
            structuredClone(transferred, { transfer: [transferred.buffer] });
            // None of these is a vector of numbers, though many would pass for one in a sum.
            const vectors = ['a', '1', undefined, null, 1, 1n, Symbol('s'), new Set([1]), { 0: 1, length: 1 }, new BigInt64Array(1), new BigUint64Array(1),
              new DataView(new ArrayBuffer(8)), new ArrayBuffer(8), [NaN], [Infinity], [-Infinity], Float32Array.of(NaN), Float64Array.of(Infinity),
              ['1'], ['a'], [null], [undefined], [,], new Array(1), [[1]], [1n], [true], [{}], [Symbol('s')], [new Number(1)], [new Date(0)],
              [1, 2], [], transferred, Object.create(null), () => {}];
            for (const vector of vectors) {
              refused.push(await caught(() => S.cosineSimilarity(vector, [1])), await caught(() => S.cosineSimilarity([1], vector)));
            }
            refused.push(await caught(() => S.cosineSimilarity([], [])), await caught(() => S.cosineSimilarity(transferred, transferred)));
            const plain = { vectors: [1, 2, 3, 4], dimensions: 2 };
            for (const [...args] of [[r, 2, 1], [r, -1, 1], [r, [1, 2], 1], [r, 0, -1], [r, 0, 0.5], [{}, 0, 1], [undefined, 0, 1], [r, 0], [r, 0, NaN],
              [r, 0, Infinity], [r, 0, '1'], [r, 0, 1n], [r, 0, Symbol('s')], [r, NaN, 1], [r, 0.5, 1], [r, 0n, 1], [r, '0', 1], [r, null, 1], [r, Symbol('s'), 1],
              [plain, [1, NaN], 1], [plain, [1, '2'], 1], [plain, [1, , ], 1], [plain, [[1], [2]], 1], [plain, new BigInt64Array(2), 1]]) {
              refused.push(await caught(() => S.topK(...args)));
            }
            const indices = [2, -1, 0.5, NaN, '0', 0n, null, undefined, Symbol('s'), {}, Object.create(null)];
            for (const index of indices) refused.push(await caught(() => S.vectorAt(r, index)));
            const results = [null, undefined, 1, [], { vectors: [1], dimensions: 2 }, { vectors: [1, 2], dimensions: 2n }, { vectors: [1, 2], dimensions: '2' },
              { vectors: [1, 2], dimensions: 0 }, { vectors: [1, 2], dimensions: -1 }, { vectors: [1, 2], dimensions: 0.5 }, { vectors: [], dimensions: Infinity },
              { vectors: [1, 2], dimensions: NaN }, { vectors: new BigInt64Array(2), dimensions: 2 }, { vectors: '12', dimensions: 2 },
              { vectors: { 0: 1, 1: 2 }, dimensions: 2 }, { vectors: [1, NaN], dimensions: 2 }, { vectors: [, 1], dimensions: 2 }, { vectors: ['1', 2], dimensions: 2 },
              { vectors: [[1], [2]], dimensions: 2 }, { vectors: Float32Array.of(Infinity, 1), dimensions: 2 }];
            for (const result of results) {
              refused.push(await caught(() => S.similarityMatrix(result)), await caught(() => S.vectorAt(result, 0)), await caught(() => S.topK(result, 0, 1)));
            }
            // Four floats for each two of a million texts are beyond any memory.
            const many = await caught(() => S.similarityMatrix({ vectors: new Int8Array(1_000_000), dimensions: 1 }));
            const constructed = await caught(() => new S.Embedder());
            e.close();
            return { refused, many, constructed, cases: options.length + 17 + 4 + 2 * vectors.length + 2 + 24 + indices.length + 3 * results.length };";
        let found = run(page, body, Value::Null).await?;
        let refused = found["refused"].as_array().context("no list")?;
        ensure!(found["cases"] == refused.len(), "{} cases, not {}", refused.len(), found["cases"]);
        for (case, one) in refused.iter().enumerate() {
            expect_code(one, "bad-input").with_context(|| format!("case {case}"))?;
        }
        expect_code(&found["many"], "too-many")?;
        ensure!(found["constructed"]["name"] == "TypeError", "{found}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_is_closed_or_aborted_ends() -> Result<()> {
    in_page("", async |page| {
        let body = "
            const texts = Array.from({ length: 400 }, (_, i) => `text number ${i} with some more words in it`);
            const aborted = new AbortController();
            aborted.abort();
            const ended = [await caught(() => S.Embedder.load({ signal: aborted.signal }))];
            // A signal of another frame is no instance of this one's class.
            const frame = document.documentElement.appendChild(document.createElementNS('http://www.w3.org/1999/xhtml', 'iframe'));
            ended.push(await caught(() => S.Embedder.load({ signal: frame.contentWindow.AbortSignal.abort() })));
            const loading = new AbortController();
            ended.push(await caught(() => S.Embedder.load({ signal: loading.signal, progress: () => loading.abort() })));

            const e = await S.Embedder.load({ workers: 1 });
            ended.push(await caught(() => e.embed(texts, { signal: aborted.signal })));
            const embedding = new AbortController();
            let done = 0;
            ended.push(await caught(() => e.embed(texts, {
              signal: embedding.signal,
              progress: (progress) => { done = progress.done; embedding.abort(); },
            })));
            const own = new AbortController();
            const reason = await e.embed(texts, { signal: own.signal, progress: () => own.abort('my reason') }).catch((x) => x);
            // What was aborted hinders nothing that comes after it, and listeners may throw.
            const after = await e.embed(['after'], { progress: () => { throw new Error('mine'); } });
            const running = caught(() => e.embed(texts, { progress: () => e.close() }));
            const closed = [await running, await caught(() => e.embed(['late']))];
            e.close();
            const again = await S.Embedder.load({ workers: 1 });
            const fresh = await again.embed(['after']);
            again.close();
            return { ended, done, reason, closed, same: equal(after.vectors, fresh.vectors) };";
        let found = run(page, body, Value::Null).await?;
        for one in found["ended"].as_array().context("no list")? {
            ensure!(one["name"] == "AbortError", "{found}");
        }
        ensure!(found["done"].as_u64().is_some_and(|done| 0 < done && done < 400), "{found}");
        ensure!(found["reason"] == "my reason" && found["same"] == true, "{found}");
        for one in found["closed"].as_array().context("no list")? {
            expect_code(one, "closed")?;
        }
        Ok(())
    })
    .await
}

/// Keeps hold of the page's workers, so that a test can end one.
const KEEP_WORKERS: &str = "const Original = Worker; window.workers = [];
    window.Worker = function (...args) { const worker = new Original(...args); workers.push(worker); return worker; };";

#[tokio::test]
async fn a_worker_that_dies_is_replaced_once() -> Result<()> {
    in_page(KEEP_WORKERS, async |page| {
        let body = "
            const texts = Array.from({ length: 300 }, (_, i) => `text number ${i} with some more words in it`);
            const e = await S.Embedder.load({ workers: 1 });
            const expected = await e.embed(texts);
            // What cannot be read ends a worker.
            const kill = () => workers.at(-1).postMessage([new Uint8Array([255, 255])]);
            let killed = 0;
            const first = await e.embed(texts, { progress: () => { if (killed++ === 0) kill(); } });
            const replaced = workers.length;
            // Every worker from here on dies at once.
            const Counted = Worker;
            window.Worker = function (...args) {
              const worker = new Counted(...args);
              const post = worker.postMessage.bind(worker);
              let messages = 0;
              worker.postMessage = (...args) => {
                // The module, the model, then texts.
                if (++messages === 3) post([new Uint8Array([255, 255])]);
                post(...args);
              };
              return worker;
            };
            kill();
            const twice = await caught(() => e.embed(texts));
            window.Worker = Counted;
            const last = await e.embed(texts.slice(0, 3));
            e.close();
            return { same: equal(first.vectors, expected.vectors), replaced, twice,
              recovered: equal(last.vectors, expected.vectors.subarray(0, 3 * 384)) };";
        let found = run(page, body, Value::Null).await?;
        ensure!(found["same"] == true && found["recovered"] == true, "{found}");
        ensure!(found["replaced"] == 2, "{found}");
        expect_code(&found["twice"], "worker-died")
    })
    .await
}

/// Counts the channels between workers, one for each pair that shares a text.
const COUNT_CHANNELS: &str = "const Channel = MessageChannel; window.channels = 0;
    window.MessageChannel = function () { channels++; return new Channel(); };";

#[tokio::test]
async fn a_text_that_workers_share_has_the_same_vector() -> Result<()> {
    in_page(COUNT_CHANNELS, async |page| {
        let body = "
            const long = (words) => Array.from({ length: words }, (_, i) => 'one two three four'.split(' ')[i * i % 7 % 4]).join(' ');
            const found = [];
            for (const precision of ['fast', 'exact']) {
              const one = await S.Embedder.load({ workers: 1, precision });
              const four = await S.Embedder.load({ workers: 4, precision });
              while (four.workers < 4) await new Promise((resolve) => setTimeout(resolve, 20));
              // What is one token however long it is, leaves nothing to share.
              for (const text of [long(70), long(90), long(400), '字'.repeat(200), 'x'.repeat(900)]) {
                const before = channels;
                const shared = await four.embed([text]);
                const alone = await one.embed([text]);
                found.push({
                  channels: channels - before,
                  same: equal(shared.vectors, alone.vectors),
                  counted: shared.tokens[0] === alone.tokens[0] && shared.truncated[0] === alone.truncated[0],
                });
              }
              // Two at once: the second finds nobody idle.
              const texts = [long(400), long(399)];
              const both = await Promise.all(texts.map((text) => four.embed([text])));
              const alone = await one.embed(texts);
              found.push(both.every((one, i) => equal(one.vectors, S.vectorAt(alone, i))));
              one.close();
              four.close();
            }
            return found;";
        let found = run(page, body, Value::Null).await?;
        let shared = |channels| json!({ "channels": channels, "same": true, "counted": true });
        let once = [shared(1), shared(3), shared(6), shared(6), shared(6), json!(true)];
        ensure!(found == json!([once.clone(), once].concat()), "{found:#}");
        no_complaints(page).await
    })
    .await
}

#[tokio::test]
async fn a_text_survives_the_death_of_those_who_share_it() -> Result<()> {
    in_page(KEEP_WORKERS, async |page| {
        let body = "
            const text = 'some words that are worth sharing out '.repeat(20);
            const e = await S.Embedder.load({ workers: 2 });
            const ready = async () => { while (e.workers < 2) await new Promise((resolve) => setTimeout(resolve, 20)); };
            await ready();
            const expected = await e.embed([text]);
            // The worker of the first place answers for both.
            const [first, second] = workers;
            const same = async () => equal((await e.embed([text])).vectors, expected.vectors);
            // Does something as soon as a worker has its part: it is between two turns of it.
            const then = (worker, act) => {
              worker.postMessage = (...args) => {
                delete worker.postMessage;
                worker.postMessage(...args);
                act(worker);
              };
            };
            const end = (worker) => worker.postMessage([new Uint8Array([255, 255])]);
            const found = [];
            const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
            const look = async () => { found.push(await same(), workers.length); await pause(100); await ready(); };
            then(first, end);
            await look();
            // By then the other has given up its part.
            await pause(2200);
            then(second, end);
            await look();
            // Only now somebody looks for it.
            await look();
            workers.slice(2).forEach((worker) => then(worker, end));
            await look();
            // A worker that goes without a word.
            then(workers.at(-1), (worker) => worker.terminate());
            await look();
            await look();
            e.close();
            return found;";
        let found = run(page, body, Value::Null).await?;
        let expected = json!([true, 3, true, 3, true, 4, true, 6, true, 6, true, 6]);
        ensure!(found == expected, "{found}");
        no_complaints(page).await
    })
    .await
}

#[tokio::test]
async fn files_that_fail_give_typed_errors_and_another_try() -> Result<()> {
    const LOAD: &str = "return await caught(() => S.Embedder.load({ workers: 1, ...argument }));";
    in_page("", async |page| {
        let server = page.server();
        for (file, fault, code) in [
            (".wasm", Fault::Status(404), "network"),
            ("assets.json", Fault::Status(404), "network"),
            ("engine/", Fault::Status(500), "network"),
            // Before the weights: what arrived whole is kept, and not asked for again.
            ("tokenizer.json", Fault::CorruptAt(1_000), "damaged-file"),
            ("model.safetensors", Fault::CutAfter(1_000_000), "network"),
        ] {
            server.plan_fault(file, fault, None);
            let found = run(page, LOAD, json!({})).await?;
            expect_code(&found, code).with_context(|| file.to_owned())?;
            server.clear_faults();
        }
        for model in ["no-such-model", "models/"] {
            let found = run(page, LOAD, json!({ "model": model })).await?;
            let code = if model.contains('/') { "network" } else { "unknown-model" };
            expect_code(&found, code)?;
        }
        // The server was reached: that it has no such file is no matter of the connection. Some
        // answer with the site's page instead.
        for (base, address, what) in [
            ("no/such/place", "/some/folder/no/such/place/assets.json", "the server answered 404"),
            ("library/index.html/?", "/some/folder/library/index.html/assets.json", "404"),
        ] {
            let found = run(page, LOAD, json!({ "base": base })).await?;
            expect_code(&found, "network")?;
            let message = found["message"].as_str().unwrap_or_default();
            ensure!(message.contains(address) && message.contains(what), "{message}");
            ensure!(message.contains("base") && !message.contains("connection"), "{message}");
        }
        let body = "
            const stages = [];
            const model = 'all-MiniLM-L6-v2';
            const e = await S.Embedder.load({ base: '../folder/', model, workers: 1, progress: ({ stage, loaded, total }) => stages.push([stage, loaded <= total]) });
            const folder = await S.Embedder.load({ model: './', workers: 1 });
            const same = equal((await e.embed(['a'])).vectors, (await folder.embed(['a'])).vectors);
            e.close();
            folder.close();
            return { stages, same, info: e.model };";
        let found = run(page, body, Value::Null).await?;
        let stages = found["stages"].as_array().context("no stages")?;
        for stage in ["engine", "model", "preparing"] {
            ensure!(stages.contains(&json!([stage, true])), "{found}");
        }
        ensure!(found["same"] == true && found["info"]["dimensions"] == 384, "{found}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_folder_needs_no_slash_at_its_end() -> Result<()> {
    in_page("", async |page| {
        let body = "
            const asked = [];
            const original = window.fetch;
            window.fetch = (address, ...rest) => {
              asked.push(`${address}`);
              return `${address}`.endsWith('assets.json') ? Promise.resolve(new Response('', { status: 404 })) : original(address, ...rest);
            };
            const here = location.origin;
            const frame = document.documentElement.appendChild(document.createElementNS('http://www.w3.org/1999/xhtml', 'iframe'));
            const Other = frame.contentWindow.URL;
            const folders = [
              ['vendor/semblance', '/some/folder/vendor/semblance/'], ['vendor/semblance/', '/some/folder/vendor/semblance/'],
              ['./vendor', '/some/folder/vendor/'], ['../vendor', '/some/vendor/'], ['/vendor', '/vendor/'], ['.', '/some/folder/'], ['./', '/some/folder/'],
              ['..', '/some/'], ['/', '/'], [here, '/'], [`${here}/a/b`, '/a/b/'], [`//${location.host}/a/b`, '/a/b/'],
              ['a/b?v=2', '/some/folder/a/b/'], ['a/b#c', '/some/folder/a/b/'], ['a/b?v=/x#/y', '/some/folder/a/b/'], ['a/b/?v=2#c', '/some/folder/a/b/'],
              ['a/v1.2', '/some/folder/a/v1.2/'], ['a/index.html', '/some/folder/a/'], ['a/semblance.js?v=3', '/some/folder/a/'], ['a/assets.json', '/some/folder/a/'],
              ['a/index.html/', '/some/folder/a/index.html/'], ['a b/ü', '/some/folder/a%20b/%C3%BC/'], ['  a/b ', '/some/folder/a/b/'], ['a\\\\b', '/some/folder/a/b/'],
              [new URL('a/b', location.href), '/some/folder/a/b/'], [new URL('a/b?c#d', location.href), '/some/folder/a/b/'],
              [new Other('/a/b', here), '/a/b/'], [location, '/some/folder/icon.svg/'],
            ];
            const wrong = [];
            for (const [base, path] of folders) {
              asked.length = 0;
              const found = await caught(() => S.Embedder.load({ base }));
              if (found.code !== 'network' || asked.find((address) => address.endsWith('.json')) !== `${here}${path}assets.json`) wrong.push([`${base}`, found, ...asked]);
            }
            // The same for a model's folder, whose list is asked for after the engine's.
            window.fetch = (address, ...rest) => { asked.push(`${address}`); return original(address, ...rest); };
            for (const [model, path] of folders) {
              if (typeof model === 'string' && !model.includes('/')) continue;
              if (['/some/folder/'].includes(path) || model === location) continue;
              asked.length = 0;
              const found = await caught(() => S.Embedder.load({ model }));
              if (asked[1] !== `${here}${path}assets.json`) wrong.push(['model', `${model}`, found, ...asked]);
            }
            window.fetch = original;
            // A whole start, both without their slash.
            const e = await S.Embedder.load({ base: '../folder', model: new URL('../folder?x', location.href), workers: 1 });
            const { dimensions } = await e.embed(['a']);
            e.close();
            const refused = [];
            for (const base of ['', ' ', '?v=2', '#part', 'http://', 'http://[', 'http://a:b@example.org/', 'http://me@example.org',
              'localhost:8080/vendor', 'c:/vendor', 'C:\\\\vendor', 'data:text/plain,x', 'blob:http://example.org/1', 'mailto:a@b.c', 'javascript:0', 'about:blank',
              null, 3, 3n, NaN, true, Symbol('s'), {}, ['vendor'], () => 'vendor', new Date(), Object.create(null)]) {
              refused.push(await caught(() => S.Embedder.load({ base })));
              if (typeof base !== 'string' || base.includes('/')) refused.push(await caught(() => S.Embedder.load({ model: base })));
            }
            return { wrong, dimensions, refused };";
        let found = run(page, body, Value::Null).await?;
        ensure!(found["wrong"] == json!([]), "{found:#}");
        ensure!(found["dimensions"] == 384, "{found}");
        let refused = found["refused"].as_array().context("no list")?;
        ensure!(refused.len() > 40, "{} cases", refused.len());
        for one in refused {
            expect_code(one, "bad-input")?;
            let message = one["message"].as_str().unwrap_or_default();
            ensure!(message.contains("folder"), "{message}");
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn numbers_of_any_size_and_type_have_right_cosines() -> Result<()> {
    in_page("", async |page| {
        let body = "
            const wrong = [];
            const expect = (a, b, expected) => {
              for (const [x, y] of [[a, b], [b, a]]) {
                const found = S.cosineSimilarity(x, y);
                // Equal and opposite ones exactly, others up to rounding.
                const close = Math.abs(found - expected) < 1e-15 && (x !== y || found === 1);
                if (!close) wrong.push([Array.from(a), Array.from(b), found, expected]);
              }
            };
            const sizes = [5e-324, 1e-310, 1e-200, 1e-162, 1e-154, 1e-120, 1e-90, 1e-61, 1e-60, 1e-59, 1, 1e59, 1e60, 1e61, 1e77, 1e154, 1e160, 1e200, 1e308];
            for (const x of sizes) {
              expect([x, x], [x, x], 1);
              const same = [x, x / 2, -x];
              expect(same, same, 1);
              for (const y of sizes) {
                expect([x, x], [y, y], 1);
                expect([x, 0], [-y, 0], -1);
                expect([x, 0], [0, y], 0);
                expect([x, 0], [y, y], Math.SQRT1_2);
                expect([0, 0], [y, y], 0);
              }
            }
            expect([1.7e308, 1.7e308, 1.7e308], [1.7e308, 1.7e308, 1.7e308], 1);
            expect([1e200, 1e-200], [1e200, 1e-200], 1);
            expect([1e200, 1e-200], [1e-200, 1e200], 0);
            expect([0, -0], [0, 0], 0);
            const types = [Float32Array, Float64Array, Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array];
            if (globalThis.Float16Array) types.push(Float16Array);
            for (const A of types) for (const B of [Array, ...types]) expect(A.of(3, 4), B.of(4, 3), 0.96);
            expect(Int32Array.of(-(2 ** 31), 2 ** 31 - 1), Int32Array.of(-(2 ** 31), 2 ** 31 - 1), 1);
            // Rows of a result likewise.
            const result = { dimensions: 2, vectors: [1e-200, 0, 1e200, 1e200, 0, 1e-310, -1e308, 0, 0, 0] };
            return {
              wrong,
              matrix: Array.from(S.similarityMatrix(result), (x) => Math.round(x * 1000) / 1000 + 0),
              nearest: S.topK(result, [1e-300, 1e-300], 3).map(({ index, score }) => [index, Math.round(score * 1000) / 1000]),
              row: S.topK(result, 3, 1),
              at: S.vectorAt(result, 1),
              none: [S.similarityMatrix({ vectors: [], dimensions: 2 }).length, S.topK({ vectors: [], dimensions: 2 }, [1, 2], 3).length],
            };";
        let found = run(page, body, Value::Null).await?;
        ensure!(found["wrong"] == json!([]), "{:#}", found["wrong"]);
        let matrix = json!([
            1, 0.707, 0, -1, 0, 0.707, 1, 0.707, -0.707, 0, 0, 0.707, 1, 0, 0, -1, -0.707, 0, 1, 0, 0, 0, 0, 0, 0
        ]);
        ensure!(found["matrix"] == matrix, "{found}");
        ensure!(found["nearest"] == json!([[1, 1], [0, 0.707], [2, 0.707]]), "{found}");
        ensure!(found["row"][0]["score"].as_f64() == Some(0.0), "{found}");
        ensure!(found["at"] == json!([1e200, 1e200]), "{found}");
        ensure!(found["none"] == json!([0, 0]), "{found}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn similarity_and_neighbours_are_right() -> Result<()> {
    in_page("", async |page| {
        let body = "
            const result = { dimensions: 2, vectors: Float32Array.of(1, 0, 0, 1, 0.6, 0.8, -1, 0, 0, 0, 1, 0) };
            return {
              scores: [S.cosineSimilarity([3, 4], [3, 4]), S.cosineSimilarity([1, 0], [0, 2]), S.cosineSimilarity([0, 0], [1, 1]),
                S.cosineSimilarity([0.1, 0.2, 0.3], [-0.1, -0.2, -0.3])],
              row: Array.from(S.similarityMatrix(result).subarray(0, 6), (x) => Math.round(x * 1000) / 1000),
              nearest: S.topK(result, 0, 2).map(({ index, score }) => [index, Math.round(score * 1000) / 1000]),
              query: S.topK(result, [0, 5], 99).map(({ index }) => index),
              none: S.topK(result, 0, 0),
            };";
        let found = run(page, body, Value::Null).await?;
        ensure!(found["scores"] == json!([1, 0, 0, -1]), "{found}");
        ensure!(found["row"] == json!([1, 0, 0.6, -1, 0, 1]), "{found}");
        ensure!(found["nearest"] == json!([[5, 1], [2, 0.6]]), "{found}");
        ensure!(found["query"] == json!([1, 2, 0, 3, 4, 5]), "{found}");
        ensure!(found["none"] == json!([]), "{found}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_example_page_finds_by_meaning_and_asks_nobody_else() -> Result<()> {
    let (urls, _) = visit_and_leave(Site::under(FOLDER), async |page| {
        page.driver().goto(format!("{}library/", page.server().url())).await?;
        let best = |words: &str| {
            format!("document.querySelector('[role=status]').textContent.startsWith('Best match: 0.') && document.querySelector('ol li').textContent.includes('{words}')")
        };
        page.wait_for("the first answer", &best("kitten")).await?;
        let ask = "const query = document.querySelector('input'); query.value = 'money'; query.dispatchEvent(new Event('input'));";
        page.run(ask, Vec::new()).await?;
        page.wait_for("another answer", "!document.querySelector('ol li').textContent.includes('kitten')").await?;
        page.no_errors().await
    })
    .await?;
    let elsewhere = urls.iter().find(|url| {
        !url.starts_with("http://127.0.0.1:")
            && !url.starts_with("blob:http://127.0.0.1:")
            && !url.starts_with("data:")
    });
    ensure!(elsewhere.is_none(), "{elsewhere:?}");
    Ok(())
}
