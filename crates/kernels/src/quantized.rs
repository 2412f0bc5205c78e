//! Activations quantised per token, the left operand of the int8 matrix product.

use std::ops::Range;

use crate::lanes::{Lanes, Native, ROUND, Reading};
use crate::math::pad;

/// How finely activations are quantised. Weights are 8 bits either way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Precision {
    /// 8 bits over each token's own range: 255 steps from its smallest value to its largest.
    /// Error of a value: at most 1/510 of that range. The fast one.
    #[default]
    Narrow,
    /// 14 bits signed, symmetric: error of a value at most 1/16,382 of the token's largest
    /// magnitude (somewhat more above 2,048 features, so that sums fit 32 bits). Costs up to
    /// 1.7 (Zen 4) to 2 times the time of narrow.
    Wide,
}

/// Integers, and a scale and an offset for each token: `x ≈ scale · integer + offset`.
///
/// The memory is kept from one use to the next. The integers do not depend on the twin; how they
/// are laid out does.
#[derive(Clone, Debug, Default)]
pub struct Quantized {
    rows: usize,
    features: usize,
    precision: Precision,
    /// How `bytes` are read; `None` where the integers are in `words`.
    reading: Option<Reading>,
    /// Of narrow rows in twins that multiply bytes, `[rows, stride / 16]`: the integers, with the
    /// bits turned over that the reading asks for.
    pub(crate) bytes: Vec<[u8; 16]>,
    /// Of all other rows, `[rows, stride / 8]`.
    pub(crate) words: Vec<[i16; 8]>,
    pub(crate) scales: Vec<f32>,
    pub(crate) offsets: Vec<f32>,
}

impl Quantized {
    /// An empty one; give it rows by [`quantize`](Self::quantize).
    pub fn new() -> Self {
        Self::default()
    }

    /// The number of tokens.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The values of each token.
    pub fn features(&self) -> usize {
        self.features
    }

    /// How finely they are quantised.
    pub fn precision(&self) -> Precision {
        self.precision
    }

    /// What the integers of row `row` stand for, into `out`, `[features]`: the values that were
    /// quantised, less what rounding took off them.
    ///
    /// # Panics
    /// If there is no such row, or `out` has another length.
    pub fn values(&self, row: usize, out: &mut [f32]) {
        assert_eq!(out.len(), self.features, "length of the output");
        let (scale, offset) = (self.scales[row], self.offsets[row]);
        let stride = self.features.div_ceil(16);
        if let Some(reading) = self.reading {
            let bytes = self.bytes[row * stride..(row + 1) * stride].as_flattened();
            for (to, &x) in out.iter_mut().zip(bytes) {
                *to = scale * f32::from(x ^ reading.flip()) + offset;
            }
        } else {
            let words = self.words[2 * row * stride..2 * (row + 1) * stride].as_flattened();
            for (to, &x) in out.iter_mut().zip(words) {
                *to = scale * f32::from(x) + offset;
            }
        }
    }

    /// Quantises `x`, `[tokens, features]`, row-major, each token by itself.
    ///
    /// With `multiplier`, `[features]`, it is `x · multiplier` that is quantised: the place to
    /// fold in channel scales whose inverse is in the weights (SmoothQuant, arXiv 2211.10438).
    /// Values must be finite: a token with others gets a meaningless result, and no other does.
    ///
    /// # Panics
    /// If `x` is not a whole number of rows, or the multiplier's length is not `features`.
    pub fn quantize(
        &mut self,
        x: &[f32],
        features: usize,
        precision: Precision,
        multiplier: Option<&[f32]>,
    ) {
        self.quantize_with::<Native>(x, features, precision, multiplier);
    }

    /// [`quantize`](Self::quantize) in the twin `L`.
    #[inline(always)]
    pub(crate) fn quantize_with<L: Lanes>(
        &mut self,
        x: &[f32],
        features: usize,
        precision: Precision,
        multiplier: Option<&[f32]>,
    ) {
        assert!(
            features > 0 && x.len().is_multiple_of(features),
            "rows cut short"
        );
        let rows = x.len() / features;
        self.reset::<L>(rows, features, precision);
        self.rows_with::<L>(0..rows, x, features, multiplier);
    }

    /// Makes room for `rows` rows, to be filled by [`rows_with`](Self::rows_with).
    pub(crate) fn reset<L: Lanes>(&mut self, rows: usize, features: usize, precision: Precision) {
        self.rows = rows;
        self.features = features;
        self.precision = precision;
        self.reading = match precision {
            Precision::Narrow => L::reading(),
            Precision::Wide => None,
        };
        let chunks = rows * features.div_ceil(16);
        if self.reading.is_some() {
            self.bytes.resize(chunks, [0; 16]);
        } else {
            self.words.resize(2 * chunks, [0; 8]);
        }
        self.scales.resize(rows, 0.0);
        self.offsets.resize(rows, 0.0);
    }

    /// How `bytes` are to be read; `None` where the integers are in `words`.
    pub(crate) fn reading(&self) -> Option<Reading> {
        self.reading
    }

    /// Quantises the rows `range` from `x`, where each begins `stride` values after the one before.
    #[inline(always)]
    pub(crate) fn rows_with<L: Lanes>(
        &mut self,
        range: Range<usize>,
        x: &[f32],
        stride: usize,
        multiplier: Option<&[f32]>,
    ) {
        let features = self.features;
        let rows = range.zip(x.chunks_exact(stride).map(|row| &row[..features]));
        match multiplier {
            Some(multiplier) => {
                assert_eq!(multiplier.len(), self.features, "length of the multiplier");
                let (chunks, rest) = multiplier.as_chunks::<16>();
                // As the row is filled up below.
                let last = pad::<16>(rest, multiplier[multiplier.len() - 1]);
                let times = |x: &[f32; 16], by: &[f32; 16]| {
                    let (x, by) = (load16::<L>(x), load16::<L>(by));
                    [0, 1, 2, 3].map(|i| L::mul(x[i], by[i]))
                };
                for (row, x) in rows {
                    self.row::<L>(row, x, |i, x| times(x, &chunks[i]), |x| times(x, &last));
                }
            }
            None => {
                for (row, x) in rows {
                    self.row::<L>(row, x, |_, x| load16::<L>(x), load16::<L>);
                }
            }
        }
    }

    /// Quantises one row; `whole(i, x)` is what to do first with chunk i, and `end(x)` with what is
    /// left after the chunks, filled up.
    #[inline(always)]
    fn row<L: Lanes>(
        &mut self,
        row: usize,
        x: &[f32],
        whole: impl Fn(usize, &[f32; 16]) -> [L::F; 4],
        end: impl Fn(&[f32; 16]) -> [L::F; 4],
    ) {
        let (chunks, rest) = x.as_chunks::<16>();
        // Filled up with the last value, which leaves the range as it is.
        let last = (!rest.is_empty()).then(|| pad::<16>(rest, x[x.len() - 1]));
        let mut low = [L::splat(f32::INFINITY); 4];
        let mut high = [L::splat(f32::NEG_INFINITY); 4];
        let mut take = |x: [L::F; 4]| {
            low = [0, 1, 2, 3].map(|i| L::min(low[i], x[i]));
            high = [0, 1, 2, 3].map(|i| L::max(high[i], x[i]));
        };
        for (i, x) in chunks.iter().enumerate() {
            take(whole(i, x));
        }
        if let Some(last) = &last {
            take(end(last));
        }
        let [a, b, c, d] = low;
        let low = L::smallest(L::min(L::min(a, b), L::min(c, d)));
        let [a, b, c, d] = high;
        let high = L::largest(L::max(L::max(a, b), L::max(c, d)));
        let (steps, offset, range) = match self.precision {
            Precision::Narrow => (255.0, low, high - low),
            Precision::Wide => (f32::from(wide_limit(x.len())), 0.0, high.max(-low)),
        };
        // A row of one value needs no steps; keep the inverse finite.
        let inverse = if range > 1e-30 { steps / range } else { 0.0 };
        self.scales[row] = range / steps;
        self.offsets[row] = offset;
        let (offset, inverse) = (L::splat(offset), L::splat(inverse));
        // Rounded twice in every twin, so that the integers are the same in all of them.
        let integers = |x: [L::F; 4]| {
            x.map(|x| {
                let steps = L::mul(L::sub(x, offset), inverse);
                L::bits(L::add(steps, L::splat(ROUND)))
            })
        };
        let count = x.len().div_ceil(16);
        if let Some(reading) = self.reading {
            let flip = reading.flip();
            let to = &mut self.bytes[row * count..][..count];
            for (i, (x, to)) in chunks.iter().zip(&mut *to).enumerate() {
                L::store_bytes(integers(whole(i, x)), flip, to);
            }
            if let (Some(last), Some(to)) = (&last, to.last_mut()) {
                L::store_bytes(integers(end(last)), flip, to);
            }
            return;
        }
        let to = &mut self.words[2 * row * count..][..2 * count];
        let to = to.as_chunks_mut::<2>().0;
        let precision = self.precision;
        let store = |x: [L::I; 4], to: &mut [[i16; 8]; 2]| {
            let [a, b, c, d] = x;
            for (x, to) in [[a, b], [c, d]].into_iter().zip(to) {
                match precision {
                    Precision::Narrow => L::store_bytes_wide(x, to),
                    Precision::Wide => L::store_words(x, to),
                }
            }
        };
        for (i, (x, to)) in chunks.iter().zip(&mut *to).enumerate() {
            store(integers(whole(i, x)), to);
        }
        if let (Some(last), Some(to)) = (&last, to.last_mut()) {
            store(integers(end(last)), to);
        }
    }
}

/// Loads sixteen values.
#[inline(always)]
fn load16<L: Lanes>(x: &[f32; 16]) -> [L::F; 4] {
    let fours = x.as_chunks::<4>().0;
    [0, 1, 2, 3].map(|i| L::load(&fours[i]))
}

/// The largest wide integer for rows of `features` values: as many products with ±128 as there
/// are features must fit an i32.
pub(crate) fn wide_limit(features: usize) -> i16 {
    let fits = (i32::MAX as usize / 128 / features.max(1)).max(1);
    fits.min(8191) as i16
}
