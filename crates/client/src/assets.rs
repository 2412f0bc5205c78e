//! `assets.json`: which files the engine and the model are, by content.

use crate::{ClientError, engine::failed};
use js_sys::{Array, Function, JSON, Promise, Reflect};
use semblance_protocol::{Load, ModelFile, Precision};
use wasm_bindgen::{JsCast, JsValue, closure::Closure, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;
use web_sys::{RequestCache, RequestInit, Response, Url};

#[wasm_bindgen]
extern "C" {
    // Bound here since it is a method of `Window` in web-sys, and workers have it too.
    #[wasm_bindgen(js_name = fetch, catch)]
    fn global_fetch(url: &str, init: &RequestInit) -> Result<JsValue, JsValue>;

    /// What a page that is one file has in the place of `fetch` (`crates/xtask/src/kit/kit.js`).
    /// Several files it hands out as one `Blob`, in which they follow one another, and tells a
    /// function how many bytes of a large one are there.
    #[wasm_bindgen(thread_local_v2, js_name = semblanceFile)]
    static OWN_FILES: Option<Function>;
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

    /// The build of the engine with or without relaxed SIMD, and its name.
    pub(crate) fn engine(&self, relaxed: bool) -> Result<(EngineBuild, &'static str), ClientError> {
        let engine = get(&self.list, "engine")?;
        // A site may ship the plain build alone.
        let (build, name) = match relaxed.then(|| get(&engine, "relaxed")) {
            Some(Ok(build)) => (build, "relaxed"),
            Some(Err(_)) | None => (get(&engine, "simd")?, "simd"),
        };
        Ok((self.build(&build)?, name))
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
            weights: file("weights").map_err(|error| match precision {
                Precision::Fast => error,
                Precision::Exact => ClientError::NoExact,
            })?,
            tokenizer: file("tokenizer")?,
            config: file("config")?,
            precision,
        })
    }
}

/// A model that the site offers.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    /// Its name in the list, which [`ClientOptions::model`](crate::ClientOptions::model) takes.
    pub name: String,
    /// What it is good for.
    pub about: String,
    /// The languages it was trained on.
    pub languages: String,
    /// SPDX identifier of the licence of the weights.
    pub licence: String,
    /// What is put before every text; empty for most models.
    pub prompt: String,
    /// Components of a vector.
    pub dimensions: f64,
    /// Tokens that it reads of a text.
    pub max_tokens: f64,
    /// Its weights, in all.
    pub parameters: f64,
    /// Rank correlation of its scores with people's, on the test split of the STS benchmark.
    pub stsb: f64,
    /// Figures that others have published: what, value, where.
    pub published: Vec<[String; 3]>,
    /// Bytes to fetch for fast arithmetic.
    pub fast: f64,
    /// Bytes to fetch for exact arithmetic, if the site has the weights.
    pub exact: Option<f64>,
}

/// The models that the site at `base` offers, the one that it begins with first.
///
/// # Errors
/// [`ClientError::Fetch`] or [`ClientError::NotThere`] if there is no readable list.
pub async fn offers(base: &str) -> Result<Vec<Offer>, ClientError> {
    let assets = Assets::load(base).await?;
    let models: Array = get(&assets.list, "models")?.dyn_into().unwrap_or_default();
    models.iter().map(|model| offer(&model)).collect()
}

fn offer(model: &JsValue) -> Result<Offer, ClientError> {
    let card = get(model, "card").unwrap_or_default();
    // A list made by hand may say less.
    let text = |key: &str| string(&card, key).unwrap_or_default();
    let number = |of: &JsValue, key: &str| get(of, key).ok().and_then(|value| value.as_f64());
    let of_card = |key: &str| number(&card, key).unwrap_or_default();
    let published: Array = get(&card, "published")
        .and_then(|list| list.dyn_into().map_err(|_| missing("published")))
        .unwrap_or_default();
    let published = published.iter().map(|figure| {
        ["what", "value", "source"].map(|key| string(&figure, key).unwrap_or_default())
    });
    let files: Array = get(model, "files")?.dyn_into().unwrap_or_default();
    let (mut beside, mut fast, mut exact) = (0.0, 0.0, None);
    for file in files.iter() {
        let bytes = number(&file, "bytes").unwrap_or_default();
        match string(&file, "precision").as_deref() {
            Ok("exact") => exact = Some(bytes),
            Ok(_) => fast = bytes,
            Err(_) => beside += bytes,
        }
    }
    Ok(Offer {
        name: string(model, "name")?,
        about: text("about"),
        languages: text("languages"),
        licence: text("license"),
        prompt: text("prompt"),
        dimensions: of_card("dimensions"),
        max_tokens: of_card("max_tokens"),
        parameters: of_card("parameters"),
        stsb: of_card("stsb"),
        published: published.collect(),
        fast: fast + beside,
        exact: exact.map(|exact| exact + beside),
    })
}

/// The model's files one after another, if the page is one that brings them along; undefined where
/// the worker gets them for itself. `heard` is told how many bytes of the large one are there.
pub(crate) async fn brought_along(
    load: &Load,
    heard: impl Fn(f64) + 'static,
) -> Result<JsValue, ClientError> {
    let Some(own) = OWN_FILES.with(Option::clone) else {
        return Ok(JsValue::UNDEFINED);
    };
    let what = "The model";
    let heard = Closure::<dyn Fn(f64)>::new(heard);
    let addresses = Array::new();
    for file in load.files() {
        addresses.push(&absolute(&file.path, &load.base)?.into());
    }
    let answer = own.call2(&JsValue::NULL, &addresses, heard.as_ref());
    answered(what, answer).await
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
    let answer = match OWN_FILES.with(Option::clone) {
        Some(own) => own.call2(&JsValue::NULL, &url.into(), &JsValue::UNDEFINED),
        None => {
            let init = RequestInit::new();
            init.set_cache(cache);
            global_fetch(url, &init)
        }
    };
    let response: Response = answered(what, answer).await?.unchecked_into();
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

/// What `fetch`, or whatever stood in for it, comes to.
async fn answered(what: &str, answer: Result<JsValue, JsValue>) -> Result<JsValue, ClientError> {
    let answer: Promise = answer.map_err(|e| failed(what, &e))?.unchecked_into();
    JsFuture::from(answer).await.map_err(|e| failed(what, &e))
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
