//! Which texts have vectors already.

use semblance_protocol::VectorId;
use std::{
    collections::{HashMap, HashSet},
    rc::Rc,
};

/// A text that has a vector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Embedded {
    /// Its vector; equal texts share it.
    pub vector: VectorId,
    /// Tokens of the whole text, special tokens included, before truncation.
    pub tokens: u32,
    /// Whether the model read only the beginning of the text.
    pub truncated: bool,
    /// How many of the tokens that the model read are the unknown token, which stands for whatever
    /// the vocabulary lacks: texts that differ in such places alone have the same vector.
    pub unknown: u32,
}

/// Unused vectors that are kept for texts that may come back (undo, another sample).
const SPARE: usize = 10_000;

/// The texts that have vectors, by content.
#[derive(Debug, Default)]
pub(crate) struct Known {
    texts: HashMap<Rc<str>, Embedded>,
    next: VectorId,
}

impl Known {
    /// The vector of a text, if it has one.
    pub(crate) fn get(&self, text: &str) -> Option<Embedded> {
        self.texts.get(text).copied()
    }

    /// Names a new vector for `text`; `None` where the text has one already.
    pub(crate) fn insert(
        &mut self,
        text: &Rc<str>,
        tokens: u32,
        truncated: bool,
        unknown: u32,
    ) -> Option<VectorId> {
        if self.texts.contains_key(text) {
            return None;
        }
        let vector = self.next;
        self.next = self.next.wrapping_add(1);
        self.texts.insert(
            text.clone(),
            Embedded {
                vector,
                tokens,
                truncated,
                unknown,
            },
        );
        Some(vector)
    }

    /// Sets aside names for `count` vectors, and returns the first.
    pub(crate) fn reserve(&mut self, count: u32) -> VectorId {
        let first = self.next;
        self.next = first.wrapping_add(count);
        first
    }

    /// Takes in the vector of a text, under a name that was reserved. Returns the text's vector,
    /// which is another one where it got one meanwhile.
    pub(crate) fn adopt(&mut self, text: &Rc<str>, embedded: Embedded) -> VectorId {
        self.texts.entry(text.clone()).or_insert(embedded).vector
    }

    /// Forgets texts whose vectors are not in `used`, when there are many of them, and returns
    /// their vectors.
    pub(crate) fn sweep(&mut self, used: &[VectorId]) -> Vec<VectorId> {
        if self.texts.len() <= used.len() + SPARE {
            return Vec::new();
        }
        let used: HashSet<VectorId> = used.iter().copied().collect();
        if self.texts.len() <= used.len() + SPARE {
            return Vec::new();
        }
        let mut dropped = Vec::new();
        self.texts.retain(|_, known| {
            let keep = used.contains(&known.vector);
            if !keep {
                dropped.push(known.vector);
            }
            keep
        });
        dropped
    }

    /// Forgets everything: the vectors are gone. Names are not used again.
    pub(crate) fn clear(&mut self) {
        self.texts.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_share_a_vector() {
        let mut known = Known::default();
        let first = known.insert(&"a".into(), 3, false, 0);
        assert!(first.is_some());
        assert_eq!(known.insert(&"a".into(), 3, false, 0), None);
        assert_ne!(known.insert(&"b".into(), 3, false, 0), first);
        assert_eq!(known.get("a").map(|e| e.vector), first);
        known.insert(&"🍕".into(), 3, false, 1);
        assert_eq!(known.get("🍕").map(|e| e.unknown), Some(1));
        // A key that every JavaScript object has is a text like any other.
        assert_eq!(known.get("constructor"), None);
    }

    #[test]
    fn reserved_names_are_nobody_elses() {
        let mut known = Known::default();
        let before = known.insert(&"a".into(), 3, false, 0).unwrap();
        let first = known.reserve(2);
        let after = known.insert(&"b".into(), 3, false, 0).unwrap();
        assert!(before < first && first + 2 <= after);
        let kept = |vector| Embedded {
            vector,
            tokens: 4,
            truncated: true,
            unknown: 1,
        };
        assert_eq!(known.adopt(&"c".into(), kept(first)), first);
        assert_eq!(known.get("c"), Some(kept(first)));
        assert_eq!(known.adopt(&"b".into(), kept(first + 1)), after);
        assert_eq!(known.get("b").map(|it| it.tokens), Some(3));
    }

    #[test]
    fn sweeping_keeps_what_is_used_and_names_stay_unique() {
        let mut known = Known::default();
        let ids: Vec<VectorId> = (0..SPARE + 10)
            .filter_map(|i| known.insert(&i.to_string().into(), 3, false, 0))
            .collect();
        assert!(known.sweep(&ids).is_empty());
        let dropped = known.sweep(&ids[..2]);
        assert_eq!(dropped.len(), SPARE + 8);
        assert!(known.get("0").is_some() && known.get("5").is_none());
        let again = known.insert(&"5".into(), 3, false, 0);
        assert!(again.is_some_and(|id| !ids.contains(&id)));
    }
}
