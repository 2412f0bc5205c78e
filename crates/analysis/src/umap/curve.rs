//! The curve that turns distances on the map into memberships.

/// `a` and `b` for which `1 / (1 + a·x^(2b))` comes closest to a membership that is 1 up to
/// `min_distance` and falls as `exp(min_distance − x)` from there (McInnes et al. 2018, definition
/// 11): least squares at 300 points from 0 to 3, by Levenberg–Marquardt.
pub(super) fn fit(min_distance: f64) -> (f64, f64) {
    let points: Vec<(f64, f64)> = (1..300)
        .map(|i| f64::from(i) * 3.0 / 299.0)
        .map(|x| {
            (
                x,
                if x < min_distance {
                    1.0
                } else {
                    (min_distance - x).exp()
                },
            )
        })
        .collect();
    let squares = |a: f64, b: f64| -> f64 {
        points
            .iter()
            .map(|&(x, y)| (1.0 / (1.0 + a * x.powf(2.0 * b)) - y).powi(2))
            .sum()
    };
    let (mut a, mut b) = (1.0, 1.0);
    let (mut damping, mut error) = (1e-3, squares(a, b));
    for _ in 0..200 {
        // Normal equations of the two parameters.
        let (mut aa, mut ab, mut bb, mut ra, mut rb) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for &(x, y) in &points {
            let power = x.powf(2.0 * b);
            let value = 1.0 / (1.0 + a * power);
            let by_a = -power * value * value;
            let by_b = -2.0 * a * power * x.ln() * value * value;
            aa += by_a * by_a;
            ab += by_a * by_b;
            bb += by_b * by_b;
            ra += by_a * (y - value);
            rb += by_b * (y - value);
        }
        let (aa, bb) = (aa * (1.0 + damping), bb * (1.0 + damping));
        let determinant = aa * bb - ab * ab;
        let (step_a, step_b) = (
            (ra * bb - rb * ab) / determinant,
            (rb * aa - ra * ab) / determinant,
        );
        let (next_a, next_b) = (a + step_a, b + step_b);
        let next = if next_a > 0.0 && next_b > 0.0 {
            squares(next_a, next_b)
        } else {
            f64::INFINITY
        };
        if next <= error {
            (a, b, error, damping) = (next_a, next_b, next, damping * 0.3);
            if step_a.abs() < 1e-10 * a && step_b.abs() < 1e-10 * b {
                break;
            }
        } else {
            damping *= 10.0;
        }
    }
    (a, b)
}

#[cfg(test)]
mod tests {
    #[test]
    fn equals_the_reference() {
        // From umap-learn 0.5.12, `find_ab_params(1.0, min_dist)`.
        for (min_distance, a, b) in REFERENCE {
            let found = super::fit(min_distance);
            assert!(
                (found.0 - a).abs() < 1e-3 * a && (found.1 - b).abs() < 1e-3 * b,
                "{found:?} for {a}, {b}"
            );
        }
    }

    const REFERENCE: [(f64, f64, f64); 4] = [
        (0.0, 1.932808397, 0.790494973),
        (0.1, 1.576943460, 0.895060878),
        (0.5, 0.583030020, 1.334166992),
        (0.99, 0.119305300, 1.916390417),
    ];
}
