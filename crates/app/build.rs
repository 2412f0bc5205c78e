//! What the linker is told.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_FAMILY").is_ok_and(|family| family == "wasm") {
        // Our `wasm-bindgen` takes the program apart by its relocations (`ui/part.rs`).
        println!("cargo::rustc-link-arg-bins=--emit-relocs");
    }
}
