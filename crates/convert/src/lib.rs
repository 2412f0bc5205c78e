//! Makes the weights that ship from the original ones.
//!
//! From a folder with `model.safetensors` (floats), `tokenizer.json` and `config.json`:
//!
//! - weights of every linear layer: int8, one f32 scale per output channel (`[out]`) and one per
//!   input channel (`[in]`), rounded to fit what goes into the layer for calibration texts; the
//!   biases move with them,
//! - the three embedding tables: int8, one f32 scale per row,
//! - layer norms: f32 as they are.
//!
//! The result explains itself: `x.weight` (I8) has its scales beside it in `x.weight_scale` (F32),
//! and the header's metadata names model, licence, source, dimensions, limit and pooling. The same
//! input gives the same bytes.

mod covariance;
mod error;
mod fit;
mod layers;
mod nano;
mod onnx;
mod package;
mod parallel;
mod smooth;
mod source;
mod twin;
mod write;

use std::path::Path;

pub use error::ConvertError;
use layers::Layers;
pub use nano::{Pieces, from_nano};
pub use package::from_onnx;
use semblance_encoder::{int8, weights};
use source::Source;
pub use twin::twin;
use write::Output;

/// How weights are rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fitting {
    /// Each so that it compensates for those before it, layer after layer: minutes.
    Full,
    /// Each to the nearest, after the channels have been scaled: seconds.
    Quick,
}

/// What was converted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Name of the model.
    pub model: String,
    /// SHA-256 of the original weights, in hexadecimal.
    pub source_sha256: String,
    /// Length of the original weights in bytes.
    pub bytes_before: u64,
    /// Length of the int8 weights in bytes.
    pub bytes_after: u64,
    /// Tokens of the texts that the rounding was fitted to.
    pub tokens: usize,
    /// Files written, by name.
    pub files: Vec<String>,
}

/// Texts of many kinds, written for this purpose: what the rounding is fitted to at least.
const TEXTS: &str = include_str!("../calibration.txt");

/// Converts the model in folder `source` into folder `out`, which is made if it isn't there.
///
/// The rounding is fitted to some texts of the converter's own and to `texts`. The more there are,
/// the better: some 10,000 tokens leave little to gain (see [`Report::tokens`]).
///
/// Nothing is written unless the whole model could be read and converted. Files are written under
/// a temporary name and then renamed, the weights last: a folder with weights is complete.
///
/// # Errors
/// A [`ConvertError`] that names the file or tensor at fault.
pub fn convert(
    source: &Path,
    out: &Path,
    texts: &[String],
    fitting: Fitting,
) -> Result<Report, ConvertError> {
    if source.canonicalize().ok() == out.canonicalize().ok() && out.exists() {
        return Err(ConvertError::SameFolder);
    }
    let source = Source::read(source)?;
    let (output, tokens) = quantize(&source, texts, fitting)?;
    let weights = output.to_bytes()?;
    let files = write::folder(out, &source, &weights)?;
    Ok(Report {
        model: source.model_name(),
        bytes_before: source.weights.len() as u64,
        source_sha256: source.weights_sha256,
        bytes_after: weights.len() as u64,
        tokens,
        files,
    })
}

/// Rounds every matrix of the model to int8; returns with it the number of tokens that it was
/// fitted to.
fn quantize(
    source: &Source,
    texts: &[String],
    fitting: Fitting,
) -> Result<(Output, usize), ConvertError> {
    let original = weights::Weights::parse(&source.weights)?;
    original.check(&source.config)?;
    let mut output = Output::new(source.metadata());
    for (name, shape) in weights::shapes(&source.config) {
        if original.int8_rows(&name, &shape)?.is_some() {
            return Err(ConvertError::AlreadyConverted(name));
        }
        let vector = shape.len() == 1;
        // Linear layers follow below, since they are rounded by what goes into them.
        if name.starts_with("encoder.") && !(vector && name.contains(".LayerNorm.")) {
            continue;
        }
        let values = original.floats(&name, &shape)?;
        match shape[..] {
            [_, columns] => output.add_int8(&name, int8::quantize_rows(&values, columns), columns),
            _ => output.add_f32(&name, &values),
        }
    }
    let tokenizer = source.tokenizer();
    let texts = TEXTS.lines().chain(texts.iter().map(String::as_str));
    let how = (source.max_tokens(), fitting);
    let mut layers = Layers::new(&original, &source.config, tokenizer, how, texts)?;
    for index in 0..source.config.num_hidden_layers {
        layers.round(index, &mut output)?;
    }
    Ok((output, layers.tokens()))
}
