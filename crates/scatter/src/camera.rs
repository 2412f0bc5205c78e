//! Where the viewer stands, and where that puts a point on the screen.

use std::f64::consts::TAU;

use crate::math;

/// Vertical field of view of the 3-D picture, in radians (40°).
const FIELD_OF_VIEW: f64 = 40.0 * std::f64::consts::PI / 180.0;

/// Nearest a point may come to the eye, as a share of the eye's distance from the centre; nearer
/// ones are not drawn.
const NEAR: f64 = 0.05;

/// How far the viewer can look up or down, in radians: just short of the pole.
const STEEPEST: f64 = 1.55;

/// Where the viewer stands, independent of the size of the view; what a bookmark keeps.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Camera {
    /// The point in the middle of the view, in the unit of the coordinates.
    pub center: [f64; 3],
    /// What the shorter side of the view spans at the centre, in the unit of the coordinates;
    /// positive.
    pub extent: f64,
    /// Turn about the vertical axis in radians; 0 in two dimensions.
    pub yaw: f64,
    /// Height of the viewer over the horizontal plane in radians, −1.55 to 1.55; 0 in two
    /// dimensions.
    pub pitch: f64,
}

impl Default for Camera {
    fn default() -> Self {
        Self {
            center: [0.0; 3],
            extent: 2.2,
            yaw: 0.0,
            pitch: 0.0,
        }
    }
}

impl Camera {
    /// The standard viewpoint in three dimensions: a little from the right and from above.
    pub(crate) const YAW: f64 = 0.6;
    pub(crate) const PITCH: f64 = 0.35;

    /// Whether every number is usable; a bookmark made by hand may hold anything.
    pub fn is_valid(&self) -> bool {
        self.center.iter().all(|c| c.is_finite())
            && self.extent.is_finite()
            && self.extent > 0.0
            && self.yaw.is_finite()
            && self.pitch.is_finite()
    }

    /// The camera between this (`t` = 0) and another (`t` = 1). The extent changes by equal
    /// factors, so that a zoom looks even.
    pub(crate) fn mix(&self, other: &Self, t: f64) -> Self {
        let mix = |a: f64, b: f64| a + (b - a) * t;
        Self {
            center: std::array::from_fn(|axis| mix(self.center[axis], other.center[axis])),
            extent: self.extent * math::pow(other.extent / self.extent, t),
            yaw: mix(self.yaw, other.yaw),
            pitch: mix(self.pitch, other.pitch),
        }
    }
}

/// A point on the screen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Spot {
    /// CSS px from the left of the view.
    pub x: f64,
    /// CSS px from the top of the view.
    pub y: f64,
    /// How much larger (over 1, nearer) or smaller things are here than at the centre; 1 in 2-D.
    pub scale: f64,
}

/// A camera in front of a view of some size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Lens {
    /// In the frame of drawing, not in the caller's unit.
    pub camera: Camera,
    /// Width of the view in CSS px.
    pub width: f64,
    /// Height of the view in CSS px.
    pub height: f64,
    /// 0 for parallel projection (2-D), 1 for full perspective (3-D); between during a change.
    pub perspective: f64,
}

impl Lens {
    /// CSS px for one unit at the centre.
    pub fn scale(&self) -> f64 {
        self.width.min(self.height).max(1.0) / self.camera.extent
    }

    /// Unit vectors in the frame: to the right, up, and towards the viewer.
    pub fn basis(&self) -> [[f64; 3]; 3] {
        let (sy, cy) = (math::sin(self.camera.yaw), math::cos(self.camera.yaw));
        let (sp, cp) = (math::sin(self.camera.pitch), math::cos(self.camera.pitch));
        [
            [cy, 0.0, -sy],
            [-sp * sy, cp, -sp * cy],
            [sy * cp, sp, cy * cp],
        ]
    }

    /// One over the distance of the eye from the centre, in the frame; 0 without perspective.
    pub fn inverse_distance(&self) -> f64 {
        self.perspective * 2.0 * math::tan(FIELD_OF_VIEW / 2.0) / self.camera.extent
    }

    /// Converts many points at the price of one set-up.
    pub fn projector(&self) -> impl Fn([f64; 3]) -> Option<Spot> + use<> {
        let [right, up, toward] = self.basis();
        let center = self.camera.center;
        let (scale, inverse) = (self.scale(), self.inverse_distance());
        let (middle_x, middle_y) = (self.width / 2.0, self.height / 2.0);
        move |p| {
            let d = [p[0] - center[0], p[1] - center[1], p[2] - center[2]];
            let dot = |v: [f64; 3]| d[0] * v[0] + d[1] * v[1] + d[2] * v[2];
            let shrink = 1.0 - dot(toward) * inverse;
            if shrink < NEAR {
                return None;
            }
            let near = 1.0 / shrink;
            Some(Spot {
                x: middle_x + dot(right) * scale * near,
                y: middle_y - dot(up) * scale * near,
                scale: near,
            })
        }
    }

    /// The place in the frame, on the plane of the centre, under a point of the screen.
    pub fn unproject(&self, x: f64, y: f64) -> [f64; 3] {
        let [right, up, _] = self.basis();
        let dx = (x - self.width / 2.0) / self.scale();
        let dy = (self.height / 2.0 - y) / self.scale();
        std::array::from_fn(|axis| self.camera.center[axis] + right[axis] * dx + up[axis] * dy)
    }

    /// Moves the picture by so many CSS px.
    pub fn pan(&mut self, dx: f64, dy: f64) {
        self.camera.center = self.unproject(self.width / 2.0 - dx, self.height / 2.0 - dy);
    }

    /// Makes everything `factor` times as large, keeping what is at (`x`, `y`) there. The extent
    /// is held within `limits`.
    pub fn zoom(&mut self, factor: f64, x: f64, y: f64, limits: (f64, f64)) {
        if !(factor.is_finite() && factor > 0.0) {
            return;
        }
        let extent = (self.camera.extent / factor).max(limits.0).min(limits.1);
        let before = self.unproject(x, y);
        self.camera.extent = extent;
        let after = self.unproject(x, y);
        for axis in 0..3 {
            self.camera.center[axis] += before[axis] - after[axis];
        }
    }

    /// Turns the picture by so many radians.
    pub fn orbit(&mut self, yaw: f64, pitch: f64) {
        // What is left of whole turns; wasm has no instruction for a remainder.
        let yaw = self.camera.yaw + yaw;
        self.camera.yaw = yaw - (yaw / TAU).trunc() * TAU;
        self.camera.pitch = (self.camera.pitch + pitch).clamp(-STEEPEST, STEEPEST);
    }

    /// The camera that shows a box, given by its corners in the frame, with `padding` CSS px on
    /// each side where there is room. In 3-D, where `radius` is given, the sphere of that radius
    /// about the box's middle, so that nothing leaves the view when it turns.
    pub fn fit(
        &self,
        (low, high): ([f64; 3], [f64; 3]),
        padding: f64,
        radius: Option<f64>,
    ) -> Camera {
        let center = std::array::from_fn(|axis| (low[axis] + high[axis]) / 2.0);
        let size: [f64; 3] = std::array::from_fn(|axis| high[axis] - low[axis]);
        let room = |side: f64| (side - 2.0 * padding.min(side / 4.0)).max(1.0);
        let (width, height) = (room(self.width), room(self.height));
        let short = self.width.min(self.height).max(1.0);
        let span = match radius {
            // The near half of the sphere is drawn larger; 1.08 makes up for it.
            Some(radius) => 2.0 * radius * 1.08 * short / width.min(height),
            None => (size[0] / width).max(size[1] / height) * short,
        };
        // One point, or several at one place: a view as wide as the frame itself.
        let extent = if span > 0.0 { span } else { 2.2 };
        Camera {
            center,
            extent,
            ..self.camera
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lens(yaw: f64, pitch: f64, perspective: f64) -> Lens {
        Lens {
            camera: Camera {
                center: [0.2, -0.1, 0.3],
                extent: 1.7,
                yaw,
                pitch,
            },
            width: 800.0,
            height: 500.0,
            perspective,
        }
    }

    fn close(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-6, "{a} is not {b}");
    }

    #[test]
    fn the_center_is_in_the_middle_and_up_is_up() {
        for view in [lens(0.0, 0.0, 0.0), lens(1.0, 0.4, 1.0)] {
            let project = view.projector();
            let middle = project(view.camera.center).unwrap();
            close(middle.x, 400.0);
            close(middle.y, 250.0);
            close(middle.scale, 1.0);
            let [right, up, toward] = view.basis();
            let at = |v: [f64; 3]| {
                project(std::array::from_fn(|axis| {
                    view.camera.center[axis] + 0.1 * v[axis]
                }))
                .unwrap()
            };
            assert!(at(right).x > 400.0);
            assert!(at(up).y < 250.0);
            assert!(at(toward).scale >= 1.0);
        }
    }

    #[test]
    fn unproject_undoes_project() {
        for view in [
            lens(0.0, 0.0, 0.0),
            lens(-2.0, 0.7, 0.0),
            lens(0.5, -1.0, 1.0),
        ] {
            let spot = view.projector()(view.unproject(123.0, 456.0)).unwrap();
            close(spot.x, 123.0);
            close(spot.y, 456.0);
        }
    }

    #[test]
    fn zoom_keeps_what_is_under_the_cursor() {
        for mut view in [lens(0.0, 0.0, 0.0), lens(0.5, 0.5, 1.0)] {
            let anchor = view.unproject(700.0, 90.0);
            for factor in [1.3, 0.2, 8.0] {
                view.zoom(factor, 700.0, 90.0, (1e-3, 100.0));
                let spot = view.projector()(anchor).unwrap();
                close(spot.x, 700.0);
                close(spot.y, 90.0);
            }
        }
    }

    #[test]
    fn zoom_stays_within_its_limits_and_ignores_nonsense() {
        let mut view = lens(0.0, 0.0, 0.0);
        view.zoom(1e12, 10.0, 10.0, (0.5, 3.0));
        assert_eq!(view.camera.extent, 0.5);
        view.zoom(1e-12, 10.0, 10.0, (0.5, 3.0));
        assert_eq!(view.camera.extent, 3.0);
        let before = view;
        for factor in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            view.zoom(factor, 1.0, 1.0, (0.5, 3.0));
        }
        assert_eq!(view, before);
    }

    #[test]
    fn pan_moves_by_pixels() {
        let mut view = lens(0.0, 0.0, 0.0);
        let point = [0.4, 0.4, 0.0];
        let before = view.projector()(point).unwrap();
        view.pan(30.0, -12.0);
        let after = view.projector()(point).unwrap();
        close(after.x - before.x, 30.0);
        close(after.y - before.y, -12.0);
    }

    #[test]
    fn fit_shows_the_whole_box() {
        let boxes = [
            ([-1.0, -0.2, 0.0], [1.0, 0.3, 0.0]),
            ([-0.1, -1.0, -1.0], [0.1, 1.0, 1.0]),
            ([-1e-6, 0.0, 0.0], [1.0, 0.0, 0.0]),
            ([0.5, 0.5, 0.5], [0.5, 0.5, 0.5]),
        ];
        for (width, height) in [(800.0, 500.0), (390.0, 700.0), (30.0, 20.0)] {
            for (low, high) in boxes {
                for solid in [false, true] {
                    let mut view = Lens {
                        width,
                        height,
                        ..lens(0.6, 0.35, if solid { 1.0 } else { 0.0 })
                    };
                    if !solid {
                        (view.camera.yaw, view.camera.pitch) = (0.0, 0.0);
                    }
                    let side = |axis: usize| -> f64 { high[axis] - low[axis] };
                    let diagonal = (0..3).map(|axis| side(axis).powi(2)).sum::<f64>();
                    let radius = solid.then_some(diagonal.sqrt() / 2.0);
                    view.camera = view.fit((low, high), 30.0, radius);
                    assert!(view.camera.is_valid());
                    for corner in 0..8_u32 {
                        let p = std::array::from_fn(|axis| {
                            if corner >> axis & 1 == 0 {
                                low[axis]
                            } else {
                                high[axis]
                            }
                        });
                        let spot = view.projector()(p).unwrap();
                        assert!(
                            spot.x >= -1e-6 && spot.x <= width + 1e-6,
                            "{view:?} {spot:?}"
                        );
                        assert!(
                            spot.y >= -1e-6 && spot.y <= height + 1e-6,
                            "{view:?} {spot:?}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn points_behind_the_eye_are_not_drawn() {
        let view = lens(0.0, 0.0, 1.0);
        assert_eq!(view.projector()([0.2, -0.1, 50.0]), None);
    }

    #[test]
    fn bad_cameras_are_known() {
        let camera = lens(0.3, 0.2, 1.0).camera;
        for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(
                !Camera {
                    extent: bad,
                    ..camera
                }
                .is_valid()
            );
        }
    }
}
