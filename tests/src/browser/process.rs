//! A driver as a process.

use std::io::{self, BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

/// The driver's process; ends with its browsers when dropped, also when a test panics.
pub(super) struct Process {
    child: Child,
    pub(super) port: u16,
    /// What it prints.
    pub(super) lines: Lines,
}

/// Lines that a process has printed and nobody has taken yet.
#[derive(Clone, Default)]
pub(crate) struct Lines(Arc<Mutex<Vec<String>>>);

impl Lines {
    /// All of them.
    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Keeps what comes; ends with the process, since nobody writes then.
    fn keep(&self, coming: impl Iterator<Item = io::Result<String>> + Send + 'static) {
        let kept = self.clone();
        std::thread::spawn(move || {
            for line in coming.map_while(Result::ok) {
                kept.push(line);
            }
        });
    }

    fn push(&self, line: String) {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.push(line);
    }
}

/// How a driver is told from outside which port it has.
#[derive(Clone, Copy)]
pub(super) enum Port {
    /// It looks for one and says so, in a line that this reads.
    Said(fn(&str) -> Option<u16>),
    /// It takes the one that it is given, and says nothing.
    Given,
}

impl Process {
    /// Starts a driver. Another program may take a port that was free a moment before, and then the
    /// driver ends: it is started again.
    pub(super) fn start(start: impl Fn() -> Command, port: Port) -> Result<Self> {
        const TIMES: usize = 3;
        let mut started = Self::start_once(start(), port);
        for _ in 1..TIMES {
            if started.is_ok() {
                break;
            }
            started = Self::start_once(start(), port);
        }
        started
    }

    fn start_once(mut command: Command, port: Port) -> Result<Self> {
        let given = match port {
            Port::Said(_) => 0,
            Port::Given => TcpListener::bind("127.0.0.1:0")?.local_addr()?.port(),
        };
        let mut child = command
            .arg(format!("--port={given}"))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // The browser inherits the group, so that both can be ended together.
            .process_group(0)
            .spawn()
            .with_context(|| format!("can't run {}", command.get_program().display()))?;
        let output = child.stdout.take().context("the driver has no output")?;
        let mut output = BufReader::new(output).lines();
        // Firefox tells errors that nobody catches here.
        let errors = child.stderr.take().context("the driver has no output")?;
        let errors = BufReader::new(errors).lines();
        let mut process = Self {
            child,
            port: given,
            lines: Lines::default(),
        };
        match port {
            Port::Said(read) => loop {
                let line = output.next().context("the driver ended at once")??;
                if let Some(port) = read(&line) {
                    process.port = port;
                    break;
                }
            },
            Port::Given => wait_for(given)?,
        }
        process.lines.keep(output);
        process.lines.keep(errors);
        Ok(process)
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
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = kill("-KILL");
        let _ = self.child.wait();
    }
}

/// Waits until somebody listens.
fn wait_for(port: u16) -> Result<()> {
    let start = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        ensure!(start.elapsed().as_secs() < 30, "the driver doesn't listen");
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}
