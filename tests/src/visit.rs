//! One visit: a server, a browser, a test, and tidying up afterwards.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use semblance_serve::{Options, Server};
use tokio::time::timeout;

use crate::Received;
use crate::browser::{Browser, Kind};
use crate::page::Page;

/// How the site is served.
#[derive(Debug, Clone)]
pub struct Site {
    prefix: String,
    compressed: bool,
    one_file: Option<Reached>,
    browser: Kind,
}

/// How the page that is one file is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reached {
    /// As by a double click.
    AsFile,
    /// From a web server.
    OverHttp,
}

/// The name of the page that is one file.
const ONE_FILE: &str = "semblance.html";

impl Site {
    /// At the root of a host.
    #[must_use]
    pub fn root() -> Self {
        Self::under("/")
    }

    /// In a folder of a host; the name begins and ends with a slash.
    #[must_use]
    pub fn under(prefix: &str) -> Self {
        Self {
            prefix: prefix.into(),
            compressed: false,
            one_file: None,
            browser: Kind::Chromium,
        }
    }

    /// The page as one file, opened as by a double click.
    #[must_use]
    pub fn file() -> Self {
        Self {
            one_file: Some(Reached::AsFile),
            ..Self::root()
        }
    }

    /// The page as one file, from a web server.
    #[must_use]
    pub fn served_file() -> Self {
        Self {
            one_file: Some(Reached::OverHttp),
            ..Self::root()
        }
    }

    /// With the compressed copies that `cargo xtask dist` makes, where there are any.
    #[must_use]
    pub fn compressed(mut self) -> Self {
        self.compressed = true;
        self
    }

    /// Visited by Firefox.
    #[must_use]
    pub fn in_firefox(mut self) -> Self {
        self.browser = Kind::Firefox;
        self
    }

    /// Visited by WebKit, of whose requests and console nothing is known.
    #[must_use]
    pub fn in_webkit(mut self) -> Self {
        self.browser = Kind::WebKit;
        self
    }

    fn serve(&self) -> Result<Server> {
        let (root, page, command) = match self.one_file {
            None => (from_environment("SEMBLANCE_DIST")?, "index.html", "dist"),
            Some(_) => (folder_of_one_file()?, ONE_FILE, "kit"),
        };
        ensure!(
            root.join(page).is_file(),
            "there is no {page} in {}: run `cargo xtask {command}`",
            root.display()
        );
        Ok(Server::start(Options {
            prefix: self.prefix.clone(),
            compressed: self.compressed,
            ..Options::new(root)
        })?)
    }

    /// The address of the page.
    fn address(&self, server: &Server) -> Result<String> {
        Ok(match self.one_file {
            None => server.url(),
            Some(Reached::OverHttp) => server.url() + ONE_FILE,
            Some(Reached::AsFile) => {
                let path = folder_of_one_file()?.join(ONE_FILE).canonicalize()?;
                format!("file://{}", path.display())
            }
        })
    }
}

/// `cargo xtask kit` has its folder beside that of the site.
fn folder_of_one_file() -> Result<PathBuf> {
    Ok(from_environment("SEMBLANCE_DIST")?.join("../kit"))
}

/// Serves the site, starts a browser and runs `test` in it. The page is not open yet.
///
/// # Errors
/// What `test` returns, or what went wrong around it.
pub async fn visit(site: Site, test: impl AsyncFnOnce(&Page) -> Result<()>) -> Result<()> {
    visit_and_leave(site, test).await.map(|_| ())
}

/// Like [`visit`]; afterwards returns every URL that pages and their workers requested over the
/// network during the browser's whole life, and the server's log.
///
/// # Errors
/// What `test` returns, or what went wrong around it.
pub async fn visit_and_leave(
    site: Site,
    test: impl AsyncFnOnce(&Page) -> Result<()>,
) -> Result<(Vec<String>, Vec<Received>)> {
    let server = site.serve()?;
    let browser = in_time("starting the browser", Browser::start(site.browser)).await?;
    let address = site.address(&server)?;
    let page = Page::new(&browser, server, address);
    let result = in_time("the test", test(&page)).await;
    if let Err(error) = &result {
        let error = format!("{error:?}");
        let _ = timeout(LIMIT, leave_evidence(&page, &error)).await;
    }
    let server = page.into_server();
    let urls = in_time("ending the browser", browser.quit()).await;
    result?;
    Ok((urls?, server.received()))
}

/// Far more than anything takes on the slowest machine: what hangs must not take the time of all
/// other tests.
const LIMIT: Duration = Duration::from_secs(10 * 60);

async fn in_time<T>(what: &str, work: impl Future<Output = Result<T>>) -> Result<T> {
    let ended = timeout(LIMIT, work).await;
    ended.with_context(|| format!("{what} did not end within {} s", LIMIT.as_secs()))?
}

/// Keeps what helps to understand a failure; what can't be kept is no second failure.
async fn leave_evidence(page: &Page, error: &str) {
    let thread = std::thread::current();
    let name = thread.name().unwrap_or("test").replace("::", "-");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/browser-tests");
    let _ = std::fs::create_dir_all(&folder);
    let _ = page.screenshot(&folder.join(format!("{name}.png"))).await;
    let console = page.console().await.unwrap_or_default().join("\n");
    let text = format!("{error}\n\nConsole:\n{console}\n");
    let _ = std::fs::write(folder.join(format!("{name}.txt")), text);
}

/// A path that `cargo xtask test` hands down.
pub(crate) fn from_environment(variable: &str) -> Result<PathBuf> {
    let path = std::env::var_os(variable)
        .with_context(|| format!("{variable} is not set: run the tests by `cargo xtask test`"))?;
    Ok(path.into())
}
