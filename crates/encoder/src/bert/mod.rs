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
mod linear;
mod memory;
mod self_attention;

use std::cell::RefCell;

use candle_core::{CpuStorage, DType, Device, InplaceOp1, Layout, Result, Storage, Tensor, bail};
use candle_nn::VarBuilder;
use semblance_kernels::LayerNorm;

pub(crate) use embed::Embed;
pub(crate) use linear::Arithmetic;

use crate::{BertConfig, EncoderError};
use feed_forward::FeedForward;
use memory::Memory;
use self_attention::SelfAttention;

/// Tokens of several texts, one text after the other.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    /// Token ids of all texts.
    pub(crate) ids: Vec<u32>,
    /// Number of tokens of each text.
    pub(crate) lengths: Vec<usize>,
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

    /// First token and number of tokens of each text.
    fn texts(&self) -> impl Iterator<Item = (usize, usize)> {
        self.lengths.iter().scan(0, |start, tokens| {
            let first = *start;
            *start += tokens;
            Some((first, *tokens))
        })
    }
}

/// The model.
pub(crate) struct Bert {
    embed: Embed,
    layers: Vec<(SelfAttention, FeedForward)>,
    size: usize,
    /// `[capacity, hidden]`, f32; the first rows are the tokens of the batch.
    hidden: Tensor,
    memory: RefCell<Memory>,
}

impl Bert {
    /// Takes the weights out of `vb`, whose tensors have the shapes that `config` asks for.
    pub(crate) fn load(
        vb: &VarBuilder<'_>,
        config: &BertConfig,
        max_tokens: usize,
        arithmetic: Arithmetic,
    ) -> std::result::Result<Self, EncoderError> {
        let layer = |index: usize| {
            let vb = vb.pp("encoder").pp("layer").pp(index);
            Ok((
                SelfAttention::load(&vb.pp("attention"), config, arithmetic)?,
                FeedForward::load(&vb, config, arithmetic)?,
            ))
        };
        Ok(Self {
            embed: Embed::load(&vb.pp("embeddings"), config, max_tokens, arithmetic)?,
            layers: (0..config.num_hidden_layers)
                .map(layer)
                .collect::<std::result::Result<_, EncoderError>>()?,
            size: config.hidden_size,
            hidden: Tensor::zeros((0, config.hidden_size), DType::F32, &Device::Cpu)?,
            memory: RefCell::default(),
        })
    }

    /// Runs a batch and hands its last hidden states, `[tokens, hidden]`, row-major, to `read`.
    pub(crate) fn forward<T>(
        &mut self,
        batch: &Batch,
        read: impl FnOnce(&[f32]) -> T,
    ) -> std::result::Result<T, EncoderError> {
        let tokens = batch.ids.len();
        if self.hidden.dim(0)? < tokens {
            self.hidden = Tensor::zeros((tokens, self.size), DType::F32, &Device::Cpu)?;
        }
        let run = |step: &dyn Step| {
            self.hidden.inplace_op1(&Running {
                step,
                batch,
                memory: &self.memory,
            })
        };
        run(&self.embed)?;
        for (attention, feed_forward) in &self.layers {
            run(attention)?;
            run(feed_forward)?;
        }
        let (storage, _) = self.hidden.storage_and_layout();
        match &*storage {
            Storage::Cpu(CpuStorage::F32(hidden)) => Ok(read(&hidden[..tokens * self.size])),
            _ => Err(candle_core::Error::Msg("hidden states are not on the CPU".into()).into()),
        }
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

/// Reads the layer norm `vb.LayerNorm`.
fn layer_norm(
    vb: &VarBuilder<'_>,
    config: &BertConfig,
) -> std::result::Result<LayerNorm, EncoderError> {
    let vb = vb.pp("LayerNorm");
    let gamma = vb.get(config.hidden_size, "weight")?.to_vec1()?;
    let beta = vb.get(config.hidden_size, "bias")?.to_vec1()?;
    LayerNorm::new(gamma, beta, config.layer_norm_eps as f32).map_err(misfit)
}

/// The shapes were checked against the config before, so this is a mistake of ours.
fn misfit(error: semblance_kernels::ShapeError) -> EncoderError {
    EncoderError::Compute(candle_core::Error::wrap(error))
}
