//! What can go wrong.

use crate::number::shortest;

/// Why something was not drawn.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ScatterError {
    /// Coordinates have neither two nor three components a point.
    #[error("points have {0} dimensions; two or three can be drawn")]
    Dimensions(usize),
    /// The coordinates do not divide into points.
    #[error("{values} coordinates do not make points of {dimensions} dimensions")]
    Ragged {
        /// Number of values given.
        values: usize,
        /// Components a point.
        dimensions: usize,
    },
    /// A coordinate is infinite or not a number; nothing was changed.
    #[error("point {point} has the coordinate {}, which has no place on a map", shortest(*.value))]
    NotFinite {
        /// Index of the first such point.
        point: usize,
        /// Its offending coordinate.
        value: f32,
    },
    /// There is not one id a point.
    #[error("{ids} ids for {points} points")]
    Ids {
        /// Number of ids given.
        ids: usize,
        /// Number of points given.
        points: usize,
    },
    /// The browser refused something that drawing needs.
    #[error("the browser cannot draw the map: {0}")]
    Browser(String),
}
