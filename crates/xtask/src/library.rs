//! The library for other pages: `semblance.js`, its wasm and its types.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};

use crate::bindgen::Script;
use crate::wasm_std::TARGET;
use crate::{bindgen, command, digest, files, project};

/// What the public script has in the place of the wasm's name.
const WASM_NAME: &str = "{{wasm}}";

/// The library's files, by name.
pub fn build() -> Result<Vec<(String, Vec<u8>)>> {
    let mut cargo = command::cargo();
    cargo
        .args(["build", "--package", "semblance-library", "--lib"])
        .args(["--profile", "page", "--target", TARGET]);
    command::quiet("library", &mut cargo)?;
    let compiled = project::target()
        .join(TARGET)
        .join("page/semblance_library.wasm");
    let out = bindgen::run("library", "library", Script::Classic, &compiled)?;

    let read = |path: PathBuf| fs::read(&path).with_context(|| files::cannot("read", &path));
    let source = project::root().join("crates/library");
    let wasm = read(out.join("library_bg.wasm"))?;
    // The name carries the content's hash, so that no cache can pair the script with another wasm.
    let name = format!("semblance-{}.wasm", &digest::of_bytes(&wasm)[..8]);
    let glue = String::from_utf8(read(out.join("library.js"))?)?;
    let public = String::from_utf8(read(source.join("semblance.js"))?)?;
    let script = join(&glue, &public, &name)?;
    Ok(vec![
        ("semblance.js".into(), script.into_bytes()),
        (
            "semblance.d.ts".into(),
            read(source.join("semblance.d.ts"))?,
        ),
        (name, wasm),
    ])
}

/// One module of wasm-bindgen's classic script and the public one, which uses it.
fn join(glue: &str, public: &str, wasm: &str) -> Result<String> {
    ensure!(
        glue.contains("let wasm_bindgen") && !glue.contains("\nexport "),
        "wasm-bindgen's script is not what the library is made for"
    );
    ensure!(
        public.contains(WASM_NAME),
        "semblance.js does not name its wasm"
    );
    Ok(format!("{glue}\n{}", public.replace(WASM_NAME, wasm)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_names_its_wasm() {
        let glue = "let wasm_bindgen = 1;";
        let script = join(glue, "new URL(\"{{wasm}}\")", "a.wasm").expect("joined");
        assert!(script.starts_with(glue) && script.ends_with("new URL(\"a.wasm\")"));
        assert!(join(glue, "", "a.wasm").is_err());
        assert!(join("export default 1", "{{wasm}}", "a.wasm").is_err());
    }
}
