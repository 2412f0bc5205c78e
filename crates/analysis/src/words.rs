//! Names for clusters: their most telling words and pairs of words.

mod stop;

use std::borrow::Cow;
use std::collections::HashMap;

use stop::StopWords;
use unicode_segmentation::UnicodeSegmentation;

/// How much more frequent in a cluster than in all texts a word must be to name it.
const LIFT: f64 = 1.5;

/// Letters of the Latin alphabet that a word must have to name anything by itself.
const SHORTEST: usize = 3;

/// Texts that must have a pair of words, in the cluster as in all.
const PAIRED: u32 = 2;

/// Share of its words' weight that a pair must have: two words that nearly always come together say
/// more as a pair than each alone.
const TOGETHER: f64 = 0.9;

/// French words before an apostrophe, which belong to what follows no more than "the" does.
const ELIDED: [&str; 12] = [
    "l", "d", "j", "m", "t", "s", "c", "n", "qu", "jusqu", "lorsqu", "puisqu",
];

/// The words and pairs of words ("interest rates") that tell each cluster from the rest, most
/// telling first, at most `count` of each. There may be none.
///
/// A term's weight is its part in what sets the cluster apart (Kullback & Leibler 1951): the share
/// of the cluster's texts that have it, times the logarithm of that share over the share of all
/// texts that do. Like TF-IDF it passes over what is everywhere, and it does not prefer rare terms
/// to common ones. Terms hardly more frequent in the cluster than elsewhere never count (where
/// there is one cluster alone, frequency does), nor do words of one or two Latin letters by
/// themselves, terms of a single text of many, and the words that hold sentences together in
/// English, German, French, Spanish and Portuguese. A pair takes the place of its words where it
/// tells as much as either; no two terms of a cluster share a word.
///
/// Words are what UAX 29 takes for words, in lower case. Where writing has no spaces, and that
/// would be single letters, they are all letters in a row, and pairs of neighbours among Chinese
/// characters and hiragana.
///
/// `assignments` gives each text its cluster, below `clusters`; texts beyond it are left out. The
/// same texts in the same clusters get the same terms.
pub fn cluster_words<S: AsRef<str>>(
    texts: &[S],
    assignments: &[usize],
    clusters: usize,
    count: usize,
) -> Vec<Vec<String>> {
    let mut lexicon = Lexicon::new();
    let mut words = Counts::new(clusters);
    let mut sizes = vec![0u32; clusters];
    let mut read = Vec::new();
    for (text, &cluster) in texts.iter().zip(assignments) {
        if cluster >= clusters {
            continue;
        }
        sizes[cluster] += 1;
        let tokens = lexicon.read(text.as_ref());
        let names = tokens.iter().enumerate().filter(|&(at, token)| {
            let in_row = |token: Option<&Token>| token.is_some_and(|t| t.joint == Joint::Nothing);
            lexicon.words[token.word as usize].names
                && !(in_row(Some(token)) || in_row(tokens.get(at + 1)))
        });
        words.add(cluster, names.map(|(_, token)| token.word).collect());
        read.push((cluster, tokens));
    }
    let mut joints: HashMap<(u32, u32), Joint> = HashMap::new();
    let mut pairs = Counts::new(clusters);
    for (cluster, tokens) in &read {
        let mut found = Vec::new();
        for pair in tokens.windows(2) {
            let (a, b) = (pair[0].word, pair[1].word);
            let rare = |word| words.all.get(&word).is_some_and(|&all| all < PAIRED);
            if pair[1].joint != Joint::None && lexicon.make_a_pair(a, b) && !rare(a) && !rare(b) {
                joints.entry((a, b)).or_insert(pair[1].joint);
                found.push((a, b));
            }
        }
        pairs.add(*cluster, found);
    }
    (0..clusters)
        .map(|cluster| {
            let scale = Scale {
                alone: clusters == 1,
                size: sizes[cluster],
                total: sizes.iter().sum(),
            };
            let mut terms: Vec<Term> = (words.weights(cluster, &scale))
                .map(|(word, weight)| Term {
                    words: [word, word],
                    weight,
                    name: lexicon.words[word as usize].text.clone(),
                })
                .collect();
            let weights: HashMap<u32, f64> = (terms.iter())
                .map(|term| (term.words[0], term.weight))
                .collect();
            for ((a, b), weight) in pairs.weights(cluster, &scale) {
                let of = |word| weights.get(&word).copied().unwrap_or(0.0);
                let parts = of(a).max(of(b));
                if weight >= TOGETHER * parts && pairs.within[cluster][&(a, b)] >= PAIRED {
                    let [first, second] =
                        [a, b].map(|word| lexicon.words[word as usize].text.as_str());
                    let joint = joints.get(&(a, b)).copied().unwrap_or_default();
                    terms.push(Term {
                        words: [a, b],
                        weight: weight.max(parts),
                        name: format!("{first}{}{second}", joint.sign()),
                    });
                }
            }
            lexicon.choose(terms, count)
        })
        .collect()
}

/// A word of the lexicon, or two.
struct Term {
    /// Twice the same where it is one word.
    words: [u32; 2],
    weight: f64,
    name: String,
}

impl Term {
    fn is_pair(&self) -> bool {
        self.words[0] != self.words[1]
    }
}

/// What stands between a word and the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Joint {
    /// More than belongs into a pair.
    #[default]
    None,
    /// White space.
    Space,
    Hyphen,
    /// Nothing: both are characters of a writing without spaces.
    Nothing,
}

impl Joint {
    fn sign(self) -> &'static str {
        match self {
            Self::None | Self::Space => " ",
            Self::Hyphen => "-",
            Self::Nothing => "",
        }
    }

    /// By what is written between two words.
    fn of(gap: &str) -> Self {
        match gap {
            "-" => Self::Hyphen,
            _ if !gap.is_empty() && gap.chars().all(char::is_whitespace) => Self::Space,
            _ => Self::None,
        }
    }
}

/// A word of a text.
#[derive(Debug, Clone, Copy)]
struct Token {
    word: u32,
    joint: Joint,
}

struct Word {
    text: String,
    /// Whether it can be a part of a name: it is no stop word.
    tells: bool,
    /// Whether it can be a name.
    names: bool,
}

/// All words of all texts, by number.
struct Lexicon {
    stop: StopWords,
    numbers: HashMap<String, u32>,
    words: Vec<Word>,
}

impl Lexicon {
    fn new() -> Self {
        Self {
            stop: StopWords::new(),
            numbers: HashMap::new(),
            words: Vec::new(),
        }
    }

    /// The words of a text in its order.
    fn read(&mut self, text: &str) -> Vec<Token> {
        let mut tokens = Vec::new();
        let mut rest = text.unicode_word_indices().peekable();
        // Where the word before ended, and whether it was a character of its own.
        let (mut end, mut was_character) = (0, false);
        while let Some((start, mut word)) = rest.next() {
            while let Some((_, next)) = rest.next_if(|&(next, other)| {
                next == start + word.len() && is_unspaced(word) && is_unspaced(other)
            }) {
                word = &text[start..start + word.len() + next.len()];
            }
            let is_character = is_character(word);
            let mut joint = if is_character && was_character && start == end {
                Joint::Nothing
            } else {
                Joint::of(&text[end..start])
            };
            (end, was_character) = (start + word.len(), is_character);
            let lower = lowered(word);
            let mut lower = &*lower;
            if let Some((before, after)) = lower.split_once('\'')
                && ELIDED.contains(&before)
                && after.chars().count() > 1
            {
                lower = after;
                joint = Joint::None;
            }
            let word = self.number(lower);
            tokens.push(Token { word, joint });
        }
        tokens
    }

    fn number(&mut self, word: &str) -> u32 {
        if let Some(&number) = self.numbers.get(word) {
            return number;
        }
        let number = self.words.len() as u32;
        let tells = !self.stop.has(word);
        self.words.push(Word {
            text: word.to_owned(),
            tells,
            names: tells && (!word.is_ascii() || word.len() >= SHORTEST),
        });
        self.numbers.insert(word.to_owned(), number);
        number
    }

    /// Whether two words make a pair that may be a name: "vitamin d", but not "2 4", "2020 2021" or
    /// "the guitar".
    fn make_a_pair(&self, a: u32, b: u32) -> bool {
        let [first, second] = [a, b].map(|word| &self.words[word as usize]);
        let is_word = |word: &Word| word.names && !word.text.chars().all(char::is_numeric);
        a != b && first.tells && second.tells && (is_word(first) || is_word(second))
    }

    /// The heaviest terms, no two of which share a word; pairs first among equal ones.
    fn choose(&self, mut terms: Vec<Term>, count: usize) -> Vec<String> {
        terms.sort_unstable_by(|a, b| {
            (b.weight.total_cmp(&a.weight))
                .then(b.is_pair().cmp(&a.is_pair()))
                .then_with(|| a.name.cmp(&b.name))
        });
        let mut chosen: Vec<Term> = Vec::new();
        for term in terms {
            if chosen.len() == count {
                break;
            }
            let is_like = |&a: &u32, &b: &u32| {
                let [a, b] = [a, b].map(|word| self.words[word as usize].text.as_str());
                // "rate" and "rates" say the same.
                a == b || a.strip_suffix('s') == Some(b) || b.strip_suffix('s') == Some(a)
            };
            let shares = |other: &Term| {
                let mut words = term.words.iter();
                words.any(|a| other.words.iter().any(|b| is_like(a, b)))
            };
            if !chosen.iter().any(shares) {
                chosen.push(term);
            }
        }
        chosen.into_iter().map(|term| term.name).collect()
    }
}

/// In how many texts a term is, of each cluster and of all.
struct Counts<T> {
    within: Vec<HashMap<T, u32>>,
    all: HashMap<T, u32>,
}

impl<T: Copy + Ord + std::hash::Hash> Counts<T> {
    fn new(clusters: usize) -> Self {
        Self {
            within: (0..clusters).map(|_| HashMap::new()).collect(),
            all: HashMap::new(),
        }
    }

    /// Takes in the terms of a text.
    fn add(&mut self, cluster: usize, mut terms: Vec<T>) {
        terms.sort_unstable();
        terms.dedup();
        for term in terms {
            for counts in [&mut self.within[cluster], &mut self.all] {
                *counts.entry(term).or_default() += 1;
            }
        }
    }

    /// The terms of a cluster that may name it, in any order, with their weights.
    fn weights<'a>(
        &'a self,
        cluster: usize,
        scale: &'a Scale,
    ) -> impl Iterator<Item = (T, f64)> + 'a {
        (self.within[cluster].iter()).filter_map(|(&term, &here)| {
            let all = self.all.get(&term)?;
            Some((term, scale.weight(here, *all)?))
        })
    }
}

/// A cluster among all texts.
struct Scale {
    /// Whether there is no other cluster.
    alone: bool,
    size: u32,
    total: u32,
}

impl Scale {
    /// The weight of a term that is in `here` texts of the cluster and in `all` of all; none where
    /// it says nothing of the cluster.
    fn weight(&self, here: u32, all: u32) -> Option<f64> {
        if self.size > 2 && here < 2 {
            return None;
        }
        let all = f64::from(all) / f64::from(self.total);
        let here = f64::from(here) / f64::from(self.size);
        if self.alone {
            return Some(here);
        }
        (here >= LIFT * all).then(|| here * (here / all).ln())
    }
}

/// A word in lower case and with straight apostrophes; most are so already.
fn lowered(word: &str) -> Cow<'_, str> {
    if word
        .bytes()
        .all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase())
    {
        Cow::Borrowed(word)
    } else {
        Cow::Owned(word.to_lowercase().replace('’', "'"))
    }
}

/// Whether a word has a letter of a writing without spaces for which UAX 29 asks for a dictionary:
/// Thai, Lao, Myanmar, Khmer.
fn is_unspaced(word: &str) -> bool {
    let is = |letter| matches!(letter, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}');
    word.chars().any(is)
}

/// Whether a word is one Chinese character or one of hiragana.
fn is_character(word: &str) -> bool {
    let first = word.chars().next();
    first.is_some_and(|letter| {
        matches!(
            letter,
            '\u{3041}'..='\u{309f}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
                | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}'
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_split_and_lowered() {
        let cases: [(&str, &[&str]); 8] = [
            ("", &[]),
            ("A man's «hat», a Hat!", &["a", "man's", "hat", "a", "hat"]),
            ("'quoted' — ÄRGER 42", &["quoted", "ärger", "42"]),
            ("Don’t say l’homme", &["don't", "say", "homme"]),
            ("हिन्दी भाषा", &["हिन्दी", "भाषा"]),
            ("你好,世界 👋", &["你", "好", "世", "界"]),
            ("ภาษาไทย ดี", &["ภาษาไทย", "ดี"]),
            ("well-known e.g. 3.14", &["well", "known", "e.g", "3.14"]),
        ];
        for (text, expected) in cases {
            let mut lexicon = Lexicon::new();
            let found = lexicon.read(text);
            let found: Vec<&str> = (found.iter())
                .map(|token| lexicon.words[token.word as usize].text.as_str())
                .collect();
            assert_eq!(found, expected, "{text}");
        }
    }

    /// The names of two clusters.
    fn names<const A: usize, const B: usize>(
        first: [&str; A],
        second: [&str; B],
    ) -> [Vec<String>; 2] {
        let texts: Vec<&str> = first.into_iter().chain(second).collect();
        let clusters: Vec<usize> = (0..A + B).map(|i| usize::from(i >= A)).collect();
        let mut found = cluster_words(&texts, &clusters, 2, 3).into_iter();
        std::array::from_fn(|_| found.next().unwrap())
    }

    #[test]
    fn a_pair_takes_the_place_of_its_words() {
        let [money, dogs] = names(
            [
                "The Fed raised interest rates.",
                "Interest rates rise, and bonds fall",
                "Bonds, and interest rates again",
                "Lower interest rates",
            ],
            [
                "The dogs in a hot-air balloon",
                "Hot-air for a dog",
                "Birth rates and dogs",
            ],
        );
        assert_eq!(money, ["interest rates", "bonds"]);
        assert_eq!(dogs, ["hot-air", "dogs"]);
    }

    #[test]
    fn words_that_tell_more_than_their_pair_stay_alone() {
        let [first, _] = names(
            [
                "red guitar",
                "red guitar",
                "old guitar",
                "my guitar",
                "guitar music",
            ],
            ["red wine", "red car", "white house"],
        );
        assert_eq!(first, ["guitar"]);
    }

    #[test]
    fn stop_words_name_nothing() {
        let [first, second] = names(
            ["It is what it is", "what it is", "it is", "What is it?"],
            [
                "das ist nicht für dich",
                "das ist für mich",
                "nicht für uns",
                "und der",
            ],
        );
        assert!(first.is_empty() && second.is_empty());
    }

    #[test]
    fn writings_without_latin_letters_have_names() {
        let [hindi, chinese] = names(
            ["मुझे हिन्दी पसंद है", "हिन्दी भाषा", "यह हिन्दी है"],
            ["我喜欢音乐", "音乐很好", "猫", "好音乐"],
        );
        assert_eq!(hindi[0], "हिन्दी");
        assert_eq!(chinese, ["音乐"]);
    }

    #[test]
    fn names_do_not_depend_on_chance() {
        let texts: Vec<String> = (0..200)
            .map(|i| format!("alpha{} beta{} gamma{}", i % 7, i % 5, i % 3))
            .collect();
        let clusters: Vec<usize> = (0..200).map(|i| i % 4).collect();
        let found = cluster_words(&texts, &clusters, 4, 3);
        for _ in 0..5 {
            assert_eq!(cluster_words(&texts, &clusters, 4, 3), found);
        }
    }
}
