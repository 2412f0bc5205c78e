//! A model from a person's own files, through the library.

use anyhow::{Result, ensure};
use semblance_tests::{Page, Site, visit};
use serde_json::Value;

/// Makes `small(change)`: the files of a RoBERTa with random weights, by path; and `shipped()`:
/// those of the model that the site has.
const FILES: &str = "
    const text = (value) => new Blob([typeof value === 'string' ? value : JSON.stringify(value)]);
    let seed = 7;
    const random = () => { seed = (seed * 1103515245 + 12345) % 2147483648; return seed / 1073741824 - 1; };
    const safetensors = (shapes) => {
      const header = {}, parts = [];
      let end = 0;
      for (const [name, shape] of Object.entries(shapes)) {
        const size = shape.reduce((a, b) => a * b, 1);
        const around = name.includes('LayerNorm.weight') ? 1 : 0;
        parts.push(Float32Array.from({ length: size }, () => around + random() / 2));
        header[name] = { dtype: 'F32', shape, data_offsets: [end, end += size * 4] };
      }
      const json = new TextEncoder().encode(JSON.stringify(header));
      return new Blob([BigUint64Array.of(BigInt(json.length)), json, ...parts]);
    };
    const shapes = () => {
      const all = { 'embeddings.word_embeddings.weight': [12, 8], 'embeddings.position_embeddings.weight': [40, 8],
        'embeddings.token_type_embeddings.weight': [1, 8] };
      const norm = (of) => { all[`${of}.LayerNorm.weight`] = [8]; all[`${of}.LayerNorm.bias`] = [8]; };
      norm('embeddings');
      for (const [name, out, from] of [['attention.self.query', 8, 8], ['attention.self.key', 8, 8],
        ['attention.self.value', 8, 8], ['attention.output.dense', 8, 8], ['intermediate.dense', 16, 8],
        ['output.dense', 8, 16]]) {
        all[`encoder.layer.0.${name}.weight`] = [out, from];
        all[`encoder.layer.0.${name}.bias`] = [out];
      }
      norm('encoder.layer.0.attention.output');
      norm('encoder.layer.0.output');
      return all;
    };
    const small = (change = () => {}) => {
      seed = 7;
      const pieces = ['<s>', '<pad>', '</s>', '<unk>', 't', 'h', 'e', 'Ġ', 'th', 'the', 'Ġthe', 'c'];
      const config = { model_type: 'roberta', vocab_size: 12, hidden_size: 8, num_hidden_layers: 1,
        num_attention_heads: 2, intermediate_size: 16, hidden_act: 'gelu', max_position_embeddings: 40,
        type_vocab_size: 1, layer_norm_eps: 1e-5, pad_token_id: 1 };
      const files = { config, tensors: shapes() };
      change(files);
      return {
        'tiny/config.json': text(files.config), 'tiny/model.safetensors': safetensors(files.tensors),
        'tiny/vocab.json': text(Object.fromEntries(pieces.map((piece, id) => [piece, id]))),
        'tiny/merges.txt': text('#version: 0.2\\nt h\\nth e\\nĠ the\\n'),
        'tiny/1_Pooling/config.json': text({ pooling_mode_max_tokens: true }),
        'tiny/config_sentence_transformers.json': text({ prompts: { query: 'the ' } }),
      };
    };
    const shipped = async (precision) => {
      const list = await (await fetch('/assets.json')).json();
      const of = (role) => list.models[0].files.find((file) =>
        file.role === role && (role !== 'weights' || file.precision === precision));
      const blob = async (role) => (await fetch(`/${of(role).path}`)).blob();
      return { 'config.json': await blob('config'), 'tokenizer.json': await blob('tokenizer'),
        'model.safetensors': await blob('weights'),
        'sentence_bert_config.json': text({ max_seq_length: 256 }) };
    };
    const caught = async (options) => {
      try { await S.Embedder.load(options); return 'it loads'; } catch (error) { return [error.code, error.message]; }
    };
    const equal = (a, b) => a.length === b.length && a.every((x, i) => x === b[i]);";

async fn run(body: &str) -> Result<Value> {
    let mut result = Value::Null;
    visit(Site::root(), async |page: &Page| {
        let url = format!("{}icon.svg", page.server().url());
        page.driver().goto(url).await?;
        let script = format!(
            "return (async () => {{ const S = await import('/semblance.js'); {FILES} {body} }})()
               .catch((error) => ({{ thrown: `${{error}}` }}));"
        );
        result = page.run(&script, Vec::new()).await?;
        ensure!(result.get("thrown").is_none(), "{result:#}");
        Ok(())
    })
    .await?;
    Ok(result)
}

#[tokio::test]
async fn the_sites_own_model_is_the_same_from_files() -> Result<()> {
    let found = run("
        const texts = Array.from({ length: 40 }, (_, i) => `Text ${i} about cats and \u{5b57}`);
        const site = await S.Embedder.load({ workers: 2 });
        const own = await S.Embedder.load({ workers: 2, files: await shipped('fast') });
        const [a, b] = [await site.embed(texts), await own.embed(texts)];
        const result = { equal: equal(a.vectors, b.vectors), tokens: equal(a.tokens, b.tokens),
          site: site.model, own: own.model };
        site.close();
        own.close();
        return result;")
    .await?;
    ensure!(found["equal"] == true && found["tokens"] == true, "{found}");
    ensure!(found["own"]["name"] == found["site"]["name"], "{found}");
    ensure!(found["own"]["maxTokens"] == 256, "{found}");
    let revision = |model: &str| found[model]["revision"].as_str().map(str::len);
    ensure!(
        revision("own") == Some(64) && revision("site") == Some(64),
        "{found}"
    );
    Ok(())
}

#[tokio::test]
async fn a_folder_of_another_family_is_opened() -> Result<()> {
    let found = run("
        const load = async (options) => {
          const e = await S.Embedder.load({ workers: 3, precision: 'exact', ...options });
          const { vectors } = await e.embed(argument);
          e.close();
          return { vectors, ...e.model };
        };
        const argument = ['the the', 'the', 'chet', ''];
        const plain = await load({ files: small() });
        const again = await load({ files: new Map(Object.entries(small())) });
        const files = Object.entries(small()).map(([path, blob]) =>
          Object.defineProperty(new File([blob], path.split('/').pop()), 'webkitRelativePath', { value: path }));
        const listed = await load({ files });
        const query = await load({ files: small(), promptName: 'query' });
        const worded = await load({ files: small(), prompt: 'the ' });
        const other = await load({ files: small((f) => { f.config.layer_norm_eps = 1e-3; }) });
        const fast = await load({ files: small(), precision: 'fast' });
        return {
          name: plain.name, dimensions: plain.dimensions, max: plain.maxTokens, prompt: [plain.prompt, query.prompt],
          same: equal(plain.vectors, again.vectors) && equal(plain.vectors, listed.vectors),
          prompted: equal(query.vectors, worded.vectors) && !equal(plain.vectors, query.vectors),
          revisions: [plain.revision === query.revision, plain.revision === other.revision],
          near: fast.vectors.every((x, i) => Math.abs(x - plain.vectors[i]) < 0.1),
        };")
    .await?;
    ensure!(
        found["name"] == "tiny" && found["dimensions"] == 8,
        "{found}"
    );
    ensure!(found["max"] == 38, "{found}");
    ensure!(
        found["prompt"] == serde_json::json!(["", "the "]),
        "{found}"
    );
    ensure!(
        found["same"] == true && found["prompted"] == true,
        "{found}"
    );
    ensure!(
        found["revisions"] == serde_json::json!([true, false]),
        "{found}"
    );
    ensure!(found["near"] == true, "{found}");
    Ok(())
}

#[tokio::test]
async fn files_that_make_no_model_are_named() -> Result<()> {
    let found = run("
        const with_files = (files) => caught({ files });
        const cut = small();
        cut['tiny/model.safetensors'] = cut['tiny/model.safetensors'].slice(0, -1);
        const missing = small();
        delete missing['tiny/model.safetensors'];
        return [
          await with_files(cut), await with_files(missing),
          await with_files(small((f) => { f.config.model_type = 't5'; })),
          await with_files(small((f) => { delete f.tensors['encoder.layer.0.output.dense.bias']; })),
          await caught({ files: small(), promptName: 'passage' }),
          await with_files({}), await with_files('model.safetensors'), await with_files({ a: 'b' }),
          await caught({ files: small(), model: 'x' }), await caught({ promptName: 'query' }),
        ];")
    .await?;
    let cases = [
        ("bad-model", "cut off"),
        (
            "bad-model",
            "tiny/model.safetensors: it is not among the files",
        ),
        ("bad-model", "model type t5"),
        ("bad-model", "encoder.layer.0.output.dense.bias"),
        ("bad-model", "it has no prompt \"passage\"; it has: query"),
        ("bad-input", "files is empty"),
        ("bad-input", "files must be"),
        ("bad-input", "must be a File or Blob"),
        ("bad-input", "Either model or files"),
        ("bad-input", "promptName is for a model of files"),
    ];
    for (at, (code, says)) in cases.into_iter().enumerate() {
        let message = found[at][1].as_str().unwrap_or_default();
        ensure!(
            found[at][0] == code && message.contains(says),
            "{says}: {}",
            found[at]
        );
    }
    Ok(())
}

/// A folder of 91 MB in f32, rounded while it is read.
#[tokio::test]
async fn a_large_folder_is_opened_in_seconds() -> Result<()> {
    let found = run("
        const files = await shipped('exact');
        const start = performance.now();
        const e = await S.Embedder.load({ workers: 1, files });
        const loaded = performance.now();
        await e.embed(['Hello World']);
        const first = performance.now();
        e.close();
        return { bytes: e.model.bytes, load: loaded - start, first: first - loaded };")
    .await?;
    println!("{found}");
    ensure!(
        found["load"].as_f64().is_some_and(|ms| ms < 15_000.0),
        "{found}"
    );
    Ok(())
}
