//! The first step: from token ids to vectors.

use candle_core::DType;
use candle_nn::{Init, VarBuilder};
use semblance_kernels::LayerNorm;

use super::memory::Memory;
use super::{Arithmetic, Batch, Step, layer_norm};
use crate::weights::WEIGHT_SCALE;
use crate::{BertConfig, EncoderError};

/// `hidden = norm(word + position + type)`; the word alone in a model without layers.
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
        vb: &VarBuilder<'_>,
        config: &BertConfig,
        max_tokens: usize,
        arithmetic: Arithmetic,
    ) -> Result<Self, EncoderError> {
        let size = config.hidden_size;
        let shape = (config.vocab_size, size);
        let table = vb.pp("word_embeddings");
        // A table is only looked up, so int8 rows stay int8 even for exact arithmetic.
        let words = if table.contains_tensor(WEIGHT_SCALE) {
            let rows = table.get_with_hints_dtype(shape, "weight", Init::Const(0.0), DType::U8)?;
            let rows = rows.flatten_all()?.to_vec1::<u8>()?;
            Words::Int8 {
                rows: rows.into_iter().map(u8::cast_signed).collect(),
                scales: table.get(shape.0, WEIGHT_SCALE)?.to_vec1()?,
            }
        } else {
            let rows = table.get(shape, "weight")?.flatten_all()?.to_vec1()?;
            match arithmetic {
                Arithmetic::F32 => Words::F32(rows),
                Arithmetic::Int8 => {
                    let rows = crate::int8::quantize_rows(&rows, size);
                    Words::Int8 {
                        rows: rows.values,
                        scales: rows.scales,
                    }
                }
            }
        };
        if config.is_static() {
            return Ok(Self {
                words,
                size,
                around: None,
            });
        }
        let table = |name: &str, rows| {
            let table = vb.pp(name).get((rows, size), "weight")?;
            table.flatten_all()?.to_vec1::<f32>()
        };
        let types = table("token_type_embeddings", config.type_vocab_size)?;
        let mut positions = table("position_embeddings", config.max_position_embeddings)?;
        positions.truncate(max_tokens * size);
        for row in positions.chunks_exact_mut(size) {
            row.iter_mut().zip(&types).for_each(|(x, kind)| *x += kind);
        }
        Ok(Self {
            words,
            size,
            around: Some(Around {
                positions,
                norm: layer_norm(vb, config)?,
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
