//! Named groups of points.

use std::rc::Rc;

use crate::Rgba;

/// A group of points whose name is written on the map, over the middle of its visible members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Region {
    /// What is written; its beginning and "…" when longer than 28 signs, nothing when blank.
    pub name: Rc<str>,
    /// Colour of the name, darkened or lightened until it can be read on the theme's background;
    /// its alpha is ignored.
    pub color: Rgba,
    /// Indices of points, in any order; those of no point are ignored.
    pub members: Vec<u32>,
}
