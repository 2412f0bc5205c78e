//! `target/site`: the generated part of the site.
//!
//! ```text
//! engine/worker-<variant>-<hash>.js, .wasm
//! engine/importer-<hash>.js, .wasm
//! models/<name>/model.safetensors, model-f32.safetensors, tokenizer.json, config.json, LICENSE …
//! models/stsb-dev.tsv    pairs of texts that people rated
//! semblance.js, semblance.d.ts, semblance-<hash>.wasm    the library for other pages
//! assets.json    which of them are what, with sizes and hashes
//! ```
//!
//! Files that haven't changed are left alone, so that Trunk's watcher sees nothing.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use lexopt::Parser;
use serde_json::{Map, Value, json};

use crate::engine::{self, Built, Worker};
use crate::report::{self, Outcome};
use crate::{digest, files, library, model, project};

/// Set by commands that have brought the assets up to date before they call Trunk.
pub const READY: &str = "SEMBLANCE_ASSETS_READY";

/// `cargo xtask assets`.
pub fn run(arguments: &mut Parser) -> Result<()> {
    crate::no_options(arguments)?;
    if std::env::var_os(READY).is_some() {
        return Ok(());
    }
    let _lock = project::lock()?;
    model::ensure()?;
    ensure()
}

/// Brings the folder up to date. The model must be there.
pub fn ensure() -> Result<()> {
    report::noted("workers and model for the site", || {
        let built = engine::build(&engine::variants()?)?;
        let parts = Parts {
            built: &built,
            importer: &engine::build_importer()?,
            library: &library::build()?,
            models: &models()?,
            rated: &model::rated_pairs()?,
        };
        let changed = lay_out(&parts, &project::site())?;
        let outcome = if changed {
            Outcome::Done
        } else {
            Outcome::There
        };
        let sizes = built.iter().map(|built| {
            let kilobytes = built.worker.module.1.len() / 1000;
            format!("{} {kilobytes} kB", built.variant.name())
        });
        Ok((outcome, sizes.collect::<Vec<_>>().join(", ")))
    })
}

/// What the folder is made of.
struct Parts<'a> {
    built: &'a [Built],
    /// The worker that reads files.
    importer: &'a Worker,
    /// The library's files, by name.
    library: &'a [(String, Vec<u8>)],
    /// The models, the default first.
    models: &'a [Offered],
    /// Rated pairs, fetched when somebody has a model measured.
    rated: &'a str,
}

/// A model of the site.
struct Offered {
    name: &'static str,
    /// Folder of its files; its weights are int8.
    folder: PathBuf,
    /// The weights in f32, where they ship.
    exact: Option<Vec<u8>>,
    /// What `assets.json` says of it beside its files.
    card: Value,
}

/// The models that have been made.
fn models() -> Result<Vec<Offered>> {
    let offered = model::offered().map(|model| {
        Ok(Offered {
            name: model.name,
            folder: model::shipped(model),
            exact: model.exact.then(|| model::exact(model)).transpose()?,
            card: model::card(model)?,
        })
    });
    offered.collect()
}

/// Makes `site` hold these files and no others; tells whether anything changed.
fn lay_out(parts: &Parts<'_>, site: &Path) -> Result<bool> {
    let mut changed = false;
    let mut wanted: Vec<PathBuf> = Vec::new();
    let mut place = |worker: &Worker| {
        let mut place = |(name, bytes): &(String, Vec<u8>)| {
            let path = site.join("engine").join(name);
            changed |= files::write_if_changed(&path, bytes)?;
            wanted.push(path);
            anyhow::Ok(format!("engine/{name}"))
        };
        let entry = json!({ "script": place(&worker.script)?, "module": place(&worker.module)? });
        anyhow::Ok(entry)
    };
    let mut engine = Map::new();
    for build in parts.built {
        engine.insert(build.variant.name().into(), place(&build.worker)?);
    }
    let importer = place(parts.importer)?;

    for (name, bytes) in parts.library {
        let path = site.join(name);
        changed |= files::write_if_changed(&path, bytes)?;
        wanted.push(path);
    }

    let mut models = Vec::new();
    for model in parts.models {
        let (entry, files, copied) = lay_out_model(model, site)?;
        models.push(entry);
        wanted.extend(files);
        changed |= copied;
    }

    let rated = site.join(RATED);
    changed |= files::write_if_changed(&rated, parts.rated.as_bytes())?;
    wanted.push(rated);

    let assets = json!({
        "engine": Value::Object(engine),
        "importer": importer,
        "models": models,
    });
    let path = site.join("assets.json");
    let text = serde_json::to_string_pretty(&assets).context("assets.json")? + "\n";
    changed |= files::write_if_changed(&path, text.as_bytes())?;
    wanted.push(path);

    for path in files::all_under(site)? {
        if !wanted.contains(&path) {
            files::remove(&path)?;
            changed = true;
        }
    }
    Ok(changed)
}

/// Puts a model's files into the site: its entry in the list, the files, and whether any changed.
fn lay_out_model(model: &Offered, site: &Path) -> Result<(Value, Vec<PathBuf>, bool)> {
    let folder = format!("models/{}", model.name);
    let (mut list, mut wanted, mut changed) = (Vec::new(), Vec::new(), false);
    if let Some(exact) = &model.exact {
        let path = site.join(&folder).join(EXACT);
        changed |= files::write_if_changed(&path, exact)?;
        wanted.push(path);
        list.push(json!({
            "role": "weights",
            "precision": "exact",
            "path": format!("{folder}/{EXACT}"),
            "bytes": exact.len(),
            "sha256": digest::of_bytes(exact),
        }));
    }
    for path in files::all_under(&model.folder)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let copy = site.join(&folder).join(&*name);
        changed |= files::copy_if_changed(&path, &copy)?;
        if let Some(role) = role(&name) {
            let mut entry = json!({
                "role": role,
                "path": format!("{folder}/{name}"),
                "bytes": fs::metadata(&path)?.len(),
                "sha256": digest::of_file(&path)?,
            });
            if role == "weights" {
                entry["precision"] = "fast".into();
            }
            list.push(entry);
        }
        wanted.push(copy);
    }
    for needed in ["weights", "tokenizer", "config"] {
        let is_it = |part: &Value| part["role"] == needed && part["precision"] != "exact";
        if !list.iter().any(is_it) {
            bail!(
                "{} has no {needed}: run `cargo xtask model`",
                files::shown(&model.folder)
            );
        }
    }
    let entry = json!({ "name": model.name, "card": model.card, "files": list });
    Ok((entry, wanted, changed))
}

/// The rated pairs, as `crates/client/src/rated.rs` asks for them.
const RATED: &str = "models/stsb-dev.tsv";

/// Name of the f32 weights.
const EXACT: &str = "model-f32.safetensors";

/// What the worker needs a file of the model for; `None` for those that only go along.
fn role(name: &str) -> Option<&'static str> {
    match name {
        "model.safetensors" => Some("weights"),
        "tokenizer.json" => Some("tokenizer"),
        "config.json" => Some("config"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Variant;

    fn worker(name: &str) -> Worker {
        let file = |extension: &str| {
            let name = format!("{name}.{extension}");
            (name, extension.as_bytes().to_vec())
        };
        Worker {
            script: file("js"),
            module: file("wasm"),
        }
    }

    fn built(variant: Variant, hash: &str) -> Built {
        let worker = worker(&format!("worker-{}-{hash}", variant.name()));
        Built { variant, worker }
    }

    fn offered(folder: &Path, exact: Option<&[u8]>) -> Offered {
        Offered {
            name: "m",
            folder: folder.to_owned(),
            exact: exact.map(Into::into),
            card: json!({ "about": "Small." }),
        }
    }

    #[test]
    fn lays_out_what_is_wanted_and_nothing_else() {
        let folder = tempfile::tempdir().expect("a folder");
        let (model, site) = (folder.path().join("model"), folder.path().join("site"));
        for name in [
            "model.safetensors",
            "tokenizer.json",
            "config.json",
            "LICENSE",
        ] {
            files::write(&model.join(name), name.as_bytes()).expect("written");
        }
        let library = [("semblance.js".to_owned(), b"x".to_vec())];
        let importer = worker("importer-00000000");
        let models = [offered(&model, Some(b"exact weights"))];
        let parts = |built| Parts {
            built,
            importer: &importer,
            library: &library,
            models: &models,
            rated: "5.0\ta\tb\n",
        };
        let old = [built(Variant::Simd, "00000000")];
        assert!(lay_out(&parts(&old), &site).expect("laid out"));
        assert!(!lay_out(&parts(&old), &site).expect("unchanged"));

        let new = [
            built(Variant::Simd, "11111111"),
            built(Variant::Relaxed, "22222222"),
        ];
        assert!(lay_out(&parts(&new), &site).expect("laid out"));
        let names: Vec<_> = files::all_under(&site).expect("listed");
        let names: Vec<_> = names
            .iter()
            .filter_map(|path| path.strip_prefix(&site).ok())
            .collect();
        assert_eq!(
            names
                .iter()
                .map(|name| name.to_string_lossy())
                .collect::<Vec<_>>(),
            [
                "assets.json",
                "engine/importer-00000000.js",
                "engine/importer-00000000.wasm",
                "engine/worker-relaxed-22222222.js",
                "engine/worker-relaxed-22222222.wasm",
                "engine/worker-simd-11111111.js",
                "engine/worker-simd-11111111.wasm",
                "models/m/LICENSE",
                "models/m/config.json",
                "models/m/model-f32.safetensors",
                "models/m/model.safetensors",
                "models/m/tokenizer.json",
                "models/stsb-dev.tsv",
                "semblance.js",
            ]
        );
        let list = fs::read_to_string(site.join("assets.json")).expect("read");
        let list: Value = serde_json::from_str(&list).expect("JSON");
        assert_eq!(
            list["engine"]["relaxed"]["module"],
            "engine/worker-relaxed-22222222.wasm"
        );
        assert_eq!(list["importer"]["script"], "engine/importer-00000000.js");
        assert_eq!(list["models"][0]["card"]["about"], "Small.");
        let files = list["models"][0]["files"].as_array().expect("files");
        for (precision, content) in [("fast", "model.safetensors"), ("exact", "exact weights")] {
            let found = files.iter().find(|file| file["precision"] == precision);
            let found = found.expect("weights");
            assert_eq!(found["role"], "weights");
            assert_eq!(found["bytes"], content.len());
            assert_eq!(found["sha256"], digest::of_bytes(content.as_bytes()));
        }
    }

    #[test]
    fn refuses_a_model_that_lacks_a_part() {
        let folder = tempfile::tempdir().expect("a folder");
        let model = folder.path().join("model");
        files::write(&model.join("model.safetensors"), b"x").expect("written");
        let parts = Parts {
            built: &[],
            importer: &worker("importer"),
            library: &[],
            models: &[offered(&model, None)],
            rated: "",
        };
        let error = lay_out(&parts, &folder.path().join("site")).expect_err("refused");
        assert!(error.to_string().contains("tokenizer"), "{error}");
    }
}
