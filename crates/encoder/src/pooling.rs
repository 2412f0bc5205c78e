//! From the vectors of a text's tokens to the vector of the text.

use crate::Pooling;

/// Pools `hidden` (`[tokens, dimensions]`, row-major, f32) into `out` (`[dimensions]`) and scales
/// it to length 1.
///
/// Sums run in f64, token by token, so that the result is within one rounding of the exact mean
/// and does not depend on how a compiler vectorises. A vector of length 0 stays as it is.
///
/// Returns false if the result is not finite.
pub(crate) fn pool(pooling: Pooling, hidden: &[f32], out: &mut [f32]) -> bool {
    let chosen = largest(pooling, hidden, out.len());
    let mean = mean(pooling, chosen.as_deref(), hidden, out.len());
    let square: f64 = mean.iter().map(|x| x * x).sum();
    let length = bounded(square.sqrt());
    for (to, from) in out.iter_mut().zip(&mean) {
        *to = (*from / length) as f32;
    }
    square.is_finite()
}

/// What a vector of this length is divided by: as sentence-transformers does (torch's
/// `normalize`), which keeps a zero vector zero.
pub(crate) fn bounded(length: f64) -> f64 {
    length.max(1e-12)
}

/// The row that has the largest value of each column, of rows of `width` values: what
/// [`Pooling::Max`] takes, and no other does.
pub(crate) fn largest(pooling: Pooling, rows: &[f32], width: usize) -> Option<Vec<usize>> {
    if pooling != Pooling::Max {
        return None;
    }
    let mut chosen = vec![0; width];
    for (index, row) in rows.chunks_exact(width).enumerate() {
        for (column, (chosen, x)) in chosen.iter_mut().zip(row).enumerate() {
            // What is not a number is taken, too, so that it is noticed.
            if *x > rows[*chosen * width + column] || x.is_nan() {
                *chosen = index;
            }
        }
    }
    Some(chosen)
}

/// The vector of a text before it is scaled to length 1, of rows of `width` values, one to a token;
/// or of several such vectors side by side. Of each column of a vector the `chosen` row is taken
/// alone, if there is a choice.
pub(crate) fn mean(
    pooling: Pooling,
    chosen: Option<&[usize]>,
    rows: &[f32],
    width: usize,
) -> Vec<f64> {
    if let Some(chosen) = chosen {
        let columns = (0..width).zip(chosen.iter().cycle());
        return columns
            .map(|(column, row)| f64::from(rows[row * width + column]))
            .collect();
    }
    let rows = match pooling {
        Pooling::Mean | Pooling::Max => rows,
        Pooling::Cls => &rows[..width],
        Pooling::Last => &rows[rows.len() - width..],
    };
    let count = (rows.len() / width) as f64;
    let mut mean = vec![0.0f64; width];
    for row in rows.chunks_exact(width) {
        for (sum, x) in mean.iter_mut().zip(row) {
            *sum += f64::from(*x);
        }
    }
    mean.iter_mut().for_each(|sum| *sum /= count);
    mean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_to_pool() {
        let hidden = [3.0, 0.0, -1.0, 8.0, 1.0, 4.0];
        let cases = [
            (Pooling::Mean, [1.0 / 17f32.sqrt(), 4.0 / 17f32.sqrt()]),
            (Pooling::Cls, [1.0, 0.0]),
            (Pooling::Last, [1.0 / 17f32.sqrt(), 4.0 / 17f32.sqrt()]),
            (Pooling::Max, [3.0 / 73f32.sqrt(), 8.0 / 73f32.sqrt()]),
        ];
        for (pooling, expected) in cases {
            let mut out = [0.0; 2];
            assert!(pool(pooling, &hidden, &mut out));
            for (x, y) in out.iter().zip(&expected) {
                assert!((x - y).abs() < 1e-7, "{pooling:?}: {out:?}");
            }
        }
    }

    #[test]
    fn zero_stays_zero_and_infinity_is_noticed() {
        let mut out = [9.0; 2];
        assert!(pool(Pooling::Mean, &[0.0; 4], &mut out));
        assert_eq!(out, [0.0; 2]);
        assert!(!pool(Pooling::Mean, &[f32::INFINITY, 0.0], &mut out));
        for pooling in [Pooling::Mean, Pooling::Max] {
            assert!(!pool(pooling, &[f32::NAN, 0.0, 1.0, 2.0], &mut out));
            assert!(!pool(pooling, &[1.0, 2.0, f32::NAN, 0.0], &mut out));
        }
    }
}
