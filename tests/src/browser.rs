//! The browser and its driver as processes. What differs between browsers is in this file.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::memory;
use anyhow::{Context, Result};
use thirtyfour::{ChromeCapabilities, ChromiumLikeCapabilities, LoggingPrefsLogLevel, WebDriver};

/// A running browser with a fresh profile, and the server that drives it.
pub struct Browser {
    pub(crate) driver: WebDriver,
    process: Driver,
    profile: tempfile::TempDir,
}

impl Browser {
    /// Starts both: the programs that `SEMBLANCE_CHROMIUM` and `SEMBLANCE_CHROMEDRIVER` name.
    ///
    /// # Errors
    /// One of them can't be run.
    pub async fn start() -> Result<Self> {
        let profile = tempfile::tempdir().context("no folder for the browser's profile")?;
        let process = Driver::start(&program("SEMBLANCE_CHROMEDRIVER")?)?;
        let capabilities = chromium(&program("SEMBLANCE_CHROMIUM")?, profile.path())?;
        let url = format!("http://127.0.0.1:{}", process.port);
        let driver = WebDriver::new(url, capabilities)
            .await
            .context("the browser doesn't start")?;
        Ok(Self {
            driver,
            process,
            profile,
        })
    }

    /// WebDriver itself.
    #[must_use]
    pub fn driver(&self) -> &WebDriver {
        &self.driver
    }

    /// The most memory that any page's process has had in RAM, with all its workers, in bytes.
    ///
    /// # Errors
    /// The system doesn't tell (it must have a Linux `/proc`).
    pub fn peak_memory(&self) -> Result<u64> {
        memory::peak_of_pages(self.process.child.id())
    }

    /// Ends the browser in good order and returns its log of network requests, which is whole
    /// only then.
    ///
    /// # Errors
    /// The browser doesn't end, or left no log.
    pub async fn quit(self) -> Result<String> {
        self.driver
            .quit()
            .await
            .context("the browser doesn't end")?;
        drop(self.process);
        let path = net_log(self.profile.path());
        std::fs::read_to_string(path).context("the browser left no log of its requests")
    }
}

/// Where Chromium logs every request of every part of it, workers included.
fn net_log(profile: &Path) -> PathBuf {
    profile.join("net-log.json")
}

/// What Chromium is asked for.
fn chromium(program: &Path, profile: &Path) -> Result<ChromeCapabilities> {
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

/// A program by the variable that names it.
fn program(variable: &str) -> Result<PathBuf> {
    crate::visit::from_environment(variable)
}

/// The driver's process; ends with its browsers when dropped, also when a test panics.
struct Driver {
    child: Child,
    port: u16,
}

impl Driver {
    /// Starts it. It looks for a port of which it then needs two kinds, and ends when another
    /// program has taken one of them meanwhile: it is started again then.
    fn start(program: &Path) -> Result<Self> {
        const TIMES: usize = 3;
        let mut started = Self::start_once(program);
        for _ in 1..TIMES {
            if started.is_ok() {
                break;
            }
            started = Self::start_once(program);
        }
        started
    }

    fn start_once(program: &Path) -> Result<Self> {
        let mut child = Command::new(program)
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            // The browser inherits the group, so that both can be ended together.
            .process_group(0)
            .spawn()
            .with_context(|| format!("can't run {}", program.display()))?;
        let output = child.stdout.take().context("the driver has no output")?;
        let mut lines = BufReader::new(output).lines();
        let port = loop {
            let line = lines.next().context("the driver ended at once")??;
            if let Some(port) = port(&line) {
                break port;
            }
        };
        Ok(Self { child, port })
    }
}

/// The port in `ChromeDriver was started successfully on port 12345.`
fn port(line: &str) -> Option<u16> {
    let (_, rest) = line.split_once("successfully on port ")?;
    rest.trim_end_matches('.').parse().ok()
}

impl Drop for Driver {
    fn drop(&mut self) {
        let group = format!("-{}", self.child.id());
        let kill = |signal: &str| Command::new("kill").args([signal, "--", &group]).output();
        // The driver ends its browser in good order when it is asked to end itself.
        let _ = kill("-TERM");
        for _ in 0..100 {
            if let Ok(Some(_)) = self.child.try_wait() {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        let _ = kill("-KILL");
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn finds_the_port() {
        let line = "ChromeDriver was started successfully on port 40123.";
        assert_eq!(super::port(line), Some(40123));
        assert_eq!(super::port("Starting ChromeDriver 1.2.3 on port 0"), None);
    }
}
