//! The picture as lines, marks and texts, which a canvas and an SVG document draw alike. What
//! lies behind the marks (grid, axes, links) and in front of them (names, labels, captions, the
//! card of the hovered point, boxes) is described here; the marks themselves are [`marks`].

mod card;
mod front;
mod ground;
mod labeling;
mod marks;
mod names;

use crate::{Rgba, Shape};

pub(crate) use front::front;
pub(crate) use ground::ground;
pub(crate) use labeling::Labeler;
pub(crate) use marks::{FOG, mark, outline};

/// Which end of a text its place names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// A line of text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Text {
    pub x: f64,
    /// Middle of the line's height.
    pub y: f64,
    pub text: String,
    /// Font size in CSS px.
    pub size: f64,
    pub bold: bool,
    pub anchor: Anchor,
    pub color: Rgba,
    /// Drawn around the letters for contrast.
    pub halo: Option<Rgba>,
    /// Turned to read upwards.
    pub turned: bool,
}

/// The mark of a point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Mark {
    pub x: f64,
    pub y: f64,
    pub radius: f64,
    pub shape: Shape,
    pub fill: Rgba,
    /// Drawn around the mark: colour and width.
    pub outline: Option<(Rgba, f64)>,
    /// Drawn around the outline: colour and width.
    pub ring: Option<(Rgba, f64)>,
}

/// Something to draw. Lengths in CSS px.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Item {
    Line {
        from: (f64, f64),
        to: (f64, f64),
        color: Rgba,
        width: f64,
    },
    Polygon {
        corners: Vec<(f64, f64)>,
        fill: Rgba,
        stroke: Rgba,
        width: f64,
    },
    /// A box with rounded corners.
    Card {
        left: f64,
        top: f64,
        width: f64,
        height: f64,
        rounding: f64,
        fill: Rgba,
        stroke: Rgba,
    },
    Circle {
        x: f64,
        y: f64,
        radius: f64,
        stroke: Rgba,
        width: f64,
    },
    Text(Text),
}
