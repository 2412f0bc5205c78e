//! The wasm twins: `simd128`, and `relaxed-simd` on top of it.

use core::arch::wasm32::*;

#[cfg(target_feature = "relaxed-simd")]
use super::{Dots, Reading, probe};
use super::{Lanes, ROUND};

/// Loads 16 bytes.
#[inline(always)]
fn load<T, const N: usize>(x: &[T; N]) -> v128 {
    const { assert!(size_of::<[T; N]>() == 16) }
    // SAFETY: the array is 16 readable bytes, and wasm loads need no alignment.
    unsafe { v128_load(x.as_ptr().cast()) }
}

/// Stores 16 bytes.
#[inline(always)]
fn store<T, const N: usize>(x: v128, to: &mut [T; N]) {
    const { assert!(size_of::<[T; N]>() == 16) }
    // SAFETY: the array is 16 writable bytes, any bits are valid in the numbers it is made of,
    // and wasm stores need no alignment.
    unsafe { v128_store(to.as_mut_ptr().cast(), x) }
}

/// Plain `simd128`: in every browser since Safari 16.4.
#[derive(Clone, Copy)]
pub(crate) struct Simd128;

/// `relaxed-simd`: fused multiply-add and byte dot products.
#[cfg(target_feature = "relaxed-simd")]
#[derive(Clone, Copy)]
pub(crate) struct Relaxed;

macro_rules! lanes {
    ($twin:ident, $name:literal, bytes: $bytes:literal, mul_add: $mul_add:expr, neg_mul_add: $neg_mul_add:expr $(, $more:item)?) => {
        impl Lanes for $twin {
            #[cfg(any(test, feature = "checks"))]
            const NAME: &'static str = $name;
            const BYTES: bool = $bytes;
            type F = v128;
            type I = v128;
            type W = v128;

            #[inline(always)]
            fn splat(x: f32) -> v128 {
                f32x4_splat(x)
            }
            #[inline(always)]
            fn load(x: &[f32; 4]) -> v128 {
                load(x)
            }
            #[inline(always)]
            fn store(x: v128, to: &mut [f32; 4]) {
                store(x, to);
            }
            #[inline(always)]
            fn add(a: v128, b: v128) -> v128 {
                f32x4_add(a, b)
            }
            #[inline(always)]
            fn sub(a: v128, b: v128) -> v128 {
                f32x4_sub(a, b)
            }
            #[inline(always)]
            fn mul(a: v128, b: v128) -> v128 {
                f32x4_mul(a, b)
            }
            #[inline(always)]
            fn div(a: v128, b: v128) -> v128 {
                f32x4_div(a, b)
            }
            #[inline(always)]
            fn mul_add(a: v128, b: v128, c: v128) -> v128 {
                $mul_add(a, b, c)
            }
            #[inline(always)]
            fn neg_mul_add(a: v128, b: v128, c: v128) -> v128 {
                $neg_mul_add(a, b, c)
            }
            #[inline(always)]
            fn min(a: v128, b: v128) -> v128 {
                f32x4_pmin(a, b)
            }
            #[inline(always)]
            fn max(a: v128, b: v128) -> v128 {
                f32x4_pmax(a, b)
            }
            #[inline(always)]
            fn transpose([a, b, c, d]: [v128; 4]) -> [v128; 4] {
                let low_left = i32x4_shuffle::<0, 4, 1, 5>(a, b);
                let high_left = i32x4_shuffle::<2, 6, 3, 7>(a, b);
                let low_right = i32x4_shuffle::<0, 4, 1, 5>(c, d);
                let high_right = i32x4_shuffle::<2, 6, 3, 7>(c, d);
                [
                    i64x2_shuffle::<0, 2>(low_left, low_right),
                    i64x2_shuffle::<1, 3>(low_left, low_right),
                    i64x2_shuffle::<0, 2>(high_left, high_right),
                    i64x2_shuffle::<1, 3>(high_left, high_right),
                ]
            }
            #[inline(always)]
            fn sum(x: v128) -> f32 {
                let x = f32x4_add(x, i32x4_shuffle::<2, 3, 2, 3>(x, x));
                f32x4_extract_lane::<0>(x) + f32x4_extract_lane::<1>(x)
            }
            #[inline(always)]
            fn smallest(x: v128) -> f32 {
                let x = f32x4_pmin(x, i32x4_shuffle::<2, 3, 2, 3>(x, x));
                let x = f32x4_pmin(x, i32x4_shuffle::<1, 1, 1, 1>(x, x));
                f32x4_extract_lane::<0>(x)
            }
            #[inline(always)]
            fn largest(x: v128) -> f32 {
                let x = f32x4_pmax(x, i32x4_shuffle::<2, 3, 2, 3>(x, x));
                let x = f32x4_pmax(x, i32x4_shuffle::<1, 1, 1, 1>(x, x));
                f32x4_extract_lane::<0>(x)
            }

            #[inline(always)]
            fn zero() -> v128 {
                i32x4_splat(0)
            }
            #[inline(always)]
            fn load_ints(x: &[i32; 4]) -> v128 {
                load(x)
            }
            #[inline(always)]
            fn add_ints(a: v128, b: v128) -> v128 {
                i32x4_add(a, b)
            }
            #[inline(always)]
            fn from_int(x: v128) -> v128 {
                f32x4_convert_i32x4(x)
            }
            #[inline(always)]
            fn bits(x: v128) -> v128 {
                x
            }
            #[inline(always)]
            fn scale_by_power(x: v128, rounded: v128) -> v128 {
                i32x4_add(x, i32x4_shl(rounded, 23))
            }

            #[inline(always)]
            fn store_bytes(x: [v128; 4], flip: u8, to: &mut [u8; 16]) {
                let x = x.map(|x| v128_and(x, i32x4_splat(0xff)));
                let low = i16x8_narrow_i32x4(x[0], x[1]);
                let high = i16x8_narrow_i32x4(x[2], x[3]);
                let bytes = u8x16_narrow_i16x8(low, high);
                store(v128_xor(bytes, u8x16_splat(flip)), to);
            }
            #[inline(always)]
            fn store_bytes_wide(x: [v128; 2], to: &mut [i16; 8]) {
                let x = x.map(|x| v128_and(x, i32x4_splat(0xff)));
                store(i16x8_narrow_i32x4(x[0], x[1]), to);
            }
            #[inline(always)]
            fn store_words(x: [v128; 2], to: &mut [i16; 8]) {
                let x = x.map(|x| i32x4_sub(x, i32x4_splat(ROUND.to_bits() as i32)));
                store(i16x8_narrow_i32x4(x[0], x[1]), to);
            }

            #[inline(always)]
            fn widen(x: &[i8; 8]) -> v128 {
                // SAFETY: the array is 8 readable bytes, and wasm loads need no alignment.
                unsafe { i16x8_load_extend_i8x8(x.as_ptr()) }
            }
            #[inline(always)]
            fn twice(x: &[i16; 4]) -> v128 {
                // SAFETY: the array is 8 readable bytes, and wasm loads need no alignment.
                unsafe { v128_load64_splat(x.as_ptr().cast()) }
            }
            #[inline(always)]
            fn dot_words(a: v128, b: v128, c: v128) -> v128 {
                i32x4_add(c, i32x4_dot_i16x8(a, b))
            }
            #[inline(always)]
            fn add_pairs(a: v128, b: v128) -> v128 {
                i32x4_add(
                    i32x4_shuffle::<0, 2, 4, 6>(a, b),
                    i32x4_shuffle::<1, 3, 5, 7>(a, b),
                )
            }

            $($more)?
        }
    };
}

lanes!(Simd128, "simd128", bytes: false,
    mul_add: |a, b, c| f32x4_add(f32x4_mul(a, b), c),
    neg_mul_add: |a, b, c| f32x4_sub(c, f32x4_mul(a, b)));

#[cfg(target_feature = "relaxed-simd")]
lanes!(Relaxed, "relaxed-simd", bytes: true,
mul_add: f32x4_relaxed_madd,
neg_mul_add: f32x4_relaxed_nmadd,
fn reading() -> Option<Reading> {
    probe::<Self>()
});

#[cfg(target_feature = "relaxed-simd")]
impl Dots for Relaxed {
    type Lanes = Self;
    type B = v128;

    #[inline(always)]
    fn weights(x: &[i8; 16]) -> v128 {
        load(x)
    }
    #[inline(always)]
    fn four_times(x: &[u8; 4]) -> v128 {
        // SAFETY: the array is 4 readable bytes, and wasm loads need no alignment.
        unsafe { v128_load32_splat(x.as_ptr().cast()) }
    }
    #[inline(always)]
    fn dot_pairs(w: v128, x: v128) -> v128 {
        i16x8_relaxed_dot_i8x16_i7x16(w, x)
    }
    #[inline(always)]
    fn add_words(a: v128, b: v128) -> v128 {
        i16x8_add(a, b)
    }
    #[inline(always)]
    fn ones() -> v128 {
        load(std::hint::black_box(&[1i16; 8]))
    }
    #[inline(always)]
    fn sum_pairs(a: v128, ones: v128, c: v128) -> v128 {
        i32x4_add(c, i32x4_dot_i16x8(a, ones))
    }
    #[inline(always)]
    fn dot_fours(w: v128, x: v128, c: v128) -> v128 {
        i32x4_relaxed_dot_i8x16_i7x16_add(w, x, c)
    }
}
