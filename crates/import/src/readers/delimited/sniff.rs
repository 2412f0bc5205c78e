//! Which character separates the cells, and whether a text is a table at all.

use super::scan::{Extent, Scan, most_frequent};
use crate::guess;
use crate::kind::{is_date, number};
use crate::limits::{SAMPLE, SAMPLE_ROWS};

/// Signs between cells. The earlier is taken where several would do: numbers have commas in them,
/// cells have semicolons in them less often, and tabs hardly ever.
const DELIMITERS: [u8; 4] = [b'\t', b';', b'|', b','];

/// A first line `sep=;`, as spreadsheets write it: the delimiter, the text after that line, and the
/// number of lines that were taken off.
pub fn delimiter_line(text: &str) -> (Option<u8>, &str, usize) {
    let none = (None, text, 0);
    let Some(rest) = text
        .strip_prefix("sep=")
        .or_else(|| text.strip_prefix("SEP="))
    else {
        return none;
    };
    let Some(&c) = rest.as_bytes().first().filter(|c| c.is_ascii()) else {
        return none;
    };
    let after = rest.get(1..).unwrap_or_default();
    let after = after
        .strip_prefix("\r\n")
        .or_else(|| after.strip_prefix(['\n', '\r']));
    match after {
        Some(after) if !matches!(c, b'"' | b'\n' | b'\r') => (Some(c), after, 1),
        _ => none,
    }
}

/// The delimiter of a text that is said to be a table; none where its lines have no more than one
/// cell each.
pub fn delimiter(text: &str) -> Option<u8> {
    let head = head(text);
    let mut best = (0, None);
    for delimiter in DELIMITERS {
        let scan = Scan::of(head, delimiter, Extent::Rows(SAMPLE_ROWS));
        let Some((width, count)) = most_frequent(scan.widths.iter().copied()) else {
            continue;
        };
        // In tenths, so that a table with a few ragged rows isn't worse than one with none.
        let share = count * 10 / scan.widths.len().max(1);
        if width > 1 && share >= 5 && share > best.0 {
            best = (share, Some(delimiter));
        }
    }
    best.1
}

/// The delimiter of a text of which nothing says that it is a table. Sentences have commas in
/// them, and tables of sentences must not be torn apart; so it takes rows of one width, and a hint
/// that somebody made a table: quotes, numbers, names of columns.
pub fn delimiter_of_unnamed(text: &str) -> Option<u8> {
    if let (Some(delimiter), _, _) = delimiter_line(text) {
        return Some(delimiter);
    }
    let head = head(text);
    DELIMITERS
        .into_iter()
        .find(|&delimiter| is_table(head, delimiter))
}

fn is_table(text: &str, delimiter: u8) -> bool {
    let scan = Scan::of(text, delimiter, Extent::Rows(SAMPLE_ROWS));
    let rows = scan.widths.len();
    let Some((width, count)) = most_frequent(scan.widths.iter().copied()) else {
        return false;
    };
    if width < 2 {
        return false;
    }
    if delimiter == b'\t' {
        return rows >= 2 && count * 10 >= rows * 9 && !is_indented(text);
    }
    // The last row may be cut off within quotes.
    let even = rows >= 3 && count == rows && scan.odd_quotes == 0;
    let sentences = scan.spaced * 5 >= scan.delimiters;
    even && (!sentences || delimiter == b'|') && is_made(text, delimiter, &scan)
}

/// Whether most lines begin with the tab.
fn is_indented(text: &str) -> bool {
    let (mut indented, mut all) = (0, 0);
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        all += 1;
        indented += usize::from(line.starts_with('\t'));
    }
    indented * 2 >= all
}

/// Whether there is a hint that somebody made a table of it.
fn is_made(text: &str, delimiter: u8, scan: &Scan) -> bool {
    if scan.quoted > 0 {
        return true;
    }
    // Without quotes, cells are what stands between delimiters.
    let lines = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .take(SAMPLE_ROWS);
    let rows: Vec<Vec<&str>> = lines
        .map(|line| line.split(char::from(delimiter)).collect())
        .collect();
    let width = rows.first().map_or(0, Vec::len);
    let body = rows.get(1..).unwrap_or_default();
    let values = (0..width).any(|column| {
        let is_value = |cell: &&str| number(cell).is_some() || is_date(cell);
        let cells = body.iter().filter_map(|row| row.get(column));
        cells.clone().count() > 0
            && cells.clone().filter(|cell| is_value(cell)).count() * 10 >= body.len() * 8
    });
    values || guess::header(&rows)
}

fn head(text: &str) -> &str {
    let Some(head) = (0..4).find_map(|less| text.get(..SAMPLE - less)) else {
        return text;
    };
    // The last line is cut off; with only one, that one is all there is.
    let whole = head.rfind(['\n', '\r']).and_then(|end| head.get(..end));
    whole.unwrap_or(head)
}
