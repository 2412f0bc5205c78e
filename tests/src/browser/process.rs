//! A driver as a process.

use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result};

/// The driver's process; ends with its browsers when dropped, also when a test panics.
pub(super) struct Process {
    child: Child,
    pub(super) port: u16,
    /// What it prints.
    pub(super) lines: Lines,
}

/// A name and a value of the process's environment.
type Variable = (&'static str, OsString);

/// Lines that a process has printed and nobody has taken yet.
#[derive(Clone, Default)]
pub(crate) struct Lines(Arc<Mutex<Vec<String>>>);

impl Lines {
    /// All of them.
    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn push(&self, line: String) {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.push(line);
    }
}

impl Process {
    /// Starts a driver, which says its port in a line that `port` reads. It looks for a port of
    /// which it then needs two kinds, and ends when another program has taken one of them
    /// meanwhile: it is started again then.
    pub(super) fn start(
        program: &Path,
        environment: &[Variable],
        port: fn(&str) -> Option<u16>,
    ) -> Result<Self> {
        const TIMES: usize = 3;
        let mut started = Self::start_once(program, environment, port);
        for _ in 1..TIMES {
            if started.is_ok() {
                break;
            }
            started = Self::start_once(program, environment, port);
        }
        started
    }

    fn start_once(
        program: &Path,
        environment: &[Variable],
        port: fn(&str) -> Option<u16>,
    ) -> Result<Self> {
        let mut child = Command::new(program)
            .arg("--port=0")
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            // The browser inherits the group, so that both can be ended together.
            .process_group(0)
            .spawn()
            .with_context(|| format!("can't run {}", program.display()))?;
        let output = child.stdout.take().context("the driver has no output")?;
        let mut output = BufReader::new(output).lines();
        let port = loop {
            let line = output.next().context("the driver ended at once")??;
            if let Some(port) = port(&line) {
                break port;
            }
        };
        let lines = Lines::default();
        let kept = lines.clone();
        // Ends with the process: nobody writes then.
        std::thread::spawn(move || {
            for line in output.map_while(Result::ok) {
                kept.push(line);
            }
        });
        Ok(Self { child, port, lines })
    }

    /// The process's number.
    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let group = format!("-{}", self.child.id());
        let kill = |signal: &str| Command::new("kill").args([signal, "--", &group]).output();
        // The driver ends its browser in good order when it is asked to end itself.
        let _ = kill("-TERM");
        for _ in 0..100 {
            if let Ok(Some(_)) = self.child.try_wait() {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        let _ = kill("-KILL");
        let _ = self.child.wait();
    }
}
