//! A model from a person's own files, which are read a part at a time and never in memory as a
//! whole.

use std::borrow::Cow;
use std::ops::Range;

use js_sys::{Date, Uint8Array};
use semblance_encoder::{Folder, weights::Source};
use semblance_protocol::{
    Failure, FailureKind, Loaded, Open, Prompt, Response, wire::Payload, worker::Answer,
};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, FileReaderSync};

use crate::encoding::{Encoding, arithmetic, described};
use crate::files::describe;

/// One of the files: a part of the `Blob` of all.
struct Part {
    blob: Blob,
    start: f64,
    bytes: u64,
}

impl Source for Part {
    fn length(&self) -> u64 {
        self.bytes
    }

    fn read(&self, range: Range<u64>) -> Result<Cow<'_, [u8]>, String> {
        let place = |at: u64| self.start + at as f64;
        let read = || {
            let (start, end) = (place(range.start), place(range.end));
            let part = self.blob.slice_with_f64_and_f64(start, end)?;
            FileReaderSync::new()?.read_as_array_buffer(&part)
        };
        let buffer = read().map_err(|error: JsValue| {
            let what = describe(&error);
            format!("it could not be read: {what}. It may have been changed or moved")
        })?;
        Ok(Cow::Owned(Uint8Array::new(&buffer).to_vec()))
    }
}

/// Gets the model ready.
pub(crate) fn open(encoding: &mut Encoding, open: &Open, blob: Option<JsValue>) -> Answer {
    let refused = |what: String| {
        let what = format!("These files do not make a model: {what}.");
        Failure::new(FailureKind::BadModel, what)
    };
    let blob: Option<Blob> = blob.and_then(|blob| blob.dyn_into().ok());
    let blob = blob.ok_or_else(|| refused("there are none".to_owned()))?;
    let mut start = 0.0;
    let mut weights = 0;
    let files: Vec<_> = (open.files.iter())
        .map(|(path, bytes)| {
            let part = Part {
                blob: blob.clone(),
                start,
                bytes: *bytes,
            };
            start += *bytes as f64;
            weights += if path.ends_with(".safetensors") {
                *bytes
            } else {
                0
            };
            (path.clone(), Box::new(part) as Box<dyn Source>)
        })
        .collect();
    let prompt = match &open.prompt {
        Prompt::Default => semblance_encoder::Prompt::Default,
        Prompt::Named(name) => semblance_encoder::Prompt::Named(name.clone()),
        Prompt::Text(text) => semblance_encoder::Prompt::Text(text.clone()),
    };
    let folder = Folder::new(files).map_err(|error| refused(error.to_string()))?;
    let encoder = folder.load(&prompt, arithmetic(open.precision));
    let encoder = encoder.map_err(|error| refused(error.to_string()))?;
    semblance_encoder::tune(Date::now);
    let model = described(encoder.info(), weights);
    encoding.encoder = Some(encoder);
    Ok((
        Response::Loaded(Loaded {
            model,
            from_cache: false,
            not_kept: None,
        }),
        Payload::None,
    ))
}
