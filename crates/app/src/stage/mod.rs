//! The stage: the map, and the scores as a table and as a picture.

pub mod documents;
pub mod map;
pub mod matrix;
pub mod panel;
pub mod picture;
pub mod scores;
