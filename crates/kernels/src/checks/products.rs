//! Checks of the matrix products and attention.

use super::elementwise::integers;
use super::{Outcome, close, same_bits, values};
use crate::attention::{AttentionShape, AttentionWorkspace, DistanceBias, attention_with};
use crate::finish::{Add, Gelu, GeluNear, Set};
use crate::float::{LinearF32, MatmulWorkspace, matmul_transposed};
use crate::int8::{
    DotKernel, LinearInt8, Rows, Tiles, byte_eights, byte_fours, quantize_weights, set_dot_kernel,
    weights_fit,
};
use crate::lanes::{Dots, Native, Portable, PortableDots, Reading, probe};
use crate::norm::LayerNorm;
use crate::quantized::{Precision, Quantized};
use crate::vector::gelu;

/// Rows, outputs, inputs.
const SHAPES: [(usize, usize, usize); 16] = [
    (1, 1, 1),
    (2, 7, 31),
    (3, 8, 32),
    (4, 9, 33),
    (5, 16, 7),
    (6, 15, 8),
    (7, 17, 9),
    (8, 1, 384),
    (9, 8, 40),
    (1, 384, 384),
    (4, 24, 1536),
    (33, 8, 16),
    (67, 10, 25),
    (2, 1536, 31),
    (65, 33, 12),
    (3, 5, 4096),
];

/// Weights as large as they may be, in the worst signs, and random ones.
fn weights(kind: usize, outputs: usize, inputs: usize) -> Vec<i8> {
    let count = outputs * inputs;
    // The same in every sixteen.
    let sixteens = |parts: [[i8; 4]; 4]| {
        let one = move |i| parts.as_flattened()[i % inputs % 16];
        (0..count).map(one).collect()
    };
    match kind {
        0 => vec![-16; count],
        1 => vec![16; count],
        2 => sixteens([[127, 1, 0, 0], [0, 0, 127, 0], [0; 4], [0, 0, 0, 1]]),
        3 => sixteens([
            [-128, 0, 127, 0],
            [0, 127, 0, -128],
            [1, 0, 0, 0],
            [0, 0, 1, 0],
        ]),
        _ => values(10 + kind as u64, count)
            .iter()
            .map(|x| (x * 16.9) as i8)
            .collect(),
    }
}

/// The sums in exact arithmetic.
fn exact_sums(x: &Quantized, weights: &[i8], outputs: usize) -> Vec<i64> {
    let inputs = x.features();
    (0..x.rows())
        .flat_map(|row| {
            let integers = integers(x, row);
            (0..outputs)
                .map(|output| {
                    let weights = &weights[output * inputs..][..inputs];
                    integers
                        .iter()
                        .zip(weights)
                        .map(|(&x, &w)| x * i64::from(w))
                        .sum::<i64>()
                })
                .collect::<Vec<_>>()
        })
        .collect()
}

/// Runs `check` with each kernel that narrow rows may use.
fn with_each_kernel(check: impl Fn() -> Outcome) -> Outcome {
    for kernel in [DotKernel::Fours, DotKernel::Eights] {
        set_dot_kernel(kernel);
        check().map_err(|wrong| format!("{kernel:?}: {wrong}"))?;
    }
    Ok(())
}

pub(super) fn int8_sums_are_exact<L: Tiles>() -> Outcome {
    with_each_kernel(|| {
        for (rows, outputs, inputs) in SHAPES {
            for kind in 0..5 {
                let weights = weights(kind, outputs, inputs);
                let linear = LinearInt8::new(&weights, &vec![1.0; outputs], None, outputs, inputs)
                    .map_err(|e| e.to_string())?;
                for precision in [Precision::Narrow, Precision::Wide] {
                    let mut x = values(20, rows * inputs);
                    // The far ends of the range, everywhere in one row.
                    x[..inputs].fill(1.0);
                    x[0] = -1.0;
                    let mut quantized = Quantized::new();
                    quantized.quantize_with::<L>(&x, inputs, precision, None);
                    let expected = exact_sums(&quantized, &weights, outputs);
                    // With a scale of 1 and no offset, the output is the sum rounded to f32.
                    quantized.scales.fill(1.0);
                    quantized.offsets.fill(0.0);
                    let mut out = vec![f32::NAN; rows * outputs];
                    linear.rows::<L, Set>(&quantized, 0..rows, &mut out, outputs);
                    for (i, (&found, &expected)) in out.iter().zip(&expected).enumerate() {
                        if found != expected as f32 {
                            return Err(format!(
                                "{precision:?}, weights {kind}, {rows}×{inputs}→{outputs}, \
                                 value {i}: {found}, not {expected}"
                            ));
                        }
                    }
                }
            }
        }
        Ok(())
    })
}

/// The loops over bytes sum exactly, whichever way bytes are read.
pub(super) fn byte_tiles_are_exact() -> Outcome {
    byte_tiles::<PortableDots<false>>(Reading::Unsigned)?;
    byte_tiles::<PortableDots<true>>(Reading::Signed)
}

fn byte_tiles<D: Dots<Lanes = Portable>>(reading: Reading) -> Outcome {
    if probe::<D>() != Some(reading) {
        return Err(format!("the probe found {:?}", probe::<D>()));
    }
    for steps in [2, 4, 48] {
        for kind in 0..5 {
            let weights = weights(kind, 8, 8 * steps);
            let linear = LinearInt8::new(&weights, &[1.0; 8], None, 8, 8 * steps)
                .map_err(|e| e.to_string())?;
            // Two groups of three rows; the first row and the second are at the ends of the range.
            let x = |r: usize, i: usize| match r {
                0 => 255,
                1 => 0,
                _ => (i * 31 + r * 63) as u8 | 64,
            };
            let values: Vec<[u8; 8]> = (0..6 * steps)
                .map(|i| std::array::from_fn(|j| x(i / steps, i % steps * 8 + j) ^ reading.flip()))
                .collect();
            let found = [byte_fours::<D, 3>, byte_eights::<D, 3>].map(|kernel| {
                let mut sums = [[[0; 4]; 2]; 6];
                kernel(linear.steps(), Rows::new(&values, steps), &mut sums);
                sums
            });
            for (r, channel) in (0..6).flat_map(|r| (0..8).map(move |channel| (r, channel))) {
                let weights = &weights[channel * 8 * steps..][..8 * steps];
                let products = weights.iter().enumerate().map(|(i, &w)| {
                    let read = i32::from(x(r, i)) - i32::from(reading.flip());
                    read * i32::from(w)
                });
                let expected: i32 = products.sum();
                for sums in &found {
                    let found = sums[r].as_flattened()[channel];
                    if found != expected {
                        return Err(format!(
                            "{reading:?}, weights {kind}: {found}, not {expected}"
                        ));
                    }
                }
            }
        }
    }
    Ok(())
}

/// The relaxed twin multiplies bytes on this machine, and the others don't.
pub(super) fn bytes_have_a_reading() -> Outcome {
    use crate::lanes::Lanes;
    match (Native::BYTES, Native::reading()) {
        (true, None) => Err("bytes are read in neither way".to_owned()),
        (false, Some(_)) => Err("a twin without bytes reads them".to_owned()),
        _ => Ok(()),
    }
}

/// Weights that don't fit the kernels keep their values, give or take half of their new scale.
pub(super) fn large_weights_are_made_to_fit() -> Outcome {
    let inputs = 21;
    for weights in [
        vec![-128; inputs],
        vec![127; inputs],
        values(70, inputs)
            .iter()
            .map(|x| (x * 127.9) as i8)
            .collect(),
    ] {
        if weights_fit(&weights) {
            return Err("these weights are not large".to_owned());
        }
        let linear =
            LinearInt8::new(&weights, &[0.5], None, 1, inputs).map_err(|e| e.to_string())?;
        for (i, &weight) in weights.iter().enumerate() {
            let mut one = vec![0.0; inputs];
            one[i] = 1.0;
            let mut x = Quantized::new();
            x.quantize(&one, inputs, Precision::Wide, None);
            let mut out = [0.0];
            linear.forward(&x, &mut out);
            // At most 8 · 128 became 124.
            close("a large weight", out[0], 0.5 * f64::from(weight), 0.5 * 4.2)?;
        }
    }
    Ok(())
}

/// Some outputs of a layer, as a layer of their own.
pub(super) fn parts_give_what_the_whole_gives() -> Outcome {
    let failed = |error: crate::ShapeError| error.to_string();
    for (rows, outputs, inputs) in SHAPES {
        let (x, w) = (values(81, rows * inputs), values(82, outputs * inputs));
        let bias = values(83, outputs);
        let float = LinearF32::new(&w, Some(&bias), outputs, inputs).map_err(failed)?;
        let (w, scales) = quantize_weights(&w, outputs, inputs).map_err(failed)?;
        let int8 = LinearInt8::new(&w, &scales, Some(&bias), outputs, inputs).map_err(failed)?;
        let mut quantized = Quantized::new();
        quantized.quantize(&x, inputs, Precision::Narrow, None);
        let range = outputs / 3..outputs - outputs / 4;
        let mut whole = vec![0.0; rows * outputs];
        let mut part = vec![0.0; rows * range.len()];
        let picked = |whole: &[f32]| -> Vec<f32> {
            let rows = whole.chunks_exact(outputs);
            rows.flat_map(|row| row[range.clone()].to_vec()).collect()
        };
        float.forward(&x, &mut whole);
        let some = float.part(range.clone()).map_err(failed)?;
        some.forward(&x, &mut part);
        same_bits("a part of an f32 layer", &part, &picked(&whole))?;
        int8.forward(&quantized, &mut whole);
        let some = int8.part(range.clone()).map_err(failed)?;
        some.forward(&quantized, &mut part);
        same_bits("a part of an int8 layer", &part, &picked(&whole))?;
        if float.bias() != bias || int8.bias() != bias {
            return Err("a bias is not the layer's".to_owned());
        }
    }
    Ok(())
}

pub(super) fn int8_layers_are_within_their_bound<L: Tiles>() -> Outcome {
    for (rows, outputs, inputs) in SHAPES {
        let (weights, scales) = quantize_weights(&values(21, outputs * inputs), outputs, inputs)
            .map_err(|e| e.to_string())?;
        let bias = values(22, outputs);
        let linear = LinearInt8::new(&weights, &scales, Some(&bias), outputs, inputs)
            .map_err(|e| e.to_string())?;
        if !weights.chunks_exact(inputs).all(weights_fit) {
            return Err(format!("rounded weights {outputs}×{inputs} don't fit"));
        }
        for precision in [Precision::Narrow, Precision::Wide] {
            let mut x = Quantized::new();
            x.quantize_with::<L>(&values(23, rows * inputs), inputs, precision, None);
            let sums = exact_sums(&x, &weights, outputs);
            let before = values(24, rows * outputs);
            let mut set = vec![f32::NAN; rows * outputs];
            let (mut gelu, mut add) = (set.clone(), before.clone());
            linear.rows::<L, Set>(&x, 0..rows, &mut set, outputs);
            linear.rows::<L, GeluNear>(&x, 0..rows, &mut gelu, outputs);
            linear.rows::<L, Add>(&x, 0..rows, &mut add, outputs);
            for i in 0..rows * outputs {
                let (row, output) = (i / outputs, i % outputs);
                let total: i32 = weights[output * inputs..][..inputs]
                    .iter()
                    .map(|&w| i32::from(w))
                    .sum();
                let scale = f64::from(scales[output]);
                let scaled = sums[i] as f64 * f64::from(x.scales[row]) * scale;
                let offset = f64::from(total) * f64::from(x.offsets[row]) * scale;
                let y = scaled + offset + f64::from(bias[output]);
                let size = scaled.abs() + offset.abs() + f64::from(bias[output]).abs();
                let bound = 4e-7 * size + 1e-12;
                close("int8 layer", set[i], y, bound)?;
                let sum = y + f64::from(before[i]);
                close("int8 layer added", add[i], sum, bound + 1e-7 * sum.abs())?;
                let mut after = [set[i]];
                super::super::vector::gelu(&mut after);
                let off = 9.1e-5 + 3e-6 * f64::from(set[i].abs());
                close("int8 layer with GELU", gelu[i], after[0].into(), off)?;
            }
        }
    }
    Ok(())
}

pub(super) fn int8_rows_do_not_depend_on_their_batch<L: Tiles>() -> Outcome {
    with_each_kernel(|| {
        let (rows, outputs, inputs) = (38, 21, 70);
        let (weights, scales) = quantize_weights(&values(25, outputs * inputs), outputs, inputs)
            .map_err(|e| e.to_string())?;
        let linear = LinearInt8::new(&weights, &scales, Some(&scales), outputs, inputs)
            .map_err(|e| e.to_string())?;
        let values = values(26, rows * inputs);
        for precision in [Precision::Narrow, Precision::Wide] {
            let run = |rows: std::ops::Range<usize>| {
                let mut x = Quantized::new();
                let part = &values[rows.start * inputs..rows.end * inputs];
                x.quantize_with::<L>(part, inputs, precision, None);
                let mut out = vec![0.0; rows.len() * outputs];
                linear.rows::<L, GeluNear>(&x, 0..rows.len(), &mut out, outputs);
                out
            };
            let all = run(0..rows);
            for count in 1..=9 {
                for start in [0, 1, 6, rows - count] {
                    let expected = &all[start * outputs..(start + count) * outputs];
                    same_bits("part of a batch", &run(start..start + count), expected)?;
                }
            }
        }
        Ok(())
    })
}

pub(super) fn f32_layers_are_within_their_bound<L: Tiles>() -> Outcome {
    for (rows, outputs, inputs) in SHAPES {
        let (weights, bias) = (values(30, outputs * inputs), values(31, outputs));
        let linear =
            LinearF32::new(&weights, Some(&bias), outputs, inputs).map_err(|e| e.to_string())?;
        let x = values(32, rows * inputs);
        let before = values(33, rows * outputs);
        let mut set = vec![f32::NAN; rows * outputs];
        let (mut with_gelu, mut add) = (set.clone(), before.clone());
        linear.rows::<L, Set>((&x, inputs), (&mut set, outputs));
        linear.rows::<L, Gelu>((&x, inputs), (&mut with_gelu, outputs));
        linear.rows::<L, Add>((&x, inputs), (&mut add, outputs));
        for i in 0..rows * outputs {
            let (row, output) = (i / outputs, i % outputs);
            let products = || {
                let x = &x[row * inputs..][..inputs];
                let weights = &weights[output * inputs..][..inputs];
                x.iter()
                    .zip(weights)
                    .map(|(&x, &w)| f64::from(x) * f64::from(w))
            };
            let bias = f64::from(bias[output]);
            let size = products().map(f64::abs).sum::<f64>() + bias.abs();
            let bound = 6e-8 * inputs as f64 * size + 1e-7;
            let y = products().sum::<f64>() + bias;
            close("f32 layer", set[i], y, bound)?;
            close(
                "f32 layer added",
                add[i],
                y + f64::from(before[i]),
                bound + 2e-7,
            )?;
            let mut after = [set[i]];
            gelu(&mut after);
            let off = 6e-7 * f64::from(set[i].abs().max(1.0));
            close("f32 layer with GELU", with_gelu[i], after[0].into(), off)?;
        }
    }
    Ok(())
}

pub(super) fn f32_rows_do_not_depend_on_their_batch<L: Tiles>() -> Outcome {
    let (rows, outputs, inputs) = (38, 21, 70);
    let weights = values(34, outputs * inputs);
    let linear = LinearF32::new(&weights, None, outputs, inputs).map_err(|e| e.to_string())?;
    let x = values(35, rows * inputs);
    let mut all = vec![0.0; rows * outputs];
    linear.rows::<L, Set>((&x, inputs), (&mut all, outputs));
    for count in 1..=9 {
        for start in [0, 1, 6, rows - count] {
            let mut out = vec![0.0; count * outputs];
            let part = &x[start * inputs..][..count * inputs];
            linear.rows::<L, Set>((part, inputs), (&mut out, outputs));
            let expected = &all[start * outputs..(start + count) * outputs];
            same_bits("part of a batch", &out, expected)?;
        }
    }
    Ok(())
}

pub(super) fn attention_is_within_its_bound<L: Tiles>() -> Outcome {
    let mut workspace = AttentionWorkspace::default();
    for (tokens, heads, size) in [
        (1, 1, 1),
        (2, 3, 5),
        (7, 2, 32),
        (8, 1, 64),
        (9, 2, 33),
        (16, 12, 32),
        (131, 2, 8),
        (512, 1, 32),
    ] {
        let shape = AttentionShape::new(heads, size);
        let hidden = heads * size;
        let qkv: Vec<f32> = values(40, tokens * 3 * hidden)
            .iter()
            .map(|x| x * 5.0)
            .collect();
        // Longer texts than this one may come.
        let reach = tokens + 3;
        let bias = values(41, heads * (2 * reach - 1));
        let bias = DistanceBias {
            values: &bias,
            reach,
        };
        for bias in [None, Some(bias)] {
            let mut out = vec![f32::NAN; tokens * hidden];
            attention_with::<L, false>(&qkv, 0..tokens, shape, bias, &mut out, &mut workspace);
            let mut near = out.clone();
            attention_with::<L, true>(&qkv, 0..tokens, shape, bias, &mut near, &mut workspace);
            queries_alone_give_the_same::<L>(&qkv, shape, bias, &out)?;
            let at = |token: usize, part: usize, head: usize, i: usize| {
                f64::from(qkv[token * 3 * hidden + part * hidden + head * size + i])
            };
            for head in 0..heads {
                for query in 0..tokens {
                    let scores: Vec<f64> = (0..tokens)
                        .map(|key| {
                            let product = |i| at(query, 0, head, i) * at(key, 1, head, i);
                            let bias = bias.map_or(0.0, |bias| {
                                let distance = key + reach - 1 - query;
                                f64::from(bias.values[head * (2 * reach - 1) + distance])
                            });
                            (0..size).map(product).sum::<f64>() * f64::from(shape.scale) + bias
                        })
                        .collect();
                    let most = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                    let shares: Vec<f64> = scores.iter().map(|s| (s - most).exp()).collect();
                    let total: f64 = shares.iter().sum();
                    for i in 0..size {
                        let expected = shares
                            .iter()
                            .enumerate()
                            .map(|(key, share)| share / total * at(key, 2, head, i))
                            .sum();
                        let found = out[query * hidden + head * size + i];
                        close(&format!("attention over {tokens}"), found, expected, 5e-5)?;
                        // A share may be off by 2e-4, and the shares sum to 1; values are below 5.
                        let found = near[query * hidden + head * size + i];
                        close(&format!("near over {tokens}"), found, expected, 1e-3)?;
                    }
                }
            }
        }
    }
    attention_with::<L, false>(
        &[],
        0..0,
        AttentionShape::new(2, 4),
        None,
        &mut [],
        &mut workspace,
    );
    Ok(())
}

/// Some of the queries give what all do, bit for bit, and the others' aren't read.
fn queries_alone_give_the_same<L: Tiles>(
    qkv: &[f32],
    shape: AttentionShape,
    bias: Option<DistanceBias<'_>>,
    all: &[f32],
) -> Outcome {
    let hidden = shape.heads * shape.head_size;
    let tokens = all.len() / hidden;
    for queries in [0..tokens / 3, tokens / 3..tokens, tokens - 1..tokens, 1..1] {
        let mut qkv = qkv.to_vec();
        for (token, row) in qkv.chunks_exact_mut(3 * hidden).enumerate() {
            if !queries.contains(&token) {
                row[..hidden].fill(f32::NAN);
            }
        }
        let mut some = vec![f32::NAN; queries.len() * hidden];
        let mut workspace = AttentionWorkspace::default();
        attention_with::<L, false>(
            &qkv,
            queries.clone(),
            shape,
            bias,
            &mut some,
            &mut workspace,
        );
        let expected = &all[queries.start * hidden..queries.end * hidden];
        let bits = |x: &[f32]| x.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        if bits(&some) != bits(expected) {
            return Err(format!("queries {queries:?} of {tokens} differ"));
        }
    }
    Ok(())
}

/// The fused layers give what the public parts give one after the other, bit for bit.
pub(super) fn fused_layers_equal_their_parts() -> Outcome {
    let (mut scratch, mut next, mut parts) = (Vec::new(), Quantized::new(), Quantized::new());
    for (rows, outputs, inputs) in SHAPES {
        let (weights, scales) = quantize_weights(&values(50, outputs * inputs), outputs, inputs)
            .map_err(|e| e.to_string())?;
        let bias = values(51, outputs);
        let linear = LinearInt8::new(&weights, &scales, Some(&bias), outputs, inputs)
            .map_err(|e| e.to_string())?;
        let norm = LayerNorm::new(values(52, outputs), values(53, outputs), 1e-12)
            .map_err(|e| e.to_string())?;
        let multiplier = values(54, outputs);
        for multiplier in [None, Some(&multiplier[..])] {
            for precision in [Precision::Narrow, Precision::Wide] {
                let mut x = Quantized::new();
                x.quantize(&values(55, rows * inputs), inputs, precision, None);
                let mut same = |what: &str, next: &Quantized, values: &[f32]| {
                    parts.quantize(values, outputs, precision, multiplier);
                    same_bits(what, &next.scales, &parts.scales)?;
                    same_bits(what, &next.offsets, &parts.offsets)?;
                    if next.bytes != parts.bytes || next.words != parts.words {
                        return Err(format!("{what}: integers differ"));
                    }
                    Ok(())
                };
                let mut out = vec![0.0; rows * outputs];
                linear.forward(&x, &mut out);
                linear.forward_quantize(&x, &mut next, precision, multiplier, &mut scratch);
                same("quantised", &next, &out)?;
                linear.forward_gelu(&x, &mut out);
                linear.forward_gelu_quantize(&x, &mut next, precision, multiplier, &mut scratch);
                same("GELU, quantised", &next, &out)?;
                let mut fused = values(56, rows * outputs);
                let mut apart = fused.clone();
                let into = Some((&mut next, precision, multiplier));
                linear.forward_add_norm(&x, &mut fused, &norm, into);
                linear.forward_add(&x, &mut apart);
                norm.apply(&mut apart);
                same_bits("added and normalised", &fused, &apart)?;
                same("added, normalised, quantised", &next, &apart)?;
            }
        }
    }
    Ok(())
}

/// The two layers of a feed-forward block at once give what they give one after the other, bit
/// for bit.
pub(super) fn feed_forward_equals_its_parts() -> Outcome {
    let mut scratch = Vec::new();
    for (rows, inner, size) in SHAPES {
        let linear = |seed, outputs: usize, inputs: usize| {
            let (weights, bias) = (values(seed, outputs * inputs), values(seed + 1, outputs));
            LinearF32::new(&weights, Some(&bias), outputs, inputs).map_err(|e| e.to_string())
        };
        let (up, down) = (linear(70, inner, size)?, linear(72, size, inner)?);
        let norm =
            LayerNorm::new(values(74, size), values(75, size), 1e-12).map_err(|e| e.to_string())?;
        let mut fused = values(76, rows * size);
        let mut apart = fused.clone();
        up.feed_forward(&down, &norm, &mut fused, &mut scratch);
        let mut between = vec![0.0; rows * inner];
        up.forward_gelu(&apart, &mut between);
        down.forward_add_norm(&between, &mut apart, &norm);
        same_bits("feed-forward", &fused, &apart)?;
    }
    Ok(())
}

pub(super) fn transposed_product_is_within_its_bound() -> Outcome {
    let mut workspace = MatmulWorkspace::default();
    for (m, n, k) in [
        (1, 1, 1),
        (3, 5, 7),
        (9, 17, 384),
        (40, 300, 384),
        (5, 0, 3),
        (0, 4, 2),
    ] {
        let (a, b) = (values(60, m * k), values(61, n * k));
        let mut out = vec![f32::NAN; m * n];
        matmul_transposed(&a, &b, (m, n, k), &mut out, &mut workspace);
        let mut exchanged = vec![f32::NAN; m * n];
        matmul_transposed(&b, &a, (n, m, k), &mut exchanged, &mut workspace);
        for i in 0..m * n {
            let (a, b) = (&a[i / n * k..][..k], &b[i % n * k..][..k]);
            let products = || a.iter().zip(b).map(|(&a, &b)| f64::from(a) * f64::from(b));
            let bound = 6e-8 * k as f64 * products().map(f64::abs).sum::<f64>();
            close("product", out[i], products().sum(), bound)?;
            same_bits("exchanged", &[out[i]], &[exchanged[i % n * m + i / n]])?;
        }
    }
    let mut none = [1.0; 6];
    matmul_transposed(&[], &[], (2, 3, 0), &mut none, &mut workspace);
    same_bits("no depth", &none, &[0.0; 6])
}
