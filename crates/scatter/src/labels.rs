//! Where labels go: beside their marks, never over one another, the important ones first.

/// A rectangle on the screen in CSS px, edges included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Rect {
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
}

impl Rect {
    /// Around a middle.
    pub fn around(x: f64, y: f64, half_width: f64, half_height: f64) -> Self {
        Self {
            left: x - half_width,
            top: y - half_height,
            right: x + half_width,
            bottom: y + half_height,
        }
    }

    /// Whether two share any area.
    pub fn meets(&self, other: &Self) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }

    /// Whether the other lies wholly inside.
    pub fn holds(&self, other: &Self) -> bool {
        self.left <= other.left
            && self.top <= other.top
            && self.right >= other.right
            && self.bottom >= other.bottom
    }
}

/// Side of the squares by which taken rectangles are found again, in CSS px.
const CELL: f64 = 48.0;

/// Room between labels and the edge of the view, in CSS px.
const MARGIN: f64 = 3.0;

/// How far a name is moved at a time while room is looked for, in CSS px.
const NUDGE: f64 = 2.0;

/// Sides of a mark to try in turn, as the direction from the mark to the middle of its label; the
/// first that is free is taken.
const SIDES: [(f64, f64); 8] = [
    (1.0, 0.0),
    (-1.0, 0.0),
    (0.0, -1.0),
    (0.0, 1.0),
    (1.0, -1.0),
    (1.0, 1.0),
    (-1.0, -1.0),
    (-1.0, 1.0),
];

/// A view that fills up with labels.
#[derive(Debug, Clone)]
pub(crate) struct Placer {
    bounds: Rect,
    columns: usize,
    cells: Vec<Vec<u32>>,
    taken: Vec<Rect>,
}

impl Placer {
    /// An empty view of some size in CSS px.
    pub fn new(width: f64, height: f64) -> Self {
        let columns = (width.max(0.0) / CELL) as usize + 1;
        let rows = (height.max(0.0) / CELL) as usize + 1;
        Self {
            bounds: Rect {
                left: MARGIN,
                top: MARGIN,
                right: width - MARGIN,
                bottom: height - MARGIN,
            },
            columns,
            cells: vec![Vec::new(); columns * rows],
            taken: Vec::new(),
        }
    }

    fn cells_of(&self, rect: &Rect) -> impl Iterator<Item = usize> + use<> {
        let columns = self.columns;
        let rows = self.cells.len() / columns;
        let cell = |v: f64, count: usize| ((v.max(0.0) / CELL) as usize).min(count - 1);
        let (first, last) = (cell(rect.left, columns), cell(rect.right, columns));
        let (top, bottom) = (cell(rect.top, rows), cell(rect.bottom, rows));
        (top..=bottom).flat_map(move |row| (first..=last).map(move |column| row * columns + column))
    }

    /// Keeps labels away from an area.
    pub fn take(&mut self, rect: Rect) {
        let index = self.taken.len() as u32;
        for cell in self.cells_of(&rect) {
            self.cells[cell].push(index);
        }
        self.taken.push(rect);
    }

    /// Whether an area is in the view and free.
    pub fn is_free(&self, rect: &Rect) -> bool {
        self.bounds.holds(rect)
            && !self.cells_of(rect).any(|cell| {
                self.cells[cell]
                    .iter()
                    .any(|taken| self.taken[*taken as usize].meets(rect))
            })
    }

    /// The area moved sideways into the view, where it is no wider than that.
    fn slid(&self, rect: Rect) -> Rect {
        let by =
            (self.bounds.left - rect.left).max(0.0) - (rect.right - self.bounds.right).max(0.0);
        Rect {
            left: rect.left + by,
            right: rect.right + by,
            ..rect
        }
    }

    /// Finds room for a name of some size about (`x`, `y`), moved up or down by at most `reach`
    /// where others are in the way, and takes it. Near an edge of the view it is first moved
    /// inside. `None` when there is no room.
    pub fn place_about(
        &mut self,
        (x, y): (f64, f64),
        (width, height): (f64, f64),
        reach: f64,
    ) -> Option<Rect> {
        let half = height / 2.0;
        let y = y.min(self.bounds.bottom - half).max(self.bounds.top + half);
        let home = self.slid(Rect::around(x, y, width / 2.0, half));
        let moved = |by: f64| Rect {
            top: home.top + by,
            bottom: home.bottom + by,
            ..home
        };
        // Small steps, so that names of points on the move don't jump.
        let steps = (reach / NUDGE).max(0.0) as i32;
        let offsets = (0..=steps).map(|step| f64::from(step) * NUDGE);
        let found = offsets
            .flat_map(|by| [-by, by])
            .map(moved)
            .find(|rect| self.is_free(rect))?;
        self.take(found);
        Some(found)
    }

    /// Finds room for a label of some size beside a mark at (`x`, `y`), `first` side first, and
    /// takes it. Answers the side and the area, or `None` when there is no room.
    pub fn place(
        &mut self,
        (x, y): (f64, f64),
        radius: f64,
        (width, height): (f64, f64),
        first: usize,
    ) -> Option<(usize, Rect)> {
        let gap = radius + 4.0;
        let beside = |side: usize| {
            let (dx, dy) = SIDES[side];
            // On a diagonal the label starts nearer to the mark.
            let near = if dx != 0.0 && dy != 0.0 { 0.6 } else { 1.0 };
            let rect = Rect::around(
                x + dx * (gap * near + width / 2.0),
                y + dy * (gap * near + height / 2.0),
                width / 2.0,
                height / 2.0,
            );
            // Above and below, a label may slide along its mark to stay in the view.
            if dx == 0.0 { self.slid(rect) } else { rect }
        };
        let first = first.min(SIDES.len() - 1);
        let sides = std::iter::once(first).chain((0..SIDES.len()).filter(|side| *side != first));
        let found = sides
            .map(|side| (side, beside(side)))
            .find(|(_, rect)| self.is_free(rect))?;
        self.take(found.1);
        Some(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_never_overlap_and_stay_inside() {
        let mut placer = Placer::new(390.0, 300.0);
        let mut state = 7_u32;
        let mut random = move || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f64::from(state >> 8) / f64::from(1 << 24)
        };
        let mut placed: Vec<Rect> = Vec::new();
        for _ in 0..2000 {
            let at = (random() * 430.0 - 20.0, random() * 340.0 - 20.0);
            let size = (20.0 + random() * 120.0, 14.0);
            if let Some((side, rect)) = placer.place(at, 4.0, size, 0) {
                assert!(side < SIDES.len());
                assert!(rect.left >= 0.0 && rect.right <= 390.0);
                assert!(rect.top >= 0.0 && rect.bottom <= 300.0);
                assert!(!rect.meets(&Rect::around(at.0, at.1, 2.0, 2.0)));
                assert!(placed.iter().all(|other| !other.meets(&rect)));
                placed.push(rect);
            }
        }
        assert!(placed.len() > 40, "{}", placed.len());
    }

    #[test]
    fn the_side_of_before_is_kept_while_it_is_free() {
        let mut placer = Placer::new(400.0, 400.0);
        let at = (200.0, 200.0);
        let first = |placer: &mut Placer, side| placer.place(at, 4.0, (50.0, 14.0), side);
        assert_eq!(first(&mut placer, 3).map(|p| p.0), Some(3));
        assert_eq!(first(&mut placer, 3).map(|p| p.0), Some(0));
        // The last side would touch the label below.
        assert_eq!(first(&mut placer, 99).map(|p| p.0), Some(1));
    }

    #[test]
    fn labels_slide_along_their_mark_at_the_edge_of_the_view() {
        let mut placer = Placer::new(100.0, 60.0);
        // Neither beside the mark nor centred on it is there room.
        let (side, rect) = placer.place((90.0, 30.0), 4.0, (90.0, 14.0), 0).unwrap();
        assert_eq!(SIDES[side], (0.0, -1.0));
        assert_eq!((rect.left, rect.right), (7.0, 97.0));
    }

    #[test]
    fn names_move_a_little_or_find_no_room() {
        let mut placer = Placer::new(400.0, 300.0);
        let mut place = |x, y| placer.place_about((x, y), (100.0, 20.0), 30.0);
        let first = place(200.0, 150.0).unwrap();
        assert_eq!(first, Rect::around(200.0, 150.0, 50.0, 10.0));
        let above = place(210.0, 149.0).unwrap();
        let below = place(190.0, 151.0).unwrap();
        assert!(above.bottom <= first.top && first.bottom <= below.top);
        assert_eq!(place(200.0, 150.0), None);
        // Wholly in the view, even at its corner.
        assert_eq!(place(0.0, 0.0), Some(Rect::around(53.0, 13.0, 50.0, 10.0)));
        assert_eq!(placer.place_about((50.0, 50.0), (401.0, 20.0), 30.0), None);
    }

    #[test]
    fn what_is_taken_is_left_alone_and_too_large_does_not_fit() {
        let mut placer = Placer::new(100.0, 100.0);
        placer.take(Rect::around(50.0, 50.0, 500.0, 10.0));
        assert_eq!(
            placer
                .place((50.0, 50.0), 2.0, (10.0, 10.0), 0)
                .map(|p| p.0),
            None
        );
        assert!(placer.place((50.0, 80.0), 2.0, (10.0, 10.0), 0).is_some());
        assert_eq!(placer.place((50.0, 80.0), 2.0, (101.0, 10.0), 0), None);
        let mut none = Placer::new(0.0, 0.0);
        assert_eq!(none.place((0.0, 0.0), 2.0, (10.0, 10.0), 0), None);
    }
}
