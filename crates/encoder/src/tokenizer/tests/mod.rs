//! Our tokenizers against the whole library's.

mod bpe;

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

fn ours(file: &Value) -> serde_json::Result<Tokenizer> {
    Tokenizer::from_json(file.to_string().as_bytes())
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
    let cases: [(Change, &str); 9] = [
        (|f| f["model"]["type"] = json!("Word"), "of the type Word"),
        (
            |f| f["normalizer"]["type"] = json!("Nmt"),
            "of the type Nmt",
        ),
        (
            |f| f["pre_tokenizer"]["type"] = json!("Digits"),
            "of the type Digits",
        ),
        (|f| f["pre_tokenizer"] = Value::Null, "no pre-tokenizer"),
        (|f| f["model"]["type"] = json!("Unigram"), "with scores"),
        (|f| f["model"]["vocab"] = json!([["a", 1.0]]), "with ids"),
        (
            |f| f["post_processor"]["type"] = json!("Other"),
            "of the type Other",
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

/// A Unigram tokenizer in the manner of that of XLM-R.
fn unigram() -> Value {
    let letters = "abcdeèé字本語ΩTM";
    let words = [
        "▁", "▁a", "▁ab", "ab", "bc", "abc", "▁abc", "cd", "日本", "本語", "▁the", "ing", ".", ",",
        "▁▁",
    ];
    let mut vocabulary = vec![json!(["<s>", 0.0]), json!(["<pad>", 0.0])];
    vocabulary.extend([json!(["</s>", 0.0]), json!(["<unk>", 0.0])]);
    let pieces = letters.chars().map(String::from);
    for (at, piece) in pieces.chain(words.map(str::to_owned)).enumerate() {
        let score = -3.0 - ((at * 7) % 11) as f64 * 0.37;
        vocabulary.push(json!([piece, score]));
    }
    let mask = vocabulary.len();
    vocabulary.push(json!(["<mask>", 0.0]));
    let added = |id: usize, content: &str| {
        json!({"id": id, "content": content, "single_word": false, "lstrip": id == mask,
            "rstrip": false, "normalized": false, "special": true})
    };
    json!({
        "version": "1.0",
        "added_tokens": [added(0, "<s>"), added(1, "<pad>"), added(2, "</s>"), added(3, "<unk>"),
            added(mask, "<mask>")],
        "normalizer": {"type": "Precompiled", "precompiled_charsmap": charsmap(&[
            ("ｅ", "e"), ("e\u{301}", "é"), ("™", "TM"), ("\u{3000}", " "), ("\t", " "),
            ("\u{1}", ""), ("\u{200b}", ""), ("Ω", "Ω"), ("ab\u{300}", "x"),
        ])},
        "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always",
            "split": true},
        "post_processor": {"type": "TemplateProcessing",
            "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}},
                {"Sequence": {"id": "A", "type_id": 0}},
                {"SpecialToken": {"id": "</s>", "type_id": 0}}],
            "pair": [{"Sequence": {"id": "A", "type_id": 0}},
                {"Sequence": {"id": "B", "type_id": 0}}],
            "special_tokens": {"<s>": {"id": "<s>", "ids": [0], "tokens": ["<s>"]},
                "</s>": {"id": "</s>", "ids": [2], "tokens": ["</s>"]}}},
        "decoder": null,
        "model": {"type": "Unigram", "unk_id": 3, "byte_fallback": false, "vocab": vocabulary},
    })
}

/// A table for the normalizer, in SentencePiece's layout.
fn charsmap(rules: &[(&str, &str)]) -> String {
    let mut replacements = String::new();
    let mut keys = Vec::new();
    for (from, to) in rules {
        keys.push((from.as_bytes(), replacements.len() as u32));
        replacements.push_str(to);
        replacements.push('\0');
    }
    let (mut units, mut used) = (vec![0u32; 4096], vec![false; 4096]);
    used[0] = true;
    // Nodes to place: where each is, and the keys below it without what led to it.
    let mut waiting = vec![(0usize, keys)];
    while let Some((node, keys)) = waiting.pop() {
        let mut below = std::collections::BTreeMap::<u8, Vec<(&[u8], u32)>>::new();
        for (key, value) in keys {
            match key.split_first() {
                Some((first, rest)) => below.entry(*first).or_default().push((rest, value)),
                None => below.entry(0).or_default().push((key, value)),
            }
        }
        let free = |base: &usize| below.keys().all(|label| !used[base ^ usize::from(*label)]);
        let base = (1..3800).find(free).unwrap();
        units[node] |= ((node ^ base) as u32) << 10;
        for (label, keys) in below {
            let child = base ^ usize::from(label);
            used[child] = true;
            if label == 0 {
                units[node] |= 1 << 8;
                units[child] = keys[0].1 | 1 << 31;
            } else {
                units[child] = u32::from(label);
                waiting.push((child, keys));
            }
        }
    }
    let mut table = (units.len() as u32 * 4).to_le_bytes().to_vec();
    table.extend(units.iter().flat_map(|unit| unit.to_le_bytes()));
    table.extend(replacements.bytes());
    base64::Engine::encode(&base64::engine::general_purpose::STANDARD, table)
}

/// Random texts of `parts`.
fn texts(parts: &[&str], count: usize) -> impl Iterator<Item = String> {
    let mut state = 7u32;
    (0..count).map(move |_| {
        let mut text = String::new();
        for _ in 0..state % 11 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            text.push_str(parts[(state >> 16) as usize % parts.len()]);
        }
        state = state.wrapping_add(0x9e37_79b9);
        text
    })
}

#[test]
fn unigram_has_the_tokens_and_places_of_the_whole_library() {
    type Change = fn(&mut Value);
    let files: [(&str, Change); 7] = [
        ("as it is", |_| ()),
        ("white space first", |f| {
            f["pre_tokenizer"] = json!({"type": "Sequence", "pretokenizers": [
                {"type": "WhitespaceSplit"}, f["pre_tokenizer"].clone()]});
        }),
        ("spaces made one", |f| {
            f["normalizer"] = json!({"type": "Sequence", "normalizers": [f["normalizer"].clone(),
                {"type": "Strip", "strip_left": false, "strip_right": true},
                {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": "▁"}]});
        }),
        ("a word replaced, small letters", |f| {
            f["normalizer"] = json!({"type": "Sequence", "normalizers": [{"type": "Lowercase"},
                {"type": "NFD"}, {"type": "StripAccents"},
                {"type": "Replace", "pattern": {"String": "bc"}, "content": "a"}]});
        }),
        ("not split, first only", |f| {
            f["pre_tokenizer"]["split"] = json!(false);
            f["pre_tokenizer"]["prepend_scheme"] = json!("first");
        }),
        ("no space before, nothing normalised", |f| {
            f["pre_tokenizer"]["prepend_scheme"] = json!("never");
            f["normalizer"] = Value::Null;
        }),
        ("bytes for the unknown", |f| {
            let vocabulary = f["model"]["vocab"].as_array_mut().unwrap();
            vocabulary.extend((0..256).map(|byte| json!([format!("<0x{byte:02X}>"), -9.0])));
            f["model"]["byte_fallback"] = json!(true);
        }),
    ];
    let parts = [
        "a",
        "b",
        "c",
        " ",
        "  ",
        "\t",
        "<s>",
        "<mask>",
        "e\u{301}",
        "e\u{301}\u{302}",
        "ｅ",
        "™",
        "Ω",
        "\u{1}",
        "\u{200b}",
        "字",
        "日本語",
        "x",
        "😀",
        "the",
        "ing",
        "▁",
        "\u{3000}",
        "\u{300}",
        "ab",
        "\r\n",
        "<unk>",
        ".",
        "🇩🇪",
        "\u{1F468}\u{200D}\u{1F469}",
    ];
    for (name, change) in files {
        let mut file = unigram();
        change(&mut file);
        let whole = tokenizers::Tokenizer::from_bytes(file.to_string()).unwrap();
        let ours = ours(&file).unwrap();
        for text in texts(&parts, 4000) {
            let expected = whole.encode(&text[..], false).unwrap();
            let tokens = ours.tokenize(&text).unwrap();
            assert_eq!(tokens.get_ids(), expected.get_ids(), "{name}: {text:?}");
            let located = ours.locate(&text).unwrap();
            assert_eq!(located.get_ids(), tokens.get_ids(), "{name}: {text:?}");
            let places = expected.get_offsets();
            assert_eq!(located.get_offsets(), places, "{name}: {text:?}");
        }
    }
}

/// No table makes it panic.
#[test]
fn broken_tables_of_the_normalizer_do_no_harm() {
    let sound = charsmap(&[("ｅ", "e"), ("e\u{301}", "é"), ("™", "TM"), ("\u{1}", "")]);
    let engine = base64::engine::general_purpose::STANDARD;
    let bytes = base64::Engine::decode(&engine, &sound).unwrap();
    let mut state = 3u32;
    let mut random = |limit: usize| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as usize % limit
    };
    for round in 0..600 {
        let mut bytes = bytes.clone();
        match round % 3 {
            0 => bytes.truncate(random(bytes.len())),
            1 => bytes[..4].copy_from_slice(&(random(1 << 20) as u32).to_le_bytes()),
            _ => (0..200).for_each(|_| {
                let at = random(bytes.len());
                bytes[at] = random(256) as u8;
            }),
        }
        let mut file = unigram();
        file["normalizer"]["precompiled_charsmap"] = json!(base64::Engine::encode(&engine, &bytes));
        if let Ok(tokenizer) = ours(&file) {
            for text in ["ｅ™e\u{301}\u{1}abc", "\0\u{1}", "字 é"] {
                tokenizer.locate(text).unwrap();
            }
        }
    }
    for broken in ["", "!", "AAAA", "////"] {
        let mut file = unigram();
        file["normalizer"]["precompiled_charsmap"] = json!(broken);
        let error = ours(&file).err().unwrap().to_string();
        assert!(error.contains("precompiled_charsmap"), "{error}");
    }
}

/// Pieces must not show, and what is listed and not cut is what the model reads.
#[test]
fn long_texts_in_unigram_have_the_tokens_of_the_whole() {
    let parts = [
        "a",
        "ab",
        "the",
        " ",
        " ",
        "  ",
        "\n",
        ".",
        "字",
        "日本語",
        "é",
        "e\u{301}",
        "zzz",
        "😀",
        ",",
        "<mask>",
        "<s>",
        " \u{301}",
        "™",
        "\u{600}",
        "\u{d4e}",
        "\u{1}",
    ];
    let mut state = 5u32;
    let mut random = |limit: usize| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 16) as usize % limit
    };
    let mut spaces = unigram();
    spaces["normalizer"] = json!({"type": "Sequence", "normalizers": [
        spaces["normalizer"].clone(), {"type": "Strip", "strip_left": false, "strip_right": true},
        {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": "▁"}]});
    for file in [unigram(), spaces] {
        let json = file.to_string();
        let whole = tokenizers::Tokenizer::from_bytes(&json).unwrap();
        let ours = TextTokenizer::new(json.as_bytes(), 60_000, 200).unwrap();
        let mut texts: Vec<String> = (0..8)
            .map(|part| {
                let mut text = String::new();
                while text.len() < 70_000 {
                    text.push_str(parts[random(parts.len() - part % 5)]);
                }
                text
            })
            .collect();
        // Runs without a place to cut, as long as they are read at once.
        texts.extend([
            "日本語".repeat(10_000),
            "a".repeat(100_000),
            "😀".repeat(20_000),
        ]);
        for (at, text) in texts.iter().enumerate() {
            let expected = whole.encode(&text[..], true).unwrap();
            let tokens = ours.tokenize(text).unwrap();
            assert_eq!(tokens.total as usize, expected.len(), "text {at}");
            let read = tokens.ids.len() - 1;
            assert!(
                tokens.ids[..read] == expected.get_ids()[..read],
                "text {at}"
            );
            let list = ours.list(text, usize::MAX).unwrap();
            assert_eq!(list.len(), tokens.total as usize);
            let read = list.iter().filter(|token| !token.cut).map(|token| token.id);
            assert!(read.eq(tokens.ids.iter().copied()), "text {at}");
        }
        // Beyond that it goes on, and nothing is lost but perhaps a seam.
        let long = "日本語".repeat(100_000);
        let count = whole.encode(&long[..], true).unwrap().len();
        let ours = ours.tokenize(&long).unwrap().total as usize;
        assert!(
            ours.abs_diff(count) <= long.len() / (128 * 1024),
            "{ours} of {count}"
        );
    }
}

/// What each token stands for, `+` before what goes on with a word, special ones as pieces.
fn parts(tokenizer: &TextTokenizer, text: &str) -> Vec<String> {
    let list = tokenizer.list(text, 100).unwrap();
    let part = |token: &Token| match (&text[token.start..token.end], token.special) {
        (_, true) => format!("[{}]", token.piece),
        (part, false) => format!("{}{part}", if token.goes_on { "+" } else { "" }),
    };
    list.iter().map(part).collect()
}

#[test]
fn words_and_places_of_unigram_are_those_of_the_text() {
    let json = unigram().to_string();
    let tokenizer = TextTokenizer::new(json.as_bytes(), 60, 200).unwrap();
    let cases: [(&str, &[&str]); 6] = [
        ("abc the ab", &["abc", "the", "ab"]),
        ("the abcd ing.", &["the", "abc", "+d", "+", "ing", "."]),
        ("日本", &["", "+日本"]),
        ("ab日本ab", &["ab", "日本", "ab"]),
        ("ab   the ™a", &["ab", "+", "+", "the", "+", "™", "+™", "a"]),
        ("", &[]),
    ];
    for (text, expected) in cases {
        let expected: Vec<_> = [&["[<s>]"], expected, &["[</s>]"]].concat();
        assert_eq!(parts(&tokenizer, text), expected, "{text:?}");
    }
}

#[test]
fn a_prompt_is_read_and_places_are_those_of_the_text() {
    let json = unigram().to_string();
    let plain = TextTokenizer::new(json.as_bytes(), 9, 200).unwrap();
    let tokens = |text: &str| plain.tokenize(text).unwrap();
    let prompted = TextTokenizer::new(json.as_bytes(), 9, 200).unwrap();
    let prompted = prompted.with_prompt("the ab. ".to_owned());
    for text in ["", "abc", "日本", " abc", "abc the abc the abc"] {
        let whole = tokens(&format!("the ab. {text}"));
        assert_eq!(prompted.tokenize(text).unwrap(), whole, "{text:?}");
        let list = prompted.list(text, 100).unwrap();
        let read = list.iter().filter(|token| !token.cut).map(|token| token.id);
        assert!(read.eq(whole.ids.iter().copied()), "{text:?}");
    }
    let start = ["[<s>]", "[▁the]", "[▁ab]", "[.]"];
    for (text, own) in [("abc", &["abc"][..]), ("the 日", &["the", "+", "日"])] {
        let expected = [&start[..], own, &["[</s>]"]].concat();
        assert_eq!(parts(&prompted, text), expected);
    }
    assert_eq!(prompted.list("abc", 100).unwrap()[4].start, 0);
    // The prompt alone may be too long.
    let small = TextTokenizer::new(json.as_bytes(), 4, 200).unwrap();
    let small = small.with_prompt("the ab. ".to_owned());
    assert_eq!(
        small.tokenize("abc").unwrap().ids,
        [
            0,
            plain.tokenize("the ab").unwrap().ids[1],
            plain.tokenize("the ab").unwrap().ids[2],
            2
        ]
    );
}
