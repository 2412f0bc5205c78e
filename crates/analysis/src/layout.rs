//! What all maps that are found step by step have in common.

use crate::sparse::SparseGraph;
use crate::spectral::waves;
use crate::{AnalysisError, Pca, Vectors};

/// A map that is found step by step: after each step it can be drawn, and left as it is.
pub trait Layout {
    /// Runs up to `iterations` more iterations; false when there is nothing left to do.
    fn step(&mut self, iterations: usize) -> bool;

    /// Where the points are now, `[n, dimensions]`, row-major.
    fn coordinates(&self) -> &[f32];

    /// Dimensions of the map: 2 or 3.
    fn dimensions(&self) -> usize;

    /// Iterations done so far.
    fn iteration(&self) -> usize;

    /// Iterations in all.
    fn iterations(&self) -> usize;
}

/// Texts up to which there are too few for neighbourhoods: the map is their PCA.
pub(crate) const TOO_FEW: usize = 4;

/// Where the points of a map start.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Start {
    /// On their principal components.
    #[default]
    Pca,
    /// On the smoothest waves over the graph of neighbours, as umap-learn does; on the principal
    /// components where the graph falls apart or is small. Large structures come out truer, and
    /// the start takes longer.
    Spectral,
    /// At given places, `[n, dimensions]`: to go on from another map.
    Given(Vec<f32>),
}

/// Where the points start that nobody has given a place.
pub(crate) struct Place {
    /// `[n, dimensions]`, around 0.
    pub(crate) coordinates: Vec<f32>,
    /// Standard deviation along the first axis; 0 where all vectors are equal.
    pub(crate) deviation: f32,
}

impl Place {
    pub(crate) fn new(
        vectors: &Vectors,
        dimensions: usize,
        start: &Start,
        graph: &SparseGraph,
    ) -> Self {
        let width = match start {
            Start::Spectral => dimensions.max(8),
            Start::Pca | Start::Given(_) => dimensions,
        };
        let pca = Pca::fit(vectors, width);
        let variance = pca.variances().first().copied().unwrap_or(0.0);
        let enough = vectors.len() > TOO_FEW && variance > 0.0;
        if *start == Start::Spectral && enough {
            let found = waves(graph, pca.coordinates(), width, dimensions);
            if let Some(coordinates) = found {
                let squares = coordinates.iter().step_by(dimensions).map(|x| x * x);
                let deviation = (squares.sum::<f32>() / vectors.len() as f32).sqrt();
                return Self {
                    coordinates,
                    deviation,
                };
            }
        }
        let rows = pca.coordinates().chunks_exact(width);
        Self {
            coordinates: rows.flat_map(|row| &row[..dimensions]).copied().collect(),
            deviation: variance.sqrt() as f32,
        }
    }
}

pub(crate) fn check_map_dimensions(dimensions: usize) -> Result<(), AnalysisError> {
    if (2..=3).contains(&dimensions) {
        Ok(())
    } else {
        Err(AnalysisError::BadOption {
            option: "dimensions of a map",
            allowed: "2 or 3",
            value: dimensions as f64,
        })
    }
}

/// Checks that an option is in a range (a NaN is not).
pub(crate) fn check_option(
    option: &'static str,
    value: f64,
    range: std::ops::RangeInclusive<f64>,
    allowed: &'static str,
) -> Result<(), AnalysisError> {
    if range.contains(&value) {
        Ok(())
    } else {
        Err(AnalysisError::BadOption {
            option,
            allowed,
            value,
        })
    }
}

/// Checks coordinates to start from: finite, `[n, dimensions]`.
pub(crate) fn check_start(start: &[f32], n: usize, dimensions: usize) -> Result<(), AnalysisError> {
    let start = Vectors::from_flat(start.to_vec(), dimensions)?;
    if start.len() == n {
        Ok(())
    } else {
        Err(AnalysisError::Mismatch {
            what: "points to start from",
            expected: n,
            found: start.len(),
        })
    }
}

/// Uniform random numbers, the same on every machine.
#[derive(Debug, Clone)]
pub(crate) struct Random(oorandom::Rand32);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        // Seeds that differ by little should not give similar sequences (SplitMix64's finaliser).
        let mut state = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Self(oorandom::Rand32::new(state ^ (state >> 31)))
    }

    /// A number below `bound`, which must be below 2³².
    #[inline]
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        ((u64::from(self.0.rand_u32()) * bound as u64) >> 32) as usize
    }

    /// A number from −1 to 1.
    #[inline]
    pub(crate) fn signed(&mut self) -> f32 {
        self.0.rand_float() * 2.0 - 1.0
    }
}
