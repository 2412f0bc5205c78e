//! `cargo xtask kit`: the page as one file, which needs neither a server nor a network.
//!
//! `semblance.html` is the page of the finished site with all that it loads put into it. Styles,
//! font, icon and scripts stand where the page named them; the other files follow it, each
//! compressed by gzip and written in base 91. `kit.js` hands them out. Nothing else of the page
//! knows: where it would ask a server for a file it asks `semblanceFile`, if there is one
//! (`www/boot.js`, `crates/client/src/assets.rs`).

mod base91;
mod html;
mod lesson;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use flate2::Compression;
use flate2::write::GzEncoder;
use lexopt::{Arg, Parser};
use serde_json::{Map, Value, json};

use self::lesson::Lesson;
use crate::report::{self, Outcome};
use crate::{compress, files, offline, project, setup, site};

/// Builds the site, and one file of it.
pub fn run(arguments: &mut Parser) -> Result<()> {
    let lesson = match arguments.next()? {
        None => None,
        Some(Arg::Long("lesson")) => Some(Lesson::read(Path::new(&arguments.value()?))?),
        Some(other) => return Err(other.unexpected().into()),
    };
    crate::no_options(arguments)?;
    let _lock = project::lock()?;
    setup::ensure()?;
    site::build()?;
    let made = write(&packed()?, lesson.as_ref())?;
    report::table();
    println!("\n{}", files::shown(&made));
    Ok(())
}

/// How large the file may be: schools have slow lines, and hosts have limits.
const LIMIT: usize = 28_000_000;

/// Makes the file of the finished site, and those with lessons for the tests.
pub fn ensure() -> Result<()> {
    let page = packed()?;
    write(&page, None)?;
    for lesson in ["tests/lesson.txt", "tests/questions.md"] {
        write(&page, Some(&Lesson::read(&project::root().join(lesson))?))?;
    }
    Ok(())
}

/// The finished site as one page.
fn packed() -> Result<String> {
    let mut page = String::new();
    report::step("packing the site into one page", || {
        page = pack(&project::dist())?;
        Ok(Outcome::Done)
    })?;
    Ok(page)
}

/// Writes that page as a file, with a lesson perhaps, and says where it is.
fn write(page: &str, lesson: Option<&Lesson>) -> Result<PathBuf> {
    let path = match lesson {
        None => project::kit(),
        Some(lesson) => project::kit().with_file_name(format!("{}.html", lesson.name)),
    };
    report::noted("the page as one file", || {
        let html = match lesson {
            None => page.to_owned(),
            Some(lesson) => lesson.baked_into(page)?,
        };
        let size = html.len();
        ensure!(
            size <= LIMIT,
            "the file has {size} bytes, and may have {LIMIT}"
        );
        files::write(&path, html.as_bytes())?;
        Ok((Outcome::Done, format!("{:.2} MB", size as f64 / 1e6)))
    })?;
    Ok(path)
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
    for name in named
        .first
        .iter()
        .chain(&paths(&assets))
        .chain(&named.parts)
    {
        brought.add(name, &read(name)?)?;
    }
    let module = |name: &'static str| anyhow::Ok((name, text(name.trim_start_matches("./"))?));
    html::one_file(
        &page,
        &html::Inside {
            style: &text(&named.style)?,
            font: &read(html::FONT)?,
            icon: &read(html::ICON)?,
            glue: &text(&named.script)?,
            boot: &text("boot.js")?,
            modules: &[module("./keep.js")?, module("./link.js")?],
            list: &Value::Object(brought.list),
            elements: &brought.elements,
            licenses: &licenses(site, &assets)?,
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

/// How much of a compressed file stands in one piece, so that the browser can draw between two.
const PIECE: usize = 1 << 20;

impl Brought {
    fn add(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        let packed = gzip(bytes)?;
        for piece in packed.chunks(PIECE) {
            self.elements += &html::piece(name, &base91::encode(piece));
        }
        let pieces = packed.len().div_ceil(PIECE);
        let entry = json!({ "bytes": bytes.len(), "pieces": pieces });
        self.list.insert(name.into(), entry);
        Ok(())
    }
}

/// As small as gzip gets: weights gain nothing by what takes longer.
fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    if bytes.len() < compress::LARGE {
        return compress::gzip(bytes);
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}

/// The site's list of files without the weights for exact arithmetic, which are four times as
/// large, and the models beside the default one.
fn fast_alone(assets: &str) -> Result<Value> {
    let mut assets: Value = serde_json::from_str(assets).context("assets.json")?;
    if let Some(models) = assets["models"].as_array_mut() {
        models.truncate(1);
    }
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
fn licenses(site: &Path, assets: &Value) -> Result<String> {
    let mut licenses = String::new();
    let weights = &assets["models"][0]["files"][0]["path"];
    let model = weights.as_str().and_then(|path| Path::new(path).parent());
    let model = files::all_under(&site.join(model.context("assets.json names no model")?))?;
    for path in model.into_iter().chain([site.join("fonts/LICENSE.txt")]) {
        let name = path.file_stem().unwrap_or_default();
        if name == "LICENSE" || name == "NOTICE" {
            let text = fs::read_to_string(&path).with_context(|| files::cannot("read", &path))?;
            let title = path.strip_prefix(site).unwrap_or(&path).display();
            licenses += &format!("{title}\n\n{text}\n\n");
        }
    }
    Ok(licenses)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "<!doctype html><html><head>\
        <meta http-equiv=\"Content-Security-Policy\" content=\"script-src 'self'\">\
        <script>late()</script>\
        <link rel=\"icon\" href=\"icon.svg\"><link rel=\"manifest\" href=\"a.webmanifest\">\
        <link rel=\"stylesheet\" href=\"./a.css\"/>\
        <script type=\"module\" src=\"./boot.js\" data-js=\"./a.js\" \
        data-parts='{\"b\":[\"parts/c.wasm\",\"parts/b.wasm\"],\"d\":[\"parts/c.wasm\"]}' \
        data-version=\"1234\" data-wasm=\"./a.wasm\"></script></head><body><p>Shell.</p>\
        <noscript>No.</noscript>\n</body></html>";

    /// A site of small files but for its weights.
    fn site() -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        let build = |name: &str| {
            let (script, module) = (format!("engine/{name}.js"), format!("engine/{name}.wasm"));
            json!({ "script": script, "module": module })
        };
        let file = |role: &str, precision: &str, name: &str, bytes: usize| json!({ "role": role, "precision": precision, "path": format!("models/m/{name}"), "bytes": bytes });
        let assets = json!({
            "engine": { "simd": build("simd"), "relaxed": build("relaxed") },
            "importer": build("importer"),
            "models": [{ "files": [
                file("weights", "exact", "f32", 4_000_000),
                file("weights", "fast", "w", weights().len()),
                file("config", "", "c", 6),
            ]}, { "files": [file("weights", "fast", "other", 4_000_000)] }],
        });
        let assets = assets.to_string();
        let weights = weights();
        let texts = [
            ("index.html", PAGE),
            ("assets.json", &assets),
            ("a.css", "@font-face { src: url(\"fonts/inter.woff2\") }"),
            (
                "a.js",
                "function __wbg_init() {}\nexport { initSync, __wbg_init as default };\n",
            ),
            (
                "boot.js",
                "const { default: begin } = await import(program);\nimport(\"./keep.js\");\nbegin();\n",
            ),
            (
                "keep.js",
                "// Keeps.\nawait import(\"./link.js\");\nexport const begun = begin();\n",
            ),
            (
                "link.js",
                "export const MARK = 1;\nexport async function read(hash) {}\n",
            ),
            ("models/m/LICENSE", "As you like."),
            ("models/m/c", "config"),
        ];
        let names = [
            "a.wasm",
            "parts/b.wasm",
            "parts/c.wasm",
            "icon.svg",
            "fonts/inter.woff2",
            "fonts/LICENSE.txt",
            "engine/simd.js",
            "engine/simd.wasm",
            "engine/relaxed.js",
            "engine/relaxed.wasm",
            "engine/importer.js",
            "engine/importer.wasm",
        ];
        let named = names.map(|name| (name, name.as_bytes()));
        let texts = texts.map(|(name, text)| (name, text.as_bytes()));
        for (name, bytes) in named
            .into_iter()
            .chain(texts)
            .chain([("models/m/w", &weights[..])])
        {
            files::write(&folder.path().join(name), bytes).expect("written");
        }
        folder
    }

    /// What can't be compressed, and takes two pieces.
    fn weights() -> Vec<u8> {
        let mut state = 1_u64;
        let noise = std::iter::repeat_with(|| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 56) as u8
        });
        noise.take(PIECE + PIECE / 2).collect()
    }

    /// The content of a file that a page brings along.
    fn unpacked(page: &str, name: &str) -> Vec<u8> {
        let start = format!("data-path=\"{name}\">");
        let pieces = page.split(&start).skip(1);
        let packed: Vec<u8> = pieces
            .flat_map(|piece| base91::decode(piece.split('<').next().expect("an end")))
            .collect();
        let mut bytes = Vec::new();
        let mut decoder = flate2::read::GzDecoder::new(&packed[..]);
        std::io::Read::read_to_end(&mut decoder, &mut bytes).expect("gzip");
        bytes
    }

    #[test]
    fn the_file_has_all_that_the_page_asks_for() {
        let site = site();
        let page = pack(site.path()).expect("packed");
        let (_, list) = page.split_once("data-files='").expect("a list");
        let (list, _) = list.split_once('\'').expect("an end");
        let list: Value = serde_json::from_str(list).expect("JSON");
        let names = [
            "a.wasm",
            "assets.json",
            "engine/importer.js",
            "engine/importer.wasm",
            "engine/relaxed.js",
            "engine/relaxed.wasm",
            "engine/simd.js",
            "engine/simd.wasm",
            "models/m/c",
            "models/m/w",
            "parts/b.wasm",
            "parts/c.wasm",
        ];
        let listed: Vec<_> = list.as_object().expect("files").keys().collect();
        assert_eq!(listed, names);
        let entry = json!({ "bytes": weights().len(), "pieces": 2 });
        assert_eq!(list["models/m/w"], entry);
        assert_eq!(unpacked(&page, "models/m/w"), weights());
        for name in names.iter().filter(|name| name.ends_with(".wasm")) {
            assert_eq!(unpacked(&page, name), name.as_bytes());
        }
        let assets = unpacked(&page, "assets.json");
        let assets = String::from_utf8(assets).expect("text");
        assert!(assets.contains("fast") && !assets.contains("exact"));
        // Modules are functions, and nothing is imported.
        for part in [
            "modules[\"./keep.js\"]();\nbegin();",
            "await modules[\"./link.js\"]();\nconst begun = begin();\nreturn { begun };",
            "const MARK = 1;\nasync function read(hash) {}\nreturn { MARK, read };",
        ] {
            assert!(page.contains(part), "{part}");
        }
        assert!(!page.contains("import("));
        // What can wait comes last.
        let at = |name: &str| page.find(&format!("data-path=\"{name}\"")).expect(name);
        assert!(at("a.wasm") < at("engine/simd.js") && at("engine/simd.js") < at("models/m/c"));
        assert!(at("models/m/c") < at("models/m/w"));
        assert!(at("models/m/w") < at("engine/importer.js"));
    }

    #[test]
    fn the_page_names_nothing_outside_of_it() {
        let site = site();
        let page = pack(site.path()).expect("packed");
        for link in [
            " src=",
            "href=\"./",
            "href=\"icon",
            "manifest",
            "data-version",
            "late()",
        ] {
            assert!(!page.contains(link), "{link}");
        }
        assert!(page.contains("<link rel=\"icon\" href=\"data:image/svg+xml;base64,"));
        assert!(page.contains("url(\"data:font/woff2;base64,"));
        assert!(page.contains("connect-src 'none'"));
        assert!(!page.contains("91 MB"));
        // The program begins behind what it reads, before what is large.
        let at = |part: &str| page.find(part).expect(part);
        let start = at("<script type=\"module\" async data-js=");
        assert!(at("Shell.") < start && start < at("type=\"text/plain\""));
        assert!(page.contains("const { default: begin } = { default: __wbg_init };"));
        // What comes along has licences.
        assert!(page.contains("As you like.") && page.contains("fonts/LICENSE.txt"));
    }

    #[test]
    fn every_script_and_the_styles_are_named_in_the_policy() {
        let site = site();
        let page = pack(site.path()).expect("packed");
        let mut scripts = 0;
        for element in page.split("<script").skip(1) {
            let (attributes, rest) = element.split_once('>').expect("an element");
            let (script, _) = rest.split_once("</script>").expect("an end");
            if !attributes.contains("text/plain") {
                assert!(page.contains(&crate::html::source(script)), "{script}");
                scripts += 1;
            }
        }
        // Ours, the program's, and one to each of thirteen pieces.
        assert_eq!(scripts, 15);
        let (_, style) = page.split_once("<style>").expect("styles");
        let (style, _) = style.split_once("</style>").expect("an end");
        assert!(page.contains(&format!("style-src {}", crate::html::source(style))));
    }

    #[test]
    fn refuses_a_site_that_has_changed() {
        for (name, content, said) in [
            ("boot.js", "begin();", "import(program)"),
            ("boot.js", "await import(program);", "keep.js"),
            ("keep.js", "begin();", "exports nothing"),
            ("a.js", "export default 1;", "export {"),
            ("a.css", "", "fonts/inter.woff2"),
            (
                "a.js",
                "\"</script>\"\nexport { initSync, __wbg_init as default };",
                "</script",
            ),
            ("index.html", "<p>", "data-parts"),
        ] {
            let site = site();
            files::write(&site.path().join(name), content.as_bytes()).expect("written");
            let error = pack(site.path()).expect_err("refused");
            assert!(format!("{error:#}").contains(said), "{error:#}");
        }
    }
}
