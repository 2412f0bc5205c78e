//! `cargo xtask kit`: the page as one file, which needs neither a server nor a network.
//!
//! `semblance.html` is the page of the finished site with all that it loads put into it. Styles,
//! font, icon and scripts stand where the page named them; the other files follow it, each
//! compressed by gzip and written in base 85. `kit.js` hands them out. Nothing else of the page
//! knows: where it would ask a server for a file it asks `semblanceFile`, if there is one
//! (`www/boot.js`, `crates/client/src/assets.rs`).

mod base85;
mod html;

use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use flate2::Compression;
use flate2::write::GzEncoder;
use lexopt::Parser;
use serde_json::{Map, Value, json};

use crate::report::{self, Outcome};
use crate::{files, offline, project, setup, site};

/// Builds the site, and one file of it.
pub fn run(arguments: &mut Parser) -> Result<()> {
    crate::no_options(arguments)?;
    let _lock = project::lock()?;
    setup::ensure()?;
    site::build()?;
    ensure()?;
    report::table();
    println!("\n{}", files::shown(&project::kit()));
    Ok(())
}

/// How large the file may be: schools have slow lines, and hosts have limits.
const LIMIT: usize = 28_000_000;

/// Makes the file of the finished site.
pub fn ensure() -> Result<()> {
    report::noted("the page as one file", || {
        let html = pack(&project::dist())?;
        let size = html.len();
        ensure!(
            size <= LIMIT,
            "the file has {size} bytes, and may have {LIMIT}"
        );
        files::write(&project::kit(), html.as_bytes())?;
        Ok((Outcome::Done, format!("{:.2} MB", size as f64 / 1e6)))
    })
}

/// The file of this `site`.
fn pack(site: &Path) -> Result<String> {
    let read = |name: &str| {
        let path = site.join(name);
        fs::read(&path).with_context(|| files::cannot("read", &path))
    };
    let text =
        |name: &str| String::from_utf8(read(name)?).with_context(|| format!("{name} is no text"));
    // A page with a version would have itself kept by a service worker.
    let page = offline::without_version(&text("index.html")?);
    let named = html::Named::in_page(&page)?;
    let assets = fast_alone(&text("assets.json")?)?;

    // In the order in which they are asked for; what can wait comes after the large one.
    let mut brought = Brought::default();
    brought.add(&named.wasm, &read(&named.wasm)?)?;
    brought.add("assets.json", assets.to_string().as_bytes())?;
    for name in paths(&assets).iter().chain(&named.parts) {
        brought.add(name, &read(name)?)?;
    }
    html::one_file(
        &page,
        &html::Inside {
            style: &text(&named.style)?,
            font: &read(html::FONT)?,
            icon: &read(html::ICON)?,
            glue: &text(&named.script)?,
            boot: &text("boot.js")?,
            list: &Value::Object(brought.list),
            elements: &brought.elements,
            licenses: &licenses(site)?,
        },
    )
}

/// Files that the page brings along.
#[derive(Default)]
struct Brought {
    /// Of each its size, and in how many pieces it comes.
    list: Map<String, Value>,
    /// The pieces.
    elements: String,
}

/// How much of a compressed file stands in one piece, so that the browser can draw between two. A
/// multiple of what base 85 takes at once.
const PIECE: usize = 1 << 20;

impl Brought {
    fn add(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        let packed = gzip(bytes)?;
        for piece in packed.chunks(PIECE) {
            self.elements += &html::piece(name, &base85::encode(piece));
        }
        let pieces = packed.len().div_ceil(PIECE);
        let entry = json!({ "bytes": bytes.len(), "pieces": pieces });
        self.list.insert(name.into(), entry);
        Ok(())
    }
}

fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}

/// The site's list of files without the weights for exact arithmetic: four times as large.
fn fast_alone(assets: &str) -> Result<Value> {
    let mut assets: Value = serde_json::from_str(assets).context("assets.json")?;
    for model in assets["models"].as_array_mut().into_iter().flatten() {
        if let Some(files) = model["files"].as_array_mut() {
            files.retain(|file| file["precision"] != "exact");
        }
    }
    Ok(assets)
}

/// The files that a list names, in the order in which the page asks for them.
fn paths(assets: &Value) -> Vec<String> {
    let builds = assets["engine"].as_object().into_iter().flatten();
    let code = |build: &Value| [build["script"].clone(), build["module"].clone()];
    let mut paths: Vec<Value> = builds.flat_map(|(_, build)| code(build)).collect();
    let models = assets["models"].as_array().into_iter().flatten();
    let mut files: Vec<&Value> = models
        .flat_map(|model| model["files"].as_array().into_iter().flatten())
        .collect();
    files.sort_by_key(|file| file["bytes"].as_u64());
    paths.extend(files.iter().map(|file| file["path"].clone()));
    paths.extend(code(&assets["importer"]));
    (paths
        .iter()
        .filter_map(|path| path.as_str().map(Into::into)))
    .collect()
}

/// The licences of what comes along, which have to go wherever it goes.
fn licenses(site: &Path) -> Result<String> {
    let mut licenses = String::new();
    let models = files::all_under(&site.join("models"))?;
    for path in models.into_iter().chain([site.join("fonts/LICENSE.txt")]) {
        let name = path.file_stem().unwrap_or_default();
        if name == "LICENSE" || name == "NOTICE" {
            let text = fs::read_to_string(&path).with_context(|| files::cannot("read", &path))?;
            let title = path.strip_prefix(site).unwrap_or(&path).display();
            licenses += &format!("{title}\n\n{text}\n\n");
        }
    }
    Ok(licenses)
}
