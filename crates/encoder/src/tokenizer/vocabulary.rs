//! The pieces that a tokenizer knows, and a trie to find them in a text.
//!
//! Vocabularies have up to 250,000 pieces. The library keeps them as strings in hash maps, and a
//! trie with a hash map in each node: hundreds of megabytes, and seconds to build. Here they are
//! one string, and a trie of some 9 bytes a node.

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};

/// Stands for a node at which no piece ends.
const NONE: u32 = u32::MAX;

/// Pieces with their ids, in the order of their ids.
#[derive(Debug, Default)]
pub(super) struct Vocabulary {
    /// All pieces, one after the other.
    text: String,
    pieces: Vec<Piece>,
    /// What each piece costs, in the order of `pieces`; empty if the file gives ids instead.
    pub(super) scores: Vec<f64>,
}

#[derive(Debug, Clone, Copy)]
struct Piece {
    id: u32,
    /// Its bytes in the string of all.
    start: u32,
    end: u32,
}

impl Vocabulary {
    fn push(&mut self, piece: &str, id: u32) -> Option<()> {
        let start = u32::try_from(self.text.len()).ok()?;
        let end = start.checked_add(u32::try_from(piece.len()).ok()?)?;
        self.text.push_str(piece);
        self.pieces.push(Piece { id, start, end });
        Some(())
    }

    fn written(&self, piece: &Piece) -> &str {
        &self.text[piece.start as usize..piece.end as usize]
    }

    /// How a piece is written.
    pub(super) fn piece(&self, id: u32) -> Option<&str> {
        let at = self.pieces.binary_search_by_key(&id, |piece| piece.id);
        Some(self.written(&self.pieces[at.ok()?]))
    }

    /// The largest id.
    pub(super) fn largest_id(&self) -> Option<u32> {
        self.pieces.last().map(|piece| piece.id)
    }

    /// How many pieces there are.
    pub(super) fn len(&self) -> usize {
        self.pieces.len()
    }

    /// The trie of all pieces. Where several are written alike, the last counts.
    pub(super) fn trie(&self) -> Trie {
        let bytes = |piece: &Piece| self.written(piece).as_bytes();
        let mut sorted = self.pieces.clone();
        sorted.sort_unstable_by(|a, b| bytes(a).cmp(bytes(b)).then(a.id.cmp(&b.id)));
        let mut trie = Trie::default();
        // The pieces below each node, and how many of their bytes lead to it; in the order in which
        // nodes are numbered, which is that of their depth.
        let mut below = vec![(0..sorted.len(), 0)];
        let mut node = 0;
        while let Some((range, depth)) = below.get(node).cloned() {
            let mut rest = &sorted[range.clone()];
            let mut id = NONE;
            while let Some((piece, others)) = rest.split_first()
                && bytes(piece).len() == depth
            {
                id = piece.id;
                rest = others;
            }
            trie.ids.push(id);
            trie.children.push(below.len() as u32);
            let mut start = range.end - rest.len();
            while let Some(label) = rest.first().map(|piece| bytes(piece)[depth]) {
                let count = rest.partition_point(|piece| bytes(piece)[depth] == label);
                trie.labels.push(label);
                below.push((start..start + count, depth + 1));
                (start, rest) = (start + count, &rest[count..]);
            }
            node += 1;
        }
        trie.children.push(below.len() as u32);
        trie
    }
}

/// A map from pieces to ids, or a list of pieces with scores whose places are their ids.
impl<'de> Deserialize<'de> for Vocabulary {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;

        impl<'de> Visitor<'de> for Reader {
            type Value = Vocabulary;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a map from pieces to ids, or a list of pieces with scores")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Vocabulary, A::Error> {
                let mut vocabulary = Vocabulary::default();
                while let Some((piece, id)) = map.next_entry::<String, u32>()? {
                    vocabulary.push(&piece, id).ok_or_else(too_long)?;
                }
                vocabulary.pieces.sort_by_key(|piece| piece.id);
                Ok(vocabulary)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vocabulary, A::Error> {
                let mut vocabulary = Vocabulary::default();
                while let Some((piece, score)) = list.next_element::<(String, f64)>()? {
                    let id = vocabulary.len() as u32;
                    vocabulary.push(&piece, id).ok_or_else(too_long)?;
                    vocabulary.scores.push(score);
                }
                Ok(vocabulary)
            }
        }

        fn too_long<E: serde::de::Error>() -> E {
            E::custom("the vocabulary has more than 4 GB")
        }

        deserializer.deserialize_any(Reader)
    }
}

/// A trie whose nodes are numbered by depth, so that the children of a node are side by side.
#[derive(Debug, Default)]
pub(super) struct Trie {
    /// First child of each node; they end where those of the next node begin.
    children: Vec<u32>,
    /// The byte that leads to each node but the root, which is node 0: that of node 1 comes first.
    labels: Vec<u8>,
    /// The piece that ends at each node.
    ids: Vec<u32>,
}

impl Trie {
    /// The root.
    pub(super) const ROOT: u32 = 0;

    /// The node that `bytes` lead to from another.
    pub(super) fn walk(&self, from: u32, bytes: &[u8]) -> Option<u32> {
        let mut bytes = bytes.iter();
        bytes.try_fold(from, |node, byte| self.child(node, *byte))
    }

    /// The id of the piece that is written so.
    pub(super) fn id(&self, piece: &str) -> Option<u32> {
        let node = self.walk(Self::ROOT, piece.as_bytes())?;
        self.ends(node)
    }

    /// The pieces that `bytes` begin with, the shortest first: their lengths and ids. They go on
    /// from a node.
    pub(super) fn prefixes<'a>(
        &'a self,
        from: u32,
        bytes: &'a [u8],
    ) -> impl Iterator<Item = (usize, u32)> + 'a {
        let nodes = bytes.iter().scan(from, |node, byte| {
            *node = self.child(*node, *byte)?;
            Some(*node)
        });
        let ends = |(at, node)| Some((at + 1, self.ends(node)?));
        nodes.enumerate().filter_map(ends)
    }

    fn ends(&self, node: u32) -> Option<u32> {
        let id = self.ids[node as usize];
        (id != NONE).then_some(id)
    }

    fn child(&self, node: u32, byte: u8) -> Option<u32> {
        let node = node as usize;
        let first = self.children[node] as usize;
        let labels = &self.labels[first - 1..self.children[node + 1] as usize - 1];
        let at = labels.binary_search(&byte).ok()?;
        Some((first + at) as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Vocabulary {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn pieces_are_found_by_id_and_by_what_a_text_begins_with() {
        let vocabulary = read(r#"{"ab": 7, "a": 3, "字": 4, "abcd": 9, "b": 1, "": 2}"#);
        let trie = vocabulary.trie();
        assert_eq!(vocabulary.piece(9), Some("abcd"));
        assert_eq!(vocabulary.piece(5), None);
        assert_eq!(vocabulary.largest_id(), Some(9));
        let found = |text: &str| -> Vec<_> { trie.prefixes(Trie::ROOT, text.as_bytes()).collect() };
        assert_eq!(found("abcde"), [(1, 3), (2, 7), (4, 9)]);
        assert_eq!(found("字字"), [(3, 4)]);
        assert_eq!(found("cab"), []);
        assert_eq!(found(""), []);
        let ids = ["b", "abc", "abcd", "字", "", "x"].map(|piece| trie.id(piece));
        assert_eq!(ids, [Some(1), None, Some(9), Some(4), Some(2), None]);
    }

    #[test]
    fn lists_have_scores_and_the_last_of_equal_pieces_counts() {
        let vocabulary = read(r#"[["a", -1.5], ["b", 0], ["a", -2]]"#);
        assert_eq!(vocabulary.scores, [-1.5, 0.0, -2.0]);
        assert_eq!(vocabulary.trie().id("a"), Some(2));
        assert_eq!(read("[]").trie().id("a"), None);
        for broken in ["[[1, 2]]", r#"{"a": -1}"#, "3", r#"[["a"]]"#] {
            assert!(
                serde_json::from_str::<Vocabulary>(broken).is_err(),
                "{broken}"
            );
        }
    }
}
