//! The words of a text, or its phrases where it has many words.

use crate::Token;

/// Most words that a text is split into; one with more is split into phrases.
pub const MOST_WORDS: usize = 24;

/// Most tokens times words: in texts of more than 100 tokens phrases are longer, so that a split of
/// a long text takes a few seconds at most.
const MOST_ROWS: usize = 2_400;

/// A word of a text, or a phrase: some words side by side.
///
/// A word is what the tokenizer takes for one: what stands between white space, without the
/// punctuation, each mark of which is a word of its own, as is each CJK ideograph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// First byte of the text (UTF-8) that belongs to it, at a character's start.
    pub start: usize,
    /// End of these bytes. Of a word that the model reads in part, the end of the word.
    pub end: usize,
    /// How many tokens of it the model reads, at least 1; 0 for a text without words.
    pub tokens: usize,
}

/// The words of a text, and whose each token is.
#[derive(Debug)]
pub(super) struct Words {
    pub(super) words: Vec<Word>,
    /// The word of each token that the model reads; none for the special ones around the text.
    pub(super) owners: Vec<Option<usize>>,
}

impl Words {
    /// From the tokens of a text, those after the model's limit included, up to the end of a word.
    /// A text of which the model reads no word counts as one word, with all that it has.
    pub(super) fn new(tokens: &[Token], text: &str) -> Self {
        let (mut words, mut owners) = single(tokens);
        let most = MOST_WORDS.min(MOST_ROWS / owners.len().max(1)).max(1);
        if words.len() > most {
            let phrase_of = phrases(&words, most, text);
            words = join(&words, &phrase_of);
            let owner = |word: &mut usize| *word = phrase_of[*word];
            owners.iter_mut().flatten().for_each(owner);
        }
        if words.is_empty() {
            words.push(Word {
                start: 0,
                end: text.len(),
                tokens: 0,
            });
        }
        Self { words, owners }
    }
}

/// Each word by itself.
fn single(tokens: &[Token]) -> (Vec<Word>, Vec<Option<usize>>) {
    let (mut words, mut owners) = (Vec::<Word>::new(), Vec::new());
    // Whether a word that the model reads goes on.
    let mut open = false;
    for token in tokens {
        if token.special {
            open = false;
            owners.push(None);
        } else if !token.goes_on {
            open = !token.cut;
            if open {
                let (start, end) = (token.start, token.end);
                words.push(Word {
                    start,
                    end,
                    tokens: 0,
                });
            }
        }
        let word = words.last_mut().filter(|_| open);
        if let Some(word) = word {
            word.end = word.end.max(token.end);
            if !token.cut {
                word.tokens += 1;
                owners.push(words.len().checked_sub(1));
            }
        }
    }
    (words, owners)
}

/// The phrase of each word: `count` of them, as alike in tokens as they can be, that end with a
/// sentence or at another mark where there is one, and hardly ever before a mark.
fn phrases(words: &[Word], count: usize, text: &str) -> Vec<usize> {
    let tokens = |word: &Word| word.tokens as f32;
    let ideal = words.iter().map(tokens).sum::<f32>() / count as f32;
    let before = |end: usize| words[..end].iter().map(tokens).sum::<f32>();
    let before: Vec<f32> = (0..=words.len()).map(before).collect();
    let cut: Vec<f32> = (0..=words.len())
        .map(|end| cost(words, end, text) * ideal * ideal)
        .collect();
    // What the best way to make so many phrases of the first words costs, and where its last
    // begins.
    let mut costs = vec![f32::INFINITY; words.len() + 1];
    costs[0] = 0.0;
    let mut begins = Vec::new();
    for _ in 0..count {
        let best = |end: usize| {
            let cost = |start: usize| {
                let off = before[end] - before[start] - ideal;
                costs[start] + off * off + cut[end]
            };
            let each = (0..end).map(|start| (cost(start), start));
            each.min_by(|a, b| a.0.total_cmp(&b.0))
                .unwrap_or((f32::INFINITY, 0))
        };
        let round: Vec<_> = (0..=words.len()).map(best).collect();
        costs = round.iter().map(|(cost, _)| *cost).collect();
        begins.push(round);
    }
    let mut phrase_of = vec![0; words.len()];
    let mut end = words.len();
    for (phrase, round) in begins.iter().enumerate().rev() {
        let start = round[end].1;
        phrase_of[start..end].fill(phrase);
        end = start;
    }
    phrase_of
}

/// What it costs to end a phrase before word `end`, over the square of a phrase's size.
fn cost(words: &[Word], end: usize, text: &str) -> f32 {
    let at = |word: Option<&Word>| word.and_then(|word| text.get(word.start..word.end));
    let Some(next) = at(words.get(end)) else {
        return 0.0;
    };
    let last = end.checked_sub(1).and_then(|last| at(words.get(last)));
    let is_mark = |word: &str| !word.chars().any(char::is_alphanumeric);
    match last {
        _ if is_mark(next) => 2.0,
        Some("." | "!" | "?" | "…" | "。" | "！" | "？") => 0.0,
        Some(mark) if is_mark(mark) => 0.1,
        _ => 0.4,
    }
}

/// The phrases themselves.
fn join(words: &[Word], phrase_of: &[usize]) -> Vec<Word> {
    let mut joined = Vec::<Word>::new();
    for (word, phrase) in words.iter().zip(phrase_of) {
        match joined.get_mut(*phrase) {
            Some(phrase) => {
                phrase.end = phrase.end.max(word.end);
                phrase.tokens += word.tokens;
            }
            None => joined.push(word.clone()),
        }
    }
    joined
}
