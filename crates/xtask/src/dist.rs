//! `cargo xtask dist`: the site as a static host wants it.

use std::path::Path;

use anyhow::Result;
use lexopt::Parser;

use crate::compress::{self, Sizes};
use crate::report::{self, Outcome};
use crate::{files, project, setup, site};

/// Builds the site, writes compressed copies and prints a table of sizes.
pub fn run(arguments: &mut Parser) -> Result<()> {
    crate::no_options(arguments)?;
    let _lock = project::lock()?;
    setup::ensure()?;
    site::build()?;
    let mut sizes = Vec::new();
    report::step("compressed copies", || {
        sizes = compress::all(files::all_under(&project::dist())?)?;
        Ok(Outcome::Done)
    })?;
    report::table();
    print!("\n{}", table(&sizes, &project::dist()));
    in_budget(&sizes)
}

/// What the page's program may weigh, compressed by gzip: people open the page on slow lines.
const BUDGET: u64 = 350_000;

fn in_budget(sizes: &[Sizes]) -> Result<()> {
    let program = sizes.iter().find(|entry| {
        let name = entry.path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("semblance-app") && name.ends_with("_bg.wasm")
    });
    let bytes = program.and_then(|entry| entry.gzip).unwrap_or_default();
    anyhow::ensure!(
        bytes <= BUDGET,
        "the page's program is {bytes} bytes compressed, and may have {BUDGET}: take out what costs more than it gives (docs of `ui/hooks.rs` say what tends to)"
    );
    Ok(())
}

/// Sizes of every file and of all together, in bytes.
fn table(sizes: &[Sizes], dist: &Path) -> String {
    let mut text = format!(
        "{:<60}{:>12}{:>12}{:>12}\n",
        "file", "raw", "gzip", "Brotli"
    );
    let mut line = |name: &str, numbers: [String; 3]| {
        let [raw, gzip, brotli] = numbers;
        text += &format!("{name:<60}{raw:>12}{gzip:>12}{brotli:>12}\n");
    };
    let optional = |bytes: Option<u64>| bytes.map_or_else(|| "-".into(), |bytes| bytes.to_string());
    let mut sum = [0; 3];
    for entry in sizes {
        let best = |copy: Option<u64>| copy.unwrap_or(entry.raw);
        for (sum, bytes) in sum
            .iter_mut()
            .zip([entry.raw, best(entry.gzip), best(entry.brotli)])
        {
            *sum += bytes;
        }
        let name = entry.path.strip_prefix(dist).unwrap_or(&entry.path);
        let numbers = [
            entry.raw.to_string(),
            optional(entry.gzip),
            optional(entry.brotli),
        ];
        line(&name.to_string_lossy(), numbers);
    }
    line("all", sum.map(|bytes| bytes.to_string()));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_adds_up_what_a_host_would_send() {
        let size = |name: &str, raw, gzip, brotli| Sizes {
            path: Path::new("dist").join(name),
            raw,
            gzip,
            brotli,
        };
        let sizes = [
            size("a.js", 100, Some(40), Some(30)),
            size("b", 7, None, None),
        ];
        let table = table(&sizes, Path::new("dist"));
        let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
        let lines: Vec<String> = table.lines().map(words).collect();
        assert_eq!(lines[1], "a.js 100 40 30");
        assert_eq!(lines[2], "b 7 - -");
        assert_eq!(lines[3], "all 107 47 37");
    }
}
