//! Names for clusters: their most telling words.

use std::collections::{HashMap, HashSet};

/// How much more frequent in a cluster than in all texts a word must be to name it.
const LIFT: f64 = 1.5;

/// Letters of the Latin alphabet that a word must have to name anything: shorter ones are
/// prepositions and the like.
const SHORTEST: usize = 3;

/// The words that tell each cluster from the rest, most telling first, at most `count` of each.
///
/// A word's weight is its part in what sets the cluster apart (Kullback & Leibler 1951): the share of
/// the cluster's texts that have it, times the logarithm of that share over the share of all texts
/// that do. Like TF-IDF it passes over words that are everywhere, without a list of them, and it
/// does not prefer rare words to common ones. Words no more frequent in the cluster than elsewhere
/// never count (where there is one cluster alone, frequency does), nor words of one or two Latin
/// letters, nor words of a single text of many. A cluster may have none. `assignments` gives each text its cluster, below `clusters`; texts beyond it
/// are left out. Words are runs of letters, digits and inner apostrophes, in lower case.
pub fn cluster_words<S: AsRef<str>>(
    texts: &[S],
    assignments: &[usize],
    clusters: usize,
    count: usize,
) -> Vec<Vec<String>> {
    let mut everywhere: HashMap<String, usize> = HashMap::new();
    let mut within: Vec<HashMap<String, usize>> = vec![HashMap::new(); clusters];
    let mut sizes = vec![0usize; clusters];
    let mut total = 0usize;
    for (text, &cluster) in texts
        .iter()
        .zip(assignments)
        .filter(|(_, cluster)| **cluster < clusters)
    {
        sizes[cluster] += 1;
        total += 1;
        for word in words(text.as_ref()) {
            *within[cluster].entry(word.clone()).or_default() += 1;
            *everywhere.entry(word).or_default() += 1;
        }
    }
    let name = |(cluster, found): (usize, HashMap<String, usize>)| {
        let least = if sizes[cluster] > 2 { 2 } else { 1 };
        let mut weighted: Vec<(f64, String)> = found
            .into_iter()
            .filter(|(word, here)| *here >= least && (!word.is_ascii() || word.len() >= SHORTEST))
            .filter_map(|(word, here)| {
                let all = *everywhere.get(&word)? as f64 / total as f64;
                let here = here as f64 / sizes[cluster] as f64;
                // What is hardly more frequent here than anywhere says nothing of these texts.
                if clusters > 1 && here < LIFT * all {
                    return None;
                }
                let weight = if clusters == 1 {
                    here
                } else {
                    here * (here / all).ln()
                };
                (weight > 0.0).then_some((weight, word))
            })
            .collect();
        weighted.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        weighted
            .into_iter()
            .take(count)
            .map(|(_, word)| word)
            .collect()
    };
    within.into_iter().enumerate().map(name).collect()
}

/// The different words of a text, in lower case.
fn words(text: &str) -> HashSet<String> {
    let inner = |c: char| c.is_alphanumeric() || c == '\'' || c == '’';
    text.split(|c: char| !inner(c))
        .map(|word| {
            word.trim_matches(|c: char| !c.is_alphanumeric())
                .to_lowercase()
        })
        .filter(|word| !word.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_split_and_lowered() {
        let cases = [
            ("", vec![]),
            ("A man's «hat», a Hat!", vec!["a", "hat", "man's"]),
            ("'quoted' — ÄRGER 42", vec!["42", "quoted", "ärger"]),
            ("你好,世界 👋", vec!["世界", "你好"]),
        ];
        for (text, expected) in cases {
            let mut found: Vec<String> = words(text).into_iter().collect();
            found.sort_unstable();
            assert_eq!(found, expected, "{text}");
        }
    }
}
