//! UTF-16 without a byte order mark.

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};

use super::{fits, is_text};
use crate::limits::SAMPLE;

/// The byte order, if the bytes are UTF-16. Told by the zero byte of each space, line end and Latin
/// letter: a text in another encoding has none.
pub fn guess(bytes: &[u8]) -> Option<&'static Encoding> {
    let sample = bytes.get(..SAMPLE).unwrap_or(bytes);
    if !sample.contains(&0) {
        return None;
    }
    let (mut little, mut big) = (0_usize, 0_usize);
    for pair in sample.chunks_exact(2) {
        match *pair {
            [c, 0] => little += weight(c),
            [0, c] => big += weight(c),
            _ => {}
        }
    }
    let (order, found) = if little >= big {
        (UTF_16LE, little)
    } else {
        (UTF_16BE, big)
    };
    // An even number of bytes, for the sample may end within a pair of surrogates.
    let even = sample.get(..sample.len() & !1)?;
    let text = order.decode_without_bom_handling(even).0;
    (found * 50 >= sample.len() / 2
        && is_text(&text)
        && (bytes.len() > SAMPLE || fits(even, order)))
    .then_some(order)
}

/// White space says more than letters: with the bytes in the wrong order it is a rare character,
/// and a letter a Chinese one.
fn weight(c: u8) -> usize {
    match c {
        b'\n' | b'\r' | b' ' => 8,
        b'\t' | 0x21..=0x7e => 1,
        _ => 0,
    }
}
