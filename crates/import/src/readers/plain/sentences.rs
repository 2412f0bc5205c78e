//! Sentences, and passages made of them.

use unicode_segmentation::UnicodeSegmentation;

/// Words of a passage: a model of this kind reads some 200 words, and compares best what has one
/// subject.
const PASSAGE_WORDS: usize = 80;

/// What a full stop after it doesn't end a sentence, in small letters and without that stop.
const ABBREVIATIONS: &[&str] = &[
    // English
    "mr", "mrs", "ms", "dr", "prof", "st", "vs", "cf", "e.g", "i.e", "no", "vol", "fig", "al",
    // German
    "z.b", "d.h", "bzw", "ca", "nr", "u.a", "usw", "vgl", "hr", "fr", "sog", "str",
    // French, Spanish, Portuguese, Italian
    "m", "mme", "mlle", "p.ex", "sr", "sra", "srta", "ud", "dra", "dott", "sig",
];

/// The sentences of a paragraph, by the boundaries of Unicode (UAX 29, part 5); what these take for
/// the end of a sentence after an abbreviation or an initial, or before a small letter, is none.
pub fn sentences(paragraph: &str) -> impl Iterator<Item = &str> {
    let mut bounds = paragraph.split_sentence_bound_indices();
    let mut start = 0;
    std::iter::from_fn(move || {
        loop {
            let Some((at, piece)) = bounds.next() else {
                let rest = paragraph.get(start..).filter(|rest| !rest.is_empty());
                start = paragraph.len();
                return rest.map(str::trim);
            };
            let end = at + piece.len();
            let sentence = paragraph.get(start..end)?;
            if ends_short(sentence) || begins_small(&paragraph[end..]) {
                continue;
            }
            start = end;
            return Some(sentence.trim());
        }
    })
    .filter(|sentence| !sentence.is_empty())
}

/// Whether what looks like a sentence ends with an abbreviation or an initial.
fn ends_short(sentence: &str) -> bool {
    let Some(words) = sentence.trim_end().strip_suffix('.') else {
        return false;
    };
    let last = words.rsplit(char::is_whitespace).next().unwrap_or_default();
    let last = last.trim_start_matches(['(', '[', '"', '“', '„', '«', '‘', '\'']);
    let mut letters = last.chars();
    match (letters.next(), letters.next()) {
        // “J. Smith”, but not “as good as I.” or a sentence of one letter.
        (Some(only), None) => only.is_uppercase() && only != 'I' && words.len() > only.len_utf8(),
        (Some(_), Some(_)) => ABBREVIATIONS.contains(&last.to_lowercase().as_str()),
        (None, _) => false,
    }
}

/// Whether what comes next begins with a small letter: “Really?” she asked.
fn begins_small(rest: &str) -> bool {
    let first = rest.chars().find(|c| c.is_alphanumeric());
    first.is_some_and(char::is_lowercase)
}

/// Gathers sentences into passages. The last sentence of a passage is the first of the next, so
/// that what belongs together stands together in one of the two.
#[derive(Default)]
pub struct Passages {
    sentences: Vec<(usize, String)>,
    words: usize,
    /// Sentences that no passage had yet.
    new: usize,
}

impl Passages {
    /// Adds a sentence of a paragraph; a passage that is full then comes out, with the paragraph
    /// that it begins in.
    pub fn push(&mut self, paragraph: usize, sentence: &str) -> Option<(usize, String)> {
        self.words += words(sentence);
        self.new += 1;
        self.sentences.push((paragraph, sentence.to_owned()));
        (self.words >= PASSAGE_WORDS).then(|| self.full())
    }

    /// What is left at the end.
    pub fn rest(&mut self) -> Option<(usize, String)> {
        (self.new > 0).then(|| self.full())
    }

    fn full(&mut self) -> (usize, String) {
        let paragraph = self.sentences.first().map_or(0, |first| first.0);
        let mut passage = String::new();
        for (_, sentence) in &self.sentences {
            passage.push_str(super::lines::joint(&passage, sentence));
            passage.push_str(sentence);
        }
        let last = self.sentences.pop();
        self.sentences.clear();
        // One that fills half of the next passage would leave little room.
        self.sentences
            .extend(last.filter(|(_, last)| words(last) * 2 < PASSAGE_WORDS));
        self.words = self.sentences.iter().map(|(_, it)| words(it)).sum();
        self.new = 0;
        (paragraph, passage)
    }
}

/// Words of a sentence; where a script puts no spaces between them, two letters count as one.
fn words(sentence: &str) -> usize {
    let spaced = sentence.split_whitespace().count();
    spaced.max(sentence.chars().count() / 8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_end_where_readers_end_them() {
        for (text, expected) in [
            (
                "One. Two! Three? Four",
                vec!["One.", "Two!", "Three?", "Four"],
            ),
            (
                "Dr. Smith met J. R. Jones. He paid 3.50 euros.",
                vec!["Dr. Smith met J. R. Jones.", "He paid 3.50 euros."],
            ),
            (
                "Er mag Obst, z.B. Äpfel. Sie nicht.",
                vec!["Er mag Obst, z.B. Äpfel.", "Sie nicht."],
            ),
            (
                "“Really?” she asked. “Yes.” He left.",
                vec!["“Really?” she asked.", "“Yes.”", "He left."],
            ),
            ("¿Qué? Nada.", vec!["¿Qué?", "Nada."]),
            ("猫が好き。犬も好き。", vec!["猫が好き。", "犬も好き。"]),
            ("यह एक है। यह दो है।", vec!["यह एक है।", "यह दो है।"]),
            ("هل أنت هنا؟ نعم.", vec!["هل أنت هنا؟", "نعم."]),
            ("So do I. You too.", vec!["So do I.", "You too."]),
            ("", vec![]),
            (" . ", vec!["."]),
            ("Mr.", vec!["Mr."]),
        ] {
            assert_eq!(sentences(text).collect::<Vec<_>>(), expected, "{text}");
        }
    }

    #[test]
    fn passages_overlap_and_lose_nothing() {
        let mut passages = Passages::default();
        let said: Vec<String> = (0..30)
            .map(|n| format!("Sentence {n} has seven words in it."))
            .collect();
        let mut all = Vec::new();
        for (at, sentence) in said.iter().enumerate() {
            all.extend(passages.push(at / 10 + 1, sentence));
        }
        all.extend(passages.rest());
        assert!(passages.rest().is_none());
        for sentence in &said {
            assert!(
                all.iter()
                    .any(|(_, passage)| passage.contains(sentence.as_str()))
            );
        }
        for pair in all.windows(2) {
            let last = sentences(&pair[0].1).last().unwrap().to_owned();
            assert!(pair[1].1.starts_with(&last), "{pair:?}");
        }
        assert_eq!((all[0].0, all.len()), (1, 3));
    }
}
