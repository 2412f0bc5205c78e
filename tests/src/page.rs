//! The page as a test sees it.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use semblance_serve::Server;
use serde_json::{Value, json};
use thirtyfour::{WebDriver, WebElement};

use crate::browser::{Browser, Console};
use crate::roles;

/// How long to wait for something that should happen: long, since two cores may be shared.
const PATIENCE: Duration = Duration::from_secs(60);

/// How often to look.
const PAUSE: Duration = Duration::from_millis(50);

/// What browsers remark on machines: those without a graphics card, and those that are so busy
/// that a font comes long before the style sheet that uses it; and what Firefox's own settings say
/// of a machine without a network.
const NOT_OF_THE_PAGE: [&str; 5] = [
    "Failed to create WebGL context",
    "GL Driver Message",
    "software WebGL",
    "RSLoader",
    "was preloaded using link preload but not used within a few seconds",
];

/// The colour scheme that the system is made to prefer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// Dark text on light.
    Light,
    /// Light text on dark.
    Dark,
}

/// A browser's window, and the server of the site it visits.
pub struct Page {
    driver: WebDriver,
    console: Console,
    server: Server,
    address: String,
}

impl Page {
    pub(crate) fn new(browser: &Browser, server: Server, address: String) -> Self {
        Self {
            driver: browser.driver.clone(),
            console: browser.console.clone(),
            server,
            address,
        }
    }

    /// The page's address.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn into_server(self) -> Server {
        self.server
    }

    /// WebDriver itself, for what has no method here.
    #[must_use]
    pub fn driver(&self) -> &WebDriver {
        &self.driver
    }

    /// The server: its log, and the faults it is to make.
    #[must_use]
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// Opens the site.
    ///
    /// # Errors
    /// The browser can't.
    pub async fn open(&self) -> Result<()> {
        Ok(self.driver.goto(&self.address).await?)
    }

    /// Runs JavaScript with `arguments`; its `return` is the result, promises are waited for.
    ///
    /// # Errors
    /// The script threw.
    pub async fn run(&self, script: &str, arguments: Vec<Value>) -> Result<Value> {
        let result = self.driver.execute(script, arguments).await?;
        Ok(result.json().clone())
    }

    /// Waits until a JavaScript expression is true.
    ///
    /// # Errors
    /// It isn't within a minute; the message begins with `what` was waited for.
    pub async fn wait_for(&self, what: &str, expression: &str) -> Result<()> {
        let script = format!("return Boolean({expression});");
        self.until(what, async || {
            let holds = self.run(&script, Vec::new()).await?;
            Ok((holds == Value::Bool(true)).then_some(()))
        })
        .await
    }

    /// Looks again and again until `look` finds something.
    ///
    /// # Errors
    /// It doesn't within a minute, or looking failed.
    pub async fn until<T>(
        &self,
        what: &str,
        mut look: impl AsyncFnMut() -> Result<Option<T>>,
    ) -> Result<T> {
        let start = Instant::now();
        loop {
            if let Some(found) = look().await? {
                return Ok(found);
            }
            if start.elapsed() > PATIENCE {
                bail!("waited {} s in vain: {what}", PATIENCE.as_secs());
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Waits for the one element of that role (`button`, `table` …) and accessible name.
    ///
    /// # Errors
    /// There is none within a minute, or more than one.
    pub async fn by_role(&self, role: &str, name: &str) -> Result<WebElement> {
        let what = format!("{role} “{name}”");
        self.until(&what, async || {
            let found = roles::find(self, role, Some(name)).await?;
            ensure!(found.len() <= 1, "more than one {what}");
            Ok(found.into_iter().next())
        })
        .await
    }

    /// All displayed elements of a role, with their accessible names.
    ///
    /// # Errors
    /// The browser can't.
    pub async fn all_by_role(&self, role: &str) -> Result<Vec<(String, WebElement)>> {
        let mut named = Vec::new();
        for element in roles::find(self, role, None).await? {
            let name = roles::computed(self, &element, "computedlabel").await?;
            named.push((name, element));
        }
        Ok(named)
    }

    /// Whether an element of that role and name is shown right now.
    ///
    /// # Errors
    /// The browser can't.
    pub async fn shows(&self, role: &str, name: &str) -> Result<bool> {
        Ok(!roles::find(self, role, Some(name)).await?.is_empty())
    }

    /// What was written to the console since the last time, `LEVEL message` each.
    ///
    /// # Errors
    /// The browser keeps no log.
    pub async fn console(&self) -> Result<Vec<String>> {
        self.console.take().await
    }

    /// Errors and warnings written to the console since the last time.
    ///
    /// # Errors
    /// The browser keeps no log.
    pub async fn complaints(&self) -> Result<Vec<String>> {
        let mut lines = self.console().await?;
        lines.retain(|line| {
            let complaint = line.starts_with("SEVERE") || line.starts_with("WARNING");
            complaint && !NOT_OF_THE_PAGE.iter().any(|words| line.contains(words))
        });
        Ok(lines)
    }

    /// Holds when nothing was complained of since the last time.
    ///
    /// # Errors
    /// There were complaints; the message has them all.
    pub async fn no_errors(&self) -> Result<()> {
        let complaints = self.complaints().await?;
        ensure!(complaints.is_empty(), "console:\n{}", complaints.join("\n"));
        Ok(())
    }

    /// Makes the visible part of the page this large, in CSS pixels, at this many device pixels
    /// to each.
    ///
    /// # Errors
    /// The browser can't.
    pub async fn resize(&self, width: u32, height: u32, ratio: f64) -> Result<()> {
        let size = json!({
            "width": width,
            "height": height,
            "deviceScaleFactor": ratio,
            "mobile": false,
        });
        self.devtools("Emulation.setDeviceMetricsOverride", size)
            .await
    }

    /// Makes the system prefer a colour scheme.
    ///
    /// # Errors
    /// The browser can't.
    pub async fn prefer(&self, scheme: Scheme) -> Result<()> {
        let value = match scheme {
            Scheme::Light => "light",
            Scheme::Dark => "dark",
        };
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": value }] });
        self.devtools("Emulation.setEmulatedMedia", media).await
    }

    /// Takes the browser off the network, or puts it back; the page's workers too.
    ///
    /// # Errors
    /// The browser can't.
    pub async fn offline(&self, offline: bool) -> Result<()> {
        let conditions = json!({
            "offline": offline,
            "latency": 0,
            "downloadThroughput": -1,
            "uploadThroughput": -1,
        });
        self.devtools("Network.enable", json!({})).await?;
        self.devtools("Network.emulateNetworkConditions", conditions)
            .await
    }

    /// A command of Chromium's DevTools protocol.
    ///
    /// # Errors
    /// The browser refuses, or isn't Chromium.
    pub async fn devtools(&self, method: &str, parameters: Value) -> Result<()> {
        self.driver
            .cdp()
            .send_raw(method, parameters)
            .await
            .with_context(|| method.to_owned())?;
        Ok(())
    }

    /// Writes a picture of the visible part to a PNG file.
    ///
    /// # Errors
    /// The browser can't, or the file can't be written.
    pub async fn screenshot(&self, path: &Path) -> Result<()> {
        Ok(self.driver.screenshot(path).await?)
    }
}
