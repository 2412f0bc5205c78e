//! The checks and the timings of the kernels as a wasm module, for `harness/run.mjs`, which runs them
//! in Chromium. It imports nothing.

use std::cell::RefCell;

use semblance_kernels::checks;
use semblance_kernels::measure::{self, Work};

thread_local! {
    static REPORT: RefCell<String> = const { RefCell::new(String::new()) };
}

fn report(text: String) {
    REPORT.with_borrow_mut(|report| *report = text);
}

/// Where the UTF-8 text of the last report is.
#[unsafe(no_mangle)]
pub extern "C" fn report_address() -> *const u8 {
    REPORT.with_borrow(|report| report.as_ptr())
}

/// How many bytes the last report has.
#[unsafe(no_mangle)]
pub extern "C" fn report_length() -> usize {
    REPORT.with_borrow(String::len)
}

/// How many checks there are.
#[unsafe(no_mangle)]
pub extern "C" fn check_count() -> usize {
    checks::all().len()
}

/// Runs one check; 0 if it passed. The report is its name, and what was wrong.
#[unsafe(no_mangle)]
pub extern "C" fn run_check(index: usize) -> u32 {
    let (name, check) = checks::all()[index];
    match check() {
        Ok(()) => {
            report(name.to_string());
            0
        }
        Err(wrong) => {
            report(format!("{name}: {wrong}"));
            1
        }
    }
}

thread_local! {
    static WORK: RefCell<Vec<Work>> = const { RefCell::new(Vec::new()) };
}

/// Makes the work to be timed, and returns how many pieces there are.
#[unsafe(no_mangle)]
pub extern "C" fn prepare() -> usize {
    WORK.with_borrow_mut(|work| {
        *work = measure::all();
        work.len()
    })
}

/// Names a piece of work: the report is its name.
#[unsafe(no_mangle)]
pub extern "C" fn work_name(index: usize) {
    WORK.with_borrow(|work| report(work[index].name.clone()));
}

/// The multiply-adds of one run of a piece of work.
#[unsafe(no_mangle)]
pub extern "C" fn work_size(index: usize) -> f64 {
    WORK.with_borrow(|work| work[index].multiply_adds)
}

/// Runs a piece of work so many times.
#[unsafe(no_mangle)]
pub extern "C" fn run_work(index: usize, times: usize) {
    WORK.with_borrow_mut(|work| {
        for _ in 0..times {
            (work[index].run)();
        }
    });
}
