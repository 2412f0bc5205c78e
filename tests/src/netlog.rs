//! Chromium's log of its network stack (`--log-net-log`).

use serde_json::Value;

/// The URLs of all requests that went to the network or would have, in order, without repeats.
/// `blob:`, `data:` and the browser's inner pages never appear in the log.
pub(crate) fn urls(log: &str) -> Vec<String> {
    let mut urls: Vec<String> = Vec::new();
    // The log is one JSON document with an event to a line, which holds even when the browser
    // was ended before it could close the document.
    for line in log.lines() {
        let Ok(event) = serde_json::from_str::<Value>(line.trim().trim_end_matches(',')) else {
            continue;
        };
        let Some(url) = event.pointer("/params/url").and_then(Value::as_str) else {
            continue;
        };
        let network = ["http:", "https:", "ws:", "wss:"]
            .iter()
            .any(|scheme| url.starts_with(scheme));
        if network && !urls.iter().any(|known| known == url) {
            urls.push(url.to_owned());
        }
    }
    urls
}

#[cfg(test)]
mod tests {
    #[test]
    fn lists_requests_to_the_network_once() {
        let log = concat!(
            "{\"constants\": {},\n\"events\": [\n",
            "{\"params\":{\"url\":\"http://127.0.0.1:1/\"},\"type\":1},\n",
            "{\"params\":{\"url\":\"http://127.0.0.1:1/\"},\"type\":2},\n",
            "{\"params\":{\"url\":\"data:,x\"},\"type\":1},\n",
            "{\"params\":{\"net_error\":-3},\"type\":1},\n",
            "{\"type\":1},\n",
            "{\"params\":{\"url\":\"https://elsewhere.test/x\"},\"type\":1},\n",
        );
        assert_eq!(
            super::urls(log),
            ["http://127.0.0.1:1/", "https://elsewhere.test/x"]
        );
    }
}
