//! Whether the model computes here what it should, as a plain object.

use crate::{Ready, Stop, failure::thrown, object};
use js_sys::Object;
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

#[wasm_bindgen]
impl Ready {
    /// Compares scores of this device with those of the original model, and measures its speed.
    ///
    /// # Errors
    /// `[code, message]`.
    #[wasm_bindgen(js_name = selfTest)]
    pub async fn self_test(&self, stop: &Stop) -> Result<Object, JsValue> {
        // A borrow of this struct would not outlive `close` and `free` from JavaScript.
        let (embedder, cancel) = (self.0.clone(), stop.0.clone());
        let test = embedder
            .self_test(&cancel)
            .await
            .map_err(|error| thrown(&error))?;
        let difference = test.difference.map_or(JsValue::NULL, JsValue::from);
        Ok(object(&[
            ("passed", test.passed().into()),
            ("texts", (test.texts as u32).into()),
            ("difference", difference),
            ("allowed", test.allowed.into()),
            ("milliseconds", test.milliseconds.into()),
            ("tokensPerSecond", test.tokens_per_second.into()),
            ("memory", (test.memory as f64).into()),
        ]))
    }
}
