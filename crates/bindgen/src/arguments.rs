//! The command line: those arguments of wasm-bindgen that Trunk and `cargo xtask` pass.

use std::ffi::OsString;
use std::path::PathBuf;

use lexopt::{Arg, Parser, ValueExt};

/// What `--help` prints.
pub const HELP: &str = "\
Makes the JavaScript side of a WebAssembly file compiled with #[wasm_bindgen]. Parts of the program
that are fetched when they are first needed go into parts/ beside it.

wasm-bindgen [options] FILE.wasm

  --out-dir DIR              where the result goes (required)
  --out-name NAME            its name without extension (default: that of FILE)
  --target TARGET            web, no-modules, bundler, nodejs or deno (default: bundler)
  --no-modules-global NAME   global variable that --target no-modules defines
  --typescript               write type declarations (the default)
  --no-typescript            don't
  --debug                    keep assertions in the JavaScript
  --keep-debug               keep DWARF sections
  --no-demangle              keep mangled names in the name section
  --remove-name-section      leave the name section out, as is done without --debug or --keep-debug
  --remove-producers-section leave the producers section out
  --keep-lld-exports         keep the exports that the linker made
  --omit-default-module-path don't look for the .wasm beside the JavaScript
  --reference-types, --weak-refs
                             accepted, without effect: both follow from the file itself
  --version, --help
";

/// What the command was asked to do.
#[derive(Debug, PartialEq, Eq)]
pub enum Request {
    /// Print the help text.
    Help,
    /// Print the version as Trunk reads it.
    Version,
    /// Process a file.
    Generate(Options),
}

/// How to process a file; the names are those of the arguments.
#[derive(Debug, PartialEq, Eq)]
pub struct Options {
    pub input: PathBuf,
    pub out_dir: PathBuf,
    pub out_name: Option<String>,
    pub target: Target,
    pub no_modules_global: Option<String>,
    pub typescript: bool,
    pub debug: bool,
    pub keep_debug: bool,
    pub demangle: bool,
    pub keep_lld_exports: bool,
    pub remove_name_section: bool,
    pub remove_producers_section: bool,
    pub omit_default_module_path: bool,
}

/// How the JavaScript is to be loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    Bundler,
    Web,
    NoModules,
    NodeJs,
    Deno,
}

/// Reads the arguments (without the program's name).
///
/// # Errors
/// An unknown argument, a missing or repeated file, a missing `--out-dir`, an unknown target.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Request, lexopt::Error> {
    let mut parser = Parser::from_args(arguments);
    let mut input = None;
    let mut out_dir = None;
    let mut options = Options {
        input: PathBuf::new(),
        out_dir: PathBuf::new(),
        out_name: None,
        target: Target::Bundler,
        no_modules_global: None,
        typescript: true,
        debug: false,
        keep_debug: false,
        demangle: true,
        keep_lld_exports: false,
        remove_name_section: false,
        remove_producers_section: false,
        omit_default_module_path: false,
    };
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Short('h') | Arg::Long("help") => return Ok(Request::Help),
            Arg::Short('V') | Arg::Long("version") => return Ok(Request::Version),
            Arg::Long("out-dir") => out_dir = Some(PathBuf::from(parser.value()?)),
            Arg::Long("out-name") => options.out_name = Some(parser.value()?.string()?),
            Arg::Long("target") => options.target = parser.value()?.parse_with(target)?,
            Arg::Long("no-modules-global") => {
                options.no_modules_global = Some(parser.value()?.string()?);
            }
            Arg::Long("typescript") => options.typescript = true,
            Arg::Long("no-typescript") => options.typescript = false,
            Arg::Long("debug") => options.debug = true,
            Arg::Long("keep-debug") => options.keep_debug = true,
            Arg::Long("no-demangle") => options.demangle = false,
            Arg::Long("keep-lld-exports") => options.keep_lld_exports = true,
            Arg::Long("remove-name-section") => options.remove_name_section = true,
            Arg::Long("remove-producers-section") => options.remove_producers_section = true,
            Arg::Long("omit-default-module-path") => options.omit_default_module_path = true,
            Arg::Long("reference-types" | "weak-refs") => {}
            Arg::Value(value) if input.is_none() => input = Some(PathBuf::from(value)),
            other => return Err(other.unexpected()),
        }
    }
    options.input = input.ok_or("missing argument: the .wasm file")?;
    options.out_dir = out_dir.ok_or("missing argument: --out-dir")?;
    // Trunk has no word for it, and names make up an eighth of a module that is shipped.
    options.remove_name_section |= !(options.debug || options.keep_debug);
    Ok(Request::Generate(options))
}

fn target(name: &str) -> Result<Target, String> {
    Ok(match name {
        "bundler" => Target::Bundler,
        "web" => Target::Web,
        "no-modules" => Target::NoModules,
        "nodejs" => Target::NodeJs,
        "deno" => Target::Deno,
        _ => return Err("expected web, no-modules, bundler, nodejs or deno".into()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Request, String> {
        parse(line.split_whitespace().map(OsString::from)).map_err(|error| error.to_string())
    }

    #[test]
    fn understands_the_calls_that_trunk_makes() {
        let Ok(Request::Generate(options)) = parsed(
            "--target=web --out-dir=out --out-name=app app.wasm --no-demangle --reference-types \
             --weak-refs --no-typescript",
        ) else {
            panic!("not understood");
        };
        assert_eq!(options.target, Target::Web);
        assert_eq!(options.input, PathBuf::from("app.wasm"));
        assert_eq!(options.out_dir, PathBuf::from("out"));
        assert_eq!(options.out_name.as_deref(), Some("app"));
        assert!(!options.typescript && !options.demangle && !options.keep_debug);
        assert!(options.remove_name_section, "names are for those who debug");
        assert_eq!(parsed("--version"), Ok(Request::Version));
        assert_eq!(parsed("--help"), Ok(Request::Help));
    }

    #[test]
    fn refuses_what_it_does_not_know_with_its_name() {
        for (line, part) in [
            ("", ".wasm"),
            ("a.wasm", "--out-dir"),
            ("a.wasm b.wasm --out-dir o", "b.wasm"),
            ("a.wasm --out-dir o --speed", "--speed"),
            ("a.wasm --out-dir o --target moon", "no-modules"),
            ("a.wasm --out-dir", "--out-dir"),
        ] {
            let message = parsed(line).expect_err(line);
            assert!(message.contains(part), "{line}: {message}");
        }
    }
}
