//! What a person did on the map, as the page hears of it.

use std::rc::Rc;

use crate::camera::Camera;

/// What to do with the points of a [`Selection`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SelectionMode {
    /// They become the selection; none of them clears it.
    Replace,
    /// They join it.
    Add,
    /// Each joins it, or leaves it when it is in.
    Toggle,
}

/// Points that a person picked by click, box, lasso or key. The map doesn't change its selection
/// by itself: the page decides and calls `set_selection`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// Indices, ascending, without repeats.
    pub points: Vec<u32>,
    /// How they combine with what is selected.
    pub mode: SelectionMode,
}

impl Selection {
    /// The selection that results from this one and the points selected before; ascending.
    pub fn apply(&self, before: &[u32]) -> Vec<u32> {
        let before = match self.mode {
            SelectionMode::Replace => &[],
            SelectionMode::Add | SelectionMode::Toggle => before,
        };
        let last = before.iter().chain(&self.points).max();
        let mut after = vec![false; last.map_or(0, |last| *last as usize + 1)];
        for &point in before {
            after[point as usize] = true;
        }
        for &point in &self.points {
            let selected = &mut after[point as usize];
            *selected = self.mode != SelectionMode::Toggle || !*selected;
        }
        let points = (0..).zip(after);
        points
            .filter_map(|(point, selected)| selected.then_some(point))
            .collect()
    }
}

/// What dragging with the main button or one finger does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tool {
    /// Moves the map; in 3-D turns it. Shift + drag draws a box, Alt + drag a lasso (with Ctrl to
    /// add to the selection), the middle or right button moves the map in 3-D.
    #[default]
    Move,
    /// Selects what is inside a box.
    Box,
    /// Selects what is inside a line drawn by hand.
    Lasso,
}

/// What draws the points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Renderer {
    /// The graphics processor, through WebGL2.
    WebGl2,
    /// The 2-D canvas, where WebGL2 is missing or was lost for good.
    Canvas2d,
}

/// Called after something happened on the map, never during a call of a [`Scatter`] method, so a
/// callback may call any of them. A callback that owns a handle to the map keeps it alive for good;
/// let it reach the map through something weak, or through the state of the page.
///
/// [`Scatter`]: crate::Scatter
#[derive(Clone)]
pub struct Callbacks {
    /// The pointer came over a point, or left it.
    pub on_hover: Rc<dyn Fn(Option<u32>)>,
    /// Points were picked.
    pub on_select: Rc<dyn Fn(Selection)>,
    /// The keyboard moved the current point: from (if there was one), to. For announcing it.
    pub on_walk: Rc<dyn Fn(Option<u32>, u32)>,
    /// The person moved the camera (already moved; in the unit of the coordinates).
    pub on_camera: Rc<dyn Fn(Camera)>,
}

impl Default for Callbacks {
    /// Callbacks that do nothing.
    fn default() -> Self {
        Self {
            on_hover: Rc::new(|_| ()),
            on_select: Rc::new(|_| ()),
            on_walk: Rc::new(|_, _| ()),
            on_camera: Rc::new(|_| ()),
        }
    }
}

impl std::fmt::Debug for Callbacks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Callbacks").finish_non_exhaustive()
    }
}

/// Something to tell the page, kept until no borrow is open.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Event {
    Hover(Option<u32>),
    Select(Selection),
    Walk(Option<u32>, u32),
    Camera(Camera),
}

impl Callbacks {
    /// Tells the page.
    pub(crate) fn tell(&self, event: Event) {
        match event {
            Event::Hover(point) => (self.on_hover)(point),
            Event::Select(selection) => (self.on_select)(selection),
            Event::Walk(from, to) => (self.on_walk)(from, to),
            Event::Camera(camera) => (self.on_camera)(camera),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selections_combine() {
        use SelectionMode::*;
        let cases = [
            (vec![3, 1], Replace, vec![1, 3]),
            (vec![], Replace, vec![]),
            (vec![2, 5], Add, vec![2, 5, 7]),
            (vec![2, 5], Toggle, vec![5, 7]),
            (vec![2, 7], Toggle, vec![]),
            (vec![], Toggle, vec![2, 7]),
        ];
        for (points, mode, expected) in cases {
            assert_eq!(Selection { points, mode }.apply(&[2, 7]), expected);
        }
    }
}
