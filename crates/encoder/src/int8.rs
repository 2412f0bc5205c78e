//! Symmetric int8 with one scale per row: how weights are stored.
//!
//! A row `w` becomes `q = round(w / scale)` in −127..=127 with `scale = max|w| / 127`, so that
//! `q · scale` is within `scale / 2` of `w`. A row of a linear layer's `[out, in]` weights is one
//! output channel; a row of an embedding table is one token.

/// An int8 matrix with one scale per row.
#[derive(Debug, Clone, PartialEq)]
pub struct Int8Rows {
    /// `[rows, columns]`, row-major, −127..=127.
    pub values: Vec<i8>,
    /// `[rows]`; positive.
    pub scales: Vec<f32>,
}

/// Quantises `weights` (`[rows, columns]`, row-major, finite f32) row by row.
///
/// A row of zeros gets the scale 1. An empty row length gives no rows.
#[must_use]
pub fn quantize_rows(weights: &[f32], columns: usize) -> Int8Rows {
    let mut values = Vec::with_capacity(weights.len());
    let mut scales = Vec::with_capacity(weights.len() / columns.max(1));
    for row in weights.chunks_exact(columns.max(1)) {
        let scale = row_scale(row);
        scales.push(scale);
        values.extend(row.iter().map(|w| quantize(*w, scale)));
    }
    Int8Rows { values, scales }
}

/// The scale that maps the largest magnitude of a row to 127; 1 for a row of zeros.
#[must_use]
pub fn row_scale(row: &[f32]) -> f32 {
    let largest = row.iter().fold(0.0f32, |max, w| max.max(w.abs()));
    // The largest magnitude may be so small that its scale is not a normal number.
    let scale = largest / 127.0;
    if scale.is_normal() { scale } else { 1.0 }
}

/// `round(w / scale)`, held within −127..=127.
#[must_use]
pub fn quantize(w: f32, scale: f32) -> i8 {
    // The cast saturates; the clamp keeps −128 out, which the kernels' symmetric range excludes.
    (w / scale).round().clamp(-127.0, 127.0) as i8
}

/// The f32 weights that an int8 matrix stands for: `[rows, columns]`, row-major.
#[must_use]
pub fn dequantize_rows(values: &[i8], scales: &[f32]) -> Vec<f32> {
    let columns = values.len() / scales.len().max(1);
    values
        .chunks_exact(columns.max(1))
        .zip(scales)
        .flat_map(|(row, scale)| row.iter().map(move |q| f32::from(*q) * scale))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn error_is_at_most_half_a_step() {
        let weights: Vec<f32> = (0..60)
            .map(|i| ((i * 37) % 61) as f32 * 0.013 - 0.4)
            .collect();
        let rows = quantize_rows(&weights, 12);
        assert_eq!(rows.scales.len(), 5);
        let back = dequantize_rows(&rows.values, &rows.scales);
        for (i, (w, v)) in weights.iter().zip(&back).enumerate() {
            let half = rows.scales[i / 12] * 0.5001;
            assert!((w - v).abs() <= half, "{i}: {w} became {v}");
        }
        assert!(rows.values.iter().any(|q| q.abs() == 127));
    }

    #[test]
    fn rows_without_a_usable_scale_become_zero() {
        for row in [[0.0f32; 4], [1e-44; 4]] {
            let rows = quantize_rows(&row, 4);
            assert_eq!(rows.scales, [1.0]);
            assert_eq!(rows.values, [0; 4]);
        }
        assert!(quantize_rows(&[], 4).scales.is_empty());
        assert!(dequantize_rows(&[], &[]).is_empty());
    }
}
