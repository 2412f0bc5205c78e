//! Which lines of an edited text are the lines it had before.

use crate::line::{Line, LineId};
use std::borrow::Cow;
use std::collections::{HashMap, VecDeque};

/// What turns one list of lines into another: the lines from `at` on that go, and what comes in
/// their place. `identities[i]` is the line that the `i`-th new one continues, if any.
pub(crate) struct Difference<'a> {
    pub at: usize,
    pub removed: usize,
    pub inserted: Vec<&'a str>,
    pub identities: Vec<Option<LineId>>,
}

/// Compares line by line, each old one by its `form`. Equal lines at both ends are left alone. In
/// between, a line continues the first one with the same words that is still free; what is left is
/// paired in order where the two are [`kin`], which is what typing, splitting and joining do to a
/// line. None when nothing changed. Time is linear in the number of lines.
pub(crate) fn difference<'a>(
    old: &[Line],
    form: impl Fn(&Line) -> Cow<'_, str>,
    new: Vec<&'a str>,
) -> Option<Difference<'a>> {
    let same = |(a, b): &(&Line, &&str)| form(a) == ***b;
    let start = old.iter().zip(&new).take_while(same).count();
    let end = old[start..]
        .iter()
        .rev()
        .zip(new[start..].iter().rev())
        .take_while(same)
        .count();
    let removed = &old[start..old.len() - end];
    let inserted = new[start..new.len() - end].to_vec();
    if removed.is_empty() && inserted.is_empty() {
        return None;
    }

    let mut free: HashMap<Cow<str>, VecDeque<usize>> = HashMap::new();
    for (index, line) in removed.iter().enumerate() {
        free.entry(form(line)).or_default().push_back(index);
    }
    let mut taken = vec![false; removed.len()];
    let mut identities: Vec<Option<LineId>> = inserted
        .iter()
        .map(|text| {
            let index = free.get_mut(*text)?.pop_front()?;
            taken[index] = true;
            Some(removed[index].id)
        })
        .collect();
    let mut left = removed
        .iter()
        .zip(&taken)
        .filter(|(_, taken)| !**taken)
        .map(|(line, _)| line);
    for (identity, text) in identities
        .iter_mut()
        .zip(&inserted)
        .filter(|(id, _)| id.is_none())
    {
        let Some(line) = left.next() else { break };
        *identity = kin(&form(line), text).then_some(line.id);
    }
    Some(Difference {
        at: start,
        removed: removed.len(),
        inserted,
        identities,
    })
}

/// Whether `new` may pass for an edited `old`: what they share at the two ends makes up at least
/// half of the shorter one.
fn kin(old: &str, new: &str) -> bool {
    let shorter = old.len().min(new.len());
    let start = old
        .bytes()
        .zip(new.bytes())
        .take_while(|(a, b)| a == b)
        .count();
    let ends = old.bytes().rev().zip(new.bytes().rev());
    let end = ends
        .take(shorter - start)
        .take_while(|(a, b)| a == b)
        .count();
    (start + end) * 2 >= shorter
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<Line> {
        let ids = (0..).map(LineId);
        crate::split_lines(text)
            .zip(ids)
            .map(|(content, id)| Line::new(id, content))
            .collect()
    }

    /// The identities after the edit, with `-` for a new line.
    fn after(old: &str, new: &str) -> String {
        let old = lines(old);
        let name = |id: LineId| id.0.to_string();
        let mut names: Vec<String> = old.iter().map(|line| name(line.id)).collect();
        if let Some(d) = difference(&old, Line::shown, crate::split_lines(new).collect()) {
            let fresh = d
                .identities
                .into_iter()
                .map(|id| id.map_or("-".into(), name));
            names.splice(d.at..d.at + d.removed, fresh);
        }
        names.join(" ")
    }

    #[test]
    fn identities() {
        for (old, new, expected) in [
            ("a\nb\nc", "a\nb\nc", "0 1 2"),
            ("cat\ndog\nfox", "cat\ndogs\nfox", "0 1 2"),
            ("cat\ndog\nfox", "cat\nfox", "0 2"),
            ("cat\ndog\nfox", "cat\nowl\ndog\nfox", "0 - 1 2"),
            // Two lines change places.
            ("cat\ndog\nfox", "dog\ncat\nfox", "1 0 2"),
            // A line is split, two are joined.
            ("cat dog\nfox", "cat \ndog\nfox", "0 - 1"),
            ("cat\ndog\nfox", "catdog\nfox", "0 2"),
            // Typing into an empty line.
            ("cat\n\nfox", "cat\nx\nfox", "0 1 2"),
            // Another text altogether.
            ("cat", "A wholly different thing", "-"),
            ("cat\ndog", "one\ntwo\nthree", "- - -"),
            // The same words twice: each has a line of its own.
            ("a\na", "a\na\na", "0 1 -"),
            ("a\nb\na", "a\na", "0 2"),
            // Everything goes.
            ("cat\ndog", "", "0"),
        ] {
            assert_eq!(after(old, new), expected, "{old:?} -> {new:?}");
        }
    }

    #[test]
    fn kin_is_symmetric_and_safe_for_any_length() {
        for (a, b, expected) in [
            ("", "", true),
            ("", "abc", true),
            ("aaa", "aa", true),
            ("ab", "ba", false),
        ] {
            assert_eq!(kin(a, b), expected, "{a:?} {b:?}");
            assert_eq!(kin(b, a), expected, "{b:?} {a:?}");
        }
    }
}
