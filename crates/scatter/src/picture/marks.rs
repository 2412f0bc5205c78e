//! Marks and their geometry.

use crate::math;
use crate::picture::Mark;
use crate::scene::{Scene, ScreenPoint};
use crate::{Rgba, Shape};

/// Half the width of the arms of crosses and plus signs, of a mark of radius 1.
pub(crate) const ARM: f64 = 0.36;

/// How much of its colour the farthest point in space gives up to the background.
pub(crate) const FOG: f64 = 0.6;

/// How much of a colour the depth of a point takes away, 0 to [`FOG`], by its scale (1 at the
/// centre, less behind it). The shader of the WebGL2 renderer does the same.
pub(crate) fn fog(scale: f64) -> f64 {
    ((1.15 - scale) / 0.5).clamp(0.0, 1.0) * FOG
}

/// Width of the outline in background colour around a mark of this diameter, in CSS px.
pub(crate) fn outline_width(diameter: f64) -> f64 {
    (diameter * 0.13).clamp(0.0, 1.25)
}

/// Corners of a shape of radius 1, y down; empty for the disc. All shapes look about as large as
/// the disc.
pub(crate) fn outline(shape: Shape) -> Vec<(f64, f64)> {
    let around = |count: usize, start: f64, radius: &dyn Fn(usize) -> f64| {
        (0..count)
            .map(|at| {
                let angle = start + std::f64::consts::TAU * at as f64 / count as f64;
                let r = radius(at);
                (r * math::cos(angle), r * math::sin(angle))
            })
            .collect::<Vec<_>>()
    };
    let quarter = std::f64::consts::FRAC_PI_2;
    let plus = || {
        let (arm, reach) = (ARM, 1.1);
        vec![
            (arm, -reach),
            (arm, -arm),
            (reach, -arm),
            (reach, arm),
            (arm, arm),
            (arm, reach),
            (-arm, reach),
            (-arm, arm),
            (-reach, arm),
            (-reach, -arm),
            (-arm, -arm),
            (-arm, -reach),
        ]
    };
    match shape {
        Shape::Circle => Vec::new(),
        Shape::Square => vec![(-0.86, -0.86), (0.86, -0.86), (0.86, 0.86), (-0.86, 0.86)],
        Shape::Triangle => around(3, -quarter, &|_| 1.3),
        Shape::Diamond => around(4, 0.0, &|_| 1.22),
        Shape::Plus => plus(),
        Shape::TriangleDown => around(3, quarter, &|_| 1.3),
        Shape::Cross => {
            let h = std::f64::consts::FRAC_1_SQRT_2;
            let turn = |(x, y): (f64, f64)| ((x - y) * h, (x + y) * h);
            plus().into_iter().map(turn).collect()
        }
        Shape::Star => around(10, -quarter, &|at| if at % 2 == 0 { 1.35 } else { 0.62 }),
    }
}

/// The mark of a point as it looks at this moment, or `None` when it isn't drawn.
pub(crate) fn mark(scene: &Scene, index: usize, at: ScreenPoint) -> Option<Mark> {
    if at.scale <= 0.0 {
        return None;
    }
    let presence = match scene.before.get(index) {
        Some(before) if scene.progress < 1.0 => {
            f64::from(before[3]) + (1.0 - f64::from(before[3])) * scene.progress
        }
        _ => 1.0,
    };
    let radius = scene.radius(index, at.scale) * presence;
    let theme = &scene.theme;
    let hovered = scene.hovered == Some(index as u32);
    let selected = scene.is_selected(index);
    let marked = hovered || selected;
    let plain = !marked && !scene.is_more_than_dot(index);
    let color = scene.color(index);
    let opacity = if plain { scene.opacity() } else { 1.0 };
    let alpha = f64::from(color.3) / 255.0 * opacity;
    let fill = if scene.is_solid() && !marked {
        color
            .mix(
                Rgba(
                    theme.background.0,
                    theme.background.1,
                    theme.background.2,
                    color.3,
                ),
                fog(f64::from(at.scale)),
            )
            .with_alpha(alpha)
    } else {
        color.with_alpha(alpha)
    };
    let width = outline_width(radius * 2.0);
    let outline = if marked {
        Some((theme.background, width.max(1.5)))
    } else if plain && scene.is_crowd() {
        None
    } else {
        (width >= 0.3).then(|| (theme.background.with_alpha(alpha), width))
    };
    let ring = if selected {
        Some((theme.accent, 2.25))
    } else {
        hovered.then_some((theme.text, 1.75))
    };
    Some(Mark {
        x: f64::from(at.x),
        y: f64::from(at.y),
        radius,
        shape: scene.shape(index),
        fill,
        outline,
        ring,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_about_as_large_as_the_disc() {
        for shape in Shape::ALL {
            let corners = outline(shape);
            if corners.is_empty() {
                continue;
            }
            let mut doubled = 0.0;
            for at in 0..corners.len() {
                let ((ax, ay), (bx, by)) = (corners[at], corners[(at + 1) % corners.len()]);
                doubled += ax * by - bx * ay;
                assert!(ax.hypot(ay) <= 1.4);
            }
            let area = doubled.abs() / 2.0;
            assert!((1.9..=3.3).contains(&area), "{shape:?}: {area}");
        }
    }

    #[test]
    fn far_points_fade_and_near_ones_do_not() {
        assert_eq!(fog(1.3), 0.0);
        assert!(fog(0.9) < fog(0.7));
        assert_eq!(fog(0.0), FOG);
    }
}
