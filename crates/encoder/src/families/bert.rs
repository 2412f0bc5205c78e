//! BERT itself (arXiv 1810.04805): MiniLM, bge, gte, e5, multilingual-e5-small.

use super::{Family, LAYER};

pub(super) const FAMILY: Family = Family {
    model_types: &["bert"],
    fields: &[],
    defaults: &[],
    layer: LAYER,
    parts: &[],
    token_types: true,
    positions_after_padding: false,
};
