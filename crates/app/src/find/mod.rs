//! Finding texts by words, by a regular expression, by meaning.

pub mod matching;
pub mod panel;
