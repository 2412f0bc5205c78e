//! Runs the original model over calibration texts, layer by layer, and shows what goes into each
//! linear layer.

use semblance_encoder::{Activation, BertConfig, EncoderError, TextTokenizer, weights::Weights};
use semblance_kernels::{AttentionShape, AttentionWorkspace, LayerNorm, LinearF32, attention};

use crate::ConvertError;

/// Texts of many kinds, written for this purpose: what the rounding is fitted to.
const TEXTS: &str = include_str!("../calibration.txt");

/// Hidden states of all calibration texts on their way through the layers.
pub(crate) struct Calibration<'a> {
    weights: &'a Weights<'a>,
    config: &'a BertConfig,
    /// `[tokens, hidden]`, row-major.
    hidden: Vec<f32>,
    /// Tokens of each text.
    lengths: Vec<usize>,
}

/// What goes into the linear layers of one layer, `[tokens, inputs]`, row-major.
pub(crate) struct Inputs {
    /// Of query, key and value.
    pub(crate) attention: Vec<f32>,
    /// Of the output layer of attention.
    pub(crate) context: Vec<f32>,
    /// Of the first feed-forward layer.
    pub(crate) up: Vec<f32>,
    /// Of the second feed-forward layer.
    pub(crate) down: Vec<f32>,
}

impl<'a> Calibration<'a> {
    /// Tokenises and embeds the calibration texts.
    pub(crate) fn new(
        weights: &'a Weights<'a>,
        config: &'a BertConfig,
        tokenizer: &[u8],
        max_tokens: usize,
    ) -> Result<Self, ConvertError> {
        let tokenizer = TextTokenizer::new(tokenizer, max_tokens, config.vocab_size)?;
        let size = config.hidden_size;
        let table =
            |name: &str, rows| weights.floats(&format!("embeddings.{name}.weight"), &[rows, size]);
        let words = table("word_embeddings", config.vocab_size)?;
        let positions = table("position_embeddings", config.max_position_embeddings)?;
        let types = table("token_type_embeddings", config.type_vocab_size)?;
        let (mut hidden, mut lengths) = (Vec::new(), Vec::new());
        for text in TEXTS.lines() {
            let tokens = tokenizer
                .tokenize(text)
                .map_err(|error| EncoderError::BrokenTokenizer(error.to_string()))?;
            lengths.push(tokens.ids.len());
            for (id, position) in tokens.ids.iter().zip(positions.chunks_exact(size)) {
                let word = words.chunks_exact(size).nth(*id as usize).unwrap_or(&[]);
                let sums = word.iter().zip(position).zip(&types);
                hidden.extend(sums.map(|((word, position), kind)| word + position + kind));
            }
        }
        layer_norm(weights, config, "embeddings")?.apply(&mut hidden);
        Ok(Self {
            weights,
            config,
            hidden,
            lengths,
        })
    }

    /// Runs the next layer, number `index`.
    pub(crate) fn layer(&mut self, index: usize) -> Result<Inputs, ConvertError> {
        let (size, inner) = (self.config.hidden_size, self.config.intermediate_size);
        let prefix = format!("encoder.layer.{index}");
        let linear = |name: &str, outputs, inputs| self.linear(&prefix, name, outputs, inputs);
        let attended = self.hidden.clone();
        let mut fused = vec![0.0; 3 * attended.len()];
        for (part, name) in ["query", "key", "value"].into_iter().enumerate() {
            let mut out = vec![0.0; attended.len()];
            let name = format!("attention.self.{name}");
            linear(&name, size, size)?.forward(&attended, &mut out);
            let rows = fused.chunks_exact_mut(3 * size);
            for (row, out) in rows.zip(out.chunks_exact(size)) {
                row[part * size..][..size].copy_from_slice(out);
            }
        }
        let heads = self.config.num_attention_heads;
        let shape = AttentionShape::new(heads, size / heads);
        let mut context = vec![0.0; attended.len()];
        let mut workspace = AttentionWorkspace::default();
        let mut start = 0;
        for tokens in &self.lengths {
            let end = start + tokens * size;
            let qkv = &fused[3 * start..3 * end];
            attention(qkv, shape, None, &mut context[start..end], &mut workspace);
            start = end;
        }
        let output = linear("attention.output.dense", size, size)?;
        let norm = layer_norm(
            self.weights,
            self.config,
            &format!("{prefix}.attention.output"),
        )?;
        let mut hidden = attended.clone();
        output.forward_add_norm(&context, &mut hidden, &norm);

        let mut down = vec![0.0; hidden.len() / size * inner];
        let up = linear("intermediate.dense", inner, size)?;
        up.forward(&hidden, &mut down);
        activate(self.config.hidden_act, &mut down);
        let up = hidden.clone();
        let norm = layer_norm(self.weights, self.config, &format!("{prefix}.output"))?;
        linear("output.dense", size, inner)?.forward_add_norm(&down, &mut hidden, &norm);
        self.hidden = hidden;
        Ok(Inputs {
            attention: attended,
            context,
            up,
            down,
        })
    }

    fn linear(
        &self,
        prefix: &str,
        name: &str,
        outputs: usize,
        inputs: usize,
    ) -> Result<LinearF32, ConvertError> {
        let name = format!("{prefix}.{name}");
        let weights = self
            .weights
            .floats(&format!("{name}.weight"), &[outputs, inputs])?;
        let bias = self.weights.floats(&format!("{name}.bias"), &[outputs])?;
        Ok(LinearF32::new(&weights, Some(&bias), outputs, inputs)?)
    }
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

fn activate(activation: Activation, x: &mut [f32]) {
    match activation {
        // The two forms differ by less than what rounding to 7 bits does.
        Activation::Gelu | Activation::GeluTanh => semblance_kernels::gelu(x),
        Activation::Relu => x.iter_mut().for_each(|x| *x = x.max(0.0)),
    }
}
