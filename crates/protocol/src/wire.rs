//! Messages as JavaScript values, for `postMessage`.
//!
//! A message is the array `[header: Uint8Array, payload?]`. Buffers are listed for transfer, so
//! that vectors change hands without a copy.

use crate::{Envelope, MalformedMessage, decode, encode};
use js_sys::{Array, Float32Array, Uint8Array};
use serde::{Serialize, de::DeserializeOwned};
use wasm_bindgen::{JsCast, JsValue};

/// What travels beside a header.
#[derive(Clone, Debug, Default)]
pub enum Payload {
    /// Nothing.
    #[default]
    None,
    /// Numbers, transferred: the sender loses them.
    Floats(Float32Array),
    /// A file, shared by reference, or a string.
    Value(JsValue),
    /// `MessagePort`s, transferred.
    Ports(Array),
}

impl Payload {
    /// A copy of `values`, ready to be transferred.
    pub fn from_slice(values: &[f32]) -> Self {
        Self::Floats(Float32Array::from(values))
    }

    /// The numbers, or none.
    pub fn into_floats(self) -> Option<Float32Array> {
        match self {
            Self::Floats(array) => Some(array),
            Self::None | Self::Value(_) | Self::Ports(_) => None,
        }
    }

    /// The file or string, or none.
    pub fn into_value(self) -> Option<JsValue> {
        match self {
            Self::Value(blob) => Some(blob),
            Self::None | Self::Floats(_) | Self::Ports(_) => None,
        }
    }

    /// The ports; none if there are none.
    pub fn into_ports(self) -> Array {
        match self {
            Self::Ports(ports) => ports,
            Self::None | Self::Floats(_) | Self::Value(_) => Array::new(),
        }
    }
}

/// A message ready for `postMessage(value, transfer)`.
#[derive(Clone, Debug)]
pub struct Parcel {
    /// The message.
    pub value: JsValue,
    /// Buffers that change hands.
    pub transfer: JsValue,
}

/// Packs a message.
///
/// # Errors
/// When the message cannot be serialised.
pub fn pack<T: Serialize>(
    envelope: &Envelope<T>,
    payload: Payload,
) -> Result<Parcel, MalformedMessage> {
    let header = Uint8Array::from(encode(envelope)?.as_slice());
    let mut transfer = Array::of1(&header.buffer());
    let value = Array::of1(&header);
    match payload {
        Payload::None => {}
        Payload::Floats(floats) => {
            transfer.push(&floats.buffer());
            value.push(&floats);
        }
        Payload::Value(blob) => {
            value.push(&blob);
        }
        Payload::Ports(ports) => {
            transfer = transfer.concat(&ports);
            value.push(&ports);
        }
    }
    Ok(Parcel {
        value: value.into(),
        transfer: transfer.into(),
    })
}

/// Unpacks a message.
///
/// # Errors
/// When `value` is not a message of this build.
pub fn unpack<T: DeserializeOwned>(
    value: &JsValue,
) -> Result<(Envelope<T>, Payload), MalformedMessage> {
    let parts: Array = value.clone().dyn_into().unwrap_or_default();
    let header: Uint8Array = parts.get(0).dyn_into().unwrap_or_default();
    let payload = match parts.get(1).dyn_into::<Float32Array>() {
        Ok(floats) => Payload::Floats(floats),
        Err(other) if other.is_undefined() => Payload::None,
        Err(other) if Array::is_array(&other) => Payload::Ports(other.unchecked_into()),
        Err(other) => Payload::Value(other),
    };
    Ok((decode(&header.to_vec())?, payload))
}
