//! Lines and how a text is split into them.

use std::borrow::Cow;
use std::rc::Rc;

/// Identity of a line: kept while the line is edited, moved, removed and brought back by undo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LineId(pub u64);

/// One line of the editor, without its line end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Identity, unique within a document and never reused.
    pub id: LineId,
    /// What the line says, exactly as typed.
    pub content: Rc<str>,
    /// Bytes at the end that a text box is not given.
    hidden: usize,
}

impl Line {
    /// Whether the line is a text: it holds at least one character that is neither white space
    /// nor a control character. Punctuation and emoji alone are texts.
    pub fn is_text(&self) -> bool {
        self.content.chars().any(says_something)
    }

    /// What is embedded: the line without white space at its ends, which no tokenizer sees, so
    /// that two lines that differ only there are one text.
    pub fn text(&self) -> Rc<str> {
        let trimmed = self.content.trim();
        if trimmed.len() == self.content.len() {
            self.content.clone()
        } else {
            trimmed.into()
        }
    }
}

/// Bytes of a line that a text box is given at most. Browsers lay a longer one out anew, for
/// seconds, with each key.
const LONGEST_SHOWN: usize = 20_000;

impl Line {
    /// A line as a file or a sample gives it.
    pub fn new(id: LineId, content: impl Into<Rc<str>>) -> Line {
        let content = content.into();
        let hidden = if content.len() <= LONGEST_SHOWN {
            0
        } else {
            let end = (0..=LONGEST_SHOWN)
                .rev()
                .find(|&end| content.is_char_boundary(end));
            content.len() - end.unwrap_or(0)
        };
        Line {
            id,
            content,
            hidden,
        }
    }

    /// The line as a text box shows it: a very long one is cut, and says how much is missing.
    pub fn shown(&self) -> Cow<'_, str> {
        match self.halves() {
            (_, "") => Cow::Borrowed(&self.content),
            (start, rest) => Cow::Owned([start, &mark(rest)].concat()),
        }
    }

    /// The line as it is, as [`Line::shown`] would give it were it short.
    pub(crate) fn whole(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.content)
    }

    /// The same line once its shown form has been edited to `edited`. What was not shown stays in
    /// its place, unless all of the words that stand for it were removed.
    pub(crate) fn edited(&self, edited: &str) -> Line {
        let (start, rest) = self.halves();
        if rest.is_empty() {
            return Line::new(self.id, edited);
        }
        let shown = self.shown();
        // The edit took out `shown[from..to]` and put in `typed`.
        let (from, after) = common_ends(&shown, edited);
        let to = shown.len() - after;
        let typed = &edited[from..edited.len() - after];
        let cut = start.len();
        if to <= cut {
            let start = [&start[..from], typed, &start[to..]].concat();
            let content = [start.as_str(), rest].concat();
            if start.len() > 2 * LONGEST_SHOWN {
                return Line::new(self.id, content);
            }
            // The cut stays where it is, so that the box need not be written with each key.
            return Line {
                id: self.id,
                content: content.into(),
                hidden: self.hidden,
            };
        }
        if from == shown.len() {
            return Line::new(self.id, [start, rest, typed].concat());
        }
        if from <= cut && to == shown.len() {
            return Line::new(self.id, edited);
        }
        Line::new(self.id, [&start[..from.min(cut)], typed, rest].concat())
    }

    fn halves(&self) -> (&str, &str) {
        self.content.split_at(self.content.len() - self.hidden)
    }
}

/// Bytes that two texts share at their starts and, of what is left, at their ends.
fn common_ends(a: &str, b: &str) -> (usize, usize) {
    let same = |(x, y): &(char, char)| x == y;
    let bytes = |(x, _): (char, char)| x.len_utf8();
    let start = a.chars().zip(b.chars()).take_while(same).map(bytes).sum();
    let ends = a[start..].chars().rev().zip(b[start..].chars().rev());
    (start, ends.take_while(same).map(bytes).sum())
}

fn mark(rest: &str) -> String {
    format!(" […{} more characters]", rest.chars().count())
}

fn says_something(c: char) -> bool {
    // Zero-width space, joiners, direction marks and the byte order mark draw nothing either.
    !c.is_whitespace() && !c.is_control() && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}')
}

/// The lines of `text`. A line ends with `\n`, `\r\n` or `\r`; the last may end with nothing, so
/// that there is always at least one line.
pub fn split_lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let current = rest?;
        let Some(end) = current.bytes().position(|b| b == b'\n' || b == b'\r') else {
            rest = None;
            return Some(current);
        };
        let length = if current[end..].starts_with("\r\n") {
            2
        } else {
            1
        };
        rest = Some(&current[end + length..]);
        Some(&current[..end])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends() {
        for (text, lines) in [
            ("", &[""] as &[&str]),
            ("a", &["a"]),
            ("a\n", &["a", ""]),
            ("a\nb", &["a", "b"]),
            ("a\r\nb\rc\nd", &["a", "b", "c", "d"]),
            ("\r\n\r\n", &["", "", ""]),
            ("a\u{2028}b", &["a\u{2028}b"]),
            ("a\0b\n\0", &["a\0b", "\0"]),
        ] {
            assert_eq!(split_lines(text).collect::<Vec<_>>(), lines, "{text:?}");
        }
    }

    #[test]
    fn what_is_a_text() {
        for (content, text) in [
            ("", false),
            (" \t\u{a0}\u{3000}", false),
            ("\0\u{7}", false),
            ("\u{feff}\u{200b}", false),
            (".", true),
            ("\u{fffd}", true),
            ("🙂", true),
            (" a ", true),
            ("שלום", true),
        ] {
            let line = Line::new(LineId(0), content);
            assert_eq!(line.is_text(), text, "{content:?}");
        }
    }

    #[test]
    fn a_very_long_line_is_cut_and_keeps_what_is_not_shown() {
        let short = Line::new(LineId(0), "é".repeat(LONGEST_SHOWN / 2));
        assert_eq!(short.shown(), &*short.content);
        assert_eq!(&*short.edited("x").content, "x");

        let long = Line::new(LineId(0), "é".repeat(LONGEST_SHOWN));
        let shown = long.shown().into_owned();
        assert!(shown.ends_with("é […10000 more characters]"), "{shown}");
        assert_eq!(long.edited(&shown), long);
        // Typing goes on in a box that nobody writes meanwhile.
        let typed = format!("xy{shown}");
        let edited = long.edited(&typed[1..]).edited(&typed);
        assert_eq!(*edited.content, *format!("xy{}", long.content));
        assert_eq!(edited.shown(), typed);
        // Behind the cut: what is typed goes behind what is not shown.
        let behind = long.edited(&format!("{shown}z"));
        assert_eq!(*behind.content, *format!("{}z", long.content));
        assert!(behind.shown().ends_with("[…10001 more characters]"));
        // Inside the words of the cut: they are not the person's.
        for (at, typed) in [(1, "z"), (5, "é"), (5, "")] {
            let cut = LONGEST_SHOWN + at + usize::from(at > 1) * 2;
            let end = if typed.is_empty() { cut + 1 } else { cut };
            let inside = long.edited(&format!("{}{typed}{}", &shown[..cut], &shown[end..]));
            assert_eq!(inside.content.len(), long.content.len() + typed.len());
        }
        // The cut itself removed: what it stood for is meant.
        assert_eq!(&*long.edited("only this").content, "only this");
        // So much before the cut that the box must be given less.
        let grown = long.edited(&format!("{}{shown}", "x".repeat(2 * LONGEST_SHOWN)));
        assert_eq!(grown.content.len(), long.content.len() + 2 * LONGEST_SHOWN);
        assert!(grown.shown().len() < LONGEST_SHOWN + 100);

        let odd = Line::new(LineId(0), format!("x{}", "é".repeat(LONGEST_SHOWN)));
        assert_eq!(odd.edited(&odd.shown()), odd, "cut between characters");
    }

    #[test]
    fn white_space_at_the_ends_is_not_part_of_a_text() {
        let line = Line::new(LineId(0), "  a  b\t");
        assert_eq!(&*line.text(), "a  b");
        let plain = Line::new(LineId(0), "a");
        assert!(Rc::ptr_eq(&plain.text(), &plain.content));
    }
}
