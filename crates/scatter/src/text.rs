//! Texts cut and broken to fit.

/// Measures text as it will be drawn.
pub(crate) trait Measure {
    /// Width in CSS px of one line at `size` CSS px, bold or not.
    fn width(&mut self, text: &str, size: f64, bold: bool) -> f64;
}

/// Longest text looked at, in characters; what follows would not fit on any screen.
const LONGEST: usize = 400;

/// One line of a text: white space and control characters become single spaces, and only the
/// beginning of a very long text is kept.
pub(crate) fn one_line(text: &str) -> String {
    let mut line = String::new();
    let mut pending = false;
    for c in text.chars().take(LONGEST) {
        if c.is_whitespace() || c.is_control() {
            pending = !line.is_empty();
        } else {
            if std::mem::take(&mut pending) {
                line.push(' ');
            }
            line.push(c);
        }
    }
    if text.chars().nth(LONGEST).is_some() {
        line.push('…');
    }
    line
}

/// Whether a text may be cut before `next`: not inside what is drawn as one sign (accents, emoji
/// with modifiers or joined to others).
fn may_cut(previous: char, next: char) -> bool {
    let joins = |c: char| {
        matches!(c,
            '\u{300}'..='\u{36f}'
            | '\u{483}'..='\u{489}'
            | '\u{591}'..='\u{5bd}'
            | '\u{610}'..='\u{61a}'
            | '\u{64b}'..='\u{65f}'
            | '\u{900}'..='\u{903}'
            | '\u{93a}'..='\u{94f}'
            | '\u{e31}'
            | '\u{e34}'..='\u{e3a}'
            | '\u{e47}'..='\u{e4e}'
            | '\u{1ab0}'..='\u{1aff}'
            | '\u{200d}'
            | '\u{20d0}'..='\u{20ff}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{1f3fb}'..='\u{1f3ff}'
            | '\u{e0020}'..='\u{e007f}')
    };
    previous != '\u{200d}' && !joins(next)
}

/// Places, in bytes, at which a text may be cut, its end included, ascending.
fn cuts(text: &str) -> Vec<usize> {
    let mut cuts = Vec::new();
    let mut previous = None;
    for (at, c) in text.char_indices() {
        if previous.is_some_and(|p| may_cut(p, c)) {
            cuts.push(at);
        }
        previous = Some(c);
    }
    if !text.is_empty() {
        cuts.push(text.len());
    }
    cuts
}

/// The text if it fits into `width`, else its longest beginning that fits with "…" at its end; "…"
/// if not even one sign does. Measures few pieces, because measuring is slow: the first guess
/// comes from the width of the whole, and from there it looks farther in growing steps.
pub(crate) fn shorten(
    text: &str,
    width: f64,
    size: f64,
    bold: bool,
    measure: &mut dyn Measure,
) -> String {
    let whole = measure.width(text, size, bold);
    if whole <= width {
        return text.to_owned();
    }
    let cuts = cuts(text);
    let cut = |at: usize| format!("{}…", text[..cuts[at]].trim_end());
    let mut fits = |at: usize| measure.width(&cut(at), size, bold) <= width;
    // Cuts below `low` are known to fit, those from `high` on not to.
    let (mut low, mut high) = (0, cuts.len());
    let mut guess = (cuts.len() as f64 * (width / whole).clamp(0.0, 1.0)) as usize;
    let mut stride = 1;
    while low < high {
        let at = guess.clamp(low, high - 1);
        if fits(at) {
            low = at + 1;
            guess = at + stride;
        } else {
            high = at;
            guess = at.saturating_sub(stride);
        }
        stride *= 2;
        if stride > 4 {
            guess = (low + high) / 2;
        }
    }
    if low == 0 { "…".into() } else { cut(low - 1) }
}

/// The text if it has at most `most` signs, else its beginning with "…", no longer than that: up
/// to the end of a word where one ends in its last third.
pub(crate) fn abbreviate(text: &str, most: usize) -> String {
    let cuts = cuts(text);
    if cuts.len() <= most || most < 2 {
        return text.to_owned();
    }
    let mut kept = &text[..cuts[most - 2]];
    if !text[kept.len()..].starts_with(' ')
        && let Some(space) = kept.rfind(' ').filter(|at| *at >= cuts[(most - 1) * 2 / 3])
    {
        kept = &kept[..space];
    }
    // What stands between words says nothing before "…".
    let kept = kept.trim_end_matches(|c: char| c.is_whitespace() || ",;:·–—-/&|".contains(c));
    format!("{kept}…")
}

/// Breaks a line of text into at most `lines` lines of at most `width`, at spaces where there are
/// some; what doesn't fit is cut with "…".
pub(crate) fn wrap(
    text: &str,
    width: f64,
    lines: usize,
    size: f64,
    measure: &mut dyn Measure,
) -> Vec<String> {
    let mut wrapped = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        if wrapped.len() + 1 == lines {
            wrapped.push(shorten(rest, width, size, false, measure));
            break;
        }
        if measure.width(rest, size, false) <= width {
            wrapped.push(rest.to_owned());
            break;
        }
        let cuts = cuts(rest);
        let fitting = cuts.partition_point(|at| measure.width(&rest[..*at], size, false) <= width);
        let hard = cuts[fitting.saturating_sub(1)];
        let at = if rest[hard..].starts_with(' ') {
            hard
        } else {
            rest[..hard].rfind(' ').filter(|at| *at > 0).unwrap_or(hard)
        };
        wrapped.push(rest[..at].trim_end().to_owned());
        rest = rest[at..].trim_start();
    }
    wrapped
}

/// For tests: every character is 6 px wide at size 10.
#[cfg(test)]
pub(crate) struct Fixed;

#[cfg(test)]
impl Measure for Fixed {
    fn width(&mut self, text: &str, size: f64, _bold: bool) -> f64 {
        text.chars().count() as f64 * size * 0.6
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_become_one_line() {
        for (text, expected) in [
            ("a\n\tb  c\u{7}", "a b c"),
            ("  ", ""),
            ("", ""),
            ("héé", "héé"),
        ] {
            assert_eq!(one_line(text), expected);
        }
        let long = one_line(&"ab ".repeat(1_000_000));
        assert!(long.chars().count() <= LONGEST + 1 && long.ends_with('…'));
    }

    #[test]
    fn long_texts_are_cut_between_signs() {
        let cases = [
            ("hello world", 66.0, "hello world"),
            ("hello world", 60.0, "hello wor…"),
            ("hello world", 42.0, "hello…"),
            ("hello", 6.0, "…"),
            ("hello", 0.0, "…"),
            ("", 0.0, ""),
            ("ne\u{301}e\u{301}", 24.0, "ne\u{301}…"),
            ("ne\u{301}e\u{301}", 18.0, "n…"),
            ("👩\u{200d}👩\u{200d}👧x", 30.0, "…"),
            ("日本語テキスト", 30.0, "日本語テ…"),
        ];
        for (text, width, expected) in cases {
            assert_eq!(
                shorten(text, width, 10.0, false, &mut Fixed),
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn names_are_cut_at_words_where_that_costs_little() {
        for (text, expected) in [
            ("battery, charging", "battery, charging"),
            ("battery, charging, r", "battery, charging, r"),
            ("battery, charging, range", "battery, charging…"),
            ("a bcdefghijklmnopqrstuvwxyz", "a bcdefghijklmnopqr…"),
            (
                "ne\u{301}".repeat(11).as_str(),
                &format!("{}n…", "ne\u{301}".repeat(9)),
            ),
            ("", ""),
        ] {
            let short = abbreviate(text, 20);
            assert_eq!(short, expected);
            assert!(cuts(&short).len() <= 20);
        }
    }

    #[test]
    fn texts_are_broken_into_lines() {
        let wrap = |text, lines| wrap(text, 60.0, lines, 10.0, &mut Fixed);
        assert_eq!(wrap("one two three", 4), ["one two", "three"]);
        assert_eq!(
            wrap("one two three four five", 2),
            ["one two", "three fou…"]
        );
        assert_eq!(wrap("abcdefghijklmnop", 3), ["abcdefghij", "klmnop"]);
        assert_eq!(wrap("abcdefghij klm", 3), ["abcdefghij", "klm"]);
        assert_eq!(wrap("", 3), Vec::<String>::new());
        assert_eq!(wrap("日本語日本語日本語日本語", 3).len(), 2);
    }

    #[test]
    fn nothing_fits_and_nothing_hangs() {
        let lines = wrap("abc def", 1.0, 3, 10.0, &mut Fixed);
        assert_eq!(lines, ["a", "b", "…"]);
    }
}
