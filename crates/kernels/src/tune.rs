//! Finding out which dot product is the fastest on this machine.

use std::hint::black_box;

use crate::int8::{DotKernel, dot_kernel, set_dot_kernel};
use crate::lanes::{Lanes, Native};
use crate::{LinearInt8, Precision, Quantized};

/// Milliseconds for which each kernel runs in a round. Browsers' clocks may tick only once in one.
const SLICE: f64 = 2.0;
/// Rounds; the best counts, so that a busy moment, or code not yet optimised, decides nothing.
const ROUNDS: usize = 4;

/// Times the kernels that narrow rows may use, for some 16 ms in all, keeps the fastest from now
/// on, and returns it.
///
/// `now` is a clock in milliseconds; with one that stands still, nothing changes. Results of
/// layers don't depend on the choice, so neither do they on the noise in it.
pub fn tune(mut now: impl FnMut() -> f64) -> DotKernel {
    if !Native::BYTES {
        return dot_kernel();
    }
    let weights: Vec<i8> = (0..64 * 384).map(|i| (i * 7 % 101) as i8 - 50).collect();
    let Ok(linear) = LinearInt8::new(&weights, &[1.0; 64], None, 64, 384) else {
        return dot_kernel();
    };
    let mut x = Quantized::new();
    let values: Vec<f32> = (0..4 * 384).map(|i| (i * 13 % 97) as f32).collect();
    x.quantize(&values, 384, Precision::Narrow, None);
    let mut out = [0.0; 4 * 64];
    let before = dot_kernel();
    let mut best = [
        (f64::INFINITY, DotKernel::Fours),
        (f64::INFINITY, DotKernel::Eights),
    ];
    for _ in 0..ROUNDS {
        for (time, kernel) in &mut best {
            set_dot_kernel(*kernel);
            let (start, mut runs, mut elapsed) = (now(), 0u32, 0.0);
            // Bounded, for clocks that stand still.
            while elapsed < SLICE && runs < 20_000 {
                for _ in 0..20 {
                    linear.forward(&x, black_box(&mut out));
                }
                runs += 20;
                elapsed = now() - start;
            }
            if elapsed > 0.0 {
                *time = time.min(elapsed / f64::from(runs));
            }
        }
    }
    let [fours, eights] = best;
    let kernel = match fours.0.partial_cmp(&eights.0) {
        Some(std::cmp::Ordering::Less) => fours.1,
        Some(std::cmp::Ordering::Greater) => eights.1,
        _ => before,
    };
    set_dot_kernel(kernel);
    kernel
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_of_any_kind_leave_a_kernel_that_this_build_has() {
        let mut ticks = 0.0;
        let clocks: [&mut dyn FnMut() -> f64; 3] = [&mut || 5.0, &mut || f64::NAN, &mut || {
            ticks += 1.0;
            ticks
        }];
        for clock in clocks {
            assert_eq!(tune(clock), dot_kernel());
        }
    }
}
