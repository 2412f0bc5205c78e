//! A look at how a text would be parted into cells by a delimiter, without making any.

use std::collections::HashMap;

/// How far to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// To the end.
    All,
    /// Over this many rows.
    Rows(usize),
}

/// What was seen.
#[derive(Debug, Default)]
pub struct Scan {
    /// Cells of each of the first rows; rows without a character are no rows.
    pub widths: Vec<usize>,
    /// Delimiters outside of quotes.
    pub delimiters: usize,
    /// Those with a space after them, as in a sentence.
    pub spaced: usize,
    /// Cells in quotes, as they should be.
    pub quoted: usize,
    /// Cells that begin with a quote whose partner isn't at the end of the cell.
    pub odd_quotes: usize,
    /// Lines of the first of these, from 1.
    pub odd_lines: Vec<usize>,
    /// Byte and line where the row begins in which a quote is opened and never closed.
    pub open: Option<(usize, usize)>,
}

/// Rows whose width is kept.
const WIDTHS: usize = 200;

/// Lines with odd quotes that are kept.
const LINES: usize = 5;

impl Scan {
    /// Evidence at a text as rows of cells.
    pub fn of(text: &str, delimiter: u8, extent: Extent) -> Scan {
        let mut scan = Scan::default();
        let mut at = Place {
            bytes: text.as_bytes(),
            delimiter,
            place: 0,
            line: 1,
        };
        let mut rows = 0;
        while at.skip_line_ends() {
            if extent == Extent::Rows(rows) {
                return scan;
            }
            rows += 1;
            let start = (at.place, at.line);
            let width = scan.row(&mut at);
            match width {
                Some(width) if scan.widths.len() < WIDTHS => scan.widths.push(width),
                Some(_) => {}
                None => {
                    scan.open = Some(start);
                    return scan;
                }
            }
        }
        scan
    }

    /// One row; its number of cells, or none where a quote is never closed.
    fn row(&mut self, at: &mut Place) -> Option<usize> {
        let mut width = 1;
        loop {
            if at.peek() == Some(b'"') {
                let line = at.line;
                at.close_quote()?;
                if at.is_cell_end() {
                    self.quoted += 1;
                } else {
                    self.odd_quotes += 1;
                    if self.odd_lines.len() < LINES {
                        self.odd_lines.push(line);
                    }
                }
            }
            at.skip_cell();
            if at.peek() != Some(at.delimiter) {
                return Some(width);
            }
            at.place += 1;
            width += 1;
            self.delimiters += 1;
            self.spaced += usize::from(at.peek() == Some(b' '));
        }
    }

    /// Whether quotes enclose cells here. Some programs write tables with tabs without quoting, and
    /// a text that begins with a quote must keep it.
    pub fn is_quoted(&self, delimiter: u8) -> bool {
        let trouble = self.odd_quotes + usize::from(self.open.is_some());
        if delimiter == b'\t' {
            trouble == 0
        } else {
            trouble <= self.quoted
        }
    }
}

/// The most frequent of some numbers, and how often it is there; of equally frequent ones the
/// largest.
pub fn most_frequent(numbers: impl Iterator<Item = usize>) -> Option<(usize, usize)> {
    let mut counts = HashMap::new();
    for number in numbers {
        *counts.entry(number).or_insert(0_usize) += 1;
    }
    counts
        .into_iter()
        .max_by_key(|&(number, count)| (count, number))
}

/// Where the scan is.
struct Place<'a> {
    bytes: &'a [u8],
    delimiter: u8,
    place: usize,
    /// From 1.
    line: usize,
}

impl Place<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.place).copied()
    }

    fn rest(&self) -> &[u8] {
        self.bytes.get(self.place..).unwrap_or_default()
    }

    /// Goes to the next row; false at the end.
    fn skip_line_ends(&mut self) -> bool {
        while let Some(end @ (b'\n' | b'\r')) = self.peek() {
            self.step(end);
        }
        self.peek().is_some()
    }

    /// Steps over a byte and counts lines: LF, CRLF and CR end one each.
    fn step(&mut self, byte: u8) {
        self.place += 1;
        let ends = byte == b'\n' || (byte == b'\r' && self.peek() != Some(b'\n'));
        self.line += usize::from(ends);
    }

    /// From a quote to after its partner; none where there isn't one.
    fn close_quote(&mut self) -> Option<()> {
        self.place += 1;
        loop {
            let byte = self.peek()?;
            self.step(byte);
            if byte == b'"' {
                if self.peek() != Some(b'"') {
                    return Some(());
                }
                self.place += 1;
            }
        }
    }

    fn is_cell_end(&self) -> bool {
        self.peek()
            .is_none_or(|byte| byte == self.delimiter || matches!(byte, b'\n' | b'\r'))
    }

    /// To the end of the cell.
    fn skip_cell(&mut self) {
        let delimiter = self.delimiter;
        let ends = |&byte: &u8| byte == delimiter || byte == b'\n' || byte == b'\r';
        let rest = self.rest();
        self.place += rest.iter().position(ends).unwrap_or(rest.len());
    }
}
