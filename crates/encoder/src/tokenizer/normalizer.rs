//! What is done to a text before it is cut into words.

use serde::Deserialize;
use serde_json::Value;
use tokenizers::normalizers::{BertNormalizer, StripAccents};
use tokenizers::{NormalizedString, Normalizer as _, Offsets, pattern::Pattern};

use super::broken;
use super::precompiled::{Precompiled, PrecompiledFile};

/// The steps, in their order.
pub(super) struct Normalizer(Vec<Step>);

enum Step {
    Bert(BertNormalizer),
    Precompiled(Precompiled),
    /// Strips white space at the end.
    StripEnd,
    /// Puts the second in the place of the first.
    Replace(Literal, String),
    /// Puts it in the place of two or more spaces.
    ReplaceSpaces(String),
    Lowercase,
    StripAccents,
    /// Takes letters and their accents apart. (The other forms of Unicode would add their tables to
    /// the worker, for which no tokenizer of the families that are read has a use.)
    Nfd,
}

#[derive(Deserialize)]
struct Replacing {
    pattern: Searched,
    content: String,
}

#[derive(Deserialize)]
enum Searched {
    String(String),
    Regex(String),
}

impl Normalizer {
    /// Reads the `normalizer` of a `tokenizer.json`.
    pub(super) fn new(file: &Value) -> serde_json::Result<Self> {
        let mut steps = Vec::new();
        read(file, &mut steps)?;
        Ok(Self(steps))
    }

    /// Writes texts in small letters before all else.
    pub(super) fn lowercase(&mut self) {
        self.0.insert(0, Step::Lowercase);
    }

    pub(super) fn normalize(&self, text: &mut NormalizedString) -> tokenizers::Result<()> {
        for step in &self.0 {
            match step {
                Step::Bert(step) => step.normalize(text)?,
                Step::Precompiled(table) => table.normalize(text),
                Step::StripEnd => drop(text.rstrip()),
                Step::Replace(old, new) => text.replace(old, new)?,
                Step::ReplaceSpaces(new) => text.replace(&Spaces, new)?,
                Step::Lowercase => drop(text.lowercase()),
                Step::StripAccents => StripAccents.normalize(text)?,
                Step::Nfd => drop(text.nfd()),
            }
        }
        Ok(())
    }
}

fn read(file: &Value, steps: &mut Vec<Step>) -> serde_json::Result<()> {
    let kind = file.get("type").and_then(Value::as_str);
    let flag = |name: &str| file.get(name).and_then(Value::as_bool).unwrap_or(false);
    steps.push(match kind {
        None => return Ok(()),
        Some("Sequence") => {
            let list = file.get("normalizers").and_then(Value::as_array);
            return list
                .into_iter()
                .flatten()
                .try_for_each(|file| read(file, steps));
        }
        Some("BertNormalizer") => Step::Bert(BertNormalizer::deserialize(file)?),
        Some("Precompiled") => match Precompiled::new(&PrecompiledFile::deserialize(file)?)? {
            Some(table) => Step::Precompiled(table),
            None => return Ok(()),
        },
        Some("Replace") => {
            let Replacing { pattern, content } = Replacing::deserialize(file)?;
            match pattern {
                Searched::String(old) if !old.is_empty() => Step::Replace(Literal(old), content),
                Searched::Regex(regex) if regex == " {2,}" => Step::ReplaceSpaces(content),
                Searched::String(other) | Searched::Regex(other) => {
                    return Err(broken(format!(
                        "the normalizer replaces {other:?}, which is not supported"
                    )));
                }
            }
        }
        Some("Strip") if !flag("strip_left") => {
            if !flag("strip_right") {
                return Ok(());
            }
            Step::StripEnd
        }
        Some("Lowercase") => Step::Lowercase,
        Some("StripAccents") => Step::StripAccents,
        Some("NFD") => Step::Nfd,
        Some(other) => {
            return Err(broken(format!(
                "a normalizer of the type {other} is not supported"
            )));
        }
    });
    Ok(())
}

/// A text that is looked for as it is. (The library makes a regular expression of it.)
struct Literal(String);

impl Pattern for &Literal {
    fn find_matches(&self, inside: &str) -> tokenizers::Result<Vec<(Offsets, bool)>> {
        let found = inside.match_indices(&self.0);
        Ok(cover(inside, found.map(|(at, part)| (at, at + part.len()))))
    }
}

/// Two or more spaces.
struct Spaces;

impl Pattern for &Spaces {
    fn find_matches(&self, inside: &str) -> tokenizers::Result<Vec<(Offsets, bool)>> {
        let mut from = 0;
        let runs = std::iter::from_fn(|| {
            let start = from + inside[from..].find("  ")?;
            let rest = &inside[start..];
            from = start + (rest.len() - rest.trim_start_matches(' ').len());
            Some((start, from))
        });
        Ok(cover(inside, runs))
    }
}

/// All of a text: what matches, and what is between.
fn cover(inside: &str, found: impl Iterator<Item = Offsets>) -> Vec<(Offsets, bool)> {
    let mut parts = Vec::new();
    let mut from = 0;
    for (start, end) in found {
        if from < start {
            parts.push(((from, start), false));
        }
        parts.push(((start, end), true));
        from = end;
    }
    if from < inside.len() || parts.is_empty() {
        parts.push(((from, inside.len()), false));
    }
    parts
}
