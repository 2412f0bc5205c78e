//! Static models: a table of words whose rows are averaged. There are no layers.

use super::{Family, LAYER};

pub(super) const FAMILY: Family = Family {
    model_types: &["static"],
    fields: &[],
    defaults: &[],
    layer: LAYER,
    parts: &[],
    token_types: true,
    positions_after_padding: false,
};
