//! The inner loops of the int8 product: groups of up to four rows × 8 channels, over all inputs.

use std::sync::atomic::{AtomicU8, Ordering};

use super::Step;
use crate::lanes::{Dots, Ints, Lanes, Portable};
use crate::quantized::Quantized;

/// Which instructions sum the products of narrow rows. All give the same integers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DotKernel {
    /// Products of i16, for wide rows, and for narrow ones without relaxed SIMD.
    Words,
    /// One instruction for four products and their sum: best where the processor has a byte dot
    /// product (AVX-VNNI, Arm dotprod).
    Fours,
    /// Eight products summed in 16 bits, then widened: best on other processors. They are those of
    /// the weights 0, 1, 4, 5, 8, 9, 12, 13 of each sixteen, and of the others.
    Eights,
}

static EIGHTS: AtomicU8 = AtomicU8::new(0);

/// The kernel that narrow rows use now.
pub fn dot_kernel() -> DotKernel {
    choice::<crate::lanes::Native>()
}

/// Makes narrow rows use `Fours` or `Eights` from now on, whichever is faster on this machine.
///
/// Without relaxed SIMD there is only `Words`, and nothing changes.
pub fn set_dot_kernel(kernel: DotKernel) {
    EIGHTS.store((kernel == DotKernel::Eights).into(), Ordering::Relaxed);
}

fn choice<L: Lanes>() -> DotKernel {
    match (L::BYTES, EIGHTS.load(Ordering::Relaxed)) {
        (false, _) => DotKernel::Words,
        (true, 0) => DotKernel::Fours,
        (true, _) => DotKernel::Eights,
    }
}

/// The kernel for the layout of `x`.
#[inline(always)]
pub(crate) fn choose<L: Lanes>(x: &Quantized) -> DotKernel {
    if x.reading().is_some() {
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
        eights: bool,
        steps: &[Step],
        rows: Rows<'_, [u8; 8]>,
        sums: &mut [Sums<Self>],
    );
}

#[cfg(all(target_arch = "wasm32", target_feature = "relaxed-simd"))]
impl Tiles for crate::lanes::Relaxed {
    #[inline(always)]
    fn byte_sums<const R: usize>(
        eights: bool,
        steps: &[Step],
        rows: Rows<'_, [u8; 8]>,
        sums: &mut [Sums<Self>],
    ) {
        if eights {
            byte_eights::<Self, R>(steps, rows, sums);
        } else {
            byte_fours::<Self, R>(steps, rows, sums);
        }
    }
}

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

no_tiles_of_bytes!(Portable);
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
    // The kernel with eights needs twice the weights in registers.
    if kernel == DotKernel::Eights {
        let (whole, rest) = sums.split_at_mut(sums.len() / 2 * 2);
        if !whole.is_empty() {
            groups::<L, 2>(kernel, steps, x, row, whole);
        }
        if !rest.is_empty() {
            groups::<L, 1>(kernel, steps, x, row + whole.len(), rest);
        }
        return;
    }
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
        L::byte_sums::<R>(kernel == DotKernel::Eights, steps, rows, sums);
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
pub(crate) fn byte_fours<D: Dots, const R: usize>(
    steps: &[Step],
    rows: Rows<'_, [u8; 8]>,
    out: &mut [[Ints<D>; 2]],
) {
    for (group, out) in out.as_chunks_mut::<R>().0.iter_mut().enumerate() {
        let rows = rows.group::<R>(R * group, steps.len());
        let rows = rows.map(halves::<u8, 8, 4>);
        let mut sums = [[D::Lanes::zero(); 2]; R];
        for (i, step) in steps.as_flattened().iter().enumerate() {
            let (left, right) = (D::weights(&step[0]), D::weights(&step[1]));
            for (sums, row) in sums.iter_mut().zip(&rows) {
                let x = D::four_times(at(row, i));
                sums[0] = D::dot_fours(left, x, sums[0]);
                sums[1] = D::dot_fours(right, x, sums[1]);
            }
        }
        *out = sums;
    }
}

#[inline(never)]
pub(crate) fn byte_eights<D: Dots, const R: usize>(
    steps: &[Step],
    rows: Rows<'_, [u8; 8]>,
    out: &mut [[Ints<D>; 2]],
) {
    let sixteens = steps.as_chunks::<2>().0;
    let ones = D::ones();
    for (group, out) in out.as_chunks_mut::<R>().0.iter_mut().enumerate() {
        let rows = rows.group::<R>(R * group, steps.len());
        let rows = rows.map(halves::<u8, 8, 4>);
        let mut sums = [[D::Lanes::zero(); 2]; R];
        for (i, sixteen) in sixteens.iter().enumerate() {
            let fours = sixteen.as_flattened();
            let weights = [0, 1, 2, 3].map(|four| fours[four].each_ref().map(D::weights));
            for (sums, row) in sums.iter_mut().zip(&rows) {
                let x = D::four_times(at(row, 4 * i));
                let mut words = weights[0].map(|weights| D::dot_pairs(weights, x));
                for four in 1..4 {
                    let x = D::four_times(at(row, 4 * i + four));
                    for (words, weights) in words.iter_mut().zip(weights[four]) {
                        *words = D::add_words(*words, D::dot_pairs(weights, x));
                    }
                }
                for (sum, words) in sums.iter_mut().zip(words) {
                    *sum = D::sum_pairs(words, ones, *sum);
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
