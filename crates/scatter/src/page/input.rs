//! Listens to mouse, touch, wheel and keyboard on the map.

use std::rc::{Rc, Weak};

use gloo::events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlCanvasElement, KeyboardEvent, MouseEvent, PointerEvent, WheelEvent};

use crate::gesture::{Gesture, Press};
use crate::keyboard::{self, KeyAction};
use crate::math;
use crate::page::Inner;

/// Zoom for one CSS px of the wheel, and for a trackpad's pinch, which browsers report as a wheel
/// with Ctrl.
const WHEEL: (f64, f64) = (0.0018, 0.01);

/// CSS px of a wheel's line and page.
const LINE: f64 = 16.0;
const PAGE: f64 = 400.0;

/// What one turn of the wheel multiplies the size by, at most, and its inverse.
const NOTCH: f64 = 1.6;

/// A turn of so many CSS px or more is that of a wheel even when Ctrl is held: browsers report a
/// pinch in much smaller ones.
const COARSE: f64 = 50.0;

/// How many times as large a wheel event makes things.
fn wheel_factor(delta: f64, mode: u32, pinch: bool) -> f64 {
    let pixels = match mode {
        WheelEvent::DOM_DELTA_LINE => delta * LINE,
        WheelEvent::DOM_DELTA_PAGE => delta * PAGE,
        _ => delta,
    };
    let pinch = pinch && mode == WheelEvent::DOM_DELTA_PIXEL && delta.abs() < COARSE;
    let rate = if pinch { WHEEL.1 } else { WHEEL.0 };
    math::exp(-pixels * rate).clamp(1.0 / NOTCH, NOTCH)
}

/// Whether the wheel zooms the map rather than scrolls the page: when Ctrl or the Command key is
/// held, when the map has the focus, or when it was pressed since the pointer came over it.
/// Otherwise a page scrolled past the map would stop there.
fn wheel_zooms(control: bool, active: bool, engaged: bool) -> bool {
    control || active || engaged
}

impl Inner {
    fn act(&self, gestures: Vec<Gesture>) {
        if gestures.is_empty() {
            return;
        }
        let mut scene = self.scene.borrow_mut();
        for gesture in gestures {
            scene.perform(gesture);
        }
    }

    fn pointer_down(&self, event: &PointerEvent) {
        // Keeps the pointer's moves coming when it leaves the map; fails for made-up pointers.
        let _ = self.surface.set_pointer_capture(event.pointer_id());
        self.engaged.set(true);
        let press = Press {
            id: event.pointer_id(),
            x: f64::from(event.offset_x()),
            y: f64::from(event.offset_y()),
            button: event.button(),
            shift: event.shift_key(),
            control: event.ctrl_key() || event.meta_key(),
            alt: event.alt_key(),
            touch: event.pointer_type() == "touch",
        };
        let gestures = self.gestures.borrow_mut().down(press);
        self.act(gestures);
    }

    fn pointer_move(&self, event: &PointerEvent) {
        let (x, y) = (f64::from(event.offset_x()), f64::from(event.offset_y()));
        let tool = self.scene.borrow().tool;
        let gestures = self
            .gestures
            .borrow_mut()
            .moved(event.pointer_id(), x, y, tool);
        let idle = self.gestures.borrow().is_idle();
        if event.pointer_type() != "touch" {
            self.pointer.set(idle.then_some((x, y)));
            self.pointer_moved.set(true);
        }
        self.act(gestures);
    }

    /// Answers whether the wheel was for the map.
    fn wheel(&self, event: &WheelEvent) -> bool {
        let control = event.ctrl_key() || event.meta_key();
        let active = self.document.active_element();
        let active = active.is_some_and(|element| &element == self.surface.as_ref());
        if !wheel_zooms(control, active, self.engaged.get()) {
            return false;
        }
        event.prevent_default();
        let factor = wheel_factor(event.delta_y(), event.delta_mode(), event.ctrl_key());
        let about = (f64::from(event.offset_x()), f64::from(event.offset_y()));
        self.scene.borrow_mut().zoom_by(factor, Some(about));
        self.pointer_moved.set(true);
        true
    }

    fn double_click(&self, event: &MouseEvent, now: f64) {
        let (x, y) = (f64::from(event.offset_x()), f64::from(event.offset_y()));
        let mut scene = self.scene.borrow_mut();
        if scene.point_at(x, y, false).is_none() {
            scene.press(KeyAction::Fit, now);
        }
    }

    fn key(&self, event: &KeyboardEvent, now: f64) {
        let control = event.ctrl_key() || event.meta_key();
        let action = keyboard::action(&event.key(), event.shift_key(), control, event.alt_key());
        let Some(action) = action else {
            return;
        };
        event.prevent_default();
        self.focused.set(true);
        let drawing = self.scene.borrow().area.is_some();
        if action == KeyAction::Clear && drawing {
            let gestures = self.gestures.borrow_mut().cancel();
            self.act(gestures);
        } else {
            self.scene.borrow_mut().press(action, now);
        }
    }
}

/// Does what an event asks for; answers whether that was anything.
type Handle = Box<dyn Fn(&Inner, &Event) -> bool>;

/// Starts listening; ends when the answer is dropped.
pub(super) fn listen(inner: &Rc<Inner>) -> Vec<EventListener> {
    let surface: &HtmlCanvasElement = &inner.surface;
    // Draws again where `handle` answers that something was done.
    let on_some = |kind: &'static str, handle: Handle| {
        let weak: Weak<Inner> = Rc::downgrade(inner);
        let options = EventListenerOptions::enable_prevent_default();
        EventListener::new_with_options(surface, kind, options, move |event| {
            if let Some(inner) = weak.upgrade()
                && handle(&inner, event)
            {
                inner.tell();
                Inner::request_frame(&inner);
            }
        })
    };
    let on = |kind: &'static str, handle: fn(&Inner, &Event)| {
        let handle = move |inner: &Inner, event: &Event| {
            handle(inner, event);
            true
        };
        on_some(kind, Box::new(handle))
    };
    fn with<E: JsCast>(event: &Event, handle: impl FnOnce(&E)) {
        if let Some(event) = event.dyn_ref() {
            handle(event);
        }
    }
    vec![
        on("pointerdown", |inner, event| {
            with(event, |event| inner.pointer_down(event));
        }),
        on("pointermove", |inner, event| {
            with(event, |event| inner.pointer_move(event));
        }),
        on("pointerup", |inner, event| {
            with(event, |event: &PointerEvent| {
                let gestures = inner.gestures.borrow_mut().up(event.pointer_id());
                inner.act(gestures);
            });
        }),
        on("pointercancel", |inner, event| {
            with(event, |event: &PointerEvent| {
                let gestures = inner.gestures.borrow_mut().lost(event.pointer_id());
                inner.act(gestures);
            });
        }),
        on("pointerleave", |inner, event| {
            with(event, |event: &PointerEvent| {
                inner.engaged.set(false);
                if event.pointer_type() != "touch" {
                    inner.pointer.set(None);
                    inner.scene.borrow_mut().hover_at(None);
                }
            });
        }),
        on_some(
            "wheel",
            Box::new(|inner, event| {
                let event: Option<&WheelEvent> = event.dyn_ref();
                event.is_some_and(|event| inner.wheel(event))
            }),
        ),
        on("dblclick", |inner, event| {
            with(event, |event| inner.double_click(event, event.time_stamp()));
        }),
        on("contextmenu", |_, event| event.prevent_default()),
        on("keydown", |inner, event| {
            with(event, |event| inner.key(event, event.time_stamp()));
        }),
        on("focus", |inner, _| {
            let visible = inner.surface.matches(":focus-visible").unwrap_or(true);
            inner.focused.set(visible);
        }),
        on("blur", |inner, _| inner.focused.set(false)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wheel_is_the_pages_until_the_map_is_in_use() {
        assert!(!wheel_zooms(false, false, false));
        for (control, active, engaged) in [
            (true, false, false),
            (false, true, false),
            (false, false, true),
        ] {
            assert!(wheel_zooms(control, active, engaged));
        }
    }

    #[test]
    fn wheels_of_all_kinds_zoom_by_sensible_steps() {
        let notch = wheel_factor(-100.0, WheelEvent::DOM_DELTA_PIXEL, false);
        assert!((1.1..1.3).contains(&notch));
        let lines = wheel_factor(-3.0, WheelEvent::DOM_DELTA_LINE, false);
        assert!((1.05..1.2).contains(&lines));
        let there = wheel_factor(40.0, WheelEvent::DOM_DELTA_PIXEL, true);
        let back = wheel_factor(-40.0, WheelEvent::DOM_DELTA_PIXEL, true);
        assert!((there * back - 1.0).abs() < 1e-12);
        // A wheel turned with Ctrl zooms as much as one without.
        let held = wheel_factor(-100.0, WheelEvent::DOM_DELTA_PIXEL, true);
        assert_eq!(held, notch);
        assert_eq!(wheel_factor(-1e9, WheelEvent::DOM_DELTA_PAGE, false), NOTCH);
        assert_eq!(wheel_factor(1e9, 0, true), 1.0 / NOTCH);
    }
}
