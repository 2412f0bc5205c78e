//! Spreadsheets of Excel (.xlsx): one sheet, read as a stream of cells. Nothing is set aside for
//! what a file says about its own size.

mod cells;
mod dates;
mod styles;
mod workbook;

use crate::archive::{Archive, is_archive};
use crate::column::Column;
use crate::draft::Draft;
use crate::error::ImportError;
use crate::grid::Grid;
use crate::note::NoteKind;
use crate::registry::{Evidence, Input, Reader};
use crate::source::Sample;
use crate::xml::{Step, Xml};
use workbook::{Sheet, Workbook};

pub const READER: Reader = Reader {
    id: "xlsx",
    label: "a spreadsheet (.xlsx)",
    extensions: &["xlsx", "xlsm"],
    media_types: &["application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"],
    evidence,
    read,
};

fn evidence(sample: &Sample) -> Evidence {
    let has_workbook = is_archive(sample.bytes)
        && Archive::open(sample.bytes, READER.label)
            .is_ok_and(|archive| archive.has("xl/workbook.xml"));
    match has_workbook {
        true => Evidence::Conclusive,
        false => Evidence::Against,
    }
}

fn read(input: &Input, draft: &mut Draft) -> Result<(), ImportError> {
    let mut archive = Archive::open(input.source.bytes, READER.label)?;
    let workbook = Workbook::read(&mut archive)?;
    let strings = strings(&mut archive)?;
    let formats = styles::number_formats(&mut archive)?;
    let book = cells::Book {
        strings,
        formats,
        from_1904: workbook.from_1904,
    };
    draft.parts = workbook
        .sheets
        .iter()
        .map(|sheet| sheet.name.clone())
        .collect();
    let wanted: Vec<&Sheet> = match &input.options.part {
        Some(part) => {
            let found = workbook.sheets.iter().find(|sheet| sheet.name == *part);
            vec![found.ok_or_else(|| ImportError::UnknownSheet(part.clone()))?]
        }
        // The first that has rows, and hidden ones only if no other has.
        None => {
            let mut sheets: Vec<&Sheet> = workbook.sheets.iter().collect();
            sheets.sort_by_key(|sheet| sheet.hidden);
            sheets
        }
    };
    for sheet in wanted {
        let mut grid = Grid::new(input.options.header, false);
        cells::read(&mut archive, sheet, &book, &mut grid, draft)?;
        grid.finish(draft)?;
        draft.part = Some(sheet.name.clone());
        if draft.rows() > 0 {
            break;
        }
        draft.clear();
    }
    draft
        .notes
        .add(NoteKind::OtherPart, draft.parts.len().saturating_sub(1));
    Ok(())
}

/// Opens a part as XML.
macro_rules! part {
    ($archive:expr, $name:expr) => {
        $archive
            .member($name)?
            .map(|member| Xml::new(member, $name, READER.label))
    };
}
use part;

/// The texts that cells refer to by number.
fn strings(archive: &mut Archive) -> Result<Column, ImportError> {
    let mut strings = Column::default();
    let Some(mut xml) = part!(archive, "xl/sharedStrings.xml") else {
        return Ok(strings);
    };
    let mut text = String::new();
    let (mut in_text, mut in_reading) = (false, false);
    loop {
        match xml.step()? {
            Step::Open(tag) => match tag.name() {
                "si" => text.clear(),
                "t" => in_text = true,
                // How Japanese characters are read stands beside the text.
                "rPh" => in_reading = true,
                _ => {}
            },
            Step::Text(more) if in_text && !in_reading => text.push_str(&more),
            Step::Text(_) => {}
            Step::Close(name) => match &*name {
                "si" => strings.push(&unescaped(&text))?,
                "t" => in_text = false,
                "rPh" => in_reading = false,
                _ => {}
            },
            Step::End => return Ok(strings),
        }
    }
}

/// Resolves `_x000D_`, which stands for characters that XML can't hold.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("_x") {
        out.push_str(before);
        let code = after.get(..4).filter(|_| after.get(4..5) == Some("_"));
        let code = code.filter(|code| code.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let c = code.and_then(|code| u32::from_str_radix(code, 16).ok());
        match c.and_then(char::from_u32) {
            Some(c) => {
                out.push(c);
                rest = after.get(5..).unwrap_or_default();
            }
            None => {
                out.push_str("_x");
                rest = after;
            }
        }
    }
    out.push_str(rest);
    // Line ends in cells are LF; some programs write CRLF.
    out.replace("\r\n", "\n")
}
