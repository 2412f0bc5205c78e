//! Bytes as text that can stand in a page: 13 bits make two digits of base 91.
//!
//! That is 23 % more, where base 64 is 33 % more: a file that is too large. `kit.js` is the way
//! back.

/// The first digit: from here on ASCII has no quotation mark and no space.
const FIRST: u8 = b'#';

/// The one character that is left out: with it, text could be taken for the end of its element. Of
/// the others ASCII has 91.
const LEFT_OUT: u8 = b'<';

/// Bits in two digits, and in the last one where it stands alone.
const PAIR: usize = 13;
const ALONE: usize = 6;

/// Writes bytes as digits. Of the bits at the end up to six are one digit, others two.
pub fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity((bytes.len() * 8).div_ceil(PAIR) * 2);
    let (mut held, mut count) = (0_u32, 0);
    for &byte in bytes {
        held = held << 8 | u32::from(byte);
        count += 8;
        if count >= PAIR {
            count -= PAIR;
            text.extend(pair(held >> count));
            held &= (1 << count) - 1;
        }
    }
    match count {
        0 => {}
        1..=ALONE => text.push(digit(held << (ALONE - count))),
        _ => text.extend(pair(held << (PAIR - count))),
    }
    text
}

fn pair(value: u32) -> [char; 2] {
    [digit(value / 91), digit(value % 91)]
}

fn digit(value: u32) -> char {
    let plain = FIRST + value as u8;
    char::from(plain + u8::from(plain >= LEFT_OUT))
}

#[cfg(test)]
/// Reads digits, as `kit.js` does.
pub fn decode(text: &str) -> Vec<u8> {
    let value = |code: u8| u32::from(code - FIRST - u8::from(code > LEFT_OUT));
    let (mut held, mut count) = (0, 0);
    let mut bytes = Vec::new();
    for group in text.as_bytes().chunks(2) {
        let (bits, number) = match *group {
            [first, second] => (PAIR, value(first) * 91 + value(second)),
            [only] => (ALONE, value(only)),
            _ => unreachable!("chunks of two"),
        };
        held = held << bits | number;
        count += bits;
        while count >= 8 {
            count -= 8;
            bytes.push((held >> count) as u8);
            held &= (1 << count) - 1;
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_can_be_read() {
        let mut state = 1_u32;
        let noise = std::iter::repeat_with(|| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        });
        let noise: Vec<u8> = noise.take(4000).collect();
        let starts = (0..40).map(|length| &noise[..length]);
        for bytes in [&[0; 9][..], &[255; 11], &noise].into_iter().chain(starts) {
            let text = encode(bytes);
            assert_eq!(decode(&text), bytes);
            assert!(text.bytes().all(|byte| byte.is_ascii_graphic()));
            assert!(!text.contains(['<', '"']));
            assert!(text.len() <= (bytes.len() * 16).div_ceil(13) + 1);
        }
    }
}
