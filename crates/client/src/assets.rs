//! `assets.json`: which files the engine and the model are, by content.

use crate::{ClientError, engine::failed};
use js_sys::{Array, JSON, Promise, Reflect};
use semblance_protocol::{Load, ModelFile, Precision};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;
use web_sys::{RequestCache, RequestInit, Response, Url};

#[wasm_bindgen]
extern "C" {
    // Bound here since it is a method of `Window` in web-sys, and workers have it too.
    #[wasm_bindgen(js_name = fetch, catch)]
    fn global_fetch(url: &str, init: &RequestInit) -> Result<Promise, JsValue>;
}

/// The list of files, in a sentence.
const LIST: &str = "The list of files (assets.json)";

/// The list of files beside the page.
pub(crate) struct Assets {
    base: String,
    list: JsValue,
}

/// One build of a worker, by absolute URLs.
pub(crate) struct EngineBuild {
    pub(crate) script: String,
    pub(crate) module: String,
}

impl Assets {
    /// Fetches the list that stands beside the page at `base`.
    pub(crate) async fn load(base: &str) -> Result<Self, ClientError> {
        let what = LIST;
        let address = absolute("assets.json", base)?;
        let response = fetch(what, &address, RequestCache::NoStore).await?;
        let text = response.text().map_err(|e| failed(what, &e))?;
        let text = JsFuture::from(text).await.map_err(|e| failed(what, &e))?;
        // Many servers answer every address that they don't know with the site's page.
        let list = JSON::parse(&text.as_string().unwrap_or_default())
            .ok()
            .filter(JsValue::is_object)
            .ok_or_else(|| ClientError::NotThere {
                what: what.to_owned(),
                address,
                detail: "what the server sent is no such list".to_owned(),
            })?;
        Ok(Self {
            base: base.to_owned(),
            list,
        })
    }

    /// The build of the engine with or without relaxed SIMD.
    pub(crate) fn engine(&self, relaxed: bool) -> Result<EngineBuild, ClientError> {
        let engine = get(&self.list, "engine")?;
        // A site may ship the plain build alone.
        let build = match relaxed.then(|| get(&engine, "relaxed")) {
            Some(Ok(build)) => build,
            Some(Err(_)) | None => get(&engine, "simd")?,
        };
        self.build(&build)
    }

    /// The readers of files.
    pub(crate) fn importer(&self) -> Result<EngineBuild, ClientError> {
        self.build(&get(&self.list, "importer")?)
    }

    fn build(&self, entry: &JsValue) -> Result<EngineBuild, ClientError> {
        Ok(EngineBuild {
            script: absolute(&string(entry, "script")?, &self.base)?,
            module: absolute(&string(entry, "module")?, &self.base)?,
        })
    }

    /// The model of that name, or the first in the list.
    pub(crate) fn model(
        &self,
        name: Option<&str>,
        precision: Precision,
    ) -> Result<Load, ClientError> {
        let models: Array = get(&self.list, "models")?.dyn_into().unwrap_or_default();
        let model = match name {
            None => models.get(0),
            Some(wanted) => models
                .iter()
                .find(|model| string(model, "name").is_ok_and(|name| name == wanted))
                .ok_or_else(|| ClientError::UnknownModel(wanted.to_owned()))?,
        };
        let files: Array = get(&model, "files")?.dyn_into().unwrap_or_default();
        let file = |role: &str| -> Result<ModelFile, ClientError> {
            let entry = files
                .iter()
                .find(|file| {
                    let is = |key, expected| string(file, key).is_ok_and(|found| found == expected);
                    is("role", role) && (role != "weights" || is("precision", key(precision)))
                })
                .ok_or_else(|| missing(&format!("{role} for “{}”", key(precision))))?;
            Ok(ModelFile {
                path: string(&entry, "path")?,
                bytes: get(&entry, "bytes")?
                    .as_f64()
                    .ok_or_else(|| missing("bytes"))? as u64,
                sha256: string(&entry, "sha256")?,
            })
        };
        Ok(Load {
            base: self.base.clone(),
            name: string(&model, "name")?,
            weights: file("weights")?,
            tokenizer: file("tokenizer")?,
            config: file("config")?,
            precision,
        })
    }
}

/// How the list names a precision.
fn key(precision: Precision) -> &'static str {
    match precision {
        Precision::Fast => "fast",
        Precision::Exact => "exact",
    }
}

/// The response to a GET of `url`; anything but a success is an error about `what`.
pub(crate) async fn fetch(
    what: &str,
    url: &str,
    cache: RequestCache,
) -> Result<Response, ClientError> {
    let init = RequestInit::new();
    init.set_cache(cache);
    let response = global_fetch(url, &init).map_err(|e| failed(what, &e))?;
    let response: Response = JsFuture::from(response)
        .await
        .map_err(|e| failed(what, &e))?
        .unchecked_into();
    if response.ok() {
        return Ok(response);
    }
    let detail = format!("the server answered {}", response.status());
    // The server was reached, and has nothing there: the connection is not what is wrong.
    Err(if matches!(response.status(), 404 | 410) {
        ClientError::NotThere {
            what: what.to_owned(),
            address: url.to_owned(),
            detail,
        }
    } else {
        ClientError::Fetch {
            what: what.to_owned(),
            detail,
        }
    })
}

fn absolute(path: &str, base: &str) -> Result<String, ClientError> {
    Ok(Url::new_with_base(path, base)
        .map_err(|e| failed(path, &e))?
        .href())
}

fn get(object: &JsValue, key: &str) -> Result<JsValue, ClientError> {
    match Reflect::get(object, &key.into()) {
        Ok(value) if !value.is_undefined() => Ok(value),
        Ok(_) | Err(_) => Err(missing(key)),
    }
}

fn string(object: &JsValue, key: &str) -> Result<String, ClientError> {
    get(object, key)?.as_string().ok_or_else(|| missing(key))
}

fn missing(key: &str) -> ClientError {
    ClientError::Fetch {
        what: LIST.to_owned(),
        detail: format!("it has no “{key}”"),
    }
}
