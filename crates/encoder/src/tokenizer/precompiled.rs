//! SentencePiece's normalizer: a table that is made when a tokenizer is trained.
//!
//! The library's own reader believes the table, and panics if it lies. This one looks up within
//! bounds: what points outside of the table, or into a character, is no match.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use tokenizers::NormalizedString;
use unicode_segmentation::UnicodeSegmentation;

use super::broken;

/// Longest grapheme in bytes that is looked up as a whole.
const GRAPHEME: usize = 6;

/// The table.
pub(super) struct Precompiled {
    /// A trie as a double array (Aoe 1989), in the layout of the library Darts-clone.
    units: Vec<u32>,
    /// What is put in the place of a match; each ends with a NUL.
    replacements: String,
}

#[derive(Deserialize)]
pub(super) struct PrecompiledFile {
    #[serde(default)]
    precompiled_charsmap: Option<String>,
}

impl Precompiled {
    /// Reads the table; `None` if there is none.
    pub(super) fn new(file: &PrecompiledFile) -> serde_json::Result<Option<Self>> {
        let Some(base64) = file.precompiled_charsmap.as_ref() else {
            return Ok(None);
        };
        let table = STANDARD.decode(base64).ok();
        let table = table.and_then(|bytes| Self::parse(&bytes));
        let table = table.ok_or_else(|| broken("precompiled_charsmap is not as it should be"))?;
        Ok(Some(table))
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let (length, rest) = bytes.split_first_chunk()?;
        let length = u32::from_le_bytes(*length) as usize;
        let (units, replacements) = rest.split_at_checked(length / 4 * 4)?;
        let units = units.as_chunks().0.iter();
        Some(Self {
            units: units.map(|unit| u32::from_le_bytes(*unit)).collect(),
            replacements: String::from_utf8(replacements.to_vec()).ok()?,
        })
    }

    /// What stands for the shortest match at the start of `text`, if there is one.
    fn find(&self, text: &str) -> Option<&str> {
        let mut node = 0u32;
        node ^= offset(self.unit(node)?);
        for byte in text.bytes().take_while(|byte| *byte != 0) {
            node ^= u32::from(byte);
            let unit = self.unit(node)?;
            if label(unit) != u32::from(byte) {
                return None;
            }
            node ^= offset(unit);
            if has_leaf(unit) {
                let start = (self.unit(node)? & 0x7FFF_FFFF) as usize;
                let rest = self.replacements.get(start..)?;
                return rest.split('\0').next();
            }
        }
        None
    }

    fn unit(&self, at: u32) -> Option<u32> {
        self.units.get(at as usize).copied()
    }

    /// Replaces what the table has: whole graphemes if they are short, else characters.
    pub(super) fn normalize(&self, text: &mut NormalizedString) {
        // Each new character, with how many more or fewer there are than before.
        let mut changes: Vec<(char, isize)> = Vec::with_capacity(text.get().len());
        let mut modified = false;
        let mut take = |part: &str| {
            let found = self.find(part);
            if let Some(new) = found {
                modified = true;
                replace(part, new, &mut changes);
            } else if let Some(c) = single(part) {
                changes.push((c, 0));
            }
            found.is_some()
        };
        for grapheme in text.get().graphemes(true) {
            if single(grapheme).is_none() && grapheme.len() < GRAPHEME && take(grapheme) {
                continue;
            }
            for (at, c) in grapheme.char_indices() {
                take(&grapheme[at..at + c.len_utf8()]);
            }
        }
        if modified {
            // As the library does, which does not say how many are gone from the start: where each
            // token stands may then be off by as many, but the tokens are the same.
            text.transform(changes, 0);
        }
    }
}

/// The character, if a text is just one.
fn single(text: &str) -> Option<char> {
    let mut chars = text.chars();
    chars.next().filter(|_| chars.next().is_none())
}

/// Notes the new characters: those that are added share the place of the one before; the last one
/// stands for those that are gone.
fn replace(old: &str, new: &str, changes: &mut Vec<(char, isize)>) {
    let count = |text: &str| text.chars().count() as isize;
    let more = count(new) - count(old);
    changes.extend(new.chars().map(|c| (c, 0)));
    if more > 0 {
        let added = changes.iter_mut().rev().take(more.unsigned_abs());
        added.for_each(|(_, change)| *change = 1);
    } else if let Some((_, change)) = changes.last_mut() {
        *change += more;
    }
}

fn has_leaf(unit: u32) -> bool {
    (unit >> 8) & 1 == 1
}

fn label(unit: u32) -> u32 {
    unit & (1 << 31 | 0xFF)
}

fn offset(unit: u32) -> u32 {
    (unit >> 10) << ((unit & (1 << 9)) >> 6)
}
