//! Firefox: how it is started, what it prints, and its log of HTTP (`MOZ_LOG`).

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::Result;
use serde_json::json;
use thirtyfour::Capabilities;

/// Where Firefox logs every request of every part of it, workers included.
pub(super) fn net_log(folder: &Path) -> PathBuf {
    folder.join("http.moz_log")
}

/// What the environment of driver and browser must say.
pub(super) fn environment(folder: &Path) -> Vec<(&'static str, OsString)> {
    vec![
        ("MOZ_HEADLESS_WIDTH", "1440".into()),
        ("MOZ_HEADLESS_HEIGHT", "900".into()),
        ("MOZ_LOG", "nsHttp:4".into()),
        ("MOZ_LOG_FILE", folder.join("http").into()),
    ]
}

/// What Firefox is asked for.
pub(super) fn capabilities(program: &Path) -> Result<Capabilities> {
    let options = json!({
        "binary": program,
        "args": ["-headless"],
        "prefs": {
            // The console goes to what the driver prints.
            "browser.dom.window.dump.enabled": true,
            "devtools.console.stdout.content": true,
            "devtools.console.stdout.chrome": false,
            // This machine is all the network there is: nothing listens on port 9.
            "network.proxy.type": 1,
            "network.proxy.http": "127.0.0.1",
            "network.proxy.http_port": 9,
            "network.proxy.ssl": "127.0.0.1",
            "network.proxy.ssl_port": 9,
            "network.proxy.no_proxies_on": "127.0.0.1",
        },
    });
    let mut capabilities = Capabilities::new();
    capabilities.set("browserName", "firefox")?;
    capabilities.set("moz:firefoxOptions", options)?;
    Ok(capabilities)
}

/// The port in `… Listening on 127.0.0.1:40123`.
pub(super) fn port(line: &str) -> Option<u16> {
    let (_, address) = line.split_once("Listening on ")?;
    address.rsplit(':').next()?.trim().parse().ok()
}

/// Hosts that the browser asks by itself, for settings and lists.
const OF_THE_BROWSER: [&str; 3] = ["mozilla.com", "mozilla.net", "mozilla.org"];

/// The URLs of all requests over HTTP that pages and their workers made, in order, without repeats.
/// What workers fetch is opened by the browser for them: so its own requests are told by their
/// hosts.
pub(super) fn urls(log: &str) -> Vec<String> {
    let mut urls: Vec<String> = Vec::new();
    for line in log.lines() {
        let Some((_, url)) = line.split_once("/nsHttp uri=") else {
            continue;
        };
        let host = url.split('/').nth(2).unwrap_or_default();
        let own = OF_THE_BROWSER.iter().any(|name| host.ends_with(name));
        if !own && !urls.iter().any(|known| known == url) {
            urls.push(url.to_owned());
        }
    }
    urls
}

/// What pages wrote to the console, `LEVEL message` each, as Chromium's driver says it.
pub(super) fn console(lines: &[String]) -> Vec<String> {
    let levels = [
        ("console.error: ", "SEVERE"),
        ("JavaScript error: ", "SEVERE"),
        ("console.warn: ", "WARNING"),
        ("JavaScript warning: ", "WARNING"),
        ("console.log: ", "INFO"),
        ("console.info: ", "INFO"),
    ];
    let told = lines.iter().filter_map(|line| {
        let (level, message) = levels
            .iter()
            .find_map(|(start, level)| Some((level, line.strip_prefix(start)?)))?;
        // The browser's own code complains, too.
        let own = ["chrome://", "resource://", "moz-extension://"];
        let own = own.iter().any(|scheme| message.starts_with(scheme));
        (!own).then(|| format!("{level} {message}"))
    });
    told.collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn finds_the_port() {
        let line = "1700000000000\tgeckodriver\tINFO\tListening on 127.0.0.1:40123";
        assert_eq!(super::port(line), Some(40123));
    }

    #[test]
    fn lists_requests_of_pages_once() {
        let log = "[Parent 1: Main Thread]: E/nsHttp uri=https://settings.mozilla.com/v1\n\
            [Parent 1: Main Thread]: E/nsHttp uri=http://a/b?c=d,e\n\
            [Parent 1: Main Thread]: D/nsHttp uri=http://a/b?c=d,e\n\
            [Parent 1: Main Thread]: D/nsHttp something else\n";
        assert_eq!(super::urls(log), ["http://a/b?c=d,e"]);
    }

    #[test]
    fn tells_complaints_of_pages_from_those_of_the_browser() {
        let lines = [
            "JavaScript error: http://a/x.js, line 3: TypeError: y is undefined",
            "JavaScript error: resource://gre/modules/Z.sys.mjs, line 1: Error",
            "1700\tMarionette\tINFO\tlistening",
            "console.warn: \"careful\"",
        ];
        assert_eq!(
            super::console(&lines.map(str::to_owned)),
            [
                "SEVERE http://a/x.js, line 3: TypeError: y is undefined",
                "WARNING \"careful\"",
            ]
        );
    }
}
