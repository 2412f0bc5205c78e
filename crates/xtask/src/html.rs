//! The last touch to the page that Trunk made, before Trunk moves it into place.
//!
//! The page's content security policy forbids inline scripts. The script with which `trunk serve`
//! reloads the page is one; Trunk gives it a nonce, and `index.html` lists that nonce. In a page
//! without that script nobody needs the nonce: it is taken out of the policy, which then allows
//! scripts of the page's own origin alone.

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use lexopt::Parser;

use crate::files;

/// Trunk's placeholder for a nonce, which its server replaces in each answer.
const NONCE: &str = "{{__TRUNK NONCE__}}";

/// `cargo xtask html`.
pub fn run(arguments: &mut Parser) -> Result<()> {
    crate::no_options(arguments)?;
    let staging = std::env::var_os("TRUNK_STAGING_DIR")
        .context("this command is for Trunk, which says where the page is")?;
    let path = PathBuf::from(staging).join("index.html");
    let html = std::fs::read_to_string(&path).with_context(|| files::cannot("read", &path))?;
    files::write_if_changed(&path, finish(&html)?.as_bytes())?;
    Ok(())
}

/// Takes the nonce out of the policy where no script bears it.
fn finish(html: &str) -> Result<String> {
    ensure!(
        html.contains("http-equiv=\"Content-Security-Policy\""),
        "index.html has no content security policy"
    );
    if html.contains(&format!("<script nonce=\"{NONCE}\"")) {
        return Ok(html.to_owned());
    }
    let html = html.replace(&format!(" 'nonce-{NONCE}'"), "");
    ensure!(!html.contains(NONCE), "a nonce is left in index.html");
    let inline = html.split("<script").skip(1).any(|script| {
        let attributes = script.split('>').next().unwrap_or_default();
        !attributes.contains("src=")
    });
    ensure!(
        !inline,
        "index.html has an inline script, which its policy forbids"
    );
    Ok(html)
}

#[cfg(test)]
mod tests {
    use super::*;

    const META: &str = "<meta http-equiv=\"Content-Security-Policy\" \
        content=\"script-src 'self' 'nonce-{{__TRUNK NONCE__}}'\">";

    #[test]
    fn a_built_page_has_no_nonce_and_a_reloading_one_keeps_it() {
        let built = format!("{META}<script type=\"module\" src=\"boot.js\"></script>");
        let finished = finish(&built).expect("finished");
        assert!(
            finished.contains("content=\"script-src 'self'\""),
            "{finished}"
        );
        assert_eq!(finish(&finished).expect("finished"), finished);

        let reloading = format!("{built}<script nonce=\"{NONCE}\">reload()</script>");
        assert_eq!(finish(&reloading).expect("finished"), reloading);
    }

    #[test]
    fn refuses_pages_that_their_policy_would_break() {
        let text = |html: &str| finish(html).expect_err("refused").to_string();
        assert!(text("<p>").contains("no content security policy"));
        assert!(text(&format!("{META}<script>x()</script>")).contains("inline script"));
    }
}
