//! What can be wrong with weights.

use std::fmt;

/// Weights that don't fit their shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShapeError {
    /// A layer without inputs or without outputs.
    Empty,
    /// Something is not as long as its shape says.
    Length {
        /// What it is.
        what: &'static str,
        /// The length that it should have.
        expected: usize,
        /// The length that it has.
        found: usize,
    },
    /// So many inputs that sums of their products would not fit 32 bits.
    TooManyInputs {
        /// The inputs of the layer.
        inputs: usize,
    },
}

impl ShapeError {
    pub(crate) fn check(what: &'static str, expected: usize, found: usize) -> Result<(), Self> {
        if expected == found {
            return Ok(());
        }
        Err(Self::Length {
            what,
            expected,
            found,
        })
    }
}

impl fmt::Display for ShapeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(f, "a layer needs at least one input and one output"),
            Self::Length {
                what,
                expected,
                found,
            } => write!(f, "{what}: {found} values where the shape has {expected}"),
            Self::TooManyInputs { inputs } => {
                write!(f, "{inputs} inputs: at most 131072 can be summed exactly")
            }
        }
    }
}

impl std::error::Error for ShapeError {}
