//! The last touch to the page that Trunk made, before Trunk moves it into place.
//!
//! The page's content security policy forbids inline scripts, except those that it names. One says
//! why the page does not start: its hash is written into the policy here, where its last word is
//! known. The other is the one with which `trunk serve` reloads the page; Trunk gives it a nonce,
//! and `index.html` lists that nonce. In a page without that script nobody needs the nonce: it is
//! taken out of the policy.
//!
//! The parts of the program that are fetched when they are needed are put beside it, and the script
//! that starts the program is told where. Last of all the service worker gets the list of files.

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use lexopt::Parser;
use sha2::{Digest, Sha256};

use crate::{files, offline, parts};

/// Trunk's placeholder for a nonce, which its server replaces in each answer.
const NONCE: &str = "{{__TRUNK NONCE__}}";

/// `cargo xtask html`.
pub fn run(arguments: &mut Parser) -> Result<()> {
    crate::no_options(arguments)?;
    let staging = std::env::var_os("TRUNK_STAGING_DIR")
        .context("this command is for Trunk, which says where the page is")?;
    let staging = PathBuf::from(staging);
    let profile = std::env::var("TRUNK_PROFILE").unwrap_or_else(|_| "release".into());
    let parts = parts::publish(&parts::made(&profile), &staging)?;
    let path = staging.join("index.html");
    let html = std::fs::read_to_string(&path).with_context(|| files::cannot("read", &path))?;
    let html = with_parts(&html, &serde_json::to_string(&parts)?)?;
    let html = finish(&html)?;
    files::write_if_changed(&path, html.as_bytes())?;
    if html.contains(NONCE) {
        // `trunk serve` goes on to change it.
        return Ok(());
    }
    offline::stamp(&staging)
}

/// How the element that names the program goes on.
pub(crate) const PROGRAM: &str = " data-wasm=";

/// The attribute that names the parts.
const PARTS: &str = " data-parts=";

/// Tells the script that starts the program where its parts are.
fn with_parts(html: &str, parts: &str) -> Result<String> {
    ensure!(
        html.contains(PROGRAM),
        "index.html has no script with{PROGRAM}…"
    );
    // They are there already when the page has been through here before.
    if html.contains(PARTS) {
        return Ok(html.to_owned());
    }
    Ok(html.replacen(PROGRAM, &format!("{PARTS}'{parts}'{PROGRAM}"), 1))
}

/// Where the policy says which scripts may run.
const SCRIPTS: &str = "script-src 'self'";

/// Names the inline scripts in the policy, and takes the nonce out where no script bears it.
fn finish(html: &str) -> Result<String> {
    ensure!(
        html.contains("http-equiv=\"Content-Security-Policy\""),
        "index.html has no content security policy"
    );
    let mut html = html.to_owned();
    if !html.contains(&format!("<script nonce=\"{NONCE}\"")) {
        html = html.replace(&format!(" 'nonce-{NONCE}'"), "");
        ensure!(!html.contains(NONCE), "a nonce is left in index.html");
    }
    let sources: Vec<String> = inline_scripts(&html).map(source).collect();
    for source in sources {
        // It is there already when the page has been through here before.
        if html.contains(&source) {
            continue;
        }
        ensure!(
            html.contains(SCRIPTS),
            "the policy in index.html has no “{SCRIPTS}” to which the inline script could be added"
        );
        html = html.replacen(SCRIPTS, &format!("{SCRIPTS} {source}"), 1);
    }
    Ok(html)
}

/// What stands in the scripts that have neither an address nor a nonce.
fn inline_scripts(html: &str) -> impl Iterator<Item = &str> {
    html.split("<script").skip(1).filter_map(|script| {
        let (attributes, rest) = script.split_once('>')?;
        let inline = !attributes.contains("src=") && !attributes.contains("nonce=");
        let (content, _) = rest.split_once("</script>")?;
        inline.then_some(content)
    })
}

/// A script as a policy names it, by its hash.
pub(crate) fn source(script: &str) -> String {
    // A browser hashes what it parsed, and parsing makes every line end in a line feed.
    let script = script.replace("\r\n", "\n");
    format!("'sha256-{}'", base64(&Sha256::digest(script)))
}

/// Base64 with padding.
pub(crate) fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |index: usize| u32::from(chunk.get(index).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for digit in 0..4 {
            let value = bits >> (18 - 6 * digit) & 63;
            // Three bytes fill four digits, two fill three, and one fills two.
            let filled = digit <= chunk.len();
            text.push(if filled {
                char::from(DIGITS[value as usize])
            } else {
                '='
            });
        }
    }
    text
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
    fn inline_scripts_are_named_by_their_hash_once() {
        // The hash is of `openssl dgst -sha256 -binary | base64` over the text between the tags.
        let named =
            "script-src 'self' 'sha256-D6IGS8VMvCoyaR/l0h9tERrBTATY01CoPS7l6xDv0kI=' 'nonce-";
        let page = format!("{META}<script>x()</script><script src=\"boot.js\"></script>");
        let finished = finish(&page).expect("finished");
        assert_eq!(finish(&finished).expect("finished"), finished);

        let reloading = format!("{page}<script nonce=\"{NONCE}\">reload()</script>");
        let reloading = finish(&reloading).expect("finished");
        assert!(reloading.contains(named), "{reloading}");
        assert_eq!(reloading.matches("sha256-").count(), 1);
        assert_eq!(source("a\r\nb"), source("a\nb"));
    }

    #[test]
    fn the_script_that_starts_the_program_knows_its_parts() {
        let page = "<script data-js=\"a.js\" data-wasm=\"a.wasm\"></script>";
        let told = "<script data-js=\"a.js\" data-parts='{}' data-wasm=\"a.wasm\"></script>";
        assert_eq!(with_parts(page, "{}").expect("told"), told);
        assert_eq!(with_parts(told, "{}").expect("told"), told);
        assert!(with_parts("<p>", "{}").is_err());
    }

    #[test]
    fn base64_agrees_with_the_standard() {
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("\u{7f}\u{2fff}", "f+K/vw=="),
        ] {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
    }

    #[test]
    fn refuses_pages_without_a_policy_to_add_to() {
        let text = |html: &str| finish(html).expect_err("refused").to_string();
        assert!(text("<p>").contains("no content security policy"));
        let without = META.replace("'self'", "'none'");
        assert!(text(&format!("{without}<script>x()</script>")).contains("inline script"));
    }
}
