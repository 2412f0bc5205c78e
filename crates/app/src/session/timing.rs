//! Marks on the browser's timeline, which tests and the benchmark read.

use std::cell::RefCell;

thread_local! {
    static MADE: RefCell<Vec<&'static str>> = RefCell::default();
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
    let first = MADE.with_borrow_mut(|made| {
        let first = !made.contains(&name);
        made.push(name);
        first
    });
    if first {
        mark(name);
    }
}

fn performance() -> Option<web_sys::Performance> {
    web_sys::window()?.performance()
}
