//! Where the points of a map can start: on the smoothest waves over the graph of neighbours
//! (Belkin & Niyogi 2003, "Laplacian Eigenmaps"; the default start of umap-learn).
//!
//! These are the eigenvectors of `D^−½ W D^−½` with the largest eigenvalues below the trivial one,
//! found by subspace iteration with a Chebyshev filter (Zhou & Saad 2007) from the principal
//! components. A start needs no more than a few digits, and gets them in some hundred products
//! with the sparse matrix.

use nalgebra::{SMatrix, SymmetricEigen};
use wide::f32x4;

use crate::Vectors;
use crate::plane::Tree;
use crate::sparse::SparseGraph;

/// Waves that are worked out together; the spare ones make the others come sooner.
const BLOCK: usize = 8;

/// Degree of the filter.
const DEGREE: usize = 12;

/// Filters, at most.
const ROUNDS: usize = 12;

/// Change of the eigenvalues of a round at which they are good enough.
const SETTLED: f64 = 1e-4;

/// Upper end of the eigenvalues to be damped at first.
const DAMPED: f32 = 0.8;

/// A row for each point: its height on each wave.
type Waves = Vec<[f32; BLOCK]>;

/// `count` waves, at most 3, over the largest connected part of a graph, `[n, count]`; the other
/// points come where `guess`, `[n, width]`, has them nearest to. `None` where the largest part has
/// less than half of the points or is too small for waves.
pub(crate) fn waves(
    graph: &SparseGraph,
    guess: &[f32],
    width: usize,
    count: usize,
) -> Option<Vec<f32>> {
    let n = graph.rows.len().saturating_sub(1);
    let part = largest_part(graph);
    let members = part.iter().filter(|&&inside| inside).count();
    if members < 4 * BLOCK || members < n.div_ceil(2) || width == 0 {
        return None;
    }
    let degrees: Vec<f32> = (0..n)
        .map(|i| graph.weights[graph.rows[i]..graph.rows[i + 1]].iter().sum())
        .collect();
    let root = |i: usize| {
        if part[i] {
            degrees[i].max(f32::MIN_POSITIVE).sqrt()
        } else {
            0.0
        }
    };
    let roots: Vec<f32> = (0..n).map(root).collect();
    let total = roots.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>();
    let trivial: Vec<f32> = roots.iter().map(|&x| x / total.sqrt() as f32).collect();
    let matrix = Matrix::new(graph, &roots);

    let mut waves = begin(guess, width, &roots);
    if !orthonormal(&mut waves, &trivial) {
        return None;
    }
    let mut values = turn(&matrix, &mut waves);
    for _ in 0..ROUNDS {
        let damped = (values[BLOCK - 1] as f32).clamp(DAMPED - 0.3, 0.999);
        waves = filter(&matrix, waves, damped);
        if !orthonormal(&mut waves, &trivial) {
            break;
        }
        let before = std::mem::replace(&mut values, turn(&matrix, &mut waves));
        let change = |(a, b): (&f64, &f64)| (a - b).abs();
        let changes = values.iter().zip(&before).take(count).map(change);
        if changes.fold(0.0, f64::max) < SETTLED {
            break;
        }
    }
    Some(coordinates(&waves, &part, guess, width, count))
}

/// The points of the largest connected part, the first of equals.
fn largest_part(graph: &SparseGraph) -> Vec<bool> {
    let n = graph.rows.len().saturating_sub(1);
    let mut part = vec![u32::MAX; n];
    let mut sizes: Vec<usize> = Vec::new();
    let mut open = Vec::new();
    for first in 0..n {
        if part[first] != u32::MAX {
            continue;
        }
        let number = sizes.len();
        sizes.push(0);
        part[first] = number as u32;
        open.push(first);
        while let Some(i) = open.pop() {
            sizes[number] += 1;
            for &j in &graph.columns[graph.rows[i]..graph.rows[i + 1]] {
                if part[j as usize] == u32::MAX {
                    part[j as usize] = number as u32;
                    open.push(j as usize);
                }
            }
        }
    }
    let mut largest = 0;
    for (number, size) in sizes.iter().enumerate() {
        if *size > sizes[largest] {
            largest = number;
        }
    }
    part.iter()
        .map(|&number| number as usize == largest)
        .collect()
}

/// `D^−½ W D^−½`.
struct Matrix<'a> {
    graph: &'a SparseGraph,
    weights: Vec<f32>,
}

impl<'a> Matrix<'a> {
    fn new(graph: &'a SparseGraph, roots: &[f32]) -> Self {
        let mut weights = Vec::with_capacity(graph.weights.len());
        for (i, &root) in roots.iter().enumerate() {
            for at in graph.rows[i]..graph.rows[i + 1] {
                let product = root * roots[graph.columns[at] as usize];
                weights.push(if product > 0.0 {
                    graph.weights[at] / product
                } else {
                    0.0
                });
            }
        }
        Self { graph, weights }
    }

    /// `scale · (A x − shift · x) − less · before`, row by row.
    fn apply(
        &self,
        x: &Waves,
        (scale, shift, less): (f32, f32, f32),
        before: Option<&Waves>,
    ) -> Waves {
        let load = |row: &[f32; BLOCK]| {
            let [a, b, c, d, e, f, g, h] = *row;
            [f32x4::new([a, b, c, d]), f32x4::new([e, f, g, h])]
        };
        let row = |i: usize| {
            let [mut left, mut right] = load(&x[i]);
            left *= -shift;
            right *= -shift;
            for at in self.graph.rows[i]..self.graph.rows[i + 1] {
                let [a, b] = load(&x[self.graph.columns[at] as usize]);
                left += a * self.weights[at];
                right += b * self.weights[at];
            }
            (left, right) = (left * scale, right * scale);
            if let Some(before) = before {
                let [a, b] = load(&before[i]);
                left -= a * less;
                right -= b * less;
            }
            let mut out = [0.0; BLOCK];
            out[..4].copy_from_slice(&left.to_array());
            out[4..].copy_from_slice(&right.to_array());
            out
        };
        (0..x.len()).map(row).collect()
    }
}

/// Waves to start from: the guess, and where that has too few columns, products of them.
fn begin(guess: &[f32], width: usize, roots: &[f32]) -> Waves {
    let largest = guess.iter().fold(f32::MIN_POSITIVE, |a, &x| a.max(x.abs()));
    let columns = width.min(BLOCK);
    let rows = guess.chunks_exact(width).zip(roots).enumerate();
    rows.map(|(i, (row, &root))| {
        std::array::from_fn(|column| {
            // A little of something that is no combination of the others.
            let spice = ((i * (column + 3)) as f32 * 0.618_034).fract() - 0.5;
            let x = if column < columns {
                row[column] / largest
            } else {
                0.3 * spice
            };
            root * (x + 1e-3 * spice)
        })
    })
    .collect()
}

/// Makes the waves orthonormal, and orthogonal to the trivial one; false where they can't be.
fn orthonormal(waves: &mut Waves, trivial: &[f32]) -> bool {
    let dot = |waves: &Waves, a: usize, b: usize| -> f64 {
        let products = waves
            .iter()
            .map(|row| f64::from(row[a]) * f64::from(row[b]));
        products.sum()
    };
    for column in 0..BLOCK {
        // Twice is enough (Parlett 1998).
        for _ in 0..2 {
            let along: f64 = waves
                .iter()
                .zip(trivial)
                .map(|(row, &t)| f64::from(row[column]) * f64::from(t))
                .sum();
            for (row, &t) in waves.iter_mut().zip(trivial) {
                row[column] -= along as f32 * t;
            }
            for other in 0..column {
                let along = dot(waves, column, other) as f32;
                waves
                    .iter_mut()
                    .for_each(|row| row[column] -= along * row[other]);
            }
            let length = dot(waves, column, column).sqrt();
            if !(length.is_finite() && length > 1e-20) {
                return false;
            }
            let scale = (1.0 / length) as f32;
            waves.iter_mut().for_each(|row| row[column] *= scale);
        }
    }
    true
}

/// Turns orthonormal waves to the eigenvectors of the matrix among their combinations (Rayleigh and
/// Ritz); returns the eigenvalues, falling.
fn turn(matrix: &Matrix, waves: &mut Waves) -> [f64; BLOCK] {
    let product = matrix.apply(waves, (1.0, 0.0, 0.0), None);
    let mut small = SMatrix::<f64, BLOCK, BLOCK>::zeros();
    for (row, product) in waves.iter().zip(&product) {
        for a in 0..BLOCK {
            for b in 0..=a {
                small[(a, b)] += f64::from(row[a]) * f64::from(product[b]);
            }
        }
    }
    for a in 0..BLOCK {
        for b in 0..a {
            small[(b, a)] = small[(a, b)];
        }
    }
    let eigen = SymmetricEigen::new(small);
    let mut order: [usize; BLOCK] = std::array::from_fn(|i| i);
    order.sort_by(|&a, &b| eigen.eigenvalues[b].total_cmp(&eigen.eigenvalues[a]));
    for row in waves.iter_mut() {
        let from = *row;
        for (to, &at) in row.iter_mut().zip(&order) {
            let parts = from.iter().enumerate();
            *to = parts
                .map(|(i, &x)| f64::from(x) * eigen.eigenvectors[(i, at)])
                .sum::<f64>() as f32;
        }
    }
    order.map(|at| eigen.eigenvalues[at])
}

/// Damps what has eigenvalues from −1 to `damped` in favour of what lies above.
fn filter(matrix: &Matrix, waves: Waves, damped: f32) -> Waves {
    let (half, middle) = ((damped + 1.0) / 2.0, (damped - 1.0) / 2.0);
    // Scaled to be 1 at the eigenvalue 1.
    let first = half / (1.0 - middle);
    let mut sigma = first;
    let mut before = waves;
    let mut now = matrix.apply(&before, (sigma / half, middle, 0.0), None);
    for _ in 1..DEGREE {
        let next_sigma = 1.0 / (2.0 / first - sigma);
        let factors = (2.0 * next_sigma / half, middle, sigma * next_sigma);
        let next = matrix.apply(&now, factors, Some(&before));
        before = std::mem::replace(&mut now, next);
        sigma = next_sigma;
    }
    now
}

/// The first waves as coordinates; points that they don't reach come to the point of the largest
/// part that `guess` has next to them.
fn coordinates(
    waves: &Waves,
    part: &[bool],
    guess: &[f32],
    width: usize,
    count: usize,
) -> Vec<f32> {
    let mut signs = [1f32; BLOCK];
    for (column, sign) in signs.iter_mut().enumerate() {
        let heights = waves.iter().map(|row| row[column]);
        let largest = heights.fold(0f32, |a, x| if x.abs() > a.abs() { x } else { a });
        *sign = 1f32.copysign(largest);
    }
    let inside: Vec<usize> = (0..part.len()).filter(|&i| part[i]).collect();
    let row = |i: usize| &guess[i * width..(i + 1) * width];
    let rows = inside.iter().flat_map(|&i| row(i)).copied().collect();
    let near = Vectors::from_flat(rows, width).ok();
    let tree = near.as_ref().map(Tree::new);
    let place = |i: usize| -> usize {
        let near = || tree.as_ref()?.nearest(row(i), None, 1).first().copied();
        if part[i] {
            i
        } else {
            near().map_or(i, |near| inside[near.index])
        }
    };
    (0..part.len())
        .flat_map(|i| {
            let row = waves[place(i)];
            (0..count.min(BLOCK)).map(move |column| row[column] * signs[column])
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Points on a ring, each joined to the next.
    fn ring(n: usize, extra: usize) -> SparseGraph {
        let mut graph = SparseGraph {
            rows: vec![0],
            ..SparseGraph::default()
        };
        for i in 0..n {
            let mut ends = [(i + n - 1) % n, (i + 1) % n];
            ends.sort_unstable();
            graph.columns.extend(ends.map(|end| end as u32));
            graph.weights.extend([0.5, 0.5]);
            graph.rows.push(graph.columns.len());
        }
        // And pairs apart.
        for i in n..n + 2 * extra {
            graph.columns.push(
                (if (i - n).is_multiple_of(2) {
                    i + 1
                } else {
                    i - 1
                }) as u32,
            );
            graph.weights.push(1.0);
            graph.rows.push(graph.columns.len());
        }
        graph
    }

    #[test]
    fn a_ring_is_drawn_as_one() {
        let n = 120;
        let mut random = fastrand::Rng::with_seed(5);
        // A guess that knows nothing.
        let guess: Vec<f32> = (0..2 * n).map(|_| random.f32() - 0.5).collect();
        let found = waves(&ring(n, 0), &guess, 2, 2).unwrap();
        // The two smoothest waves of a ring are a cosine and a sine.
        for (i, point) in found.chunks_exact(2).enumerate() {
            let next = &found[(i + 1) % n * 2..][..2];
            let radius = (point[0].powi(2) + point[1].powi(2)).sqrt();
            let step = (point[0] - next[0]).hypot(point[1] - next[1]);
            let expected = (2.0 / n as f32).sqrt();
            assert!(
                (radius / expected - 1.0).abs() < 0.02,
                "{i}: {radius} for {expected}"
            );
            let turn = 2.0 * (std::f32::consts::PI / n as f32).sin();
            assert!((step / radius / turn - 1.0).abs() < 0.05, "{i}: {step}");
        }
    }

    #[test]
    fn points_apart_come_to_the_nearest_of_the_others() {
        let (n, extra) = (80, 5);
        let mut guess: Vec<f32> = (0..n).map(|i| i as f32).collect();
        guess.extend((0..2 * extra).map(|i| 10.2 + i as f32));
        let found = waves(&ring(n, extra), &guess, 1, 2).unwrap();
        for i in 0..2 * extra {
            let (from, to) = ((n + i) * 2, (10 + i) * 2);
            assert_eq!(found[from..from + 2], found[to..to + 2]);
        }
        // No part has half of the points, or there are too few.
        assert_eq!(waves(&ring(80, 60), &vec![0.5; 200], 1, 2), None);
        assert_eq!(waves(&ring(9, 0), &[0.5; 9], 1, 2), None);
        assert_eq!(waves(&SparseGraph::default(), &[], 2, 2), None);
    }
}
