//! Tests over all formats.

mod hostile;
mod others;
mod round_trip;
