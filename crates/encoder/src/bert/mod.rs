//! A BERT of our own: as Candle's, with packed weights, ragged batches and kernels of our own.
//!
//! All tokens of a batch lie one below the other in one tensor, `hidden`, `[tokens, hidden]`,
//! whatever text they belong to. Nothing is padded, so nothing has to be masked: linear layers and
//! layer norms take a token at a time, attention a text at a time. Each step is a Candle operation
//! that owns its weights and changes `hidden` in place. Nothing is allocated once the memory fits
//! the largest batch.
//!
//! Architecture: "BERT: Pre-training of Deep Bidirectional Transformers for Language
//! Understanding" (arXiv 1810.04805), without the pooler.

mod embed;
mod feed_forward;
mod fixed;
mod linear;
mod memory;
mod relative;
mod self_attention;

use std::cell::RefCell;
use std::ops::Range;
use std::sync::Arc;

use candle_core::{CpuStorage, DType, Device, InplaceOp1, Layout, Result, Storage, Tensor, bail};
use semblance_kernels::LayerNorm;

pub(crate) use embed::Embed;
pub(crate) use fixed::{Fixed, PartsMemory};
pub(crate) use linear::Arithmetic;

use crate::weights::{Part, Weights};
use crate::{BertConfig, EncoderError};
use feed_forward::FeedForward;
use memory::Memory;
use relative::Relative;
use self_attention::{Projection, SelfAttention};

/// Tokens of several texts, one text after the other.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    /// Token ids of all texts.
    pub(crate) ids: Vec<u32>,
    /// Number of tokens of each text.
    pub(crate) lengths: Vec<usize>,
    /// Tokens that the first text has before those that are here: another worker's share.
    pub(crate) before: usize,
    /// Tokens that the last text has after those that are here.
    pub(crate) after: usize,
}

impl Batch {
    pub(crate) fn clear(&mut self) {
        self.ids.clear();
        self.lengths.clear();
    }

    pub(crate) fn push(&mut self, ids: &[u32]) {
        self.ids.extend_from_slice(ids);
        self.lengths.push(ids.len());
    }

    /// Tokens whose queries, keys and values meet: those of the batch and those elsewhere.
    pub(crate) fn tokens(&self) -> usize {
        self.before + self.ids.len() + self.after
    }

    fn texts(&self) -> impl Iterator<Item = Text> {
        self.lengths.iter().scan(0, |start, tokens| {
            let rows = *start..*start + tokens;
            *start = rows.end;
            Some(Text {
                before: if rows.start == 0 { self.before } else { 0 },
                after: if rows.end == self.ids.len() {
                    self.after
                } else {
                    0
                },
                rows,
            })
        })
    }
}

/// Where the tokens of a text are.
struct Text {
    /// Those in the batch.
    rows: Range<usize>,
    /// How many there are before them, and after them, elsewhere.
    before: usize,
    after: usize,
}

/// A batch on its way through the model.
pub(crate) struct Rows {
    pub(crate) batch: Batch,
    size: usize,
    /// `[capacity, hidden]`, f32; the first rows are the tokens of the batch.
    hidden: Tensor,
    memory: RefCell<Memory>,
}

impl Rows {
    /// Features of a token.
    pub(crate) fn size(&self) -> usize {
        self.size
    }

    /// Hands the hidden states, `[tokens, hidden]`, row-major, to `read`.
    pub(crate) fn read<T>(
        &self,
        read: impl FnOnce(&[f32]) -> T,
    ) -> std::result::Result<T, EncoderError> {
        let size = self.batch.ids.len() * self.size;
        let (storage, _) = self.hidden.storage_and_layout();
        match &*storage {
            Storage::Cpu(CpuStorage::F32(hidden)) => Ok(read(&hidden[..size])),
            _ => Err(candle_core::Error::Msg("hidden states are not on the CPU".into()).into()),
        }
    }

    /// Query, key and value of every token, those elsewhere included: `[tokens, 3 · hidden]`.
    pub(crate) fn fused(&mut self) -> &mut [f32] {
        &mut self.memory.get_mut().fused
    }

    fn run(&mut self, step: &dyn Step) -> Result<()> {
        self.hidden.inplace_op1(&Running {
            step,
            batch: &self.batch,
            memory: &self.memory,
        })
    }
}

/// The model.
pub(crate) struct Bert {
    embed: Embed,
    layers: Vec<(SelfAttention, FeedForward)>,
    size: usize,
}

impl Bert {
    /// Takes the weights out of their file, which has what `config` asks for.
    pub(crate) fn load(
        weights: &Weights<'_>,
        config: &BertConfig,
        max_tokens: usize,
        arithmetic: Arithmetic,
    ) -> std::result::Result<Self, EncoderError> {
        let relative = Relative::load(weights, config, max_tokens)?.map(Arc::new);
        let layer = |index: usize| {
            let layer = weights.part(&format!("encoder.layer.{index}"));
            let attention = layer.part("attention");
            Ok((
                SelfAttention::load(&attention, config, arithmetic, relative.clone())?,
                FeedForward::load(&layer, config, arithmetic)?,
            ))
        };
        Ok(Self {
            embed: Embed::load(&weights.part("embeddings"), config, max_tokens, arithmetic)?,
            layers: (0..config.num_hidden_layers)
                .map(layer)
                .collect::<std::result::Result<_, EncoderError>>()?,
            size: config.hidden_size,
        })
    }

    /// Room for batches, none of them there yet.
    pub(crate) fn rows(&self) -> Result<Rows> {
        Ok(Rows {
            batch: Batch::default(),
            size: self.size,
            hidden: Tensor::zeros((0, self.size), DType::F32, &Device::Cpu)?,
            memory: RefCell::default(),
        })
    }

    /// How many layers there are.
    pub(crate) fn layers(&self) -> usize {
        self.layers.len()
    }

    /// Runs a batch, which has all tokens of its texts.
    pub(crate) fn forward(&self, rows: &mut Rows) -> Result<()> {
        self.embed(rows)?;
        for layer in 0..self.layers() {
            self.project(layer, rows)?;
            self.attend(layer, rows)?;
        }
        Ok(())
    }

    /// From token ids to hidden states.
    pub(crate) fn embed(&self, rows: &mut Rows) -> Result<()> {
        let tokens = rows.batch.ids.len();
        if rows.hidden.dim(0)? < tokens {
            rows.hidden = Tensor::zeros((tokens, self.size), DType::F32, &Device::Cpu)?;
        }
        rows.run(&self.embed)
    }

    /// The first part of a layer: query, key and value of the batch's tokens.
    pub(crate) fn project(&self, layer: usize, rows: &mut Rows) -> Result<()> {
        rows.run(&Projection(&self.layers[layer].0))
    }

    /// What is left of a layer, once keys and values of all tokens are there.
    pub(crate) fn attend(&self, layer: usize, rows: &mut Rows) -> Result<()> {
        let (attention, feed_forward) = &self.layers[layer];
        rows.run(attention)?;
        rows.run(feed_forward)
    }
}

/// A step of the model, which owns its weights.
trait Step {
    fn name(&self) -> &'static str;

    /// Changes `hidden`, `[tokens of the batch, hidden]`, row-major, in place.
    fn run(&self, hidden: &mut [f32], batch: &Batch, memory: &mut Memory) -> Result<()>;
}

/// A step on its way through a batch, as a Candle operation.
struct Running<'a> {
    step: &'a dyn Step,
    batch: &'a Batch,
    memory: &'a RefCell<Memory>,
}

impl InplaceOp1 for Running<'_> {
    fn name(&self) -> &'static str {
        self.step.name()
    }

    fn cpu_fwd(&self, storage: &mut CpuStorage, layout: &Layout) -> Result<()> {
        let CpuStorage::F32(hidden) = storage else {
            bail!("{} needs f32", self.name())
        };
        let Some((start, _)) = layout.contiguous_offsets() else {
            bail!("{} needs rows side by side", self.name())
        };
        let size = self.batch.ids.len() * layout.dims()[1];
        let hidden = &mut hidden[start..start + size];
        self.step
            .run(hidden, self.batch, &mut self.memory.borrow_mut())
    }
}

/// Reads the layer norm of a part.
fn layer_norm(
    part: &Part<'_>,
    config: &BertConfig,
) -> std::result::Result<LayerNorm, EncoderError> {
    let gamma = part.floats("LayerNorm.weight", &[config.hidden_size])?;
    let beta = part.floats("LayerNorm.bias", &[config.hidden_size])?;
    LayerNorm::new(gamma, beta, config.layer_norm_eps as f32).map_err(misfit)
}

/// The shapes were checked against the config before, so this is a mistake of ours.
fn misfit(error: semblance_kernels::ShapeError) -> EncoderError {
    EncoderError::Compute(candle_core::Error::wrap(error))
}
