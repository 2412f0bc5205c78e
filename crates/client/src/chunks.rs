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

/// Tokens that a text is likely to cost: a token is about four bytes of English.
fn cost(text: &str) -> usize {
    2 + (text.len() / 4).min(254)
}

/// Splits `texts` into requests, longest texts first.
///
/// Which texts share a request does not change any vector; it only changes how long they take.
pub(crate) fn chunks(texts: Vec<Rc<str>>, workers: usize) -> VecDeque<Chunk> {
    // Numbers are sorted, not texts: the page has code to sort these anyway.
    let mut order: Vec<u128> = (texts.iter().enumerate())
        .map(|(index, text)| (!text.len() as u128) << 64 | index as u128)
        .collect();
    order.sort_unstable();
    let total: usize = texts.iter().map(|text| cost(text)).sum();
    let limit = total
        .div_ceil(workers.max(1) * PER_WORKER)
        .clamp(64, TOKENS);
    let mut chunks = VecDeque::new();
    let mut current = Vec::new();
    let mut tokens = 0;
    for index in order {
        let text = &texts[index as u64 as usize];
        let cost = cost(text);
        if !current.is_empty() && tokens + cost > limit {
            chunks.push_back(Chunk {
                texts: std::mem::take(&mut current),
                deaths: 0,
            });
            tokens = 0;
        }
        tokens += cost;
        current.push(Rc::clone(text));
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
    fn every_text_is_in_one_chunk_longest_first() {
        assert!(split(&[], 2).is_empty());
        assert_eq!(split(&[5], 4), [[5]]);
        let lengths: Vec<usize> = (0..500).map(|i| i * 7 % 400).collect();
        let all: Vec<usize> = split(&lengths, 3).concat();
        let mut sorted = lengths.clone();
        sorted.sort_unstable_by(|a, b| b.cmp(a));
        assert_eq!(all, sorted);
    }

    #[test]
    fn work_is_shared_out_and_huge_texts_stand_alone() {
        assert!(split(&[60; 32], 2).len() >= 4);
        assert_eq!(split(&[5_000_000; 4], 1).len(), 4);
        assert!(split(&[60; 10_000], 1).iter().all(|c| c.len() <= 32));
    }
}
