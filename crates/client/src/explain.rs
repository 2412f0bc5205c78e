//! Why two texts score as they do: what each pair of words brings, and scores without a word.
//!
//! The encoding workers split texts; two texts are split by two of them at once. The splits of the
//! latest texts are kept, so that a pair of them is a small product.

use crate::{
    Cancel, Client, ClientError, Embedder,
    client::floats,
    link::{Link, OnProgress},
    pool::{Encoded, Pool, senseless},
};
use futures_util::future::try_join;
use semblance_protocol::{Progress, Request, Response, Word, wire::Payload};
use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    rc::Rc,
};
use wasm_bindgen_futures::spawn_local;

/// Splits that are kept: some 37 kB each, at most.
const KEPT: usize = 64;

/// What each pair of words of two texts brings to their score.
///
/// It says what the model made its score of, which is not what the score were without a word: that
/// tells [`Client::leave_one_out`].
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// The words of the first text, in its order; phrases where it has more than 24 words. At least
    /// one: a text without words counts as one.
    pub a: Vec<Word>,
    /// The words of the second text.
    pub b: Vec<Word>,
    /// `[words of a, words of b]`, row-major. The values sum to the score; some are negative.
    pub table: Vec<f32>,
    /// The cosine similarity of the two texts, -1 to 1.
    pub score: f32,
    /// Lengths of the texts' vectors before they were scaled to 1.
    pub lengths: [f32; 2],
    /// Whether the model reads only the beginning of each text; what it does not read has no words.
    pub truncated: [bool; 2],
}

/// What a worker made of a text.
struct Split {
    words: Vec<Word>,
    /// `[words, dimensions]`.
    vectors: Vec<f32>,
    length: f32,
    truncated: bool,
}

/// The splits of the latest texts, the latest last.
#[derive(Default)]
pub(crate) struct Splits {
    kept: RefCell<VecDeque<(Rc<str>, Rc<Split>)>>,
    next_job: Cell<u32>,
}

impl Splits {
    fn get(&self, text: &str) -> Option<Rc<Split>> {
        let mut kept = self.kept.borrow_mut();
        let at = kept.iter().position(|(other, _)| **other == *text)?;
        let entry = kept.remove(at)?;
        let split = entry.1.clone();
        kept.push_back(entry);
        Some(split)
    }

    fn keep(&self, text: &str, split: &Rc<Split>) {
        let mut kept = self.kept.borrow_mut();
        if kept.len() >= KEPT {
            kept.pop_front();
        }
        kept.push_back((text.into(), split.clone()));
    }
}

impl Client {
    /// What each pair of words of two texts brings to their score. `progress` hears from 0 to 1 how
    /// far it has come; a text that was split lately costs nothing.
    ///
    /// # Errors
    /// [`ClientError::Cancelled`] soon after `cancel`, [`ClientError::WorkerDied`] when a worker
    /// and its replacement died over it.
    pub async fn explain(
        &self,
        a: &str,
        b: &str,
        cancel: &Cancel,
        progress: &Rc<dyn Fn(f32)>,
    ) -> Result<Explanation, ClientError> {
        explain(self.pool()?, (a, b), cancel, progress).await
    }

    /// The score of each of `texts` with `other`. Their vectors are not kept: for texts that are
    /// tried out.
    ///
    /// # Errors
    /// [`ClientError::Cancelled`] after `cancel`, [`ClientError::WorkerDied`] as of
    /// [`Client::embed`].
    pub async fn scores(
        &self,
        texts: &[Rc<str>],
        other: &str,
        cancel: &Cancel,
    ) -> Result<Vec<f32>, ClientError> {
        scores(self.pool()?, texts, other, cancel).await
    }

    /// The score of `text` with `other` without each of these words of it in turn, computed anew:
    /// see [`without`].
    ///
    /// # Errors
    /// As [`Client::scores`].
    pub async fn leave_one_out(
        &self,
        text: &str,
        words: &[Word],
        other: &str,
        cancel: &Cancel,
    ) -> Result<Vec<f32>, ClientError> {
        let texts = each_left_out(text, words);
        self.scores(&texts, other, cancel).await
    }
}

impl Embedder {
    /// As [`Client::explain`].
    ///
    /// # Errors
    /// As there.
    pub async fn explain(
        &self,
        a: &str,
        b: &str,
        cancel: &Cancel,
        progress: &Rc<dyn Fn(f32)>,
    ) -> Result<Explanation, ClientError> {
        explain(self.pool()?, (a, b), cancel, progress).await
    }

    /// As [`Client::leave_one_out`].
    ///
    /// # Errors
    /// As there.
    pub async fn leave_one_out(
        &self,
        text: &str,
        words: &[Word],
        other: &str,
        cancel: &Cancel,
    ) -> Result<Vec<f32>, ClientError> {
        scores(self.pool()?, &each_left_out(text, words), other, cancel).await
    }
}

/// A text without some of its words, given in any order: spaces stand in the place of each, a byte
/// for a byte, so that what is left has the tokens and the places that it had. Words that the text
/// has not are passed over.
pub fn without(text: &str, words: &[Word]) -> String {
    let mut left = text.to_owned();
    for word in words {
        let (start, end) = (word.start as usize, word.end as usize);
        if left.get(start..end).is_some() {
            left.replace_range(start..end, &" ".repeat(end - start));
        }
    }
    left
}

fn each_left_out(text: &str, words: &[Word]) -> Vec<Rc<str>> {
    let left = words.iter().map(|word| without(text, &[*word]).into());
    left.collect()
}

async fn explain(
    pool: &Rc<Pool>,
    (a, b): (&str, &str),
    cancel: &Cancel,
    progress: &Rc<dyn Fn(f32)>,
) -> Result<Explanation, ClientError> {
    // How far each of the two has come.
    let done = Rc::new(Cell::new([0.0f32; 2]));
    let heard = |which: usize| -> Rc<dyn Fn(f32)> {
        let (done, progress) = (done.clone(), progress.clone());
        Rc::new(move |part| {
            let mut parts = done.get();
            parts[which] = part;
            done.set(parts);
            progress((parts[0] + parts[1]) / 2.0);
        })
    };
    let (a, b) = if a == b {
        let split = split(pool, a, cancel, progress.clone()).await?;
        (split.clone(), split)
    } else {
        let (first, second) = (heard(0), heard(1));
        try_join(
            split(pool, a, cancel, first),
            split(pool, b, cancel, second),
        )
        .await?
    };
    let table = table(&a, &b).ok_or_else(senseless)?;
    let score: f64 = table.iter().sum();
    Ok(Explanation {
        a: a.words.clone(),
        b: b.words.clone(),
        table: table.into_iter().map(|value| value as f32).collect(),
        score: score.clamp(-1.0, 1.0) as f32,
        lengths: [a.length, b.length],
        truncated: [a.truncated, b.truncated],
    })
}

/// The products of all vectors of one split with all of another; none if they don't fit.
fn table(a: &Split, b: &Split) -> Option<Vec<f64>> {
    let dimensions = a.vectors.len().checked_div(a.words.len())?;
    if dimensions == 0 || b.vectors.len() != b.words.len() * dimensions {
        return None;
    }
    let dot = |x: &[f32], y: &[f32]| -> f64 {
        let products = x.iter().zip(y).map(|(x, y)| f64::from(*x) * f64::from(*y));
        products.sum()
    };
    let rows = a.vectors.chunks_exact(dimensions);
    let row = |x| b.vectors.chunks_exact(dimensions).map(move |y| dot(x, y));
    Some(rows.flat_map(row).collect())
}

/// What each word of a text brings, from those that are kept or from a worker.
async fn split(
    pool: &Rc<Pool>,
    text: &str,
    cancel: &Cancel,
    progress: Rc<dyn Fn(f32)>,
) -> Result<Rc<Split>, ClientError> {
    if cancel.is_cancelled() {
        return Err(ClientError::Cancelled);
    }
    if let Some(split) = pool.splits.get(text) {
        progress(1.0);
        return Ok(split);
    }
    let job = pool.splits.next_job.get();
    pool.splits.next_job.set(job.wrapping_add(1));
    let request = Request::Split {
        text: text.to_owned(),
        job,
    };
    let hear = |link: &Rc<Link>| Some(hear(link, job, cancel.clone(), progress.clone()));
    match pool.ask(&request, &hear).await? {
        (
            Response::Split {
                words,
                length,
                truncated,
            },
            payload,
        ) => {
            let split = Rc::new(Split {
                words,
                vectors: floats(payload),
                length,
                truncated,
            });
            pool.splits.keep(text, &split);
            progress(1.0);
            Ok(split)
        }
        _ => Err(senseless()),
    }
}

/// Hears how far a split has come, and gives it up once it is cancelled.
fn hear(link: &Rc<Link>, job: u32, cancel: Cancel, progress: Rc<dyn Fn(f32)>) -> OnProgress {
    // The link keeps what hears: that must not keep the link.
    let link = Rc::downgrade(link);
    Rc::new(move |so_far, _| {
        if cancel.is_cancelled() {
            if let Some(link) = link.upgrade() {
                let reply = link.request(Request::GiveUp { job }, Payload::None, None);
                // There is nothing to hear: the split itself says that it was given up.
                spawn_local(async { drop(reply.await) });
            }
        } else if let Progress::Splitting(part) = so_far {
            progress(part);
        }
    })
}

async fn scores(
    pool: &Rc<Pool>,
    texts: &[Rc<str>],
    other: &str,
    cancel: &Cancel,
) -> Result<Vec<f32>, ClientError> {
    let other: Rc<str> = other.into();
    // A few dozen texts: a hash table or sorting would be more code for nothing.
    let mut different = vec![other.clone()];
    for text in texts {
        if !different.contains(text) {
            different.push(text.clone());
        }
    }
    let vectors = RefCell::new(Vec::<(Rc<str>, Vec<f32>)>::new());
    let finished = |encoded: Encoded| {
        let all = encoded.vectors.to_vec();
        let rows = all.chunks_exact((all.len() / encoded.texts.len().max(1)).max(1));
        let rows = encoded.texts.into_iter().zip(rows);
        (vectors.borrow_mut()).extend(rows.map(|(text, row)| (text, row.to_vec())));
    };
    pool.embed(different, cancel, &finished).await?;
    let vectors = vectors.into_inner();
    let find = |text: &Rc<str>| {
        let found = vectors.iter().find(|(other, _)| other == text);
        found.map(|(_, vector)| vector)
    };
    let score = |text: &Rc<str>| {
        let (a, b) = (find(text)?, find(&other)?);
        let products = a.iter().zip(b).map(|(x, y)| f64::from(*x) * f64::from(*y));
        Some(products.sum::<f64>().clamp(-1.0, 1.0) as f32)
    };
    let scores: Option<Vec<_>> = texts.iter().map(score).collect();
    scores.ok_or_else(senseless)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(start: u32, end: u32) -> Word {
        Word {
            start,
            end,
            tokens: 1,
        }
    }

    #[test]
    fn words_are_left_out() {
        let text = "don't 字a";
        assert_eq!(without(text, &[word(3, 4)]), "don t 字a");
        assert_eq!(without(text, &[word(6, 9), word(0, 3)]), "   't    a");
        // Within a character, beyond the text, and turned round.
        let others = [word(7, 8), word(8, 99), word(5, 4)];
        assert_eq!(without(text, &others), text);
        assert_eq!(without("", &[word(0, 0)]), "");
    }

    #[test]
    fn the_latest_splits_are_kept() {
        let split = |length| {
            Rc::new(Split {
                words: vec![word(0, 1)],
                vectors: vec![1.0],
                length,
                truncated: false,
            })
        };
        let splits = Splits::default();
        for index in 0..KEPT {
            splits.keep(&index.to_string(), &split(index as f32));
        }
        assert_eq!(splits.get("0").map(|split| split.length), Some(0.0));
        splits.keep("new", &split(9.0));
        // What was asked for is the latest.
        assert!(splits.get("0").is_some() && splits.get("1").is_none());
        assert_eq!(splits.kept.borrow().len(), KEPT);
    }

    #[test]
    fn tables_are_of_vectors_that_fit() {
        let split = |words: usize, vectors: &[f32]| Split {
            words: vec![word(0, 1); words],
            vectors: vectors.to_vec(),
            length: 1.0,
            truncated: false,
        };
        let (a, b) = (split(2, &[1.0, 2.0, 3.0, 4.0]), split(1, &[5.0, -6.0]));
        assert_eq!(table(&a, &b), Some(vec![-7.0, -9.0]));
        assert_eq!(table(&b, &a), Some(vec![-7.0, -9.0]));
        assert_eq!(table(&a, &split(1, &[1.0])), None);
        assert_eq!(table(&split(0, &[]), &a), None);
    }
}
