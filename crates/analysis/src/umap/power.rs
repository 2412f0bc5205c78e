//! Powers, as quickly and as much alike on every machine as a layout needs them.

use wide::{bytemuck::cast, f32x4, i32x4};

/// `x^y`, four at a time, for `x` from 1e-30 to 1e30 and a result in the range of f32: within 5e-5
/// of the exact value for `|y| ≤ 2`, relatively. Polynomials of the logarithm and the exponential
/// of base 2, fitted at Chebyshev points; no call to a library, so every build gives the same bits.
#[inline(always)]
pub(super) fn power(x: f32x4, y: f32) -> f32x4 {
    exp2(log2(x) * y)
}

#[inline(always)]
fn log2(x: f32x4) -> f32x4 {
    let bits: i32x4 = cast(x);
    let exponent: i32x4 = bits >> 23_i32;
    let exponent = (exponent - i32x4::splat(127)).round_float();
    // The mantissa less one, in [0, 1).
    let m =
        cast::<i32x4, f32x4>((bits & i32x4::splat(0x007f_ffff)) | i32x4::splat(0x3f80_0000)) - 1.0;
    let fraction = m
        * (m * (m * (m * (m * 0.043_928_627 - 0.189_832_45) + 0.411_561_5) - 0.707_253_46)
            + 1.441_592);
    exponent + (fraction + 1.439_093e-5)
}

#[inline(always)]
fn exp2(x: f32x4) -> f32x4 {
    let x = x
        .fast_max(f32x4::splat(-126.0))
        .fast_min(f32x4::splat(126.0));
    // Adding 1.5 · 2²³ rounds to a whole number, which is then in the lowest bits.
    let shifted = x + 12_582_912.0;
    let t = x - (shifted - 12_582_912.0);
    let fraction =
        t * (t * (t * (t * 0.009_676_037 + 0.055_922_03) + 0.240_221_07) + 0.693_121) + 1.0;
    let whole: i32x4 = cast::<f32x4, i32x4>(shifted) << 23_i32;
    cast(cast::<f32x4, i32x4>(fraction) + whole)
}

#[cfg(test)]
mod tests {
    #[test]
    fn powers_are_within_their_bound() {
        for i in -300..=300 {
            for y in [-2.0, -1.1, -0.1, 0.0, 0.3, 0.79, 0.895, 1.0, 1.92, 2.0f32] {
                let x = 10f32.powf(i as f32 / 10.0) * 1.2345;
                let exact = f64::from(x).powf(f64::from(y));
                if exact > 1e-37 && exact < 1e37 {
                    let found = f64::from(super::power(wide::f32x4::splat(x), y).to_array()[0]);
                    assert!(
                        (found / exact - 1.0).abs() < 5e-5,
                        "{x}^{y}: {found} for {exact}"
                    );
                }
            }
        }
    }
}
