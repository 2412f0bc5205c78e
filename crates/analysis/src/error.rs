//! What can be wrong with an input.

use thiserror::Error;

/// Why an analysis refused its input.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum AnalysisError {
    /// Vectors of zero dimensions.
    #[error("vectors must have at least one dimension")]
    NoDimensions,
    /// A flat buffer that does not hold a whole number of vectors.
    #[error("{length} numbers do not divide into vectors of {dimensions} dimensions")]
    WrongLength {
        /// Count of numbers in the buffer.
        length: usize,
        /// Dimensions that each vector should have.
        dimensions: usize,
    },
    /// A vector whose dimensions differ from those of the others.
    #[error("a vector has {found} dimensions where {expected} are needed")]
    WrongDimensions {
        /// Dimensions of the other vectors.
        expected: usize,
        /// Dimensions of the vector given.
        found: usize,
    },
    /// A component that is NaN or infinite.
    #[error("vector {row} is not finite: its component {column} is {value}")]
    NotFinite {
        /// The vector, counted from 0.
        row: usize,
        /// The component, counted from 0.
        column: usize,
        /// NaN or an infinity.
        value: f32,
    },
    /// A component too large for products in f32 to stay finite.
    #[error("vector {row} is too large: its component {column} is {value}, the limit is ±1e15")]
    TooLarge {
        /// The vector, counted from 0.
        row: usize,
        /// The component, counted from 0.
        column: usize,
        /// The component's value.
        value: f32,
    },
    /// An index beyond the last vector.
    #[error("there is no vector {row}: there are {rows}, counted from 0")]
    NoSuchRow {
        /// The index asked for.
        row: usize,
        /// Count of vectors.
        rows: usize,
    },
    /// More vectors than this analysis can hold in memory.
    #[error("{what} takes at most {limit} vectors, not {rows}")]
    TooMany {
        /// The analysis.
        what: &'static str,
        /// Count of vectors given.
        rows: usize,
        /// Count of vectors it can take.
        limit: usize,
    },
    /// Things that belong together and differ in number.
    #[error("{found} {what} where {expected} are needed")]
    Mismatch {
        /// What there is a wrong number of.
        what: &'static str,
        /// How many there should be.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// An option outside its range.
    #[error("{option} must be {allowed}, not {value}")]
    BadOption {
        /// The option.
        option: &'static str,
        /// What it may be.
        allowed: &'static str,
        /// What it was.
        value: f64,
    },
    /// A set that must have something in it.
    #[error("the {set} is empty: it needs at least one text")]
    EmptySet {
        /// What the set is for.
        set: &'static str,
    },
    /// The two ends of an axis lie at the same place.
    #[error(
        "the start and the end of the axis have the same middle: there is no direction between them"
    )]
    SameMiddle,
}
