//! Matrix product in f32 with a right operand packed in panels of 8 columns.

use std::ops::Range;

use crate::ShapeError;
use crate::finish::{self, Add, Finish, Gelu, Set};
use crate::lanes::{Lanes, Native};
use crate::math::{load8, padded};
use crate::norm::LayerNorm;

/// Rows that go through one layer and what follows it while they are hot in the cache.
const BLOCK: usize = 32;

/// Depth of weights that all rows of a block go through before the next.
///
/// Weights come from memory, and the processor fetches ahead of what is read by some lines only:
/// read a whole panel at once, and the first rows wait for all of it. So many steps are 2 KiB, on
/// which several rows spend as long as the next 2 KiB take to come.
const DEPTH: usize = 64;

/// The right operand of a product: for each panel of 8 columns the 8 values of each depth.
#[derive(Clone, Debug, Default)]
pub(crate) struct Panels {
    depth: usize,
    columns: usize,
    values: Vec<[f32; 8]>,
}

impl Panels {
    /// Packs `columns` vectors of `depth` values; vector c begins at `values[c · stride]`.
    pub(crate) fn pack_columns<L: Lanes>(
        &mut self,
        values: &[f32],
        columns: usize,
        depth: usize,
        stride: usize,
    ) {
        self.reset(depth, columns);
        for (panel, steps) in self.values.chunks_exact_mut(depth.max(1)).enumerate() {
            let column = |lane: usize| &values[(panel * 8 + lane) * stride..][..depth];
            let lanes = 8.min(columns - panel * 8);
            let (fours, _) = steps.as_chunks_mut::<4>();
            let whole = if lanes == 8 { fours.len() } else { 0 };
            for half in 0..2 * usize::from(whole > 0) {
                let columns: [&[[f32; 4]]; 4] =
                    std::array::from_fn(|i| column(4 * half + i).as_chunks::<4>().0);
                for (i, four) in fours.iter_mut().enumerate() {
                    let four_steps = L::transpose(columns.map(|column| L::load(&column[i])));
                    for (step, values) in four.iter_mut().zip(four_steps) {
                        L::store(values, &mut step.as_chunks_mut::<4>().0[half]);
                    }
                }
            }
            for lane in 0..lanes {
                for (step, &value) in steps.iter_mut().zip(column(lane)).skip(4 * whole) {
                    step[lane] = value;
                }
            }
        }
    }

    /// Packs a matrix whose row d, `columns` values, begins at `values[d · stride]`.
    pub(crate) fn pack_rows(
        &mut self,
        values: &[f32],
        columns: usize,
        depth: usize,
        stride: usize,
    ) {
        self.reset(depth, columns);
        for (panel, steps) in self.values.chunks_exact_mut(depth.max(1)).enumerate() {
            for (d, step) in steps.iter_mut().enumerate() {
                let row = &values[d * stride + panel * 8..];
                match row.first_chunk::<8>() {
                    // A whole chunk may reach into what follows the row, but only in a last
                    // panel, whose columns beyond the matrix nobody reads.
                    Some(chunk) => *step = *chunk,
                    None => step[..row.len()].copy_from_slice(row),
                }
            }
        }
    }

    /// Makes room, with zeros in the columns that fill up the last panel.
    fn reset(&mut self, depth: usize, columns: usize) {
        self.depth = depth;
        self.columns = columns;
        let size = depth * columns.div_ceil(8);
        self.values.resize(size, [0.0; 8]);
        if !columns.is_multiple_of(8) {
            self.values[size - depth..].fill([0.0; 8]);
        }
    }

    /// The product of `rows` rows of `a`, row r beginning at `a[r · stride]`, with the panels.
    ///
    /// All rows of a block take `part` steps before any takes the next.
    ///
    /// `store(row, panel, y)` gets the eight columns of each row and panel. Every sum runs over
    /// the depth in order, whatever rows and panels it is computed beside.
    #[inline(always)]
    pub(crate) fn product<L: Lanes>(
        &self,
        (a, stride): (&[f32], usize),
        rows: usize,
        part: usize,
        mut store: impl FnMut(usize, usize, [L::F; 2]),
    ) {
        if self.depth == 0 {
            return;
        }
        let mut sums = [[L::splat(0.0); 2]; BLOCK];
        for (panel, steps) in self.values.chunks_exact(self.depth).enumerate() {
            for start in (0..rows).step_by(BLOCK) {
                let sums = &mut sums[..BLOCK.min(rows - start)];
                for (i, steps) in steps.chunks(part).enumerate() {
                    let rows = (&a[start * stride + i * part..], stride);
                    panel_sums::<L>(steps, rows, i > 0, sums);
                }
                for (row, y) in (start..).zip(&*sums) {
                    store(row, panel, *y);
                }
            }
        }
    }
}

/// The products of one panel with as many rows as there are `sums`, added to these or in their
/// place.
#[inline(always)]
fn panel_sums<L: Lanes>(
    steps: &[[f32; 8]],
    (a, stride): (&[f32], usize),
    add: bool,
    sums: &mut [[L::F; 2]],
) {
    let (whole, rest) = sums.split_at_mut(sums.len() / 4 * 4);
    if !whole.is_empty() {
        groups::<L, 4>(steps, (a, stride), add, whole);
    }
    if !rest.is_empty() {
        let a = (&a[whole.len() * stride..], stride);
        match rest.len() {
            1 => groups::<L, 1>(steps, a, add, rest),
            2 => groups::<L, 2>(steps, a, add, rest),
            _ => groups::<L, 3>(steps, a, add, rest),
        }
    }
}

/// The inner loop over whole groups of `R` rows; a function of its own because V8's register
/// allocator does better on it so, and over all of them because calling it takes as long as some
/// steps.
#[inline(never)]
fn groups<L: Lanes, const R: usize>(
    steps: &[[f32; 8]],
    (a, stride): (&[f32], usize),
    add: bool,
    out: &mut [[L::F; 2]],
) {
    for (group, out) in out.as_chunks_mut::<R>().0.iter_mut().enumerate() {
        let rows: [&[f32]; R] =
            std::array::from_fn(|r| &a[(group * R + r) * stride..][..steps.len()]);
        let mut sums = [[L::splat(0.0); 2]; R];
        if add {
            sums = *out;
        }
        for (d, step) in steps.iter().enumerate() {
            let [left, right] = load8::<L>(step);
            for (sums, row) in sums.iter_mut().zip(&rows) {
                // SAFETY: `d` counts steps, and rows are cut to as many.
                let x = L::splat(unsafe { *row.get_unchecked(d) });
                sums[0] = L::mul_add(left, x, sums[0]);
                sums[1] = L::mul_add(right, x, sums[1]);
            }
        }
        *out = sums;
    }
}

/// A linear layer, `y = x · Wᵀ + b`, in f32.
///
/// Error of a value: at most inputs · 6e-8 · (Σ|xᵢwᵢ| + |b|), and in practice about √inputs
/// instead of inputs. A row's result depends on that row alone, bit for bit.
#[derive(Clone, Debug, Default)]
pub struct LinearF32 {
    panels: Panels,
    /// Filled up to whole panels.
    bias: Vec<f32>,
}

impl LinearF32 {
    /// Packs `weights`, `[outputs, inputs]`, row-major; `bias` is `[outputs]`.
    ///
    /// # Errors
    /// If a length does not fit, or the layer has no inputs or outputs.
    pub fn new(
        weights: &[f32],
        bias: Option<&[f32]>,
        outputs: usize,
        inputs: usize,
    ) -> Result<Self, ShapeError> {
        if inputs == 0 || outputs == 0 {
            return Err(ShapeError::Empty);
        }
        let size = inputs.saturating_mul(outputs);
        ShapeError::check("weights", size, weights.len())?;
        let mut linear = Self::default();
        if let Some(bias) = bias {
            ShapeError::check("bias", outputs, bias.len())?;
            linear.bias.extend(bias);
        }
        linear.bias.resize(outputs.next_multiple_of(8), 0.0);
        linear
            .panels
            .pack_columns::<Native>(weights, outputs, inputs, inputs);
        Ok(linear)
    }

    /// The features of a row that goes in.
    pub fn inputs(&self) -> usize {
        self.panels.depth
    }

    /// The features of a row that comes out.
    pub fn outputs(&self) -> usize {
        self.panels.columns
    }

    /// What is added to every row that comes out: `[outputs]`.
    pub fn bias(&self) -> &[f32] {
        &self.bias[..self.outputs()]
    }

    /// The layer that gives some of the outputs alone, each as this one does, bit for bit.
    ///
    /// # Errors
    /// If there are none.
    ///
    /// # Panics
    /// If there are no such outputs.
    pub fn part(&self, outputs: Range<usize>) -> Result<Self, ShapeError> {
        let inputs = self.inputs();
        let panels = &self.panels.values;
        let row = |output: usize| {
            let panel = &panels[output / 8 * inputs..][..inputs];
            panel.iter().map(move |step| step[output % 8])
        };
        let weights: Vec<_> = outputs.clone().flat_map(row).collect();
        let bias = &self.bias()[outputs.clone()];
        Self::new(&weights, Some(bias), outputs.len(), inputs)
    }

    /// `out = x · Wᵀ + b`: `x` is `[tokens, inputs]`, `out` `[tokens, outputs]`, row-major.
    ///
    /// # Panics
    /// If `x` is not a whole number of rows, or `out` has not as many.
    pub fn forward(&self, x: &[f32], out: &mut [f32]) {
        self.all::<Set>(x, out);
    }

    /// `out = gelu(x · Wᵀ + b)`, shapes as in [`forward`](Self::forward).
    ///
    /// # Panics
    /// As [`forward`](Self::forward).
    pub fn forward_gelu(&self, x: &[f32], out: &mut [f32]) {
        self.all::<Gelu>(x, out);
    }

    /// `hidden = hidden + x · Wᵀ + b`, shapes as in [`forward`](Self::forward).
    ///
    /// # Panics
    /// As [`forward`](Self::forward).
    pub fn forward_add(&self, x: &[f32], hidden: &mut [f32]) {
        self.all::<Add>(x, hidden);
    }

    /// `hidden = norm(hidden + x · Wᵀ + b)`, shapes as in [`forward`](Self::forward).
    ///
    /// # Panics
    /// As [`forward`](Self::forward), or if the norm has not [`outputs`](Self::outputs) features.
    pub fn forward_add_norm(&self, x: &[f32], hidden: &mut [f32], norm: &LayerNorm) {
        self.check(x, hidden);
        assert_eq!(
            norm.features(),
            self.outputs(),
            "features of the layer norm"
        );
        let (inputs, outputs) = (self.inputs(), self.outputs());
        let blocks = hidden.chunks_mut(BLOCK * outputs);
        for (x, hidden) in x.chunks(BLOCK * inputs).zip(blocks) {
            self.rows::<Native, Add>((x, inputs), (&mut *hidden, outputs));
            norm.apply(hidden);
        }
    }

    /// `hidden = norm(hidden + down(gelu(self(hidden))))`, `[tokens, features]`, row-major: what
    /// [`forward_gelu`](Self::forward_gelu) and [`forward_add_norm`](Self::forward_add_norm) give,
    /// block by block, with what lies between in the cache.
    ///
    /// `scratch` is only memory, grown where it is too small.
    ///
    /// # Panics
    /// If the shapes of the layers, of the norm or of `hidden` don't fit together.
    pub fn feed_forward(
        &self,
        down: &Self,
        norm: &LayerNorm,
        hidden: &mut [f32],
        scratch: &mut Vec<f32>,
    ) {
        let (size, inner) = (self.inputs(), self.outputs());
        assert_eq!(down.inputs(), inner, "inputs of the second layer");
        assert_eq!(down.outputs(), size, "outputs of the second layer");
        assert_eq!(norm.features(), size, "features of the layer norm");
        assert!(hidden.len().is_multiple_of(size), "rows cut short");
        let stride = padded(inner);
        let needed = BLOCK.min(hidden.len() / size) * stride;
        if scratch.len() < needed {
            scratch.resize(needed, 0.0);
        }
        for hidden in hidden.chunks_mut(BLOCK * size) {
            let between = &mut scratch[..hidden.len() / size * stride];
            self.rows::<Native, Gelu>((&*hidden, size), (&mut *between, stride));
            down.rows::<Native, Add>((&*between, stride), (&mut *hidden, size));
            norm.apply(hidden);
        }
    }

    fn all<F: Finish>(&self, x: &[f32], out: &mut [f32]) {
        self.check(x, out);
        self.rows::<Native, F>((x, self.inputs()), (out, self.outputs()));
    }

    fn check(&self, x: &[f32], out: &[f32]) {
        assert!(
            self.inputs() > 0 && x.len().is_multiple_of(self.inputs()),
            "rows cut short"
        );
        let rows = x.len() / self.inputs();
        assert_eq!(out.len(), rows * self.outputs(), "length of the output");
    }

    /// The rows of `x` into those of `out`, each with the distance between its rows, in the twin
    /// `L`.
    pub(crate) fn rows<L: Lanes, F: Finish>(
        &self,
        (x, x_stride): (&[f32], usize),
        (out, stride): (&mut [f32], usize),
    ) {
        let rows = out.len() / stride;
        // Few rows can't bridge the time.
        let part = if rows > 4 { DEPTH } else { usize::MAX };
        self.panels
            .product::<L>((x, x_stride), rows, part, |row, panel, y| {
                let (bias, _) = self.bias[panel * 8..][..8].as_chunks::<4>();
                let y = [0, 1].map(|i| L::add(y[i], L::load(&bias[i])));
                let columns = 8.min(self.outputs() - panel * 8);
                let out = &mut out[row * stride + panel * 8..][..columns];
                finish::store::<L, F>(y, out);
            });
    }
}

/// Memory for [`matmul_transposed`], kept from one use to the next.
#[derive(Clone, Debug, Default)]
pub struct MatmulWorkspace {
    panels: Panels,
}

/// `out = a · bᵀ`: `a` is `[m, k]`, `b` `[n, k]`, `out` `[m, n]`, all row-major, any sizes.
///
/// For unit vectors these are the cosine similarities of all pairs. Error of a value: at most
/// k · 6e-8 · Σ|aᵢbᵢ|. A pair's value depends on its two vectors alone, bit for bit, and is the
/// same with the two exchanged.
///
/// # Panics
/// If a length does not fit the sizes.
pub fn matmul_transposed(
    a: &[f32],
    b: &[f32],
    (m, n, k): (usize, usize, usize),
    out: &mut [f32],
    workspace: &mut MatmulWorkspace,
) {
    assert_eq!(a.len(), m * k, "length of the left operand");
    assert_eq!(b.len(), n * k, "length of the right operand");
    assert_eq!(out.len(), m * n, "length of the output");
    if k == 0 {
        out.fill(0.0);
        return;
    }
    // So many columns that their panels fill about half of a usual level-2 cache.
    let columns = (1 << 16).max(8 * k).div_euclid(k).next_multiple_of(8);
    for first in (0..n).step_by(columns) {
        let count = columns.min(n - first);
        let panels = &mut workspace.panels;
        panels.pack_columns::<Native>(&b[first * k..], count, k, k);
        for start in (0..m).step_by(BLOCK) {
            let rows = BLOCK.min(m - start);
            panels.product::<Native>((&a[start * k..], k), rows, k, |row, panel, y| {
                let width = 8.min(count - panel * 8);
                let out = &mut out[(start + row) * n + first + panel * 8..][..width];
                finish::store::<Native, Set>(y, out);
            });
        }
    }
}
