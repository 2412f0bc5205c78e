//! Whole-vector functions: sums of products, softmax, GELU, pooling.

use crate::lanes::{Lanes, Native};
use crate::math::{self, exp, fold, map, map2, pad};

/// GELU with the exact (erf) Φ, in place: x · Φ(x).
///
/// Absolute error below 3e-7 · max(1, |x|).
pub fn gelu(x: &mut [f32]) {
    map::<Native>(x, math::gelu::<Native>);
}

/// Softmax, in place: `exp(x − max) / Σ exp(x − max)`.
///
/// Relative error of each share below 2e-6 for up to 512 values (the sum's rounding); shares
/// below 1e-37 are not told apart. An empty slice stays empty.
pub fn softmax(x: &mut [f32]) {
    softmax_with::<Native>(x);
}

/// [`softmax`] in the twin `L`.
#[inline(always)]
pub(crate) fn softmax_with<L: Lanes>(x: &mut [f32]) {
    let total = exponentials::<L>(x, exp::<L>);
    let share = L::splat(1.0 / total);
    map::<L>(x, |x| x.map(|x| L::mul(x, share)));
}

/// Replaces x by `exp(x − max)`, and returns the sum of these.
#[inline(always)]
pub(crate) fn exponentials<L: Lanes>(x: &mut [f32], exp: impl Fn([L::F; 2]) -> [L::F; 2]) -> f32 {
    let most = L::splat(L::largest(fold::<L>(
        x,
        f32::NEG_INFINITY,
        f32::NEG_INFINITY,
        L::max,
    )));
    let mut totals = [L::splat(0.0); 2];
    // What `map` fills up with, −∞, adds exp(−87): nothing to a sum of at least 1.
    map::<L>(x, |x| {
        let y = exp(x.map(|x| L::sub(x, most)));
        totals = [L::add(totals[0], y[0]), L::add(totals[1], y[1])];
        y
    });
    L::sum(L::add(totals[0], totals[1]))
}

/// The sum of products of two equally long vectors.
///
/// Error below n/4 · 6e-8 · Σ|aᵢbᵢ|. For unit vectors this is their cosine similarity.
///
/// # Panics
/// If the lengths differ.
pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    dot_with::<Native>(a, b)
}

/// [`dot`] in the twin `L`.
#[inline(always)]
pub(crate) fn dot_with<L: Lanes>(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len(), "dot product of vectors of unequal length");
    let (pairs_a, rest_a) = a.as_chunks::<16>();
    let (pairs_b, rest_b) = b.as_chunks::<16>();
    let mut sums = [L::splat(0.0); 4];
    for (a, b) in pairs_a.iter().zip(pairs_b) {
        for (sum, (a, b)) in sums
            .iter_mut()
            .zip(a.as_chunks::<4>().0.iter().zip(b.as_chunks::<4>().0))
        {
            *sum = L::mul_add(L::load(a), L::load(b), *sum);
        }
    }
    for (a, b) in rest_a.chunks(4).zip(rest_b.chunks(4)) {
        sums[0] = L::mul_add(L::load(&pad(a, 0.0)), L::load(&pad(b, 0.0)), sums[0]);
    }
    let [a, b, c, d] = sums;
    L::sum(L::add(L::add(a, b), L::add(c, d)))
}

/// Adds `b` to `a`, element by element.
///
/// # Panics
/// If the lengths differ.
pub fn add(a: &mut [f32], b: &[f32]) {
    assert_eq!(a.len(), b.len(), "sum of vectors of unequal length");
    map2::<Native>(a, b, Native::add);
}

/// The mean of the rows of `x`, `[tokens, features]`, row-major, into `mean`, `[features]`.
///
/// Zero for no rows. Rows are summed in order, so the error is below tokens · 6e-8 · mean |x|.
///
/// # Panics
/// If `x` is not a whole number of rows.
pub fn mean_pool(x: &[f32], mean: &mut [f32]) {
    mean.fill(0.0);
    if mean.is_empty() || x.is_empty() {
        return;
    }
    assert!(x.len().is_multiple_of(mean.len()), "rows cut short");
    for row in x.chunks_exact(mean.len()) {
        map2::<Native>(mean, row, Native::add);
    }
    let tokens = (x.len() / mean.len()) as f32;
    for x in mean {
        *x /= tokens;
    }
}

/// Scales `x` to Euclidean length 1, and returns the length that it had.
///
/// A vector of zeros stays as it is. Right for finite numbers of any size; the length that is
/// returned is infinite where it is beyond f32.
pub fn normalize(x: &mut [f32]) -> f32 {
    let squares = dot(x, x);
    // Beyond these f32 may have lost squares that count, or all of them.
    if !(1e-24..1e36).contains(&squares) {
        let squares: f64 = x.iter().map(|&x| f64::from(x) * f64::from(x)).sum();
        let length = squares.sqrt();
        if length > 0.0 {
            for x in x {
                *x = (f64::from(*x) / length) as f32;
            }
        }
        return length as f32;
    }
    let length = squares.sqrt();
    if length > 0.0 {
        for x in x {
            *x /= length;
        }
    }
    length
}

#[cfg(test)]
mod tests {
    use super::normalize;

    #[test]
    fn vectors_of_any_length_are_normalised() {
        for size in [1e-44, 1e-38, 1e-30, 1e-12, 1.0, 1e12, 1e19, 1e30, 3e38f32] {
            for length in [1, 2, 5, 64, 100] {
                let mut x = vec![size; length];
                let found = normalize(&mut x);
                let expected = f64::from(size) * (length as f64).sqrt();
                // Of numbers below f32's normal range only a few bits are left.
                let close = (f64::from(found) - expected).abs() <= expected * 1e-5 + 1e-45;
                assert!(
                    close || expected > f64::from(f32::MAX),
                    "{size} × {length}: {found}"
                );
                let each = 1.0 / (length as f32).sqrt();
                assert!(
                    x.iter().all(|x| (x - each).abs() < 1e-5),
                    "{size} × {length}: {x:?}"
                );
            }
        }
        let mut zero = [0.0; 3];
        assert_eq!((normalize(&mut zero), zero), (0.0, [0.0; 3]));
        assert_eq!(normalize(&mut []), 0.0);
    }
}
