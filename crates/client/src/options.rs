//! What can be chosen when the engine starts.

use crate::{ClientError, assets::Assets, engine::Engine};
use js_sys::Reflect;
use semblance_protocol::{Load, Precision};
use std::rc::Rc;
use wasm_bindgen::JsValue;

/// How to start the engine.
#[derive(Clone, Debug)]
pub struct ClientOptions {
    /// Where `assets.json` is: an absolute URL, usually the document's base.
    pub base: String,
    /// Which model: a name in `assets.json`, or the absolute URL of a folder whose own
    /// `assets.json` lists one; by default the first of the list.
    pub model: Option<String>,
    /// Arithmetic of the encoder.
    pub precision: Precision,
    /// Encoding workers; by default one less than the device has cores, from 1 to 4.
    pub workers: Option<usize>,
}

impl ClientOptions {
    /// Defaults for files at `base`.
    pub fn new(base: impl Into<String>) -> Self {
        Self {
            base: base.into(),
            model: None,
            precision: Precision::default(),
            workers: None,
        }
    }

    /// The engine, compiled, and which files make the model.
    pub(crate) async fn find(&self) -> Result<(Rc<Engine>, Load), ClientError> {
        let assets = Assets::load(&self.base).await?;
        let load = match self.model.as_deref() {
            // A name has no slash.
            Some(folder) if folder.contains('/') => {
                Assets::load(folder).await?.model(None, self.precision)?
            }
            name => assets.model(name, self.precision)?,
        };
        Ok((Rc::new(Engine::load(&assets).await?), load))
    }

    /// How many encoding workers to start.
    pub(crate) fn workers(&self) -> usize {
        self.workers.unwrap_or_else(default_workers).max(1)
    }
}

/// One less than the device has cores: the page and the analysis worker need one between them.
fn default_workers() -> usize {
    let get = |object: &JsValue, key: &str| Reflect::get(object, &key.into());
    let cores = get(&js_sys::global(), "navigator")
        .and_then(|navigator| get(&navigator, "hardwareConcurrency"))
        .ok()
        .and_then(|cores| cores.as_f64())
        .unwrap_or(2.0);
    (cores as usize).saturating_sub(1).clamp(1, 4)
}
