//! Values by which near pairs can be told from others, a block at a time, and how far off they are.
//!
//! A *value* grows with nearness: the cosine, the dot product, or half the negative squared
//! distance. There are three ways to many of them:
//!
//! - 8-bit integers, for the cosine and for unit vectors: the fastest, off by 0.02 to 0.03;
//! - 16-bit integers ([`Units`]), for the same where 8 bits don't tell enough: off by at most 6e-4
//!   at 384 dimensions;
//! - f32, for everything else.
//!
//! None is taken on trust: with each block comes a bound of its error, by Cauchy–Schwarz from what
//! rounding took off each vector, and what may be a neighbour within it is scored again.

use std::ops::Range;

use semblance_kernels::{
    LinearInt8, MatmulWorkspace, Precision, Quantized, matmul_transposed, quantize_weights,
};

use crate::Vectors;
use crate::metric::{Metric, euclidean};
use crate::units::Units;
use crate::vectors::MIN_NORM;

/// Rows and columns of a block: operands and values stay in the level-2 cache at some hundred
/// dimensions.
pub(crate) const BLOCK: usize = 128;

/// Norms this near 1 let the products of unit vectors stand for those of the vectors.
const UNIT_TOLERANCE: f32 = 1e-4;

/// Unit roundoff of f32.
const ROUNDING: f32 = f32::EPSILON / 2.0;

/// The values of a block of pairs.
#[derive(Debug, Clone, Default)]
pub(crate) struct Block {
    /// `[rows, columns]`.
    pub(crate) values: Vec<f32>,
    /// `[rows]`: how far any value of the row may be off.
    pub(crate) row_slack: Vec<f32>,
    /// `[columns]`: how far any value of the column may be off.
    pub(crate) column_slack: Vec<f32>,
}

/// A way to get values.
#[derive(Debug, Clone)]
pub(crate) struct Products {
    metric: Metric,
    /// What the metric's own value of unit vectors may differ from their cosine, and its rounding.
    shift: f32,
    kind: Kind,
}

#[derive(Debug, Clone)]
enum Kind {
    Bytes(Box<Bytes>),
    Words(Units),
    Floats(MatmulWorkspace),
}

impl Products {
    pub(crate) fn new(vectors: &Vectors, metric: Metric) -> Self {
        let off = |norm: &f32| (norm - 1.0).abs();
        let tolerance = vectors.norms().iter().map(off).fold(0.0, f32::max);
        let units = metric == Metric::Cosine || tolerance <= UNIT_TOLERANCE;
        let rounding = (vectors.dimensions() as f32 + 32.0) * ROUNDING;
        let shift = match metric {
            Metric::Cosine => rounding,
            Metric::Euclidean | Metric::Dot => rounding + 4.0 * tolerance,
        };
        let kind = if units {
            Kind::Bytes(Box::default())
        } else {
            Kind::Floats(MatmulWorkspace::default())
        };
        Self {
            metric,
            shift,
            kind,
        }
    }

    /// Whether there is a more exact way, for [`Products::sharpen`].
    pub(crate) fn are_coarse(&self) -> bool {
        matches!(self.kind, Kind::Bytes(_))
    }

    /// Goes over from 8 bits to 16.
    pub(crate) fn sharpen(&mut self, vectors: &Vectors) {
        if self.are_coarse() {
            self.kind = Kind::Words(Units::new(vectors));
        }
    }

    /// The value that stands for a value of the metric.
    pub(crate) fn value_of(&self, score: f32) -> f32 {
        match (self.metric, &self.kind) {
            (Metric::Cosine | Metric::Dot, _) => score,
            (Metric::Euclidean, Kind::Floats(_)) => -0.5 * score * score,
            (Metric::Euclidean, _) => 1.0 - 0.5 * score * score,
        }
    }

    /// Works out a block; `columns` begin at a multiple of [`BLOCK`] and are as many, unless they
    /// are the last, and the first block of columns of all comes with each for the first time.
    pub(crate) fn run(
        &mut self,
        vectors: &Vectors,
        rows: Range<usize>,
        columns: Range<usize>,
        block: &mut Block,
    ) {
        block.values.resize(rows.len() * columns.len(), 0.0);
        block.row_slack.clear();
        block.column_slack.clear();
        match &mut self.kind {
            Kind::Bytes(bytes) => bytes.run(vectors, rows, columns, self.shift, block),
            Kind::Words(units) => {
                let slack = units.error() + self.shift;
                units.cosines(rows.clone(), columns.clone(), &mut block.values);
                block.row_slack.resize(rows.len(), slack);
                block.column_slack.resize(columns.len(), slack);
            }
            Kind::Floats(workspace) => {
                floats(vectors, self.metric, rows, columns, workspace, block);
            }
        }
    }
}

/// Unit vectors in 8 bits: those at hand as activations, all as weights.
#[derive(Debug, Clone, Default)]
struct Bytes {
    rows: Range<usize>,
    activations: Quantized,
    /// Of each row, what rounding took off it.
    errors: Vec<f32>,
    columns: Vec<Columns>,
    scaled: Vec<f32>,
    rounded: Vec<f32>,
}

#[derive(Debug, Clone)]
struct Columns {
    weights: LinearInt8,
    /// Of each column, what rounding took off it.
    errors: Vec<f32>,
}

impl Bytes {
    fn run(
        &mut self,
        vectors: &Vectors,
        rows: Range<usize>,
        columns: Range<usize>,
        shift: f32,
        block: &mut Block,
    ) {
        if self.rows != rows {
            self.quantize(vectors, rows.clone());
        }
        let at = columns.start / BLOCK;
        while self.columns.len() <= at {
            let start = self.columns.len() * BLOCK;
            self.pack(vectors, start..(start + BLOCK).min(vectors.len()));
        }
        let Some(columns) = self.columns.get(at) else {
            return;
        };
        columns
            .weights
            .forward(&self.activations, &mut block.values);
        // x·y − x̂·ŷ = (x − x̂)·ŷ + x·(y − ŷ), where x and y have length 1.
        let largest = |errors: &[f32]| errors.iter().copied().fold(0.0, f32::max);
        let (row, column) = (largest(&self.errors), largest(&columns.errors));
        let bound = |row: f32, column: f32| row * (1.0 + column) + column + shift;
        let rows = self.errors.iter().map(|&row| bound(row, column));
        block.row_slack.extend(rows);
        let columns = columns.errors.iter().map(|&column| bound(row, column));
        block.column_slack.extend(columns);
    }

    fn quantize(&mut self, vectors: &Vectors, rows: Range<usize>) {
        self.scale(vectors, rows.clone());
        let d = vectors.dimensions();
        self.activations
            .quantize(&self.scaled, d, Precision::Narrow, None);
        self.errors.clear();
        for (row, unit) in self.scaled.chunks_exact(d).enumerate() {
            self.rounded.resize(d, 0.0);
            self.activations.values(row, &mut self.rounded);
            // The kernel's own arithmetic, whose parts are larger than their sum: each component
            // is at most 1, and so are the steps' range and offset.
            let largest = unit
                .iter()
                .fold(0f32, |a, x| if x.abs() > a { x.abs() } else { a });
            let arithmetic = 4e-6 * largest * (d as f32).sqrt();
            self.errors.push(distance(unit, &self.rounded) + arithmetic);
        }
        self.rows = rows;
    }

    fn pack(&mut self, vectors: &Vectors, columns: Range<usize>) {
        self.scale(vectors, columns.clone());
        let (count, d) = (columns.len(), vectors.dimensions());
        let packed = quantize_weights(&self.scaled, count, d).and_then(|(integers, scales)| {
            let weights = LinearInt8::new(&integers, &scales, None, count, d)?;
            let rows = integers.chunks_exact(d).zip(&scales);
            let errors = rows.zip(self.scaled.chunks_exact(d));
            let errors = errors.map(|((integers, scale), unit)| {
                self.rounded.clear();
                let values = integers.iter().map(|&x| f32::from(x) * scale);
                self.rounded.extend(values);
                distance(unit, &self.rounded)
            });
            Ok(Columns {
                errors: errors.collect(),
                weights,
            })
        });
        debug_assert!(
            packed.is_ok(),
            "there are columns, and they have dimensions"
        );
        self.columns.extend(packed);
    }

    /// Some vectors at length 1; zero vectors stay zero.
    fn scale(&mut self, vectors: &Vectors, range: Range<usize>) {
        self.scaled.clear();
        for i in range {
            let norm = vectors.norm(i);
            let scale = if norm < MIN_NORM { 0.0 } else { 1.0 / norm };
            self.scaled.extend(vectors.row(i).iter().map(|x| x * scale));
        }
    }
}

/// Euclidean distance, rounded up.
fn distance(a: &[f32], b: &[f32]) -> f32 {
    euclidean(a, b) * 1.001 + 1e-6
}

fn floats(
    vectors: &Vectors,
    metric: Metric,
    rows: Range<usize>,
    columns: Range<usize>,
    workspace: &mut MatmulWorkspace,
    block: &mut Block,
) {
    let d = vectors.dimensions();
    let flat = |range: &Range<usize>| &vectors.as_flat()[range.start * d..range.end * d];
    let sizes = (rows.len(), columns.len(), d);
    let values = &mut block.values;
    matmul_transposed(flat(&rows), flat(&columns), sizes, values, workspace);
    let (a, b) = (&vectors.norms()[rows], &vectors.norms()[columns]);
    if metric == Metric::Euclidean {
        for (row, a) in values.chunks_exact_mut(b.len()).zip(a) {
            row.iter_mut()
                .zip(b)
                .for_each(|(x, b)| *x -= 0.5 * (a * a + b * b));
        }
    }
    // The bound of the kernel and that of the metric, both with some room.
    let (product, squares) = (
        (1.3 * d as f32 + 16.0) * 2.0 * ROUNDING,
        (0.5 * d as f32 + 16.0) * ROUNDING,
    );
    let bound = |a: f32, b: f32| match metric {
        Metric::Euclidean => product * a * b + squares * (a * a + b * b),
        Metric::Cosine | Metric::Dot => product * a * b,
    };
    let largest = |norms: &[f32]| norms.iter().copied().fold(0.0, f32::max);
    let (most_a, most_b) = (largest(a), largest(b));
    block.row_slack.extend(a.iter().map(|&a| bound(a, most_b)));
    block
        .column_slack
        .extend(b.iter().map(|&b| bound(most_a, b)));
}
