//! Powers, as quickly and as much alike on every machine as a layout needs them.

/// `x^y` for `x` from 1e-30 to 1e30 and a result in the range of f32: within 5e-5 of the exact
/// value for `|y| ≤ 2`, relatively. Polynomials of the logarithm and the exponential of base 2,
/// fitted at Chebyshev points; no call to a library, so every build gives the same bits.
#[inline(always)]
pub(super) fn power(x: f32, y: f32) -> f32 {
    exp2(log2(x) * y)
}

#[inline(always)]
fn log2(x: f32) -> f32 {
    let bits = x.to_bits() as i32;
    let exponent = (bits >> 23) - 127;
    // The mantissa less one, in [0, 1).
    let m = f32::from_bits((bits & 0x007f_ffff | 0x3f80_0000) as u32) - 1.0;
    let fraction = m
        * (1.441_592
            + m * (-0.707_253_46 + m * (0.411_561_5 + m * (-0.189_832_45 + m * 0.043_928_627))));
    exponent as f32 + (fraction + 1.439_093e-5)
}

#[inline(always)]
fn exp2(x: f32) -> f32 {
    let x = x.clamp(-126.0, 126.0);
    // Adding and subtracting 1.5 · 2²³ rounds to the nearest whole number.
    let whole = (x + 12_582_912.0) - 12_582_912.0;
    let t = x - whole;
    let fraction =
        1.0 + t * (0.693_121 + t * (0.240_221_07 + t * (0.055_922_03 + t * 0.009_676_037)));
    f32::from_bits(
        fraction
            .to_bits()
            .wrapping_add(((whole as i32) << 23) as u32),
    )
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
                    let found = f64::from(super::power(x, y));
                    assert!(
                        (found / exact - 1.0).abs() < 5e-5,
                        "{x}^{y}: {found} for {exact}"
                    );
                }
            }
        }
    }
}
