//! Coordinates as they come, and the frame in which they are drawn.

use crate::error::ScatterError;
use crate::number::at_place;

/// How the camera follows new coordinates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Framing {
    /// Show everything, unless the person has moved the camera since the last fit.
    #[default]
    Auto,
    /// Show everything.
    Fit,
    /// Leave the camera where it is.
    Keep,
}

/// The points to draw. Their indices, from 0, are how every other call names them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Points {
    /// `[points, dimensions]`, row-major, in any unit; every value finite. The second axis points
    /// up, the third towards the viewer.
    pub coordinates: Vec<f32>,
    /// 2 or 3; ignored when there are no points.
    pub dimensions: usize,
    /// One a point, equal for the same text in successive calls: points move from where that id
    /// was. Empty: the index is the id.
    pub ids: Vec<u64>,
    /// Whether points glide to their new places. Frames that follow one another quickly are
    /// joined into one movement. Never under `prefers-reduced-motion`.
    pub animate: bool,
    /// What the camera does.
    pub framing: Framing,
}

impl Points {
    /// Points that appear at once with the whole in view.
    pub fn new(coordinates: Vec<f32>, dimensions: usize) -> Self {
        Self {
            coordinates,
            dimensions,
            ..Self::default()
        }
    }

    /// Number of points.
    ///
    /// # Errors
    /// [`ScatterError`] when the points can't be drawn, and why.
    pub fn check(&self) -> Result<usize, ScatterError> {
        let values = self.coordinates.len();
        if values == 0 && self.ids.is_empty() {
            return Ok(0);
        }
        if !(2..=3).contains(&self.dimensions) {
            return Err(ScatterError::Dimensions(self.dimensions));
        }
        if !values.is_multiple_of(self.dimensions) {
            return Err(ScatterError::Ragged {
                values,
                dimensions: self.dimensions,
            });
        }
        if let Some(at) = self.coordinates.iter().position(|v| !v.is_finite()) {
            return Err(ScatterError::NotFinite {
                point: at / self.dimensions,
                value: self.coordinates[at],
            });
        }
        let points = values / self.dimensions;
        if !self.ids.is_empty() && self.ids.len() != points {
            return Err(ScatterError::Ids {
                ids: self.ids.len(),
                points,
            });
        }
        Ok(points)
    }
}

/// The linear map from the caller's coordinates to the frame of drawing: the median of each axis
/// becomes 0, and the point farthest from it on any axis lies at 1. Taking the median keeps f32
/// precise where most points are, even with an outlier a million times as far away.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Frame {
    pub origin: [f64; 3],
    /// Length of one unit of the frame in the caller's; positive.
    pub unit: f64,
}

impl Default for Frame {
    fn default() -> Self {
        Self {
            origin: [0.0; 3],
            unit: 1.0,
        }
    }
}

impl Frame {
    /// From the caller's coordinates into the frame.
    #[inline(always)]
    pub fn inward(&self, [x, y, z]: [f64; 3]) -> [f64; 3] {
        let [ox, oy, oz] = self.origin;
        [
            (x - ox) / self.unit,
            (y - oy) / self.unit,
            (z - oz) / self.unit,
        ]
    }

    /// From the frame back to the caller's coordinates.
    pub fn outward(&self, p: [f64; 3]) -> [f64; 3] {
        std::array::from_fn(|axis| p[axis] * self.unit + self.origin[axis])
    }
}

/// Checked points in the frame of drawing.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Cloud {
    /// Place of each point in the frame; the third component is 0 in two dimensions.
    pub places: Vec<[f32; 3]>,
    /// 2 or 3.
    pub dimensions: usize,
    pub frame: Frame,
    /// Median over the points of the largest component: how far out the bulk reaches, 0 to 1.
    pub bulk: f64,
}

impl Cloud {
    /// Checks and converts.
    pub fn new(points: &Points) -> Result<Self, ScatterError> {
        let count = points.check()?;
        if count == 0 {
            return Ok(Self {
                dimensions: 2,
                ..Self::default()
            });
        }
        let dimensions = points.dimensions;
        let mut origin = [0.0; 3];
        let middle = count / 2;
        for (axis, origin) in origin.iter_mut().enumerate().take(dimensions) {
            let column = points.coordinates.iter().skip(axis).step_by(dimensions);
            let median = at_place(column.copied(), middle);
            *origin = median.map_or(0.0, |[_, median]| median.into());
        }
        let mut reaches = vec![0.0_f64; count];
        let mut farthest = 0.0_f64;
        for (reach, row) in (reaches.iter_mut()).zip(points.coordinates.chunks_exact(dimensions)) {
            for (value, origin) in row.iter().zip(origin) {
                *reach = reach.max((f64::from(*value) - origin).abs());
            }
            farthest = farthest.max(*reach);
        }
        let unit = if farthest > 0.0 { farthest } else { 1.0 };
        let frame = Frame { origin, unit };
        let mut places = vec![[0.0; 3]; count];
        for (place, row) in (places.iter_mut()).zip(points.coordinates.chunks_exact(dimensions)) {
            let z = row.get(2).map_or(0.0, |z| f64::from(*z));
            let [x, y, z] = frame.inward([row[0].into(), row[1].into(), z]);
            *place = [x as f32, y as f32, z as f32];
        }
        let bulk = at_place(reaches.iter().map(|&reach| (reach / unit) as f32), middle);
        Ok(Self {
            places,
            dimensions,
            frame,
            bulk: bulk.map_or(0.0, |[_, bulk]| bulk.into()),
        })
    }

    /// The smallest box around the points that `shown` lets through, in the frame: lowest and
    /// highest corner. `None` without points.
    pub fn bounds(&self, shown: impl Fn(usize) -> bool) -> Option<([f64; 3], [f64; 3])> {
        let mut bounds: Option<([f64; 3], [f64; 3])> = None;
        for (index, place) in self.places.iter().enumerate() {
            if !shown(index) {
                continue;
            }
            let p = place.map(f64::from);
            let (low, high) = bounds.get_or_insert((p, p));
            for axis in 0..3 {
                low[axis] = low[axis].min(p[axis]);
                high[axis] = high[axis].max(p[axis]);
            }
        }
        bounds
    }
}

impl Cloud {
    /// Largest distance of a point that `shown` lets through from the middle of its `bounds`.
    pub fn radius(&self, (low, high): ([f64; 3], [f64; 3]), shown: impl Fn(usize) -> bool) -> f64 {
        let squared = |place: &[f32; 3]| -> f64 {
            (0..3)
                .map(|axis| f64::from(place[axis]) - (low[axis] + high[axis]) / 2.0)
                .map(|d| d * d)
                .sum()
        };
        self.places
            .iter()
            .enumerate()
            .filter(|(index, _)| shown(*index))
            .map(|(_, place)| squared(place))
            .fold(0.0, f64::max)
            .sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_cannot_be_drawn() {
        let points = |coordinates: &[f32], dimensions| Points::new(coordinates.into(), dimensions);
        let cases = [
            (points(&[], 7), Ok(0)),
            (points(&[1.0, 2.0], 2), Ok(1)),
            (points(&[1.0, 2.0], 1), Err(ScatterError::Dimensions(1))),
            (points(&[1.0; 4], 4), Err(ScatterError::Dimensions(4))),
            (
                points(&[1.0; 5], 3),
                Err(ScatterError::Ragged {
                    values: 5,
                    dimensions: 3,
                }),
            ),
            (
                points(&[0.0, 0.0, 1.0, f32::INFINITY], 2),
                Err(ScatterError::NotFinite {
                    point: 1,
                    value: f32::INFINITY,
                }),
            ),
            (
                Points {
                    ids: vec![1],
                    ..points(&[0.0; 4], 2)
                },
                Err(ScatterError::Ids { ids: 1, points: 2 }),
            ),
        ];
        for (points, expected) in cases {
            assert_eq!(points.check(), expected, "{points:?}");
            assert_eq!(Cloud::new(&points).map(|c| c.places.len()), expected);
        }
        let nan = points(&[f32::NAN, 0.0], 2).check();
        assert!(matches!(nan, Err(ScatterError::NotFinite { point: 0, .. })));
    }

    #[test]
    fn frames_are_finite_for_degenerate_points() {
        for (coordinates, dimensions) in [
            (vec![5.0, 5.0], 2),
            (vec![3.0; 12], 3),
            (vec![0.0, 0.0, 0.0, 1e-30], 2),
            (vec![f32::MAX, f32::MIN, f32::MIN, f32::MAX], 2),
        ] {
            let cloud = Cloud::new(&Points::new(coordinates, dimensions)).unwrap();
            assert!(cloud.frame.unit > 0.0 && cloud.frame.unit.is_finite());
            assert!(cloud.places.iter().flatten().all(|v| v.abs() <= 1.0));
        }
    }

    #[test]
    fn an_outlier_costs_the_others_no_precision() {
        let mut coordinates: Vec<f32> = (0..200).map(|i| i as f32 / 200.0).collect();
        coordinates.extend([1e6, -1e6]);
        let cloud = Cloud::new(&Points::new(coordinates.clone(), 2)).unwrap();
        assert!(cloud.bulk < 1e-5);
        for (row, place) in coordinates.chunks_exact(2).zip(&cloud.places).take(100) {
            let back = cloud.frame.outward(place.map(f64::from));
            assert!((back[0] - f64::from(row[0])).abs() < 1e-6);
        }
    }

    #[test]
    fn bounds_leave_hidden_points_out() {
        let cloud = Cloud::new(&Points::new(vec![0.0, 0.0, 1.0, 2.0, 9.0, 9.0], 2)).unwrap();
        let all = cloud.bounds(|_| true).unwrap();
        let some = cloud.bounds(|index| index < 2).unwrap();
        assert_eq!(cloud.frame.outward(all.1)[0], 9.0);
        assert!((cloud.frame.outward(some.1)[1] - 2.0).abs() < 1e-6);
        assert_eq!(cloud.bounds(|_| false), None);
        let radius = cloud.radius(some, |index| index < 2) * cloud.frame.unit;
        assert!((radius - 1.25_f64.sqrt()).abs() < 1e-6);
    }
}
