//! How many texts go to a worker at a time.

use std::{collections::VecDeque, rc::Rc};

/// Texts that a worker embeds in one request.
#[derive(Debug)]
pub(crate) struct Chunk {
    /// The texts.
    pub(crate) texts: Vec<Rc<str>>,
    /// Workers that died over it.
    pub(crate) deaths: u32,
}

/// Most tokens in a request: enough to keep the matrix products full, few enough that progress and
/// cancelling stay prompt.
const TOKENS: usize = 512;

/// Requests that each worker should get, where there is work enough, so that all finish together.
const PER_WORKER: usize = 3;

/// Most tokens that a text is taken to cost: models read no more of it.
const MOST: usize = 256;

/// Tokens that a text is likely to cost: a token is about four bytes of English.
pub(crate) fn cost(text: &str) -> usize {
    (2 + text.len() / 4).min(MOST)
}

/// Splits `texts` into requests, those first that cost most.
///
/// Which texts share a request does not change any vector; it only changes how long they take.
pub(crate) fn chunks(texts: Vec<Rc<str>>, workers: usize) -> VecDeque<Chunk> {
    let mut by_cost: Vec<Vec<Rc<str>>> = (0..=MOST).map(|_| Vec::new()).collect();
    let mut total = 0;
    for text in texts {
        let cost = cost(&text);
        total += cost;
        by_cost[cost].push(text);
    }
    let limit = total
        .div_ceil(workers.max(1) * PER_WORKER)
        .clamp(64, TOKENS);
    let mut chunks = VecDeque::new();
    let mut current = Vec::new();
    let mut tokens = 0;
    while let Some(texts) = by_cost.pop() {
        // What is popped stood where its cost says.
        let cost = by_cost.len();
        for text in texts {
            if !current.is_empty() && tokens + cost > limit {
                chunks.push_back(Chunk {
                    texts: std::mem::take(&mut current),
                    deaths: 0,
                });
                tokens = 0;
            }
            tokens += cost;
            current.push(text);
        }
    }
    if !current.is_empty() {
        chunks.push_back(Chunk {
            texts: current,
            deaths: 0,
        });
    }
    chunks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(lengths: &[usize], workers: usize) -> Vec<Vec<usize>> {
        let texts = lengths.iter().map(|&n| "x".repeat(n).into()).collect();
        chunks(texts, workers)
            .into_iter()
            .map(|chunk| chunk.texts.iter().map(|text| text.len()).collect())
            .collect()
    }

    #[test]
    fn every_text_is_in_one_chunk_the_longest_first() {
        assert!(split(&[], 2).is_empty());
        assert_eq!(split(&[5], 4), [[5]]);
        let lengths: Vec<usize> = (0..500).map(|i| i * 7 % 400).collect();
        let mut all: Vec<usize> = split(&lengths, 3).concat();
        assert!(all.is_sorted_by_key(|length| std::cmp::Reverse(length / 4)));
        let mut sorted = lengths.clone();
        sorted.sort_unstable();
        all.sort_unstable();
        assert_eq!(all, sorted);
    }

    #[test]
    fn work_is_shared_out_and_huge_texts_stand_alone() {
        assert!(split(&[60; 32], 2).len() >= 4);
        assert_eq!(split(&[5_000_000; 4], 1).len(), 4);
        assert!(split(&[60; 10_000], 1).iter().all(|c| c.len() <= 32));
    }
}
