//! What cuts a text into words, which the model sees one by one.

use serde::Deserialize;
use serde_json::Value;
use tokenizers::pre_tokenizers::bert::BertPreTokenizer;
use tokenizers::pre_tokenizers::metaspace::Metaspace;
use tokenizers::pre_tokenizers::whitespace::WhitespaceSplit;
use tokenizers::{PreTokenizedString, PreTokenizer as _};

use super::broken;

/// The steps, in their order.
pub(super) struct PreTokenizer(Vec<Step>);

enum Step {
    /// White space, punctuation and ideographs.
    Bert,
    /// White space.
    Whitespace,
    /// `▁` in the place of each space, and before the text.
    Metaspace(Metaspace),
}

impl PreTokenizer {
    /// Reads the `pre_tokenizer` of a `tokenizer.json`.
    pub(super) fn new(file: &Value) -> serde_json::Result<Self> {
        let mut steps = Vec::new();
        read(file, &mut steps)?;
        if steps.is_empty() {
            return Err(broken("there is no pre-tokenizer"));
        }
        Ok(Self(steps))
    }

    pub(super) fn split(&self, text: &mut PreTokenizedString) -> tokenizers::Result<()> {
        for step in &self.0 {
            match step {
                Step::Bert => BertPreTokenizer.pre_tokenize(text)?,
                Step::Whitespace => WhitespaceSplit.pre_tokenize(text)?,
                Step::Metaspace(step) => step.pre_tokenize(text)?,
            }
        }
        Ok(())
    }

    /// Whether a text can be cut before `c`, which follows `before`, without changing its tokens.
    pub(super) fn ends_before(&self, before: char, c: char) -> bool {
        if matches!(self.0[..], [Step::Bert]) {
            return word_ends_before(c);
        }
        // The space starts a word; nothing that a normalizer does reaches over it if a letter or a
        // mark is before it. The marks at the end of special tokens don't count, nor the letters
        // that form a grapheme with what follows.
        let joins = matches!(before, '\u{D4E}' | '\u{11000}'..='\u{11FFF}');
        let mark = before.is_ascii_punctuation() && before != '>' && before != ']';
        c == ' ' && (mark || (before.is_alphanumeric() && !joins))
    }

    /// Whether a text without any place to cut is one token, however long.
    pub(super) fn long_words_are_unknown(&self) -> bool {
        matches!(self.0[..], [Step::Bert])
    }
}

fn read(file: &Value, steps: &mut Vec<Step>) -> serde_json::Result<()> {
    let kind = file.get("type").and_then(Value::as_str);
    steps.push(match kind {
        None => return Ok(()),
        Some("Sequence") => {
            let list = file.get("pretokenizers").and_then(Value::as_array);
            return list
                .into_iter()
                .flatten()
                .try_for_each(|file| read(file, steps));
        }
        Some("BertPreTokenizer") => Step::Bert,
        Some("WhitespaceSplit") => Step::Whitespace,
        Some("Metaspace") => Step::Metaspace(Metaspace::deserialize(file)?),
        Some(other) => {
            return Err(broken(format!(
                "a pre-tokenizer of the type {other} is not supported"
            )));
        }
    });
    Ok(())
}

/// Whether a token of BERT's always ends before this character. Control characters don't count,
/// since they are dropped, nor `]`, which may end a special token.
fn word_ends_before(c: char) -> bool {
    let white = matches!(c, '\t' | '\n' | '\r') || (c.is_whitespace() && !c.is_control());
    white || is_ideograph(c) || (c.is_ascii_punctuation() && c != ']')
}

/// Whether a character is a word by itself for BERT's tokenizers.
pub(super) fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{4E00}'..='\u{9FFF}' | '\u{3400}'..='\u{4DBF}'
        | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{2A6DF}')
}
