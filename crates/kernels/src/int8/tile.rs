//! The inner loops of the int8 product: `R` rows × 8 channels, over all inputs.

use std::sync::atomic::{AtomicU8, Ordering};

use super::Step;
use crate::lanes::{Lanes, LanesU7, Portable};
use crate::quantized::Quantized;

/// Which instructions sum the products of narrow rows. All give the same integers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DotKernel {
    /// Products of i16, for wide rows, and for narrow ones without relaxed SIMD.
    Words,
    /// One instruction for four products and their sum: best where the processor has a byte dot
    /// product (AVX-VNNI, Arm dotprod).
    Fours,
    /// Two pairs of products summed in 16 bits, then widened: best on other processors. Only for
    /// weights that can't overflow; `Fours` is used for others.
    Pairs,
}

impl DotKernel {
    /// This kernel, or for a panel whose weights are not small one that can't overflow.
    #[inline(always)]
    pub(crate) fn unless_large(self, small: bool) -> Self {
        match self {
            Self::Pairs if !small => Self::Fours,
            kernel => kernel,
        }
    }
}

static PAIRS: AtomicU8 = AtomicU8::new(0);

/// The kernel that narrow rows use now.
pub fn dot_kernel() -> DotKernel {
    choice::<crate::lanes::Native>()
}

/// Makes narrow rows use `Fours` or `Pairs` from now on, whichever is faster on this machine.
///
/// Without relaxed SIMD there is only `Words`, and nothing changes.
pub fn set_dot_kernel(kernel: DotKernel) {
    PAIRS.store((kernel == DotKernel::Pairs).into(), Ordering::Relaxed);
}

fn choice<L: Lanes>() -> DotKernel {
    match (L::BYTES, PAIRS.load(Ordering::Relaxed)) {
        (false, _) => DotKernel::Words,
        (true, 0) => DotKernel::Fours,
        (true, _) => DotKernel::Pairs,
    }
}

/// The kernel for the layout of `x`.
#[inline(always)]
pub(crate) fn choose<L: Lanes>(x: &Quantized) -> DotKernel {
    if x.as_bytes() {
        choice::<L>()
    } else {
        DotKernel::Words
    }
}

/// A twin that has int8 tiles.
pub(crate) trait Tiles: Lanes {
    /// Sums over byte activations; only for twins with [`Lanes::BYTES`].
    fn byte_sums<const R: usize>(
        pairs: bool,
        steps: &[Step],
        rows: [&[[u8; 8]]; R],
    ) -> [[Self::I; 2]; R];
}

impl Tiles for Portable {
    #[inline(always)]
    fn byte_sums<const R: usize>(
        pairs: bool,
        steps: &[Step],
        rows: [&[[u8; 8]]; R],
    ) -> [[Self::I; 2]; R] {
        bytes::<Self, R>(pairs, steps, rows)
    }
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
impl Tiles for crate::lanes::Simd128 {
    #[inline(always)]
    fn byte_sums<const R: usize>(_: bool, _: &[Step], _: [&[[u8; 8]]; R]) -> [[Self::I; 2]; R] {
        // This twin keeps narrow rows as words.
        [[Self::zero(); 2]; R]
    }
}

#[cfg(all(target_arch = "wasm32", target_feature = "relaxed-simd"))]
impl Tiles for crate::lanes::Relaxed {
    #[inline(always)]
    fn byte_sums<const R: usize>(
        pairs: bool,
        steps: &[Step],
        rows: [&[[u8; 8]]; R],
    ) -> [[Self::I; 2]; R] {
        bytes::<Self, R>(pairs, steps, rows)
    }
}

/// The integer sums of `R` rows from `row` on with the eight channels of one panel.
#[inline(always)]
pub(crate) fn sums<L: Tiles, const R: usize>(
    kernel: DotKernel,
    steps: &[Step],
    x: &Quantized,
    row: usize,
) -> [[L::I; 2]; R] {
    let stride = x.features().div_ceil(16);
    if L::BYTES && kernel != DotKernel::Words {
        let rows = std::array::from_fn(|r| {
            let row = &x.bytes[(row + r) * stride..][..stride];
            &row.as_flattened().as_chunks::<8>().0[..steps.len()]
        });
        return L::byte_sums(kernel == DotKernel::Pairs, steps, rows);
    }
    let rows =
        std::array::from_fn(|r| &x.words[(row + r) * 2 * stride..][..2 * stride][..steps.len()]);
    words::<L, R>(steps, rows)
}

/// Splits an array in two.
#[inline(always)]
fn halves<T, const N: usize, const H: usize>(x: &[T; N]) -> [&[T; H]; 2] {
    const { assert!(2 * H == N) }
    let (halves, _) = x.as_chunks::<H>();
    [&halves[0], &halves[1]]
}

#[inline(always)]
fn bytes<L: LanesU7, const R: usize>(
    pairs: bool,
    steps: &[Step],
    rows: [&[[u8; 8]]; R],
) -> [[L::I; 2]; R] {
    if pairs {
        return byte_pairs::<L, R>(steps, rows);
    }
    byte_fours::<L, R>(steps, rows)
}

#[inline(always)]
fn byte_fours<L: LanesU7, const R: usize>(steps: &[Step], rows: [&[[u8; 8]]; R]) -> [[L::I; 2]; R] {
    let mut sums = [[L::zero(); 2]; R];
    for (i, step) in steps.iter().enumerate() {
        for (half, step) in halves::<_, 64, 32>(step).into_iter().enumerate() {
            let weights = halves::<_, 32, 16>(step).map(L::weights);
            for (sums, row) in sums.iter_mut().zip(&rows) {
                let x = L::four_times(halves(&row[i])[half]);
                sums[0] = L::dot_fours(weights[0], x, sums[0]);
                sums[1] = L::dot_fours(weights[1], x, sums[1]);
            }
        }
    }
    sums
}

#[inline(always)]
fn byte_pairs<L: LanesU7, const R: usize>(steps: &[Step], rows: [&[[u8; 8]]; R]) -> [[L::I; 2]; R] {
    let mut sums = [[L::zero(); 2]; R];
    for (i, step) in steps.iter().enumerate() {
        let [first, second] =
            halves::<_, 64, 32>(step).map(|step| halves::<_, 32, 16>(step).map(L::weights));
        for (sums, row) in sums.iter_mut().zip(&rows) {
            let x = halves(&row[i]).map(L::four_times);
            for channels in 0..2 {
                let a = L::dot_pairs(first[channels], x[0]);
                let b = L::dot_pairs(second[channels], x[1]);
                sums[channels] = L::sum_pairs(L::add_words(a, b), sums[channels]);
            }
        }
    }
    sums
}

/// Sums over i16 activations, four channels at a time: each lane holds the sum of one pair of
/// neighbours of each four inputs until the end.
#[inline(always)]
fn words<L: Lanes, const R: usize>(steps: &[Step], rows: [&[[i16; 8]]; R]) -> [[L::I; 2]; R] {
    let mut sums = [[L::zero(); 2]; R];
    for channels in 0..2 {
        let mut partial = [[L::zero(); 2]; R];
        for (i, step) in steps.iter().enumerate() {
            for (half, step) in halves::<_, 64, 32>(step).into_iter().enumerate() {
                let weights = halves(halves::<_, 32, 16>(step)[channels]).map(L::widen);
                for (partial, row) in partial.iter_mut().zip(&rows) {
                    let x = L::twice(halves(&row[i])[half]);
                    partial[0] = L::dot_words(weights[0], x, partial[0]);
                    partial[1] = L::dot_words(weights[1], x, partial[1]);
                }
            }
        }
        for (sums, partial) in sums.iter_mut().zip(partial) {
            sums[channels] = L::add_pairs(partial[0], partial[1]);
        }
    }
    sums
}
