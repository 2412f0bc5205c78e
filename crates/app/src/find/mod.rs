//! Finding texts by words, by a regular expression, by meaning.

pub mod panel;
mod worker;
