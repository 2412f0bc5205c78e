//! How much memory a browser's pages take, as the system counts.

use std::collections::HashMap;
use std::fs;

use anyhow::{Context, Result};

/// The largest peak of resident memory among the page processes below process `root`, in bytes.
pub(crate) fn peak_of_pages(root: u32) -> Result<u64> {
    let mut parents = HashMap::new();
    for entry in fs::read_dir("/proc").context("the system has no /proc")? {
        let name = entry?.file_name();
        let Some(process) = name.to_str().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        // A process may end while it is being looked at.
        if let Some(parent) = status(process, "PPid:") {
            parents.insert(process, parent);
        }
    }
    let below_root = |process: &u32| {
        let mut next = Some(u64::from(*process));
        while let Some(at) = next {
            if at == u64::from(root) {
                return true;
            }
            next = u32::try_from(at)
                .ok()
                .and_then(|at| parents.get(&at).copied());
        }
        false
    };
    let pages = parents
        .keys()
        .filter(|process| below_root(process) && is_page(**process));
    let peaks = pages.filter_map(|process| status(*process, "VmHWM:"));
    let kilobytes = peaks.max().context("the browser has no page")?;
    Ok(kilobytes * 1024)
}

/// Whether a process shows pages. Chromium joins the words of its processes' command lines by
/// spaces.
fn is_page(process: u32) -> bool {
    fs::read(format!("/proc/{process}/cmdline")).is_ok_and(|line| {
        line.split(|byte| matches!(byte, 0 | b' '))
            .any(|word| word == b"--type=renderer")
    })
}

/// A number in the status of a process.
fn status(process: u32, key: &str) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let value = status.lines().find_map(|line| line.strip_prefix(key))?;
    value.split_whitespace().next()?.parse().ok()
}
