//! Chromium's log of its network stack (`--log-net-log`).

use serde_json::Value;

/// The URLs of all requests that pages and their workers made of the network, in order, without
/// repeats. `blob:` and `data:` need no network and don't appear.
///
/// The browser makes requests of its own (updates, sign-in, the time): no page is their
/// initiator, and no page is being opened.
pub(crate) fn urls(log: &str) -> Vec<String> {
    let mut urls: Vec<String> = Vec::new();
    // The log is one JSON document with an event to a line, which holds even when the browser
    // was ended before it could close the document.
    for line in log.lines() {
        let Ok(event) = serde_json::from_str::<Value>(line.trim().trim_end_matches(',')) else {
            continue;
        };
        let parameter = |name: &str| event["params"][name].as_str();
        let (Some(url), Some(initiator)) = (parameter("url"), parameter("initiator")) else {
            continue;
        };
        let own = initiator == "not an origin" && parameter("request_type") == Some("other");
        let schemes = ["http:", "https:", "ws:", "wss:"];
        let network = schemes.iter().any(|scheme| url.starts_with(scheme));
        if network && !own && !urls.iter().any(|known| known == url) {
            urls.push(url.to_owned());
        }
    }
    urls
}

#[cfg(test)]
mod tests {
    #[test]
    fn lists_requests_of_pages_to_the_network_once() {
        let event = |url: &str, initiator: &str, kind: &str| {
            let params = serde_json::json!({
                "url": url,
                "initiator": initiator,
                "request_type": kind,
            });
            format!("{{\"params\":{params},\"type\":1}},\n")
        };
        let (page, nobody) = ("http://127.0.0.1:1", "not an origin");
        let log = [
            "{\"constants\": {},\n\"events\": [\n".to_owned(),
            event("http://127.0.0.1:1/", nobody, "main frame"),
            event("http://127.0.0.1:1/a.js", page, "other"),
            event("http://127.0.0.1:1/a.js", page, "other"),
            event("data:,x", page, "other"),
            event("https://browser.test/update", nobody, "other"),
            "{\"params\":{\"net_error\":-3},\"type\":1},\n{\"type\":1},\n".to_owned(),
            event("https://elsewhere.test/x", page, "other"),
            event("https://elsewhere.test/y", nobody, "main frame"),
        ];
        let expected = [
            "http://127.0.0.1:1/",
            "http://127.0.0.1:1/a.js",
            "https://elsewhere.test/x",
            "https://elsewhere.test/y",
        ];
        assert_eq!(super::urls(&log.concat()), expected);
    }
}
