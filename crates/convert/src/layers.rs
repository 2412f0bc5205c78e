//! Rounds the layers of a model one after the other, each by what goes into it for calibration
//! texts.

use semblance_encoder::{Activation, BertConfig, EncoderError, TextTokenizer, weights};
use semblance_kernels::{
    AttentionShape, AttentionWorkspace, LayerNorm, LinearF32, LinearInt8, Precision, Quantized,
    ShapeError, attention,
};
use weights::Weights;

use crate::fit::{self, Fit, Layer};
use crate::parallel::by_rows;
use crate::{ConvertError, Fitting, smooth, write::Output};

/// The same activations, `[tokens, channels]`, row-major, in both models.
#[derive(Clone)]
struct Twins {
    /// In the model as it was.
    original: Vec<f32>,
    /// In the one that is made of it, quantised as it will be when it runs.
    /// Empty where nothing is fitted to it.
    rounded: Vec<f32>,
}

impl Twins {
    fn one(original: Vec<f32>) -> Self {
        Self {
            original,
            rounded: Vec::new(),
        }
    }

    fn map(&self, mut f: impl FnMut(&[f32]) -> Vec<f32>) -> Self {
        Self {
            original: f(&self.original),
            rounded: match self.rounded.is_empty() {
                true => Vec::new(),
                false => f(&self.rounded),
            },
        }
    }
}

/// Calibration texts on their way through the layers of both models.
pub(crate) struct Layers<'a> {
    weights: &'a Weights<'a>,
    config: &'a BertConfig,
    /// Tokens of each text.
    lengths: Vec<usize>,
    hidden: Twins,
    fitting: Fitting,
}

impl<'a> Layers<'a> {
    /// Tokenises and embeds the calibration texts.
    pub(crate) fn new<'t>(
        weights: &'a Weights<'a>,
        config: &'a BertConfig,
        tokenizer: &[u8],
        (max_tokens, fitting): (usize, Fitting),
        texts: impl Iterator<Item = &'t str>,
    ) -> Result<Self, ConvertError> {
        let tokenizer = TextTokenizer::new(tokenizer, max_tokens, config.vocab_size)?;
        let ids = texts.map(|text| tokenizer.tokenize(text).map(|tokens| tokens.ids));
        let ids = ids
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| EncoderError::BrokenTokenizer(error.to_string()))?;
        let size = config.hidden_size;
        let table =
            |name: &str, rows| weights.floats(&format!("embeddings.{name}.weight"), &[rows, size]);
        let tables = [
            table("word_embeddings", config.vocab_size)?,
            table("position_embeddings", config.max_position_embeddings)?,
            table("token_type_embeddings", config.type_vocab_size)?,
        ];
        let norm = layer_norm(weights, config, "embeddings")?;
        let embed = |[words, positions, types]: &[Vec<f32>; 3]| {
            let mut hidden = Vec::new();
            for ids in &ids {
                for (id, position) in ids.iter().zip(positions.chunks_exact(size)) {
                    let word = words.chunks_exact(size).nth(*id as usize).unwrap_or(&[]);
                    let sums = word.iter().zip(position).zip(types);
                    hidden.extend(sums.map(|((word, position), kind)| word + position + kind));
                }
            }
            norm.apply(&mut hidden);
            hidden
        };
        let original = embed(&tables);
        let hidden = match fitting {
            Fitting::Quick => Twins::one(original),
            Fitting::Full => Twins {
                original,
                rounded: embed(&tables.map(|table| {
                    let rows = semblance_encoder::int8::quantize_rows(&table, size);
                    semblance_encoder::int8::dequantize_rows(&rows.values, &rows.scales)
                })),
            },
        };
        Ok(Self {
            weights,
            config,
            lengths: ids.iter().map(Vec::len).collect(),
            hidden,
            fitting,
        })
    }

    /// How many tokens the texts have.
    pub(crate) fn tokens(&self) -> usize {
        self.lengths.iter().sum()
    }

    /// Rounds the next layer, number `index`, adds it to `output`, and takes the texts through it.
    pub(crate) fn round(&mut self, index: usize, output: &mut Output) -> Result<(), ConvertError> {
        let (size, inner) = (self.config.hidden_size, self.config.intermediate_size);
        let prefix = format!("encoder.layer.{index}");
        let name = |part: &str| format!("{prefix}.{part}");

        let parts = ["query", "key", "value"].map(|part| name(&format!("attention.self.{part}")));
        let fused = self.linear(output, &parts, [size, size], &self.hidden, None)?;
        let context = fused.map(|fused| self.attend(fused));
        let parts = [name("attention.output.dense")];
        let residual = Some(&self.hidden);
        let sum = self.linear(output, &parts, [size, size], &context, residual)?;
        self.hidden = self.norm(sum, &name("attention.output"))?;

        let parts = [name("intermediate.dense")];
        let between = self.linear(output, &parts, [inner, size], &self.hidden, None)?;
        let between = between.map(|between| self.activate(between));
        let parts = [name("output.dense")];
        let residual = Some(&self.hidden);
        let sum = self.linear(output, &parts, [size, inner], &between, residual)?;
        self.hidden = self.norm(sum, &name("output"))?;
        Ok(())
    }

    /// Rounds linear layers of the shape `[outputs, inputs]` that have the same input; returns
    /// what comes out of all of them, side by side, with the residual, where one is added, in it.
    fn linear(
        &self,
        output: &mut Output,
        names: &[String],
        [outputs, inputs]: [usize; 2],
        x: &Twins,
        residual: Option<&Twins>,
    ) -> Result<Twins, ConvertError> {
        let (mut weights, mut bias) = (Vec::new(), Vec::new());
        for name in names {
            let shape = [outputs, inputs];
            weights.extend(self.weights.floats(&format!("{name}.weight"), &shape)?);
            bias.extend(self.weights.floats(&format!("{name}.bias"), &shape[..1])?);
        }
        let all = names.len() * outputs;
        let add = |y: &mut [f32], residual: Option<&Vec<f32>>| {
            if let Some(residual) = residual {
                semblance_kernels::add(y, residual);
            }
        };
        let mut original = forward(&x.original, [all, inputs], &weights, &bias)?;
        add(&mut original, residual.map(|residual| &residual.original));
        if self.fitting == Fitting::Quick {
            let scales = smooth::input_scales(&x.original, &weights, inputs);
            divide(&mut weights, &scales);
            let layer = fit::nearest(&weights, &bias, &mean(&x.original, &scales))?;
            add_layer(output, names, &layer, &scales);
            return Ok(Twins::one(original));
        }

        let scales = smooth::input_scales(&x.original, &weights, inputs);
        divide(&mut weights, &scales);
        let mut quantized = Quantized::new();
        quantized.quantize(&x.rounded, inputs, Precision::Narrow, Some(&scales));
        let mut seen = vec![0.0; x.rounded.len()];
        by_rows(&mut seen, inputs, |first, seen| {
            let rows = seen.chunks_exact_mut(inputs);
            (first..)
                .zip(rows)
                .for_each(|(row, seen)| quantized.values(row, seen));
        });
        let mut missing = forward(&seen, [all, inputs], &weights, &bias)?;
        add(&mut missing, residual.map(|residual| &residual.rounded));
        let both = missing.iter_mut().zip(&original);
        both.for_each(|(missing, original)| *missing = original - *missing);

        let layer = Fit::new(&seen, &missing, inputs, all).round(&weights, &bias);
        drop((seen, missing));
        let Layer { rows, bias } = &layer;
        let packed = LinearInt8::new(&rows.values, &rows.scales, Some(bias), all, inputs)?;
        let mut rounded = vec![0.0; original.len()];
        packed.forward(&quantized, &mut rounded);
        add(&mut rounded, residual.map(|residual| &residual.rounded));

        add_layer(output, names, &layer, &scales);
        Ok(Twins { original, rounded })
    }

    /// Attention of every text, from `[tokens, 3 · hidden]` to `[tokens, hidden]`.
    fn attend(&self, fused: &[f32]) -> Vec<f32> {
        let (size, heads) = (self.config.hidden_size, self.config.num_attention_heads);
        let shape = AttentionShape::new(heads, size / heads);
        let mut context = vec![0.0; fused.len() / 3];
        let mut workspace = AttentionWorkspace::default();
        let mut start = 0;
        for tokens in &self.lengths {
            let end = start + tokens * size;
            let qkv = &fused[3 * start..3 * end];
            let out = &mut context[start..end];
            attention(qkv, 0..*tokens, shape, None, out, &mut workspace);
            start = end;
        }
        context
    }

    fn activate(&self, x: &[f32]) -> Vec<f32> {
        let mut x = x.to_vec();
        match self.config.hidden_act {
            // The two forms differ by less than what rounding to 8 bits does.
            Activation::Gelu | Activation::GeluTanh => {
                by_rows(&mut x, 1, |_, x| semblance_kernels::gelu(x));
            }
            Activation::Relu => x.iter_mut().for_each(|x| *x = x.max(0.0)),
        }
        x
    }

    fn norm(&self, mut x: Twins, of: &str) -> Result<Twins, ConvertError> {
        let norm = layer_norm(self.weights, self.config, of)?;
        norm.apply(&mut x.original);
        norm.apply(&mut x.rounded);
        Ok(x)
    }
}

/// Adds the parts of a rounded layer, one to a name, whose inputs are multiplied by `scales`.
fn add_layer(output: &mut Output, names: &[String], layer: &Layer, scales: &[f32]) {
    let (inputs, outputs) = (scales.len(), layer.bias.len() / names.len());
    for (part, name) in names.iter().enumerate() {
        let part = part * outputs..(part + 1) * outputs;
        output.add_f32(&format!("{name}.bias"), &layer.bias[part.clone()]);
        output.add_f32(&format!("{name}.{}", weights::INPUT_SCALE), scales);
        let rows = semblance_encoder::int8::Int8Rows {
            values: layer.rows.values[part.start * inputs..part.end * inputs].to_vec(),
            scales: layer.rows.scales[part].to_vec(),
        };
        output.add_int8(&format!("{name}.weight"), rows, inputs);
    }
}

/// Divides each row of `weights` by `scales`.
fn divide(weights: &mut [f32], scales: &[f32]) {
    for row in weights.chunks_exact_mut(scales.len()) {
        let row = row.iter_mut().zip(scales);
        row.for_each(|(w, scale)| *w /= scale);
    }
}

/// The mean of each channel of `x`, `[tokens, channels]`, times its scale.
fn mean(x: &[f32], scales: &[f32]) -> Vec<f64> {
    let mut sums = vec![0.0; scales.len()];
    for row in x.chunks_exact(scales.len()) {
        let row = sums.iter_mut().zip(row);
        row.for_each(|(sum, x)| *sum += f64::from(*x));
    }
    let tokens = (x.len() / scales.len()).max(1) as f64;
    let means = sums.iter().zip(scales);
    means
        .map(|(sum, scale)| sum / tokens * f64::from(*scale))
        .collect()
}

/// `x · Wᵀ + b` in f32: `x` is `[tokens, inputs]`, `weights` `[outputs, inputs]`.
fn forward(
    x: &[f32],
    [outputs, inputs]: [usize; 2],
    weights: &[f32],
    bias: &[f32],
) -> Result<Vec<f32>, ShapeError> {
    let packed = LinearF32::new(weights, Some(bias), outputs, inputs)?;
    let mut out = vec![0.0; x.len() / inputs * outputs];
    by_rows(&mut out, outputs, |first, out| {
        let rows = out.len() / outputs;
        packed.forward(&x[first * inputs..][..rows * inputs], out);
    });
    Ok(out)
}

fn layer_norm(
    weights: &Weights<'_>,
    config: &BertConfig,
    of: &str,
) -> Result<LayerNorm, ConvertError> {
    let vector = |part: &str| {
        let name = format!("{of}.LayerNorm.{part}");
        weights.floats(&name, &[config.hidden_size])
    };
    let epsilon = config.layer_norm_eps as f32;
    Ok(LayerNorm::new(vector("weight")?, vector("bias")?, epsilon)?)
}
