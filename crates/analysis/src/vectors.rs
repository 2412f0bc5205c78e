//! The vectors that every analysis starts from.

use crate::AnalysisError;

/// Largest magnitude of a component, so that sums of products stay finite in f32.
pub const MAX_COMPONENT: f32 = 1e15;

/// A vector shorter than this counts as zero: it has no direction.
pub const MIN_NORM: f32 = 1e-15;

/// Embeddings of `n` texts, `[n, dimensions]`, row-major, f32, all finite and at most
/// [`MAX_COMPONENT`] in magnitude.
///
/// Keeps each vector's Euclidean norm and a hash of its bits beside it, so that scores need not
/// compute them again.
#[derive(Debug, Clone, PartialEq)]
pub struct Vectors {
    data: Vec<f32>,
    dimensions: usize,
    norms: Vec<f32>,
    hashes: Vec<u64>,
}

impl Vectors {
    /// No vectors yet, of `dimensions` components each.
    ///
    /// # Errors
    /// [`AnalysisError::NoDimensions`] when `dimensions` is 0.
    pub fn new(dimensions: usize) -> Result<Self, AnalysisError> {
        Self::from_flat(Vec::new(), dimensions)
    }

    /// Takes over `data`, `[n, dimensions]`, row-major.
    ///
    /// # Errors
    /// When `dimensions` is 0, the length is no multiple of it, or a component is NaN, infinite or
    /// beyond [`MAX_COMPONENT`].
    pub fn from_flat(data: Vec<f32>, dimensions: usize) -> Result<Self, AnalysisError> {
        if dimensions == 0 {
            return Err(AnalysisError::NoDimensions);
        }
        if !data.len().is_multiple_of(dimensions) {
            return Err(AnalysisError::WrongLength {
                length: data.len(),
                dimensions,
            });
        }
        for (row, vector) in data.chunks_exact(dimensions).enumerate() {
            check(vector, row)?;
        }
        let norms = data.chunks_exact(dimensions).map(norm).collect();
        let hashes = data.chunks_exact(dimensions).map(hash).collect();
        Ok(Self {
            data,
            dimensions,
            norms,
            hashes,
        })
    }

    /// Count of vectors.
    pub fn len(&self) -> usize {
        self.norms.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.norms.is_empty()
    }

    /// Components of each vector.
    pub fn dimensions(&self) -> usize {
        self.dimensions
    }

    /// All components, `[n, dimensions]`, row-major.
    pub fn as_flat(&self) -> &[f32] {
        &self.data
    }

    /// The vector `index`.
    ///
    /// # Panics
    /// When `index` is not below [`Vectors::len`], as slices do.
    pub fn row(&self, index: usize) -> &[f32] {
        &self.data[index * self.dimensions..(index + 1) * self.dimensions]
    }

    /// The vectors in order.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[f32]> {
        self.data.chunks_exact(self.dimensions)
    }

    /// Euclidean norm of the vector `index`.
    ///
    /// # Panics
    /// When `index` is not below [`Vectors::len`].
    pub fn norm(&self, index: usize) -> f32 {
        self.norms[index]
    }

    /// Euclidean norms of all vectors, `[n]`.
    pub fn norms(&self) -> &[f32] {
        &self.norms
    }

    /// Adds a vector and returns its index.
    ///
    /// # Errors
    /// When its dimensions differ or a component is refused; nothing is added then.
    pub fn push(&mut self, vector: &[f32]) -> Result<usize, AnalysisError> {
        let index = self.len();
        self.check_row(vector, index)?;
        self.data.extend_from_slice(vector);
        self.norms.push(norm(vector));
        self.hashes.push(hash(vector));
        Ok(index)
    }

    /// Puts another vector in the place of the vector `index`.
    ///
    /// # Errors
    /// When there is no such vector, its dimensions differ or a component is refused; nothing is
    /// changed then.
    pub fn replace(&mut self, index: usize, vector: &[f32]) -> Result<(), AnalysisError> {
        self.check_index(index)?;
        self.check_row(vector, index)?;
        let start = index * self.dimensions;
        self.data[start..start + self.dimensions].copy_from_slice(vector);
        self.norms[index] = norm(vector);
        self.hashes[index] = hash(vector);
        Ok(())
    }

    /// A copy of some of the vectors, in the order of `rows`, which may repeat.
    ///
    /// # Errors
    /// [`AnalysisError::NoSuchRow`].
    pub fn select(&self, rows: &[usize]) -> Result<Self, AnalysisError> {
        let mut data = Vec::with_capacity(rows.len() * self.dimensions);
        for &row in rows {
            self.check_index(row)?;
            data.extend_from_slice(self.row(row));
        }
        Ok(Self {
            data,
            dimensions: self.dimensions,
            norms: rows.iter().map(|&row| self.norms[row]).collect(),
            hashes: rows.iter().map(|&row| self.hashes[row]).collect(),
        })
    }

    /// Mean of the vectors, `[dimensions]`, summed in f64. Zero when there are none; exactly the
    /// vector when all are equal.
    pub fn mean(&self) -> Vec<f64> {
        let Some(first) = self.data.get(..self.dimensions) else {
            return vec![0.0; self.dimensions];
        };
        // Sums of differences from the first are exactly zero where all are equal.
        let mut sums = vec![0f64; self.dimensions];
        for row in self.rows() {
            for ((sum, &x), &origin) in sums.iter_mut().zip(row).zip(first) {
                *sum += f64::from(x) - f64::from(origin);
            }
        }
        let count = self.len() as f64;
        sums.iter()
            .zip(first)
            .map(|(sum, &origin)| f64::from(origin) + sum / count)
            .collect()
    }

    /// The vectors with their mean taken off ("sphereized" in the words of the TensorFlow
    /// Projector): angles are then seen from the middle of these texts rather than from the
    /// origin.
    pub fn centred(&self) -> Self {
        self.without(&self.mean())
    }

    /// The vectors with the mean of others taken off, as those were for [`Vectors::centred`].
    ///
    /// # Errors
    /// [`AnalysisError::WrongDimensions`].
    pub fn less(&self, mean: &[f64]) -> Result<Self, AnalysisError> {
        self.check_dimensions(mean.len())?;
        Ok(self.without(mean))
    }

    fn without(&self, mean: &[f64]) -> Self {
        let mut data = Vec::with_capacity(self.data.len());
        for row in self.rows() {
            data.extend(
                row.iter()
                    .zip(mean)
                    .map(|(&x, &m)| (f64::from(x) - m) as f32),
            );
        }
        Self {
            norms: data.chunks_exact(self.dimensions).map(norm).collect(),
            hashes: data.chunks_exact(self.dimensions).map(hash).collect(),
            data,
            dimensions: self.dimensions,
        }
    }

    /// Whether the vectors `a` of these and `b` of `other` are equal bit for bit.
    pub(crate) fn same_as(&self, a: usize, other: &Self, b: usize) -> bool {
        let bits = |(x, y): (&f32, &f32)| x.to_bits() == y.to_bits();
        self.hashes[a] == other.hashes[b] && self.row(a).iter().zip(other.row(b)).all(bits)
    }

    /// The hash of the bits of the vector `index`: the same where vectors are equal.
    pub(crate) fn hash(&self, index: usize) -> u64 {
        self.hashes[index]
    }

    pub(crate) fn check_index(&self, row: usize) -> Result<(), AnalysisError> {
        if row < self.len() {
            Ok(())
        } else {
            Err(AnalysisError::NoSuchRow {
                row,
                rows: self.len(),
            })
        }
    }

    pub(crate) fn check_dimensions(&self, found: usize) -> Result<(), AnalysisError> {
        if found == self.dimensions {
            Ok(())
        } else {
            Err(AnalysisError::WrongDimensions {
                expected: self.dimensions,
                found,
            })
        }
    }

    fn check_row(&self, vector: &[f32], index: usize) -> Result<(), AnalysisError> {
        self.check_dimensions(vector.len())?;
        check(vector, index)
    }
}

fn check(vector: &[f32], row: usize) -> Result<(), AnalysisError> {
    // A comparison that NaN fails too; the search for the culprit runs only after a failure.
    if vector.iter().all(|x| x.abs() <= MAX_COMPONENT) {
        return Ok(());
    }
    match vector.iter().enumerate().find(|(_, x)| !x.is_finite()) {
        Some((column, &value)) => Err(AnalysisError::NotFinite { row, column, value }),
        None => match vector
            .iter()
            .enumerate()
            .find(|(_, x)| x.abs() > MAX_COMPONENT)
        {
            Some((column, &value)) => Err(AnalysisError::TooLarge { row, column, value }),
            None => Ok(()),
        },
    }
}

fn norm(vector: &[f32]) -> f32 {
    // Summed in f64 for the range of large and tiny components.
    let squares: f64 = vector.iter().map(|&x| f64::from(x) * f64::from(x)).sum();
    squares.sqrt() as f32
}

/// FNV-1a over the bits of the components, a word at a time.
fn hash(vector: &[f32]) -> u64 {
    vector.iter().fold(0xcbf2_9ce4_8422_2325, |state, x| {
        (state ^ u64::from(x.to_bits())).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
