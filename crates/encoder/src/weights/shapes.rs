//! Which tensors a model is made of.

use crate::BertConfig;

/// What a score gains by how far apart two tokens are, in a model that has it.
pub(crate) const RELATIVE_BIAS: &str = "encoder.relative_attention_bias.weight";

/// Names and shapes of all tensors of a model without its pooler, in the order of the layers. The
/// names are BERT's, whatever the family.
pub fn shapes(config: &BertConfig) -> impl Iterator<Item = (String, Vec<usize>)> {
    let (hidden, inner) = (config.hidden_size, config.intermediate_size);
    let tables = [
        ("word_embeddings", config.vocab_size),
        ("position_embeddings", config.max_position_embeddings),
        ("token_type_embeddings", config.type_vocab_size),
    ]
    .into_iter()
    .filter(|(_, rows)| *rows > 0)
    .map(move |(name, rows)| (format!("embeddings.{name}.weight"), vec![rows, hidden]));
    let relative = config.relative_shape();
    let relative = relative.map(|shape| (RELATIVE_BIAS.to_owned(), shape));
    let norm = move |of: &str| {
        ["weight", "bias"].map(|part| (format!("{of}.LayerNorm.{part}"), vec![hidden]))
    };
    // One layer at a time: a broken config may claim any number of them.
    let layers = (0..config.num_hidden_layers).flat_map(move |index| {
        let layer = format!("encoder.layer.{index}");
        let linear = linear_layers(hidden, inner).map(|(name, output, input)| {
            [
                (format!("{layer}.{name}.weight"), vec![output, input]),
                (format!("{layer}.{name}.bias"), vec![output]),
            ]
        });
        let norms = ["attention.output", "output"].map(|of| norm(&format!("{layer}.{of}")));
        linear
            .into_iter()
            .flatten()
            .chain(norms.into_iter().flatten())
    });
    let embeddings = tables.chain(relative).chain(norm("embeddings"));
    let all = embeddings.chain(layers);
    all.take(if config.is_static() { 1 } else { usize::MAX })
}

/// Name, output and input width of the six linear layers of a transformer layer.
#[must_use]
pub fn linear_layers(hidden: usize, inner: usize) -> [(&'static str, usize, usize); 6] {
    [
        ("attention.self.query", hidden, hidden),
        ("attention.self.key", hidden, hidden),
        ("attention.self.value", hidden, hidden),
        ("attention.output.dense", hidden, hidden),
        ("intermediate.dense", inner, hidden),
        ("output.dense", hidden, inner),
    ]
}
