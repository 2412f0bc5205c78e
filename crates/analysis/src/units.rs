//! Unit vectors in 16-bit integers: the fast way to find who might be near whom.
//!
//! Each row is scaled to length 32,767 and rounded, so that no sum of products of two rows can
//! leave an i32 (Cauchy–Schwarz), and `i32x4.dot_i16x8_s` does eight multiply-adds at once on any
//! browser with simd128. A component is off by at most half a step, a cosine therefore by at most
//! `√d / 32767` (6e-4 at 384 dimensions; typically some 1e-5, as roundings cancel). What is found
//! this way is scored again in f32 before anyone sees it.

use std::ops::Range;

use wide::{i16x8, i32x4};

use crate::Vectors;
use crate::vectors::MIN_NORM;

const SCALE: f64 = 32_767.0;
const LANES: usize = 8;
/// Rows and columns of the register tile: twelve accumulators, four operands.
const TILE_ROWS: usize = 3;
const TILE_COLUMNS: usize = 4;

pub(crate) type Chunk = [i16; LANES];

/// Vectors scaled to unit length, `[n, d]` padded with zeros to a multiple of eight dimensions.
#[derive(Debug, Clone)]
pub(crate) struct Units {
    chunks: Vec<Chunk>,
    /// Chunks of a row.
    width: usize,
    /// Bound of the error of a cosine.
    error: f32,
}

impl Units {
    pub(crate) fn new(vectors: &Vectors) -> Self {
        let mut units = Self::begin(vectors);
        units.go_on(vectors, vectors.len());
        units
    }

    /// None yet of the vectors; see [`Units::go_on`].
    pub(crate) fn begin(vectors: &Vectors) -> Self {
        let d = vectors.dimensions();
        Self {
            chunks: Vec::new(),
            width: d.div_ceil(LANES),
            error: (d as f32).sqrt() / SCALE as f32,
        }
    }

    /// Takes in up to `count` more; true when there are none left.
    pub(crate) fn go_on(&mut self, vectors: &Vectors, count: usize) -> bool {
        let (first, width) = (self.len(), self.width);
        let end = first.saturating_add(count).min(vectors.len());
        if self.chunks.capacity() == 0 {
            self.chunks.reserve_exact(vectors.len() * width);
        }
        self.chunks.resize(end * width, [0; LANES]);
        let chunks = self.chunks[first * width..].chunks_exact_mut(width);
        for (i, out) in (first..end).zip(chunks) {
            let norm = vectors.norm(i);
            if norm < MIN_NORM {
                continue;
            }
            let scale = SCALE / f64::from(norm);
            for (x, slot) in vectors.row(i).iter().zip(out.as_flattened_mut()) {
                // Ties to even are one instruction.
                let x = (f64::from(*x) * scale).round_ties_even();
                *slot = x.clamp(-SCALE, SCALE) as i16;
            }
        }
        end == vectors.len()
    }

    /// Count of rows so far.
    pub(crate) fn len(&self) -> usize {
        self.chunks.len() / self.width
    }

    /// Bound of the error of a cosine.
    pub(crate) fn error(&self) -> f32 {
        self.error
    }

    /// Chunks of a row.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// Cosine in the units of [`Units::product`].
    pub(crate) fn scale() -> f32 {
        (SCALE * SCALE) as f32
    }

    /// The rows of a range, for [`product`].
    pub(crate) fn rows(&self, range: Range<usize>) -> &[Chunk] {
        &self.chunks[range.start * self.width..range.end * self.width]
    }

    /// Cosines of some rows with others, `[rows, columns]`.
    pub(crate) fn cosines(&self, rows: Range<usize>, columns: Range<usize>, out: &mut [f32]) {
        let mut dots = vec![0; out.len()];
        self.product(self.rows(rows), self.rows(columns), &mut dots);
        for (x, dot) in out.iter_mut().zip(dots) {
            *x = dot as f32 / Self::scale();
        }
    }

    /// Dot products of a row with some others.
    pub(crate) fn dots<const N: usize>(&self, row: usize, others: [usize; N]) -> [i32; N] {
        let rows = others.map(|other| self.rows(other..other + 1));
        tile::<1, N>([self.rows(row..row + 1)], rows)[0]
    }

    /// `out[i, j]`: dot product of row `i` of `a` and row `j` of `b`, both of these units; `out` is
    /// `[a, b]`.
    pub(crate) fn product(&self, a: &[Chunk], b: &[Chunk], out: &mut [i32]) {
        let k = self.width;
        let (rows, columns) = (a.len() / k, b.len() / k);
        let row = |i: usize| &a[i * k..(i + 1) * k];
        let column = |j: usize| &b[j * k..(j + 1) * k];
        let mut i = 0;
        while i < rows {
            let height = if rows - i >= TILE_ROWS { TILE_ROWS } else { 1 };
            let mut j = 0;
            while j < columns {
                let out = &mut out[i * columns + j..];
                if height == TILE_ROWS && columns - j >= TILE_COLUMNS {
                    let sums = tile::<TILE_ROWS, TILE_COLUMNS>(
                        std::array::from_fn(|r| row(i + r)),
                        std::array::from_fn(|c| column(j + c)),
                    );
                    for (r, sums) in sums.iter().enumerate() {
                        out[r * columns..r * columns + TILE_COLUMNS].copy_from_slice(sums);
                    }
                    j += TILE_COLUMNS;
                } else {
                    for r in 0..height {
                        out[r * columns] = tile::<1, 1>([row(i + r)], [column(j)])[0][0];
                    }
                    j += 1;
                }
            }
            i += height;
        }
    }
}

/// Sums of products of `R` rows with `C` columns of equal lengths.
#[inline(always)]
fn tile<const R: usize, const C: usize>(a: [&[Chunk]; R], b: [&[Chunk]; C]) -> [[i32; C]; R] {
    let k = a.iter().chain(&b).map(|row| row.len()).min().unwrap_or(0);
    let a = a.map(|row| &row[..k]);
    let b = b.map(|row| &row[..k]);
    let mut sums = [[i32x4::splat(0); C]; R];
    for at in 0..k {
        let x: [i16x8; R] = std::array::from_fn(|i| i16x8::new(a[i][at]));
        for j in 0..C {
            let y = i16x8::new(b[j][at]);
            for i in 0..R {
                sums[i][j] += x[i].dot(y);
            }
        }
    }
    sums.map(|row| row.map(|sum| sum.reduce_add()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_cosines_within_the_bound() {
        let mut random = fastrand::Rng::with_seed(1);
        for (n, d) in [(1, 1), (2, 7), (3, 8), (9, 9), (11, 384), (4, 5)] {
            let mut data: Vec<f32> = (0..n * d).map(|_| random.f32() - 0.5).collect();
            data[..d].fill(0.0);
            data[0] = 1e6;
            let vectors = Vectors::from_flat(data, d).unwrap();
            let units = Units::new(&vectors);
            let mut out = vec![0; n * n];
            units.product(units.rows(0..n), units.rows(0..n), &mut out);
            for i in 0..n {
                for j in 0..n {
                    let cosine = crate::cosine(&vectors, i, j).unwrap();
                    let found = out[i * n + j] as f32 / Units::scale();
                    assert!(
                        (found - cosine).abs() <= units.error(),
                        "{n}×{d}: {found} for {cosine}"
                    );
                }
            }
        }
    }

    #[test]
    fn zero_vectors_are_at_right_angles_to_all() {
        let vectors = Vectors::from_flat(vec![0.0, 0.0, 1.0, 1.0], 2).unwrap();
        let units = Units::new(&vectors);
        let mut out = vec![1; 4];
        units.product(units.rows(0..2), units.rows(0..2), &mut out);
        assert_eq!(out[..3], [0, 0, 0]);
    }
}
