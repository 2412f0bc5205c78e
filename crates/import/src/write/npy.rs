//! Vectors as an array of NumPy.

use crate::vectors::Vectors;

/// A `.npy` file (version 1.0) of `f32`, little-endian, a row for each vector.
pub fn npy(vectors: &Vectors) -> Vec<u8> {
    let mut header = format!(
        "{{'descr': '<f4', 'fortran_order': False, 'shape': ({}, {}), }}",
        vectors.len(),
        vectors.dimensions
    );
    // Magic, version and length have 10 bytes, and the data is to begin at a multiple of 64.
    let before = 10 + header.len() + 1;
    header.push_str(&" ".repeat(before.next_multiple_of(64) - before));
    header.push('\n');
    // Two numbers of at most 20 digits: it never has more than 128 bytes.
    let length = u16::try_from(header.len()).unwrap_or(u16::MAX);
    let mut out = Vec::with_capacity(10 + header.len() + vectors.values.len() * 4);
    out.extend_from_slice(b"\x93NUMPY\x01\x00");
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(header.as_bytes());
    for value in &vectors.values {
        out.extend_from_slice(&value.to_le_bytes());
    }
    out
}
