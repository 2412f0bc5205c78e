//! What lies behind the marks: grid, axes, links.

use crate::math;
use crate::picture::{Anchor, Item, Text};
use crate::scene::Scene;

/// Distance of grid lines on the screen is between this and five times this, in CSS px.
const STEP: f64 = 56.0;

/// A step of 1, 2 or 5 times a power of ten, at least `least`.
fn round_step(least: f64) -> f64 {
    let power = math::pow(10.0, math::log10(least).floor());
    [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|factor| factor * power)
        .find(|step| *step >= least * (1.0 - 1e-9))
        .unwrap_or(power * 10.0)
}

/// Grid or axes, then links.
pub(crate) fn ground(scene: &mut Scene) -> Vec<Item> {
    let mut items = Vec::new();
    if scene.len() > 0 && scene.view.has_size() {
        if scene.is_solid() {
            solid_axes(scene, &mut items);
        } else if scene.axes.grid {
            grid(scene, &mut items);
        }
    }
    links(scene, &mut items);
    items
}

fn grid(scene: &Scene, items: &mut Vec<Item>) {
    let lens = &scene.view.lens;
    let frame = &scene.cloud.frame;
    let low = frame.outward(lens.unproject(0.0, lens.height));
    let high = frame.outward(lens.unproject(lens.width, 0.0));
    let pixel = frame.unit / lens.scale();
    let step = round_step(STEP * pixel);
    if !(step.is_finite() && step > 0.0) {
        return;
    }
    let lines = |axis: usize| {
        let first = (low[axis] / step).ceil();
        let count = ((high[axis] / step).floor() - first).clamp(-1.0, 200.0) as i64;
        (0..=count).map(move |at| first + at as f64)
    };
    let line = |at: f64, from, to| Item::Line {
        from,
        to,
        // The line through zero is the stronger one.
        color: if at == 0.0 {
            scene.theme.grid.mix(scene.theme.muted, 0.45)
        } else {
            scene.theme.grid
        },
        width: 1.0,
    };
    for at in lines(0) {
        let x = (at * step - low[0]) / pixel;
        items.push(line(at, (x, 0.0), (x, lens.height)));
    }
    for at in lines(1) {
        let y = lens.height - (at * step - low[1]) / pixel;
        items.push(line(at, (0.0, y), (lens.width, y)));
    }
}

/// The corners of a box a little larger than the one around the points: its lower left far one is
/// corner 0, and bit n of the number is set for the far end of axis n.
fn corners(scene: &Scene) -> Option<[[f64; 3]; 8]> {
    let (low, high) = scene.cloud.bounds(|_| true)?;
    // Flat boxes get some thickness, so that the edges can be told apart.
    let longest = (0..3).map(|a| high[a] - low[a]).fold(1e-6, f64::max);
    let corner = |bits: usize, axis: usize| {
        let half = ((high[axis] - low[axis]) / 2.0).max(longest * 0.025) * 1.06;
        let side = if bits >> axis & 1 == 0 { -half } else { half };
        (low[axis] + high[axis]) / 2.0 + side
    };
    Some(std::array::from_fn(|bits| {
        std::array::from_fn(|axis| corner(bits, axis))
    }))
}

/// The edges of the box, the three axes stronger.
fn solid_axes(scene: &Scene, items: &mut Vec<Item>) {
    let Some(corners) = corners(scene) else {
        return;
    };
    let project = scene.view.lens.projector();
    for from in 0..8_usize {
        for axis in (0..3).filter(|axis| from >> axis & 1 == 0) {
            let ends = (project(corners[from]), project(corners[from | 1 << axis]));
            if let (Some(a), Some(b)) = ends {
                items.push(Item::Line {
                    from: (a.x, a.y),
                    to: (b.x, b.y),
                    color: if from == 0 {
                        scene.theme.grid.mix(scene.theme.muted, 0.45)
                    } else {
                        scene.theme.grid
                    },
                    width: 1.0,
                });
            }
        }
    }
}

/// The captions of the axes in space, at their far ends.
pub(super) fn solid_captions(scene: &Scene) -> Vec<Text> {
    let Some(corners) = corners(scene).filter(|_| scene.is_solid()) else {
        return Vec::new();
    };
    let project = scene.view.lens.projector();
    let size = scene.theme.font_size * 0.88;
    [&scene.axes.x, &scene.axes.y, &scene.axes.z]
        .into_iter()
        .enumerate()
        .filter(|(_, caption)| !caption.is_empty())
        .filter_map(|(axis, caption)| {
            let spot = project(corners[1 << axis])?;
            Some(Text {
                x: spot.x,
                y: spot.y + size,
                text: caption.clone(),
                size,
                bold: false,
                anchor: Anchor::Middle,
                color: scene.theme.muted,
                halo: Some(scene.theme.background),
                turned: false,
            })
        })
        .collect()
}

fn links(scene: &mut Scene, items: &mut Vec<Item>) {
    if scene.links.is_empty() {
        return;
    }
    let color = scene.theme.accent.with_alpha(0.55);
    let links = std::mem::take(&mut scene.links);
    let screen = scene.screen();
    for &(a, b) in &links {
        let (Some(a), Some(b)) = (screen.get(a as usize), screen.get(b as usize)) else {
            continue;
        };
        if a.scale > 0.0 && b.scale > 0.0 {
            items.push(Item::Line {
                from: (f64::from(a.x), f64::from(a.y)),
                to: (f64::from(b.x), f64::from(b.y)),
                color,
                width: 1.5,
            });
        }
    }
    scene.links = links;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::points::Points;
    use crate::{Axes, Framing};

    fn scene(coordinates: Vec<f32>, dimensions: usize) -> Scene {
        let mut scene = Scene::default();
        scene.resize(800.0, 500.0);
        scene.axes = Axes {
            x: "PC 1".into(),
            y: "PC 2".into(),
            z: "PC 3".into(),
            grid: true,
        };
        let points = Points {
            framing: Framing::Fit,
            ..Points::new(coordinates, dimensions)
        };
        scene.set_points(points, 0.0).unwrap();
        scene
    }

    #[test]
    fn steps_are_round_and_large_enough() {
        for (least, expected) in [
            (0.9, 1.0),
            (1.0, 1.0),
            (1.1, 2.0),
            (3.0, 5.0),
            (7.0, 10.0),
            (0.03, 0.05),
            (2e8, 2e8),
        ] {
            assert!((round_step(least) - expected).abs() < expected * 1e-9);
        }
    }

    #[test]
    fn grids_are_neither_empty_nor_dense_at_any_scale() {
        for unit in [1e-20_f32, 1e-3, 1.0, 1e6, 1e30] {
            let mut scene = scene(vec![-unit, -unit, unit, unit, 0.0, 0.0], 2);
            for factor in [1.0, 37.0, 0.2] {
                scene.zoom_by(factor, None);
                let lines = ground(&mut scene).len();
                assert!((4..=60).contains(&lines), "{unit} {factor}: {lines}");
            }
        }
    }

    #[test]
    fn zero_is_where_its_line_is() {
        let mut scene = scene(vec![0.0, 0.0, 3.0, 1.0, 1.0, 2.0], 2);
        let (x, y) = scene.position_of(0).unwrap();
        let strong = scene.theme.grid.mix(scene.theme.muted, 0.45);
        let mut found = 0;
        for item in ground(&mut scene) {
            if let Item::Line {
                from, to, color, ..
            } = item
                && color == strong
            {
                found += 1;
                assert!((from.0 - x).abs() < 1e-3 || (to.1 - y).abs() < 1e-3);
            }
        }
        assert_eq!(found, 2);
    }

    #[test]
    fn space_has_a_box_with_captions() {
        let mut scene = scene(vec![0.0, 0.0, 0.0, 1.0, 2.0, 3.0], 3);
        assert_eq!(ground(&mut scene).len(), 12);
        assert_eq!(solid_captions(&scene).len(), 3);
    }

    #[test]
    fn links_join_points_that_are_shown() {
        let mut scene = scene(vec![0.0, 0.0, 3.0, 1.0, 1.0, 2.0], 2);
        scene.axes.grid = false;
        scene.set_links(&[(0, 1), (1, 2), (2, 99)]);
        assert_eq!(ground(&mut scene).len(), 2);
        scene.set_appearance(crate::Appearance {
            hidden: vec![true],
            ..Default::default()
        });
        assert_eq!(ground(&mut scene).len(), 1);
    }
}
