//! The browser and its driver as processes. What differs between browsers is in this folder.

mod chromium;
mod firefox;
mod process;
mod webkit;

use std::path::PathBuf;
use std::process::Command;

use crate::memory;
use anyhow::{Context, Result};
use process::{Port, Process};
use thirtyfour::WebDriver;

/// Which browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Chromium: `SEMBLANCE_CHROMIUM` and `SEMBLANCE_CHROMEDRIVER`.
    Chromium,
    /// Firefox: `SEMBLANCE_FIREFOX` and `SEMBLANCE_GECKODRIVER`.
    Firefox,
    /// The browser that comes with WebKitGTK, on a screen that isn't there:
    /// `SEMBLANCE_WEBKITDRIVER` and `SEMBLANCE_XVFB_RUN`. It tells neither its requests nor
    /// what pages write to the console.
    WebKit,
}

/// A running browser with a fresh profile, and the server that drives it.
pub struct Browser {
    pub(crate) driver: WebDriver,
    pub(crate) console: Console,
    kind: Kind,
    process: Process,
    folder: tempfile::TempDir,
}

impl Browser {
    /// Starts both: the programs that the environment names.
    ///
    /// # Errors
    /// One of them can't be run.
    pub async fn start(kind: Kind) -> Result<Self> {
        let folder = tempfile::tempdir().context("no folder for the browser's profile")?;
        let (process, capabilities) = match kind {
            Kind::Chromium => {
                let driver = program("SEMBLANCE_CHROMEDRIVER")?;
                let chromium = program("SEMBLANCE_CHROMIUM")?;
                (
                    Process::start(|| Command::new(&driver), Port::Said(chromium::port))?,
                    chromium::capabilities(&chromium, folder.path())?.into(),
                )
            }
            Kind::Firefox => {
                let driver = program("SEMBLANCE_GECKODRIVER")?;
                let start = || {
                    let mut command = Command::new(&driver);
                    command.envs(firefox::environment(folder.path()));
                    command
                };
                (
                    Process::start(start, Port::Said(firefox::port))?,
                    firefox::capabilities(&program("SEMBLANCE_FIREFOX")?)?,
                )
            }
            Kind::WebKit => {
                let (screen, driver) = (
                    program("SEMBLANCE_XVFB_RUN")?,
                    program("SEMBLANCE_WEBKITDRIVER")?,
                );
                let start = || {
                    let mut command = Command::new(&screen);
                    command.arg("--auto-servernum").arg(&driver);
                    command.envs(webkit::environment());
                    command
                };
                (Process::start(start, Port::Given)?, webkit::capabilities()?)
            }
        };
        let url = format!("http://127.0.0.1:{}", process.port);
        let driver = WebDriver::new(url, capabilities)
            .await
            .context("the browser doesn't start")?;
        let console = match kind {
            Kind::Chromium => Console::Asked(driver.clone()),
            Kind::Firefox => Console::Printed(process.lines.clone()),
            Kind::WebKit => Console::Untold,
        };
        Ok(Self {
            driver,
            console,
            kind,
            process,
            folder,
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
        memory::peak_of_pages(self.process.id())
    }

    /// Ends the browser in good order and returns the URLs of all requests that pages and their
    /// workers made of the network, in order, without repeats: its log is whole only then. None of
    /// a browser that keeps no log.
    ///
    /// # Errors
    /// The browser doesn't end, or left no log.
    pub async fn quit(self) -> Result<Vec<String>> {
        self.driver
            .quit()
            .await
            .context("the browser doesn't end")?;
        drop(self.process);
        let (log, urls): (_, fn(&str) -> Vec<String>) = match self.kind {
            Kind::WebKit => return Ok(Vec::new()),
            Kind::Chromium => (chromium::net_log(self.folder.path()), chromium::urls),
            Kind::Firefox => (firefox::net_log(self.folder.path()), firefox::urls),
        };
        let log = std::fs::read(log).context("the browser left no log of its requests")?;
        Ok(urls(&String::from_utf8_lossy(&log)))
    }
}

/// What pages write to the console.
#[derive(Clone)]
pub(crate) enum Console {
    /// The driver keeps it.
    Asked(WebDriver),
    /// The browser prints it, by way of the driver.
    Printed(process::Lines),
    /// Nobody tells.
    Untold,
}

impl Console {
    /// What was written since the last time, `LEVEL message` each.
    pub(crate) async fn take(&self) -> Result<Vec<String>> {
        match self {
            Console::Asked(driver) => {
                let entries = driver.browser_log().await?.into_iter();
                let lines = entries.map(|entry| format!("{} {}", entry.level, entry.message));
                Ok(lines.collect())
            }
            Console::Printed(lines) => Ok(firefox::console(&lines.take())),
            Console::Untold => Ok(Vec::new()),
        }
    }
}

/// A program by the variable that names it.
fn program(variable: &str) -> Result<PathBuf> {
    crate::visit::from_environment(variable)
}
