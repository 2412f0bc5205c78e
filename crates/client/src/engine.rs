//! The code of the workers: which build this browser takes, compiled once for all of a kind.

use crate::{
    ClientError,
    assets::{Assets, EngineBuild, fetch},
};
use js_sys::{Array, Object, Reflect, WebAssembly};
use std::cell::Cell;
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, RequestCache, Url, Worker};

#[wasm_bindgen]
extern "C" {
    // Bound here since js-sys takes the two forms of the argument apart.
    #[wasm_bindgen(js_namespace = WebAssembly, js_name = validate, catch)]
    fn validate(bytes: &[u8]) -> Result<bool, JsValue>;
}

/// The smallest module with one `i8x16.splat`: `(func (result v128) i32.const 0 i8x16.splat)`.
const SIMD_PROBE: &[u8] = &[
    0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 8, 1, 6, 0, 65, 0, 253,
    15, 11,
];

/// The smallest module with one `i32x4.relaxed_dot_i8x16_i7x16_add_s`.
const RELAXED_SIMD_PROBE: &[u8] = &[
    0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 19, 1, 17, 0, 65, 0, 253,
    15, 65, 0, 253, 15, 65, 0, 253, 15, 253, 147, 2, 11,
];

thread_local! {
    static STARTED_BEFORE: Cell<bool> = const { Cell::new(false) };
}

/// Compiled code, and the script that starts it in a worker.
pub(crate) struct Engine {
    module: WebAssembly::Module,
    script: String,
    /// Which build it is: they round differently.
    pub(crate) build: &'static str,
}

impl Engine {
    /// Fetches and compiles the build that this browser takes.
    ///
    /// After a start that failed, the browser's HTTP cache is passed by: it may be what is broken.
    pub(crate) async fn load(assets: &Assets) -> Result<Self, ClientError> {
        let cache = if STARTED_BEFORE.replace(true) {
            RequestCache::Reload
        } else {
            RequestCache::Default
        };
        if !validate(SIMD_PROBE).unwrap_or(false) {
            return Err(ClientError::Unsupported(
                "its WebAssembly has no SIMD".to_owned(),
            ));
        }
        let (build, name) = assets.engine(validate(RELAXED_SIMD_PROBE).unwrap_or(false))?;
        let mut engine = Self::compile("The engine", &build, cache).await?;
        engine.build = name;
        Ok(engine)
    }

    /// Fetches and compiles the readers of files.
    pub(crate) async fn importer(assets: &Assets) -> Result<Self, ClientError> {
        // Whoever has a file can try again: only then is the cache passed by.
        let build = assets.importer()?;
        Self::compile("The part that reads files", &build, RequestCache::NoCache).await
    }

    async fn compile(
        what: &str,
        build: &EngineBuild,
        cache: RequestCache,
    ) -> Result<Self, ClientError> {
        let script = async {
            let response = fetch(what, &build.script, cache).await?;
            let text = response.text().map_err(|e| failed(what, &e))?;
            let text = JsFuture::from(text).await.map_err(|e| failed(what, &e))?;
            let script = Array::of1(&text);
            let options = BlobPropertyBag::new();
            options.set_type("text/javascript");
            Blob::new_with_str_sequence_and_options(&script, &options)
                .and_then(|blob| Url::create_object_url_with_blob(&blob))
                .map_err(|e| failed(what, &e))
        };
        let module = async {
            let response = fetch(what, &build.module, cache).await?;
            let bytes = response.array_buffer().map_err(|e| failed(what, &e))?;
            let bytes = JsFuture::from(bytes).await.map_err(|e| failed(what, &e))?;
            // Not compileStreaming: that wants a MIME type which not every static host sends.
            let module = JsFuture::from(WebAssembly::compile(&bytes))
                .await
                .map_err(|e| failed(what, &e))?;
            Ok(module.unchecked_into::<WebAssembly::Module>())
        };
        let (script, module) = futures_util::future::try_join(script, module).await?;
        Ok(Self {
            module,
            script,
            build: "",
        })
    }

    /// A new worker that is starting this code; messages sent to it wait until it has.
    pub(crate) fn spawn(&self, name: &str) -> Result<Worker, ClientError> {
        let options = web_sys::WorkerOptions::new();
        options.set_name(name);
        let worker =
            Worker::new_with_options(&self.script, &options).map_err(|e| failed("A worker", &e))?;
        worker
            .post_message(&self.module)
            .map_err(|e| failed("A worker", &e))?;
        Ok(worker)
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        // A failure here would only leave a few kilobytes until the page closes.
        let _ = Url::revoke_object_url(&self.script);
    }
}

/// What a browser API said, as an error about `what`.
pub(crate) fn failed(what: &str, error: &JsValue) -> ClientError {
    ClientError::Fetch {
        what: what.to_owned(),
        detail: describe(error),
    }
}

/// The message of a JavaScript error, without a final full stop.
pub(crate) fn describe(error: &JsValue) -> String {
    let message = error
        .dyn_ref::<Object>()
        .and_then(|object| Reflect::get(object, &"message".into()).ok())
        .and_then(|message| message.as_string())
        .or_else(|| error.as_string())
        .unwrap_or_else(|| format!("{error:?}"));
    message.trim_end_matches('.').to_owned()
}
