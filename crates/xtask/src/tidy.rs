//! How the repository is kept: what a reviewer would otherwise have to look for. ARCHITECTURE.md
//! says why; the order of the crates and the words of the glossary are read from it.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use crate::{command, files, project};

/// What a crate must not depend on, itself or by way of our other crates; as far as a manifest can
/// show the last column of the code map. A name that ends in a hyphen stands for all that begin so.
const MUST_NOT: &[(&str, &[&str])] = &[
    // It sees no tensor, and asks the engine through the client.
    (
        "semblance-app",
        &[
            "candle-",
            "semblance-analysis",
            "semblance-encoder",
            "semblance-kernels",
        ],
    ),
    // It does not know what an embedding is.
    ("semblance-scatter", &["semblance-"]),
    ("semblance-library", &["yew"]),
    ("semblance-client", &["yew"]),
    ("semblance-worker", &["yew"]),
    ("semblance-protocol", &["candle-", "semblance-", "yew"]),
    ("semblance-workspace", BROWSER),
    ("semblance-import", BROWSER),
    (
        "semblance-analysis",
        &["web-sys", "js-sys", "gloo", "candle-"],
    ),
    ("semblance-encoder", BROWSER),
    // It depends on nothing at all.
    ("semblance-kernels", &[""]),
];

/// What only a browser has.
const BROWSER: &[&str] = &["web-sys", "js-sys", "gloo", "gloo-"];

/// Lines of a file that can be read in one sitting. Style sheets are not counted: ours is one list.
const LONGEST_FILE: usize = 600;

/// Files that are longer, with what they may have until they are split. None may be added.
const LONG_FILES: &[(&str, usize)] = &[
    // The map's panel and its hooks in one file.
    ("crates/app/src/stage/map/mod.rs", 648),
    // Scripts that run in the page, most of them tables of arguments.
    ("tests/browser/library.rs", 648),
    ("tests/browser/explore.rs", 708),
];

/// Columns of a comment. Code is rustfmt's business, which leaves alone what it can't wrap: long
/// strings, and templates in `html!`.
const COLUMNS: usize = 100;

/// Comments that are longer in all crates together, tables aside. It may only become less.
const LONG_COMMENTS: usize = 11;

/// Words of the glossary's left column that are still used, and how often. They may only become
/// fewer.
const STILL_USED: &[(&str, usize)] = &[
    ("own axes", 3),
    ("axes of one's own", 3),
    ("waves", 74),
    ("falling", 7),
    ("makes good", 1),
    ("made good", 3),
];

/// What the repository is made of, with `/` in paths: files below these folders, and at the root.
fn sources(extensions: &[&str]) -> BTreeMap<String, String> {
    let root = project::root();
    let mut paths: Vec<_> = std::fs::read_dir(root)
        .expect("the root")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.is_file())
        .collect();
    for folder in ["crates", "docs", "tests", "www"] {
        paths.extend(files::all_under(&root.join(folder)).expect("a folder"));
    }
    let wanted = |path: &Path| {
        let extension = path.extension().and_then(|extension| extension.to_str());
        let others = |part| part == "node_modules" || part == "target";
        extension.is_some_and(|extension| extensions.contains(&extension))
            && !path.iter().filter_map(|part| part.to_str()).any(others)
    };
    let mut found = BTreeMap::new();
    for path in paths {
        let name = path.strip_prefix(root).unwrap_or(&path);
        if wanted(name) {
            let name = name.to_string_lossy().replace('\\', "/");
            let text = std::fs::read_to_string(&path).expect("text");
            found.insert(name, text);
        }
    }
    assert!(!found.is_empty(), "there is no file of {extensions:?}");
    found
}

/// One of the repository's files.
fn read(name: &str) -> String {
    std::fs::read_to_string(project::root().join(name)).expect(name)
}

/// The part of a document below a heading, up to the next one of any level.
fn section<'a>(text: &'a str, heading: &str) -> &'a str {
    let (_, rest) = text.split_once(&format!("\n{heading}\n")).expect(heading);
    rest.split("\n#").next().unwrap_or(rest)
}

/// The cells of the rows of a section's tables, without the heads.
fn rows(section: &str) -> impl Iterator<Item = Vec<&str>> {
    let tables = section.split("\n\n").map(str::trim_start);
    let rows = tables
        .filter(|part| part.starts_with('|'))
        .flat_map(|table| table.lines().skip(2));
    rows.map(|row| row.trim_matches('|').split('|').map(str::trim).collect())
}

/// A crate's name by its row in the code map, such as `` `crates/app` ``.
fn named(cell: &str) -> Option<String> {
    let folder = cell.trim_matches('`').strip_prefix("crates/")?;
    Some(match folder {
        "xtask" => folder.into(),
        _ => format!("semblance-{folder}"),
    })
}

/// Our crates and what each depends on: name, and whether that is a part of the crate itself rather
/// than of its tests or its build.
fn crates() -> BTreeMap<String, Vec<(String, bool)>> {
    let mut metadata = command::cargo();
    metadata.args([
        "metadata",
        "--no-deps",
        "--offline",
        "--format-version",
        "1",
    ]);
    let metadata = command::output(&mut metadata).expect("cargo metadata");
    let metadata: Value = serde_json::from_str(&metadata).expect("JSON");
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let name = |value: &Value| value["name"].as_str().unwrap_or_default().to_owned();
    let dependencies = |package: &Value| {
        let all = list(&package["dependencies"]);
        all.iter()
            .map(|dependency| (name(dependency), dependency["kind"].is_null()))
            .collect()
    };
    list(&metadata["packages"])
        .iter()
        .map(|package| (name(package), dependencies(package)))
        .collect()
}

fn none(wrong: Vec<String>) {
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

/// How often a word stands in a text, whatever the case, and not as a part of another.
fn count(text: &str, word: &str) -> usize {
    let is_part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let around = |at: usize| {
        let (before, after) = (&text[..at], &text[at + word.len()..]);
        is_part(before.chars().next_back()) || is_part(after.chars().next())
    };
    let found = text.match_indices(word).filter(|&(at, _)| !around(at));
    found.count()
}

#[test]
fn every_crate_is_on_the_code_map() {
    let map = read("ARCHITECTURE.md");
    let known: Vec<String> = rows(section(&map, "## Code map"))
        .filter_map(|row| named(row[0]))
        .collect();
    let folders = std::fs::read_dir(project::root().join("crates")).expect("a folder");
    let missing = folders.filter_map(|folder| {
        let folder = folder.expect("an entry").file_name();
        let cell = format!("`crates/{}`", folder.to_string_lossy());
        (!known.contains(&named(&cell)?)).then(|| format!("ARCHITECTURE.md has no row for {cell}"))
    });
    none(missing.collect());
}

#[test]
fn dependencies_point_down_the_code_map() {
    let map = read("ARCHITECTURE.md");
    let part = section(&map, "## Code map");
    let (of_the_page, _) = part
        .split_once("\nBeside the page's own")
        .expect("two tables");
    let order: Vec<String> = rows(of_the_page).filter_map(|row| named(row[0])).collect();
    assert!(order.len() > 8, "{order:?}");
    let place = |name: &str| order.iter().position(|known| known == name);
    let mut wrong = Vec::new();
    for (name, dependencies) in crates() {
        let Some(own) = place(&name) else {
            continue;
        };
        let ours = dependencies.iter().map(|(dependency, _)| dependency);
        for dependency in ours.filter(|dependency| dependency.starts_with("semblance-")) {
            if place(dependency).is_none_or(|other| other <= own) {
                wrong.push(format!(
                    "{name} must not depend on {dependency}: it is not below"
                ));
            }
        }
    }
    none(wrong);
}

#[test]
fn crates_depend_on_nothing_that_they_must_not() {
    let crates = crates();
    let mut wrong = Vec::new();
    for (name, forbidden) in MUST_NOT {
        assert!(crates.contains_key(*name), "there is no crate {name}");
        let mut waiting = vec![(*name).to_owned()];
        let mut seen = Vec::new();
        while let Some(next) = waiting.pop() {
            for (dependency, _) in crates[&next].iter().filter(|(_, is_part)| *is_part) {
                let is_it = |wanted: &&str| match wanted {
                    &"" => true,
                    prefix if prefix.ends_with('-') => dependency.starts_with(*prefix),
                    whole => dependency == whole,
                };
                if forbidden.iter().any(is_it) {
                    wrong.push(format!(
                        "{name} must not depend on {dependency} (in {next})"
                    ));
                }
                if crates.contains_key(dependency) && !seen.contains(dependency) {
                    seen.push(dependency.clone());
                    waiting.push(dependency.clone());
                }
            }
        }
    }
    none(wrong);
}

#[test]
fn files_can_be_read_in_one_sitting() {
    let sources = sources(&["rs"]);
    let mut wrong = Vec::new();
    for (name, text) in &sources {
        let lines = text.lines().count();
        let listed = LONG_FILES.iter().find(|(listed, _)| listed == name);
        let most = listed.map_or(LONGEST_FILE, |(_, most)| *most);
        if lines > most {
            wrong.push(format!(
                "{name} has {lines} lines, and may have {most}: split it"
            ));
        }
        if listed.is_some() && lines <= LONGEST_FILE {
            wrong.push(format!("{name} has {lines} lines: take it off LONG_FILES"));
        }
    }
    let gone = LONG_FILES
        .iter()
        .filter(|(name, _)| !sources.contains_key(*name));
    wrong.extend(gone.map(|(name, _)| format!("{name} is gone: take it off LONG_FILES")));
    none(wrong);
}

#[test]
fn comments_are_wrapped() {
    let mut long = Vec::new();
    for (name, text) in sources(&["rs"]) {
        for (number, line) in (1..).zip(text.lines()) {
            let comment = line.trim_start();
            let is_table = ["//! |", "/// |"]
                .iter()
                .any(|start| comment.starts_with(start));
            if comment.starts_with("//") && !is_table && line.chars().count() > COLUMNS {
                long.push(format!("{name}:{number}"));
            }
        }
    }
    assert!(
        long.len() <= LONG_COMMENTS,
        "{} comments have more than {COLUMNS} columns, and {LONG_COMMENTS} may:\n{}",
        long.len(),
        long.join("\n")
    );
}

#[test]
fn lock_files_hold_no_address_of_a_mirror() {
    let mut wrong = Vec::new();
    let lock = read("Cargo.lock");
    let sources = lock
        .lines()
        .filter_map(|line| line.strip_prefix("source = "));
    for source in sources.filter(|source| !source.trim_matches('"').ends_with("/crates.io-index")) {
        wrong.push(format!("Cargo.lock: {source}"));
    }
    for name in ["tests/package-lock.json", "tests/bench/package-lock.json"] {
        let addresses = read(name).matches("\"resolved\"").count();
        if addresses > 0 {
            wrong.push(format!(
                "{name} has {addresses} addresses; .npmrc says how it has none"
            ));
        }
    }
    none(wrong);
}

#[test]
fn words_that_the_glossary_rules_out_are_not_used() {
    let architecture = read("ARCHITECTURE.md");
    let words: Vec<&str> = rows(section(&architecture, "## Glossary"))
        .flat_map(|row| row[0].split(',').map(str::trim).collect::<Vec<_>>())
        .collect();
    assert!(words.len() > 10, "{words:?}");
    let mut sources = sources(&["rs", "js", "html", "css", "ts", "md"]);
    // Both have to name them.
    sources.remove("crates/xtask/src/tidy.rs");
    if let Some(text) = sources.get_mut("ARCHITECTURE.md") {
        *text = text.replace(section(&architecture, "## Glossary"), "");
    }
    let texts: Vec<(&String, String)> = (sources.iter())
        .map(|(name, text)| (name, text.to_lowercase()))
        .collect();
    let mut wrong = Vec::new();
    for word in &words {
        let found = texts
            .iter()
            .map(|(name, text)| (name, count(text, &word.to_lowercase())));
        let found: Vec<_> = found.filter(|(_, times)| *times > 0).collect();
        let times: usize = found.iter().map(|(_, times)| times).sum();
        let listed = STILL_USED.iter().find(|(listed, _)| listed == word);
        let most = listed.map_or(0, |(_, most)| *most);
        if times > most {
            wrong.push(format!(
                "“{word}” is used {times} times, and may be {most}: {found:?}"
            ));
        }
        if times == 0 && most > 0 {
            wrong.push(format!("“{word}” is used no more: take it off STILL_USED"));
        }
    }
    let unknown = STILL_USED.iter().filter(|(word, _)| !words.contains(word));
    wrong.extend(unknown.map(|(word, _)| format!("“{word}” is not in the glossary")));
    none(wrong);
}

#[test]
fn words_are_counted_whole() {
    for (text, word, expected) in [
        ("waves, waves and wavesets of from_waves", "waves", 2),
        ("", "waves", 0),
        ("été", "t", 0),
        ("axes of one's own.", "axes of one's own", 1),
    ] {
        assert_eq!(count(text, word), expected, "{text}");
    }
}
