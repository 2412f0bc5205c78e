//! Bytes as text that can stand in a page: four bytes make five digits of base 85.
//!
//! That is a quarter more, where base 64 is a third more: a file of 28.95 MB, which is too large.
//! `kit.js` is the way back.

/// The first digit: from here on ASCII has no quotation mark and no space.
const FIRST: u8 = b'#';

/// The one character that is left out: with it, text could be taken for the end of its element.
const LEFT_OUT: u8 = b'<';

/// Writes bytes as digits. Of a last group of one, two or three bytes, one digit more than bytes.
pub fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(4) * 5);
    for group in bytes.chunks(4) {
        let mut padded = [0; 4];
        padded[..group.len()].copy_from_slice(group);
        let number = u32::from_be_bytes(padded);
        let powers = [85_u32.pow(4), 85_u32.pow(3), 85_u32.pow(2), 85, 1];
        text.extend(
            powers[..=group.len()]
                .iter()
                .map(|power| digit(number / power % 85)),
        );
    }
    text
}

fn digit(value: u32) -> char {
    let plain = FIRST + value as u8;
    char::from(plain + u8::from(plain >= LEFT_OUT))
}

#[cfg(test)]
/// Reads digits, as `kit.js` does.
pub fn decode(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for group in text.as_bytes().chunks(5) {
        let mut number = 0_u32;
        for at in 0..5 {
            let code = group.get(at).copied().unwrap_or(b'x');
            let value = code - FIRST - u8::from(code > LEFT_OUT);
            number = number.wrapping_mul(85).wrapping_add(value.into());
        }
        bytes.extend(&number.to_be_bytes()[..group.len() - 1]);
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
        for bytes in [&[0; 9][..], &[255; 11], b"", b"a", b"ab", b"abc", &noise] {
            let text = encode(bytes);
            assert_eq!(decode(&text), bytes);
            assert!(text.bytes().all(|byte| byte.is_ascii_graphic()));
            assert!(!text.contains(['<', '"']));
            assert_eq!(text.len(), (bytes.len() * 5).div_ceil(4));
        }
    }
}
