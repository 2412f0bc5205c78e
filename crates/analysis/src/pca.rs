//! Principal component analysis, centred and exact at any size.
//!
//! The symmetric eigenproblem of the covariance matrix `[d, d]`, or of the Gram matrix `[n, n]`
//! where there are fewer vectors than dimensions (Jolliffe 2002, sections 2 and 3.5), solved in
//! f64. Small inputs are accumulated in f64 throughout; large ones in f32 over blocks of 256
//! vectors, and in f64 across blocks: coordinates are then within 1e-4 of the spread of the first
//! component.

use nalgebra::{DMatrix, SymmetricEigen};

use crate::product::{Number, dot, product};
use crate::{AnalysisError, Vectors};

/// Most components that are kept.
pub const MAX_COMPONENTS: usize = 10;

/// Vectors accumulated in f32 before their sum goes to f64.
const BLOCK: usize = 256;

/// Multiply-adds up to which the covariance is accumulated in f64 throughout.
const F64_WORK: usize = 1 << 28;

/// A component with less than this share of the first one's variance is rounding noise.
const NOISE_F64: f64 = 1e-13;
const NOISE_F32: f64 = 1e-9;

/// The principal components of some vectors, and where these lie on them.
#[derive(Debug, Clone, PartialEq)]
pub struct Pca {
    mean: Vec<f64>,
    components: Vec<f32>,
    variances: Vec<f64>,
    shares: Vec<f64>,
    coordinates: Vec<f32>,
    count: usize,
}

impl Pca {
    /// Fits `count` components, at most [`MAX_COMPONENTS`].
    ///
    /// There are always as many as asked for: those beyond the rank of the data (all of them for
    /// one vector, or equal ones) are zero, explain nothing, and every coordinate on them is
    /// exactly 0. The sign of a component is such that its entry of largest magnitude is positive
    /// (the first of equals).
    pub fn fit(vectors: &Vectors, count: usize) -> Self {
        let (n, d) = (vectors.len(), vectors.dimensions());
        let count = count.min(MAX_COMPONENTS);
        let mean = vectors.mean();
        let solution = if n <= d {
            from_gram(vectors, &mean, count)
        } else {
            from_covariance(vectors, &mean, count)
        };
        let shares = solution
            .variances
            .iter()
            .map(|v| {
                if solution.total > 0.0 {
                    (v / solution.total).min(1.0)
                } else {
                    0.0
                }
            })
            .collect();
        let components: Vec<f32> = solution.components.iter().map(|&x| x as f32).collect();
        let mut pca = Self {
            mean,
            components,
            variances: solution.variances,
            shares,
            coordinates: Vec::new(),
            count,
        };
        pca.coordinates = pca.project(vectors);
        pca
    }

    /// Count of components.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Coordinates of the vectors, `[n, count]`, row-major.
    pub fn coordinates(&self) -> &[f32] {
        &self.coordinates
    }

    /// Unit vectors of the components, `[count, d]`, row-major; zero beyond the rank.
    pub fn components(&self) -> &[f32] {
        &self.components
    }

    /// Variance along each component (divisor `n − 1`), `[count]`, falling.
    pub fn variances(&self) -> &[f64] {
        &self.variances
    }

    /// Share of the whole variance that each component explains, 0 to 1, `[count]`.
    pub fn variance_shares(&self) -> &[f64] {
        &self.shares
    }

    /// Mean of the vectors, `[d]`.
    pub fn mean(&self) -> &[f64] {
        &self.mean
    }

    /// Coordinates of other vectors on these components, `[n, count]`, row-major.
    ///
    /// # Errors
    /// [`AnalysisError::WrongDimensions`].
    pub fn transform(&self, vectors: &Vectors) -> Result<Vec<f32>, AnalysisError> {
        vectors.check_dimensions(self.mean.len())?;
        Ok(self.project(vectors))
    }

    fn project(&self, vectors: &Vectors) -> Vec<f32> {
        let d = self.mean.len();
        let mut centred = vec![0f32; d];
        let mut coordinates = Vec::with_capacity(vectors.len() * self.count);
        for row in vectors.rows() {
            for ((c, &x), &m) in centred.iter_mut().zip(row).zip(&self.mean) {
                *c = (f64::from(x) - m) as f32;
            }
            coordinates.extend(
                self.components
                    .chunks_exact(d)
                    .map(|axis| dot(&centred, axis)),
            );
        }
        coordinates
    }
}

struct Solution {
    /// `[count, d]`.
    components: Vec<f64>,
    /// `[count]`.
    variances: Vec<f64>,
    /// Sum of the variances of all components.
    total: f64,
}

fn centre<T>(rows: &[f32], mean: &[f64], convert: impl Fn(f64) -> T) -> Vec<T> {
    rows.chunks_exact(mean.len())
        .flat_map(|row| {
            row.iter()
                .zip(mean)
                .map(|(&x, &m)| convert(f64::from(x) - m))
        })
        .collect()
}

fn from_gram(vectors: &Vectors, mean: &[f64], count: usize) -> Solution {
    let (n, d) = (vectors.len(), vectors.dimensions());
    let centred = centre(vectors.as_flat(), mean, |x| x);
    let mut gram = vec![0f64; n * n];
    product(&centred, &centred, d, &mut gram);
    solve(
        gram,
        n,
        n,
        count,
        d,
        NOISE_F64,
        |vector, value, component| {
            // v = Xᵀu / √λ.
            for (row, u) in centred.chunks_exact(d).zip(vector) {
                component
                    .iter_mut()
                    .zip(row)
                    .for_each(|(c, x)| *c += u * x / value.sqrt());
            }
        },
    )
}

fn from_covariance(vectors: &Vectors, mean: &[f64], count: usize) -> Solution {
    let (n, d) = (vectors.len(), vectors.dimensions());
    let work = n.saturating_mul(d * d);
    // An outlier would drown the others in f32.
    let largest = vectors
        .norms()
        .iter()
        .fold(0f64, |most, &norm| most.max(f64::from(norm)));
    let squares: f64 = vectors
        .norms()
        .iter()
        .map(|&norm| f64::from(norm).powi(2))
        .sum();
    let exact = work <= F64_WORK || largest > 100.0 * (squares / n as f64).sqrt();
    let mut scatter = vec![0f64; d * d];
    for rows in vectors.as_flat().chunks(BLOCK * d) {
        if exact {
            add_scatter(&centre(rows, mean, |x| x), d, &mut scatter, |x| x);
        } else {
            add_scatter(
                &centre(rows, mean, |x| x as f32),
                d,
                &mut scatter,
                f64::from,
            );
        }
    }
    for i in 0..d {
        for j in 0..i {
            scatter[i * d + j] = scatter[j * d + i];
        }
    }
    let noise = if exact { NOISE_F64 } else { NOISE_F32 };
    solve(scatter, d, n, count, d, noise, |vector, _, component| {
        component.copy_from_slice(vector)
    })
}

/// Adds `rowsᵀ · rows` to the upper triangle of `scatter`, `[d, d]`.
fn add_scatter<T: Number>(rows: &[T], d: usize, scatter: &mut [f64], widen: impl Fn(T) -> f64) {
    const STRIP: usize = 48;
    let height = rows.len() / d;
    let mut columns = vec![T::default(); rows.len()];
    for (i, row) in rows.chunks_exact(d).enumerate() {
        row.iter()
            .enumerate()
            .for_each(|(j, &x)| columns[j * height + i] = x);
    }
    let mut strip = vec![T::default(); STRIP * d];
    for top in (0..d).step_by(STRIP) {
        let end = (top + STRIP).min(d);
        let width = d - top;
        let strip = &mut strip[..(end - top) * width];
        product(
            &columns[top * height..end * height],
            &columns[top * height..],
            height,
            strip,
        );
        for (i, sums) in strip.chunks_exact(width).enumerate() {
            let row = (top + i) * d;
            scatter[row + top + i..row + d]
                .iter_mut()
                .zip(&sums[i..])
                .for_each(|(s, &x)| *s += widen(x));
        }
    }
}

/// Solves the symmetric eigenproblem of `matrix`, `[m, m]`, whose eigenvalues are sums of squares
/// of
/// `n` vectors, and turns the eigenvectors of the largest into components by `finish`.
fn solve(
    matrix: Vec<f64>,
    m: usize,
    n: usize,
    count: usize,
    d: usize,
    noise: f64,
    finish: impl Fn(&[f64], f64, &mut [f64]),
) -> Solution {
    let mut solution = Solution {
        components: vec![0.0; count * d],
        variances: vec![0.0; count],
        total: 0.0,
    };
    let trace: f64 = (0..m).map(|i| matrix[i * m + i]).sum();
    if n < 2 || trace <= 0.0 {
        return solution;
    }
    let divisor = (n - 1) as f64;
    solution.total = trace / divisor;
    let eigen = SymmetricEigen::new(DMatrix::from_vec(m, m, matrix));
    let mut order: Vec<usize> = (0..m).collect();
    order.sort_by(|&a, &b| eigen.eigenvalues[b].total_cmp(&eigen.eigenvalues[a]));
    let floor = order.first().map_or(0.0, |&first| eigen.eigenvalues[first]) * noise;
    for (slot, &at) in order.iter().take(count).enumerate() {
        let value = eigen.eigenvalues[at];
        if value <= floor {
            break;
        }
        let component = &mut solution.components[slot * d..(slot + 1) * d];
        finish(eigen.eigenvectors.column(at).as_slice(), value, component);
        orient(component);
        solution.variances[slot] = value / divisor;
    }
    solution
}

/// Makes the entry of largest magnitude positive, and the length 1.
fn orient(component: &mut [f64]) {
    let mut largest = 0f64;
    for &x in component.iter() {
        // Entries that are equal but for rounding must not swap ranks: the first wins.
        if x.abs() > largest.abs() * (1.0 + 1e-9) {
            largest = x;
        }
    }
    let length = component.iter().map(|x| x * x).sum::<f64>().sqrt();
    let scale = if length > 0.0 { 1.0 / length } else { 1.0 }.copysign(largest);
    component.iter_mut().for_each(|x| *x *= scale);
}
