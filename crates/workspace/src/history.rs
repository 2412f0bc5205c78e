//! Undo and redo. Every change of the lines is one splice, which is its own inverse turned round.

use crate::line::Line;
use std::rc::Rc;

/// Lines `removed` from position `at` and what was `inserted` in their place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Splice {
    pub at: usize,
    pub removed: Vec<Line>,
    pub inserted: Vec<Line>,
}

impl Splice {
    fn bytes(&self) -> usize {
        let lines = self.removed.iter().chain(&self.inserted);
        lines
            .map(|line| line.content.len() + size_of::<Line>())
            .sum()
    }

    pub fn inverse(&self) -> Splice {
        Splice {
            at: self.at,
            removed: self.inserted.clone(),
            inserted: self.removed.clone(),
        }
    }
}

/// Steps kept, whatever their size.
const STEPS: usize = 1_000;
/// Bytes of text kept in all steps together; the latest step is always kept.
const BYTES: usize = 128 << 20;

/// What can be undone and redone. Cloning is cheap.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct History {
    done: Vec<Rc<Splice>>,
    undone: Vec<Rc<Splice>>,
    /// The last step is still being typed: the next keystroke on the same lines joins it.
    open: bool,
}

impl History {
    /// Records a change that was made. `typing` joins it to the previous step where that was
    /// typing on the same lines and nothing has [sealed](Self::seal) it.
    pub fn push(&mut self, splice: Splice, typing: bool) {
        self.undone.clear();
        let joins = typing && self.open;
        match self
            .done
            .last_mut()
            .filter(|last| joins && continues(last, &splice))
        {
            Some(last) => Rc::make_mut(last).inserted = splice.inserted,
            None => self.done.push(Rc::new(splice)),
        }
        self.open = typing;
        self.limit();
    }

    /// Ends the step that is being typed.
    pub fn seal(&mut self) {
        self.open = false;
    }

    /// The splice that takes the last step back.
    pub fn undo(&mut self) -> Option<Splice> {
        self.open = false;
        let step = self.done.pop()?;
        let inverse = step.inverse();
        self.undone.push(step);
        Some(inverse)
    }

    /// The splice that does the step last undone again.
    pub fn redo(&mut self) -> Option<Splice> {
        self.open = false;
        let step = self.undone.pop()?;
        let splice = (*step).clone();
        self.done.push(step);
        Some(splice)
    }

    pub fn can_undo(&self) -> bool {
        !self.done.is_empty()
    }

    pub fn can_redo(&self) -> bool {
        !self.undone.is_empty()
    }

    fn limit(&mut self) {
        let mut bytes = 0;
        let kept = self.done.iter().rev().take(STEPS).take_while(|step| {
            let first = bytes == 0;
            bytes += step.bytes();
            first || bytes <= BYTES
        });
        let drop = self.done.len() - kept.count();
        self.done.drain(..drop);
    }
}

fn continues(last: &Splice, next: &Splice) -> bool {
    last.at == next.at
        && last.inserted.len() == next.removed.len()
        && last
            .inserted
            .iter()
            .zip(&next.removed)
            .all(|(a, b)| a.id == b.id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LineId;

    fn typed(from: &str, to: &str) -> Splice {
        let line = |text: &str| Line::new(LineId(1), text);
        Splice {
            at: 0,
            removed: vec![line(from)],
            inserted: vec![line(to)],
        }
    }

    #[test]
    fn typing_is_one_step_until_a_pause() {
        let mut history = History::default();
        history.push(typed("", "a"), true);
        history.push(typed("a", "ab"), true);
        history.seal();
        history.push(typed("ab", "abc"), true);
        assert_eq!(history.undo(), Some(typed("abc", "ab")));
        assert_eq!(history.undo(), Some(typed("ab", "")));
        assert_eq!(history.undo(), None);
        assert_eq!(history.redo(), Some(typed("", "ab")));
    }

    #[test]
    fn a_change_after_undo_forgets_what_was_undone() {
        let mut history = History::default();
        history.push(typed("", "a"), false);
        history.undo();
        history.push(typed("", "b"), false);
        assert!(!history.can_redo());
        assert_eq!(history.redo(), None);
    }

    #[test]
    fn keeps_a_bounded_number_of_steps_and_bytes() {
        let mut history = History::default();
        for _ in 0..STEPS + 10 {
            history.push(typed("", "a"), false);
        }
        assert_eq!(history.done.len(), STEPS);
        let large = "x".repeat(BYTES / 3);
        for _ in 0..4 {
            history.push(typed("", &large), false);
        }
        assert_eq!(history.done.len(), 2, "only what fits");
        history.push(typed("", &"x".repeat(BYTES + 1)), false);
        assert_eq!(
            history.done.len(),
            1,
            "the latest step is kept whatever its size"
        );
    }
}
