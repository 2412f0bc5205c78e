//! A browser on the page of the benchmarks.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use semblance_serve::{Options, Server};
use semblance_tests::{Browser, Kind};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// How often to look whether a step is done: seldom, since looking takes time from it.
const PAUSE: Duration = Duration::from_millis(500);

/// A browser with a fresh profile, on a page that is isolated from other origins, as threads and a
/// fine clock demand.
pub struct Stage {
    browser: Browser,
    server: Server,
}

impl Stage {
    /// Serves `folder` and opens the page.
    pub async fn open(folder: &Path) -> Result<Self> {
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let server = Server::start(Options {
            headers: vec![
                header("cross-origin-opener-policy", "same-origin"),
                header("cross-origin-embedder-policy", "require-corp"),
            ],
            ..Options::new(folder)
        })?;
        let stage = Self {
            browser: Browser::start(Kind::Chromium).await?,
            server,
        };
        stage.reload().await?;
        Ok(stage)
    }

    /// Opens the page anew, in the same profile.
    pub async fn reload(&self) -> Result<()> {
        let url = format!("{}page/", self.server.url());
        Ok(self.browser.driver().goto(url).await?)
    }

    /// The server, for its log.
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// The browser.
    pub fn browser(&self) -> &Browser {
        &self.browser
    }

    /// Runs a step of a suite in the page and returns its result.
    pub async fn step<T: DeserializeOwned>(
        &self,
        suite: &str,
        step: &str,
        options: Value,
    ) -> Result<T> {
        let driver = self.browser.driver();
        let begin = "const [suite, step, options] = arguments;
            window.job = undefined;
            const begun = setInterval(() => {
              if (!window.bench) return;
              clearInterval(begun);
              bench(suite, step, options).then(
                (result) => { window.job = { result: result ?? null }; },
                (error) => { window.job = { error: String(error?.stack ?? error) }; });
            }, 10);";
        let arguments = vec![json!(suite), json!(step), options];
        driver.execute(begin, arguments).await?;
        loop {
            tokio::time::sleep(PAUSE).await;
            let job = driver.execute("return window.job ?? null;", vec![]).await?;
            let mut job = job.json().clone();
            if let Some(error) = job.get("error") {
                bail!("{suite}, {step}: {}", error.as_str().unwrap_or_default());
            }
            if let Some(result) = job.get_mut("result") {
                return serde_json::from_value(result.take())
                    .with_context(|| format!("{suite}, {step}: an answer of another form"));
            }
        }
    }

    /// Ends the browser in good order.
    pub async fn close(self) -> Result<()> {
        self.browser.quit().await.map(|_| ())
    }
}
