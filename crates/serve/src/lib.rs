//! A static file server for the built site.
//!
//! `cargo xtask serve` shows the site with it; the browser tests serve the same files under a
//! folder of their choice, read the log of requests, and break a file's delivery on purpose
//! ([`Fault`]). It binds to this machine alone and is not meant for the open internet.

mod body;
mod fault;
mod file;
mod respond;
mod server;

pub use fault::Fault;
pub use server::{Options, Received, ServeError, Server};
