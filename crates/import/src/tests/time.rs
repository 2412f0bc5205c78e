//! Time is linear in the size of a file.

use std::time::{Duration, Instant};

use crate::{Options, Source, read};

/// The time that a file of a size takes, the better of two.
fn time(make: &dyn Fn(usize) -> (&'static str, Vec<u8>), size: usize) -> Duration {
    let (name, bytes) = make(size);
    let once = || {
        let start = Instant::now();
        let _ = read(&Source::named(&bytes, name), &Options::default());
        start.elapsed()
    };
    once().min(once())
}

#[test]
fn eight_times_the_file_takes_about_eight_times_as_long() {
    type Make = fn(usize) -> (&'static str, Vec<u8>);
    let makes: [Make; 13] = [
        |n| ("lines.txt", "one line of text\n".repeat(n).into()),
        |n| ("empty.txt", "\n".repeat(n * 16).into()),
        |n| ("chat.txt", "[10:03] Ben: hi there\n".repeat(n).into()),
        |n| ("latin.txt", b"caf\xe9 cr\xe8me\n".repeat(n)),
        |n| ("escape.txt", "\x1b$B".repeat(n).into()),
        |n| ("x.csv", "1,\"a, b\",c\n".repeat(n).into()),
        |n| ("quotes.csv", "\"".repeat(n * 16).into()),
        |n| ("open.csv", "a,\"b\n".repeat(n).into()),
        |n| ("odd.csv", "\"a\"b,c\n".repeat(n).into()),
        |n| {
            (
                "deep.json",
                ["[".repeat(n * 8), "]".repeat(n * 8)].concat().into(),
            )
        },
        |n| {
            (
                "x.json",
                format!("[{}1]", "{\"a\":\"b\",\"c\":1},".repeat(n)).into(),
            )
        },
        |n| {
            (
                "x.html",
                "<table><tr><td>a&amp;<td rowspan=9>b".repeat(n / 2).into(),
            )
        },
        |n| ("x.md", "* a\n> [b](c) *d **e `f\n".repeat(n / 2).into()),
    ];
    for make in makes {
        let name = make(2).0;
        let (small, large) = (time(&make, 20_000), time(&make, 160_000));
        // Machines that are busy are given room; a square would be 64 times.
        assert!(
            large < small * 24 + Duration::from_millis(50),
            "{name}: {small:?}, then {large:?}"
        );
    }
}
