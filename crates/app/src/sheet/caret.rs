//! Where the caret is. The browser counts UTF-16 units over what the text box holds, which is a
//! window of the document's lines.

use semblance_workspace::{Document, Line, LineId, Span};
use std::borrow::Cow;
use std::ops::Range;
use web_sys::HtmlTextAreaElement;

/// A line of the document, counted from 0, and the units before the caret in it.
type Position = (usize, usize);

/// The line that the caret, or the start of the marked words, is in.
pub fn line(
    area: &HtmlTextAreaElement,
    document: &Document,
    window: &Range<usize>,
) -> Option<LineId> {
    let (line, _) = position(area, document, window)?;
    document.lines().get(line).map(|line| line.id)
}

/// Where the caret is, while the box holds these lines.
pub fn position(
    area: &HtmlTextAreaElement,
    document: &Document,
    window: &Range<usize>,
) -> Option<Position> {
    let offset = area.selection_start().ok().flatten()?;
    let (line, column) = position_of(contents(document, window), offset as usize);
    Some((window.start + line, column))
}

/// Puts the caret at the end of a change, where the box has the focus; a person who is elsewhere
/// is not pulled back to it.
pub fn place(area: &HtmlTextAreaElement, document: &Document, window: &Range<usize>, span: Span) {
    let last = (span.at + span.count).saturating_sub(1);
    let column = document
        .lines()
        .get(last)
        .map_or(0, |line| units(&line.shown()));
    restore(area, document, window, Some((last, column)));
}

/// Puts the caret back where it was before the box was given other lines, if it is among them.
pub fn restore(
    area: &HtmlTextAreaElement,
    document: &Document,
    window: &Range<usize>,
    position: Option<Position>,
) {
    let active = area
        .owner_document()
        .and_then(|document| document.active_element());
    let Some((line, column)) = position.filter(|_| active.as_ref() == Some(area.as_ref())) else {
        return;
    };
    let Some(line) = line
        .checked_sub(window.start)
        .filter(|&line| line < window.len())
    else {
        return;
    };
    let start: usize = contents(document, window)
        .take(line)
        .map(|line| units(&line) + 1)
        .sum();
    if let Ok(offset) = u32::try_from(start + column) {
        // The offset lies within the text that was just set.
        _ = area.set_selection_range(offset, offset);
    }
}

/// What the box would hold after `text` took the place of the marked words.
pub fn with(area: &HtmlTextAreaElement, text: &str) -> String {
    let value = area.value();
    let unit = |offset: Option<u32>| byte_at(&value, offset.unwrap_or(u32::MAX) as usize);
    let start = unit(area.selection_start().ok().flatten());
    let end = unit(area.selection_end().ok().flatten()).max(start);
    [&value[..start], text, &value[end..]].concat()
}

fn contents<'a>(
    document: &'a Document,
    window: &Range<usize>,
) -> impl Iterator<Item = Cow<'a, str>> {
    let end = window.end.min(document.lines().len());
    let lines: &[Line] = &document.lines()[window.start.min(end)..end];
    lines.iter().map(Line::shown)
}

fn units(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

/// The byte at which the character with the unit at `offset` begins.
fn byte_at(text: &str, offset: usize) -> usize {
    let mut before = 0;
    for (byte, c) in text.char_indices() {
        if before + c.len_utf16() > offset {
            return byte;
        }
        before += c.len_utf16();
    }
    text.len()
}

/// Line, counted from 0, and units before `offset` in it.
fn position_of<'a>(lines: impl Iterator<Item = Cow<'a, str>>, offset: usize) -> (usize, usize) {
    let mut start = 0;
    for (index, line) in lines.enumerate() {
        let end = start + units(&line);
        if offset <= end {
            return (index, offset - start);
        }
        start = end + 1;
    }
    (0, 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_are_utf_16_units() {
        let lines = ["ab", "", "🙂é", "x"];
        // The units: a b ⏎ ⏎ 🙂🙂 é ⏎ x
        for (offset, position) in [
            (0, (0, 0)),
            (2, (0, 2)),
            (3, (1, 0)),
            (4, (2, 0)),
            (7, (2, 3)),
            (8, (3, 0)),
            (9, (3, 1)),
            (10, (0, 0)),
        ] {
            assert_eq!(
                position_of(lines.into_iter().map(Cow::Borrowed), offset),
                position,
                "{offset}"
            );
        }
        let text = lines.join("\n");
        for (offset, byte) in [(0, 0), (2, 2), (4, 4), (6, 8), (7, 10), (9, 12), (99, 12)] {
            assert_eq!(byte_at(&text, offset), byte, "{offset}");
        }
    }

    #[test]
    fn lines_of_a_window() {
        let document = Document::new("a\nb\nc");
        assert_eq!(contents(&document, &(1..9)).collect::<Vec<_>>(), ["b", "c"]);
        assert_eq!(contents(&document, &(7..9)).count(), 0);
    }
}
