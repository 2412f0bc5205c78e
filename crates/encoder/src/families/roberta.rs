//! RoBERTa (arXiv 1907.11692) and XLM-R (arXiv 1911.02116): BERT's names, but positions are counted
//! from the one after padding's: of 514 rows 512 can be used.

use super::{Family, LAYER};

pub(super) const FAMILY: Family = Family {
    model_types: &["roberta", "xlm-roberta", "camembert"],
    fields: &[],
    defaults: &[("layer_norm_eps", 1e-5), ("type_vocab_size", 1.0)],
    layer: LAYER,
    parts: &[],
    token_types: true,
    positions_after_padding: true,
};
