//! Tests over all formats.

mod broken;
mod claims;
mod others;
mod round_trip;
mod time;
