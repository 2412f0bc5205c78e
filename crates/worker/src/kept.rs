//! Vectors as files, so that a page finds them again after a reload: no text is embedded twice.
//!
//! A file is one or more segments, one after another. A segment is
//!
//! 1. `SMBV`, the version of the rest, and three numbers of four bytes, the lowest first: how many
//!    texts, components of a vector, bytes of the next part;
//! 2. what made the vectors ([`Request::Pack`](semblance_protocol::Request::Pack) says it);
//! 3. of each text the first 16 bytes of its SHA-256 and three numbers of four bytes: its tokens,
//!    whether it was truncated, its unknown tokens;
//! 4. the vectors as they are, in f32, the lowest byte first;
//! 5. the SHA-256 of all before, in 64 digits.
//!
//! The version is raised whenever any of this changes. Segments of others are passed over.

use crate::analysis::{Analysis, bad_request};
use crate::hash::sha256;
use js_sys::{Array, Uint8Array};
use semblance_analysis::Vectors;
use semblance_protocol::{Failure, Response, VectorId, wire::Payload, worker::Answer};
use sha2::{Digest, Sha256};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Blob;

const MAGIC: &[u8] = b"SMBV\x01";
/// Bytes of a segment before what made the vectors.
const HEAD: usize = MAGIC.len() + 12;
/// Bytes of a text's entry.
const ENTRY: usize = 28;
/// Bytes of the checksum.
const SUM: usize = 64;
/// Numbers of the page for each text that is packed: its vector, tokens, whether it was truncated,
/// unknown tokens.
const PACKED: usize = 4;

type TextHash = [u8; 16];

fn hash_of(text: &str) -> TextHash {
    let digest: [u8; 32] = Sha256::digest(text).into();
    digest.first_chunk().copied().unwrap_or_default()
}

/// A segment's first bytes.
struct Head {
    texts: usize,
    dimensions: usize,
    /// Bytes of what made the vectors.
    identity: usize,
}

impl Head {
    fn of(bytes: &[u8]) -> Option<Head> {
        let rest = bytes.strip_prefix(MAGIC)?;
        let number = |at: usize| {
            let bytes = rest.get(4 * at..)?.first_chunk()?;
            Some(u32::from_le_bytes(*bytes) as usize)
        };
        Some(Head {
            texts: number(0)?,
            dimensions: number(1)?,
            identity: number(2)?,
        })
    }

    /// Bytes of the whole segment.
    fn length(&self) -> u64 {
        let vector = 4 * self.dimensions as u64;
        let texts = (self.texts as u64).saturating_mul(ENTRY as u64 + vector);
        texts.saturating_add((HEAD + self.identity + SUM) as u64)
    }
}

/// A segment without its checksum.
fn segment(identity: &str, texts: &[String], numbers: &[u32], vectors: &Vectors) -> Vec<u8> {
    let head = Head {
        texts: texts.len(),
        dimensions: vectors.dimensions(),
        identity: identity.len(),
    };
    let mut bytes = Vec::with_capacity(head.length() as usize);
    bytes.extend_from_slice(MAGIC);
    for number in [head.texts, head.dimensions, head.identity] {
        bytes.extend_from_slice(&(number as u32).to_le_bytes());
    }
    bytes.extend_from_slice(identity.as_bytes());
    for (text, numbers) in texts.iter().zip(numbers.chunks_exact(PACKED)) {
        bytes.extend_from_slice(&hash_of(text));
        for number in &numbers[1..] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
    }
    for value in vectors.as_flat() {
        bytes.extend_from_slice(&value.to_le_bytes());
    }
    bytes
}

/// Vectors that were found, with the texts that they are of.
#[derive(Default)]
struct Found {
    dimensions: usize,
    /// The text, as an index among those sought, and its three numbers.
    texts: Vec<[u32; 4]>,
    vectors: Vec<f32>,
}

/// What a whole segment has of the texts sought, which are taken out of these; nothing where it is
/// of another model.
fn find(bytes: &[u8], identity: &str, sought: &mut HashMap<TextHash, u32>) -> Option<Found> {
    let head = Head::of(bytes)?;
    if head.length() != bytes.len() as u64 {
        return None;
    }
    let (made_by, rest) = bytes[HEAD..].split_at_checked(head.identity)?;
    if made_by != identity.as_bytes() {
        return None;
    }
    let (entries, rest) = rest.split_at_checked(head.texts * ENTRY)?;
    let size = 4 * head.dimensions;
    let mut found = Found {
        dimensions: head.dimensions,
        ..Found::default()
    };
    for (at, entry) in entries.chunks_exact(ENTRY).enumerate() {
        let (hash, numbers) = entry.split_first_chunk()?;
        if let Some(text) = sought.remove(hash) {
            let (numbers, _) = numbers.as_chunks();
            let number = |at: usize| numbers.get(at).map_or(0, |it| u32::from_le_bytes(*it));
            found.texts.push([text, number(0), number(1), number(2)]);
            let (values, _) = rest.get(at * size..(at + 1) * size)?.as_chunks();
            let values = values.iter().map(|&value| f32::from_le_bytes(value));
            found.vectors.extend(values);
        }
    }
    Some(found)
}

/// Vectors as a file of one segment.
pub(crate) async fn pack(
    analysis: &Rc<RefCell<Analysis>>,
    identity: &str,
    texts: &[String],
    numbers: &[u32],
) -> Answer {
    if numbers.len() != texts.len() * PACKED {
        return Err(bad_request("Vectors were to be packed in a wrong number."));
    }
    let names: Vec<VectorId> = numbers.iter().step_by(PACKED).copied().collect();
    // Not borrowed any more when others have their turn.
    let bytes = {
        let vectors = analysis.borrow().vectors(&names)?;
        segment(identity, texts, numbers, &vectors)
    };
    let bytes = Uint8Array::from(bytes.as_slice());
    let sum = sha256(&bytes).await;
    let parts = Array::of2(&bytes, &sum.into());
    let file = Blob::new_with_u8_array_sequence(&parts).map_err(|_| no_room())?;
    Ok((Response::File, Payload::Value(file.into())))
}

/// Takes vectors of texts from a file, and stores them under the names that follow from `first`.
pub(crate) async fn recall(
    analysis: &Rc<RefCell<Analysis>>,
    identity: &str,
    texts: &[String],
    first: VectorId,
    payload: Payload,
) -> Answer {
    let file: Option<Blob> = payload.into_value().and_then(|it| it.dyn_into().ok());
    let file = file.ok_or_else(|| bad_request("Kept vectors were announced and did not come."))?;
    let sought = texts.iter().map(|text| hash_of(text)).zip(0..);
    let mut sought: HashMap<TextHash, u32> = sought.collect();
    let (mut segments, mut found) = (Vec::new(), Vec::new());
    let mut at = 0.0;
    while at < file.size() && !sought.is_empty() {
        let head = bytes_of(&file, at, HEAD as f64).await?.to_vec();
        // What can't be told from what follows ends the file.
        let Some(head) = Head::of(&head) else {
            break;
        };
        let length = head.length() as f64;
        let bytes = bytes_of(&file, at, length).await?;
        at += length;
        let whole = bytes.length().checked_sub(SUM as u32);
        let before = bytes.subarray(0, whole.unwrap_or(0));
        let sum = bytes.subarray(whole.unwrap_or(0), bytes.length()).to_vec();
        let is_whole =
            f64::from(bytes.length()) == length && sum == sha256(&before).await.as_bytes();
        let part = is_whole.then(|| find(&bytes.to_vec(), identity, &mut sought));
        let Some(part) = part.flatten() else {
            segments.push(0);
            continue;
        };
        let names: Vec<VectorId> = part
            .texts
            .iter()
            .map(|it| first.wrapping_add(it[0]))
            .collect();
        let stored = &mut *analysis.borrow_mut();
        stored.store(&names, part.dimensions, &part.vectors)?;
        let number = segments.len() as u32;
        for [text, tokens, truncated, unknown] in part.texts {
            found.extend([text, number, tokens, truncated, unknown]);
        }
        segments.push(head.texts as u32);
    }
    Ok((Response::Recalled { segments, found }, Payload::None))
}

async fn bytes_of(file: &Blob, at: f64, length: f64) -> Result<Uint8Array, Failure> {
    let unread = |_: JsValue| bad_request("The vectors that were kept can't be read.");
    let part = file
        .slice_with_f64_and_f64(at, at + length)
        .map_err(unread)?;
    let buffer = JsFuture::from(part.array_buffer()).await.map_err(unread)?;
    Ok(Uint8Array::new(&buffer))
}

fn no_room() -> Failure {
    bad_request("There is no room to keep vectors.")
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODEL: &str = "fast, a model";

    fn packed(texts: &[&str]) -> Vec<u8> {
        let texts: Vec<String> = texts.iter().map(ToString::to_string).collect();
        let mut numbers = Vec::new();
        let mut vectors = Vectors::new(3).unwrap();
        for at in 0..texts.len() as u32 {
            numbers.extend([at, 10 + at, at % 2, 20 + at]);
            // Of any bits: nothing is rounded on the way.
            let value = f32::from_bits(0x3f12_3456 + 77 * at);
            vectors
                .push(&[value, -0.0, f32::MIN_POSITIVE / 3.0])
                .unwrap();
        }
        let mut bytes = segment(MODEL, &texts, &numbers, &vectors);
        bytes.extend_from_slice(&[b'0'; SUM]);
        bytes
    }

    fn sought(texts: &[&str]) -> HashMap<TextHash, u32> {
        texts.iter().map(|text| hash_of(text)).zip(0..).collect()
    }

    #[test]
    fn vectors_come_back_bit_for_bit() {
        let odd = ["", "nul \0", "e\u{301}", "é", "👩‍👩‍👧", "שלום", "two\nlines"];
        let bytes = packed(&odd);
        assert_eq!(Head::of(&bytes).unwrap().length(), bytes.len() as u64);
        let mut wanted = sought(&["é", "another", "", "two\nlines"]);
        let found = find(&bytes, MODEL, &mut wanted).unwrap();
        assert_eq!(
            wanted,
            sought(&["x", "another"])
                .into_iter()
                .filter(|it| it.1 == 1)
                .collect()
        );
        assert_eq!(
            found.texts,
            [[2, 10, 0, 20], [0, 13, 1, 23], [3, 16, 0, 26]]
        );
        let bits: Vec<u32> = found.vectors.iter().map(|value| value.to_bits()).collect();
        let first: Vec<u32> = bits.iter().step_by(3).copied().collect();
        assert_eq!(first, [0, 3, 6].map(|at| 0x3f12_3456 + 77 * at));
        assert_eq!(
            bits[1..3],
            [(-0.0_f32).to_bits(), (f32::MIN_POSITIVE / 3.0).to_bits()]
        );
    }

    #[test]
    fn what_another_model_made_is_passed_over() {
        let mut wanted = sought(&["one"]);
        assert!(find(&packed(&["one"]), "exact, a model", &mut wanted).is_none());
        assert_eq!(wanted.len(), 1);
    }

    #[test]
    fn lengths_that_lie_are_noticed() {
        let bytes = packed(&["one", "two"]);
        for end in 0..bytes.len() {
            assert!(find(&bytes[..end], MODEL, &mut sought(&["two"])).is_none());
        }
        for at in 0..HEAD {
            let mut bytes = bytes.clone();
            bytes[at] ^= 255;
            assert!(find(&bytes, MODEL, &mut sought(&["two"])).is_none(), "{at}");
        }
        let mut huge = bytes;
        huge[MAGIC.len()..HEAD].fill(255);
        assert!(find(&huge, MODEL, &mut sought(&["two"])).is_none());
    }
}
