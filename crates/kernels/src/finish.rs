//! What happens to a tile of a matrix product before it is stored.

use crate::lanes::Lanes;
use crate::math::{gelu, gelu_near, load8, pad, store8};

/// Combines a product `y` with what is in the output already.
pub(crate) trait Finish {
    fn finish<L: Lanes>(y: [L::F; 2], old: [L::F; 2]) -> [L::F; 2];
}

/// Overwrites.
pub(crate) struct Set;
/// Overwrites with GELU of the product.
pub(crate) struct Gelu;
/// Overwrites with a coarser GELU, for results that are going to be quantised.
pub(crate) struct GeluNear;
/// Adds the product to what was there.
pub(crate) struct Add;

impl Finish for Set {
    #[inline(always)]
    fn finish<L: Lanes>(y: [L::F; 2], _: [L::F; 2]) -> [L::F; 2] {
        y
    }
}

impl Finish for Gelu {
    #[inline(always)]
    fn finish<L: Lanes>(y: [L::F; 2], _: [L::F; 2]) -> [L::F; 2] {
        gelu::<L>(y)
    }
}

impl Finish for GeluNear {
    #[inline(always)]
    fn finish<L: Lanes>(y: [L::F; 2], _: [L::F; 2]) -> [L::F; 2] {
        gelu_near::<L>(y)
    }
}

impl Finish for Add {
    #[inline(always)]
    fn finish<L: Lanes>(y: [L::F; 2], old: [L::F; 2]) -> [L::F; 2] {
        [L::add(old[0], y[0]), L::add(old[1], y[1])]
    }
}

/// Stores eight columns, or as many of them as `out` is long.
#[inline(always)]
pub(crate) fn store<L: Lanes, F: Finish>(y: [L::F; 2], out: &mut [f32]) {
    if let Ok(out) = <&mut [f32; 8]>::try_from(&mut *out) {
        store8::<L>(F::finish::<L>(y, load8::<L>(out)), out);
        return;
    }
    let mut whole = pad(out, 0.0);
    store8::<L>(F::finish::<L>(y, load8::<L>(&whole)), &mut whole);
    out.copy_from_slice(&whole[..out.len()]);
}
