//! Which styles show a number as a date or a time.

use std::collections::HashMap;

use super::{READER, part};
use crate::archive::Archive;
use crate::error::ImportError;
use crate::xml::{Step, Xml};

/// How a number is shown, as far as it changes what it means.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum NumberFormat {
    /// As a number.
    #[default]
    Number,
    /// As a day, a time, or both.
    Date,
}

/// The format of each style by its number.
pub fn number_formats(archive: &mut Archive) -> Result<Vec<NumberFormat>, ImportError> {
    let mut formats = Vec::new();
    let Some(mut xml) = part!(archive, "xl/styles.xml") else {
        return Ok(formats);
    };
    let mut own = HashMap::new();
    let mut in_cells = false;
    loop {
        match xml.step()? {
            Step::Open(tag) => match tag.name() {
                "numFmt" => {
                    let code = tag.attribute("formatCode").unwrap_or_default();
                    if let Some(id) = tag.number("numFmtId") {
                        own.insert(id, is_date_code(&code));
                    }
                }
                "cellXfs" => in_cells = true,
                "xf" if in_cells => {
                    let id = tag.number("numFmtId").unwrap_or(0);
                    let date = own
                        .get(&id)
                        .copied()
                        .unwrap_or_else(|| is_built_in_date(id));
                    formats.push(match date {
                        true => NumberFormat::Date,
                        false => NumberFormat::Number,
                    });
                }
                _ => {}
            },
            Step::Close(name) if name == "cellXfs" => in_cells = false,
            Step::End => return Ok(formats),
            _ => {}
        }
    }
}

/// Formats that every workbook has without naming them.
fn is_built_in_date(id: usize) -> bool {
    matches!(id, 14..=22 | 27..=36 | 45..=47 | 50..=58)
}

/// Whether a format has letters of days and times, other than in quotes and brackets.
fn is_date_code(code: &str) -> bool {
    let mut chars = code.chars();
    // What stands after a semicolon is for negative numbers.
    while let Some(c) = chars.next() {
        match c {
            '"' => {
                chars.by_ref().find(|&c| c == '"');
            }
            '\\' | '_' | '*' => {
                chars.next();
            }
            '[' => {
                let inner: String = chars.by_ref().take_while(|&c| c != ']').collect();
                // Hours, minutes and seconds that have passed: `[h]:mm`.
                let elapsed = !inner.is_empty() && inner.chars().all(|c| "hmsHMS".contains(c));
                if elapsed {
                    return true;
                }
            }
            ';' => return false,
            'y' | 'Y' | 'm' | 'M' | 'd' | 'D' | 'h' | 'H' | 's' | 'S' => return true,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::is_date_code;

    #[test]
    fn date_codes() {
        for code in ["yyyy-mm-dd", "[$-409]d. mmm", "[h]:mm", "\"on\" dd/mm"] {
            assert!(is_date_code(code), "{code}");
        }
        for code in [
            "0.00",
            "#,##0 \"days\"",
            "[Red]0;-0",
            "\\d0",
            "General",
            "0 [$EUR]",
        ] {
            assert!(!is_date_code(code), "{code}");
        }
    }
}
