//! Why two texts score as they do, as plain objects.

use crate::{Ready, Stop, failure::thrown, object};
use js_sys::{Array, Float32Array, Function, Object};
use semblance_client::Word;
use std::rc::Rc;
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

#[wasm_bindgen]
impl Ready {
    /// What each pair of words of two texts brings to their score; with `leave_out` also the scores
    /// without each word. `progress` is called with how far it has come, 0 to 1.
    ///
    /// # Errors
    /// `[code, message]`.
    pub async fn explain(
        &self,
        a: String,
        b: String,
        leave_out: bool,
        stop: &Stop,
        progress: Option<Function>,
    ) -> Result<Object, JsValue> {
        // A borrow of this struct would not outlive `close` and `free` from JavaScript.
        let (embedder, cancel) = (self.0.clone(), stop.0.clone());
        let hear: Rc<dyn Fn(f32)> = Rc::new(move |done| {
            if let Some(progress) = &progress {
                // What a listener throws is no failure of the engine.
                let _ = progress.call1(&JsValue::UNDEFINED, &done.into());
            }
        });
        let work = async {
            let found = embedder.explain(&a, &b, &cancel, &hear).await?;
            let left = match leave_out {
                true => [
                    Some(embedder.leave_one_out(&a, &found.a, &b, &cancel).await?),
                    Some(embedder.leave_one_out(&b, &found.b, &a, &cancel).await?),
                ],
                false => [None, None],
            };
            Ok((found, left))
        };
        let (found, [left_a, left_b]) = work.await.map_err(|error| thrown(&error))?;
        Ok(object(&[
            ("score", found.score.into()),
            ("a", words(&a, &found.a, found.truncated[0], left_a)),
            ("b", words(&b, &found.b, found.truncated[1], left_b)),
            ("table", Float32Array::from(&found.table[..]).into()),
        ]))
    }
}

/// What is said of one of the texts; `left` are the scores without each word.
fn words(text: &str, words: &[Word], truncated: bool, left: Option<Vec<f32>>) -> JsValue {
    let word = |word: &Word| {
        let [start, end] = [word.start, word.end].map(|at| units(text, at as usize));
        let part = text.get(word.start as usize..word.end as usize);
        let of = object(&[
            ("text", part.unwrap_or_default().into()),
            ("start", start.into()),
            ("end", end.into()),
        ]);
        JsValue::from(of)
    };
    let left = left.map_or(JsValue::UNDEFINED, |left| {
        Float32Array::from(&left[..]).into()
    });
    let words: Array = words.iter().map(word).collect();
    let of = object(&[
        ("words", words.into()),
        ("truncated", truncated.into()),
        ("without", left),
    ]);
    of.into()
}

/// How many units of a JavaScript string stand before byte `at`.
fn units(text: &str, at: usize) -> u32 {
    let before = text.get(..at).unwrap_or(text);
    before.encode_utf16().count() as u32
}

#[cfg(test)]
mod tests {
    use super::units;

    #[test]
    fn places_are_those_of_javascript() {
        let text = "é😀字a";
        let found = [0, 2, 6, 9, 10, 99].map(|at| units(text, at));
        assert_eq!(found, [0, 1, 3, 4, 5, 5]);
    }
}
