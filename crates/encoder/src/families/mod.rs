//! Families of models that differ from BERT in names, positions and little else.
//!
//! All of them are one stack of layers: attention, residual, norm, feed-forward, residual, norm.
//! What differs is data, a [`Family`] in a file of its own. Inside this crate everything has BERT's
//! names: a family says how its files name them.
//!
//! To add one: its file here, its line in [`FAMILIES`], and a model of it in `tests/families.rs`.

mod bert;
mod distilbert;
mod mpnet;
mod roberta;
mod table;

use std::borrow::Cow;

/// All families, the one of a config that names none first.
const FAMILIES: [&Family; 5] = [
    &bert::FAMILY,
    &roberta::FAMILY,
    &distilbert::FAMILY,
    &mpnet::FAMILY,
    &table::FAMILY,
];

/// How a family's files differ from BERT's.
#[derive(Debug, PartialEq)]
pub struct Family {
    /// The values of `model_type` in `config.json`.
    pub(crate) model_types: &'static [&'static str],
    /// Fields of `config.json`: the family's name, and BERT's.
    pub(crate) fields: &'static [(&'static str, &'static str)],
    /// Fields that the family's configs may lack, with their values.
    pub(crate) defaults: &'static [(&'static str, f64)],
    /// What layers are called, before their number.
    pub(crate) layer: &'static str,
    /// Parts of a layer: BERT's name, and the family's.
    pub(crate) parts: &'static [(&'static str, &'static str)],
    /// Whether there is a table of token types.
    pub(crate) token_types: bool,
    /// Whether positions are counted from the one after that of padding.
    pub(crate) positions_after_padding: bool,
}

/// What layers are called in BERT.
const LAYER: &str = "encoder.layer";

impl Family {
    /// The family of a `model_type`; `None` if it is none of these.
    pub(crate) fn of(model_type: Option<&str>) -> Option<&'static Self> {
        let Some(model_type) = model_type else {
            return Some(Self::default());
        };
        let is = |family: &&&'static Self| family.model_types.contains(&model_type);
        FAMILIES.iter().find(is).copied()
    }

    pub(crate) fn default() -> &'static Self {
        FAMILIES[0]
    }

    /// All that are read, for a message.
    pub(crate) fn all() -> String {
        let types: Vec<_> = FAMILIES
            .iter()
            .flat_map(|family| family.model_types)
            .copied()
            .collect();
        types.join(", ")
    }

    /// The family's name of a tensor that BERT names so.
    pub(crate) fn tensor<'a>(&self, name: &'a str) -> Cow<'a, str> {
        let in_layer = || {
            let rest = name.strip_prefix(LAYER)?.strip_prefix('.')?;
            let (index, rest) = rest.split_once('.')?;
            let theirs = self.parts.iter().find_map(|(ours, theirs)| {
                let rest = rest.strip_prefix(ours)?.strip_prefix('.')?;
                Some(format!("{theirs}.{rest}"))
            });
            let rest = theirs.as_deref().unwrap_or(rest);
            Some(format!("{}.{index}.{rest}", self.layer))
        };
        in_layer().map_or(Cow::Borrowed(name), Cow::Owned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tensors_have_their_familys_names() {
        let names = [
            "embeddings.word_embeddings.weight",
            "encoder.layer.11.attention.self.key.bias",
            "encoder.layer.0.attention.output.dense.weight",
            "encoder.layer.0.attention.output.LayerNorm.weight",
            "encoder.layer.0.output.dense.weight_scale",
            "encoder.relative_attention_bias.weight",
        ];
        let of = |kind: &str| {
            let family = Family::of(Some(kind)).unwrap();
            names.map(|name| family.tensor(name).into_owned())
        };
        assert_eq!(of("bert"), names);
        assert_eq!(of("xlm-roberta"), names);
        assert_eq!(
            of("distilbert"),
            [
                "embeddings.word_embeddings.weight",
                "transformer.layer.11.attention.k_lin.bias",
                "transformer.layer.0.attention.out_lin.weight",
                "transformer.layer.0.sa_layer_norm.weight",
                "transformer.layer.0.ffn.lin2.weight_scale",
                "encoder.relative_attention_bias.weight",
            ]
        );
        assert_eq!(
            of("mpnet")[1..4],
            [
                "encoder.layer.11.attention.attn.k.bias",
                "encoder.layer.0.attention.attn.o.weight",
                "encoder.layer.0.attention.LayerNorm.weight",
            ]
        );
        assert_eq!(Family::of(Some("t5")), None);
        assert_eq!(Family::of(None), Family::of(Some("bert")));
    }
}
