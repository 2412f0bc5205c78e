//! The engine for other pages: what `semblance.js` is built on.
//!
//! The public interface is `semblance.js`, documented in `semblance.d.ts`: it checks arguments and
//! turns what comes from here into promises and typed errors. This crate only joins it to
//! [`semblance_client`]. Errors cross as arrays `[code, message]`.

mod explain;
mod failure;
mod loading;
mod self_test;

use failure::thrown;
use js_sys::{Array, Float32Array, Function, Object, Reflect};
use semblance_client::{Cancel, Embedder};
use std::rc::Rc;
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

/// Stops a request. Dropping it stops nothing.
#[wasm_bindgen]
#[derive(Default)]
pub struct Stop(Cancel);

#[wasm_bindgen]
impl Stop {
    /// For one request.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Stops the request as soon as it can.
    pub fn stop(&self) {
        self.0.cancel();
    }
}

/// A model that is ready.
#[wasm_bindgen]
pub struct Ready(Rc<Embedder>);

#[wasm_bindgen]
impl Ready {
    /// What the model is, as a plain object.
    #[wasm_bindgen(js_name = model)]
    pub fn model(&self) -> Object {
        let model = self.0.model();
        object(&[
            ("name", model.name.as_str().into()),
            ("dimensions", model.dimensions.into()),
            ("maxTokens", model.max_tokens.into()),
            ("license", model.licence.as_str().into()),
            ("prompt", model.prompt.as_str().into()),
            ("revision", model.revision.as_str().into()),
            ("bytes", (model.bytes as f64).into()),
            ("fromCache", self.0.from_cache().into()),
        ])
    }

    /// Workers that are ready.
    pub fn workers(&self) -> usize {
        self.0.workers()
    }

    /// Embeds texts; `progress` is called with the number done and the number of all.
    ///
    /// # Errors
    /// `[code, message]`.
    pub async fn embed(
        &self,
        texts: Vec<String>,
        stop: &Stop,
        progress: Option<Function>,
    ) -> Result<Object, JsValue> {
        // A borrow of this struct would not outlive `close` and `free` from JavaScript.
        let (embedder, cancel) = (self.0.clone(), stop.0.clone());
        let texts: Vec<Rc<str>> = texts.into_iter().map(Rc::from).collect();
        let embeddings = embedder
            .embed(&texts, &cancel, &|so_far| {
                if let Some(progress) = &progress {
                    // What a listener throws is no failure of the engine.
                    let (done, total) = (so_far.done.into(), so_far.total.into());
                    let _ = progress.call2(&JsValue::UNDEFINED, &done, &total);
                }
            })
            .await
            .map_err(|error| thrown(&error))?;
        let truncated: Array = embeddings
            .truncated
            .into_iter()
            .map(JsValue::from)
            .collect();
        let vectors: Float32Array = embeddings.vectors;
        Ok(object(&[
            ("vectors", vectors.into()),
            ("dimensions", embeddings.dimensions.into()),
            (
                "tokens",
                js_sys::Uint32Array::from(embeddings.tokens.as_slice()).into(),
            ),
            ("truncated", truncated.into()),
        ]))
    }

    /// Ends the workers.
    pub fn close(&self) {
        self.0.close();
    }
}

/// A plain object with these properties.
fn object(properties: &[(&str, JsValue)]) -> Object {
    let object = Object::new();
    for (name, value) in properties {
        // Setting a property of a fresh plain object cannot fail.
        let _ = Reflect::set(&object, &(*name).into(), value);
    }
    object
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    /// The classes and functions that a file exports.
    fn exported(text: &str) -> BTreeSet<&str> {
        let lines = text.lines().filter_map(|line| {
            let rest = line.strip_prefix("export ")?;
            rest.strip_prefix("class ")
                .or_else(|| rest.strip_prefix("function "))
        });
        lines
            .filter_map(|rest| rest.split(|c: char| !c.is_alphanumeric()).next())
            .collect()
    }

    #[test]
    fn the_types_are_of_what_is_exported() {
        let script = exported(include_str!("../semblance.js"));
        assert!(
            script.contains("Embedder") && script.len() >= 6,
            "{script:?}"
        );
        assert_eq!(script, exported(include_str!("../semblance.d.ts")));
    }
}
