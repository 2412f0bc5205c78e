//! How a plain text is built: found in one pass before it is read.

use std::collections::HashSet;

use super::lines::{lines, says_something};
use super::prefix::{self, Message};
use crate::imported::TextShape;

/// What one pass over the lines shows.
pub struct Survey {
    /// For the person to choose from.
    pub shape: TextShape,
    /// How the lines of a chat begin.
    pub speech: Speech,
}

/// How the lines of a chat begin.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Speech {
    /// With times.
    pub times: bool,
    /// With names, perhaps after the times.
    pub names: bool,
}

impl Speech {
    /// The line in parts, if it begins as the others do.
    pub fn parse<'a>(&self, line: &'a str) -> Option<Message<'a>> {
        match self {
            Speech { times: true, .. } => prefix::timed(line),
            Speech { names: true, .. } => prefix::named(line),
            _ => None,
        }
    }
}

/// Characters of the lines of a text that was broken by hand or by a mail program.
const WRAPPED: std::ops::RangeInclusive<usize> = 50..=100;

/// Characters of a line that are counted.
const LONG: usize = 128;

/// Names that are told apart; more than this many people don't make a chat.
const MOST_NAMES: usize = 1_000;

#[derive(Default)]
struct Count {
    shape: TextShape,
    timed: usize,
    timed_names: usize,
    named: usize,
    names: HashSet<String>,
    /// Characters of the longest line of those that aren't the last of their paragraph.
    longest: usize,
    /// Such lines by length, up to [`LONG`].
    lengths: Vec<usize>,
    /// Such lines that end with the end of a sentence.
    ends: usize,
}

impl Survey {
    pub fn of(text: &str) -> Survey {
        let mut count = Count::default();
        let mut before: Option<&str> = None;
        for line in lines(text) {
            let line = line.trim();
            if says_something(line) {
                count.line(line);
                match before {
                    Some(before) => count.goes_on(before),
                    None => count.shape.paragraphs += 1,
                }
                before = Some(line);
            } else {
                before = None;
            }
        }
        count.finish()
    }
}

impl Count {
    fn line(&mut self, line: &str) {
        self.shape.lines += 1;
        if let Some(message) = prefix::timed(line) {
            self.timed += 1;
            self.timed_names += usize::from(!message.name.is_empty());
        } else if let Some(message) = prefix::named(line) {
            self.named += 1;
            if self.names.len() < MOST_NAMES && !self.names.contains(message.name) {
                self.names.insert(message.name.to_owned());
            }
        } else if prefix::list_item(line).is_some() {
            self.shape.list_items += 1;
        }
    }

    /// A line that isn't the last of its paragraph.
    fn goes_on(&mut self, line: &str) {
        let length = line.chars().take(LONG).count();
        self.longest = self.longest.max(length);
        self.lengths.resize(LONG + 1, 0);
        if let Some(count) = self.lengths.get_mut(length) {
            *count += 1;
        }
        let end = ['.', '!', '?', ':', ';', '"', '”', '。', '！', '？'];
        self.ends += usize::from(line.ends_with(end));
    }

    fn finish(self) -> Survey {
        let Count { mut shape, .. } = self;
        let mut speech = Speech::default();
        // Messages have several lines, and people write lists and addresses in them.
        if self.timed >= 2 && self.timed * 10 >= shape.lines * 3 {
            shape.messages = self.timed;
            speech.times = true;
            speech.names = self.timed_names > 0;
        } else if self.named >= 4
            && self.named * 10 >= shape.lines * 6
            && self.names.len() * 2 <= self.named
        {
            shape.messages = self.named;
            speech.names = true;
        }
        let all: usize = self.lengths.iter().sum();
        let long: usize = self.lengths.iter().skip(self.longest * 3 / 4).sum();
        shape.wrapped = WRAPPED.contains(&self.longest)
            && all >= 3
            && long * 10 >= all * 8
            && self.ends * 2 < all
            && shape.messages == 0
            && shape.list_items * 2 < shape.lines;
        Survey { shape, speech }
    }
}
