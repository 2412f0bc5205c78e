//! Tables as spreadsheets take them from the clipboard.

use quick_xml::escape::escape;

use super::delimited::guarded;
use crate::column::Column;

/// A table of HTML with a header; formulas are made harmless as in CSV. It has no styles: browsers
/// hold what is copied to the page's content security policy.
pub fn html(columns: &[Column]) -> String {
    let rows = columns.iter().map(Column::len).max().unwrap_or(0);
    let mut out = String::from("<meta charset=\"utf-8\"><table><thead><tr>");
    for column in columns {
        out.push_str("<th>");
        out.push_str(&escape(&*guarded(&column.name)));
        out.push_str("</th>");
    }
    out.push_str("</tr></thead><tbody>");
    for row in 0..rows {
        out.push_str("<tr>");
        for column in columns {
            out.push_str("<td>");
            let cell = guarded(column.get(row)).replace("\r\n", "\n");
            // Where a spreadsheet meets a line end it begins another row, unless it is this one.
            let cell = escape(cell.replace('\r', "\n")).replace('\n', "<br>");
            out.push_str(&cell);
            out.push_str("</td>");
        }
        out.push_str("</tr>");
    }
    out.push_str("</tbody></table>");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_formulas_and_line_ends_are_text() {
        let columns = [
            Column::of("a & b", ["<b>", "=1+1", "two\r\nlines"]).unwrap(),
            Column::of("n", ["-1", "2", "3.5"]).unwrap(),
        ];
        let expected = [
            "<meta charset=\"utf-8\"><table><thead><tr><th>a &amp; b</th><th>n</th></tr></thead>",
            "<tbody><tr><td>&lt;b&gt;</td><td>-1</td></tr>",
            "<tr><td>&apos;=1+1</td><td>2</td></tr>",
            "<tr><td>two<br>lines</td><td>3.5</td></tr></tbody></table>",
        ]
        .concat();
        assert_eq!(html(&columns), expected);
    }
}
