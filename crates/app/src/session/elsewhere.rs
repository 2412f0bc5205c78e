//! Counts requests to other origins: those that left, by the browser's own list of requests, and
//! those that the content security policy stopped. There should be none; the page says so, and
//! this is how it knows.

use gloo::events::EventListener;
use js_sys::Array;
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::{
    PerformanceEntry, PerformanceObserver, PerformanceObserverEntryList, PerformanceObserverInit,
};

/// Watches until dropped.
pub struct Watch {
    _violations: EventListener,
    observer: Option<PerformanceObserver>,
    _callback: Closure<dyn FnMut(PerformanceObserverEntryList)>,
}

impl Watch {
    /// Calls `changed` with the number of requests to elsewhere whenever it grows.
    pub fn new(changed: impl Fn(usize) + 'static) -> Option<Watch> {
        let window = web_sys::window()?;
        let document = window.document()?;
        let own = window.location().origin().ok()?;
        let count = Rc::new(Cell::new(0));
        let add: Rc<dyn Fn(usize)> = Rc::new(move |more| {
            if more > 0 {
                count.set(count.get() + more);
                changed(count.get());
            }
        });

        let blocked = add.clone();
        let violations =
            EventListener::new(&document, "securitypolicyviolation", move |_| blocked(1));
        let foreign = move |entries: Array| {
            let name = |entry: JsValue| entry.unchecked_into::<PerformanceEntry>().name();
            entries
                .iter()
                .filter(|entry| is_elsewhere(&name(entry.clone()), &own))
                .count()
        };
        // What was requested before; the observer reports what comes.
        if let Some(performance) = window.performance() {
            add(foreign(performance.get_entries_by_type("resource")));
        }
        let callback = Closure::<dyn FnMut(PerformanceObserverEntryList)>::new(
            move |list: PerformanceObserverEntryList| {
                add(foreign(list.get_entries_by_type("resource")));
            },
        );
        let observer = PerformanceObserver::new(callback.as_ref().unchecked_ref()).ok();
        if let Some(observer) = &observer {
            let options = PerformanceObserverInit::new(&Array::of1(&"resource".into()));
            observer.observe(&options);
        }
        Some(Watch {
            _violations: violations,
            observer,
            _callback: callback,
        })
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if let Some(observer) = &self.observer {
            observer.disconnect();
        }
    }
}

/// Whether a request for `url` leaves the origin `own`. What has no server (data, blob) does not.
fn is_elsewhere(url: &str, own: &str) -> bool {
    let network = ["http:", "https:", "ws:", "wss:"]
        .iter()
        .any(|scheme| url.starts_with(scheme));
    let rest = url.strip_prefix(own);
    network && !rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_elsewhere() {
        let own = "http://localhost:8080";
        for (url, elsewhere) in [
            ("http://localhost:8080/engine/worker.wasm", false),
            ("http://localhost:8080", false),
            ("http://localhost:80801/", true),
            ("http://localhost:8080.example/", true),
            ("https://localhost:8080/", true),
            ("wss://example/", true),
            ("data:image/png;base64,AAAA", false),
            ("blob:http://localhost:8080/1-2", false),
        ] {
            assert_eq!(is_elsewhere(url, own), elsewhere, "{url}");
        }
        assert!(!is_elsewhere("file:///some/page.js", "null"));
    }
}
