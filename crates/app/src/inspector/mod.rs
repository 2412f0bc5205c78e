//! The inspector: what there is to say about what is selected, and about all texts.

pub mod clusters;
pub mod drafts;
pub mod duplicates;
pub mod groups;
pub mod list;
pub mod neighbours;
pub mod outliers;
pub mod pair;
pub mod pairs;
pub mod panel;
