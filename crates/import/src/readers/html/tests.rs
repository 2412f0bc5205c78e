use crate::{Imported, Options, Source, read};

fn paste(html: &str) -> Imported {
    let source = Source {
        bytes: html.as_bytes(),
        name: "",
        mime: "text/html",
    };
    read(&source, &Options::default()).unwrap()
}

fn rows(table: &Imported) -> Vec<Vec<&str>> {
    let row = |row| table.columns.iter().map(|column| column.get(row)).collect();
    (0..table.rows).map(row).collect()
}

#[test]
fn cells_of_a_spreadsheet() {
    let table = paste(
        "<html xmlns:x=\"urn:excel\"><head><meta charset=utf-8><style>td {color: red}</style></head>\
         <body><!--StartFragment--><table border=0>\n <tr>\n  <td>id</td>\n  <td>answer</td></tr>\n\
         <tr height=20><td x:num>1</td><td>loud &amp;\n   <b>cold</b><br>\n  &#26085;&nbsp;x</td></tr>\n\
         <tr><td>2<td>&lt;fine&gt;</table><!--EndFragment--></body></html>",
    );
    assert_eq!((table.format.id(), table.header), ("html", Some(true)));
    assert_eq!(
        rows(&table),
        [["1", "loud & cold\n日\u{a0}x"], ["2", "<fine>"]]
    );
}

#[test]
fn heads_spans_and_tables_in_cells() {
    let table = paste(
        "<p>Before</p><table><tr><th>place<th colspan=2>two<th>last</tr>\
         <tr><td rowspan=2>Ulm<td>a<td>b<td>c</tr><tr><td>d<td><table><tr><td>e<td>f</table><td>g</tr>\
         </table>",
    );
    let names: Vec<&str> = table.columns.iter().map(|column| &*column.name).collect();
    assert_eq!(names, ["place", "two", "Column 3", "last"]);
    assert_eq!(rows(&table), [["Ulm", "a", "b", "c"], ["", "d", "ef", "g"]]);
}

#[test]
fn a_page_without_a_table_is_its_paragraphs() {
    let table = paste(
        "<!DOCTYPE html><title>No</title><script>if (a < b) { \"<p>\" }</script>\
         <h1>A title</h1><p>One <i>paragraph</i>\nof two lines.<p>Another<ul><li>x<li>y</ul>",
    );
    assert_eq!(
        rows(&table).concat(),
        [
            "A title",
            "One paragraph of two lines.",
            "Another",
            "x",
            "y"
        ]
    );
}

#[test]
fn spans_that_claim_too_much_are_bounded() {
    let html = "<table><tr><td>a<td>b</tr>".to_owned()
        + &"<tr><td colspan=99999999 rowspan=99999999>x</tr>".repeat(10);
    assert!(read(&Source::of(html.as_bytes()), &Options::default()).is_ok());
    let wide = "<table><tr>".to_owned() + &"<td colspan=1000>x".repeat(30) + "<td>";
    let error = read(&Source::of(wide.as_bytes()), &Options::default()).unwrap_err();
    assert!(error.to_string().contains("columns"), "{error}");
}
