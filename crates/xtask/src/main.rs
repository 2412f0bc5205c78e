//! The commands of the project, run as `cargo xtask COMMAND`.
//!
//! Each command is a module with a `run` and a line in [`COMMANDS`]; what several of them need
//! (a toolchain, the model, the built site) is a module with an `ensure` that does nothing when
//! there is nothing to do. Steps report themselves through [`report`].

#![allow(
    clippy::print_stdout,
    reason = "a command line's output is for its user"
)]

mod assets;
mod bench;
mod bindgen;
mod browser;
mod command;
mod compress;
mod digest;
mod dist;
mod engine;
mod files;
mod html;
mod kit;
mod library;
mod model;
mod npm;
mod offline;
mod parts;
mod project;
mod report;
mod serve;
mod setup;
mod site;
mod std_source;
mod test;
#[cfg(test)]
mod tidy;
mod trunk;
mod wasm_std;
mod weights;
mod wheel;

use std::process::ExitCode;

use anyhow::Result;
use lexopt::{Arg, Parser};

/// A command: its name, its line in the help, and what it does with the rest of the arguments.
struct Command {
    name: &'static str,
    help: &'static str,
    run: fn(&mut Parser) -> Result<()>,
}

const COMMANDS: &[Command] = &[
    Command {
        name: "serve",
        help: "set up, build in release and serve on http://127.0.0.1:8080 (--port N)",
        run: serve::run,
    },
    Command {
        name: "test",
        help: "set up, format check, lints, all tests, in the browser too (--no-browser)",
        run: test::run,
    },
    Command {
        name: "dist",
        help: "build the static site into dist/, with compressed copies and a table of sizes",
        run: dist::run,
    },
    Command {
        name: "kit",
        help: "build the page as one file that needs no server: kit/semblance.html; --lesson FILE opens it with your texts: kit/FILE.html",
        run: kit::run,
    },
    Command {
        name: "bench",
        help: "time ours and others in one browser: encoder (default) or load (--rounds N, --only PART)",
        run: bench::run,
    },
    Command {
        name: "quality",
        help: "how true the scores of ours and others are, on the STS benchmark (--only PART)",
        run: bench::quality,
    },
    Command {
        name: "setup",
        help: "get what the build needs: wasm32 standard library, Trunk, wasm-bindgen, model",
        run: setup::run,
    },
    Command {
        name: "model",
        help: "fetch all-MiniLM-L6-v2 and make the weights that ship",
        run: model::run,
    },
    Command {
        name: "assets",
        help: "model and workers into target/site (Trunk calls this before each build)",
        run: assets::run,
    },
    Command {
        name: "html",
        help: "last touches to the page Trunk made (Trunk calls this after each build)",
        run: html::run,
    },
];

fn main() -> ExitCode {
    match dispatch(&mut Parser::from_env()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report::failure(&error);
            ExitCode::FAILURE
        }
    }
}

fn dispatch(arguments: &mut Parser) -> Result<()> {
    let name = match arguments.next()? {
        Some(Arg::Value(name)) => name,
        None | Some(Arg::Short('h') | Arg::Long("help")) => {
            println!("cargo xtask COMMAND [options]\n");
            for command in COMMANDS {
                println!("  {:<8}{}", command.name, command.help);
            }
            println!("\nEnvironment:");
            for (name, help) in project::ENVIRONMENT {
                println!("  {name:<24}{help}");
            }
            return Ok(());
        }
        Some(other) => return Err(other.unexpected().into()),
    };
    match COMMANDS.iter().find(|command| name == command.name) {
        Some(command) => (command.run)(arguments),
        None => anyhow::bail!(
            "there is no command {:?}; `cargo xtask --help` lists them",
            name
        ),
    }
}

/// For commands without options: anything that is left is an error.
fn no_options(arguments: &mut Parser) -> Result<()> {
    match arguments.next()? {
        None => Ok(()),
        Some(other) => Err(other.unexpected().into()),
    }
}
