//! Running other programs.

use std::ffi::OsString;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::{files, project};

/// How often a long quiet step shows that it is alive.
const SIGN_OF_LIFE: Duration = Duration::from_secs(30);

/// A program by name, run in the workspace, with the workspace's own tools first on PATH.
pub fn program(name: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(name.as_ref());
    command.current_dir(project::root()).env("PATH", path());
    // `cargo run` describes this package to us; a cargo below would take that for its own and
    // some build scripts would run again.
    for (name, _) in std::env::vars_os() {
        let told = name.to_str().is_some_and(|name| {
            name.starts_with("CARGO_PKG_")
                || name.starts_with("CARGO_MANIFEST_")
                || [
                    "CARGO_PRIMARY_PACKAGE",
                    "CARGO_BIN_NAME",
                    "CARGO_CRATE_NAME",
                ]
                .contains(&name)
        });
        if told {
            command.env_remove(name);
        }
    }
    command
}

/// Cargo, the one that runs us.
pub fn cargo() -> Command {
    program(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// PATH with the workspace's own tools in front.
fn path() -> OsString {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(project::tools_bin()).chain(std::env::split_paths(&path));
    std::env::join_paths(folders).unwrap_or(path)
}

/// The first file of that name on PATH.
pub fn find(name: &str) -> Option<PathBuf> {
    std::env::split_paths(&path())
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}

/// Standard output of a command that should succeed, trimmed; `None` when it can't be run or
/// fails.
pub fn output(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    output.status.success().then_some(text)
}

/// Runs a command whose output belongs on the screen.
pub fn loud(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| cannot_run(command))?;
    if !status.success() {
        bail!("`{}` failed", line(command));
    }
    Ok(())
}

/// Runs a command like [`loud`], and hands each line of its standard output to `note` too.
pub fn watched(command: &mut Command, mut note: impl FnMut(&str)) -> Result<()> {
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| cannot_run(command))?;
    if let Some(output) = child.stdout.take() {
        for text in BufReader::new(output).lines() {
            let text = text?;
            println!("{text}");
            note(&text);
        }
    }
    if !child.wait()?.success() {
        bail!("`{}` failed", line(command));
    }
    Ok(())
}

/// Runs a command whose output interests only when it fails: it goes to a log, and the end of
/// the log into the error. Shows a sign of life now and then.
pub fn quiet(name: &str, command: &mut Command) -> Result<()> {
    let log_path = project::tools().join("log").join(format!("{name}.log"));
    files::make_parent(&log_path)?;
    let log = File::create(&log_path).with_context(|| files::cannot("write", &log_path))?;
    let mut child = command
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .spawn()
        .with_context(|| cannot_run(command))?;
    let start = Instant::now();
    let mut shown = start;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if shown.elapsed() >= SIGN_OF_LIFE {
            shown = Instant::now();
            let last = tail(&log_path, 1);
            println!("… {name}, {} s: {last}", start.elapsed().as_secs());
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    if !status.success() {
        bail!(
            "`{}` failed; its last lines (all of it is in {}):\n{}",
            line(command),
            files::shown(&log_path),
            tail(&log_path, 25)
        );
    }
    Ok(())
}

/// The last lines of a file that have something in them.
fn tail(path: &Path, lines: usize) -> String {
    let bytes = std::fs::read(path).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let mut last: Vec<&str> = text
        .lines()
        .rev()
        .map(str::trim_end)
        .filter(|line| !line.is_empty())
        .take(lines)
        .collect();
    last.reverse();
    last.join("\n")
}

/// The command as one would type it.
fn line(command: &Command) -> String {
    let name = Path::new(command.get_program())
        .file_name()
        .unwrap_or(command.get_program());
    let words = std::iter::once(name).chain(command.get_args());
    let words: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
    words.join(" ")
}

fn cannot_run(command: &Command) -> String {
    format!("can't run `{}`: is it installed?", line(command))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quiet_failure_shows_the_end_of_its_output() {
        let mut command = program("sh");
        command.args(["-c", "echo early; echo the reason >&2; exit 3"]);
        let error = quiet("test-of-quiet", &mut command).expect_err("must fail");
        let text = error.to_string();
        assert!(text.contains("the reason"), "{text}");
        assert!(text.contains("test-of-quiet.log"), "{text}");
    }

    #[test]
    fn a_missing_program_is_named() {
        let mut command = program("no-such-program-anywhere");
        let error = quiet("test-of-missing", &mut command).expect_err("must fail");
        assert!(format!("{error:#}").contains("no-such-program-anywhere"));
        assert!(find("no-such-program-anywhere").is_none());
        assert!(output(&mut program("no-such-program-anywhere")).is_none());
    }
}
