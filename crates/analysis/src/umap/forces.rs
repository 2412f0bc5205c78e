//! How hard points pull and push at each distance, in tables.

use wide::f32x4;

use super::power::power;

/// Cells of a table for each doubling of the squared distance: as many as the leading six bits of
/// its mantissa tell apart.
const OCTAVE: usize = 64;
const SHIFT: u32 = 23 - OCTAVE.trailing_zeros();

/// Exponents of the least and the greatest squared distance: 1e-7 to 1e7. Beyond them the force is
/// that at the end.
const LOW: i32 = -23;
const HIGH: i32 = 24;
const CELLS: usize = OCTAVE * (HIGH - LOW) as usize;
const FIRST: i32 = (127 + LOW) << (23 - SHIFT);

/// The forces of a map, per unit of offset (McInnes et al. 2018, section 3.2).
#[derive(Debug, Clone)]
pub(super) struct Forces {
    /// Along an edge: negative, towards the other end.
    pub(super) pull: Table,
    /// From other points.
    pub(super) push: Table,
}

/// A factor for every squared distance, in steps of 1.6 %: within 0.8 % of the formula, which is
/// little beside the luck of which points are drawn.
#[derive(Debug, Clone)]
pub(super) struct Table(Box<[f32; CELLS]>);

impl Forces {
    /// For memberships of `1 / (1 + a·x^(2b))`.
    pub(super) fn new(a: f32, b: f32) -> Self {
        let membership = |square: f32| 1.0 / (1.0 + a * raised(square, b));
        Self {
            pull: Table::new(|square| {
                -2.0 * a * b * raised(square, b) / square * membership(square)
            }),
            push: Table::new(|square| 2.0 * b / (0.001 + square) * membership(square)),
        }
    }
}

/// The same in every build, as a call to a library would not be.
fn raised(x: f32, y: f32) -> f32 {
    power(f32x4::splat(x), y).to_array()[0]
}

impl Table {
    fn new(factor: impl Fn(f32) -> f32) -> Self {
        let mut cells = Box::new([0.0; CELLS]);
        for (at, cell) in cells.iter_mut().enumerate() {
            // The middle of the cell.
            let bits = ((at as u32 + FIRST as u32) << SHIFT) + (1 << (SHIFT - 1));
            *cell = factor(f32::from_bits(bits));
        }
        Self(cells)
    }

    /// The factor at a squared distance.
    #[inline(always)]
    pub(super) fn at(&self, square: f32) -> f32 {
        let cell = (square.to_bits() >> SHIFT) as i32 - FIRST;
        self.0[cell.clamp(0, CELLS as i32 - 1) as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forces_are_within_their_bound() {
        let (a, b) = (1.577, 0.895);
        let forces = Forces::new(a, b);
        for i in -150..=160 {
            let square = 10f32.powf(i as f32 / 23.0);
            let exact = f64::from(square);
            let raised = exact.powf(f64::from(b));
            let (a, b) = (f64::from(a), f64::from(b));
            let pull = -2.0 * a * b * raised / exact / (1.0 + a * raised);
            let push = 2.0 * b / (0.001 + exact) / (1.0 + a * raised);
            for (found, exact) in [
                (forces.pull.at(square), pull),
                (forces.push.at(square), push),
            ] {
                let error = f64::from(found) / exact - 1.0;
                // The push falls with the power 1 + b of the squared distance.
                assert!(error.abs() < 0.008 * 1.9, "{square}: {found} for {exact}");
            }
        }
    }

    #[test]
    fn any_distance_has_a_force() {
        let forces = Forces::new(1.577, 0.895);
        for square in [0.0, 1e-40, 1e-20, 1e12, f32::MAX, f32::INFINITY] {
            assert!(forces.pull.at(square).is_finite() && forces.pull.at(square) < 0.0);
            assert!(forces.push.at(square).is_finite() && forces.push.at(square) > 0.0);
        }
    }
}
