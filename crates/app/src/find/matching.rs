//! Which texts match words or a regular expression. The browser's own expressions do the work: they
//! know every alphabet, and cost the page no code.

use crate::session::timing;
use crate::state::results::Results;
use gloo::timers::future::TimeoutFuture;
use js_sys::{Array, Function, Reflect, global};
use wasm_bindgen::{JsCast, JsValue};

/// Longest stretch of work without a break, in milliseconds.
const SLICE: f64 = 12.0;
/// Texts between two looks at the clock.
const STRIDE: usize = 32;

/// A pattern for texts that hold all of these words, in any order, at any place.
pub fn all_words(words: &str) -> String {
    // Lazy, so that a text of megabytes needs no stack.
    let one = |word: &str| format!("(?=[^]*?{})", escaped(word));
    let all: String = words.split_whitespace().map(one).collect();
    format!("^{all}")
}

/// The word with each character that means something in a pattern made to mean itself. No others:
/// patterns with the flag `u` refuse that.
fn escaped(word: &str) -> String {
    let mut pattern = String::with_capacity(word.len() + 4);
    for character in word.chars() {
        if r"^$\.*+?()[]{}|/".contains(character) {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern
}

/// A regular expression of the browser's, which ignores case.
pub struct Pattern {
    expression: JsValue,
    test: Function,
}

impl Pattern {
    /// Reads a pattern as Unicode, and where it can't be read that way in the older, laxer manner.
    ///
    /// # Errors
    /// What the browser says of a pattern that it can't read.
    pub fn new(pattern: &str) -> Result<Self, String> {
        Self::with(pattern, "iu").or_else(|_| Self::with(pattern, "i"))
    }

    fn with(pattern: &str, flags: &str) -> Result<Self, String> {
        let make = || {
            let kind: Function = Reflect::get(&global(), &"RegExp".into())?.dyn_into()?;
            let arguments = Array::of2(&pattern.into(), &flags.into());
            let expression = Reflect::construct(&kind, &arguments)?;
            let test = Reflect::get(&expression, &"test".into())?.dyn_into()?;
            Ok(Pattern { expression, test })
        };
        make().map_err(said)
    }

    /// Whether it matches somewhere in the text.
    ///
    /// # Errors
    /// What the browser says when a match takes more than it has.
    fn matches(&self, text: &str) -> Result<bool, String> {
        let found = self.test.call1(&self.expression, &text.into());
        found.map(|found| found.is_truthy()).map_err(said)
    }
}

/// What an exception says.
fn said(exception: JsValue) -> String {
    let message = Reflect::get(&exception, &"message".into());
    message
        .ok()
        .and_then(|message| message.as_string())
        .unwrap_or_else(|| "the browser can't read it".into())
}

/// The points whose texts match, in order. Gives the page time between slices of the work; `None`
/// when the answer is not `wanted` any more.
///
/// # Errors
/// As for [`Pattern::matches`].
pub async fn matching(
    results: &Results,
    pattern: &Pattern,
    wanted: &dyn Fn() -> bool,
) -> Result<Option<Vec<u32>>, String> {
    let mut found = Vec::new();
    let mut since = timing::now();
    for (point, text) in (0..).zip(&results.texts) {
        if pattern.matches(&text.text)? {
            found.push(point);
        }
        if (point as usize).is_multiple_of(STRIDE) && timing::now() - since > SLICE {
            TimeoutFuture::new(0).await;
            if !wanted() {
                return Ok(None);
            }
            since = timing::now();
        }
    }
    Ok(Some(found))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_a_pattern_that_wants_them_all() {
        assert_eq!(all_words(" red  Car "), "^(?=[^]*?red)(?=[^]*?Car)");
        assert_eq!(all_words("a.b?"), r"^(?=[^]*?a\.b\?)");
        assert_eq!(
            escaped(r"^$\.*+?()[]{}|/"),
            r"\^\$\\\.\*\+\?\(\)\[\]\{\}\|\/"
        );
        assert_eq!(escaped("e-mail, größer & 你好"), "e-mail, größer & 你好");
    }
}
