//! The camera of a scene: its limits, its movements, what it follows.

use crate::camera::{Camera, Lens};
use crate::event::Event;
use crate::motion::Motion;
use crate::points::{Frame, Framing};
use crate::scene::Scene;

/// Room around the points when everything is shown, in CSS px.
const PADDING: f64 = 44.0;

/// A camera on its way.
#[derive(Debug, Clone, Copy)]
struct Glide {
    motion: Motion,
    from: Lens,
    to: Lens,
}

/// The viewer of a scene.
#[derive(Debug, Clone)]
pub(crate) struct View {
    /// As it is at this moment.
    pub lens: Lens,
    glide: Option<Glide>,
    /// Whether the person has moved the camera since everything was last shown.
    moved: bool,
    /// Whether everything is to be shown as soon as the view has a size.
    unframed: bool,
    /// The extent at which everything is shown.
    fitted: f64,
    /// Smallest and largest extent.
    limits: (f64, f64),
}

impl Default for View {
    fn default() -> Self {
        let camera = Camera::default();
        Self {
            lens: Lens {
                camera,
                width: 0.0,
                height: 0.0,
                perspective: 0.0,
            },
            glide: None,
            moved: false,
            unframed: true,
            fitted: camera.extent,
            limits: (1e-6, 100.0),
        }
    }
}

impl View {
    /// Whether the view has a size to draw in.
    pub fn has_size(&self) -> bool {
        self.lens.width >= 1.0 && self.lens.height >= 1.0
    }

    /// How much larger things are than when everything is shown.
    pub fn magnification(&self) -> f64 {
        self.fitted / self.lens.camera.extent
    }

    /// Where the camera will be.
    pub fn goal(&self) -> Lens {
        self.glide.map_or(self.lens, |glide| glide.to)
    }

    /// The camera at its goal, in the caller's unit.
    pub fn outward(&self, frame: &Frame) -> Camera {
        let camera = self.goal().camera;
        Camera {
            center: frame.outward(camera.center),
            extent: camera.extent * frame.unit,
            ..camera
        }
    }

    /// A camera in the caller's unit, in the frame.
    fn inward(camera: &Camera, frame: &Frame) -> Camera {
        Camera {
            center: frame.inward(camera.center),
            extent: camera.extent / frame.unit,
            ..*camera
        }
    }

    /// Keeps the camera where it is in the caller's unit while the frame changes.
    pub fn reframe(&mut self, old: &Frame, new: &Frame) {
        let convert = |camera: &Camera| {
            let outside = Camera {
                center: old.outward(camera.center),
                extent: camera.extent * old.unit,
                ..*camera
            };
            Self::inward(&outside, new)
        };
        self.lens.camera = convert(&self.lens.camera);
        if let Some(glide) = &mut self.glide {
            glide.from.camera = convert(&glide.from.camera);
            glide.to.camera = convert(&glide.to.camera);
        }
    }

    /// Moves to the time `now`; answers whether the camera is still on its way.
    pub fn advance(&mut self, now: f64) -> bool {
        let Some(glide) = self.glide else {
            return false;
        };
        if glide.motion.is_over(now) {
            self.lens = Lens {
                width: self.lens.width,
                height: self.lens.height,
                ..glide.to
            };
            self.glide = None;
            return false;
        }
        let t = glide.motion.progress(now);
        self.lens.camera = glide.from.camera.mix(&glide.to.camera, t);
        self.lens.perspective =
            glide.from.perspective + (glide.to.perspective - glide.from.perspective) * t;
        true
    }

    /// Sends the camera somewhere, with `motion` or at once.
    fn send(&mut self, camera: Camera, perspective: f64, motion: Option<Motion>) {
        let to = Lens {
            camera,
            perspective,
            ..self.lens
        };
        match motion {
            Some(motion) if self.has_size() => {
                let mut from = self.lens;
                // The short way round.
                let tau = std::f64::consts::TAU;
                from.camera.yaw -= ((from.camera.yaw - camera.yaw) / tau).round() * tau;
                self.glide = Some(Glide { motion, from, to });
            }
            _ => {
                self.glide = None;
                self.lens = to;
            }
        }
    }
}

impl Scene {
    /// Follows the size of the view, in CSS px; answers whether it changed.
    pub fn resize(&mut self, width: f64, height: f64) -> bool {
        let lens = &mut self.view.lens;
        if (lens.width, lens.height) == (width, height) {
            return false;
        }
        (lens.width, lens.height) = (width, height);
        if self.view.has_size() && (self.view.unframed || !self.view.moved) {
            self.fit(None, None);
        }
        true
    }

    /// Follows new points as `framing` says.
    pub(super) fn frame_points(&mut self, framing: Framing, same_space: bool, animate: bool) {
        self.view.limits.0 = self.cloud.bulk.max(1e-9) * 4e-4;
        let follow = match framing {
            Framing::Fit => true,
            Framing::Auto => !self.view.moved || !same_space,
            Framing::Keep => self.view.unframed || !same_space,
        };
        if follow {
            let motion = if animate { self.motion } else { None };
            if same_space {
                self.fit(None, motion);
            } else {
                self.stand(motion);
            }
        } else {
            self.measure();
        }
    }

    /// Shows everything from the standard viewpoint of the space.
    fn stand(&mut self, motion: Option<Motion>) {
        let solid = self.is_solid();
        let (yaw, pitch) = if solid {
            (Camera::YAW, Camera::PITCH)
        } else {
            (0.0, 0.0)
        };
        let camera = Camera {
            yaw,
            pitch,
            ..self.fitting(None)
        };
        self.settle(camera, motion);
    }

    /// The camera that shows some points, or all that are not hidden.
    fn fitting(&self, points: Option<&[u32]>) -> Camera {
        let goal = self.view.goal();
        let lens = Lens {
            width: self.view.lens.width,
            height: self.view.lens.height,
            ..goal
        };
        let chosen = points.map(|points| {
            let mut chosen = vec![false; self.len()];
            for &point in points {
                if let Some(choice) = chosen.get_mut(point as usize) {
                    *choice = true;
                }
            }
            chosen
        });
        let counts =
            |index: usize| self.is_shown(index) && chosen.as_ref().is_none_or(|c| c[index]);
        let Some(bounds) = self.cloud.bounds(counts) else {
            return Camera {
                center: [0.0; 3],
                extent: 2.2,
                ..goal.camera
            };
        };
        let radius = self.is_solid().then(|| self.cloud.radius(bounds, counts));
        lens.fit(bounds, PADDING, radius)
    }

    /// Notes at which extent everything is shown, and how far one may zoom out from there.
    fn measure(&mut self) {
        self.view.fitted = self.fitting(None).extent;
        self.view.limits.1 = self.view.fitted * 6.0;
        self.view.limits.0 = self.view.limits.0.min(self.view.fitted / 20.0);
    }

    /// Sends the camera where everything is shown.
    fn settle(&mut self, camera: Camera, motion: Option<Motion>) {
        self.view.moved = false;
        self.view.unframed = !self.view.has_size();
        self.measure();
        let perspective = if self.is_solid() { 1.0 } else { 0.0 };
        self.view.send(camera, perspective, motion);
    }

    /// Shows every point that is not hidden, or the given ones.
    pub fn fit(&mut self, points: Option<&[u32]>, motion: Option<Motion>) {
        match points {
            None => {
                let camera = self.fitting(None);
                self.settle(camera, motion);
            }
            Some(points) => {
                let mut camera = self.fitting(Some(points));
                // Points at one place have no extent of their own: come as near as is useful.
                let (nearest, farthest) = (self.view.fitted / 12.0, self.view.limits.1);
                camera.extent = camera.extent.max(nearest).min(farthest);
                self.move_to(camera, motion);
            }
        }
    }

    /// Shows everything from the standard viewpoint.
    pub fn reset(&mut self, motion: Option<Motion>) {
        self.stand(motion);
    }

    /// A gentle movement from now, unless movements are to be skipped.
    pub fn gently(&self, now: f64) -> Option<Motion> {
        (!self.still).then(|| Motion::gentle(now))
    }

    /// Sends the camera somewhere on the person's behalf.
    fn move_to(&mut self, camera: Camera, motion: Option<Motion>) {
        self.view.moved = true;
        let perspective = self.view.goal().perspective;
        self.view.send(camera, perspective, motion);
    }

    /// Goes to a bookmark, in the caller's unit.
    pub fn set_camera(&mut self, camera: Camera, motion: Option<Motion>) {
        if !camera.is_valid() {
            self.fit(None, motion);
            return;
        }
        let mut camera = View::inward(&camera, &self.cloud.frame);
        let (nearest, farthest) = self.view.limits;
        camera.extent = camera.extent.max(nearest).min(farthest);
        if self.is_solid() {
            camera.pitch = camera.pitch.clamp(-1.55, 1.55);
        } else {
            (camera.yaw, camera.pitch, camera.center[2]) = (0.0, 0.0, 0.0);
        }
        self.view.unframed = false;
        self.move_to(camera, motion);
    }

    /// Lets the person change the lens, from where it is at this moment. Nothing when there is no
    /// view yet.
    fn steer(&mut self, change: impl FnOnce(&mut Lens, (f64, f64))) {
        if !self.view.has_size() {
            return;
        }
        if let Some(glide) = self.view.glide.take() {
            self.view.lens.perspective = glide.to.perspective;
        }
        let limits = self.view.limits;
        change(&mut self.view.lens, limits);
        self.hold();
        self.view.moved = true;
        let camera = self.camera();
        self.events
            .retain(|event| !matches!(event, Event::Camera(_)));
        self.events.push(Event::Camera(camera));
    }

    /// Keeps the centre of the view within the points, so that they can't get lost.
    fn hold(&mut self) {
        let reach = 1.0 + self.view.fitted * 0.5;
        for component in &mut self.view.lens.camera.center {
            *component = component.max(-reach).min(reach);
        }
    }

    /// Moves the picture by CSS px.
    pub fn pan_by(&mut self, dx: f64, dy: f64) {
        if dx.is_finite() && dy.is_finite() {
            self.steer(|lens, _| lens.pan(dx, dy));
        }
    }

    /// Makes everything `factor` times as large about a place of the view, or its middle.
    pub fn zoom_by(&mut self, factor: f64, about: Option<(f64, f64)>) {
        self.steer(|lens, limits| {
            let (x, y) = about.unwrap_or((lens.width / 2.0, lens.height / 2.0));
            lens.zoom(factor, x, y, limits);
        });
    }

    /// Turns the picture by radians; nothing in 2-D.
    pub fn orbit_by(&mut self, yaw: f64, pitch: f64) {
        if self.is_solid() && yaw.is_finite() && pitch.is_finite() {
            self.steer(|lens, _| lens.orbit(yaw, pitch));
        }
    }

    /// Brings a point into view, if it is not, without changing the scale.
    pub fn reveal(&mut self, point: u32, motion: Option<Motion>) {
        let goal = self.view.goal();
        let Some(place) = self.cloud.places.get(point as usize) else {
            return;
        };
        let place = place.map(f64::from);
        let (width, height) = (self.view.lens.width, self.view.lens.height);
        let margin = PADDING.min(width / 4.0).min(height / 4.0);
        let inside = goal.projector()(place).is_some_and(|spot| {
            (margin..=width - margin).contains(&spot.x)
                && (margin..=height - margin).contains(&spot.y)
        });
        if !inside && self.view.has_size() {
            let camera = Camera {
                center: place,
                ..goal.camera
            };
            self.move_to(camera, motion);
        }
    }
}
