//! DistilBERT (arXiv 1910.01108): BERT without token types, and with names of its own.

use super::Family;

pub(super) const FAMILY: Family = Family {
    model_types: &["distilbert"],
    fields: &[
        ("dim", "hidden_size"),
        ("n_layers", "num_hidden_layers"),
        ("n_heads", "num_attention_heads"),
        ("hidden_dim", "intermediate_size"),
        ("activation", "hidden_act"),
    ],
    // The one is fixed in its code, the other is what it does not have.
    defaults: &[("layer_norm_eps", 1e-12), ("type_vocab_size", 0.0)],
    layer: "transformer.layer",
    parts: &[
        ("attention.self.query", "attention.q_lin"),
        ("attention.self.key", "attention.k_lin"),
        ("attention.self.value", "attention.v_lin"),
        ("attention.output.dense", "attention.out_lin"),
        ("attention.output.LayerNorm", "sa_layer_norm"),
        ("intermediate.dense", "ffn.lin1"),
        ("output.dense", "ffn.lin2"),
        ("output.LayerNorm", "output_layer_norm"),
    ],
    token_types: false,
    positions_after_padding: false,
};
