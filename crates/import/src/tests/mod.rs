//! Tests over all formats.

mod others;
