//! How large, opaque and shaped each point is, by its appearance and the number of points.

use crate::math;
use crate::scene::Scene;
use crate::{Rgba, Shape, categorical};

/// From so many points on, marks are dots: small, translucent, without outline.
const CROWD: usize = 2000;

/// So many points or fewer have the largest marks, or nearly: the diameter falls by [`FALL`] for
/// each power of ten beyond 60.
const SOME: usize = 500;

/// Diameters for few points, for [`CROWD`] and for very many, in CSS px.
const LARGEST: f64 = 11.0;
const DOT: f64 = 3.0;
const SMALLEST: f64 = 2.0;

/// What each power of ten takes from the diameter up to [`SOME`] points, and from [`CROWD`] on.
const FALL: (f64, f64) = (2.5, 0.6);

/// Least diameters of selected and hovered points, in CSS px: of a few, and of so many that they
/// would hide one another.
const MARKED: (f64, f64) = (7.0, 4.5);
const MANY_MARKED: usize = 100;

/// Diameter of so many points at the default zoom, in CSS px.
fn base_diameter(count: usize) -> f64 {
    let above =
        |count: usize, start: f64| (math::log10(count as f64) - math::log10(start)).max(0.0);
    let few = |count: usize| LARGEST - FALL.0 * above(count.max(1), 60.0);
    if count >= CROWD {
        (DOT - FALL.1 * above(count, CROWD as f64)).max(SMALLEST)
    } else if count > SOME {
        // No leap between the two, for lists that grow.
        let share = above(count, SOME as f64) / above(CROWD, SOME as f64);
        few(SOME) + (DOT - few(SOME)) * share
    } else {
        few(count)
    }
}

impl Scene {
    /// Whether there are so many points that each is a mere dot.
    pub fn is_crowd(&self) -> bool {
        self.len() >= CROWD
    }

    /// Whether the page gave a point the greatest importance there is: however many points there
    /// are, it keeps its shape and is drawn and labelled as among few.
    pub fn stands_out(&self, index: usize) -> bool {
        self.importance.get(index) == Some(&f32::MAX)
    }

    /// Whether the page gave a point an importance over 0.
    pub fn is_important(&self, index: usize) -> bool {
        matches!(self.importance.get(index), Some(importance) if importance.is_finite() && *importance > 0.0)
    }

    /// Whether a point is drawn larger and more clearly than a dot, selected or not.
    pub fn is_more_than_dot(&self, index: usize) -> bool {
        self.is_crowd() && self.stands_out(index)
    }

    /// Fill colour of a point.
    pub fn color(&self, index: usize) -> Rgba {
        self.appearance
            .colors
            .get(index)
            .copied()
            .unwrap_or_else(|| categorical(0, self.theme.is_dark()))
    }

    /// Shape of a point; among many only those that stand out have one of their own.
    pub fn shape(&self, index: usize) -> Shape {
        if self.len() > Shape::MOST && !self.stands_out(index) {
            return Shape::Circle;
        }
        self.appearance
            .shapes
            .get(index)
            .copied()
            .unwrap_or_default()
    }

    /// Factor on the diameter of a point, 0.3 to 4.
    pub fn size(&self, index: usize) -> f32 {
        match self.appearance.sizes.get(index) {
            Some(size) if size.is_finite() => size.clamp(0.3, 4.0),
            _ => 1.0,
        }
    }

    /// How much a large type size makes marks larger.
    fn type_factor(&self) -> f64 {
        (self.theme.font_size / 13.0).clamp(0.8, 1.8)
    }

    /// Diameter of an ordinary point at the centre in CSS px: 11 up to 60 points, 3 for 2000, 2
    /// for 100,000; larger when zoomed in and in a large type size.
    pub fn diameter(&self) -> f64 {
        let base = base_diameter(self.len());
        // Dots have farther to grow, and room to.
        let (power, most) = if self.is_crowd() {
            (0.35, 4.0)
        } else {
            (0.25, 3.0)
        };
        let zoom = math::pow(self.view.magnification(), power).clamp(0.8, most);
        let zoomed = (base * zoom)
            .min(base.max(LARGEST * 1.2))
            .max(base.min(SMALLEST));
        zoomed * self.type_factor()
    }

    /// How many times as large a point is when selected or hovered; at least 1.25.
    pub fn growth(&self) -> f64 {
        let least = if self.selected.len() > MANY_MARKED {
            MARKED.1
        } else {
            MARKED.0
        };
        (least * self.type_factor() / self.diameter()).max(1.25)
    }

    /// Opacity of ordinary points: full up to 2000, then 0.65, 0.55 for 100,000, so that density
    /// shows.
    pub fn opacity(&self) -> f64 {
        if !self.is_crowd() {
            return 1.0;
        }
        let excess = math::log10(self.len() as f64 / CROWD as f64);
        (0.65 - 0.06 * excess).max(0.5)
    }

    /// Radius of a point on the screen in CSS px.
    pub fn radius(&self, index: usize, scale: f32) -> f64 {
        let grown = if self.is_selected(index)
            || self.hovered == Some(index as u32)
            || self.is_more_than_dot(index)
        {
            self.growth()
        } else {
            1.0
        };
        let near = f64::from(scale).clamp(0.4, 3.0);
        self.diameter() / 2.0 * f64::from(self.size(index)) * near * grown
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::mark;
    use crate::{Appearance, Points};

    fn scene(count: usize) -> Scene {
        let mut scene = Scene::default();
        scene.resize(800.0, 600.0);
        let line = (0..count).flat_map(|at| [at as f32, (at % 7) as f32]);
        scene
            .set_points(Points::new(line.collect(), 2), 0.0)
            .unwrap();
        scene
    }

    #[test]
    fn more_points_are_smaller_without_leaps() {
        let sizes = [
            1, 60, 100, 499, 500, 501, 1000, 1999, 2000, 10_000, 100_000, 10_000_000,
        ];
        let sizes = sizes.map(base_diameter);
        assert!(sizes.windows(2).all(|pair| pair[0] >= pair[1]), "{sizes:?}");
        assert_eq!((sizes[0], sizes[1]), (LARGEST, LARGEST));
        assert!((sizes[4] - sizes[5]).abs() < 0.05 && (sizes[7] - sizes[8]).abs() < 0.05);
        assert_eq!((sizes[8], sizes[11]), (DOT, SMALLEST));
    }

    #[test]
    fn many_points_are_translucent_dots_that_grow_with_zoom() {
        let mut scene = scene(5000);
        let at = scene.screen()[9];
        let dot = mark(&scene, 9, at).unwrap();
        assert!((2.0..=3.0).contains(&(dot.radius * 2.0)), "{}", dot.radius);
        assert!((140..=170).contains(&dot.fill.3), "{:?}", dot.fill);
        assert_eq!((dot.outline, dot.ring), (None, None));
        scene.zoom_by(10.0, None);
        let near = mark(&scene, 9, at).unwrap();
        assert!(
            (4.0..=9.0).contains(&(near.radius * 2.0)),
            "{}",
            near.radius
        );
        assert_eq!(near.outline, None);
    }

    #[test]
    fn marked_dots_stay_visible() {
        let mut scene = scene(50_000);
        scene.set_selection(&[9]);
        scene.set_hovered(Some(10));
        let at = scene.screen()[9];
        for index in [9, 10] {
            let mark = mark(&scene, index, at).unwrap();
            assert!(mark.radius * 2.0 >= 6.9 && mark.fill.3 == 255);
            assert!(mark.outline.is_some() && mark.ring.is_some());
        }
        // Very many selected ones don't hide one another.
        scene.set_selection(&(0..1000).collect::<Vec<_>>());
        assert!(mark(&scene, 9, at).unwrap().radius * 2.0 < 5.0);
    }

    #[test]
    fn shapes_are_for_few_points_and_for_those_that_stand_out() {
        for (count, expected) in [(500, Shape::Star), (501, Shape::Circle)] {
            let mut scene = scene(count);
            scene.set_appearance(Appearance {
                shapes: vec![Shape::Star; count],
                ..Appearance::default()
            });
            assert_eq!(scene.shape(3), expected);
        }
        let mut scene = scene(3000);
        scene.set_appearance(Appearance {
            shapes: vec![Shape::Star; 3000],
            ..Appearance::default()
        });
        scene.set_labels(Vec::new(), vec![0.0, f32::MAX]);
        let at = scene.screen()[1];
        let found = mark(&scene, 1, at).unwrap();
        assert_eq!((found.shape, found.fill.3), (Shape::Star, 255));
        assert!(found.outline.is_some() && found.radius > 3.0);
        assert_eq!(mark(&scene, 0, at).unwrap().shape, Shape::Circle);
    }
}
