//! What pointers do: from presses and moves to clicks, drags, pinches, boxes and lassos.

use crate::event::Tool;
use crate::math;

/// How far a pointer may stray in CSS px before a press becomes a drag.
const SLACK: f64 = 4.0;

/// Points of a lasso nearer than this, in CSS px, are left out.
const LASSO_STEP: f64 = 3.0;

/// An area drawn on the screen, in CSS px.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Area {
    /// Two opposite corners.
    Box((f64, f64), (f64, f64)),
    /// The corners of a closed polygon.
    Lasso(Vec<(f64, f64)>),
}

impl Area {
    /// The corners of the area.
    pub fn outline(&self) -> Vec<(f64, f64)> {
        match self {
            Self::Box((ax, ay), (bx, by)) => vec![(*ax, *ay), (*bx, *ay), (*bx, *by), (*ax, *by)],
            Self::Lasso(corners) => corners.clone(),
        }
    }

    /// Whether a place is inside; a polygon that crosses itself counts by the even-odd rule.
    pub fn contains(&self, x: f64, y: f64) -> bool {
        match self {
            Self::Box((ax, ay), (bx, by)) => {
                (ax.min(*bx)..=ax.max(*bx)).contains(&x) && (ay.min(*by)..=ay.max(*by)).contains(&y)
            }
            Self::Lasso(corners) => {
                let mut inside = false;
                let mut previous = corners.len().wrapping_sub(1);
                for at in 0..corners.len() {
                    let ((ax, ay), (bx, by)) = (corners[at], corners[previous]);
                    if (ay > y) != (by > y) && x < (bx - ax) * (y - ay) / (by - ay) + ax {
                        inside = !inside;
                    }
                    previous = at;
                }
                inside
            }
        }
    }
}

/// A pointer that went down.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Press {
    pub id: i32,
    pub x: f64,
    pub y: f64,
    /// As in `MouseEvent.button`: 0 main (or touch), 1 middle, 2 right.
    pub button: i16,
    pub shift: bool,
    /// Ctrl or the Mac's Command key.
    pub control: bool,
    pub alt: bool,
    /// A finger rather than a mouse or pen.
    pub touch: bool,
}

/// What a person's pointers ask for. Lengths in CSS px.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Gesture {
    /// A press without a drag.
    Click {
        x: f64,
        y: f64,
        toggle: bool,
        touch: bool,
    },
    /// Move the picture.
    Pan { dx: f64, dy: f64 },
    /// Move the picture in 2-D, turn it in 3-D.
    Drag { dx: f64, dy: f64 },
    /// Zoom about a place.
    Zoom { factor: f64, x: f64, y: f64 },
    /// An area is being drawn; `None` when that was given up.
    Draw(Option<Area>),
    /// An area was drawn.
    Enclose { area: Area, add: bool },
}

#[derive(Debug, Clone, PartialEq, Default)]
enum State {
    #[default]
    Idle,
    Pressed(Press),
    Dragging {
        pan: bool,
    },
    Drawing {
        area: Area,
        add: bool,
    },
    Pinching,
    /// Nothing until all pointers are up.
    Spent,
}

/// Follows the pointers on the map.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Gestures {
    pointers: Vec<(i32, f64, f64)>,
    state: State,
}

impl Gestures {
    /// Whether no pointer is down.
    pub fn is_idle(&self) -> bool {
        self.pointers.is_empty()
    }

    /// A pointer went down.
    pub fn down(&mut self, press: Press) -> Vec<Gesture> {
        self.pointers.retain(|pointer| pointer.0 != press.id);
        self.pointers.push((press.id, press.x, press.y));
        match self.pointers.len() {
            1 => {
                self.state = State::Pressed(press);
                Vec::new()
            }
            2 => {
                let drawing = matches!(self.state, State::Drawing { .. });
                self.state = State::Pinching;
                drawing.then_some(Gesture::Draw(None)).into_iter().collect()
            }
            _ => Vec::new(),
        }
    }

    /// A pointer moved.
    pub fn moved(&mut self, id: i32, x: f64, y: f64, tool: Tool) -> Vec<Gesture> {
        let Some(at) = self.pointers.iter().position(|pointer| pointer.0 == id) else {
            return Vec::new();
        };
        let (_, from_x, from_y) = self.pointers[at];
        let before = self.spread();
        self.pointers[at] = (id, x, y);
        let (dx, dy) = (x - from_x, y - from_y);
        match &mut self.state {
            State::Idle | State::Spent => Vec::new(),
            State::Pressed(press) => {
                let press = *press;
                if math::hypot(x - press.x, y - press.y) < SLACK {
                    return Vec::new();
                }
                let start = (press.x, press.y);
                let add = press.shift && tool != Tool::Move || press.control;
                let tool = match (press.button, press.shift, press.alt, tool) {
                    (0, true, _, Tool::Move) => Tool::Box,
                    (0, _, true, Tool::Move) => Tool::Lasso,
                    (0, _, _, tool) => tool,
                    _ => Tool::Move,
                };
                let area = match tool {
                    Tool::Move => {
                        let pan = press.button != 0;
                        self.state = State::Dragging { pan };
                        let (dx, dy) = (x - start.0, y - start.1);
                        return vec![if pan {
                            Gesture::Pan { dx, dy }
                        } else {
                            Gesture::Drag { dx, dy }
                        }];
                    }
                    Tool::Box => Area::Box(start, (x, y)),
                    Tool::Lasso => Area::Lasso(vec![start, (x, y)]),
                };
                self.state = State::Drawing {
                    area: area.clone(),
                    add,
                };
                vec![Gesture::Draw(Some(area))]
            }
            State::Dragging { pan: true } => vec![Gesture::Pan { dx, dy }],
            State::Dragging { pan: false } => vec![Gesture::Drag { dx, dy }],
            State::Drawing { area, .. } => {
                match area {
                    Area::Box(_, corner) => *corner = (x, y),
                    Area::Lasso(corners) => {
                        let far =
                            |&(px, py): &(f64, f64)| math::hypot(px - x, py - y) >= LASSO_STEP;
                        if corners.last().is_none_or(far) {
                            corners.push((x, y));
                        }
                    }
                }
                vec![Gesture::Draw(Some(area.clone()))]
            }
            State::Pinching => {
                let (Some(before), Some(after)) = (before, self.spread()) else {
                    return Vec::new();
                };
                let pan = Gesture::Pan {
                    dx: after.0 - before.0,
                    dy: after.1 - before.1,
                };
                let factor = after.2.max(1.0) / before.2.max(1.0);
                let (x, y) = (after.0, after.1);
                vec![pan, Gesture::Zoom { factor, x, y }]
            }
        }
    }

    /// A pointer went up.
    pub fn up(&mut self, id: i32) -> Vec<Gesture> {
        let known = self.pointers.iter().any(|pointer| pointer.0 == id);
        self.pointers.retain(|pointer| pointer.0 != id);
        if !known {
            return Vec::new();
        }
        let last = self.pointers.is_empty();
        let next = if last { State::Idle } else { State::Spent };
        match std::mem::replace(&mut self.state, next) {
            State::Pressed(press) if press.button == 0 => vec![Gesture::Click {
                x: press.x,
                y: press.y,
                toggle: press.shift || press.control,
                touch: press.touch,
            }],
            State::Drawing { area, add } => {
                vec![Gesture::Draw(None), Gesture::Enclose { area, add }]
            }
            State::Pinching if !last => {
                // The finger that stays goes on dragging.
                self.state = State::Dragging { pan: true };
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    /// The browser took the pointers away, or the person pressed Escape.
    pub fn cancel(&mut self) -> Vec<Gesture> {
        let drawing = matches!(self.state, State::Drawing { .. });
        self.state = if self.pointers.is_empty() {
            State::Idle
        } else {
            State::Spent
        };
        drawing.then_some(Gesture::Draw(None)).into_iter().collect()
    }

    /// Forgets a pointer that the browser took away.
    pub fn lost(&mut self, id: i32) -> Vec<Gesture> {
        self.pointers.retain(|pointer| pointer.0 != id);
        self.cancel()
    }

    /// Middle of the first two pointers and their distance.
    fn spread(&self) -> Option<(f64, f64, f64)> {
        let [(_, ax, ay), (_, bx, by), ..] = self.pointers[..] else {
            return None;
        };
        Some((
            (ax + bx) / 2.0,
            (ay + by) / 2.0,
            math::hypot(bx - ax, by - ay),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(id: i32, x: f64, y: f64) -> Press {
        Press {
            id,
            x,
            y,
            ..Press::default()
        }
    }

    #[test]
    fn a_press_that_stays_is_a_click_and_one_that_strays_is_a_drag() {
        let mut g = Gestures::default();
        g.down(Press {
            shift: true,
            ..press(1, 10.0, 10.0)
        });
        assert_eq!(g.moved(1, 12.0, 11.0, Tool::Move), []);
        let click = Gesture::Click {
            x: 10.0,
            y: 10.0,
            toggle: true,
            touch: false,
        };
        assert_eq!(g.up(1), [click]);
        g.down(press(1, 0.0, 0.0));
        assert_eq!(
            g.moved(1, 10.0, 0.0, Tool::Move),
            [Gesture::Drag { dx: 10.0, dy: 0.0 }]
        );
        assert_eq!(
            g.moved(1, 10.0, 5.0, Tool::Move),
            [Gesture::Drag { dx: 0.0, dy: 5.0 }]
        );
        assert_eq!(g.up(1), []);
        assert!(g.is_idle());
    }

    #[test]
    fn other_buttons_pan_and_do_not_click() {
        let mut g = Gestures::default();
        g.down(Press {
            button: 2,
            ..press(1, 0.0, 0.0)
        });
        assert_eq!(g.up(1), []);
        g.down(Press {
            button: 1,
            ..press(1, 0.0, 0.0)
        });
        assert_eq!(
            g.moved(1, 8.0, 0.0, Tool::Lasso),
            [Gesture::Pan { dx: 8.0, dy: 0.0 }]
        );
    }

    #[test]
    fn boxes_and_lassos() {
        let mut g = Gestures::default();
        g.down(Press {
            shift: true,
            ..press(1, 0.0, 0.0)
        });
        g.moved(1, 10.0, 0.0, Tool::Move);
        g.moved(1, 10.0, 20.0, Tool::Move);
        let area = Area::Box((0.0, 0.0), (10.0, 20.0));
        assert!(area.contains(5.0, 5.0) && !area.contains(5.0, 25.0));
        let end = [Gesture::Draw(None), Gesture::Enclose { area, add: false }];
        assert_eq!(g.up(1), end);
        g.down(Press {
            control: true,
            ..press(1, 0.0, 0.0)
        });
        for (x, y) in [(20.0, 0.0), (21.0, 0.0), (20.0, 20.0)] {
            g.moved(1, x, y, Tool::Lasso);
        }
        let Some(Gesture::Enclose { area, add: true }) = g.up(1).pop() else {
            panic!("no lasso");
        };
        assert_eq!(area.outline().len(), 3);
        assert!(area.contains(15.0, 5.0) && !area.contains(5.0, 15.0));
        assert!(!Area::Lasso(Vec::new()).contains(0.0, 0.0));
        // Escape gives up, and the release that follows selects nothing.
        g.down(press(1, 0.0, 0.0));
        g.moved(1, 20.0, 0.0, Tool::Box);
        assert_eq!(g.cancel(), [Gesture::Draw(None)]);
        assert_eq!(g.up(1), []);
    }

    #[test]
    fn two_fingers_zoom_and_pan_and_do_not_click() {
        let mut g = Gestures::default();
        g.down(press(1, 0.0, 0.0));
        g.down(press(2, 10.0, 0.0));
        assert_eq!(
            g.moved(2, 20.0, 0.0, Tool::Move),
            [
                Gesture::Pan { dx: 5.0, dy: 0.0 },
                Gesture::Zoom {
                    factor: 2.0,
                    x: 10.0,
                    y: 0.0
                }
            ]
        );
        assert_eq!(g.up(1), []);
        assert_eq!(
            g.moved(2, 25.0, 0.0, Tool::Move),
            [Gesture::Pan { dx: 5.0, dy: 0.0 }]
        );
        assert_eq!(g.up(2), []);
        assert_eq!(g.up(2), []);
    }

    #[test]
    fn a_second_finger_or_a_lost_pointer_ends_a_box() {
        let mut g = Gestures::default();
        g.down(press(1, 0.0, 0.0));
        g.moved(1, 20.0, 0.0, Tool::Box);
        assert_eq!(g.down(press(2, 5.0, 5.0)), [Gesture::Draw(None)]);
        assert_eq!(g.lost(1), []);
        assert_eq!(g.lost(2), []);
        assert!(g.is_idle());
        assert_eq!(g.moved(1, 5.0, 5.0, Tool::Box), []);
    }
}
