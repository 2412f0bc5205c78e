//! Four lanes of f32 (and the integer lanes beside them), in several twins.
//!
//! Every kernel is written once over [`Lanes`] and compiled for each twin the target has:
//! [`Portable`] everywhere, `Simd128` and `Relaxed` on wasm with those features, `Sse2` on
//! x86-64. All but `Relaxed` do the same IEEE operations in the same order, so their f32 results
//! agree bit for bit; `Relaxed` may fuse a multiplication with the addition after it. Integer results are the
//! same in all.

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod wasm;

#[cfg(target_arch = "x86_64")]
mod x86;

#[cfg(all(target_arch = "wasm32", target_feature = "relaxed-simd"))]
pub(crate) use wasm::Relaxed;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub(crate) use wasm::Simd128;
#[cfg(target_arch = "x86_64")]
pub(crate) use x86::Sse2;

/// The twin that this build's public functions use: the fastest that the target has.
#[cfg(not(any(
    target_arch = "x86_64",
    all(target_arch = "wasm32", target_feature = "simd128")
)))]
pub(crate) type Native = Portable;
/// The twin that this build's public functions use: the fastest that the target has.
#[cfg(target_arch = "x86_64")]
pub(crate) type Native = Sse2;
/// The twin that this build's public functions use: the fastest that the target has.
#[cfg(all(
    target_arch = "wasm32",
    target_feature = "simd128",
    not(target_feature = "relaxed-simd")
))]
pub(crate) type Native = Simd128;
/// The twin that this build's public functions use: the fastest that the target has.
#[cfg(all(target_arch = "wasm32", target_feature = "relaxed-simd"))]
pub(crate) type Native = Relaxed;

/// 1.5 · 2²³: added to an f32 of magnitude below 2²², it leaves the nearest integer (ties to
/// even) in the low bits of the mantissa.
pub(crate) const ROUND: f32 = 12_582_912.0;

/// One instruction set's vector operations. All are lane by lane unless said otherwise.
pub(crate) trait Lanes: Copy + 'static {
    /// What to call this twin in reports.
    #[cfg(any(test, feature = "checks"))]
    const NAME: &'static str;
    /// Whether narrow activations may be kept as bytes, for [`Dots`].
    const BYTES: bool;

    /// Four f32.
    type F: Copy;
    /// Four i32.
    type I: Copy;
    /// Eight i16.
    type W: Copy;

    fn splat(x: f32) -> Self::F;
    fn load(x: &[f32; 4]) -> Self::F;
    fn store(x: Self::F, to: &mut [f32; 4]);
    fn add(a: Self::F, b: Self::F) -> Self::F;
    fn sub(a: Self::F, b: Self::F) -> Self::F;
    fn mul(a: Self::F, b: Self::F) -> Self::F;
    fn div(a: Self::F, b: Self::F) -> Self::F;
    /// `a · b + c`, rounded once or twice.
    fn mul_add(a: Self::F, b: Self::F, c: Self::F) -> Self::F;
    /// `c − a · b`, rounded once or twice.
    fn neg_mul_add(a: Self::F, b: Self::F, c: Self::F) -> Self::F;
    /// `b` where `b < a`, else `a`.
    fn min(a: Self::F, b: Self::F) -> Self::F;
    /// `b` where `a < b`, else `a`.
    fn max(a: Self::F, b: Self::F) -> Self::F;
    /// Swaps rows and columns.
    fn transpose(rows: [Self::F; 4]) -> [Self::F; 4];
    /// The sum of the lanes, as `(0 + 2) + (1 + 3)`.
    fn sum(x: Self::F) -> f32;
    /// The smallest lane.
    fn smallest(x: Self::F) -> f32;
    /// The largest lane.
    fn largest(x: Self::F) -> f32;

    fn zero() -> Self::I;
    fn load_ints(x: &[i32; 4]) -> Self::I;
    /// Wrapping.
    fn add_ints(a: Self::I, b: Self::I) -> Self::I;
    fn from_int(x: Self::I) -> Self::F;
    /// The bits of `x`.
    fn bits(x: Self::F) -> Self::I;
    /// `x · 2ⁿ`, `n` being the low bits of `rounded`, `n + ROUND`; exact where `x` and the product
    /// are normal numbers.
    fn scale_by_power(x: Self::F, rounded: Self::F) -> Self::F;

    /// Stores the low 8 bits of 16 integers, those in `flip` turned over.
    fn store_bytes(x: [Self::I; 4], flip: u8, to: &mut [u8; 16]);
    /// Stores the low 8 bits of 8 integers, as i16.
    fn store_bytes_wide(x: [Self::I; 2], to: &mut [i16; 8]);
    /// Stores `x − bits(ROUND)` of 8 integers, saturated to i16.
    fn store_words(x: [Self::I; 2], to: &mut [i16; 8]);

    /// Eight i8, widened.
    fn widen(x: &[i8; 8]) -> Self::W;
    /// Four i16, twice.
    fn twice(x: &[i16; 4]) -> Self::W;
    /// Lane i is `c[i] + a[2i] · b[2i] + a[2i+1] · b[2i+1]`, wrapping.
    fn dot_words(a: Self::W, b: Self::W, c: Self::I) -> Self::I;
    /// `[a0 + a1, a2 + a3, b0 + b1, b2 + b3]`, wrapping.
    fn add_pairs(a: Self::I, b: Self::I) -> Self::I;

    /// How this machine reads activations that are bytes; `None` where they have to be words.
    fn reading() -> Option<Reading> {
        None
    }
}

/// How [`Dots`] take a byte above 127. The relaxed instructions leave it open: x86's multiply it
/// as unsigned, Arm's as signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// 0..=255.
    Unsigned,
    /// −128..=127. Activations are stored less 128, which sums of products have to make up for.
    Signed,
}

impl Reading {
    /// The bits by which a stored byte differs from the activation.
    pub(crate) fn flip(self) -> u8 {
        match self {
            Self::Unsigned => 0,
            Self::Signed => 0x80,
        }
    }
}

/// Products of i8 weights and activations that are bytes.
///
/// Weights fit (see [`weights_fit`](crate::weights_fit)): no sum in 16 bits overflows, whichever way
/// bytes are read.
pub(crate) trait Dots {
    /// The twin whose vectors these are.
    type Lanes: Lanes;
    /// Sixteen bytes.
    type B: Copy;

    fn weights(x: &[i8; 16]) -> Self::B;
    /// Four activations, four times.
    fn four_times(x: &[u8; 4]) -> Self::B;
    /// Lane i (of eight) is `w[2i] · x[2i] + w[2i+1] · x[2i+1]`.
    fn dot_pairs(w: Self::B, x: Self::B) -> Words<Self>;
    fn add_words(a: Words<Self>, b: Words<Self>) -> Words<Self>;
    /// Eight times 1, which the compiler takes for any numbers: V8 makes a constant anew wherever it
    /// meets it.
    fn ones() -> Words<Self>;
    /// Lane i is `c[i] + a[2i] + a[2i+1]`, given the [`ones`](Self::ones).
    fn sum_pairs(a: Words<Self>, ones: Words<Self>, c: Ints<Self>) -> Ints<Self>;
    /// Lane i is `c[i]` + the sum of four products.
    fn dot_fours(w: Self::B, x: Self::B, c: Ints<Self>) -> Ints<Self>;
}

/// The eight i16 of [`Dots`].
pub(crate) type Words<D> = <<D as Dots>::Lanes as Lanes>::W;
/// The four i32 of [`Dots`].
pub(crate) type Ints<D> = <<D as Dots>::Lanes as Lanes>::I;

/// Finds out how bytes are read, by products that tell; `None` if neither way explains them.
pub(crate) fn probe<D: Dots>() -> Option<Reading> {
    let (w, x) = (D::weights(&[64; 16]), D::four_times(&[255; 4]));
    let zero = D::Lanes::zero();
    let sums = [
        D::sum_pairs(D::dot_pairs(w, x), D::ones(), zero),
        D::dot_fours(w, x, zero),
    ]
    .map(|sum| {
        let mut lanes = [0.0; 4];
        D::Lanes::store(D::Lanes::from_int(sum), &mut lanes);
        lanes
    });
    let all = |each: i16| sums == [[f32::from(each) * 256.0; 4]; 2];
    match (all(255), all(-1)) {
        (true, _) => Some(Reading::Unsigned),
        (_, true) => Some(Reading::Signed),
        _ => None,
    }
}

/// Arrays and plain loops: the reference, and what builds without vector instructions use.
#[derive(Clone, Copy)]
pub(crate) struct Portable;

#[inline(always)]
fn each(a: [f32; 4], b: [f32; 4], f: impl Fn(f32, f32) -> f32) -> [f32; 4] {
    [f(a[0], b[0]), f(a[1], b[1]), f(a[2], b[2]), f(a[3], b[3])]
}

impl Lanes for Portable {
    #[cfg(any(test, feature = "checks"))]
    const NAME: &'static str = "portable";
    const BYTES: bool = false;
    type F = [f32; 4];
    type I = [i32; 4];
    type W = [i16; 8];

    #[inline(always)]
    fn splat(x: f32) -> [f32; 4] {
        [x; 4]
    }
    #[inline(always)]
    fn load(x: &[f32; 4]) -> [f32; 4] {
        *x
    }
    #[inline(always)]
    fn store(x: [f32; 4], to: &mut [f32; 4]) {
        *to = x;
    }
    #[inline(always)]
    fn add(a: [f32; 4], b: [f32; 4]) -> [f32; 4] {
        each(a, b, |a, b| a + b)
    }
    #[inline(always)]
    fn sub(a: [f32; 4], b: [f32; 4]) -> [f32; 4] {
        each(a, b, |a, b| a - b)
    }
    #[inline(always)]
    fn mul(a: [f32; 4], b: [f32; 4]) -> [f32; 4] {
        each(a, b, |a, b| a * b)
    }
    #[inline(always)]
    fn div(a: [f32; 4], b: [f32; 4]) -> [f32; 4] {
        each(a, b, |a, b| a / b)
    }
    #[inline(always)]
    fn mul_add(a: [f32; 4], b: [f32; 4], c: [f32; 4]) -> [f32; 4] {
        Self::add(Self::mul(a, b), c)
    }
    #[inline(always)]
    fn neg_mul_add(a: [f32; 4], b: [f32; 4], c: [f32; 4]) -> [f32; 4] {
        Self::sub(c, Self::mul(a, b))
    }
    #[inline(always)]
    fn min(a: [f32; 4], b: [f32; 4]) -> [f32; 4] {
        each(a, b, |a, b| if b < a { b } else { a })
    }
    #[inline(always)]
    fn max(a: [f32; 4], b: [f32; 4]) -> [f32; 4] {
        each(a, b, |a, b| if a < b { b } else { a })
    }
    #[inline(always)]
    fn transpose(rows: [[f32; 4]; 4]) -> [[f32; 4]; 4] {
        std::array::from_fn(|i| rows.map(|row| row[i]))
    }
    #[inline(always)]
    fn sum(x: [f32; 4]) -> f32 {
        (x[0] + x[2]) + (x[1] + x[3])
    }
    #[inline(always)]
    fn smallest(x: [f32; 4]) -> f32 {
        x.into_iter()
            .fold(f32::INFINITY, |a, b| if b < a { b } else { a })
    }
    #[inline(always)]
    fn largest(x: [f32; 4]) -> f32 {
        x.into_iter()
            .fold(f32::NEG_INFINITY, |a, b| if a < b { b } else { a })
    }

    #[inline(always)]
    fn zero() -> [i32; 4] {
        [0; 4]
    }
    #[inline(always)]
    fn load_ints(x: &[i32; 4]) -> [i32; 4] {
        *x
    }
    #[inline(always)]
    fn add_ints(a: [i32; 4], b: [i32; 4]) -> [i32; 4] {
        std::array::from_fn(|i| a[i].wrapping_add(b[i]))
    }
    #[inline(always)]
    fn from_int(x: [i32; 4]) -> [f32; 4] {
        x.map(|x| x as f32)
    }
    #[inline(always)]
    fn bits(x: [f32; 4]) -> [i32; 4] {
        x.map(|x| x.to_bits() as i32)
    }
    #[inline(always)]
    fn scale_by_power(x: [f32; 4], rounded: [f32; 4]) -> [f32; 4] {
        each(x, rounded, |x, n| {
            f32::from_bits(x.to_bits().wrapping_add(n.to_bits() << 23))
        })
    }

    #[inline(always)]
    fn store_bytes(x: [[i32; 4]; 4], flip: u8, to: &mut [u8; 16]) {
        for (to, &x) in to.iter_mut().zip(x.as_flattened()) {
            *to = x as u8 ^ flip;
        }
    }
    #[inline(always)]
    fn store_bytes_wide(x: [[i32; 4]; 2], to: &mut [i16; 8]) {
        for (to, &x) in to.iter_mut().zip(x.as_flattened()) {
            *to = (x & 0xff) as i16;
        }
    }
    #[inline(always)]
    fn store_words(x: [[i32; 4]; 2], to: &mut [i16; 8]) {
        for (to, &x) in to.iter_mut().zip(x.as_flattened()) {
            let x = x.wrapping_sub(ROUND.to_bits() as i32);
            *to = x.clamp(i16::MIN.into(), i16::MAX.into()) as i16;
        }
    }

    #[inline(always)]
    fn widen(x: &[i8; 8]) -> [i16; 8] {
        x.map(i16::from)
    }
    #[inline(always)]
    fn twice(&[a, b, c, d]: &[i16; 4]) -> [i16; 8] {
        [a, b, c, d, a, b, c, d]
    }
    #[inline(always)]
    fn dot_words(a: [i16; 8], b: [i16; 8], mut c: [i32; 4]) -> [i32; 4] {
        for i in 0..4 {
            let first = i32::from(a[2 * i]) * i32::from(b[2 * i]);
            let second = i32::from(a[2 * i + 1]) * i32::from(b[2 * i + 1]);
            c[i] = c[i].wrapping_add(first.wrapping_add(second));
        }
        c
    }
    #[inline(always)]
    fn add_pairs(a: [i32; 4], b: [i32; 4]) -> [i32; 4] {
        [
            a[0].wrapping_add(a[1]),
            a[2].wrapping_add(a[3]),
            b[0].wrapping_add(b[1]),
            b[2].wrapping_add(b[3]),
        ]
    }
}

/// The portable [`Dots`], in each of the readings; for the checks.
#[derive(Clone, Copy)]
pub(crate) struct PortableDots<const SIGNED: bool>;

impl<const SIGNED: bool> Dots for PortableDots<SIGNED> {
    type Lanes = Portable;
    type B = [i16; 16];

    #[inline(always)]
    fn weights(x: &[i8; 16]) -> [i16; 16] {
        x.map(i16::from)
    }
    #[inline(always)]
    fn four_times(x: &[u8; 4]) -> [i16; 16] {
        std::array::from_fn(|i| match SIGNED {
            true => x[i % 4].cast_signed().into(),
            false => x[i % 4].into(),
        })
    }
    #[inline(always)]
    fn dot_pairs(w: [i16; 16], x: [i16; 16]) -> [i16; 8] {
        std::array::from_fn(|i| w[2 * i] * x[2 * i] + w[2 * i + 1] * x[2 * i + 1])
    }
    #[inline(always)]
    fn add_words(a: [i16; 8], b: [i16; 8]) -> [i16; 8] {
        std::array::from_fn(|i| a[i] + b[i])
    }
    #[inline(always)]
    fn ones() -> [i16; 8] {
        [1; 8]
    }
    #[inline(always)]
    fn sum_pairs(a: [i16; 8], ones: [i16; 8], c: [i32; 4]) -> [i32; 4] {
        Portable::dot_words(a, ones, c)
    }
    #[inline(always)]
    fn dot_fours(w: [i16; 16], x: [i16; 16], c: [i32; 4]) -> [i32; 4] {
        Self::sum_pairs(Self::dot_pairs(w, x), Self::ones(), c)
    }
}
