//! What can be chosen when the engine starts.

use crate::{
    ClientError,
    assets::Assets,
    engine::{Engine, failed},
};
use js_sys::{Array, Reflect};
use semblance_protocol::{Open, Precision, Prompt};
use std::rc::Rc;
use wasm_bindgen::JsValue;
use web_sys::Blob;

use crate::pool::Model;

/// A model in a person's own files, in the layout of the Hugging Face hub.
#[derive(Clone, Debug)]
pub struct ModelFolder {
    /// Path and content of each: `config.json`, `model.safetensors`, `1_Pooling/config.json`, …
    pub files: Vec<(String, Blob)>,
    /// What is put before every text.
    pub prompt: Prompt,
}

/// How to start the engine.
#[derive(Clone, Debug)]
pub struct ClientOptions {
    /// Where `assets.json` is: an absolute URL, usually the document's base.
    pub base: String,
    /// Which model: a name in `assets.json`, or the absolute URL of a folder whose own
    /// `assets.json` lists one; by default the first of the list.
    pub model: Option<String>,
    /// Files of a model, which is taken instead. They are read by the workers and sent nowhere.
    pub folder: Option<ModelFolder>,
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
            folder: None,
            precision: Precision::default(),
            workers: None,
        }
    }

    /// The engine, compiled, and which files make the model.
    pub(crate) async fn find(&self) -> Result<(Rc<Engine>, Model), ClientError> {
        let assets = Assets::load(&self.base).await?;
        if let Some(folder) = &self.folder {
            let sizes = folder.files.iter();
            let sizes = sizes.map(|(path, blob)| (path.clone(), blob.size() as u64));
            let open = Open {
                files: sizes.collect(),
                prompt: folder.prompt.clone(),
                precision: self.precision,
            };
            let blobs: Array = folder.files.iter().map(|(_, blob)| blob).collect();
            // One that reads from all when it is read, not a copy.
            let all = Blob::new_with_blob_sequence(&blobs);
            let all = all.map_err(|error| failed("The model's files", &error))?;
            return Ok((
                Rc::new(Engine::load(&assets).await?),
                Model::Open(open, all),
            ));
        }
        let load = match self.model.as_deref() {
            // A name has no slash.
            Some(folder) if folder.contains('/') => {
                Assets::load(folder).await?.model(None, self.precision)?
            }
            name => assets.model(name, self.precision)?,
        };
        Ok((Rc::new(Engine::load(&assets).await?), Model::Load(load)))
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
