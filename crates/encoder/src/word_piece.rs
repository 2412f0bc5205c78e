//! BERT's tokenizer, put together from the library's parts.
//!
//! `tokenizers::Tokenizer` can be any of a dozen kinds, and brings them all along, with regular
//! expressions and Unicode tables that BERT's never uses: half of the worker's download. The
//! parts that BERT's needs are public: its normalizer, its pre-tokenizer, WordPiece, and the
//! post-processors that add special tokens. What is left to do here is to read the file and to find
//! special tokens that are written out in a text. Tests hold the result to the whole library's.

use serde::Deserialize;
use serde::de::Error as _;
use serde_json::Value;
use tokenizers::models::wordpiece::WordPiece;
use tokenizers::normalizers::BertNormalizer;
use tokenizers::pre_tokenizers::bert::BertPreTokenizer;
use tokenizers::processors::bert::BertProcessing;
use tokenizers::processors::roberta::RobertaProcessing;
use tokenizers::processors::template::TemplateProcessing;
use tokenizers::{
    Encoding, Model, NormalizedString, Normalizer, OffsetType, PostProcessor, PreTokenizedString,
    PreTokenizer, Token,
};

/// Stands for a text where special tokens are put around it.
const TEXT: u32 = u32::MAX;

/// The parts of a `tokenizer.json` that are used.
#[derive(Deserialize)]
struct File {
    #[serde(default)]
    added_tokens: Vec<AddedToken>,
    #[serde(default)]
    normalizer: Value,
    pre_tokenizer: BertPreTokenizer,
    #[serde(default)]
    post_processor: Value,
    model: WordPiece,
}

/// A token that is found in the text before the text is cut into words.
#[derive(Deserialize)]
struct AddedToken {
    id: u32,
    content: String,
    #[serde(default)]
    single_word: bool,
    /// Whether white space before it is part of it.
    #[serde(default)]
    lstrip: bool,
    /// Whether white space after it is part of it.
    #[serde(default)]
    rstrip: bool,
    /// Whether it is looked for in the normalised text instead of the text as it is.
    normalized: bool,
}

/// A tokenizer of the BERT family, without truncation and padding.
pub(crate) struct BertTokenizer {
    normalizer: Option<BertNormalizer>,
    pre_tokenizer: BertPreTokenizer,
    model: WordPiece,
    /// Looked for in the text as it is; longer ones before those that they begin with.
    raw: Vec<AddedToken>,
    /// Looked for in the normalised text, and written as that has it.
    normalized: Vec<AddedToken>,
    before: Vec<u32>,
    after: Vec<u32>,
    /// Stands for each word that has no spelling in the vocabulary.
    unknown: Option<u32>,
}

impl BertTokenizer {
    /// Reads a `tokenizer.json`.
    pub(crate) fn from_json(json: &[u8]) -> serde_json::Result<Self> {
        let file: File = serde_json::from_slice(json)?;
        let normalizer = normalizer(file.normalizer)?;
        let mut added = file.added_tokens;
        added.retain(|token| !token.content.is_empty());
        if let Some(token) = added.iter().find(|token| token.single_word) {
            return Err(serde_json::Error::custom(format!(
                "the token {:?} must stand alone as a word, which is not supported",
                token.content
            )));
        }
        for token in added.iter_mut().filter(|token| token.normalized) {
            let mut content = NormalizedString::from(&token.content[..]);
            if let Some(normalizer) = &normalizer {
                let normalized = normalizer.normalize(&mut content);
                normalized.map_err(serde_json::Error::custom)?;
            }
            token.content = content.get().to_owned();
        }
        // Where several begin at the same place, the longest counts.
        added.sort_by_key(|token| std::cmp::Reverse(token.content.len()));
        let (normalized, raw) = added.into_iter().partition(|token| token.normalized);
        let (before, after) = special(file.post_processor)?;
        let unknown = file.model.token_to_id(&file.model.unk_token);
        Ok(Self {
            normalizer,
            pre_tokenizer: file.pre_tokenizer,
            model: file.model,
            raw,
            normalized,
            before,
            after,
            unknown,
        })
    }

    /// The largest token id there is, special tokens included.
    pub(crate) fn largest_id(&self) -> Option<u32> {
        let added = self.raw.iter().chain(&self.normalized);
        let added = added.map(|token| token.id);
        let special = self.before.iter().chain(&self.after).copied();
        let words = self.model.get_vocab().into_values();
        words.chain(added).chain(special).max()
    }

    /// The special tokens that come before and after every text.
    pub(crate) fn special(&self) -> (&[u32], &[u32]) {
        (&self.before, &self.after)
    }

    /// The token of what the vocabulary lacks, if there is one.
    pub(crate) fn unknown(&self) -> Option<u32> {
        self.unknown
    }

    /// How a token is written in the vocabulary: with `##` where it goes on with a word. Empty if
    /// there is no such token.
    pub(crate) fn piece(&self, id: u32) -> String {
        let added = || {
            let mut added = self.raw.iter().chain(&self.normalized);
            added.find(|token| token.id == id)
        };
        let piece = self.model.id_to_token(id);
        let piece = piece.or_else(|| added().map(|token| token.content.clone()));
        piece.unwrap_or_default()
    }

    /// The tokens of a text, without the special ones around it.
    pub(crate) fn tokenize(&self, text: &str) -> tokenizers::Result<Encoding> {
        self.words(text)?.into_encoding(None, 0, OffsetType::None)
    }

    /// The same tokens, and the bytes of the text that each stands for.
    pub(crate) fn locate(&self, text: &str) -> tokenizers::Result<Encoding> {
        self.words(text)?.into_encoding(None, 0, OffsetType::Byte)
    }

    fn words(&self, text: &str) -> tokenizers::Result<PreTokenizedString> {
        let mut words = PreTokenizedString::from(text);
        words.split(|_, part| cut(&self.raw, &part))?;
        words.split(|_, mut part| {
            if let Some(normalizer) = &self.normalizer {
                normalizer.normalize(&mut part)?;
            }
            cut(&self.normalized, &part)
        })?;
        self.pre_tokenizer.pre_tokenize(&mut words)?;
        words.tokenize(|word| self.model.tokenize(word.get()))?;
        Ok(words)
    }
}

/// BERT's normalizer, or none.
fn normalizer(normalizer: Value) -> serde_json::Result<Option<BertNormalizer>> {
    match normalizer.get("type").and_then(Value::as_str) {
        None => Ok(None),
        Some("BertNormalizer") => BertNormalizer::deserialize(normalizer).map(Some),
        Some(other) => Err(serde_json::Error::custom(format!(
            "a normalizer of the type {other} is not BERT's, BertNormalizer"
        ))),
    }
}

/// The ids that a post-processor puts before and after a text.
fn special(processor: Value) -> serde_json::Result<(Vec<u32>, Vec<u32>)> {
    let kind = processor.get("type").and_then(Value::as_str);
    let processor: Box<dyn PostProcessor> = match kind {
        None => return Ok((Vec::new(), Vec::new())),
        Some("BertProcessing") => Box::new(BertProcessing::deserialize(processor)?),
        Some("RobertaProcessing") => Box::new(RobertaProcessing::deserialize(processor)?),
        Some("TemplateProcessing") => Box::new(TemplateProcessing::deserialize(processor)?),
        Some(other) => {
            return Err(serde_json::Error::custom(format!(
                "a post-processor of the type {other} is not one of the BERT family's"
            )));
        }
    };
    let text = Encoding::from_tokens(vec![Token::new(TEXT, String::new(), (0, 0))], 0);
    let whole = processor.process(text, None, true);
    let whole = whole.map_err(serde_json::Error::custom)?;
    let mut sides = whole.get_ids().split(|id| *id == TEXT);
    match (sides.next(), sides.next(), sides.next()) {
        (Some(before), Some(after), None) => Ok((before.to_vec(), after.to_vec())),
        _ => Err(serde_json::Error::custom(
            "the post-processor's template has no place for the text, or several",
        )),
    }
}

/// Cuts a text at the tokens that are written out in it.
fn cut(
    tokens: &[AddedToken],
    text: &NormalizedString,
) -> tokenizers::Result<Vec<(NormalizedString, Option<Vec<Token>>)>> {
    let whole = text.get();
    let mut parts = Vec::new();
    let mut part = |range: std::ops::Range<usize>, id: Option<u32>| {
        let slice = text.slice(tokenizers::normalizer::Range::Normalized(range));
        let slice = slice.ok_or("a token ends within a character")?;
        let length = slice.get().len();
        let token = id.map(|id| vec![Token::new(id, String::new(), (0, length))]);
        parts.push((slice, token));
        tokenizers::Result::Ok(())
    };
    let find = |token: &AddedToken, from: usize| {
        let at = whole.get(from..)?.find(&token.content)?;
        Some(from + at)
    };
    // Where each token comes next, looked up again only once it has been passed.
    let mut next: Vec<_> = tokens.iter().map(|token| find(token, 0)).collect();
    // From here on nothing is handed out yet.
    let mut rest = 0;
    // Of several at one place the first in order, which is the longest.
    while let Some((which, found)) = (0..tokens.len())
        .filter_map(|which| Some((which, next[which]?)))
        .min_by_key(|(_, at)| *at)
    {
        let token = &tokens[which];
        let (mut start, mut end) = (found, found + token.content.len());
        if token.lstrip {
            start = rest + whole[rest..start].trim_end().len();
        }
        if token.rstrip {
            end = whole.len() - whole[end..].trim_start().len();
        }
        if rest < start {
            part(rest..start, None)?;
        }
        part(start..end, Some(token.id))?;
        rest = end;
        for (token, next) in tokens.iter().zip(&mut next) {
            if next.is_some_and(|at| at < rest) {
                *next = find(token, rest);
            }
        }
    }
    if rest < whole.len() {
        part(rest..whole.len(), None)?;
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// A tokenizer with every sort of added token that is supported.
    fn file() -> Value {
        let added = |id: u32, content: &str, [lstrip, rstrip, normalized]: [bool; 3]| {
            json!({"id": id, "content": content, "single_word": false, "lstrip": lstrip,
                "rstrip": rstrip, "normalized": normalized, "special": true})
        };
        json!({
            "version": "1.0",
            "added_tokens": [
                added(0, "[UNK]", [false; 3]),
                added(1, "[CLS]", [false; 3]),
                added(2, "[SEP]", [false; 3]),
                added(3, "<mask>", [true, false, false]),
                added(4, "<m", [false, true, false]),
                added(5, "New York", [false, false, true]),
                added(6, "[SEP]!", [false; 3]),
            ],
            "normalizer": {"type": "BertNormalizer", "clean_text": true,
                "handle_chinese_chars": true, "strip_accents": null, "lowercase": true},
            "pre_tokenizer": {"type": "BertPreTokenizer"},
            "post_processor": {"type": "TemplateProcessing",
                "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}},
                    {"Sequence": {"id": "A", "type_id": 0}},
                    {"SpecialToken": {"id": "[SEP]", "type_id": 0}}],
                "pair": [{"Sequence": {"id": "A", "type_id": 0}},
                    {"Sequence": {"id": "B", "type_id": 1}}],
                "special_tokens": {"[CLS]": {"id": "[CLS]", "ids": [1], "tokens": ["[CLS]"]},
                    "[SEP]": {"id": "[SEP]", "ids": [2], "tokens": ["[SEP]"]}}},
            "decoder": null,
            "model": {"type": "WordPiece", "unk_token": "[UNK]",
                "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
                "vocab": {"[UNK]": 0, "[CLS]": 1, "[SEP]": 2, "<mask>": 3, "<m": 4,
                    "New York": 5, "[SEP]!": 6, "a": 7, "##b": 8, "new": 9, "york": 10, "!": 11,
                    "<": 12, "m": 13, "]": 14, "[": 15, "sep": 16, "字": 17, "##c": 18}},
        })
    }

    fn ours(file: &Value) -> serde_json::Result<BertTokenizer> {
        BertTokenizer::from_json(file.to_string().as_bytes())
    }

    #[test]
    fn tokens_are_those_of_the_whole_library() {
        let files = [
            ("TemplateProcessing", file()),
            ("BertProcessing", {
                let mut file = file();
                file["post_processor"] =
                    json!({"type": "BertProcessing", "sep": ["[SEP]", 2], "cls": ["[CLS]", 1]});
                file
            }),
            ("RobertaProcessing", {
                let mut file = file();
                file["post_processor"] = json!({"type": "RobertaProcessing", "sep": ["[SEP]", 2],
                    "cls": ["[CLS]", 1], "trim_offsets": true, "add_prefix_space": false});
                file
            }),
            ("nothing around a text, nothing normalised", {
                let mut file = file();
                file["post_processor"] = Value::Null;
                file["normalizer"] = Value::Null;
                file
            }),
        ];
        let parts = [
            "a", "b", "c", " ", "  ", "\n", "[SEP]", "[SEP", "]", "!", "<mask>", "<m", "mask>",
            "New York", "new york", "NEW YORK", "New", "é", "字", "\0", "[CLS]", "ab", "zzz",
        ];
        for (name, file) in files {
            let whole = tokenizers::Tokenizer::from_bytes(file.to_string()).unwrap();
            let ours = ours(&file).unwrap();
            let (before, after) = ours.special();
            let mut state = 7u32;
            for _ in 0..3000 {
                let mut text = String::new();
                for _ in 0..state % 11 {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    text.push_str(parts[(state >> 16) as usize % parts.len()]);
                }
                state = state.wrapping_add(0x9e37_79b9);
                let expected = whole.encode(&text[..], true).unwrap();
                let tokens = ours.tokenize(&text).unwrap();
                let all = [before, tokens.get_ids(), after].concat();
                assert_eq!(all, expected.get_ids(), "{name}: {text:?}");
                let located = ours.locate(&text).unwrap();
                assert_eq!(located.get_ids(), tokens.get_ids(), "{name}: {text:?}");
                let own = before.len()..all.len() - after.len();
                if name != "RobertaProcessing" {
                    // That one trims white space off the places of added tokens.
                    let places = &expected.get_offsets()[own.clone()];
                    assert_eq!(located.get_offsets(), places, "{name}: {text:?}");
                }
                let pieces = located.get_ids().iter().map(|id| ours.piece(*id));
                let ids = pieces.map(|piece| whole.token_to_id(&piece));
                // The normalised text has this one in small letters.
                let ids = ids.map(|id| id.unwrap_or(5));
                assert!(ids.eq(expected.get_ids()[own].iter().copied()), "{text:?}");
            }
        }
    }

    #[test]
    fn other_kinds_of_tokenizers_are_named() {
        type Change = fn(&mut Value);
        let cases: [(Change, &str); 6] = [
            (|f| f["model"]["type"] = json!("BPE"), "expected WordPiece"),
            (|f| f["normalizer"]["type"] = json!("NFC"), "BertNormalizer"),
            (
                |f| f["pre_tokenizer"]["type"] = json!("Metaspace"),
                "BertPreTokenizer",
            ),
            (
                |f| f["post_processor"]["type"] = json!("ByteLevel"),
                "of the type ByteLevel",
            ),
            (
                |f| f["added_tokens"][0]["single_word"] = json!(true),
                "must stand alone",
            ),
            (
                |f| f["post_processor"]["single"] = json!([]),
                "no place for the text",
            ),
        ];
        for (change, says) in cases {
            let mut file = file();
            change(&mut file);
            let error = ours(&file).err().map(|error| error.to_string());
            let error = error.unwrap_or("it loads".to_owned());
            assert!(error.contains(says), "{error:?} instead of {says:?}");
        }
    }
}
