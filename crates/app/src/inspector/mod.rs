//! The inspector: what there is to say about what is selected, and about all texts.

pub mod drafts;
pub mod duplicates;
pub mod examples;
pub mod groups;
pub mod list;
pub mod many;
pub mod neighbours;
pub mod outliers;
pub mod pair;
pub mod pairs;
pub mod panel;
pub mod single;
pub mod why;
