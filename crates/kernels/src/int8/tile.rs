//! The inner loops of the int8 product: groups of up to four rows × 8 channels, over all inputs.

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

/// The integer sums of a row with the eight channels of a panel.
pub(crate) type Sums<L> = [<L as Lanes>::I; 2];

/// A twin that has int8 tiles.
pub(crate) trait Tiles: Lanes {
    /// Sums over byte activations; only for twins with [`Lanes::BYTES`].
    fn byte_sums<const R: usize>(
        pairs: bool,
        steps: &[Step],
        rows: Rows<'_, [u8; 8]>,
        sums: &mut [Sums<Self>],
    );
}

macro_rules! tiles_of_bytes {
    ($twin:ty) => {
        impl Tiles for $twin {
            #[inline(always)]
            fn byte_sums<const R: usize>(
                pairs: bool,
                steps: &[Step],
                rows: Rows<'_, [u8; 8]>,
                sums: &mut [Sums<Self>],
            ) {
                if pairs {
                    byte_pairs::<Self, R>(steps, rows, sums);
                } else {
                    byte_fours::<Self, R>(steps, rows, sums);
                }
            }
        }
    };
}

tiles_of_bytes!(Portable);
#[cfg(all(target_arch = "wasm32", target_feature = "relaxed-simd"))]
tiles_of_bytes!(crate::lanes::Relaxed);

macro_rules! no_tiles_of_bytes {
    ($twin:ty) => {
        impl Tiles for $twin {
            #[inline(always)]
            fn byte_sums<const R: usize>(
                _: bool,
                _: &[Step],
                _: Rows<'_, [u8; 8]>,
                _: &mut [Sums<Self>],
            ) {
                unreachable!("this twin keeps narrow rows as words")
            }
        }
    };
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
no_tiles_of_bytes!(crate::lanes::Simd128);
#[cfg(target_arch = "x86_64")]
no_tiles_of_bytes!(crate::lanes::Sse2);

/// Rows of activations, one beside the other.
#[derive(Clone, Copy)]
pub(crate) struct Rows<'a, T> {
    values: &'a [T],
    stride: usize,
}

impl<'a, T> Rows<'a, T> {
    /// Row `r` begins at `values[r · stride]`.
    #[inline(always)]
    pub(crate) fn new(values: &'a [T], stride: usize) -> Self {
        Self { values, stride }
    }

    /// The rows from number `first` on.
    #[inline(always)]
    fn from(self, first: usize) -> Self {
        let values = &self.values[first * self.stride..];
        Self { values, ..self }
    }

    /// `R` rows from number `first` on, `length` values of each.
    #[inline(always)]
    fn group<const R: usize>(&self, first: usize, length: usize) -> [&'a [T]; R] {
        std::array::from_fn(|r| &self.values[(first + r) * self.stride..][..length])
    }
}

/// The integer sums of the rows of `x` from `row` on, as many as `sums` has room for, with the
/// eight channels of one panel.
#[inline(always)]
pub(crate) fn sums<L: Tiles>(
    kernel: DotKernel,
    steps: &[Step],
    x: &Quantized,
    row: usize,
    sums: &mut [Sums<L>],
) {
    let (whole, rest) = sums.split_at_mut(sums.len() / 4 * 4);
    let after = row + whole.len();
    if !whole.is_empty() {
        groups::<L, 4>(kernel, steps, x, row, whole);
    }
    match rest.len() {
        0 => {}
        1 => groups::<L, 1>(kernel, steps, x, after, rest),
        2 => groups::<L, 2>(kernel, steps, x, after, rest),
        _ => groups::<L, 3>(kernel, steps, x, after, rest),
    }
}

/// [`sums`] of whole groups of `R` rows.
#[inline(always)]
fn groups<L: Tiles, const R: usize>(
    kernel: DotKernel,
    steps: &[Step],
    x: &Quantized,
    row: usize,
    sums: &mut [Sums<L>],
) {
    let stride = 2 * x.features().div_ceil(16);
    if L::BYTES && kernel != DotKernel::Words {
        let values = x.bytes.as_flattened().as_chunks::<8>().0;
        let rows = Rows::new(values, stride).from(row);
        L::byte_sums::<R>(kernel == DotKernel::Pairs, steps, rows, sums);
    } else {
        let values = &x.words[..];
        let rows = Rows::new(values, stride).from(row);
        words::<L, R, 0>(steps, rows, sums);
        words::<L, R, 1>(steps, rows, sums);
    }
}

/// `row[i]`, which callers have made sure of.
#[inline(always)]
fn at<T>(row: &[T], i: usize) -> &T {
    debug_assert!(i < row.len());
    // SAFETY: `Rows::group` cuts every row to the number of steps, and `i` counts steps, or
    // halves of both.
    unsafe { row.get_unchecked(i) }
}

/// Splits each of some arrays in two.
#[inline(always)]
fn halves<T, const N: usize, const H: usize>(x: &[[T; N]]) -> &[[T; H]] {
    const { assert!(2 * H == N) }
    x.as_flattened().as_chunks::<H>().0
}

// The inner loops are functions of their own, kept apart from the rest: V8's register allocator
// does much better on them so (38 instead of 28 GMAC/s for words). Each goes over all rows of a
// block, since what comes before and after an inner loop takes as long as a hundred inputs.

#[inline(never)]
fn byte_fours<L: LanesU7, const R: usize>(
    steps: &[Step],
    rows: Rows<'_, [u8; 8]>,
    out: &mut [Sums<L>],
) {
    for (group, out) in out.as_chunks_mut::<R>().0.iter_mut().enumerate() {
        let rows = rows.group::<R>(R * group, steps.len());
        let rows = rows.map(halves::<u8, 8, 4>);
        let mut sums = [[L::zero(); 2]; R];
        for (i, step) in steps.as_flattened().iter().enumerate() {
            let (left, right) = (L::weights(&step[0]), L::weights(&step[1]));
            for (sums, row) in sums.iter_mut().zip(&rows) {
                let x = L::four_times(at(row, i));
                sums[0] = L::dot_fours(left, x, sums[0]);
                sums[1] = L::dot_fours(right, x, sums[1]);
            }
        }
        *out = sums;
    }
}

#[inline(never)]
fn byte_pairs<L: LanesU7, const R: usize>(
    steps: &[Step],
    rows: Rows<'_, [u8; 8]>,
    out: &mut [Sums<L>],
) {
    for (group, out) in out.as_chunks_mut::<R>().0.iter_mut().enumerate() {
        let rows = rows.group::<R>(R * group, steps.len());
        let mut sums = [[L::zero(); 2]; R];
        for (i, [first, second]) in steps.iter().enumerate() {
            let first = [L::weights(&first[0]), L::weights(&first[1])];
            let second = [L::weights(&second[0]), L::weights(&second[1])];
            for (sums, row) in sums.iter_mut().zip(&rows) {
                let x = halves(std::slice::from_ref(at(row, i)));
                let (x, next) = (L::four_times(&x[0]), L::four_times(&x[1]));
                for channels in 0..2 {
                    let a = L::dot_pairs(first[channels], x);
                    let b = L::dot_pairs(second[channels], next);
                    sums[channels] = L::sum_pairs(L::add_words(a, b), sums[channels]);
                }
            }
        }
        *out = sums;
    }
}

/// Sums over i16 activations, of four of the eight channels: each lane holds the sum of one pair
/// of neighbours of each four inputs until the end.
#[inline(never)]
fn words<L: Lanes, const R: usize, const CHANNELS: usize>(
    steps: &[Step],
    rows: Rows<'_, [i16; 8]>,
    out: &mut [Sums<L>],
) {
    for (group, out) in out.as_chunks_mut::<R>().0.iter_mut().enumerate() {
        let rows = rows.group::<R>(R * group, steps.len());
        let rows = rows.map(halves::<i16, 8, 4>);
        let mut sums = [[L::zero(); 2]; R];
        for (i, step) in steps.as_flattened().iter().enumerate() {
            let weights = halves::<i8, 16, 8>(std::slice::from_ref(&step[CHANNELS]));
            let (left, right) = (L::widen(&weights[0]), L::widen(&weights[1]));
            for (sums, row) in sums.iter_mut().zip(&rows) {
                let x = L::twice(at(row, i));
                sums[0] = L::dot_words(left, x, sums[0]);
                sums[1] = L::dot_words(right, x, sums[1]);
            }
        }
        for (out, [left, right]) in out.iter_mut().zip(sums) {
            out[CHANNELS] = L::add_pairs(left, right);
        }
    }
}
