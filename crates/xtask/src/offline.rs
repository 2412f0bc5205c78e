//! What the page keeps for visits without a network: the list in `sw.js`.
//!
//! The list stands in the service worker's script itself, so that browsers notice a new version by
//! that one file, and script and list can't come from two. The page knows its version, too: the
//! worker takes on a page that was loaded from the network only if it is of the worker's version.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::html::PROGRAM;
use crate::{digest, files};

/// The service worker's script, which does not keep itself: the browser does.
const WORKER: &str = "sw.js";

/// The page, which is stamped with the version.
const PAGE: &str = "index.html";

/// How the line of the script begins that has the list.
const LIST: &str = "const BUILD = ";

/// The attribute that tells the page its version.
const VERSION: &str = " data-version=\"";

/// Hexadecimal digits of a version.
const DIGITS: usize = 16;

/// Writes the list of a finished `site` into its service worker, and the version into its page.
/// What has been stamped before is stamped anew.
pub fn stamp(site: &Path) -> Result<()> {
    let read = |name: &str| {
        let path = site.join(name);
        fs::read_to_string(&path).with_context(|| files::cannot("read", &path))
    };
    let html = without_version(&read(PAGE)?);
    let worker = read(WORKER)?;
    let assets: Value = serde_json::from_str(&read("assets.json")?).context("assets.json")?;

    let mut kept = BTreeMap::new();
    for path in files::all_under(site)? {
        let name = path.strip_prefix(site).unwrap_or(&path);
        let name = name.to_string_lossy().replace('\\', "/");
        if is_of_the_page(&name) {
            kept.insert(name, digest::of_file(&path)?);
        }
    }
    kept.insert(PAGE.into(), digest::of_bytes(html.as_bytes()));
    let mut build = json!({
        "engines": engines(&assets),
        "model": model(&assets, |_| true),
        "weights": model(&assets, |file| file["role"] == "weights").keys().collect::<Vec<_>>(),
    });
    let with_list = |build: &Value| with_list(&worker, &serde_json::to_string(build)?);
    // Of everything that makes a version, the worker's own code included.
    build["files"] = json!(kept);
    let version = digest::of_bytes(with_list(&build)?.as_bytes());
    let version = &version[..DIGITS];

    let html = html.replacen(PROGRAM, &format!("{VERSION}{version}\"{PROGRAM}"), 1);
    ensure!(
        html.contains(VERSION),
        "{PAGE} has no script with{PROGRAM}…"
    );
    kept.insert(PAGE.into(), digest::of_bytes(html.as_bytes()));
    build["files"] = json!(kept);
    build["version"] = version.into();
    files::write_if_changed(&site.join(PAGE), html.as_bytes())?;
    files::write_if_changed(&site.join(WORKER), with_list(&build)?.as_bytes())?;
    Ok(())
}

/// Whether the page needs a file of the site, its model aside.
fn is_of_the_page(name: &str) -> bool {
    let elsewhere = ["models/", "library/"];
    // The library for other pages.
    let library = name == "semblance.js"
        || name.starts_with("semblance-")
            && !name.starts_with("semblance-app-")
            && name.ends_with(".wasm");
    // Copies for the host, what is for people, types, and the style sheet before Trunk named it.
    let beside = [
        ".br",
        ".gz",
        ".txt",
        ".d.ts",
        "LICENSE",
        "NOTICE",
        "semblance.css",
    ];
    name != WORKER
        && !library
        && !elsewhere.iter().any(|folder| name.starts_with(folder))
        && !beside.iter().any(|end| name.ends_with(end))
}

/// The files of each build of the engine: a browser takes one of them.
fn engines(assets: &Value) -> BTreeMap<&str, Vec<&Value>> {
    let builds = assets["engine"].as_object().into_iter().flatten();
    builds
        .map(|(name, build)| (name.as_str(), vec![&build["script"], &build["module"]]))
        .collect()
}

/// The default model's files that are `wanted`, by their hash. Others are kept once they are used.
fn model(assets: &Value, wanted: fn(&Value) -> bool) -> BTreeMap<&str, &str> {
    let default = &assets["models"][0];
    let files = default["files"].as_array().into_iter().flatten();
    files
        .filter(|file| wanted(file))
        .filter_map(|file| Some((file["path"].as_str()?, file["sha256"].as_str()?)))
        .collect()
}

/// The script with this list in the place of the one that it has.
fn with_list(script: &str, list: &str) -> Result<String> {
    let line = script.lines().find(|line| line.starts_with(LIST));
    let line = line.with_context(|| format!("{WORKER} has no line with {LIST}…"))?;
    Ok(script.replacen(line, &format!("{LIST}{list};"), 1))
}

/// The page as it was before it was stamped.
pub(crate) fn without_version(html: &str) -> String {
    let Some((before, rest)) = html.split_once(VERSION) else {
        return html.to_owned();
    };
    let after = rest.split_once('"').map_or("", |(_, after)| after);
    format!("{before}{after}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A site of small files; returns its folder.
    fn site() -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        let assets = json!({
            "engine": {
                "simd": { "script": "engine/a.js", "module": "engine/a.wasm" },
                "relaxed": { "script": "engine/b.js", "module": "engine/b.wasm" },
            },
            "models": [{ "files": [
                { "role": "weights", "path": "models/m/w", "sha256": "11" },
                { "role": "config", "path": "models/m/c", "sha256": "22" },
            ]}],
        });
        for (name, content) in [
            (
                "index.html",
                "<script data-js=\"a\" data-wasm=\"b\"></script>",
            ),
            ("sw.js", "// Some code.\nconst BUILD = {};\nmore();\n"),
            ("assets.json", &assets.to_string()),
            ("engine/a.js", "a"),
            ("fonts/inter.woff2", "font"),
            ("fonts/LICENSE.txt", "text"),
            ("models/m/w", "weights"),
            ("library/index.html", "example"),
            ("semblance.js", "library"),
            ("semblance-00000000.wasm", "library"),
            ("semblance-00000000.css", "style"),
            ("semblance.css", "style"),
            ("semblance-app-00000000_bg.wasm", "program"),
            ("semblance-app-00000000_bg.wasm.br", "copy"),
        ] {
            files::write(&folder.path().join(name), content.as_bytes()).expect("written");
        }
        folder
    }

    fn read(site: &Path, name: &str) -> String {
        fs::read_to_string(site.join(name)).expect(name)
    }

    fn list(site: &Path) -> Value {
        let script = read(site, WORKER);
        let line = script.lines().find_map(|line| line.strip_prefix(LIST));
        serde_json::from_str(line.expect("a list").trim_end_matches(';')).expect("JSON")
    }

    #[test]
    fn the_list_has_what_the_page_needs_by_its_content() {
        let site = site();
        stamp(site.path()).expect("stamped");
        let list = list(site.path());
        let files = list["files"].as_object().expect("files");
        assert_eq!(
            files.keys().collect::<Vec<_>>(),
            [
                "assets.json",
                "engine/a.js",
                "fonts/inter.woff2",
                "index.html",
                "semblance-00000000.css",
                "semblance-app-00000000_bg.wasm",
            ]
        );
        // Of the page as it is served, with its version.
        let html = read(site.path(), PAGE);
        assert_eq!(files[PAGE], digest::of_bytes(html.as_bytes()));
        let version = list["version"].as_str().expect("a version");
        assert!(html.contains(&format!("data-version=\"{version}\" data-wasm=")));
        assert_eq!(
            list["engines"]["simd"],
            json!(["engine/a.js", "engine/a.wasm"])
        );
        assert_eq!(
            list["model"],
            json!({ "models/m/w": "11", "models/m/c": "22" })
        );
        assert_eq!(list["weights"], json!(["models/m/w"]));
        assert!(read(site.path(), WORKER).ends_with("more();\n"));
    }

    #[test]
    fn a_version_changes_with_any_file_and_with_nothing_else() {
        let site = site();
        let version = || {
            stamp(site.path()).expect("stamped");
            list(site.path())["version"].clone()
        };
        let first = version();
        assert_eq!(version(), first);
        for (name, other) in [
            ("sw.js", "const BUILD = {};\nother();\n"),
            (
                "index.html",
                "<p><script data-js=\"a\" data-wasm=\"b\"></script>",
            ),
            ("engine/a.js", "b"),
        ] {
            let before = version();
            files::write(&site.path().join(name), other.as_bytes()).expect("written");
            assert_ne!(version(), before, "{name}");
        }
        let before = version();
        files::write(&site.path().join("semblance.js"), b"other").expect("written");
        assert_eq!(version(), before);
    }

    #[test]
    fn refuses_what_it_cannot_stamp() {
        for (name, content, said) in [
            ("sw.js", "more();", "no line with"),
            ("index.html", "<p>", "no script with"),
            ("assets.json", "[", "assets.json"),
        ] {
            let site = site();
            files::write(&site.path().join(name), content.as_bytes()).expect("written");
            let error = stamp(site.path()).expect_err("refused");
            assert!(format!("{error:#}").contains(said), "{error:#}");
        }
    }

    #[test]
    fn the_service_worker_has_a_line_for_the_list() {
        let script = include_str!("../../../www/sw.js");
        assert!(with_list(script, "{}").is_ok());
    }
}
