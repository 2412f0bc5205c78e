//! NumPy's file format: a header in the notation of Python, then the numbers.

use crate::error::ImportError;

/// What an array consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Element {
    /// IEEE floats of 2, 4 or 8 bytes.
    Float,
    /// Integers of 1 to 8 bytes.
    Signed,
    /// Integers without a minus, and truth values.
    Unsigned,
    /// Text in UTF-32, filled up with zeros.
    Unicode,
    /// Text in bytes, filled up with zeros.
    Bytes,
}

/// An array in a file.
#[derive(Debug, Clone)]
pub struct Array<'a> {
    pub element: Element,
    /// Bytes of one element; at least 1.
    pub size: usize,
    pub big_endian: bool,
    /// Whether the first axis is the one that runs fastest.
    pub fortran: bool,
    pub shape: Vec<usize>,
    /// As many bytes as the shape demands.
    pub data: &'a [u8],
}

pub const MAGIC: &[u8] = b"\x93NUMPY";

impl<'a> Array<'a> {
    /// Reads a `.npy` file.
    pub fn parse(bytes: &'a [u8]) -> Result<Array<'a>, ImportError> {
        let (header, data) = split(bytes).ok_or_else(|| wrong("its header is missing"))?;
        let kind = value(header, "descr").ok_or_else(|| wrong("it doesn't say what it holds"))?;
        let (element, size, big_endian) = element(kind)?;
        let fortran = value(header, "fortran_order").is_some_and(|value| value.starts_with("True"));
        let shape = value(header, "shape").and_then(shape);
        let shape = shape.ok_or_else(|| wrong("it doesn't say what shape it has"))?;
        // A header may claim anything; what counts is what is there.
        let length = shape
            .iter()
            .try_fold(size, |length, &axis| length.checked_mul(axis));
        let data = length
            .and_then(|length| data.get(..length))
            .ok_or_else(|| {
                wrong(&format!(
                    "its header says {shape:?}, and there are fewer numbers"
                ))
            })?;
        Ok(Array {
            element,
            size,
            big_endian,
            fortran,
            shape,
            data,
        })
    }

    /// Number of rows, and of elements in each.
    pub fn dimensions(&self) -> (usize, usize) {
        let mut axes = self.shape.iter().copied();
        let rows = axes.next().unwrap_or(1);
        (rows, axes.fold(1, usize::saturating_mul))
    }

    /// Bytes of an element, in the order of the machine's numbers reversed where they are stored
    /// so: the least first.
    fn bytes(&self, row: usize, column: usize) -> [u8; 8] {
        let (rows, width) = self.dimensions();
        let place = if self.fortran {
            column * rows + row
        } else {
            row * width + column
        };
        let start = place * self.size;
        let found = self.data.get(start..start + self.size).unwrap_or_default();
        let mut bytes = [0; 8];
        for (place, byte) in bytes.iter_mut().enumerate().take(self.size) {
            let from = if self.big_endian {
                self.size - 1 - place
            } else {
                place
            };
            *byte = found.get(from).copied().unwrap_or(0);
        }
        bytes
    }

    /// A number as an `f64`; text is none.
    pub fn number(&self, row: usize, column: usize) -> f64 {
        let bytes = self.bytes(row, column);
        let [a, b, c, d, ..] = bytes;
        match (self.element, self.size) {
            (Element::Float, 2) => half::f16::from_le_bytes([a, b]).to_f64(),
            (Element::Float, 4) => f32::from_le_bytes([a, b, c, d]).into(),
            (Element::Float, _) => f64::from_le_bytes(bytes),
            (Element::Signed, size) => {
                let shift = 64 - 8 * size.min(8) as u32;
                ((u64::from_le_bytes(bytes) << shift).cast_signed() >> shift) as f64
            }
            (Element::Unsigned, _) => u64::from_le_bytes(bytes) as f64,
            (Element::Unicode | Element::Bytes, _) => f64::NAN,
        }
    }

    /// An integer, exactly, as it is written.
    pub fn integer(&self, row: usize) -> String {
        let bits = u64::from_le_bytes(self.bytes(row, 0));
        let shift = 64 - 8 * self.size.min(8) as u32;
        match self.element {
            Element::Signed => ((bits << shift).cast_signed() >> shift).to_string(),
            _ => bits.to_string(),
        }
    }

    /// The text of a row of a list of texts.
    pub fn text(&self, row: usize) -> String {
        let cell = self.data.get(row * self.size..(row + 1) * self.size);
        let cell = cell.unwrap_or_default();
        let text: String = if self.element == Element::Unicode {
            let code_point = |unit: &[u8]| match *unit {
                [a, b, c, d] if self.big_endian => u32::from_be_bytes([a, b, c, d]),
                [a, b, c, d] => u32::from_le_bytes([a, b, c, d]),
                _ => 0,
            };
            let chars = cell.chunks_exact(4).map(code_point);
            chars
                .map(|c| char::from_u32(c).unwrap_or('\u{fffd}'))
                .collect()
        } else {
            String::from_utf8_lossy(cell).into_owned()
        };
        text.trim_end_matches('\0').to_owned()
    }
}

pub fn wrong(reason: &str) -> ImportError {
    ImportError::malformed(
        "an array of NumPy",
        reason,
        "Save it once more with numpy.save, as an array of numbers or of texts.",
    )
}

/// Header and data.
fn split(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let rest = bytes.strip_prefix(MAGIC)?;
    let (&[major, _], rest) = rest.split_first_chunk::<2>()?;
    let (length, rest) = if major == 1 {
        let (length, rest) = rest.split_first_chunk::<2>()?;
        (u16::from_le_bytes(*length).into(), rest)
    } else {
        let (length, rest) = rest.split_first_chunk::<4>()?;
        (usize::try_from(u32::from_le_bytes(*length)).ok()?, rest)
    };
    let (header, data) = rest.split_at_checked(length)?;
    Some((std::str::from_utf8(header).ok()?, data))
}

/// What stands after a key in the header.
fn value<'a>(header: &'a str, key: &str) -> Option<&'a str> {
    let after = header.split_once(&format!("'{key}'"))?.1;
    Some(after.trim_start().strip_prefix(':')?.trim_start())
}

/// `'<f4'`, and the like.
fn element(kind: &str) -> Result<(Element, usize, bool), ImportError> {
    let Some(inner) = kind
        .strip_prefix('\'')
        .and_then(|kind| kind.split_once('\''))
    else {
        return Err(wrong("its rows are records of several kinds"));
    };
    let mut chars = inner.0.chars();
    let order = chars.next();
    let element = chars.next();
    let count: usize = chars.as_str().parse().unwrap_or(0);
    let (element, size) = match (element, count) {
        (Some('f'), 2 | 4 | 8) => (Element::Float, count),
        (Some('i'), 1 | 2 | 4 | 8) => (Element::Signed, count),
        (Some('u'), 1 | 2 | 4 | 8) | (Some('b'), 1) => (Element::Unsigned, count),
        (Some('U'), 1..=10_000_000) => (Element::Unicode, count * 4),
        (Some('S'), 1..=40_000_000) => (Element::Bytes, count),
        (Some('O'), _) => {
            return Err(wrong("it holds Python objects, which only Python can read"));
        }
        _ => return Err(wrong(&format!("it holds elements of the kind {}", inner.0))),
    };
    Ok((element, size, order == Some('>')))
}

/// `(3, 4)` or `(3,)`.
fn shape(text: &str) -> Option<Vec<usize>> {
    let inner = text.strip_prefix('(')?.split_once(')')?.0;
    let axes = inner
        .split(',')
        .map(str::trim)
        .filter(|axis| !axis.is_empty());
    axes.map(|axis| axis.parse().ok()).collect()
}
