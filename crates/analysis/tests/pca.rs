//! PCA against nalgebra's SVD in f64, and where there is little or odd data.

#![allow(clippy::unwrap_used, reason = "Helpers of tests are tests too.")]

use nalgebra::DMatrix;
use semblance_analysis::*;

/// Vectors whose variance falls along a random basis, with an offset that centring must remove.
fn spread(n: usize, d: usize, seed: u64) -> Vectors {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut normal = move || (0..6).map(|_| random.f64() - 0.5).sum::<f64>();
    let basis: Vec<f64> = (0..d * d).map(|_| normal()).collect();
    let mut data = Vec::with_capacity(n * d);
    for _ in 0..n {
        let factors: Vec<f64> = (0..d).map(|k| normal() * 0.8f64.powi(k as i32)).collect();
        for j in 0..d {
            let x: f64 = factors
                .iter()
                .enumerate()
                .map(|(k, f)| f * basis[k * d + j])
                .sum();
            data.push((x + 3.0 + j as f64 / d as f64) as f32);
        }
    }
    Vectors::from_flat(data, d).unwrap()
}

fn close_to_reference(vectors: &Vectors, count: usize, tolerance: f64) {
    let (n, d) = (vectors.len(), vectors.dimensions());
    let mut matrix =
        DMatrix::from_row_iterator(n, d, vectors.as_flat().iter().map(|&x| f64::from(x)));
    for mut column in matrix.column_iter_mut() {
        let mean = column.mean();
        column.add_scalar_mut(-mean);
    }
    let svd = matrix.clone().svd(false, true);
    let mut order: Vec<usize> = (0..svd.singular_values.len()).collect();
    order.sort_by(|&a, &b| svd.singular_values[b].total_cmp(&svd.singular_values[a]));
    let total: f64 = svd.singular_values.iter().map(|s| s * s).sum();
    let scale = svd.singular_values[order[0]] / (n as f64).sqrt();

    let pca = Pca::fit(vectors, count);
    for (slot, &at) in order.iter().take(count).enumerate() {
        let axis = svd.v_t.as_ref().unwrap().row(at);
        let ours = &pca.components()[slot * d..(slot + 1) * d];
        let sign = axis
            .iter()
            .zip(ours)
            .map(|(x, &y)| x * f64::from(y))
            .sum::<f64>()
            .signum();
        let expected = &matrix * axis.transpose() * sign;
        for i in 0..n {
            let error = (expected[i] - f64::from(pca.coordinates()[i * count + slot])).abs();
            assert!(
                error <= tolerance * scale,
                "{n}×{d}, component {slot}, row {i}: off by {error}"
            );
        }
        let share = svd.singular_values[at].powi(2) / total;
        assert!((pca.variance_shares()[slot] - share).abs() < 1e-6);
        let largest = ours
            .iter()
            .fold(0f32, |a, &b| if b.abs() > a.abs() { b } else { a });
        assert!(largest > 0.0, "the sign rule");
    }
    assert_eq!(pca.transform(vectors).unwrap(), pca.coordinates());
}

#[test]
fn equals_svd_whichever_of_n_and_d_is_larger() {
    for (n, d) in [
        (2, 3),
        (3, 2),
        (5, 40),
        (40, 5),
        (30, 30),
        (31, 30),
        (100, 384),
        (700, 64),
    ] {
        close_to_reference(&spread(n, d, 7), 3.min(n - 1).min(d), 1e-5);
    }
}

#[test]
fn large_inputs_in_f32_stay_within_their_bound() {
    // Beyond 2²⁸ multiply-adds: 30,000 × 96².
    close_to_reference(&spread(30_000, 96, 3), 3, 1e-4);
}

#[test]
fn few_and_equal_vectors() {
    let empty = Pca::fit(&Vectors::new(4).unwrap(), 2);
    assert!(empty.coordinates().is_empty());
    assert_eq!(empty.variance_shares(), [0.0, 0.0]);

    for n in [1, 2, 3, 50] {
        // A value whose sum rounds: the mean must still be exact.
        let equal = Vectors::from_flat([0.1, -0.7, 1e-3, 12.3].repeat(n), 4).unwrap();
        let pca = Pca::fit(&equal, 3);
        assert_eq!(pca.coordinates(), vec![0.0; 3 * n]);
        assert_eq!(pca.variance_shares(), [0.0; 3]);
    }

    // Two texts lie on a line, its middle at 0.
    let two = Vectors::from_flat(vec![1.0, 0.0, 0.0, 0.0, 1.0, 0.0], 3).unwrap();
    let pca = Pca::fit(&two, 2);
    let half = 0.5f32.sqrt();
    for (found, expected) in pca.coordinates().iter().zip([half, 0.0, -half, 0.0]) {
        assert!((found - expected).abs() < 1e-6, "{:?}", pca.coordinates());
    }
    assert!((pca.variance_shares()[0] - 1.0).abs() < 1e-12);

    // Duplicates fall on the same point.
    let pair = Vectors::from_flat(vec![1.0, 2.0, 5.0, 1.0, 2.0, 5.0, 0.0, 7.0, 1.0], 3).unwrap();
    let pca = Pca::fit(&pair, 3);
    assert_eq!(pca.coordinates()[..3], pca.coordinates()[3..6]);
    assert_eq!(pca.variance_shares()[1..], [0.0, 0.0]);
    assert_eq!(pca.coordinates()[1..3], [0.0, 0.0]);
}

#[test]
fn an_outlier_at_a_million_leaves_the_others_in_place() {
    for n in [40, 400] {
        let mut vectors = spread(n, 60, 5);
        vectors.replace(7, &[1e6; 60]).unwrap();
        let pca = Pca::fit(&vectors, 2);
        assert!(pca.coordinates().iter().all(|x| x.is_finite()));
        assert!(pca.variance_shares()[0] > 0.999);
        // The second axis still shows how the others differ.
        let second = |i: usize| pca.coordinates()[i * 2 + 1];
        assert!(
            (0..n).filter(|&i| i != 7).any(|i| second(i).abs() > 0.1),
            "n = {n}"
        );
    }
}

#[test]
fn asks_for_many_components_and_other_dimensions() {
    let vectors = spread(20, 5, 1);
    let pca = Pca::fit(&vectors, 64);
    assert_eq!(pca.count(), MAX_COMPONENTS);
    assert_eq!(pca.coordinates().len(), 20 * MAX_COMPONENTS);
    assert!(pca.variance_shares()[5..].iter().all(|&share| share == 0.0));
    assert!((pca.variance_shares().iter().sum::<f64>() - 1.0).abs() < 1e-9);
    assert!(matches!(
        pca.transform(&spread(3, 4, 1)),
        Err(AnalysisError::WrongDimensions { .. })
    ));
}
