//! Which line the caret is in. The browser counts UTF-16 units over the whole text box.

use semblance_workspace::{Document, LineId, Span};
use web_sys::HtmlTextAreaElement;

/// The line that the caret, or the start of the marked words, is in.
pub fn line(area: &HtmlTextAreaElement, document: &Document) -> Option<LineId> {
    let offset = area.selection_start().ok().flatten()?;
    let lines = document.lines();
    let index = index_at(lines.iter().map(|line| &*line.content), offset as usize);
    lines.get(index).map(|line| line.id)
}

/// Puts the caret at the end of a change, where the box has the focus; a person who is elsewhere
/// is not pulled back to it.
pub fn place(area: &HtmlTextAreaElement, document: &Document, span: Span) {
    let active = area
        .owner_document()
        .and_then(|document| document.active_element());
    if active.as_ref() != Some(area.as_ref()) {
        return;
    }
    let last = (span.at + span.count).saturating_sub(1);
    let end = end_of(document.lines().iter().map(|line| &*line.content), last);
    if let Ok(end) = u32::try_from(end) {
        // The offset lies within the text that was just set.
        _ = area.set_selection_range(end, end);
    }
}

fn units(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

/// Index of the line with the unit at `offset`, counted from 0.
fn index_at<'a>(lines: impl Iterator<Item = &'a str>, offset: usize) -> usize {
    let mut end = 0;
    for (index, line) in lines.enumerate() {
        end += units(line) + 1;
        if offset < end {
            return index;
        }
    }
    0
}

/// Offset of the end of line `index`.
fn end_of<'a>(lines: impl Iterator<Item = &'a str>, index: usize) -> usize {
    let before: usize = lines.take(index + 1).map(|line| units(line) + 1).sum();
    before.saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carets_and_lines() {
        let lines = ["ab", "", "🙂é", "x"];
        let all = || lines.into_iter();
        // The units: a b ⏎ ⏎ 🙂🙂 é ⏎ x
        for (offset, line) in [
            (0, 0),
            (2, 0),
            (3, 1),
            (4, 2),
            (7, 2),
            (8, 3),
            (9, 3),
            (10, 0),
        ] {
            assert_eq!(index_at(all(), offset), line, "{offset}");
        }
        for (line, end) in [(0, 2), (1, 3), (2, 7), (3, 9), (9, 9)] {
            assert_eq!(end_of(all(), line), end, "{line}");
        }
        assert_eq!(end_of([].into_iter(), 0), 0);
    }
}
