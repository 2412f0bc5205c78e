//! `wasm-bindgen` of exactly the version in Cargo.lock, as a command.
//!
//! Trunk runs whatever `wasm-bindgen` is on PATH and insists that its version equals that of the
//! crate. The ordinary command line (`wasm-bindgen-cli`) brings a test runner, an HTTP server and
//! TLS along; this one is the same library behind the arguments that Trunk and `cargo xtask`
//! pass, and compiles in a fraction of the time. Besides, it takes parts out of a program that are
//! fetched when they are first needed.

mod arguments;
mod parts;

use std::io::Write;
use std::process::ExitCode;

use arguments::{Options, Request, Target};
use wasm_bindgen_cli_support::Bindgen;

/// Version of the library, which Trunk compares with the one in Cargo.lock.
///
/// The package bears it as its own; a test compares it with the dependency's.
const VERSION: &str = env!("CARGO_PKG_VERSION");

fn main() -> ExitCode {
    let done = match arguments::parse(std::env::args_os().skip(1)) {
        Ok(Request::Help) => say(arguments::HELP),
        Ok(Request::Version) => say(&format!("wasm-bindgen {VERSION}\n")),
        Ok(Request::Generate(options)) => generate(&options),
        Err(error) => Err(error.into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Writes to standard output; a closed pipe is an error like any other.
fn say(text: &str) -> anyhow::Result<()> {
    Ok(std::io::stdout().write_all(text.as_bytes())?)
}

fn generate(options: &Options) -> anyhow::Result<()> {
    let program = parts::take_out(&options.input, &options.out_dir)?;
    let mut bindgen = Bindgen::new();
    match options.target {
        Target::Bundler => bindgen.bundler(true),
        Target::Web => bindgen.web(true),
        Target::NoModules => bindgen.no_modules(true),
        Target::NodeJs => bindgen.nodejs(true),
        Target::Deno => bindgen.deno(true),
    }?;
    if let Some(global) = &options.no_modules_global {
        bindgen.no_modules_global(global)?;
    }
    if let Some(name) = &options.out_name {
        bindgen.out_name(name);
    }
    bindgen
        .input_path(&program)
        .typescript(options.typescript)
        .debug(options.debug)
        .keep_debug(options.keep_debug)
        .demangle(options.demangle)
        // The table is what a program and its parts call each other by.
        .keep_lld_exports(options.keep_lld_exports || program != options.input)
        .remove_name_section(options.remove_name_section)
        .remove_producers_section(options.remove_producers_section)
        .omit_default_module_path(options.omit_default_module_path)
        .generate(&options.out_dir)
}

#[cfg(test)]
mod tests {
    /// The text of Cargo.lock, where both versions stand.
    const LOCK: &str = include_str!("../../../Cargo.lock");

    #[test]
    fn version_is_that_of_the_crate_in_the_lock_file() {
        for name in ["wasm-bindgen", "wasm-bindgen-cli-support"] {
            let entry = format!("name = \"{name}\"\nversion = \"{}\"\n", super::VERSION);
            assert!(
                LOCK.contains(&entry),
                "{name} is not at {}: change all three together",
                super::VERSION
            );
        }
    }
}
