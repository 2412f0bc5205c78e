//! How points, axes and the ground behind them look.

use crate::color::Rgba;

/// The mark of a point; the second channel beside colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[repr(u8)]
pub enum Shape {
    /// A disc.
    #[default]
    Circle,
    /// A square on its side.
    Square,
    /// A triangle, point up.
    Triangle,
    /// A square on its corner.
    Diamond,
    /// An upright cross.
    Plus,
    /// A triangle, point down.
    TriangleDown,
    /// A diagonal cross.
    Cross,
    /// A five-pointed star.
    Star,
}

impl Shape {
    /// All shapes, in the order in which groups take them.
    pub const ALL: [Self; 8] = [
        Self::Circle,
        Self::Square,
        Self::Triangle,
        Self::Diamond,
        Self::Plus,
        Self::TriangleDown,
        Self::Cross,
        Self::Star,
    ];

    /// Most points that are drawn with shapes of their own; of more, all are circles, since their
    /// marks are too small and too many for shapes to be told apart.
    pub const MOST: usize = 500;

    /// The shape of the `index`-th group. It steps by one with the hue and by one more whenever
    /// the eight hues of [`categorical`] begin again, so that 64 groups differ.
    ///
    /// [`categorical`]: crate::categorical
    pub fn nth(index: usize) -> Self {
        Self::ALL[(index + index / 8) % Self::ALL.len()]
    }
}

/// How each point is drawn. Lists may be empty or shorter than the points: the rest is drawn as
/// the defaults say, so that points and appearance can be set in any order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Appearance {
    /// Fill colours; default: the first hue of [`categorical`](crate::categorical). Alpha fades a
    /// point.
    pub colors: Vec<Rgba>,
    /// Factors on the diameter, which follows the number of points (11 CSS px for a few, 3 for
    /// 2000, 2 for 100,000); default 1, held within 0.3–4.
    pub sizes: Vec<f32>,
    /// Shapes, up to [`Shape::MOST`] points; default [`Shape::Circle`].
    pub shapes: Vec<Shape>,
    /// `true` for points that are neither drawn nor labelled nor picked ("isolate", "hide").
    pub hidden: Vec<bool>,
}

/// Captions of the axes and the grid behind the points.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Axes {
    /// Along the bottom, for instance "PC 1 · 23 %"; empty for none.
    pub x: String,
    /// Up the left side.
    pub y: String,
    /// The third axis, drawn in 3-D only.
    pub z: String,
    /// Whether lines are drawn behind the points, the one through zero stronger. For projections
    /// whose axes mean something (PCA, custom), not for t-SNE and UMAP.
    pub grid: bool,
}

/// Colours and type of the page, so that the map follows light and dark.
#[derive(Debug, Clone, PartialEq)]
pub struct Theme {
    /// Behind the points; also the halo of labels and the outline of marks. Opaque.
    pub background: Rgba,
    /// Labels.
    pub text: Rgba,
    /// Captions of axes, counts.
    pub muted: Rgba,
    /// Grid lines.
    pub grid: Rgba,
    /// Hover, selection, boxes and links.
    pub accent: Rgba,
    /// CSS font family of labels and captions.
    pub font: String,
    /// Size of labels in CSS px; 13 usually, about 20 for a projector. Held within 6–72.
    pub font_size: f64,
}

impl Theme {
    /// Dark text on white.
    pub fn light() -> Self {
        Self {
            background: Rgba::hex(0xffffff),
            text: Rgba::hex(0x1b1f24),
            muted: Rgba::hex(0x5b6470),
            grid: Rgba::hex(0xe3e6ea),
            accent: Rgba::hex(0x0b57d0),
            font: "system-ui, sans-serif".into(),
            font_size: 13.0,
        }
    }

    /// Light text on near-black.
    pub fn dark() -> Self {
        Self {
            background: Rgba::hex(0x14171c),
            text: Rgba::hex(0xe8eaed),
            muted: Rgba::hex(0x9aa4b1),
            grid: Rgba::hex(0x2a2f37),
            accent: Rgba::hex(0x8ab4f8),
            ..Self::light()
        }
    }

    /// Whether the background is dark; which palette to take.
    pub fn is_dark(&self) -> bool {
        self.background.luminance() < 0.18
    }
}

impl Default for Theme {
    fn default() -> Self {
        Self::light()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::color::categorical;

    #[test]
    fn sixty_four_groups_differ_in_color_or_shape() {
        let looks: HashSet<_> = (0..64)
            .map(|group| (categorical(group, false), Shape::nth(group)))
            .collect();
        assert_eq!(looks.len(), 64);
    }

    #[test]
    fn themes_know_whether_they_are_dark() {
        assert!(!Theme::light().is_dark());
        assert!(Theme::dark().is_dark());
    }
}
