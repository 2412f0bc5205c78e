//! What happens in an animation frame, and what the marks are drawn with.

use std::rc::Rc;

use gloo::events::{EventListener, EventListenerOptions};
use gloo::render::request_animation_frame;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use crate::page::painter::Painter;
use crate::page::webgl::WebGl;
use crate::page::{Inner, canvas, flat, missing};
use crate::picture::{front, ground, mark};
use crate::scene::Scene;
use crate::{Renderer, ScatterError, Tool};

/// Longest time a frame may take to paint marks on the 2-D canvas, in ms; the rest follows in the
/// next frames.
const SLICE: f64 = 12.0;

/// A frame that comes later than this after it was asked for, in ms, says that too much is drawn
/// in one.
const SLOW: f64 = 40.0;

/// One that comes within this time says that more could be.
const QUICK: f64 = 25.0;

/// Points drawn in one frame: to begin with, and at least.
pub(super) const BUDGET: (usize, usize) = (10_000, 2000);

/// Marks that are still to be drawn, the next first, beneath those that are.
#[derive(Default)]
pub(super) struct Painting {
    order: Vec<u32>,
    done: usize,
}

impl Painting {
    fn is_over(&self) -> bool {
        self.done >= self.order.len()
    }
}

/// What draws the marks.
pub(super) enum Brush {
    WebGl(Box<WebGl>),
    /// A canvas of its own, because one that had a WebGL2 context can have no other.
    Flat(HtmlCanvasElement, CanvasRenderingContext2d),
}

impl Inner {
    /// Time in ms as animation frames and events count it.
    pub(super) fn now(&self) -> f64 {
        self.window.performance().map_or(0.0, |clock| clock.now())
    }

    pub(super) fn prefers_stillness(&self) -> bool {
        let query = self.window.match_media("(prefers-reduced-motion: reduce)");
        query.ok().flatten().is_some_and(|query| query.matches())
    }

    /// Tells the page what happened, with nothing borrowed.
    pub(super) fn tell(&self) {
        let events = std::mem::take(&mut self.scene.borrow_mut().events);
        for event in events {
            self.callbacks.tell(event);
        }
    }

    /// Notes that the picture has changed and draws it in the next animation frame.
    pub(super) fn request_frame(inner: &Rc<Self>) {
        inner.changed.set(true);
        Self::schedule(inner);
    }

    fn schedule(inner: &Rc<Self>) {
        let mut frame = inner.frame.borrow_mut();
        if frame.is_none() {
            let weak = Rc::downgrade(inner);
            *frame = Some(request_animation_frame(move |now| {
                if let Some(inner) = weak.upgrade() {
                    // Dropping the handle of a frame that runs is harmless.
                    inner.frame.borrow_mut().take();
                    inner.keep_pace();
                    if inner.step(now) {
                        inner.asked.set(Some(inner.now()));
                        Self::schedule(&inner);
                    }
                    inner.tell();
                }
            }));
        }
    }

    /// Draws fewer points a frame while frames come late, more when they come in time. Not the
    /// work of this thread is measured, which is small, but that of the graphics processor, or of
    /// what stands in for it.
    fn keep_pace(&self) {
        let Some(late) = self.asked.take().map(|asked| self.now() - asked) else {
            return;
        };
        let budget = self.budget.get();
        if late > SLOW {
            self.budget.set((budget / 2).max(BUDGET.1));
        } else if late < QUICK {
            self.budget.set((budget * 5 / 4).min(4_000_000));
        }
    }

    /// One animation frame; answers whether another is needed.
    fn step(&self, now: f64) -> bool {
        let mut scene = self.scene.borrow_mut();
        scene.still = self.prefers_stillness();
        let (pixels, size) = self.sizer.size();
        if scene.resize(size.0, size.1) || (self.surface.width(), self.surface.height()) != pixels {
            self.changed.set(true);
        }
        if !scene.view.has_size() {
            return false;
        }
        let was_moving = scene.is_moving();
        let moving = scene.advance(now);
        if was_moving && !scene.is_moving() {
            self.pointer_moved.set(true);
        }
        if !scene.is_moving()
            && self.pointer_moved.take()
            && let Some(place) = self.pointer.get()
        {
            scene.hover_at(Some(place));
        }
        if self.changed.take() || moving || was_moving {
            self.draw(&mut scene, pixels);
        } else {
            self.paint(&mut scene);
        }
        moving || !self.painting.borrow().is_over()
    }

    /// Draws everything on canvases of `pixels`; of very many points the first part.
    fn draw(&self, scene: &mut Scene, pixels: (u32, u32)) {
        let mut brush = self.brush.borrow_mut();
        let flat = match &*brush {
            Some(Brush::Flat(canvas, _)) => Some(canvas),
            _ => None,
        };
        let canvases = [&self.ground, &self.marks, &self.surface];
        for canvas in canvases.into_iter().chain(flat) {
            if (canvas.width(), canvas.height()) != pixels {
                canvas.set_width(pixels.0);
                canvas.set_height(pixels.1);
            }
        }
        let (width, height) = (f64::from(pixels.0), f64::from(pixels.1));
        let ratio = width / scene.view.lens.width;
        let theme = scene.theme.clone();
        let mut painter = Painter::new(&self.ground_context, &theme);
        painter.clear(width, height, ratio, Some(theme.background));
        painter.items(&ground(scene));
        let order = scene.draw_order();
        let (mut first, rest) = scene.split_order(order, self.budget.get());
        match &mut *brush {
            Some(Brush::WebGl(webgl)) => {
                webgl.clear(width, height);
                webgl.draw(scene, &first, width, height, ratio);
                first = rest;
            }
            Some(Brush::Flat(_, context)) => {
                Painter::new(context, &theme).clear(width, height, ratio, None);
                first.extend(rest);
            }
            None => {}
        }
        *self.painting.borrow_mut() = Painting {
            order: first,
            done: 0,
        };
        drop(brush);
        if self.renderer() == Renderer::Canvas2d {
            self.paint(scene);
        }
        let mut painter = Painter::new(&self.surface_context, &theme);
        painter.clear(width, height, ratio, None);
        let mut labeler = self.labeler.borrow_mut();
        let items = front(scene, &mut labeler, self.focused.get(), &mut painter);
        painter.items(&items);
        self.show_cursor(scene);
    }

    /// Draws more of the marks that are still to be drawn, as many as a frame allows.
    fn paint(&self, scene: &mut Scene) {
        let mut painting = self.painting.borrow_mut();
        if painting.is_over() {
            return;
        }
        let from = painting.done;
        match &mut *self.brush.borrow_mut() {
            Some(Brush::WebGl(webgl)) => {
                let (width, height) = (
                    f64::from(self.marks.width()),
                    f64::from(self.marks.height()),
                );
                let ratio = width / scene.view.lens.width;
                let end = (from + self.budget.get()).min(painting.order.len());
                webgl.draw(scene, &painting.order[from..end], width, height, ratio);
                painting.done = end;
            }
            Some(Brush::Flat(_, context)) => {
                let theme = scene.theme.clone();
                let painter = Painter::new(context, &theme);
                let screen = scene.screen().to_vec();
                let start = self.now();
                painter.beneath(true);
                while !painting.is_over() && self.now() - start < SLICE {
                    let end = (painting.done + 100).min(painting.order.len());
                    for &point in &painting.order[painting.done..end] {
                        let index = point as usize;
                        if let Some(mark) = screen.get(index).and_then(|at| mark(scene, index, *at))
                        {
                            painter.mark(&mark);
                        }
                    }
                    painting.done = end;
                }
                painter.beneath(false);
            }
            None => painting.done = painting.order.len(),
        }
    }

    pub(super) fn renderer(&self) -> Renderer {
        match *self.brush.borrow() {
            Some(Brush::WebGl(_)) => Renderer::WebGl2,
            _ => Renderer::Canvas2d,
        }
    }

    /// Draws the marks on a 2-D canvas from now on.
    pub(super) fn go_flat(&self) -> Result<(), ScatterError> {
        let parent = self.surface.parent_element();
        let parent = parent.ok_or_else(|| missing("the container"))?;
        let canvas = canvas(&self.document, &parent)?;
        let _ = canvas.set_attribute("aria-hidden", "true");
        let _ = canvas.style().set_property("pointer-events", "none");
        let _ = parent.insert_before(&canvas, Some(&self.surface));
        let context = flat(&canvas)?;
        let _ = self.marks.style().set_property("display", "none");
        self.put_brush(Some(Brush::Flat(canvas, context)));
        Ok(())
    }

    /// Takes another brush and removes the canvas of the one before.
    pub(super) fn put_brush(&self, brush: Option<Brush>) {
        if let Some(Brush::Flat(canvas, _)) = self.brush.replace(brush) {
            canvas.remove();
        }
        *self.painting.borrow_mut() = Painting::default();
    }

    fn show_cursor(&self, scene: &Scene) {
        let cursor = match scene.tool {
            Tool::Box | Tool::Lasso => "crosshair",
            Tool::Move if !self.gestures.borrow().is_idle() => "grabbing",
            Tool::Move if scene.hovered.is_some() => "pointer",
            Tool::Move => "grab",
        };
        let _ = self.surface.style().set_property("cursor", cursor);
    }

    /// Follows the loss and the return of the WebGL2 context; between them the 2-D canvas draws.
    pub(super) fn watch_context(self: &Rc<Self>) -> Vec<EventListener> {
        let on = |kind: &'static str, handle: fn(&Self, &web_sys::Event)| {
            let weak = Rc::downgrade(self);
            let options = EventListenerOptions::enable_prevent_default();
            EventListener::new_with_options(&self.marks, kind, options, move |event| {
                if let Some(inner) = weak.upgrade() {
                    handle(&inner, event);
                    Self::request_frame(&inner);
                }
            })
        };
        vec![
            on("webglcontextlost", |inner, event| {
                // Without this the browser never gives the context back.
                event.prevent_default();
                // Fails only if the browser has no canvas left to give; then no marks are drawn.
                if inner.go_flat().is_err() {
                    inner.put_brush(None);
                }
            }),
            on("webglcontextrestored", |inner, _| {
                if let Ok(webgl) = WebGl::new(&inner.marks) {
                    let _ = inner.marks.style().set_property("display", "block");
                    inner.put_brush(Some(Brush::WebGl(Box::new(webgl))));
                }
            }),
        ]
    }
}
