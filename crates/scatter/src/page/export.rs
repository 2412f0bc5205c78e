//! The picture as a file.

use js_sys::{Function, Promise};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, Document, HtmlCanvasElement};

use crate::ScatterError;
use crate::page::frame::Brush;
use crate::page::painter::Painter;
use crate::page::{Inner, flat, missing, said};
use crate::picture::{Item, Labeler, front, ground, mark};
use crate::scene::Scene;
use crate::svg;

/// Largest side of a PNG, in pixels.
const LARGEST: f64 = 8192.0;

/// Does something to the scene while nothing is hovered.
fn at_rest<T>(scene: &mut Scene, act: impl FnOnce(&mut Scene) -> T) -> T {
    let hovered = scene.hovered;
    scene.set_hovered(None);
    let answer = act(scene);
    scene.set_hovered(hovered);
    answer
}

/// What lies in front of the marks in a file: no keyboard ring.
fn front_at_rest(scene: &mut Scene, painter: &mut Painter<'_>) -> Vec<Item> {
    front(scene, &mut Labeler::default(), false, painter)
}

/// A canvas outside the page, of some size in pixels.
fn new_canvas(
    document: &Document,
    width: u32,
    height: u32,
) -> Result<HtmlCanvasElement, ScatterError> {
    let canvas: HtmlCanvasElement = document
        .create_element("canvas")
        .map_err(|error| said(&error))?
        .dyn_into()
        .map_err(|_| missing("canvas"))?;
    canvas.set_width(width);
    canvas.set_height(height);
    Ok(canvas)
}

/// The PNG of a canvas.
pub(super) async fn to_blob(canvas: &HtmlCanvasElement) -> Result<Blob, ScatterError> {
    let promise = Promise::new(&mut |resolve: Function, reject: Function| {
        let done = Closure::once_into_js(move |blob: JsValue| {
            let _ = resolve.call1(&JsValue::NULL, &blob);
        });
        if let Err(error) = canvas.to_blob_with_type(done.unchecked_ref(), "image/png") {
            let _ = reject.call1(&JsValue::NULL, &error);
        }
    });
    let blob = JsFuture::from(promise)
        .await
        .map_err(|error| said(&error))?;
    // The browser answers null when the picture is too large for it.
    blob.dyn_into()
        .map_err(|_| ScatterError::Browser("it could not make the picture".into()))
}

impl Inner {
    pub(super) fn to_svg(&self) -> String {
        at_rest(&mut self.scene.borrow_mut(), |scene| {
            let theme = scene.theme.clone();
            let mut painter = Painter::new(&self.surface_context, &theme);
            let front = front_at_rest(scene, &mut painter);
            let ground = ground(scene);
            let order = scene.draw_order();
            let screen = scene.screen().to_vec();
            let scene = &*scene;
            let marks = order.iter().rev().filter_map(|&point| {
                let index = point as usize;
                mark(scene, index, *screen.get(index)?)
            });
            let size = (scene.view.lens.width, scene.view.lens.height);
            svg::document(size, &theme, &ground, marks, &front)
        })
    }

    /// The picture on a canvas of its own. The marks' canvas is borrowed for it: the caller asks
    /// for a frame, which puts it right.
    pub(super) fn to_canvas(&self, scale: f64) -> Result<HtmlCanvasElement, ScatterError> {
        let mut scene = self.scene.borrow_mut();
        if !scene.view.has_size() {
            return Err(ScatterError::Browser("the map is not on the screen".into()));
        }
        let (width, height) = (scene.view.lens.width, scene.view.lens.height);
        let scale = if scale.is_finite() { scale } else { 2.0 };
        let scale = scale.clamp(0.5, 8.0).min(LARGEST / width.max(height));
        let pixels = (
            (width * scale).round().max(1.0),
            (height * scale).round().max(1.0),
        );
        let canvas = new_canvas(&self.document, pixels.0 as u32, pixels.1 as u32)?;
        let context = flat(&canvas)?;
        at_rest(&mut scene, |scene| {
            let theme = scene.theme.clone();
            let mut painter = Painter::new(&context, &theme);
            painter.clear(pixels.0, pixels.1, scale, Some(theme.background));
            painter.items(&ground(scene));
            let order = scene.draw_order();
            let marks = match &mut *self.brush.borrow_mut() {
                Some(Brush::WebGl(webgl)) => {
                    self.marks.set_width(canvas.width());
                    self.marks.set_height(canvas.height());
                    webgl.clear(pixels.0, pixels.1);
                    webgl.draw(scene, &order, pixels.0, pixels.1, scale);
                    self.marks.clone()
                }
                _ => {
                    let layer = new_canvas(&self.document, canvas.width(), canvas.height())?;
                    let context = flat(&layer)?;
                    let painter = Painter::new(&context, &theme);
                    painter.clear(pixels.0, pixels.1, scale, None);
                    painter.beneath(true);
                    let screen = scene.screen().to_vec();
                    for &point in &order {
                        let index = point as usize;
                        if let Some(mark) = mark(scene, index, screen[index]) {
                            painter.mark(&mark);
                        }
                    }
                    layer
                }
            };
            context
                .draw_image_with_html_canvas_element_and_dw_and_dh(&marks, 0.0, 0.0, width, height)
                .map_err(|error| said(&error))?;
            let items = front_at_rest(scene, &mut painter);
            painter.items(&items);
            Ok::<(), ScatterError>(())
        })?;
        Ok(canvas)
    }
}
