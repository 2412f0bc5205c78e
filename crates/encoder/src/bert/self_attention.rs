//! The first half of a layer: self-attention, its output layer, residual and norm.

use std::sync::{Arc, OnceLock};

use semblance_kernels::{AttentionShape, LayerNorm, attention, attention_near};

use super::linear::{Arithmetic, Linear};
use super::memory::{Memory, room};
use super::relative::Relative;
use super::{Batch, Step, layer_norm};
use crate::weights::Part;
use crate::{BertConfig, EncoderError};

/// `hidden = norm(hidden + output(attention(query, key, value)))`, attention text by text.
pub(super) struct SelfAttention {
    /// Query, key and value side by side.
    fused: Linear,
    /// The part of `fused` that gives the values, made when it is first asked for.
    value: OnceLock<Linear>,
    pub(super) output: Linear,
    pub(super) norm: LayerNorm,
    pub(super) shape: AttentionShape,
    /// What scores gain by distance, the same in all layers.
    pub(super) relative: Option<Arc<Relative>>,
}

impl SelfAttention {
    pub(super) fn load(
        part: &Part<'_>,
        config: &BertConfig,
        arithmetic: Arithmetic,
        relative: Option<Arc<Relative>>,
    ) -> Result<Self, EncoderError> {
        let size = config.hidden_size;
        let parts = ["query", "key", "value"].map(|name| (part.part("self").part(name), size));
        let output = part.part("output");
        let heads = config.num_attention_heads;
        Ok(Self {
            fused: Linear::load(&parts, size, arithmetic)?,
            value: OnceLock::new(),
            output: Linear::load(&[(output.part("dense"), size)], size, arithmetic)?,
            norm: layer_norm(&output, config)?,
            shape: AttentionShape::new(heads, size / heads),
            relative,
        })
    }

    /// The layer that gives the values alone.
    pub(super) fn value(&self) -> candle_core::Result<&Linear> {
        if let Some(value) = self.value.get() {
            return Ok(value);
        }
        let size = self.norm.features();
        let value = self.fused.part(2 * size..3 * size)?;
        Ok(self.value.get_or_init(|| value))
    }
}

/// Query, key and value of the batch's tokens; `hidden` stays as it is.
pub(super) struct Projection<'a>(pub(super) &'a SelfAttention);

impl Step for Projection<'_> {
    fn name(&self) -> &'static str {
        "query, key and value"
    }

    fn run(
        &self,
        hidden: &mut [f32],
        batch: &Batch,
        memory: &mut Memory,
    ) -> candle_core::Result<()> {
        let size = self.0.norm.features();
        let fused = room(&mut memory.fused, 3 * size * batch.tokens());
        let fused = &mut fused[3 * size * batch.before..][..3 * hidden.len()];
        match &self.0.fused {
            Linear::Int8(layer, form) => {
                form.quantize(hidden, size, &mut memory.input);
                layer.forward(&memory.input, fused);
            }
            Linear::F32(layer) => layer.forward(hidden, fused),
        }
        Ok(())
    }
}

/// From query, key and value on.
impl Step for SelfAttention {
    fn name(&self) -> &'static str {
        "self-attention"
    }

    fn run(
        &self,
        hidden: &mut [f32],
        batch: &Batch,
        memory: &mut Memory,
    ) -> candle_core::Result<()> {
        let size = self.norm.features();
        let context = room(&mut memory.context, hidden.len());
        let attention = match &self.output {
            // What comes out is quantised.
            Linear::Int8(..) => attention_near,
            Linear::F32(_) => attention,
        };
        for text in batch.texts() {
            // Where the text's first token is among all.
            let start = batch.before + text.rows.start - text.before;
            let tokens = text.before + text.rows.len() + text.after;
            let queries = text.before..text.before + text.rows.len();
            attention(
                &memory.fused[3 * size * start..][..3 * size * tokens],
                queries,
                self.shape,
                self.relative.as_ref().map(|relative| relative.bias()),
                &mut context[size * text.rows.start..size * text.rows.end],
                &mut memory.attention,
            );
        }
        match &self.output {
            Linear::Int8(layer, form) => {
                form.quantize(context, size, &mut memory.input);
                layer.forward_add_norm(&memory.input, hidden, &self.norm, None);
            }
            Linear::F32(layer) => layer.forward_add_norm(context, hidden, &self.norm),
        }
        Ok(())
    }
}
