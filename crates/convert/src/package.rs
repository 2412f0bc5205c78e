//! From the form in which a package has a model to a folder that can be converted.

use std::collections::HashMap;
use std::path::Path;

use crate::write::{Output, write};
use crate::{ConvertError, onnx};

/// Writes the weights of an ONNX file into folder `out` as `model.safetensors`, in f32, each as it
/// is.
///
/// # Errors
/// A [`ConvertError`] if the file can't be read or is not the model of a BERT.
pub fn from_onnx(file: &Path, out: &Path) -> Result<(), ConvertError> {
    let bytes = std::fs::read(file).map_err(|source| ConvertError::Read {
        path: file.to_owned(),
        source,
    })?;
    let mut output = Output::new(HashMap::new());
    for (name, tensor) in onnx::tensors(&bytes)? {
        output.add_floats(&name, tensor.shape, &tensor.values);
    }
    write(out, "model.safetensors", &output.to_bytes()?)
}
