//! The benchmarks, in one Chromium. `cargo xtask bench` and `cargo xtask quality` get ready what
//! they need and run this program:
//!
//! ```text
//! bench encoder|load|map|quality FOLDER [--rounds N] [--only PART]…
//! ```
//!
//! The folder is what the browser sees: the built site, the other engines, and the pages of
//! `tests/bench/page`, where the work is done. A suite is a module here, which asks for steps and
//! prints tables, and one there of the same name.

#![allow(
    clippy::print_stdout,
    reason = "a command line's output is for its user"
)]

mod encoder;
mod map;
mod quality;
mod stage;
mod statistics;
mod table;
mod visit;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use lexopt::{Arg, Parser, ValueExt};

/// What the command line asks for.
struct Request {
    suite: String,
    folder: PathBuf,
    /// Rounds of each work.
    rounds: u32,
    /// Parts of the names of those that take part; empty for all.
    only: Vec<String>,
    /// Parts of the names of the works to do; empty for all.
    works: Vec<String>,
    /// The machine's peak in giga multiply-adds per second, where it was measured.
    peaks: Vec<(String, f64)>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\n✗ {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<()> {
    let request = parse(&mut Parser::from_env())?;
    match request.suite.as_str() {
        "encoder" => encoder::run(&request).await,
        "map" => map::run(&request).await,
        "load" => visit::run(&request).await,
        "quality" => quality::run(&request).await,
        other => bail!("there is no suite {other}"),
    }
}

fn parse(arguments: &mut Parser) -> Result<Request> {
    let mut positional = Vec::new();
    let mut request = Request {
        suite: String::new(),
        folder: PathBuf::new(),
        rounds: 9,
        only: Vec::new(),
        works: Vec::new(),
        peaks: Vec::new(),
    };
    while let Some(argument) = arguments.next()? {
        match argument {
            Arg::Value(value) => positional.push(value),
            Arg::Long("rounds") => request.rounds = arguments.value()?.parse()?,
            Arg::Long("only") => request.only.push(arguments.value()?.string()?),
            Arg::Long("work") => request.works.push(arguments.value()?.string()?),
            Arg::Long("peak") => {
                let peak = arguments.value()?.string()?;
                let (name, value) = peak.split_once('=').context("--peak wants NAME=NUMBER")?;
                request.peaks.push((name.to_owned(), value.parse()?));
            }
            other => return Err(other.unexpected().into()),
        }
    }
    let [suite, folder] = <[_; 2]>::try_from(positional)
        .ok()
        .context("usage: bench SUITE FOLDER [--rounds N] [--only PART]…")?;
    request.suite = suite.string()?;
    request.folder = folder.into();
    Ok(request)
}
