//! The weights out of an ONNX file of a BERT.
//!
//! An exporter writes a linear layer as a product with an initializer that has no name of its own,
//! `[in, out]`; the node that multiplies by it has the layer's name, as a path. All other tensors
//! carry the names that they have in a safetensors file.
//!
//! Of the format, protocol buffers, only what these files consist of is read.

use std::collections::HashMap;

use crate::ConvertError;

/// A tensor of floats.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tensor {
    pub(crate) shape: Vec<usize>,
    /// Row-major.
    pub(crate) values: Vec<f32>,
}

/// Number of the type of 32-bit floats.
const FLOAT: u64 = 1;

/// The tensors of a model by their names in a safetensors file.
pub(crate) fn tensors(file: &[u8]) -> Result<HashMap<String, Tensor>, ConvertError> {
    let mut found = HashMap::new();
    let mut unnamed = HashMap::new();
    let mut nodes = Vec::new();
    for graph in messages(file, 7) {
        for (field, value) in fields(graph?) {
            match (field, value?) {
                (1, Value::Bytes(node)) => nodes.push(node),
                (5, Value::Bytes(initializer)) => {
                    let Some((name, tensor)) = tensor(initializer)? else {
                        continue;
                    };
                    match bert_name(&name, '.') {
                        Some(name) => found.insert(name, tensor),
                        None => unnamed.insert(name, tensor),
                    };
                }
                _ => {}
            }
        }
    }
    for node in nodes {
        let (mut inputs, mut path) = (Vec::new(), "");
        for (field, value) in fields(node) {
            match (field, value?) {
                (1, Value::Bytes(input)) => inputs.push(text(input)?),
                (3, Value::Bytes(name)) => path = text(name)?,
                _ => {}
            }
        }
        let layer = path.strip_suffix("/MatMul");
        let Some(layer) = layer.and_then(|path| bert_name(path, '/')) else {
            continue;
        };
        if let Some(tensor) = inputs.iter().find_map(|input| unnamed.get(*input)) {
            found.insert(format!("{layer}.weight"), transposed(tensor)?);
        }
    }
    if found.is_empty() {
        return Err(broken("it has no tensors of a BERT"));
    }
    Ok(found)
}

/// The part of a name that says where in a BERT it belongs, with points between its parts.
fn bert_name(name: &str, between: char) -> Option<String> {
    let starts = ["embeddings", "encoder"].map(|start| name.find(&format!("{start}{between}")));
    let start = starts.into_iter().flatten().min()?;
    Some(name[start..].replace(between, "."))
}

/// An initializer with its name; `None` if it holds no floats.
fn tensor(message: &[u8]) -> Result<Option<(String, Tensor)>, ConvertError> {
    let (mut name, mut kind, mut shape, mut bytes) = ("", 0, Vec::new(), &[][..]);
    for (field, value) in fields(message) {
        match (field, value?) {
            (1, Value::Number(size)) => shape.push(size),
            // Packed: all of them in one field.
            (1, Value::Bytes(mut sizes)) => {
                while !sizes.is_empty() {
                    shape.push(varint(&mut sizes)?);
                }
            }
            (2, Value::Number(number)) => kind = number,
            (8, Value::Bytes(text_of)) => name = text(text_of)?,
            (4 | 9, Value::Bytes(values)) => bytes = values,
            _ => {}
        }
    }
    if kind != FLOAT {
        return Ok(None);
    }
    let sizes = shape.iter().map(|size| usize::try_from(*size).ok());
    let shape: Option<Vec<usize>> = sizes.collect();
    let (values, rest) = bytes.as_chunks::<4>();
    let count = |shape: &Vec<usize>| {
        let mut sizes = shape.iter();
        sizes.try_fold(1usize, |count, size| count.checked_mul(*size))
    };
    let shape = shape.filter(|shape| rest.is_empty() && count(shape) == Some(values.len()));
    let Some(shape) = shape else {
        return Err(broken(&format!(
            "tensor \"{name}\" is not as large as it says"
        )));
    };
    let values = values
        .iter()
        .map(|bytes| f32::from_le_bytes(*bytes))
        .collect();
    Ok(Some((name.to_owned(), Tensor { shape, values })))
}

fn transposed(tensor: &Tensor) -> Result<Tensor, ConvertError> {
    let [rows, columns] = tensor.shape[..] else {
        return Err(broken("a matrix is not one"));
    };
    let values = (0..columns).flat_map(|c| (0..rows).map(move |r| tensor.values[r * columns + c]));
    Ok(Tensor {
        shape: vec![columns, rows],
        values: values.collect(),
    })
}

/// The value of a field.
enum Value<'a> {
    Number(u64),
    Bytes(&'a [u8]),
    /// A number of a fixed size, none of which is needed.
    Other,
}

/// The messages in field `wanted` of a message.
fn messages(message: &[u8], wanted: u64) -> impl Iterator<Item = Result<&[u8], ConvertError>> {
    fields(message).filter_map(move |(field, value)| match value {
        Ok(Value::Bytes(bytes)) if field == wanted => Some(Ok(bytes)),
        Ok(_) => None,
        Err(error) => Some(Err(error)),
    })
}

/// The fields of a message by their numbers; the last is an error where the message is broken.
fn fields(mut rest: &[u8]) -> impl Iterator<Item = (u64, Result<Value<'_>, ConvertError>)> {
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let field = read_field(&mut rest);
        if field.is_err() {
            rest = &[];
        }
        Some(match field {
            Ok((field, value)) => (field, Ok(value)),
            Err(error) => (0, Err(error)),
        })
    })
}

fn read_field<'a>(rest: &mut &'a [u8]) -> Result<(u64, Value<'a>), ConvertError> {
    let key = varint(rest)?;
    let value = match key & 7 {
        0 => Value::Number(varint(rest)?),
        1 => take(rest, 8).map(|_| Value::Other)?,
        2 => {
            let length = varint(rest)?;
            Value::Bytes(take(rest, length)?)
        }
        5 => take(rest, 4).map(|_| Value::Other)?,
        _ => return Err(broken("it is not an ONNX file")),
    };
    Ok((key >> 3, value))
}

fn take<'a>(rest: &mut &'a [u8], length: u64) -> Result<&'a [u8], ConvertError> {
    let length = usize::try_from(length).ok();
    let parts = length.and_then(|length| rest.split_at_checked(length));
    let (taken, left) = parts.ok_or_else(|| broken("it is cut off"))?;
    *rest = left;
    Ok(taken)
}

/// A number in groups of seven bits, the lowest first.
fn varint(rest: &mut &[u8]) -> Result<u64, ConvertError> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let Some((byte, left)) = rest.split_first() else {
            return Err(broken("it is cut off"));
        };
        *rest = left;
        number |= u64::from(byte & 127) << shift;
        if *byte < 128 {
            return Ok(number);
        }
    }
    Err(broken("it is not an ONNX file"))
}

fn text(bytes: &[u8]) -> Result<&str, ConvertError> {
    std::str::from_utf8(bytes).map_err(|_| broken("a name in it is not text"))
}

fn broken(how: &str) -> ConvertError {
    ConvertError::Package(format!("the ONNX file can't be read: {how}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
        let mut field = vec![number << 3 | 2];
        let mut length = bytes.len();
        while length > 127 {
            field.push((length & 127) as u8 | 128);
            length >>= 7;
        }
        field.push(length as u8);
        field.extend(bytes);
        field
    }

    fn initializer(name: &str, shape: &[u8], values: &[f32]) -> Vec<u8> {
        let mut message: Vec<u8> = shape.iter().flat_map(|size| [1 << 3, *size]).collect();
        message.extend([2 << 3, 1]);
        message.extend(field(8, name.as_bytes()));
        let bytes: Vec<u8> = values.iter().flat_map(|x| x.to_le_bytes()).collect();
        message.extend(field(9, &bytes));
        field(5, &message)
    }

    fn model(graph: &[Vec<u8>]) -> Vec<u8> {
        // The version of the format comes first.
        [vec![1 << 3, 8], field(7, &graph.concat())].concat()
    }

    fn example() -> Vec<u8> {
        let node = [
            field(1, b"hidden"),
            field(1, b"onnx::MatMul_7"),
            field(3, b"/model/encoder/layer.0/output/dense/MatMul"),
            field(4, b"MatMul"),
        ];
        model(&[
            field(1, &node.concat()),
            initializer("0.embeddings.LayerNorm.bias", &[2], &[1.0, 2.0]),
            initializer("onnx::MatMul_7", &[2, 3], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]),
        ])
    }

    #[test]
    fn names_and_turns_what_a_node_multiplies_by() {
        let tensors = tensors(&example()).expect("read");
        assert_eq!(tensors.len(), 2);
        assert_eq!(tensors["embeddings.LayerNorm.bias"].values, [1.0, 2.0]);
        let weights = &tensors["encoder.layer.0.output.dense.weight"];
        assert_eq!(weights.shape, [3, 2]);
        assert_eq!(weights.values, [1.0, 4.0, 2.0, 5.0, 3.0, 6.0]);
    }

    #[test]
    fn broken_files_are_refused() {
        let whole = example();
        for length in 0..whole.len() {
            // Cut between two fields it is a file that holds less.
            if let Ok(tensors) = tensors(&whole[..length]) {
                assert!(tensors.len() < 2, "{length}");
            }
        }
        let lying = model(&[initializer("embeddings.x", &[3], &[1.0])]);
        let error = tensors(&lying).expect_err("refused").to_string();
        assert!(error.contains("embeddings.x"), "{error}");
        assert!(tensors(b"no ONNX file at all").is_err());
    }
}
