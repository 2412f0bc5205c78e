//! The harness of the end-to-end tests: the built site behind a server of its own, and a real
//! browser that visits it, driven over WebDriver.
//!
//! ```no_run
//! # use semblance_tests::{Site, visit};
//! # async fn test() -> anyhow::Result<()> {
//! visit(Site::under("/some/folder/"), async |page| {
//!     page.open().await?;
//!     let texts = page.by_role("textbox", "Texts").await?;
//!     texts.send_keys("Hello").await?;
//!     page.no_errors().await
//! })
//! .await
//! # }
//! ```
//!
//! `cargo xtask test` builds the site and says where things are: `SEMBLANCE_DIST`,
//! `SEMBLANCE_CHROMIUM` and the like ([`Kind`]). Without them the tests fail and say so.
//! A test that fails leaves a screenshot and what the console said in `target/browser-tests/`.

mod accessibility;
mod browser;
mod job;
mod kept;
mod memory;
mod page;
mod roles;
mod saved;
mod steps;
mod visit;

pub use accessibility::{Impact, Violation};
pub use browser::{Browser, Kind};
pub use page::{Page, Scheme};
pub use semblance_serve::{Fault, Received};
pub use visit::{Site, visit, visit_and_leave};
