//! Chromium: how it is started, and its log of its network stack (`--log-net-log`).

use std::path::{Path, PathBuf};

use anyhow::Result;
use serde_json::Value;
use thirtyfour::{ChromeCapabilities, ChromiumLikeCapabilities, LoggingPrefsLogLevel};

/// Where Chromium logs every request of every part of it, workers included.
pub(super) fn net_log(profile: &Path) -> PathBuf {
    profile.join("net-log.json")
}

/// What Chromium is asked for.
pub(super) fn capabilities(program: &Path, profile: &Path) -> Result<ChromeCapabilities> {
    let mut capabilities = ChromeCapabilities::new();
    capabilities.set_binary(&program.to_string_lossy())?;
    for argument in [
        "--headless=new",
        // Containers run the tests as root, where the sandbox can't work.
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        // WebGL without a graphics card, which the browser otherwise remarks upon.
        "--enable-unsafe-swiftshader",
        // This machine is all the network there is.
        "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
        // Less traffic of the browser's own.
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-default-apps",
        "--disable-features=AutofillServerCommunication,OptimizationHints,MediaRouter,Translate",
        "--window-size=1440,900",
    ] {
        capabilities.add_arg(argument)?;
    }
    capabilities.add_arg(&format!("--user-data-dir={}", profile.display()))?;
    capabilities.add_arg(&format!("--log-net-log={}", net_log(profile).display()))?;
    // Otherwise the browser opens its maker's start page first.
    let start = serde_json::json!({
        "session": { "restore_on_startup": 4, "startup_urls": ["about:blank"] },
        "homepage": "about:blank",
        "homepage_is_newtabpage": false,
    });
    capabilities.add_experimental_option("prefs", start)?;
    capabilities.set_browser_log_level(LoggingPrefsLogLevel::All)?;
    Ok(capabilities)
}

/// The port in `ChromeDriver was started successfully on port 12345.`
pub(super) fn port(line: &str) -> Option<u16> {
    let (_, rest) = line.split_once("successfully on port ")?;
    rest.trim_end_matches('.').parse().ok()
}

/// The URLs of all requests that pages and their workers made of the network, in order, without
/// repeats. `blob:` and `data:` need no network and don't appear.
///
/// The browser makes requests of its own (updates, sign-in, the time): no page is their
/// initiator, and no page is being opened.
pub(super) fn urls(log: &str) -> Vec<String> {
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
    fn finds_the_port() {
        let line = "ChromeDriver was started successfully on port 40123.";
        assert_eq!(super::port(line), Some(40123));
        assert_eq!(super::port("Starting ChromeDriver 1.2.3 on port 0"), None);
    }

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
