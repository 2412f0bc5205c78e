//! The page of the site, turned into one that has everything in it.

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

use crate::html::{base64, source};

/// What the styles and the page name by a path of their own.
pub const FONT: &str = "fonts/inter.woff2";
pub const ICON: &str = "icon.svg";

/// The script in the page's head that hands out what the page brings along.
const KIT: &str = include_str!("kit.js");

/// What takes a piece to it.
const CALL: &str = "semblancePiece()";

/// The files that the page of a site names.
pub struct Named {
    /// The program, and the script that starts it.
    pub wasm: String,
    pub script: String,
    /// The styles.
    pub style: String,
    /// What is taken out of the program, and wanted before the page is drawn.
    pub first: Vec<String>,
    /// What else is taken out of it.
    pub parts: Vec<String>,
}

impl Named {
    /// Reads them out of the page.
    pub fn in_page(page: &str) -> Result<Self> {
        let value = |start: &str, end: &str| {
            let (_, value, _) = parted(page, start, end)?;
            anyhow::Ok(value.trim_start_matches("./").to_owned())
        };
        let parts = value("data-parts='", "'")?;
        let mut parts: BTreeMap<String, Vec<String>> = serde_json::from_str(&parts)?;
        // It reads what is kept.
        let first = parts.remove("keep").unwrap_or_default();
        let mut parts: BTreeSet<String> = parts.into_values().flatten().collect();
        parts.retain(|part| !first.contains(part));
        Ok(Self {
            first,
            wasm: value("data-wasm=\"", "\"")?,
            script: value("data-js=\"", "\"")?,
            style: value("<link rel=\"stylesheet\" href=\"", "\"")?,
            parts: parts.into_iter().collect(),
        })
    }
}

/// What is to stand in the page.
pub struct Inside<'a> {
    pub style: &'a str,
    pub font: &'a [u8],
    pub icon: &'a [u8],
    /// The script that wasm-bindgen made for the program.
    pub glue: &'a str,
    pub boot: &'a str,
    /// Modules that these import on demand, by the address that they are imported by.
    pub modules: &'a [(&'a str, String)],
    /// Of the files that come along, for `kit.js`.
    pub list: &'a Value,
    /// The elements that hold them.
    pub elements: &'a str,
    pub licenses: &'a str,
}

/// A piece of a file, and what takes it to `kit.js`.
pub fn piece(name: &str, digits: &str) -> String {
    format!(
        "<script type=\"text/plain\" data-path=\"{name}\">{digits}</script><script>{CALL}</script>\n"
    )
}

/// The page with all of it inside.
pub fn one_file(page: &str, inside: &Inside<'_>) -> Result<String> {
    let font = format!("data:font/woff2;base64,{}", base64(inside.font));
    let icon = format!("data:image/svg+xml;base64,{}", base64(inside.icon));
    let style = inside.style.replace(FONT, &font);
    ensure!(style.contains(&font), "the styles do not name {FONT}");
    let start = start(inside.glue, inside.boot, inside.modules)?;

    let page = replaced(page, POLICY, "\"", |_| policy(&start, &style))?;
    let page = with_links(&page, &style, &icon)?;
    // The script there says why a server does not send the rest of the page.
    let page = replaced(&page, "<script", "</script>", |_| {
        format!(" data-files='{}'>{KIT}", inside.list)
    })?;
    let (before, attributes, after) = parted(&page, BOOT, ">")?;
    let page = format!("{before}{}", after.trim_start_matches("</script>"));
    let Inside {
        elements, licenses, ..
    } = inside;
    ensure!(!licenses.contains("-->"), "a licence would end its comment");
    // The program reads from the page when it starts: it stands behind what it reads, and does not
    // wait for all that follows.
    replaced(&page, "</noscript>", "</body>", |_| {
        format!(
            "\n<script type=\"module\" async{attributes}>{start}</script>\n<!--\n{licenses}-->\n{elements}"
        )
    })
}

/// How the element begins that starts the program.
const BOOT: &str = "<script type=\"module\" src=\"./boot.js\"";

/// How the policy begins in the page.
const POLICY: &str = "<meta http-equiv=\"Content-Security-Policy\" content=\"";

/// Nothing may be asked of any address; scripts and styles are those that are named by their hash.
fn policy(start: &str, style: &str) -> String {
    let scripts = [KIT, start, CALL].map(source).join(" ");
    let style = source(style);
    format!(
        "default-src 'none'; script-src {scripts} 'wasm-unsafe-eval'; worker-src blob:; connect-src 'none'; style-src {style}; img-src data: blob:; font-src data:; base-uri 'none'; form-action 'none'"
    )
}

/// The script that starts the program, with what it would import inside.
fn start(glue: &str, boot: &str, modules: &[(&str, String)]) -> Result<String> {
    let glue = exchanged(glue, "export { initSync, __wbg_init as default };", "")?;
    let boot = exchanged(boot, "await import(program)", "{ default: __wbg_init }")?;
    let mut functions = String::new();
    for (address, module) in modules {
        functions += &function(address, module)?;
    }
    let mut block = format!("const modules = {{\n{functions}}};\n{boot}");
    for (address, _) in modules {
        let import = format!("import(\"{address}\")");
        ensure!(block.contains(&import), "nothing has “{import}”");
        block = block.replace(&import, &format!("modules[\"{address}\"]()"));
    }
    // The block keeps the names of the two apart.
    let script = format!("{glue}\n{{\n{block}\n}}\n");
    for end in ["</script", "<!--", "\nexport "] {
        ensure!(!script.contains(end), "the program's script has “{end}”");
    }
    Ok(script)
}

/// A module as a member that does what importing it does, once for each time.
fn function(address: &str, module: &str) -> Result<String> {
    let mut names = Vec::new();
    let mut body = String::new();
    for line in module.lines() {
        let line = match line.strip_prefix("export ") {
            Some(rest) => {
                let words = rest.split(|c: char| !c.is_alphanumeric() && c != '_');
                let kinds = ["async", "const", "function"];
                let name = words.into_iter().find(|word| !kinds.contains(word));
                names.push(
                    name.filter(|name| !name.is_empty())
                        .context("an export without a name")?,
                );
                rest
            }
            None => line,
        };
        body += line;
        body.push('\n');
    }
    ensure!(!names.is_empty(), "{address} exports nothing");
    let names = names.join(", ");
    Ok(format!(
        "\"{address}\": async () => {{\n{body}return {{ {names} }};\n}},\n"
    ))
}

/// Puts styles and icon in the place of links to them, and leaves out the other links.
fn with_links(page: &str, style: &str, icon: &str) -> Result<String> {
    let mut parts = page.split("<link ");
    let mut html = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (link, rest) = part.split_once('>').context("a link has no end")?;
        if link.contains("rel=\"stylesheet\"") {
            html += &format!("<style>{style}</style>");
        } else if link.contains("rel=\"icon\"") {
            html += &format!("<link rel=\"icon\" href=\"{icon}\">");
        }
        html += rest;
    }
    Ok(html)
}

/// A text with something in the place of what must be there.
fn exchanged(text: &str, old: &str, new: &str) -> Result<String> {
    ensure!(text.contains(old), "there is no “{old}”");
    Ok(text.replacen(old, new, 1))
}

/// A text with something else between two marks.
fn replaced(
    text: &str,
    start: &str,
    end: &str,
    with: impl FnOnce(&str) -> String,
) -> Result<String> {
    let (before, inside, after) = parted(text, start, end)?;
    let inside = with(inside);
    Ok(format!("{before}{start}{inside}{end}{after}"))
}

/// What stands before a mark, between it and the next one, and after that.
fn parted<'a>(text: &'a str, start: &str, end: &str) -> Result<(&'a str, &'a str, &'a str)> {
    let found = text.split_once(start).and_then(|(before, rest)| {
        let (inside, after) = rest.split_once(end)?;
        Some((before, inside, after))
    });
    found.with_context(|| format!("there is no “{start}…{end}”"))
}
