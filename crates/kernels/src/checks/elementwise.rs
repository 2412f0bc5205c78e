//! Checks of functions of values and rows.

use super::{Outcome, close, same_bits, values};
use crate::lanes::{Lanes, Portable};
use crate::math::{exp, exp_near, gelu, gelu_near, map};
use crate::norm::LayerNorm;
use crate::quantized::{Precision, Quantized};
use crate::vector::{dot_with, softmax_with};

/// Row lengths that end anywhere in a group of 4, 8 or 16.
const LENGTHS: [usize; 12] = [1, 2, 3, 4, 5, 8, 15, 31, 32, 33, 384, 511];

/// erf by its series or continued fraction, both to about 1e-15.
fn erf(x: f64) -> f64 {
    if x.abs() < 3.0 {
        let (mut term, mut sum) = (x, x);
        for n in 1..120 {
            term *= -x * x / f64::from(n);
            sum += term / f64::from(2 * n + 1);
        }
        return sum * 2.0 / std::f64::consts::PI.sqrt();
    }
    let z = x.abs();
    let fraction = (1..200).rev().fold(z, |f, k| z + f64::from(k) / 2.0 / f);
    (1.0 - (-z * z).exp() / fraction / std::f64::consts::PI.sqrt()).copysign(x)
}

pub(super) fn exp_is_within_its_bound<L: Lanes>() -> Outcome {
    let mut x: Vec<f32> = (-87_000..=88_000).map(|i| i as f32 / 1000.0).collect();
    let given = x.clone();
    map::<L>(&mut x, exp::<L>);
    for (&given, &found) in given.iter().zip(&x) {
        let expected = f64::from(given).exp();
        close(&format!("exp({given})"), found, expected, 2.5e-7 * expected)?;
    }
    let mut x = given.clone();
    x.retain(|&x| x <= 0.0);
    map::<L>(&mut x, exp_near::<L>);
    for (&given, &found) in given.iter().zip(&x) {
        let expected = f64::from(given).exp();
        close(
            &format!("exp_near({given})"),
            found,
            expected,
            9e-5 * expected,
        )?;
    }
    let mut ends = [-1e30, f32::NEG_INFINITY];
    map::<L>(&mut ends, exp_near::<L>);
    if ends.iter().any(|&end| !(0.0..2e-38).contains(&end)) {
        return Err(format!("far ends of exp_near: {ends:?}"));
    }
    let mut ends = [-1e30, f32::NEG_INFINITY, 1e30];
    map::<L>(&mut ends, exp::<L>);
    if ends[0] > 2e-38 || ends[1] > 2e-38 || ends[2] < 1e38 {
        return Err(format!("far ends: {ends:?}"));
    }
    Ok(())
}

pub(super) fn gelu_is_within_its_bound<L: Lanes>() -> Outcome {
    let mut x: Vec<f32> = (-90_001..=90_000).map(|i| i as f32 / 10_000.0).collect();
    x.extend([0.0, 1e-20, -1e-20, 1e4, -1e4, 1e30, -1e30]);
    let given = x.clone();
    let mut near = x.clone();
    map::<L>(&mut x, gelu::<L>);
    map::<L>(&mut near, gelu_near::<L>);
    for ((&given, &found), &near) in given.iter().zip(&x).zip(&near) {
        let z = f64::from(given);
        let expected = z * 0.5 * (1.0 + erf(z / 2f64.sqrt()));
        let bound = 3e-7 * z.abs().max(1.0);
        close(&format!("gelu({given})"), found, expected, bound)?;
        let bound = 9e-5 + 2e-6 * z.abs();
        close(&format!("near gelu({given})"), near, expected, bound)?;
    }
    Ok(())
}

pub(super) fn softmax_is_within_its_bound<L: Lanes>() -> Outcome {
    for length in LENGTHS {
        for spread in [0.0, 1.0, 30.0, 300.0] {
            let mut x: Vec<f32> = values(1, length).iter().map(|x| x * spread).collect();
            let given: Vec<f64> = x.iter().map(|&x| x.into()).collect();
            softmax_with::<L>(&mut x);
            let most = given.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let total: f64 = given.iter().map(|x| (x - most).exp()).sum();
            for (&found, given) in x.iter().zip(&given) {
                let expected = (given - most).exp() / total;
                // The differences from the maximum are rounded: 6e-8 of their magnitude.
                let bound = expected * (2e-6 + 6e-8 * (given - most).abs()) + 2e-38;
                close(&format!("softmax of {length}"), found, expected, bound)?;
            }
        }
    }
    softmax_with::<L>(&mut []);
    Ok(())
}

pub(super) fn layer_norm_is_within_its_bound<L: Lanes>() -> Outcome {
    for length in LENGTHS {
        for shift in [0.0, 3.0] {
            let gamma = values(2, length);
            let beta = values(3, length);
            let norm =
                LayerNorm::new(gamma.clone(), beta.clone(), 1e-12).map_err(|e| e.to_string())?;
            let mut row: Vec<f32> = values(4, length).iter().map(|x| x + shift).collect();
            let given: Vec<f64> = row.iter().map(|&x| x.into()).collect();
            norm.row_with::<L>(&mut row);
            let mean = given.iter().sum::<f64>() / length as f64;
            let variance = given.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / length as f64;
            for i in 0..length {
                let normal = (given[i] - mean) / (variance + 1e-12).sqrt();
                let expected = normal * f64::from(gamma[i]) + f64::from(beta[i]);
                let spread = 1.0 + f64::from(shift) / variance.max(1e-3).sqrt();
                let bound = 1e-6 * spread * (1.0 + normal.abs());
                // One value normalises to β, give or take the rounding of its mean.
                close(&format!("layer norm of {length}"), row[i], expected, bound)?;
            }
        }
    }
    Ok(())
}

pub(super) fn dot_is_within_its_bound<L: Lanes>() -> Outcome {
    for length in LENGTHS {
        let (a, b) = (values(5, length), values(6, length));
        let products = || a.iter().zip(&b).map(|(&a, &b)| f64::from(a) * f64::from(b));
        let size: f64 = products().map(f64::abs).sum();
        let bound = (length as f64 / 4.0 + 4.0) * 6e-8 * size;
        let found = dot_with::<L>(&a, &b);
        close(&format!("dot of {length}"), found, products().sum(), bound)?;
    }
    Ok(())
}

pub(super) fn quantised_values_are_within_their_bound<L: Lanes>() -> Outcome {
    for length in LENGTHS {
        for precision in [Precision::Narrow, Precision::Wide] {
            for (shift, size) in [(0.0, 1.0), (5.0, 0.5), (0.0, 0.0), (1.0, 0.0), (0.0, 1e20)] {
                let x: Vec<f32> = values(7, length).iter().map(|x| x * size + shift).collect();
                let mut quantized = Quantized::new();
                quantized.quantize_with::<L>(&x, length, precision, None);
                let integers = integers(&quantized, 0);
                let scale = f64::from(quantized.scales[0]);
                let mut back = vec![0.0; length];
                quantized.values(0, &mut back);
                for (i, (&x, &n)) in x.iter().zip(&integers).enumerate() {
                    let value = n as f64 * scale + f64::from(quantized.offsets[0]);
                    let bound = scale * 0.501 + 1e-6 * (f64::from(shift) + f64::from(size));
                    let what = format!("{precision:?} value {i} of {length} ({shift}, {size})");
                    close(&what, value as f32, x.into(), bound + 1e-30)?;
                    close(
                        &what,
                        back[i],
                        value,
                        2e-7 * value.abs().max(scale * 130.0) + 1e-30,
                    )?;
                }
            }
        }
    }
    Ok(())
}

/// The integers of a row, whichever way they are kept.
pub(super) fn integers(quantized: &Quantized, row: usize) -> Vec<i64> {
    let stride = quantized.features().next_multiple_of(16);
    let range = row * stride..row * stride + quantized.features();
    if let Some(reading) = quantized.reading() {
        let bytes = &quantized.bytes.as_flattened()[range];
        return bytes.iter().map(|&n| (n ^ reading.flip()).into()).collect();
    }
    let words = &quantized.words.as_flattened()[range];
    words.iter().map(|&n| n.into()).collect()
}

/// The twins without fused instructions give the bits that the portable one gives; and all
/// quantise the same values to the same integers.
pub(super) fn elementwise_agrees_with_portable<L: Lanes>() -> Outcome {
    for length in LENGTHS {
        let x = values(8, length);
        for precision in [Precision::Narrow, Precision::Wide] {
            let (mut a, mut b) = (Quantized::new(), Quantized::new());
            let multiplier = values(9, length);
            for multiplier in [None, Some(&multiplier[..])] {
                a.quantize_with::<L>(&x, length, precision, multiplier);
                b.quantize_with::<Portable>(&x, length, precision, multiplier);
                if integers(&a, 0) != integers(&b, 0) {
                    return Err(format!("{precision:?} integers of {length} differ"));
                }
                same_bits("scales", &a.scales, &b.scales)?;
                same_bits("offsets", &a.offsets, &b.offsets)?;
            }
        }
        if L::NAME == "relaxed-simd" {
            continue;
        }
        let norm = LayerNorm::new(values(2, length), values(3, length), 1e-5)
            .map_err(|e| e.to_string())?;
        let (mut a, mut b) = (x.clone(), x.clone());
        norm.row_with::<L>(&mut a);
        norm.row_with::<Portable>(&mut b);
        same_bits("layer norm", &a, &b)?;
        map::<L>(&mut a, gelu::<L>);
        map::<Portable>(&mut b, gelu::<Portable>);
        same_bits("gelu", &a, &b)?;
        map::<L>(&mut a, gelu_near::<L>);
        map::<Portable>(&mut b, gelu_near::<Portable>);
        same_bits("near gelu", &a, &b)?;
        softmax_with::<L>(&mut a);
        softmax_with::<Portable>(&mut b);
        same_bits("softmax", &a, &b)?;
        same_bits(
            "dot",
            &[dot_with::<L>(&a, &x)],
            &[dot_with::<Portable>(&b, &x)],
        )?;
    }
    Ok(())
}
