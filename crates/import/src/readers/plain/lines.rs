//! Lines and how they are joined.

/// The lines of a text, whatever ends them: LF, CRLF or CR.
pub fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let Some(end) = text.bytes().position(|byte| matches!(byte, b'\n' | b'\r')) else {
            rest = None;
            // What stands after the last line end is a line only if there is something.
            return (!text.is_empty()).then_some(text);
        };
        let (line, after) = text.split_at_checked(end)?;
        let after = after
            .strip_prefix("\r\n")
            .or_else(|| after.strip_prefix(['\n', '\r']));
        rest = after;
        Some(line)
    })
}

/// Whether a line has a character that can be seen.
pub fn says_something(line: &str) -> bool {
    let hidden = |c: char| {
        c.is_whitespace()
            || c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
    };
    !line.chars().all(hidden)
}

/// What stands between two lines of one paragraph: a space, but nothing within Chinese or
/// Japanese, or in a word with a hyphen.
pub fn joint(before: &str, after: &str) -> &'static str {
    let (Some(last), Some(next)) = (before.chars().next_back(), after.chars().next()) else {
        return "";
    };
    let hyphen = last == '-' && before.chars().rev().nth(1).is_some_and(char::is_alphabetic);
    if (is_unspaced(last) && is_unspaced(next)) || (hyphen && next.is_lowercase()) {
        ""
    } else {
        " "
    }
}

/// Whether a character belongs to a script that puts no spaces between words.
fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{3000}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ff00}'..='\u{ffef}'
        | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_line_end() {
        let split = |text| lines(text).collect::<Vec<_>>();
        assert_eq!(split("a\nb\r\nc\rd"), ["a", "b", "c", "d"]);
        assert_eq!(split("a\n\n\r\r\n"), ["a", "", "", ""]);
        assert_eq!(split("\r\nx"), ["", "x"]);
        assert!(split("").is_empty());
    }

    #[test]
    fn lines_are_joined_as_the_script_wants_it() {
        assert_eq!(joint("the cat", "sleeps"), " ");
        assert_eq!(joint("猫は", "眠る"), "");
        assert_eq!(joint("well-", "known"), "");
        assert_eq!(joint("1990 -", "today"), " ");
    }
}
