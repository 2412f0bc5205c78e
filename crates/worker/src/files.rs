//! A model's files: from the browser's cache or the network, checked by length and hash, and kept
//! for the next visit under the hash.

use crate::hash::sha256;
use js_sys::{Array, ArrayBuffer, Promise, Reflect, Uint8Array};
use semblance_protocol::{Failure, FailureKind, ModelFile};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, Cache, CacheStorage, DedicatedWorkerGlobalScope, ReadableStreamDefaultReader, Request,
    RequestCache, RequestInit, Response,
};

/// The name of the browser cache that keeps model files.
const CACHE: &str = "semblance-models";

/// A download that brings no byte for so long counts as broken off.
const SILENCE_MS: i32 = 20_000;

/// A file that is what it should be.
pub(crate) struct File {
    /// Its content.
    pub(crate) bytes: Uint8Array,
    /// The same as a `Blob`, which other workers can share.
    pub(crate) blob: JsValue,
    /// Whether it came from the browser's cache.
    pub(crate) from_cache: bool,
    /// Why it could not be kept, if it could not.
    pub(crate) not_kept: Option<String>,
}

/// Gets a file; `progress` hears bytes so far and in all.
pub(crate) async fn get(
    base: &str,
    file: &ModelFile,
    progress: impl Fn(u64, u64),
) -> Result<File, Failure> {
    let url = format!(
        "{base_url}{path}",
        base_url = folder(base),
        path = file.path
    );
    let cache = open_cache().await;
    if let Ok(cache) = &cache
        && let Some(found) = from_cache(cache, &url, file).await
    {
        return Ok(found);
    }
    // The browser's HTTP cache may hold an older file of the same name: the second try goes past.
    let blob = match download(&url, file, RequestCache::Default, &progress).await {
        Err(failure) if failure.kind != FailureKind::Network => {
            download(&url, file, RequestCache::Reload, &progress).await?
        }
        outcome => outcome?,
    };
    let not_kept = match &cache {
        Ok(cache) => keep(cache, &url, file, &blob).await.err(),
        Err(reason) => Some(reason.clone()),
    };
    Ok(File {
        bytes: bytes_of(&blob, file).await?,
        blob: blob.into(),
        from_cache: false,
        not_kept,
    })
}

/// Files from a `Blob`, or the bytes of one, in which they follow one another.
pub(crate) async fn parted(whole: JsValue, files: [&ModelFile; 3]) -> Result<[File; 3], Failure> {
    let mut end = 0.0;
    let parts = files.map(|file| {
        let start = end;
        end += file.bytes as f64;
        match whole.dyn_ref::<ArrayBuffer>() {
            // Where these come, no `Blob` can be read, but made.
            Some(buffer) => {
                let bytes = Uint8Array::new(buffer).subarray(start as u32, end as u32);
                let blob = Blob::new_with_buffer_source_sequence(&Array::of1(&bytes));
                blob.map(|blob| (blob, Some(bytes)))
            }
            None => {
                let whole: &Blob = whole.unchecked_ref();
                let part = whole.slice_with_f64_and_f64(start, end);
                part.map(|blob| (blob, None))
            }
        }
    });
    let [first, second, third] = parts;
    Ok([
        given(first, files[0]).await?,
        given(second, files[1]).await?,
        given(third, files[2]).await?,
    ])
}

/// A file that somebody has got before, and its bytes if they are known.
async fn given(
    part: Result<(Blob, Option<Uint8Array>), JsValue>,
    file: &ModelFile,
) -> Result<File, Failure> {
    let (blob, known) = part.map_err(|error| unreadable(file, &error))?;
    let bytes = match known {
        Some(bytes) => bytes,
        None => bytes_of(&blob, file).await?,
    };
    if u64::from(bytes.length()) < file.bytes {
        return Err(cut_off(file, bytes.length().into()));
    }
    Ok(File {
        bytes,
        blob: blob.into(),
        from_cache: true,
        not_kept: None,
    })
}

/// Files as one `Blob`, in which they follow one another.
pub(crate) fn joined(files: [&File; 3]) -> Result<JsValue, Failure> {
    let blobs: Array = files.iter().map(|file| &file.blob).collect();
    match Blob::new_with_blob_sequence(&blobs) {
        Ok(blob) => Ok(blob.into()),
        Err(error) => Err(Failure::new(FailureKind::Network, describe(&error))),
    }
}

/// The content of a `Blob` that is this file.
async fn bytes_of(blob: &Blob, file: &ModelFile) -> Result<Uint8Array, Failure> {
    let buffer = JsFuture::from(blob.array_buffer()).await;
    Ok(Uint8Array::new(
        &buffer.map_err(|error| unreadable(file, &error))?,
    ))
}

fn unreadable(file: &ModelFile, error: &JsValue) -> Failure {
    Failure::new(
        FailureKind::Network,
        format!("{} could not be read: {}.", name(file), describe(error)),
    )
}

/// The base up to its last slash, which paths are relative to.
fn folder(base: &str) -> &str {
    let end = base.find(['?', '#']).unwrap_or(base.len());
    let end = base[..end].rfind('/').map_or(end, |slash| slash + 1);
    &base[..end]
}

fn name(file: &ModelFile) -> &str {
    file.path.rsplit('/').next().unwrap_or(&file.path)
}

fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

async fn open_cache() -> Result<Cache, String> {
    let unavailable = || "this browser or address keeps no files".to_owned();
    let caches = Reflect::get(&scope(), &"caches".into()).map_err(|_| unavailable())?;
    let caches: CacheStorage = caches.dyn_into().map_err(|_| unavailable())?;
    JsFuture::from(caches.open(CACHE))
        .await
        .map(|cache| cache.unchecked_into())
        .map_err(|error| describe(&error))
}

/// Where the cache keeps a file: its own address, and its content's hash.
fn key(url: &str, file: &ModelFile) -> String {
    format!("{url}?sha256={}", file.sha256)
}

async fn from_cache(cache: &Cache, url: &str, file: &ModelFile) -> Option<File> {
    let key = key(url, file);
    let found = JsFuture::from(cache.match_with_str(&key)).await.ok()?;
    let response: Response = found.dyn_into().ok()?;
    let blob = JsFuture::from(response.blob().ok()?).await.ok()?;
    let bytes = bytes_of(blob.unchecked_ref(), file).await.ok()?;
    if u64::from(bytes.length()) == file.bytes && sha256(&bytes).await == file.sha256 {
        return Some(File {
            bytes,
            blob,
            from_cache: true,
            not_kept: None,
        });
    }
    // Damaged: fetch it again. If it cannot be deleted, it is replaced all the same.
    let _ = JsFuture::from(cache.delete_with_str(&key)).await;
    None
}

/// Keeps a file for the next visit, in the place of older versions of it.
async fn keep(cache: &Cache, url: &str, file: &ModelFile, blob: &Blob) -> Result<(), String> {
    let key = key(url, file);
    let response = Response::new_with_opt_blob(Some(blob)).map_err(|error| describe(&error))?;
    JsFuture::from(cache.put_with_str(&key, &response))
        .await
        .map_err(|error| describe(&error))?;
    let entries = JsFuture::from(cache.keys())
        .await
        .map_err(|error| describe(&error))?;
    for entry in entries.unchecked_into::<Array>().iter() {
        let entry: Request = entry.unchecked_into();
        let older = entry.url();
        if older.split('?').next() == Some(url) && older != key {
            // Only costs room if it stays.
            let _ = JsFuture::from(cache.delete_with_request(&entry)).await;
        }
    }
    Ok(())
}

/// Downloads a file and checks it.
async fn download(
    url: &str,
    file: &ModelFile,
    mode: RequestCache,
    progress: &impl Fn(u64, u64),
) -> Result<Blob, Failure> {
    let network = |detail: String| {
        Failure::new(
            FailureKind::Network,
            format!("{} could not be fetched: {detail}.", name(file)),
        )
    };
    let init = RequestInit::new();
    init.set_cache(mode);
    let response: Response = JsFuture::from(scope().fetch_with_str_and_init(url, &init))
        .await
        .map_err(|error| network(describe(&error)))?
        .unchecked_into();
    if !response.ok() {
        return Err(network(format!(
            "the server answered {}",
            response.status()
        )));
    }
    let chunks = Array::new();
    let mut loaded = 0_u64;
    progress(0, file.bytes);
    if let Some(body) = response.body() {
        let reader: ReadableStreamDefaultReader = body.get_reader().unchecked_into();
        let mut told = 0;
        loop {
            let piece = JsFuture::from(or_silence(&reader.read()))
                .await
                .map_err(|_| cut_off(file, loaded))?;
            let value = Reflect::get(&piece, &"value".into()).unwrap_or_default();
            let Ok(value) = value.dyn_into::<Uint8Array>() else {
                break;
            };
            loaded += u64::from(value.length());
            if loaded > file.bytes {
                break;
            }
            chunks.push(&value);
            if loaded - told >= 256 * 1024 || loaded == file.bytes {
                progress(loaded, file.bytes);
                told = loaded;
            }
        }
    }
    if loaded < file.bytes {
        return Err(cut_off(file, loaded));
    }
    let blob = Blob::new_with_u8_array_sequence(&chunks).map_err(|e| network(describe(&e)))?;
    if loaded > file.bytes || sha256(&bytes_of(&blob, file).await?).await != file.sha256 {
        return Err(Failure::new(
            FailureKind::WrongHash,
            format!(
                "{} is not the file that this page was made for, so it was refused.",
                name(file)
            ),
        ));
    }
    Ok(blob)
}

/// `promise`, or a rejection when nothing came of it for so long that a person would give up.
fn or_silence(promise: &Promise) -> Promise {
    let silence = Promise::new(&mut |_, reject| {
        // Without a timer there is only waiting, as without this function.
        let _ = scope().set_timeout_with_callback_and_timeout_and_arguments_0(&reject, SILENCE_MS);
    });
    Promise::race(&Array::of2(promise, &silence))
}

fn cut_off(file: &ModelFile, loaded: u64) -> Failure {
    let megabytes = |bytes: u64| bytes as f64 / 1e6;
    Failure::new(
        FailureKind::CutOff,
        format!(
            "The download of {} broke off after {:.1} of {:.1} MB.",
            name(file),
            megabytes(loaded),
            megabytes(file.bytes)
        ),
    )
}

/// The message of a JavaScript error, without a final full stop.
fn describe(error: &JsValue) -> String {
    let message = Reflect::get(error, &"message".into())
        .ok()
        .and_then(|message| message.as_string())
        .unwrap_or_else(|| format!("{error:?}"));
    message.trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::folder;

    #[test]
    fn paths_are_relative_to_the_folder_of_the_page() {
        for (base, expected) in [
            ("http://a/", "http://a/"),
            ("http://a/b/index.html", "http://a/b/"),
            ("http://a/b/?x=/y#/z", "http://a/b/"),
            ("file:///home/me/index.html", "file:///home/me/"),
        ] {
            assert_eq!(folder(base), expected);
        }
    }
}
