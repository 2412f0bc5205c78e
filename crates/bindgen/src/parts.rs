//! Parts of a program that are fetched when they are first needed.
//!
//! A program names them by pairs of functions, `__wasm_split_00<part>00_import_<32 digits>` and
//! `…_export_…`: what can be reached through the second alone becomes a module of its own, and
//! calls of the first go there. The program must have been linked with `--emit-relocs`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use wasm_encoder::{Module, RawSection};
use wasm_split_cli_support as split;
use wasmparser::Parser;

/// How the names of such functions begin.
const MARK: &[u8] = b"__wasm_split_00";

/// Folder of the parts, in that of the output.
pub const FOLDER: &str = "parts";
/// Says which files of the folder each part needs, in the order in which they must be loaded.
pub const LIST: &str = "parts.json";

/// Takes the parts out of a program, writes them into a folder beside the output, and returns
/// where the rest of the program is: the program as it was if it has no parts.
///
/// # Errors
/// A file that can't be read or written, a program without relocations.
pub fn take_out(program: &Path, out_dir: &Path) -> Result<PathBuf> {
    let bytes = fs::read(program).with_context(|| format!("cannot read {}", program.display()))?;
    let folder = out_dir.join(FOLDER);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    if !bytes.windows(MARK.len()).any(|window| window == MARK) {
        return Ok(program.to_owned());
    }
    fs::create_dir_all(&folder)?;
    let rest = folder.join("program.wasm");
    let mut options = split::Options::new(&bytes);
    options.output_dir = &folder;
    options.main_out_path = &rest;
    // The page has a loader of its own, which knows the names under which the files are published.
    options.link_name = "loader.js";
    let made = split::transform(options).map_err(|error| anyhow!("{error:?}"))?;
    fs::remove_file(folder.join("loader.js"))?;
    for part in &made.split_modules {
        let plain = without_custom_sections(&fs::read(part)?)?;
        fs::write(part, plain)?;
    }
    let list: BTreeMap<String, Vec<String>> = made.prefetch_map.into_iter().collect();
    fs::write(folder.join(LIST), serde_json::to_string(&list)?)?;
    Ok(rest)
}

/// A module without its custom sections: names, which make up half of it, and what tools left.
fn without_custom_sections(module: &[u8]) -> Result<Vec<u8>> {
    const CUSTOM: u8 = 0;
    let mut plain = Module::new();
    for payload in Parser::new(0).parse_all(module) {
        if let Some((id, range)) = payload?.as_section().filter(|(id, _)| *id != CUSTOM) {
            let data = &module[range.start as usize..range.end as usize];
            plain.section(&RawSection { id, data });
        }
    }
    Ok(plain.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_without_parts_stays_as_it_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let program = folder.path().join("program.wasm");
        fs::write(&program, b"\0asm\x01\0\0\0").expect("written");
        fs::create_dir(folder.path().join(FOLDER)).expect("of a program that had some");
        let rest = take_out(&program, folder.path()).expect("taken");
        assert_eq!(rest, program);
        assert!(!folder.path().join(FOLDER).exists());
    }

    #[test]
    fn custom_sections_are_left_out_and_others_kept() {
        let types = [1, 4, 1, 0x60, 0, 0];
        let custom = [0, 3, 1, b'x', 7];
        let begin = *b"\0asm\x01\0\0\0";
        let module = [&begin[..], &types, &custom].concat();
        let plain = without_custom_sections(&module).expect("a module");
        assert_eq!(plain, [&begin[..], &types].concat());
        assert!(without_custom_sections(b"nonsense").is_err());
    }
}
