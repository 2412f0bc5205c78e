//! Checks of every kernel in every twin that this target has, against plain f64 loops.
//!
//! Ordinary tests run them natively; `examples/checks.rs` runs the same ones in wasm.

mod elementwise;
mod products;

use crate::lanes::Portable;
#[cfg(all(target_arch = "wasm32", target_feature = "relaxed-simd"))]
use crate::lanes::Relaxed;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
use crate::lanes::Simd128;
#[cfg(target_arch = "x86_64")]
use crate::lanes::Sse2;

/// What a check found wrong, if anything.
pub type Outcome = Result<(), String>;

/// A check and its name.
pub type Check = (&'static str, fn() -> Outcome);

/// Runs a check in each twin, and says in which one it failed.
macro_rules! in_each_twin {
    ($check:ident) => {{
        fn run() -> Outcome {
            in_twin::<Portable>($check::<Portable>())?;
            #[cfg(target_arch = "x86_64")]
            in_twin::<Sse2>($check::<Sse2>())?;
            #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
            in_twin::<Simd128>($check::<Simd128>())?;
            #[cfg(all(target_arch = "wasm32", target_feature = "relaxed-simd"))]
            in_twin::<Relaxed>($check::<Relaxed>())?;
            Ok(())
        }
        (stringify!($check), run as fn() -> Outcome)
    }};
}

fn in_twin<L: crate::lanes::Lanes>(outcome: Outcome) -> Outcome {
    outcome.map_err(|wrong| format!("{} twin: {wrong}", L::NAME))
}

/// Every check, by name.
pub fn all() -> Vec<Check> {
    use elementwise::*;
    use products::*;
    vec![
        in_each_twin!(exp_is_within_its_bound),
        in_each_twin!(gelu_is_within_its_bound),
        in_each_twin!(softmax_is_within_its_bound),
        in_each_twin!(layer_norm_is_within_its_bound),
        in_each_twin!(dot_is_within_its_bound),
        in_each_twin!(quantised_values_are_within_their_bound),
        in_each_twin!(elementwise_agrees_with_portable),
        in_each_twin!(int8_sums_are_exact),
        ("byte_tiles_are_exact", byte_tiles_are_exact),
        ("bytes_have_a_reading", bytes_have_a_reading),
        (
            "large_weights_are_made_to_fit",
            large_weights_are_made_to_fit,
        ),
        (
            "parts_give_what_the_whole_gives",
            parts_give_what_the_whole_gives,
        ),
        in_each_twin!(int8_layers_are_within_their_bound),
        in_each_twin!(int8_rows_do_not_depend_on_their_batch),
        in_each_twin!(f32_layers_are_within_their_bound),
        in_each_twin!(f32_rows_do_not_depend_on_their_batch),
        in_each_twin!(attention_is_within_its_bound),
        (
            "fused_layers_equal_their_parts",
            fused_layers_equal_their_parts,
        ),
        (
            "feed_forward_equals_its_parts",
            feed_forward_equals_its_parts,
        ),
        (
            "transposed_product_is_within_its_bound",
            transposed_product_is_within_its_bound,
        ),
    ]
}

/// Values in −1..1, the same ones for the same seed (SplitMix64).
pub(crate) fn values(seed: u64, count: usize) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut next = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    };
    (0..count)
        .map(|_| (next() >> 40) as f32 / (1u64 << 23) as f32 - 1.0)
        .collect()
}

/// Whether `found` is within `bound` of `expected`.
pub(crate) fn close(what: &str, found: f32, expected: f64, bound: f64) -> Outcome {
    let difference = (f64::from(found) - expected).abs();
    // Written so that NaN fails.
    if difference <= bound {
        return Ok(());
    }
    Err(format!(
        "{what}: {found} where {expected} was expected, {difference:.3e} off, allowed {bound:.3e}"
    ))
}

/// Whether two slices hold the same bits.
pub(crate) fn same_bits(what: &str, a: &[f32], b: &[f32]) -> Outcome {
    let bits = |x: &[f32]| x.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
    if bits(a) == bits(b) {
        return Ok(());
    }
    let at = a
        .iter()
        .zip(b)
        .position(|(a, b)| a.to_bits() != b.to_bits());
    Err(format!("{what}: differs at {at:?} of {}", a.len()))
}

#[cfg(test)]
mod tests {
    #[test]
    fn kernels_pass_their_checks() {
        for (name, check) in super::all() {
            if let Err(wrong) = check() {
                panic!("{name}: {wrong}");
            }
        }
    }
}
