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
    /// The line as a text box shows it: a very long one is cut, and says how much is missing.
    pub fn shown(&self) -> Cow<'_, str> {
        match self.cut() {
            Some((start, rest)) => Cow::Owned([start, &mark(rest)].concat()),
            None => Cow::Borrowed(&self.content),
        }
    }

    /// The line as it is, as [`Line::shown`] would give it were it short.
    pub(crate) fn whole(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.content)
    }

    /// What the line says once its shown form has been edited to `edited`: the part that was not
    /// shown is kept, unless the words that stand for it were removed.
    pub(crate) fn edited(&self, edited: &str) -> Rc<str> {
        let kept = self.cut().and_then(|(_, rest)| {
            let start = edited.strip_suffix(mark(rest).as_str())?;
            Some([start, rest].concat().into())
        });
        kept.unwrap_or_else(|| edited.into())
    }

    fn cut(&self) -> Option<(&str, &str)> {
        if self.content.len() <= LONGEST_SHOWN {
            return None;
        }
        let end = (0..=LONGEST_SHOWN)
            .rev()
            .find(|&end| self.content.is_char_boundary(end))?;
        Some(self.content.split_at(end))
    }
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
            let line = Line {
                id: LineId(0),
                content: content.into(),
            };
            assert_eq!(line.is_text(), text, "{content:?}");
        }
    }

    #[test]
    fn a_very_long_line_is_cut_and_keeps_what_is_not_shown() {
        let line = |content: String| Line {
            id: LineId(0),
            content: content.into(),
        };
        let short = line("é".repeat(LONGEST_SHOWN / 2));
        assert_eq!(short.shown(), &*short.content);
        assert_eq!(&*short.edited("x"), "x");
        let long = line("é".repeat(LONGEST_SHOWN));
        let shown = long.shown().into_owned();
        assert!(
            shown.ends_with("é […10000 more characters]"),
            "{}",
            &shown[LONGEST_SHOWN..]
        );
        assert_eq!(long.edited(&shown), long.content);
        assert_eq!(
            *long.edited(&format!("x{shown}")),
            *format!("x{}", long.content)
        );
        assert_eq!(&*long.edited("only this"), "only this");
        let odd = line(format!("x{}", "é".repeat(LONGEST_SHOWN)));
        assert_eq!(
            odd.edited(&odd.shown()),
            odd.content,
            "cut between characters"
        );
    }

    #[test]
    fn white_space_at_the_ends_is_not_part_of_a_text() {
        let line = Line {
            id: LineId(0),
            content: "  a  b\t".into(),
        };
        assert_eq!(&*line.text(), "a  b");
        let plain = Line {
            id: LineId(0),
            content: "a".into(),
        };
        assert!(Rc::ptr_eq(&plain.text(), &plain.content));
    }
}
