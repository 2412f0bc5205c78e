//! Functions that wasm has no instruction for. On a page they are the browser's, which is there
//! anyway; those that Rust would bring along are 15 kB of code and tables.

#[cfg(target_arch = "wasm32")]
pub(crate) use js_sys::Math::{cos, exp, hypot, log10, pow, sin, tan};

#[cfg(not(target_arch = "wasm32"))]
pub(crate) use native::*;

/// The same functions for the tests, which run without a browser.
#[cfg(not(target_arch = "wasm32"))]
mod native {
    pub(crate) fn cos(x: f64) -> f64 {
        x.cos()
    }

    pub(crate) fn exp(x: f64) -> f64 {
        x.exp()
    }

    pub(crate) fn hypot(x: f64, y: f64) -> f64 {
        x.hypot(y)
    }

    pub(crate) fn log10(x: f64) -> f64 {
        x.log10()
    }

    pub(crate) fn pow(x: f64, y: f64) -> f64 {
        x.powf(y)
    }

    pub(crate) fn sin(x: f64) -> f64 {
        x.sin()
    }

    pub(crate) fn tan(x: f64) -> f64 {
        x.tan()
    }
}
