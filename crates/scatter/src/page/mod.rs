//! The part that touches the browser: canvases, listeners, frames.

mod export;
mod frame;
mod input;
mod painter;
mod size;
mod webgl;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo::events::EventListener;
use gloo::render::AnimationFrame;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    Blob, CanvasRenderingContext2d, Document, Element, HtmlCanvasElement, HtmlElement, Window,
};

use crate::gesture::Gestures;
use crate::page::frame::{BUDGET, Brush, Painting};
use crate::page::size::Sizer;
use crate::page::webgl::WebGl;
use crate::picture::Labeler;
use crate::scene::Scene;
use crate::{
    Appearance, Axes, Callbacks, Camera, Points, Region, Renderer, ScatterError, Theme, Tool,
};

/// A map inside an element of the page. Clones are handles to the same map; it goes away, with
/// its canvases and listeners, when the last handle is dropped.
///
/// Methods only note what is to be drawn and return at once; drawing happens in the next
/// animation frame. Calls with indices of points that don't exist ignore those.
#[derive(Clone)]
pub struct Scatter {
    inner: Rc<Inner>,
}

impl PartialEq for Scatter {
    /// Whether both are handles to the same map.
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.inner, &other.inner)
    }
}

impl std::fmt::Debug for Scatter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scatter")
            .field("points", &self.inner.scene.borrow().len())
            .finish_non_exhaustive()
    }
}

struct Inner {
    window: Window,
    document: Document,
    scene: RefCell<Scene>,
    gestures: RefCell<Gestures>,
    labeler: RefCell<Labeler>,
    callbacks: Callbacks,
    /// Grid and links.
    ground: HtmlCanvasElement,
    ground_context: CanvasRenderingContext2d,
    marks: HtmlCanvasElement,
    brush: RefCell<Option<Brush>>,
    /// Labels; takes the focus and all input.
    surface: HtmlCanvasElement,
    surface_context: CanvasRenderingContext2d,
    sizer: Sizer,
    painting: RefCell<Painting>,
    /// Where a mouse or pen is, unless it is pressed.
    pointer: Cell<Option<(f64, f64)>>,
    /// Whether what lies under it may have changed.
    pointer_moved: Cell<bool>,
    focused: Cell<bool>,
    /// Whether the map was pressed since the pointer came over it.
    engaged: Cell<bool>,
    frame: RefCell<Option<AnimationFrame>>,
    changed: Cell<bool>,
    /// How many marks are drawn in one frame.
    budget: Cell<usize>,
    /// When the frame under way was asked for, if right after another.
    asked: Cell<Option<f64>>,
    listeners: RefCell<Vec<EventListener>>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Some(Brush::WebGl(webgl)) = &*self.brush.borrow() {
            webgl.release();
        }
        self.put_brush(None);
        for canvas in [&self.ground, &self.marks, &self.surface] {
            canvas.remove();
        }
    }
}

fn missing(what: &str) -> ScatterError {
    ScatterError::Browser(format!("{what} is missing"))
}

/// What a browser said when it refused something.
fn said(error: &JsValue) -> ScatterError {
    let error: &js_sys::Object = error.unchecked_ref();
    ScatterError::Browser(error.to_string().into())
}

fn canvas(document: &Document, container: &Element) -> Result<HtmlCanvasElement, ScatterError> {
    let canvas: HtmlCanvasElement = document
        .create_element("canvas")
        .map_err(|error| said(&error))?
        .dyn_into()
        .map_err(|_| missing("canvas"))?;
    let style = canvas.style();
    for (name, value) in [
        ("position", "absolute"),
        ("inset", "0"),
        ("width", "100%"),
        ("height", "100%"),
        ("display", "block"),
    ] {
        style
            .set_property(name, value)
            .map_err(|error| said(&error))?;
    }
    container
        .append_child(&canvas)
        .map_err(|error| said(&error))?;
    Ok(canvas)
}

fn flat(canvas: &HtmlCanvasElement) -> Result<CanvasRenderingContext2d, ScatterError> {
    canvas
        .get_context("2d")
        .ok()
        .flatten()
        .and_then(|context| context.dyn_into().ok())
        .ok_or_else(|| missing("the 2-D canvas"))
}

impl Scatter {
    /// Puts a map into `container`, which has a size of its own (the map fills it and follows its
    /// changes) and is positioned (`position: relative`, set if it is `static`). The map is one
    /// tab stop: a focusable element with `role="application"`, named by
    /// [`Scatter::set_accessible_name`], whose `:focus-visible` style is the page's.
    ///
    /// The wheel scrolls the page, as elsewhere on it, unless Ctrl or the Command key is held (a
    /// trackpad's pinch is such a wheel) or the map is in use: it has the focus, or was pressed
    /// since the pointer came over it. Then it zooms.
    ///
    /// # Errors
    /// [`ScatterError::Browser`] when the browser gives not even a 2-D canvas.
    pub fn new(container: &HtmlElement, callbacks: Callbacks) -> Result<Self, ScatterError> {
        let window = web_sys::window().ok_or_else(|| missing("the window"))?;
        let document = window.document().ok_or_else(|| missing("the document"))?;
        let computed = window.get_computed_style(container).ok().flatten();
        let position = computed.and_then(|style| style.get_property_value("position").ok());
        if position.is_none_or(|position| position == "static" || position.is_empty()) {
            let _ = container.style().set_property("position", "relative");
        }
        let ground = canvas(&document, container)?;
        let marks = canvas(&document, container)?;
        let surface = canvas(&document, container)?;
        for hidden in [&ground, &marks] {
            let _ = hidden.set_attribute("aria-hidden", "true");
            let _ = hidden.style().set_property("pointer-events", "none");
        }
        for (name, value) in [
            ("tabindex", "0"),
            ("role", "application"),
            ("aria-roledescription", "scatter plot"),
            ("aria-label", "Map"),
        ] {
            let _ = surface.set_attribute(name, value);
        }
        // One finger moves the map rather than the page.
        let _ = surface.style().set_property("touch-action", "none");
        let ground_context = flat(&ground)?;
        let surface_context = flat(&surface)?;
        let brush = WebGl::new(&marks).ok().map(|gl| Brush::WebGl(Box::new(gl)));
        let inner = Rc::new_cyclic(|weak| Inner {
            sizer: Sizer::new(&window, &surface, weak.clone()),
            window,
            document,
            scene: RefCell::default(),
            gestures: RefCell::default(),
            labeler: RefCell::default(),
            callbacks,
            ground,
            ground_context,
            marks,
            brush: RefCell::new(brush),
            surface,
            surface_context,
            painting: RefCell::default(),
            pointer: Cell::new(None),
            pointer_moved: Cell::new(false),
            focused: Cell::new(false),
            engaged: Cell::new(false),
            frame: RefCell::new(None),
            changed: Cell::new(true),
            budget: Cell::new(BUDGET.0),
            asked: Cell::new(None),
            listeners: RefCell::default(),
        });
        let mut listeners = input::listen(&inner);
        listeners.extend(inner.watch_context());
        *inner.listeners.borrow_mut() = listeners;
        if inner.brush.borrow().is_none() {
            inner.go_flat()?;
        }
        Inner::request_frame(&inner);
        Ok(Self { inner })
    }

    /// Changes the scene and asks for a frame.
    fn change<T>(&self, change: impl FnOnce(&mut Scene, f64) -> T) -> T {
        let now = self.inner.now();
        let answer = {
            let mut scene = self.inner.scene.borrow_mut();
            scene.still = self.inner.prefers_stillness();
            let answer = change(&mut scene, now);
            // What the page asked for itself is no news to it.
            scene.events.clear();
            answer
        };
        Inner::request_frame(&self.inner);
        answer
    }

    /// Draws other points, gliding there when asked. Selection, hover and links refer to the new
    /// indices from now on; the page sets them again when they changed.
    ///
    /// # Errors
    /// When the coordinates can't be drawn; the map is as it was.
    pub fn set_points(&self, points: Points) -> Result<(), ScatterError> {
        self.inner.pointer_moved.set(true);
        self.change(|scene, now| scene.set_points(points, now))
    }

    /// One label a point, and how important each is (any scale, finite, larger is shown first;
    /// empty: all alike). Labels appear where they don't overlap; long ones are cut with "…" and
    /// shown whole on hover.
    ///
    /// Among more than 500 visible points, or 60 with [regions](Self::set_regions), only those
    /// that are selected, hovered or current have a label until one has zoomed in 2.5 times; with
    /// regions also those of an importance over 0. A point of importance `f32::MAX` stands out
    /// among any number: it has a label, its shape and full opacity.
    pub fn set_labels(&self, labels: Vec<Rc<str>>, importance: Vec<f32>) {
        self.change(|scene, _| scene.set_labels(labels, importance));
    }

    /// Writes the names of groups over the middles of their visible points, the largest group
    /// first; names that find no room are left out. They move with their points. Members refer
    /// to the points as they are: set the regions again when the indices change. Empty for none.
    pub fn set_regions(&self, regions: Vec<Region>) {
        self.change(|scene, _| scene.set_regions(regions));
    }

    /// A short second line in the card with the text of the hovered (or, from the keyboard, the
    /// current) point, muted, for instance "0.71 to the selected text". It stays until it is set
    /// again, whichever point the card is of: set it with every hover, `None` for none.
    pub fn set_note(&self, note: Option<Rc<str>>) {
        self.change(|scene, _| scene.note = note);
    }

    /// Colours, sizes, shapes and visibility.
    pub fn set_appearance(&self, appearance: Appearance) {
        self.change(|scene, _| scene.set_appearance(appearance));
    }

    /// Captions and grid.
    pub fn set_axes(&self, axes: Axes) {
        self.change(|scene, _| scene.axes = axes);
    }

    /// Colours and type of the page. Call it again when the page goes dark or large.
    pub fn set_theme(&self, mut theme: Theme) {
        theme.background.3 = 255;
        theme.font_size = if theme.font_size.is_finite() {
            theme.font_size.clamp(6.0, 72.0)
        } else {
            Theme::light().font_size
        };
        self.change(|scene, _| scene.theme = theme);
    }

    /// Marks points as selected.
    pub fn set_selection(&self, selected: &[u32]) {
        self.change(|scene, _| scene.set_selection(selected));
    }

    /// Marks a point as hovered, for a hover in another view. Doesn't call back.
    pub fn set_hovered(&self, point: Option<u32>) {
        self.change(|scene, _| scene.set_hovered(point));
    }

    /// Makes a point the one from which arrow keys walk, and brings it into view. Doesn't call
    /// back.
    pub fn set_current(&self, point: Option<u32>) {
        self.change(|scene, now| {
            scene.set_current(point);
            if let Some(point) = scene.current {
                let motion = scene.gently(now);
                scene.reveal(point, motion);
            }
        });
    }

    /// Draws lines between pairs of points, for instance to true neighbours.
    pub fn set_links(&self, links: &[(u32, u32)]) {
        self.change(|scene, _| scene.set_links(links));
    }

    /// What dragging does.
    pub fn set_tool(&self, tool: Tool) {
        self.change(|scene, _| scene.tool = tool);
    }

    /// What assistive technology calls the map, for instance "Map of 42 texts".
    pub fn set_accessible_name(&self, name: &str) {
        let _ = self.inner.surface.set_attribute("aria-label", name);
    }

    /// Shows every visible point.
    pub fn fit(&self) {
        self.change(|scene, now| {
            let motion = scene.gently(now);
            scene.fit(None, motion);
        });
    }

    /// Shows these points; all when none is given.
    pub fn fit_to(&self, points: &[u32]) {
        self.change(|scene, now| {
            let motion = scene.gently(now);
            scene.fit((!points.is_empty()).then_some(points), motion);
        });
    }

    /// Shows every visible point from the standard viewpoint.
    pub fn reset(&self) {
        self.change(|scene, now| {
            let motion = scene.gently(now);
            scene.reset(motion);
        });
    }

    /// Makes everything `factor` times as large about the middle of the view.
    pub fn zoom_by(&self, factor: f64) {
        self.change(|scene, _| scene.zoom_by(factor, None));
    }

    /// Moves the picture by CSS px.
    pub fn pan_by(&self, dx: f64, dy: f64) {
        self.change(|scene, _| scene.pan_by(dx, dy));
    }

    /// Turns the picture by radians; nothing in 2-D.
    pub fn orbit_by(&self, yaw: f64, pitch: f64) {
        self.change(|scene, _| scene.orbit_by(yaw, pitch));
    }

    /// Where the viewer stands, or will when a movement under way is over.
    pub fn camera(&self) -> Camera {
        self.inner.scene.borrow().camera()
    }

    /// Moves the viewer there; a camera that is not [valid](Camera::is_valid) shows everything.
    pub fn set_camera(&self, camera: Camera) {
        self.change(|scene, now| {
            let motion = scene.gently(now);
            scene.set_camera(camera, motion);
        });
    }

    /// Where a point is, in CSS px from the container's left top, at the end of any movement
    /// under way. `None` when it is hidden, behind the viewer, or doesn't exist; it may lie
    /// outside the view.
    pub fn position_of(&self, point: u32) -> Option<(f64, f64)> {
        self.inner.scene.borrow().position_of(point)
    }

    /// What draws the points at present.
    pub fn renderer(&self) -> Renderer {
        self.inner.renderer()
    }

    /// The picture as it is, without what is hovered, as an SVG document with real text.
    pub fn to_svg(&self) -> String {
        self.inner.to_svg()
    }

    /// The picture as it is, without what is hovered, as a PNG with `scale` pixels for each CSS
    /// px, held within 0.5–8 and what the browser can do.
    ///
    /// # Errors
    /// [`ScatterError::Browser`] when the browser can't make the picture.
    pub async fn to_png(&self, scale: f64) -> Result<Blob, ScatterError> {
        let picture = self.inner.to_canvas(scale);
        Inner::request_frame(&self.inner);
        export::to_blob(&picture?).await
    }
}
