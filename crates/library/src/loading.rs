//! Getting a model ready, which can be stopped while it downloads.

use crate::{Ready, failure::thrown};
use futures_channel::oneshot;
use futures_util::future::{Either, select};
use js_sys::Function;
use semblance_client::{
    ClientError, ClientOptions, Embedder, Event, ModelFolder, Precision, Prompt, Stage,
};
use std::{cell::RefCell, pin::pin, rc::Rc};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};
use web_sys::Blob;

/// A start that may be stopped.
#[wasm_bindgen]
pub struct Loading {
    options: ClientOptions,
    stop: RefCell<Option<oneshot::Sender<()>>>,
}

#[wasm_bindgen]
impl Loading {
    /// A start with files at `base`; `workers` of 0 leaves their number to the engine.
    #[wasm_bindgen(constructor)]
    pub fn new(base: String, model: Option<String>, exact: bool, workers: usize) -> Self {
        let precision = if exact {
            Precision::Exact
        } else {
            Precision::Fast
        };
        Self {
            options: ClientOptions {
                model,
                precision,
                workers: (workers > 0).then_some(workers),
                ..ClientOptions::new(base)
            },
            stop: RefCell::default(),
        }
    }

    /// Takes the model from these files, each with its path, instead; with the prompt of a name, or
    /// of these words, before every text.
    pub fn open(
        &mut self,
        paths: Vec<String>,
        files: Vec<Blob>,
        prompt_name: Option<String>,
        prompt: Option<String>,
    ) {
        let prompt = match (prompt, prompt_name) {
            (Some(text), _) => Prompt::Text(text),
            (None, Some(name)) => Prompt::Named(name),
            (None, None) => Prompt::Default,
        };
        self.options.folder = Some(ModelFolder {
            files: paths.into_iter().zip(files).collect(),
            prompt,
        });
    }

    /// Ends the download and its worker.
    pub fn stop(&self) {
        // Without a sender nothing has begun, or all is over.
        self.stop.take();
    }

    /// Gets the model ready; `progress` is called with the stage, bytes so far and bytes in all.
    ///
    /// # Errors
    /// `[code, message]`.
    pub async fn start(&self, progress: Option<Function>) -> Result<Ready, JsValue> {
        let (stop, stopped) = oneshot::channel();
        self.stop.replace(Some(stop));
        let events = Rc::new(move |event| {
            if let (
                Event::Loading {
                    stage,
                    loaded,
                    total,
                },
                Some(progress),
            ) = (event, &progress)
            {
                // What a listener throws is no failure of the engine.
                let _ = progress.call3(
                    &JsValue::UNDEFINED,
                    &name(stage).into(),
                    &loaded.into(),
                    &total.into(),
                );
            }
        });
        let start = pin!(Embedder::start(self.options.clone(), events));
        // What loses is dropped, and its worker and download end with it.
        match select(start, stopped).await {
            Either::Left((started, _)) => started
                .map(|embedder| Ready(Rc::new(embedder)))
                .map_err(|error| thrown(&error)),
            Either::Right(_) => Err(thrown(&ClientError::Cancelled)),
        }
    }
}

fn name(stage: Stage) -> &'static str {
    match stage {
        Stage::Engine => "engine",
        Stage::Model => "model",
        Stage::Preparing => "preparing",
    }
}
