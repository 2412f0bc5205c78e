//! One request, one answer.

use std::fs::File;
use std::io::{Error, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use bytes::Bytes;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Empty, Full};
use hyper::body::Incoming;
use hyper::header::{
    ACCEPT_ENCODING, ALLOW, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderMap,
    HeaderName, HeaderValue, IF_NONE_MATCH, LOCATION, VARY,
};
use hyper::{Method, Request, Response, StatusCode};

use crate::Fault;
use crate::body::FileBody;
use crate::file::{Place, cache_control, locate, media_type};
use crate::server::Shared;

type Answer = Response<BoxBody<Bytes, Error>>;

/// Answers a request, notes it in the log and lets the faults that were planned strike.
pub(crate) async fn respond(
    shared: Arc<Shared>,
    request: Request<Incoming>,
) -> Result<Answer, Error> {
    let path = request.uri().path().to_owned();
    let faults = shared.strike(&path);
    for fault in &faults {
        if let Fault::Delay(time) = fault {
            tokio::time::sleep(*time).await;
        }
    }
    if faults.contains(&Fault::Silence) {
        shared.log(request.method().as_str(), &path, 0);
        return Err(ErrorKind::ConnectionAborted.into());
    }
    let mut answer = answer(&shared, &request, &faults);
    for (name, value) in &shared.headers {
        answer.headers_mut().insert(name.clone(), value.clone());
    }
    for fault in &faults {
        match *fault {
            Fault::MediaType(media_type) => set(&mut answer, CONTENT_TYPE, media_type),
            Fault::Header(name, value) => {
                if let Ok(name) = name.parse() {
                    set(&mut answer, name, value);
                }
            }
            _ => {}
        }
    }
    shared.log(request.method().as_str(), &path, answer.status().as_u16());
    Ok(answer)
}

fn answer(shared: &Shared, request: &Request<Incoming>, faults: &[Fault]) -> Answer {
    let head = request.method() == Method::HEAD;
    if !head && request.method() != Method::GET {
        let mut answer = message(StatusCode::METHOD_NOT_ALLOWED, "GET and HEAD only.");
        set(&mut answer, ALLOW, "GET, HEAD");
        return answer;
    }
    for fault in faults {
        if let Fault::Status(code) = fault
            && let Ok(status) = StatusCode::from_u16(*code)
        {
            return message(status, "This answer is wrong on purpose.");
        }
    }
    if faults.contains(&Fault::FirstPage) {
        let page = shared.root().join("index.html");
        return file(shared, &page, request.headers(), head, faults)
            .unwrap_or_else(|| message(StatusCode::NOT_FOUND, "There is no such file."));
    }
    match locate(&shared.root(), &shared.prefix, request.uri().path()) {
        Place::File(path) => file(shared, &path, request.headers(), head, faults)
            .unwrap_or_else(|| message(StatusCode::NOT_FOUND, "There is no such file.")),
        Place::Redirect(to) => {
            let mut answer = message(StatusCode::PERMANENT_REDIRECT, "One slash further.");
            set(&mut answer, LOCATION, &to);
            answer
        }
        Place::Nowhere => message(StatusCode::NOT_FOUND, "There is no such file."),
    }
}

/// The file, its compressed copy when that is wanted, or the word that it hasn't changed; `None`
/// when it can't be read.
fn file(
    shared: &Shared,
    path: &Path,
    headers: &HeaderMap,
    head: bool,
    faults: &[Fault],
) -> Option<Answer> {
    let (source, encoding) = match compressed(shared, path, headers) {
        Some((copy, encoding)) => (copy, Some(encoding)),
        None => (path.to_owned(), None),
    };
    let file = File::open(source).ok()?;
    let metadata = file.metadata().ok()?;
    if !metadata.is_file() {
        return None;
    }
    let modified = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    let tag = format!("\"{:x}-{:x}\"", metadata.len(), modified.as_nanos());

    let unchanged = headers
        .get(IF_NONE_MATCH)
        .is_some_and(|value| value.as_bytes() == tag.as_bytes());
    let body = if unchanged || head {
        Empty::new().map_err(|never| match never {}).boxed()
    } else {
        FileBody::new(file, metadata.len(), faults).boxed()
    };
    let mut answer = Response::new(body);
    if unchanged {
        *answer.status_mut() = StatusCode::NOT_MODIFIED;
    }
    set(&mut answer, CONTENT_TYPE, media_type(path));
    set(&mut answer, CACHE_CONTROL, cache_control(path));
    set(&mut answer, ETAG, &tag);
    set(&mut answer, VARY, "Accept-Encoding");
    if let Some(encoding) = encoding {
        set(&mut answer, CONTENT_ENCODING, encoding);
    }
    Some(answer)
}

/// The compressed copy beside the file that the browser takes.
fn compressed(
    shared: &Shared,
    path: &Path,
    headers: &HeaderMap,
) -> Option<(PathBuf, &'static str)> {
    if !shared.compressed {
        return None;
    }
    let accepted = headers.get(ACCEPT_ENCODING)?.to_str().ok()?;
    [("br", "br"), ("gz", "gzip")]
        .into_iter()
        .filter(|(_, encoding)| {
            let mut offers = accepted.split(',').map(|offer| offer.split(';').next());
            offers.any(|name| name.map(str::trim) == Some(encoding))
        })
        .map(|(extension, encoding)| {
            let mut copy = path.as_os_str().to_owned();
            copy.push(".");
            copy.push(extension);
            (PathBuf::from(copy), encoding)
        })
        .find(|(copy, _)| copy.is_file())
}

fn message(status: StatusCode, text: &'static str) -> Answer {
    let body = Full::new(Bytes::from_static(text.as_bytes()));
    let mut answer = Response::new(body.map_err(|never| match never {}).boxed());
    *answer.status_mut() = status;
    set(&mut answer, CONTENT_TYPE, "text/plain; charset=utf-8");
    set(&mut answer, CACHE_CONTROL, "no-store");
    answer
}

/// Sets a header whose value is known to be plain ASCII; anything else is left out.
fn set(answer: &mut Answer, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        answer.headers_mut().insert(name, value);
    }
}
