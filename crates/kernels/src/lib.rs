//! Numeric kernels: a portable reference of each, and wasm SIMD twins.
//!
//! Everything is row-major; a token is a row. Nothing allocates once its memory has grown:
//! results go to slices of the caller's, everything in between to reusable workspaces.
//! Lengths that don't fit panic in the inner functions (a mistake in the program) and are a
//! [`ShapeError`] where weights come in (a mistake in a file).
//!
//! # A BERT layer
//! In int8, for a ragged batch whose tokens all lie in `hidden`, `[tokens, hidden]`:
//!
//! ```
//! # use semblance_kernels::*;
//! # fn main() -> Result<(), ShapeError> {
//! # let (size, inner, heads) = (32, 64, 4);
//! # let linear = |outputs: usize, inputs: usize| {
//! #     let (weights, scales) = quantize_weights(&vec![0.1; outputs * inputs], outputs, inputs)?;
//! #     LinearInt8::new(&weights, &scales, None, outputs, inputs)
//! # };
//! # let (qkv, project) = (linear(3 * size, size)?, linear(size, size)?);
//! # let (up, down) = (linear(inner, size)?, linear(size, inner)?);
//! # let norms = [(); 2].map(|()| LayerNorm::new(vec![1.0; size], vec![0.0; size], 1e-12).unwrap());
//! # let lengths = [3, 5];
//! # let mut hidden = vec![0.5; 8 * size];
//! # let mut fused = vec![0.0; 8 * 3 * size];
//! # let mut context = vec![0.0; 8 * size];
//! # let (mut x, mut y) = (Quantized::new(), Quantized::new());
//! # let (mut scratch, mut workspace) = (Vec::new(), AttentionWorkspace::default());
//! let shape = AttentionShape::new(heads, size / heads);
//! // Before the first layer; later `forward_add_norm` leaves it so.
//! x.quantize(&hidden, size, Precision::Narrow, None);
//!
//! qkv.forward(&x, &mut fused); // [tokens, 3 · hidden]
//! let mut start = 0;
//! for tokens in lengths {
//!     let rows = start..start + tokens;
//!     let text = &fused[rows.start * 3 * size..rows.end * 3 * size];
//!     let out = &mut context[rows.start * size..rows.end * size];
//!     attention_near(text, 0..tokens, shape, None, out, &mut workspace);
//!     start = rows.end;
//! }
//! x.quantize(&context, size, Precision::Narrow, None);
//! let next = Some((&mut y, Precision::Narrow, None));
//! project.forward_add_norm(&x, &mut hidden, &norms[0], next);
//! up.forward_gelu_quantize(&y, &mut x, Precision::Narrow, None, &mut scratch);
//! let next = Some((&mut y, Precision::Narrow, None));
//! down.forward_add_norm(&x, &mut hidden, &norms[1], next);
//! // `y` is the input of the next layer, `hidden` its residual.
//! # Ok(())
//! # }
//! ```
//!
//! Texts don't meet in any step but attention within each, so a large batch is best run through
//! all layers in parts of some 64 to 256 tokens, whose activations stay in the level-2 cache.
//!
//! In f32 the same with [`attention`] and [`LinearF32`]: `forward`, `forward_gelu`,
//! `forward_add_norm` take and give plain slices. Where query, key and value are three layers in
//! the file, put their rows (weights, scales, bias) one after the other: it is one [`LinearInt8`]
//! of `3 · hidden` outputs.
//!
//! # Twins
//! Native builds use SSE2 on x86-64 and plain Rust elsewhere; wasm builds `simd128`, or
//! `relaxed-simd` where the target has that feature. All but the last agree bit for bit; relaxed
//! SIMD may fuse multiply and add, and so differs within the stated bounds. Integer sums are the
//! same everywhere.
//!
//! Which relaxed instructions are fastest depends on the processor: call [`tune`] once in each
//! worker. Its choice changes no result.
//!
//! The checks of the twins run natively with `cargo test`, and in Chromium with
//! `node crates/kernels/harness/run.mjs checks MODULE.wasm`, where the module comes from
//! `cargo build -p semblance-kernels --release --features checks --example wasm_harness
//! --target wasm32-unknown-unknown`, once as it is and once with
//! `RUSTFLAGS=-Ctarget-feature=+simd128,+relaxed-simd`. With `bench` instead of `checks` it
//! times them; the first line of each kernel is its peak, one tile out of the level-1 cache.

mod attention;
mod error;
mod finish;
mod float;
mod int8;
// A build uses one twin; the others are there for the checks.
#[cfg_attr(not(any(test, feature = "checks")), allow(dead_code))]
mod lanes;
mod math;
mod norm;
mod quantized;
mod tune;
mod vector;

pub use attention::{AttentionShape, AttentionWorkspace, DistanceBias, attention, attention_near};
pub use error::ShapeError;
pub use float::{LinearF32, MatmulWorkspace, matmul_transposed};
pub use int8::{
    DotKernel, LinearInt8, WeightRoom, dot_kernel, quantize_weights, set_dot_kernel, weight_scale,
    weights_fit,
};
pub use norm::LayerNorm;
pub use quantized::{Precision, Quantized};
pub use tune::tune;
pub use vector::{add, dot, gelu, mean_pool, normalize, softmax};

#[cfg(any(test, feature = "checks"))]
pub mod checks;
#[cfg(any(test, feature = "checks"))]
pub mod measure;
