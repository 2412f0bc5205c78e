//! What the cells of a column look like: numbers, dates, categories, texts.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

/// What a column can be used for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ColumnKind {
    /// No cell says anything.
    #[default]
    Empty,
    /// Every cell that isn't empty is a number ([`number`]).
    Number,
    /// Every cell that isn't empty begins with a date.
    Date,
    /// A few short values that come again and again.
    Category,
    /// Anything else.
    Text,
}

/// Characters of the longest value of a category.
const LONGEST_CATEGORY: usize = 60;

/// Different values that a category has at most.
const MOST_CATEGORIES: usize = 64;

impl ColumnKind {
    /// Guesses from all cells of a column.
    pub fn of<'a>(cells: impl Iterator<Item = &'a str>) -> ColumnKind {
        let (mut numbers, mut dates, mut categories) = (true, true, true);
        let mut filled = 0_usize;
        let mut values = HashSet::new();
        for cell in cells.map(str::trim).filter(|cell| !cell.is_empty()) {
            filled += 1;
            numbers = numbers && number(cell).is_some();
            dates = dates && is_date(cell);
            if categories {
                values.insert(cell);
                categories = cell.len() <= LONGEST_CATEGORY * 4
                    && values.len() <= MOST_CATEGORIES
                    && { cell.chars().count() <= LONGEST_CATEGORY };
            }
            if !(numbers || dates || categories) {
                return ColumnKind::Text;
            }
        }
        if filled == 0 {
            ColumnKind::Empty
        } else if numbers {
            ColumnKind::Number
        } else if dates {
            ColumnKind::Date
        } else if categories && values.len() * 2 <= filled {
            ColumnKind::Category
        } else {
            ColumnKind::Text
        }
    }
}

/// The number that a cell holds: `-3`, `2.5e-3`, or with a decimal comma, `2,5`. None where it
/// doesn't read as one, for `nan` and `inf`, and for `007`, which is an identifier.
pub fn number(cell: &str) -> Option<f64> {
    let cell = cell.trim();
    let digits = cell.strip_prefix(['-', '+', '\u{2212}']).unwrap_or(cell);
    if !digits.starts_with(|first: char| first.is_ascii_digit() || first == '.' || first == ',') {
        return None;
    }
    let mut rest = digits.chars();
    if rest.next() == Some('0') && rest.next().is_some_and(|second| second.is_ascii_digit()) {
        return None;
    }
    let value: f64 = match cell.parse() {
        Ok(value) => value,
        Err(_) if cell.matches(',').count() == 1 && !cell.contains('.') => cell
            .replacen(',', ".", 1)
            .replace('\u{2212}', "-")
            .parse()
            .ok()?,
        Err(_) => cell
            .strip_prefix('\u{2212}')?
            .parse::<f64>()
            .ok()
            .map(|value| -value)?,
    };
    value.is_finite().then_some(value)
}

/// Whether a cell begins with a date: `2021-03-12`, `12.03.2021`, `3/12/21`, perhaps with a time.
pub fn is_date(cell: &str) -> bool {
    let cell = cell.trim();
    let end = cell.find([' ', 'T', ',']).unwrap_or(cell.len());
    let (date, time) = cell.split_at_checked(end).unwrap_or((cell, ""));
    is_day(date) && (time.is_empty() || is_time(time.trim_start_matches([' ', 'T', ','])))
}

/// `2021-03-12` and the other ways to write a day in digits.
pub(crate) fn is_day(date: &str) -> bool {
    let Some(separator) = date.chars().find(|c| !c.is_ascii_digit()) else {
        return false;
    };
    if !matches!(separator, '-' | '.' | '/') {
        return false;
    }
    let mut parts = date.trim_end_matches('.').split(separator);
    let (Some(first), Some(second), Some(third), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    let short = |part: &str| is_digits(part, 1..=2);
    let year = |part: &str| is_digits(part, 2..=2) || is_digits(part, 4..=4);
    short(second) && ((is_digits(first, 4..=4) && short(third)) || (short(first) && year(third)))
}

/// `10:03`, with seconds, a fraction, a time zone, or `am` and `pm`.
pub(crate) fn is_time(time: &str) -> bool {
    let Some((hour, rest)) = time.split_once([':', '.']) else {
        return false;
    };
    let minute = rest.get(..2).unwrap_or_default();
    let after = rest.get(2..).unwrap_or_default();
    let tail = |c: char| {
        c.is_ascii_digit()
            || matches!(c, ':' | '.' | ',' | '+' | '-' | ' ' | '\u{a0}' | '\u{202f}')
            || matches!(c, 'a' | 'p' | 'm' | 'A' | 'P' | 'M' | 'Z' | 'U' | 'T' | 'C')
    };
    is_digits(hour, 1..=2)
        && is_digits(minute, 2..=2)
        && !after.starts_with(|c: char| c.is_ascii_digit())
        && after.chars().all(tail)
}

fn is_digits(part: &str, length: std::ops::RangeInclusive<usize>) -> bool {
    length.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_what_only_looks_like_one() {
        for (cell, expected) in [
            ("3", Some(3.0)),
            (" -2.5e-1 ", Some(-0.25)),
            ("\u{2212}2,5", Some(-2.5)),
            ("\u{2212}4", Some(-4.0)),
            ("0.5", Some(0.5)),
            (".5", Some(0.5)),
            ("0", Some(0.0)),
            ("007", None),
            ("1,000.5", None),
            ("nan", None),
            ("inf", None),
            ("1e999", None),
            ("", None),
            ("3 apples", None),
            (",", None),
        ] {
            assert_eq!(number(cell), expected, "{cell}");
        }
    }

    #[test]
    fn dates() {
        for date in [
            "2021-03-12",
            "12.03.21",
            "3/12/2021",
            "2021-03-12T10:03:00Z",
            "1.2.2020, 9:05",
        ] {
            assert!(is_date(date), "{date}");
        }
        for other in [
            "2021",
            "1.5",
            "10:03",
            "192.168.1.20",
            "2021-03",
            "1/2",
            "12-1234-1",
            "",
        ] {
            assert!(!is_date(other), "{other}");
        }
    }

    #[test]
    fn kinds() {
        let of = |cells: &[&'static str]| ColumnKind::of(cells.iter().copied());
        assert_eq!(of(&["", " "]), ColumnKind::Empty);
        assert_eq!(of(&["1", "", "2.5"]), ColumnKind::Number);
        assert_eq!(of(&["2021-03-12", "2021-03-13"]), ColumnKind::Date);
        assert_eq!(of(&["HR", "IT", "HR", "IT"]), ColumnKind::Category);
        assert_eq!(of(&["HR", "IT", "Sales"]), ColumnKind::Text);
    }
}
