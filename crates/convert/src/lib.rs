//! Makes the weights that ship from the original ones.
//!
//! From a folder with `model.safetensors` (floats), `tokenizer.json` and `config.json`:
//!
//! - weights of every linear layer: int8, one f32 scale per output channel (`[out]`) and one per
//!   input channel (`[in]`), rounded to fit what goes into the layer for calibration texts,
//! - the three embedding tables: int8, one f32 scale per row,
//! - layer norms and biases: f32 as they are.
//!
//! The result explains itself: `x.weight` (I8) has its scales beside it in `x.weight_scale` (F32),
//! and the header's metadata names model, licence, source, dimensions, limit and pooling. The same
//! input gives the same bytes.

mod calibrate;
mod error;
mod fit;
mod smooth;
mod source;
mod write;

use std::path::Path;

use calibrate::Calibration;
pub use error::ConvertError;
use semblance_encoder::{int8, weights};
use source::Source;
use write::Output;

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
    /// Files written, by name.
    pub files: Vec<String>,
}

/// Converts the model in folder `source` into folder `out`, which is made if it isn't there.
///
/// Nothing is written unless the whole model could be read and converted. Files are written under
/// a temporary name and then renamed, the weights last: a folder with weights is complete.
///
/// # Errors
/// A [`ConvertError`] that names the file or tensor at fault.
pub fn convert(source: &Path, out: &Path) -> Result<Report, ConvertError> {
    if source.canonicalize().ok() == out.canonicalize().ok() && out.exists() {
        return Err(ConvertError::SameFolder);
    }
    let source = Source::read(source)?;
    let weights = quantize(&source)?.to_bytes()?;
    let files = write::folder(out, &source, &weights)?;
    Ok(Report {
        model: source.model_name(),
        bytes_before: source.weights.len() as u64,
        source_sha256: source.weights_sha256,
        bytes_after: weights.len() as u64,
        files,
    })
}

/// Rounds every matrix of the model to int8 and keeps every vector as it is.
fn quantize(source: &Source) -> Result<Output, ConvertError> {
    let original = weights::Weights::parse(&source.weights)?;
    original.check(&source.config)?;
    let mut output = Output::new(source.metadata());
    for (name, shape) in weights::shapes(&source.config) {
        if original.int8_rows(&name, &shape)?.is_some() {
            return Err(ConvertError::AlreadyConverted(name));
        }
        let values = original.floats(&name, &shape)?;
        match shape[..] {
            // Linear layers follow below, since they are rounded by what goes into them.
            [_, _] if name.starts_with("encoder.") => {}
            [_, columns] => output.add_int8(&name, int8::quantize_rows(&values, columns), columns),
            _ => output.add_f32(&name, &values),
        }
    }
    let tokenizer = source.tokenizer();
    let max_tokens = source.max_tokens();
    let mut calibration = Calibration::new(&original, &source.config, tokenizer, max_tokens)?;
    let (hidden, inner) = (source.config.hidden_size, source.config.intermediate_size);
    for index in 0..source.config.num_hidden_layers {
        let inputs = calibration.layer(index)?;
        let mut add = |names: &[&str], outputs, x: &[f32], columns| {
            let layer = |name: &&str| format!("encoder.layer.{index}.{name}");
            let names: Vec<_> = names.iter().map(layer).collect();
            add_linear(&mut output, &original, &names, [outputs, columns], x)
        };
        let attention = ["query", "key", "value"].map(|name| format!("attention.self.{name}"));
        let attention: Vec<_> = attention.iter().map(String::as_str).collect();
        add(&attention, hidden, &inputs.attention, hidden)?;
        add(&["attention.output.dense"], hidden, &inputs.context, hidden)?;
        add(&["intermediate.dense"], inner, &inputs.up, hidden)?;
        add(&["output.dense"], hidden, &inputs.down, inner)?;
    }
    Ok(output)
}

/// Rounds linear layers that have the same input `x`, `[tokens, inputs]`, each of the shape
/// `[outputs, inputs]`.
fn add_linear(
    output: &mut Output,
    original: &weights::Weights<'_>,
    names: &[String],
    [outputs, inputs]: [usize; 2],
    x: &[f32],
) -> Result<(), ConvertError> {
    let mut values = Vec::new();
    for name in names {
        values.extend(original.floats(&format!("{name}.weight"), &[outputs, inputs])?);
    }
    let scales = smooth::input_scales(x, &values, inputs);
    for row in values.chunks_exact_mut(inputs) {
        row.iter_mut()
            .zip(&scales)
            .for_each(|(w, scale)| *w /= scale);
    }
    let spread = fit::Spread::new(x, &scales);
    for (name, values) in names.iter().zip(values.chunks_exact(outputs * inputs)) {
        output.add_int8(&format!("{name}.weight"), spread.round(values), inputs);
        output.add_f32(&format!("{name}.{}", weights::INPUT_SCALE), &scales);
    }
    Ok(())
}
