//! Elementwise functions on four lanes, and the walk over slices of any length.

use crate::lanes::{Lanes, ROUND};

/// eˣ, with a relative error below 2.5e-7 for −87 ≤ x ≤ 88; clamped to those ends outside.
///
/// Range reduction by ln 2 in two parts, then the polynomial of Cephes' `expf`.
#[inline(always)]
pub(crate) fn exp<L: Lanes>(x: L::F) -> L::F {
    let x = L::min(L::max(x, L::splat(-87.0)), L::splat(88.0));
    let rounded = L::mul_add(x, L::splat(std::f32::consts::LOG2_E), L::splat(ROUND));
    let n = L::sub(rounded, L::splat(ROUND));
    // The high part has few enough bits that n times it is exact.
    let r = L::neg_mul_add(n, L::splat(0.693_359_4), x);
    let r = L::neg_mul_add(n, L::splat(-2.121_944_4e-4), r);
    let mut p = L::splat(1.987_569_1e-4);
    for c in [
        1.398_199_9e-3,
        8.333_452e-3,
        4.166_579_6e-2,
        1.666_666_5e-1,
        0.5,
    ] {
        p = L::mul_add(p, r, L::splat(c));
    }
    let y = L::add(L::mul_add(p, L::mul(r, r), r), L::splat(1.0));
    L::scale_by_power(y, rounded)
}

/// The numerator of Φ(x) − ½, in powers of x², lowest first.
const PHI_NUMERATOR: [f32; 6] = [
    0.398_942_23,
    0.033_852_49,
    0.004_677_248_7,
    1.688_237_2e-4,
    6.352_074_3e-6,
    2.274_934_2e-8,
];
/// The denominator of Φ(x) − ½, in powers of x², lowest first.
const PHI_DENOMINATOR: [f32; 6] = [
    1.0,
    0.251_521_53,
    0.028_645_776,
    0.001_884_434_4,
    7.364_672e-5,
    1.197_5e-6,
];

/// GELU, x · Φ(x) with the exact (erf) Φ, with an absolute error below 3e-7 · max(1, |x|).
///
/// Φ(x) − ½ is odd; on |x| ≤ 5.5 it is x · P(x²) / Q(x²), a minimax fit of our own (7e-9 from
/// Φ before rounding). Beyond 5.5, ½ differs from it by less than 2e-8.
#[inline(always)]
pub(crate) fn gelu<L: Lanes>(x: L::F) -> L::F {
    let z = L::min(L::max(x, L::splat(-5.5)), L::splat(5.5));
    let u = L::mul(z, z);
    let mut p = L::splat(PHI_NUMERATOR[5]);
    let mut q = L::splat(PHI_DENOMINATOR[5]);
    for i in (0..5).rev() {
        p = L::mul_add(p, u, L::splat(PHI_NUMERATOR[i]));
        q = L::mul_add(q, u, L::splat(PHI_DENOMINATOR[i]));
    }
    let phi = L::div(L::mul(z, p), q);
    let phi = L::min(L::max(phi, L::splat(-0.5)), L::splat(0.5));
    L::mul(x, L::add(phi, L::splat(0.5)))
}

/// The last 1..=3 values of a slice, filled up with `fill`.
#[inline(always)]
pub(crate) fn pad<const N: usize>(rest: &[f32], fill: f32) -> [f32; N] {
    let mut padded = [fill; N];
    padded[..rest.len()].copy_from_slice(rest);
    padded
}

/// Replaces every value by `f` of it.
#[inline(always)]
pub(crate) fn map<L: Lanes>(x: &mut [f32], f: impl Fn(L::F) -> L::F) {
    let (chunks, rest) = x.as_chunks_mut::<4>();
    for x in chunks {
        L::store(f(L::load(x)), x);
    }
    if !rest.is_empty() {
        let mut padded = pad(rest, 0.0);
        L::store(f(L::load(&padded)), &mut padded);
        rest.copy_from_slice(&padded[..rest.len()]);
    }
}

/// Replaces every `x[i]` by `f(x[i], a[i])`; `a` is as long as `x`.
#[inline(always)]
pub(crate) fn map2<L: Lanes>(x: &mut [f32], a: &[f32], f: impl Fn(L::F, L::F) -> L::F) {
    let (chunks, rest) = x.as_chunks_mut::<4>();
    let (a_chunks, a_rest) = a.as_chunks::<4>();
    for (x, a) in chunks.iter_mut().zip(a_chunks) {
        L::store(f(L::load(x), L::load(a)), x);
    }
    if !rest.is_empty() {
        let mut padded = pad(rest, 0.0);
        L::store(f(L::load(&padded), L::load(&pad(a_rest, 0.0))), &mut padded);
        rest.copy_from_slice(&padded[..rest.len()]);
    }
}

/// Replaces every `x[i]` by `f(x[i], a[i], b[i])`; `a` and `b` are as long as `x`.
#[inline(always)]
pub(crate) fn map3<L: Lanes>(
    x: &mut [f32],
    a: &[f32],
    b: &[f32],
    f: impl Fn(L::F, L::F, L::F) -> L::F,
) {
    let (chunks, rest) = x.as_chunks_mut::<4>();
    let (a_chunks, a_rest) = a.as_chunks::<4>();
    let (b_chunks, b_rest) = b.as_chunks::<4>();
    for ((x, a), b) in chunks.iter_mut().zip(a_chunks).zip(b_chunks) {
        L::store(f(L::load(x), L::load(a), L::load(b)), x);
    }
    if !rest.is_empty() {
        let mut padded = pad(rest, 0.0);
        let (a, b) = (L::load(&pad(a_rest, 0.0)), L::load(&pad(b_rest, 0.0)));
        L::store(f(L::load(&padded), a, b), &mut padded);
        rest.copy_from_slice(&padded[..rest.len()]);
    }
}

/// Folds the values four at a time from `start`, filling up the last four with `fill`.
///
/// The order depends on the length alone.
#[inline(always)]
pub(crate) fn fold<L: Lanes>(
    x: &[f32],
    start: f32,
    fill: f32,
    f: impl Fn(L::F, L::F) -> L::F,
) -> L::F {
    let (chunks, rest) = x.as_chunks::<4>();
    let mut folded = L::splat(start);
    for x in chunks {
        folded = f(folded, L::load(x));
    }
    if !rest.is_empty() {
        folded = f(folded, L::load(&pad(rest, fill)));
    }
    folded
}
