//! Which sheets there are, and where.

use std::collections::HashMap;

use super::{READER, part};
use crate::archive::Archive;
use crate::error::ImportError;
use crate::xml::{Step, Xml};

/// The list of sheets.
pub struct Workbook {
    pub sheets: Vec<Sheet>,
    /// Whether days are counted from 1904, as on old Macs.
    pub from_1904: bool,
}

/// A sheet of a workbook.
pub struct Sheet {
    pub name: String,
    pub hidden: bool,
    /// Its part in the archive.
    pub part: String,
}

impl Workbook {
    pub fn read(archive: &mut Archive) -> Result<Workbook, ImportError> {
        let targets = targets(archive)?;
        let mut workbook = Workbook {
            sheets: Vec::new(),
            from_1904: false,
        };
        let Some(mut xml) = part!(archive, "xl/workbook.xml") else {
            return Err(ImportError::malformed(
                READER.label,
                "it has no list of sheets",
                "Open it in its program, save it as .xlsx or CSV, and open that.",
            ));
        };
        loop {
            match xml.step()? {
                Step::Open(tag) if tag.name() == "sheet" => {
                    let name = tag.attribute("name").unwrap_or_default();
                    let target = tag.attribute("id").and_then(|id| targets.get(&id));
                    let hidden = tag
                        .attribute("state")
                        .is_some_and(|state| state != "visible");
                    // Sheets that hold a chart are of another kind, and have no cells.
                    if let Some(part) = target {
                        workbook.sheets.push(Sheet {
                            name,
                            hidden,
                            part: part.clone(),
                        });
                    }
                }
                Step::Open(tag) if tag.name() == "workbookPr" => {
                    let value = tag.attribute("date1904");
                    workbook.from_1904 = value.is_some_and(|value| value == "1" || value == "true");
                }
                Step::End => return Ok(workbook),
                _ => {}
            }
        }
    }
}

/// Parts of the sheets by the numbers that the workbook gives them.
fn targets(archive: &mut Archive) -> Result<HashMap<String, String>, ImportError> {
    let mut targets = HashMap::new();
    let Some(mut xml) = part!(archive, "xl/_rels/workbook.xml.rels") else {
        return Ok(targets);
    };
    loop {
        match xml.step()? {
            Step::Open(tag) if tag.name() == "Relationship" => {
                let kind = tag.attribute("Type").unwrap_or_default();
                let id = tag.attribute("Id");
                if let (Some(id), Some(target)) = (id, tag.attribute("Target"))
                    && kind.ends_with("/worksheet")
                {
                    let part = match target.strip_prefix('/') {
                        Some(absolute) => absolute.to_owned(),
                        None => format!("xl/{}", target.trim_start_matches("./")),
                    };
                    targets.insert(id, part);
                }
            }
            Step::End => return Ok(targets),
            _ => {}
        }
    }
}
