//! The push of every point on every other, by Barnes & Hut (1986) as in van der Maaten (2014),
//! "Accelerating t-SNE using Tree-Based Algorithms".
//!
//! Points are sorted along a Morton curve; a quadtree (octree in 3-D) over them tells which cells
//! are far enough to act as one body. That is decided for all points of a leaf at once, by the
//! nearest that any could be, which only makes it more exact; the bodies then act on each point in
//! a plain loop, four at a time.

use wide::f32x4;

/// Points of a leaf, unless they share a cell of the finest grid.
const LEAF: usize = 8;
const LANES: usize = 4;

/// Cells of the finest grid along an axis: 2¹⁶.
const BITS: u32 = 16;

/// Works out pushes; keeps its memory for the next time.
#[derive(Debug, Clone)]
pub(super) struct Repulsion<const D: usize> {
    /// Points by their cells.
    order: Vec<(u64, u32)>,
    points: Vec<[f32; D]>,
    nodes: Vec<Node<D>>,
    /// Bodies that act on the leaf at hand: coordinates, and counts of points.
    bodies: [Vec<f32>; D],
    masses: Vec<f32>,
}

#[derive(Debug, Clone, Copy)]
struct Node<const D: usize> {
    centre: [f32; D],
    mass: f32,
    low: [f32; D],
    high: [f32; D],
    /// Square of the longest side.
    size: f32,
    /// Points of a leaf; empty for a fork.
    first: u32,
    count: u32,
    /// The node after this one's branches.
    skip: u32,
}

impl<const D: usize> Default for Repulsion<D> {
    fn default() -> Self {
        Self {
            order: Vec::new(),
            points: Vec::new(),
            nodes: Vec::new(),
            bodies: std::array::from_fn(|_| Vec::new()),
            masses: Vec::new(),
        }
    }
}

impl<const D: usize> Repulsion<D> {
    /// For every point the sum of `(yᵢ − yⱼ) / (1 + |yᵢ − yⱼ|²)²` over all others into `pushes`;
    /// returns the sum of `1 / (1 + |yᵢ − yⱼ|²)` over all ordered pairs. Cells whose side is below
    /// `theta` times their distance act as one; 0 makes the sums exact.
    pub(super) fn run(&mut self, points: &[[f32; D]], theta: f32, pushes: &mut [[f32; D]]) -> f64 {
        self.build(points);
        let mut total = 0.0;
        for leaf in 0..self.nodes.len() {
            let node = self.nodes[leaf];
            if node.count == 0 {
                continue;
            }
            self.gather(&node, theta * theta);
            for at in node.first..node.first + node.count {
                let (push, sum) = self.act(&self.points[at as usize]);
                pushes[self.order[at as usize].1 as usize] = push;
                // The point itself is among the bodies and pushes it nowhere.
                total += f64::from(sum) - 1.0;
            }
        }
        total
    }

    fn build(&mut self, points: &[[f32; D]]) {
        let mut low = [f32::MAX; D];
        let mut high = [f32::MIN; D];
        for point in points {
            for axis in 0..D {
                low[axis] = low[axis].min(point[axis]);
                high[axis] = high[axis].max(point[axis]);
            }
        }
        let width = (0..D)
            .map(|axis| high[axis] - low[axis])
            .fold(f32::MIN_POSITIVE, f32::max);
        let scale = ((1u32 << BITS) - 1) as f32 / width;
        // Last time's order is nearly right: the sort is then short.
        if self.order.len() != points.len() {
            self.order = (0..points.len() as u32).map(|index| (0, index)).collect();
        }
        for (code, index) in &mut self.order {
            let point = &points[*index as usize];
            *code = morton::<D>(std::array::from_fn(|axis| {
                ((point[axis] - low[axis]) * scale) as u32
            }));
        }
        self.order.sort_unstable();
        self.points.clear();
        self.points
            .extend(self.order.iter().map(|&(_, index)| points[index as usize]));
        self.nodes.clear();
        if !points.is_empty() {
            self.node(0, points.len(), BITS);
        }
    }

    /// Adds the node of a range of points that share all but the last `level` bits of each axis,
    /// and its branches after it.
    fn node(&mut self, first: usize, end: usize, level: u32) {
        let at = self.nodes.len();
        let count = end - first;
        let mut centre = [0f64; D];
        let (mut low, mut high) = ([f32::MAX; D], [f32::MIN; D]);
        for point in &self.points[first..end] {
            for axis in 0..D {
                centre[axis] += f64::from(point[axis]);
                low[axis] = low[axis].min(point[axis]);
                high[axis] = high[axis].max(point[axis]);
            }
        }
        let side = (0..D)
            .map(|axis| high[axis] - low[axis])
            .fold(0.0, f32::max);
        let leaf = count <= LEAF || level == 0;
        self.nodes.push(Node {
            centre: centre.map(|sum| (sum / count as f64) as f32),
            mass: count as f32,
            low,
            high,
            size: side * side,
            first: first as u32,
            count: if leaf { count as u32 } else { 0 },
            skip: 0,
        });
        if !leaf {
            let shift = (level - 1) * D as u32;
            let mut start = first;
            while start < end {
                let branch = self.order[start].0 >> shift;
                let length =
                    self.order[start..end].partition_point(|&(code, _)| code >> shift == branch);
                self.node(start, start + length, level - 1);
                start += length;
            }
        }
        self.nodes[at].skip = self.nodes.len() as u32;
    }

    /// Collects the bodies that act on a leaf.
    fn gather(&mut self, leaf: &Node<D>, theta_squared: f32) {
        self.bodies.iter_mut().for_each(Vec::clear);
        self.masses.clear();
        let mut at = 0;
        while let Some(node) = self.nodes.get(at) {
            let mut distance = 0.0;
            for axis in 0..D {
                let centre = node.centre[axis];
                let outside = (leaf.low[axis] - centre)
                    .max(centre - leaf.high[axis])
                    .max(0.0);
                distance += outside * outside;
            }
            if node.size < theta_squared * distance {
                for axis in 0..D {
                    self.bodies[axis].push(node.centre[axis]);
                }
                self.masses.push(node.mass);
                at = node.skip as usize;
            } else {
                for point in &self.points[node.first as usize..(node.first + node.count) as usize] {
                    for (bodies, &x) in self.bodies.iter_mut().zip(point) {
                        bodies.push(x);
                    }
                    self.masses.push(1.0);
                }
                at += 1;
            }
        }
        while !self.masses.len().is_multiple_of(LANES) {
            self.bodies.iter_mut().for_each(|axis| axis.push(0.0));
            self.masses.push(0.0);
        }
    }

    fn act(&self, point: &[f32; D]) -> ([f32; D], f32) {
        let mut pushes = [f32x4::splat(0.0); D];
        let mut sums = f32x4::splat(0.0);
        let masses = self.masses.as_chunks::<LANES>().0;
        let bodies: [_; D] =
            std::array::from_fn(|axis| &self.bodies[axis].as_chunks::<LANES>().0[..masses.len()]);
        for (at, &mass) in masses.iter().enumerate() {
            let offsets: [f32x4; D] = std::array::from_fn(|axis| {
                f32x4::splat(point[axis]) - f32x4::new(bodies[axis][at])
            });
            let square = offsets
                .iter()
                .fold(f32x4::splat(1.0), |sum, &x| sum + x * x);
            let closeness = f32x4::splat(1.0) / square;
            let weight = closeness * f32x4::new(mass);
            sums += weight;
            let push = weight * closeness;
            for (sum, &offset) in pushes.iter_mut().zip(&offsets) {
                *sum += push * offset;
            }
        }
        (pushes.map(|sum| sum.reduce_add()), sums.reduce_add())
    }
}

/// Interleaves the bits of a cell's coordinates, of [`BITS`] bits each.
fn morton<const D: usize>(cell: [u32; D]) -> u64 {
    let mut code = 0u64;
    for bit in (0..BITS).rev() {
        for coordinate in cell {
            code = code << 1 | u64::from(coordinate >> bit & 1);
        }
    }
    code
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exact<const D: usize>(points: &[[f32; D]]) -> (Vec<[f64; D]>, f64) {
        let mut total = 0.0;
        let mut pushes = vec![[0f64; D]; points.len()];
        for (i, a) in points.iter().enumerate() {
            for (_, b) in points.iter().enumerate().filter(|(j, _)| *j != i) {
                let offset: [f64; D] =
                    std::array::from_fn(|axis| f64::from(a[axis]) - f64::from(b[axis]));
                let q = 1.0 / (1.0 + offset.iter().map(|x| x * x).sum::<f64>());
                total += q;
                (0..D).for_each(|axis| pushes[i][axis] += q * q * offset[axis]);
            }
        }
        (pushes, total)
    }

    fn check<const D: usize>(points: &[[f32; D]], theta: f32, tolerance: f64) {
        let (expected, total) = exact(points);
        let mut pushes = vec![[0f32; D]; points.len()];
        let found = Repulsion::default().run(points, theta, &mut pushes);
        // Each point takes itself off a sum of at least 1, in f32.
        let rounding = 1e-7 * points.len() as f64;
        assert!(
            (found - total).abs() <= tolerance * total + rounding,
            "{found} for {total}"
        );
        let size = expected
            .iter()
            .flatten()
            .map(|x| x.abs())
            .fold(1e-9, f64::max);
        for (push, expected) in pushes.iter().zip(&expected) {
            for axis in 0..D {
                let error = (f64::from(push[axis]) - expected[axis]).abs();
                assert!(
                    error <= tolerance * size,
                    "off by {error} of {size}, {} points",
                    points.len()
                );
            }
        }
    }

    #[test]
    fn pushes_equal_the_sum_over_all_pairs() {
        let mut random = fastrand::Rng::with_seed(3);
        for n in [0, 1, 2, 7, 8, 9, 100, 500] {
            for scale in [1e-4, 1.0, 100.0] {
                let flat: Vec<[f32; 2]> = (0..n)
                    .map(|_| [(); 2].map(|()| random.f32() * scale))
                    .collect();
                let solid: Vec<[f32; 3]> = (0..n)
                    .map(|_| [(); 3].map(|()| random.f32() * scale))
                    .collect();
                check(&flat, 0.0, 1e-4);
                check(&solid, 0.0, 1e-4);
                check(&flat, 0.5, 0.05);
                check(&solid, 0.5, 0.05);
            }
        }
        check(&[[1.0f32, 2.0]; 50], 0.5, 1e-6);
    }
}
