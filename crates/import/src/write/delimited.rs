//! CSV as RFC 4180 has it, and text with tabs.

use std::borrow::Cow;

use crate::column::Column;
use crate::kind::number;

/// How a CSV file is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CsvOptions {
    /// Whether to begin with a byte order mark. Excel needs it to see that the file is UTF-8.
    pub byte_order_mark: bool,
    /// Whether to put an apostrophe before cells that a spreadsheet would run as a formula: those
    /// that begin with `=`, `+`, `-`, `@`, a tab or a line end and aren't numbers. A reader that
    /// is no spreadsheet sees the apostrophe.
    pub guard_formulas: bool,
}

/// A CSV file with a header: commas, CRLF, quotes where needed.
pub fn csv(columns: &[Column], options: CsvOptions) -> String {
    let mut out = String::new();
    if options.byte_order_mark {
        out.push('\u{feff}');
    }
    write(&mut out, columns, ',', "\r\n", options.guard_formulas);
    out
}

/// A table with tabs and a header, as spreadsheets take it from the clipboard; quotes where needed.
pub fn tsv(columns: &[Column], guard_formulas: bool) -> String {
    let mut out = String::new();
    write(&mut out, columns, '\t', "\n", guard_formulas);
    out
}

fn write(out: &mut String, columns: &[Column], delimiter: char, end: &str, guard: bool) {
    let rows = columns.iter().map(Column::len).max().unwrap_or(0);
    let names = columns.iter().map(|column| column.name.as_str());
    row(out, names, delimiter, end, guard);
    for number in 0..rows {
        let cells = columns.iter().map(|column| column.get(number));
        row(out, cells, delimiter, end, guard);
    }
}

fn row<'a>(
    out: &mut String,
    cells: impl ExactSizeIterator<Item = &'a str>,
    delimiter: char,
    end: &str,
    guard: bool,
) {
    // A row of nothing would be an empty line, which readers pass over.
    let alone = cells.len() == 1;
    for (place, cell) in cells.enumerate() {
        if place > 0 {
            out.push(delimiter);
        }
        let cell = if guard { guarded(cell) } else { cell.into() };
        let special = |c: char| c == delimiter || matches!(c, '"' | '\n' | '\r');
        if cell.contains(special) || (alone && cell.is_empty()) || cell.starts_with("sep=") {
            out.push('"');
            out.push_str(&cell.replace('"', "\"\""));
            out.push('"');
        } else {
            out.push_str(&cell);
        }
    }
    out.push_str(end);
}

/// A cell that no spreadsheet runs as a formula.
pub(super) fn guarded(cell: &str) -> Cow<'_, str> {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
    if formula && number(cell).is_none() {
        format!("'{cell}").into()
    } else {
        cell.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(name: &str, cells: [&str; 3]) -> Column {
        Column::of(name, cells).unwrap()
    }

    #[test]
    fn quotes_where_needed_and_nowhere_else() {
        let columns = [
            column("a,b", ["plain", "say \"hi\"", "two\nlines"]),
            column("n", ["1", "", " x "]),
        ];
        assert_eq!(
            csv(&columns, CsvOptions::default()),
            "\"a,b\",n\r\nplain,1\r\n\"say \"\"hi\"\"\",\r\n\"two\nlines\", x \r\n"
        );
        assert_eq!(
            tsv(&columns, false),
            "a,b\tn\nplain\t1\n\"say \"\"hi\"\"\"\t\n\"two\nlines\"\t x \n"
        );
    }

    #[test]
    fn formulas_are_guarded_and_numbers_are_not() {
        let columns = [column("x", ["=1+1", "-3.5", "@me"])];
        let options = CsvOptions {
            byte_order_mark: true,
            guard_formulas: true,
        };
        assert_eq!(
            csv(&columns, options),
            "\u{feff}x\r\n'=1+1\r\n-3.5\r\n'@me\r\n"
        );
    }
}
