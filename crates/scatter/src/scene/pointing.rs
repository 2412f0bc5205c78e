//! What a person points at, walks to and selects.

use crate::event::{Event, Selection, SelectionMode};
use crate::gesture::{Area, Gesture};
use crate::keyboard::{self, Direction, KeyAction};
use crate::math;
use crate::scene::Scene;

/// How far beside a mark a pointer may be to mean it, in CSS px: a mouse, a finger.
const REACH: (f64, f64) = (5.0, 16.0);

/// Turn of the picture for one CSS px of dragging, in radians.
const TURN: f64 = 0.008;

/// How far Shift and an arrow key move the picture, in CSS px.
const STEP: f64 = 60.0;

impl Scene {
    /// The point at a place of the view: the one whose mark's edge is nearest, within reach; of
    /// those the pointer is inside of, the one with the nearest centre; of several at one place
    /// the one that is hovered already, else the most important. Looks at every point: 0.2 ms for
    /// 100,000.
    pub fn point_at(&mut self, x: f64, y: f64, touch: bool) -> Option<u32> {
        let reach = if touch { REACH.1 } else { REACH.0 };
        self.screen();
        let screen = std::mem::take(&mut self.screen);
        // Largest radius any mark can have, to pass over most points cheaply.
        let widest = self.diameter() / 2.0 * 4.0 * 3.0 * self.growth() + reach;
        let mut best: Option<(f64, f64, u32, u32)> = None;
        for (index, point) in screen.iter().enumerate() {
            let (dx, dy) = (f64::from(point.x) - x, f64::from(point.y) - y);
            if point.scale <= 0.0 || dx.abs() > widest || dy.abs() > widest {
                continue;
            }
            let distance = math::hypot(dx, dy);
            let outside = (distance - self.radius(index, point.scale)).max(0.0);
            if outside > reach {
                continue;
            }
            let rank = if self.hovered == Some(index as u32) {
                0
            } else {
                self.ranks[index].saturating_add(1)
            };
            // Centres that differ by less than a tenth of a pixel are one place to a person.
            let distance = (distance * 10.0).round();
            let found = (outside, distance, rank, index as u32);
            if best.is_none_or(|best| (found.0, found.1, found.2) < (best.0, best.1, best.2)) {
                best = Some(found);
            }
        }
        self.screen = screen;
        best.map(|(_, _, _, index)| index)
    }

    /// The shown points inside an area, ascending.
    pub fn points_in(&mut self, area: &Area) -> Vec<u32> {
        let inside = |&(_, point): &(usize, &super::ScreenPoint)| {
            point.scale > 0.0 && area.contains(f64::from(point.x), f64::from(point.y))
        };
        self.screen()
            .iter()
            .enumerate()
            .filter(inside)
            .map(|(index, _)| index as u32)
            .collect()
    }

    /// Where a point will be when all movement is over, in CSS px.
    pub fn position_of(&self, point: u32) -> Option<(f64, f64)> {
        let index = point as usize;
        if !self.is_shown(index) || !self.view.has_size() {
            return None;
        }
        let mut lens = self.view.goal();
        (lens.width, lens.height) = (self.view.lens.width, self.view.lens.height);
        let spot = lens.projector()(self.cloud.places[index].map(f64::from))?;
        Some((spot.x, spot.y))
    }

    /// Notes that the pointer is over a place, or has left the view.
    pub fn hover_at(&mut self, place: Option<(f64, f64)>) {
        let point = place.and_then(|(x, y)| self.point_at(x, y, false));
        self.hover(point);
    }

    fn hover(&mut self, point: Option<u32>) {
        if self.set_hovered(point) {
            self.events.push(Event::Hover(self.hovered));
        }
    }

    /// Does what pointers ask for.
    pub fn perform(&mut self, gesture: Gesture) {
        match gesture {
            Gesture::Click {
                x,
                y,
                toggle,
                touch,
            } => self.click(x, y, toggle, touch),
            Gesture::Pan { dx, dy } => self.pan_by(dx, dy),
            Gesture::Drag { dx, dy } if self.is_solid() => self.orbit_by(-dx * TURN, dy * TURN),
            Gesture::Drag { dx, dy } => self.pan_by(dx, dy),
            Gesture::Zoom { factor, x, y } => self.zoom_by(factor, Some((x, y))),
            Gesture::Draw(area) => self.area = area,
            Gesture::Enclose { area, add } => {
                let points = self.points_in(&area);
                let mode = if add {
                    SelectionMode::Add
                } else {
                    SelectionMode::Replace
                };
                self.select(points, mode);
            }
        }
    }

    fn click(&mut self, x: f64, y: f64, toggle: bool, touch: bool) {
        let mode = if toggle {
            SelectionMode::Toggle
        } else {
            SelectionMode::Replace
        };
        match self.point_at(x, y, touch) {
            Some(found) => {
                let point = if toggle {
                    found
                } else {
                    self.next_in_stack(found)
                };
                self.set_current(Some(point));
                self.hover(Some(point));
                self.select(vec![point], mode);
            }
            None => {
                self.hover(None);
                if !toggle {
                    self.select(Vec::new(), mode);
                }
            }
        }
    }

    /// Clicking again where several points lie goes through them: the one after the selected.
    fn next_in_stack(&mut self, found: u32) -> u32 {
        let stacks = self.stacks();
        let (Some(stack), &[selected]) = (stacks.of(found), self.selected()) else {
            return found;
        };
        match stack.iter().position(|point| *point == selected) {
            Some(at) => stack[(at + 1) % stack.len()],
            None => found,
        }
    }

    fn select(&mut self, points: Vec<u32>, mode: SelectionMode) {
        self.events.push(Event::Select(Selection { points, mode }));
    }

    /// Does what a key asks for.
    pub fn press(&mut self, action: KeyAction, now: f64) {
        match action {
            KeyAction::Walk(direction) => self.walk(direction, now),
            KeyAction::Shift(direction) => {
                let (x, y) = direction.vector();
                if self.is_solid() {
                    self.orbit_by(x * STEP * TURN / 2.0, -y * STEP * TURN / 2.0);
                } else {
                    self.pan_by(-x * STEP, -y * STEP);
                }
            }
            KeyAction::Zoom(factor) => self.zoom_by(factor, None),
            KeyAction::Fit => {
                let motion = self.gently(now);
                self.fit(None, motion);
                let camera = self.camera();
                self.events.push(Event::Camera(camera));
            }
            KeyAction::Clear => self.select(Vec::new(), SelectionMode::Replace),
            KeyAction::Select { toggle } => {
                if let Some(point) = self.current {
                    let mode = if toggle {
                        SelectionMode::Toggle
                    } else {
                        SelectionMode::Replace
                    };
                    self.select(vec![point], mode);
                }
            }
            KeyAction::SelectAll => {
                let all = self.shown().collect();
                self.select(all, SelectionMode::Replace);
            }
            KeyAction::Next => {
                let next = self.shown().find(|p| self.current.is_none_or(|c| *p > c));
                self.go(next, now);
            }
            KeyAction::Previous => {
                let earlier = |p: &u32| self.current.is_none_or(|c| *p < c);
                let previous = self.shown().filter(earlier).last();
                self.go(previous, now);
            }
            KeyAction::First => {
                let first = self.shown().next();
                self.go(first, now);
            }
            KeyAction::Last => {
                let last = self.shown().last();
                self.go(last, now);
            }
        }
    }

    /// Points that are not hidden, ascending.
    pub fn shown(&self) -> impl Iterator<Item = u32> + '_ {
        (0..self.len() as u32).filter(|point| self.is_shown(*point as usize))
    }

    /// Walks to the nearest point in a direction. The first step, with no current point, goes to
    /// the selected point, or the one nearest to the middle of the view.
    fn walk(&mut self, direction: Direction, now: f64) {
        let mut lens = self.view.goal();
        (lens.width, lens.height) = (self.view.lens.width, self.view.lens.height);
        let project = lens.projector();
        let spots = self.shown().filter_map(|point| {
            let spot = project(self.cloud.places[point as usize].map(f64::from))?;
            Some((point, spot.x, spot.y))
        });
        let from = self.current.and_then(|point| self.position_of(point));
        let next = match from {
            Some(from) => keyboard::neighbor(from, direction, spots),
            None => self.selected().first().copied().or_else(|| {
                let away =
                    |x: f64, y: f64| math::hypot(x - lens.width / 2.0, y - lens.height / 2.0);
                spots
                    .map(|(point, x, y)| (away(x, y), point))
                    .min_by(|a, b| a.0.total_cmp(&b.0))
                    .map(|(_, point)| point)
            }),
        };
        self.go(next, now);
    }

    fn go(&mut self, to: Option<u32>, now: f64) {
        let Some(to) = to else {
            return;
        };
        let from = self.current;
        self.set_current(Some(to));
        let motion = self.gently(now);
        self.reveal(to, motion);
        self.events.push(Event::Walk(from, to));
    }
}
