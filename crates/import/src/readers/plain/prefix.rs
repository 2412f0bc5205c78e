//! What stands before the text of a line: time and name in the record of a chat, bullets and
//! numbers in a list.

use crate::kind::{is_day, is_time};

/// A line of a chat, in parts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Message<'a> {
    /// `10:03` or `12/03/21, 10:03`; empty where there is none.
    pub time: &'a str,
    /// Who said it; empty where nobody did, as in “Ben joined”.
    pub name: &'a str,
    /// What was said.
    pub text: &'a str,
}

/// A line that begins with a time: `[10:03] Ben: …`, `12/03/21, 10:03 - Ben: …`,
/// `10:03:22 From Ben to Everyone: …`.
pub fn timed(line: &str) -> Option<Message<'_>> {
    let line = line.trim_start_matches(is_mark).trim_start();
    let (time, rest) = match line.strip_prefix(['[', '(']) {
        Some(inner) => {
            let (time, rest) = inner.split_once([']', ')'])?;
            (time.trim(), rest)
        }
        None => bare_time(line)?,
    };
    if !is_stamp(time) {
        return None;
    }
    let rest = rest.trim_start_matches(is_mark).trim_start();
    let rest = rest
        .strip_prefix(['-', '–', '—'])
        .unwrap_or(rest)
        .trim_start();
    let (name, text) = named(rest).map_or(("", rest), |message| (message.name, message.text));
    Some(Message { time, name, text })
}

/// A line that begins with a name: `Ben: …`, `<Ben> …`.
pub fn named(line: &str) -> Option<Message<'_>> {
    let line = line.trim_start_matches(is_mark);
    let (name, text) = match line.strip_prefix('<') {
        Some(inner) => inner.split_once('>')?,
        None => line.split_once(':')?,
    };
    // “From Ben to Everyone”, as Zoom has it.
    let name = name.trim();
    let name = name.strip_prefix("From ").map_or(name, |inner| {
        inner
            .rsplit_once(" to ")
            .map_or(inner, |(sender, _)| sender)
    });
    let name = name.trim();
    let address = text.starts_with("//");
    (could_be_name(name) && !address).then(|| Message {
        time: "",
        name,
        text: text.trim_start_matches(|c| is_mark(c) || c.is_whitespace()),
    })
}

/// What a bullet or a number stands before: `- …`, `• …`, `12. …`, `(a) …`, `[x] …`.
pub fn list_item(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let (mark, rest) = line.split_once([' ', '\t', '\u{a0}', '\u{3000}'])?;
    let rest = rest.trim_start();
    if matches!(
        mark,
        "-" | "*"
            | "+"
            | "•"
            | "◦"
            | "‣"
            | "▪"
            | "●"
            | "○"
            | "–"
            | "—"
            | "·"
            | "→"
            | "☐"
            | "☑"
            | "✓"
    ) {
        // A box to tick may follow.
        let ticked = ["[ ] ", "[x] ", "[X] "]
            .iter()
            .find_map(|tick| rest.strip_prefix(tick));
        return Some(ticked.unwrap_or(rest).trim_start());
    }
    let inner = mark.strip_suffix([')', '.'])?;
    let inner = inner.strip_prefix('(').unwrap_or(inner);
    let number = inner.len() <= 3 && inner.bytes().all(|byte| byte.is_ascii_digit());
    let outline = inner.split('.').all(|part| {
        (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    });
    let letter = inner.len() == 1 && inner.bytes().all(|byte| byte.is_ascii_lowercase());
    (!inner.is_empty() && (number || outline || letter)).then_some(rest)
}

/// Marks of direction that phones put before times and names.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        || c == '\u{feff}'
}

/// Splits a time without brackets off the beginning, with a date before it or without.
fn bare_time(line: &str) -> Option<(&str, &str)> {
    if !line.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    // At most date, time and “pm”; what follows is no part of it.
    let breaks = line.char_indices().filter(|(_, c)| c.is_whitespace());
    let ends = breaks.map(|(end, _)| end).chain([line.len()]).take(3);
    let longest = ends.filter(|&end| {
        line.get(..end)
            .is_some_and(|part| is_stamp(part.trim_end_matches(['-', '–', ' '])))
    });
    let end = longest.last()?;
    let (time, rest) = line.split_at_checked(end)?;
    Some((time.trim_end_matches(['-', '–', ' ']), rest))
}

/// A time, a date with one, or a time with a date: what stands before a message.
fn is_stamp(stamp: &str) -> bool {
    if stamp.len() > 40 {
        return false;
    }
    let clean = stamp.trim_end_matches(',');
    if is_time(clean) {
        return clean.contains(':');
    }
    let Some(end) = clean.find([',', ' ', 'T']) else {
        return false;
    };
    let (first, second) = clean.split_at_checked(end).unwrap_or((clean, ""));
    let second = second.trim_start_matches([',', ' ', 'T']);
    (is_day(first) && is_time(second)) || (is_time(first) && first.contains(':') && is_day(second))
}

/// A few words that begin like a name. A sentence before a colon is longer or has other characters.
fn could_be_name(name: &str) -> bool {
    let words = name.split_whitespace().count();
    let allowed = |c: char| {
        c.is_alphanumeric()
            || c.is_whitespace()
            || matches!(
                c,
                '.' | '\'' | '’' | '-' | '_' | '(' | ')' | '@' | '~' | '+' | '&' | '#'
            )
            || !c.is_ascii()
    };
    (1..=4).contains(&words)
        && name.chars().count() <= 40
        && name.chars().all(allowed)
        && !name.starts_with(|first: char| {
            first.is_ascii_punctuation() && !matches!(first, '@' | '~' | '+')
        })
        && !name.chars().all(|c| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_of_chats() {
        for (line, time, name, text) in [
            (
                "[10:03] Ben: I think cats are nicer",
                "10:03",
                "Ben",
                "I think cats are nicer",
            ),
            (
                "12/03/21, 10:03 - Ben: 😂😂",
                "12/03/21, 10:03",
                "Ben",
                "😂😂",
            ),
            (
                "12/03/2021, 10:03 pm - Ben O'Hara: no: never",
                "12/03/2021, 10:03 pm",
                "Ben O'Hara",
                "no: never",
            ),
            (
                "\u{200e}[12.03.21, 10:03:15] ~ Ana María: \u{200e}hi",
                "12.03.21, 10:03:15",
                "~ Ana María",
                "hi",
            ),
            (
                "10:03:22 From Ben Lee to Everyone: hello",
                "10:03:22",
                "Ben Lee",
                "hello",
            ),
            (
                "[2021-03-12 10:03:15] <ben> hello",
                "2021-03-12 10:03:15",
                "ben",
                "hello",
            ),
            (
                "10:03 - Messages are encrypted",
                "10:03",
                "",
                "Messages are encrypted",
            ),
            ("10:03 Ben: hello", "10:03", "Ben", "hello"),
        ] {
            assert_eq!(timed(line), Some(Message { time, name, text }), "{line}");
        }
        for other in [
            "10 cats: all asleep",
            "[1] A footnote: this",
            "2021 was good",
            "(see 10) x",
            "3.5 is more",
            "",
        ] {
            assert_eq!(timed(other), None, "{other}");
        }
    }

    #[test]
    fn names_before_a_colon() {
        assert_eq!(
            named("Ben: hello: you").map(|m| (m.name, m.text)),
            Some(("Ben", "hello: you"))
        );
        assert_eq!(
            named("Dr. A. Müller: ja").map(|m| m.name),
            Some("Dr. A. Müller")
        );
        for other in [
            "https://example.org",
            "What he said was, in short: no",
            "10: ten",
            ": x",
            "no colon",
            "\"Ben\": x",
        ] {
            assert_eq!(named(other), None, "{other}");
        }
    }

    #[test]
    fn bullets_and_numbers() {
        for (line, rest) in [
            ("- milk", "milk"),
            ("  • milk", "milk"),
            ("12. milk", "milk"),
            ("(3) milk", "milk"),
            ("1.2. milk", "milk"),
            ("a) milk", "milk"),
            ("* [x] milk", "milk"),
        ] {
            assert_eq!(list_item(line), Some(rest), "{line}");
        }
        for other in [
            "-5 degrees",
            "2021. A year",
            "I. am",
            "milk - and eggs",
            "e.g. milk",
            "-",
            "*bold* x",
        ] {
            assert_eq!(list_item(other), None, "{other}");
        }
    }
}
