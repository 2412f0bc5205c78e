//! Errors as JavaScript sees them.

use js_sys::Array;
use semblance_client::{ClientError, FailureKind};
use wasm_bindgen::JsValue;

/// `[code, message]` of an error; the message says what happened and what to do about it.
pub(crate) fn thrown(error: &ClientError) -> JsValue {
    let message = format!("{error} {}", advice(error));
    Array::of2(&code(error).into(), &message.into()).into()
}

/// What to do about it, for whoever calls the library: the client's own advice is for who sees the
/// page.
fn advice(error: &ClientError) -> &'static str {
    match error {
        ClientError::NotThere { .. } => {
            "Check that base, and model if it is a URL, are the folders of the files."
        }
        ClientError::NoExact => "Leave precision out, or ask for \"fast\".",
        ClientError::Closed => "Embedder.load makes another.",
        other => other.advice(),
    }
}

/// The error's `code`, as `semblance.d.ts` lists them.
fn code(error: &ClientError) -> &'static str {
    match error {
        ClientError::Unsupported(_) => "unsupported",
        ClientError::UnknownModel(_) | ClientError::NoExact => "unknown-model",
        ClientError::Fetch { .. } | ClientError::NotThere { .. } => "network",
        ClientError::Failed(failure) => match failure.kind {
            FailureKind::Network | FailureKind::CutOff => "network",
            FailureKind::WrongHash => "damaged-file",
            FailureKind::BadModel => "bad-model",
            FailureKind::BadRequest => "bad-input",
            FailureKind::Died => "worker-died",
            FailureKind::Cancelled => "aborted",
        },
        ClientError::VectorsLost(_) => "worker-died",
        ClientError::WorkerDied(_) | ClientError::ReaderDied(_) => "worker-died",
        ClientError::TooMany => "too-many",
        ClientError::Cancelled => "aborted",
        ClientError::Closed => "closed",
    }
}

#[cfg(test)]
mod tests {
    use super::{advice, code};
    use semblance_client::ClientError;

    /// The types list every code that this crate gives, so that `switch` over them is complete.
    #[test]
    fn the_types_list_every_code() {
        let types = include_str!("../semblance.d.ts");
        let source = include_str!("failure.rs");
        let (_, source) = source.split_once("fn code").expect("a function");
        let codes = source
            .split("=> \"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next());
        let codes: Vec<&str> = codes.filter(|code| *code != "aborted").collect();
        assert!(codes.len() > 8);
        for code in codes {
            assert!(types.contains(&format!("\"{code}\"")), "{code}");
        }
        assert_eq!(code(&ClientError::Closed), "closed");
    }

    #[test]
    fn a_file_that_is_not_there_is_no_matter_of_the_connection() {
        let error = ClientError::NotThere {
            what: "The list".to_owned(),
            address: "https://example.org/a/assets.json".to_owned(),
            detail: "the server answered 404".to_owned(),
        };
        assert_eq!(code(&error), "network");
        assert!(
            error
                .to_string()
                .contains("https://example.org/a/assets.json")
        );
        assert!(
            advice(&error).contains("base") && !advice(&error).contains("Check the connection")
        );
        assert!(!advice(&ClientError::Closed).contains("page"));
    }
}
