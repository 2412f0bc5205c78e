//! Draws points on a map in the browser: marks, labels, camera, picking, and what a person does
//! on it with mouse, touch and keyboard. It knows nothing of where coordinates come from.
//!
//! [`Scatter`] is the whole interface; the page owns the state (which points, which selection)
//! and tells the map, the map tells the page what the person did through [`Callbacks`]:
//!
//! ```no_run
//! # fn show(container: &web_sys::HtmlElement) -> Result<(), semblance_scatter::ScatterError> {
//! use std::rc::Rc;
//! use semblance_scatter::{Callbacks, Points, Scatter};
//!
//! let map = Scatter::new(
//!     container,
//!     Callbacks {
//!         on_select: Rc::new(|selection| { /* store it, then map.set_selection(…) */ }),
//!         ..Callbacks::default()
//!     },
//! )?;
//! map.set_points(Points::new(vec![0.0, 0.0, 1.0, 0.5], 2))?;
//! map.set_labels(vec!["one".into(), "two".into()], Vec::new());
//! # Ok(())
//! # }
//! ```
//!
//! Everything that can be computed without a browser is in modules that don't name one and is
//! tested natively; `page` is the thin rest.

mod appearance;
mod camera;
mod color;
mod error;
mod event;
mod gesture;
mod keyboard;
mod labels;
mod math;
mod motion;
mod number;
mod page;
mod picture;
mod points;
mod regions;
mod scene;
mod stack;
mod svg;
mod text;

pub use appearance::{Appearance, Axes, Shape, Theme};
pub use camera::Camera;
pub use color::{OKABE_ITO, OKABE_ITO_DARK, Rgba, categorical, sequential};
pub use error::ScatterError;
pub use event::{Callbacks, Renderer, Selection, SelectionMode, Tool};
pub use keyboard::{KEYBOARD_HELP, KeyHelp};
pub use number::{decimal, fixed, ordered, shortest};
pub use page::Scatter;
pub use points::{Framing, Points};
pub use regions::Region;
