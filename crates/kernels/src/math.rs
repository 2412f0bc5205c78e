//! Elementwise functions on four lanes, and the walk over slices of any length.

use crate::lanes::{Lanes, ROUND};

/// Loads eight values.
#[inline(always)]
pub(crate) fn load8<L: Lanes>(x: &[f32; 8]) -> [L::F; 2] {
    let (halves, _) = x.as_chunks::<4>();
    [L::load(&halves[0]), L::load(&halves[1])]
}

/// Stores eight values.
#[inline(always)]
pub(crate) fn store8<L: Lanes>(x: [L::F; 2], to: &mut [f32; 8]) {
    let (halves, _) = to.as_chunks_mut::<4>();
    L::store(x[0], &mut halves[0]);
    L::store(x[1], &mut halves[1]);
}

/// What [`exp`] needs: the two parts of ln 2, and the polynomial from its highest power down.
static EXP: [f32; 8] = [
    0.693_359_4,
    -2.121_944_4e-4,
    1.987_569_1e-4,
    1.398_199_9e-3,
    8.333_452e-3,
    4.166_579_6e-2,
    1.666_666_5e-1,
    0.5,
];

/// eˣ, with a relative error below 2.5e-7 for −87 ≤ x ≤ 88; clamped to those ends outside.
///
/// Range reduction by ln 2 in two parts, then the polynomial of Cephes' `expf`.
#[inline(always)]
pub(crate) fn exp<L: Lanes>(x: [L::F; 2]) -> [L::F; 2] {
    let table = in_memory(&EXP);
    let x = x.map(|x| L::min(L::max(x, L::splat(-87.0)), L::splat(88.0)));
    let rounded = x.map(|x| L::mul_add(x, L::splat(std::f32::consts::LOG2_E), L::splat(ROUND)));
    // The high part of ln 2 has few enough bits that n times it is exact.
    let r = [0, 1].map(|i| {
        let n = L::sub(rounded[i], L::splat(ROUND));
        let r = L::neg_mul_add(n, L::splat(table[0]), x[i]);
        L::neg_mul_add(n, L::splat(table[1]), r)
    });
    let mut p = [L::splat(table[2]); 2];
    for &coefficient in &table[3..] {
        let coefficient = L::splat(coefficient);
        p = [0, 1].map(|i| L::mul_add(p[i], r[i], coefficient));
    }
    [0, 1].map(|i| {
        let y = L::mul_add(p[i], L::mul(r[i], r[i]), r[i]);
        L::scale_by_power(L::add(y, L::splat(1.0)), rounded[i])
    })
}

/// What [`exp_near`] needs: log₂ e, ln 2, and a polynomial from its highest power down.
static EXP_NEAR: [f32; 6] = [
    std::f32::consts::LOG2_E,
    std::f32::consts::LN_2,
    1.656_684_2e-1,
    5.049_633e-1,
    1.000_164_2,
    9.999_280_7e-1,
];

/// eˣ for x ≤ 0, with a relative error below 9e-5 down to −87, and 2e-38 at most beyond; in two
/// thirds of the instructions of [`exp`].
///
/// Range reduction by ln 2, then a minimax fit of our own.
#[inline(always)]
pub(crate) fn exp_near<L: Lanes>(x: [L::F; 2]) -> [L::F; 2] {
    let [log2_e, ln2, first, rest @ ..] = in_memory(&EXP_NEAR).map(L::splat);
    let x = x.map(|x| L::max(x, L::splat(-87.0)));
    let rounded = x.map(|x| L::mul_add(x, log2_e, L::splat(ROUND)));
    let r = [0, 1].map(|i| {
        let n = L::sub(rounded[i], L::splat(ROUND));
        L::neg_mul_add(n, ln2, x[i])
    });
    let mut p = [first; 2];
    for coefficient in rest {
        p = [0, 1].map(|i| L::mul_add(p[i], r[i], coefficient));
    }
    [0, 1].map(|i| L::scale_by_power(p[i], rounded[i]))
}

/// Numerator and denominator of Φ(x) − ½ in powers of x², from the highest down.
static PHI: [[f32; 2]; 6] = [
    [2.274_934_2e-8, 1.197_5e-6],
    [6.352_074_3e-6, 7.364_672e-5],
    [1.688_237_2e-4, 0.001_884_434_4],
    [0.004_677_248_7, 0.028_645_776],
    [0.033_852_49, 0.251_521_53],
    [0.398_942_23, 1.0],
];

/// GELU, x · Φ(x) with the exact (erf) Φ, with an absolute error below 3e-7 · max(1, |x|).
///
/// Φ(x) − ½ is odd; on |x| ≤ 5.5 it is x · P(x²) / Q(x²), a minimax fit of our own (7e-9 from
/// Φ before rounding). Beyond 5.5, ½ differs from it by less than 2e-8.
#[inline(always)]
pub(crate) fn gelu<L: Lanes>(x: [L::F; 2]) -> [L::F; 2] {
    let [first, rest @ ..] = in_memory(&PHI);
    let z = x.map(|x| L::min(L::max(x, L::splat(-5.5)), L::splat(5.5)));
    let u = z.map(|z| L::mul(z, z));
    let (mut p, mut q) = ([L::splat(first[0]); 2], [L::splat(first[1]); 2]);
    for &[numerator, denominator] in rest {
        let (numerator, denominator) = (L::splat(numerator), L::splat(denominator));
        p = [0, 1].map(|i| L::mul_add(p[i], u[i], numerator));
        q = [0, 1].map(|i| L::mul_add(q[i], u[i], denominator));
    }
    [0, 1].map(|i| {
        let phi = L::div(L::mul(z[i], p[i]), q[i]);
        let phi = L::min(L::max(phi, L::splat(-0.5)), L::splat(0.5));
        L::mul(x[i], L::add(phi, L::splat(0.5)))
    })
}

/// Φ(x) − ½ in odd powers of x, from the highest down.
static PHI_NEAR: [f32; 8] = [
    -9.018_297e-10,
    7.941_846e-8,
    -3.038_066e-6,
    6.689_253e-5,
    -9.506_711e-4,
    9.298_283e-3,
    -6.552_83e-2,
    3.984_659_3e-1,
];

/// GELU with an absolute error below 9e-5 + 2e-6 · |x|, in two thirds of the instructions of
/// [`gelu`] and without its division.
///
/// On |x| ≤ 4.2 Φ(x) − ½ is x · P(x²), a minimax fit of our own to x · Φ(x) that is ½ at 4.2, and
/// stays so beyond.
#[inline(always)]
pub(crate) fn gelu_near<L: Lanes>(x: [L::F; 2]) -> [L::F; 2] {
    let [first, rest @ ..] = in_memory(&PHI_NEAR);
    let z = x.map(|x| L::min(L::max(x, L::splat(-4.2)), L::splat(4.2)));
    let u = z.map(|z| L::mul(z, z));
    let mut p = [L::splat(*first); 2];
    for &coefficient in rest {
        let coefficient = L::splat(coefficient);
        p = [0, 1].map(|i| L::mul_add(p[i], u[i], coefficient));
    }
    [0, 1].map(|i| L::mul(x[i], L::mul_add(z[i], p[i], L::splat(0.5))))
}

/// A table that the compiler takes for unknown memory.
///
/// V8 makes a vector constant anew each time it meets it, in three instructions; a splat from
/// memory is one.
#[inline(always)]
fn in_memory<T>(table: &'static T) -> &'static T {
    std::hint::black_box(table)
}

/// The distance at which rows of so many values are best kept for a short time.
///
/// Rows a multiple of some KiB apart, as those of 1,536 values are, fall on the same few sets of
/// the level-1 cache and push each other out. An odd number of cache lines spreads them over all.
pub(crate) fn padded(values: usize) -> usize {
    (values.div_ceil(16) | 1) * 16
}

/// The last values of a slice, fewer than `N`, filled up with `fill`.
#[inline(always)]
pub(crate) fn pad<const N: usize>(rest: &[f32], fill: f32) -> [f32; N] {
    let mut padded = [fill; N];
    padded[..rest.len()].copy_from_slice(rest);
    padded
}

/// Replaces every value by `f` of it, eight values at a time.
#[inline(always)]
pub(crate) fn map<L: Lanes>(x: &mut [f32], mut f: impl FnMut([L::F; 2]) -> [L::F; 2]) {
    let (chunks, rest) = x.as_chunks_mut::<8>();
    for x in chunks {
        store8::<L>(f(load8::<L>(x)), x);
    }
    if !rest.is_empty() {
        let mut padded = pad(rest, f32::NEG_INFINITY);
        store8::<L>(f(load8::<L>(&padded)), &mut padded);
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

/// Folds the values in two chains of four lanes from `start`, filling up the last eight with
/// `fill`, and folds the chains together.
///
/// The order depends on the length alone.
#[inline(always)]
pub(crate) fn fold<L: Lanes>(
    x: &[f32],
    start: f32,
    fill: f32,
    f: impl Fn(L::F, L::F) -> L::F,
) -> L::F {
    fold_map::<L>(x, start, fill, &f, &f)
}

/// As [`fold`], but `into` takes values into a chain, and `join` joins the two.
#[inline(always)]
pub(crate) fn fold_map<L: Lanes>(
    x: &[f32],
    start: f32,
    fill: f32,
    into: impl Fn(L::F, L::F) -> L::F,
    join: impl Fn(L::F, L::F) -> L::F,
) -> L::F {
    let (chunks, rest) = x.as_chunks::<8>();
    let mut chains = [L::splat(start); 2];
    let mut take = |x: &[f32; 8]| {
        let [left, right] = load8::<L>(x);
        chains = [into(chains[0], left), into(chains[1], right)];
    };
    for x in chunks {
        take(x);
    }
    if !rest.is_empty() {
        take(&pad(rest, fill));
    }
    join(chains[0], chains[1])
}
