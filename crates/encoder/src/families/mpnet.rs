//! MPNet (arXiv 2004.09297): no token types, positions as in RoBERTa, and scores gain by how far
//! apart two tokens are, alike in all layers.

use super::{Family, LAYER};

pub(super) const FAMILY: Family = Family {
    model_types: &["mpnet"],
    fields: &[],
    defaults: &[
        ("layer_norm_eps", 1e-12),
        ("type_vocab_size", 0.0),
        ("relative_attention_num_buckets", 32.0),
    ],
    layer: LAYER,
    parts: &[
        ("attention.self.query", "attention.attn.q"),
        ("attention.self.key", "attention.attn.k"),
        ("attention.self.value", "attention.attn.v"),
        ("attention.output.dense", "attention.attn.o"),
        ("attention.output.LayerNorm", "attention.LayerNorm"),
    ],
    token_types: false,
    positions_after_padding: true,
};
