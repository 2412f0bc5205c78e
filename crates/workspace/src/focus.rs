//! What is selected and what is hovered: shared by all views.

use crate::line::LineId;
use std::collections::HashSet;

/// The lines that are marked. Cloning and comparing are cheap.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Focus {
    selected: Vec<LineId>,
    hovered: Option<LineId>,
    other: Option<LineId>,
}

impl Focus {
    /// Selected lines in the order in which they were selected.
    pub fn selected(&self) -> &[LineId] {
        &self.selected
    }

    /// The line whose neighbours are shown: the one selected last.
    pub fn primary(&self) -> Option<LineId> {
        self.selected.last().copied()
    }

    /// Whether a line is selected.
    pub fn is_selected(&self, id: LineId) -> bool {
        self.selected.contains(&id)
    }

    /// Selects these lines and no others; the last becomes the primary one.
    pub fn select(&mut self, ids: &[LineId]) {
        let mut seen = HashSet::with_capacity(ids.len());
        self.selected.clear();
        self.selected
            .extend(ids.iter().filter(|&&id| seen.insert(id)));
    }

    /// Adds a line to the selection, or takes it out.
    pub fn toggle(&mut self, id: LineId) {
        match self.selected.iter().position(|&other| other == id) {
            Some(index) => drop(self.selected.remove(index)),
            None => self.selected.push(id),
        }
    }

    /// Selects the line alone; if it was selected alone, selects nothing.
    pub fn click(&mut self, id: LineId) {
        if self.selected == [id] {
            self.selected.clear()
        } else {
            self.select(&[id])
        }
    }

    /// The line under the pointer and, over a pair, the other one.
    pub fn hovered(&self) -> (Option<LineId>, Option<LineId>) {
        (self.hovered, self.other)
    }

    /// Marks what is under the pointer: a line, a pair, or nothing.
    pub fn hover(&mut self, hovered: Option<LineId>, other: Option<LineId>) {
        self.hovered = hovered;
        self.other = other
            .filter(|_| hovered.is_some())
            .filter(|_| other != hovered);
    }

    /// Nothing is selected or hovered any more. Whether anything was.
    pub fn clear(&mut self) -> bool {
        let marked = *self != Focus::default();
        *self = Focus::default();
        marked
    }

    /// Forgets lines that are not there any more.
    pub fn retain(&mut self, exists: impl Fn(LineId) -> bool) {
        self.selected.retain(|&id| exists(id));
        let hovered = self.hovered.filter(|&id| exists(id));
        self.hover(hovered, self.other.filter(|&id| exists(id)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: LineId = LineId(1);
    const B: LineId = LineId(2);

    #[test]
    fn selecting() {
        let mut focus = Focus::default();
        focus.click(A);
        focus.toggle(B);
        assert_eq!(
            (focus.selected(), focus.primary()),
            (&[A, B] as &[_], Some(B))
        );
        focus.toggle(B);
        assert_eq!(focus.primary(), Some(A));
        focus.click(A);
        assert_eq!(focus.primary(), None, "a second click takes it back");
        focus.select(&[A, A, B]);
        assert_eq!(focus.selected(), [A, B]);
        focus.click(A);
        assert_eq!(focus.selected(), [A], "of several, a click leaves one");
    }

    #[test]
    fn hovering_a_pair() {
        let mut focus = Focus::default();
        focus.hover(Some(A), Some(B));
        assert_eq!(focus.hovered(), (Some(A), Some(B)));
        focus.hover(Some(A), Some(A));
        assert_eq!(
            focus.hovered(),
            (Some(A), None),
            "a text with itself is no pair"
        );
        focus.hover(None, Some(B));
        assert_eq!(focus.hovered(), (None, None));
    }

    #[test]
    fn lines_that_go_are_forgotten() {
        let mut focus = Focus::default();
        focus.select(&[A, B]);
        focus.hover(Some(A), Some(B));
        focus.retain(|id| id == B);
        assert_eq!(
            (focus.selected(), focus.hovered()),
            (&[B] as &[_], (None, None))
        );
        assert!(focus.clear());
        assert!(!focus.clear());
    }
}
