//! What scores gain by how far apart two tokens are, as in T5 and MPNet.

use semblance_kernels::DistanceBias;

use crate::weights::{RELATIVE_BIAS, Weights};
use crate::{BertConfig, EncoderError};

/// Distances from here on are one bucket.
const FAR: f32 = 128.0;

/// The gain of each distance.
pub(super) struct Relative {
    /// `[heads, 2 · reach − 1]`.
    values: Vec<f32>,
    reach: usize,
}

impl Relative {
    /// Reads the table of buckets, if the model has one.
    pub(super) fn load(
        weights: &Weights<'_>,
        config: &BertConfig,
        reach: usize,
    ) -> Result<Option<Self>, EncoderError> {
        let Some(shape) = config.relative_shape() else {
            return Ok(None);
        };
        let table = weights.floats(RELATIVE_BIAS, &shape)?;
        let [buckets, heads] = shape[..] else {
            return Ok(None);
        };
        let values = (0..heads).flat_map(|head| {
            let table = &table;
            (0..2 * reach - 1).map(move |place| {
                let distance = place as isize - (reach as isize - 1);
                table[bucket(distance, buckets) * heads + head]
            })
        });
        Ok(Some(Self {
            values: values.collect(),
            reach,
        }))
    }

    pub(super) fn bias(&self) -> DistanceBias<'_> {
        DistanceBias {
            values: &self.values,
            reach: self.reach,
        }
    }
}

/// The bucket of a distance, key − query: half of them for keys after the query; of each half the
/// first half for a distance each, the others ever wider up to [`FAR`]. In f32, as the reference.
fn bucket(distance: isize, buckets: usize) -> usize {
    let half = buckets / 2;
    let side = if distance > 0 { half } else { 0 };
    let (distance, exact) = (distance.unsigned_abs(), half / 2);
    if distance < exact {
        return side + distance;
    }
    let wide = (distance as f32 / exact as f32).ln() / (FAR / exact as f32).ln();
    let wide = exact + (wide * (half - exact) as f32) as usize;
    side + wide.min(half - 1)
}

#[cfg(test)]
mod tests {
    use super::bucket;

    /// What `relative_position_bucket` of transformers gives for 32 buckets.
    #[test]
    fn distances_have_the_references_buckets() {
        let cases = [
            (0, 0),
            (-1, 1),
            (1, 17),
            (-7, 7),
            (-8, 8),
            (8, 24),
            (-11, 8),
            (-12, 9),
            (-15, 9),
            (-16, 10),
            (-31, 11),
            (-32, 12),
            (-63, 13),
            (64, 30),
            (90, 30),
            (91, 31),
            (-128, 15),
            (511, 31),
        ];
        for (distance, expected) in cases {
            assert_eq!(bucket(distance, 32), expected, "{distance}");
        }
    }
}
