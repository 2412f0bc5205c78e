//! Parts of the page's program, which our `wasm-bindgen` takes out and the page fetches when they
//! are first needed.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::{digest, files, project};

/// Which files each part needs, in the order in which they must be loaded.
type List = BTreeMap<String, Vec<String>>;

/// Where Trunk let `wasm-bindgen` put what it made for this `profile`.
pub fn made(profile: &str) -> PathBuf {
    project::target()
        .join("wasm-bindgen")
        .join(profile)
        .join("parts")
}

/// Copies the parts from `made` into the page's folder, under names that say what is in them, and
/// returns the list of them for the page.
pub fn publish(made: &Path, page: &Path) -> Result<List> {
    for file in files::all_under(page)? {
        let script = file.extension().is_some_and(|extension| extension == "js");
        let taken = !script || !fs::read_to_string(&file)?.contains("semblance_parts");
        ensure!(
            taken,
            "the `wasm-bindgen` that comes first on PATH is not the one of this project: run `cargo xtask setup`, and put .tools/bin before the other on PATH"
        );
    }
    let path = made.join("parts.json");
    if !path.exists() {
        return Ok(List::new());
    }
    let list = fs::read_to_string(&path).with_context(|| files::cannot("read", &path))?;
    let mut list: List = serde_json::from_str(&list)?;
    let mut published = HashMap::new();
    for name in list.values_mut().flatten() {
        let from = made.join(format!("{name}.wasm"));
        let hash = &digest::of_file(&from)?[..8];
        let plain = name.strip_prefix("split_").unwrap_or(name);
        let to = published
            .entry(name.clone())
            .or_insert_with(|| format!("parts/{plain}-{hash}.wasm"));
        files::copy(&from, &page.join(&*to))?;
        name.clone_from(to);
    }
    Ok(list)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_published_under_names_that_change_with_them() {
        let folder = tempfile::tempdir().expect("a folder");
        let (made, page) = (folder.path().join("made"), folder.path().join("page"));
        fs::create_dir_all(&made).expect("made");
        fs::create_dir_all(&page).expect("made");
        assert_eq!(publish(&made, &page).expect("published"), List::new());

        fs::write(made.join("split_a.wasm"), "abc").expect("written");
        fs::write(made.join("chunk_1.wasm"), "abc").expect("written");
        let list = r#"{"a":["chunk_1","split_a"],"b":["chunk_1"]}"#;
        fs::write(made.join("parts.json"), list).expect("written");
        let list = publish(&made, &page).expect("published");
        assert_eq!(
            list["a"],
            ["parts/chunk_1-ba7816bf.wasm", "parts/a-ba7816bf.wasm"]
        );
        assert_eq!(list["b"], ["parts/chunk_1-ba7816bf.wasm"]);
        assert_eq!(fs::read(page.join(&list["a"][1])).expect("there"), b"abc");

        fs::write(page.join("page.js"), "import \"semblance_parts\"").expect("written");
        let refused = publish(&made, &page).expect_err("refused").to_string();
        assert!(refused.contains("first on PATH"), "{refused}");
    }
}
