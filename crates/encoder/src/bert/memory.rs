//! Memory that the steps share and keep from batch to batch.

use semblance_kernels::{AttentionWorkspace, Quantized};

/// What lies between the layers of a step. But for `fused` its contents mean nothing between steps.
#[derive(Default)]
pub(super) struct Memory {
    /// Query, key and value of every token, those of other workers included:
    /// `[tokens, 3 · hidden]`.
    pub(super) fused: Vec<f32>,
    /// What attention gathered: `[tokens, hidden]`.
    pub(super) context: Vec<f32>,
    /// Between the two feed-forward layers, in f32: `[tokens, intermediate]`.
    pub(super) inner: Vec<f32>,
    /// Input of a linear layer, quantised.
    pub(super) input: Quantized,
    /// Input of the second feed-forward layer, quantised.
    pub(super) inner_input: Quantized,
    pub(super) attention: AttentionWorkspace,
    pub(super) scratch: Vec<f32>,
}

/// The first `length` floats of `buffer`, which grows if it is too short.
pub(super) fn room(buffer: &mut Vec<f32>, length: usize) -> &mut [f32] {
    if buffer.len() < length {
        buffer.resize(length, 0.0);
    }
    &mut buffer[..length]
}
