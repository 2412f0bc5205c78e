//! Which encoding bytes are in, where nothing says so.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, GB18030, GBK, ISO_2022_JP, UTF_8};

use super::{candidates, fits, utf16};

/// What was found out.
pub struct Guess {
    /// The encoding to read in.
    pub encoding: &'static Encoding,
    /// Whether it could be another.
    pub in_doubt: bool,
    /// Names of the others in which every byte of the sample makes sense.
    pub also_fit: Vec<String>,
}

impl Guess {
    fn certain(encoding: &'static Encoding) -> Guess {
        Guess {
            encoding,
            in_doubt: false,
            also_fit: Vec::new(),
        }
    }
}

/// Bytes around characters beyond ASCII that are looked at.
const SAMPLE: usize = 256 << 10;

/// Bytes of one piece of the sample.
const PIECE: usize = 4 << 10;

/// Guesses. All bytes are looked at where that is cheap, and otherwise a sample of the lines that
/// hold more than ASCII, which say nothing about the encoding.
pub fn guess(bytes: &[u8]) -> Guess {
    if let Some(encoding) = utf16::guess(bytes) {
        return Guess {
            in_doubt: true,
            ..Guess::certain(encoding)
        };
    }
    // All of it is ASCII, in which escapes switch to Japanese.
    let escapes = bytes
        .windows(3)
        .any(|part| matches!(part, b"\x1b$B" | b"\x1b$@"));
    if escapes && fits(bytes, ISO_2022_JP) {
        return Guess {
            in_doubt: true,
            ..Guess::certain(ISO_2022_JP)
        };
    }
    match utf8(bytes) {
        Utf8::All => return Guess::certain(UTF_8),
        Utf8::Nearly => {
            return Guess {
                in_doubt: true,
                ..Guess::certain(UTF_8)
            };
        }
        Utf8::No => {}
    }
    legacy(bytes)
}

enum Utf8 {
    All,
    Nearly,
    No,
}

/// Characters of several bytes that must be right for each that is wrong. In other encodings hardly
/// any are right by accident.
const RIGHT_FOR_A_WRONG: usize = 10;

fn utf8(bytes: &[u8]) -> Utf8 {
    if std::str::from_utf8(bytes).is_ok() {
        return Utf8::All;
    }
    let (mut right, mut wrong) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        let beyond = |byte: &&u8| **byte >= 0xc0;
        right += chunk.valid().as_bytes().iter().filter(beyond).count();
        wrong += usize::from(!chunk.invalid().is_empty());
        if wrong > 1_000 && right < wrong {
            return Utf8::No;
        }
    }
    if right >= RIGHT_FOR_A_WRONG * wrong {
        Utf8::Nearly
    } else {
        Utf8::No
    }
}

fn legacy(bytes: &[u8]) -> Guess {
    let sample = sample(bytes);
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(&sample, true);
    let likeliest = widest(detector.guess(None, Utf8Detection::Deny));
    let mut fitting: Vec<&'static Encoding> = candidates::legacy()
        .filter(|&encoding| encoding != ISO_2022_JP && fits(&sample, encoding))
        .collect();
    fitting.sort_by_key(|&encoding| encoding != likeliest);
    // The sample may miss what doesn't fit.
    let taken = fitting.iter().position(|&encoding| fits(bytes, encoding));
    let encoding = match taken {
        Some(place) => fitting.remove(place),
        None => likeliest,
    };
    Guess {
        encoding,
        in_doubt: true,
        also_fit: fitting
            .iter()
            .map(|other| other.name().to_owned())
            .collect(),
    }
}

/// GB18030 holds all that GBK does.
fn widest(encoding: &'static Encoding) -> &'static Encoding {
    if encoding == GBK { GB18030 } else { encoding }
}

/// Pieces of the bytes with characters beyond ASCII. Each begins and ends where no encoding is
/// within a character: at a byte that is never the second half of one.
fn sample(bytes: &[u8]) -> Vec<u8> {
    let mut sample = Vec::new();
    let mut rest = bytes;
    while sample.len() < SAMPLE {
        let Some(first) = rest.iter().position(|byte| !byte.is_ascii()) else {
            break;
        };
        let (before, from) = rest.split_at_checked(first).unwrap_or((rest, &[]));
        let start = before.iter().rposition(|&byte| is_boundary(byte));
        let least = PIECE.min(from.len());
        let end = from.iter().skip(least).position(|&byte| is_boundary(byte));
        let end = end.map_or(from.len(), |more| least + more);
        let (piece, next) = from.split_at_checked(end).unwrap_or((from, &[]));
        sample.extend_from_slice(before.get(start.unwrap_or(0)..).unwrap_or_default());
        sample.extend_from_slice(piece);
        rest = next;
    }
    sample
}

/// White space and characters below the digits: no encoding uses them as a part of a character.
fn is_boundary(byte: u8) -> bool {
    byte < b'0'
}
