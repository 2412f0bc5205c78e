//! Work to be timed: the machine's peak, single kernels, and whole layers of MiniLM's shape.

use std::hint::black_box;
use std::ops::Range;

use crate::lanes::{Lanes, Native};
use crate::{
    AttentionShape, AttentionWorkspace, DistanceBias, DotKernel, LayerNorm, LinearF32, LinearInt8,
    MatmulWorkspace, Precision, Quantized, ShapeError, attention, attention_near,
    matmul_transposed, quantize_weights, set_dot_kernel,
};

/// A piece of work.
pub struct Work {
    /// What it is.
    pub name: String,
    /// The multiply-adds of one run; 0 where that is no measure of it.
    pub multiply_adds: f64,
    /// Does it once.
    pub run: Box<dyn FnMut()>,
}

/// The inputs, outputs and heads of all-MiniLM-L6-v2.
const HIDDEN: usize = 384;
const INNER: usize = 1536;
const HEADS: usize = 12;

/// Values in −1..1 without a pattern that would matter.
fn values(count: usize) -> Vec<f32> {
    (0..count)
        .map(|i| (i.wrapping_mul(7919) % 2003) as f32 / 1001.5 - 1.0)
        .collect()
}

fn linear(outputs: usize, inputs: usize) -> Result<LinearInt8, ShapeError> {
    let (weights, scales) = quantize_weights(&values(outputs * inputs), outputs, inputs)?;
    LinearInt8::new(&weights, &scales, Some(&values(outputs)), outputs, inputs)
}

/// A whole BERT layer in int8.
struct Layer {
    qkv: LinearInt8,
    project: LinearInt8,
    up: LinearInt8,
    down: LinearInt8,
    norm: LayerNorm,
}

impl Layer {
    fn new() -> Result<Self, ShapeError> {
        Ok(Self {
            qkv: linear(3 * HIDDEN, HIDDEN)?,
            project: linear(HIDDEN, HIDDEN)?,
            up: linear(INNER, HIDDEN)?,
            down: linear(HIDDEN, INNER)?,
            norm: LayerNorm::new(values(HIDDEN), values(HIDDEN), 1e-12)?,
        })
    }
}

/// Layers over `texts` texts of `tokens` tokens, as the encoder runs them.
fn encoder(
    layers: usize,
    texts: usize,
    tokens: usize,
    precision: Precision,
) -> Result<Work, ShapeError> {
    let macs = layers * texts * tokens * HIDDEN * (4 * HIDDEN + 2 * INNER);
    let layers = (0..layers)
        .map(|_| Layer::new())
        .collect::<Result<Vec<_>, _>>()?;
    let rows = texts * tokens;
    let input = values(rows * HIDDEN);
    let mut hidden = input.clone();
    let mut fused = vec![0.0; 3 * rows * HIDDEN];
    let mut context = vec![0.0; rows * HIDDEN];
    let (mut x, mut y, mut scratch) = (Quantized::new(), Quantized::new(), Vec::new());
    let mut workspace = AttentionWorkspace::default();
    let shape = AttentionShape::new(HEADS, HIDDEN / HEADS);
    Ok(Work {
        name: format!(
            "{} layers, {texts} × {tokens} tokens, {precision:?}",
            layers.len()
        ),
        multiply_adds: macs as f64,
        run: Box::new(move || {
            hidden.copy_from_slice(&input);
            y.quantize(&hidden, HIDDEN, precision, None);
            for layer in &layers {
                layer.qkv.forward(&y, &mut fused);
                for (text, out) in fused
                    .chunks_exact(3 * tokens * HIDDEN)
                    .zip(context.chunks_exact_mut(tokens * HIDDEN))
                {
                    attention_near(text, 0..tokens, shape, None, out, &mut workspace);
                }
                x.quantize(&context, HIDDEN, precision, None);
                let next = Some((&mut y, precision, None));
                layer
                    .project
                    .forward_add_norm(&x, &mut hidden, &layer.norm, next);
                layer
                    .up
                    .forward_gelu_quantize(&y, &mut x, precision, None, &mut scratch);
                let next = Some((&mut y, precision, None));
                layer
                    .down
                    .forward_add_norm(&x, &mut hidden, &layer.norm, next);
            }
            black_box(&mut hidden);
        }),
    })
}

/// One int8 layer over `rows` tokens.
fn int8(
    rows: usize,
    outputs: usize,
    inputs: usize,
    precision: Precision,
) -> Result<Work, ShapeError> {
    let linear = linear(outputs, inputs)?;
    let mut x = Quantized::new();
    x.quantize(&values(rows * inputs), inputs, precision, None);
    let mut out = vec![0.0; rows * outputs];
    Ok(Work {
        name: format!("int8 {precision:?}, {rows} × {inputs} → {outputs}"),
        multiply_adds: (rows * outputs * inputs) as f64,
        run: Box::new(move || linear.forward(&x, black_box(&mut out))),
    })
}

/// One f32 layer over `rows` tokens.
fn f32(rows: usize, outputs: usize, inputs: usize) -> Result<Work, ShapeError> {
    let linear = LinearF32::new(&values(outputs * inputs), None, outputs, inputs)?;
    let x = values(rows * inputs);
    let mut out = vec![0.0; rows * outputs];
    Ok(Work {
        name: format!("f32, {rows} × {inputs} → {outputs}"),
        multiply_adds: (rows * outputs * inputs) as f64,
        run: Box::new(move || linear.forward(&x, black_box(&mut out))),
    })
}

/// A feed-forward block in f32 over `rows` tokens.
fn feed_forward(rows: usize) -> Result<Work, ShapeError> {
    let up = LinearF32::new(&values(INNER * HIDDEN), None, INNER, HIDDEN)?;
    let down = LinearF32::new(&values(INNER * HIDDEN), None, HIDDEN, INNER)?;
    let norm = LayerNorm::new(values(HIDDEN), values(HIDDEN), 1e-12)?;
    let (mut hidden, mut scratch) = (values(rows * HIDDEN), Vec::new());
    Ok(Work {
        name: format!("f32 feed-forward, {rows} tokens"),
        multiply_adds: (2 * rows * INNER * HIDDEN) as f64,
        run: Box::new(move || up.feed_forward(&down, &norm, black_box(&mut hidden), &mut scratch)),
    })
}

/// [`attention`] and [`attention_near`].
type Attention = fn(
    &[f32],
    Range<usize>,
    AttentionShape,
    Option<DistanceBias<'_>>,
    &mut [f32],
    &mut AttentionWorkspace,
);

/// The steps between the products, over 512 tokens.
fn steps() -> Result<Vec<Work>, ShapeError> {
    let rows = 64;
    let work = |name: &str, run: Box<dyn FnMut()>| Work {
        name: name.to_string(),
        multiply_adds: 0.0,
        run,
    };
    let mut works = Vec::new();
    let (input, mut x) = (values(rows * INNER), values(rows * INNER));
    works.push(work(
        "gelu, 64 × 1536",
        Box::new(move || {
            x.copy_from_slice(&input);
            crate::gelu(black_box(&mut x));
        }),
    ));
    let norm = LayerNorm::new(values(HIDDEN), values(HIDDEN), 1e-12)?;
    let mut x = values(rows * HIDDEN);
    works.push(work(
        "layer norm, 64 × 384",
        Box::new(move || norm.apply(black_box(&mut x))),
    ));
    for precision in [Precision::Narrow, Precision::Wide] {
        let (x, mut quantized) = (values(rows * INNER), Quantized::new());
        works.push(work(
            &format!("quantise {precision:?}, 64 × 1536"),
            Box::new(move || quantized.quantize(black_box(&x), INNER, precision, None)),
        ));
    }
    for (texts, tokens) in [(4, 16), (1, 64), (1, 256)] {
        for (name, attention) in [
            ("attention", attention as Attention),
            ("attention, near", attention_near),
        ] {
            let qkv = values(3 * texts * tokens * HIDDEN);
            let mut out = vec![0.0; texts * tokens * HIDDEN];
            let shape = AttentionShape::new(HEADS, HIDDEN / HEADS);
            let mut workspace = AttentionWorkspace::default();
            let mut one = work(
                &format!("{name}, {texts} × {tokens} tokens"),
                Box::new(move || {
                    for (text, out) in qkv
                        .chunks_exact(3 * tokens * HIDDEN)
                        .zip(out.chunks_exact_mut(tokens * HIDDEN))
                    {
                        attention(black_box(text), 0..tokens, shape, None, out, &mut workspace);
                    }
                }),
            );
            one.multiply_adds = (texts * tokens * tokens * HIDDEN * 2) as f64;
            works.push(one);
        }
    }
    let (a, b) = (values(64 * HIDDEN), values(1024 * HIDDEN));
    let mut out = vec![0.0; 64 * 1024];
    let mut workspace = MatmulWorkspace::default();
    let mut product = work(
        "a · bᵀ, 64 × 1024 × 384",
        Box::new(move || {
            let size = (64, 1024, HIDDEN);
            matmul_transposed(black_box(&a), &b, size, &mut out, &mut workspace);
        }),
    );
    product.multiply_adds = (64 * 1024 * HIDDEN) as f64;
    works.push(product);
    Ok(works)
}

/// All of it: the peaks first. Empty only if a shape in here is wrong.
pub fn all() -> Vec<Work> {
    make().unwrap_or_default()
}

fn make() -> Result<Vec<Work>, ShapeError> {
    let mut works = Vec::new();
    let kernels = if Native::BYTES {
        vec![DotKernel::Fours, DotKernel::Eights]
    } else {
        vec![DotKernel::Words]
    };
    for kernel in kernels {
        let mut on = |mut work: Work| {
            work.name = format!("{}, {kernel:?}", work.name);
            let mut run = work.run;
            work.run = Box::new(move || {
                set_dot_kernel(kernel);
                run();
            });
            works.push(work);
        };
        // One tile whose operands stay in the level-1 cache: the peak of this kernel.
        on(int8(4, 8, 384, Precision::Narrow)?);
        for (layers, texts, tokens) in [(6, 32, 16), (6, 1, 4), (6, 1, 16), (1, 4, 16), (1, 1, 256)]
        {
            on(encoder(layers, texts, tokens, Precision::Narrow)?);
        }
        for (outputs, inputs) in [(1152, 384), (384, 384), (1536, 384), (384, 1536)] {
            on(int8(64, outputs, inputs, Precision::Narrow)?);
        }
        on(int8(16, 1536, 384, Precision::Narrow)?);
        on(int8(4, 1536, 384, Precision::Narrow)?);
        on(int8(1, 1536, 384, Precision::Narrow)?);
    }
    works.push(int8(4, 8, 384, Precision::Wide)?);
    works.push(encoder(1, 4, 16, Precision::Wide)?);
    works.push(int8(64, 1536, 384, Precision::Wide)?);
    works.push(int8(64, 384, 1536, Precision::Wide)?);
    works.push(f32(4, 8, 384)?);
    works.push(f32(64, 1536, 384)?);
    works.push(f32(64, 384, 1536)?);
    works.push(feed_forward(64)?);
    works.push(feed_forward(16)?);
    works.push(f32(16, 1536, 384)?);
    works.push(f32(16, 384, 1536)?);
    works.push(f32(4, 1536, 384)?);
    works.push(f32(1, 1536, 384)?);
    works.extend(steps()?);
    Ok(works)
}
