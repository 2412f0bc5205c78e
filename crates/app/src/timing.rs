//! Marks on the browser's timeline, which tests and the benchmark read.

use std::cell::RefCell;
use std::collections::HashSet;

thread_local! {
    static MADE: RefCell<HashSet<&'static str>> = RefCell::default();
}

/// Milliseconds since the page was opened; 0 where the browser has no clock.
pub fn now() -> f64 {
    performance().map_or(0.0, |performance| performance.now())
}

/// Puts a mark on the timeline.
pub fn mark(name: &'static str) {
    if let Some(performance) = performance() {
        // A mark that can't be made costs nobody anything.
        _ = performance.mark(name);
    }
}

/// Puts a mark on the timeline, the first time only.
pub fn mark_once(name: &'static str) {
    if MADE.with_borrow_mut(|made| made.insert(name)) {
        mark(name);
    }
}

fn performance() -> Option<web_sys::Performance> {
    web_sys::window()?.performance()
}
