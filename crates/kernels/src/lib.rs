//! Numeric kernels: a portable reference of each, and wasm SIMD twins.
