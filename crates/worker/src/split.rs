//! A text's vector as a sum over its words, in slices, so that others are served meanwhile.

use crate::{
    encoding::{Encoding, refused},
    pace::{SLICE, now, take_in},
};
use semblance_encoder::Split;
use semblance_protocol::{Failure, FailureKind, Response, Word, wire::Payload, worker::Answer};
use std::cell::RefCell;

thread_local! {
    /// Splits that are under way.
    static JOBS: RefCell<Vec<u32>> = RefCell::default();
}

/// Has a split end before its next slice.
pub(crate) fn give_up(job: u32) {
    JOBS.with_borrow_mut(|jobs| jobs.retain(|other| *other != job));
}

/// Splits a text; `progress` hears how far it has come, 0 to 1.
pub(crate) async fn answer(
    encoding: &RefCell<Encoding>,
    text: &str,
    job: u32,
    progress: impl Fn(f32),
) -> Answer {
    JOBS.with_borrow_mut(|jobs| jobs.push(job));
    let split = run(encoding, text, job, progress).await;
    give_up(job);
    split.map(answered)
}

async fn run(
    encoding: &RefCell<Encoding>,
    text: &str,
    job: u32,
    progress: impl Fn(f32),
) -> Result<Split, Failure> {
    let splitting = encoding.borrow().encoder()?.begin_split(text);
    let mut splitting = splitting.map_err(refused)?;
    let mut since = now();
    loop {
        let split = encoding.borrow().encoder()?.proceed_split(&mut splitting);
        if let Some(split) = split.map_err(refused)? {
            return Ok(split);
        }
        if now() - since >= SLICE {
            progress(encoding.borrow().encoder()?.split_progress(&splitting));
            take_in().await;
            if !JOBS.with_borrow(|jobs| jobs.contains(&job)) {
                let reason = "The split was given up.";
                return Err(Failure::new(FailureKind::Cancelled, reason));
            }
            since = now();
        }
    }
}

fn answered(split: Split) -> (Response, Payload) {
    let payload = Payload::from_slice(&split.vectors);
    let word = |word: semblance_encoder::Word| Word {
        // Texts are shorter than 4 GiB: wasm has no room for more.
        start: word.start as u32,
        end: word.end as u32,
        tokens: word.tokens as u32,
    };
    let response = Response::Split {
        words: split.words.into_iter().map(word).collect(),
        length: split.length,
        truncated: split.truncated,
    };
    (response, payload)
}
