//! What happens to a tile of a matrix product before it is stored.

use crate::lanes::Lanes;
use crate::math::gelu;

/// Combines a product `y` with what is in the output already.
pub(crate) trait Finish {
    fn finish<L: Lanes>(y: L::F, old: L::F) -> L::F;
}

/// Overwrites.
pub(crate) struct Set;
/// Overwrites with GELU of the product.
pub(crate) struct Gelu;
/// Adds the product to what was there.
pub(crate) struct Add;

impl Finish for Set {
    #[inline(always)]
    fn finish<L: Lanes>(y: L::F, _: L::F) -> L::F {
        y
    }
}

impl Finish for Gelu {
    #[inline(always)]
    fn finish<L: Lanes>(y: L::F, _: L::F) -> L::F {
        gelu::<L>(y)
    }
}

impl Finish for Add {
    #[inline(always)]
    fn finish<L: Lanes>(y: L::F, old: L::F) -> L::F {
        L::add(old, y)
    }
}

/// Stores eight columns, or as many of them as `out` is long.
#[inline(always)]
pub(crate) fn store<L: Lanes, F: Finish>(y: [L::F; 2], out: &mut [f32]) {
    if let Ok(out) = <&mut [f32; 8]>::try_from(&mut *out) {
        for (y, out) in y.into_iter().zip(out.as_chunks_mut::<4>().0) {
            L::store(F::finish::<L>(y, L::load(out)), out);
        }
        return;
    }
    let mut whole = [0.0; 8];
    whole[..out.len()].copy_from_slice(out);
    for (y, whole) in y.into_iter().zip(whole.as_chunks_mut::<4>().0) {
        L::store(F::finish::<L>(y, L::load(whole)), whole);
    }
    out.copy_from_slice(&whole[..out.len()]);
}
