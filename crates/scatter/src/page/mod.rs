//! The part that touches the browser.

use std::cell::RefCell;
use std::rc::Rc;

use web_sys::{Blob, HtmlElement};

use crate::points::Cloud;
use crate::{Appearance, Axes, Callbacks, Camera, Points, Renderer, ScatterError, Theme, Tool};

/// A map inside an element of the page. Clones are handles to the same map; it goes away, with
/// its canvases and listeners, when the last handle is dropped.
///
/// Methods only note what is to be drawn and return at once; drawing happens in the next
/// animation frame. Calls with indices of points that don't exist ignore those.
#[derive(Clone)]
pub struct Scatter {
    #[allow(dead_code)]
    inner: Rc<Inner>,
}

struct Inner {
    #[allow(dead_code)]
    cloud: RefCell<Cloud>,
}

impl Scatter {
    /// Puts a map into `container`, which has a size of its own (the map fills it and follows its
    /// changes) and is positioned (`position: relative`, set if it is `static`). The map is one
    /// tab stop: a focusable element with `role="application"`, named by
    /// [`Scatter::set_accessible_name`], whose `:focus-visible` style is the page's.
    ///
    /// # Errors
    /// [`ScatterError::Browser`] when the browser gives not even a 2-D canvas.
    pub fn new(_container: &HtmlElement, _callbacks: Callbacks) -> Result<Self, ScatterError> {
        Ok(Self {
            inner: Rc::new(Inner {
                cloud: RefCell::default(),
            }),
        })
    }

    /// Draws other points, gliding there when asked. Selection, hover and links refer to the new
    /// indices from now on; the page sets them again when they changed.
    ///
    /// # Errors
    /// When the coordinates can't be drawn; the map is as it was.
    pub fn set_points(&self, points: Points) -> Result<(), ScatterError> {
        points.check().map(|_| ())
    }

    /// One label a point, and how important each is (any scale, finite, larger is shown first;
    /// empty: all alike). Labels appear where they don't overlap; long ones are cut with "…" and
    /// shown whole on hover.
    pub fn set_labels(&self, _labels: Vec<Rc<str>>, _importance: Vec<f32>) {}

    /// Colours, sizes, shapes and visibility.
    pub fn set_appearance(&self, _appearance: Appearance) {}

    /// Captions and grid.
    pub fn set_axes(&self, _axes: Axes) {}

    /// Colours and type of the page. Call it again when the page goes dark or large.
    pub fn set_theme(&self, _theme: Theme) {}

    /// Marks points as selected.
    pub fn set_selection(&self, _selected: &[u32]) {}

    /// Marks a point as hovered, for a hover in another view. Doesn't call back.
    pub fn set_hovered(&self, _point: Option<u32>) {}

    /// Makes a point the one from which arrow keys walk, and brings it into view. Doesn't call
    /// back.
    pub fn set_current(&self, _point: Option<u32>) {}

    /// Draws lines between pairs of points, for instance to true neighbours.
    pub fn set_links(&self, _links: &[(u32, u32)]) {}

    /// What dragging does.
    pub fn set_tool(&self, _tool: Tool) {}

    /// What assistive technology calls the map, for instance "Map of 42 texts".
    pub fn set_accessible_name(&self, _name: &str) {}

    /// Shows every visible point.
    pub fn fit(&self) {}

    /// Shows these points; all when none is given.
    pub fn fit_to(&self, _points: &[u32]) {}

    /// Shows every visible point from the standard viewpoint.
    pub fn reset(&self) {}

    /// Makes everything `factor` times as large about the middle of the view.
    pub fn zoom_by(&self, _factor: f64) {}

    /// Moves the picture by CSS px.
    pub fn pan_by(&self, _dx: f64, _dy: f64) {}

    /// Turns the picture by radians; nothing in 2-D.
    pub fn orbit_by(&self, _yaw: f64, _pitch: f64) {}

    /// Where the viewer stands.
    pub fn camera(&self) -> Camera {
        Camera::default()
    }

    /// Moves the viewer there; a camera that is not [valid](Camera::is_valid) shows everything.
    pub fn set_camera(&self, _camera: Camera) {}

    /// Where a point is, in CSS px from the container's left top, at the end of any movement
    /// under way. `None` when it is hidden, behind the viewer, or doesn't exist; it may lie
    /// outside the view.
    pub fn position_of(&self, _point: u32) -> Option<(f64, f64)> {
        None
    }

    /// What draws the points at present.
    pub fn renderer(&self) -> Renderer {
        Renderer::Canvas2d
    }

    /// The picture as it is, as an SVG document with real text.
    pub fn to_svg(&self) -> String {
        String::new()
    }

    /// The picture as it is, as a PNG with `scale` pixels for each CSS px, held within 0.5–8 and
    /// what the browser can do.
    ///
    /// # Errors
    /// [`ScatterError::Browser`] when the browser can't make the picture.
    pub async fn to_png(&self, _scale: f64) -> Result<Blob, ScatterError> {
        Err(ScatterError::Browser("not drawn yet".into()))
    }
}
