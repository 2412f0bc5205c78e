//! Follows the size of the map in CSS px and in device pixels.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use gloo::events::EventListener;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{
    HtmlCanvasElement, ResizeObserver, ResizeObserverBoxOptions, ResizeObserverEntry,
    ResizeObserverOptions, ResizeObserverSize, Window,
};

use crate::number::decimal;
use crate::page::Inner;

/// Largest canvas side in device pixels; browsers give up above it.
const LARGEST: f64 = 8192.0;

/// Device pixels of the last observation, where the browser tells them exactly.
type Observed = Rc<Cell<Option<(u32, u32)>>>;

/// Observes the element until dropped.
pub(super) struct Sizer {
    window: Window,
    element: HtmlCanvasElement,
    observed: Observed,
    observer: Option<ResizeObserver>,
    _callback: Closure<dyn FnMut(js_sys::Array)>,
    inner: Weak<Inner>,
    /// Waits for another pixel ratio than this one.
    ratio: RefCell<Option<(f64, EventListener)>>,
}

impl Drop for Sizer {
    fn drop(&mut self) {
        if let Some(observer) = &self.observer {
            observer.disconnect();
        }
    }
}

fn device_pixels(entry: &ResizeObserverEntry) -> Option<(u32, u32)> {
    let known = js_sys::Reflect::has(entry, &"devicePixelContentBoxSize".into()).unwrap_or(false);
    if !known {
        return None;
    }
    let sizes = entry.device_pixel_content_box_size();
    let size: ResizeObserverSize = sizes.get(0).dyn_into().ok()?;
    Some((size.inline_size() as u32, size.block_size() as u32))
}

impl Sizer {
    /// Starts observing; asks the map for a frame at every change.
    pub fn new(window: &Window, element: &HtmlCanvasElement, inner: Weak<Inner>) -> Self {
        let observed = Observed::default();
        let noted = observed.clone();
        let weak = inner.clone();
        let callback = Closure::new(move |entries: js_sys::Array| {
            if let Ok(entry) = entries.get(0).dyn_into::<ResizeObserverEntry>() {
                noted.set(device_pixels(&entry));
            }
            if let Some(inner) = weak.upgrade() {
                Inner::request_frame(&inner);
            }
        });
        let observer = ResizeObserver::new(callback.as_ref().unchecked_ref()).ok();
        if let Some(observer) = &observer {
            let options = ResizeObserverOptions::new();
            options.set_box(ResizeObserverBoxOptions::DevicePixelContentBox);
            // Browsers that don't know device pixels here throw; they get the plain observation.
            let observe = js_sys::Reflect::get(observer, &"observe".into())
                .ok()
                .and_then(|observe| observe.dyn_into::<js_sys::Function>().ok());
            let exact =
                observe.is_some_and(|observe| observe.call2(observer, element, &options).is_ok());
            if !exact {
                observer.observe(element);
            }
        }
        Self {
            window: window.clone(),
            element: element.clone(),
            observed,
            observer,
            _callback: callback,
            inner,
            ratio: RefCell::new(None),
        }
    }

    /// Asks for a frame when the pixel ratio changes, which it does without a change of size when
    /// the window moves to another screen.
    fn watch_ratio(&self, ratio: f64) {
        let mut watched = self.ratio.borrow_mut();
        if watched.as_ref().is_some_and(|(known, _)| *known == ratio) {
            return;
        }
        let query = self
            .window
            .match_media(&format!("(resolution: {}dppx)", decimal(ratio, 15)));
        *watched = query.ok().flatten().map(|query| {
            let inner = self.inner.clone();
            let listener = EventListener::new(&query, "change", move |_| {
                if let Some(inner) = inner.upgrade() {
                    Inner::request_frame(&inner);
                }
            });
            (ratio, listener)
        });
    }

    /// Size in device pixels and in CSS px.
    pub fn size(&self) -> ((u32, u32), (f64, f64)) {
        let width = f64::from(self.element.client_width());
        let height = f64::from(self.element.client_height());
        let ratio = self.window.device_pixel_ratio();
        self.watch_ratio(ratio);
        let ratio = ratio.clamp(0.25, 8.0);
        let ratio = ratio.min(LARGEST / width.max(height).max(1.0));
        let by_ratio = |side: f64| (side * ratio).round().max(1.0) as u32;
        let guess = (by_ratio(width), by_ratio(height));
        // The observation is exact but may be older than the layout: take it when it agrees.
        let agrees = |(w, h): &(u32, u32)| w.abs_diff(guess.0) <= 2 && h.abs_diff(guess.1) <= 2;
        let pixels = self.observed.get().filter(agrees).unwrap_or(guess);
        (pixels, (width, height))
    }
}
