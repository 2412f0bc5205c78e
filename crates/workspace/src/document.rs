//! The lines and every way of changing them.

use crate::diff::{Difference, difference};
use crate::history::{History, Splice};
use crate::line::{Line, LineId, split_lines};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::rc::Rc;

/// Which way a line moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Towards the first line.
    Up,
    /// Towards the last line.
    Down,
}

/// A line that is embedded, where it stands and which group it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The line.
    pub line: LineId,
    /// What it says, without white space at its ends.
    pub text: Rc<str>,
    /// Its group, counted from 0: texts between two runs of empty lines.
    pub group: u32,
}

/// Where a change happened: `count` lines from line `at` on are new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The first line that changed, counted from 0.
    pub at: usize,
    /// How many lines stand there now; 0 where lines were only removed.
    pub count: usize,
}

/// The lines of the editor with undo. Cloning is cheap: lines are shared until changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    lines: Rc<Vec<Line>>,
    history: History,
    next: u64,
    revision: u64,
}

impl Default for Document {
    fn default() -> Self {
        Document::new("")
    }
}

impl Document {
    /// A document with nothing to undo.
    pub fn new(text: &str) -> Self {
        let mut next = 0;
        let lines = split_lines(text)
            .map(|line| fresh(&mut next, line))
            .collect();
        Document {
            lines: Rc::new(lines),
            history: History::default(),
            next,
            revision: 0,
        }
    }

    /// All lines, the empty ones too; never none.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// The lines as a shared list, to hold or compare by pointer.
    pub fn shared_lines(&self) -> Rc<Vec<Line>> {
        self.lines.clone()
    }

    /// Grows with every change of the lines; equal revisions of one document are equal.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// The whole document, lines joined by `\n`.
    pub fn to_text(&self) -> String {
        join(self.lines.iter().map(Line::whole))
    }

    /// Some of the lines as a text box shows them (see [`Line::shown`]), joined by `\n`. Lines that
    /// don't exist are left out.
    pub fn shown_text(&self, range: Range<usize>) -> String {
        join(self.part(&range).iter().map(Line::shown))
    }

    fn part(&self, range: &Range<usize>) -> &[Line] {
        let end = range.end.min(self.lines.len());
        &self.lines[range.start.min(end)..end]
    }

    /// The lines that are embedded, in order. A run of lines that say nothing begins a new group.
    pub fn texts(&self) -> Vec<Text> {
        let mut texts: Vec<Text> = Vec::new();
        let mut parted = false;
        let mut group = 0;
        for line in self.lines.iter() {
            if line.is_text() {
                group += u32::from(parted);
                parted = false;
                texts.push(Text {
                    line: line.id,
                    text: line.text(),
                    group,
                });
            } else {
                parted = !texts.is_empty();
            }
        }
        texts
    }

    /// Whether no line is a text.
    pub fn is_blank(&self) -> bool {
        !self.lines.iter().any(Line::is_text)
    }

    /// Where a line stands, counted from 0.
    pub fn position(&self, id: LineId) -> Option<usize> {
        self.lines.iter().position(|line| line.id == id)
    }

    /// Makes the lines of `range` say `text`, as typed into a box that held them as
    /// [`Document::shown_text`] gives them. Lines that did not change keep their identity, and so
    /// does a line that was edited. None when nothing changed.
    pub fn type_within(&mut self, range: Range<usize>, text: &str) -> Option<Span> {
        let start = range.start.min(self.lines.len());
        let part = self.part(&range);
        let mut change = difference(part, Line::shown, split_lines(text).collect())?;
        change.at += start;
        Some(self.replace_lines(change, true))
    }

    /// Makes the whole document say `text`, as one step of its own in the history: a file opened,
    /// a sample chosen. Identities are kept as in [`Document::type_within`].
    pub fn replace_text(&mut self, text: &str) -> Option<Span> {
        let change = difference(&self.lines, Line::whole, split_lines(text).collect())?;
        Some(self.replace_lines(change, false))
    }

    /// Puts the lines of `text` after the line `after`, or first.
    pub fn insert(&mut self, after: Option<LineId>, text: &str) -> Span {
        let at = after
            .and_then(|id| self.position(id))
            .map_or(0, |position| position + 1);
        let inserted = split_lines(text)
            .map(|line| fresh(&mut self.next, line))
            .collect();
        self.apply(
            Splice {
                at,
                removed: vec![],
                inserted,
            },
            false,
        )
    }

    /// Adds the lines of `text` at the end; in place of the only line while that is empty.
    pub fn append(&mut self, text: &str) -> Span {
        let last_is_empty = self
            .lines
            .last()
            .is_some_and(|line| line.content.is_empty());
        let at = self.lines.len() - usize::from(last_is_empty);
        let inserted = split_lines(text)
            .map(|line| fresh(&mut self.next, line))
            .collect();
        let removed = self.lines[at..].to_vec();
        self.apply(
            Splice {
                at,
                removed,
                inserted,
            },
            false,
        )
    }

    /// Removes a line. The last one left is emptied, since an editor always has a line.
    pub fn remove(&mut self, id: LineId) -> Option<Span> {
        let at = self.position(id)?;
        let removed = vec![self.lines[at].clone()];
        let inserted = if self.lines.len() == 1 {
            vec![fresh(&mut self.next, "")]
        } else {
            vec![]
        };
        Some(self.apply(
            Splice {
                at,
                removed,
                inserted,
            },
            false,
        ))
    }

    /// Moves a line by one. None at the end it is moved towards.
    pub fn move_by_one(&mut self, id: LineId, direction: Direction) -> Option<Span> {
        let from = self.position(id)?;
        let to = match direction {
            Direction::Up => from.checked_sub(1)?,
            Direction::Down => from + 1,
        };
        self.move_to(id, to)
    }

    /// Moves a line to position `to`, the others closing up. None when it is there already or
    /// there is no such position.
    pub fn move_to(&mut self, id: LineId, to: usize) -> Option<Span> {
        let from = self.position(id)?;
        if from == to || to >= self.lines.len() {
            return None;
        }
        let (start, end) = (from.min(to), from.max(to) + 1);
        let removed = self.lines[start..end].to_vec();
        let mut inserted = removed.clone();
        if from < to {
            inserted.rotate_left(1);
        } else {
            inserted.rotate_right(1);
        }
        self.apply(
            Splice {
                at: start,
                removed,
                inserted,
            },
            false,
        );
        Some(Span { at: to, count: 1 })
    }

    /// Removes some lines, as one step of its own in the history. None when none of them is there.
    pub fn remove_all(&mut self, ids: &HashSet<LineId>) -> Option<Span> {
        let removed = self.lines.to_vec();
        let mut inserted: Vec<Line> = removed.clone();
        inserted.retain(|line| !ids.contains(&line.id));
        if inserted.len() == removed.len() {
            return None;
        }
        if inserted.is_empty() {
            // A document has at least one line.
            inserted.push(fresh(&mut self.next, ""));
        }
        Some(self.apply(
            Splice {
                at: 0,
                removed,
                inserted,
            },
            false,
        ))
    }

    /// Puts the texts into this order, as one step of its own in the history. Lines that say
    /// nothing part groups that no longer lie together: they go. Texts that are not named come
    /// last. None when nothing changed.
    pub fn arrange(&mut self, order: &[LineId]) -> Option<Span> {
        let texts = self.lines.iter().filter(|line| line.is_text());
        let mut left: HashMap<LineId, &Line> = texts.clone().map(|line| (line.id, line)).collect();
        let named: Vec<Line> = order
            .iter()
            .filter_map(|id| left.remove(id).cloned())
            .collect();
        let unnamed = texts.filter(|line| left.contains_key(&line.id)).cloned();
        let inserted: Vec<Line> = named.into_iter().chain(unnamed).collect();
        if inserted.is_empty() || inserted == *self.lines {
            return None;
        }
        let removed = self.lines.to_vec();
        Some(self.apply(
            Splice {
                at: 0,
                removed,
                inserted,
            },
            false,
        ))
    }

    /// Takes the last change back.
    pub fn undo(&mut self) -> Option<Span> {
        let splice = self.history.undo()?;
        Some(self.splice(splice))
    }

    /// Makes the change last undone again.
    pub fn redo(&mut self) -> Option<Span> {
        let splice = self.history.redo()?;
        Some(self.splice(splice))
    }

    /// Whether there is something to undo.
    pub fn can_undo(&self) -> bool {
        self.history.can_undo()
    }

    /// Whether there is something to redo.
    pub fn can_redo(&self) -> bool {
        self.history.can_redo()
    }

    /// Ends an undo step: what is typed from now on is undone apart from what was typed before.
    pub fn seal(&mut self) {
        self.history.seal();
    }

    fn replace_lines(&mut self, change: Difference, typing: bool) -> Span {
        let removed = self.lines[change.at..change.at + change.removed].to_vec();
        let by_id: HashMap<LineId, &Line> = removed.iter().map(|line| (line.id, line)).collect();
        let inserted = change
            .inserted
            .into_iter()
            .zip(change.identities)
            .map(|(content, id)| match id.and_then(|id| by_id.get(&id)) {
                Some(line) if typing => line.edited(content),
                Some(line) => Line::new(line.id, content),
                None => fresh(&mut self.next, content),
            })
            .collect();
        self.apply(
            Splice {
                at: change.at,
                removed,
                inserted,
            },
            typing,
        )
    }

    fn apply(&mut self, splice: Splice, typing: bool) -> Span {
        self.history.push(splice.clone(), typing);
        self.splice(splice)
    }

    fn splice(&mut self, splice: Splice) -> Span {
        let Splice {
            at,
            removed,
            inserted,
        } = splice;
        let count = inserted.len();
        Rc::make_mut(&mut self.lines).splice(at..at + removed.len(), inserted);
        self.revision += 1;
        Span { at, count }
    }
}

fn join<'a>(lines: impl Iterator<Item = Cow<'a, str>> + Clone) -> String {
    let bytes = lines.clone().map(|line| line.len() + 1).sum();
    let mut text = String::with_capacity(bytes);
    for (index, line) in lines.enumerate() {
        if index > 0 {
            text.push('\n');
        }
        text.push_str(&line);
    }
    text
}

fn fresh(next: &mut u64, content: &str) -> Line {
    let id = LineId(*next);
    *next += 1;
    Line::new(id, content)
}

#[cfg(test)]
#[path = "document_tests.rs"]
mod tests;
