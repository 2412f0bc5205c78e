//! wasm-bindgen of the version in Cargo.lock, as a command.

fn main() {}
