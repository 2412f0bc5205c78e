//! The wasm binary inside each Web Worker.
