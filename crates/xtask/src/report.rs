//! What a person sees while the commands work: each step, how long it took, and a table at the
//! end.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Error, Result};

/// How a step ended well.
pub enum Outcome {
    /// It did its work.
    Done,
    /// There was nothing to do.
    There,
}

/// A step that ended.
struct Entry {
    name: String,
    time: Duration,
    note: String,
}

static ENTRIES: Mutex<Vec<Entry>> = Mutex::new(Vec::new());

/// Runs a step and says how it went; an error gets the step's name.
pub fn step(name: &str, work: impl FnOnce() -> Result<Outcome>) -> Result<()> {
    noted(name, || work().map(|outcome| (outcome, String::new())))
}

/// Like [`step`], for work that has something to say about its result.
pub fn noted(name: &str, work: impl FnOnce() -> Result<(Outcome, String)>) -> Result<()> {
    let start = Instant::now();
    let result = work().with_context(|| format!("step failed: {name}"));
    let time = start.elapsed();
    let seconds = time.as_secs_f64();
    let note = match &result {
        Ok((Outcome::Done, note)) if note.is_empty() => {
            println!("✓ {name} ({seconds:.1} s)");
            note
        }
        Ok((Outcome::Done, note)) => {
            println!("✓ {name} ({seconds:.1} s): {note}");
            note
        }
        Ok((Outcome::There, note)) => {
            println!("✓ {name}: there already");
            note
        }
        Err(_) => "failed",
    };
    entries(|entries| {
        entries.push(Entry {
            name: name.to_owned(),
            time,
            note: note.to_owned(),
        });
    });
    result.map(|_| ())
}

/// Says that a step which takes a while begins.
pub fn begin(what: &str) {
    println!("… {what}");
}

/// Prints all steps with their times.
pub fn table() {
    entries(|entries| {
        println!("\n{:<44}{:>9}", "step", "seconds");
        for entry in entries.iter() {
            let seconds = entry.time.as_secs_f64();
            println!("{:<44}{seconds:>9.1}  {}", entry.name, entry.note);
        }
    });
}

/// Says why a command failed: the causes from the outermost in, one to a line.
pub fn failure(error: &Error) {
    eprintln!("\n✗ {error}");
    for cause in error.chain().skip(1) {
        eprintln!("  {cause}");
    }
}

fn entries<T>(action: impl FnOnce(&mut Vec<Entry>) -> T) -> T {
    action(&mut ENTRIES.lock().unwrap_or_else(PoisonError::into_inner))
}
