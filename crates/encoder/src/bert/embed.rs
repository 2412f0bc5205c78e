//! The first step: from token ids to vectors.

use semblance_kernels::LayerNorm;

use super::memory::Memory;
use super::{Arithmetic, Batch, Step, layer_norm};
use crate::weights::Part;
use crate::{BertConfig, EncoderError};

/// `hidden = norm(word + position + type)`, the last where the model has types; the word alone in a
/// static model.
pub(crate) struct Embed {
    words: Words,
    size: usize,
    around: Option<Around>,
}

/// What is made of a word's row.
struct Around {
    /// Position plus token type 0: `[positions, hidden]`.
    positions: Vec<f32>,
    norm: LayerNorm,
}

/// The word embedding table, `[vocabulary, hidden]`, as the file has it.
enum Words {
    Int8 { rows: Vec<i8>, scales: Vec<f32> },
    F32(Vec<f32>),
}

impl Embed {
    pub(super) fn load(
        part: &Part<'_>,
        config: &BertConfig,
        max_tokens: usize,
        arithmetic: Arithmetic,
    ) -> Result<Self, EncoderError> {
        let size = config.hidden_size;
        let (table, shape) = ("word_embeddings.weight", [config.vocab_size, size]);
        // A table is only looked up, so int8 rows stay int8 even for exact arithmetic.
        let rounded = match arithmetic {
            Arithmetic::F32 => part.int8_rows(table, &shape)?,
            Arithmetic::Int8 => Some(part.rounded_rows(table, shape)?),
        };
        let words = match rounded {
            Some(rows) => Words::Int8 {
                rows: rows.values,
                scales: rows.scales,
            },
            None => Words::F32(part.floats(table, &shape)?),
        };
        if config.is_static() {
            return Ok(Self {
                words,
                size,
                around: None,
            });
        }
        let table = |name: &str, rows| part.floats(&format!("{name}.weight"), &[rows, size]);
        let mut positions = table("position_embeddings", config.max_position_embeddings)?;
        positions.drain(..config.first_position() * size);
        positions.truncate(max_tokens * size);
        if config.type_vocab_size > 0 {
            let types = table("token_type_embeddings", config.type_vocab_size)?;
            for row in positions.chunks_exact_mut(size) {
                row.iter_mut().zip(&types).for_each(|(x, kind)| *x += kind);
            }
        }
        Ok(Self {
            words,
            size,
            around: Some(Around {
                positions,
                norm: layer_norm(part, config)?,
            }),
        })
    }
}

impl Step for Embed {
    fn name(&self) -> &'static str {
        "embed"
    }

    fn run(&self, hidden: &mut [f32], batch: &Batch, _: &mut Memory) -> candle_core::Result<()> {
        let size = self.size;
        for (id, row) in batch.ids.iter().zip(hidden.chunks_exact_mut(size)) {
            let word = *id as usize * size..(*id as usize + 1) * size;
            match &self.words {
                Words::Int8 { rows, scales } => {
                    let scale = scales[*id as usize];
                    let word = row.iter_mut().zip(&rows[word]);
                    word.for_each(|(x, word)| *x = f32::from(*word) * scale);
                }
                Words::F32(rows) => row.copy_from_slice(&rows[word]),
            }
        }
        let Some(Around { positions, norm }) = &self.around else {
            return Ok(());
        };
        let mut rows = hidden.chunks_exact_mut(size);
        for text in batch.texts() {
            let positions = positions[size * text.before..].chunks_exact(size);
            for (position, row) in positions.take(text.rows.len()).zip(&mut rows) {
                row.iter_mut().zip(position).for_each(|(x, add)| *x += add);
            }
        }
        norm.apply(hidden);
        Ok(())
    }
}
